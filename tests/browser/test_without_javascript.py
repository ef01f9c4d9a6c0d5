"""The citizen's whole way in Chromium without a line of script, at the width of a phone."""

import re

import pytest
from playwright.sync_api import expect

from dossiers.models import Dossier
from tests.browser import walks
from tests.browser.conftest import PHONE
from tests.browser.walks import LAN, heading, press
from tests.factories.filing import photo

pytestmark = pytest.mark.django_db(transaction=True)


def test_search_register_file_and_withdraw_without_script(portal, open_page, clock):
    page = open_page(PHONE, java_script_enabled=False)
    page.goto(portal)
    page.get_by_role("searchbox").first.fill("khai sinh")
    page.keyboard.press("Enter")
    page.locator(".best__title a").click()
    page.locator(".one-button a").click()
    page.get_by_role("link", name="Mở tài khoản").click()
    walks.register(page)
    walks.sign_out(page)
    page.goto(f"{portal}/nop-ho-so/{walks.BIRTH}/")
    walks.sign_in(page)

    walks.choose_agency(page)
    walks.name_child(page)
    walks.declare_birth(page)
    declare_parents_seeing_every_question(page)
    send_papers_by_an_ordinary_form(page)
    walks.to_review(page)
    press(page, "Nội dung đúng, tiếp tục")
    # Nobody is as quick as this test: between two codes to a phone there is half a minute.
    clock.shift(60)
    code = hand_in_with_a_code(page)

    page.get_by_role("link", name="Xem hồ sơ này").click()
    walks.told(page, "đã nhận được hồ sơ")
    walks.told(page, "mat-truoc.jpg")
    withdraw(page, code)


def declare_parents_seeing_every_question(page):
    """Without script what depends on an answer stands there with its condition."""
    heading(page, "Cha của trẻ")
    expect(page.get_by_label("Họ, chữ đệm, tên")).to_be_visible()
    expect(page.get_by_text(re.compile("^Chỉ điền nếu")).first).to_be_visible()
    page.get_by_label("Không", exact=True).check()
    walks.save(page)
    heading(page, "Việc kết hôn")
    page.get_by_label("Không", exact=True).check()
    walks.save(page)


def send_papers_by_an_ordinary_form(page):
    """Two files in one form, then one that is taken away again."""
    heading(page, "Gửi giấy tờ")
    card = page.get_by_role("region", name="Giấy chứng sinh")
    card.get_by_role("button", name="Gửi tệp").click()
    expect(card).to_contain_text("Chưa chọn tệp nào")
    send(card, "mat-truoc.jpg", "mat-sau.jpg")
    expect(card).to_contain_text("đã nhận 2 trang")
    card.get_by_role("button", name=re.compile("^(Xóa|Bỏ).*mat-sau")).click()
    expect(card).to_contain_text("đã nhận 1 trang")


def send(card, *names):
    files = [
        {"name": name, "mimeType": "image/jpeg", "buffer": photo((60 + at, 80)).getvalue()}
        for at, name in enumerate(names)
    ]
    card.get_by_label("Chọn tệp").set_input_files(files)
    card.get_by_role("button", name="Gửi tệp").click()


def hand_in_with_a_code(page):
    """No robot check can run; a code to the phone takes its place, and the tick is kept."""
    heading(page, "Nộp hồ sơ")
    page.get_by_label("Tôi xin chịu trách nhiệm").check()
    press(page, "Nộp hồ sơ")
    walks.told(page, "Cần một mã xác nhận")
    expect(page.get_by_label("Tôi xin chịu trách nhiệm")).to_be_checked()
    page.get_by_label("Mã xác nhận").fill("000000")
    press(page, "Nộp hồ sơ")
    expect(page.locator(".field-error")).to_be_visible()
    page.get_by_label("Mã xác nhận").fill(walks.code_sent_to(LAN.stored_phone))
    press(page, "Nộp hồ sơ")
    return page.locator(".dossier-code--large").inner_text()


def withdraw(page, code):
    page.get_by_role("link", name="Rút hồ sơ").click()
    heading(page, "Rút hồ sơ này?")
    press(page, "Rút hồ sơ")
    walks.told(page, "Công dân yêu cầu rút hồ sơ")
    assert Dossier.objects.get(code=code).state == "WITHDRAWN"
