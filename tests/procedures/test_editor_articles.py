"""The editors' pages of articles: typed words are kept, and nothing public changes by a slip."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.forms import PROOF_FIELD
from procedures.enums import ArticleKind, TextState
from procedures.models import Article, ArticleVersion, Clip
from procedures.services import articles as services
from procedures.services.articles import Words
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.editorial import DOT, FILM, ArticleFactory, PictureFactory
from tests.procedures.writing import in_review, photo, publish, save, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


class TestPages:
    """The same through the editors' pages."""

    def url(self, name, *args):
        return reverse(f"procedures:editor_{name}", args=args)

    def typed(self, **more):
        return {"title": "Nộp hồ sơ", "lead": "", "body": "Một.", **more}

    def test_from_the_first_word_to_the_public_page(self, client, editor, publisher):
        sign_in_proved(client, editor)
        made = client.post(
            self.url("article_start"), self.typed(kind="GUIDE", topic="FILING", body="## Một")
        )
        article = Article.objects.get()
        here = self.url("article", article.pk)
        assert made.url == here
        client.post(here, self.typed(base="1.0", body="## Hai"))
        client.post(self.url("article_send", article.pk), {"base": "1.1"})

        assert client.get("/huong-dan/nop-ho-so/").status_code == 404
        sign_in_proved(client, publisher)
        page = client.get(here)
        assert "Công bố" in page.text
        client.post(self.url("article_publish", article.pk), {"base": "1.1", "day": "", "hour": ""})

        assert '<h2 id="hai">' in client.get("/huong-dan/nop-ho-so/").text

    def test_stale_form_is_answered_409_with_both_words(self, client, editor):
        version = started(editor)
        save(version, editor, "Lời của người kia.")
        sign_in_proved(client, editor)
        here = self.url("article", version.article_id)

        answer = client.post(here, self.typed(base="1.0", body="Lời của tôi."))

        assert answer.status_code == 409
        assert "Lời của tôi." in answer.text
        assert "Lời của người kia." in answer.text
        assert 'name="base" value="1.1"' in answer.text
        again = client.post(here, self.typed(base="1.1", body="Lời của tôi."))
        assert again.status_code == 302

    def test_bad_link_is_named_and_the_words_are_kept(self, client, editor):
        sign_in_proved(client, editor)
        here = self.url("article", started(editor).article_id)

        answer = client.post(here, self.typed(base="1.0", body="[x](http://khong-an-toan.vn)"))

        assert answer.status_code == 422
        assert "Đường dẫn không dùng được: http://khong-an-toan.vn" in answer.text

    def autosave(self, client, version, base, body, mark="trang-a", **more):
        return client.post(
            self.url("article", version.article_id),
            self.typed(base=base, body=body, trang=mark, **more),
            headers={"X-Autosave": "1"},
        )

    def test_a_draft_saves_itself_and_never_publishes(self, client, editor, publisher):
        first = publish(in_review(editor), publisher)
        sign_in_proved(client, editor)

        answer = self.autosave(client, first, "1.0", "Đang gõ")

        assert answer.json() == {"saved_at": "09:00", "fields": {"base": "2.0"}}
        draft = ArticleVersion.objects.get(number=2)
        assert (draft.body, draft.state, draft.edited_by) == ("Đang gõ", TextState.DRAFT, editor)
        assert "Chụp rõ từng giấy tờ." in client.get("/huong-dan/nop-ho-so/").text

    def test_an_open_page_never_conflicts_with_its_own_last_save(self, client, editor):
        version = started(editor)
        sign_in_proved(client, editor)
        self.autosave(client, version, "1.0", "Một.")

        # The answer was lost: the page still says what it was made from.
        again = self.autosave(client, version, "1.0", "Một hai.")
        other = self.autosave(client, version, "1.0", "Của thẻ khác.", mark="trang-b")

        assert (again.status_code, other.status_code) == (200, 409)
        assert ArticleVersion.objects.get().body == "Một hai."

    def test_a_save_in_the_background_says_who_was_first_and_overwrites_nothing(
        self, client, editor
    ):
        version = started(editor)
        save(version, StaffFactory(role=Role.EDITOR, full_name="Đỗ Khác"), "Lời của người kia.")
        sign_in_proved(client, editor)

        answer = self.autosave(client, version, "1.0", "Lời của tôi.")

        assert answer.status_code == 409
        assert "Đỗ Khác vừa lưu bài này" in answer.json()["sentence"]
        assert ArticleVersion.objects.get().body == "Lời của người kia."

    def test_what_cannot_be_saved_yet_is_said_in_words(self, client, editor):
        version = started(editor)
        sign_in_proved(client, editor)

        answer = self.autosave(client, version, "1.0", "Một.", title="")

        assert answer.status_code == 422
        assert answer.json()["sentence"].startswith("Chưa lưu. ")
        assert ArticleVersion.objects.get().title == "Nộp hồ sơ"

    def test_second_press_says_how_it_stands_now(self, client, editor):
        version = in_review(editor)
        sign_in_proved(client, editor)

        answer = client.post(self.url("article_send", version.article_id), {"base": "1.0"})

        assert answer.status_code == 409
        assert "đã chuyển sang bước khác" in answer.text

    def test_own_text_is_refused_in_words(self, client, publisher):
        version = in_review(publisher)
        sign_in_proved(client, publisher)

        answer = client.post(self.url("article_publish", version.article_id), {"base": "1.0"})

        assert answer.status_code == 409
        assert "Cần người thứ hai" in answer.text

    def test_publishing_from_a_day_needs_a_day(self, client, editor, publisher):
        version = in_review(editor)
        sign_in_proved(client, publisher)
        url = self.url("article_publish", version.article_id)

        wrong = client.post(url, {"base": "1.0", "day": "", "hour": "7:30"})
        right = client.post(url, {"base": "1.0", "day": "1/12/2999", "hour": "7:30"})

        assert (wrong.status_code, right.status_code) == (422, 302)
        version.refresh_from_db()
        assert version.shown_from == datetime(2999, 12, 1, 0, 30, tzinfo=UTC)

    def test_a_slip_in_the_year_does_not_publish_at_once(self, client, editor, publisher):
        version = in_review(editor)
        sign_in_proved(client, publisher)
        url = self.url("article_publish", version.article_id)
        today = timezone.localdate().strftime("%d/%m/%Y")

        passed = client.post(url, {"base": "1.0", "day": "1/12/2020"})
        hour = client.post(url, {"base": "1.0", "day": today, "hour": "0:00"})

        assert (passed.status_code, hour.status_code) == (422, 422)
        assert "Ngày này đã qua" in passed.text
        assert "Giờ này đã qua" in hour.text
        assert 'value="1/12/2020"' in passed.text
        version.refresh_from_db()
        assert version.state == TextState.IN_REVIEW
        assert client.post(url, {"base": "1.0", "day": today}).status_code == 302

    def test_preview_shows_the_draft_with_the_editors_files(self, client, editor):
        version = started(editor, words=Words("Nộp", "", "## Bước\n\n![](hinh-1)"))
        picture = PictureFactory(article=version.article)
        sign_in_proved(client, editor)

        page = client.get(self.url("article_preview", version.article_id, 1))

        assert '<h2 id="buoc">' in page.text
        assert f'src="/bien-tap/hinh/{picture.pk}/1/"' in page.text
        assert b"".join(client.get(f"/bien-tap/hinh/{picture.pk}/1/")) == DOT

    def test_version_is_shown_with_its_lines_beside_the_older(self, client, editor, publisher):
        first = publish(in_review(editor, words=Words("Nộp", "", "Giữ.\n\nCũ.")), publisher)
        save(first, editor, "Giữ.\n\nMới.")
        sign_in_proved(client, editor)

        listed = client.get(self.url("article_versions", first.article_id)).text
        page = client.get(self.url("article_version", first.article_id, 2)).text

        assert "Hồ Công" in listed
        assert "Phiên bản 2" in listed
        assert "diff__line--removed" in page
        assert "diff__line--added" in page
        for words in ("Giữ.", "Cũ.", "Mới."):
            assert words in page

    def test_list_is_narrowed_by_kind_and_state(self, client, editor):
        started(editor)
        in_review(editor, words=Words("Phí ở đâu?", "", "Ở quầy."), kind=ArticleKind.QUESTION)
        ArticleFactory(title="Đã hiện lâu rồi")
        sign_in_proved(client, editor)

        page = client.get(self.url("articles"), {"trang-thai": "IN_REVIEW"}).text
        assert "Phí ở đâu?" in page
        assert "Đã hiện lâu rồi" not in page
        page = client.get(self.url("articles"), {"loai": "GUIDE", "trang-thai": "PUBLISHED"}).text
        assert "Đã hiện lâu rồi" in page
        assert "Phí ở đâu?" not in page

    def test_picture_is_uploaded_and_placed_by_its_key(self, client, editor):
        version = started(editor)
        sign_in_proved(client, editor)
        url = self.url("media", version.article_id)

        refused = client.post(
            url, {"key": "nut nộp", "alt": "", "file": SimpleUploadedFile("a.png", b"x")}
        )
        taken = client.post(url, {"key": "nut-nop", "alt": "Nút Nộp", "file": photo(40, 30)})

        assert (refused.status_code, taken.status_code) == (422, 302)
        assert "![](nut-nop)" in client.get(url).text

    def test_clip_is_uploaded_with_its_words(self, client, editor):
        version = started(editor)
        sign_in_proved(client, editor)
        url = self.url("media", version.article_id)
        sent = {
            "key": "nop", "title": "Nộp hồ sơ", "transcript": "Mở trang.",
            "file": SimpleUploadedFile("a.mp4", FILM), "poster": photo(64, 36),
        }  # fmt: skip

        wordless = client.post(url, {**sent, "transcript": ""})
        for file in ("file", "poster"):
            sent[file].seek(0)
        taken = client.post(url, sent)

        assert (wordless.status_code, taken.status_code) == (422, 302)
        assert Clip.objects.get().poster.variants[0]["width"] == 64


class TestFreshProof:
    @pytest.mark.parametrize("act", ["publish", "call_off", "hide"])
    def test_what_the_public_reads_changes_only_with_a_fresh_code(
        self, act, client, editor, publisher
    ):
        version = in_review(editor)
        client.force_login(publisher)
        url = reverse(f"procedures:editor_article_{act}", args=[version.article_id])

        asked = client.post(url, {"base": services.mark_of(version), "lam": "go"})

        assert PROOF_FIELD in asked.text
        version.refresh_from_db()
        assert version.state == TextState.IN_REVIEW
