"""What an import found is looked through by people, and what it put aside is adopted or gone."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.enums import Role
from procedures.enums import RevisionState
from procedures.importing.findings import Kind, read_findings
from procedures.models import FindingReview, ImportedRecord, Procedure, Revision
from procedures.services import drafting, finding_reviews
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import ProcedureFactory, RevisionFactory
from tests.procedures.national import AT, LATER, component, fee, listed, method, source, take

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 3, 2, 0, tzinfo=UTC)


@pytest.fixture
def editor():
    return StaffFactory(role=Role.EDITOR, full_name="Lê Thị Soạn")


@pytest.fixture
def page(client, editor):
    return sign_in_proved(client, editor)


def doubtful(code="9.900001", **more):
    """Return a record with a fee that is not certain and a time without a unit."""
    methods = [method(unit="OTHER", fees=[fee(0, "Theo nghị quyết của tỉnh")])]
    return source(code, methods=methods, **more)


def digest_of(record, kind):
    return next(one.digest for one in read_findings(record.findings) if one.kind == kind)


def test_kinds_are_counted_and_filtered(page):
    take(doubtful(), doubtful("9.900003", name="Cấp phép nuôi ong"), listed())

    every = page.get(reverse("procedures:editor_findings")).text
    fees = page.get(reverse("procedures:editor_findings"), {"loai": Kind.FEE_ZERO_WITH_TEXT}).text

    assert "9.900001" in every
    assert "9.900002" not in every
    assert "Theo nghị quyết của tỉnh" in fees
    assert "không rõ đơn vị" not in fees.split("<table")[1]


def test_page_of_a_record_tells_what_the_source_said_and_what_we_hold(page):
    take(doubtful())

    text = page.get(reverse("procedures:editor_finding", args=["9.900001"])).text

    assert "0 VND Theo nghị quyết của tỉnh" in text
    assert "chưa xác định, cơ quan sẽ báo mức thu" in text
    assert "5 OTHER" in text
    assert "Theo từng trường hợp" in text


def test_leaving_one_finding_is_noted_with_who_and_when(page, editor):
    take(doubtful())
    record = ImportedRecord.objects.get()
    digest = digest_of(record, Kind.FEE_ZERO_WITH_TEXT)

    for _press in range(2):
        page.post(
            reverse("procedures:editor_finding_keep", args=["9.900001"]), {"phat_hien": digest}
        )

    review = FindingReview.objects.get()
    assert (review.reviewed_by, review.kind) == (editor, Kind.FEE_ZERO_WITH_TEXT)
    record.refresh_from_db()
    assert record.open_kinds == [Kind.TIME_UNIT_OTHER]
    assert record.needs_review
    assert review.events.get().pgh_label == "insert"
    assert "Lê Thị Soạn" in page.get(reverse("procedures:editor_finding", args=["9.900001"])).text


def test_page_of_a_kind_is_left_at_once_and_other_kinds_wait_on(page):
    take(doubtful(), doubtful("9.900003", name="Cấp phép nuôi ong"), doubtful("9.900004", name="C"))

    page.post(
        reverse("procedures:editor_findings_keep"),
        {"loai": Kind.TIME_UNIT_OTHER, "ma": ["9.900001", "9.900003", "khong-co"]},
    )

    waiting = dict(ImportedRecord.objects.values_list("procedure__code", "open_kinds"))
    assert waiting["9.900001"] == waiting["9.900003"] == [Kind.FEE_ZERO_WITH_TEXT]
    assert waiting["9.900004"] == [Kind.FEE_ZERO_WITH_TEXT, Kind.TIME_UNIT_OTHER]


def test_last_finding_left_closes_the_record(editor):
    take(doubtful())
    for kind in (Kind.FEE_ZERO_WITH_TEXT, Kind.TIME_UNIT_OTHER):
        finding_reviews.keep_kind(codes=["9.900001"], kind=kind, editor=editor, at=NOW)

    assert not ImportedRecord.objects.get().needs_review


def test_newer_record_that_says_the_same_needs_no_new_look(editor):
    take(doubtful())
    finding_reviews.keep_kind(
        codes=["9.900001"], kind=Kind.FEE_ZERO_WITH_TEXT, editor=editor, at=NOW
    )

    take(doubtful(requirements="Mới"), at=LATER)

    assert ImportedRecord.objects.get().open_kinds == [Kind.TIME_UNIT_OTHER]


def test_repaired_findings_ask_nobody():
    take(source(" 9.900001", components=[component("Đơn"), component("Lưu ý", originals=0)]))

    record = ImportedRecord.objects.get()
    assert {one.kind for one in read_findings(record.findings)} == {
        Kind.CODE_REPAIRED,
        Kind.NOTE_AS_PAPER,
    }
    assert (record.needs_review, record.open_kinds) == (False, [])


def test_finding_that_is_not_there_is_said(page):
    take(doubtful())

    answer = page.post(
        reverse("procedures:editor_finding_keep", args=["9.900001"]),
        {"phat_hien": "x"},
        follow=True,
    )

    assert "không còn nữa" in answer.text
    assert not FindingReview.objects.exists()


def test_mending_opens_the_draft_that_people_share(page, editor):
    take(doubtful())

    answer = page.post(
        reverse("procedures:editor_finding_mend", args=["9.900001"]),
        {"loai": Kind.FEE_ZERO_WITH_TEXT},
    )

    assert answer.url.endswith("/thu-tuc/9.900001/ban-nhap/phi/")
    draft = Revision.objects.get(state=RevisionState.DRAFT)
    assert (draft.edited_by, draft.based_on.number) == (editor, 1)


class TestDraftLeftByAnImport:
    @pytest.fixture
    def left(self):
        RevisionFactory(procedure=ProcedureFactory(code="9.900001"))
        take(source())
        return Revision.objects.get(state=RevisionState.DRAFT)

    def press(self, page, left, deed):
        return page.post(
            reverse("procedures:editor_left_draft", args=["9.900001"]),
            {"revision": left.pk, "version": left.version, "viec": deed},
            follow=True,
        )

    def test_is_listed_and_adopted(self, page, editor, left):
        assert "Nhận hoặc bỏ" in page.get(reverse("procedures:editor_findings")).text

        self.press(page, left, "nhan")

        left.refresh_from_db()
        assert (left.edited_by, left.version) == (editor, 1)
        assert left.based_on == left.procedure.current_revision
        assert drafting.find_working(left.procedure) == left

    def test_beside_the_peoples_own_is_not_adopted(self, page, editor, left):
        own = drafting.open_draft(code="9.900001", editor=editor, at=NOW)

        answer = self.press(page, left, "nhan")

        assert "đang có bản nháp khác" in answer.text
        left.refresh_from_db()
        assert left.edited_by is None
        assert drafting.find_working(left.procedure) == own

    def test_is_thrown_away_beside_the_peoples_own(self, page, editor, left):
        own = drafting.open_draft(code="9.900001", editor=editor, at=NOW)

        self.press(page, left, "bo")

        assert list(Revision.objects.filter(state=RevisionState.DRAFT)) == [own]
        # The record is known: the same file does not bring the draft back.
        take(source(), at=LATER)
        assert Revision.objects.filter(state=RevisionState.DRAFT).count() == 1

    def test_that_was_adopted_is_not_thrown_away_here(self, page, editor, left):
        finding_reviews.adopt_draft(
            revision_id=left.pk, version=left.version, editor=editor, at=NOW
        )

        answer = self.press(page, left, "bo")

        assert "không còn nữa" in answer.text
        assert Revision.objects.filter(pk=left.pk).exists()

    def test_published_revision_is_never_thrown_away(self, left):
        shown = Procedure.objects.get(code="9.900001").current_revision

        with pytest.raises(drafting.NotEditable):
            finding_reviews.discard_left(revision_id=shown.pk)


def test_only_editors_and_publishers_look(client):
    take(doubtful(), at=AT)
    sign_in_proved(client, StaffFactory(role=Role.CLERK))

    assert client.get(reverse("procedures:editor_findings")).status_code == 403
