"""What a decision says about the procedures that it assigns, and how an offer ends."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from portal.core.forms import DayField
from procedures.enums import ResultDelivery, ServiceMode
from procedures.forms.editing import EditorForm
from procedures.selectors.editor_offers import Target, level_choices, list_deciding, list_desks
from procedures.services.offer_plan import Terms

_ITSELF = _("Bộ phận một cửa của chính cơ quan")
_OWN_DECISION = _("Chính cơ quan đó")


class TermsForm(EditorForm):
    """Every field of an assignment but for whom and of what, which the address says."""

    submit_label = _("Xem trước kết quả")

    declared_level = forms.TypedChoiceField(label=_("Mức độ công bố"), coerce=int)
    service_mode = forms.ChoiceField(
        label=_("Hình thức"),
        choices=[(mode.value, mode.label) for mode in ServiceMode],
        help_text=_("Toàn trình là mức độ 4; mức độ 1 và 2 là cung cấp thông tin."),
    )
    returns = forms.MultipleChoiceField(
        label=_("Cách trả kết quả"),
        choices=ResultDelivery.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    receiving = forms.ModelChoiceField(
        label=_("Nơi tiếp nhận"), queryset=Unit.objects.none(), required=False, empty_label=_ITSELF
    )
    deciding = forms.ModelChoiceField(
        label=_("Cơ quan giải quyết"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_OWN_DECISION,
    )
    decision_number = forms.CharField(
        label=_("Số quyết định công bố"), max_length=80, help_text=_("Ví dụ 125/QĐ-UBND.")
    )
    decision_date = DayField(label=_("Ngày quyết định"))
    decision_annex = forms.CharField(
        label=_("Phụ lục của quyết định"),
        max_length=200,
        help_text=_("Ví dụ: Phụ lục II, mục A. Ghi “không có” nếu quyết định không có phụ lục."),
    )
    valid_from = DayField(label=_("Có hiệu lực từ ngày"))
    valid_until = DayField(
        label=_("Đến hết ngày"), required=False, help_text=_("Để trống nếu chưa có ngày kết thúc.")
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        level, desks = self.fields["declared_level"], self.fields["receiving"]
        deciding = self.fields["deciding"]
        if isinstance(level, forms.ChoiceField):
            level.choices = level_choices()
        if isinstance(desks, forms.ModelChoiceField):
            desks.queryset = list_desks(on=on)
        if isinstance(deciding, forms.ModelChoiceField):
            deciding.queryset = list_deciding(on=on)

    def terms(self, target: Target) -> Terms:
        """Return what the valid form says."""
        given = dict(self.cleaned_data)
        given["returns"] = tuple(given["returns"])
        return Terms(unit=target.unit, tier=target.tier, **given)


class EndForm(EditorForm):
    submit_label = _("Chấm dứt dịch vụ")
    submit_class = "btn btn-danger"

    last_day = DayField(
        label=_("Ngày cuối cùng"),
        help_text=_("Hôm nay hoặc sau này. Hồ sơ đã nộp vẫn được giải quyết tiếp."),
    )
    decision_number = forms.CharField(label=_("Số quyết định"), max_length=80)
    decision_date = DayField(label=_("Ngày quyết định"))
