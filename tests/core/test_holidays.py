from datetime import date

from portal.core.holidays import national_calendar


def days_off(year):
    return [f"{day.on:%d/%m}" for day in national_calendar().days_off if day.on.year == year]


def test_the_days_off_of_2026():
    assert days_off(2026) == [
        "01/01", "02/01", "16/02", "17/02", "18/02", "19/02", "20/02", "26/04", "27/04",
        "30/04", "01/05", "31/08", "01/09", "02/09", "24/11",
    ]  # fmt: skip


def test_make_up_days_are_weekend_days_that_pay_for_a_day_off():
    calendar = national_calendar()
    off = {f"{day.on:%d/%m/%Y}" for day in calendar.days_off}

    assert [day.on for day in calendar.make_up] == [
        date(2025, 4, 26),
        date(2026, 1, 10),
        date(2026, 8, 22),
    ]
    assert all(day.on.weekday() >= 5 for day in calendar.make_up)
    assert all(day.name.removeprefix("Làm bù cho ") in off for day in calendar.make_up)


def test_no_day_is_listed_twice_and_the_undecided_year_says_so():
    calendar = national_calendar()
    days = [day.on for day in calendar.days_off + calendar.make_up]

    assert len(days) == len(set(days))
    assert {day.on.year for day in calendar.days_off if not day.is_decided} == {2027}
