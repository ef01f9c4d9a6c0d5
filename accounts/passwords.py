"""What a password must be: each rule with its own sentence, the same one that the page lists."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, Protocol

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from portal.core.text import fold

MIN_LENGTH: Final = 9

# Beside Django's twenty thousand: what people here choose most.
_LOCAL_WORDS: Final = frozenset(
    {
        "abc", "abcd", "admin", "anhyeuem", "congdan", "dichvucong", "emyeuanh", "hanoi",
        "iloveyou", "khongbiet", "matkhau", "password", "qwerty", "saigon", "vietnam", "xinchao",
    }
)  # fmt: skip
_LOOKALIKES: Final = str.maketrans("@4013$57", "aaoiesst")


class Validator(Protocol):
    def validate(self, password: str, user: User | None = None) -> None: ...

    def get_help_text(self) -> str: ...


class LongEnough:
    def __init__(self, min_length: int = MIN_LENGTH) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(
                _("Cần ít nhất %(least)d ký tự; vừa nhập %(count)d ký tự."),
                code="password_too_short",
                params={"least": self.min_length, "count": len(password)},
            )

    def get_help_text(self) -> str:
        return _("ít nhất %(least)d ký tự") % {"least": self.min_length}


class MixedCharacters:
    """Letters, digits, a capital and a special character; every missing one is named."""

    def validate(self, password: str, user: User | None = None) -> None:
        rules = (
            (r"[^\W\d_]", _("Cần có chữ cái.")),
            (None, _("Cần có chữ in hoa.")),
            (r"\d", _("Cần có chữ số.")),
            (r"[^\w\s]|_", _("Cần có ký tự đặc biệt, ví dụ @ # ! ?")),
        )
        missing = [
            sentence
            for pattern, sentence in rules
            if not (
                any(sign.isupper() for sign in password)
                if pattern is None
                else re.search(pattern, password)
            )
        ]
        if missing:
            raise ValidationError([ValidationError(s, code="password_mix") for s in missing])

    def get_help_text(self) -> str:
        return _("có chữ cái, chữ in hoa, chữ số và ký tự đặc biệt, ví dụ @ # ! ?")


class NotCommon:
    """Refuse what stands in lists of stolen passwords, also dressed up as "P@ssword1!"."""

    def validate(self, password: str, user: User | None = None) -> None:
        folded = fold(password)
        plain = _strip(folded)
        guesses = {folded, plain, _strip(folded.translate(_LOOKALIKES))}
        if guesses & _LOCAL_WORDS or guesses & _common_words():
            raise ValidationError(
                _(
                    "Mật khẩu này quá quen thuộc, đã có trong danh sách mật khẩu bị lộ. "
                    "Chọn mật khẩu khác."
                ),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return _("không phải mật khẩu quá quen thuộc, như Matkhau@123")


class NotPersonal:
    """Refuse a password made of the person's name, numbers, e-mail or date of birth."""

    # What must remain once everything personal is taken out.
    LEAST_REST: Final = 4

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        rest = "".join(sign for sign in fold(password) if sign.isalnum())
        pieces = sorted(set(_personal_pieces(user)), key=len, reverse=True)
        # A whole number or the whole name is refused whatever stands around it.
        telling = any(len(piece) >= 6 and piece in rest for piece in pieces)
        for piece in pieces:
            rest = rest.replace(piece, "")
        if telling or len(rest) < self.LEAST_REST:
            raise ValidationError(
                _(
                    "Không được làm từ họ tên, ngày sinh, số điện thoại, "
                    "thư điện tử hay số định danh của chính mình."
                ),
                code="password_personal",
            )

    def get_help_text(self) -> str:
        return _("không làm từ họ tên, ngày sinh, số điện thoại hay số định danh")


def _personal_pieces(user: User) -> Iterator[str]:
    words = [word for word in fold(user.full_name).split() if len(word) > 1]
    yield from words
    if len(words) > 1:
        yield "".join(words)
        yield "".join([words[-1], *words[:-1]])
    for number in (user.identity_number, user.phone):
        if number:
            yield number
            yield number[-6:]
            yield number[-4:]
    if user.phone:
        yield f"0{user.phone.removeprefix('84')}"
    if born := user.date_of_birth:
        for pattern in ("%d%m%Y", "%Y%m%d", "%d%m%y", "%y%m%d", "%Y", "%d%m", "%m%d"):
            yield born.strftime(pattern)
    if local := fold(user.email.partition("@")[0]):
        yield from (part for part in re.split(r"[^a-z0-9]+", local) if len(part) > 2)


def _strip(text: str) -> str:
    """Return the word inside: what is left without digits and signs at both ends."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


@cache
def _common_words() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
