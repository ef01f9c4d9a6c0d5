"""Who files and for whom: one check for the page that asks it and for the submission."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from dossiers.enums import Relation
from portal.core.forms import DayField
from portal.core.identity import (
    InvalidIdentityNumber,
    InvalidPhone,
    clean_identity_number,
    clean_phone,
)
from portal.core.text import normalise_name

ADULT_AGE: Final = 18
FIELDS: Final = (
    "relation",
    "phone",
    "email",
    "address",
    "child_name",
    "child_born",
    "child_identity",
    "principal_name",
    "principal_born",
    "principal_identity",
)
MAX_LENGTHS: Final = {"address": 300, "child_name": 120, "principal_name": 120, "email": 254}


@dataclass(frozen=True, slots=True)
class People:
    """
    How to reach whoever files, and the child, or the principal by paper, for whom it is.

    "" and None when it is for neither.
    """

    relation: Relation
    phone: str
    email: str
    address: str
    child_name: str = ""
    child_born: date | None = None
    child_identity: str = ""


@dataclass(frozen=True, slots=True)
class CheckedPeople:
    """`people` only when `errors` (by field) is empty."""

    people: People | None
    errors: dict[str, str]


def check_people(typed: Mapping[str, str], *, today: date, by_email: bool = False) -> CheckedPeople:
    """
    Check what was typed about the people of a filing, field by field.

    :param by_email: whether this person has no Vietnamese phone and is told by e-mail instead.
    """
    run = _Run(typed, today, by_email=by_email)
    relation = run.relation()
    phone, email, address = run.phone(), run.email(), run.address()
    name, born, number = "", None, ""
    if relation == Relation.MINOR_CHILD:
        name, born, number = run.child_name(), run.child_born(), run.child_identity()
    elif relation == Relation.PRINCIPAL:
        name, born, number = run.principal_name(), run.principal_born(), run.principal_identity()
    if run.errors or relation is None:
        return CheckedPeople(None, run.errors)
    return CheckedPeople(People(relation, phone, email, address, name, born, number), {})


class _Run:
    def __init__(self, typed: Mapping[str, str], today: date, *, by_email: bool) -> None:
        self.by_email = by_email
        self.typed = {name: " ".join(str(typed.get(name, "")).split()) for name in FIELDS}
        self.today = today
        self.errors: dict[str, str] = {}
        for name, limit in MAX_LENGTHS.items():
            if len(self.typed[name]) > limit:
                self.errors[name] = _("Rút gọn còn tối đa %(limit)d ký tự.") % {"limit": limit}

    def relation(self) -> Relation | None:
        if self.typed["relation"] not in Relation.values:
            self.errors["relation"] = _("Chọn hồ sơ này làm cho ai.")
            return None
        return Relation(self.typed["relation"])

    def phone(self) -> str:
        if self.by_email and not self.typed["phone"]:
            return ""
        try:
            return clean_phone(self.typed["phone"])
        except InvalidPhone as error:
            self.errors["phone"] = error.sentence
            return ""

    def email(self) -> str:
        text = self.typed["email"]
        if self.by_email and not text:
            self.errors["email"] = _("Nhập thư điện tử để nhận tin về hồ sơ.")
        if text:
            try:
                validate_email(text)
            except ValidationError:
                self.errors["email"] = _(
                    "Nhập địa chỉ thư điện tử đầy đủ, ví dụ ten@example.com, hoặc bỏ trống."
                )
        return text

    def address(self) -> str:
        if not self.typed["address"]:
            self.errors["address"] = _("Nhập nơi cư trú hiện nay.")
        return self.typed["address"]

    def child_name(self) -> str:
        name = normalise_name(self.typed["child_name"])
        if not name:
            self.errors["child_name"] = _("Nhập họ, chữ đệm, tên của con.")
        return name

    def principal_name(self) -> str:
        name = normalise_name(self.typed["principal_name"])
        if not name:
            self.errors["principal_name"] = _("Nhập họ, chữ đệm, tên của người ủy quyền.")
        return name

    def principal_born(self) -> date | None:
        try:
            day = DayField().clean(self.typed["principal_born"])
        except ValidationError as error:
            self.errors["principal_born"] = " ".join(error.messages)
            return None
        if not isinstance(day, date) or _age(day, self.today) < ADULT_AGE:
            self.errors["principal_born"] = _("Người ủy quyền phải từ đủ 18 tuổi.")
            return None
        return day

    def principal_identity(self) -> str:
        try:
            return clean_identity_number(self.typed["principal_identity"])
        except InvalidIdentityNumber as error:
            self.errors["principal_identity"] = error.sentence
            return ""

    def child_born(self) -> date | None:
        try:
            day = DayField().clean(self.typed["child_born"])
        except ValidationError as error:
            self.errors["child_born"] = " ".join(error.messages)
            return None
        if not isinstance(day, date) or day > self.today:
            self.errors["child_born"] = _("Ngày sinh chưa đến; kiểm tra lại ngày, tháng và năm.")
            return None
        if _age(day, self.today) >= ADULT_AGE:
            self.errors["child_born"] = _(
                "Con từ đủ 18 tuổi tự đứng tên hồ sơ, bằng tài khoản của mình."
            )
            return None
        return day

    def child_identity(self) -> str:
        text = self.typed["child_identity"]
        if not text:
            return ""
        try:
            return clean_identity_number(text)
        except InvalidIdentityNumber as error:
            self.errors["child_identity"] = error.sentence
            return ""


def _age(born: date, today: date) -> int:
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday)
