"""The parts of a draft in a real browser: saved while typing, rows moved, two people at once."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import Role
from procedures.enums import FeeStatus, PaperSource
from procedures.models import PrintableForm, Revision
from procedures.services import drafting, parts_texts
from procedures.services.parts_texts import OrderStep
from procedures.views.editor_part_pages import PAGES
from tests.browser.conftest import DESK, PHONE
from tests.browser.looks import Looker
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import (
    CaseFactory,
    FeeRuleFactory,
    PaperFactory,
    ProcessingTimeFactory,
    RevisionFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def editor(clock):
    return StaffFactory(role=Role.EDITOR, full_name="Trần Biên Tập")


@pytest.fixture
def draft(editor):
    published = RevisionFactory(
        procedure__name="Đăng ký khai sinh",
        order_of_steps=[
            {"title": "Nộp hồ sơ", "text": "Nộp trực tuyến hoặc tại quầy."},
            {"title": "Xem xét", "text": "Công chức tư pháp – hộ tịch đối chiếu giấy tờ."},
            {"title": "Nhận kết quả", "text": "Nhận giấy khai sinh."},
        ],
    )
    return drafting.open_draft(code=published.procedure.code, editor=editor, at=timezone.now())


@pytest.fixture
def open_part(live_server, open_page, enter, editor, draft):
    def show(part, width=DESK):
        page = open_page(width)
        enter(page, editor)
        page.goto(f"{live_server.url}/bien-tap/thu-tuc/{draft.procedure.code}/ban-nhap/{part}/")
        return page

    return show


def saved_by_itself(page):
    """Wait for the autosave that the next thing typed brings about."""
    return page.expect_response(
        lambda answer: answer.request.headers.get("x-autosave") == "1" and answer.ok
    )


def names(draft):
    return list(draft.papers.values_list("key", flat=True))


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_what_is_typed_saves_itself_and_rows_move_with_it(open_part, draft, width):
    page = open_part("giay-to", width)
    state = page.locator(".save-state")
    page.get_by_text("2. Thẻ căn cước").click()

    with saved_by_itself(page):
        page.get_by_label("Tên thường gọi").last.fill("Căn cước của cha mẹ")
    expect(state).to_contain_text("Đã lưu lúc")
    assert draft.papers.get(key="can-cuoc").plain_name == "Căn cước của cha mẹ"

    up = page.get_by_role("button", name="Chuyển lên: Thẻ căn cước")
    up.focus()
    with saved_by_itself(page):
        page.keyboard.press("Enter")
    expect(page.get_by_text("1. Thẻ căn cước")).to_be_visible()
    # The row is still unfolded, and what was typed still stands in it.
    expect(page.get_by_label("Tên thường gọi").first).to_have_value("Căn cước của cha mẹ")
    assert names(draft) == ["can-cuoc", "giay-chung-sinh"]

    # At the end of the list the pressed button is of no use: the other one of the row is in focus.
    expect(page.get_by_role("button", name="Chuyển xuống: Thẻ căn cước")).to_be_focused()

    page.get_by_role("button", name=re.compile("Xóa.*Giấy chứng sinh")).click()
    expect(page.get_by_text("Đã xóa “Giấy chứng sinh”.")).to_be_visible()
    with saved_by_itself(page):
        page.get_by_role("button", name="Lấy lại dòng này").click()
    assert names(draft) == ["can-cuoc", "giay-chung-sinh"]

    page.get_by_role("button", name="Thêm giấy tờ").click()
    expect(page.get_by_label("Tên giấy tờ").last).to_be_focused()
    with saved_by_itself(page):
        page.get_by_label("Tên giấy tờ").last.fill("Sổ tiêm chủng")
    with saved_by_itself(page):
        page.get_by_label("Tên giấy tờ").last.fill("Sổ tiêm chủng của trẻ")
    page.reload()
    expect(page.get_by_text("3. Sổ tiêm chủng của trẻ")).to_be_visible()
    assert names(draft) == ["can-cuoc", "giay-chung-sinh", "so-tiem-chung"]


def test_what_cannot_be_saved_yet_is_said_and_saved_once_mended(open_part, draft):
    page = open_part("chung")
    name, state = page.get_by_label("Tên chính thức"), page.locator(".save-state")

    name.fill("")
    expect(state).to_contain_text("Chưa lưu. Tên chính thức: Cần điền mục này.")
    name.fill("Đăng ký khai sinh lưu động")

    expect(state).to_contain_text("Đã lưu lúc")
    draft.refresh_from_db()
    assert (draft.name, draft.version) == ("Đăng ký khai sinh lưu động", 1)


def test_a_dropped_line_is_said_and_tried_again(open_part, draft):
    page = open_part("chung")
    state = page.locator(".save-state")
    page.route("**/ban-nhap/chung/", lambda route: route.abort())

    page.get_by_label("Tên thường gọi").fill("làm giấy khai sinh")
    expect(state).to_contain_text("Chưa lưu được, sẽ thử lại.")
    page.unroute_all()

    expect(state).to_contain_text("Đã lưu lúc")
    draft.refresh_from_db()
    assert draft.everyday_name == "làm giấy khai sinh"


def test_a_colleagues_newer_text_is_put_beside_what_was_typed(open_part, draft):
    page = open_part("trinh-tu")
    colleague = StaffFactory(role=Role.EDITOR, full_name="Lê Đồng Nghiệp")
    order = parts_texts.read_order(draft)
    theirs = parts_texts.Order((*order.steps[:2], OrderStep("Nhận kết quả", "Do đồng nghiệp ghi.")))
    parts_texts.save_text(
        revision_id=draft.pk, version=0, editor=colleague, at=timezone.now(), data=theirs
    )

    page.get_by_label("Nội dung").last.fill("Do tôi gõ.")
    expect(page.locator(".save-state")).to_contain_text("Lê Đồng Nghiệp")
    page.get_by_role("button", name="So với bản mới nhất").click()

    expect(page.get_by_label("Nội dung").last).to_have_value("Do tôi gõ.")
    expect(page.get_by_text("Do đồng nghiệp ghi.")).to_be_visible()
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text("Đã lưu lúc").first).to_be_visible()
    draft.refresh_from_db()
    assert (draft.order_of_steps[2]["text"], draft.version) == ("Do tôi gõ.", 2)


def filled(draft):
    """Give a draft what a long procedure has: two cases, fees with steps, many papers."""
    usual = draft.cases.get()
    overdue = CaseFactory(revision=draft, key="qua-han", name="Đăng ký quá hạn 60 ngày", position=1)
    ProcessingTimeFactory(case=overdue, channel="COUNTER", amount=5)
    FeeRuleFactory(
        case=usual,
        key="ban-sao",
        name="Phí cấp bản sao trích lục",
        amount_vnd=8_000,
        unit="COPY",
        asks_quantity=True,
        ground="Thông tư 281/2016/TT-BTC",
        tiers=[{"from": 3, "amount_vnd": 5_000}],
        exemptions=[{"key": "a", "name": "Người có công", "proof": "Giấy xác nhận"}],
        reductions=[{"channel": "ONLINE", "percent": 50}],
    )
    FeeRuleFactory(
        case=overdue,
        name="Lệ phí đăng ký quá hạn",
        status=FeeStatus.UNDETERMINED,
        amount_vnd=None,
        text="0 đồng, theo nghị quyết của Hội đồng nhân dân tỉnh",
    )
    for at in range(2, 9):
        PaperFactory(
            revision=draft,
            key=f"giay-{at}",
            name=f"Văn bản ủy quyền được chứng thực theo quy định của pháp luật, loại {at}",
            position=at,
            is_mandatory=at % 2 == 0,
            source=PaperSource.EFORM if at == 8 else PaperSource.UPLOAD,
        )
    PrintableForm.objects.create(
        revision=draft,
        paper=draft.papers.last(),
        key="mau",
        name="Tờ khai đăng ký khai sinh",
        storage_key="kept/aa/none",
        mime="application/pdf",
        size=120_000,
        pages=2,
    )
    Revision.objects.filter(pk=draft.pk).update(
        legal_grounds=[
            {"number": "60/2014/QH13", "title": "Luật Hộ tịch", "date": "2014-11-20"},
            {"number": "123/2015/NĐ-CP", "title": "Nghị định quy định chi tiết Luật Hộ tịch"},
        ]
    )


@pytest.mark.parametrize("part", PAGES)
def test_each_part_is_seen_at_both_widths(open_part, draft, part):
    filled(draft)
    looker = Looker()
    page = open_part(part)

    looker.look(page, f"part-{part}", is_office=True)
    page.get_by_role("button", name="Lưu", exact=True).click()

    expect(page.get_by_text("Đã lưu lúc").first).to_be_visible()
    draft.refresh_from_db()
    assert (looker.problems, draft.version) == ([], 0)
