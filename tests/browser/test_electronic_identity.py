"""Electronic identity in Chromium: a new account, and a procedure that asks for it."""

import pytest
from django.conf import settings as django_settings

from accounts.enums import IdentityLevel
from accounts.models import User
from tests.accounts import sign_on
from tests.accounts.sign_on import LAN
from tests.browser import walks
from tests.browser.conftest import PHONE
from tests.browser.walks import heading, press

pytestmark = pytest.mark.django_db(transaction=True)

BADGE = "2.002288"


@pytest.fixture
def vneid(portal, settings):
    """Run a sign-on, in this process: it lives on the same day as the portal."""
    running = sign_on.start()
    settings.EID = sign_on.provider(running.url)
    policy = django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": policy | {"form-action": ["'self'", running.url]}
    }
    yield running
    sign_on.stop(running)


def test_a_phone_signs_in_is_refused_kindly_and_files_what_asks_for_it(portal, vneid, open_page):
    page = open_page(PHONE)
    page.goto(f"{portal}/nop-ho-so/{BADGE}/")
    heading(page, "Đăng nhập")

    press(page, "Đăng nhập bằng định danh điện tử")
    heading(page, "Chọn người đăng nhập")
    press(page, "Hủy")
    heading(page, "Đăng nhập")
    walks.told(page, "Đã dừng ở trang định danh điện tử")

    press(page, "Đăng nhập bằng định danh điện tử")
    page.get_by_role("button", name="Trần Văn Thấp").click()
    walks.told(page, "chưa đủ mức độ")

    press(page, "Đăng nhập bằng định danh điện tử")
    page.get_by_role("button", name=LAN.name).click()
    heading(page, "Mở tài khoản bằng định danh điện tử")
    page.get_by_label("Tôi đồng ý").check()
    press(page, "Mở tài khoản")

    # Straight on to the procedure that asks for it.
    heading(page, "Nộp đến đâu")
    user = User.objects.filter(identity_level=IdentityLevel.EID).latest("pk")
    assert user.identity_number == LAN.number


def test_a_password_is_not_enough_where_electronic_identity_is_asked(
    portal, vneid, open_page, enter
):
    page = open_page(PHONE)
    person = User.objects.get(username="hoa-mai")
    known = sign_on.Person(person.identity_number, person.full_name, "19920514")
    vneid.sign_on.people.append(known)
    enter(page, person)
    page.goto(f"{portal}/nop-ho-so/{BADGE}/")

    heading(page, "Xác nhận bằng định danh điện tử")
    page.get_by_role("link", name="Liên kết định danh điện tử").click()
    heading(page, "Định danh điện tử")
    page.get_by_label("Mật khẩu của tài khoản này").fill(walks.PASSWORD)
    press(page, "Liên kết định danh điện tử")
    page.get_by_role("button", name=known.name).click()

    heading(page, "Nộp đến đâu")
    walks.told(page, "Đã liên kết định danh điện tử")
    person.refresh_from_db()
    assert person.identity_level == IdentityLevel.EID
