import pytest
from hypothesis import given, strategies as st

from portal.core.money import amount_in_words, format_vnd


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 đồng"),
        (500, "500 đồng"),
        (125_000, "125.000 đồng"),
        (1_234_567_890, "1.234.567.890 đồng"),
        (-8_000, "-8.000 đồng"),
    ],
)
def test_format_vnd(amount, text):
    assert format_vnd(amount) == text


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (1, "Một đồng"),
        (4, "Bốn đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (11, "Mười một đồng"),
        (14, "Mười bốn đồng"),
        (15, "Mười lăm đồng"),
        (20, "Hai mươi đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (55, "Năm mươi lăm đồng"),
        (91, "Chín mươi mốt đồng"),
        (100, "Một trăm đồng"),
        (101, "Một trăm linh một đồng"),
        (104, "Một trăm linh tư đồng"),
        (105, "Một trăm linh năm đồng"),
        (110, "Một trăm mười đồng"),
        (115, "Một trăm mười lăm đồng"),
        (1_000, "Một nghìn đồng"),
        (1_001, "Một nghìn không trăm linh một đồng"),
        (1_015, "Một nghìn không trăm mười lăm đồng"),
        (1_200, "Một nghìn hai trăm đồng"),
        (8_000, "Tám nghìn đồng"),
        (21_000, "Hai mươi mốt nghìn đồng"),
        (105_000, "Một trăm linh năm nghìn đồng"),
        (125_000, "Một trăm hai mươi lăm nghìn đồng"),
        (1_000_005, "Một triệu không trăm linh năm đồng"),
        (1_050_000, "Một triệu không trăm năm mươi nghìn đồng"),
        (
            2_344_675,
            "Hai triệu ba trăm bốn mươi tư nghìn sáu trăm bảy mươi lăm đồng",
        ),
        (1_000_000_000, "Một tỷ đồng"),
        (1_000_000_001, "Một tỷ không trăm linh một đồng"),
        (2_050_000_000, "Hai tỷ không trăm năm mươi triệu đồng"),
        (15_001_000_000, "Mười lăm tỷ không trăm linh một triệu đồng"),
        (1_000_000_000_000, "Một nghìn tỷ đồng"),
        (1_005_000_000_000, "Một nghìn không trăm linh năm tỷ đồng"),
        (10**15, "Một triệu tỷ đồng"),
    ],
)
def test_amount_in_words(amount, words):
    assert amount_in_words(amount) == words


@pytest.mark.parametrize("amount", [-1, 10**15 + 1])
def test_amount_in_words_refuses_what_no_receipt_carries(amount):
    with pytest.raises(ValueError, match=str(amount)):
        amount_in_words(amount)


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_different_amounts_have_different_words(one, other):
    assert (amount_in_words(one) == amount_in_words(other)) == (one == other)
    assert "  " not in amount_in_words(one)
