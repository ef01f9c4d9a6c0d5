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
from tests.factories.dossiers import SMALL_PDF

pytestmark = pytest.mark.django_db(transaction=True)


CLERK, OFFICER, LEADER = "motcua.songtranh", "hotich.songtranh", "lanhdao.songtranh"
REGISTRAR, CASHIER = "vanthu.songtranh", "thuquy.songtranh"


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_birth_registration_from_the_search_to_the_result(portal, open_page, width):
    citizen = open_page(width)
    code = find_and_file(citizen, portal)
    check_what_filing_left(citizen, code)

    accept(open_page(width), portal, code)
    rendering.render_due_slips(at=timezone.now())
    process(open_page, width, portal, code)
    hand_over(open_page(width), portal, code)

    read_the_result(citizen, portal, code)
    track_without_sign_in(open_page(width), portal, code)


def find_and_file(page, site):
    """Search without marks, open an account on the way, sign in, fill in, hand in."""
    page.goto(site)
    page.get_by_label("Gõ việc cần làm").fill("dang ky khai sinh")
    page.keyboard.press("Enter")
    page.locator(".best__title a").click()
    heading(page, "Làm giấy khai sinh cho con")
    start = page.locator(".one-button a")
    address = start.get_attribute("href")
    start.click()
    page.get_by_role("link", name="Mở tài khoản").click()
    walks.register(page)
    heading(page, "Nộp đến đâu")
    walks.sign_out(page)
    page.goto(f"{site}{address}")
    walks.sign_in(page)
    walks.file_birth(page, photos=("mat-truoc.jpg", "mat-sau.jpg"))
    return walks.hand_in(page)


def check_what_filing_left(page, code):
    """The code and the time of the answer are shown, the proof is a PDF, the notices wait."""
    assert walks.CODE.fullmatch(code)
    dossier = Dossier.objects.get(code=code)
    expect(page.locator("main")).to_contain_text("thứ Tư, 25/11/2026")
    assert dossier.parties.get(role="APPLICANT").name == "Trần Nguyễn An Nhiên"
    assert dossier.papers.filter(paper_key="giay-chung-sinh").count() == 2
    told = Notice.objects.filter(subject_key=f"dossier:{code}", kind="dossier-submitted")
    assert set(told.values_list("medium", flat=True)) == {"sms", "in_app"}

    rendering.render_due_slips(at=timezone.now())

    letter = told.get(medium="email")
    assert letter.to == LAN.email
    assert [one["name"].endswith(".pdf") for one in letter.attachments] == [True]
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải giấy xác nhận đã nộp").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def accept(page, site, code):
    """Find the dossier among the new ones, read its pages, accept with an explained date."""
    walks.staff_sign_in(page, site, CLERK)
    page.get_by_role("link", name=re.compile("^Mới")).click()
    page.get_by_role("link", name=code).click()
    heading(page, code)
    walks.told(page, "Trần Nguyễn An Nhiên")
    # A day of birth carries no weekday.
    expect(page.locator(".desk-people")).not_to_contain_text("thứ")
    # Nobody who looks over the clerk's shoulder reads a number that was not asked for.
    expect(page.locator("main")).not_to_contain_text(LAN.number, use_inner_text=True)
    number = page.get_by_role("region", name="Nội dung khai").locator("details")
    number.get_by_text("Xem số").click()
    expect(number).to_contain_text(LAN.number, use_inner_text=True)
    preview = page.get_by_role("region", name="Giấy tờ").get_by_role("img").first
    preview.scroll_into_view_if_needed()
    expect(preview).to_have_js_property("complete", True)
    assert preview.evaluate("image => image.naturalWidth") > 0
    walks.begin(page, "Tiếp nhận hồ sơ")
    walks.told(page, "Vì sao hẹn ngày này?")
    walks.told(page, "thứ Hai, 23/11/2026")
    press(page, "Tiếp nhận hồ sơ")
    walks.told(page, "Đã tiếp nhận")


def process(open_page, width, site, code):
    """The officer proposes, the leader approves, the registrar issues."""
    officer = open_page(width)
    walks.staff_sign_in(officer, site, OFFICER)
    walks.open_dossier(officer, site, code)
    officer.locator(".desk-actions:visible").get_by_role("button", name="Nhận việc này").click()
    walks.told(officer, "Đã nhận việc")
    walks.begin(officer, "Trình kết quả giải quyết")
    officer.get_by_label("Đồng ý giải quyết", exact=True).check()
    officer.get_by_label("Nội dung trình").fill("Giấy chứng sinh khớp tờ khai. Đủ điều kiện.")
    press(officer, "Trình lãnh đạo")
    walks.told(officer, "Đã trình lãnh đạo")

    leader = open_page(width)
    walks.staff_sign_in(leader, site, LEADER)
    walks.open_dossier(leader, site, code)
    walks.begin(leader, "Phê duyệt")
    walks.told(leader, "Giấy chứng sinh khớp tờ khai")
    press(leader, "Phê duyệt")
    walks.told(leader, "Đã phê duyệt")

    registrar = open_page(width)
    walks.staff_sign_in(registrar, site, REGISTRAR)
    walks.open_dossier(registrar, site, code)
    walks.begin(registrar, "Vào sổ, phát hành kết quả")
    registrar.get_by_label("Số, ký hiệu").fill("112/2026")
    registrar.get_by_label("Tệp kết quả đã ký").set_input_files(
        {"name": "khai-sinh.pdf", "mimeType": "application/pdf", "buffer": SMALL_PDF}
    )
    press(registrar, "Vào sổ, phát hành kết quả")
    walks.told(registrar, "Đã phát hành kết quả")


def hand_over(page, site, code):
    walks.staff_sign_in(page, site, CLERK)
    page.get_by_role(
        "link", name=re.compile("^Chờ trả|^Cần trả|trả kết quả", re.IGNORECASE)
    ).first.click()
    page.get_by_role("link", name=code).click()
    walks.begin(page, "Trả kết quả")
    page.get_by_label("Tại quầy").check()
    page.get_by_label("Người nhận kết quả").fill(LAN.name)
    press(page, "Trả kết quả")
    walks.told(page, "Đã trả kết quả")


def read_the_result(page, site, code):
    """The citizen finds the end of it, the slips and the result itself."""
    page.goto(f"{site}/ho-so/")
    page.get_by_role("link", name="Làm giấy khai sinh cho con").click()
    walks.told(page, "Đã trả kết quả")
    with page.expect_download() as slip:
        page.get_by_role("link", name=re.compile("Giấy tiếp nhận")).click()
    assert slip.value.path().read_bytes().startswith(b"%PDF-")
    with page.expect_download() as result:
        page.get_by_role("link", name="Tải kết quả").click()
    assert result.value.path().read_bytes() == SMALL_PDF


def track_without_sign_in(page, site, code):
    """The code alone tells the stage and no name; a lost code goes to the phone."""
    page.goto(site)
    page.get_by_role("link", name="Tra cứu hồ sơ").first.click()
    page.get_by_label("Mã hồ sơ").fill(code.lower())
    press(page, "Tra cứu")
    walks.told(page, "Đã trả kết quả")
    expect(page.locator("body")).not_to_contain_text("Nguyễn Thị Lan")
    expect(page.locator("body")).not_to_contain_text("An Nhiên")
    page.get_by_role("link", name="Quên mã hồ sơ").click()
    page.get_by_label("Số điện thoại").fill(LAN.phone)
    press(page, "Gửi mã hồ sơ")
    walks.told(page, "Đã nhận yêu cầu")
    assert code in Notice.objects.filter(to=LAN.stored_phone, medium="sms").latest("pk").body


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_exactly_what_was_asked_is_supplemented_and_the_clock_waits(
    portal, open_page, filed, width
):
    dossier = filed(walks.BIRTH)
    clerk, citizen = open_page(width), open_page(width)
    walks.staff_sign_in(clerk, portal, CLERK)
    ask(clerk, portal, dossier.code)

    walks.sign_in_owner(citizen, portal, dossier)
    walks.told(citizen, "Bổ sung 2 mục")
    citizen.get_by_role("link", name="Bổ sung hồ sơ").click()
    answer(citizen)

    clerk.goto(f"{portal}/lam-viec/{dossier.code}/")
    walks.told(clerk, "Bệnh viện Từ Dũ")
    walks.told(clerk, "chup-lai.jpg")
    walks.begin(clerk, "Tiếp nhận hồ sơ")
    press(clerk, "Tiếp nhận hồ sơ")
    walks.told(clerk, "Đã tiếp nhận")
    dossier.refresh_from_db()
    assert dossier.state == "ACCEPTED"
    pause = dossier.pauses.get()
    assert pause.ended_at is not None
    kinds = Notice.objects.filter(to=dossier.owner.phone).values_list("kind", flat=True)
    assert {"dossier-supplement-asked", "dossier-supplement-answered"} <= {
        kind.replace("_", "-") for kind in kinds
    }


def ask(page, site, code):
    """Ask for one paper again and for one answer, after a look at what the citizen will read."""
    walks.open_dossier(page, site, code)
    walks.begin(page, "Yêu cầu bổ sung")
    page.get_by_role("checkbox", name=re.compile("Giấy chứng sinh")).check()
    page.get_by_label(re.compile("Lý do: Giấy chứng sinh")).fill("Ảnh mờ, chụp lại.")
    page.get_by_text(re.compile("Nội dung đã khai")).first.click()
    page.get_by_role("checkbox", name=re.compile("Nơi sinh")).check()
    page.get_by_label(re.compile("Lý do:.*Nơi sinh")).fill("Khác giấy chứng sinh.")
    page.get_by_label("Căn cứ pháp lý").fill("Luật Hộ tịch, điều 16")
    press(page, "Xem trước lời nhắn")
    expect(page.get_by_role("region", name="Công dân sẽ đọc")).to_contain_text("Ảnh mờ, chụp lại.")
    press(page, "Gửi yêu cầu bổ sung")
    walks.told(page, "Đã gửi yêu cầu bổ sung")


def answer(page):
    """Send what was asked; the first try forgets the paper and loses nothing."""
    heading(page, "Bổ sung hồ sơ")
    walks.told(page, "Ảnh mờ, chụp lại.")
    expect(page.locator("main form input[type=text]")).to_have_count(1)
    page.get_by_label("Nơi sinh").fill("Bệnh viện Từ Dũ")
    press(page, "Gửi bổ sung")
    walks.told(page, "Còn mục chưa bổ sung")
    expect(page.get_by_label("Nơi sinh")).to_have_value("Bệnh viện Từ Dũ")
    page.locator(".error-summary").get_by_role("link", name="Giấy chứng sinh").click()
    expect(page.locator("[data-upload-pick]")).to_be_focused()
    walks.add_photos(page, "Giấy chứng sinh", names=("chup-lai.jpg",))
    press(page, "Gửi bổ sung")
    walks.told(page, "Đã gửi bổ sung")


def test_a_fee_in_cash_lets_the_work_go_on(portal, open_page, filed):
    dossier = filed(walks.BUSINESS)
    clerk, citizen, cashier = open_page(), open_page(PHONE), open_page()
    walks.staff_sign_in(clerk, portal, CLERK)
    walks.open_dossier(clerk, portal, dossier.code)
    walks.begin(clerk, "Tiếp nhận hồ sơ")
    walks.told(clerk, "50.000 đồng")
    press(clerk, "Tiếp nhận hồ sơ")
    walks.sign_in_owner(citizen, portal, dossier)
    walks.told(citizen, "Nộp 50.000 đồng")

    walks.staff_sign_in(cashier, portal, CASHIER)
    cashier.goto(f"{portal}/thu-ngan/")
    cashier.get_by_role("link", name=dossier.code).click()
    cashier.get_by_label("Số tiền đã đếm").fill("40.000")
    cashier.get_by_label("Số biên lai").fill("AA-0001")
    press(cashier, "Đã nhận đủ tiền mặt")
    walks.told(cashier, "Phải thu đúng 50.000 đồng")
    expect(cashier.get_by_label("Số biên lai")).to_have_value("AA-0001")
    cashier.get_by_label("Số tiền đã đếm").fill("50000")
    press(cashier, "Đã nhận đủ tiền mặt")
    walks.told(cashier, "50.000 đồng")

    citizen.reload()
    expect(citizen.locator("main")).not_to_contain_text("Nộp 50.000 đồng")
    dossier.refresh_from_db()
    assert dossier.state == "ACCEPTED"
    assert dossier.pauses.get().ended_at is not None
