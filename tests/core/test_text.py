import unicodedata

import pytest
from hypothesis import given, strategies as st

from portal.core.text import fold, initials, normalise_name, sms_parts, sms_text, sort_key

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
vietnamese = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩị"
    "òóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ AĐƯ",
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đăng ký khai sinh", "dang ky khai sinh"),
        ("  ĐĂNG\u00a0KÝ \n khai  sinh ", "dang ky khai sinh"),
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("Ðà Nẵng", "da nang"),
        ("Nguyễn Thị Ưu Ơn Ăn Ân", "nguyen thi uu on an an"),
        ("khai\u200b sinh", "khai sinh"),
        ("1.001193", "1.001193"),
        ("", ""),
    ],
)
def test_fold_is_what_search_compares(text, folded):
    assert fold(text) == folded


@given(texts)
def test_fold_agrees_on_composed_and_decomposed_text_and_is_stable(text):
    folded = fold(text)

    assert fold(unicodedata.normalize("NFD", text)) == folded
    assert fold(unicodedata.normalize("NFC", text)) == folded
    assert fold(folded) == folded


@given(vietnamese)
def test_fold_leaves_plain_letters_of_any_vietnamese_text(text):
    assert fold(text).isascii()
    assert fold(text.upper()) == fold(text)


def test_normalise_name_composes_and_squeezes_but_keeps_case():
    decomposed = unicodedata.normalize("NFD", "  Nguyễn \u200b Văn\tĐức ")

    assert normalise_name(decomposed) == "Nguyễn Văn Đức"


def test_sort_key_follows_the_vietnamese_alphabet():
    in_order = [
        "1 Lê Lợi", "2 Lê Lợi",
        "An", "An Giang", "Ăn", "Ân", "Ấp", "Ba", "Bà",
        "da", "dà", "dả", "dã", "dá", "dạ", "dân", "đa", "đá", "Đà Nẵng", "Hà Nội",
        "nga", "ngã", "O", "Ô", "Ơ", "Ung", "Ưng", "Ứng", "Yên Bái",
    ]  # fmt: skip
    shuffled = in_order[1::2] + in_order[::2]

    assert sorted(shuffled, key=sort_key) == in_order


def test_sort_key_compares_letters_before_tones_and_ignores_form_and_case():
    assert sort_key("bà an") < sort_key("ba ân")
    assert sort_key("ba an") < sort_key("bà an")
    assert sort_key(unicodedata.normalize("NFD", "Đà Nẵng")) == sort_key("ĐÀ  nẵng")


@given(texts)
def test_sort_key_is_hexadecimal_so_that_any_collation_orders_it(text):
    assert set(sort_key(text)) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Nguyễn Văn A", "N.V.A"), ("  đặng thị   ánh ", "Đ.T.Á"), ("Y", "Y"), ("", "")],
)
def test_initials(name, expected):
    assert initials(name) == expected


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Hồ sơ đã được tiếp nhận.", "Ho so da duoc tiep nhan."),
        ("Phí 50% & lệ phí #1 [a] {b} <c> \\ @", "Phi 50 le phi 1 a b c>"),
        ("“Khai sinh” – bản sao…", '"Khai sinh" - ban sao...'),
        ("Mã 😀 số", "Ma so"),
        ("dòng một\ndòng hai", "dong mot dong hai"),
        ("125.000 ₫", "125.000 d"),
    ],
)
def test_sms_text_is_plain_and_without_refused_signs(text, plain):
    assert sms_text(text) == plain


@given(texts)
def test_sms_text_is_billed_as_plain_letters_and_holds_nothing_refused(text):
    plain = sms_text(text)

    assert not set(plain) & set("%#&[]{}\\<@")
    assert sms_parts(plain + "a" * 71) <= 2
    assert sms_text(plain) == plain


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("a" * 460, 4),
        ("a" * 159 + "[", 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # An escape pair is not cut: 152 units and the pair moves to the second part.
        ("a" * 152 + "[" + "a" * 152, 3),
        ("đ" * 70, 1),
        ("đ" * 71, 2),
        ("đ" * 134, 2),
        ("đ" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("à" * 160, 1),
        (unicodedata.normalize("NFD", "ế" * 70), 1),
        ("Ho so HS2026000123 da duoc tiep nhan. Hen tra KQ ngay 12/01/2026.", 1),
        ("Hồ sơ HS2026000123 đã được tiếp nhận. Hẹn trả kết quả ngày 12/01/2026.", 1),
        ("Hồ sơ HS2026000123 đã được tiếp nhận. Hẹn trả kết quả ngày 12/01/2026.!", 2),
    ],
)
def test_sms_parts_as_networks_bill(text, parts):
    assert sms_parts(text) == parts
