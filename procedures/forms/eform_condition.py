"""What questions and sections of an e-form have in common: the rows of their condition."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

from crispy_forms.layout import Div, Field as Shown, Fieldset
from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from portal.core.forms import PortalFormHelper
from procedures.eform.definition import Field, FieldType
from procedures.eform.values import tidy_line, tidy_text
from procedures.forms.eform_words import BadWords, Rule, read_rules, rules_of
from procedures.forms.part_rows import shown

OPERATORS: Final = (
    ("", _("– So sánh –")),
    ("equals", _("là")),
    ("not_equals", _("không phải là")),
    ("in", _("là một trong")),
    ("answered", _("đã trả lời")),
    ("unanswered", _("chưa trả lời")),
)
JOINTS: Final = (("all", _("Tất cả các dòng đều đúng")), ("any", _("Ít nhất một dòng đúng")))
SPARE_RULES: Final = 2


class Words(forms.CharField):
    """Text as it is stored: composed letters, nothing invisible."""

    def to_python(self, value: Any) -> str:
        tidy = tidy_text if isinstance(self.widget, forms.Textarea) else tidy_line
        return tidy(super().to_python(value) or "").strip()


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ConditionForm(forms.Form):
    """What questions and sections have in common: when they are shown."""

    mark_optional = False

    def __init__(
        self,
        *,
        earlier: Sequence[Field],
        show_if: Mapping[str, Any] | None,
        data: Mapping[str, Any] | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        joint, rules = rules_of(show_if, earlier)
        self.earlier = earlier
        # A condition of several levels, which came with a file: kept as it is, or dropped.
        self.nested = dict(show_if) if show_if and rules is None else None
        self.rule_count = min(len(rules or ()) + SPARE_RULES, 20) if earlier else 0
        start = {"joint": joint, **(initial or {}), **_rule_initial(rules or ())}
        super().__init__(data=data, initial=start)
        self.helper = PortalFormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def suggestions(self) -> list[str]:
        """What may stand in the value of a rule, for the page to suggest."""
        labels = [one.label for field in self.earlier for one in field.options]
        if any(field.type is FieldType.YES_NO for field in self.earlier):
            labels += [gettext("Có"), gettext("Không")]
        return list(dict.fromkeys(labels))

    def begin_at(self, name: str) -> None:
        """Put the cursor into the first field of what is being added, unless something is wrong."""
        if not self.is_bound:
            self.fields[name].widget.attrs["autofocus"] = True

    def newer(self, stored: Self) -> list[tuple[str, str]]:
        """Return (label, text) of the fields of which `stored` says something else than typed."""
        return [
            (str(bound.label), shown(stored[bound.name]) or gettext("(để trống)"))
            for bound in self
            if bound.name in stored.fields and shown(bound) != shown(stored[bound.name])
        ]

    def add_rules(self) -> list[Any]:
        """Add the inputs of the condition; return their layout."""
        if not self.earlier:
            return []
        choices: list[tuple[str, Any]] = [("", _("– Câu hỏi trước –"))]
        choices += [(field.key, field.label) for field in self.earlier]
        rows: list[Any] = []
        if self.nested is not None:
            self.fields["drop_nested"] = forms.BooleanField(
                label=_("Bỏ điều kiện nhiều tầng đang có"), required=False
            )
            rows.append(Shown("drop_nested"))
        for number in range(self.rule_count):
            names = [f"when_{number}_{part}" for part in ("field", "operator", "value")]
            asked, compared, value = names
            hints = {"number": number + 1}
            self.fields[asked] = forms.ChoiceField(
                label=_("Câu hỏi trước %(number)d") % hints, choices=choices, required=False
            )
            self.fields[compared] = forms.ChoiceField(
                label=_("So sánh %(number)d") % hints, choices=OPERATORS, required=False
            )
            self.fields[value] = Words(
                label=_("Giá trị %(number)d") % hints,
                max_length=2000,
                required=False,
                widget=forms.TextInput(attrs={"list": "gia-tri", "autocomplete": "off"}),
            )
            rows.append(Div(*[Shown(name) for name in names], css_class="eform-rule"))
        self.fields["joint"] = forms.ChoiceField(
            label=_("Nếu có nhiều dòng"), choices=JOINTS, required=False
        )
        return [Fieldset(_("Chỉ hiện khi"), *rows, Shown("joint"), css_class="eform-when")]

    def read_condition(self) -> dict[str, Any] | None:
        """Return the condition that the rows say, in the engine's JSON."""
        rules: list[dict[str, Any]] = []
        for number in range(self.rule_count):
            rule = Rule(
                *(
                    self.cleaned_data.get(f"when_{number}_{part}", "")
                    for part in ("field", "operator", "value")
                )
            )
            try:
                rules += read_rules(rule, self.earlier)
            except BadWords as fault:
                self.add_error(f"when_{number}_{fault.part}", fault.sentence)
        if not rules:
            dropped = self.cleaned_data.get("drop_nested", False)
            return None if dropped else self.nested
        if len(rules) == 1:
            return rules[0]
        return {self.cleaned_data.get("joint") or "all": rules}


def _rule_initial(rules: Sequence[Rule]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, rule in enumerate(rules):
        found |= {
            f"when_{number}_field": rule.field,
            f"when_{number}_operator": rule.operator,
            f"when_{number}_value": rule.value,
        }
    return found
