"""Writing, reviewing, publishing, taking down: each rule, and that nothing goes round it."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.forms import PROOF_FIELD
from portal.core.files import UnsafeFile, inspect_film, read_captions
from portal.core.files.films import MAX_FILM_BYTES
from procedures.enums import ArticleKind, ArticleTopic, TextState
from procedures.models import Article, ArticleVersion, Clip, Picture
from procedures.policies import NotAPublisher, OwnEdit
from procedures.selectors.editor_articles import compare
from procedures.services import article_media, article_review as review, articles as services
from procedures.services.articles import Words
from tests.factories.accounts import StaffFactory, UnitFactory, sign_in_proved
from tests.factories.editorial import (
    DOT,
    FILM,
    ArticleFactory,
    ClipFactory,
    PictureFactory,
    VersionFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WORDS = Words("Nộp hồ sơ", "Bốn bước.", "Chụp rõ từng giấy tờ.")


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def editor():
    return StaffFactory(role=Role.EDITOR, full_name="Lê Biên")


@pytest.fixture
def publisher():
    return StaffFactory(role=Role.PUBLISHER, full_name="Hồ Công")


def started(editor, words=WORDS, kind=ArticleKind.GUIDE, topic=ArticleTopic.FILING):
    return services.start_article(by=editor, at=NOW, kind=kind, topic=topic, words=words)


def in_review(editor, **more):
    version = started(editor, **more)
    return review.send_for_review(article_id=version.article_id, base=services.mark_of(version))


def publish(version, publisher, **more):
    return review.publish_version(
        article_id=version.article_id,
        base=services.mark_of(version),
        publisher=publisher,
        at=NOW,
        **more,
    )


def save(version, editor, body):
    return services.save_draft(
        by=editor,
        at=NOW,
        article_id=version.article_id,
        base=services.mark_of(version),
        words=Words(version.title, version.lead, body),
    )


class TestWriting:
    def test_titles_that_are_alike_get_addresses_of_their_own(self, editor):
        slugs = [started(editor).article.slug for _ in range(3)]

        assert slugs == ["nop-ho-so", "nop-ho-so-2", "nop-ho-so-3"]

    def test_saving_counts_up_and_the_same_words_change_nothing(self, editor):
        version = started(editor)

        saved = save(version, editor, "Khác.")
        again = save(saved, editor, "Khác.")

        assert (saved.number, saved.saves, again.saves) == (1, 1, 1)

    def test_form_opened_before_the_last_save_is_stale(self, editor):
        version = started(editor)
        stale = services.mark_of(version)
        save(version, editor, "Người khác lưu.")

        with pytest.raises(services.StaleText):
            services.save_draft(
                by=editor, at=NOW, article_id=version.article_id, base=stale, words=WORDS
            )

        assert ArticleVersion.objects.get().body == "Người khác lưu."

    def test_editing_what_is_published_begins_the_next_version(self, editor, publisher):
        first = publish(in_review(editor), publisher)

        second = save(first, editor, "Lời mới.")

        assert (second.number, second.state) == (2, TextState.DRAFT)
        first.refresh_from_db()
        assert first.body == WORDS.body

    def test_editing_what_waits_for_review_makes_it_a_draft_again(self, editor, publisher):
        version = save(in_review(editor), editor, "Sửa sau khi gửi.")

        assert version.state == TextState.DRAFT
        with pytest.raises(review.NotInThisState):
            publish(version, publisher)

    def test_old_version_comes_back_as_a_draft(self, editor, publisher):
        first = publish(in_review(editor), publisher)
        second = save(first, editor, "Lời mới.")
        review.send_for_review(article_id=second.article_id, base=services.mark_of(second))
        publish(second, publisher)

        third = services.restore_version(by=editor, at=NOW, article_id=first.article_id, number=1)

        assert (third.number, third.state, third.body) == (3, TextState.DRAFT, WORDS.body)
        with pytest.raises(services.DraftWaits):
            services.restore_version(by=editor, at=NOW, article_id=first.article_id, number=1)

    def test_discarding_keeps_what_is_published(self, editor, publisher):
        draft = save(publish(in_review(editor), publisher), editor, "Lời mới.")

        left = services.discard_draft(article_id=draft.article_id, base=services.mark_of(draft))

        assert left
        assert ArticleVersion.objects.get().number == 1
        with pytest.raises(services.NothingToDiscard):
            services.discard_draft(article_id=draft.article_id, base="1.0")

    def test_discarding_what_was_never_published_takes_the_article_with_it(self, editor):
        version = started(editor)
        ClipFactory(article=version.article)

        left = services.discard_draft(article_id=version.article_id, base="1.0")

        assert not left
        assert not Article.objects.exists()
        assert not Picture.objects.exists()

    def test_guides_move_among_guides_and_answers_inside_their_topic(self, editor):
        one, two = started(editor).article, started(editor).article
        question = {"kind": ArticleKind.QUESTION}
        a = started(editor, **question, topic=ArticleTopic.PAYMENT).article
        b = started(editor, **question, topic=ArticleTopic.PRIVACY).article
        c = started(editor, **question, topic=ArticleTopic.PAYMENT).article

        services.move_article(article_id=two.pk, up=True)
        services.move_article(article_id=two.pk, up=True)
        services.move_article(article_id=c.pk, up=True)

        def order(kind):
            rows = Article.objects.filter(kind=kind).order_by("position")
            return list(rows.values_list("pk", flat=True))

        assert order(ArticleKind.GUIDE) == [two.pk, one.pk]
        assert order(ArticleKind.QUESTION) == [c.pk, b.pk, a.pk]


class TestReview:
    def test_another_person_publishes(self, editor, publisher):
        version = publish(in_review(editor), publisher)

        assert version.state == TextState.PUBLISHED
        assert (version.published_by, version.published_at, version.shown_from) == (
            publisher,
            NOW,
            NOW,
        )

    def test_nobody_publishes_a_draft(self, editor, publisher):
        with pytest.raises(review.NotInThisState):
            publish(started(editor), publisher)

    def test_nobody_publishes_without_the_role(self, editor):
        with pytest.raises(NotAPublisher):
            publish(in_review(editor), StaffFactory(role=Role.EDITOR))

    def test_texts_that_a_person_wrote_need_a_person(self, editor):
        with pytest.raises(NotAPublisher):
            publish(in_review(editor), None)

    def test_whoever_edited_last_does_not_publish(self, publisher):
        with pytest.raises(OwnEdit):
            publish(in_review(publisher), publisher)

    def test_small_commune_may_and_it_is_noted(self):
        alone = StaffFactory(role=Role.PUBLISHER, unit=UnitFactory(small_office=True))

        assert publish(in_review(alone), alone).small_office

    def test_nobody_publishes_other_words_than_those_read(self, editor, publisher):
        read = in_review(editor)
        saved = save(read, editor, "Sửa lén.")
        review.send_for_review(article_id=read.article_id, base=services.mark_of(saved))

        with pytest.raises(services.StaleText):
            review.publish_version(
                article_id=read.article_id, base="1.0", publisher=publisher, at=NOW
            )

    def test_later_moment_is_kept_and_an_earlier_one_means_now(self, editor, publisher):
        later = publish(in_review(editor), publisher, shown_from=NOW + timedelta(days=3))
        past = publish(in_review(editor), publisher, shown_from=NOW - timedelta(days=3))

        assert later.shown_from == NOW + timedelta(days=3)
        assert past.shown_from == NOW

    def test_scheduled_version_is_called_off_before_its_moment_only(self, editor, publisher):
        later = publish(in_review(editor), publisher, shown_from=NOW + timedelta(days=3))
        shown = publish(in_review(editor), publisher)

        off = review.call_off(article_id=later.article_id, number=1, publisher=publisher, at=NOW)

        assert (off.state, off.shown_from, off.published_by) == (TextState.DRAFT, None, None)
        with pytest.raises(review.AlreadyShown):
            review.call_off(article_id=shown.article_id, number=1, publisher=publisher, at=NOW)

    def test_sent_back_with_what_is_to_be_changed(self, editor, publisher):
        version = in_review(editor)

        back = review.send_back(
            article_id=version.article_id, base="1.0", publisher=publisher, note="Ngắn hơn.", at=NOW
        )

        assert (back.state, back.review_note) == (TextState.DRAFT, "Ngắn hơn.")

    def test_only_publishers_take_down_and_only_what_was_published(self, editor, publisher):
        version = in_review(editor)
        with pytest.raises(review.NotInThisState):
            review.set_hidden(
                article_id=version.article_id, hidden=True, publisher=publisher, at=NOW
            )
        publish(version, publisher)

        with pytest.raises(NotAPublisher):
            review.set_hidden(article_id=version.article_id, hidden=True, publisher=editor, at=NOW)
        review.set_hidden(article_id=version.article_id, hidden=True, publisher=publisher, at=NOW)

        assert not ArticleVersion.objects.shown(at=NOW).exists()

    def test_words_that_place_what_was_never_uploaded_are_not_sent(self, editor):
        version = started(editor, words=Words("Nộp", "", "![](nut-nop)"))

        with pytest.raises(review.MediaMissing):
            review.send_for_review(article_id=version.article_id, base="1.0")
        PictureFactory(article=version.article, key="nut-nop")
        review.send_for_review(article_id=version.article_id, base="1.0")

    def test_days_of_what_the_public_reads_are_the_publishers(self, editor, publisher):
        version = in_review(editor, kind=ArticleKind.ANNOUNCEMENT)
        placing = review.Placing(ArticleTopic.OTHER, is_pinned=True, valid_from=date(2026, 11, 1))
        review.place_article(article_id=version.article_id, placing=placing, by=editor, at=NOW)
        publish(version, publisher)

        with pytest.raises(NotAPublisher):
            review.place_article(article_id=version.article_id, placing=placing, by=editor, at=NOW)

    def test_guides_have_no_days_whatever_is_sent(self, editor):
        version = started(editor)
        placing = review.Placing(ArticleTopic.OTHER, is_pinned=True, valid_from=date(2026, 11, 1))

        placed = review.place_article(
            article_id=version.article_id, placing=placing, by=editor, at=NOW
        )

        assert (placed.topic, placed.is_pinned, placed.valid_from) == ("OTHER", False, None)


class TestMedia:
    def test_picture_is_drawn_anew_at_the_widths_that_it_fills(self, editor):
        version = started(editor)
        drawn = article_media.draw_widths(_photo(900, 600), "man-hinh.png")

        picture = article_media.add_picture(
            by=editor, at=NOW, article_id=version.article_id, key="nut", alt="Nút", drawn=drawn
        )

        sizes = [(one["width"], one["height"]) for one in picture.variants]
        assert sizes == [(360, 240), (720, 480), (900, 600)]

    def test_nothing_hidden_in_a_picture_is_kept(self):
        drawn = article_media.draw_widths(_photo(40, 30, comment="bi mat"), "hinh.png")

        assert b"bi mat" not in drawn[0].data

    @pytest.mark.parametrize(
        ("data", "name"),
        [(b"<svg onload=alert(1)>", "a.svg"), (b"%PDF-1.7 x", "a.pdf"), (b"", "a.png"),
         (b"GIF89a", "a.gif"), (DOT[:30], "a.png")],
    )  # fmt: skip
    def test_what_is_no_picture_is_refused_in_words(self, data, name):
        with pytest.raises(UnsafeFile):
            article_media.draw_widths(SimpleUploadedFile(name, data), name)

    def test_key_is_never_given_twice(self, editor):
        version = started(editor)
        ClipFactory(article=version.article, key="nut")
        drawn = article_media.draw_widths(_photo(40, 30), "a.png")

        with pytest.raises(article_media.KeyTaken):
            article_media.add_picture(
                by=editor, at=NOW, article_id=version.article_id, key="nut", alt="Nút", drawn=drawn
            )

    def test_what_a_version_places_stays(self, editor):
        article = ArticleFactory(body="![](hinh-1)")
        PictureFactory(article=article)
        VersionFactory(article=article, number=2, state=TextState.DRAFT, body="Không hình.")

        with pytest.raises(article_media.StillPlaced):
            article_media.remove_media(article_id=article.pk, key="hinh-1")

    def test_clip_goes_with_its_first_picture_once_nothing_places_it(self):
        article = ArticleFactory()
        ClipFactory(article=article)

        article_media.remove_media(article_id=article.pk, key="phim-1")

        assert not Clip.objects.exists()
        assert not Picture.objects.exists()

    @pytest.mark.parametrize(
        "data",
        [b"", b"<html>", b"\x00\x00\x00\x20ftypavif" + bytes(90), b"\x1a\x45\xdf\xa3matroska",
         b"\x00\x00\x00\x20ftypisom<script>alert(1)</script>", b"MZ" + FILM, b"GIF89a",
         b"\x00\x00\x00\x20ftypqt  " + bytes(90)],
    )  # fmt: skip
    def test_what_is_no_film_is_refused(self, data):
        """Attack: pages, programs and other containers under the name of a film."""
        with pytest.raises(UnsafeFile) as refused:
            inspect_film(SimpleUploadedFile("a.mp4", data))

        assert refused.value.reason == "not_a_film"

    def test_film_is_known_by_its_content(self):
        webm = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + bytes(90)

        assert inspect_film(SimpleUploadedFile("a.webm", FILM)).mime == "video/mp4"
        assert inspect_film(SimpleUploadedFile("a.mp4", webm)).mime == "video/webm"

    def test_film_that_is_too_large_is_refused(self):
        with pytest.raises(UnsafeFile) as refused:
            inspect_film(SimpleUploadedFile("a.mp4", FILM + bytes(MAX_FILM_BYTES)))

        assert refused.value.reason == "too_large"

    def test_film_waits_while_a_scanner_is_set_and_does_not_answer(self, settings, tmp_path):
        settings.SCANNER_URL = f"unix://{tmp_path}/clamd.sock"

        with pytest.raises(UnsafeFile) as refused:
            inspect_film(SimpleUploadedFile("a.mp4", FILM))

        assert refused.value.reason == "unscanned"

    @pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"1\n00:00 --> 00:01\nx", b"WEBVTT\x00-->"])
    def test_captions_are_webvtt_or_nothing(self, data):
        with pytest.raises(UnsafeFile):
            read_captions(SimpleUploadedFile("a.vtt", data))


def _photo(width, height, *, comment=""):
    from io import BytesIO

    from PIL import Image, PngImagePlugin

    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", comment)
    output = BytesIO()
    Image.new("RGB", (width, height), "navy").save(output, "PNG", pnginfo=about)
    return SimpleUploadedFile("hinh.png", output.getvalue())


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
        taken = client.post(url, {"key": "nut-nop", "alt": "Nút Nộp", "file": _photo(40, 30)})

        assert (refused.status_code, taken.status_code) == (422, 302)
        assert "![](nut-nop)" in client.get(url).text

    def test_clip_is_uploaded_with_its_words(self, client, editor):
        version = started(editor)
        sign_in_proved(client, editor)
        url = self.url("media", version.article_id)
        sent = {
            "key": "nop", "title": "Nộp hồ sơ", "transcript": "Mở trang.",
            "file": SimpleUploadedFile("a.mp4", FILM), "poster": _photo(64, 36),
        }  # fmt: skip

        wordless = client.post(url, {**sent, "transcript": ""})
        for file in ("file", "poster"):
            sent[file].seek(0)
        taken = client.post(url, sent)

        assert (wordless.status_code, taken.status_code) == (422, 302)
        assert Clip.objects.get().poster.variants[0]["width"] == 64


def test_differences_of_hostile_texts_come_in_little_time():
    """Attack: two long texts of the same few lines in another order."""
    older, newer = ["a", "b", ""] * 200, ["b", "a", ""] * 200
    started_at = time.process_time()

    assert list(compare(older, newer))
    assert time.process_time() - started_at < 5


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
