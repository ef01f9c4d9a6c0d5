"""How staff come in: a link by e-mail, good once, that a mail scanner may open in peace."""

import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import SecondFactor, SecurityEvent, StaffLink, User
from accounts.services import invitations, security
from accounts.services.sign_in import WrongCredentials, sign_in_staff
from portal.core import totp
from portal.notices.models import Notice
from tests.accounts import HOME, NOW
from tests.factories.accounts import (
    PASSWORD,
    CitizenFactory,
    CommuneFactory,
    StaffFactory,
    give_factor,
    sign_in_proved,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CHOSEN = "Rêuxanh#4821"
EMAIL = "le.thi.sau@example.vn"
LINK = re.compile(r"https?://\S+")
DEAD = "Đường dẫn này không còn dùng được"


def invite(*, username="le.thi.sau", commune=None, **more):
    commune = commune or CommuneFactory()
    grant = invitations.Grant(Role.CLERK, commune.one_stop, date(2026, 11, 23), date(2027, 11, 22))
    return invitations.invite_staff(
        username=username,
        full_name="Lê Thị Sáu",
        title="Công chức",
        email=EMAIL,
        grants=[grant],
        actor=more.pop("actor", None) or StaffFactory(role=Role.UNIT_ADMIN, unit=commune.agency),
        at=NOW,
        **more,
    )


def link_sent(to=EMAIL):
    body = Notice.objects.filter(kind="staff-link", to=to).latest("pk").body
    return LINK.search(body)[0]


def path_of(link):
    return link.removeprefix("http://testserver")


def live_links(user):
    return StaffLink.objects.filter(user=user, used_at=None, revoked_at=None).count()


def test_invited_account_opens_nothing_until_a_password_is_chosen():
    user = invite()

    assert (user.is_active, user.has_usable_password()) == (False, False)
    for password in ("", PASSWORD, CHOSEN):
        with pytest.raises(WrongCredentials):
            sign_in_staff(username=user.username, password=password, client=HOME, at=NOW)


def test_invitation_keeps_roles_with_their_dates_and_who_gave_them():
    commune = CommuneFactory()
    admin = StaffFactory(role=Role.UNIT_ADMIN, unit=commune.agency)
    user = invite(commune=commune, actor=admin)

    held = user.staff_roles.get()
    assert (held.role, held.unit) == (Role.CLERK, commune.one_stop)
    assert (held.valid_from, held.valid_until) == (date(2026, 11, 23), date(2027, 11, 22))
    assert held.granted_by == admin
    told = SecurityEvent.objects.filter(user=user).order_by("pk")
    assert [(event.kind, event.actor) for event in told] == [
        ("staff-invited", admin),
        ("role-granted", admin),
        ("staff-link-sent", admin),
    ]


def test_letter_holds_one_link_of_ours_and_is_wiped_once_sent(settings):
    settings.BASE_URL = "https://dichvucong.example.vn"
    invite()

    letter = Notice.objects.get(kind="staff-link")
    assert LINK.findall(letter.body)[0].startswith(
        "https://dichvucong.example.vn/can-bo/duong-dan/"
    )
    assert "thứ Năm, 26/11/2026, 09:00" in letter.body
    assert letter.is_secret
    assert letter.expires_at == NOW + timedelta(hours=72)
    token = letter.body.split("/duong-dan/")[1].split("/")[0]
    assert len(token) >= 43
    assert token not in StaffLink.objects.get().token_hash


def test_opening_the_link_changes_nothing(client):
    """Mail scanners and previews open every link in a letter."""
    user = invite()
    page = path_of(link_sent())

    for _time in range(3):
        response = client.get(page)
        assert (response.status_code, client.head(page).status_code) == (200, 200)

    assert "Lê Thị Sáu" in response.text
    assert "le.thi.sau" in response.text
    assert "no-store" in response["Cache-Control"]
    user.refresh_from_db()
    assert not user.is_active
    assert live_links(user) == 1


def test_password_then_app_then_the_desk(client):
    user = invite()

    response = client.post(path_of(link_sent()), {"password": CHOSEN})
    assert response.url == reverse("accounts:enrol")
    assert "_auth_user_id" not in client.session
    key = re.search(r'enrol__key">([A-Z2-7 ]+)<', client.get(response.url).text)[1]
    code = totp.code_of(key.replace(" ", ""), totp.step_of(NOW))
    client.post(response.url, {"code": code})

    assert client.get(reverse("dossiers:queue")).status_code == 200
    user.refresh_from_db()
    assert (user.is_active, user.check_password(CHOSEN)) == (True, True)
    assert user.email_verified_at == NOW


def test_weak_password_uses_nothing_up(client):
    user = invite()
    page = path_of(link_sent())

    response = client.post(page, {"password": "lethisau"})

    assert response.status_code == 422
    assert live_links(user) == 1
    assert client.post(page, {"password": CHOSEN}).status_code == 302


@pytest.mark.parametrize("how", ["used", "expired", "sent anew", "revoked", "never was", "closed"])
def test_dead_links_are_all_answered_alike(client, clock, how):
    user = invite()
    page = path_of(link_sent())
    if how == "used":
        client.post(page, {"password": CHOSEN})
    elif how == "expired":
        clock.shift(timedelta(hours=72))
    elif how == "sent anew":
        invitations.resend_invitation(user_id=user.pk, actor=None, at=NOW)
    elif how == "revoked":
        invitations.revoke_invitation(user_id=user.pk, actor=None, at=NOW)
    elif how == "closed":
        User.objects.filter(pk=user.pk).update(merged_into=StaffFactory())
    else:
        page = f"{page[:-4]}xyz/"
    password = User.objects.get(pk=user.pk).password

    stranger = Client()
    asked, posted = stranger.get(page), stranger.post(page, {"password": "Khác#9182rêu"})

    assert (asked.status_code, posted.status_code) == (410, 410)
    assert DEAD in asked.text
    assert DEAD in posted.text
    assert "Sáu" not in asked.text
    assert User.objects.get(pk=user.pk).password == password


def test_invitation_sent_again_works_in_place_of_the_former(client):
    user = invite()
    invitations.resend_invitation(user_id=user.pk, actor=None, at=NOW + timedelta(hours=80))

    assert live_links(user) == 1
    assert client.get(path_of(link_sent())).status_code == 200


def test_accepted_or_revoked_accounts_are_not_invited_again(client):
    user = invite()
    client.post(path_of(link_sent()), {"password": CHOSEN})
    for act in (invitations.resend_invitation, invitations.revoke_invitation):
        with pytest.raises(invitations.NotWaiting):
            act(user_id=user.pk, actor=None, at=NOW)
        with pytest.raises(invitations.NotWaiting):
            act(user_id=StaffFactory(is_active=False).pk, actor=None, at=NOW)
        with pytest.raises(invitations.NotWaiting):
            act(user_id=CitizenFactory().pk, actor=None, at=NOW)


def test_disabled_account_is_not_opened_by_an_old_invitation(client):
    user = invite()
    client.post(path_of(link_sent()), {"password": CHOSEN})
    User.objects.filter(pk=user.pk).update(is_active=False)

    with pytest.raises(invitations.NotWaiting):
        invitations.resend_invitation(user_id=user.pk, actor=None, at=NOW)


def test_taken_sign_in_name_is_refused_and_leaves_nothing():
    invite()

    with pytest.raises(invitations.UsernameTaken):
        invite(username=" Le.Thi.Sau ")
    assert User.objects.filter(full_name="Lê Thị Sáu").count() == 1
    assert StaffLink.objects.count() == 1


# A forgotten password.


def test_password_link_signs_nobody_in_and_ends_all_sessions(client):
    """demarches-simplifiees 19ffb43686: a reset password must not lead past the second factor."""
    user = StaffFactory(email=EMAIL)
    give_factor(user)
    living = sign_in_proved(Client(), user)
    invitations.send_password_link(user_id=user.pk, actor=StaffFactory(), at=NOW)
    assert living.get(reverse("dossiers:queue")).status_code == 200

    response = client.post(path_of(link_sent()), {"password": CHOSEN})

    assert response.url == reverse("accounts:second_step")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("dossiers:queue")).status_code == 302
    assert living.get(reverse("dossiers:queue")).status_code == 302
    assert Notice.objects.filter(kind="password-changed", to=EMAIL).exists()


def test_password_link_lives_a_day_and_not_for_a_closed_account(client, clock):
    user = StaffFactory(email=EMAIL)
    invitations.send_password_link(user_id=user.pk, actor=None, at=NOW)
    page = path_of(link_sent())
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(page).status_code == 410
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert client.get(page).status_code == 200
    clock.shift(timedelta(hours=24))

    assert client.get(page).status_code == 410
    with pytest.raises(invitations.NotWaiting):
        invitations.send_password_link(user_id=StaffFactory(is_active=False).pk, actor=None, at=NOW)


def test_nothing_is_promised_to_whoever_has_no_address():
    user = StaffFactory(email="")

    with pytest.raises(invitations.NoAddress):
        invitations.send_password_link(user_id=user.pk, actor=None, at=NOW)
    assert not StaffLink.objects.exists()


def test_ending_sessions_signs_one_person_out_everywhere():
    user, other = StaffFactory(), StaffFactory()
    first, second, third = (sign_in_proved(Client(), one) for one in (user, user, other))
    with transaction.atomic():
        security.end_sessions(user)

    profile = reverse("accounts:profile")
    assert [one.get(profile).status_code for one in (first, second, third)] == [302, 302, 200]


def test_link_needs_the_token_of_the_form():
    invite()

    page = path_of(link_sent())
    assert Client(enforce_csrf_checks=True).post(page, {"password": CHOSEN}).status_code == 403


# Where no administrator can sign in yet, or any more.


def test_first_administrator_is_invited_from_the_command_line():
    unit = CommuneFactory().agency
    call_command(
        "invite_staff", "quan.tri", name="Lê Thị Sáu", email=EMAIL, unit=unit.key, stdout=StringIO()
    )

    held = User.objects.get(username="quan.tri").staff_roles.get()
    assert (held.unit, held.role, held.granted_by) == (unit, Role.UNIT_ADMIN, None)
    assert link_sent().startswith("http://testserver/")
    for wrong in (
        {"username": "quan.tri"},
        {"unit": "khong-co"},
        {"email": "khong phai thu"},
    ):
        given = {"username": "khac", "email": EMAIL, "unit": unit.key, **wrong}
        with pytest.raises(CommandError):
            call_command("invite_staff", given.pop("username"), name="Lê Thị Sáu", **given)
    assert StaffLink.objects.count() == 1


def test_lost_app_of_the_last_administrator_is_taken_away_from_the_command_line():
    user = StaffFactory(username="quan.tri")
    give_factor(user)
    call_command("reset_second_factor", "quan.tri", stdout=StringIO())

    assert not SecondFactor.objects.exists()
    assert SecurityEvent.objects.get(kind="second-factor-reset").actor is None
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "khong.co")
