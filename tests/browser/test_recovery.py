"""A citizen gets their account back at the width of a phone, with and without script."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.accounts import latest_code
from tests.browser.conftest import PHONE
from tests.browser.walks import heading, press

pytestmark = pytest.mark.django_db(transaction=True)

CHOSEN = "Rêuxanh#4821"


@pytest.fixture
def citizen(portal) -> User:
    found = User.objects.citizens().exclude(phone="").order_by("pk").first()
    assert found is not None
    return found


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("by", ["phone", "email"])
def test_citizen_recovers_an_account(portal, citizen, open_page, script, by):
    if by == "email":
        citizen.email_verified_at = citizen.phone_verified_at
        citizen.save()
    contact = getattr(citizen, by)
    page = open_page(PHONE, java_script_enabled=script)
    page.goto(f"{portal}/dang-nhap/")
    page.get_by_role("link", name="Quên mật khẩu").click()
    heading(page, "Quên mật khẩu")
    fits(page)
    page.get_by_label("Số định danh cá nhân hoặc số hộ chiếu").fill(citizen.identity_number)
    page.get_by_label("Số điện thoại hoặc thư điện tử").fill(contact)
    press(page, "Nhận mã xác nhận")

    heading(page, "Nhập mã xác nhận")
    fits(page)
    page.get_by_label("Mã xác nhận").fill(latest_code(contact))
    press(page, "Tiếp tục")
    heading(page, "Đặt mật khẩu mới")
    page.get_by_label("Mật khẩu mới", exact=True).fill(CHOSEN)
    press(page, "Lưu mật khẩu mới")

    expect(page.get_by_text("Đã lưu mật khẩu mới.")).to_be_visible()
    page.get_by_label("Số định danh, số điện thoại").fill(citizen.identity_number)
    page.get_by_label("Mật khẩu", exact=True).fill(CHOSEN)
    press(page, "Đăng nhập")
    expect(page.get_by_text(citizen.full_name).first).to_be_visible()


def fits(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
