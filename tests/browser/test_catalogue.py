"""The public catalogue in Chromium: phone and desk, accessible, without script, by keyboard."""

import re

import pytest

from tests.browser.looks import serious
from tests.factories.catalogue import seed_demo_catalogue
from tests.factories.editorial import editorial_world

BIRTH = "/thu-tuc/1.001193/"
PAGES = {
    "home": "/",
    "results": "/thu-tuc/?q=khai+sinh",
    "many results": "/thu-tuc/?q=giay",
    "no result": "/thu-tuc/?q=xyzzyqqq",
    "catalogue": "/thu-tuc/",
    "ways to browse": "/linh-vuc/",
    "levels of services": "/muc-do-dich-vu/",
    "level 1": "/thu-tuc/2.000815/",
    "level 2": "/thu-tuc/1.013225/",
    "level 3": "/thu-tuc/1.001612/",
    "level 4": BIRTH,
    "late birth at the desk": f"{BIRTH}?truong_hop=qua-han&cach=tai-quay&co_quan=binhlam",
    "unknown procedure": "/thu-tuc/9.999/",
    "help": "/tro-giup/",
    "privacy": "/quyen-rieng-tu/",
    "guides": "/huong-dan/",
    "guide with picture and clip": "/huong-dan/bai/",
    "frequent questions": "/hoi-dap/",
    "announcements": "/thong-bao-chung/",
    "announcement": "/thong-bao-chung/bai/",
    "agencies": "/co-quan/",
    "agency": "/co-quan/songtranh/",
    "demonstration": "/trinh-dien/",
}
WIDTHS = (360, 1280)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server, settings, transactional_db):
    settings.DEMO = True
    seed_demo_catalogue()
    editorial_world("bai")
    return live_server.url


def test_pages_fit_the_screen_and_axe_finds_nothing_serious(site, page):
    problems = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for name, url in PAGES.items():
            page.goto(f"{site}{url}")
            # What is folded is read as well.
            page.eval_on_selector_all("details", "folds => folds.forEach(f => f.open = true)")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                problems.append((width, name, "wider than the screen"))
            problems += [(width, name, *one) for one in serious(page)]

    assert problems == []


def test_birth_registration_stays_short_on_a_phone(site, page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{site}{BIRTH}")

    assert page.evaluate("document.documentElement.scrollHeight") < 6_000
    # The four facts and the one button are there before the second screen ends.
    assert page.locator(".four-facts").bounding_box()["y"] < 800
    assert page.locator(".one-button a").bounding_box()["y"] < 1_200


def test_targets_of_the_main_way_are_large_enough_for_a_thumb(site, page):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{site}{BIRTH}")

    boxes = [one.bounding_box() for one in page.locator(".btn:visible, .form-check:visible").all()]
    assert boxes
    assert min(box["height"] for box in boxes) >= 44


@pytest.mark.parametrize("path", ["/", "/thu-tuc/", "/linh-vuc/", "/hoi-dap/", "/co-quan/", BIRTH])
def test_links_that_stand_alone_are_large_enough_for_a_thumb(site, browser, path):
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{site}{path}")

    # Links inside a sentence may be as low as their line.
    small = page.evaluate(
        """() => [...document.querySelectorAll(
              '.breadcrumb a, .browse__list a, .result__title a, .jump-list a, .site-footer li a'
           )].filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 44)
             .map(one => one.innerText)"""
    )
    context.close()

    assert small == []


def test_from_home_to_the_filing_by_keyboard_alone(site, page):
    page.goto(site)

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("dang ky khai sinh")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/thu-tuc/\?q=dang\+ky\+khai\+sinh"))
    best = page.locator(".best__title a")
    best.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{BIRTH}")

    assert page.locator("h1").inner_text() == "Làm giấy khai sinh cho con"
    assert page.locator(".one-button a").get_attribute("href").startswith("/nop-ho-so/1.001193/")


def test_case_is_chosen_without_script(site, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(f"{site}{BIRTH}")

    page.get_by_text("Đổi trường hợp, cách nộp, cơ quan").click()
    page.get_by_label(re.compile("quá 60 ngày .Khai muộn")).check()
    page.get_by_label("Tại quầy").check()
    page.get_by_role("button", name="Xem giấy tờ, thời gian, phí").click()

    assert "truong_hop=qua-han&cach=tai-quay" in page.url
    assert "5.000 đồng" in page.locator(".four-facts").inner_text()
    context.close()


def test_checklist_is_printed_with_what_is_folded_and_without_what_cannot_be_pressed(site, page):
    page.goto(f"{site}{BIRTH}")
    page.emulate_media(media="print")

    assert page.locator(".check-list").first.is_visible()
    assert page.locator("#giay-to").get_by_text("Biên bản trẻ bị bỏ rơi").is_visible()
    assert not page.locator(".one-button").is_visible()
    assert not page.locator(".situation-form").is_visible()


def test_filters_stand_open_beside_the_list_on_a_desk_and_folded_on_a_phone(site, page):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{site}/thu-tuc/?q=giay")
    chip = page.locator(".filters .chip").first
    assert chip.is_visible()

    page.set_viewport_size({"width": 360, "height": 800})
    assert not chip.is_visible()
    page.locator(".filters summary").click()
    assert chip.is_visible()
