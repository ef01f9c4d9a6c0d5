"""
The demonstration's data, from the units to sixty dossiers with their histories.

Everything happens in the order of its time, each act in a transaction of its own, and the event
log says what was done: a run that was cut off is finished by the next, and a finished one is left
alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import Unit, User
from accounts.selectors import get_work_calendar
from dossiers import notices
from dossiers.models import DossierEvent, Slip
from portal.core import wakeups
from portal.core.dates import to_local
from portal.notices.outbox import settle_history
from portal.operations import demo_data
from portal.operations.services import seed_acts, seed_catalogue, seed_filing, seed_representation
from portal.operations.services.seed_acts import TRACES, Cast
from portal.operations.services.seed_clock import evening, timeline
from portal.operations.services.seed_stories import BIRTH, BUSINESS, Story, stories

# The province opened long before its oldest dossier.
HISTORY: Final = timedelta(days=90)
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


def seed(*, at: datetime, tell: Tell) -> bool:
    """
    Make the demonstration's data as seen from `at`; return False if it was all there.

    :raises OtherData: if the database is in other use.
    """
    if is_complete():
        return False
    with wakeups.silence():
        now = _begun_at() or at
        tell("cơ quan, cán bộ và công dân")
        units = _seed_people(now)
        tell("thủ tục, tờ khai và biểu mẫu")
        seed_catalogue.seed_procedures(units, at=now - HISTORY)
        _play(units, now=now, tell=tell)
    return True


def is_complete() -> bool:
    """Tell whether every story has been told to its end."""
    done = _moves_done()
    return all(done.get(story.number) == len(story.moves) for story in stories())


def _seed_people(now: datetime) -> dict[str, Unit]:
    started = now - HISTORY
    if not Unit.objects.exists():
        seed_catalogue.seed_units(valid_from=started.date())
    units = {unit.key: unit for unit in Unit.objects.select_related("agency")}
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


def _play(units: dict[str, Unit], *, now: datetime, tell: Tell) -> None:
    cast = Cast(demo_data.citizens_by_key())
    everything = _happenings(units, now=now)
    history, told_for_real = everything[:-_TOLD_FOR_REAL], everything[-_TOLD_FOR_REAL:]
    done = _moves_done()
    dossiers = seed_filing.dossier_ids({story.key: story for story in stories()})
    for position, one in enumerate(history):
        if position % _TELL_EVERY == 0:
            tell(f"hồ sơ và diễn biến: {position}/{len(everything)}")
        _happen(one, done=done, dossiers=dossiers, cast=cast, units=units)
    _leave_drafts(cast, units, now=now)
    _mail_slips(before=told_for_real[0].at)
    settle_history(before=told_for_real[0].at)
    # The last acts end the seed: as long as one is missing, the next run comes by here again.
    for one in told_for_real:
        _happen(one, done=done, dossiers=dossiers, cast=cast, units=units)


def _happen(
    one: Happening,
    *,
    done: dict[int, int],
    dossiers: dict[int, int],
    cast: Cast,
    units: dict[str, Unit],
) -> None:
    story = one.story
    if one.move >= done.get(story.number, -1):
        if one.move < 0:
            if story.number in done:
                return
            dossiers[story.number] = seed_filing.file_dossier(
                story,
                owner=cast.citizens[story.owner],
                agency=units[story.commune],
                people=cast.people,
                at=one.at,
            )
        else:
            seed_acts.perform(
                story.moves[one.move].act,
                story=story,
                dossier_id=dossiers[story.number],
                cast=cast,
                at=one.at,
            )


def _happenings(units: dict[str, Unit], *, now: datetime) -> list[Happening]:
    calendars = {
        story.commune: get_work_calendar(units[story.commune])
        for story in {story.commune: story for story in stories()}.values()
    }
    found = []
    for story in stories():
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


@transaction.atomic(durable=True)
def _mail_slips(*, before: datetime) -> None:
    """Queue now the e-mails that would leave weeks late, once a worker has printed their slips."""
    slips = Slip.objects.filter(issued_at__lt=before).select_related(
        "dossier__owner",
        "dossier__procedure",
        "dossier__receiving_unit__agency",
        "dossier__deciding_unit",
    )
    for slip in slips.order_by("issued_at", "pk"):
        notices.queue_slip_mail(slip, at=slip.issued_at, attachment=None)
