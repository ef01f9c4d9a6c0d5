"""Forms of guides, answers and announcements: shape only."""

from datetime import date, datetime, time
from typing import Any, Final

from crispy_forms.layout import Field as Shown, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.core.dates import LOCAL_ZONE
from portal.core.forms import DayField
from procedures import markup
from procedures.enums import ArticleKind, ArticleTopic
from procedures.forms.editing import EditorForm
from procedures.services.article_review import Placing
from procedures.services.articles import Words

_KINDS: Final = [(kind.value, capfirst(str(kind.label))) for kind in ArticleKind]
_HOURS: Final = ("%H:%M", "%Hh%M", "%H.%M", "%Hg%M", "%H")


class KeyField(forms.RegexField):
    """The short name under which a text places a picture or a clip."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            regex=r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
            label=_("Khóa"),
            max_length=50,
            help_text=_("Tên ngắn không dấu để đặt vào bài, ví dụ nut-nop-ho-so."),
            error_messages={"invalid": _("Chỉ dùng chữ thường không dấu, số và gạch nối.")},
            **kwargs,
        )


class WordsForm(EditorForm):
    """The words of an article; `base` says which ones they were changed from."""

    submit_label = _("Lưu bản nháp")

    base = forms.CharField(widget=forms.HiddenInput, required=False, max_length=30)
    title = forms.CharField(
        label=_("Tiêu đề"),
        max_length=200,
        help_text=_("Nói đúng việc cần làm, hoặc chính câu hỏi của người dân."),
    )
    lead = forms.CharField(
        label=_("Câu mở đầu"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    body = forms.CharField(
        label=_("Nội dung"),
        max_length=markup.MAX_BODY,
        widget=forms.Textarea(attrs={"rows": 22, "class": "editor-body"}),
    )

    def clean_title(self) -> str:
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean_lead(self) -> str:
        return " ".join(str(self.cleaned_data["lead"]).split())

    def clean_body(self) -> str:
        body = "\n".join(line.rstrip() for line in str(self.cleaned_data["body"]).splitlines())
        if body.count("\n") >= markup.MAX_LINES:
            raise ValidationError(_("Bài dài quá 600 dòng. Tách thành nhiều bài."))
        bad = markup.bad_links(body)
        if bad:
            raise ValidationError(
                _("Đường dẫn không dùng được: %s. Dùng /trang-nay/, https://…, tel:… hoặc mailto:…")
                % ", ".join(bad[:3])
            )
        return body.strip()

    def words(self) -> Words:
        given = self.cleaned_data
        return Words(given["title"], given["lead"], given["body"])


class DraftForm(WordsForm):
    """The words of a draft that saves itself: `trang` is the open page, which draws the frame."""

    trang = forms.CharField(widget=forms.HiddenInput, required=False, max_length=36)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.form_tag = False
        self.helper.layout = Layout(*self.layout())


class StartForm(WordsForm):
    submit_label = _("Tạo bản nháp")

    kind = forms.TypedChoiceField(
        label=_("Loại bài"), choices=_KINDS, coerce=ArticleKind, widget=forms.RadioSelect
    )
    topic = forms.TypedChoiceField(
        label=_("Chủ đề"), choices=[("", _("Chọn chủ đề")), *ArticleTopic.choices],
        coerce=ArticleTopic,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # There is no draft yet to save to: until then the browser keeps what is typed.
        self.helper.attrs |= {
            "data-module": "submit-once keep-typed",
            "data-keep-offer": "chua-luu",
            **({"data-keep-unsaved": ""} if self.is_bound else {}),
        }

    def layout(self) -> list[Any]:
        return [Shown(name) for name in ("kind", "topic", "title", "lead", "body")]


class PlacingForm(EditorForm):
    """Where and when an article is shown; the last three for announcements only."""

    submit_label = _("Lưu cách hiện")

    topic = forms.TypedChoiceField(
        label=_("Chủ đề"), choices=ArticleTopic.choices, coerce=ArticleTopic
    )
    is_pinned = forms.BooleanField(label=_("Hiện một dòng trên trang chủ"), required=False)
    valid_from = DayField(label=_("Từ ngày"), required=False)
    valid_until = DayField(label=_("Đến hết ngày"), required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        self.is_dated = kind == ArticleKind.ANNOUNCEMENT
        super().__init__(*args, **kwargs)
        if not self.is_dated:
            for name in ("is_pinned", "valid_from", "valid_until"):
                del self.fields[name]

    def layout(self) -> list[Any]:
        names = ["topic"]
        if self.is_dated:
            names += ["is_pinned", "valid_from", "valid_until"]
        return [Shown(name) for name in names]

    def placing(self) -> Placing:
        given = self.cleaned_data
        return Placing(
            topic=given["topic"],
            is_pinned=given.get("is_pinned", False),
            valid_from=given.get("valid_from"),
            valid_until=given.get("valid_until"),
        )


class PublishForm(EditorForm):
    submit_label = _("Công bố")

    base = forms.CharField(widget=forms.HiddenInput, required=False, max_length=30)
    day = DayField(
        label=_("Hiện từ ngày"), required=False, help_text=_("Để trống thì hiện ngay bây giờ.")
    )
    hour = forms.TimeField(
        label=_("Lúc"),
        required=False,
        input_formats=_HOURS,
        help_text=_("Để trống thì từ đầu ngày."),
        widget=forms.TimeInput(
            format="%H:%M",
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-short"},
        ),
        error_messages={"invalid": _("Giờ cần ghi như 7:30 hoặc 13:30.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("hour") and not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", _("Ghi cả ngày, hoặc để trống cả hai để hiện ngay."))
        self._refuse_what_has_passed(cleaned.get("day"), cleaned.get("hour"))
        return cleaned

    def _refuse_what_has_passed(self, day: date | None, hour: time | None) -> None:
        """A slip in the year would show at once what was meant for a later day."""
        now = timezone.localtime()
        if day is None or "hour" in self.errors or day > now.date():
            return
        if day < now.date():
            self.add_error("day", _("Ngày này đã qua. Để trống thì bài hiện ngay bây giờ."))
        elif hour is not None and hour < now.time():
            self.add_error("hour", _("Giờ này đã qua. Để trống cả hai thì bài hiện ngay bây giờ."))

    def shown_from(self) -> datetime | None:
        day = self.cleaned_data.get("day")
        if day is None:
            return None
        hour = self.cleaned_data.get("hour") or time(0, 0)
        return datetime.combine(day, hour, tzinfo=LOCAL_ZONE)


class SendBackForm(EditorForm):
    submit_label = _("Trả lại người soạn")
    submit_class = "btn btn-secondary"

    base = forms.CharField(widget=forms.HiddenInput, required=False, max_length=30)
    note = forms.CharField(
        label=_("Cần sửa gì"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class PictureForm(EditorForm):
    submit_label = _("Tải hình lên")

    key = KeyField()
    alt = forms.CharField(
        label=_("Mô tả hình"),
        max_length=300,
        help_text=_("Đọc cho người không nhìn thấy hình: trong hình có gì, ở đâu."),
    )
    file = forms.FileField(
        label=_("Tệp hình"),
        help_text=_("PNG, JPG hoặc HEIC, tối đa 10 MB. Hệ thống tự vẽ lại ở nhiều cỡ."),
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.heic,.heif"}),
    )


class ClipForm(EditorForm):
    submit_label = _("Tải phim lên")

    key = KeyField()
    title = forms.CharField(label=_("Tên đoạn phim"), max_length=200)
    file = forms.FileField(
        label=_("Tệp phim"),
        help_text=_("MP4 hoặc WebM, tối đa 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".mp4,.webm"}),
    )
    poster = forms.FileField(
        label=_("Hình bìa"),
        help_text=_("Cùng tỷ lệ với phim; hiện trước khi người xem nhấn phát."),
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.heic,.heif"}),
    )
    transcript = forms.CharField(
        label=_("Lời của đoạn phim"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Lời nói và việc diễn ra, cho người không nghe hoặc không xem được."),
    )
    captions = forms.FileField(
        label=_("Phụ đề"),
        required=False,
        help_text=_("Tệp WebVTT (.vtt)."),
        widget=forms.FileInput(attrs={"accept": ".vtt"}),
    )
