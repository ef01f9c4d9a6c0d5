"""axe-core, width and targets on every page of the journey, empty and with errors too."""

import gzip
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from dossiers.enums import DossierState
from dossiers.models import Dossier, Draft
from dossiers.services import draft_steps, processing, rendering
from portal.operations import demo_data
from portal.operations.services import seed_filing
from procedures.eform.parsing import parse_definition
from tests.browser import walks
from tests.browser.conftest import NOW, PHONE
from tests.browser.looks import Looker
from tests.browser.walks import heading, press
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import DossierFactory, dossier_at, fee_line, office
from tests.factories.filing import PAGE, place, ready_draft
from tests.factories.procedures import OfferFactory

pytestmark = pytest.mark.django_db(transaction=True)

FIRST_VISIT_LIMIT = 100_000


@pytest.fixture
def looker():
    looker = Looker()
    yield looker
    assert looker.problems == []


def test_a_look_finds_what_is_wrong(clock, live_server, open_page):
    page, looker = open_page(PHONE), Looker()
    page.goto(f"{live_server.url}/tra-cuu/")
    page.evaluate("""() => {
        const main = document.querySelector("main");
        main.querySelector("label").remove();
        main.querySelector(".btn").style.minHeight = main.querySelector(".btn").style.padding = 0;
        main.append(document.createElement("h1"), Object.assign(new Image(400, 20)));
    }""")

    looker.look(page, "broken")

    found = {problem[1] for problem in looker.problems}
    assert found >= {
        f"wider than {PHONE}",
        "too small for a thumb",
        "not one heading of the page",
        "label",
    }


def test_pages_for_people_without_an_account(clock, live_server, open_page, looker):
    site = live_server.url
    dossier = DossierFactory(submitted_at=NOW)
    page = open_page(PHONE)
    for name, path in {
        "register": "/dang-ky/",
        "sign-in": "/dang-nhap/?next=/ho-so/",
        "staff-sign-in": "/can-bo/dang-nhap/",
        "forgot-password": "/quen-mat-khau/",
        "track": "/tra-cuu/",
        "tracked": f"/tra-cuu/?ma={dossier.code}",
        "track-unknown": "/tra-cuu/?ma=H99.11-261123-9999",
        "track-nonsense": "/tra-cuu/?ma=xyz",
        "forgot-code": "/tra-cuu/quen-ma/",
        "unknown-page": "/khong-co-trang-nay/",
    }.items():
        page.goto(f"{site}{path}")
        looker.look(page, name)

    for name, path, verb in (
        ("register-errors", "/dang-ky/", "Nhận mã xác nhận"),
        ("sign-in-errors", "/dang-nhap/", "Đăng nhập"),
        ("forgot-code-errors", "/tra-cuu/quen-ma/", "Gửi mã hồ sơ"),
        ("forgot-password-errors", "/quen-mat-khau/", "Nhận mã xác nhận"),
    ):
        page.goto(f"{site}{path}")
        press(page, verb)
        expect(page.locator(".error-summary")).to_be_focused()
        looker.look(page, name)

    page.goto(f"{site}/dang-ky/")
    walks.fill_registration(page)
    press(page, "Nhận mã xác nhận")
    heading(page, "Nhập mã")
    looker.look(page, "confirm")
    press(page, "Mở tài khoản")
    expect(page.locator(".error-summary")).to_be_focused()
    looker.look(page, "confirm-errors")


def test_pages_of_filing(clock, live_server, open_page, enter, looker):
    where = place()
    draft = ready_draft(where, CitizenFactory(), at=timezone.now(), files=2)
    page = open_page(PHONE)
    enter(page, draft.owner)
    for step in ("co-quan", "nguoi", "to-khai", "giay-to", "nhan-ket-qua", "xem-lai", "nop"):
        page.goto(live_server.url + reverse("dossiers:step", args=[draft.pk, step]))
        looker.look(page, f"filing-{step}")
        if step == "nguoi":
            page.get_by_label("Số điện thoại").fill("12")
            page.get_by_label("Cho con chưa đủ 18 tuổi của tôi").check()
            press(page, "Lưu và tiếp tục")
            expect(page.locator(".error-summary")).to_be_focused()
            looker.look(page, "filing-nguoi-errors")
            page.get_by_label("Cho chính tôi").check()
            page.get_by_label("Số điện thoại").fill("0912 345 678")
            press(page, "Lưu và tiếp tục")
            heading(page, "Nội dung đề nghị")
        if step == "xem-lai":
            # What was changed is read once more before it is handed in.
            press(page, "Nội dung đúng, tiếp tục")
            heading(page, "Nộp hồ sơ")
    press(page, "Nộp hồ sơ")
    expect(page.locator(".error-summary")).to_be_focused()
    looker.look(page, "filing-nop-errors")
    walks.hand_in(page)
    looker.look(page, "done")
    page.goto(f"{live_server.url}/ho-so/")
    looker.look(page, "mine")


def test_a_long_form_with_rows_addresses_and_errors(portal, open_page, enter, looker, filed):
    owner = filed(walks.BIRTH).owner
    draft = seed_filing.begin_draft(
        walks.BUSINESS,
        owner=owner,
        agency=Dossier.objects.get().deciding_unit,
        case="ca-nhan",
        at=timezone.now(),
    )
    declare_the_owner(draft, owner)
    page = open_page(PHONE)
    enter(page, owner)
    page.goto(portal + reverse("dossiers:step", args=[draft.pk, "to-khai"]) + "?muc=ho_kinh_doanh")
    heading(page, "Hộ kinh doanh")
    looker.look(page, "eform")
    press(page, "Lưu và tiếp tục")
    expect(page.locator(".error-summary")).to_be_focused()
    looker.look(page, "eform-errors")
    page.goto(f"{portal}/ho-so/")
    looker.look(page, "mine-draft")
    page.get_by_role("button", name="Xóa").click()
    heading(page, "Xóa hồ sơ làm dở này?")
    looker.look(page, "draft-delete")
    # Its address, opened again, asks again and deletes nothing.
    page.goto(page.url)
    heading(page, "Xóa hồ sơ làm dở này?")
    assert Draft.objects.filter(pk=draft.pk).exists()


def declare_the_owner(draft, owner):
    procedure = next(
        one for one in demo_data.load_procedures() if one["code"] == draft.procedure.code
    )
    typed = demo_data.typed_answers(
        parse_definition(draft.revision.form_version.definition),
        procedure["demo_answers"][0]["answers"],
        filed_on=NOW.date(),
    )
    draft_steps.save_section(
        draft_id=draft.pk,
        owner=owner,
        page=PAGE,
        section="chu_ho",
        typed={key: value for key, value in typed.items() if key.startswith("chu_")},
        is_final=True,
        at=timezone.now(),
    )


def test_pages_of_a_citizens_dossiers(clock, live_server, open_page, enter, looker):
    site, desk, owner = live_server.url, office(), CitizenFactory()
    page = open_page(PHONE)
    enter(page, owner)
    for name, path in {
        "mine-empty": "/ho-so/",
        "inbox-empty": "/thong-bao/",
        "profile": "/tai-khoan/",
    }.items():
        page.goto(f"{site}{path}")
        looker.look(page, name)

    offer = OfferFactory()
    shared = {"place": desk, "offer": offer, "owner": owner, "submitted_at": NOW}
    for state in DossierState:
        dossier = dossier_at(state, **shared)
        page.goto(f"{site}/ho-so/{dossier.code}/")
        looker.look(page, f"detail-{state.lower()}")
        if state == DossierState.SUPPLEMENT:
            page.goto(f"{site}/ho-so/{dossier.code}/bo-sung/")
            looker.look(page, "supplement")
            press(page, "Gửi bổ sung")
            expect(page.locator(".error-summary")).to_be_focused()
            looker.look(page, "supplement-errors")
        if state == DossierState.SUBMITTED:
            page.goto(f"{site}/ho-so/{dossier.code}/rut/")
            looker.look(page, "withdraw")
    page.goto(f"{site}/ho-so/")
    looker.look(page, "mine-many")
    page.goto(f"{site}/thong-bao/")
    looker.look(page, "inbox")


def test_pages_of_the_desk(clock, live_server, open_page, enter, looker):
    site, desk, offer = live_server.url, office(), OfferFactory()
    page = open_page()
    enter(page, desk.clerk)
    page.goto(f"{site}/lam-viec/")
    looker.look(page, "queue-empty", is_office=True)

    shared = {"place": desk, "offer": offer, "submitted_at": NOW - timedelta(days=7)}
    dossiers = {state: dossier_at(state, **shared) for state in DossierState}
    new = dossiers[DossierState.SUBMITTED].code
    page.goto(f"{site}/lam-viec/")
    page.get_by_role("link", name=new).focus()
    expect(page.locator("#khung-doc")).to_contain_text(new)
    looker.look(page, "queue", is_office=True)
    page.get_by_role("searchbox").fill("không có ai tên này")
    page.get_by_role("searchbox").press("Enter")
    heading(page, "Kết quả tìm")
    looker.look(page, "queue-nothing-found", is_office=True)
    for name, path in {
        "work": "",
        "accept": "tiep-nhan/",
        "refuse": "tu-choi/",
        "ask": "bo-sung/",
    }.items():
        page.goto(f"{site}/lam-viec/{new}/{path}")
        looker.look(page, name, is_office=True)
    for name, path, verb in (
        ("refuse-errors", "tu-choi", "Từ chối tiếp nhận"),
        ("ask-errors", "bo-sung", "Gửi yêu cầu bổ sung"),
    ):
        page.goto(f"{site}/lam-viec/{new}/{path}/")
        press(page, verb)
        expect(page.locator(".error-summary")).to_be_focused()
        looker.look(page, name, is_office=True)
    page.goto(f"{site}/lam-viec/{new}/tiep-nhan/")
    Dossier.objects.filter(code=new).update(version=99)
    press(page, "Tiếp nhận hồ sơ")
    heading(page, "Chưa làm được")
    looker.look(page, "overtaken", is_office=True)
    rendering.render_due_slips(at=timezone.now())
    for state in (DossierState.SUPPLEMENT, DossierState.DECIDED, DossierState.RETURNED):
        page.goto(f"{site}/lam-viec/{dossiers[state].code}/")
        looker.look(page, f"work-{state.lower()}", is_office=True)
    page.goto(f"{site}/lam-viec/{dossiers[DossierState.DECIDED].code}/tra-ket-qua/")
    looker.look(page, "hand-over", is_office=True)
    page.goto(f"{site}/lam-viec/{dossiers[DossierState.PROCESSING].code}/phe-duyet/")
    looker.look(page, "forbidden", is_office=True)


def test_pages_of_officer_leader_registrar_and_cashier(
    clock, live_server, open_page, enter, looker
):
    site, desk, offer = live_server.url, office(), OfferFactory()
    shared = {"place": desk, "offer": offer, "submitted_at": NOW - timedelta(days=3)}
    code = dossier_at(DossierState.PROCESSING, **shared).code
    work = f"{site}/lam-viec/{code}"
    pages = {role: open_page() for role in ("officer", "leader", "registrar", "cashier")}
    for role, page in pages.items():
        enter(page, getattr(desk, role))

    officer, leader, registrar, cashier = pages.values()
    officer.goto(f"{work}/trinh/")
    looker.look(officer, "propose", is_office=True)
    officer.get_by_label("Không đồng ý giải quyết", exact=True).check()
    press(officer, "Trình lãnh đạo")
    expect(officer.locator(".error-summary")).to_be_focused()
    looker.look(officer, "propose-errors", is_office=True)
    officer.goto(f"{work}/trinh/")
    officer.get_by_label("Đồng ý giải quyết", exact=True).check()
    officer.get_by_label("Nội dung trình").fill("Đủ điều kiện.")
    press(officer, "Trình lãnh đạo")

    for name, path in {
        "leader-queue": f"{site}/lam-viec/",
        "leader-work": f"{work}/",
        "approve": f"{work}/phe-duyet/",
        "send-back": f"{work}/tra-lai/",
        "stop": f"{work}/dung/",
        "reassign": f"{work}/giao-lai/",
    }.items():
        leader.goto(path)
        looker.look(leader, name, is_office=True)
    processing.approve_decision(
        dossier_id=Dossier.objects.get(code=code).pk,
        by=desk.leader,
        at=timezone.now(),
        version=None,
    )
    registrar.goto(f"{work}/phat-hanh/")
    looker.look(registrar, "issue", is_office=True)
    press(registrar, "Vào sổ, phát hành kết quả")
    expect(registrar.locator(".error-summary")).to_be_focused()
    looker.look(registrar, "issue-errors", is_office=True)

    cashier.goto(f"{site}/thu-ngan/")
    looker.look(cashier, "counter-empty", is_office=True)
    owing = dossier_at(DossierState.PAYMENT, **shared, fees=[fee_line()]).code
    cashier.goto(f"{site}/thu-ngan/")
    looker.look(cashier, "counter", is_office=True)
    cashier.goto(f"{site}/thu-ngan/{owing}/")
    looker.look(cashier, "receive", is_office=True)
    press(cashier, "Đã nhận đủ tiền mặt")
    expect(cashier.locator(".error-summary")).to_be_focused()
    looker.look(cashier, "receive-errors", is_office=True)


def test_a_first_visit_is_light(portal, open_page):
    for path in ("/", "/thu-tuc/?q=khai+sinh", "/thu-tuc/1.001193/", "/dang-ky/", "/tra-cuu/"):
        # A browser of its own, which has kept nothing from the page before.
        page, sizes = open_page(PHONE), {}
        page.on("requestfinished", lambda request, sizes=sizes: sizes.update(size_of(request)))

        page.goto(f"{portal}{path}", wait_until="networkidle")

        kinds = {url.rsplit(".", 1)[-1] for url in sizes}
        assert {"css", "js", "svg"} <= kinds, sizes
        assert sum(sizes.values()) <= FIRST_VISIT_LIMIT, sizes


def size_of(request):
    """Return what an answer weighs as it travels in production, compressed."""
    return {request.url: len(gzip.compress(request.response().body()))}
