from datetime import UTC, date, time, timedelta

import pytest

from portal.core.calendars import (
    Computed,
    Note,
    NoWorkingDay,
    WorkCalendar,
    add_calendar_days,
    add_working_days,
    add_working_hours,
    explain,
    notes_from_json,
    notes_to_json,
    same_day,
    shift,
    working_days_left,
    working_minutes_between,
)
from tests.core.calendars import NATIONAL, local

CUT_OFF = time(15)
HOURS = NATIONAL.office_hours


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-03-10 09:15", 1, "2026-03-11 09:15", id="an ordinary day"),
        pytest.param("2026-03-13 16:00", 1, "2026-03-16 16:00", id="over a weekend"),
        pytest.param("2026-03-09 10:00", 10, "2026-03-23 10:00", id="over two weekends"),
        pytest.param("2025-12-31 14:00", 1, "2026-01-05 14:00", id="New Year and 02/01 off"),
        pytest.param("2026-01-08 09:00", 2, "2026-01-10 09:00", id="due on make-up Saturday 10/01"),
        pytest.param("2026-01-09 16:30", 3, "2026-01-13 16:30", id="make-up Saturday 10/01 counts"),
        pytest.param("2026-01-10 09:00", 1, "2026-01-12 09:00", id="received on a make-up day"),
        pytest.param("2026-01-16 09:00", 1, "2026-01-19 09:00", id="other Saturdays do not count"),
        pytest.param("2026-02-13 10:00", 1, "2026-02-23 10:00", id="one day over Tết"),
        pytest.param("2026-02-13 18:30", 1, "2026-02-23 17:00", id="after closing before Tết"),
        pytest.param("2026-02-17 20:00", 3, "2026-02-25 17:00", id="sent on the first of Tết"),
        pytest.param("2025-01-24 15:45", 5, "2025-02-07 15:45", id="over Tết 2025"),
        pytest.param("2025-12-26 09:00", 40, "2026-03-02 09:00", id="New Year, make-up and Tết"),
        pytest.param("2025-04-25 08:00", 5, "2025-05-06 08:00", id="make-up Saturday 26/04/2025"),
        pytest.param("2026-04-24 14:00", 1, "2026-04-28 14:00", id="27/04 in lieu of Giỗ Tổ"),
        pytest.param("2026-04-29 14:00", 1, "2026-05-04 14:00", id="30/04 and 01/05"),
        pytest.param("2026-08-21 10:00", 1, "2026-08-22 10:00", id="make-up Saturday 22/08"),
        pytest.param("2026-08-28 10:00", 2, "2026-09-04 10:00", id="31/08 off, 01-02/09"),
        pytest.param("2026-11-23 15:00", 1, "2026-11-25 15:00", id="24/11/2026 is a holiday"),
        pytest.param("2025-11-24 15:00", 1, "2025-11-25 15:00", id="24/11/2025 was not"),
        pytest.param("2026-11-24 10:00", 2, "2026-11-26 17:00", id="sent on 24/11"),
        pytest.param("2027-02-03 09:00", 1, "2027-02-11 09:00", id="over Tết 2027"),
        pytest.param("2026-03-10 06:10", 1, "2026-03-10 17:00", id="before opening"),
        pytest.param("2026-03-10 07:30", 1, "2026-03-10 17:00", id="at opening"),
        pytest.param("2026-03-10 07:31", 1, "2026-03-11 07:31", id="a minute after opening"),
        pytest.param("2026-03-10 11:30", 1, "2026-03-11 11:30", id="as the morning ends"),
        pytest.param("2026-03-10 12:15", 1, "2026-03-11 13:00", id="at lunch"),
        pytest.param("2026-03-10 17:00", 1, "2026-03-11 17:00", id="at closing"),
        pytest.param("2026-03-10 17:01", 1, "2026-03-11 17:00", id="a minute after closing"),
        pytest.param("2026-03-14 10:00", 1, "2026-03-16 17:00", id="on a Saturday"),
        pytest.param("2026-03-15 23:59", 2, "2026-03-17 17:00", id="on a Sunday night"),
    ],
)
def test_add_working_days_on_hard_dates(start, days, due):
    assert add_working_days(local(start), days, NATIONAL).at == local(due)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        pytest.param("2026-03-10 08:00", 2, "2026-03-10 10:00", id="within the morning"),
        pytest.param("2026-03-10 07:30", 4, "2026-03-10 11:30", id="exactly the morning"),
        pytest.param("2026-03-10 10:00", 4, "2026-03-10 15:30", id="across lunch"),
        pytest.param("2026-03-10 12:00", 1, "2026-03-10 14:00", id="received at lunch"),
        pytest.param("2026-03-10 16:30", 2, "2026-03-11 09:00", id="across the night"),
        pytest.param("2026-03-13 16:00", 8, "2026-03-16 16:00", id="across a weekend"),
        pytest.param("2026-03-14 09:00", 8, "2026-03-16 17:00", id="a whole day from a Saturday"),
        pytest.param("2026-02-13 15:00", 8, "2026-02-23 15:00", id="across Tết"),
        pytest.param("2026-01-09 15:00", 8, "2026-01-10 15:00", id="into a make-up Saturday"),
        pytest.param("2025-12-31 16:59", 1, "2026-01-05 08:29", id="across New Year"),
    ],
)
def test_add_working_hours_on_hard_dates(start, hours, due):
    assert add_working_hours(local(start), hours, NATIONAL).at == local(due)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-03-09 10:00", 3, "2026-03-12 10:00", id="within a week"),
        pytest.param("2026-03-09 10:00", 5, "2026-03-16 10:00", id="off a Saturday"),
        pytest.param("2026-03-09 10:00", 7, "2026-03-16 10:00", id="a week"),
        pytest.param("2026-02-10 10:00", 7, "2026-02-23 10:00", id="off Tết"),
        pytest.param(
            "2026-11-14 10:00", 8, "2026-11-23 17:00", id="from Monday opening, off 24/11"
        ),
        pytest.param("2025-12-31 09:00", 10, "2026-01-10 09:00", id="on a make-up Saturday"),
        pytest.param("2025-12-31 09:00", 1, "2026-01-05 09:00", id="off New Year"),
        pytest.param("2026-03-09 07:00", 3, "2026-03-11 17:00", id="at opening time"),
    ],
)
def test_add_calendar_days_rolls_off_days_off(start, days, due):
    assert add_calendar_days(local(start), days, NATIONAL).at == local(due)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param("2026-03-10 09:00", "2026-03-10 17:00", id="in the morning"),
        pytest.param("2026-03-10 15:00", "2026-03-10 17:00", id="at the cut-off"),
        pytest.param("2026-03-10 15:01", "2026-03-11 17:00", id="after the cut-off"),
        pytest.param("2026-03-10 19:00", "2026-03-11 17:00", id="in the evening"),
        pytest.param("2026-03-13 15:30", "2026-03-16 17:00", id="on a Friday afternoon"),
        pytest.param("2026-03-14 16:00", "2026-03-16 17:00", id="on a Saturday afternoon"),
        pytest.param("2026-11-23 15:30", "2026-11-25 17:00", id="before 24/11"),
        pytest.param("2026-01-09 16:00", "2026-01-10 17:00", id="before a make-up Saturday"),
    ],
)
def test_same_day_has_a_cut_off(start, due):
    assert same_day(local(start), NATIONAL, CUT_OFF).at == local(due)


def test_same_day_at_closing_answers_on_the_next_day():
    assert same_day(local("2026-03-10 17:00"), NATIONAL, time(17)).at == local("2026-03-11 17:00")


@pytest.mark.parametrize(
    ("asked", "answered", "minutes", "due"),
    [
        pytest.param("2026-03-10 09:00", "2026-03-10 10:30", 90, "2026-03-12 16:30", id="an hour"),
        pytest.param("2026-03-10 11:00", "2026-03-10 13:30", 60, "2026-03-12 16:00", id="lunch"),
        pytest.param("2026-03-13 16:00", "2026-03-16 08:30", 120, "2026-03-12 17:00", id="weekend"),
        pytest.param("2026-03-10 08:00", "2026-03-11 12:00", 690, "2026-03-16 09:00", id="days"),
        pytest.param("2026-03-14 08:00", "2026-03-15 20:00", 0, "2026-03-12 15:00", id="no time"),
        pytest.param("2026-02-13 16:00", "2026-02-23 09:00", 150, "2026-03-13 08:00", id="Tết"),
    ],
)
def test_pause_shifts_the_due_date_by_its_working_minutes(asked, answered, minutes, due):
    paused = working_minutes_between(local(asked), local(answered), NATIONAL)

    assert paused == minutes
    assert shift(local("2026-03-12 15:00"), paused, NATIONAL).at == local(due)


def test_shift_by_nothing_leaves_even_an_odd_date_alone():
    assert shift(local("2026-03-14 20:00"), 0, NATIONAL) == Computed(local("2026-03-14 20:00"), ())


def test_moments_of_other_zones_and_seconds_are_read_on_local_clocks_to_the_minute():
    start = local("2026-03-10 15:00").astimezone(UTC) + timedelta(seconds=59, microseconds=7)

    due = add_working_days(start, 1, NATIONAL).at

    assert due.isoformat() == "2026-03-11T15:00:00+07:00"
    assert same_day(start, NATIONAL, CUT_OFF).at == local("2026-03-10 17:00")


@pytest.mark.parametrize(
    ("at", "due", "left"),
    [
        ("2026-03-10 09:00", "2026-03-10 17:00", 0),
        ("2026-03-10 09:00", "2026-03-12 09:00", 2),
        ("2026-03-13 09:00", "2026-03-16 09:00", 1),
        ("2026-03-16 09:00", "2026-03-13 09:00", -1),
        ("2026-02-13 09:00", "2026-02-24 09:00", 2),
        ("2026-01-12 09:00", "2026-01-09 09:00", -2),
    ],
)
def test_working_days_left_counts_from_day_to_day(at, due, left):
    assert working_days_left(local(at), local(due), NATIONAL) == left


@pytest.mark.parametrize("count", [0, -1, 3_651, True, 1.5, "3"])
def test_a_silly_number_of_days_is_refused_by_name(count):
    with pytest.raises(ValueError, match="days"):
        add_working_days(local("2026-03-10 09:00"), count, NATIONAL)
    with pytest.raises(ValueError, match="days"):
        add_calendar_days(local("2026-03-10 09:00"), count, NATIONAL)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: add_working_hours(local("2026-03-10 09:00"), 0, NATIONAL), "hours"),
        (lambda: shift(local("2026-03-10 09:00"), -5, NATIONAL), "minutes"),
        (lambda: shift(local("2026-03-10 09:00"), False, NATIONAL), "minutes"),
        (lambda: add_working_days(local("0001-01-01 09:00"), 1, NATIONAL), "start"),
        (lambda: same_day(local("2026-03-10 09:00"), NATIONAL, time(6)), "cut_off"),
        (
            lambda: working_minutes_between(
                local("2026-03-10 09:00"), local("2026-03-10 08:00"), NATIONAL
            ),
            "before",
        ),
        (
            lambda: add_working_days(local("2026-03-10 09:00").replace(tzinfo=None), 1, NATIONAL),
            "time zone",
        ),
        (lambda: WorkCalendar(office_hours=()), "office_hours"),
        (lambda: WorkCalendar(office_hours=((time(17), time(8)),)), "office_hours"),
        (lambda: WorkCalendar(office_hours=(HOURS[1], HOURS[0])), "office_hours"),
        (lambda: WorkCalendar(office_hours=((time(8), time(17, 0, 30)),)), "office_hours"),
        (
            lambda: WorkCalendar(HOURS, {date(2026, 1, 10): "a"}, {date(2026, 1, 10): "b"}),
            "2026-01-10",
        ),
    ],
)
def test_silly_input_is_refused_by_name(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_a_calendar_without_working_days_is_refused():
    first = date(2026, 1, 1)
    closed = WorkCalendar(HOURS, {first + timedelta(days=n): "Đóng cửa" for n in range(600)})

    with pytest.raises(NoWorkingDay, match="400"):
        add_working_days(local("2026-01-01 09:00"), 1, closed)
    with pytest.raises(NoWorkingDay, match="400"):
        add_working_hours(local("2025-12-31 16:00"), 8, closed)


def test_notes_survive_json():
    notes = add_working_days(local("2025-12-31 18:00"), 40, NATIONAL).notes

    again = notes_from_json(notes_to_json(notes))

    assert again == notes
    assert explain(again) == explain(notes)


@pytest.mark.parametrize(
    "data", [None, "received", {"kind": "received"}, {"kind": 1, "params": {}}]
)
def test_what_is_not_a_note_is_refused(data):
    with pytest.raises(ValueError, match="Not a note"):
        Note.from_json(data)


def test_explanation_names_tet_the_weekends_and_the_clamp():
    computed = add_working_days(local("2026-02-12 18:30"), 3, NATIONAL)

    assert explain(computed.notes) == [
        (
            "Hồ sơ được nhận vào thứ Năm, 12/02/2026, 18:30 (sau giờ làm việc), "
            "nên thời hạn được tính từ thứ Sáu, 13/02/2026, 07:30."
        ),
        "Thời hạn là 3 ngày làm việc.",
        "Những ngày không tính: 4 ngày cuối tuần; Tết Nguyên đán (16/02/2026 đến 20/02/2026).",
        (
            "Thời hạn hết đúng đầu giờ làm việc thứ Tư, 25/02/2026, 07:30, "
            "nên ngày hẹn ghi là cuối buổi làm việc liền trước: thứ Ba, 24/02/2026, 17:00."
        ),
    ]


def test_explanation_names_swapped_days():
    computed = add_working_days(local("2025-12-31 14:00"), 7, NATIONAL)

    assert explain(computed.notes) == [
        "Hồ sơ được nhận vào thứ Tư, 31/12/2025, 14:00, trong giờ làm việc.",
        "Thời hạn là 7 ngày làm việc.",
        (
            "Những ngày không tính: 3 ngày cuối tuần; Tết Dương lịch (01/01/2026); "
            "Nghỉ hoán đổi với 10/01/2026 (02/01/2026)."
        ),
        "Được tính là ngày làm việc: thứ Bảy, 10/01/2026 (Làm bù cho 02/01/2026).",
        "Vì vậy, ngày hẹn là thứ Hai, 12/01/2026, 14:00.",
    ]


def test_explanation_of_a_pause_follows_the_first_one_and_the_last_date_counts():
    first = add_working_days(local("2026-11-22 20:00"), 2, NATIONAL)
    paused = shift(first.at, 615, NATIONAL)

    assert explain(first.notes + paused.notes) == [
        (
            "Hồ sơ được nhận vào Chủ nhật, 22/11/2026, 20:00 (vào ngày nghỉ cuối tuần), "
            "nên thời hạn được tính từ thứ Hai, 23/11/2026, 07:30."
        ),
        "Thời hạn là 2 ngày làm việc.",
        (
            "Thời gian tạm dừng để chờ bổ sung hoặc nộp tiền (1 ngày 2 giờ 15 phút làm việc) "
            "không tính vào thời hạn, nên ngày hẹn cũ thứ Tư, 25/11/2026, 17:00 "
            "được lùi lại đúng bằng thời gian đó."
        ),
        "Những ngày không tính: Ngày Văn hóa Việt Nam (24/11/2026).",
        "Vì vậy, ngày hẹn là thứ Sáu, 27/11/2026, 09:45.",
    ]


def test_explanation_of_calendar_days_says_where_the_last_day_fell():
    computed = add_calendar_days(local("2026-02-10 10:00"), 7, NATIONAL)

    assert explain(computed.notes) == [
        "Hồ sơ được nhận vào thứ Ba, 10/02/2026, 10:00, trong giờ làm việc.",
        "Thời hạn là 7 ngày, tính cả ngày nghỉ.",
        (
            "Ngày cuối của thời hạn là thứ Ba, 17/02/2026, cơ quan nghỉ, nên chuyển sang thứ Hai, "
            "23/02/2026 (đã bỏ qua: 2 ngày cuối tuần; Tết Nguyên đán (17/02/2026 đến 20/02/2026))."
        ),
        "Vì vậy, ngày hẹn là thứ Hai, 23/02/2026, 10:00.",
    ]


def test_explanation_of_the_cut_off():
    late = same_day(local("2026-03-10 15:20"), NATIONAL, CUT_OFF)

    assert explain(late.notes)[1:] == [
        "Thủ tục này trả kết quả trong ngày; nhận sau 15:00 thì trả vào ngày làm việc sau.",
        "Vì vậy, ngày hẹn là thứ Tư, 11/03/2026, 17:00.",
    ]
    assert (
        "ngay trong ngày"
        in explain(same_day(local("2026-03-10 09:00"), NATIONAL, CUT_OFF).notes)[1]
    )


def test_explanation_of_a_holiday_receipt_names_the_holiday():
    notes = add_working_hours(local("2026-11-24 09:00"), 8, NATIONAL).notes

    assert explain(notes)[0] == (
        "Hồ sơ được nhận vào thứ Ba, 24/11/2026, 09:00 (vào ngày nghỉ: Ngày Văn hóa Việt Nam), "
        "nên thời hạn được tính từ thứ Tư, 25/11/2026, 07:30."
    )
