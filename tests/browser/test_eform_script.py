"""The script in a real browser: what it hides is kept, what it adds is sent."""

import json
from datetime import date
from pathlib import Path

import pytest
from crispy_forms.utils import render_crispy_form

from procedures.eform.forms import SectionForm
from procedures.eform.parsing import parse_definition

TODAY = date(2026, 11, 23)
HERE = Path(__file__).parents[1] / "procedures"
SCRIPT = HERE.parents[1].joinpath("static/js/eform.js").read_text(encoding="utf-8")
BIRTH = parse_definition(json.loads(HERE.joinpath("birth_registration.json").read_text("utf-8")))
SENT = """() => [...new FormData(document.querySelector("form"))]
    .filter(([name, value]) => value !== "").map((pair) => pair.join("="))"""


@pytest.fixture
def open_section(page):
    problems = []
    page.set_viewport_size({"width": 360, "height": 740})
    page.on("pageerror", lambda problem: problems.append(problem))  # noqa: PLW0108 - playwright marks it

    def show(section, *, with_script=True, **options):
        form = SectionForm(BIRTH, section, today=TODAY, **options)
        style = "<style>[hidden] { display: none !important }</style>"
        page.set_content(f"{style}<form>{render_crispy_form(form)}</form>")
        if with_script:
            page.add_script_tag(content=SCRIPT, type="module")
            page.wait_for_function("document.querySelector('[data-eform-condition]')?.hidden")
        return page

    yield show
    assert problems == []


def test_a_hidden_answer_is_not_sent_and_not_lost(open_section):
    page = open_section("me")
    name = page.get_by_label("Họ, chữ đệm, tên người mẹ")
    yes, no = page.locator("[name=f-co_me]").all()
    assert not name.is_visible()

    yes.check()
    name.fill("Trần Thị Cúc")
    no.check()

    assert not name.is_visible()
    assert page.evaluate(SENT) == ["f-co_me=no"]
    yes.check()
    assert name.input_value() == "Trần Thị Cúc"
    assert page.evaluate(SENT) == ["f-co_me=yes", "f-ten_me=Trần Thị Cúc"]


def test_a_chain_of_conditions_falls_together(open_section):
    page = open_section("me", typed={"co_me": ["yes"], "co_ket_hon": ["yes"], "so_ket_hon": ["12"]})
    assert page.locator("[name=f-so_ket_hon]").is_visible()

    page.locator("[name=f-co_me][value=no]").check()

    assert page.evaluate(SENT) == ["f-co_me=no"]
    assert not page.locator("[name=f-so_ket_hon]").is_visible()


def test_without_the_script_everything_is_shown_with_its_condition(open_section):
    page = open_section("me", with_script=False)

    assert page.locator("[name=f-so_ket_hon]").is_visible()
    assert page.get_by_text("Chỉ điền nếu “Cha mẹ có đăng ký kết hôn” là “Có”.").is_visible()


def test_rows_are_added_up_to_the_most_and_a_removed_one_comes_back(open_section):
    page = open_section("kem_theo", typed={"giay_to.0.ten_giay": ["Giấy A"]})
    add = page.get_by_role("button", name="Thêm dòng")

    add.click()
    assert page.evaluate("document.activeElement.name") == "f-giay_to.1.ten_giay"
    page.keyboard.type("Giấy B")
    page.get_by_role("button", name="Xóa dòng: Giấy tờ 1").click()

    assert page.evaluate(SENT) == ["f-giay_to.1.ten_giay=Giấy B"]
    page.get_by_role("button", name="Lấy lại").click()
    assert page.evaluate(SENT) == ["f-giay_to.0.ten_giay=Giấy A", "f-giay_to.1.ten_giay=Giấy B"]

    for _row in range(3):
        add.click()
    assert not add.is_visible()
    assert page.locator("[data-row-body]:visible").count() == 5
    page.get_by_role("button", name="Xóa dòng").last.click()
    assert add.is_enabled()


def test_a_new_row_has_its_own_conditions(open_section):
    page = open_section("kem_theo")
    page.get_by_role("button", name="Thêm dòng").click()

    page.locator("[name='f-giay_to.1.loai'][value=ban_sao]").check()

    assert page.locator("[name='f-giay_to.1.so_ban']").is_visible()
    assert not page.locator("[name='f-giay_to.0.so_ban']").is_visible()


def test_what_the_page_sends_is_what_the_server_shows(open_section):
    page = open_section("kem_theo")
    page.locator("[name='f-giay_to.0.ten_giay']").fill("Giấy A")
    page.locator("[name='f-giay_to.0.loai'][value=ban_sao]").check()
    page.locator("[name='f-giay_to.0.so_ban']").fill("2")
    page.get_by_role("button", name="Thêm dòng").click()
    page.get_by_label("Bản sao trích lục khai sinh").check()
    page.locator("[name=f-so_trich_luc]").fill("3")

    posted = {}
    for pair in page.evaluate(SENT):
        name, value = pair.split("=")
        posted.setdefault(name, []).append(value)
    form = SectionForm(BIRTH, "kem_theo", today=TODAY, data=posted)

    assert form.is_valid(), form.errors
    assert form.checked.answers == {
        "giay_to": [{"ten_giay": "Giấy A", "loai": "ban_sao", "so_ban": 2}],
        "ban_sao_them": ["trich_luc"],
        "so_trich_luc": 3,
    }
