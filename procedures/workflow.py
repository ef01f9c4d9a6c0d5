"""Whether dossiers can run through the steps of a workflow, and within the legal time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.enums import Role
from procedures.enums import TimeUnit
from procedures.models import ProcessingTime

RECEIVING: Final = "receiving"
DECIDING: Final = "deciding"
DIVISION: Final = "division:"
UNIT: Final = "unit:"
# Who may hold a step; reception and return belong to the desk in every workflow.
ROLES: Final = (Role.OFFICER, Role.LEADER, Role.REGISTRAR)
MAX_STEPS: Final = 20
# Of an ordinary office: the calendars of agencies differ, the law counts days.
HOURS_A_DAY: Final = 8

Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TimeCheck:
    """One legal time beside what the steps add up to."""

    case: str
    channel: str
    legal: str
    # Working hours, None where the law gives no number.
    legal_hours: int | None
    # Working hours by which the steps take longer; 0 when they do not.
    over: int

    @property
    def verdict(self) -> str:
        if self.legal_hours is None:
            return _("không có số ngày để so")
        if self.over:
            return _("vượt %d giờ làm việc") % self.over
        return _("trong hạn")


def wrongs(steps: Steps) -> list[str]:
    """Return why no dossier could run through these steps, as sentences; empty when it could."""
    if not steps:
        return [_("Quy trình chưa có bước nào.")]
    roles = [step["role"] for step in steps]
    said: list[str] = []
    if len(steps) > MAX_STEPS:
        said.append(_("Quy trình có tối đa %d bước.") % MAX_STEPS)
    if roles[-1] != Role.REGISTRAR:
        said.append(_("Bước cuối phải do văn thư làm: vào sổ và phát hành kết quả."))
    if len(roles) < 2 or roles[-2] != Role.LEADER:
        said.append(_("Bước ngay trước văn thư phải do lãnh đạo làm: phê duyệt kết quả."))
    worked = roles[:-2]
    if Role.OFFICER not in worked:
        said.append(_("Phải có ít nhất một bước chuyên viên giải quyết trước khi trình lãnh đạo."))
    if Role.LEADER in worked or Role.REGISTRAR in worked:
        said.append(_("Chỉ một bước lãnh đạo phê duyệt và một bước văn thư, ở cuối quy trình."))
    said += [
        _("Bước “%(name)s”: lãnh đạo và văn thư làm ở cơ quan giải quyết.") % {"name": step["name"]}
        for step in steps
        if step["role"] != Role.OFFICER and step["unit"] != DECIDING
    ]
    return said


def total_hours(steps: Steps) -> int:
    """Return the working hours that all steps may take together."""
    return sum(int(step["hours"]) for step in steps)


def check_times(steps: Steps, times: Iterable[ProcessingTime]) -> list[TimeCheck]:
    """Return each legal time, with `case` loaded, beside the total of the steps."""
    total = total_hours(steps)
    found = []
    for time in times:
        legal = legal_hours(time)
        found.append(
            TimeCheck(
                case=time.case.name,
                channel=time.get_channel_display(),
                legal=str(time),
                legal_hours=legal,
                over=max(total - legal, 0) if legal is not None else 0,
            )
        )
    return found


def is_over_every_time(checks: Iterable[TimeCheck]) -> bool:
    """Tell whether the steps together take longer than any case allows."""
    counted = [one for one in checks if one.legal_hours is not None]
    return bool(counted) and all(one.over for one in counted)


def legal_hours(time: ProcessingTime) -> int | None:
    """
    Return the working hours in a legal time, None where none is given.

    Calendar days count by whole weeks of five working days and, beyond those, as the fewest
    working days that the rest can hold.
    """
    amount = time.amount or 0
    if time.unit == TimeUnit.HOURS:
        return amount
    if time.unit == TimeUnit.SAME_DAY:
        return HOURS_A_DAY
    if time.unit == TimeUnit.WORKING_DAYS:
        return amount * HOURS_A_DAY
    if time.unit == TimeUnit.CALENDAR_DAYS:
        weeks, rest = divmod(amount, 7)
        return (weeks * 5 + max(rest - 2, 0)) * HOURS_A_DAY
    return None
