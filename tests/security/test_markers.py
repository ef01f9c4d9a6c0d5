"""What people entrust to the portal reaches no log, broker, address, cache or open session."""

import json

import pytest
from celery import current_app
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.core import wakeups
from tests.accounts import latest_code
from tests.factories.dossiers import dossier_at, office
from tests.factories.filing import new_draft, pdf, place
from tests.operations.test_logging import log

__all__ = ["log"]
pytestmark = pytest.mark.django_db

NAME, STREET, FILE = "Đỗ Quyên Quyên", "Ngõ Dấu Vết", "giay-cua-Quyen-Quyen"
NUMBER, PHONE, PASSWORD = "031190777888", "0912777888", "Dau-vet@2026-x"
ANSWERS = {
    "full_name": NAME,
    "identity_number": NUMBER,
    "date_of_birth": "27/3/1990",
    "phone": PHONE,
    "email": "dau.vet@example.vn",
    "password": PASSWORD,
    "consent": "on",
}


class Watching(Client):
    """A browser whose every address is kept."""

    addresses: list[str]

    def generic(self, method, path, *args, **kwargs):
        self.addresses = [*getattr(self, "addresses", []), path]
        response = super().generic(method, path, *args, **kwargs)
        self.addresses.append(response.headers.get("Location", ""))
        return response


def test_no_marker_leaves_the_database(log, monkeypatch, django_capture_on_commit_callbacks):
    """Attack: reading logs, the broker, a proxy's lines or a session instead of the database."""
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda *args, **more: sent.append([args, more]))
    wakeups.forget_pause()
    where = place()
    browser = Watching(raise_request_exception=False)

    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/dang-ky/", ANSWERS)
        code = latest_code("84912777888")
        browser.post("/dang-ky/xac-nhan/", {"code": "000000"})
        assert browser.post("/dang-ky/xac-nhan/", {"code": code}).status_code == 302
        browser.post("/dang-xuat/")
        browser.post("/dang-nhap/", {"name": NUMBER, "password": f"{PASSWORD}!"})
        assert (
            browser.post("/dang-nhap/", {"name": NUMBER, "password": PASSWORD}).status_code == 302
        )
        user = _user()
        draft = new_draft(where, user)
        base = f"/nop-ho-so/ban-nhap/{draft.pk}"
        people = {"relation": "SELF", "phone": PHONE, "address": STREET, "phien": draft.version}
        browser.post(f"{base}/nguoi/", {**people, "trang": "x"})
        upload = SimpleUploadedFile(f"{FILE}.pdf", pdf().read(), "application/pdf")
        browser.post(f"{base}/giay-to/can-cuoc/", {"file": upload})
        dossier = dossier_at("SUBMITTED", place=office("binh-lam"), owner=user, applicant_name=NAME)
        browser.get(f"/ho-so/{dossier.code}/")
        browser.get("/tra-cuu/", {"ma": dossier.code})
        browser.post("/tra-cuu/quen-ma/", {"phone": PHONE})
        browser.post("/quen-mat-khau/", {"identity_number": NUMBER, "contact": PHONE})
        _force_errors(browser, monkeypatch)

    markers = (NAME, "Quyên Quyên", NUMBER, PHONE, PHONE[1:], PASSWORD, STREET, FILE, code)
    sessions = json.dumps([one.get_decoded() for one in Session.objects.all()], default=str)
    places = {
        "log": log.getvalue(),
        "broker": str(sent),
        "addresses": " ".join(map(str, browser.addresses)),
        "sessions": sessions,
    }
    found = [(where, mark) for where, text in places.items() for mark in markers if mark in text]

    assert found == []
    assert sent, "nothing was sent to the broker: the test would prove nothing"
    assert sum(line.get("status") == 500 for line in map(json.loads, _lines(log))) >= 3


def _force_errors(browser, monkeypatch):
    """Fail three pages with the markers in the exception and in the request."""
    from accounts.services import recovery, sign_in
    from dossiers.services import lost_codes

    def fail(*args, **kwargs):
        raise RuntimeError(f"{NAME} {NUMBER} {PHONE} {PASSWORD} {args} {kwargs}")

    monkeypatch.setattr(sign_in, "sign_in_citizen", fail)
    monkeypatch.setattr(recovery, "ask_for_code", fail)
    monkeypatch.setattr(lost_codes, "send_codes", fail)
    stranger = Client(raise_request_exception=False)
    for path, typed in (
        ("/dang-nhap/", {"name": NUMBER, "password": PASSWORD}),
        ("/quen-mat-khau/", {"identity_number": NUMBER, "contact": PHONE}),
        ("/tra-cuu/quen-ma/", {"phone": PHONE}),
    ):
        assert stranger.post(path, typed).status_code == 500, path


def _lines(log):
    return log.getvalue().splitlines()


def _user():
    from accounts.models import User

    return User.objects.get(full_name=NAME)
