"""Making a draft revision the one that the public sees."""

from datetime import datetime

from django.db import transaction

from accounts.enums import Role, Tier
from accounts.models import StaffRole, User
from accounts.selectors import list_roles
from portal.core import edition
from portal.core.dates import local_day
from procedures.enums import ProcedureState, RevisionState
from procedures.form_versions import publish_form
from procedures.indexing import index_procedures
from procedures.levels import content_level
from procedures.models import FeeRule, Procedure, Revision
from procedures.search import search_lines


class NotADraft(Exception):
    """Only a draft revision can be published."""


class NotAPublisher(Exception):
    """Whoever would publish holds no such role today; what a person edited, a person publishes."""


class OwnEdit(Exception):
    """Whoever edited a revision last does not publish it."""


@transaction.atomic(durable=True)
def publish_revision(*, revision_id: int, publisher: User | None, at: datetime) -> Procedure:
    """
    Publish a draft revision: it supersedes the one before and gives its words to the search.

    :param publisher: None for a catalogue that was loaded from files, and that nobody edited.
    :raises NotADraft: if it has been published already.
    :raises NotAPublisher: if `publisher` may not publish now.
    :raises OwnEdit: if `publisher` edited it last, save in a commune of few people.
    """
    revision = (
        Revision.objects.select_for_update(of=("self",), no_key=True)
        .select_related("procedure__field")
        .get(pk=revision_id)
    )
    if revision.state != RevisionState.DRAFT:
        raise NotADraft(revision_id)
    _require_second_person(revision, publisher, at=at)
    procedure = Procedure.objects.select_for_update(of=("self",), no_key=True).get(
        pk=revision.procedure_id
    )
    Revision.objects.filter(procedure=procedure, state=RevisionState.PUBLISHED).update(
        state=RevisionState.SUPERSEDED
    )
    revision.state = RevisionState.PUBLISHED
    revision.published_at = at
    revision.published_by = publisher
    revision.save(update_fields=["state", "published_at", "published_by", "small_office"])
    publish_form(revision, at=at)
    procedure.current_revision = revision
    procedure.state = ProcedureState.PUBLISHED
    procedure.name = revision.name
    procedure.search_text = search_words(revision)
    procedure.content_level = measure_content(revision)
    procedure.paid_level = measure_content(revision, can_pay_online=True)
    procedure.save(
        update_fields=[
            "current_revision",
            "state",
            "name",
            "search_text",
            "content_level",
            "paid_level",
        ]
    )
    index_procedures([procedure.pk])
    edition.renew_on_commit()
    return procedure


def _require_second_person(revision: Revision, publisher: User | None, *, at: datetime) -> None:
    """Set on the revision whether one person may have done both: the constraint asks for it."""
    if publisher is None:
        if revision.edited_by_id is not None:
            raise NotAPublisher(revision.pk)
        return
    held = [one for one in list_roles(publisher, on=local_day(at)) if one.role == Role.PUBLISHER]
    if not held:
        raise NotAPublisher(publisher.pk)
    if revision.edited_by_id == publisher.pk:
        if not any(_is_small_office(one) for one in held):
            raise OwnEdit(revision.pk)
        revision.small_office = True


def _is_small_office(role: StaffRole) -> bool:
    agency = role.unit.agency
    return agency is not None and agency.small_office and agency.tier != Tier.PROVINCE


def search_words(revision: Revision) -> str:
    """Return the words under which people look for a procedure, one plain phrase a line."""
    return search_lines(
        [
            revision.name,
            revision.everyday_name,
            *revision.keywords,
            revision.procedure.field.name,
            revision.procedure.code,
        ]
    )


def measure_content(revision: Revision, *, can_pay_online: bool = False) -> int:
    """Return the level that the stored content of a revision carries."""
    return content_level(
        revision,
        cases=list(revision.cases.prefetch_related("times")),
        fees=list(FeeRule.objects.filter(case__revision=revision)),
        papers=list(revision.papers.all()),
        forms=list(revision.printable_forms.all()),
        can_pay_online=can_pay_online,
    )
