"""The form of one question of an e-form: what an editor types, to and from the engine's JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from procedures.eform.definition import CHOICES, NUMBERS, SILENT, Field, FieldType
from procedures.eform.editing import make_key
from procedures.eform.names import NOT_IN_GROUP, PREFILLS, TYPE_NAMES
from procedures.forms.eform_condition import ConditionForm, Words, area
from procedures.forms.eform_words import (
    BadWords,
    read_bound,
    read_options,
    write_bound,
    write_options,
)

# Of the engine's JSON: the same name here, taken over as it is.
PLAIN: Final = (
    "help", "example", "required", "personal", "min_length", "max_length", "pattern",
    "pattern_hint", "prefill", "text", "min_rows", "max_rows", "row_title",
)  # fmt: skip
# What an editor writes at length, in a question or a section: shown to be copied if it is in vain.
QUESTION_WORDS: Final = frozenset(
    {
        "label", "help", "example", "text", "options", "pattern", "pattern_hint", "row_title",
        "first_column", "title", "first",
    }
)  # fmt: skip
# Where the engine's name of a property and the input's differ.
INPUTS: Final = {"min": "lowest", "max": "highest", "fields": "first_column", "show_if": "when"}


class SectionForm(ConditionForm):
    """A section: title, help, condition; for a new one, its first question as well."""

    def __init__(
        self,
        *,
        earlier: Sequence[Field] = (),
        stored: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        kept = stored or {}
        super().__init__(
            earlier=earlier,
            show_if=kept.get("show_if"),
            data=data,
            initial={name: kept.get(name, "") for name in ("title", "help")},
        )
        self.fields["title"] = Words(label=_("Tên phần"), max_length=200)
        parts: list[Any] = ["title"]
        if stored is None:
            self.begin_at("title")
            self.fields["first"] = Words(
                label=_("Câu hỏi đầu tiên"),
                max_length=200,
                help_text=_("Một phần luôn có ít nhất một câu hỏi; sửa kỹ hơn sau khi thêm."),
            )
            self.fields["kind"] = forms.ChoiceField(
                label=_("Kiểu trả lời"),
                choices=[
                    (kind.value, name)
                    for kind, name in TYPE_NAMES.items()
                    if kind not in CHOICES | NOT_IN_GROUP
                ],
            )
            parts += ["first", "kind"]
        else:
            self.fields["help"] = Words(
                label=_("Hướng dẫn đầu phần"), max_length=2000, required=False, widget=area(2)
            )
            parts += ["help", *self.add_rules()]
        self.helper.layout = Layout(*parts)

    def raw(self) -> dict[str, Any]:
        """Return the section's parts in the engine's JSON."""
        parts: dict[str, Any] = {"title": self.cleaned_data.get("title", "")}
        if help_text := self.cleaned_data.get("help"):
            parts["help"] = help_text
        if condition := self.read_condition():
            parts["show_if"] = condition
        return parts

    def first_question(self) -> dict[str, Any]:
        return {"type": self.cleaned_data["kind"], "label": self.cleaned_data["first"]}


class QuestionForm(ConditionForm):
    """One question of a given type: only what that type knows is asked."""

    def __init__(
        self,
        kind: FieldType,
        *,
        earlier: Sequence[Field],
        is_column: bool,
        is_new: bool,
        stored: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.kind = kind
        self.is_new = is_new
        self.known_options = {one["label"]: one["value"] for one in _options(stored)}
        kept = stored or {}
        super().__init__(
            earlier=earlier, show_if=kept.get("show_if"), data=data, initial=_initial(kept)
        )
        self.helper.layout = Layout(*self._parts(is_column=is_column))

    def _parts(self, *, is_column: bool) -> list[Any]:
        kind = self.kind
        is_heading = kind is FieldType.HEADING
        self.fields["label"] = Words(
            label=_("Tiêu đề") if kind in SILENT else _("Câu hỏi"),
            max_length=200,
            widget=area(2),
        )
        if self.is_new:
            self.begin_at("label")
        parts: list[Any] = ["label"]
        if kind is FieldType.EXPLANATION:
            self.fields["text"] = Words(label=_("Lời giải thích"), max_length=5000, widget=area(5))
            parts.append("text")
        elif not is_heading:
            parts += self._answer_parts(is_column=is_column)
        return [*parts, *self.add_rules()]

    def _answer_parts(self, *, is_column: bool) -> list[Any]:
        kind = self.kind
        self.fields["help"] = Words(
            label=_("Hướng dẫn"), max_length=2000, required=False, widget=area(2)
        )
        if kind is FieldType.GROUP:
            return ["help", *self._group_parts()]
        self.fields["example"] = Words(label=_("Ví dụ"), max_length=200, required=False)
        flags = ["required"]
        self.fields["required"] = forms.BooleanField(label=_("Bắt buộc trả lời"), required=False)
        if kind is not FieldType.IDENTITY_NUMBER:
            self.fields["personal"] = forms.BooleanField(
                label=_("Dữ liệu cá nhân: mã hóa, che khi không cần xem"), required=False
            )
            flags.append("personal")
        parts: list[Any] = []
        if kind in CHOICES:
            self.fields["options"] = Words(
                label=_("Các lựa chọn, mỗi dòng một"),
                max_length=60_000,
                widget=area(5),
                help_text=_(
                    "Ghi “giá trị: câu chữ” hoặc chỉ câu chữ. Giá trị được lưu trong hồ sơ nên giữ "
                    "nguyên khi sửa câu chữ."
                ),
            )
            parts.append("options")
        parts += ["help", "example", Div(*flags, css_class="eform-flags")]
        parts += self._limit_parts()
        if not is_column:
            self.fields["prefill"] = forms.ChoiceField(
                label=_("Điền sẵn từ"), choices=PREFILLS, required=False
            )
            parts.append("prefill")
        return parts

    def _limit_parts(self) -> list[Any]:
        kind = self.kind
        parts: list[Any] = []
        if kind in {FieldType.TEXT, FieldType.LONG_TEXT}:
            self._pair("min_length", _("Ít nhất (ký tự)"), "max_length", _("Nhiều nhất (ký tự)"))
            parts.append(Div("min_length", "max_length", css_class="eform-pair"))
        if kind is FieldType.TEXT:
            self.fields["pattern"] = forms.CharField(
                label=_("Mẫu mà câu trả lời phải khớp"),
                max_length=300,
                required=False,
                widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
                help_text=_("Biểu thức chính quy kiểu RE2, ví dụ [0-9]{2}[A-Z]-[0-9]{5}."),
            )
            self.fields["pattern_hint"] = Words(
                label=_("Nói mẫu bằng lời"),
                max_length=200,
                required=False,
                help_text=_("Ví dụ: hai chữ số, một chữ hoa, gạch nối, năm chữ số."),
            )
            parts.append(Div("pattern", "pattern_hint", css_class="eform-pair"))
        if kind in NUMBERS or kind is FieldType.DATE:
            is_day = kind is FieldType.DATE
            hint = _("ngày/tháng/năm, hoặc “hôm nay”") if is_day else ""
            for name, label in (
                ("lowest", _("Sớm nhất") if is_day else _("Nhỏ nhất")),
                ("highest", _("Muộn nhất") if is_day else _("Lớn nhất")),
            ):
                self.fields[name] = Words(
                    label=label, max_length=40, required=False, help_text=hint
                )
            parts.append(Div("lowest", "highest", css_class="eform-pair"))
        return parts

    def _group_parts(self) -> list[Any]:
        self._pair("min_rows", _("Ít nhất (dòng)"), "max_rows", _("Nhiều nhất (dòng)"), highest=50)
        self.fields["row_title"] = Words(
            label=_("Gọi mỗi dòng là"),
            max_length=200,
            required=False,
            help_text=_("Ví dụ “Người con” thì các dòng là Người con 1, Người con 2."),
        )
        parts = [Div("min_rows", "max_rows", css_class="eform-pair"), "row_title"]
        if self.is_new:
            self.fields["first_column"] = Words(
                label=_("Câu hỏi đầu tiên trong mỗi dòng"),
                max_length=200,
                help_text=_("Kiểu chữ một dòng; sửa kỹ hơn và thêm câu khác sau khi lưu."),
            )
            parts.append("first_column")
        return parts

    def _pair(
        self, least: str, least_label: Any, most: str, most_label: Any, *, highest: int = 10_000
    ) -> None:
        for name, label in ((least, least_label), (most, most_label)):
            self.fields[name] = forms.IntegerField(
                label=label,
                required=False,
                min_value=0,
                max_value=highest,
                error_messages={"invalid": _("Ghi một số nguyên, ví dụ 50.")},
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )

    def raw(self) -> dict[str, Any]:
        """Return the question in the engine's JSON, without a key; what is empty stays away."""
        typed = self.cleaned_data
        data: dict[str, Any] = {"type": self.kind.value, "label": typed.get("label", "")}
        data |= {name: typed[name] for name in PLAIN if typed.get(name)}
        for name in ("min", "max"):
            data |= self._read(name, INPUTS[name], lambda text: read_bound(text, self.kind))
        data |= self._read(
            "options", "options", lambda text: read_options(text, self.known_options)
        )
        if typed.get("first_column"):
            column = typed["first_column"]
            key = make_key(column, taken=set())
            data["fields"] = [{"key": key, "type": "text", "label": column}]
        if condition := self.read_condition():
            data["show_if"] = condition
        return data

    def _read(self, name: str, field: str, reader: Any) -> dict[str, Any]:
        text = self.cleaned_data.get(field)
        if not text:
            return {}
        try:
            return {name: reader(text)}
        except BadWords as fault:
            self.add_error(field, fault.sentence)
            return {}

    def refuse(self, part: str, sentence: str) -> None:
        """Show why the engine refused the question, at the input that it is about."""
        name = INPUTS.get(part, part)
        if name == "when" and self.rule_count:
            name = "when_0_field"
        self.add_error(name if name in self.fields else None, sentence)


def _initial(stored: Mapping[str, Any]) -> dict[str, Any]:
    start = {name: stored[name] for name in ("label", *PLAIN) if name in stored}
    start |= {INPUTS[name]: write_bound(stored[name]) for name in ("min", "max") if name in stored}
    if "options" in stored:
        start["options"] = write_options(stored["options"])
    return start


def _options(stored: Mapping[str, Any] | None) -> Sequence[Mapping[str, str]]:
    return stored.get("options", ()) if stored else ()
