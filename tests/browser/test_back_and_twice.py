"""What hurried people do: go back, press twice, open two tabs, leave with something wrong."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from dossiers.models import Dossier
from tests.browser.conftest import PHONE
from tests.browser.walks import hand_in, heading, press, save, scripts_started
from tests.factories.accounts import CitizenFactory
from tests.factories.filing import place, ready_draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(clock):
    return ready_draft(place(), CitizenFactory(), at=timezone.now())


@pytest.fixture
def at_step(live_server, draft, open_page, enter):
    """Open a step of the draft in a page of the same browser, or of a new one."""

    def go(step, beside=None):
        page = beside.context.new_page() if beside else open_page(PHONE)
        enter(page, draft.owner)
        page.goto(live_server.url + reverse("dossiers:step", args=[draft.pk, step]))
        return page

    return go


def test_back_after_handing_in_leads_to_the_same_code(at_step):
    page = at_step("nop")
    code = hand_in(page)

    page.go_back()

    expect(page.locator(".dossier-code--large")).to_have_text(code)
    assert Dossier.objects.count() == 1


def test_two_quick_presses_are_one_dossier(at_step):
    page = at_step("nop")
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.get_by_label("Tôi xin chịu trách nhiệm").check()
    scripts_started(page)
    expect(page.get_by_text("Đã kiểm tra xong")).to_be_visible()

    page.get_by_role("button", name="Nộp hồ sơ").dblclick()

    code = page.locator(".dossier-code--large").inner_text()
    assert Dossier.objects.get().code == code
    assert len(sent) == 1


def test_handing_in_from_two_tabs_gives_one_code(at_step):
    first = at_step("nop")
    second = at_step("nop", beside=first)

    codes = {hand_in(first), hand_in(second)}

    assert codes == {Dossier.objects.get().code}


def test_a_device_whose_clock_is_a_month_ahead_can_hand_in(at_step):
    page = at_step("xem-lai")
    month = 30 * 24 * 3600 * 1000
    page.context.add_init_script(f"const now = Date.now; Date.now = () => now() + {month};")
    asked = []
    page.on("request", lambda request: asked.append(request) if "kiem-tra" in request.url else None)
    press(page, "Nội dung đúng, tiếp tục")

    hand_in(page)

    assert len(asked) == 1


def test_what_was_typed_wrong_is_there_after_leaving_and_coming_back(at_step):
    page = at_step("nguoi")
    page.get_by_label("Số điện thoại").fill("12ab")
    save(page)
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Số điện thoại")).to_have_value("12ab")

    page.get_by_role("link", name="Bước trước").click()
    heading(page, "Nộp đến đâu")
    save(page)

    heading(page, "Ai nộp hồ sơ")
    expect(page.get_by_label("Số điện thoại")).to_have_value("12ab")


def test_back_and_forward_keep_what_was_saved(at_step):
    page = at_step("nguoi")
    page.get_by_label("Nơi cư trú").fill("Thôn Đoài, xã Sông Tranh")
    save(page)
    heading(page, "Nội dung đề nghị")
    page.get_by_label("Lý do đề nghị").fill("Xin học bổng")
    save(page)
    heading(page, "Gửi giấy tờ")

    page.go_back()
    expect(page.get_by_label("Lý do đề nghị")).to_have_value("Xin học bổng")
    page.go_back()
    expect(page.get_by_label("Nơi cư trú")).to_have_value("Thôn Đoài, xã Sông Tranh")
    page.get_by_label("Nơi cư trú").fill("Thôn Bắc, xã Sông Tranh")
    save(page)
    heading(page, "Nội dung đề nghị")
    expect(page.get_by_label("Lý do đề nghị")).to_have_value("Xin học bổng")
    page.go_back()
    expect(page.get_by_label("Nơi cư trú")).to_have_value("Thôn Bắc, xã Sông Tranh")
    page.go_forward()
    expect(page.get_by_label("Lý do đề nghị")).to_have_value("Xin học bổng")


def test_what_is_typed_is_saved_by_itself(at_step):
    page = at_step("nguoi")
    page.get_by_label("Nơi cư trú").fill("Gõ dở rồi bỏ đi")
    # The words of the script; the server wrote others when the page was made.
    expect(page.locator(".save-state[data-state=saved]")).to_contain_text("Đã lưu lúc")

    page.reload()

    expect(page.get_by_label("Nơi cư trú")).to_have_value("Gõ dở rồi bỏ đi")


def test_what_is_typed_before_the_script_has_come_is_saved_too(at_step):
    page, held = at_step("co-quan"), []
    page.route("**/js/autosave.js", lambda route: held.append(route))  # noqa: PLW0108 - playwright marks it
    with page.expect_request("**/js/autosave.js"):
        page.goto(page.url.replace("/co-quan/", "/nguoi/"))
    page.get_by_label("Nơi cư trú").fill("Gõ khi mạng còn chậm")
    held.pop().continue_()

    expect(page.locator(".save-state[data-state=saved]")).to_contain_text("Đã lưu lúc")
    page.reload()
    expect(page.get_by_label("Nơi cư trú")).to_have_value("Gõ khi mạng còn chậm")


def test_a_second_tab_never_overwrites_the_first_unasked(at_step):
    first = at_step("nguoi")
    second = at_step("nguoi", beside=first)
    first.get_by_label("Nơi cư trú").fill("Thẻ thứ nhất")
    save(first)
    heading(first, "Nội dung đề nghị")
    second.get_by_label("Nơi cư trú").fill("Thẻ thứ hai")
    save(second)

    expect(second.get_by_text("Bước này vừa được lưu ở một trang khác")).to_be_visible()
    expect(second.get_by_label("Nơi cư trú")).to_have_value("Thẻ thứ hai")
    first.go_back()
    first.reload()
    expect(first.get_by_label("Nơi cư trú")).to_have_value("Thẻ thứ nhất")
    save(second)
    heading(second, "Nội dung đề nghị")
    first.reload()
    expect(first.get_by_label("Nơi cư trú")).to_have_value("Thẻ thứ hai")


def test_a_session_that_ended_meanwhile_costs_nothing_that_was_typed(at_step, enter, draft):
    page = at_step("nguoi")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Nơi cư trú").fill("Gõ khi phiên đã hết")
    expect(page.locator(".save-state")).to_contain_text("Phiên làm việc đã hết")
    expect(page.get_by_label("Nơi cư trú")).to_have_value("Gõ khi phiên đã hết")

    # Signed in again in another tab, the page goes on.
    enter(page, draft.owner)
    save(page)

    heading(page, "Nội dung đề nghị")
    draft.refresh_from_db()
    assert draft.applicant["address"] == "Gõ khi phiên đã hết"
