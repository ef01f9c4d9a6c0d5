"""Forms of the unit administrator's pages: shape only; what may be given is asked elsewhere."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any, Final

from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.enums import DayKind, Role
from accounts.models import StaffRole, Unit, User
from portal.core.forms import DayField, PortalFormHelper
from portal.core.person_fields import PhoneField
from portal.core.text import normalise_name

HOUR_FORMATS: Final = ("%H:%M", "%Hh%M", "%H.%M", "%Hg%M", "%H")
PERIODS: Final = 3


class UnitForm(forms.Form):
    """What every form here has: one button named after what it does."""

    submit_label: str | Promise = _("Lưu")
    submit_class = "btn btn-primary"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self)
        self.helper.layout = Layout(
            *self.layout(), Submit("submit", self.submit_label, css_class=self.submit_class)
        )

    def layout(self) -> list[Any]:
        """Return the fields in the order of the page."""
        return [Field(name) for name in self.fields]


def unit_choices(units: Iterable[Unit]) -> list[tuple[int, str]]:
    """Return units as options: a desk or a division with the agency it belongs to."""
    by_id = {unit.pk: unit for unit in units}
    return [(unit.pk, _unit_name(unit, by_id.get(unit.agency_id or 0))) for unit in by_id.values()]


def _unit_name(unit: Unit, agency: Unit | None) -> str:
    return unit.name if agency in {None, unit} else f"{unit.name} ({agency})"


class GrantRoleForm(UnitForm):
    submit_label = _("Giao vai trò")

    role = forms.TypedChoiceField(label=_("Vai trò"), choices=[], coerce=Role)
    unit = forms.TypedChoiceField(label=_("Ở đơn vị"), choices=[], coerce=int)
    valid_from = DayField(label=_("Từ ngày"), help_text="")
    valid_until = DayField(
        label=_("Đến hết ngày"),
        help_text=_("Để trống nếu chưa biết ngày kết thúc."),
        required=False,
    )

    def __init__(
        self, *args: Any, roles: Sequence[Role], units: Iterable[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        options = [(role.value, capfirst(str(role.label))) for role in roles]
        _choose(self, "role", [("", _("Chọn vai trò")), *options])
        _choose(self, "unit", [("", _("Chọn đơn vị")), *unit_choices(units)])


class InviteForm(UnitForm):
    submit_label = _("Gửi lời mời")

    full_name = forms.CharField(label=_("Họ và tên"), max_length=120)
    title = forms.CharField(label=_("Chức danh"), max_length=120)
    username = forms.RegexField(
        label=_("Tên đăng nhập"),
        regex=r"^[a-z0-9][a-z0-9._-]{2,63}$",
        help_text=_("Chữ thường không dấu, số, dấu chấm; ví dụ: lan.nguyen.songtranh"),
        error_messages={"invalid": _("Dùng 3 đến 64 chữ thường không dấu, số hoặc dấu chấm.")},
    )
    email = forms.EmailField(
        label=_("Thư điện tử công vụ"),
        help_text=_("Đường dẫn đặt mật khẩu gửi đến địa chỉ này, dùng được trong 72 giờ."),
        error_messages={"invalid": _("Thư điện tử cần có dạng ten@noicap.vn.")},
    )
    phone = PhoneField(required=False)
    role = forms.TypedChoiceField(label=_("Vai trò đầu tiên"), choices=[], coerce=Role)
    unit = forms.TypedChoiceField(label=_("Ở đơn vị"), choices=[], coerce=int)
    valid_until = DayField(
        label=_("Đến hết ngày"),
        help_text=_("Để trống nếu chưa biết ngày kết thúc."),
        required=False,
    )

    def __init__(
        self, *args: Any, roles: Sequence[Role], units: Iterable[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        options = [(role.value, capfirst(str(role.label))) for role in roles]
        _choose(self, "role", [("", _("Chọn vai trò")), *options])
        _choose(self, "unit", [("", _("Chọn đơn vị")), *unit_choices(units)])

    def clean_full_name(self) -> str:
        return normalise_name(self.cleaned_data["full_name"])


class EndRoleForm(UnitForm):
    submit_label = _("Thôi vai trò")
    submit_class = "btn btn-danger"

    last_day = DayField(
        label=_("Ngày cuối cùng giữ vai trò"),
        help_text=_("Để trống thì vai trò hết hiệu lực ngay bây giờ."),
        required=False,
    )


class DelegateForm(UnitForm):
    submit_label = _("Ủy quyền")

    roles = forms.TypedMultipleChoiceField(
        label=_("Vai trò được làm thay"),
        choices=[],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Chọn ít nhất một vai trò.")},
    )
    to = forms.TypedChoiceField(
        label=_("Người làm thay"),
        help_text=_("Cán bộ đang làm việc ở cùng cơ quan."),
        choices=[],
        coerce=int,
    )
    first_day = DayField(label=_("Từ ngày"), help_text="")
    last_day = DayField(
        label=_("Đến hết ngày"),
        help_text=_("Tối đa 30 ngày kể cả ngày đầu; vắng lâu hơn thì ủy quyền tiếp sau đó."),
    )

    def __init__(
        self,
        *args: Any,
        roles: Iterable[StaffRole],
        colleagues: Iterable[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        options = [
            (one.pk, f"{capfirst(one.get_role_display())}, {one.unit.name}") for one in roles
        ]
        _choose(self, "roles", options)
        people = [(one.pk, f"{one.full_name}, {one.title}".rstrip(", ")) for one in colleagues]
        _choose(self, "to", [("", _("Chọn người")), *people])


class HourField(forms.TimeField):
    """A clock time as people write it: 7:30, 07h30 or 7."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}
        super().__init__(
            input_formats=HOUR_FORMATS,
            required=False,
            widget=forms.TimeInput(format="%H:%M", attrs=attrs),
            error_messages={"invalid": _("Giờ cần ghi như 7:30 hoặc 13:30.")},
            **kwargs,
        )


class HoursForm(UnitForm):
    """Up to three periods of work a day, and what citizens are told about them."""

    submit_label = _("Lưu giờ làm việc và liên hệ")
    # Nearly every field may stay empty: said of each it would drown the labels.
    mark_optional = False

    opens_1 = HourField(label=_("Buổi thứ nhất, từ"))
    closes_1 = HourField(label=_("đến"))
    opens_2 = HourField(label=_("Buổi thứ hai, từ"))
    closes_2 = HourField(label=_("đến"))
    opens_3 = HourField(label=_("Buổi thứ ba, từ"))
    closes_3 = HourField(label=_("đến"))
    reception_note = forms.CharField(
        label=_("Ghi chú giờ tiếp nhận"),
        help_text=_("Ví dụ: Sáng thứ Bảy tiếp nhận từ 7:30 đến 11:30."),
        required=False,
        max_length=200,
    )
    phone = forms.CharField(label=_("Điện thoại cho công dân"), required=False, max_length=40)
    email = forms.EmailField(
        label=_("Thư điện tử"),
        required=False,
        error_messages={"invalid": _("Thư điện tử cần có dạng ten@noicap.vn.")},
    )
    address = forms.CharField(label=_("Địa chỉ"), required=False, max_length=300)

    def layout(self) -> list[Any]:
        periods = [
            Div(Field(f"opens_{number}"), Field(f"closes_{number}"), css_class="unit-period")
            for number in range(1, PERIODS + 1)
        ]
        return [
            *periods,
            "reception_note",
            HTML(f'<h2 class="desk-h2">{_("Liên hệ ghi cho công dân")}</h2>'),
            "phone",
            "email",
            "address",
        ]

    @staticmethod
    def initial_of(unit: Unit) -> dict[str, Any]:
        names = ("reception_note", "phone", "email", "address")
        initial: dict[str, Any] = {name: getattr(unit, name) for name in names}
        for number, (opens, closes) in enumerate(unit.office_hours[:PERIODS], start=1):
            initial |= {f"opens_{number}": opens, f"closes_{number}": closes}
        return initial

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"]).strip()
        if phone and not (
            set(phone) <= set("0123456789 .+()-") and sum(map(str.isdigit, phone)) > 5
        ):
            raise ValidationError(_("Số điện thoại chỉ gồm chữ số, dấu cách và dấu chấm."))
        return phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        last: time | None = None
        for number in range(1, PERIODS + 1):
            opens, closes = cleaned.get(f"opens_{number}"), cleaned.get(f"closes_{number}")
            if f"opens_{number}" in self.errors or f"closes_{number}" in self.errors:
                continue
            if (opens is None) != (closes is None):
                self.add_error(f"closes_{number}", _("Ghi cả giờ bắt đầu và giờ kết thúc."))
            elif opens is not None and closes is not None:
                if closes <= opens:
                    self.add_error(f"closes_{number}", _("Giờ kết thúc phải sau giờ bắt đầu."))
                elif last is not None and opens < last:
                    self.add_error(
                        f"opens_{number}", _("Buổi này trùng giờ với buổi trước. Ghi theo thứ tự.")
                    )
                last = closes
        if not self.errors and not self.hours():
            self.add_error("opens_1", _("Ghi ít nhất một buổi làm việc."))
        return cleaned

    def hours(self) -> list[tuple[time, time]]:
        """Return the periods that were filled in."""
        rows = [
            (self.cleaned_data.get(f"opens_{number}"), self.cleaned_data.get(f"closes_{number}"))
            for number in range(1, PERIODS + 1)
        ]
        return [(opens, closes) for opens, closes in rows if opens is not None and closes]


class DayForm(UnitForm):
    """A day of the calendar; `until` only where several are added at once."""

    submit_label = _("Thêm vào lịch")

    kind = forms.TypedChoiceField(
        label=_("Loại"),
        choices=[(kind.value, capfirst(str(kind.label))) for kind in DayKind],
        coerce=DayKind,
        widget=forms.RadioSelect,
        initial=DayKind.OFF,
    )
    on = DayField(label=_("Ngày"))
    until = DayField(
        label=_("Đến hết ngày"),
        help_text=_("Chỉ ghi khi nghỉ nhiều ngày liền; thứ Bảy, Chủ nhật ở giữa tự bỏ qua."),
        required=False,
    )
    name = forms.CharField(
        label=_("Lý do"),
        max_length=120,
        help_text=_("Ví dụ: Nghỉ bù Quốc khánh. Công dân đọc được."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first: date | None = cleaned.get("on")
        last: date | None = cleaned.get("until")
        if first and last and not 0 <= (last - first).days <= 30:
            self.add_error("until", _("Ngày cuối phải sau ngày đầu, nhiều nhất 31 ngày một lần."))
        return cleaned


class ChangeDayForm(DayForm):
    submit_label = _("Lưu ngày này")
    until = None  # type: ignore[assignment]  # how a form drops a field of the one it extends


def _choose(form: forms.Form, name: str, options: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = options
