"""
The demonstration's data, from the units to three hundred dossiers with their histories.

Everything happens in the order of its time, each act in a transaction of its own, and the event
log says what was done: a run that was cut off is finished by the next, and a finished one is left
alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import Unit, User
from accounts.selectors import get_work_calendar
from dossiers import notices
from dossiers.models import Dossier, DossierEvent, Slip
from portal.core import wakeups
from portal.core.dates import to_local
from portal.notices.outbox import settle_history
from portal.operations import demo_data
from portal.operations.services import (
    seed_acts,
    seed_catalogue,
    seed_editorial,
    seed_filing,
    seed_money,
    seed_offers,
    seed_representation,
)
from portal.operations.services.seed_acts import TRACES, Cast
from portal.operations.services.seed_backlog import all_stories as stories
from portal.operations.services.seed_clock import evening, timeline, working_moment_before
from portal.operations.services.seed_stories import BIRTH, BUSINESS, Story, first_stories
from procedures.services.default_life_events import add_default_events

# The province opened long before its oldest dossier.
HISTORY: Final = timedelta(days=150)
# How far the refunds of the first stories are, by agency, and when that was.
_REFUNDS: Final = {"songtranh": "PROPOSED", "binhlam": "PAID"}
_REFUNDED_BEFORE: Final = 400
# A slip takes half a second of a worker that has other things to do.
_PRINT_EVERY: Final = timedelta(seconds=1)
_ON_SLIPS: Final = (
    "dossier__owner",
    "dossier__procedure",
    "dossier__receiving_unit__agency",
    "dossier__deciding_unit",
)
# So many of the latest acts are told to people for real; what came before was told in its time.
_TOLD_FOR_REAL: Final = 4
_TELL_EVERY: Final = 50
_DRAFTS: Final = (("hoa-mai", BUSINESS, "ca-nhan"), ("thu-hang", BIRTH, "dung-han"))

Tell = Callable[[str], None]


class OtherData(Exception):
    """The database holds an administration that is not the demonstration's."""


@dataclass(frozen=True, slots=True)
class Happening:
    """The submission of a story (`move` is -1), or its moves in their order from 0."""

    at: datetime
    story: Story
    move: int


def seed(*, at: datetime, tell: Tell, only_first: bool = False) -> bool:
    """
    Make the demonstration's data as seen from `at`; return False if it was all there.

    With `only_first` it stops at what the demonstration opens with; the tail, of which nothing
    is open, can be made while people use it.

    :raises OtherData: if the database is in other use.
    """
    wanted = first_stories() if only_first else stories()
    if is_complete(wanted):
        return False
    with wakeups.silence():
        now = _begun_at() or at
        if not is_complete(first_stories()):
            tell("cơ quan, cán bộ và công dân")
            units = _seed_people(now)
            tell("thủ tục, tờ khai và biểu mẫu")
            seed_catalogue.seed_procedures(units, at=now - HISTORY)
            seed_offers.seed_contradictions(units, at=now - HISTORY)
            add_default_events()
            seed_editorial.seed_articles(at=now)
            _play_first(units, now=now, tell=tell)
        if not only_first:
            _play_tail(_units(), now=now, at=at, tell=tell)
    return True


def is_complete(wanted: Sequence[Story] | None = None) -> bool:
    """Tell whether every story has been told to its end."""
    done = _moves_done()
    wanted = stories() if wanted is None else wanted
    return all(done.get(story.number) == len(story.moves) for story in wanted)


def _units() -> dict[str, Unit]:
    return {unit.key: unit for unit in Unit.objects.select_related("agency")}


def _seed_people(now: datetime) -> dict[str, Unit]:
    started = now - HISTORY
    if not Unit.objects.exists():
        seed_catalogue.seed_units(valid_from=started.date())
    units = _units()
    if not User.objects.exists():
        seed_catalogue.seed_people(units, at=started)
        seed_representation.seed_representation(at=started)
    return units


def _begun_at() -> datetime | None:
    """
    Return the moment from which an unfinished run looked back: its accounts remember it.

    :raises OtherData: if somebody else's accounts or units are here.
    """
    known = {row["key"] for row in demo_data.load_units()}
    if set(Unit.objects.values_list("key", flat=True)) - known:
        raise OtherData
    first = demo_data.load_people()["staff"][0]["username"]
    created_at = User.objects.filter(username=first).values_list("created_at", flat=True).first()
    if created_at is None and User.objects.exists():
        raise OtherData
    return None if created_at is None else created_at + HISTORY


def _play_first(units: dict[str, Unit], *, now: datetime, tell: Tell) -> None:
    stage = _Stage(units)
    everything = _happenings(first_stories(), units, now=now)
    history, told_for_real = everything[:-_TOLD_FOR_REAL], everything[-_TOLD_FOR_REAL:]
    for position, one in enumerate(history):
        if position % _TELL_EVERY == 0:
            tell(f"hồ sơ và diễn biến: {position}/{len(everything)}")
        stage.happen(one)
    _leave_drafts(stage.cast, units, now=now)
    calendar = get_work_calendar(units["songtranh"])
    seed_money.leave_refunds(
        done=_REFUNDS, at=working_moment_before(to_local(now), _REFUNDED_BEFORE, calendar)
    )
    _mail_slips(before=told_for_real[0].at)
    settle_history(before=told_for_real[0].at)
    # The last acts end this part: as long as one is missing, the next run comes by here again.
    for one in told_for_real:
        stage.happen(one)


def _play_tail(units: dict[str, Unit], *, now: datetime, at: datetime, tell: Tell) -> None:
    """Make what is long over; the workers may run meanwhile, and `at` is the clock's time."""
    stage = _Stage(units)
    known = {story.number for story in first_stories()}
    tail = [story for story in stories() if story.number not in known]
    everything = _happenings(tail, units, now=now)
    for position, one in enumerate(everything):
        if position % _TELL_EVERY == 0:
            tell(f"hồ sơ đã xong của bốn tháng qua: {position}/{len(everything)}")
        if stage.happen(one):
            print_at = at + position * _PRINT_EVERY
            _settle_at_once(stage.dossiers[one.story.number], before=now, print_at=print_at)


class _Stage:
    """What the next act must know: what was done before, and who is there."""

    def __init__(self, units: dict[str, Unit]) -> None:
        self.units = units
        self.cast = Cast(demo_data.citizens_by_key())
        self.done = _moves_done()
        self.dossiers = seed_filing.dossier_ids({story.key: story for story in stories()})

    def happen(self, one: Happening) -> bool:
        """Let one thing happen unless it has before; return whether it did."""
        story = one.story
        if one.move < self.done.get(story.number, -1):
            return False
        if one.move < 0:
            if story.number in self.done:
                return False
            self.dossiers[story.number] = seed_filing.file_dossier(
                story,
                owner=self.cast.citizens[story.owner],
                agency=self.units[story.commune],
                people=self.cast.people,
                at=one.at,
            )
        else:
            seed_acts.perform(
                story.moves[one.move].act,
                story=story,
                dossier_id=self.dossiers[story.number],
                cast=self.cast,
                at=one.at,
            )
        return True


def _happenings(
    wanted: Sequence[Story], units: dict[str, Unit], *, now: datetime
) -> list[Happening]:
    calendars = {key: get_work_calendar(units[key]) for key in {story.commune for story in wanted}}
    found = []
    for story in wanted:
        line = timeline(story, calendar=calendars[story.commune], now=now)
        found.append(Happening(line.submitted_at, story, -1))
        found += [Happening(at, story, move) for move, at in enumerate(line.moves)]
    return sorted(found, key=lambda one: (one.at, one.story.number, one.move))


def _moves_done() -> dict[int, int]:
    """Return how many moves of each story that has its dossier the event log knows."""
    by_key = {story.key: story for story in stories()}
    events: dict[int, list[str]] = {story.number: [] for story in by_key.values()}
    rows = (
        DossierEvent.objects.filter(dossier__submission_key__in=by_key)
        .order_by("dossier", "sequence")
        .values_list("dossier__submission_key", "action")
    )
    for key, action in rows:
        events[by_key[key].number].append(action)
    return {
        story.number: _count_done(story, events[story.number])
        for story in by_key.values()
        if events[story.number]
    }


def _count_done(story: Story, actions: list[str]) -> int:
    left = iter(actions)
    count = 0
    for move in story.moves:
        # Looking for a trace uses up the log as far as it: traces stand in the order of moves.
        if not any(action in TRACES[move.act] for action in left):
            break
        count += 1
    return count


def _leave_drafts(cast: Cast, units: dict[str, Unit], *, now: datetime) -> None:
    yesterday = to_local(now).date() - timedelta(days=1)
    for number, (owner, procedure_code, case) in enumerate(_DRAFTS, start=1):
        seed_filing.begin_draft(
            procedure_code,
            owner=cast.citizens[owner],
            agency=units["songtranh"],
            case=case,
            at=evening(yesterday, number),
        )


def _settle_at_once(dossier_id: int, *, before: datetime, print_at: datetime) -> None:
    """
    Note what one act told people as told in its time, and let its slips be printed in their turn.

    The workers run: nothing may leave now that the rows say left months ago, and what a person
    prints meanwhile must not wait behind all this.
    """
    _put_off_slips(dossier_id, before=before, print_at=print_at)
    code = Dossier.objects.values_list("code", flat=True).get(pk=dossier_id)
    settle_history(before=before, subject_key=f"dossier:{code}")


@transaction.atomic(durable=True)
def _put_off_slips(dossier_id: int, *, before: datetime, print_at: datetime) -> None:
    slips = Slip.objects.filter(dossier=dossier_id, file=None, render_due_at__lt=before)
    for slip in slips.select_related(*_ON_SLIPS):
        notices.queue_slip_mail(slip, at=slip.issued_at, attachment=None)
    slips.update(render_due_at=print_at)


@transaction.atomic(durable=True)
def _mail_slips(*, before: datetime) -> None:
    """Queue now the e-mails that would leave weeks late, once a worker has printed their slips."""
    slips = Slip.objects.filter(issued_at__lt=before).select_related(*_ON_SLIPS)
    for slip in slips.order_by("issued_at", "pk"):
        notices.queue_slip_mail(slip, at=slip.issued_at, attachment=None)
