from datetime import date

import pytest

from procedures.eform.addresses import AddressError, address_text, clean_address, typed_address
from procedures.eform.definition import Field, FieldType, Option
from procedures.eform.parsing import parse_definition
from procedures.eform.values import FieldError, clean, tidy_line, tidy_text, typed_value

TODAY = date(2026, 11, 23)
PROVINCES = [("01", "Thành phố Hà Nội"), ("79", "Thành phố Hồ Chí Minh"), ("96", "Tỉnh Cà Mau")]
COMMUNES = {
    "01": [("00004", "Phường Ba Đình"), ("00008", "Phường Ngọc Hà"), ("00009", "Xã Ngọc Hà")],
    "79": [("26740", "Phường Sài Gòn")],
}


def places(province):
    return PROVINCES if province is None else COMMUNES.get(province, [])


def field_of(kind, **parts):
    """Build one field as an editor would, through the parser."""
    raw = {"key": "muc", "type": kind, "label": "Mục", **parts}
    data = {"version": 1, "title": "T", "sections": [{"key": "s", "title": "S", "fields": [raw]}]}
    return parse_definition(data).field("muc")


CHOICES = {"options": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}
GOOD = [
    ("text", {}, ["  Nguyễn   Văn\tA \n"], "Nguyễn Văn A"),
    ("text", {}, ["Nguye\u0302\u0303n"], "Nguyễn"),
    ("text", {}, ["A\x00\u202eB\u200b"], "AB"),
    ("text", {}, [" \u00a0 "], None),
    ("text", {}, [], None),
    ("text", {"max_length": 3, "min_length": 3}, ["abc"], "abc"),
    ("long_text", {}, ["một \r\n\r\n\r\n\r\n hai"], "một\n\nhai"),
    ("integer", {}, ["1.234.567"], 1234567),
    ("integer", {}, ["1 234"], 1234),
    ("integer", {"min": -5}, ["\u22125"], -5),
    ("integer", {}, ["007"], 7),
    ("decimal", {}, ["1.234,50"], "1234.5"),
    ("decimal", {}, ["12.5"], "12.5"),
    ("decimal", {}, ["1.250"], "1250"),
    ("decimal", {}, ["-0,0"], "0"),
    ("decimal", {}, ["100"], "100"),
    ("money", {}, ["1.250.000 đồng"], 1250000),
    ("money", {}, ["1250000đ"], 1250000),
    ("money", {}, ["0"], 0),
    ("date", {}, ["5/9/2026"], "2026-09-05"),
    ("date", {}, ["05-09-2026"], "2026-09-05"),
    ("date", {}, ["05 09 2026"], "2026-09-05"),
    ("date", {}, ["05092026"], "2026-09-05"),
    ("date", {}, ["2026-09-05"], "2026-09-05"),
    ("date", {"max": "today"}, ["23/11/2026"], "2026-11-23"),
    ("date", {"min": "today"}, ["23/11/2026"], "2026-11-23"),
    ("yes_no", {}, ["yes"], True),
    ("yes_no", {}, ["no"], False),
    ("one_of", CHOICES, ["b"], "b"),
    ("many_of", CHOICES, ["b", "a", "b", ""], ["a", "b"]),
    ("many_of", CHOICES, [""], None),
    ("identity_number", {}, ["001 190 000 123"], "001190000123"),
    ("phone", {}, ["+84 912.345.678"], "84912345678"),
    ("email", {}, ["Lan@Example.COM"], "Lan@example.com"),
    ("tax_code", {}, ["0100109106"], "0100109106"),
    ("tax_code", {}, ["0100109106001"], "0100109106-001"),
    ("tax_code", {}, ["0100109106-001"], "0100109106-001"),
    ("tax_code", {}, ["001190000123"], "001190000123"),
]
BAD = [
    ("text", {"max_length": 3}, ["abcd"], "Rút gọn còn tối đa 3 ký tự; hiện có 4."),
    ("text", {"min_length": 3}, ["ab"], "Nhập ít nhất 3 ký tự."),
    ("integer", {}, ["1,5"], "Nhập một số nguyên bằng chữ số, ví dụ 12."),
    ("integer", {}, ["12.34"], "Nhập một số nguyên bằng chữ số, ví dụ 12."),
    ("integer", {}, ["٣"], "Nhập một số nguyên bằng chữ số, ví dụ 12."),
    ("integer", {}, ["9" * 16], "Số này quá lớn; kiểm tra lại số chữ số đã nhập."),
    ("integer", {"min": 1000}, ["999"], "Nhập số từ 1.000 trở lên."),
    ("integer", {"max": 20}, ["21"], "Nhập số không quá 20."),
    ("decimal", {"max": 2.5}, ["2,51"], "Nhập số không quá 2,5."),
    ("decimal", {}, ["1e5"], "Nhập một số, dùng dấu phẩy cho phần thập phân (tối đa 6 chữ số)"),
    ("decimal", {}, ["NaN"], "Nhập một số, dùng dấu phẩy cho phần thập phân (tối đa 6 chữ số)"),
    ("money", {}, ["12,5"], "Nhập số tiền bằng chữ số, không có số lẻ, ví dụ 1.250.000."),
    ("money", {}, ["-1"], "Nhập số từ 0 trở lên."),
    ("date", {}, ["29/2/2026"], "Không có ngày này trong lịch; kiểm tra lại ngày, tháng và năm."),
    ("date", {}, ["5/9/26"], "Nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/09/2026."),
    ("date", {"max": "today"}, ["24/11/2026"], "Ngày này chưa đến; nhập ngày không muộn hơn"),
    ("date", {"min": "2026-01-01"}, ["31/12/2025"], "Nhập ngày từ 01/01/2026 trở đi."),
    ("date", {}, ["1/1/1026"], "Nhập ngày từ 01/01/1850 trở đi."),
    ("yes_no", {}, ["true"], "Chọn “Có” hoặc “Không”."),
    ("one_of", CHOICES, ["c"], "Chọn một trong các câu trả lời có sẵn."),
    ("many_of", CHOICES, ["a", "c"], "Chỉ chọn trong các mục có sẵn."),
    ("identity_number", {}, ["123456789"], "Số chứng minh nhân dân 9 số không còn dùng được."),
    ("phone", {}, ["0212345"], "Đây là số điện thoại cố định"),
    ("email", {}, ["lan@"], "Nhập địa chỉ thư điện tử đầy đủ, ví dụ ten@example.com."),
    ("tax_code", {}, ["0100109107"], "Mã số thuế này không đúng"),
    ("tax_code", {}, ["12345"], "Nhập mã số thuế gồm 10 chữ số"),
]


@pytest.mark.parametrize(("kind", "parts", "raw", "expected"), GOOD)
def test_clean_takes_what_people_type(kind, parts, raw, expected):
    value = clean(field_of(kind, **parts), raw, today=TODAY)

    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(("kind", "parts", "raw", "expected"), GOOD)
def test_a_stored_value_is_typed_again_to_the_same_value(kind, parts, raw, expected):
    field = field_of(kind, **parts)

    typed = [] if expected is None else typed_value(field, expected)

    assert clean(field, typed, today=TODAY) == expected


@pytest.mark.parametrize(("kind", "parts", "raw", "sentence"), BAD)
def test_clean_says_what_to_do(kind, parts, raw, sentence):
    with pytest.raises(FieldError) as caught:
        clean(field_of(kind, **parts), raw, today=TODAY)

    assert caught.value.sentence.startswith(sentence)


def test_every_type_that_takes_an_answer_stands_in_both_tables():
    typed = {FieldType(kind) for kind, *_rest in GOOD}
    refused = {FieldType(kind) for kind, *_rest in BAD}
    apart = {FieldType.ADDRESS, FieldType.GROUP, FieldType.HEADING, FieldType.EXPLANATION}

    assert typed == set(FieldType) - apart
    assert set(FieldType) - apart - refused == {FieldType.LONG_TEXT}


def test_tidy_text_keeps_lines_and_tidy_line_does_not():
    assert tidy_text("một\nhai") == "một\nhai"
    assert tidy_line("một\nhai") == "một hai"


ADDRESS = Field(key="noi", type=FieldType.ADDRESS, label="Nơi")
BA_DINH = {
    "province": "01",
    "province_name": "Thành phố Hà Nội",
    "commune": "00004",
    "commune_name": "Phường Ba Đình",
    "detail": "Số 1",
}


@pytest.mark.parametrize(
    ("province", "commune"),
    [
        ("01", "00004"),
        ("01", "Phường Ba Đình"),
        ("01", "ba dinh"),
        ("ha noi", "p. Ba Đình"),
        ("TP. Hà Nội", "PHƯỜNG BA ĐÌNH"),
    ],
)
def test_an_address_is_found_by_code_or_by_name(province, commune):
    typed = {"province": province, "commune": commune, "detail": " Số  1 "}

    assert clean_address(ADDRESS, typed, places=places) == BA_DINH


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ({"detail": "Số 1"}, "province"),
        ({"province": "Hà Tây", "commune": "x"}, "province"),
        ({"province": "01"}, "commune"),
        ({"province": "01", "commune": "Phường Sài Gòn"}, "commune"),
        ({"province": "01", "commune": "ngọc hà"}, "commune"),  # a ward and a commune of one name
        ({"province": "01", "commune": "Ba Đình", "detail": "x" * 301}, "detail"),
    ],
)
def test_an_address_says_which_input_to_mend(typed, part):
    with pytest.raises(AddressError) as caught:
        clean_address(ADDRESS, typed, places=places)

    assert caught.value.part == part


def test_two_places_of_one_name_are_told_apart():
    typed = {"province": "01", "commune": "ngọc hà"}

    with pytest.raises(AddressError, match=r"Ghi rõ là “Phường Ngọc Hà” hay “Xã Ngọc Hà”\."):
        clean_address(ADDRESS, typed, places=places)


def test_an_address_without_choices_is_free_text():
    typed = {"province": "Hà Nội", "commune": "Ba Đình", "detail": ""}

    value = clean_address(ADDRESS, typed, places=None)

    assert value == {
        "province": "",
        "province_name": "Hà Nội",
        "commune": "",
        "commune_name": "Ba Đình",
        "detail": "",
    }
    assert typed_address(value) == typed


def test_an_address_reads_from_the_house_to_the_province():
    assert address_text(BA_DINH) == "Số 1, Phường Ba Đình, Thành phố Hà Nội"
    assert clean_address(ADDRESS, typed_address(BA_DINH), places=places) == BA_DINH


def test_an_option_that_is_gone_shows_as_its_value():
    field = Field(key="a", type=FieldType.ONE_OF, label="A", options=(Option("x", "X"),))

    assert (field.option_label("x"), field.option_label("y")) == ("X", "y")
