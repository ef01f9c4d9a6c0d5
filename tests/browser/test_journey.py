"""The whole way of a dossier in Chromium, on a phone and on a desk, from search to result."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from dossiers.models import Dossier
from dossiers.services import rendering
from portal.notices.models import Notice
from tests.browser import walks
from tests.browser.conftest import DESK, PHONE
from tests.browser.walks import LAN, heading, press

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_birth_registration_from_the_search_to_the_result(portal, open_page, width):
    page = open_page(width)
    page.goto(portal)
    page.get_by_role("searchbox").first.fill("dang ky khai sinh")
    page.keyboard.press("Enter")
    page.locator(".best__title a").click()
    heading(page, "Làm giấy khai sinh cho con")
    page.locator(".one-button a").click()
    page.get_by_role("link", name="Mở tài khoản").click()
    walks.register(page)
    walks.shot(page, f"{width}-start")
    walks.file_birth(page)
    walks.shot(page, f"{width}-submit")
    code = walks.hand_in(page)
    walks.shot(page, f"{width}-done")
