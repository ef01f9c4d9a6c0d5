"""The form of a draft's fees and charges."""

from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from procedures.enums import FeeKind, FeeStatus, FeeUnit, FilingChannel
from procedures.forms.part_base import PartForm, choose_from, said_by
from procedures.forms.part_fields import CountField, ManyField, OneField, PlainField, RowDayField
from procedures.forms.part_rows import RowForm
from procedures.models import Revision
from procedures.services import parts_fees
from procedures.services.parts_fees import Exemption, FeeRow, Fees, Reduction, Step

_MOST_VND: Final = 2_000_000_000
# A whole fee below this is a slip of the keyboard; a page or a copy may cost less.
_LEAST_VND: Final = 1_000


class StepRow(RowForm):
    noun = _("bậc")
    title_field = "first"

    first = CountField(label=_("Từ bản, trang thứ"), least=2, most=10_000)
    amount_vnd = CountField(label=_("Mức thu (đồng)"), least=1, most=_MOST_VND, money=True)


class ExemptionRow(RowForm):
    noun = _("đối tượng")

    name = PlainField(label=_("Đối tượng được miễn"), max_length=300)
    proof = PlainField(label=_("Giấy tờ chứng minh"), max_length=500, required=False)


class FeeForm(RowForm):
    """One fee or charge of one case."""

    noun = _("khoản thu")
    lists: ClassVar = {"tiers": StepRow, "exemptions": ExemptionRow}

    case_key = OneField(label=_("Trường hợp"))
    name = PlainField(label=_("Tên khoản thu"), max_length=300)
    kind = OneField(label=_("Loại"), choices=FeeKind.choices, initial=FeeKind.CHARGE)
    status = OneField(label=_("Mức thu"), choices=FeeStatus.choices, initial=FeeStatus.UNDETERMINED)
    amount_vnd = CountField(
        label=_("Số tiền (đồng)"), least=1, most=_MOST_VND, money=True, required=False
    )
    unit = OneField(label=_("Tính theo"), choices=FeeUnit.choices, initial=FeeUnit.OCCASION)
    asks_quantity = forms.BooleanField(label=_("Hỏi người nộp số lượng"), required=False)
    channels = ManyField(
        label=_("Thu khi nộp"),
        choices=FilingChannel.choices,
        initial=list(FilingChannel.values),
        error_messages={"required": _("Chọn ít nhất một cách nộp.")},
    )
    ground = PlainField(
        label=_("Căn cứ của mức thu"),
        max_length=300,
        required=False,
        help_text=_("Số văn bản, điều khoản. Cần có khi định hoặc đổi mức thu."),
    )
    text = PlainField(label=_("Diễn giải"), max_length=5000, required=False, lines=2)
    cap_vnd = CountField(
        label=_("Thu nhiều nhất (đồng)"), least=1, most=_MOST_VND, money=True, required=False
    )
    valid_from = RowDayField(label=_("Áp dụng từ ngày"), required=False)
    valid_until = RowDayField(label=_("Đến hết ngày"), required=False)

    def add_choices(self) -> None:
        choose_from(self, "case_key", self.known.cases)
        self.fields["case_key"].initial = next((key for key, _name in self.known.cases), "")
        for channel in FilingChannel:
            self.fields[_less(channel)] = CountField(
                label=_("Giảm khi nộp %s (%%)") % channel.label, least=1, most=100, required=False
            )

    def reduction_fields(self) -> list[forms.BoundField]:
        return [self[_less(channel)] for channel in FilingChannel]

    def facts(self) -> str:
        """Return in a line what is charged, for the folded row."""
        if self.is_bound:
            return ""
        status, amount = self.initial.get("status"), self.initial.get("amount_vnd")
        if status == FeeStatus.AMOUNT and amount:
            return gettext("%(amount)s đồng / %(unit)s") % {
                "amount": f"{amount:,}".replace(",", "."),
                "unit": FeeUnit(self.initial["unit"]).label,
            }
        return str(dict(FeeStatus.choices).get(str(status), ""))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        status, amount = said.get("status"), said.get("amount_vnd")
        if status == FeeStatus.AMOUNT:
            self._check_amount(amount, said.get("unit"))
        elif status and self._names_an_amount(said):
            self.add_error(
                "status",
                gettext("Có ghi số tiền, bậc, mức trần hoặc mức giảm thì chọn “có mức thu”."),
            )
        begins, ends = said.get("valid_from"), said.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", gettext("Ngày hết áp dụng phải sau ngày bắt đầu."))
        return said

    def _check_amount(self, amount: int | None, unit: str | None) -> None:
        if "amount_vnd" in self.errors:
            return
        if amount is None:
            self.add_error("amount_vnd", gettext("Ghi số tiền, hoặc chọn “chưa xác định”."))
        elif unit == FeeUnit.OCCASION and amount < _LEAST_VND:
            self.add_error(
                "amount_vnd",
                gettext("Một lần mà dưới 1.000 đồng: kiểm tra lại, có thể thiếu ba số 0."),
            )

    def _names_an_amount(self, said: dict[str, Any]) -> bool:
        names = ["amount_vnd", "cap_vnd", *(_less(channel) for channel in FilingChannel)]
        return any(said.get(name) is not None for name in names) or bool(self.kept("tiers"))

    def row(self) -> FeeRow:
        """Return what the valid row says."""
        said = self.cleaned_data
        plain = {
            name: said[name]
            for name in FeeRow.__dataclass_fields__
            if name not in {"key", "channels", "tiers", "exemptions", "reductions"}
        }
        steps = (one.cleaned_data for one in self.kept("tiers"))
        return FeeRow(
            **plain,
            key=self.key.partition("/")[2],
            channels=tuple(one for one in FilingChannel.values if one in said["channels"]),
            tiers=tuple(
                sorted(
                    (Step(one["first"], one["amount_vnd"]) for one in steps),
                    key=lambda step: step.first,
                )
            ),
            exemptions=tuple(
                Exemption(one.key, one.cleaned_data["name"], one.cleaned_data["proof"])
                for one in self.kept("exemptions")
            ),
            reductions=tuple(
                Reduction(channel.value, said[_less(channel)])
                for channel in FilingChannel
                if said[_less(channel)]
            ),
        )


class FeesForm(PartForm):
    """The fees of every case, one after the other."""

    lists: ClassVar = {"fees": FeeForm}

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        return {"fees": [_initial(row) for row in parts_fees.read_fees(revision).fees]}

    def stored_rows(self) -> list[RowForm]:
        cases = [key for key, _name in self.known.cases]
        return sorted(
            super().stored_rows(), key=lambda row: cases.index(row.cleaned_data["case_key"])
        )

    def part(self) -> Fees:
        return Fees(tuple(row.row() for row in self.stored_rows() if isinstance(row, FeeForm)))


def _initial(row: FeeRow) -> dict[str, Any]:
    return (
        said_by(row)
        | {
            # Two cases may each have a fee of one key.
            "key": f"{row.case_key}/{row.key}",
            "channels": list(row.channels),
            "tiers": [said_by(one) for one in row.tiers],
            "exemptions": [said_by(one) for one in row.exemptions],
        }
        | {f"{one.channel.lower()}_less": one.percent for one in row.reductions}
    )


def _less(channel: FilingChannel) -> str:
    return f"{channel.lower()}_less"
