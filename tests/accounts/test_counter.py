"""At the counter: an account given back to whoever shows the paper; two proposed as one."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import IdentityLevel, Role
from accounts.models import AccountMerge, SecurityEvent, User
from portal.core import totp
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.accounts import NOW, PHONE, another_code, latest_code
from tests.factories.accounts import (
    PASSWORD,
    SECRET,
    CitizenFactory,
    StaffFactory,
    StaffRoleFactory,
    UnitFactory,
    give_factor,
    sign_in_proved,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FIND = reverse("accounts:counter_find")
ACCOUNTS = reverse("accounts:counter_accounts")
CODE = reverse("accounts:counter_code")
NUMBER = "031190000123"
NEW = "84987654321"


@pytest.fixture
def clerk() -> User:
    return StaffFactory(role=Role.CLERK)


@pytest.fixture
def desk(clerk) -> Client:
    return sign_in_proved(Client(), clerk)


@pytest.fixture
def citizen() -> User:
    return CitizenFactory(identity_number=NUMBER, phone=PHONE, email="lan@example.vn")


def ask(desk, user, act, **more):
    return desk.post(ACCOUNTS, {"account": user.pk, "paper": "ID_CARD", "do": act, **more})


def test_account_is_given_back_with_a_code_to_the_new_phone(desk, clerk, citizen):
    elsewhere = Client()
    elsewhere.force_login(citizen)
    assert desk.post(FIND, {"number": "031 190 000 123"}).url == ACCOUNTS
    page = desk.get(ACCOUNTS).text
    assert citizen.full_name in page
    assert NUMBER not in page
    assert "0912 345 678" not in page

    assert ask(desk, citizen, "recover", contact="0987 654 321").url == CODE
    assert desk.post(CODE, {"code": latest_code(NEW)}).url == FIND

    citizen.refresh_from_db()
    assert (citizen.phone, citizen.phone_verified_at) == (NEW, NOW)
    assert citizen.identity_level == IdentityLevel.SEEN
    assert not citizen.has_usable_password()
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302
    told = Notice.objects.filter(kind="contact-changed")
    assert set(told.filter(medium=Medium.SMS).values_list("to", flat=True)) == {PHONE, NEW}
    assert told.filter(medium=Medium.EMAIL, to="lan@example.vn").exists()
    event = SecurityEvent.objects.get(kind="recovered-at-counter")
    assert (event.user, event.actor, event.data["paper"]) == (citizen, clerk, "ID_CARD")
    assert SecurityEvent.objects.get(kind="looked-up-at-counter").user == citizen


def test_owner_then_chooses_a_password_with_the_new_phone(desk, citizen, clock):
    desk.post(FIND, {"number": NUMBER})
    ask(desk, citizen, "recover", contact=NEW)
    desk.post(CODE, {"code": latest_code(NEW)})
    clock.shift(60)
    owner = Client()

    owner.post(reverse("accounts:forgot_password"), {"identity_number": NUMBER, "contact": NEW})
    owner.post(reverse("accounts:forgot_password_code"), {"code": latest_code(NEW)})
    owner.post(reverse("accounts:new_password"), {"password": "Rêuxanh#4821"})

    citizen.refresh_from_db()
    assert citizen.check_password("Rêuxanh#4821")


def test_wrong_code_changes_nothing(desk, citizen):
    desk.post(FIND, {"number": NUMBER})
    ask(desk, citizen, "recover", contact=NEW)

    assert desk.post(CODE, {"code": another_code(latest_code(NEW))}).status_code == 422

    citizen.refresh_from_db()
    assert citizen.phone == PHONE
    assert citizen.check_password(PASSWORD)


def test_passport_account_is_given_back_by_email(desk):
    citizen = CitizenFactory(identity_number="", phone="", phone_verified_at=None)
    citizen.set_passport("C01X00T47", country="DE")
    citizen.save()
    desk.post(FIND, {"number": "c01x00t47"})

    ask(desk, citizen, "recover", contact="Moi@example.com")
    desk.post(CODE, {"code": latest_code("moi@example.com")})

    citizen.refresh_from_db()
    assert citizen.confirmed_email == "moi@example.com"
    assert citizen.identity_level == IdentityLevel.SEEN


def test_paper_seen_raises_the_level_and_is_told(desk, citizen):
    desk.post(FIND, {"number": NUMBER})

    ask(desk, citizen, "seen")

    citizen.refresh_from_db()
    assert citizen.identity_level == IdentityLevel.SEEN
    assert citizen.check_password(PASSWORD)
    assert Notice.objects.filter(kind="identity-seen", medium=Medium.SMS, to=PHONE).exists()


@pytest.mark.parametrize("missing", ["account", "paper", "contact"])
def test_what_is_missing_is_asked_for(desk, citizen, missing):
    desk.post(FIND, {"number": NUMBER})
    sent = {"account": citizen.pk, "paper": "ID_CARD", "contact": NEW, "do": "recover"}

    assert desk.post(ACCOUNTS, {**sent, missing: ""}).status_code == 422

    assert not Notice.objects.exists()


def test_account_of_another_number_is_out_of_reach(desk, citizen):
    stranger = CitizenFactory()
    desk.post(FIND, {"number": NUMBER})

    assert ask(desk, stranger, "seen").status_code == 422

    stranger.refresh_from_db()
    assert stranger.identity_level == IdentityLevel.PHONE_VERIFIED


def test_paper_at_hand_lasts_twenty_minutes_and_belongs_to_the_session(desk, citizen, clock):
    other = Client()
    other.force_login(StaffFactory(role=Role.CLERK))
    desk.post(FIND, {"number": NUMBER})
    assert other.get(ACCOUNTS).url == FIND
    clock.shift(10 * 60)
    assert desk.get(ACCOUNTS).status_code == 200
    clock.shift(10 * 60)

    assert desk.get(ACCOUNTS).url == FIND


def test_unknown_number_is_said_and_searches_are_limited(desk):
    answers = [desk.post(FIND, {"number": NUMBER}).status_code for _time in range(61)]

    assert answers == [422] * 60 + [429]


@pytest.mark.parametrize("act", ["recover", "merge"])
def test_what_takes_an_account_from_somebody_asks_for_the_apps_code(clerk, citizen, act):
    twin = CitizenFactory(identity_number=NUMBER, phone="84912345670")
    give_factor(clerk)
    browser = Client()
    browser.force_login(clerk)
    browser.post(FIND, {"number": NUMBER})

    asked = ask(browser, citizen, act, contact=NEW)

    assert asked.status_code == 422
    assert 'name="ma_xac_thuc"' in asked.text
    assert not Notice.objects.filter(kind="one-time-code").exists()
    assert not AccountMerge.objects.exists()
    code = totp.code_of(SECRET, totp.step_of(NOW))
    done = ask(browser, citizen, act, contact=NEW, ma_xac_thuc=code)
    assert done.status_code == 302
    assert twin.merged_into is None


def test_giving_back_asks_again_once_the_proof_is_stale(clerk, citizen, clock):
    desk = sign_in_proved(Client(), clerk)
    give_factor(clerk)
    desk.post(FIND, {"number": NUMBER})
    clock.shift(14 * 60)
    ask(desk, citizen, "recover", contact=NEW)
    clock.shift(2 * 60)

    asked = desk.post(CODE, {"code": latest_code(NEW)})

    assert asked.status_code == 422
    assert latest_code(NEW) in asked.text
    citizen.refresh_from_db()
    assert citizen.phone == PHONE
    code = totp.code_of(SECRET, totp.step_of(timezone.now()))
    assert desk.post(CODE, {"code": latest_code(NEW), "ma_xac_thuc": code}).url == FIND
    citizen.refresh_from_db()
    assert citizen.phone == NEW


def test_a_paper_seen_is_noted_without_another_code(clerk, citizen):
    browser = Client()
    browser.force_login(clerk)
    browser.post(FIND, {"number": NUMBER})

    assert ask(browser, citizen, "seen").url == ACCOUNTS


def test_who_may_confirm_a_merge_is_told_that_one_waits(desk, clerk, citizen):
    CitizenFactory(identity_number=NUMBER, phone="84912345670")
    unit = clerk.staff_roles.get().unit
    agency = unit.agency or unit
    leader = StaffFactory(role=Role.LEADER, unit=agency)
    admin = StaffFactory(role=Role.UNIT_ADMIN, unit=agency)
    # The clerk may confirm others' proposals, and is not told of their own.
    StaffRoleFactory(user=clerk, role=Role.UNIT_ADMIN, unit=agency)
    StaffFactory(role=Role.OFFICER, unit=agency)
    StaffFactory(role=Role.LEADER, unit=UnitFactory(key="noi-khac"))
    desk.post(FIND, {"number": NUMBER})

    ask(desk, citizen, "merge")

    told = Notice.objects.filter(kind="merge-waiting", medium=Medium.IN_APP)
    assert {notice.recipient for notice in told} == {leader, admin}
    assert clerk.full_name in told[0].body
    assert NUMBER not in told[0].body
    assert citizen.full_name not in told[0].body


def test_second_account_of_a_proven_number_is_not_proven_but_merged(desk, citizen):
    proven = CitizenFactory(identity_number=NUMBER, seen=True)
    desk.post(FIND, {"number": NUMBER})

    refused = ask(desk, citizen, "seen")
    assert refused.status_code == 422
    assert "đề nghị gộp" in refused.text
    assert ask(desk, citizen, "recover", contact=NEW).status_code == 422
    assert ask(desk, proven, "merge").url == ACCOUNTS
    assert ask(desk, proven, "merge").status_code == 422

    merge = AccountMerge.objects.get()
    assert (merge.duplicate, merge.survivor, merge.state) == (citizen, proven, "PROPOSED")
    citizen.refresh_from_db()
    assert citizen.merged_into is None


def test_one_account_is_not_merged_with_itself(desk, citizen):
    desk.post(FIND, {"number": NUMBER})

    ask(desk, citizen, "merge")

    assert not AccountMerge.objects.exists()


@pytest.mark.parametrize(
    "broken", [{"same": True}, {"decided_by": True}], ids=["with itself", "by one person"]
)
def test_database_refuses_a_merge_that_cannot_be(broken, clerk):
    one, two = CitizenFactory.create_batch(2)
    fields = {"decided_by": clerk, "decided_at": NOW, "state": "DONE"}

    with pytest.raises(IntegrityError), transaction.atomic():
        AccountMerge.objects.create(
            duplicate=one,
            survivor=one if "same" in broken else two,
            agency=UnitFactory(),
            paper="ID_CARD",
            proposed_by=clerk,
            proposed_at=NOW,
            **(fields if "decided_by" in broken else {}),
        )


def test_database_refuses_chains_and_circles_of_merges():
    first, second, third = CitizenFactory.create_batch(3)
    User.objects.filter(pk=first.pk).update(merged_into=second)

    for who, into in ((second, third), (third, first), (second, second)):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=who.pk).update(merged_into=into)
