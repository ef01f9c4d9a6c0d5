"""A fee from the filing to the result in Chromium: paid at the simulated bank, whatever it does."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import CollectingAccount, User
from dossiers.enums import DecisionOutcome, DossierState, SlipKind
from dossiers.models import Dossier
from dossiers.services import processing, reception, rendering, results
from payments.enums import EntryKind, PaymentState
from payments.models import LedgerEntry, Payment
from payments.services import asking
from procedures.enums import FeeMoment, ResultDelivery
from procedures.models import Revision
from tests.browser import walks
from tests.browser.conftest import DESK, NOW, PHONE
from tests.browser.walks import heading, press
from tests.factories.dossiers import SMALL_PDF, StoredFileFactory
from tests.factories.payments import TERMINAL
from tests.factories.procedures import changing_published
from tests.payments.bank import Bank, start_bank, stop_bank, use_bank

pytestmark = pytest.mark.django_db(transaction=True)

CONFIRMING = "2.002516"
PAYER = "thu-hang"


@pytest.fixture
def bank(portal, settings) -> Iterator[Bank]:
    """Run a bank on the day on which the tests live, which calls the portal under test."""
    ahead = NOW.timestamp() - time_machine.escape_hatch.time.time()
    bank = start_bank(
        SIMULATOR_BANK_SECONDS_AHEAD=str(ahead),
        SIMULATOR_BANK_IPN_URL=f"{portal}/thanh-toan/vnpay/ipn/",
    )
    use_bank(settings, bank)
    # As base.py does when it reads the address.
    policy = django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": policy | {"form-action": ["'self'", bank.url]}
    }
    # The demonstration's accounts name the demonstration's terminal.
    CollectingAccount.objects.update(terminal=TERMINAL.code)
    # The usual moment; that of the demonstration, at filing, has its own tests.
    mine = Revision.objects.filter(procedure__code=CONFIRMING)
    with changing_published():
        mine.update(fee_moment=FeeMoment.AFTER_ACCEPTANCE)
    yield bank
    stop_bank(bank)


def people() -> dict[str, User]:
    return {user.username: user for user in User.objects.filter(username__contains="songtranh")}


def file(page, site) -> Dossier:
    """Fill in the declaration, most of which the account knows, and hand it in."""
    page.goto(f"{site}/nop-ho-so/{CONFIRMING}/")
    payer = User.objects.get(username=PAYER)
    walks.sign_in(page, payer.identity_number, walks.PASSWORD)
    heading(page, "Nộp đến đâu")
    page.get_by_label(walks.AGENCY).check()
    walks.save(page)
    heading(page, "Ai nộp hồ sơ")
    page.get_by_label("Cho chính tôi").check()
    walks.save(page)
    heading(page, "Người có thông tin cần xác nhận")
    page.get_by_label("Nữ").check()
    walks.save(page)
    heading(page, "Thông tin cần xác nhận")
    page.get_by_label("Thay đổi, cải chính").check()
    page.get_by_label("Nơi đã đăng ký").fill("Ủy ban nhân dân xã Bình Lâm")
    page.get_by_label("Thông tin cần cơ quan xác nhận").fill("Hai tên là cùng một người")
    walks.save(page)
    heading(page, "Mục đích")
    page.get_by_label("Dùng văn bản này để làm gì?").fill("Sửa tên trên bằng tốt nghiệp")
    walks.save(page)
    heading(page, "Gửi giấy tờ")
    walks.to_review(page, method="điện tử")
    walks.told(page, "8.000 đồng")
    press(page, "Nội dung đúng, tiếp tục")
    return Dossier.objects.select_related("owner").get(code=walks.hand_in(page))


def accept(dossier) -> None:
    reception.accept_dossier(
        dossier_id=dossier.pk, by=people()["motcua.songtranh"], at=timezone.now(), version=None
    )


def go_to_the_bank(page, site, dossier) -> None:
    page.goto(f"{site}/ho-so/{dossier.code}/")
    page.get_by_role("link", name="Nộp trực tuyến", exact=True).click()
    heading(page, "Nộp phí, lệ phí")
    walks.told(page, "Tám nghìn đồng")
    press(page, "Đến trang thanh toán")
    heading(page, "Thanh toán")
    walks.told(page, "8.000 đồng")


def finish(dossier) -> None:
    """Let the officer, the leader, the registrar and the clerk do their parts."""
    staff, step = people(), {"dossier_id": dossier.pk, "version": None}
    at = timezone.now() + timedelta(minutes=1)
    processing.claim_step(by=staff["hotich.songtranh"], at=at, **step)
    processing.propose_decision(
        by=staff["hotich.songtranh"],
        at=at,
        outcome=DecisionOutcome.GRANTED,
        proposal="Thông tin khớp sổ hộ tịch.",
        **step,
    )
    processing.approve_decision(by=staff["lanhdao.songtranh"], at=at, **step)
    processing.issue_result(
        by=staff["vanthu.songtranh"],
        at=at,
        number="14/XN-UBND",
        title="Văn bản xác nhận thông tin hộ tịch",
        signed_by_name=staff["lanhdao.songtranh"].full_name,
        file=StoredFileFactory(name="xac-nhan.pdf", scan_state="CLEAN"),
        **step,
    )
    results.return_result(by=staff["motcua.songtranh"], at=at, method=ResultDelivery.ONLINE, **step)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_level_4_dossier_is_filed_paid_at_the_bank_processed_and_returned(
    portal, bank, open_page, width
):
    citizen = open_page(width)
    dossier = file(citizen, portal)
    accept(dossier)
    go_to_the_bank(citizen, portal, dossier)

    press(citizen, "Thanh toán thành công")

    heading(citizen, "Đã nhận 8.000 đồng")
    dossier.refresh_from_db()
    assert dossier.state == DossierState.ACCEPTED
    [entry] = LedgerEntry.objects.all()
    assert (entry.kind, entry.amount_vnd) == (EntryKind.SETTLEMENT, 8_000)
    rendering.render_due_slips(at=timezone.now())
    with citizen.expect_download() as download:
        citizen.get_by_role("link", name="Tải giấy xác nhận").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    assert dossier.slips.get(kind=SlipKind.FEE_CONFIRMATION).file is not None

    finish(dossier)
    citizen.goto(f"{portal}/ho-so/{dossier.code}/")
    with citizen.expect_download() as result:
        citizen.get_by_role("link", name="Tải kết quả").click()
    assert result.value.path().read_bytes() == SMALL_PDF


def test_whatever_the_bank_does_the_payer_reads_the_truth(portal, bank, open_page):
    citizen = open_page(PHONE)
    dossier = file(citizen, portal)
    accept(dossier)

    go_to_the_bank(citizen, portal, dossier)
    press(citizen, "Hủy")
    heading(citizen, "Nộp không thành công")
    walks.told(citizen, "chưa bị trừ tiền")
    citizen.get_by_role("link", name="Nộp lại").click()
    press(citizen, "Đến trang thanh toán")
    # Neither a call nor an answer: nothing is known, and nothing is claimed.
    bank.control(query="http:500")
    citizen.get_by_text("Thử tình huống khác").click()
    citizen.get_by_label("Báo về cổng").select_option("never")
    press(citizen, "Thanh toán thành công")
    heading(citizen, "Đang xác nhận với ngân hàng")
    dossier.refresh_from_db()
    assert dossier.state == DossierState.PAYMENT

    bank.control(query="ok")
    asking.ask_due(at=timezone.now() + timedelta(minutes=2))

    # The page loads itself anew, without a script.
    heading(citizen, "Đã nhận 8.000 đồng")
    dossier.refresh_from_db()
    assert dossier.state == DossierState.ACCEPTED
    states = list(Payment.objects.order_by("number").values_list("state", flat=True))
    assert states == [PaymentState.CANCELLED, PaymentState.SUCCEEDED]
    assert re.fullmatch(r".+-P2", LedgerEntry.objects.get().reference)
    expect(citizen.locator("main")).not_to_contain_text("đừng nộp lại")


def test_the_same_procedure_is_paid_in_cash_at_the_counter(portal, bank, open_page):
    citizen, cashier = open_page(PHONE), open_page()
    dossier = file(citizen, portal)
    accept(dossier)

    walks.staff_sign_in(cashier, portal, "thuquy.songtranh")
    cashier.goto(f"{portal}/thu-ngan/{dossier.code}/")
    cashier.get_by_label("Số tiền đã đếm").fill("8000")
    cashier.get_by_label("Số biên lai").fill("AA-0009")
    press(cashier, "Đã nhận đủ tiền mặt")
    walks.told(cashier, "Đã thu 8.000 đồng")

    citizen.goto(f"{portal}/nop-phi/{dossier.code}/")
    walks.told(citizen, "không còn khoản nào phải nộp")
    assert LedgerEntry.objects.get().source == "CASH"
    assert dossier.slips.filter(kind=SlipKind.FEE_CONFIRMATION).exists()
