"""One answer at a time: from what a person typed to a value that can be stored, and back."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, Protocol, runtime_checkable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from portal.core.identity import (
    InvalidIdentityNumber,
    InvalidPhone,
    clean_identity_number,
    clean_phone,
    format_phone,
)
from portal.core.places import Candidate
from procedures.eform.definition import TODAY, Field, FieldType
from procedures.eform.patterns import matches

Value = str | int | bool | list[str] | dict[str, str]

MAX_TYPED: Final = 20_000
FIRST_DAY: Final = date(1850, 1, 1)
LAST_DAY: Final = date(2200, 12, 31)
TAX_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)
INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
VIETNAMESE_DAY: Final = re.compile(r"([0-9]{1,2})[/.\- ]+([0-9]{1,2})[/.\- ]+([0-9]{4})")
BARE_DAY: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")  # some phones offer no slash
ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
WHOLE: Final = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)")
FRACTION: Final = re.compile(r"(-?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+))(?:,([0-9]{1,6}))?")
POINT_FRACTION: Final = re.compile(r"(-?[0-9]+)\.([0-9]{1,2}|[0-9]{4,6})")


class FieldError(ValueError):
    """An answer that cannot be taken; `sentence` says what to do, in Vietnamese."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence for the page."""
        super().__init__(sentence)
        self.sentence = sentence


class Places(Protocol):
    """Where the choices of an address come from."""

    def __call__(self, province: str | None) -> Sequence[tuple[str, str]]:
        """Return (code, name) of all provinces, or of the communes of one province."""


@runtime_checkable
class Gazetteer(Places, Protocol):
    """Places that also know the names from before the units of 2025."""

    def province(self, text: str) -> tuple[str, str] | None:
        """Return (code, name) of the province that a code or a name, old or new, means."""

    def suggest(self, text: str, province: str = "") -> list[Candidate]:
        """Return the communes of today that a name, old or new, may mean."""


def tidy_line(text: str) -> str:
    """Make one clean line: NFC, no invisible characters, single spaces."""
    return " ".join(_visible(text.replace("\n", " ")).split())


def tidy_text(text: str) -> str:
    """Make clean text of several lines; at most one empty line in a row stays."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    joined = "\n".join(" ".join(_visible(line).split()) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", joined).strip("\n")


def _visible(text: str) -> str:
    spaced = text.replace("\t", " ")
    kept = "".join(char for char in spaced if unicodedata.category(char) not in INVISIBLE)
    return unicodedata.normalize("NFC", kept)


def clean(field: Field, raw: Sequence[str], *, today: date) -> Value | None:
    """
    Turn what was typed for one field (not a group, not an address) into its stored value.

    :raises FieldError: if the answer cannot be taken.
    """
    if field.type is FieldType.MANY_OF:
        return _clean_many(field, raw) or None
    typed = raw[-1] if raw else ""
    text = tidy_text(typed) if field.type is FieldType.LONG_TEXT else tidy_line(typed)
    if not text:
        return None
    return CLEANERS[field.type](field, text, today)


def _clean_text(field: Field, text: str, today: date) -> str:
    if len(text) > field.max_length:
        raise FieldError(
            _("Rút gọn còn tối đa %(limit)d ký tự; hiện có %(count)d.")
            % {"limit": field.max_length, "count": len(text)}
        )
    if len(text) < field.min_length:
        raise FieldError(_("Nhập ít nhất %(limit)d ký tự.") % {"limit": field.min_length})
    if field.pattern and not matches(field.pattern, text):
        raise FieldError(_pattern_sentence(field))
    return text


def _pattern_sentence(field: Field) -> str:
    if field.pattern_hint:
        return _("Nhập đúng dạng: %(hint)s.") % {"hint": field.pattern_hint.rstrip(".")}
    if field.example:
        return _("Nhập đúng dạng, ví dụ %(example)s.") % {"example": field.example.rstrip(".")}
    return _("Nhập đúng dạng của “%(label)s”.") % {"label": field.label}


def _clean_integer(field: Field, text: str, today: date) -> int:
    unit = re.compile(r"\s*(đồng|đ|vnđ|vnd|₫)$", re.IGNORECASE)
    bare = unit.sub("", text) if field.type is FieldType.MONEY else text
    bare = bare.replace("\N{MINUS SIGN}", "-").replace(" ", "")
    if not WHOLE.fullmatch(bare):
        if field.type is FieldType.MONEY:
            raise FieldError(_("Nhập số tiền bằng chữ số, không có số lẻ, ví dụ 1.250.000."))
        raise FieldError(_("Nhập một số nguyên bằng chữ số, ví dụ 12."))
    digits = bare.replace(".", "")
    if len(digits.lstrip("-0")) > 15:
        raise FieldError(_("Số này quá lớn; kiểm tra lại số chữ số đã nhập."))
    number = int(digits)
    _check_bounds(field, Decimal(number))
    return number


def _clean_decimal(field: Field, text: str, today: date) -> str:
    bare = text.replace("\N{MINUS SIGN}", "-").replace(" ", "")
    match = FRACTION.fullmatch(bare) or POINT_FRACTION.fullmatch(bare)
    if match is None:
        raise FieldError(
            _("Nhập một số, dùng dấu phẩy cho phần thập phân (tối đa 6 chữ số), ví dụ 12,5.")
        )
    whole, fraction = match[1].replace(".", ""), match[2] or "0"
    if len(whole.lstrip("-0")) > 12:
        raise FieldError(_("Số này quá lớn; kiểm tra lại số chữ số đã nhập."))
    number = Decimal(f"{whole}.{fraction}")
    _check_bounds(field, number)
    plain = f"{number:f}".rstrip("0").rstrip(".")
    return "0" if plain in {"-0", ""} else plain


def _check_bounds(field: Field, number: Decimal) -> None:
    if isinstance(field.minimum, Decimal) and number < field.minimum:
        raise FieldError(
            _("Nhập số từ %(bound)s trở lên.") % {"bound": format_number(field.minimum)}
        )
    if isinstance(field.maximum, Decimal) and number > field.maximum:
        raise FieldError(
            _("Nhập số không quá %(bound)s.") % {"bound": format_number(field.maximum)}
        )


def _clean_date(field: Field, text: str, today: date) -> str:
    iso, local = ISO_DAY.fullmatch(text), VIETNAMESE_DAY.fullmatch(text)
    local = local or BARE_DAY.fullmatch(text)
    if iso is None and local is None:
        raise FieldError(_("Nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/09/2026."))
    parts = iso.groups() if iso else local.groups()[::-1] if local else ()
    year, month, day = (int(part) for part in parts)
    try:
        moment = date(year, month, day)
    except ValueError:
        raise FieldError(
            _("Không có ngày này trong lịch; kiểm tra lại ngày, tháng và năm.")
        ) from None
    lowest = _day_bound(field.minimum, today) or FIRST_DAY
    highest = _day_bound(field.maximum, today) or LAST_DAY
    if moment < lowest:
        raise FieldError(_("Nhập ngày từ %(day)s trở đi.") % {"day": format_day(lowest)})
    if moment > highest:
        if field.maximum == TODAY:
            raise FieldError(_("Ngày này chưa đến; nhập ngày không muộn hơn hôm nay."))
        raise FieldError(_("Nhập ngày không muộn hơn %(day)s.") % {"day": format_day(highest)})
    return moment.isoformat()


def _day_bound(bound: Decimal | str | None, today: date) -> date | None:
    if bound == TODAY:
        return today
    return date.fromisoformat(bound) if isinstance(bound, str) else None


def _clean_yes_no(field: Field, text: str, today: date) -> bool:
    if text not in {"yes", "no"}:
        raise FieldError(_("Chọn “Có” hoặc “Không”."))
    return text == "yes"


def _clean_one(field: Field, text: str, today: date) -> str:
    if text not in {one.value for one in field.options}:
        raise FieldError(_("Chọn một trong các câu trả lời có sẵn."))
    return text


def _clean_many(field: Field, raw: Sequence[str]) -> list[str]:
    chosen = {text for one in raw if (text := tidy_line(one))}
    if chosen - {one.value for one in field.options}:
        raise FieldError(_("Chỉ chọn trong các mục có sẵn."))
    return [one.value for one in field.options if one.value in chosen]


def _clean_identity(field: Field, text: str, today: date) -> str:
    try:
        return clean_identity_number(text)
    except InvalidIdentityNumber as error:
        # A foreigner has a passport instead; a number without any letter is a mistyped one.
        passport = re.sub(r"[\s.\-]", "", text).upper()
        if re.fullmatch(r"(?=.*[0-9])(?=.*[A-Z])[A-Z0-9]{6,11}", passport):
            return passport
        raise FieldError(error.sentence) from None


def _clean_phone(field: Field, text: str, today: date) -> str:
    try:
        return clean_phone(text)
    except InvalidPhone as error:
        raise FieldError(error.sentence) from None


def _clean_email(field: Field, text: str, today: date) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise FieldError(_("Nhập địa chỉ thư điện tử đầy đủ, ví dụ ten@example.com.")) from None
    name, _at, domain = text.rpartition("@")
    return f"{name}@{domain.lower()}"


def _clean_tax_code(field: Field, text: str, today: date) -> str:
    digits = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"[0-9]{10}|[0-9]{12}|[0-9]{13}", digits):
        raise FieldError(
            _("Nhập mã số thuế gồm 10 chữ số (chi nhánh 13 chữ số), hoặc 12 số định danh cá nhân.")
        )
    if len(digits) == 12:
        return digits
    total = sum(int(one) * weight for one, weight in zip(digits, TAX_WEIGHTS, strict=False))
    if 10 - total % 11 != int(digits[9]):
        raise FieldError(
            _("Mã số thuế này không đúng; đối chiếu từng chữ số với giấy đăng ký thuế.")
        )
    return digits if len(digits) == 10 else f"{digits[:10]}-{digits[10:]}"


CLEANERS: Final[Mapping[FieldType, Callable[[Field, str, date], Value]]] = {
    FieldType.TEXT: _clean_text,
    FieldType.LONG_TEXT: _clean_text,
    FieldType.INTEGER: _clean_integer,
    FieldType.MONEY: _clean_integer,
    FieldType.DECIMAL: _clean_decimal,
    FieldType.DATE: _clean_date,
    FieldType.YES_NO: _clean_yes_no,
    FieldType.ONE_OF: _clean_one,
    FieldType.IDENTITY_NUMBER: _clean_identity,
    FieldType.PHONE: _clean_phone,
    FieldType.EMAIL: _clean_email,
    FieldType.TAX_CODE: _clean_tax_code,
}


def format_number(number: Decimal | int) -> str:
    """Write a number the Vietnamese way: 1.234,5."""
    plain = f"{number:,f}" if isinstance(number, Decimal) else f"{number:,d}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.translate(str.maketrans(",.", ".,"))


def format_day(day: date) -> str:
    """Write a day as it is typed in a form: 05/09/2026."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def typed_value(field: Field, value: Value) -> list[str]:
    """Write a stored value (not an address) as a person would type it."""
    if isinstance(value, list):
        return list(value)
    return [TYPISTS[field.type](value) if field.type in TYPISTS else str(value)]


TYPISTS: Final[Mapping[FieldType, Callable[[Any], str]]] = {
    FieldType.YES_NO: lambda value: "yes" if value else "no",
    FieldType.INTEGER: format_number,
    FieldType.MONEY: format_number,
    FieldType.DECIMAL: lambda value: format_number(Decimal(str(value))),
    FieldType.DATE: lambda value: format_day(date.fromisoformat(value)),
    FieldType.PHONE: format_phone,
}
