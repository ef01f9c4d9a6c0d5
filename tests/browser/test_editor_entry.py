"""A procedure that only its editors see: corrected and thrown away by hand, at both widths."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import Role, Tier
from procedures.models import Procedure
from procedures.services import drafting
from tests.browser.conftest import DESK
from tests.browser.looks import Looker
from tests.browser.walks import heading
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import FieldFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mistyped_procedure_is_put_right_and_another_thrown_away(
    live_server, open_page, enter, clock
):
    editor = StaffFactory(role=Role.EDITOR, full_name="Trần Biên Tập")
    drafting.create_procedure(
        code="1.999001",
        name="Cấp giấy phép nuôi thiên nga",
        field=FieldFactory(),
        tiers=[Tier.COMMUNE],
        editor=editor,
        at=timezone.now(),
    )
    page, looker = open_page(DESK), Looker()
    enter(page, editor)
    page.goto(live_server.url + reverse("procedures:editor_procedure", args=["1.999001"]))
    looker.look(page, "entry", is_office=True)

    page.get_by_role("link", name="Sửa mã và tên").click()
    heading(page, "Sửa mã và tên thủ tục")
    looker.look(page, "entry-correct", is_office=True)
    page.get_by_label("Mã thủ tục").fill("1.999002")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Đã lưu mã và tên thủ tục.")).to_be_visible()
    assert Procedure.objects.get().code == "1.999002"

    page.get_by_role("link", name="Hủy thủ tục").click()
    heading(page, "Hủy thủ tục")
    looker.look(page, "entry-discard", is_office=True)
    page.get_by_role("button", name="Hủy thủ tục này").click()
    expect(page.get_by_text("Đã hủy thủ tục 1.999002.")).to_be_visible()
    assert not Procedure.objects.exists()
    assert looker.problems == []
