"""Erasure: two people, nothing left outside what the law keeps, and again after a restore."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Mandate, Representative, SecurityEvent, StaffRole, User
from dossiers.attachments import preview_png
from dossiers.enums import DossierState
from dossiers.models import Dossier, DossierParty, Draft, DraftPaper, StoredFile
from dossiers.selectors.tracking import get_tracking_page, list_codes_of_contact
from portal.notices.models import Notice
from portal.operations.enums import RequestKind, RequestState
from portal.operations.models import DataExport, DataRequest, DoomedObject, Erasure
from portal.operations.services import data_content, data_exports, data_requests, erasures
from tests.factories.accounts import CitizenFactory, StaffFactory, sign_in_proved
from tests.factories.dossiers import (
    DossierPaperFactory,
    DraftFactory,
    StoredFileFactory,
    dossier_at,
    office,
)
from tests.factories.notices import NoticeFactory
from tests.factories.operations import DataExportFactory, DataRequestFactory
from tests.factories.payments import PaymentFactory
from tests.factories.representation import MandateFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db

NAME, NUMBER, PHONE = "Zzứng Thị Dấuvết", "031190424242", "84909424242"
EMAIL, STREET = "zzdauvet@example.vn", "Ngõ Zzkhôngđâu"
FOLDED = "zzung thi dauvet"
# Tables of which the rows of restricted dossiers, and money, stay by law.
KEPT = {
    part.model
    for part in data_content.PARTS
    if part.model._meta.app_label in {"dossiers", "payments"}
} - {Draft, DraftPaper}


@pytest.fixture
def two():
    return StaffFactory(role=Role.SYSTEM_ADMIN), StaffFactory(role=Role.SYSTEM_ADMIN)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ERASURE_LIST_DIR = str(tmp_path / "erasures")
    return tmp_path / "erasures"


@pytest.fixture
def subject():
    """A person whose markers stand in every part of the portal."""
    user = CitizenFactory(
        full_name=NAME, identity_number=NUMBER, phone=PHONE, email=EMAIL, address=STREET
    )
    place = office()
    closed = dossier_at(DossierState.RETURNED, place=place, owner=user)
    DossierPaperFactory(dossier=closed)
    PaymentFactory(dossier=closed, agency=place.agency)
    draft = DraftFactory(owner=user, agency=place.agency, applicant={"name": NAME})
    draft.seal({"applicant_identity": NUMBER})
    draft.save()
    file = StoredFileFactory(uploaded_by=user, name=f"{NAME}.pdf")
    DraftPaper.objects.create(draft=draft, paper_key="giay-to", file=file)
    preview_png(file, page=1)
    NoticeFactory(recipient=user, to=PHONE, body=f"Kinh gui {NAME}", dedupe_key=f"a:{PHONE}")
    NoticeFactory(recipient=None, to=PHONE, body="DVC: ma ho so")
    NoticeFactory(
        recipient=place.clerk,
        to="can.bo@example.vn",
        body=f"Hồ sơ của {NAME}",
        subject_key=f"dossier:{closed.code}",
    )
    MandateFactory(holder=user)
    MandateFactory(principal=user)
    MandateFactory(offered_to=user)
    RepresentativeFactory(user=user)
    old = CitizenFactory(full_name=NAME, phone=PHONE, merged_into=user, is_active=False)
    assert old.pk
    DataExportFactory(user=user, data=f"PK {NAME}".encode())
    DataRequestFactory(user=user, kind=RequestKind.CORRECT, details=f"Tên đúng là {NAME}")
    return user


def proposed(user, by):
    request = data_requests.ask(
        user=user, kind=RequestKind.ERASE, details=f"Xóa {NAME}", at=timezone.now()
    )
    data_requests.take_on(
        request_id=request.pk, by=by, answer=f"Sẽ xóa cho {NAME}", at=timezone.now()
    )
    return request


def erased(user, two):
    request = proposed(user, two[0])
    return erasures.approve(request_id=request.pk, by=two[1], at=timezone.now())


def found_rows(user_id, *, markers):
    """Search every table of the database, versions included; return where a marker stands."""
    found = []
    keep = {
        part.model._meta.db_table: {row.pk for row in data_content.rows_of(part, user_id)}
        for part in data_content.PARTS
        if part.model in KEPT
    }
    pks = {model._meta.db_table: model._meta.pk.column for model in apps.get_models()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            key = pks.get(table)
            chosen = f't."{key}"::text' if key else "''"
            # Names of our own catalogue, no input.
            cursor.execute(f'SELECT {chosen}, t::text FROM "{table}" t')  # noqa: S608
            kept = {str(pk) for pk in keep.get(table, ())}
            for pk, text in cursor.fetchall():
                if pk not in kept and any(marker in text for marker in markers):
                    found.append((table, pk))
    return found


def found_files(markers):
    kept = set(
        StoredFile.objects.filter(dossier_papers__isnull=False).values_list(
            "storage_key", flat=True
        )
    )
    root = Path(django_settings.STORAGES["default"]["OPTIONS"]["location"])
    return [
        path
        for path in root.rglob("*")
        if path.is_file()
        and str(path.relative_to(root)) not in kept
        and any(marker.encode() in path.read_bytes() for marker in markers)
    ]


def markers_of(user):
    sealed = User.objects.get(pk=user.pk).identity_sealed
    return (NAME, FOLDED, NUMBER, PHONE, EMAIL, STREET, user.identity_hash, bytes(sealed).hex())


def test_nothing_of_the_subject_is_left_outside_what_the_law_keeps(subject, two):
    markers = markers_of(subject)
    draft_file = StoredFile.objects.get(name=f"{NAME}.pdf")
    preview = f"previews/{draft_file.pk.hex[:2]}/{draft_file.pk.hex}-1.png"
    storage = django_settings.STORAGES["default"]["OPTIONS"]["location"]
    request = proposed(subject, two[0])
    before = {table for table, _pk in found_rows(subject.pk, markers=markers)}
    # The search finds what is there: it would see it afterwards as well.
    assert before >= {
        "accounts_user",
        "accounts_mandate",
        "accounts_representative",
        "notices_notice",
        "dossiers_draft",
        "operations_datarequest",
    }
    assert found_files(markers)

    done = erasures.approve(request_id=request.pk, by=two[1], at=timezone.now())

    assert found_rows(subject.pk, markers=markers) == []
    assert found_files(markers) == []
    assert not (Path(storage) / draft_file.storage_key).exists()
    assert not (Path(storage) / preview).exists()
    assert not DoomedObject.objects.exists()
    assert done.counts["accounts"] == 2
    assert done.counts["restricted_dossiers"] == 1
    # What must stay is there still, whole: the dossier with its people and its papers.
    kept = Dossier.objects.get(owner=subject)
    assert (kept.applicant_name, kept.restricted_at is None) == (NAME, False)
    assert DossierParty.objects.filter(dossier=kept, name=NAME).exists()
    assert kept.events.exists()
    assert SecurityEvent.objects.filter(kind="data-erased", user=subject, actor=two[1]).exists()
    assert not DataRequest.objects.open().exists()


def test_what_is_kept_is_in_no_search_no_list_and_no_copy(subject, two):
    dossier = Dossier.objects.get(owner=subject)
    clerk = StaffRole.objects.get(role="CLERK", unit=dossier.receiving_unit).user
    at = timezone.now()
    browser = sign_in_proved(Client(), clerk)
    assert Dossier.objects.visible_to(clerk, at=at).exists()
    assert get_tracking_page(code=dossier.code)
    assert list_codes_of_contact(EMAIL) == []

    erased(subject, two)

    for who in (clerk, subject):
        assert not Dossier.objects.visible_to(who, at=at).exists()
        assert not Dossier.objects.readable_by(who, at=at).exists()
    assert get_tracking_page(code=dossier.code) is None
    party = dossier.parties.exclude(phone="").first()
    assert party is None or list_codes_of_contact(party.phone) == []
    assert browser.get(reverse("dossiers:detail", args=[dossier.code])).status_code in {403, 404}


def test_the_account_opens_no_door_and_its_rights_end(subject, two):
    browser = Client()
    browser.force_login(subject)
    assert browser.get(reverse("operations:data")).status_code == 200

    erased(subject, two)

    assert browser.get(reverse("operations:data")).status_code == 302
    fresh = User.objects.get(pk=subject.pk)
    assert (fresh.is_active, fresh.has_usable_password(), fresh.phone) == (False, False, "")
    assert not Mandate.objects.filter(principal=subject, revoked_at=None).exists()
    assert not Representative.objects.filter(user=subject, ended_at=None).exists()
    # The number is free for its true owner.
    CitizenFactory(identity_number=NUMBER, phone=PHONE, email=EMAIL, seen=True)


def test_one_person_alone_erases_nobody(subject, two):
    request = proposed(subject, two[0])
    page = reverse("operations:data_queue_request", args=[request.pk])
    first, second = (sign_in_proved(Client(), who) for who in two)

    refused = first.post(page, {"erase": "1", "confirm": "on"})
    assert (refused.status_code, "Người thứ hai phải duyệt" in refused.text) == (422, True)
    assert second.post(page, {"erase": "1"}).status_code == 422
    assert User.objects.get(pk=subject.pk).full_name == NAME
    assert second.post(page, {"erase": "1", "confirm": "on"}).url == page

    request.refresh_from_db()
    assert (request.state, request.closed_by) == (RequestState.DONE, two[1])
    assert User.objects.get(pk=subject.pk).full_name == "Đã xóa dữ liệu"
    assert second.post(page, {"erase": "1", "confirm": "on"}).status_code == 409
    assert NAME not in second.get(page).text
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.create(
            subject_id=1,
            subject_handle="x",
            proposed_by_id=7,
            approved_by_id=7,
            executed_at=timezone.now(),
        )


def test_an_open_dossier_is_finished_first(subject, two):
    place = office("binh-lam")
    dossier_at(DossierState.SUBMITTED, place=place, owner=subject)
    request = proposed(subject, two[0])

    with pytest.raises(erasures.DossiersOpen):
        erasures.approve(request_id=request.pk, by=two[1], at=timezone.now())

    assert Draft.objects.filter(owner=subject).exists()
    page = reverse("operations:data_queue_request", args=[request.pk])
    answer = sign_in_proved(Client(), two[1]).post(page, {"erase": "1", "confirm": "on"})
    assert (answer.status_code, "còn hồ sơ đang giải quyết" in answer.text) == (422, True)


def test_only_what_asks_for_an_erasure_and_is_proposed_is_erased(subject, two):
    new = data_requests.ask(user=subject, kind=RequestKind.ERASE, details="", at=timezone.now())
    with pytest.raises(data_requests.RequestMoved):
        erasures.approve(request_id=new.pk, by=two[1], at=timezone.now())
    other = DataRequest.objects.get(user=subject, kind=RequestKind.CORRECT)
    data_requests.take_on(request_id=other.pk, by=two[0], answer="Sẽ sửa", at=timezone.now())
    with pytest.raises(data_requests.RequestMoved):
        erasures.approve(request_id=other.pk, by=two[1], at=timezone.now())


def test_what_a_restore_brings_back_is_erased_again(subject, two, folder):
    markers = markers_of(subject)
    columns = {
        field.attname: getattr(User.objects.get(pk=subject.pk), field.attname)
        for field in User._meta.concrete_fields
    }
    drafts = list(Draft.objects.filter(owner=subject))
    notices = list(Notice.objects.filter(recipient=subject).values())
    dossier = Dossier.objects.get(owner=subject)
    erased(subject, two)
    [copy] = folder.iterdir()
    entry = json.loads(copy.read_text())
    assert entry["subject_id"] == subject.pk
    assert not any(marker in copy.read_text() for marker in markers)

    # Yesterday's backup: rows as they were, and no row about the erasure.
    User.objects.filter(pk=subject.pk).update(**columns)
    Draft.objects.bulk_create(drafts)
    for row in notices:
        Notice.objects.filter(pk=row["id"]).update(**row)
    Dossier.objects.filter(pk=dossier.pk).update(restricted_at=None)
    DataExport.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("TRUNCATE operations_erasure")
    connection._configure_role(connection.connection)
    assert found_rows(subject.pk, markers=markers)

    out = StringIO()
    call_command("reapply_erasures", stdout=out)

    assert "Đã xóa lại 1 tài khoản" in out.getvalue()
    assert found_rows(subject.pk, markers=markers) == []
    assert Dossier.objects.get(pk=dossier.pk).restricted_at is not None
    assert str(Erasure.objects.get().pk) == entry["id"]
    call_command("reapply_erasures", stdout=out)
    assert "Đã xóa lại 0 tài khoản" in out.getvalue()


def test_an_account_that_only_has_the_same_id_is_left_alone(subject, two, folder):
    erased(subject, two)
    stranger = CitizenFactory(full_name="Người Mới")
    [copy] = folder.iterdir()
    entry = json.loads(copy.read_text())
    entry |= {"id": "6f2b1a52-6d0e-4f0e-9d39-3f1f0d1c2b3a", "subject_id": stranger.pk}
    (folder / "other.json").write_text(json.dumps(entry))

    erasures.reapply(at=timezone.now())

    assert User.objects.get(pk=stranger.pk).full_name == "Người Mới"


def test_nobody_takes_a_name_off_the_list(subject, two):
    done = erased(subject, two)

    with pytest.raises(DatabaseError), transaction.atomic():
        Erasure.objects.filter(pk=done.pk).update(subject_id=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        done.delete()


def test_a_copy_asked_before_is_never_made_after(subject, two):
    data_exports.ask_copy(user=subject, at=timezone.now())

    erased(subject, two)

    assert data_exports.make_due(at=timezone.now()) == 0
