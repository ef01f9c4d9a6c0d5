"""Disposing of dossiers whose term is over: listed by itself, proposed by one, done by another."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.security import SecurityEventKind
from accounts.services import security
from dossiers.models import Dossier
from dossiers.services import disposal as dossiers, privacy
from portal.core.dates import add_months, local_day
from portal.core.db import requires_transaction
from portal.notices.models import Notice
from portal.notices.outbox import redact
from portal.operations import policies
from portal.operations.models import Disposal, RetentionRule
from portal.operations.services import doomed

# As many dossiers on one minutes: two people can still look through them.
MOST: Final = 500


class NothingDue(Exception):
    """No dossier waits long enough, or a proposal waits already."""


class DisposalMoved(Exception):
    """It was approved or dropped by somebody else."""


class NeedsSecondPerson(Exception):
    """Whoever proposed does not approve."""


def terms_of_rules(*, at: datetime) -> tuple[datetime, Mapping[str, datetime]]:
    """Return until when a dossier must have been closed: in common, and by code of procedure."""
    day = local_day(at)
    rules: dict[str, RetentionRule] = {}
    for rule in RetentionRule.objects.filter(valid_from__lte=day).order_by("valid_from"):
        rules[rule.procedure_code] = rule
    common = add_months(at, -policies.retention_on(day).dossier_months)
    return common, {code: add_months(at, -rule.months) for code, rule in rules.items()}


def due_to_list(*, at: datetime) -> QuerySet[Dossier]:
    """Narrow to what the next run would list."""
    closed_by, others = terms_of_rules(at=at)
    return dossiers.dossiers_to_list(closed_by=closed_by, others=others)


@requires_transaction
def list_batch(*, at: datetime) -> int:
    """List dossiers whose term is over, their owners told; return how many of a batch."""
    closed_by, others = terms_of_rules(at=at)
    goes_on = local_day(at + policies.retention_on(local_day(at)).dossier_notice)
    return dossiers.list_dossiers(closed_by=closed_by, others=others, goes_on=goes_on, at=at)


@transaction.atomic(durable=True)
def set_rule(*, procedure_code: str, months: int, valid_from: date, source: str) -> RetentionRule:
    """Store how long dossiers of a procedure are kept from a day on; the former stays."""
    return RetentionRule.objects.update_or_create(
        procedure_code=procedure_code,
        valid_from=valid_from,
        defaults={"months": months, "source": source},
    )[0]


@transaction.atomic(durable=True)
def propose(*, by: User, at: datetime) -> Disposal:
    """
    Propose to dispose of what has been listed long enough.

    :raises NothingDue: if there is none, or a proposal waits.
    """
    terms = policies.retention_on(local_day(at))
    due = dossiers.dossiers_to_dispose(listed_by=at - terms.dossier_notice)
    codes = list(due.order_by("pk").values_list("code", flat=True)[:MOST])
    if not codes:
        raise NothingDue
    rules = RetentionRule.objects.filter(valid_from__lte=local_day(at)).order_by("procedure_code")
    lines = [f"{terms.source} ({terms.dossier_months} tháng)"]
    lines += [f"{rule.procedure_code}: {rule.source} ({rule.months} tháng)" for rule in rules]
    try:
        with transaction.atomic():
            return Disposal.objects.create(
                codes=codes, ground="\n".join(lines), proposed_by=by, proposed_at=at
            )
    except IntegrityError as error:
        raise NothingDue from error


@transaction.atomic(durable=True)
def drop(*, disposal_id: int, at: datetime) -> None:
    """
    Give a proposal up: its dossiers stay as they are.

    :raises DisposalMoved: if it waits no more.
    """
    found = _lock(disposal_id)
    found.dropped_at = at
    found.save(update_fields=["dropped_at"])


def approve(*, disposal_id: int, by: User, at: datetime) -> Disposal:
    """
    Approve and carry out, then remove the files.

    :raises DisposalMoved: if it waits no more.
    :raises NeedsSecondPerson: if `by` proposed it.
    """
    done = execute(disposal_id=disposal_id, by=by, at=at)
    doomed.purge_doomed()
    return done


@transaction.atomic(durable=True)
def execute(*, disposal_id: int, by: User, at: datetime) -> Disposal:
    """
    Erase in one transaction what is still due; see `approve`.

    :raises DisposalMoved, NeedsSecondPerson: as `approve`.
    """
    found = _lock(disposal_id)
    if found.proposed_by_id == by.pk:
        raise NeedsSecondPerson
    listed_by = at - policies.retention_on(local_day(at)).dossier_notice
    due = dossiers.still_due(found.codes, listed_by=listed_by)
    codes = list(due.locked().order_by("pk").values_list("code", flat=True))
    files, keys = privacy.erase_dossiers(due, at=at)
    redact(Notice.objects.filter(subject_key__in=[f"dossier:{code}" for code in codes]), at=at)
    doomed.doom(keys, at=at)
    found.codes, found.counts = codes, {"dossiers": len(codes), "files": files}
    found.approved_by, found.approved_at = by, at
    found.save(update_fields=["codes", "counts", "approved_by", "approved_at"])
    security.record(
        SecurityEventKind.DOSSIERS_DISPOSED, at=at, user=by, actor=by, data={"disposal": found.pk}
    )
    return found


@requires_transaction
def _lock(disposal_id: int) -> Disposal:
    waiting = Disposal.objects.filter(approved_at=None, dropped_at=None)
    found = waiting.select_for_update(of=("self",)).filter(pk=disposal_id).first()
    if found is None:
        raise DisposalMoved
    return found
