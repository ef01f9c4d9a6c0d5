"""Who looked is written down before anything is shown, told to the owner, and stays."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.models import SecurityEvent
from dossiers.enums import AccessKind, DossierState
from dossiers.models import DossierAccess
from dossiers.services import accesses
from portal.notices.models import Notice
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    dossier_at,
    office,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return office()


@pytest.fixture
def dossier(place):
    return dossier_at(DossierState.DECIDED, place=place)


def url(name, dossier, *more):
    return reverse(f"dossiers:{name}", args=[dossier.code, *more])


def looks_of(dossier):
    rows = dossier.accesses.order_by("pk")
    return list(rows.values_list("user", "role", "unit", "kind", "file"))


@pytest.mark.parametrize(
    ("name", "kind"), [("work", AccessKind.PAGE), ("pane", AccessKind.SUMMARY)]
)
def test_opening_a_page_is_noted_with_role_and_unit(client, place, dossier, name, kind):
    client.force_login(place.clerk)

    client.get(url(name, dossier))

    assert looks_of(dossier) == [(place.clerk.pk, "CLERK", place.desk.pk, kind, None)]


@pytest.mark.parametrize(("who", "where"), [("officer", "division"), ("leader", "agency")])
def test_the_capacity_is_the_one_that_leads_to_the_dossier(client, place, dossier, who, where):
    person, role = getattr(place, who), who.upper()
    client.force_login(person)

    client.get(url("work", dossier))

    assert looks_of(dossier) == [(person.pk, role, getattr(place, where).pk, "PAGE", None)]


def test_every_way_to_a_file_is_noted(client, place, dossier):
    paper = DossierPaperFactory(dossier=dossier)
    slip = dossier.slips.exclude(file=None).first()
    client.force_login(place.clerk)

    assert client.get(url("file", dossier, paper.file_id)).status_code == 200
    with time_machine.travel(MONDAY_9AM + timedelta(days=900), tick=False):
        client.force_login(place.clerk)
        assert client.get(url("preview", dossier, paper.file_id, 1)).status_code == 200
    kinds = [row[3:] for row in looks_of(dossier)]

    assert kinds == [("FILE", paper.file_id)] * 2
    if slip is not None:
        client.force_login(place.clerk)
        client.get(url("slip", dossier, slip.pk))
        assert looks_of(dossier)[-1][3:] == ("SLIP", slip.file_id)


def test_the_same_look_within_ten_minutes_is_one_row_and_a_later_one_another(place, dossier):
    roles = list(place.clerk.staff_roles.select_related("unit"))
    for minutes in (0, 3, 9, 11):
        accesses.record_look(
            dossier, place.clerk, roles, at=MONDAY_9AM + timedelta(minutes=minutes)
        )

    assert dossier.accesses.count() == 2


def test_the_owners_own_look_is_noted_without_a_role(client, dossier):
    client.force_login(dossier.owner)

    client.get(url("detail", dossier))

    assert looks_of(dossier) == [(dossier.owner_id, "", None, "PAGE", None)]


@pytest.mark.parametrize("name", ["work", "file", "preview"])
def test_what_cannot_be_noted_is_not_shown(client, place, dossier, name):
    paper = DossierPaperFactory(dossier=dossier)
    more = {"work": (), "file": (paper.file_id,), "preview": (paper.file_id, 1)}[name]
    client.force_login(place.clerk)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("REVOKE INSERT ON dossiers_dossieraccess FROM portal_app")
        cursor.execute("SET ROLE portal_app")

    response = client.get(url(name, dossier, *more))

    assert response.status_code == 500
    assert dossier.applicant_name not in response.text
    assert "Content-Disposition" not in response


def test_the_application_may_neither_change_nor_delete_a_look(place, dossier):
    roles = list(place.clerk.staff_roles.select_related("unit"))
    accesses.record_look(dossier, place.clerk, roles, at=MONDAY_9AM)

    for change in (
        lambda: DossierAccess.objects.update(role=""),
        lambda: DossierAccess.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()


def test_the_owner_reads_when_role_and_unit_and_never_the_name(client, place, dossier):
    place.clerk.full_name = "Đỗ Quyên Quyên"
    place.clerk.save()
    client.force_login(place.clerk)
    client.get(url("work", dossier))
    client.force_login(dossier.owner)
    client.get(url("detail", dossier))

    page = client.get(url("looks", dossier)).text

    assert "Cán bộ một cửa" in page
    assert place.desk.name in page
    assert "Đỗ Quyên Quyên" not in page
    assert ">Ông/bà<" not in page
    assert ">Ông/bà<" in client.get(url("looks", dossier), {"tat-ca": 1}).text
    assert url("looks", dossier) in client.get(url("detail", dossier)).text


def test_the_leader_reads_names_and_nobody_else_gets_the_page(client, place, dossier):
    client.force_login(place.clerk)
    client.get(url("work", dossier))

    assert client.get(url("work_looks", dossier)).status_code == 403
    client.force_login(place.leader)
    page = client.get(url("work_looks", dossier)).text

    assert place.clerk.full_name in page
    assert "Cán bộ một cửa" in page


def test_a_stranger_finds_no_list_of_looks(client, dossier):
    client.force_login(CitizenFactory())

    assert client.get(url("looks", dossier)).status_code == 404


def test_more_than_a_hundred_dossiers_in_an_hour_are_reported_once(place, monkeypatch):
    monkeypatch.setattr(accesses, "MANY", 3)
    roles = list(place.clerk.staff_roles.select_related("unit"))
    offer = DossierFactory(place=place).procedure.offers.get()
    five = [DossierFactory(place=place, offer=offer) for _ in range(5)]
    for number, dossier in enumerate(five):
        if number == 3:
            assert not SecurityEvent.objects.exists()
        at = MONDAY_9AM + timedelta(minutes=number)
        accesses.record_look(dossier, place.clerk, roles, at=at)
        accesses.record_look(dossier, place.clerk, roles, kind=AccessKind.SUMMARY, at=at)

    [event] = SecurityEvent.objects.all()
    assert (event.kind, event.user, event.data["dossiers"]) == ("opened-many", place.clerk, 4)
    [told] = Notice.objects.filter(kind="opened-many")
    assert told.recipient == place.leader
