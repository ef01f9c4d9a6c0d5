"""Several requests that note the same look at the same moment, or one of a dossier just gone."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse

from dossiers.enums import AccessKind
from dossiers.models import Dossier, DossierAccess
from dossiers.services import accesses
from tests.factories.dossiers import MONDAY_9AM, DossierFactory
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_look_by_eight_at_once_is_one_row_and_no_error():
    dossier = DossierFactory()
    look = partial(
        accesses.record_look, dossier, dossier.owner, (), kind=AccessKind.SLIP, at=MONDAY_9AM
    )

    assert at_once([look] * 24) == [None] * 24
    assert DossierAccess.objects.count() == 1


def plain_insert(dossier, *, slot):
    """What noting a look would be without its one statement: the control of the test above."""
    values = {"kind": AccessKind.SLIP, "slot": slot, "at": MONDAY_9AM}
    if not DossierAccess.objects.filter(dossier=dossier, user=dossier.owner, **values).exists():
        DossierAccess.objects.create(dossier=dossier, user=dossier.owner, **values)


def test_control_looking_before_inserting_breaks():
    dossier = DossierFactory()
    # One round may by chance run one after the other; ten do not.
    slots = [MONDAY_9AM + timedelta(minutes=10 * number) for number in range(10)]
    seen = [
        one for slot in slots for one in at_once([partial(plain_insert, dossier, slot=slot)] * 8)
    ]

    assert any(isinstance(one, IntegrityError) for one in seen)


def test_a_dossier_that_went_meanwhile_is_absent_and_not_an_error(client, monkeypatch):
    dossier = DossierFactory()
    client.force_login(dossier.owner)
    real = accesses.record_look

    def after_it_went(found: Dossier, *people: object, **more: object) -> None:
        found.pk += 1_000_000
        real(found, *people, **more)

    monkeypatch.setattr(accesses, "record_look", after_it_went)

    response = client.get(reverse("dossiers:detail", args=[dossier.code]))

    assert response.status_code == 404
    assert not connection.in_atomic_block
