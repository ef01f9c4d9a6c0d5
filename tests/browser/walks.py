"""What people do in the browser, by the words that they see; each leaves the next page open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import SecondFactor
from dossiers.models import Dossier
from portal.core import totp
from portal.notices.models import Notice
from portal.operations.demo_data import demo_secret
from tests.factories.filing import photo

PASSWORD = "Trinhdien@2026"
AGENCY = "Ủy ban nhân dân phường Sông Tranh"
BIRTH = "1.001193"
BUSINESS = "1.001612"
CODE = re.compile(r"H99\.\d\d-\d{6}-\d{4}")


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen as the registration asks for one."""

    name: str = "Nguyễn Thị Lan"
    number: str = "003192990077"
    born: str = "14/05/1992"
    phone: str = "0912345678"
    email: str = "lan@example.vn"
    password: str = "Song-Tranh-88"

    @property
    def stored_phone(self) -> str:
        return f"84{self.phone[1:]}"


LAN = Person()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, question: str, answer: str) -> None:
    """Choose among the radio buttons of one question."""
    group = page.get_by_role("group", name=re.compile(re.escape(question)))
    group.get_by_label(answer).check()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def scripts_started(page: Page) -> None:
    """Wait for what keys and presses are handled by; a person is slower than a test."""
    expect(page.locator("[data-module]:not([data-started=yes])")).to_have_count(0)


def code_sent_to(phone: str) -> str:
    """Read the newest one-time code from the outbox, as its owner reads the phone."""
    notice = Notice.objects.filter(kind="one-time-code", to=phone).latest("pk")
    return re.search(r"\d{6}", notice.body.split(":", 1)[1])[0]


def fill_registration(page: Page, person: Person = LAN) -> None:
    page.get_by_label("Họ và tên").fill(person.name)
    page.get_by_label("Số định danh cá nhân").fill(person.number)
    page.get_by_label("Ngày sinh").fill(person.born)
    page.get_by_label("Số điện thoại").fill(person.phone)
    page.get_by_label("Thư điện tử").fill(person.email)
    page.get_by_label("Mật khẩu", exact=True).fill(person.password)
    page.get_by_label("Tôi đồng ý").check()


def register(page: Page, person: Person = LAN) -> None:
    fill_registration(page, person)
    press(page, "Nhận mã xác nhận")
    expect(page).to_have_url(re.compile("/dang-ky/xac-nhan/"))
    page.get_by_label("Mã xác nhận").fill(code_sent_to(person.stored_phone))
    press(page, "Mở tài khoản")
    expect(page).not_to_have_url(re.compile("/dang-ky/"))


def sign_out(page: Page) -> None:
    press(page, "Đăng xuất")


def sign_in(page: Page, name: str = LAN.number, password: str = LAN.password) -> None:
    page.get_by_label(re.compile("Số định danh, số điện thoại")).fill(name)
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    press(page, "Đăng nhập")


def sign_in_owner(page: Page, site: str, dossier: Dossier) -> None:
    """Sign the demonstration's owner of a dossier in, and open its page."""
    page.goto(f"{site}/ho-so/{dossier.code}/")
    sign_in(page, dossier.owner.identity_number, PASSWORD)
    expect(page.locator(".dossier-head")).to_contain_text(dossier.code)


def staff_sign_in(page: Page, site: str, username: str) -> None:
    page.goto(f"{site}/can-bo/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    press(page, "Đăng nhập")
    heading(page, "Nhập mã xác thực")
    page.get_by_label("Mã xác thực").fill(app_code(page, username))
    press(page, "Đăng nhập")
    expect(page).to_have_url(re.compile("/lam-viec/"))


def app_code(page: Page, username: str, secret: str = "") -> str:
    """Read the next code from somebody's authenticator app; one that was used is waited out."""
    factor = SecondFactor.objects.get(user__username=username)
    while (step := factor.last_step + 1) > totp.step_of(timezone.now()) + totp.TOLERANCE:
        page.wait_for_timeout(1_000)
    step = max(step, totp.step_of(timezone.now()))
    return totp.code_of(secret or demo_secret(username), step)


def save(page: Page) -> None:
    press(page, "Lưu và tiếp tục")


def choose_agency(page: Page) -> None:
    heading(page, "Nộp đến đâu")
    page.get_by_label(AGENCY).check()
    page.get_by_label(re.compile("Trẻ sinh chưa quá 60 ngày")).check()
    save(page)


def name_child(page: Page) -> None:
    heading(page, "Ai nộp hồ sơ")
    page.get_by_label("Cho con chưa đủ 18 tuổi của tôi").check()
    page.get_by_label("Họ, chữ đệm, tên của con").fill("Trần Nguyễn An Nhiên")
    page.get_by_label("Ngày sinh của con").fill("05/11/2026")
    page.get_by_label("Nơi cư trú hiện nay").fill("Số 47, đường Bến Cá, phường Sông Tranh")
    save(page)


def declare_birth(page: Page) -> None:
    """Fill in the seven parts of the declaration, as the mother."""
    heading(page, "Người đi khai sinh")
    page.get_by_label("Mẹ", exact=True).check()
    save(page)
    heading(page, "Trẻ được khai sinh")
    page.get_by_label("Họ, chữ đệm, tên của trẻ").fill("Trần Nguyễn An Nhiên")
    page.get_by_label("Ngày sinh").fill("05/11/2026")
    page.get_by_label("Nữ").check()
    page.get_by_label("Dân tộc").fill("Kinh")
    page.get_by_label("Quốc tịch").fill("Việt Nam")
    page.get_by_label("Nơi sinh").fill("Bệnh viện Đa khoa tỉnh Đông Hải")
    page.get_by_label("Quê quán").fill("Xã Bình Lâm, tỉnh Đông Hải")
    save(page)
    heading(page, "Cha hoặc mẹ đang khai")
    expect(page.get_by_label("Họ, chữ đệm, tên")).to_have_value(LAN.name)
    page.get_by_label("Dân tộc").fill("Kinh")
    page.get_by_label("Quốc tịch").fill("Việt Nam")
    page.get_by_label("Nơi cư trú").fill("Số 47, đường Bến Cá, phường Sông Tranh")
    save(page)


def declare_parents(page: Page) -> None:
    heading(page, "Cha của trẻ")
    page.get_by_label("Không", exact=True).check()
    save(page)
    heading(page, "Việc kết hôn")
    page.get_by_label("Không", exact=True).check()
    save(page)


def add_photos(page: Page, paper: str, names: Sequence[str] = ("anh.jpg",)) -> None:
    """Photograph a paper where there is a camera, choose files elsewhere."""
    card = page.get_by_role("region", name=paper)
    camera = card.locator("[data-upload-camera]")
    for number, name in enumerate(names, start=1):
        button = camera if camera.is_visible() else card.locator("[data-upload-pick]")
        with page.expect_file_chooser() as chooser:
            button.click()
        data = photo((600 + number, 800)).getvalue()
        chooser.value.set_files({"name": name, "mimeType": "image/jpeg", "buffer": data})
        expect(card.locator(".tag").first).to_contain_text(f"đã nhận {number} trang")


def to_review(page: Page, *, method: str = "Đến nhận tại quầy") -> None:
    press(page, "Tiếp tục")
    heading(page, "Nhận kết quả")
    page.get_by_label(re.compile(method)).check()
    save(page)
    heading(page, "Xem lại trước khi nộp")


def file_birth(page: Page, photos: Sequence[str] = ("anh.jpg",)) -> None:
    """Go from the first step to the last page, with everything filled in."""
    choose_agency(page)
    name_child(page)
    declare_birth(page)
    declare_parents(page)
    heading(page, "Gửi giấy tờ")
    add_photos(page, "Giấy chứng sinh", photos)
    to_review(page)
    press(page, "Nội dung đúng, tiếp tục")


def hand_in(page: Page) -> str:
    """Tick the promise, let the robot check be solved, and read the code."""
    heading(page, "Nộp hồ sơ")
    page.get_by_label("Tôi xin chịu trách nhiệm").check()
    press(page, "Nộp hồ sơ")
    expect(page).to_have_url(re.compile("/da-nop/"))
    return page.locator(".dossier-code--large").inner_text()


def open_dossier(page: Page, site: str, code: str) -> None:
    """Open a dossier from the list of what waits for somebody."""
    page.goto(f"{site}/lam-viec/")
    page.get_by_role("link", name=code).click()
    heading(page, code)


def begin(page: Page, verb: str) -> None:
    """Press one of the things that may be done now."""
    page.locator(".desk-actions:visible").get_by_role("link", name=verb, exact=True).click()
    heading(page, verb)


def told(page: Page, words: str) -> None:
    expect(page.locator("main")).to_contain_text(words)
