"""An editor builds a small e-form by keyboard and mouse, and fills it in beside the list."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import Tier
from accounts.models import User
from procedures.models import Field, Revision
from procedures.services import drafting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(portal, enter, open_page):
    editor = User.objects.get(username="bientap.donghai")
    draft = drafting.create_procedure(
        code="1.999123",
        name="Cấp giấy xác nhận thử",
        field=Field.objects.first(),
        tiers=[Tier.COMMUNE],
        editor=editor,
        at=timezone.now(),
    )

    def open_editor(width=1280):
        page = open_page(width)
        enter(page, editor)
        page.goto(portal + reverse("procedures:editor_form", args=["1.999123"]))
        return page

    return open_editor, draft


def add(page, kind, label, *, within=".eform-part"):
    holder = page.locator(within).last
    holder.locator("select").last.select_option(kind)
    holder.get_by_role("button", name=re.compile("^Thêm")).last.click()
    expect(page.get_by_label("Câu hỏi", exact=True)).to_be_focused()
    page.get_by_label("Câu hỏi", exact=True).fill(label)


def save(page):
    page.get_by_role("button", name="Lưu câu hỏi").click()
    expect(page.get_by_role("heading", name="Tờ khai điện tử")).to_be_visible()


def test_an_editor_builds_a_form_and_fills_it_in(desk):
    open_editor, draft = desk
    page = open_editor()
    page.get_by_role("button", name="Từ một câu hỏi").click()

    add(page, "one_of", "Nơi nhận giấy")
    page.get_by_label("Các lựa chọn, mỗi dòng một").fill("Tại nhà\nTại quầy")
    # The question stands in the preview while it is being typed.
    expect(page.locator("#xem-thu").get_by_text("Tại quầy")).to_be_visible()
    save(page)

    add(page, "text", "Số nhà")
    page.get_by_label("Câu hỏi trước 1").select_option(label="Nơi nhận giấy")
    page.get_by_label("So sánh 1").select_option(label="là")
    page.get_by_label("Giá trị 1").fill("tại nhà")
    page.get_by_label("Bắt buộc trả lời").check()
    save(page)

    add(page, "group", "Người cùng nhận")
    page.get_by_label("Câu hỏi đầu tiên trong mỗi dòng").fill("Họ tên")
    save(page)
    holder = page.locator("#muc-nguoi_cung_nhan")
    holder.locator("select").select_option("date")
    holder.get_by_role("button", name="Thêm vào dòng").click()
    page.get_by_label("Câu hỏi", exact=True).fill("Ngày sinh")
    page.get_by_label("Dữ liệu cá nhân").check()
    save(page)

    # By keyboard alone.
    page.get_by_role("button", name="Chuyển lên: Người cùng nhận").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".eform-items").first.locator("> li").nth(2)).to_contain_text(
        "Người cùng nhận"
    )
    expect(page.get_by_role("button", name="Chuyển lên: Người cùng nhận")).to_be_focused()
    page.get_by_role("button", name="Chuyển lên: Số nhà").click()
    page.get_by_role("button", name="Chuyển lên: Số nhà").click()
    expect(page.get_by_role("alert")).to_contain_text("“Số nhà” chỉ hiện theo câu trả lời")

    tried = page.locator("#xem-thu")
    house = tried.get_by_label("Số nhà")
    expect(house).to_be_hidden()
    tried.get_by_label("Nội dung đề nghị").fill("Xin cấp giấy")
    tried.get_by_label("Tại nhà").check()
    expect(house).to_be_visible()
    tried.get_by_role("button", name="Thêm dòng").click()
    tried.get_by_label("Họ tên").fill("Nguyễn Thị An")
    tried.get_by_label("Ngày sinh").fill("31/2/2020")
    tried.get_by_role("button", name="Kiểm tra thử").click()

    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("Nhập “Số nhà”.")
    expect(summary).to_contain_text("Không có ngày này trong lịch")
    page.get_by_label("Số nhà").fill("12")
    page.get_by_label("Ngày sinh").fill("1/2/2020")
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    expect(page.get_by_text("Tờ khai điền thế này là hợp lệ")).to_be_visible()
    expect(page.get_by_role("cell", name="01/02/2020")).to_be_visible()
    stored = Revision.objects.get(pk=draft.pk)
    assert "Xin cấp giấy" not in str(stored.form_version.definition)


def test_on_a_phone_the_list_and_the_preview_stand_below_each_other(desk):
    open_editor, _draft = desk
    page = open_editor(360)
    page.get_by_role("button", name="Từ mẫu chung").click()
    expect(page.locator("#xem-thu")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Nơi cư trú").click()
    expect(page.get_by_label("Câu hỏi", exact=True)).to_have_value("Nơi cư trú")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
