"""Another phone, e-mail or password; where one is signed in."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import SecurityEvent, User, UserSession
from accounts.services import upkeep
from portal.core import totp
from portal.core.devices import describe_browser
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.accounts import NOW, PHONE, another_code, latest_code
from tests.factories.accounts import (
    PASSWORD,
    SECRET,
    CitizenFactory,
    StaffFactory,
    give_factor,
    sign_in_proved,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PROFILE = reverse("accounts:profile")
DEVICES = reverse("accounts:devices")
OTHER = "84987654321"
CHOSEN = "Rêuxanh#4821"


@pytest.fixture
def citizen() -> User:
    return CitizenFactory(
        identity_number="031190000123", phone=PHONE, email="lan@example.vn", phone_verified_at=NOW
    )


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def begin(browser, field="phone", new="0987 654 321", current=PASSWORD):
    return browser.post(reverse(f"accounts:change_{field}"), {"new": new, "current": current})


def confirm(browser, code, field="phone"):
    return browser.post(reverse(f"accounts:confirm_{field}"), {"code": code})


def test_phone_is_changed_by_password_and_codes_to_old_and_new(citizen):
    here, elsewhere = browser_of(citizen), browser_of(citizen)

    assert begin(here).url == reverse("accounts:confirm_phone")
    assert not Notice.objects.filter(to=OTHER).exists()
    assert confirm(here, latest_code(PHONE)).url == reverse("accounts:confirm_phone")
    citizen.refresh_from_db()
    assert citizen.phone == PHONE
    assert confirm(here, latest_code(OTHER)).url == PROFILE

    citizen.refresh_from_db()
    assert (citizen.phone, citizen.phone_verified_at) == (OTHER, NOW)
    told = Notice.objects.filter(kind="contact-changed")
    assert set(told.filter(medium=Medium.SMS).values_list("to", flat=True)) == {PHONE, OTHER}
    assert told.filter(medium=Medium.EMAIL, to="lan@example.vn").exists()
    assert told.filter(medium=Medium.IN_APP, recipient=citizen).exists()
    assert SecurityEvent.objects.filter(kind="phone-changed", user=citizen).count() == 1
    assert here.get(PROFILE).status_code == 200
    assert elsewhere.get(PROFILE).status_code == 302


def test_email_that_was_never_confirmed_is_confirmed_by_a_code_to_the_phone(citizen):
    here = browser_of(citizen)

    begin(here, "email", "Lan@example.vn")
    confirm(here, latest_code(PHONE), "email")
    confirm(here, latest_code("lan@example.vn"), "email")

    citizen.refresh_from_db()
    assert citizen.confirmed_email == "lan@example.vn"


def test_confirmed_email_is_changed_by_a_code_to_it_and_both_are_told(citizen):
    citizen.email_verified_at = NOW
    citizen.save()
    here = browser_of(citizen)

    begin(here, "email", "moi@example.vn")
    assert not Notice.objects.filter(kind="one-time-code", medium=Medium.SMS).exists()
    confirm(here, latest_code("lan@example.vn"), "email")
    confirm(here, latest_code("moi@example.vn"), "email")

    citizen.refresh_from_db()
    assert citizen.confirmed_email == "moi@example.vn"
    told = Notice.objects.filter(kind="contact-changed", medium=Medium.EMAIL)
    assert set(told.values_list("to", flat=True)) == {"lan@example.vn", "moi@example.vn"}


def test_wrong_password_sends_nothing_and_is_limited(citizen):
    here = browser_of(citizen)

    answers = [begin(here, current="Sai@12345x").status_code for _time in range(6)]

    assert answers == [422] * 5 + [429]
    assert not Notice.objects.exists()


def test_new_code_without_the_old_one_changes_nothing(citizen):
    here = browser_of(citizen)
    begin(here)

    assert confirm(here, another_code(latest_code(PHONE))).status_code == 422

    assert not Notice.objects.filter(to=OTHER).exists()
    citizen.refresh_from_db()
    assert citizen.phone == PHONE


def test_answer_is_the_same_whether_the_new_address_is_anybodys(citizen, clock):
    """B7: the change of an address tells nobody who else uses it."""

    def walk(phone, email):
        browser = browser_of(citizen)
        seen = []
        for field, new in (("phone", phone), ("email", email)):
            clock.shift(timedelta(minutes=11))
            asked = begin(browser, field, new)
            shown = confirm(browser, latest_code(PHONE), field)
            seen += [asked.status_code, asked.url, shown.status_code, shown.url]
        return seen

    free = walk("0987654321", "khac@example.vn")
    CitizenFactory(phone="84987654322", email="ba@example.vn", email_verified_at=NOW)

    assert walk("0987654322", "ba@example.vn") == free
    assert Notice.objects.filter(kind="one-time-code", to="84987654322").exists()


def test_change_of_another_person_in_the_same_browser_is_not_taken_over(citizen):
    here = browser_of(citizen)
    begin(here)
    here.force_login(CitizenFactory())

    assert here.get(reverse("accounts:confirm_phone")).url == reverse("accounts:change_phone")


def test_change_lasts_half_an_hour(citizen, clock):
    here = browser_of(citizen)
    begin(here)
    clock.shift(timedelta(minutes=29))
    assert here.get(reverse("accounts:confirm_phone")).status_code == 200
    clock.shift(timedelta(minutes=1))

    assert here.get(reverse("accounts:confirm_phone")).status_code == 302


@pytest.mark.parametrize("make", [CitizenFactory, StaffFactory])
def test_password_is_changed_by_who_knows_it_and_others_are_signed_out(make):
    user = make()
    here, elsewhere = browser_of(user), browser_of(user)
    if user.is_staff_member:
        sign_in_proved(here, user)
    url = reverse("accounts:change_password")

    wrong = here.post(url, {"current": "Sai@12345x", "password": CHOSEN})
    same = here.post(url, {"current": PASSWORD, "password": PASSWORD})
    right = here.post(url, {"current": PASSWORD, "password": CHOSEN})

    assert [wrong.status_code, same.status_code, right.status_code] == [422, 422, 302]
    user.refresh_from_db()
    assert user.check_password(CHOSEN)
    assert SecurityEvent.objects.filter(kind="password-changed", user=user).count() == 1
    assert SecurityEvent.objects.filter(kind="signed-out-elsewhere", user=user).count() == 1
    assert here.get(PROFILE).status_code == 200
    assert elsewhere.get(PROFILE).status_code == 302


def test_staff_change_their_password_only_with_a_fresh_code_of_the_app():
    staff = StaffFactory(email="a@example.vn")
    give_factor(staff)
    here = browser_of(staff)
    url, typed = reverse("accounts:change_password"), {"current": PASSWORD, "password": CHOSEN}

    asked, posted = here.get(url), here.post(url, typed)

    assert asked.url == posted.url == f"{reverse('accounts:prove')}?next={quote(url, safe='')}"
    assert CHOSEN not in posted.text
    staff.refresh_from_db()
    assert staff.check_password(PASSWORD)
    code = totp.code_of(SECRET, totp.step_of(NOW))
    assert here.post(asked.url, {"ma_xac_thuc": code}).url == url
    assert here.post(url, typed).url == PROFILE
    staff.refresh_from_db()
    assert staff.check_password(CHOSEN)
    told = Notice.objects.filter(kind="password-changed", recipient=staff)
    assert {one.medium for one in told} == {Medium.IN_APP, Medium.EMAIL}
    assert all("quản trị viên của đơn vị" in one.body for one in told)


ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (ANDROID, "Chrome trên Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/127.0", "Firefox trên Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Version/17.5 Safari/604.1",
            "Safari trên iPhone",
        ),
        ("", "Thiết bị không rõ"),
        ("<script>" * 1000, "Thiết bị không rõ"),
    ],
)
def test_browser_is_described_without_what_identifies_it(agent, words):
    assert describe_browser(agent) == words


def test_sign_in_notes_the_browser_and_forgets_who_sat_there_before(citizen):
    here = browser_of(CitizenFactory())

    here.post(
        reverse("accounts:sign_in"),
        {"name": PHONE, "password": PASSWORD},
        headers={"User-Agent": ANDROID},
    )

    noted = UserSession.objects.get(session_key=here.session.session_key)
    assert (noted.user, noted.device) == (citizen, "Chrome trên Android")
    assert (noted.signed_in_at, str(noted)) == (NOW, f"{citizen.pk} Chrome trên Android")


@pytest.mark.parametrize("make", [CitizenFactory, StaffFactory])
def test_devices_are_listed_and_one_is_signed_out(make, clock):
    user = make()
    elsewhere, here = browser_of(user), browser_of(user)
    key = elsewhere.session.session_key
    UserSession.objects.filter(session_key=key).update(device="Chrome trên Android")
    page = here.get(DEVICES).text
    assert "Chrome trên Android" in page
    assert "thiết bị này" in page
    other = UserSession.objects.get(device="Chrome trên Android")

    assert here.post(DEVICES, {"device": other.pk}).url == DEVICES

    assert elsewhere.get(PROFILE).status_code == 302
    assert "Chrome trên Android" not in here.get(DEVICES).text
    assert SecurityEvent.objects.filter(kind="signed-out-elsewhere", user=user).exists()


def test_all_other_devices_are_signed_out_also_such_as_were_never_noted(citizen):
    here, elsewhere, old = (browser_of(citizen) for _number in range(3))
    UserSession.objects.filter(session_key=old.session.session_key).delete()

    here.post(DEVICES, {"others": "1"})

    assert here.get(PROFILE).status_code == 200
    assert elsewhere.get(PROFILE).status_code == 302
    assert old.get(PROFILE).status_code == 302
    assert here.get(DEVICES).text.count("result__title") == 1


@pytest.mark.parametrize("device", ["theirs", "0", "٣", "9" * 30, "x"])
def test_device_of_another_person_is_left_alone(citizen, device):
    stranger = CitizenFactory()
    theirs = browser_of(stranger)
    if device == "theirs":
        device = UserSession.objects.get(user=stranger).pk

    response = browser_of(citizen).post(DEVICES, {"device": device})

    assert response.status_code in {302, 404}
    assert theirs.get(PROFILE).status_code == 200


def test_devices_go_with_their_sessions(citizen, clock):
    browser_of(citizen)
    clock.shift(timedelta(hours=13))

    upkeep.purge_expired(at=NOW + timedelta(hours=13))

    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_list_of_devices_costs_the_same_however_many(citizen, django_assert_num_queries):
    here = browser_of(citizen)
    for _number in range(4):
        browser_of(citizen)

    with django_assert_num_queries(4):
        here.get(DEVICES)
