"""Which sheet to print: a field, or one procedure, of those that the agency serves."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from portal.core.forms import PortalFormHelper
from procedures.models import Field, Procedure
from procedures.selectors.posting import MOST_PROCEDURES, Told


class SheetForm(forms.Form):
    what = forms.ChoiceField(label=gettext_lazy("In bảng niêm yết của"), widget=forms.Select)

    def __init__(self, *args: Any, told: Told, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._things: dict[str, Field | Procedure] = {}
        counts: dict[int, int] = {}
        for procedure, _served in told.served:
            self._things[f"f{procedure.field_id}"] = procedure.field
            self._things[f"p{procedure.pk}"] = procedure
            counts[procedure.field_id] = counts.get(procedure.field_id, 0) + 1
        what = self.fields["what"]
        if isinstance(what, forms.ChoiceField):
            fields = [one for one in self._things.values() if isinstance(one, Field)]
            what.choices = [
                ("", _("Chọn lĩnh vực hoặc thủ tục")),
                (
                    _("Cả lĩnh vực"),
                    [
                        (
                            f"f{one.pk}",
                            _("%(name)s (%(count)d thủ tục)")
                            % {"name": one.name, "count": counts[one.pk]},
                        )
                        for one in fields
                        if counts[one.pk] <= MOST_PROCEDURES
                    ],
                ),
                (
                    _("Một thủ tục"),
                    [
                        (f"p{one.pk}", f"{one.code} {one.name}"[:160])
                        for one in self._things.values()
                        if isinstance(one, Procedure)
                    ],
                ),
            ]
        self.helper = PortalFormHelper(self, submit=gettext_lazy("In bảng niêm yết"))

    @property
    def chosen(self) -> dict[str, Any]:
        """Return the field or procedure, named as the use case takes it."""
        thing = self._things[self.cleaned_data["what"]]
        return {"procedure" if isinstance(thing, Procedure) else "field": thing}
