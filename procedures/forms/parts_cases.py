"""The form of a draft's cases and their processing times."""

from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from procedures.enums import FilingChannel, TimeUnit
from procedures.forms.part_base import PartForm
from procedures.forms.part_fields import CountField, OneField, PlainField
from procedures.forms.part_rows import RowForm
from procedures.models import Revision
from procedures.services import parts_cases
from procedures.services.parts_cases import CaseRow, Cases, TimeRow

_CHANNELS: Final = tuple(FilingChannel)
_COUNTED: Final = {TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS, TimeUnit.HOURS}


class CaseForm(RowForm):
    """A case, and its time for each channel; a channel without a unit is not offered."""

    noun = _("trường hợp")

    name = PlainField(label=_("Tên trường hợp"), max_length=300)
    hint = PlainField(label=_("Khi nào chọn"), max_length=300, required=False)

    def add_choices(self) -> None:
        for channel in _CHANNELS:
            for name, field in _time_fields().items():
                self.fields[f"{channel.lower()}_{name}"] = field

    def channels(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields of each channel, for the table of times."""
        return [
            (
                str(channel.label),
                [
                    self[f"{channel.lower()}_{name}"]
                    for name in ("unit", "amount", "cut_off", "note")
                ],
            )
            for channel in _CHANNELS
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for channel in _CHANNELS:
            stem = channel.lower()
            unit, amount = said.get(f"{stem}_unit"), said.get(f"{stem}_amount")
            if unit in _COUNTED and amount is None and f"{stem}_amount" not in self.errors:
                self.add_error(f"{stem}_amount", gettext("Ghi thời hạn là bao nhiêu."))
            if said.get(f"{stem}_cut_off") and unit != TimeUnit.SAME_DAY:
                self.add_error(
                    f"{stem}_cut_off",
                    gettext("Giờ chốt chỉ dùng cho việc trả trong ngày. Xóa giờ, hoặc đổi đơn vị."),
                )
        return said

    def times(self) -> tuple[TimeRow, ...]:
        said = self.cleaned_data
        rows = []
        for channel in _CHANNELS:
            stem = channel.lower()
            unit = said[f"{stem}_unit"]
            if not unit:
                continue
            is_counted = unit in _COUNTED
            rows.append(
                TimeRow(
                    channel=channel.value,
                    unit=unit,
                    amount=said[f"{stem}_amount"] if is_counted else None,
                    cut_off=said[f"{stem}_cut_off"],
                    note=said[f"{stem}_note"],
                )
            )
        return tuple(rows)


class CasesForm(PartForm):
    """The cases and their times; one of them is the usual one."""

    lists: ClassVar = {"cases": CaseForm}

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        said = parts_cases.read_cases(revision).cases
        return {
            "cases": [
                {"key": case.key, "name": case.name, "hint": case.hint}
                | {
                    f"{time.channel.lower()}_{name}": getattr(time, name)
                    for time in case.times
                    for name in ("unit", "amount", "cut_off", "note")
                }
                for case in said
            ],
            "default": next((at for at, case in enumerate(said) if case.is_default), 0),
        }

    @property
    def default_mark(self) -> str:
        """The mark of the row that is the usual case."""
        chosen = self.data.get("default") if self.is_bound else str(self.initial["default"])
        marks = [row.mark for row in self.rows["cases"]]
        return chosen if chosen in marks else next(iter(marks), "")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.kept("cases"):
            self.add_error(
                None,
                gettext("Cần ít nhất một trường hợp. Thủ tục nào cũng có trường hợp thông thường."),
            )
        return said

    def part(self) -> Cases:
        rows = self.kept("cases")
        default = self.default_mark
        if default not in [row.mark for row in rows]:
            default = rows[0].mark
        return Cases(
            tuple(
                CaseRow(
                    key=row.key,
                    name=row.cleaned_data["name"],
                    hint=row.cleaned_data["hint"],
                    is_default=row.mark == default,
                    times=row.times(),
                )
                for row in rows
                if isinstance(row, CaseForm)
            )
        )


def _time_fields() -> dict[str, forms.Field]:
    units = [("", gettext("không nhận")), *TimeUnit.choices]
    return {
        "unit": OneField(label=_("Đơn vị"), choices=units, required=False),
        "amount": CountField(label=_("Thời hạn"), least=1, most=3650, required=False),
        "cut_off": forms.TimeField(
            label=_("Giờ chốt"),
            required=False,
            input_formats=["%H:%M", "%Hh%M", "%Hh", "%H"],
            widget=forms.TimeInput(
                format="%H:%M",
                attrs={"type": "text", "placeholder": "15:00", "class": "input-count"},
            ),
            error_messages={"invalid": _("Ghi giờ và phút, ví dụ 15:00.")},
        ),
        "note": PlainField(label=_("Ghi chú"), max_length=500, required=False),
    }
