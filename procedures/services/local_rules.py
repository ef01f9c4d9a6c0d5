"""Local rules: added under their decision and ended, each by a publisher of who decides there."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import Unit, User
from portal.core import edition
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from procedures.enums import TimeUnit
from procedures.models import Case, LocalRule, Procedure
from procedures.overrides import is_shorter
from procedures.policies import find_reach, require_decided


class UnknownTarget(Exception):
    """The published content has no such case, fee or filing channel."""


class NotShorter(Exception):
    """The legal time is a maximum: a local one is certainly shorter."""


class Overlaps(Exception):
    """The same place has a rule about the same thing in those days; `rule` is that one."""

    def __init__(self, rule: LocalRule) -> None:
        super().__init__(rule.pk)
        self.rule = rule


class BeforeItsDecision(Exception):
    """A rule does not hold before the day of its decision, nor end before it begins."""


class NoSuchRule(Exception):
    """There is none, or not of this procedure."""


class AlreadyEnded(Exception):
    """It ends on that day or before anyway."""


class BadEnd(Exception):
    """What held until yesterday has been applied: a rule ends yesterday at the earliest."""


@dataclass(frozen=True, slots=True)
class NewRule:
    """Either `fee_key` with status and amount, or `channel` with unit and amount of a time."""

    unit: Unit | None
    tier: str
    case_key: str
    decision_number: str
    decision_date: date
    annex: str
    valid_from: date
    valid_until: date | None
    fee_key: str = ""
    fee_status: str = ""
    amount_vnd: int | None = None
    channel: str = ""
    time_unit: str = ""
    time_amount: int | None = None


@transaction.atomic(durable=True)
def add_rule(*, code: str, rule: NewRule, publisher: User, at: datetime) -> LocalRule:
    """
    Put a local rule in force from its day; dossiers that were submitted keep what they were given.

    :raises NoSuchProcedure: if the catalogue has no such code, or no published content of it.
    :raises NotAPublisher, OutsideAgency: if `publisher` may not publish now, or not for that place.
    :raises NotYetDecided, BeforeItsDecision: if the days contradict each other.
    :raises UnknownTarget, NotShorter, Overlaps: if the rule could not be applied.
    """
    reach = find_reach(publisher, at=at, publishes=True)
    reach.check(rule.unit.pk if rule.unit is not None else None)
    require_decided(rule.decision_date, at=at)
    if rule.valid_from < rule.decision_date or (
        rule.valid_until is not None and rule.valid_until < rule.valid_from
    ):
        raise BeforeItsDecision(rule.valid_from)
    procedure = _lock(code)
    made = LocalRule(
        procedure=procedure,
        added_by=publisher,
        added_at=at,
        **{name: getattr(rule, name) for name in NewRule.__dataclass_fields__},
    )
    if made.time_unit == TimeUnit.SAME_DAY:
        made.time_amount = None
    _check_target(made)
    _check_free(made)
    made.save(force_insert=True)
    edition.renew_on_commit()
    return made


@transaction.atomic(durable=True)
def end_rule(
    *, code: str, rule_id: int, last_day: date, publisher: User, at: datetime
) -> LocalRule:
    """
    Let a rule hold until a day; yesterday takes it back at once.

    :raises NoSuchRule: if the procedure has no such rule.
    :raises NotAPublisher, OutsideAgency: if `publisher` may not publish now, or not for that place.
    :raises BadEnd: if the day lies before yesterday.
    :raises AlreadyEnded: if the rule ends by then already.
    """
    reach = find_reach(publisher, at=at, publishes=True)
    rule = (
        LocalRule.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=rule_id, procedure__code=code)
        .first()
    )
    if rule is None:
        raise NoSuchRule(rule_id)
    reach.check(rule.unit_id)
    if last_day < local_day(at) - timedelta(days=1):
        raise BadEnd(last_day)
    if rule.valid_until is not None and rule.valid_until <= last_day:
        raise AlreadyEnded(rule_id)
    rule.valid_until, rule.ended_by, rule.ended_at = last_day, publisher, at
    rule.save(update_fields=["valid_until", "ended_by", "ended_at"])
    edition.renew_on_commit()
    return rule


@requires_transaction
def _lock(code: str) -> Procedure:
    """Lock the procedure: two who add a rule about the same thing wait for each other here."""
    shown = Procedure.objects.published().filter(current_revision__isnull=False)
    return shown.locked().with_code(code)


def _check_target(rule: LocalRule) -> None:
    case = (
        Case.objects.filter(revision=rule.procedure.current_revision_id, key=rule.case_key)
        .prefetch_related("times", "fees")
        .first()
    )
    if case is None:
        raise UnknownTarget(rule.case_key)
    if rule.fee_key:
        if rule.fee_key not in {fee.key for fee in case.fees.all()}:
            raise UnknownTarget(rule.fee_key)
        return
    given = next((one for one in case.times.all() if one.channel == rule.channel), None)
    if given is None:
        raise UnknownTarget(rule.channel)
    if not is_shorter(rule, given):
        raise NotShorter(rule.channel)


def _check_free(rule: LocalRule) -> None:
    same = LocalRule.objects.filter(
        procedure=rule.procedure,
        unit=rule.unit,
        tier=rule.tier,
        case_key=rule.case_key,
        fee_key=rule.fee_key,
        channel=rule.channel,
    ).filter(Q(valid_until__isnull=True) | Q(valid_until__gte=rule.valid_from))
    if rule.valid_until is not None:
        same = same.filter(valid_from__lte=rule.valid_until)
    # One that was taken back before it began holds on no day.
    found = next(
        (one for one in same if one.valid_until is None or one.valid_from <= one.valid_until), None
    )
    if found is not None:
        raise Overlaps(found)
