"""With a one-time code to a phone on the dossier, its detail is shown without sign-in; no more."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import OneTimeCode, SecurityEvent
from accounts.security import SecurityEventKind
from dossiers.enums import AccessKind, DossierState
from dossiers.models import DossierAccess, DossierParty
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.accounts import another_code, latest_code
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    dossier_at,
    office,
)
from tests.factories.representation import MandateFactory

pytestmark = pytest.mark.django_db
PROVE = "/tra-cuu/xac-nhan/"
CODE = "/tra-cuu/xac-nhan/ma/"
DETAIL = "/tra-cuu/chi-tiet/"
PHONE = "84912345678"
ABSENT = "H99.01-260302-0999"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY_9AM, tick=False) as traveller:
        yield traveller


@pytest.fixture
def owner():
    return CitizenFactory(full_name="Lê Thị Chủ", phone=PHONE)


@pytest.fixture
def dossier(owner):
    return DossierFactory(owner=owner)


def ask(client, dossier, contact=PHONE):
    code = dossier if isinstance(dossier, str) else dossier.code
    return client.post(PROVE, {"ma": code, "contact": contact})


def prove(client, dossier, contact=PHONE):
    ask(client, dossier, contact)
    return client.post(CODE, {"code": latest_code(contact.strip().lower())})


def plain(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


def test_the_tracking_page_leads_to_the_detail_by_a_code_to_the_phone(client, dossier):
    DossierPaperFactory(dossier=dossier, paper_name="Giấy ra viện")
    page = client.get("/tra-cuu/", {"ma": dossier.code}).text
    [link] = re.findall(r'href="(/tra-cuu/xac-nhan/[^"]+)"', page)

    assert dossier.code in client.get(link).text
    assert ask(client, dossier, "0912 345 678").url == CODE
    [sent] = Notice.objects.filter(kind="one-time-code")
    assert (sent.medium, sent.to) == (Medium.SMS, PHONE)
    assert client.post(CODE, {"code": latest_code()}).url == DETAIL
    response = client.get(DETAIL)

    assert response.status_code == 200
    for shown in ("Lê Thị Chủ", "Giấy ra viện", dossier.revision.everyday_name, "Đóng trang"):
        assert shown in response.text
    assert "no-store" in response["Cache-Control"]


def test_the_detail_shows_neither_numbers_nor_declaration_nor_a_way_to_files(client, dossier):
    owner = dossier.owner
    DossierParty.objects.filter(dossier=dossier).update(address="Ngõ Kín, xã Xa")
    paper = DossierPaperFactory(dossier=dossier)
    prove(client, dossier)

    page = client.get(DETAIL).text

    hidden = [
        owner.identity_number,
        owner.identity_number[-3:],
        owner.phone[2:],
        "0912 345 678",
        "Ngõ Kín",
        "Bổ sung hồ sơ nhập học",
        str(paper.file_id),
        "/tep/",
        "/phieu/",
        "/ket-qua/",
    ]
    assert [one for one in hidden if one in page] == []
    assert client.get(reverse("dossiers:detail", args=[dossier.code])).status_code == 302
    assert client.get(reverse("dossiers:result", args=[dossier.code])).status_code == 302


def test_what_must_be_done_is_said_and_asks_to_sign_in(client, owner):
    dossier = dossier_at(DossierState.SUPPLEMENT, owner=owner)
    prove(client, dossier)

    page = client.get(DETAIL).text

    assert "Việc này cần đăng nhập" in page
    supplement = reverse("dossiers:supplement", args=[dossier.code])
    assert f'href="{supplement}"' in page
    assert client.get(supplement).url.startswith("/dang-nhap/")


def test_an_email_at_which_the_dossier_is_told_of_is_as_good_as_a_phone(client):
    owner = CitizenFactory(email="lan@example.vn")
    dossier = DossierFactory(owner=owner)

    assert prove(client, dossier, " Lan@Example.vn ").url == DETAIL

    assert set(Notice.objects.values_list("medium", "to")) == {(Medium.EMAIL, "lan@example.vn")}
    assert client.get(DETAIL).status_code == 200


def walk(browser, code):
    asked = ask(browser, code)
    shown = browser.get(CODE)
    wrong = browser.post(CODE, {"code": "000000"})
    seen = [asked.status_code, asked.url, plain(shown.text), wrong.status_code, plain(wrong.text)]
    return [str(part).replace(code, "…") for part in seen] + sorted(browser.session.keys())


def test_absent_codes_and_others_phones_answer_as_the_right_ones_do(client, dossier, clock):
    others = DossierFactory(owner=CitizenFactory(phone="84987654321"), place=office("xa"))
    phoneless = DossierFactory(
        owner=CitizenFactory(phone="", email="a@example.vn"), place=office("quang-phu")
    )
    strangers = []
    for code in (ABSENT, others.code, phoneless.code):
        strangers.append(walk(Client(), code))
        clock.shift(timedelta(minutes=11))
    assert not Notice.objects.filter(kind="one-time-code").exists()
    assert OneTimeCode.objects.count() == 3

    assert strangers == [walk(client, dossier.code)] * 3

    assert Notice.objects.filter(kind="one-time-code").count() == 1


def test_a_code_of_one_dossier_opens_no_other_nor_in_another_browser(client, dossier, clock):
    others = DossierFactory(owner=CitizenFactory(phone="84987654321"), place=office("xa"))
    ask(client, dossier)
    right = latest_code()

    stranger = Client()
    assert stranger.post(CODE, {"code": right}).url == PROVE
    clock.shift(timedelta(seconds=31))
    # The newer asking, about another's dossier, kills the code; nothing was sent for it.
    ask(client, others)
    assert client.post(CODE, {"code": right}).status_code == 422
    assert client.get(DETAIL).url == PROVE
    assert not DossierAccess.objects.exists()


def test_even_a_right_code_opens_nothing_when_the_phone_is_not_on_that_dossier(client, dossier):
    ask(client, dossier)
    right = latest_code()
    # The phone was changed between the asking and the code.
    dossier.owner.phone = "84987654321"
    dossier.owner.save()
    DossierParty.objects.filter(dossier=dossier).update(phone="84987654321")

    assert client.post(CODE, {"code": right}).status_code == 422
    assert client.get(DETAIL).url == PROVE


def test_it_is_over_after_fifteen_minutes_when_closed_and_when_the_phone_changes(
    client, dossier, clock
):
    prove(client, dossier)
    assert client.get(DETAIL).status_code == 200
    clock.shift(timedelta(minutes=15))
    assert client.get(DETAIL).url == f"{PROVE}?ma={dossier.code}"

    prove(client, dossier)
    assert client.post(DETAIL).url == PROVE
    assert client.get(DETAIL).url == PROVE

    clock.shift(timedelta(minutes=1))
    prove(client, dossier)
    dossier.owner.phone = "84987654321"
    dossier.owner.save()
    DossierParty.objects.filter(dossier=dossier).update(phone="84987654321")
    assert client.get(DETAIL).url == f"{PROVE}?ma={dossier.code}"


def test_whoever_held_a_mandate_that_was_ended_is_no_contact_any_more(client, dossier):
    mandate = MandateFactory(principal=dossier.owner)
    holder = mandate.holder
    dossier.mandate = mandate
    dossier.save(update_fields=["mandate"])
    with transaction.atomic():
        DossierParty.objects.create(
            dossier=dossier, role="SUBMITTER", name=holder.full_name, phone=holder.phone
        )
    prove(client, dossier, holder.phone)
    assert client.get(DETAIL).status_code == 200

    mandate.revoked_at, mandate.revoked_by = MONDAY_9AM, dossier.owner
    mandate.save()

    assert client.get(DETAIL).status_code == 302


def test_the_look_is_written_down_once_and_shown_to_the_owner(client, dossier):
    prove(client, dossier)
    client.get(DETAIL)
    client.get(DETAIL)

    [look] = DossierAccess.objects.all()
    assert (look.user, look.kind, look.role) == (None, AccessKind.PROVED, "")
    client.force_login(dossier.owner)
    page = client.get(reverse("dossiers:looks", args=[dossier.code])).text
    assert "Người có mã gửi đến điện thoại" in page


def test_nothing_is_shown_when_the_look_cannot_be_written(client, dossier):
    prove(client, dossier)

    def refuse(execute, sql, params, many, context):
        if "dossiers_dossieraccess" in sql:
            raise IntegrityError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        assert client.get(DETAIL).status_code == 302


def test_only_a_proved_look_is_nobodys(dossier):
    for kind in (AccessKind.PAGE, AccessKind.FILE):
        with pytest.raises(IntegrityError), transaction.atomic():
            DossierAccess.objects.create(
                dossier=dossier, user=None, kind=kind, slot=MONDAY_9AM, at=MONDAY_9AM
            )


def test_a_run_of_wrong_codes_is_refused_even_the_right_one_and_noted(client, dossier, clock):
    ask(client, dossier)
    right = latest_code()
    wrong = another_code(right)
    answers = [client.post(CODE, {"code": wrong}).status_code for _time in range(3)]
    refused = client.post(CODE, {"code": right})

    assert answers == [422, 422, 422]
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert events() == 1
    # The owner, with another contact or after the hour, is not shut out.
    clock.shift(timedelta(hours=1))
    assert prove(client, dossier).url == DETAIL


def test_walking_codes_with_a_wrong_contact_is_stopped_and_noted_once(client, clock):
    """Attack: the codes of one unit and day, counted up, each with somebody's phone."""
    DossierFactory()
    statuses = []
    for number in range(12):
        clock.shift(timedelta(milliseconds=100))
        phone = f"0981{number:06d}"
        statuses.append(ask(client, f"H99.01-260302-{number:04d}", phone).status_code)

    # From the sixth in a minute on, nothing without the robot check.
    assert statuses == [302] * 5 + [422] * 7
    assert events() == 1
    assert not Notice.objects.filter(kind="one-time-code").exists()


def test_dead_codes_use_up_no_ones_tries(client, dossier, clock):
    ask(client, dossier)
    clock.shift(timedelta(minutes=6))
    assert [client.post(CODE, {"code": "000000"}).status_code for _time in range(5)] == [422] * 5

    clock.shift(timedelta(minutes=1))
    assert prove(client, dossier).url == DETAIL


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"ma": "abc", "contact": "0912345678"}, "cách nhau bằng dấu gạch"),
        ({"ma": ABSENT, "contact": "024 3826 1234"}, "cố định"),
        ({"ma": "", "contact": ""}, "Nhập mã hồ sơ"),
    ],
)
def test_what_cannot_be_read_is_explained_and_kept(client, typed, words):
    response = client.post(PROVE, typed)

    assert response.status_code == 422
    assert words in response.text
    assert all(value in response.text for value in typed.values())


def test_code_can_be_sent_again_after_a_while(client, dossier, clock):
    ask(client, dossier)
    assert "gửi lại sau khoảng" in client.post(CODE, {"again": "1"}, follow=True).text
    clock.shift(timedelta(seconds=31))
    assert "Đã gửi mã mới" in client.post(CODE, {"again": "1"}, follow=True).text
    assert Notice.objects.filter(kind="one-time-code").count() == 2


def events() -> int:
    return SecurityEvent.objects.filter(kind=SecurityEventKind.TRACKING_ENUMERATION).count()
