from datetime import UTC, date, datetime

import pytest

from portal.core.dates import (
    day_in_words,
    format_day,
    format_moment,
    format_short_day,
    moment_in_words,
)

# 22:30 on the 23rd in London's winter is already the 24th in Vietnam.
LATE = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)


def test_pages_show_the_weekday_and_local_time():
    assert format_moment(datetime(2026, 11, 23, 8, 0, tzinfo=UTC)) == "thứ Hai, 23/11/2026, 15:00"
    assert format_moment(LATE) == "thứ Ba, 24/11/2026, 05:30"
    assert format_day(date(2026, 11, 29)) == "Chủ nhật, 29/11/2026"
    assert format_day(LATE) == "thứ Ba, 24/11/2026"
    assert format_short_day(date(2026, 3, 5)) == "05/03/2026"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 23), "ngày 23 tháng 11 năm 2026"),
        (date(2026, 1, 5), "ngày 05 tháng 01 năm 2026"),
        (date(2026, 2, 15), "ngày 15 tháng 02 năm 2026"),
        (date(2026, 3, 5), "ngày 05 tháng 3 năm 2026"),
        (date(2026, 10, 10), "ngày 10 tháng 10 năm 2026"),
        (LATE, "ngày 24 tháng 11 năm 2026"),
    ],
)
def test_slips_write_days_in_words(day, words):
    assert day_in_words(day) == words


def test_slips_write_moments_in_words():
    at = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

    assert moment_in_words(at) == "15 giờ 00 phút, ngày 23 tháng 11 năm 2026"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        format_moment(datetime(2026, 11, 23, 8, 0))  # noqa: DTZ001 the naive moment is the point
