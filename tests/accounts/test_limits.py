from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.limits import POLICY, Bucket
from accounts.models import RateCounter
from accounts.services import limits
from accounts.services.limits import TooManyRequests
from portal.core.db import TransactionForbidden
from tests.accounts import HOME, NOW, PHONE


@pytest.mark.django_db
def test_hit_allows_as_many_as_the_table_says_and_tells_how_long_to_wait():
    [limit] = POLICY[Bucket.REFUSED]

    verdicts = [limits.hit(Bucket.REFUSED, HOME, at=NOW) for _ in range(limit.times + 1)]

    assert [verdict.allowed for verdict in verdicts] == [True] * limit.times + [False]
    assert verdicts[-1].retry_after == timedelta(minutes=1)
    assert verdicts[0].retry_after == timedelta()


@pytest.mark.django_db
def test_hit_counts_anew_when_the_window_is_over():
    for _ in range(21):
        limits.hit(Bucket.REFUSED, HOME, at=NOW)

    assert not limits.hit(Bucket.REFUSED, HOME, at=NOW + timedelta(seconds=59)).allowed
    assert limits.hit(Bucket.REFUSED, HOME, at=NOW + timedelta(minutes=1)).allowed


@pytest.mark.django_db
def test_hit_counts_every_window_of_a_bucket_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        limits.hit(Bucket.CODE_SEND, PHONE, at=NOW)

    assert RateCounter.objects.count() == len(POLICY[Bucket.CODE_SEND]) == 3


@pytest.mark.django_db
def test_the_longest_refusing_window_decides_how_long_to_wait():
    moments = [NOW + timedelta(minutes=10 * number) for number in range(3)]
    for moment in moments:
        for _ in range(2):
            assert limits.hit(Bucket.CODE_SEND, PHONE, at=moment).allowed

    refused = limits.hit(Bucket.CODE_SEND, PHONE, at=moments[2])  # the 7th of the hour

    assert not refused.allowed
    assert refused.retry_after == timedelta(minutes=40)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0912345678", "+84912345678"),
        ("0912345678", "84 912 345 678"),
        ("0912 345 678", "0912.345.678 "),
        ("Lan@Example.vn", "lan@example.vn"),
        ("hoà@example.vn", "hoà@example.vn"),
        ("  can.bo.1 ", "CAN.BO.1"),
        ("031 190 000 123", "031190000123"),
    ],
)
def test_one_person_typed_two_ways_is_one_counter(one, other):
    limits.hit(Bucket.REFUSED, one, at=NOW)
    limits.hit(Bucket.REFUSED, other, at=NOW)

    [counter] = RateCounter.objects.all()
    assert counter.count == 2


@pytest.mark.django_db
def test_different_keys_are_different_counters_and_are_not_stored_in_clear():
    limits.hit(Bucket.SIGN_IN_ADDRESS, HOME, at=NOW)
    limits.hit(Bucket.SIGN_IN_ADDRESS, "203.0.113.8", at=NOW)
    limits.hit(Bucket.SIGN_IN, "a", "bc", at=NOW)
    limits.hit(Bucket.SIGN_IN, "ab", "c", at=NOW)

    assert set(RateCounter.objects.values_list("count", flat=True)) == {1}
    assert not RateCounter.objects.filter(key_hash__contains=HOME).exists()


@pytest.mark.django_db
def test_require_refuses_with_the_wait():
    for _ in range(20):
        limits.require(Bucket.REFUSED, HOME, at=NOW)

    with pytest.raises(TooManyRequests) as refused:
        limits.require(Bucket.REFUSED, HOME, at=NOW)
    assert refused.value.retry_after == timedelta(minutes=1)


@pytest.mark.django_db
def test_forgive_takes_one_try_back_and_never_below_none():
    limits.hit(Bucket.REFUSED, HOME, at=NOW)
    limits.forgive(Bucket.REFUSED, HOME, at=NOW)
    limits.forgive(Bucket.REFUSED, HOME, at=NOW)

    assert RateCounter.objects.get().count == 0


@pytest.mark.django_db
def test_hit_refuses_a_callers_transaction_that_could_undo_the_count():
    with pytest.raises(TransactionForbidden), transaction.atomic():
        limits.hit(Bucket.REFUSED, HOME, at=NOW)


@pytest.mark.django_db
def test_claim_once_says_yes_to_the_first_only():
    until = NOW + timedelta(minutes=20)

    assert limits.claim_once("robot-used", value="signature", until=until)
    assert not limits.claim_once("robot-used", value="signature", until=until)
    assert limits.claim_once("robot-used", value="other", until=until)


@pytest.mark.django_db
def test_purge_keeps_counters_that_a_limit_still_looks_at():
    limits.hit(Bucket.CODE_SEND, PHONE, at=NOW - timedelta(days=4))
    limits.hit(Bucket.CODE_SEND, PHONE, at=NOW)

    assert limits.purge_counters(at=NOW) == 3
    assert RateCounter.objects.count() == 3


def hit_and_close(_number: int) -> bool:
    try:
        return limits.hit(Bucket.CODE_VERIFY, PHONE, at=NOW).allowed
    finally:
        connection.close()


def read_then_write(_number: int) -> None:
    """What the counter would be without its one statement: the control of the test below."""
    try:
        counter, _ = RateCounter.objects.get_or_create(
            bucket="control", key_hash="x", window_start=NOW, defaults={"count": 0}
        )
        counter.count += 1
        counter.save(update_fields=["count"])
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_hits_count_as_fifty():
    with ThreadPoolExecutor(max_workers=12) as pool:
        allowed = list(pool.map(hit_and_close, range(50)))

    assert RateCounter.objects.get().count == 50
    assert sum(allowed) == POLICY[Bucket.CODE_VERIFY][0].times == 10


@pytest.mark.django_db(transaction=True)
def test_control_reading_and_writing_apart_loses_hits():
    with ThreadPoolExecutor(max_workers=12) as pool:
        list(pool.map(read_then_write, range(50)))

    assert RateCounter.objects.get(bucket="control").count < 50
