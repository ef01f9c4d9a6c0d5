"""Filing and accepting by keyboard alone: Tab, Space, Enter, arrows and letters."""

import re

import pytest
from playwright.sync_api import expect

from dossiers.enums import DossierState
from dossiers.models import Dossier
from tests.browser import keyboard
from tests.browser.conftest import DESK
from tests.browser.walks import heading, scripts_started, told
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import DossierFactory, office
from tests.factories.filing import photo, place
from tests.factories.procedures import OfferFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dossier_is_filed_by_keyboard_alone(clock, live_server, open_page, enter):
    where = place()
    page = open_page(DESK)
    enter(page, CitizenFactory(full_name="Lê Thị Bàn Phím"))
    page.goto(f"{live_server.url}/nop-ho-so/{where.procedure.code}/")

    heading(page, "Nộp đến đâu")
    keyboard.press(page, "Lưu và tiếp tục")
    heading(page, "Ai nộp hồ sơ")
    say_for_whom(page)
    heading(page, "Nội dung đề nghị")
    mend_what_was_forgotten(page)
    heading(page, "Gửi giấy tờ")
    add_photos(page)
    heading(page, "Nhận kết quả")
    keyboard.tab_to(page, "Nhận bản điện tử")
    page.keyboard.press("Space")
    keyboard.press(page, "Lưu và tiếp tục")
    heading(page, "Xem lại trước khi nộp")
    keyboard.press(page, "Nội dung đúng, tiếp tục")
    heading(page, "Nộp hồ sơ")
    keyboard.tab_to(page, "Tôi xin chịu trách nhiệm")
    page.keyboard.press("Space")
    keyboard.press(page, "Nộp hồ sơ")

    expect(page.locator(".dossier-code--large")).to_be_visible()
    assert Dossier.objects.get().parties.get(role="APPLICANT").name == "Trần An Nhiên"


def say_for_whom(page):
    """The arrows choose among radio buttons; what belongs to the choice comes next."""
    keyboard.tab_to(page, "Cho chính tôi")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Cho con chưa đủ 18 tuổi của tôi")).to_be_checked()
    keyboard.type_into(page, "Họ, chữ đệm, tên của con", "Trần An Nhiên")
    keyboard.type_into(page, "Ngày sinh của con", "5/11/2020")
    keyboard.type_into(page, "Nơi cư trú hiện nay", "Thôn Đông, xã Sông Tranh")
    keyboard.press(page, "Lưu và tiếp tục")


def mend_what_was_forgotten(page):
    """The summary of errors takes the focus, its link leads into the field."""
    keyboard.press(page, "Lưu và tiếp tục")
    expect(page.locator(".error-summary")).to_be_focused()
    keyboard.tab_to(page, "", kind="a")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Lý do đề nghị")).to_be_focused()
    page.keyboard.type("Nhập học")
    keyboard.press(page, "Lưu và tiếp tục")


def add_photos(page):
    """What is missing leads to its button; the focus stays where a file has just come in."""
    keyboard.press(page, "Tiếp tục")
    expect(page.locator(".error-summary")).to_be_focused()
    keyboard.tab_to(page, "", kind="a")
    page.keyboard.press("Enter")
    missing = page.get_by_role("region", name="Giấy chứng sinh")
    expect(missing.locator("[data-upload-pick]")).to_be_focused()
    page.reload()
    for name in ("Giấy chứng sinh", "Thẻ căn cước"):
        card = page.get_by_role("region", name=name)
        with page.expect_file_chooser() as chooser:
            keyboard.press(page, f"Chọn tệp {name}")
        chooser.value.set_files(
            {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": photo().getvalue()}
        )
        expect(card).to_contain_text("đã nhận 1 trang")
        expect(card.locator(".paper-card__title")).to_be_focused()
    keyboard.press(page, "Tiếp tục")


def test_a_clerk_accepts_by_keyboard_alone(clock, live_server, open_page, enter):
    desk = office()
    offer = OfferFactory()
    first, second, third = (
        DossierFactory(place=desk, offer=offer, owner=CitizenFactory(full_name=name))
        for name in ("Trần Thị Một", "Trần Thị Hai", "Trần Thị Ba")
    )
    page = open_page(DESK)
    enter(page, desk.clerk)
    page.goto(f"{live_server.url}/lam-viec/")
    heading(page, "Mới đến")
    scripts_started(page)
    rows = page.get_by_role("table")
    link = {one.code: rows.get_by_role("link", name=one.code) for one in (first, second, third)}

    for key, code in (("j", first.code), ("j", second.code), ("j", third.code), ("k", second.code)):
        page.keyboard.press(key)
        expect(link[code]).to_be_focused()
    # The pane shows what the cursor stands on, and leaves the cursor where it is.
    expect(page.locator("#khung-doc")).to_contain_text("Trần Thị Hai")
    expect(link[second.code]).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/lam-viec/{second.code}/$"))
    heading(page, second.code)
    keyboard.follow(page, "Tiếp nhận hồ sơ")
    heading(page, "Tiếp nhận hồ sơ")
    keyboard.press(page, "Tiếp nhận hồ sơ")

    told(page, "Đã tiếp nhận")
    second.refresh_from_db()
    assert second.state == DossierState.ACCEPTED


def test_the_search_of_the_desk_is_one_key_away_and_typing_moves_no_cursor(
    clock, live_server, open_page, enter
):
    desk = office()
    dossier = DossierFactory(place=desk)
    page = open_page(DESK)
    enter(page, desk.clerk)
    page.goto(f"{live_server.url}/lam-viec/")
    scripts_started(page)

    page.keyboard.press("/")
    expect(page.locator("[data-queue-search]")).to_be_focused()
    page.keyboard.type("jx")
    expect(page.locator("[data-queue-search]")).to_have_value("jx")
    expect(page.locator("tr.is-current")).to_have_count(0)
    page.keyboard.press("Control+A")
    page.keyboard.type(dossier.code)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(dossier.code)
