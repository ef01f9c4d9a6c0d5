"""Copies of one's own data: complete, for the owner alone, with the password, for a day."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import SecurityEvent, User
from dossiers.enums import DossierState, ScanState
from dossiers.models import Dossier, DossierAccess, Draft, DraftPaper
from portal.notices.models import Notice
from portal.operations.models import DataExport
from portal.operations.services import data_content, data_exports
from tests.factories.accounts import PASSWORD, CitizenFactory
from tests.factories.dossiers import (
    DossierPaperFactory,
    DraftFactory,
    StoredFileFactory,
    dossier_at,
    office,
)
from tests.factories.notices import NoticeFactory
from tests.factories.operations import DataExportFactory, DataRequestFactory
from tests.factories.payments import PaymentFactory, refund_suggested
from tests.factories.representation import MandateFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db

PAGE = reverse("operations:data")


def file_of(export):
    return reverse("operations:data_copy", args=[export.pk])


def browser_of(user):
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def subject():
    """Somebody of whom something is kept in every part of the portal."""
    user = CitizenFactory(full_name="Lý Thị Dấu Vết", identity_number="031190777888")
    place = office()
    decided = dossier_at(DossierState.RETURNED, place=place, owner=user)
    dossier_at(DossierState.SUPPLEMENT, place=place, owner=user)
    DossierPaperFactory(dossier=decided)
    draft = DraftFactory(owner=user, agency=place.agency)
    draft.seal({"applicant_identity": "031190777888"})
    draft.save()
    DraftPaper.objects.create(
        draft=draft, paper_key="giay-to", file=StoredFileFactory(uploaded_by=user)
    )
    StoredFileFactory(uploaded_by=user, scan_state=ScanState.INFECTED, name="xau.pdf")
    PaymentFactory(dossier=decided, agency=place.agency)
    refund_suggested(place, owner=user)
    NoticeFactory(recipient=user)
    MandateFactory(principal=user)
    RepresentativeFactory(user=user)
    DataRequestFactory(user=user)
    DossierAccess.objects.create(
        dossier=decided,
        user=place.clerk,
        role="CLERK",
        unit=place.desk,
        kind="DOSSIER",
        slot=timezone.now(),
        at=timezone.now(),
    )
    return user


def test_every_table_that_refers_to_a_person_is_in_the_copy_or_left_out_with_a_reason():
    held = {part.model for part in data_content.PARTS}
    referring = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in {User, Dossier, Draft}
    }

    missing = {model._meta.label for model in referring - held} - set(data_content.LEFT_OUT)
    assert missing == set()


def test_copy_holds_every_row_and_file_of_the_subject_and_no_other(subject):
    stranger = CitizenFactory(full_name="Người Khác Hẳn")
    dossier_at(DossierState.RETURNED, place=office("binh-lam"), owner=stranger)
    archive = zipfile.ZipFile(io.BytesIO(data_exports.build(subject, at=timezone.now())))
    data = json.loads(archive.read("du-lieu.json"))["data"]

    for part in data_content.PARTS:
        expected = sorted(str(row.pk) for row in data_content.rows_of(part, subject.pk))
        key = part.model._meta.pk.name
        assert sorted(str(row[key]) for row in data[part.model.__name__]) == expected
    # What was built above is really there: the filters are not all empty.
    assert len(data["Dossier"]) == Dossier.objects.filter(owner=subject).count() == 3
    for name in ("User", "Notice", "Draft", "DossierParty", "DossierEvent", "DossierAccess"):
        assert data[name], name
    for name in ("Payment", "LedgerEntry", "Refund", "CashReceipt", "Slip", "Result", "Decision"):
        assert data[name], name
    for name in ("Mandate", "Representative", "Organisation", "DataRequest", "SupplementItem"):
        assert data[name], name
    assert data["User"][0]["identity_number"] == "031190777888"
    assert data["Draft"][0]["sealed"] == {"applicant_identity": "031190777888"}
    text = archive.read("du-lieu.json").decode()
    assert "Người Khác Hẳn" not in text
    assert subject.password not in text
    assert "Trần Văn Bình" not in json.dumps(data["DossierAccess"], ensure_ascii=False)
    files = {name for name in archive.namelist() if name.startswith("tep/")}
    viewable = [one for one in data_content.files_of(subject.pk) if one.is_viewable]
    assert files == {f"tep/{one.pk}-{one.name}" for one in viewable}
    assert len(files) == 3
    assert "xau.pdf" in archive.read("doc-truoc.txt").decode()


def test_the_owner_asks_the_worker_makes_and_only_the_owner_fetches(subject):
    browser, stranger = browser_of(subject), browser_of(CitizenFactory())
    assert browser.post(PAGE, {"copy": "1"}).url == PAGE
    export = DataExport.objects.get(user=subject)
    assert "Đang chuẩn bị" in browser.get(PAGE).text
    assert browser.get(file_of(export)).status_code == 404

    assert data_exports.make_due(at=timezone.now()) == 1

    assert data_exports.make_due(at=timezone.now()) == 0
    assert "Tải bản sao" in browser.get(PAGE).text
    assert Notice.objects.filter(kind="data-copy", recipient=subject, medium="in_app").exists()
    for method in (stranger.get, stranger.post):
        assert method(file_of(export), {"password": PASSWORD}).status_code == 404
    assert browser.get(file_of(export)).headers["Content-Type"].startswith("text/html")
    wrong = browser.post(file_of(export), {"password": "Sai#mat-khau9"})
    assert (wrong.status_code, "chưa đúng" in wrong.text) == (422, True)
    got = browser.post(file_of(export), {"password": PASSWORD})
    assert got.headers["Content-Type"] == "application/zip"
    assert "no-store" in got.headers["Cache-Control"]
    assert "attachment" in got.headers["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(got.content)).testzip() is None
    assert SecurityEvent.objects.filter(kind="data-copy-fetched", user=subject).count() == 1


def test_wrong_passwords_are_limited():
    export = DataExportFactory()
    browser = browser_of(export.user)
    codes = [
        browser.post(file_of(export), {"password": "sai"}).status_code for _unused in range(12)
    ]

    assert 429 in codes


def test_a_copy_is_gone_after_a_day():
    export = DataExportFactory(ready_at=timezone.now() - timedelta(hours=25))
    key = export.storage_key
    assert browser_of(export.user).post(file_of(export), {"password": PASSWORD}).status_code == 404

    assert data_exports.remove_expired(at=timezone.now()) == 1

    export.refresh_from_db()
    assert export.storage_key == ""
    with pytest.raises(data_exports.FileDamaged):
        data_exports.read_stored(key, sha256="")
    assert "tệp đã xóa" in browser_of(export.user).get(PAGE).text
    assert data_exports.remove_expired(at=timezone.now()) == 0


def test_one_waits_at_a_time_and_three_a_day():
    user, at = CitizenFactory(), timezone.now()
    data_exports.ask_copy(user=user, at=at)
    with pytest.raises(data_exports.EnoughCopies):
        data_exports.ask_copy(user=user, at=at)
    data_exports.make_due(at=at)
    for _unused in range(2):
        data_exports.ask_copy(user=user, at=at)
        data_exports.make_due(at=at)
    with pytest.raises(data_exports.EnoughCopies):
        data_exports.ask_copy(user=user, at=at)
    data_exports.ask_copy(user=user, at=at + timedelta(days=1, minutes=1))


def test_one_that_fails_comes_again_and_holds_up_nobody(monkeypatch):
    first = data_exports.ask_copy(user=CitizenFactory(), at=timezone.now())
    second = data_exports.ask_copy(user=CitizenFactory(), at=timezone.now())
    build = data_exports.build

    def fail_first(user, *, at):
        if user.pk == first.user_id:
            raise OSError("full")
        return build(user, at=at)

    monkeypatch.setattr(data_exports, "build", fail_first)
    assert data_exports.make_due(at=timezone.now()) == 1
    second.refresh_from_db()
    assert second.ready_at is not None

    monkeypatch.setattr(data_exports, "build", build)
    assert data_exports.make_due(at=timezone.now()) == 0
    assert data_exports.make_due(at=timezone.now() + data_exports.LEASE) == 1
