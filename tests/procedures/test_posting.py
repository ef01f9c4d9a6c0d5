"""Posting sheets: printed by a worker, and known to be out of date as soon as they are."""

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from portal.core.files import open_stored
from procedures.models import Offer, PostingSheet, Procedure
from procedures.selectors import posting as selectors
from procedures.services import posting
from tests.factories.accounts import (
    StaffFactory,
    StaffRoleFactory,
    UnitFactory,
    sign_in_proved,
)
from tests.factories.dossiers import office
from tests.factories.procedures import (
    LocalRuleFactory,
    OfferFactory,
    PaperFactory,
    RevisionFactory,
    changing_published,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return office()


@pytest.fixture
def served(place):
    """A procedure that the agency serves."""
    return OfferFactory(tier=place.agency.tier).procedure


def ask(place, **what):
    return posting.ask_sheet(agency=place.agency, by=place.clerk, at=timezone.now(), **what)


def rows(place):
    return selectors.list_sheets(place.agency, on=timezone.localdate())


def test_a_worker_prints_a_sheet_of_a_procedure(place, served):
    sheet = ask(place, procedure=served)

    assert posting.print_due(at=timezone.now()) == 1

    sheet.refresh_from_db()
    with open_stored(sheet.storage_key) as content, pikepdf.open(BytesIO(content.read())) as pdf:
        assert len(pdf.pages) == sheet.pages == 1
        assert [float(one) for one in pdf.pages[0].mediabox[2:]] == pytest.approx(
            [595.28, 841.89], abs=0.1
        )
    assert posting.print_due(at=timezone.now()) == 0


def test_a_sheet_names_every_paper_not_only_those_with_an_official_name(place, served):
    with changing_published():
        PaperFactory(
            revision=served.current_revision,
            key="don",
            name="Đơn đề nghị theo mẫu 01",
            plain_name="Đơn",
            position=2,
        )
        PaperFactory(
            revision=served.current_revision,
            key="uy-quyen",
            name="Văn bản ủy quyền",
            is_mandatory=False,
            condition="Khi nhờ người khác nộp",
            position=3,
        )
    sheet = ask(place, procedure=served)
    pages = selectors.print_pages(sheet, at=timezone.now())

    html = render_to_string(
        "pdf/posting_sheet.html",
        {"agency": place.agency, "pages": pages, "printed_on": timezone.localdate()},
    )

    for name in ("Giấy chứng sinh", "Thẻ căn cước", "Đơn đề nghị theo mẫu 01", "Văn bản ủy quyền"):
        assert name in html
    assert "Khi nhờ người khác nộp" in html


def test_a_sheet_of_a_field_has_a_page_for_each_procedure_that_is_served(place, served):
    OfferFactory(tier=place.agency.tier)
    RevisionFactory()  # published, and offered by nobody
    ask(place, field=served.field)

    posting.print_due(at=timezone.now())

    assert PostingSheet.objects.get().pages == 2


def test_a_sheet_is_fresh_until_what_it_tells_changes(place, served):
    ask(place, procedure=served)
    assert [row.is_stale for row in rows(place)] == [False]

    type(place.desk).objects.filter(agency=place.agency).update(phone="0234 999 999")

    assert [row.is_stale for row in rows(place)] == [True]


def test_a_new_revision_makes_the_sheet_stale(place, served):
    ask(place, procedure=served)
    newer = RevisionFactory(procedure=served, number=2, state="SUPERSEDED", form_version=None)
    Procedure.objects.filter(pk=served.pk).update(current_revision=newer)

    assert [row.is_stale for row in rows(place)] == [True]


def test_another_level_makes_the_sheet_stale(place, served):
    ask(place, procedure=served)
    Offer.objects.filter(procedure=served).update(declared_level=1)

    assert [row.is_stale for row in rows(place)] == [True]


def test_what_another_procedure_says_leaves_it_fresh(place, served):
    ask(place, procedure=served)
    OfferFactory(tier=place.agency.tier)

    assert [row.is_stale for row in rows(place)] == [False]


def test_a_newer_sheet_retires_the_older(place, served):
    older = ask(place, procedure=served)
    newer = ask(place, procedure=served)

    older.refresh_from_db()
    assert older.retired_at is not None
    assert [row.sheet for row in rows(place)] == [newer]


def test_the_database_keeps_one_sheet_a_wall(place, served):
    sheet = ask(place, procedure=served)
    sheet.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        sheet.save(force_insert=True)


def test_what_the_agency_does_not_serve_is_not_posted(place):
    with pytest.raises(posting.NothingToPost):
        ask(place, procedure=RevisionFactory().procedure)


def test_a_sheet_whose_printing_fails_is_tried_again_and_holds_up_no_other(
    place, served, monkeypatch
):
    broken = ask(place, procedure=served)
    fine = ask(place, field=served.field)
    print_pages = selectors.print_pages

    def fails_once(sheet, *, at):
        if sheet == broken:
            raise RuntimeError("no ink")
        return print_pages(sheet, at=at)

    monkeypatch.setattr(selectors, "print_pages", fails_once)
    assert posting.print_due(at=timezone.now()) == 1
    monkeypatch.setattr(selectors, "print_pages", print_pages)

    fine.refresh_from_db()
    assert fine.storage_key
    assert posting.print_due(at=timezone.now()) == 0
    assert posting.print_due(at=timezone.now() + timedelta(minutes=6)) == 1


@pytest.fixture
def editor(place):
    return StaffFactory(role=Role.EDITOR, unit=place.agency)


def test_an_editor_asks_for_a_sheet_and_takes_the_file(client, place, served, editor):
    sign_in_proved(client, editor)
    page = reverse("procedures:editor_sheets")

    client.post(page, {"what": f"p{served.pk}"})
    waiting = client.get(page)
    posting.print_due(at=timezone.now())
    sheet = PostingSheet.objects.get()
    file = client.get(reverse("procedures:editor_sheet_file", args=[sheet.pk]))

    assert "đang in tệp" in waiting.text
    assert file.headers["Content-Type"] == "application/pdf"
    assert b"".join(file.streaming_content).startswith(b"%PDF")


def test_a_sheet_that_still_prints_has_no_file_yet(client, place, served, editor):
    sheet = ask(place, procedure=served)
    sign_in_proved(client, editor)

    answer = client.get(reverse("procedures:editor_sheet_file", args=[sheet.pk]))

    assert answer.status_code == 302


def test_another_agencys_sheet_does_not_exist(client, place, served):
    sheet = ask(place, procedure=served)
    other = StaffFactory(role=Role.EDITOR, unit=UnitFactory(parent=place.agency))
    # What they do for the province as no editor opens no wall to them.
    StaffRoleFactory(user=other, role=Role.LEADER, unit=place.agency.parent)
    sign_in_proved(client, other)

    answers = [
        client.get(reverse("procedures:editor_sheet_file", args=[sheet.pk])),
        client.post(reverse("procedures:editor_sheet_retire", args=[sheet.pk])),
        client.post(reverse("procedures:editor_sheet_again", args=[sheet.pk])),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]
    sheet.refresh_from_db()
    assert sheet.retired_at is None


@pytest.mark.parametrize("what", ["", "p0", "f99999999999", "p1; DROP", "x"])
def test_anything_else_is_refused_in_words(client, place, served, editor, what):
    sign_in_proved(client, editor)

    answer = client.post(reverse("procedures:editor_sheets"), {"what": what})

    assert answer.status_code == 422
    assert not PostingSheet.objects.exists()


def test_a_local_rule_makes_the_sheets_of_its_place_stale(place, served):
    ask(place, procedure=served)
    posting.print_due(at=timezone.now())
    LocalRuleFactory(procedure=served, unit=UnitFactory(), tier="")
    LocalRuleFactory(tier=place.agency.tier)  # about another procedure
    assert [row.is_stale for row in rows(place)] == [False]

    LocalRuleFactory(procedure=served, unit=place.agency, tier="")

    assert [row.is_stale for row in rows(place)] == [True]
