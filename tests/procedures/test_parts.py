"""Saving one part of a draft: what is written, what is kept apart, what is refused."""

from dataclasses import replace
from datetime import date, time

import pytest
from django.utils import timezone

from accounts.enums import Role
from procedures.enums import FeeStatus, FilingChannel, PaperSource, RevisionState, TimeUnit
from procedures.models import Case, Paper, PrintableForm, Revision
from procedures.services import drafting, parts_cases, parts_fees, parts_papers, parts_texts
from procedures.services.drafting import PageMark
from procedures.services.parts import NeedsConsent, RowsRefused, settle_keys
from procedures.services.parts_cases import CaseRow, Cases, TimeRow
from procedures.services.parts_fees import Exemption, Fees, Reduction, Step
from procedures.services.parts_papers import FormFile, FormRow, Forms, Papers
from procedures.services.parts_texts import Ground, Order, OrderStep
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import CaseFactory, FeeRuleFactory, RevisionFactory

pytestmark = pytest.mark.django_db

# What reads a part, and what saves it.
SAVE = {
    parts_texts.read_general: parts_texts.save_text,
    parts_texts.read_order: parts_texts.save_text,
    parts_texts.read_filing: parts_texts.save_text,
    parts_texts.read_grounds: parts_texts.save_text,
    parts_cases.read_cases: parts_cases.save_cases,
    parts_fees.read_fees: parts_fees.save_fees,
    parts_papers.read_papers: parts_papers.save_papers,
    parts_papers.read_forms: parts_papers.save_forms,
}


@pytest.fixture
def draft():
    published = RevisionFactory()
    FeeRuleFactory(case=published.cases.get())
    editor = StaffFactory(role=Role.EDITOR)
    return drafting.open_draft(code=published.procedure.code, editor=editor, at=timezone.now())


def save(draft, use_case, data, **more):
    fresh = Revision.objects.get(pk=draft.pk)
    arguments = {"version": fresh.version, "editor": fresh.edited_by} | more
    return use_case(revision_id=draft.pk, at=timezone.now(), data=data, **arguments)


@pytest.mark.parametrize("read", SAVE)
def test_saving_what_is_stored_changes_nothing_and_voids_no_review(draft, read):
    Revision.objects.filter(pk=draft.pk).update(
        state=RevisionState.IN_REVIEW, sent_by=draft.edited_by, sent_at=timezone.now()
    )

    version = save(draft, SAVE[read], read(draft), version=99)

    draft.refresh_from_db()
    assert version == draft.version == 0
    assert draft.state == RevisionState.IN_REVIEW


# Another content of each part, that no draft has from the factories.
OTHERS = {
    parts_texts.read_general: lambda said: replace(
        said, name="Tên mới", keywords=("khóa",), results=("Một", "Hai")
    ),
    parts_texts.read_order: lambda _said: Order(
        (OrderStep("Nộp", "Nộp hồ sơ."), OrderStep("Nhận", "Nhận kết quả."))
    ),
    parts_texts.read_filing: lambda said: replace(
        said, dossier_sets=2, presence_required=True, presence_note="Khi nhận"
    ),
    parts_texts.read_grounds: lambda said: replace(
        said,
        grounds=(Ground("60/2014/QH13", "Luật Hộ tịch", "2014-11-20", "Quốc hội"),),
        decision_date=date(2026, 3, 1),
    ),
    parts_cases.read_cases: lambda said: Cases((replace(said.cases[0], name="Đổi tên"),)),
    parts_fees.read_fees: lambda said: Fees(
        (replace(said.fees[0], amount_vnd=50_000, ground="Thông tư 1"),)
    ),
    parts_papers.read_papers: lambda said: Papers(tuple(reversed(said.papers))),
    parts_papers.read_forms: lambda _said: Forms(
        (FormRow("", "Tờ khai", "", FormFile("kept/aa/x", "application/pdf", 9, 1)),)
    ),
}


def changed(draft, read):
    return OTHERS[read](read(draft))


@pytest.mark.parametrize("read", SAVE)
def test_a_change_is_one_version_by_its_editor_and_voids_the_review(draft, read):
    Revision.objects.filter(pk=draft.pk).update(
        state=RevisionState.IN_REVIEW, sent_by=draft.edited_by, sent_at=timezone.now()
    )
    colleague = StaffFactory(role=Role.EDITOR)
    data = changed(draft, read)

    version = save(draft, SAVE[read], data, editor=colleague)

    draft.refresh_from_db()
    assert (version, draft.version, draft.edited_by) == (1, 1, colleague)
    assert draft.state == RevisionState.DRAFT
    if not isinstance(data, Forms):
        assert read(draft) == data


@pytest.mark.parametrize("read", SAVE)
def test_a_stale_page_and_a_published_revision_are_not_written(draft, read):
    data = changed(draft, read)
    Revision.objects.filter(pk=draft.pk).update(version=4)
    before = read(draft)

    with pytest.raises(drafting.StaleRevision):
        save(draft, SAVE[read], data, version=3)
    with pytest.raises(drafting.NotEditable):
        save(draft.based_on, SAVE[read], data, version=0, editor=draft.edited_by)

    assert read(draft) == before


def test_an_open_page_never_conflicts_with_its_own_last_save(draft):
    order = changed(draft, parts_texts.read_order)
    page = PageMark("trang-1")
    save(draft, parts_texts.save_text, order, version=0, page=page)

    # The answer got lost: the page still believes in version 0.
    again = Order(order.steps[:1])
    assert save(draft, parts_texts.save_text, again, version=0, page=page) == 2
    save(draft, parts_texts.save_text, order, version=0, page=PageMark("trang-1", leaves=True))
    with pytest.raises(drafting.StaleRevision):
        save(draft, parts_texts.save_text, again, version=0, page=page)


def test_a_colleagues_save_ends_what_a_page_may_do(draft):
    order = changed(draft, parts_texts.read_order)
    page = PageMark("trang-1")
    save(draft, parts_texts.save_text, order, page=page)
    save(draft, parts_texts.save_text, Order(()), editor=StaffFactory(role=Role.EDITOR))

    with pytest.raises(drafting.StaleRevision):
        save(draft, parts_texts.save_text, order, version=0, page=page)


def test_keys_are_made_of_names_once_and_kept():
    rows = [
        ("", "Giấy chứng sinh"),
        ("can-cuoc", "Đổi tên"),
        ("", "Giấy chứng sinh"),
        ("lạ", "Ảnh"),
    ]

    keys = settle_keys(rows, known=["can-cuoc", "anh"], plain="giay-to")

    assert keys == ["giay-chung-sinh", "can-cuoc", "giay-chung-sinh-2", "anh-2"]


def test_no_row_of_another_draft_is_reached_by_its_key(draft):
    other = RevisionFactory(procedure__code="9.999999")
    row = replace(parts_papers.read_papers(draft).papers[0], name="Khác")

    save(draft, parts_papers.save_papers, Papers((row,)))

    assert set(other.papers.values_list("key", flat=True)) == {"giay-chung-sinh", "can-cuoc"}
    assert draft.papers.get().name == "Khác"


def test_a_renamed_and_moved_paper_stays_the_same_row(draft):
    papers = parts_papers.read_papers(draft).papers
    before = draft.papers.get(key="can-cuoc").pk
    moved = (replace(papers[1], name="Căn cước hoặc hộ chiếu"), papers[0])

    save(draft, parts_papers.save_papers, Papers(moved))

    first = draft.papers.first()
    assert (first.pk, first.key, first.name) == (before, "can-cuoc", "Căn cước hoặc hộ chiếu")


def two_cases(draft):
    CaseFactory(revision=draft, key="qua-han", name="Quá hạn", position=1)
    FeeRuleFactory(case=Case.objects.get(revision=draft, key="qua-han"), name="Lệ phí quá hạn")
    Paper.objects.create(revision=draft, key="don", name="Đơn giải trình", case_keys=["qua-han"])
    draft.papers.filter(key="can-cuoc").update(case_keys=["qua-han", "thong-thuong"])
    PrintableForm.objects.create(
        revision=draft, paper=draft.papers.get(key="don"), key="mau", name="Mẫu", size=1
    )
    return parts_cases.read_cases(draft).cases


def test_a_case_goes_only_with_what_hangs_on_it_and_by_consent(draft):
    usual, _overdue = two_cases(draft)

    with pytest.raises(NeedsConsent) as asked:
        save(draft, parts_cases.save_cases, Cases((usual,)), agreed={"khac"})
    assert asked.value.keys == {"qua-han"}
    said = " ".join(asked.value.consequences)
    for named in ("Lệ phí quá hạn", "Đơn giải trình", "Thẻ căn cước"):
        assert named in said
    assert draft.cases.count() == 2

    save(draft, parts_cases.save_cases, Cases((usual,)), agreed={"qua-han"})

    assert draft.cases.get().key == "thong-thuong"
    assert set(draft.papers.values_list("key", flat=True)) == {"giay-chung-sinh", "can-cuoc"}
    assert draft.papers.get(key="can-cuoc").case_keys == ["thong-thuong"]
    assert draft.printable_forms.get().paper is None


def test_another_case_becomes_the_usual_one_and_times_follow_the_channels(draft):
    usual, overdue = two_cases(draft)
    at_once = TimeRow(FilingChannel.COUNTER, TimeUnit.SAME_DAY, None, time(15), "")
    later = TimeRow(FilingChannel.ONLINE, TimeUnit.NONE_GIVEN, None, None, "Tùy việc")
    data = Cases(
        (
            replace(overdue, is_default=True, times=(at_once, later)),
            replace(usual, is_default=False, times=()),
        )
    )

    save(draft, parts_cases.save_cases, data)

    assert [case.key for case in draft.cases.all()] == ["qua-han", "thong-thuong"]
    assert draft.cases.get(is_default=True).key == "qua-han"
    assert parts_cases.read_cases(draft).cases[0].times == (later, at_once)
    assert draft.cases.get(key="thong-thuong").times.count() == 0


@pytest.mark.parametrize("defaults", [(), (False,), (True, True)])
def test_exactly_one_case_is_the_usual_one(draft, defaults):
    rows = tuple(CaseRow("", f"Trường hợp {at}", "", one, ()) for at, one in enumerate(defaults))

    with pytest.raises(parts_cases.NoCase):
        save(draft, parts_cases.save_cases, Cases(rows))


def test_a_fee_is_fixed_only_with_its_ground(draft):
    rule = draft.cases.get().fees.get()
    rule.status, rule.amount_vnd = FeeStatus.UNDETERMINED, None
    rule.text = "0 đồng, theo quy định của địa phương"
    rule.save()
    [row] = parts_fees.read_fees(draft).fees

    for status, amount in ((FeeStatus.AMOUNT, 8_000), (FeeStatus.FREE, None)):
        fixed = replace(row, status=status, amount_vnd=amount)
        with pytest.raises(RowsRefused) as refused:
            save(draft, parts_fees.save_fees, Fees((fixed,)))
        assert [(one.row, one.field) for one in refused.value.problems] == [(0, "ground")]
    rule.refresh_from_db()
    assert rule.status == FeeStatus.UNDETERMINED

    fixed = replace(row, status=FeeStatus.AMOUNT, amount_vnd=8_000, ground="Nghị quyết 5, Điều 2")
    save(draft, parts_fees.save_fees, Fees((fixed,)))
    rule.refresh_from_db()
    assert (rule.amount_vnd, rule.ground) == (8_000, "Nghị quyết 5, Điều 2")


def test_an_old_amount_without_ground_does_not_stand_in_the_way_of_the_rest(draft):
    [row] = parts_fees.read_fees(draft).fees
    assert not row.ground

    save(draft, parts_fees.save_fees, Fees((replace(row, name="Lệ phí hộ tịch"),)))

    assert draft.cases.get().fees.get().name == "Lệ phí hộ tịch"


def test_a_fee_keeps_steps_exemptions_and_reductions(draft):
    [row] = parts_fees.read_fees(draft).fees
    full = replace(
        row,
        ground="Thông tư 2",
        tiers=(Step(3, 1_000),),
        exemptions=(Exemption("", "Người có công", "Giấy xác nhận"),),
        reductions=(Reduction(FilingChannel.ONLINE, 50),),
        cap_vnd=200_000,
    )

    save(draft, parts_fees.save_fees, Fees((full,)))

    rule = draft.cases.get().fees.get()
    assert rule.tiers == [{"from": 3, "amount_vnd": 1_000}]
    assert rule.exemptions == [
        {"key": "nguoi-co-cong", "name": "Người có công", "proof": "Giấy xác nhận"}
    ]
    assert rule.reductions == [{"channel": "ONLINE", "percent": 50}]


def test_a_fee_or_paper_of_a_case_that_is_not_there_is_refused(draft):
    [fee] = parts_fees.read_fees(draft).fees
    paper = parts_papers.read_papers(draft).papers[0]

    with pytest.raises(RowsRefused):
        save(draft, parts_fees.save_fees, Fees((replace(fee, case_key="la"),)))
    with pytest.raises(RowsRefused):
        save(draft, parts_papers.save_papers, Papers((replace(paper, case_keys=("la",)),)))


def test_a_paper_leaves_its_form_behind_by_consent(draft):
    paper = draft.papers.get(key="can-cuoc")
    paper.source = PaperSource.EFORM
    paper.save()
    PrintableForm.objects.create(revision=draft, paper=paper, key="mau", name="Mẫu", size=1)
    left = tuple(row for row in parts_papers.read_papers(draft).papers if row.key != "can-cuoc")

    with pytest.raises(NeedsConsent):
        save(draft, parts_papers.save_papers, Papers(left))
    save(draft, parts_papers.save_papers, Papers(left), agreed={"can-cuoc"})

    assert draft.printable_forms.get().paper is None


def test_printable_forms_stand_in_the_order_of_the_page(draft):
    rows = [
        FormRow("", name, "", FormFile(f"kept/aa/{name}", "application/pdf", 10, 1))
        for name in ("Một", "Hai", "Ba")
    ]
    save(draft, parts_papers.save_forms, Forms(tuple(rows)))
    first, second, third = parts_papers.read_forms(draft).forms

    save(draft, parts_papers.save_forms, Forms((third, first, second)))

    assert [row.name for row in parts_papers.read_forms(draft).forms] == ["Ba", "Một", "Hai"]
    # The files went along.
    assert [form.storage_key for form in draft.printable_forms.all()] == [
        "kept/aa/Ba", "kept/aa/Một", "kept/aa/Hai",
    ]  # fmt: skip


def test_a_form_needs_a_file_once_and_its_file_is_replaced_without_touching_the_published(draft):
    with pytest.raises(RowsRefused):
        save(draft, parts_papers.save_forms, Forms((FormRow("", "Tờ khai", ""),)))
    first = FormFile("kept/aa/1", "application/pdf", 10, 1)
    save(draft, parts_papers.save_forms, Forms((FormRow("", "Tờ khai", "can-cuoc", first),)))
    [row] = parts_papers.read_forms(draft).forms
    assert row == FormRow("to-khai", "Tờ khai", "can-cuoc")

    save(draft, parts_papers.save_forms, Forms((replace(row, name="Tờ khai mới"),)))
    assert draft.printable_forms.get().storage_key == "kept/aa/1"
    second = replace(first, storage_key="kept/aa/2")
    save(draft, parts_papers.save_forms, Forms((replace(row, file=second),)))
    assert draft.printable_forms.get().storage_key == "kept/aa/2"
