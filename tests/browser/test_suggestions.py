"""The search box as a combobox in Chromium: by keyboard, on a phone, and without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looks import serious
from tests.factories.catalogue import seed_demo_catalogue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server, settings, transactional_db):
    settings.DEMO = True
    seed_demo_catalogue()
    return live_server.url


@pytest.mark.parametrize("path", ["/", "/thu-tuc/?q=giay"])
def test_box_suggests_and_the_keyboard_chooses(site, page, path):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}{path}")
    box = page.get_by_role("combobox")
    box.fill("")
    box.press_sequentially("khai si", delay=20)

    options = page.get_by_role("option")
    expect(options.first).to_contain_text("khai sinh", ignore_case=True)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").filter(has_text="gợi ý")).to_be_attached()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert all(option.bounding_box()["height"] >= 44 for option in options.all())

    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", chosen)
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("khai si")
    box.press("ArrowDown")
    expect(options.first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/thu-tuc/1\.001193/$"))


def test_enter_without_a_choice_asks_as_the_form_does(site, page):
    page.goto(site)
    box = page.get_by_role("combobox")
    box.press_sequentially("khai sinh", delay=10)
    expect(page.get_by_role("option").first).to_be_visible()

    box.press("Enter")

    expect(page).to_have_url(re.compile(r"/thu-tuc/\?q=khai\+sinh$"))


def test_without_script_the_box_is_a_plain_form(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)

    assert page.get_by_role("combobox").count() == 0
    page.get_by_role("searchbox").fill("khai sinh")
    page.get_by_role("button", name="Tìm").click()

    expect(page).to_have_url(re.compile(r"/thu-tuc/\?q=khai\+sinh$"))
    context.close()
