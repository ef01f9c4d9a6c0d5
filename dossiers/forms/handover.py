"""Who goes on with the work of an absent person: one successor for each role in each unit."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Field, Layout, Submit
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _, ngettext

from accounts.enums import Role
from dossiers.selectors.handover import Bundle
from portal.core.forms import PortalFormHelper
from portal.core.text import whole_number


class MoveWorkForm(forms.Form):
    """A list of successors for each bundle; who holds none keeps what they have."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200_000)

    def __init__(self, *args: Any, bundles: Sequence[Bundle], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bundles = bundles
        self.mark_optional = False
        for bundle in bundles:
            count = len(bundle.step_ids)
            known = {"role": capfirst(str(bundle.role.label)), "unit": bundle.unit.name}
            people = [(user.pk, f"{user.full_name}, {user.title}") for user in bundle.candidates]
            self.fields[bundle.key] = forms.TypedChoiceField(
                label=ngettext(
                    "%(role)s, %(unit)s: %(count)d hồ sơ",
                    "%(role)s, %(unit)s: %(count)d hồ sơ",
                    count,
                )
                % {**known, "count": count},
                help_text=""
                if people
                else _(
                    "Chưa có ai khác giữ vai trò này ở đơn vị. Giao vai trò cho một người trước."
                ),
                choices=[("", _("Chưa bàn giao")), *people],
                coerce=int,
                empty_value=None,
                required=False,
            )
        ids = [str(step_id) for bundle in bundles for step_id in bundle.step_ids]
        self.fields["seen"].initial = " ".join(ids)
        self.helper = PortalFormHelper(self)
        self.helper.layout = Layout(
            *(Field(bundle.key) for bundle in bundles),
            Field("seen"),
            Submit("submit", _("Bàn giao tất cả"), css_class="btn btn-primary"),
        )

    def clean_seen(self) -> list[int]:
        numbers = (whole_number(word) for word in str(self.cleaned_data["seen"]).split())
        return [number for number in numbers if number is not None]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.bundles and not self.errors and not self.successors():
            self.add_error(None, _("Chọn người nhận cho ít nhất một vai trò."))
        return cleaned

    def successors(self) -> dict[tuple[int, Role], int]:
        """Return who was chosen, by unit and role."""
        chosen = ((bundle, self.cleaned_data.get(bundle.key)) for bundle in self.bundles)
        return {(bundle.unit.pk, bundle.role): to for bundle, to in chosen if to is not None}
