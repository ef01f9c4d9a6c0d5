"""A new member of staff: the letter, a password, the authenticator app, the first acceptance."""

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.models import SecondFactor, Unit, User
from accounts.services import invitations
from dossiers.enums import DecisionOutcome, DossierState
from dossiers.services import processing, reception
from portal.core import totp
from portal.notices.models import Notice
from tests.browser import walks
from tests.browser.conftest import DESK, NOW, PHONE
from tests.browser.looks import Looker
from tests.browser.walks import heading, press

pytestmark = pytest.mark.django_db(transaction=True)

NEWCOMER = "le.thi.sau"
PASSWORD = "Rêuxanh#4821"


def invited_by_administrator():
    """Invite a clerk to Sông Tranh's desk; return the link in the letter."""
    invitations.invite_staff(
        username=NEWCOMER,
        full_name="Lê Thị Sáu",
        title="Công chức một cửa",
        email="le.thi.sau@example.vn",
        grants=[
            invitations.Grant(
                Role.CLERK, Unit.objects.get(key="songtranh-mot-cua"), date(2026, 11, 23)
            )
        ],
        actor=User.objects.get(username="quantri.songtranh"),
        at=NOW,
    )
    letter = Notice.objects.get(kind="staff-link")
    return re.search(r"https?://\S+", letter.body)[0]


def read_key(page):
    return page.locator(".enrol__key").inner_text().replace(" ", "")


def code_in_app(key):
    return totp.code_of(key, totp.step_of(timezone.now()))


def give_password(page, site, username, password=walks.PASSWORD):
    page.goto(f"{site}/can-bo/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    press(page, "Đăng nhập")


def brought_to_the_leader(dossier):
    """Accept a dossier and propose its decision, without the browser."""
    staff = User.objects.staff().in_bulk(field_name="username")
    reception.accept_dossier(
        dossier_id=dossier.pk, by=staff["motcua.songtranh"], at=NOW, version=None
    )
    processing.propose_decision(
        dossier_id=dossier.pk,
        by=staff["hotich.songtranh"],
        at=NOW,
        version=None,
        outcome=DecisionOutcome.GRANTED,
        proposal="Đủ điều kiện.",
    )


def test_invitation_to_first_acceptance(portal, open_page, filed):
    dossier = filed(walks.BIRTH)
    page = open_page(DESK)

    page.goto(invited_by_administrator())
    heading(page, "Nhận tài khoản cán bộ")
    walks.told(page, NEWCOMER)
    page.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
    press(page, "Lưu mật khẩu mới")

    heading(page, "Cài ứng dụng xác thực")
    expect(page.get_by_role("img", name=re.compile("Mã QR"))).to_be_visible()
    key = read_key(page)
    page.get_by_label("Mã xác thực").fill("000000")
    press(page, "Hoàn tất cài đặt")
    walks.told(page, "Mã chưa đúng")
    assert read_key(page) == key
    page.get_by_label("Mã xác thực").fill(code_in_app(key))
    press(page, "Hoàn tất cài đặt")

    heading(page, "Giữ lại các mã dự phòng")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    spare = page.locator(".recovery-codes li").first.inner_text()
    page.get_by_role("link", name="Đã cất mã, vào làm việc").click()

    expect(page).to_have_url(re.compile("/lam-viec/"))
    page.get_by_role("link", name=re.compile("^Mới")).click()
    page.get_by_role("link", name=dossier.code).click()
    walks.begin(page, "Tiếp nhận hồ sơ")
    press(page, "Tiếp nhận hồ sơ")
    walks.told(page, "Đã tiếp nhận")
    dossier.refresh_from_db()
    assert dossier.state == DossierState.ACCEPTED
    assert dossier.events.order_by("-sequence").first().actor.username == NEWCOMER

    # The next day without the phone: a code from the paper, once.
    walks.sign_out(page)
    for told in ("Đã dùng một mã dự phòng, còn 9 mã.", "Mã chưa đúng."):
        give_password(page, portal, NEWCOMER, PASSWORD)
        page.get_by_label("Mã xác thực").fill(spare)
        press(page, "Đăng nhập")
        walks.told(page, told)
        page.context.clear_cookies()


def test_leader_away_for_a_while_types_a_code_into_the_approval(portal, open_page, filed, clock):
    dossier = filed(walks.BIRTH)
    brought_to_the_leader(dossier)
    page = open_page(DESK)
    walks.staff_sign_in(page, portal, "lanhdao.songtranh")
    for _quarter in range(2):
        clock.shift(10 * 60)
        page.reload()
    walks.open_dossier(page, portal, dossier.code)
    walks.begin(page, "Phê duyệt")
    page.get_by_label("Ý kiến").fill("Đồng ý với đề xuất")
    press(page, "Phê duyệt")
    walks.told(page, "Nhập mã đang hiện trong ứng dụng xác thực")
    expect(page.get_by_label("Ý kiến")).to_have_value("Đồng ý với đề xuất")
    page.get_by_label("Mã xác thực").fill(walks.app_code(page, "lanhdao.songtranh"))
    press(page, "Phê duyệt")
    walks.told(page, "Đã phê duyệt")


def test_doors_on_a_phone_and_a_desk(portal, open_page):
    looker = Looker()
    page = open_page(PHONE)
    SecondFactor.objects.filter(user__username="motcua2.songtranh").delete()
    page.goto(invited_by_administrator())
    looker.look(page, "invitation")
    page.goto(f"{portal}/can-bo/duong-dan/khong-co/")
    looker.look(page, "dead-link")
    give_password(page, portal, "motcua2.songtranh")
    heading(page, "Cài ứng dụng xác thực")
    looker.look(page, "set-up")
    page.get_by_label("Mã xác thực").fill(code_in_app(read_key(page)))
    press(page, "Hoàn tất cài đặt")
    heading(page, "Giữ lại các mã dự phòng")
    looker.look(page, "recovery-codes")
    page.context.clear_cookies()
    give_password(page, portal, "motcua.songtranh")
    press(page, "Đăng nhập")
    expect(page.locator(".error-summary")).to_be_focused()
    looker.look(page, "second-step")
    page.goto(f"{portal}/trinh-dien/")
    looker.look(page, "demonstration")

    assert looker.problems == []
