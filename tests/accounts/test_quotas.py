"""Addresses that many share, counters, the breaker against fraud with SMS, the pace of requests."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import CodePurpose
from accounts.limits import COUNTER_FACTOR, FAR, POLICY, SURGE_FLOOR, USED_FLOOR, Bucket
from accounts.models import CounterNetwork, RateCounter, SecurityEvent
from accounts.services import codes, limits, pace, robots, sms_watch
from accounts.services.limits import RobotCheckNeeded, TooManyRequests, Visitor
from portal.notices.models import Notice
from tests.accounts import HOME, NOW, PHONE
from tests.accounts.test_robots import payload, solve
from tests.factories.accounts import CitizenFactory, StaffFactory, UnitFactory

pytestmark = pytest.mark.django_db
FORGOT = "/tra-cuu/quen-ma/"
HOUR = timedelta(hours=1)
SHARED = [
    Bucket.SIGN_IN_ADDRESS, Bucket.CODE_SEND_ADDRESS, Bucket.REGISTER_ADDRESS,
    Bucket.RESET_ADDRESS, Bucket.TRACK_ADDRESS, Bucket.FORGOT_CODE_ADDRESS,
]  # fmt: skip


def solution(*, at=NOW):
    return payload(solve(robots.new_challenge(client="203.0.113.99", at=at)))


def used_up(bucket, address, *, times, at=NOW):
    limits.hit(bucket, address, at=at, times=times)


@pytest.mark.parametrize("bucket", SHARED)
def test_an_address_is_checked_before_it_is_refused(bucket):
    [limit] = POLICY[bucket]
    stranger, checked = Visitor(HOME), Visitor(HOME, checked=True)
    for _ in range(limit.checked_after):
        limits.require(bucket, stranger, at=NOW)

    with pytest.raises(RobotCheckNeeded) as asked:
        limits.require(bucket, stranger, at=NOW)
    limits.require(bucket, checked, at=NOW)
    # A page that shows no check meets the far limit only.
    limits.require(bucket, HOME, at=NOW)
    used_up(bucket, HOME, times=limit.times)

    assert 0 < asked.value.retry_after.total_seconds() <= limit.within.total_seconds()
    assert limit.times == FAR * limit.checked_after
    for one in (checked, stranger, HOME):
        with pytest.raises(TooManyRequests) as refused:
            limits.require(bucket, one, at=NOW)
        assert not isinstance(refused.value, RobotCheckNeeded)


def fill(path, bucket):
    """Use up the first threshold of the address that the test client asks from."""
    [limit] = POLICY[bucket]
    used_up(bucket, "127.0.0.1", times=limit.checked_after)
    return {
        "/dang-nhap/": {"name": "0912345678", "password": "x"},
        "/can-bo/dang-nhap/": {"name": "ai.do", "password": "x"},
        "/quen-mat-khau/": {"identity_number": "031190000123", "contact": "0912345678"},
        FORGOT: {"phone": "0912345678"},
    }[path]


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        ("/dang-nhap/", Bucket.SIGN_IN_ADDRESS),
        ("/can-bo/dang-nhap/", Bucket.SIGN_IN_ADDRESS),
        ("/quen-mat-khau/", Bucket.RESET_ADDRESS),
        ("/quen-mat-khau/", Bucket.CODE_SEND_ADDRESS),
        (FORGOT, Bucket.FORGOT_CODE_ADDRESS),
    ],
)
def test_the_form_shows_the_check_and_goes_on_with_it(client, clock, path, bucket):
    typed = fill(path, bucket)

    asked = client.post(path, typed)
    forged = client.post(path, typed | {"altcha": "eyJ9"})
    solved = solution()
    # A code goes out every half a minute; the sign-in's own window is a minute.
    pause = timedelta(seconds=0 if bucket is Bucket.SIGN_IN_ADDRESS else 31)
    clock.shift(pause)
    passed = client.post(path, typed | {"altcha": solved})
    clock.shift(pause)
    again = client.post(path, typed | {"altcha": solved})

    for page in (asked, forged, again):
        assert page.status_code == 422
        assert 'data-module="robot"' in page.text
        assert "Có nhiều yêu cầu từ cùng một mạng" in page.text
        # Inside the form, or its answer would not be sent.
        assert page.text.index('name="altcha"') < page.text.rindex("</form>")
    assert "Có nhiều yêu cầu" not in passed.text
    assert passed.status_code in {200, 302, 422}


def test_tracking_shows_the_check_and_goes_on_with_it(client, clock):
    used_up(Bucket.TRACK_ADDRESS, "127.0.0.1", times=5)
    asked = {"ma": "H99.11-261123-0007"}

    page = client.get("/tra-cuu/", asked)
    passed = client.get("/tra-cuu/", asked | {"altcha": solution()})
    used_up(Bucket.TRACK_ADDRESS, "127.0.0.1", times=50)
    refused = client.get("/tra-cuu/", asked | {"altcha": solution()})

    assert (page.status_code, page["Cache-Control"]) == (422, "no-store")
    assert 'data-module="robot"' in page.text
    assert asked["ma"] in page.text
    assert passed.status_code == 404
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")


def test_counters_have_ten_times_the_quota_of_an_address():
    agency = UnitFactory()
    CounterNetwork.objects.create(unit=agency, network="203.0.113.0/28")
    CounterNetwork.objects.create(unit=agency, network="198.51.100.7", is_open=False)
    within, outside, closed = "203.0.113.7", "203.0.113.17", "198.51.100.7"
    for address in (within, outside, closed):
        used_up(Bucket.REGISTER_ADDRESS, address, times=10)

    limits.require(Bucket.REGISTER_ADDRESS, Visitor(within), at=NOW)
    for address in (outside, closed):
        with pytest.raises(RobotCheckNeeded):
            limits.require(Bucket.REGISTER_ADDRESS, Visitor(address), at=NOW)
    used_up(Bucket.REGISTER_ADDRESS, within, times=10 * COUNTER_FACTOR)
    with pytest.raises(RobotCheckNeeded):
        limits.require(Bucket.REGISTER_ADDRESS, Visitor(within), at=NOW)


def test_nobody_asks_for_counters_below_the_threshold(django_assert_num_queries):
    with django_assert_num_queries(1):
        limits.require(Bucket.REGISTER_ADDRESS, Visitor(HOME), at=NOW)


def test_the_wait_of_who_goes_on_failing_grows_to_a_month():
    waits = []
    for times in (51, 50, 50):
        used_up(Bucket.SIGN_IN, "0912345678", times=times)
        with pytest.raises(TooManyRequests) as refused:
            limits.require(Bucket.SIGN_IN, "0912345678", at=NOW)
        waits.append(refused.value.retry_after)

    assert waits == sorted(waits)
    assert waits[0] <= timedelta(hours=12) < waits[-1] <= timedelta(days=30)


def test_purge_forgets_short_windows_and_keeps_the_past_of_codes():
    limits.hit(Bucket.CODE_SENT, at=NOW - timedelta(days=8))
    limits.hit(Bucket.CODE_SENT, at=NOW - timedelta(days=10))
    limits.hit(Bucket.TRACK_ADDRESS, HOME, at=NOW - timedelta(minutes=3))
    limits.claim_once("robot-used", value="x", until=NOW - timedelta(days=2))

    assert limits.purge_counters(at=NOW) == 3
    assert RateCounter.objects.count() == 1


def send(phone, client, *, at=NOW):
    codes.send_code(purpose=CodePurpose.REGISTER, session="s", client=client, phone=phone, at=at)


def surge(*, usual, now, at=NOW):
    for day in range(1, 8):
        if usual:
            limits.hit(Bucket.CODE_SENT, at=at - timedelta(days=day), times=usual)
    limits.hit(Bucket.CODE_SENT, at=at, times=now)


@pytest.mark.parametrize(
    ("usual", "now", "surging"),
    [
        (0, SURGE_FLOOR - 1, False),
        (0, SURGE_FLOOR, True),
        (200, 599, False),
        (200, 600, True),
        (1_000, 2_000, False),
    ],
)
def test_three_times_the_usual_of_this_hour_is_a_surge(usual, now, surging):
    surge(usual=usual, now=now)

    assert sms_watch.is_surging(at=NOW) is surging


def test_one_busy_day_is_not_what_is_usual():
    limits.hit(Bucket.CODE_SENT, at=NOW - timedelta(days=1), times=9_000)
    limits.hit(Bucket.CODE_SENT, at=NOW, times=SURGE_FLOOR)

    assert sms_watch.is_surging(at=NOW)


def test_in_a_surge_everybody_is_checked_and_nobody_is_refused():
    surge(usual=10, now=SURGE_FLOOR)

    with pytest.raises(RobotCheckNeeded):
        send(PHONE, Visitor(HOME))
    send(PHONE, Visitor(HOME, checked=True))
    send("84912345679", HOME)

    assert Notice.objects.filter(kind="one-time-code").count() == 2
    assert sms_watch.is_surging(at=NOW + HOUR) is False


def test_two_hundred_requests_for_codes_from_fifty_addresses_are_stopped():
    """Attack: pumping SMS to numbers in a row; a script that solves no check gets the floor."""
    sent = 0
    for number in range(400):
        try:
            send(f"8491234{number:04d}", Visitor(f"203.0.113.{number % 50}"))
        except TooManyRequests:
            continue
        sent += 1

    assert sent == SURGE_FLOOR
    assert Notice.objects.filter(kind="one-time-code").count() == sent


@pytest.mark.parametrize("phone", ["+88213300123", "+447700900123", "+84243823456", "1900123456"])
def test_codes_go_to_vietnamese_mobiles_only(client, clock, phone):
    with pytest.raises(ValueError, match=r"điện thoại|di động|số"):
        send(phone, HOME)

    assert not Notice.objects.exists()


def test_both_alarms_are_raised_once_an_hour(caplog):
    surge(usual=0, now=SURGE_FLOOR)
    limits.hit(Bucket.CODE_SENT, at=NOW - HOUR, times=USED_FLOOR)
    limits.hit(Bucket.CODE_USED, at=NOW - HOUR, times=int(USED_FLOOR * 0.4) - 1)

    sms_watch.watch_codes(at=NOW)
    sms_watch.watch_codes(at=NOW + timedelta(minutes=5))

    kinds = sorted(SecurityEvent.objects.values_list("kind", flat=True))
    assert kinds == ["sms-surge", "sms-unused"]
    assert len([line for line in caplog.records if "SMS codes" in line.message]) == 2


def test_codes_that_are_typed_raise_no_alarm():
    limits.hit(Bucket.CODE_SENT, at=NOW - HOUR, times=USED_FLOOR)
    limits.hit(Bucket.CODE_USED, at=NOW - HOUR, times=int(USED_FLOOR * 0.4))

    sms_watch.watch_codes(at=NOW)

    assert not SecurityEvent.objects.exists()


def test_sending_and_typing_a_code_are_counted(clock):
    send(PHONE, HOME)
    [code] = re.findall(r"\b\d{6}\b", Notice.objects.get().body)
    codes.check_code(purpose=CodePurpose.REGISTER, session="s", code=code, phone=PHONE, at=NOW)

    assert limits.counts_at(Bucket.CODE_SENT, moments=[NOW]) == [1]
    assert limits.counts_at(Bucket.CODE_USED, moments=[NOW]) == [1]


@pytest.fixture
def paced(settings):
    settings.REQUEST_LIMITS = True
    pace.forget()
    yield
    pace.forget()


def statuses(client, path, number, **more):
    return [client.get(path, **more).status_code for _ in range(number)]


@pytest.mark.parametrize("kind", ["citizen", "staff"])
def test_an_account_that_asks_too_fast_is_told_to_wait(client, clock, paced, kind):
    user = CitizenFactory() if kind == "citizen" else StaffFactory()
    times = {"citizen": 120, "staff": 240}[kind]
    client.force_login(user)
    path = reverse("accounts:profile")

    assert set(statuses(client, path, times + 9)) == {200}
    refused = client.get(path)

    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "Thao tác quá nhiều lần" in refused.text
    assert statuses(client, path, 3) == [429] * 3
    assert SecurityEvent.objects.filter(kind="requests-many", user=user).count() == 1
    clock.shift(60)
    assert client.get(path).status_code == 200


def test_processes_count_together(client, clock, paced):
    client.force_login(CitizenFactory())
    for _process in range(12):
        statuses(client, reverse("accounts:inbox"), 10)
        pace.forget()

    assert 429 in statuses(client, reverse("accounts:inbox"), 10)


def test_an_address_is_bounded_where_nobody_is_signed_in(client, clock, paced):
    used_up(Bucket.REQUESTS_ADDRESS, "127.0.0.1", times=600)

    assert statuses(client, "/ho-so/", 10) == [302] * 9 + [429]
    assert Client().post("/dang-nhap/").status_code == 429
    # Somebody signed in is not refused for the neighbours of a shared address.
    person = Client()
    person.force_login(CitizenFactory())
    assert statuses(person, "/ho-so/", 10) == [200] * 10


def test_pages_that_a_cache_keeps_are_never_counted(client, paced, django_assert_num_queries):
    statuses(client, "/tro-giup/", 9)
    with django_assert_num_queries(0):
        statuses(client, "/tro-giup/", 12)

    assert not RateCounter.objects.exists()


def test_a_reader_costs_no_query_more(client, paced, django_assert_max_num_queries):
    client.force_login(CitizenFactory())
    client.get("/ho-so/")
    with django_assert_max_num_queries(8):
        client.get("/ho-so/")

    assert not RateCounter.objects.exists()
