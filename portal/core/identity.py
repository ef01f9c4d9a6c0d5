"""Identity numbers and mobile phones: what is well-formed, and what to tell who typed it."""

import re
import unicodedata
from typing import Final, Literal, NamedTuple

from django.utils.translation import gettext as _

# The separators that people type or paste between digits.
_SEPARATORS: Final = re.compile(r"[\s.\-‐‑‒–—()/]+")
_MOBILE: Final = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}")

_TAX_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)


class InvalidIdentityNumber(ValueError):
    """Carries the sentence for the person who typed it, never the number itself."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class InvalidPhone(ValueError):
    """Carries the sentence for the person who typed it, never the number itself."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class InvalidTaxCode(ValueError):
    """Carries the sentence for the person who typed it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BirthFacts(NamedTuple):
    sex: Literal["male", "female"]
    year: int


def clean_identity_number(text: str) -> str:
    """
    Return the twelve digits of an identity number, however they were grouped.

    :raises InvalidIdentityNumber: if the text is not such a number.
    """
    number = _digits_only(text)
    if not number:
        raise InvalidIdentityNumber(_("Nhập số định danh cá nhân (12 số trên thẻ căn cước)."))
    if not _is_digits(number):
        raise InvalidIdentityNumber(
            _("Số định danh cá nhân chỉ gồm chữ số. Nhập 12 số trên thẻ căn cước.")
        )
    if len(number) == 9:
        raise InvalidIdentityNumber(
            _("Số chứng minh nhân dân 9 số không còn dùng được. Nhập 12 số trên thẻ căn cước.")
        )
    if len(number) != 12:
        raise InvalidIdentityNumber(
            _(
                "Số định danh cá nhân phải có 12 số; số vừa nhập có %(count)d số. "
                "Kiểm tra lại trên thẻ căn cước."
            )
            % {"count": len(number)}
        )
    # No check digit exists. Old provinces and foreign countries keep their codes for ever, so of
    # the place of registration only 000 is surely wrong.
    if number.startswith("000"):
        raise InvalidIdentityNumber(
            _("Số định danh cá nhân không bắt đầu bằng 000. Kiểm tra lại trên thẻ căn cước.")
        )
    return number


def clean_tax_code(text: str) -> str:
    """
    Return the digits of an organisation's tax code: ten, or thirteen for a branch.

    :raises InvalidTaxCode: if the text is not such a code.
    """
    number = _digits_only(text)
    if not number:
        raise InvalidTaxCode(_("Nhập mã số thuế của tổ chức, ví dụ 0100 233 488."))
    if not _is_digits(number) or len(number) not in {10, 13}:
        raise InvalidTaxCode(_("Mã số thuế của tổ chức có 10 số, hoặc 13 số với đơn vị phụ thuộc."))
    # The tenth digit checks the nine before it, weighted and taken modulo 11; the rule of the tax
    # administration as python-stdnum (stdnum.vn.mst) and tax software carry it.
    total = sum(weight * int(sign) for weight, sign in zip(_TAX_WEIGHTS, number[:9], strict=True))
    is_right = 10 - total % 11 == int(number[9]) and number[2:9] != "0000000"
    if not is_right or number[10:] == "000":
        raise InvalidTaxCode(
            _("Mã số thuế này có số chưa đúng. Đối chiếu lại với giấy đăng ký doanh nghiệp.")
        )
    return number


def format_tax_code(code: str) -> str:
    """Write a stored tax code as papers print it: "0100233488", "0100233488-001"."""
    return f"{code[:10]}-{code[10:]}" if len(code) == 13 else code


def mask_identity_number(number: str) -> str:
    """Return an identity number of which only the last four digits can be read."""
    return "*" * max(len(number) - 4, 0) + number[-4:]


def name_number(number: str) -> str:
    """Return what a stored number is called: an identity number is the only one of 12 digits."""
    return _("Số định danh cá nhân") if is_identity_number(number) else _("Số hộ chiếu")


def is_identity_number(number: str) -> bool:
    """Tell a stored identity number from a passport's, which has 9 signs at most."""
    return len(number) == 12 and _is_digits(number)


def mask_name(name: str) -> str:
    """Write a name as its initials: "N.T.L.", for who need not know whose it is."""
    return "".join(f"{word[0].upper()}." for word in name.split())


def birth_facts(number: str) -> BirthFacts:
    """
    Return the sex and year of birth that a clean identity number states.

    They are for a warning beside the form's own answers, never for a refusal.
    """
    number = clean_identity_number(number)
    century, is_female = divmod(int(number[3]), 2)
    year = 1900 + 100 * century + int(number[4:6])
    return BirthFacts("female" if is_female else "male", year)


def clean_phone(text: str) -> str:
    """
    Return a Vietnamese mobile number as gateways want it: "84912345678".

    :raises InvalidPhone: if the text is not such a number.
    """
    number = _digits_only(text)
    if not number:
        raise InvalidPhone(_("Nhập số điện thoại di động, ví dụ 0912 345 678."))
    number = _national(number)
    if not _is_digits(number):
        raise InvalidPhone(_("Số điện thoại chỉ gồm chữ số, ví dụ 0912 345 678."))
    if _MOBILE.fullmatch(number):
        return f"84{number[1:]}"
    raise InvalidPhone(_phone_sentence(number))


def format_phone(phone: str) -> str:
    """Write a stored phone as people read it: "0912 345 678"; anything else stays as it is."""
    number = _national(phone)
    if not (len(number) == 10 and _is_digits(number)):
        return phone
    return f"{number[:4]} {number[4:7]} {number[7:]}"


def mask_phone(phone: str) -> str:
    """Write a phone so that its owner knows it and a stranger does not: "09** *** 678"."""
    number = _national(phone)
    if len(number) != 10:
        return "*" * max(len(phone) - 3, 0) + phone[-3:] if len(phone) > 3 else "*" * len(phone)
    return f"{number[:2]}** *** {number[7:]}"


def _phone_sentence(number: str) -> str:
    if number.startswith("02"):
        return _(
            "Đây là số điện thoại cố định, không nhận được tin nhắn. "
            "Nhập số điện thoại di động, ví dụ 0912 345 678."
        )
    if number.startswith("01") and len(number) == 11:
        return _("Số di động 11 số đã đổi sang 10 số. Nhập số 10 số đang dùng.")
    if len(number) != 10:
        return _(
            "Số điện thoại di động phải có 10 số; số vừa nhập có %(count)d số. "
            "Kiểm tra lại, ví dụ 0912 345 678."
        ) % {"count": len(number)}
    return _("Đầu số này không phải của mạng di động Việt Nam. Kiểm tra lại, ví dụ 0912 345 678.")


def _national(number: str) -> str:
    """Put the leading 0 in place of the country code, also where people wrote both."""
    for prefix in ("+84", "0084", "84"):
        if number.startswith(prefix):
            return "0" + number.removeprefix(prefix).removeprefix("0")
    return number


def _digits_only(text: str) -> str:
    """Take out separators and invisible characters; full-width digits become plain ones."""
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return _SEPARATORS.sub("", visible)


def _is_digits(text: str) -> bool:
    # Not str.isdigit: that also takes the digits of other scripts.
    return re.fullmatch(r"[0-9]+", text) is not None
