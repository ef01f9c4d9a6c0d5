"""Why a date was computed: the notes kept beside it, and the sentences that citizens read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _, gettext_noop, ngettext

from portal.core.dates import format_day, format_moment, format_short_day


class NoteKind(StrEnum):
    RECEIVED = "received"
    COUNTED_FROM = "counted_from"
    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    CALENDAR_DAYS = "calendar_days"
    SAME_DAY = "same_day"
    AFTER_CUT_OFF = "after_cut_off"
    PAUSED = "paused"
    EXTENDED = "extended"
    ROLLED = "rolled"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    OPENING = "opening"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Note:
    """One fact of a computation; moments and days in `params` are ISO text."""

    kind: str
    params: Mapping[str, str | int]

    def to_json(self) -> dict[str, object]:
        """Return the note as plain data for a JSON column."""
        return {"kind": str(self.kind), "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: object) -> "Note":
        """
        Return the note that `to_json` wrote.

        :raises ValueError: if `data` is something else.
        """
        match data:
            case {"kind": str(kind), "params": dict(params)}:
                return cls(kind, params)
        raise ValueError(f"Not a note: {data!r}")


@dataclass(frozen=True, slots=True)
class Computed:
    """A moment and the notes that explain it."""

    at: datetime
    notes: tuple[Note, ...]


def notes_to_json(notes: Iterable[Note]) -> list[dict[str, object]]:
    """Return notes as plain data for a JSON column."""
    return [note.to_json() for note in notes]


def notes_from_json(data: Iterable[object]) -> tuple[Note, ...]:
    """
    Return the notes that `notes_to_json` wrote.

    :raises ValueError: if `data` is something else.
    """
    return tuple(Note.from_json(item) for item in data)


def explain(notes: Iterable[Note]) -> list[str]:
    """
    Return the sentences of "Vì sao hẹn ngày này?", two to six of them.

    Notes of later shifts may follow those of the first computation: the last due date counts.
    """
    notes = tuple(notes)
    sentences = [
        _received(notes),
        _term(notes),
        _paused(notes),
        _left_out(notes),
        _made_up(notes),
        _extended(notes) or _due(notes),
    ]
    return [sentence for sentence in sentences if sentence]


_WHY_LATER: Final = {
    "before_opening": gettext_noop("trước giờ làm việc"),
    "between_sessions": gettext_noop("trong giờ nghỉ giữa buổi"),
    "after_closing": gettext_noop("sau giờ làm việc"),
    "weekend": gettext_noop("vào ngày nghỉ cuối tuần"),
    "holiday": gettext_noop("vào ngày nghỉ"),
}


def _received(notes: Sequence[Note]) -> str:
    received, later = _last(notes, NoteKind.RECEIVED), _last(notes, NoteKind.COUNTED_FROM)
    if received is None:
        return ""
    at = _moment(received, "at")
    if later is None:
        return _("Hồ sơ được nhận vào %(at)s, trong giờ làm việc.") % {"at": at}
    why = _(_WHY_LATER[str(later.params["reason"])])
    if later.params["name"]:
        why = f"{why}: {later.params['name']}"
    return _("Hồ sơ được nhận vào %(at)s (%(why)s), nên thời hạn được tính từ %(since)s.") % {
        "at": at,
        "why": why,
        "since": _moment(later, "at"),
    }


def _term(notes: Sequence[Note]) -> str:
    for note in notes:
        match note.kind:
            case NoteKind.WORKING_DAYS:
                return _("Thời hạn là %(count)s ngày làm việc.") % {"count": note.params["days"]}
            case NoteKind.WORKING_HOURS:
                return _("Thời hạn là %(count)s giờ làm việc.") % {"count": note.params["hours"]}
            case NoteKind.CALENDAR_DAYS:
                return _("Thời hạn là %(count)s ngày, tính cả ngày nghỉ.") % {
                    "count": note.params["days"]
                }
            case NoteKind.SAME_DAY:
                return _same_day(notes, cut_off=str(note.params["cut_off"]))
    return ""


def _same_day(notes: Sequence[Note], *, cut_off: str) -> str:
    if _last(notes, NoteKind.AFTER_CUT_OFF) is None:
        return _("Thủ tục này trả kết quả ngay trong ngày làm việc nếu nhận trước hoặc lúc %s.") % (
            cut_off
        )
    return _("Thủ tục này trả kết quả trong ngày; nhận sau %s thì trả vào ngày làm việc sau.") % (
        cut_off
    )


def _paused(notes: Sequence[Note]) -> str:
    paused = [note for note in notes if note.kind == NoteKind.PAUSED]
    if not paused:
        return ""
    minutes = sum(int(note.params["minutes"]) for note in paused)
    return _(
        "Thời gian tạm dừng để chờ bổ sung hoặc nộp tiền (%(length)s) không tính vào thời hạn, "
        "nên ngày hẹn cũ %(before)s được lùi lại đúng bằng thời gian đó."
    ) % {
        "length": _length(minutes, day_minutes=int(paused[-1].params["day_minutes"])),
        "before": _moment(paused[0], "due_before"),
    }


def _left_out(notes: Sequence[Note]) -> str:
    rolled = _last(notes, NoteKind.ROLLED)
    days = "; ".join(_days_off(notes))
    if rolled is not None:
        return _(
            "Ngày cuối của thời hạn là %(landed)s, cơ quan nghỉ, nên chuyển sang %(to)s "
            "(đã bỏ qua: %(days)s)."
        ) % {"landed": _day(rolled, "landed"), "to": _day(rolled, "to"), "days": days}
    return _("Những ngày không tính: %s.") % days if days else ""


def _days_off(notes: Sequence[Note]) -> list[str]:
    parts = []
    weekend = sum(int(note.params["days"]) for note in notes if note.kind == NoteKind.WEEKEND)
    if weekend:
        parts.append(
            ngettext("%d ngày cuối tuần", "%d ngày cuối tuần", weekend) % weekend,
        )
    for name, first, last in _runs(notes):
        when = format_short_day(first)
        if last != first:
            when = _("%(first)s đến %(last)s") % {"first": when, "last": format_short_day(last)}
        parts.append(f"{name} ({when})")
    return parts


def _runs(notes: Sequence[Note]) -> list[tuple[str, date, date]]:
    """Join days off of one name that follow each other: Tết is one line, not five."""
    runs: list[tuple[str, date, date]] = []
    days = {
        date.fromisoformat(str(note.params["date"])): str(note.params["name"])
        for note in notes
        if note.kind == NoteKind.HOLIDAY
    }
    for day, name in sorted(days.items()):
        if runs and runs[-1][0] == name and runs[-1][2] + timedelta(days=1) == day:
            runs[-1] = (name, runs[-1][1], day)
        else:
            runs.append((name, day, day))
    return runs


def _made_up(notes: Sequence[Note]) -> str:
    days = {
        str(note.params["date"]): str(note.params["name"])
        for note in notes
        if note.kind == NoteKind.MAKE_UP
    }
    if not days:
        return ""
    listed = "; ".join(
        f"{format_day(date.fromisoformat(day))} ({name})" if name else format_day(_iso_day(day))
        for day, name in sorted(days.items())
    )
    return _("Được tính là ngày làm việc: %s.") % listed


def _due(notes: Sequence[Note]) -> str:
    due = _last(notes, NoteKind.DUE)
    if due is None:
        return ""
    opening = _last(notes, NoteKind.OPENING)
    at = _moment(due, "at")
    # A later shift leaves the first computation's opening note behind: it explains nothing now.
    if opening is None or opening.params["shown"] != due.params["at"]:
        return _("Vì vậy, ngày hẹn là %s.") % at
    return _(
        "Thời hạn hết đúng đầu giờ làm việc %(landed)s, nên ngày hẹn ghi là cuối buổi làm việc "
        "liền trước: %(at)s."
    ) % {"landed": _moment(opening, "landed"), "at": at}


def _extended(notes: Sequence[Note]) -> str:
    """Say that people set the date, unless a pause has moved it on since."""
    extended, due = _last(notes, NoteKind.EXTENDED), _last(notes, NoteKind.DUE)
    if extended is None:
        return ""
    said = _(
        "Cơ quan không kịp trả kết quả vào %(before)s nên đã xin lỗi và hẹn lại %(to)s (lần "
        "%(number)s)."
    ) % {
        "before": _moment(extended, "before"),
        "to": _moment(extended, "to"),
        "number": extended.params["number"],
    }
    return (
        said
        if due is None or due.params["at"] == extended.params["to"]
        else f"{said} {_due(notes)}"
    )


def _length(minutes: int, *, day_minutes: int) -> str:
    days, rest = divmod(minutes, day_minutes)
    hours, rest = divmod(rest, 60)
    parts = [
        _("%d ngày") % days if days else "",
        _("%d giờ") % hours if hours else "",
        _("%d phút") % rest if rest else "",
    ]
    return _("%s làm việc") % " ".join(part for part in parts if part)


def _last(notes: Sequence[Note], kind: NoteKind) -> Note | None:
    return next((note for note in reversed(notes) if note.kind == kind), None)


def _moment(note: Note, param: str) -> str:
    return format_moment(datetime.fromisoformat(str(note.params[param])))


def _day(note: Note, param: str) -> str:
    return format_day(_iso_day(str(note.params[param])))


def _iso_day(text: str) -> date:
    return date.fromisoformat(text)
