"""Files brought in by editors: checked, confirmed once, taken in whole or not at all."""

import io
import json
from datetime import UTC, datetime
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Role, Tier
from accounts.forms import PROOF_FIELD
from procedures.enums import ExchangeKind, ExchangeState, RevisionState
from procedures.models import CatalogueFile, Offer, Procedure, Revision
from procedures.policies import OwnEdit
from procedures.services import exchange_files, publishing
from procedures.tasks import work_on_files
from tests.factories.accounts import StaffFactory, UnitFactory, sign_in_proved
from tests.factories.procedures import ProcedureFactory, RevisionFactory
from tests.procedures.test_exchange import minimal, packed, revision

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, editor):
    return sign_in_proved(client, editor)


def send(page, data, *, kind=ExchangeKind.PACKAGE, name="thu-tuc.json"):
    return page.post(
        reverse("procedures:editor_exchange"),
        {"kind": kind, "file": SimpleUploadedFile(name, data)},
        follow=True,
    )


def confirm(page, file, *, seen=None):
    file.refresh_from_db()
    return page.post(
        reverse("procedures:editor_exchange_confirm", args=[file.pk]),
        {"bao_cao": seen or file.report_hash},
        follow=True,
    )


def offering(unit):
    return minimal(
        offers=[
            {
                "unit": unit.code, "declared_level": 2, "service_mode": "INFORMATION",
                "returns": ["COUNTER"], "valid_from": "2026-01-01", "decision_number": "5/QĐ",
            }
        ]
    )  # fmt: skip


def test_file_is_checked_first_and_taken_in_once_confirmed(page, editor):
    shown = send(page, packed(minimal(revision=revision())))

    file = CatalogueFile.objects.get()
    assert "chưa lưu gì" in shown.text
    assert "9.900001" in shown.text
    assert (file.state, file.uploaded_by) == (ExchangeState.CHECKED, editor)
    assert not Procedure.objects.exists()

    done = confirm(page, file)

    assert "Đã nhập" in done.text
    file.refresh_from_db()
    assert (file.state, file.confirmed_by) == (ExchangeState.DONE, editor)
    assert Procedure.objects.get().revisions.get().edited_by == editor


def test_file_that_was_checked_is_let_go_of_for_good(page, editor):
    send(page, packed(minimal(revision=revision())))
    file = CatalogueFile.objects.get()
    away = reverse("procedures:editor_exchange_drop", args=[file.pk])

    for _press in range(2):
        assert "Đã bỏ tệp" in page.post(away, follow=True).text
    refused = confirm(page, file).text

    assert f"{editor.full_name} đã bỏ tệp này" in refused
    file.refresh_from_db()
    assert (file.state, file.confirmed_by) == (ExchangeState.REFUSED, None)
    assert not Procedure.objects.exists()
    # What is taken in is never let go of.
    send(page, packed(minimal(revision=revision())))
    file = CatalogueFile.objects.exclude(pk=file.pk).get()
    confirm(page, file)
    away = reverse("procedures:editor_exchange_drop", args=[file.pk])
    assert "không bỏ được nữa" in page.post(away, follow=True).text
    file.refresh_from_db()
    assert file.state == ExchangeState.DONE


def test_second_press_does_nothing_twice(page):
    send(page, packed(minimal(revision=revision())))
    file = CatalogueFile.objects.get()
    confirm(page, file)
    before = CatalogueFile.objects.values().get()

    answer = confirm(page, file)

    assert answer.status_code == 200
    assert CatalogueFile.objects.values().get() == before
    assert Revision.objects.count() == 1


def test_wrong_line_is_shown_alone_and_nothing_can_be_confirmed(page):
    send(page, packed(minimal(), minimal("9.900002", name="")))
    file = CatalogueFile.objects.get()

    text = page.get(
        reverse("procedures:editor_exchange_file", args=[file.pk]), {"chi": "refused"}
    ).text
    answer = confirm(page, file)

    assert "Chỉ dòng lỗi" in text
    assert "9.900002" in text
    assert "9.900001" not in text
    assert "Nhập đúng tệp này" not in text
    assert "Báo cáo đã thay đổi" in answer.text
    assert not Procedure.objects.exists()


def test_catalogue_that_changed_meanwhile_asks_for_a_new_confirmation(page):
    send(page, packed(minimal(revision=revision())))
    ProcedureFactory(code="9.900001")
    file = CatalogueFile.objects.get()

    answer = confirm(page, file)

    assert "Danh mục đã thay đổi từ lúc kiểm tra" in answer.text
    assert not Revision.objects.exists()
    file.refresh_from_db()
    assert (file.state, file.confirmed_by) == (ExchangeState.CHECKED, None)
    assert file.report[0]["outcome"] == "changed"


def test_confirmation_of_another_report_is_refused(page):
    send(page, packed(minimal()))

    answer = confirm(page, CatalogueFile.objects.get(), seen="x")

    assert "Báo cáo đã thay đổi" in answer.text
    assert not Procedure.objects.exists()


def test_bytes_that_changed_in_the_store_are_not_taken(page, monkeypatch):
    send(page, packed(minimal()))
    file = CatalogueFile.objects.get()
    CatalogueFile.objects.update(sha256="0" * 64)

    confirm(page, file)

    file.refresh_from_db()
    assert file.state == ExchangeState.REFUSED
    assert not Procedure.objects.exists()


def test_file_that_gives_offers_is_confirmed_by_a_publisher(page, client):
    send(page, packed(offering(UnitFactory())))
    file = CatalogueFile.objects.get()

    refused = confirm(page, file)
    assert "đúng các đơn vị đó phải xác nhận" in refused.text
    assert not Offer.objects.exists()

    confirm(sign_in_proved(client, StaffFactory(role=Role.PUBLISHER)), file)
    assert Offer.objects.count() == 1


def test_large_file_is_a_workers(page, monkeypatch):
    monkeypatch.setattr(exchange_files, "SMALL_BYTES", 0)
    shown = send(page, packed(minimal()))
    file = CatalogueFile.objects.get()

    assert file.state == ExchangeState.RECEIVED
    assert "Xem lại tiến độ" in shown.text
    work_on_files()
    confirm(page, file)
    assert not Procedure.objects.exists()
    work_on_files()
    work_on_files()

    file.refresh_from_db()
    assert file.state == ExchangeState.DONE
    assert Procedure.objects.count() == 1


def test_work_that_never_ends_is_given_up(page, monkeypatch):
    monkeypatch.setattr(exchange_files, "SMALL_BYTES", 0)
    send(page, packed(minimal()))
    CatalogueFile.objects.update(attempts=exchange_files.MOST_ATTEMPTS)

    work_on_files()

    assert CatalogueFile.objects.get().state == ExchangeState.REFUSED


HOSTILE = (
    *(b"", b"{", b"\xff\x00", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    *(b"<?xml version='1.0'?>", b"[" * 9999),
)


def test_hostile_files_are_refused_in_words_and_not_kept(page):
    for kind, data in product(ExchangeKind.values, HOSTILE):
        answer = send(page, data, kind=kind, name="../../a\x00.xlsx")

        assert answer.status_code == 422, (kind, data[:20])
        assert not CatalogueFile.objects.exists(), (kind, data[:20])


def test_without_a_file_the_form_says_so(page):
    answer = page.post(reverse("procedures:editor_exchange"), {"kind": ExchangeKind.PACKAGE})

    assert answer.status_code == 422
    assert "Cần chọn một tệp" in answer.text


@pytest.mark.parametrize(
    ("kind", "name", "data", "words"),
    [
        (ExchangeKind.PACKAGE, "a.xlsx", b"PK\x03\x04", "Chọn đó là danh sách nào"),
        (ExchangeKind.FEES, "a.json", packed(), "là gói thủ tục đầy đủ"),
        (ExchangeKind.PACKAGE, "a.json", packed(), "không có dòng nào để nhập"),
    ],
)
def test_file_of_another_kind_or_of_nothing_is_told_so(page, kind, name, data, words):
    shown = send(page, data, kind=kind, name=name)

    assert words in shown.text
    assert "Nhập đúng tệp này" not in shown.text


def test_report_is_a_workbook(page):
    send(page, packed(minimal(name="=1+1")))
    file = CatalogueFile.objects.get()

    answer = page.get(reverse("procedures:editor_exchange_report", args=[file.pk]))

    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [cell.value for cell in sheet[2]][:3] == [1, "9.900001", "=1+1"]


def test_exports_are_files_of_the_chosen_procedures(page):
    chosen = RevisionFactory().procedure
    RevisionFactory()

    package = page.get(
        reverse("procedures:editor_export"), {"ma": chosen.code, "dang": "json"}
    ).getvalue()
    rows = page.get(reverse("procedures:editor_export_list"), {"danh_sach": "giay-to"})
    schema = page.get(reverse("procedures:editor_exchange_schema")).json()

    assert [one["code"] for one in json.loads(package)["procedures"]] == [chosen.code]
    assert load_workbook(io.BytesIO(rows.getvalue())).active.max_row == 5
    assert schema["properties"]["format"]["const"] == "portal.procedures"
    nothing = page.get(reverse("procedures:editor_export"), {"ma": "0.000000"}, follow=True)
    assert "Chưa tải gì" in nothing.text
    assert page.get(reverse("procedures:editor_export_list"), {"danh_sach": "x"}).status_code == 404


def test_only_editors_and_publishers_bring_files_in(client):
    sign_in_proved(client, StaffFactory(role=Role.CLERK))

    assert send(client, packed(minimal())).status_code == 403


def checked(page, *documents):
    send(page, packed(*documents))
    return CatalogueFile.objects.latest("uploaded_at")


def test_offers_are_confirmed_by_a_publisher_of_those_who_get_them(page, client):
    province = UnitFactory(tier=Tier.PROVINCE)
    one, other = UnitFactory(parent=province), UnitFactory(parent=province)
    file = checked(page, offering(one))
    tier = offering(one)
    tier["code"] = "9.900002"
    tier["offers"][0] |= {"unit": None, "tier": Tier.COMMUNE}
    for_all = checked(page, tier)
    theirs = StaffFactory(role=Role.PUBLISHER, unit=one)

    stranger = sign_in_proved(Client(), StaffFactory(role=Role.PUBLISHER, unit=other))
    assert "đúng các đơn vị đó" in confirm(stranger, file).text
    assert "đúng các đơn vị đó" in confirm(sign_in_proved(client, theirs), for_all).text
    assert not Offer.objects.exists()

    confirm(sign_in_proved(client, theirs), file)
    assert Offer.objects.get().assigned_by == theirs
    confirm(sign_in_proved(client, StaffFactory(role=Role.PUBLISHER, unit=province)), for_all)
    assert Offer.objects.filter(tier=Tier.COMMUNE).count() == 1


def test_report_that_names_no_target_waits_for_the_province(page):
    province = UnitFactory(tier=Tier.PROVINCE)
    unit = UnitFactory(parent=province)
    file = checked(page, offering(unit))
    for line in file.report:
        del line["offers_for"]
    file.save()

    for place, may in ((unit, False), (province, True)):
        publisher = StaffFactory(role=Role.PUBLISHER, unit=place)
        assert exchange_files.may_confirm(file, by=publisher, at=AT) is may


def test_offers_ask_for_a_fresh_code_and_drafts_do_not(page, client):
    publisher = StaffFactory(role=Role.PUBLISHER)
    client.force_login(publisher)
    offers = checked(page, offering(UnitFactory()))
    client.force_login(publisher)
    drafts = checked(client, minimal("9.900002", revision=revision()))

    asked = confirm(client, offers)
    confirm(client, drafts)

    assert PROOF_FIELD in asked.text
    assert not Offer.objects.exists()
    assert Procedure.objects.get().code == "9.900002"


def test_who_wrote_a_file_does_not_publish_it_though_another_confirmed_it(page, editor, client):
    author = StaffFactory(role=Role.PUBLISHER)
    file = checked(sign_in_proved(client, author), minimal(revision=revision()))
    confirm(sign_in_proved(client, editor), file)
    draft = Revision.objects.get()
    assert draft.edited_by == author
    Revision.objects.update(state=RevisionState.IN_REVIEW, sent_by=editor, sent_at=AT)

    with pytest.raises(OwnEdit):
        publishing.publish_revision(revision_id=draft.pk, publisher=author, at=AT)
