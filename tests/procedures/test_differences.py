"""What differs in two revisions, told in sentences."""

import copy

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from procedures.differences import Kind, compare
from procedures.differences.words import text_changes
from procedures.enums import FeeStatus, FilingChannel
from procedures.models import FeeRule, FormVersion, Paper, ProcessingTime
from procedures.services import drafting
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import (
    CaseFactory,
    FeeRuleFactory,
    PaperFactory,
    ProcedureFactory,
    RevisionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def published():
    revision = RevisionFactory()
    FeeRuleFactory(case=revision.cases.get(), amount_vnd=30_000)
    return revision


@pytest.fixture
def draft(published):
    return drafting.open_draft(
        code=published.procedure.code, editor=StaffFactory(role=Role.EDITOR), at=timezone.now()
    )


def said(old, new):
    return {
        str(part.label): [change.sentence for change in part.changes] for part in compare(old, new)
    }


def test_a_fresh_draft_differs_in_nothing(published, draft):
    assert compare(published, draft) == []


def test_every_scalar_of_the_content_is_told(published, draft):
    draft.name = "Cấp trích lục"
    draft.results = ["Trích lục"]
    draft.dossier_sets = 2
    draft.presence_required = True
    draft.decision_number = "99/QĐ-UBND"

    told = said(published, draft)

    assert told["Tên và mô tả"] == [
        f"Tên chính thức: “{published.name}” thành “Cấp trích lục”.",
        "Bỏ kết quả “Giấy xác nhận”.",
        "Thêm kết quả “Trích lục”.",
    ]
    assert "Số bộ hồ sơ: “1” thành “2”." in told["Cách nộp"]
    assert "Nay bắt buộc phải có mặt." in told["Cách nộp"]
    assert "99/QĐ-UBND" in told["Căn cứ và quyết định công bố"][0]


def test_a_shorter_time_and_a_new_case_are_told(published, draft):
    case = draft.cases.get()
    ProcessingTime.objects.filter(case=case, channel=FilingChannel.ONLINE).update(amount=3)
    ProcessingTime.objects.filter(case=case, channel=FilingChannel.COUNTER).delete()
    CaseFactory(revision=draft, key="luu-dong", name="Đăng ký lưu động", position=1)

    told = said(published, draft)["Trường hợp và thời hạn"]

    assert told == [
        "Thêm trường hợp “Đăng ký lưu động”.",
        "Trường hợp “Thông thường”, tại quầy: không nhận theo cách này nữa.",
        (
            "Trường hợp “Thông thường”, trực tuyến, thời hạn: “5 ngày làm việc” thành “3 ngày làm "
            "việc”."
        ),
    ]


def test_a_fee_that_becomes_undetermined_is_told(published, draft):
    FeeRule.objects.filter(case__revision=draft).update(
        status=FeeStatus.UNDETERMINED, amount_vnd=None
    )

    told = said(published, draft)["Phí, lệ phí"]

    assert told == [
        (
            "“Lệ phí cấp giấy xác nhận”, trường hợp “Thông thường”, mức thu: “30.000 đồng / lần” "
            "thành “chưa xác định”."
        )
    ]


def test_papers_that_came_went_and_changed_are_told(published, draft):
    Paper.objects.get(revision=draft, key="can-cuoc").delete()
    Paper.objects.filter(revision=draft, key="giay-chung-sinh").update(
        is_mandatory=False, condition="Nếu có"
    )
    PaperFactory(revision=draft, key="anh", name="Ảnh chân dung", originals=0, copies=2)

    told = said(published, draft)["Giấy tờ"]

    assert "Bỏ giấy tờ “Thẻ căn cước”." in told
    assert "Thêm giấy tờ “Ảnh chân dung” (bắt buộc, 0 bản chính, 2 bản sao)." in told
    assert (
        "Giấy tờ “Giấy chứng sinh”, bắt buộc hay không: “bắt buộc” thành “không bắt buộc”." in told
    )
    assert "Giấy tờ “Giấy chứng sinh”, khi nào phải nộp: thêm “Nếu có”." in told


def test_a_renamed_and_a_removed_question_are_told(published, draft):
    definition = copy.deepcopy(published.form_version.definition)
    fields = definition["sections"][0]["fields"]
    was = fields[0]["label"]
    fields[0]["label"] = "Họ và tên khai sinh"
    fields.append({"key": "ghi_chu_moi", "type": "text", "label": "Ghi chú thêm"})
    draft.form_version = FormVersion.objects.create(
        procedure=published.procedure, number=2, name="Tờ khai", definition=definition
    )

    told = said(published, draft)["Tờ khai điện tử"]

    assert f"Câu hỏi: “{was}” thành “Họ và tên khai sinh”." in told
    assert "Thêm câu hỏi “Ghi chú thêm” (chữ, một dòng)." in told
    assert any(one.startswith("Bỏ câu hỏi") for one in said(draft, published)["Tờ khai điện tử"])


def test_a_long_text_is_told_by_the_sentences_that_changed():
    old = " ".join(f"Câu thứ {number} của phần này giữ nguyên." for number in range(20))
    new = old.replace("Câu thứ 7 của", "Câu số bảy của")

    changes = list(text_changes("Yêu cầu", old, new))

    assert [change.kind for change in changes] == [Kind.CHANGED]
    assert "Câu số bảy" in changes[0].sentence
    assert "Câu thứ 8" not in changes[0].sentence


def test_spaces_alone_are_no_difference():
    assert list(text_changes("Yêu cầu", "Một  hai\n", "Một hai")) == []


def test_a_text_of_a_megabyte_is_told_at_once():
    changes = list(text_changes("Yêu cầu", "a. " * 300_000, "b. " * 300_000))

    assert [change.kind for change in changes] == [Kind.CHANGED]


@pytest.mark.parametrize(
    "query", ["", "?tu=1&den=2", "?tu=abc&den=99999999999", "?tu=2&den=1", "?tu=&den="]
)
def test_the_page_takes_any_numbers(client, published, draft, query):
    draft.summary = "Điều mới"
    draft.save()
    sign_in_proved(client, StaffFactory(role=Role.PUBLISHER))

    page = client.get(
        reverse("procedures:editor_differences", args=[published.procedure.code]) + query
    )

    assert page.status_code == 200
    assert "Điều mới" in page.text


def test_a_procedure_with_nothing_to_compare_says_so(client):
    sign_in_proved(client, StaffFactory(role=Role.EDITOR))

    page = client.get(reverse("procedures:editor_differences", args=[ProcedureFactory().code]))

    assert "chưa có gì để so sánh" in page.text
