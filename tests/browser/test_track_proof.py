"""Somebody without a sign-in sees the detail of a dossier by a code to its phone."""

import pytest
from playwright.sync_api import expect

from tests.accounts import latest_code
from tests.browser.conftest import PHONE
from tests.browser.walks import heading, press

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_detail_is_seen_by_a_code_to_the_phone_and_closed_again(
    portal, filed, open_page, script
):
    dossier = filed("1.001193")
    page = open_page(PHONE, java_script_enabled=script)
    page.goto(f"{portal}/tra-cuu/?ma={dossier.code}")
    page.get_by_role("link", name="Xem chi tiết bằng mã xác nhận").click()
    heading(page, "Xem chi tiết hồ sơ")
    fits(page)
    expect(page.get_by_label("Mã hồ sơ")).to_have_value(dossier.code)
    page.get_by_label("Số điện thoại hoặc thư điện tử").fill(dossier.owner.phone)
    press(page, "Gửi mã xác nhận")

    heading(page, "Nhập mã xác nhận")
    fits(page)
    page.get_by_label("Mã xác nhận").fill(latest_code(dossier.owner.phone))
    press(page, "Xem chi tiết")

    expect(page.get_by_text(dossier.owner.full_name).first).to_be_visible()
    fits(page)
    press(page, "Đóng trang chi tiết")
    expect(page.get_by_text("Đã đóng trang chi tiết.")).to_be_visible()
    page.goto(f"{portal}/tra-cuu/chi-tiet/")
    heading(page, "Xem chi tiết hồ sơ")


def fits(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
