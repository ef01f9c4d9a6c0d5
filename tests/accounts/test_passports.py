"""Who has a passport and no Vietnamese phone: account, sign-in, recovery, filing by e-mail."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import IdentityLevel
from accounts.models import User
from portal.core.countries import COUNTRIES
from portal.core.crypto import keyed_hash
from portal.core.passports import InvalidPassport, clean_passport, passport_hash
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.accounts import latest_code
from tests.factories.accounts import PASSWORD, CitizenFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

REGISTER = reverse("accounts:register_by_passport")
CONFIRM = reverse("accounts:confirm")
SIGN_IN = reverse("accounts:sign_in")
EMAIL = "anna@example.com"
ANSWERS = {
    "full_name": "Anna Schmidt",
    "nationality": "DE",
    "identity_number": "c01x 00t 47",
    "date_of_birth": "1/2/1988",
    "email": "Anna@Example.com",
    "password": "Rêuxanh#4821",
    "consent": "on",
}


def registered(client) -> User:
    assert client.post(REGISTER, ANSWERS).url == CONFIRM
    client.post(CONFIRM, {"code": latest_code(EMAIL)})
    return User.objects.get(email=EMAIL)


@pytest.mark.parametrize(
    ("typed", "clean"), [("c01x 00t-47", "C01X00T47"), ("５１２３４５６７８", "512345678")]
)
def test_passport_number_is_cleaned(typed, clean):
    assert clean_passport(typed) == clean


@pytest.mark.parametrize("typed", ["", "ABCDEF", "1234", "C0123456789", "Đ1234567", "031190000123"])
def test_what_is_no_passport_number_is_refused(typed):
    with pytest.raises(InvalidPassport):
        clean_passport(typed)


def test_hash_of_a_passport_is_nobodys_identity_number_and_differs_by_country():
    hashes = {passport_hash("512345678", country=country) for country in COUNTRIES}

    assert len(hashes) == len(COUNTRIES)
    assert keyed_hash("512345678") not in hashes


def test_account_is_opened_by_passport_and_a_code_by_email_alone(client):
    user = registered(client)

    assert int(client.session["_auth_user_id"]) == user.pk
    assert (user.identity_kind, user.nationality) == ("PASSPORT", "DE")
    assert user.identity_number == "C01X00T47"
    assert user.identity_hash == passport_hash("C01X00T47", country="DE")
    assert (user.phone, user.phone_verified_at) == ("", None)
    assert user.confirmed_email == EMAIL
    assert user.identity_level == IdentityLevel.DECLARED
    assert set(Notice.objects.values_list("medium", flat=True)) == {Medium.EMAIL}
    page = client.get(reverse("accounts:profile")).text
    assert "Số hộ chiếu" in page
    assert "Đức" in page
    assert "C01X00T47" not in page


@pytest.mark.parametrize("name", ["c01x00t47", EMAIL])
def test_sign_in_by_passport_number_or_email(client, name):
    user = registered(Client())

    client.post(SIGN_IN, {"name": name, "password": ANSWERS["password"]})

    assert int(client.session["_auth_user_id"]) == user.pk


def test_one_passport_number_of_two_countries_is_told_apart_by_email(client):
    for country, email in (("DE", "a@example.com"), ("FR", "b@example.com")):
        one = CitizenFactory(identity_number="", phone="", phone_verified_at=None, email=email)
        one.set_passport("C01X00T47", country=country)
        one.email_verified_at = one.created_at
        one.save()

    response = client.post(SIGN_IN, {"name": "C01X00T47", "password": PASSWORD})
    assert response.url == reverse("accounts:choose_account")
    client.post(response.url, {"answer": "B@example.com"})

    assert int(client.session["_auth_user_id"]) == one.pk


def test_registering_again_opens_nothing_and_tells_the_owner(client, clock):
    user = registered(Client())
    clock.shift(60)

    client.post(REGISTER, {**ANSWERS, "password": "Khác#Hẳn9921x"})
    response = client.post(CONFIRM, {"code": latest_code(EMAIL)})

    assert response.url == SIGN_IN
    assert User.objects.filter(email=EMAIL).count() == 1
    user.refresh_from_db()
    assert user.check_password(ANSWERS["password"])
    assert Notice.objects.filter(kind="registered-again", medium=Medium.EMAIL, to=EMAIL).exists()


def test_registering_answers_alike_whether_the_address_is_known(client, clock):
    """B7: nobody learns from the first page who has an account."""

    def walk(browser):
        asked = browser.post(REGISTER, ANSWERS)
        shown = browser.get(CONFIRM).text
        wrong = browser.post(CONFIRM, {"code": "000000"})
        plain = [
            re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
            for text in (shown, wrong.text)
        ]
        return [asked.status_code, asked.url, *plain, wrong.status_code]

    unknown = walk(Client())
    clock.shift(60)
    registered(Client())
    clock.shift(60)
    assert walk(Client()) == unknown


def test_password_is_recovered_by_passport_and_email(client, clock):
    user = registered(Client())
    clock.shift(60)
    Notice.objects.all().delete()

    client.post(
        reverse("accounts:forgot_password"), {"identity_number": "C01X00T47", "contact": EMAIL}
    )
    code = latest_code(EMAIL)
    assert client.post(reverse("accounts:forgot_password_code"), {"code": code}).url == reverse(
        "accounts:new_password"
    )
    client.post(reverse("accounts:new_password"), {"password": "Mậtkhẩu#Mới77"})

    user.refresh_from_db()
    assert user.check_password("Mậtkhẩu#Mới77")


@pytest.mark.parametrize("confirmed", [True, False])
def test_email_recovers_an_account_only_when_confirmed(client, confirmed, clock):
    user = CitizenFactory(identity_number="031190000123", email="lan@example.vn")
    if confirmed:
        user.email_verified_at = user.created_at
        user.save()

    client.post(
        reverse("accounts:forgot_password"),
        {"identity_number": "031190000123", "contact": "Lan@example.vn"},
    )

    told = list(Notice.objects.filter(kind="one-time-code").values_list("medium", "to"))
    assert told == ([("email", "lan@example.vn")] if confirmed else [])


def test_passport_needs_a_country_in_the_database_too():
    user = CitizenFactory()
    user.set_passport("C01X00T47", country="")

    with pytest.raises(IntegrityError), transaction.atomic():
        user.save()


def test_email_owner_comes_before_strangers_who_wrote_the_address(client):
    others = CitizenFactory.create_batch(
        8, email=EMAIL, identity_level=IdentityLevel.SEEN, clear_password="Khác@12345"
    )
    browser = Client()
    browser.post(REGISTER, ANSWERS)
    browser.post(CONFIRM, {"code": latest_code(EMAIL)})
    owner = User.objects.exclude(pk__in=[one.pk for one in others]).get()

    client.post(SIGN_IN, {"name": EMAIL, "password": ANSWERS["password"]})

    assert int(client.session["_auth_user_id"]) == owner.pk
