"""The steps of a workflow, a row each, and the decision under which they are published."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from portal.core.forms import DayField
from procedures.models import Offer
from procedures.workflow import MAX_STEPS, ROLES

PREFIX: Final = "buoc"
# The named buttons of a row, and the one below the last: "len-2", "them".
MOVES: Final = ("len", "xuong", "xoa")
ADD: Final = "them"
_ROLES: Final = [(role.value, role.label) for role in Role if role in ROLES]


class StepForm(forms.Form):
    key = forms.SlugField(widget=forms.HiddenInput, required=False, max_length=64)
    name = forms.CharField(label=_("Tên bước"), max_length=200)
    role = forms.ChoiceField(label=_("Ai làm"), choices=_ROLES)
    unit = forms.ChoiceField(label=_("Ở đâu"))
    hours = forms.IntegerField(
        label=_("Giờ làm việc"),
        min_value=1,
        max_value=2000,
        error_messages={"min_value": _("Mỗi bước ít nhất 1 giờ làm việc.")},
    )
    instruction = forms.CharField(
        label=_("Hướng dẫn cho người làm"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        if isinstance(unit, forms.ChoiceField):
            unit.choices = list(places)


StepForms = forms.formset_factory(
    StepForm, extra=0, max_num=MAX_STEPS, validate_max=True, absolute_max=MAX_STEPS + 10
)


def typed_rows(bound: "forms.BaseFormSet[StepForm]") -> list[dict[str, str]]:
    """Return the rows as they were typed, valid or not."""
    return [
        {name: str(row[name].value() or "") for name in StepForm.base_fields} for row in bound.forms
    ]


def moved(rows: list[dict[str, str]], button: str) -> list[dict[str, str]]:
    """Return the rows after a button: moved up or down, taken out, one more; else unchanged."""
    rows = list(rows)
    if button == ADD:
        return [*rows, {}] if len(rows) < MAX_STEPS else rows
    act, _dash, place = button.partition("-")
    index = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
    if not 0 <= index < len(rows) or act not in MOVES:
        return rows
    row = rows.pop(index)
    if act == "xoa":
        return rows
    rows.insert(max(index - 1, 0) if act == "len" else index + 1, row)
    return rows


class WorkflowPublishForm(forms.Form):
    decision_number = forms.CharField(label=_("Số quyết định phê duyệt quy trình"), max_length=80)
    decision_date = DayField(label=_("Ngày quyết định"))
    offers = forms.TypedMultipleChoiceField(
        label=_("Dịch vụ dùng quy trình này từ bây giờ"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Hồ sơ đang giải quyết giữ quy trình cũ."),
    )

    def __init__(self, *args: Any, offers: Sequence[tuple[Offer, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["offers"]
        if isinstance(chosen, forms.TypedMultipleChoiceField):
            chosen.choices = [(offer.pk, label) for offer, label in offers]
        if offers:
            self.initial.setdefault("offers", [offer.pk for offer, _label in offers])
        else:
            del self.fields["offers"]
