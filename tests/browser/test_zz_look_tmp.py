import pytest
from datetime import timedelta
from django.utils import timezone
from tests.browser.test_payment import *  # noqa
from tests.browser.test_payment import bank, file, accept, go_to_the_bank
from tests.factories.payments import reported
from payments.services import hearing
pytestmark = pytest.mark.django_db(transaction=True)
for n in list(globals()):
    if n.startswith("test_"): del globals()[n]
OUT="/tmp/looks"
@pytest.mark.parametrize("width",[360,1280])
def test_look(portal, bank, open_page, width):
    import os; os.makedirs(OUT,exist_ok=True)
    page=open_page(width); d=file(page,portal); accept(d)
    def shot(n): page.screenshot(path=f"{OUT}/{n}-{width}.png",full_page=True)
    page.goto(f"{portal}/ho-so/{d.code}/"); shot("detail")
    page.goto(f"{portal}/nop-phi/{d.code}/"); shot("pay")
    from playwright.sync_api import expect
    go_to_the_bank(page,portal,d); shot("bank")
    bank.control(query="http:500")
    page.get_by_text("Thử tình huống khác").click(); page.get_by_label("Báo về cổng").select_option("never")
    press(page,"Hủy"); shot("waiting")
    p=Payment.objects.get()
    reported(p,at=timezone.now(),ResponseCode="24",TransactionStatus="02"); page.reload(); shot("cancelled")
    page.goto(f"{portal}/nop-phi/{d.code}/"); press(page,"Đến trang thanh toán"); 
    p2=Payment.objects.get(number=2); page.goto(f"{portal}/nop-phi/{d.code}/"); shot("pay-open")
    hearing.expire(payment_id=p2.pk,at=timezone.now()); reported(p2,at=timezone.now())
    page.goto(f"{portal}/thanh-toan/lan-nop/{p2.reference}/"); shot("surplus")
    cash=open_page(width); walks.staff_sign_in(cash,portal,"thuquy.songtranh")
    cash.goto(f"{portal}/thu-ngan/tien-chua-ro/"); cash.screenshot(path=f"{OUT}/unplaced-{width}.png",full_page=True)
    press(cash,"Dùng cho khoản còn phải nộp"); 
    cash.goto(f"{portal}/thu-ngan/{d.code}/"); cash.screenshot(path=f"{OUT}/receive-{width}.png",full_page=True)
    page.reload(); shot("received")
    rendering.render_due_slips(at=timezone.now())
    from dossiers.issuing import content
    open(f"{OUT}/confirmation.pdf","wb").write(content.render(d.slips.get(kind="FEE_CONFIRMATION")))
    page.goto(f"{portal}/thu-tuc/2.002516/"); shot("procedure")
