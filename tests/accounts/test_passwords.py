from datetime import date

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User

GOOD = "Songtranh@2026"


def person() -> User:
    user = User(
        full_name="Nguyễn Thị Lan",
        phone="84912345678",
        email="lan.nguyen@example.vn",
        date_of_birth=date(1990, 3, 27),
    )
    user.set_identity_number("031190000123")
    return user


def refusals(password: str) -> list[str]:
    try:
        validate_password(password, person())
    except ValidationError as error:
        return list(error.messages)
    return []


SHORT = "Cần ít nhất 9 ký tự; vừa nhập 8 ký tự."
COMMON = "Mật khẩu này quá quen thuộc, đã có trong danh sách mật khẩu bị lộ. Chọn mật khẩu khác."
PERSONAL = (
    "Không được làm từ họ tên, ngày sinh, số điện thoại, "
    "thư điện tử hay số định danh của chính mình."
)


@pytest.mark.parametrize(
    ("password", "sentences"),
    [
        ("Cau@2026", [SHORT]),
        ("135790@24", ["Cần có chữ cái.", "Cần có chữ in hoa."]),
        ("songtranh@2026", ["Cần có chữ in hoa."]),
        ("Songtranh@nam", ["Cần có chữ số."]),
        ("Songtranh2026", ["Cần có ký tự đặc biệt, ví dụ @ # ! ?"]),
        ("Password@123", [COMMON]),
        ("P@ssw0rd123", [COMMON]),
        ("Matkhau@123", [COMMON]),
        ("Mậtkhẩu@123", [COMMON]),
        ("NguyenLan@1990", [PERSONAL]),
        ("NguyễnThịLan@9", [PERSONAL]),
        ("Lan@27031990", [PERSONAL]),
        ("Xyzt#0912345678", [PERSONAL]),
        ("Xyzt#031190000123", [PERSONAL]),
        ("Rêuxanh#27031990", [PERSONAL]),
    ],
)
def test_each_broken_rule_has_its_sentence(password, sentences):
    assert refusals(password) == sentences


@pytest.mark.parametrize(
    "password", [GOOD, "Langson#4821", "Cá chép 3 con!", "ĐườngLê@77x", "Trinhdien@2026"]
)
def test_good_passwords_pass(password):
    assert refusals(password) == []
