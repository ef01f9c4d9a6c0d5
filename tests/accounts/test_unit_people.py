"""The unit administrator: roles given and ended, accounts closed, cover for absence."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import DayKind, Role
from accounts.models import SecurityEvent, StaffRole, User
from accounts.security import SecurityEventKind as Kind
from accounts.services import delegations, roles, staff_access, unit_settings
from portal.notices.models import Notice
from tests.factories.accounts import (
    CalendarDayFactory,
    StaffFactory,
    StaffRoleFactory,
    sign_in_proved,
)
from tests.factories.dossiers import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def place():
    return office()


@pytest.fixture
def admin(place):
    return StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency)


def signed_in(user):
    return sign_in_proved(Client(), user)


def grant(admin, person, unit, role, now):
    return roles.grant_role(
        by=admin,
        at=now,
        user_id=person.pk,
        unit_id=unit.pk,
        role=role,
        valid_from=timezone.localdate(now),
        valid_until=None,
    )


def delegate(by, role, to, now, *, days=5, start=0):
    first = timezone.localdate(now) + timedelta(days=start)
    return delegations.delegate_roles(
        by=by,
        at=now,
        role_ids=[role.pk],
        to_id=to.pk,
        first_day=first,
        last_day=first + timedelta(days=days - 1),
    )


def role_of(user):
    return StaffRole.objects.own().get(user=user)


def test_a_granted_role_opens_the_desk_and_an_ended_one_closes_it_at_the_next_request(
    place, admin, now
):
    person = StaffFactory(role=Role.EDITOR, unit=place.agency)
    client, queue = signed_in(person), reverse("dossiers:queue")
    assert client.get(queue).status_code == 403

    held = grant(admin, person, place.desk, Role.CLERK, now)
    assert client.get(queue).status_code == 200

    roles.end_role(by=admin, at=timezone.now(), role_id=held.pk)
    assert client.get(queue).status_code == 403
    events = SecurityEvent.objects.filter(user=person, actor=admin).values_list("kind", flat=True)
    assert list(events.order_by("pk")) == [Kind.ROLE_GRANTED, Kind.ROLE_ENDED]


def test_nobody_gives_or_ends_their_own_role(place, admin, now):
    with pytest.raises(roles.ToOneself):
        grant(admin, admin, place.agency, Role.LEADER, now)
    with pytest.raises(roles.ToOneself):
        roles.end_role(by=admin, at=now, role_id=role_of(admin).pk)
    client = signed_in(admin)
    url = reverse("accounts:unit_role_grant", args=[admin.pk])
    day = timezone.localdate().strftime("%d/%m/%Y")
    posted = {"role": "LEADER", "unit": place.agency.pk, "valid_from": day}
    assert client.post(url, posted).status_code == 422
    assert not StaffRole.objects.filter(user=admin, role=Role.LEADER).exists()


def test_the_database_refuses_a_role_given_to_oneself(place):
    person = StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency)
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRoleFactory(user=person, role=Role.LEADER, unit=place.agency, granted_by=person)


def test_nothing_is_given_outside_the_house_nor_by_who_no_longer_administers(place, admin, now):
    other = office("khac")
    with pytest.raises(roles.NotInYourHouse):
        grant(admin, place.clerk, other.desk, Role.CLERK, now)
    with pytest.raises(roles.NotInYourHouse):
        grant(admin, other.clerk, place.desk, Role.CLERK, now)
    with pytest.raises(roles.NotInYourHouse):
        roles.end_role(by=admin, at=now, role_id=role_of(other.clerk).pk)
    StaffRole.objects.filter(user=admin).update(ended_at=now)
    with pytest.raises(roles.NotInYourHouse):
        grant(admin, place.clerk, place.agency, Role.LEADER, now)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_watchers_are_not_named_by_unit_administrators(place, admin, now, role):
    with pytest.raises(roles.NotYoursToGive):
        grant(admin, place.clerk, place.agency, role, now)


def test_who_runs_the_system_does_no_work_of_an_office(place, now):
    above = StaffFactory(role=Role.SYSTEM_ADMIN, unit=place.agency)
    other = StaffFactory(role=Role.SYSTEM_ADMIN, unit=place.agency)
    with pytest.raises(roles.MixedDuties):
        grant(above, other, place.agency, Role.LEADER, now)
    with pytest.raises(roles.MixedDuties):
        grant(above, place.leader, place.agency, Role.SYSTEM_ADMIN, now)


def test_a_role_is_not_given_twice_for_the_same_days(place, admin, now):
    with pytest.raises(roles.AlreadyHeld):
        grant(admin, place.clerk, place.desk, Role.CLERK, now)


def test_a_closed_account_loses_its_sessions_for_good(place, admin, now):
    client, page = signed_in(place.clerk), reverse("accounts:profile")
    assert client.get(page).status_code == 200
    staff_access.disable_account(by=admin, at=now, user_id=place.clerk.pk)
    assert client.get(page).status_code == 302
    staff_access.enable_account(by=admin, at=now, user_id=place.clerk.pk)
    assert client.get(page).status_code == 302, "the old session must not come back"


def test_who_also_works_elsewhere_is_closed_from_above_only(place, admin, now):
    StaffRoleFactory(user=place.clerk, role=Role.CLERK, unit=office("khac").desk)
    with pytest.raises(staff_access.WorksElsewhere):
        staff_access.disable_account(by=admin, at=now, user_id=place.clerk.pk)
    with pytest.raises(roles.ToOneself):
        staff_access.disable_account(by=admin, at=now, user_id=admin.pk)


def test_people_are_listed_found_and_not_found(place, admin):
    client, url = signed_in(admin), reverse("accounts:unit_people")
    place.clerk.full_name = "Đặng Thị Ước"
    place.clerk.save()
    stranger = office("khac").clerk
    assert "Đặng Thị Ước" in client.get(url).text
    assert "Đặng Thị Ước" in client.get(url, {"q": "dang uoc"}).text
    assert "Không tìm thấy cán bộ nào" in client.get(url, {"q": "zzz"}).text
    assert stranger.username not in client.get(url).text
    assert client.get(reverse("accounts:unit_person", args=[stranger.pk])).status_code == 404


def test_somebody_new_is_invited_with_a_first_role(place, admin):
    client = signed_in(admin)
    posted = {
        "full_name": "Lê Thị Mới",
        "title": "Công chức",
        "username": "moi.songtranh",
        "email": "moi@example.vn",
        "role": "CLERK",
        "unit": place.desk.pk,
    }
    response = client.post(reverse("accounts:unit_invite"), posted)
    person = User.objects.get(username="moi.songtranh")
    assert response.status_code == 302
    assert not person.is_active
    assert role_of(person).granted_by == admin
    assert "chưa nhận lời mời" in client.get(response.url).text
    posted["unit"] = office("khac").desk.pk
    posted["username"] = "khac.songtranh"
    assert client.post(reverse("accounts:unit_invite"), posted).status_code == 422


def test_cover_opens_the_desk_from_day_to_day_and_is_taken_back(place, now, today):
    colleague = StaffFactory(role=Role.OFFICER, unit=place.division)
    (held,) = delegate(place.clerk, role_of(place.clerk), colleague, now)
    assert StaffRole.objects.in_force(on=today).filter(pk=held.pk).exists()
    assert not StaffRole.objects.in_force(on=today + timedelta(days=5)).filter(pk=held.pk).exists()
    assert Notice.objects.filter(recipient=colleague, kind="role-delegated").count() == 1
    client = signed_in(place.clerk)
    response = client.post(reverse("accounts:delegation_end", args=[held.pk]))
    assert response.status_code == 302
    assert not StaffRole.objects.in_force(on=today).filter(pk=held.pk).exists()


def test_cover_is_for_a_month_at_most_but_goes_on_with_another(place, now):
    colleague = StaffFactory(role=Role.OFFICER, unit=place.division)
    role = role_of(place.clerk)
    with pytest.raises(delegations.TooLong):
        delegate(place.clerk, role, colleague, now, days=31)
    delegate(place.clerk, role, colleague, now, days=30)
    with pytest.raises(roles.AlreadyHeld):
        delegate(place.clerk, role, colleague, now, days=5, start=29)
    assert delegate(place.clerk, role, colleague, now, days=30, start=30)


def test_the_database_refuses_cover_of_more_than_a_month_or_for_oneself(place, today):
    person = place.officer
    fields = {"user": person, "role": Role.CLERK, "unit": place.desk, "valid_from": today}
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRoleFactory(**fields, on_behalf_of=place.clerk, valid_until=today + timedelta(days=30))
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRoleFactory(**fields, on_behalf_of=person, valid_until=today)
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRoleFactory(**fields, on_behalf_of=place.clerk)


def test_cover_is_not_passed_on_not_taken_and_not_for_strangers(place, admin, now):
    colleague = StaffFactory(role=Role.OFFICER, unit=place.division)
    role = role_of(place.clerk)
    (held,) = delegate(place.clerk, role, colleague, now)
    with pytest.raises(delegations.NotDelegable):
        delegate(colleague, held, place.registrar, now)
    with pytest.raises(delegations.NotDelegable):
        delegate(admin, held, place.registrar, now)
    with pytest.raises(roles.ToOneself):
        delegate(admin, role, admin, now)
    with pytest.raises(roles.NotInYourHouse):
        delegate(place.officer, role, place.registrar, now)
    with pytest.raises(delegations.NotAColleague):
        delegate(place.clerk, role, office("khac").clerk, now)
    with pytest.raises(delegations.NotDelegable):
        delegate(admin, role_of(admin), place.registrar, now)


def test_cover_ends_with_the_role_that_it_stands_for(place, admin, now, today):
    colleague = StaffFactory(role=Role.OFFICER, unit=place.division)
    role = role_of(place.clerk)
    (held,) = delegate(place.clerk, role, colleague, now)
    roles.end_role(by=admin, at=now, role_id=role.pk)
    assert not StaffRole.objects.in_force(on=today).filter(pk=held.pk).exists()


def test_the_page_of_cover_delegates_and_says_what_is_wrong(place, today):
    colleague = StaffFactory(role=Role.OFFICER, unit=place.division)
    client, url = signed_in(place.clerk), reverse("accounts:delegations")
    posted = {
        "roles": [role_of(place.clerk).pk],
        "to": colleague.pk,
        "first_day": today.strftime("%d/%m/%Y"),
        "last_day": (today + timedelta(days=40)).strftime("%d/%m/%Y"),
    }
    assert "tối đa 30 ngày" in client.post(url, posted).text
    posted["last_day"] = posted["first_day"]
    assert client.post(url, posted).status_code == 302
    assert colleague.full_name in client.get(url).text


def test_hours_are_kept_in_order_and_refused_when_they_overlap(place, admin):
    client, url = signed_in(admin), reverse("accounts:unit_hours", args=[place.agency.pk])
    posted = {"opens_1": "7:00", "closes_1": "11h30", "opens_2": "13:00", "closes_2": "17:00"}
    assert client.post(url, posted | {"opens_2": "11:00"}).status_code == 422
    assert client.post(url, posted | {"closes_1": "6:00"}).status_code == 422
    assert client.post(url, {}).status_code == 422
    assert client.post(url, posted | {"phone": "0203 123 456"}).status_code == 302
    place.agency.refresh_from_db()
    assert place.agency.office_hours == [["07:00", "11:30"], ["13:00", "17:00"]]
    assert place.agency.phone == "0203 123 456"


def test_days_to_come_are_added_changed_and_removed_and_past_ones_stand(place, admin, now, today):
    monday = today + timedelta(days=7 - today.weekday())
    known = {"by": admin, "at": now, "unit_id": place.agency.pk}
    added = unit_settings.add_days(
        **known, first=monday, last=monday + timedelta(days=6), kind=DayKind.OFF, name="Nghỉ"
    )
    assert len(added) == 5
    with pytest.raises(unit_settings.DayTaken):
        unit_settings.add_days(**known, first=monday, last=monday, kind=DayKind.OFF, name="x")
    with pytest.raises(unit_settings.DayMeansNothing):
        unit_settings.add_days(**known, first=monday, last=monday, kind=DayKind.MAKE_UP, name="x")
    with pytest.raises(unit_settings.DayIsPast):
        unit_settings.add_days(**known, first=today, last=today, kind=DayKind.OFF, name="x")
    past = CalendarDayFactory(unit=place.agency, on=today)
    with pytest.raises(unit_settings.DayIsPast):
        unit_settings.remove_day(**known, day_id=past.pk)
    unit_settings.remove_day(**known, day_id=added[0].pk)
    assert place.agency.calendar_days.filter(on__gt=today).count() == 4


def test_only_who_stands_above_marks_a_small_office(place, admin, now):
    above = StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency.parent)
    known = {"at": now, "unit_id": place.agency.pk, "small": True}
    with pytest.raises(unit_settings.NotAbove):
        unit_settings.set_small_office(by=admin, **known)
    assert unit_settings.set_small_office(by=above, **known).small_office
    assert SecurityEvent.objects.filter(kind=Kind.SMALL_OFFICE_SET, actor=above).count() == 1


def test_acts_over_people_and_the_office_need_a_fresh_code(place, admin):
    person, client = place.registrar, Client()
    client.force_login(admin)
    role = role_of(person)
    lent = StaffRoleFactory(
        user=place.officer,
        role=Role.CLERK,
        unit=place.desk,
        on_behalf_of=place.clerk,
        valid_from=timezone.localdate(),
        valid_until=timezone.localdate(),
    )
    pages = {
        "unit_role_end": role.pk,
        "unit_delegate": person.pk,
        "unit_delegation_end": lent.pk,
        "unit_small_office": place.agency.pk,
    }

    for name, number in pages.items():
        answer = client.post(reverse(f"accounts:{name}", args=[number]), {"lam": "bat"})
        assert answer.status_code == 422, name
        assert 'name="ma_xac_thuc"' in answer.text, name

    assert StaffRole.objects.filter(ended_at__isnull=False).count() == 0
    assert not type(place.agency).objects.get(pk=place.agency.pk).small_office
    assert client.get(reverse("accounts:unit_role_end", args=[role.pk])).status_code == 302
