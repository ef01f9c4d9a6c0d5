"""The editor of e-forms as a browser without script meets it."""

import json
import re
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from procedures.eform.parsing import parse_definition
from procedures.models import FormVersion, Revision
from procedures.services import drafting
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import RevisionFactory

pytestmark = pytest.mark.django_db

FORM = {
    "version": 1,
    "title": "Tờ khai",
    "sections": [
        {
            "key": "chung",
            "title": "Nội dung",
            "fields": [
                {"key": "ly_do", "type": "text", "label": "Lý do", "required": True},
                {
                    "key": "noi_nhan",
                    "type": "one_of",
                    "label": "Nơi nhận",
                    "options": [
                        {"value": "nha", "label": "Tại nhà"},
                        {"value": "quay", "label": "Tại quầy"},
                    ],
                },
                {
                    "key": "so_nha",
                    "type": "text",
                    "label": "Số nhà",
                    "show_if": {"field": "noi_nhan", "equals": "nha"},
                },
                {
                    "key": "con",
                    "type": "group",
                    "label": "Các con",
                    "fields": [{"key": "ten", "type": "text", "label": "Tên con"}],
                },
            ],
        },
        {
            "key": "them",
            "title": "Thêm",
            "fields": [{"key": "ghi_chu", "type": "long_text", "label": "Ghi chú"}],
        },
    ],
}


class Desk:
    """An editor at a draft, by the addresses and buttons of the pages."""

    def __init__(self, client, draft):
        self.client = client
        self.draft = draft
        self.code = draft.procedure.code

    def url(self, name="", *args):
        return reverse(f"procedures:editor_form{name}", args=[self.code, *args])

    def get(self, name="", *args, **query):
        return self.client.get(self.url(name, *args), query)

    def post(self, name, *args, query="", version=None, **fields):
        number = self.revision().version if version is None else version
        return self.client.post(f"{self.url(name, *args)}{query}", {"version": number, **fields})

    def revision(self):
        return Revision.objects.select_related("form_version").get(pk=self.draft.pk)

    def definition(self):
        return parse_definition(self.revision().form_version.definition)

    def keys(self):
        return [[one.key for one in part.fields] for part in self.definition().sections]


def open_desk(client, editor, **form):
    sign_in_proved(client, editor)
    published = RevisionFactory(**form)
    draft = drafting.open_draft(code=published.procedure.code, editor=editor, at=timezone.now())
    return Desk(client, draft)


@pytest.fixture
def desk(client, editor):
    return open_desk(client, editor, form_version__definition=FORM)


@pytest.fixture
def bare(client, editor):
    return open_desk(client, editor, form_version=None)


def test_the_list_names_every_question_with_its_type_and_condition(desk):
    page = desk.get().text

    for words in ("Lý do", "Chọn một", "Chỉ hiện nếu “Nơi nhận” là “Tại nhà”", "Tên con"):
        assert words in page
    assert re.search(r'name="len"\s+value="con\.ten"', page)
    assert "đang dùng bản đã công bố" in page
    assert 'name="f-ly_do"' in page  # the real form, as people fill it in


def test_rows_move_by_buttons_alone(desk):
    answer = desk.post("_order", xuong="ly_do")

    assert answer.url == f"{desk.url()}#muc-ly_do"
    assert desk.keys()[0] == ["noi_nhan", "ly_do", "so_nha", "con"]
    desk.post("_order", **{"phan-len": "them"})
    assert [one.key for one in desk.definition().sections] == ["them", "chung"]


def test_a_move_that_breaks_a_condition_is_refused_with_both_names(desk):
    answer = desk.post("_order", len="so_nha")

    assert answer.status_code == 422
    assert "“Số nhà” chỉ hiện theo câu trả lời của “Nơi nhận”" in answer.text
    assert desk.revision().version == 0


def test_a_page_of_before_is_answered_with_the_state_of_now(desk):
    desk.post("_order", xuong="ly_do")

    answer = desk.post("_order", xuong="ly_do", version=0)

    assert answer.status_code == 409
    assert "vừa được sửa ở nơi khác" in answer.text
    assert 'name="version" value="1"' in answer.text
    assert desk.keys()[0][:2] == ["noi_nhan", "ly_do"]


def test_a_stale_question_keeps_what_was_typed_and_saves_on_the_next_press(desk):
    desk.post("_order", xuong="ly_do")
    typed = {"kind": "text", "label": "Lý do xin cấp"}

    answer = desk.post("_question", "ly_do", version=0, **typed)

    assert answer.status_code == 409
    assert "Lý do xin cấp" in answer.text
    # What is kept by now stands beside it.
    assert re.search(r"<dt>Câu hỏi</dt>\s*<dd[^>]*>\s*Lý do\s*</dd>", answer.text)
    assert desk.definition().field("ly_do").label == "Lý do"
    assert desk.post("_question", "ly_do", **typed).status_code == 302
    assert desk.definition().field("ly_do").label == "Lý do xin cấp"


@pytest.mark.parametrize("thrown", ["question", "form", "draft"])
def test_what_was_typed_for_something_gone_is_shown_to_be_copied(desk, editor, thrown):
    if thrown == "question":
        desk.post("_question", "ghi_chu", xoa="1")
        desk.post("_section", "them", xoa="1")
    elif thrown == "form":
        desk.post("_drop")
    else:
        drafting.discard_draft(
            revision_id=desk.draft.pk, version=0, editor=editor, at=timezone.now()
        )
    typed = {"version": 0, "kind": "long_text", "label": "Viết rất lâu"}

    for name, args, query in (
        ("_question", ["ghi_chu"], ""),
        ("_add", [], "?phan=them"),
        ("_section", ["them"], ""),
    ):
        words = {"title": "Viết rất lâu"} if name == "_section" else {}
        answer = desk.client.post(desk.url(name, *args) + query, {**typed, **words})
        assert (answer.status_code, "Viết rất lâu" in answer.text) == (409, True)
    # Its preview leaves the page alone on which it was typed; a second press removes nothing more.
    seen = desk.client.post(desk.url("_question", "ghi_chu"), {**typed, "xem": "1"})
    assert seen.status_code == 204
    if thrown != "draft":
        again = desk.client.post(desk.url("_question", "ghi_chu"), {"version": 0, "xoa": "1"})
        assert again.url == desk.url()


def test_a_question_is_added_behind_the_last_one_with_a_key_from_its_label(desk):
    query = "?phan=chung&sau=con&kieu=text"
    empty = desk.client.get(desk.url("_add") + query).text
    assert "Thêm câu hỏi" in empty
    assert re.search(r'name="label"[^>]* autofocus', empty)

    answer = desk.post(
        "_add",
        query=query,
        kind="text",
        label="Biển số xe",
        required="on",
        example="29A-12345",
        pattern="[0-9]{2}[A-Z]-[0-9]{4,5}",
        pattern_hint="hai chữ số, một chữ hoa",
        when_0_field="noi_nhan",
        when_0_operator="in",
        when_0_value="tại nhà; Tại quầy",
        when_1_field="ly_do",
        when_1_operator="answered",
        joint="any",
    )

    assert answer.url == f"{desk.url()}#muc-bien_so_xe"
    assert desk.keys()[0][-1] == "bien_so_xe"
    raw = desk.revision().form_version.definition["sections"][0]["fields"][-1]
    assert raw["show_if"] == {
        "any": [
            {"field": "noi_nhan", "in": ["nha", "quay"]},
            {"field": "ly_do", "answered": True},
        ]
    }
    shown = desk.get("_question", "bien_so_xe").text
    assert 'value="Tại nhà; Tại quầy"' in shown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"label": ""}, "Cần điền mục này."),
        ({"pattern": "(a"}, "Mẫu không dùng được"),
        ({"pattern": "(?=a)b"}, "Mẫu không dùng được"),
        ({"pattern": "a{1001}"}, "quá nhiều bộ nhớ"),
        ({"pattern": "[0-9]+", "example": "mười"}, "Ví dụ không theo đúng mẫu"),
        ({"min_length": "9", "max_length": "3"}, "Độ dài tối thiểu lớn hơn"),
        ({"min_length": "9" * 5000}, "số nguyên"),
        ({"when_0_field": "noi_nhan"}, "Chọn cách so sánh."),
        ({"when_0_operator": "equals"}, "Chọn câu hỏi trước"),
        (
            {"when_0_field": "noi_nhan", "when_0_operator": "equals", "when_0_value": "Ngoài"},
            "“Nơi nhận” có các lựa chọn: Tại nhà; Tại quầy.",
        ),
        (
            {"when_0_field": "noi_nhan", "when_0_operator": "equals"},
            "Ghi câu trả lời để so sánh",
        ),
        (
            {"when_0_field": "ly_do", "when_0_operator": "equals", "when_0_value": "a"},
            "đã trả lời hay chưa",
        ),
        ({"when_0_field": "ghi_chu", "when_0_operator": "answered"}, "when_0_field"),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(desk, typed, words):
    answer = desk.post("_question", "so_nha", **{"kind": "text", "label": "Số nhà X", **typed})

    assert answer.status_code == 422
    assert words in answer.text
    assert typed.get("label", "Số nhà X") in answer.text
    assert desk.revision().version == 0


def test_options_keep_their_values_when_their_words_change(desk):
    desk.post(
        "_question",
        "noi_nhan",
        kind="one_of",
        label="Nơi nhận",
        options="nha: Tận nhà\r\nTại quầy\r\nGửi bưu điện",
    )

    assert [(one.value, one.label) for one in desk.definition().field("noi_nhan").options] == [
        ("nha", "Tận nhà"),
        ("quay", "Tại quầy"),
        ("gui_buu_dien", "Gửi bưu điện"),
    ]
    refused = desk.post(
        "_question", "noi_nhan", kind="one_of", label="Nơi nhận", options="Tại quầy"
    )
    assert refused.status_code == 422
    assert "Không bỏ được lựa chọn “nha”" in refused.text
    assert "“Số nhà”" in refused.text


def test_another_type_asks_for_what_it_needs_and_keeps_the_words(desk):
    answer = desk.post(
        "_question",
        "ly_do",
        **{"kind_before": "text", "kind": "date", "doi-kieu": "1", "label": "Ngày xin"},
    )

    assert answer.status_code == 200
    assert "Sớm nhất" in answer.text
    assert "Ngày xin" in answer.text
    assert "hồ sơ đang soạn phải trả lời lại" in answer.text
    assert desk.revision().version == 0
    saved = desk.post("_question", "ly_do", kind="date", label="Ngày xin", highest="hôm nay")
    assert saved.status_code == 302
    assert desk.definition().field("ly_do").maximum == "today"
    assert "Kiểu trả lời khác bản đang công bố" in desk.get().text


def test_bounds_come_back_as_they_are_written(desk):
    for kind, lowest, shown in (
        ("money", "1.000", "1.000"),
        ("decimal", "2,5", "2,5"),
        ("date", "5/9/2026", "05/09/2026"),
    ):
        desk.post("_question", "ly_do", kind=kind, label="Lý do", lowest=lowest)
        assert f'value="{shown}"' in desk.get("_question", "ly_do").text
    refused = desk.post("_question", "ly_do", kind="date", label="Lý do", lowest="mai")
    assert (refused.status_code, "hôm nay" in refused.text) == (422, True)


def test_a_group_begins_with_a_column_and_takes_more(desk):
    desk.post(
        "_add",
        query="?phan=chung",
        kind="group",
        label="Người làm chứng",
        first_column="Họ tên",
        min_rows="1",
        max_rows="3",
        row_title="Người",
    )
    desk.post("_add", query="?nhom=nguoi_lam_chung", kind="yes_no", label="Là người thân")
    desk.post(
        "_add",
        query="?nhom=nguoi_lam_chung",
        kind="text",
        label="Quan hệ",
        when_0_field="la_nguoi_than",
        when_0_operator="equals",
        when_0_value="có",
    )

    group = desk.definition().field("nguoi_lam_chung")
    assert [one.key for one in group.fields] == ["ho_ten", "la_nguoi_than", "quan_he"]
    assert (group.min_rows, group.max_rows) == (1, 3)
    page = desk.get("_question", "nguoi_lam_chung.quan_he").text
    assert '<option value="la_nguoi_than" selected>Là người thân' in page
    assert 'value="group"' not in page


def test_a_question_is_doubled_and_removed(desk):
    doubled = desk.post("_question", "ly_do", **{"nhan-doi": "1"})
    assert doubled.url == f"{desk.url()}#muc-ly_do_ban_sao"
    assert desk.keys()[0][:2] == ["ly_do", "ly_do_ban_sao"]

    removed = desk.post("_question", "ly_do_ban_sao", xoa="1")
    assert removed.url == f"{desk.url()}#phan-chung"
    assert "ly_do_ban_sao" not in desk.keys()[0]

    refused = desk.post("_question", "noi_nhan", xoa="1")
    assert refused.status_code == 422
    assert "“Số nhà”" in refused.text


def test_sections_are_added_changed_and_removed(desk):
    desk.post("_section_add", title="Phần ba", first="Câu một", kind="date")
    assert desk.keys()[2] == ["cau_mot"]

    desk.post(
        "_section",
        "phan_ba",
        title="Phần cuối",
        help="Chỉ khi cần.",
        when_0_field="noi_nhan",
        when_0_operator="not_equals",
        when_0_value="quay",
    )
    section = desk.definition().section("phan_ba")
    assert (section.title, section.help) == ("Phần cuối", "Chỉ khi cần.")
    assert "“Nơi nhận” không phải là “Tại quầy”" in desk.get().text
    assert desk.post("_section", "chung", xoa="1").status_code == 422

    desk.post("_section", "phan_ba", xoa="1")
    assert len(desk.definition().sections) == 2


def test_the_preview_follows_what_is_typed_and_stores_nothing(desk):
    answer = desk.post(
        "_question", "ly_do", xem="1", kind="integer", label="Bao nhiêu bản", required="on"
    )

    assert answer.status_code == 200
    assert "Bao nhiêu bản" in answer.text
    assert "<html" not in answer.text
    assert desk.revision().version == 0
    faulty = desk.post("_question", "ly_do", xem="1", kind="one_of", label="X")
    assert "Chưa xem được" in faulty.text


def test_the_form_can_be_filled_in_and_nothing_of_it_is_kept(desk):
    before = FormVersion.objects.count()
    url = desk.url("_try")
    assert 'name="f-ly_do"' in desk.client.get(url).text

    missing = desk.client.post(url, {"phan": "chung", "kiem-tra": "1"})
    assert missing.status_code == 422
    assert "Nhập “Lý do”." in missing.text

    added = desk.client.post(url, {"phan": "chung", "f-ly_do": "Nhập học", "f-add": "con"})
    assert re.search(r'name="f-con\.0\.ten"[^>]* autofocus', added.text)
    assert 'value="Nhập học"' in added.text

    passed = desk.client.post(
        url,
        {
            "phan": "chung",
            "f-ly_do": "Nhập học",
            "f-noi_nhan": "nha",
            "f-so_nha": "12",
            "f-con.0": "",
            "f-con.0.ten": "An",
        },
    )
    assert 'name="f-ghi_chu"' in passed.text
    assert re.search(r'type="hidden"\s+name="f-con\.0\.ten"\s+value="An"', passed.text)

    done = desk.client.post(
        url,
        {
            "phan": "them",
            "f-ly_do": "Nhập học",
            "f-noi_nhan": "nha",
            "f-so_nha": "12",
            "f-con.0": "",
            "f-con.0.ten": "An",
            "f-ghi_chu": "Gấp",
        },
    )
    assert "là hợp lệ" in done.text
    assert "Tại nhà" in done.text
    assert "<td>An</td>" in done.text
    assert (FormVersion.objects.count(), desk.revision().version) == (before, 0)


def test_a_procedure_without_a_form_says_so_and_offers_beginnings(bare):
    page = bare.get().text
    assert "chưa có tờ khai riêng" in page

    bare.post("_begin", tu="mau-chung")
    assert len(bare.definition().sections) == 2
    bare.post("_drop")
    assert bare.revision().form_version is None
    refused = bare.post("_begin", tu="thu-tuc", ma="1.000000")
    assert (refused.status_code, "Không có thủ tục nào với mã này" in refused.text) == (422, True)
    for name in ("_add", "_section_add", "_try"):
        assert bare.get(name).url == bare.url()
    assert bare.get("_file").status_code == 404


def test_the_file_goes_out_and_comes_back_the_same(desk, client, editor):
    sent = desk.get("_file")
    assert sent["Content-Disposition"].endswith('.json"')
    assert parse_definition(json.loads(sent.content)) == desk.definition()

    desk.post("_order", xuong="ly_do")
    answer = desk.post("_import", tep=BytesIO(sent.content))

    assert answer.status_code == 302
    assert desk.keys()[0][0] == "ly_do"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "dòng 1, cột 2"),
        (
            json.dumps({**FORM, "sections": [{"key": "a", "title": "A", "fields": []}]}).encode(),
            "sections.0.fields",
        ),
        (json.dumps(FORM).replace("noi_nhan", "Nơi nhận").encode(), "sections.0.fields.1.key"),
    ],
)
def test_a_faulty_file_is_refused_by_path(desk, content, words):
    answer = desk.post("_import", tep=BytesIO(content))

    assert answer.status_code == 422
    assert words in answer.text
    assert desk.revision().version == 0


def test_no_file_is_no_form(desk):
    assert "Chọn tệp JSON" in desk.post("_import").text


def test_what_is_not_there_is_absent(desk):
    for name, args in (
        ("_question", ["khac"]),
        ("_question", ["con.khac"]),
        ("_section", ["khac"]),
    ):
        assert desk.get(name, *args).status_code == 404
    assert desk.get("_add", phan="khac").status_code == 404
    assert desk.post("_order", len="khac").status_code == 404


def test_a_condition_of_several_levels_stays_until_it_is_dropped(desk):
    nested = {"any": [{"all": [{"field": "ly_do", "answered": True}]}]}
    form = json.loads(json.dumps(FORM))
    form["sections"][1]["fields"][0]["show_if"] = nested
    desk.post("_import", tep=BytesIO(json.dumps(form).encode()))

    desk.post("_question", "ghi_chu", kind="long_text", label="Ghi chú thêm")
    field = desk.revision().form_version.definition["sections"][1]["fields"][0]
    assert (field["label"], field["show_if"]) == ("Ghi chú thêm", nested)

    desk.post("_question", "ghi_chu", kind="long_text", label="Ghi chú", drop_nested="on")
    assert desk.definition().field("ghi_chu").show_if is None


def test_a_citizens_answers_of_a_page_with_a_pattern_meet_no_pattern_attribute(desk):
    desk.post("_question", "ly_do", kind="text", label="Lý do", pattern="(a+)+")

    for page in (desk.get(), desk.get("_question", "ly_do"), desk.get("_try")):
        assert not re.search(r"\spattern=", page.text)


def test_who_saves_what_stands_there_already_has_edited_nothing(desk, editor, client):
    sign_in_proved(client, StaffFactory(role=Role.PUBLISHER))

    desk.post("_order", len="ly_do")
    desk.post("_section", "chung", title="Nội dung", help="")

    assert (desk.revision().edited_by, desk.revision().version) == (editor, 0)
