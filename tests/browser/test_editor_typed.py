"""What editors type is not lost: articles save themselves, a question waits in the browser."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import Role
from procedures.enums import ArticleKind, ArticleTopic, TextState
from procedures.models import ArticleVersion
from procedures.services import articles, drafting, workflows
from procedures.services.articles import Words
from tests.browser.conftest import DESK, PHONE
from tests.browser.looks import Looker
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import RevisionFactory, WorkflowVersionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def editor(clock):
    return StaffFactory(role=Role.EDITOR, full_name="Trần Biên Tập")


@pytest.fixture
def desk(live_server, open_page, enter, editor):
    def show(name, *args, width=DESK):
        page = open_page(width)
        enter(page, editor)
        page.goto(live_server.url + reverse(f"procedures:{name}", args=args))
        return page

    return show


@pytest.fixture
def article(editor):
    version = articles.start_article(
        by=editor,
        at=timezone.now(),
        kind=ArticleKind.GUIDE,
        topic=ArticleTopic.FILING,
        words=Words("Nộp hồ sơ", "", "Một."),
    )
    return version.article


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_an_article_saves_itself_and_what_was_typed_last_goes_to_review(desk, article, width):
    page = desk("editor_article", article.pk, width=width)
    body, state = page.get_by_label("Nội dung"), page.locator(".save-state")

    body.fill("Một hai.")
    expect(state).to_contain_text("Đã lưu nháp lúc")
    assert ArticleVersion.objects.get().body == "Một hai."
    looker = Looker()
    looker.look(page, "article", is_office=True)
    assert looker.problems == []
    # Pressed before the page has saved by itself.
    body.fill("Một hai ba.")
    page.get_by_role("button", name="Gửi duyệt bản đã lưu").click()

    expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()
    version = ArticleVersion.objects.get()
    assert (version.body, version.state) == ("Một hai ba.", TextState.IN_REVIEW)


def test_two_people_at_one_article_lose_nothing(desk, article, editor):
    page = desk("editor_article", article.pk)
    articles.save_draft(
        by=StaffFactory(role=Role.EDITOR, full_name="Đỗ Khác"),
        at=timezone.now(),
        article_id=article.pk,
        base="1.0",
        words=Words("Nộp hồ sơ", "", "Lời người kia."),
    )

    page.get_by_label("Nội dung").fill("Lời của tôi.")
    expect(page.locator(".save-state")).to_contain_text("Đỗ Khác vừa lưu bài này")
    page.get_by_role("button", name="So với bản mới nhất").click()

    expect(page.get_by_text("Lời người kia.")).to_be_visible()
    expect(page.get_by_label("Nội dung")).to_have_value("Lời của tôi.")
    assert ArticleVersion.objects.get().body == "Lời người kia."


@pytest.fixture
def draft(editor):
    code = RevisionFactory().procedure.code
    return drafting.open_draft(code=code, editor=editor, at=timezone.now())


def test_a_question_left_unsaved_is_offered_again_until_it_is_saved(desk, draft):
    page = desk("editor_form", draft.procedure.code)
    page.locator(".eform-part select").last.select_option("one_of")
    page.locator(".eform-part").last.get_by_role("button", name="Thêm").last.click()
    page.get_by_label("Câu hỏi", exact=True).fill("Nơi nhận giấy")
    page.get_by_label("Các lựa chọn, mỗi dòng một").fill("Tại nhà")
    expect(page.locator(".save-state")).to_contain_text("Chưa lưu.")
    address = page.url
    warned = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))

    page.get_by_role("link", name="Về danh sách câu hỏi").click()
    expect(page.get_by_role("heading", name="Tờ khai điện tử")).to_be_visible()
    page.goto(address)
    assert warned == ["beforeunload"]
    looker = Looker()
    looker.look(page, "question-offered", is_office=True)
    assert looker.problems == []
    page.get_by_role("button", name="Khôi phục nội dung chưa lưu").click()

    expect(page.get_by_label("Câu hỏi", exact=True)).to_have_value("Nơi nhận giấy")
    expect(page.get_by_label("Các lựa chọn, mỗi dòng một")).to_have_value("Tại nhà")
    page.get_by_label("Các lựa chọn, mỗi dòng một").fill("Tại nhà\nTại quầy")
    page.get_by_role("button", name="Lưu câu hỏi").click()
    expect(page.get_by_role("heading", name="Tờ khai điện tử")).to_be_visible()
    page.goto(address)
    expect(page.get_by_label("Câu hỏi", exact=True)).to_have_value("")
    expect(page.get_by_text("Còn nội dung chưa lưu")).to_be_hidden()


def test_a_question_of_another_type_comes_back_with_its_type(desk, draft):
    key = draft.form_version.definition["sections"][0]["fields"][0]["key"]
    page = desk("editor_form_question", draft.procedure.code, key)
    page.get_by_label("Kiểu trả lời").select_option("one_of")
    page.get_by_role("button", name="Đổi kiểu").click()
    page.get_by_label("Các lựa chọn, mỗi dòng một").fill("Dở dang")
    page.on("dialog", lambda dialog: dialog.accept())

    page.goto(page.url)
    page.get_by_role("button", name="Khôi phục nội dung chưa lưu").click()

    expect(page.get_by_label("Kiểu trả lời")).to_have_value("one_of")
    expect(page.get_by_label("Các lựa chọn, mỗi dòng một")).to_have_value("Dở dang")


def test_steps_left_unsaved_come_back_on_the_version_that_they_were_made_from(desk, editor):
    code = WorkflowVersionFactory(procedure=RevisionFactory().procedure).procedure.code
    draft = workflows.open_draft(code=code, editor=editor, at=timezone.now())
    page = desk("editor_workflow", code)
    page.get_by_role("button", name="Thêm bước").click()
    expect(page.get_by_label("Tên bước").last).to_be_focused()
    page.get_by_label("Tên bước").last.fill("Xin ý kiến")
    page.get_by_label("Giờ làm việc").last.fill("2")
    page.on("dialog", lambda dialog: dialog.accept())
    colleague = StaffFactory(role=Role.EDITOR, full_name="Đỗ Khác")
    theirs = [{**draft.steps[0], "name": "Bước người kia"}, *draft.steps[1:]]
    workflows.save_steps(
        draft_id=draft.pk, version=0, editor=colleague, at=timezone.now(), steps=theirs
    )

    page.goto(page.url)
    page.get_by_role("button", name="Khôi phục nội dung chưa lưu").click()
    expect(page.get_by_label("Tên bước").last).to_have_value("Xin ý kiến")
    page.get_by_role("button", name="Lưu các bước").last.click()

    expect(page.get_by_text("Đỗ Khác vừa lưu bản này")).to_be_visible()
    expect(page.get_by_text("Bước người kia")).to_be_visible()
    page.get_by_role("button", name="Lưu các bước").last.click()
    expect(page.get_by_text("Đã lưu các bước.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.steps[-1]["name"] == "Xin ý kiến"
    expect(page.get_by_text("Còn nội dung chưa lưu")).to_be_hidden()
