"""What a reason can be about: one row of tick, reason per paper or answer of a dossier."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from crispy_forms.layout import LayoutObject
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

REASON_LENGTH: Final = 500
# Offered while typing, through a datalist: what clerks write every day.
READY_REASONS: Final = (
    _("Ảnh chụp mờ, không đọc được. Chụp lại rõ bốn góc, đủ ánh sáng."),
    _("Thiếu trang. Chụp hoặc quét đủ các trang, kể cả mặt sau."),
    _("Thiếu chữ ký hoặc dấu xác nhận."),
    _("Giấy tờ đã hết hạn. Nộp bản còn hiệu lực."),
    _("Nộp nhầm loại giấy tờ. Nộp đúng giấy tờ có tên trong mục này."),
    _("Thông tin không khớp với giấy tờ kèm theo. Kiểm tra và khai lại."),
    _("Bản sao chưa được chứng thực theo quy định."),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A paper or an answer: `kind` is "paper", "field" or "whole", `note` what was handed in."""

    kind: str
    key: str
    label: str
    note: str = ""

    @property
    def name(self) -> str:
        """The part of the form fields' names, without the dots of a path."""
        return f"{self.kind}_{self.key.replace('.', '__')}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A target that was ticked, with its reason."""

    target: Target
    reason: str


class TargetRows(LayoutObject):  # type: ignore[misc]  # crispy has no types
    """Where a layout puts the rows; papers lie open, answers are folded."""

    # What crispy asks every object of a layout for; the rows are the form's own business.
    fields: ClassVar[list[str]] = []

    def render(self, form: Any, context: Any, **kwargs: Any) -> SafeString:
        return mark_safe(  # noqa: S308 -- a rendered template
            render_to_string(
                "dossiers/desk/parts/targets.html",
                {
                    "open_rows": form.rows_of("paper", "whole"),
                    "folded_rows": form.rows_of("field"),
                    "is_unfolded": form.has_open_field,
                    "ready_reasons": READY_REASONS,
                },
            )
        )


class TargetsForm(forms.Form):
    """A form with a tick box and a reason for each target; at least one where they are needed."""

    mark_optional = False

    def __init__(self, *args: Any, targets: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = list(targets)
        for target in self.targets:
            self.fields[f"tick_{target.name}"] = forms.BooleanField(
                label=target.label, required=False
            )
            self.fields[f"why_{target.name}"] = forms.CharField(
                label=_("Lý do: %(label)s") % {"label": target.label},
                required=False,
                max_length=REASON_LENGTH,
                widget=forms.TextInput(attrs={"list": "ready-reasons", "autocomplete": "off"}),
            )

    @property
    def has_open_field(self) -> bool:
        """Whether an answer is ticked or wrong, so that its fold must stand open."""
        return any(row["tick"].value() or row["why"].errors for row in self.rows_of("field"))

    def rows_of(self, *kinds: str) -> list[dict[str, Any]]:
        return [
            {
                "target": target,
                "tick": self[f"tick_{target.name}"],
                "why": self[f"why_{target.name}"],
            }
            for target in self.targets
            if target.kind in kinds
        ]

    def are_targets_needed(self, cleaned: dict[str, Any]) -> bool:
        """Tell whether at least one target must be ticked."""
        return True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for target in self.targets:
            is_ticked = cleaned.get(f"tick_{target.name}")
            reason = (cleaned.get(f"why_{target.name}") or "").strip()
            if is_ticked and not reason and f"why_{target.name}" not in self.errors:
                self.add_error(f"why_{target.name}", _("Ghi lý do, công dân sẽ đọc nguyên văn."))
            if reason and not is_ticked:
                self.add_error(f"tick_{target.name}", _("Đánh dấu mục này, hoặc xóa lý do."))
        if self.are_targets_needed(cleaned) and not any(
            cleaned.get(f"tick_{target.name}") for target in self.targets
        ):
            self.add_error(None, _("Đánh dấu ít nhất một giấy tờ hoặc một nội dung khai."))
        return cleaned

    def chosen(self) -> list[Chosen]:
        """Return what was ticked, in the order of the page."""
        return [
            Chosen(target, self.cleaned_data[f"why_{target.name}"].strip())
            for target in self.targets
            if self.cleaned_data.get(f"tick_{target.name}")
        ]
