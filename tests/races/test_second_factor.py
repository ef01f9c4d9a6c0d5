"""One code, one invitation: of several who come with it at once, one gets in."""

from threading import Barrier

import pytest
from django.db.models.query import QuerySet
from django.utils import timezone

from accounts.models import SecondFactor, StaffLink
from accounts.services import invitations, second_factor
from accounts.services.second_factor import CodeCheck, CodeRefused, Proof
from portal.core import totp
from tests.accounts import HOME
from tests.accounts.test_invitations import CHOSEN, link_sent
from tests.factories.accounts import SECRET, StaffFactory, give_factor
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

GUESTS = 6


def all_find_it_unused(monkeypatch):
    """Let everybody match the code before anybody may store that it was taken."""
    gate = Barrier(GUESTS, timeout=30)
    original = totp.matching_step

    def wait_for_all(*args, **kwargs):
        step = original(*args, **kwargs)
        gate.wait()
        return step

    monkeypatch.setattr(totp, "matching_step", wait_for_all)


def prove_at_once(user):
    at = timezone.now()
    code = totp.code_of(SECRET, totp.step_of(at))
    return at_once([lambda: second_factor.prove(user=user, code=code, client=HOME, at=at)] * GUESTS)


def test_one_code_opens_one_of_several_sessions(monkeypatch):
    user = StaffFactory()
    give_factor(user)
    all_find_it_unused(monkeypatch)

    outcomes = prove_at_once(user)

    assert outcomes.count(Proof()) == 1
    refused = [one for one in outcomes if isinstance(one, CodeRefused)]
    assert [one.check for one in refused] == [CodeCheck.USED] * (GUESTS - 1)


def test_the_race_is_real_without_the_comparison(monkeypatch):
    user = StaffFactory()
    give_factor(user)
    all_find_it_unused(monkeypatch)
    original = QuerySet.filter

    def without_comparison(self, *args, **kwargs):
        kwargs.pop("last_step__lt", None)
        return original(self, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "filter", without_comparison)

    assert prove_at_once(user).count(Proof()) == GUESTS
    assert SecondFactor.objects.count() == 1


def test_one_recovery_code_opens_one_of_several_sessions():
    user, at = StaffFactory(), timezone.now()
    code = second_factor.replace_recovery_codes(user_id=user.pk, at=at)[0]

    outcomes = at_once(
        [lambda: second_factor.prove(user=user, code=code, client=HOME, at=at)] * GUESTS
    )

    assert [one.codes_left for one in outcomes if isinstance(one, Proof)] == [9]


def test_one_link_sets_one_password():
    user, at = StaffFactory(email="le.thi.sau@example.vn"), timezone.now()
    invitations.send_password_link(user_id=user.pk, actor=None, at=at)
    token = link_sent().rstrip("/").rsplit("/", 1)[1]

    outcomes = at_once(
        [
            lambda: invitations.use_link(token=token, password=CHOSEN, at=at),
            lambda: invitations.use_link(token=token, password=f"{CHOSEN}!", at=at),
        ]
    )

    kinds = sorted(type(one).__name__ for one in outcomes)
    assert kinds == ["LinkDead", "User"]
    assert StaffLink.objects.get().used_at == at


def test_two_set_ups_at_once_leave_one_app():
    user, at = StaffFactory(), timezone.now()
    secrets = [totp.new_secret() for _number in range(2)]

    def enrol(secret):
        code = totp.code_of(secret, totp.step_of(at))
        return second_factor.enrol(user_id=user.pk, secret=secret, code=code, at=at)

    outcomes = at_once([lambda: enrol(secrets[0]), lambda: enrol(secrets[1])])

    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyEnrolled", "list"]
