"""What citizens and staff write, where others read it: words, never markup, headers or commands."""

import pytest
import time_machine
from django.urls import reverse

from dossiers.enums import DossierState
from dossiers.models import Dossier, Draft
from tests.dossiers.desk import LATER
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import DossierPaperFactory, StoredFileFactory, dossier_at, office
from tests.factories.filing import new_draft, place, ready_draft

pytestmark = pytest.mark.django_db

EVIL = """\"'><img src=x onerror=alert(1)>{{ settings.SECRET_KEY }}{% load x %}"""
MARKS = (b"<img src=x", b"SECRET_KEY }}<", b"test-only-secret")


@pytest.fixture(autouse=True)
def _on_tuesday():
    with time_machine.travel(LATER, tick=True):
        yield


def test_names_answers_and_file_names_are_shown_to_staff_as_words(client):
    """Attack: stored XSS and template injection through name, answer, file name and address."""
    desk = office()
    dossier = dossier_at(
        DossierState.SUBMITTED,
        place=desk,
        owner=CitizenFactory(full_name=EVIL),
        applicant_name=EVIL,
        answers={"ly_do": EVIL},
        return_address=EVIL,
    )
    DossierPaperFactory(
        dossier=dossier, paper_name=EVIL, file=StoredFileFactory(name=f"{EVIL}.pdf")
    )
    dossier.parties.update(name=EVIL, address=EVIL, email=f"{EVIL[:40]}@example.vn")
    client.force_login(desk.clerk)

    for page in ("/lam-viec/", f"/lam-viec/{dossier.code}/", f"/lam-viec/{dossier.code}/tom-tat/"):
        shown = client.get(page)
        assert shown.status_code == 200
        assert b"&lt;img" in shown.content, page
        assert not [mark for mark in MARKS if mark in shown.content], page
    client.force_login(dossier.owner)
    for page in ("/ho-so/", f"/ho-so/{dossier.code}/"):
        shown = client.get(page)
        assert not [mark for mark in MARKS if mark in shown.content], page


def test_reasons_of_staff_are_shown_to_the_citizen_as_words(client):
    """Attack: stored XSS and template injection through a reason, a ground and a message."""
    desk = office()
    dossier = dossier_at(DossierState.SUBMITTED, place=desk)
    DossierPaperFactory(dossier=dossier)
    client.force_login(desk.clerk)
    typed = {
        "version": dossier.version,
        "tick_paper_giay-chung-sinh": "on",
        "why_paper_giay-chung-sinh": EVIL,
        "deadline": "20/03/2026",
        "ground": EVIL,
        "message": f"{EVIL}\r\nBcc: victim@example.vn",
    }
    sent = client.post(f"/lam-viec/{dossier.code}/bo-sung/", typed)
    assert sent.status_code == 302, sent.text

    client.force_login(dossier.owner)
    for page in (f"/ho-so/{dossier.code}/", f"/ho-so/{dossier.code}/bo-sung/", "/thong-bao/"):
        shown = client.get(page)
        assert shown.status_code == 200
        assert b"&lt;img" in shown.content or page == "/thong-bao/"
        assert not [mark for mark in MARKS if mark in shown.content], page


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: x=1.pdf", 'a"; filename="b.exe', "ảnh<b>.pdf"])
def test_file_name_adds_no_header(client, name):
    """Attack: header injection through a file's name."""
    desk = office()
    dossier = dossier_at(DossierState.SUBMITTED, place=desk)
    link = DossierPaperFactory(dossier=dossier, file=StoredFileFactory(name=name))
    client.force_login(dossier.owner)

    response = client.get(reverse("dossiers:file", args=[dossier.code, link.file_id]))

    assert not response.cookies
    header = response.headers["Content-Disposition"]
    assert header.startswith("attachment")
    assert "\n" not in header
    assert 'filename="b.exe' not in header
    assert response.headers["Content-Security-Policy"].startswith("sandbox")


EXTRA = {
    "state": "RETURNED",
    "owner": "1",
    "owner_id": "1",
    "unit": "1",
    "receiving_unit": "1",
    "deciding_unit": "1",
    "offer": "1",
    "offer_snapshot": "{}",
    "amount_vnd": "1",
    "settled_vnd": "1",
    "due_at": "2099-01-01",
    "code": "H99.99-260302-0001",
    "submitted_at": "2020-01-01",
    "submission_key": "00000000-0000-0000-0000-000000000000",
    "id": "1",
    "pk": "1",
    "is_staff": "1",
    "kind": "STAFF",
    "done_steps": "xem-lai",
    "revision": "1",
}


def test_fields_that_a_page_does_not_ask_change_nothing(client):
    """Attack: mass assignment while filing."""
    where = place()
    draft = ready_draft(where)
    before = Draft.objects.values().get(pk=draft.pk)
    client.force_login(draft.owner)
    page = {"phien": draft.version, "trang": "x"}
    people = {"relation": "SELF", "phone": "0912 345 678", "address": "Thôn Đông"}

    client.post(f"/nop-ho-so/ban-nhap/{draft.pk}/nguoi/", EXTRA | people | page)

    after = Draft.objects.values().get(pk=draft.pk)
    may_change = {"applicant", "relation", "sealed", "saves", "done_steps", "step", "version"}
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= may_change | {"updated_at"}
    assert "xem-lai" not in after["done_steps"]


def test_fields_that_the_desk_does_not_ask_change_nothing(client):
    """Attack: mass assignment by a clerk while accepting."""
    desk = office()
    dossier = dossier_at(DossierState.SUBMITTED, place=desk)
    before = Dossier.objects.values().get(pk=dossier.pk)
    client.force_login(desk.clerk)

    client.post(f"/lam-viec/{dossier.code}/tiep-nhan/", EXTRA | {"version": dossier.version})

    after = Dossier.objects.values().get(pk=dossier.pk)
    assert after["state"] == DossierState.ACCEPTED
    assert after["due_at"].year == 2026
    kept = {
        "id", "code", "owner_id", "receiving_unit_id", "deciding_unit_id", "offer_snapshot",
        "submitted_at", "submission_key", "revision_id", "procedure_id", "answers",
    }  # fmt: skip
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


def test_last_step_cannot_be_reached_by_its_address(client):
    """Attack: step jumping while filing."""
    draft = new_draft(place())
    client.force_login(draft.owner)
    url = f"/nop-ho-so/ban-nhap/{draft.pk}/nop/"

    assert client.get(url).status_code == 302
    for typed in ({}, {"key": draft.submission_key, "promise": "on", "altcha": "x"}):
        assert client.post(url, typed).status_code == 302
    for step in ("giay-to", "xem-lai"):
        client.post(f"/nop-ho-so/ban-nhap/{draft.pk}/{step}/", {})
    assert client.post(url, {"key": draft.submission_key, "promise": "on"}).status_code == 302
    assert not Dossier.objects.exists()
