"""What each page of a filing saves: everything typed, right or wrong, with its own page mark."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import Unit, User
from dossiers import filing
from dossiers.enums import Relation
from dossiers.filing import FilingStep, Place
from dossiers.models import Draft
from dossiers.people import FIELDS as PEOPLE_FIELDS
from dossiers.services.drafting import PageMark, lock_draft, save_step, store_typed
from portal.core.dates import to_local
from procedures.eform.answers import Typed
from procedures.eform.drafts import head_of
from procedures.eform.parsing import parse_definition

_MAX_TYPED: Final = 1_000


class SavedElsewhere(Exception):
    """Another page has saved this step since this page was made."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.pk)
        self.draft = draft


@transaction.atomic(durable=True)
def save_agency(
    *,
    draft_id: UUID,
    owner: User,
    page: PageMark,
    agency_id: int | None,
    case_key: str,
    is_final: bool,
    at: datetime,
) -> Draft:
    """
    Keep the chosen agency and case; with `is_final` the step is done once both hold.

    :raises DraftMissing, DraftSubmitted, SavedElsewhere: if it cannot be saved.
    """
    draft = lock_draft(draft_id=draft_id, owner=owner)
    place = Place(FilingStep.AGENCY)
    _require_page(draft, place, page)
    today = to_local(at).date()
    offers = filing.online_offers(draft.procedure, on=today)
    if agency_id is not None:
        chosen = Unit.objects.filter(pk=agency_id).first()
        if filing.offer_for(offers, chosen, on=today) is not None:
            draft.agency = chosen
    if case_key in set(draft.revision.cases.values_list("key", flat=True)):
        draft.case_key = case_key
    return save_step(draft, place, page, is_final=is_final, at=at, changed=["agency", "case_key"])


@transaction.atomic(durable=True)
def save_people(
    *,
    draft_id: UUID,
    owner: User,
    page: PageMark,
    typed: Mapping[str, str],
    is_final: bool,
    at: datetime,
) -> Draft:
    """
    Keep who files and for whom, as typed; the child's identity number only sealed.

    :raises DraftMissing, DraftSubmitted, SavedElsewhere: if it cannot be saved.
    """
    draft = lock_draft(draft_id=draft_id, owner=owner)
    place = Place(FilingStep.PEOPLE)
    _require_page(draft, place, page)
    # What the page did not send (hidden, because not for a child) stays as it was.
    kept = filing.typed_people(draft) | {
        name: str(typed[name])[:_MAX_TYPED] for name in PEOPLE_FIELDS if name in typed
    }
    # Whoever acts for another files for that one: there is nothing to choose.
    if kept["relation"] in Relation.values and not draft.acting_key:
        draft.relation = kept["relation"]
    draft.applicant = {
        "phone": kept["phone"],
        "email": kept["email"],
        "address": kept["address"],
        "name": kept["child_name"],
        "date_of_birth": kept["child_born"],
        "principal_name": kept["principal_name"],
        "principal_born": kept["principal_born"],
    }
    numbers = {
        "applicant_identity": kept["child_identity"],
        "principal_identity": kept["principal_identity"],
    }
    draft.seal({**draft.unsealed(), **numbers})
    return save_step(
        draft, place, page, is_final=is_final, at=at, changed=["relation", "applicant", "sealed"]
    )


@transaction.atomic(durable=True)
def save_section(
    *,
    draft_id: UUID,
    owner: User,
    page: PageMark,
    section: str,
    typed: Typed,
    is_final: bool,
    at: datetime,
) -> Draft:
    """
    Keep one section of the e-form as typed, right or wrong; personal fields only sealed.

    :raises DraftMissing, DraftSubmitted, SavedElsewhere: if it cannot be saved.
    """
    draft = lock_draft(draft_id=draft_id, owner=owner)
    place = Place(FilingStep.FORM, section)
    _require_page(draft, place, page)
    stored = filing.typed_of(draft)
    version = draft.revision.form_version
    definition = parse_definition(version.definition) if version else None
    mine: set[str] = set()
    if definition is not None and section in {one.key for one in definition.sections}:
        mine = {field.key for field in definition.section(section).fields}
    others = {path: values for path, values in stored.items() if head_of(path) not in mine}
    store_typed(draft, {**others, **typed}, at=at)
    return save_step(draft, place, page, is_final=is_final, at=at, changed=["answers", "sealed"])


@transaction.atomic(durable=True)
def save_return(
    *,
    draft_id: UUID,
    owner: User,
    page: PageMark,
    method: str,
    address: str | None,
    quantities: Mapping[str, str],
    exemptions: Mapping[str, str],
    is_final: bool,
    at: datetime,
) -> Draft:
    """
    Keep the way of return and the numbers that fees depend on, as typed; no address: as it was.

    :raises DraftMissing, DraftSubmitted, SavedElsewhere: if it cannot be saved.
    """
    draft = lock_draft(draft_id=draft_id, owner=owner)
    place = Place(FilingStep.RETURN)
    _require_page(draft, place, page)
    draft.return_method = method[:8]
    if address is not None:
        draft.return_address = address[:300]
    draft.fee_quantities = {key: value[:20] for key, value in quantities.items()}
    draft.fee_exemptions = {key: value[:64] for key, value in exemptions.items() if value}
    changed = ["return_method", "return_address", "fee_quantities", "fee_exemptions"]
    return save_step(draft, place, page, is_final=is_final, at=at, changed=changed)


def _require_page(draft: Draft, place: Place, page: PageMark) -> None:
    """:raises SavedElsewhere: if another page has saved this very step meanwhile."""
    last = draft.saves.get(place.mark)
    if last and last["version"] > page.version and last["page"] != page.token:
        raise SavedElsewhere(draft)
