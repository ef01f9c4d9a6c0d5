"""Filing the demonstration's dossiers step by step, as a citizen does on the pages."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.enums import IdentityLevel
from accounts.models import Unit, User
from dossiers.enums import Relation
from dossiers.filing import FilingStep
from dossiers.models import Dossier, Draft
from dossiers.services import draft_papers, draft_steps, drafting, submission
from dossiers.services.drafting import PageMark
from portal.core.identity import format_phone
from portal.operations import demo_data
from portal.operations.services.seed_answers import Declared, People, declared
from portal.operations.services.seed_papers import papers_of
from portal.operations.services.seed_stories import Story
from procedures.eform.answers import check, merge, visible_sections
from procedures.eform.definition import Definition
from procedures.eform.drafts import head_of
from procedures.eform.parsing import parse_definition

_MINUTE = timedelta(minutes=1)


def file_dossier(story: Story, *, owner: User, agency: Unit, people: People, at: datetime) -> int:
    """Hand in the dossier of a story at `at` and return its id; a draft begun before goes on."""
    filed_on = at.date()
    told = declared(story, people, filed_on=filed_on)
    draft = _begin(story.procedure, owner=owner, agency=agency, told=told, at=at - 20 * _MINUTE)
    name_draft(draft_id=draft.pk, key=story.key)
    _fill_in(draft, owner=owner, told=told, filed_on=filed_on, at=at - 16 * _MINUTE)
    uploads = papers_of(story, told, people[story.owner])
    # A run that was cut off may have left the first of them.
    for paper in uploads[draft.papers.count() :]:
        draft_papers.add_known_file(
            draft_id=draft.pk,
            owner=owner,
            paper_key=paper.paper_key,
            facts=paper.facts(),
            data=paper.data,
            at=at - 8 * _MINUTE,
        )
    _finish(draft, FilingStep.PAPERS, owner=owner, at=at - 7 * _MINUTE)
    draft_steps.save_return(
        draft_id=draft.pk,
        owner=owner,
        page=_page(draft),
        method=story.returning,
        address=owner.address if story.returning == "POST" else "",
        quantities=told.quantities,
        exemptions={},
        is_final=True,
        at=at - 4 * _MINUTE,
    )
    _finish(draft, FilingStep.REVIEW, owner=owner, at=at - _MINUTE)
    dossier = submission.submit_dossier(
        draft_id=draft.pk, owner=owner, key=story.key, at=at, by_eid=_signs_in_by_eid(owner)
    )
    return dossier.pk


def begin_draft(
    procedure_code: str, *, owner: User, agency: Unit, case: str, at: datetime
) -> Draft:
    """Leave a filing half-way, as people do who lack a paper."""
    told = Declared(case, {}, {})
    return _begin(procedure_code, owner=owner, agency=agency, told=told, at=at)


@transaction.atomic(durable=True)
def name_draft(*, draft_id: Any, key: Any) -> None:
    """Give a draft the key by which the next run knows its dossier."""
    Draft.objects.open().filter(pk=draft_id).update(submission_key=key)


def dossier_ids(stories: Mapping[Any, Story]) -> dict[int, int]:
    """Return the dossiers that exist already, by the number of their story."""
    found = Dossier.objects.filter(submission_key__in=stories).values_list("submission_key", "pk")
    return {stories[key].number: pk for key, pk in found}


def _begin(
    procedure_code: str, *, owner: User, agency: Unit, told: Declared, at: datetime
) -> Draft:
    draft = drafting.start_draft(
        procedure_code=procedure_code, owner=owner, at=at, by_eid=_signs_in_by_eid(owner)
    )
    draft_steps.save_agency(
        draft_id=draft.pk,
        owner=owner,
        page=_page(draft),
        agency_id=agency.pk,
        case_key=told.case,
        is_final=True,
        at=at + _MINUTE,
    )
    draft_steps.save_people(
        draft_id=draft.pk,
        owner=owner,
        page=_page(draft),
        typed=_people(owner, told),
        is_final=True,
        at=at + 3 * _MINUTE,
    )
    return draft


def _signs_in_by_eid(owner: User) -> bool:
    return owner.identity_level == IdentityLevel.EID


def _people(owner: User, told: Declared) -> dict[str, str]:
    child = told.child
    return {
        "relation": Relation.MINOR_CHILD if child else Relation.SELF,
        "phone": format_phone(owner.phone),
        "email": owner.email,
        "address": owner.address,
        "child_name": child.name if child else "",
        "child_born": f"{child.born:%d/%m/%Y}" if child else "",
        "child_identity": "",
    }


def _fill_in(draft: Draft, *, owner: User, told: Declared, filed_on: date, at: datetime) -> None:
    definition = _definition(draft)
    typed = demo_data.typed_answers(definition, told.answers, filed_on=filed_on)
    checked = check(definition, typed, today=filed_on)
    for section in visible_sections(definition, merge(checked.answers, checked.sealed)):
        mine = {field.key for field in section.fields}
        draft_steps.save_section(
            draft_id=draft.pk,
            owner=owner,
            page=_page(draft),
            section=section.key,
            typed={path: values for path, values in typed.items() if head_of(path) in mine},
            is_final=True,
            at=at,
        )
        at += _MINUTE


def _definition(draft: Draft) -> Definition:
    version = draft.revision.form_version
    assert version is not None, draft.procedure.code
    return parse_definition(version.definition)


def _finish(draft: Draft, step: FilingStep, *, owner: User, at: datetime) -> None:
    drafting.finish_step(draft_id=draft.pk, owner=owner, step=step, at=at)


def _page(draft: Draft) -> PageMark:
    # One page after the other, none beside it: whatever was saved last is what this one saw.
    return PageMark(version=draft.version + 1_000, token="seed")  # noqa: S106 -- a page's name
