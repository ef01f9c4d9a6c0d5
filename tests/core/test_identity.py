import pytest

from portal.core.identity import (
    InvalidIdentityNumber,
    InvalidPhone,
    birth_facts,
    clean_identity_number,
    clean_phone,
    format_phone,
    mask_identity_number,
    mask_phone,
    name_number,
)


@pytest.mark.parametrize(
    "text",
    [
        "001099012345",
        " 001 099 012 345 ",
        "001.099.012.345",
        "001-099-012345",
        "００１０９９０１２３４５",
    ],
)
def test_clean_identity_number_takes_twelve_digits_however_grouped(text):
    assert clean_identity_number(text) == "001099012345"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Nhập số định danh"),
        ("   ", "Nhập số định danh"),
        ("00109901234", "có 11 số"),
        ("0010990123456", "có 13 số"),
        ("012345678", "chứng minh nhân dân"),
        ("00109901234O", "chỉ gồm chữ số"),
        ("٠٠١٠٩٩٠١٢٣٤٥", "chỉ gồm chữ số"),
        ("000099012345", "bắt đầu bằng 000"),
    ],
)
def test_clean_identity_number_says_what_to_do_and_not_the_number(text, says):
    with pytest.raises(InvalidIdentityNumber) as refused:
        clean_identity_number(text)

    assert says in refused.value.sentence
    assert refused.value.sentence.endswith(".")
    assert len(text.strip()) < 9 or text not in repr(refused.value)


@pytest.mark.parametrize(
    ("number", "sex", "year"),
    [
        ("001085012345", "male", 1985),
        ("001185012345", "female", 1985),
        ("001205012345", "male", 2005),
        ("001326012345", "female", 2026),
    ],
)
def test_birth_facts(number, sex, year):
    assert birth_facts(number) == (sex, year)


@pytest.mark.parametrize(
    "text",
    [
        "0912345678", "0912 345 678", "0912.345.678", "0912-345-678", "+84912345678",
        "+84 912 345 678", "84912345678", "0084 912345678", "+84 (0) 912 345 678", " 0912345678 ",
    ],
)  # fmt: skip
def test_clean_phone_takes_what_people_type(text):
    assert clean_phone(text) == "84912345678"


@pytest.mark.parametrize("prefix", ["032", "039", "052", "059", "070", "076", "081", "089", "099"])
def test_clean_phone_knows_the_mobile_prefixes(prefix):
    assert clean_phone(f"{prefix}1234567") == f"84{prefix[1:]}1234567"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Nhập số điện thoại di động"),
        ("091234567", "có 9 số"),
        ("09123456789", "có 11 số"),
        ("02438123456", "cố định"),
        ("01212345678", "đã đổi sang 10 số"),
        ("0311234567", "không phải của mạng di động"),
        ("0541234567", "không phải của mạng di động"),
        ("09x2345678", "chỉ gồm chữ số"),
        ("+1 202 555 0100", "chỉ gồm chữ số"),
    ],
)
def test_clean_phone_says_what_to_do(text, says):
    with pytest.raises(InvalidPhone) as refused:
        clean_phone(text)

    assert says in refused.value.sentence
    assert refused.value.sentence.endswith(".")


def test_phones_are_written_for_people():
    assert format_phone("84912345678") == "0912 345 678"
    assert format_phone("19001009") == "19001009"
    assert mask_phone("84912345678") == "09** *** 678"
    assert mask_phone("19001009") == "*****009"
    assert mask_phone("113") == "***"


def test_identity_numbers_are_masked_but_for_their_end():
    assert mask_identity_number("001099012345") == "********2345"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("001099012345", "Số định danh cá nhân"),
        ("C1234567", "Số hộ chiếu"),
        ("123456789", "Số hộ chiếu"),
    ],
)
def test_a_stored_number_is_called_by_its_kind(number, name):
    assert name_number(number) == name
