"""Laws that every date obeys, tried on arbitrary moments around Tết, New Year and make-up days."""

from datetime import datetime, timedelta

from hypothesis import given, settings, strategies as st

from portal.core.calendars import (
    add_calendar_days,
    add_working_days,
    add_working_hours,
    explain,
    same_day,
    shift,
    working_minutes_between,
)
from tests.core.calendars import NATIONAL, local

EARLIEST = local("2025-01-01 00:00")

moments = st.integers(min_value=0, max_value=3 * 365 * 24 * 60 - 1).map(
    lambda minutes: EARLIEST + timedelta(minutes=minutes)
)
counts = st.integers(min_value=1, max_value=60)
lawful = settings(deadline=None, max_examples=150)


def is_office_time(moment):
    return NATIONAL.is_working_day(moment.date()) and any(
        opens <= moment.time() <= closes for opens, closes in NATIONAL.office_hours
    )


def naive_working_days(start, days):
    """Walk minute by minute into office time, then day by day: slow, and plainly right."""
    moment = start
    while not is_office_time(moment):
        moment += timedelta(minutes=1)
    while days:
        moment += timedelta(days=1)
        days -= NATIONAL.is_working_day(moment.date())
    if moment.time() == NATIONAL.opening:
        moment -= timedelta(minutes=1)
        while not is_office_time(moment):
            moment -= timedelta(minutes=1)
    return moment


@lawful
@given(moments, moments, counts)
def test_a_later_receipt_is_never_due_earlier(one, other, count):
    early, late = sorted((one, other))

    assert add_working_days(early, count, NATIONAL).at <= add_working_days(late, count, NATIONAL).at
    assert (
        add_working_hours(early, count, NATIONAL).at <= add_working_hours(late, count, NATIONAL).at
    )
    cut_off = local("2026-01-01 15:00").time()
    assert same_day(early, NATIONAL, cut_off).at <= same_day(late, NATIONAL, cut_off).at


@lawful
@given(moments, counts)
def test_a_longer_term_is_never_due_earlier(start, count):
    for add in (add_working_days, add_working_hours, add_calendar_days):
        assert add(start, count, NATIONAL).at <= add(start, count + 1, NATIONAL).at


@lawful
@given(moments, counts)
def test_a_date_is_in_office_hours_but_not_at_opening(start, count):
    for add in (add_working_days, add_working_hours, add_calendar_days):
        due = add(start, count, NATIONAL).at

        assert is_office_time(due)
        assert due.time() != NATIONAL.opening


@lawful
@given(moments, st.integers(min_value=1, max_value=25))
def test_working_days_equal_the_naive_walk(start, days):
    assert add_working_days(start, days, NATIONAL).at == naive_working_days(start, days)


@lawful
@given(moments, counts)
def test_n_working_days_hold_n_days_of_office_minutes(start, days):
    due = add_working_days(start, days, NATIONAL).at

    assert working_minutes_between(start, due, NATIONAL) == days * NATIONAL.day_minutes


@lawful
@given(moments, counts)
def test_working_hours_hold_their_minutes(start, hours):
    due = add_working_hours(start, hours, NATIONAL).at

    assert working_minutes_between(start, due, NATIONAL) == hours * 60


@lawful
@given(moments, counts)
def test_calendar_days_take_no_office_time_from_the_agency(start, days):
    due = add_calendar_days(start, days, NATIONAL).at
    literal = start + timedelta(days=days)

    assert due >= literal or working_minutes_between(due, literal, NATIONAL) == 0


@lawful
@given(moments, st.integers(min_value=1, max_value=20_000))
def test_shift_and_working_minutes_between_are_inverse(due, minutes):
    shifted = shift(due, minutes, NATIONAL).at

    assert working_minutes_between(due, shifted, NATIONAL) == minutes


@lawful
@given(moments, moments, moments)
def test_working_minutes_add_up(one, other, third):
    a, b, c = sorted((one, other, third))

    assert working_minutes_between(a, b, NATIONAL) + working_minutes_between(
        b, c, NATIONAL
    ) == working_minutes_between(a, c, NATIONAL)


@lawful
@given(moments, counts, st.lists(st.integers(min_value=1, max_value=5_000), max_size=3))
def test_every_explanation_has_two_to_six_sentences_and_ends_with_the_date(start, count, pauses):
    for add in (add_working_days, add_working_hours, add_calendar_days):
        computed = add(start, count, NATIONAL)
        notes = computed.notes
        for minutes in pauses:
            computed = shift(computed.at, minutes, NATIONAL)
            notes += computed.notes

        sentences = explain(notes)

        assert 2 <= len(sentences) <= 6
        assert all(sentence.endswith(".") for sentence in sentences)
        assert datetime.strftime(computed.at, "%d/%m/%Y, %H:%M") in sentences[-1]
