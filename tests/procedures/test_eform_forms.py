import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from crispy_forms.utils import render_crispy_form
from django.http import QueryDict

from procedures.eform.forms import SectionForm
from procedures.eform.parsing import parse_definition

TODAY = date(2026, 11, 23)
BIRTH = parse_definition(
    json.loads(Path(__file__).with_name("birth_registration.json").read_text(encoding="utf-8"))
)


def places(province):
    known = {None: [("01", "Thành phố Hà Nội")], "01": [("00004", "Phường Ba Đình")]}
    return known.get(province, [])


def post(**values):
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def form_for(section, *, definition=BIRTH, **options):
    return SectionForm(definition, section, today=TODAY, **options)


def one_section(*fields):
    return parse_definition(
        {
            "version": 1,
            "title": "T",
            "sections": [{"key": "s", "title": "S", "fields": list(fields)}],
        }
    )


class Inputs(HTMLParser):
    """Collects the attributes of every input by name, templates' contents apart."""

    def __init__(self, html):
        super().__init__()
        self.found = {}
        self.templates = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.templates += tag == "template"
        attrs = dict(attrs)
        if tag in {"input", "select", "textarea", "button"} and not self.templates:
            self.found.setdefault(attrs.get("name"), []).append(attrs)

    def handle_endtag(self, tag):
        self.templates -= tag == "template"


def inputs_of(form):
    return Inputs(render_crispy_form(form)).found


def test_inputs_bring_the_right_keyboard_and_autocomplete():
    inputs = inputs_of(form_for("nguoi_yeu_cau", places=places))

    [name], [phone], [number] = inputs["f-ho_ten"], inputs["f-dien_thoai"], inputs["f-so_dinh_danh"]
    assert name["autocomplete"] == "name"
    assert (phone["type"], phone["inputmode"], phone["autocomplete"]) == ("tel", "tel", "tel")
    assert (number["inputmode"], number["autocomplete"]) == ("numeric", "off")
    assert len(inputs["f-quan_he"]) == 3
    assert not any("required" in attrs for found in inputs.values() for attrs in found)


def test_a_posted_section_is_valid_and_checked():
    data = post(**{"f-co_me": "no", "csrfmiddlewaretoken": "x", "unit": "7"})

    form = form_for("me", data=data, typed={"ten_con": ["An"]})

    assert form.is_valid()
    assert form.checked.typed == {"ten_con": ["An"], "co_me": ["no"]}
    assert form.checked.answers == {"ten_con": "An", "co_me": False}


def test_errors_stand_at_their_inputs_and_typed_values_stay():
    form = form_for("con", data=post(**{"f-ngay_sinh": "31/2/2026", "f-noi_sinh.detail": "Số 1"}))

    assert not form.is_valid()
    assert form.errors["ngay_sinh"] == [
        "Không có ngày này trong lịch; kiểm tra lại ngày, tháng và năm."
    ]
    assert "noi_sinh.province" in form.errors
    html = render_crispy_form(form)
    assert 'href="#id_f-ngay_sinh"' in html
    assert 'value="31/2/2026"' in html
    assert 'value="Số 1"' in html


def test_stored_answers_fill_the_page():
    typed = {"co_me": ["yes"], "ten_me": ["Cúc"], "dinh_danh_me": ["001192000456"]}

    inputs = inputs_of(form_for("me", typed=typed))

    assert [attrs["value"] for attrs in inputs["f-co_me"] if "checked" in attrs] == ["yes"]
    assert inputs["f-ten_me"][0]["value"] == "Cúc"
    assert inputs["f-dinh_danh_me"][0]["value"] == "001192000456"


def test_a_condition_is_data_for_the_script_and_words_without_it():
    html = render_crispy_form(form_for("nguoi_yeu_cau"))

    conditions = re.findall(r'data-show-if="([^"]+)"', html)
    assert [json.loads(one.replace("&quot;", '"')) for one in conditions] == [
        {"name": "f-quan_he", "in": ["khac"], "not": False, "number": False}
    ]
    assert "Chỉ điền nếu “Quan hệ với trẻ” là “Người khác”." in html
    assert 'name="f-quan_he_khac"' in html


def test_a_condition_decided_on_an_earlier_page_leaves_no_trace():
    definition = parse_definition(
        {
            "version": 1,
            "title": "T",
            "sections": [
                {
                    "key": "a",
                    "title": "A",
                    "fields": [{"key": "y", "type": "yes_no", "label": "Y"}],
                },
                {
                    "key": "b",
                    "title": "B",
                    "fields": [
                        {
                            "key": "t",
                            "type": "text",
                            "label": "T",
                            "show_if": {"field": "y", "equals": True},
                        }
                    ],
                },
            ],
        }
    )

    shown = form_for("b", definition=definition, typed={"y": ["yes"]})
    hidden = form_for("b", definition=definition, typed={"y": ["no"]})

    assert "f-t" in inputs_of(shown)
    assert "data-show-if" not in render_crispy_form(shown)
    assert "f-t" not in inputs_of(hidden)


def test_rows_are_added_and_removed_by_submit_buttons():
    first = form_for("kem_theo")
    assert [name for name in inputs_of(first) if name and name.endswith(".ten_giay")] == [
        "f-giay_to.0.ten_giay"
    ]

    data = post(**{"f-giay_to.0": "", "f-giay_to.0.ten_giay": "Giấy A", "f-add": "giay_to"})
    added = form_for("kem_theo", data=data)

    assert added.row_button_pressed
    assert added.errors == {}
    inputs = inputs_of(added)
    assert inputs["f-giay_to.0.ten_giay"][0]["value"] == "Giấy A"
    assert "f-giay_to.1.ten_giay" in inputs
    assert [button["value"] for button in inputs["f-remove"]] == ["giay_to.0", "giay_to.1"]

    # The draft keeps the added row, empty as it is.
    assert "f-giay_to.1.ten_giay" in inputs_of(form_for("kem_theo", typed=added.checked.typed))

    data = post(
        **{"f-giay_to.0.ten_giay": "A", "f-giay_to.1.ten_giay": "B", "f-remove": "giay_to.0"}
    )
    removed = inputs_of(form_for("kem_theo", data=data))

    assert removed["f-giay_to.0.ten_giay"][0]["value"] == "B"
    assert "f-giay_to.1.ten_giay" not in removed


def test_enter_presses_the_page_button_not_a_row_button():
    inputs = inputs_of(form_for("kem_theo", default_button=("action", "next")))

    [first, *_rest] = [
        name for name, found in inputs.items() if any(a.get("type") == "submit" for a in found)
    ]
    assert first == "action"


def test_the_add_button_goes_when_the_group_is_full():
    full = {f"giay_to.{index}": [""] for index in range(5)}

    assert "hidden" in inputs_of(form_for("kem_theo", typed=full))["f-add"][0]
    assert "hidden" not in inputs_of(form_for("kem_theo"))["f-add"][0]


def test_a_group_error_is_shown_at_the_group_and_in_the_summary():
    form = form_for("kem_theo", data=post(**{"f-giay_to.0": ""}))

    html = render_crispy_form(form)

    assert set(form.errors) == {"giay_to.0.ten_giay", "giay_to.0.loai"}
    assert 'href="#id_f-giay_to.0.ten_giay"' in html
    nothing = form_for("kem_theo", data=post())
    html = render_crispy_form(nothing)
    assert 'href="#id_f-giay_to"' in html
    assert 'id="id_f-giay_to"' in html
    assert html.count("Điền ít nhất 1 dòng ở") == 2


def test_communes_are_suggested_for_the_chosen_province():
    form = form_for(
        "con", typed={"noi_sinh.province": ["01"]}, places=places, communes_url="/xa-phuong/"
    )

    html = render_crispy_form(form)

    assert '<option value="01" selected>Thành phố Hà Nội</option>' in html
    assert '<option value="Phường Ba Đình">' in html
    assert 'data-communes-url="/xa-phuong/"' in html


EVIL = "<script>alert(1)</script>{{ form }}{% now 'Y' %}"


@pytest.mark.parametrize(
    "field",
    [
        {"type": "text", "help": EVIL, "example": EVIL},
        {"type": "address", "help": EVIL},
        {"type": "heading"},
        {"type": "explanation", "text": EVIL},
        {"type": "one_of", "options": [{"value": "a", "label": EVIL}]},
        {"type": "many_of", "options": [{"value": "a", "label": EVIL}]},
        {
            "type": "group",
            "help": EVIL,
            "row_title": EVIL,
            "fields": [{"key": "c", "type": "text", "label": EVIL, "help": EVIL}],
        },
    ],
)
def test_what_an_editor_writes_is_text_never_markup_or_template(field):
    definition = one_section(
        {"key": "y", "type": "yes_no", "label": EVIL},
        {"key": "x", "label": EVIL, "show_if": {"field": "y", "equals": True}, **field},
    )

    html = render_crispy_form(form_for("s", definition=definition, data=post(**{"f-x": EVIL})))

    assert "<script" not in html
    assert "{{ form }}" in html
    assert "&lt;script&gt;" in html


def test_no_inline_script_or_style_is_drawn():
    for section in BIRTH.sections:
        html = render_crispy_form(form_for(section.key))
        assert not re.search(r"<script|\sstyle=|\son[a-z]+=", html)
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
