"""Writing, reviewing, publishing, taking down: each rule, and that nothing goes round it."""

import time
from datetime import date, timedelta

import pytest

from accounts.enums import Role
from procedures.enums import ArticleKind, ArticleTopic, TextState
from procedures.models import Article, ArticleVersion, Picture
from procedures.policies import NotAPublisher, OwnEdit
from procedures.selectors.editor_articles import compare
from procedures.services import article_review as review, articles as services
from procedures.services.articles import Words
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.editorial import ClipFactory, PictureFactory
from tests.procedures.writing import NOW, WORDS, in_review, publish, save, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


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


def test_differences_of_hostile_texts_come_in_little_time():
    """Attack: two long texts of the same few lines in another order."""
    older, newer = ["a", "b", ""] * 200, ["b", "a", ""] * 200
    started_at = time.process_time()

    assert list(compare(older, newer))
    assert time.process_time() - started_at < 5
