"""Two confirmations of two changes of one account: one wins, the other is told (G13)."""

from threading import Barrier

import pytest
from django.utils import timezone

from accounts.models import SecurityEvent, User
from accounts.models.users import UserQuerySet
from accounts.services import codes, contacts
from accounts.services.contacts import ChangedMeanwhile, ContactChange
from tests.factories.accounts import CitizenFactory
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def two_changes(monkeypatch):
    """Return two confirmations whose codes were right and used at the same moment."""
    citizen = CitizenFactory()
    gate = Barrier(2, timeout=30)
    monkeypatch.setattr(codes, "require_code", lambda **_: gate.wait())

    def confirm(new):
        change = ContactChange(
            citizen.pk, "phone", citizen.phone, new, timezone.now(), is_old_proved=True
        )
        return lambda: contacts.confirm_change(
            change=change, code="", session="", session_key="", at=timezone.now()
        )

    return citizen, [confirm("84987654321"), confirm("84987654322")]


def test_of_two_confirmations_one_wins(monkeypatch):
    citizen, both = two_changes(monkeypatch)

    outcomes = at_once(both)

    kinds = sorted(type(one).__name__ for one in outcomes)
    assert kinds == ["ChangedMeanwhile", "User"]
    winner = next(one for one in outcomes if isinstance(one, User))
    citizen.refresh_from_db()
    assert citizen.phone == winner.phone
    assert SecurityEvent.objects.filter(kind="phone-changed").count() == 1


def test_without_the_lock_both_go_through(monkeypatch):
    """The negative control: the race above is real."""
    _citizen, both = two_changes(monkeypatch)
    gate = Barrier(2, timeout=30)
    original = contacts.set_contact

    def after_both_have_read(*args, **kwargs):
        gate.wait()
        return original(*args, **kwargs)

    monkeypatch.setattr(UserQuerySet, "select_for_update", lambda self, **_: self)
    monkeypatch.setattr(contacts, "set_contact", after_both_have_read)

    outcomes = at_once(both)

    assert not any(isinstance(one, ChangedMeanwhile) for one in outcomes)
    assert SecurityEvent.objects.filter(kind="phone-changed").count() == 2
