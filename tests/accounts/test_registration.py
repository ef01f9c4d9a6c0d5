from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from accounts.enums import IdentityLevel
from accounts.models import User
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.accounts import NOW, PHONE, another_code, latest_code
from tests.factories.accounts import CitizenFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

REGISTER = reverse("accounts:register")
CONFIRM = reverse("accounts:confirm")
NUMBER = "031190000123"

ANSWERS = {
    "full_name": "  Nguyễn Thị  Lan ",
    "identity_number": "031 190 000 123",
    "date_of_birth": "27/3/1990",
    "phone": "0912 345 678",
    "email": "Lan@Example.vn",
    "password": "Songtranh@2026",
    "consent": "on",
}


def begin(client, **changed):
    return client.post(REGISTER, {**ANSWERS, **changed})


def test_page_spells_the_rules_out_and_ticks_nothing_in_advance(client):
    page = client.get(REGISTER).text

    for rule in ("ít nhất 9 ký tự", "có chữ in hoa", "có chữ số", "có ký tự đặc biệt"):
        assert rule in page
    for hint in ("bday", "tel", "email", "new-password", "name"):
        assert f'autocomplete="{hint}"' in page
    assert 'name="consent"' in page
    assert "checked" not in page


def test_registering_opens_an_account_and_signs_in(client):
    response = begin(client)
    assert (response.status_code, response.url) == (302, CONFIRM)
    assert "0912 345 678" in client.get(CONFIRM).text
    assert not User.objects.exists()

    response = client.post(CONFIRM, {"code": latest_code()})

    user = User.objects.get()
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.full_name, user.folded_name) == ("Nguyễn Thị Lan", "nguyen thi lan")
    assert (user.identity_number, user.phone) == (NUMBER, PHONE)
    assert (user.email, user.date_of_birth) == ("lan@example.vn", date(1990, 3, 27))
    assert user.identity_level == IdentityLevel.PHONE_VERIFIED
    assert (user.phone_verified_at, user.email_verified_at) == (NOW, None)
    assert (user.consent_version, user.consented_at) == ("2026-11", NOW)
    assert user.check_password("Songtranh@2026")


def test_registering_goes_on_to_where_the_person_wanted_to_be(client):
    wanted = "/nop-ho-so/1.001193/"
    response = client.post(f"{REGISTER}?next={wanted}", ANSWERS)
    response = client.post(response.url, {"code": latest_code()})

    assert response.url == wanted


def test_pending_registration_lies_sealed_in_the_session(client):
    begin(client)

    kept = Session.objects.get().get_decoded()
    for secret in (NUMBER, "Nguyễn", PHONE, "Songtranh@2026", "lan@example.vn", "1990"):
        assert secret not in str(kept)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("full_name", "", "Nhập họ và tên."),
        ("full_name", "Lan 2", "Họ và tên chỉ gồm chữ, viết đủ như trên giấy tờ."),
        ("identity_number", "031190000", "Số chứng minh nhân dân 9 số không còn dùng được."),
        ("date_of_birth", "31/2/1990", "Ngày cần ghi đủ ngày, tháng, năm"),
        ("date_of_birth", "24/11/2026", "Ngày sinh đang ở sau ngày hôm nay."),
        ("date_of_birth", "1/1/1890", "Kiểm tra lại năm sinh, ghi đủ 4 số."),
        ("phone", "02439 123 456", "Đây là số điện thoại cố định"),
        ("email", "lan@", "Thư điện tử cần có dạng"),
        ("password", "Cau@2026", "Cần ít nhất 9 ký tự; vừa nhập 8 ký tự."),
        ("password", "NguyenLan@1990", "Không được làm từ họ tên"),
        ("consent", "", "Cần đánh dấu đồng ý"),
    ],
)
def test_wrong_answer_is_explained_and_the_others_are_kept(client, field, typed, sentence):
    answers = {**ANSWERS, field: typed}
    if not typed:
        del answers[field]

    response = client.post(REGISTER, answers)

    assert response.status_code == 422
    assert sentence in response.text
    assert "Songtranh@2026" not in response.text
    kept = {"full_name": "Nguyễn Thị  Lan", "phone": "0912 345 678"}
    for name in kept.keys() - {field}:
        assert kept[name] in response.text
    assert not Notice.objects.exists()


def test_coming_back_to_mend_the_phone_finds_everything_but_the_password(client):
    begin(client)

    page = client.get(REGISTER).text

    for kept in ("Nguyễn Thị Lan", NUMBER, "27/03/1990", "0912 345 678", "lan@example.vn"):
        assert kept in page
    assert "Songtranh@2026" not in page


def test_wrong_code_opens_nothing(client):
    begin(client)

    response = client.post(CONFIRM, {"code": another_code(latest_code())})

    assert response.status_code == 422
    assert "Mã xác nhận chưa đúng" in response.text
    assert not User.objects.exists()


def test_code_typed_with_letters_costs_no_try(client):
    begin(client)

    response = client.post(CONFIRM, {"code": "12a456"})

    assert "Mã xác nhận gồm đúng 6 chữ số." in response.text
    client.post(CONFIRM, {"code": latest_code()})
    assert User.objects.exists()


def test_code_of_another_browser_opens_nothing(client):
    begin(client)
    other = type(client)()
    begin(other, phone="0987654321")

    other.post(CONFIRM, {"code": latest_code()})

    assert not User.objects.exists()


def test_asking_for_the_code_again_waits_thirty_seconds(client, clock):
    begin(client)
    first = latest_code()

    page = client.post(CONFIRM, {"again": "1"}, follow=True).text
    assert "gửi lại sau khoảng 30 giây" in page
    assert Notice.objects.count() == 1

    clock.shift(timedelta(seconds=31))
    page = client.post(CONFIRM, {"again": "1"}, follow=True).text
    assert "Đã gửi mã mới." in page
    assert Notice.objects.count() == 2
    if first != latest_code():
        client.post(CONFIRM, {"code": first})
        assert not User.objects.exists()


def test_confirm_without_a_registration_goes_back_to_its_beginning(client, clock):
    assert client.get(CONFIRM).url == REGISTER

    begin(client)
    clock.shift(timedelta(hours=1))
    assert client.get(CONFIRM).url == REGISTER


def test_too_many_registrations_of_one_phone_are_refused_with_the_form_kept(client, clock):
    for _ in range(3):
        begin(client)
        clock.shift(timedelta(seconds=31))

    response = begin(client)

    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "Đã thử quá nhiều lần" in response.text
    assert NUMBER[:3] in response.text


def known_and_unknown(client, clock, **known):
    """Register once as a stranger to the portal and once as somebody known; return both answers."""
    CitizenFactory(**known)
    answers = []
    for changed in ({"identity_number": "031190000999", "phone": "0987654321"}, {}):
        browser = type(client)()
        response = begin(browser, **changed)
        shown = browser.get(CONFIRM).text
        wrong = browser.post(CONFIRM, {"code": "000000"})
        answers.append(
            (
                response.status_code,
                response.url,
                mask(shown),
                wrong.status_code,
                mask(wrong.text),
                Notice.objects.filter(kind="one-time-code").count(),
                sorted(browser.session.keys()),
            )
        )
        Notice.objects.all().delete()
        clock.shift(timedelta(minutes=1))
    return answers


def mask(page: str) -> str:
    """Take out what differs between any two requests: phone shown, token."""
    import re

    page = page.replace("0987 654 321", "PHONE").replace("0912 345 678", "PHONE")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


@pytest.mark.parametrize(
    "known",
    [
        {"identity_number": NUMBER},
        {"identity_number": NUMBER, "seen": True},
        {"phone": PHONE},
        {"identity_number": NUMBER, "phone": PHONE},
        {"email": "lan@example.vn"},
    ],
    ids=["declared number", "proven number", "phone", "both", "e-mail"],
)
def test_nobody_learns_who_is_known(client, clock, known):
    unknown_answer, known_answer = known_and_unknown(client, clock, **known)

    assert known_answer == unknown_answer


@pytest.mark.parametrize("level", ["declared", "seen"])
def test_number_used_by_somebody_else_does_not_block_its_true_owner(client, level):
    other = CitizenFactory(identity_number=NUMBER, **{level: True})
    begin(client)

    client.post(CONFIRM, {"code": latest_code()})

    assert User.objects.filter(identity_hash=other.identity_hash).count() == 2
    told = Notice.objects.filter(kind="identity-declared")
    assert {(notice.recipient, notice.medium) for notice in told} == {
        (other, Medium.IN_APP),
        (other, Medium.EMAIL),
    }
    assert "Nguyễn Thị Lan" not in "".join(notice.body for notice in told)


def test_second_press_ends_where_the_first_one_led(client):
    begin(client)
    client.post(CONFIRM, {"code": latest_code()})

    again = client.post(CONFIRM, {"code": latest_code()}, follow=True)

    assert again.redirect_chain[-1][0] == reverse("dossiers:mine")
    assert User.objects.count() == 1


def test_registering_again_changes_and_opens_nothing_and_tells_the_owner(client):
    """Attack: takeover through registration, by who holds a recycled phone number."""
    mine = CitizenFactory(identity_number=NUMBER, phone=PHONE, clear_password="Cu@12345xyz")
    begin(client)

    response = client.post(CONFIRM, {"code": latest_code()}, follow=True)

    mine.refresh_from_db()
    assert response.redirect_chain == [(reverse("accounts:sign_in"), 302)]
    assert "đã có tài khoản" in response.text
    assert User.objects.count() == 1
    assert mine.check_password("Cu@12345xyz")
    assert "_auth_user_id" not in client.session
    told = Notice.objects.filter(kind="registered-again")
    assert {notice.medium for notice in told} == {Medium.IN_APP, Medium.EMAIL}


def test_number_of_an_account_left_alone_for_a_year_opens_a_new_empty_one(client):
    """Attack: takeover of a forgotten account, by who was given its phone number."""
    long_ago = NOW - timedelta(days=400)
    old = CitizenFactory(
        identity_number=NUMBER,
        phone=PHONE,
        clear_password="Cu@12345xyz",
        phone_verified_at=long_ago,
    )
    begin(client)

    client.post(CONFIRM, {"code": latest_code()})

    new = User.objects.exclude(pk=old.pk).get()
    assert client.session["_auth_user_id"] == str(new.pk)
    old.refresh_from_db()
    assert old.check_password("Cu@12345xyz")
    # The number now proves the new account only.
    assert old.phone_verified_at is None
    assert Notice.objects.filter(kind="identity-declared", recipient=old).exists()


def test_two_people_may_share_a_phone(client):
    CitizenFactory(identity_number="031060000456", phone=PHONE)
    begin(client)

    client.post(CONFIRM, {"code": latest_code()})

    assert User.objects.filter(phone=PHONE).count() == 2
