"""Taking a procedure out of force by a decision, and taking that back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from portal.core import edition
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from procedures.enums import ProcedureState, RevisionState
from procedures.indexing import index_procedures
from procedures.models import Offer, Procedure, Revision
from procedures.policies import require_decided, require_publisher

_REPEAL = (
    "state", "repealed_at", "repealed_by", "repeal_decision", "repeal_date", "replaced_by",
    "repeal_ended",
)  # fmt: skip


class AlreadyRepealed(Exception):
    """Somebody has repealed it already."""


class NeverShown(Exception):
    """It is still being entered by hand: nobody outside knows it, so it is discarded instead."""


class NotRepealed(Exception):
    """The procedure is in force, or was never."""


class BadReplacement(Exception):
    """What replaces a procedure is another one, in force."""


@transaction.atomic(durable=True)
def repeal_procedure(
    *,
    code: str,
    decision: str,
    decision_date: date,
    replaced_by: str,
    publisher: User,
    at: datetime,
) -> Procedure:
    """
    Repeal a procedure: its offers end today, what waits for review is a draft again.

    Dossiers that were submitted go on; people's drafts are told when next opened.

    :param replaced_by: the code of what people do instead, "" for nothing.
    :raises NoSuchProcedure: if the catalogue has no such code.
    :raises AlreadyRepealed: if it has been repealed.
    :raises NeverShown: if it is only being entered.
    :raises BadReplacement: if `replaced_by` is the procedure itself, unknown or repealed.
    :raises NotYetDecided: if the decision is of a day to come.
    :raises NotAPublisher: if `publisher` may not publish now.
    """
    require_publisher(publisher, at=at)
    require_decided(decision_date, at=at)
    procedure = Procedure.objects.locked().with_code(code)
    if procedure.state == ProcedureState.REPEALED:
        raise AlreadyRepealed(code)
    if procedure.is_withheld:
        raise NeverShown(code)
    procedure.replaced_by = _replacement(procedure, replaced_by)
    procedure.state = ProcedureState.REPEALED
    procedure.repealed_at, procedure.repealed_by = at, publisher
    procedure.repeal_decision, procedure.repeal_date = decision, decision_date
    procedure.repeal_ended = _end_offers(procedure, on=local_day(at))
    procedure.save(update_fields=_REPEAL)
    # Nothing of it goes out by itself any more; what was written stays.
    for revision in Revision.objects.locked().filter(
        procedure=procedure, state__in=[RevisionState.IN_REVIEW, RevisionState.SCHEDULED]
    ):
        revision.state = RevisionState.DRAFT
        revision.publish_at = revision.scheduled_by = None
        revision.version += 1
        revision.save(update_fields=["state", "publish_at", "scheduled_by", "version"])
    index_procedures([procedure.pk])
    edition.renew_on_commit()
    return procedure


@transaction.atomic(durable=True)
def take_repeal_back(*, code: str, publisher: User, at: datetime) -> Procedure:
    """
    Put a repealed procedure back in force, with the offers that its repeal ended.

    The history keeps the repeal, with who took it back.

    :raises NoSuchProcedure: if the catalogue has no such code.
    :raises NotRepealed: if it is in force.
    :raises NotAPublisher: if `publisher` may not publish now.
    """
    require_publisher(publisher, at=at)
    procedure = Procedure.objects.locked().with_code(code)
    if procedure.state != ProcedureState.REPEALED:
        raise NotRepealed(code)
    for ended in procedure.repeal_ended:
        _resume_offer(ended)
    has_content = procedure.current_revision_id is not None
    procedure.state = ProcedureState.PUBLISHED if has_content else ProcedureState.LISTED
    procedure.repealed_at = procedure.repealed_by = None
    procedure.repeal_decision, procedure.repeal_date = "", None
    procedure.replaced_by, procedure.repeal_ended = None, []
    procedure.save(update_fields=_REPEAL)
    index_procedures([procedure.pk])
    edition.renew_on_commit()
    return procedure


@requires_transaction
def _replacement(procedure: Procedure, code: str) -> Procedure | None:
    if not code:
        return None
    found = Procedure.objects.findable().filter(code=code).exclude(pk=procedure.pk).first()
    if found is None:
        raise BadReplacement(code)
    return found


def _end_offers(procedure: Procedure, *, on: date) -> list[dict[str, Any]]:
    """End what is offered now or later, and return what is needed to offer it again."""
    ended = []
    for offer in procedure.offers.locked().order_by("pk"):
        if offer.valid_until is not None and offer.valid_until <= on:
            continue
        ended.append(
            {
                "offer": offer.pk,
                "until": offer.valid_until.isoformat() if offer.valid_until else None,
                "ended": on.isoformat(),
            }
        )
        offer.valid_until = on
        offer.save(update_fields=["valid_until"])
    return ended


def _resume_offer(ended: Mapping[str, Any]) -> None:
    until = ended["until"]
    # An offer that somebody has dated otherwise since is left alone.
    Offer.objects.filter(pk=ended["offer"], valid_until=ended["ended"]).update(
        valid_until=date.fromisoformat(until) if until else None
    )
