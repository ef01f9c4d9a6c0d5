"""Forms about local rules: a fee or a time of their own, and its end."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models import Unit
from portal.core.forms import DayField
from procedures.enums import FeeStatus, TimeUnit
from procedures.forms.editing import EditorForm
from procedures.forms.part_fields import CountField, PlainField
from procedures.selectors.local_rules import APART, Choices
from procedures.services.local_rules import NewRule

_MOST_VND: Final = 2_000_000_000
_STATUSES: Final = (FeeStatus.AMOUNT, FeeStatus.FREE)
_UNITS: Final = (TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS, TimeUnit.HOURS, TimeUnit.SAME_DAY)


class LocalRuleForm(EditorForm):
    """Where, about what, by which decision, from when; the two kinds add what is decided."""

    submit_label = _("Ghi quy định")

    place = forms.ChoiceField(label=_("Áp dụng ở"))
    target = forms.ChoiceField()
    decision_number = PlainField(
        label=_("Số quyết định, nghị quyết"),
        max_length=80,
        help_text=_("Ví dụ 12/2026/NQ-HĐND."),
    )
    decision_date = DayField(label=_("Ngày ban hành"))
    annex = PlainField(label=_("Phụ lục, điều khoản"), max_length=200, required=False)
    valid_from = DayField(label=_("Áp dụng từ ngày"))
    valid_until = DayField(
        label=_("Đến hết ngày"), required=False, help_text=_("Để trống nếu chưa định ngày hết.")
    )

    def __init__(self, *args: Any, places: Choices, targets: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = ("", gettext("Chọn"))
        place, target = self.fields["place"], self.fields["target"]
        assert isinstance(place, forms.ChoiceField)
        assert isinstance(target, forms.ChoiceField)
        place.choices = [first, *places] if len(places) > 1 else places
        target.choices = [first, *targets] if len(targets) > 1 else targets

    def rule(self) -> NewRule:
        """Return what a valid form asks for."""
        said = self.cleaned_data
        kind, place = said["place"].split(APART, 1)
        case_key, about = said["target"].split(APART, 1)
        return NewRule(
            unit=Unit.objects.get(key=place) if kind == "unit" else None,
            tier=place if kind == "tier" else "",
            case_key=case_key,
            decision_number=said["decision_number"],
            decision_date=said["decision_date"],
            annex=said["annex"],
            valid_from=said["valid_from"],
            valid_until=said["valid_until"],
            **self.decided(about),
        )

    def decided(self, about: str) -> dict[str, Any]:
        raise NotImplementedError


class LocalFeeForm(LocalRuleForm):
    fee_status = forms.ChoiceField(
        label=_("Mức thu"),
        choices=[(one.value, one.label) for one in _STATUSES],
        initial=FeeStatus.AMOUNT,
        widget=forms.RadioSelect,
    )
    amount_vnd = CountField(
        label=_("Số tiền (đồng)"),
        least=1,
        most=_MOST_VND,
        money=True,
        required=False,
        help_text=_(
            "Để trống nếu không thu. Thay cho mức thu, bậc và mức tối đa đã công bố. Đối tượng "
            "được miễn và mức giảm theo cách nộp vẫn giữ nguyên."
        ),
    )

    field_order = ("place", "target", "fee_status", "amount_vnd")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].label = gettext("Khoản thu")
        self.fields["amount_vnd"].conditionally_required = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        is_free = said.get("fee_status") == FeeStatus.FREE
        if "amount_vnd" in self.errors:
            return said
        if not is_free and said.get("amount_vnd") is None:
            self.add_error("amount_vnd", gettext("Ghi số tiền."))
        if is_free and said.get("amount_vnd"):
            self.add_error("amount_vnd", gettext("Không thu thì để trống số tiền."))
        return said

    def decided(self, about: str) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "fee_key": about,
            "fee_status": said["fee_status"],
            "amount_vnd": said["amount_vnd"] or None,
        }


class LocalTimeForm(LocalRuleForm):
    time_amount = CountField(
        label=_("Thời hạn"),
        least=1,
        most=10_000,
        required=False,
        help_text=_("Phải ngắn hơn thời hạn đã công bố. Để trống nếu trả trong ngày."),
    )
    time_unit = forms.ChoiceField(
        label=_("Tính theo"), choices=[(one.value, one.label) for one in _UNITS]
    )

    field_order = ("place", "target", "time_amount", "time_unit")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].label = gettext("Cách nộp")
        self.fields["time_amount"].conditionally_required = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        same_day = said.get("time_unit") == TimeUnit.SAME_DAY
        if not same_day and said.get("time_amount") is None and "time_amount" not in self.errors:
            self.add_error("time_amount", gettext("Ghi thời hạn là bao nhiêu."))
        return said

    def decided(self, about: str) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "channel": about,
            "time_unit": said["time_unit"],
            "time_amount": said["time_amount"],
        }


class EndForm(EditorForm):
    submit_label = _("Kết thúc áp dụng")

    last_day = DayField(
        label=_("Ngày cuối cùng áp dụng"),
        help_text=_("Muốn ngừng ngay thì ghi ngày hôm qua. Hồ sơ đã nộp không thay đổi."),
    )
