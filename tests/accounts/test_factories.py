"""The factories that every app's tests stand on make what they say."""

import pytest
from django.utils import timezone

from accounts import selectors
from accounts.enums import Role, UnitKind
from accounts.models import Unit, User
from tests.factories.accounts import (
    JOINED_AT,
    CitizenFactory,
    CommuneFactory,
    StaffFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db


def test_commune_has_its_desk_and_divisions_below_its_agency():
    commune = CommuneFactory()

    assert commune.agency.agency == commune.agency
    assert commune.one_stop.kind == UnitKind.ONE_STOP
    assert {unit.agency for unit in [commune.one_stop, *commune.divisions]} == {commune.agency}
    assert {unit.parent for unit in [commune.one_stop, *commune.divisions]} == {commune.agency}
    assert Unit.objects.count() == 4


def test_traits_of_a_unit_make_their_own_agency():
    division = UnitFactory(division=True)

    assert division.agency == division.parent
    assert division.code is None
    assert selectors.get_work_calendar(division.agency).office_hours


def test_citizen_keeps_number_and_password_as_the_portal_does():
    citizen = CitizenFactory(identity_number="031190000123", clear_password="Khac@12345")

    stored = User.objects.get(pk=citizen.pk)
    assert stored.identity_number == "031190000123"
    assert stored.check_password("Khac@12345")


def test_staff_hold_their_role_where_it_is_held():
    commune = CommuneFactory()
    clerk = StaffFactory(role=Role.CLERK, unit=commune.one_stop)
    officer = StaffFactory(role=Role.OFFICER)
    nobody = StaffFactory(role=None)

    day = timezone.localdate(JOINED_AT)
    [role] = selectors.list_roles(clerk, on=day)
    assert (role.role, role.unit) == (Role.CLERK, commune.one_stop)
    [role] = selectors.list_roles(officer, on=day)
    assert role.unit.kind == UnitKind.DIVISION
    assert selectors.list_roles(nobody, on=day) == []
