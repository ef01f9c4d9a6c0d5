"""The forms of the desk: each carries the version of the dossier that its page was made from."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, Final

from crispy_forms.layout import HTML, Field, Layout, Submit
from django import forms
from django.db.models import TextChoices
from django.forms.utils import ErrorDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from dossiers.enums import DecisionOutcome
from dossiers.forms.desk_targets import TargetRows, TargetsForm
from dossiers.forms.proof import ProvableForm
from portal.core.dates import LOCAL_ZONE
from portal.core.forms import DayField, PortalFormHelper
from portal.core.text import normalise_name
from procedures.enums import ResultDelivery

VERSION: Final = "version"
NOBODY: Final = ""
_TEXT: Final = {"rows": 3}


def _capital(vocabulary: type[TextChoices]) -> list[tuple[str, str]]:
    """Return the choices of a vocabulary as a list of options begins them."""
    return [(value, capfirst(str(label))) for value, label in vocabulary.choices]


class DeskForm(ProvableForm):
    """What every form of the desk has: the version seen, and one button named after the deed."""

    submit_label: str | Promise = ""
    submit_class = "btn btn-primary"
    _errors: ErrorDict | None

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[VERSION] = forms.IntegerField(
            initial=version, min_value=0, widget=forms.HiddenInput
        )
        self.helper = PortalFormHelper(self)
        self.helper.layout = Layout(*self.layout(), Field(VERSION), *self.buttons())

    def show_as_typed(self) -> None:
        """Show what was typed without judging it again; only a new press asks for that."""
        self._errors = ErrorDict()

    def layout(self) -> list[Any]:
        """Return the fields in the order of the page."""
        return [Field(name) for name in self.fields if name != VERSION]

    def buttons(self) -> list[Any]:
        return [Submit("submit", self.submit_label, css_class=self.submit_class)]


class AcceptForm(DeskForm):
    submit_label = _("Tiếp nhận hồ sơ")


class ForwardForm(DeskForm):
    submit_label = _("Chuyển bước")

    note = forms.CharField(
        label=_("Lời nhắn cho bước sau"),
        help_text=_("Chỉ cán bộ đọc được."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=_TEXT),
    )


class ApproveForm(DeskForm):
    submit_label = _("Phê duyệt")

    note = forms.CharField(
        label=_("Ý kiến"),
        help_text=_("Chỉ cán bộ đọc được."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=_TEXT),
    )


class SendBackForm(DeskForm):
    submit_label = _("Trả lại bước trước")

    note = forms.CharField(
        label=_("Lý do trả lại"),
        help_text=_("Nói rõ cần sửa gì; người ở bước trước đọc nguyên văn."),
        max_length=2000,
        widget=forms.Textarea(attrs=_TEXT),
    )


class StopForm(DeskForm):
    submit_label = _("Dừng giải quyết hồ sơ")
    submit_class = "btn btn-danger"

    reason = forms.CharField(
        label=_("Lý do dừng giải quyết"),
        help_text=_("Ghi cả căn cứ pháp lý. Công dân đọc nguyên văn."),
        max_length=2000,
        widget=forms.Textarea(attrs=_TEXT),
    )


class ReassignForm(DeskForm):
    submit_label = _("Giao lại")

    to = forms.ChoiceField(
        label=_("Người xử lý"), required=False, choices=[], widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, candidates: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["to"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [
            (NOBODY, _("Chưa giao cho ai, ai nhận trước thì làm")),
            *((str(key), name) for key, name in candidates),
        ]
        self.mark_optional = False

    @property
    def to_id(self) -> int | None:
        return int(self.cleaned_data["to"]) if self.cleaned_data["to"] else None


class IssueForm(DeskForm):
    submit_label = _("Vào sổ, phát hành kết quả")

    number = forms.CharField(label=_("Số, ký hiệu"), max_length=80)
    title = forms.CharField(label=_("Tên kết quả"), max_length=300)
    signed_by_name = forms.CharField(label=_("Người ký"), max_length=120)
    file = forms.FileField(
        label=_("Tệp kết quả đã ký"),
        help_text=_(
            "PDF hoặc ảnh (JPG, PNG, HEIC), không quá 10 MB; không nhận tệp Word và .zip. Công dân "
            "xem và tải về chính tệp này."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.heic,.heif"}),
    )


class HandOverForm(DeskForm):
    submit_label = _("Trả kết quả")

    method = forms.ChoiceField(label=_("Cách trả"), choices=[], widget=forms.RadioSelect)
    recipient_name = forms.CharField(
        label=_("Người nhận kết quả"),
        help_text=_("Bắt buộc khi trả tại quầy. Đối chiếu căn cước trước khi trao."),
        required=False,
        max_length=120,
    )
    recipient_note = forms.CharField(
        label=_("Ghi chú"),
        help_text=_("Ví dụ: nhận thay theo giấy ủy quyền; đã thu bản chính giấy chứng sinh."),
        required=False,
        max_length=300,
    )

    def __init__(self, *args: Any, returns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipient_name"].conditionally_required = True  # type: ignore[attr-defined]
        chosen = self.fields["method"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [choice for choice in _capital(ResultDelivery) if choice[0] in returns]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name = normalise_name(cleaned.get("recipient_name") or "")
        cleaned["recipient_name"] = name
        if cleaned.get("method") == ResultDelivery.COUNTER and not name:
            self.add_error("recipient_name", _("Ghi họ tên người nhận kết quả tại quầy."))
        return cleaned


class RefuseForm(TargetsForm, DeskForm):
    submit_label = _("Từ chối tiếp nhận")
    submit_class = "btn btn-danger"

    ground = forms.CharField(
        label=_("Căn cứ pháp lý"),
        help_text=_("Điều, khoản, tên văn bản. In trên phiếu từ chối."),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "grounds", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(TargetRows(), Field("ground"), Field(VERSION), *self.buttons())


class AskSupplementForm(TargetsForm, DeskForm):
    deadline = DayField(label=_("Hạn bổ sung"), help_text=_("Tính đến hết ngày này."))
    ground = forms.CharField(
        label=_("Căn cứ pháp lý"),
        help_text=_("Điều, khoản, tên văn bản. In trên phiếu yêu cầu bổ sung."),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "grounds", "autocomplete": "off"}),
    )
    message = forms.CharField(
        label=_("Lời nhắn thêm"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs=_TEXT),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            TargetRows(),
            Field("deadline"),
            Field("ground"),
            Field("message"),
            Field(VERSION),
            HTML('<div class="form-actions">'),
            Submit("send", _("Gửi yêu cầu bổ sung"), css_class="btn btn-primary"),
            Submit("preview", _("Xem trước lời nhắn"), css_class="btn btn-secondary"),
            HTML("</div>"),
        )

    @property
    def deadline_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["deadline"], time(23, 59), tzinfo=LOCAL_ZONE)


class ProposeForm(TargetsForm, DeskForm):
    submit_label = _("Trình lãnh đạo")

    outcome = forms.ChoiceField(
        label=_("Đề xuất"), choices=_capital(DecisionOutcome), widget=forms.RadioSelect
    )
    proposal = forms.CharField(
        label=_("Nội dung trình"),
        help_text=_("Kết quả thẩm định và đề xuất; lãnh đạo đọc trước khi ký."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    ground = forms.CharField(
        label=_("Căn cứ pháp lý của việc không đồng ý"),
        help_text=_("Bắt buộc khi không đồng ý giải quyết."),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"list": "grounds", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            Field("outcome"),
            Field("proposal"),
            HTML('<div data-module="reveal" data-show-if="outcome=REFUSED">'),
            TargetRows(),
            Field("ground"),
            HTML("</div>"),
            Field(VERSION),
            *self.buttons(),
        )

    def are_targets_needed(self, cleaned: dict[str, Any]) -> bool:
        return cleaned.get("outcome") == DecisionOutcome.REFUSED

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_refusal = cleaned.get("outcome") == DecisionOutcome.REFUSED
        if is_refusal and not (cleaned.get("ground") or "").strip():
            self.add_error("ground", _("Ghi căn cứ pháp lý của việc không đồng ý."))
        return cleaned


class FixFeeForm(DeskForm):
    """One sum and one ground for each undetermined line, by its id."""

    submit_label = _("Xác định mức thu")

    def __init__(self, *args: Any, lines: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line_ids = [line_id for line_id, _name in lines]
        for line_id, name in lines:
            self.fields[f"amount_{line_id}"] = forms.IntegerField(
                label=_("%(name)s: số tiền (đồng)") % {"name": name},
                help_text=_("Chỉ gõ chữ số, ví dụ 125000."),
                min_value=0,
                max_value=2_000_000_000,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-short"}),
            )
            self.fields[f"ground_{line_id}"] = forms.CharField(
                label=_("Căn cứ của mức thu"),
                help_text=_("Văn bản quy định mức thu và cách tính."),
                max_length=300,
            )
        self.helper.layout = Layout(*self.layout(), Field(VERSION), *self.buttons())
