"""The script of address fields in a real browser: an old name is asked about at once."""

import json
from datetime import date
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from crispy_forms.utils import render_crispy_form

from portal.core.places import national_places
from procedures.eform.addresses import choices_of
from procedures.eform.forms import SectionForm
from procedures.eform.parsing import parse_definition

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT.joinpath("static/js/eform-places.js").read_text(encoding="utf-8")
FORM = parse_definition(
    {
        "version": 1,
        "title": "Tờ khai",
        "sections": [
            {
                "key": "a",
                "title": "Nơi ở",
                "fields": [{"key": "noi", "type": "address", "label": "Nơi ở", "required": True}],
            }
        ],
    }
)
SENT = """() => [...new FormData(document.querySelector("form"))].map((pair) => pair.join("="))"""
ORIGIN = "http://portal.test"


@pytest.fixture
def address(page):
    places = national_places()
    form = SectionForm(
        FORM, "a", today=date(2026, 11, 23), places=places, communes_url="/dia-chi/xa-phuong/"
    )
    style = "<style>[hidden] { display: none !important }</style>"
    html = f"<!DOCTYPE html>{style}<form>{render_crispy_form(form)}</form>"

    def answer(route):
        query = dict(
            pair.split("=", 1) for pair in route.request.url.partition("?")[2].split("&") if pair
        )
        province, name = query.get("tinh", ""), unquote_plus(query.get("ten", ""))
        rows = (
            [
                [one.code, one.name, one.province_name, one.former]
                for one in choices_of(name, province=province, places=places)
            ]
            if name
            else [list(one) for one in places(province)]
        )
        route.fulfill(body=json.dumps(rows), content_type="application/json")

    page.set_viewport_size({"width": 360, "height": 740})
    page.route(
        f"{ORIGIN}/",
        lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"),
    )
    page.route(f"{ORIGIN}/dia-chi/**", answer)
    page.goto(f"{ORIGIN}/")
    page.add_script_tag(content=SCRIPT, type="module")
    return page


def test_the_communes_of_the_chosen_province_are_suggested(address):
    address.locator("select").select_option("92")

    address.wait_for_function("document.querySelectorAll('datalist option').length > 100")
    assert address.locator("datalist option[value='Phường An Bình']").count() == 1


def test_a_former_name_is_asked_about_and_the_choice_is_sent_beside_it(address):
    address.locator("select").select_option("01")
    commune = address.get_by_label("Xã, phường, đặc khu")
    commune.fill("Phường Hàng Trống")
    commune.blur()

    address.get_by_label("Phường Cửa Nam, Thành phố Hà Nội").check()

    assert address.evaluate(SENT)[:3] == [
        "f-noi.province=01",
        "f-noi.commune=Phường Hàng Trống",
        "f-noi.commune=00082",
    ]
    commune.fill("Phường Ba Đình")
    commune.blur()
    address.wait_for_function("document.querySelector('[data-commune-choices]').hidden")
    assert "f-noi.commune=00082" not in address.evaluate(SENT)
