"""The pages of a draft's parts, without JavaScript: rows moved, saved, refused, compared."""

import re
from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from procedures.enums import FeeStatus, RevisionState
from procedures.models import Paper, PrintableForm, Revision
from procedures.services import drafting
from procedures.views.editor_part_pages import PAGES
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import CaseFactory, FeeRuleFactory, RevisionFactory
from tests.guardrails.test_hostile_input import HOSTILE

pytestmark = pytest.mark.django_db

INPUT = re.compile(r"<(input|select|textarea|option|button)\b([^>]*)>([^<]*)")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


@pytest.fixture
def editor():
    return StaffFactory(role=Role.EDITOR, full_name="Trần Biên Tập")


@pytest.fixture
def draft(editor):
    published = RevisionFactory()
    FeeRuleFactory(case=published.cases.get(), ground="Thông tư 1")
    return drafting.open_draft(code=published.procedure.code, editor=editor, at=timezone.now())


@pytest.fixture
def desk(client, editor):
    return sign_in_proved(client, editor)


def url_of(draft, part):
    return reverse("procedures:editor_part", args=[draft.procedure.code, part])


def fields_of(page):
    """Return what a browser without JavaScript would send for the form of the part."""
    html = page.text[page.text.index('class="part-form"') :]
    sent, select = {}, ""
    for tag, raw, text in INPUT.findall(html):
        said = dict(ATTRIBUTE.findall(raw))
        is_on = re.search(r"\bchecked\b", raw) or said.get("type") not in {"checkbox", "radio"}
        if tag == "option":
            if re.search(r"\bselected\b", raw) or select not in sent:
                sent[select] = [said["value"]]
        elif tag == "select":
            select = said["name"]
        elif "name" in said and tag != "button" and is_on and not re.search(r"\bdisabled\b", raw):
            unsaid = "on" if said.get("type") == "checkbox" else ""
            value = text.strip() if tag == "textarea" else said.get("value", unsaid)
            if said.get("type") != "file":
                sent.setdefault(said["name"], []).append(value)
    return sent


def post(desk, url, page, button="luu", **changes):
    return desk.post(url, fields_of(page) | {"viec": button} | changes)


@pytest.mark.parametrize("part", PAGES)
def test_each_part_opens_and_saved_as_it_is_changes_nothing(desk, draft, part):
    url = url_of(draft, part)
    page = desk.get(url)

    answer = post(desk, url, page)

    assert page.status_code == 200
    assert (answer.status_code, answer.url) == (302, url)
    draft.refresh_from_db()
    assert draft.version == 0


def test_a_row_moves_and_nothing_typed_is_lost_nor_saved(desk, draft):
    url = url_of(draft, "giay-to")
    page = desk.get(url)
    typed = {"papers-1-plain_name": "Căn cước của cha mẹ"}

    moved = post(desk, url, page, "len:papers:1", **typed)

    assert moved.status_code == 200
    assert fields_of(moved)["papers"] == ["1", "0"]
    assert fields_of(moved)["papers-1-plain_name"] == ["Căn cước của cha mẹ"]
    assert draft.papers.first().key == "giay-chung-sinh"

    assert post(desk, url, moved).status_code == 302
    first = draft.papers.first()
    assert (first.key, first.plain_name) == ("can-cuoc", "Căn cước của cha mẹ")


def test_rows_are_added_and_taken_away(desk, draft):
    url = url_of(draft, "trinh-tu")
    page = desk.get(url)
    added = post(desk, url, page, "them:steps")
    assert fields_of(added)["steps"] == ["0", "1"]
    # The cursor goes on in the new row, and nowhere before.
    assert "autofocus" not in page.text
    assert re.findall(r'name="([^"]+)"[^>]* autofocus', added.text) == ["steps-1-title"]

    typed = {"steps-1-title": "Nhận kết quả"}
    assert post(desk, url, added, **typed).status_code == 302
    draft.refresh_from_db()
    assert [step["title"] for step in draft.order_of_steps] == ["Nộp hồ sơ", "Nhận kết quả"]

    removed = post(desk, url, desk.get(url), "bo:steps:0")
    back = post(desk, url, removed, "lai:steps:0:0")
    assert "Đã xóa “Nộp hồ sơ”" in removed.text
    assert [fields_of(back)[f"steps-{mark}-title"] for mark in fields_of(back)["steps"]] == [
        ["Nộp hồ sơ"],
        ["Nhận kết quả"],
    ]
    # What was taken away does not come back in the place of a new row.
    assert fields_of(post(desk, url, post(desk, url, back, "bo:steps:1"), "them:steps"))[
        "steps"
    ] == ["0", "2"]
    assert post(desk, url, removed).status_code == 302
    draft.refresh_from_db()
    assert [step["title"] for step in draft.order_of_steps] == ["Nhận kết quả"]


def test_a_row_left_empty_is_no_row(desk, draft):
    for part in ("giay-to", "phi", "truong-hop", "can-cu", "bieu-mau"):
        url = url_of(draft, part)
        page = desk.get(url)
        [name] = PAGES[part].form.lists
        answer = post(desk, url, post(desk, url, page, f"them:{name}"))
        assert answer.status_code == 302, re.findall(r'field-error">(.*?)</p>', answer.text)
    draft.refresh_from_db()
    assert draft.version == 0


def test_a_row_inside_a_row_is_saved_with_it(desk, draft):
    url = url_of(draft, "phi")
    page = post(desk, url, desk.get(url), "them:fees-0-exemptions")
    page = post(desk, url, page, "them:fees-0-tiers")
    typed = {
        "fees-0-exemptions-0-name": "Trẻ em dưới 6 tuổi",
        "fees-0-tiers-0-first": "3",
        "fees-0-tiers-0-amount_vnd": "5.000",
        "fees-0-online_less": "50",
    }

    assert post(desk, url, page, **typed).status_code == 302

    rule = draft.cases.get().fees.get()
    assert [one["key"] for one in rule.exemptions] == ["tre-em-duoi-6-tuoi"]
    assert rule.tiers == [{"from": 3, "amount_vnd": 5_000}]
    assert rule.reductions == [{"channel": "ONLINE", "percent": 50}]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"fees-0-amount_vnd": "500"}, "dưới 1.000 đồng"),
        ({"fees-0-amount_vnd": "tám nghìn"}, "Chỉ ghi chữ số"),
        ({"fees-0-amount_vnd": ""}, "Ghi số tiền"),
        ({"fees-0-amount_vnd": "9" * 400}, "Số phải từ"),
        ({"fees-0-status": FeeStatus.FREE}, "chọn “có mức thu”"),
        ({"fees-0-amount_vnd": "9.000", "fees-0-ground": ""}, "Ghi căn cứ của mức thu"),
        ({"fees-0-channels": []}, "ít nhất một cách nộp"),
        ({"fees-0-valid_from": "1/3/2026", "fees-0-valid_until": "1/2/2026"}, "phải sau ngày"),
    ],
)
def test_a_fee_that_cannot_be_is_refused_in_a_sentence(desk, draft, typed, sentence):
    url = url_of(draft, "phi")

    refused = post(desk, url, desk.get(url), **typed, **{"fees-0-text": "Đã gõ dở"})

    assert refused.status_code == 422
    assert sentence in refused.text
    assert "Đã gõ dở" in refused.text
    assert draft.cases.get().fees.get().text == ""


def test_a_counted_time_needs_its_number_and_only_a_same_day_one_has_an_hour(desk, draft):
    url = url_of(draft, "truong-hop")
    page = desk.get(url)

    refused = post(
        desk, url, page, **{"cases-0-online_amount": "", "cases-0-counter_cut_off": "15h"}
    )

    assert refused.status_code == 422
    assert "Ghi thời hạn là bao nhiêu." in refused.text
    assert "Giờ chốt chỉ dùng cho việc trả trong ngày" in refused.text

    same_day = {"cases-0-counter_unit": "SAME_DAY", "cases-0-counter_cut_off": "15h30"}
    assert post(desk, url, page, **same_day, **{"cases-0-online_unit": ""}).status_code == 302
    [given] = draft.cases.get().times.all()
    assert (given.unit, given.amount, f"{given.cut_off:%H:%M}") == ("SAME_DAY", None, "15:30")


def test_a_case_is_taken_away_only_after_saying_what_goes_with_it(desk, draft):
    case = CaseFactory(revision=draft, key="qua-han", name="Quá hạn", position=1)
    FeeRuleFactory(case=case, name="Lệ phí quá hạn")
    url = url_of(draft, "truong-hop")
    without = post(desk, url, desk.get(url), "bo:cases:1")

    asked = post(desk, url, without)

    assert asked.status_code == 422
    assert "Trường hợp “Quá hạn” bị xóa cùng khoản thu: Lệ phí quá hạn." in asked.text
    assert draft.cases.count() == 2
    assert post(desk, url, asked).status_code == 422
    assert post(desk, url, asked, dong_y="qua-han").status_code == 302
    assert draft.cases.get().key == "thong-thuong"


def test_somebody_elses_newer_text_stands_beside_what_was_typed(desk, draft, editor):
    url = url_of(draft, "giay-to")
    page = desk.get(url)
    colleague = StaffFactory(role=Role.EDITOR, full_name="Lê Đồng Nghiệp")
    Revision.objects.filter(pk=draft.pk).update(
        version=5, edited_by=colleague, edited_at=timezone.now()
    )
    draft.papers.filter(key="can-cuoc").update(name="Tên do đồng nghiệp ghi")
    Paper.objects.create(revision=draft, key="moi", name="Giấy đồng nghiệp thêm", position=9)

    stale = post(desk, url, page, **{"papers-1-name": "Tên tôi đang gõ"})

    assert stale.status_code == 409
    for said in (
        "Lê Đồng Nghiệp",
        "Tên tôi đang gõ",
        "Tên do đồng nghiệp ghi",
        "Giấy đồng nghiệp thêm",
    ):
        assert said in stale.text
    assert draft.papers.get(key="can-cuoc").name == "Tên do đồng nghiệp ghi"
    assert fields_of(stale)["version"] == ["5"]
    assert post(desk, url, stale).status_code == 302
    assert draft.papers.get(key="can-cuoc").name == "Tên tôi đang gõ"


def test_autosave_saves_answers_with_keys_and_never_conflicts_with_itself(desk, draft):
    url = url_of(draft, "giay-to")
    page = post(desk, url, desk.get(url), "them:papers")
    typed = fields_of(page) | {"papers-2-name": "Sổ hộ khẩu", "autosave": "1"}

    first = desk.post(url, typed, headers={"X-Autosave": "1"})

    assert first.status_code == 200, first.text
    fields = first.json()["fields"]
    assert fields["version"] == "1"
    assert fields["papers-2-key_field"] == "so-ho-khau"
    # The answer was lost on the way: the page knows neither version nor key.
    again = desk.post(url, typed | {"papers-2-name": "Sổ cũ"}, headers={"X-Autosave": "1"})
    assert again.status_code == 200
    assert list(draft.papers.values_list("name", flat=True))[2:] == ["Sổ cũ"]

    drafting_colleague = StaffFactory(role=Role.EDITOR, full_name="Lê Đồng Nghiệp")
    Revision.objects.filter(pk=draft.pk).update(
        version=9, edit_page="", edited_by=drafting_colleague
    )
    stale = desk.post(url, typed, headers={"X-Autosave": "1"})
    assert stale.status_code == 409
    assert "Lê Đồng Nghiệp" in stale.json()["sentence"]


def test_autosave_says_what_to_mend(desk, draft):
    url = url_of(draft, "chung")
    typed = fields_of(desk.get(url)) | {"name": ""}

    refused = desk.post(url, typed, headers={"X-Autosave": "1"})

    assert refused.status_code == 422
    assert refused.json()["sentence"] == "Chưa lưu. Tên chính thức: Cần điền mục này."


def test_a_review_is_void_after_an_edit_and_the_page_says_so_before(desk, draft, editor):
    Revision.objects.filter(pk=draft.pk).update(
        state=RevisionState.IN_REVIEW, sent_by=editor, sent_at=timezone.now()
    )
    url = url_of(draft, "chung")
    page = desk.get(url)
    assert "đang chờ duyệt" in page.text

    assert post(desk, url, page, summary="Tóm tắt mới").status_code == 302

    draft.refresh_from_db()
    assert draft.state == RevisionState.DRAFT


def test_what_was_typed_is_shown_when_the_draft_has_gone(desk, draft, editor):
    url = url_of(draft, "chung")
    page = desk.get(url)
    drafting.discard_draft(revision_id=draft.pk, version=0, editor=editor, at=timezone.now())

    gone = post(desk, url, page, summary="Đoạn gõ rất lâu")

    assert gone.status_code == 409
    assert "Đoạn gõ rất lâu" in gone.text
    assert desk.get(url).status_code == 302


@pytest.mark.parametrize("part", PAGES)
def test_no_value_in_any_field_breaks_a_part(desk, draft, part):
    """Attack: malformed input in all fields of a part at once, then in each alone."""
    url = url_of(draft, part)
    page = desk.get(url)
    lists = PAGES[part].form.lists
    for name in lists:
        page = post(desk, url, page, f"them:{name}")
    sent = fields_of(page)
    typed = [name for name in sent if name not in {"csrfmiddlewaretoken", "version", *lists}]

    def answer(fields, button="luu"):
        Revision.objects.filter(pk=draft.pk).update(version=0)
        return desk.post(url, sent | {"version": "0"} | fields | {"viec": button}).status_code

    answers = {}
    for label, raw in HOSTILE.items():
        value = raw.decode("utf-8", "replace")[:30_000]
        answers[label] = answer(dict.fromkeys([*typed, "version"], value))
        if label not in {"NUL", "code", "superscript digit", "beyond a bigint"}:
            continue
        answers[f"{label} pressed"] = answer({}, f"them:{value[:50]}:{value[:9]}")
        answers[f"{label} rows"] = answer({key: [value[:9], "1", "-1", "0"] for key in lists})
    for name in typed[:14]:
        answers[name] = answer({name: HOSTILE["digits without end"].decode()})

    # NUL is refused before any view, in every part of the portal.
    expected = {200, 302, 400, 409, 422}
    assert {label: code for label, code in answers.items() if code not in expected} == {}
    assert {code for label, code in answers.items() if "NUL" not in label} <= expected - {400}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Tóm tắt", "Tóm tắt"),
        ("  dưới < 5 ngày \r\n\r\n\r\n\r\nhết", "dưới < 5 ngày\n\nhết"),
        ("<b>Đậm</b>", None),
        ("a&nbsp;b", None),
        ("x" * 1_000_000, None),
    ],
)
def test_text_is_composed_and_plain_or_refused(desk, draft, value, kept):
    url = url_of(draft, "chung")

    answer = post(desk, url, desk.get(url), summary=value)

    draft.refresh_from_db()
    assert answer.status_code == (302 if kept else 422)
    assert draft.summary == (kept or "Xác nhận thông tin đã ghi trong sổ hộ tịch.")


def test_five_hundred_rows_are_refused_with_a_sentence(desk, draft):
    url = url_of(draft, "giay-to")
    sent = fields_of(desk.get(url))
    row = {
        name.removeprefix("papers-0-"): value
        for name, value in sent.items()
        if name.startswith("papers-0-")
    } | {"key_field": ""}
    marks = [str(mark) for mark in range(500)]
    many = {f"papers-{mark}-{name}": value for mark in marks for name, value in row.items()}

    refused = desk.post(url, sent | many | {"papers": marks, "viec": "luu"})

    assert refused.status_code == 422
    assert "Nhiều nhất 150 dòng “giấy tờ” mỗi trang." in refused.text
    assert draft.papers.count() == 2


def pdf():
    out = BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        file.save(out)
    return out.getvalue()


def test_a_form_is_uploaded_handed_out_replaced_and_removed(desk, draft):
    url = url_of(draft, "bieu-mau")
    page = post(desk, url, desk.get(url), "them:forms")
    missing = post(desk, url, page, **{"forms-0-name": "Tờ khai/mẫu 1"})
    assert missing.status_code == 422
    assert "Chọn tệp của biểu mẫu này." in missing.text

    first = SimpleUploadedFile("to-khai.pdf", pdf())
    typed = {"forms-0-name": "Tờ khai/mẫu 1", "forms-0-paper_key": "can-cuoc"}
    assert post(desk, url, page, **typed, **{"forms-0-file": first}).status_code == 302
    form = draft.printable_forms.get()
    assert (form.paper.key, form.mime, form.pages) == ("can-cuoc", "application/pdf", 1)
    handed = desk.get(reverse("procedures:editor_printable", args=[draft.procedure.code, form.key]))
    assert b"".join(handed.streaming_content).startswith(b"%PDF")

    other = SimpleUploadedFile("khac.pdf", pdf() + b"\n")
    assert post(desk, url, desk.get(url), **{"forms-0-file": other}).status_code == 302
    assert draft.printable_forms.get().storage_key != form.storage_key

    assert post(desk, url, post(desk, url, desk.get(url), "bo:forms:0")).status_code == 302
    assert not draft.printable_forms.exists()


def test_forms_are_moved_without_javascript_and_their_files_go_along(desk, draft):
    for name in ("mot", "hai"):
        PrintableForm.objects.create(revision=draft, key=name, name=name, storage_key=name, size=1)
    url = url_of(draft, "bieu-mau")
    page = desk.get(url)
    assert f'id="len-{page.context["form"].rows["forms"][1].prefix}"' in page.text

    moved = post(desk, url, page, "len:forms:1")
    assert post(desk, url, moved).status_code == 302

    stored = draft.printable_forms.values_list("name", "storage_key")
    assert list(stored) == [("hai", "hai"), ("mot", "mot")]


@pytest.mark.parametrize("name", ["anh.png", "macro.docm", "trang.html"])
def test_a_file_of_another_kind_is_refused_and_the_rest_kept(desk, draft, name):
    url = url_of(draft, "bieu-mau")
    page = post(desk, url, desk.get(url), "them:forms")
    file = SimpleUploadedFile(name, b"<html>")

    refused = post(desk, url, page, **{"forms-0-name": "Tờ khai", "forms-0-file": file})

    assert refused.status_code == 422
    assert fields_of(refused)["forms-0-name"] == ["Tờ khai"]
    assert not draft.printable_forms.exists()


def test_a_blank_form_is_made_of_the_eform_and_made_anew(desk, draft):
    draft.papers.filter(key="can-cuoc").update(source="EFORM")
    url = url_of(draft, "bieu-mau")

    assert post(desk, url, desk.get(url), "lap-mau").status_code == 302

    form = draft.printable_forms.get()
    assert (form.name, form.paper.key) == ("Tờ khai cấp giấy xác nhận", "can-cuoc")
    assert post(desk, url, desk.get(url), "lap-mau").status_code == 302
    assert PrintableForm.objects.get(revision=draft).storage_key != form.storage_key


def test_a_draft_without_an_eform_says_that_none_can_be_printed(desk, draft):
    Revision.objects.filter(pk=draft.pk).update(form_version=None)
    url = url_of(draft, "bieu-mau")

    assert post(desk, url, desk.get(url), "lap-mau").status_code == 422


def test_a_question_with_its_answers_is_written_without_javascript(desk, draft):
    CaseFactory(revision=draft, key="tre", name="Trễ hạn", position=1)
    url = url_of(draft, "cau-hoi")
    page = post(desk, url, desk.get(url), "them:questions")
    for _answer in range(2):
        page = post(desk, url, page, "them:questions-0-options")
    typed = {
        "questions-0-text": "Đã quá hạn chưa?",
        "questions-0-options-0-text": "Chưa",
        "questions-0-options-0-cases": ["thong-thuong"],
        "questions-0-options-1-text": "Rồi",
    }

    refused = post(desk, url, page, **typed | {"questions-0-options-1-cases": ["thong-thuong"]})
    assert refused.status_code == 422
    assert "Trả lời thế nào cũng còn lại các trường hợp như nhau." in refused.text
    assert "Đã quá hạn chưa?" in refused.text

    assert post(desk, url, page, **typed | {"questions-0-options-1-cases": ["tre"]}).url == url
    options = draft.case_questions.get().options
    assert [one["cases"] for one in options] == [["thong-thuong"], ["tre"]]
