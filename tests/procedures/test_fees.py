from datetime import date

import pytest

from procedures import facts
from procedures.enums import FeeKind, FeeStatus, FeeUnit, FilingChannel
from procedures.fees import compute_lines, total
from procedures.models import FeeRule

DAY = date(2026, 9, 14)


def copies(**changes: object) -> FeeRule:
    values: dict[str, object] = {
        "key": "phi-ban-sao",
        "name": "Phí cấp bản sao",
        "kind": FeeKind.SERVICE,
        "status": FeeStatus.AMOUNT,
        "amount_vnd": 8000,
        "unit": FeeUnit.COPY,
        "asks_quantity": True,
        "channels": [FilingChannel.ONLINE],
    }
    return FeeRule(**{**values, **changes})


@pytest.mark.parametrize(
    ("quantities", "expected"),
    [({}, 8000), ({"phi-ban-sao": 3}, 24000), ({"phi-ban-sao": 0}, 0), ({"phi-ban-sao": -2}, 0)],
)
def test_copies_cost_by_number_and_nothing_when_none_are_wanted(
    quantities: dict[str, int], expected: int
) -> None:
    lines = compute_lines([copies()], channel="ONLINE", on=DAY, quantities=quantities)
    assert total(lines) == expected
    assert len(lines) == (1 if expected else 0)


@pytest.mark.parametrize(
    ("pages", "expected"), [(1, 2000), (2, 4000), (3, 5000), (10, 12000), (300, 200000)]
)
def test_pages_get_cheaper_from_a_step_on_and_stop_at_the_cap(pages: int, expected: int) -> None:
    steps = [{"from": 1, "amount_vnd": 2000}, {"from": 3, "amount_vnd": 1000}]
    rule = copies(amount_vnd=2000, unit=FeeUnit.PAGE, tiers=steps, cap_vnd=200000)
    lines = compute_lines([rule], channel="ONLINE", on=DAY, quantities={"phi-ban-sao": pages})
    assert total(lines) == expected


@pytest.mark.parametrize(("channel", "expected"), [("ONLINE", 12_500), ("COUNTER", 25_000)])
def test_a_filing_channel_may_pay_less(channel: str, expected: int) -> None:
    rule = copies(
        amount_vnd=25_000,
        asks_quantity=False,
        channels=["ONLINE", "COUNTER"],
        reductions=[{"channel": "ONLINE", "percent": 50}],
    )

    [line] = compute_lines([rule], channel=channel, on=DAY)

    assert (line.unit_amount_vnd, line.amount_vnd) == (expected, expected)
    assert "nộp trực tuyến giảm 50%" in facts.amount_words(rule)


def test_a_reduction_reaches_the_steps_and_the_cap() -> None:
    rule = copies(
        amount_vnd=2001,
        tiers=[{"from": 3, "amount_vnd": 1001}],
        cap_vnd=10_000,
        reductions=[{"channel": "ONLINE", "percent": 10}],
    )

    def cost(pages: int) -> int | None:
        [line] = compute_lines([rule], channel="ONLINE", on=DAY, quantities={"phi-ban-sao": pages})
        return line.amount_vnd

    assert cost(3) == 1801 + 1801 + 901
    assert cost(100) == 9_000


def test_a_reduction_makes_nothing_of_what_is_undetermined() -> None:
    rule = copies(
        status=FeeStatus.UNDETERMINED,
        amount_vnd=None,
        reductions=[{"channel": "ONLINE", "percent": 100}],
    )

    [line] = compute_lines([rule], channel="ONLINE", on=DAY)

    assert line.amount_vnd is None
