"""Guides, frequent questions and announcements: their versions, pictures and clips."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.core.dates import local_day
from portal.core.history import tracked
from procedures.enums import ArticleKind, ArticleTopic, ClipType, TextState


class ArticleQuerySet(models.QuerySet["Article"]):
    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


@tracked()
class Article(models.Model):
    """A page of the editors' own: where it stands, whether it is shown; its words are versions."""

    kind = models.CharField(_("loại"), max_length=16, choices=ArticleKind)
    # Part of the address; never changed once the public has seen it.
    slug = models.SlugField(_("địa chỉ"), max_length=80)
    topic = models.CharField(_("chủ đề"), max_length=16, choices=ArticleTopic)
    position = models.PositiveIntegerField(_("thứ tự"), default=0)
    is_pinned = models.BooleanField(_("hiện trên trang chủ"), default=False)
    # Taken down by a publisher: as if it did not exist, until it is shown again.
    is_hidden = models.BooleanField(_("đã gỡ xuống"), default=False)
    valid_from = models.DateField(_("từ ngày"), null=True, blank=True)
    valid_until = models.DateField(_("đến hết ngày"), null=True, blank=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("bài viết")
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="article_slug_once_per_kind"),
            models.CheckConstraint(
                condition=Q(kind=ArticleKind.ANNOUNCEMENT)
                | Q(is_pinned=False, valid_from__isnull=True, valid_until__isnull=True),
                name="article_only_announcements_have_days",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="article_valid_days_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"


class ArticleVersionQuerySet(models.QuerySet["ArticleVersion"]):
    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)

    def shown(self, *, at: datetime) -> Self:
        """Narrow to the one version of each article that the public reads at the moment `at`."""
        on = local_day(at)
        return (
            self.filter(
                Q(article__valid_from__isnull=True) | Q(article__valid_from__lte=on),
                Q(article__valid_until__isnull=True) | Q(article__valid_until__gte=on),
                state=TextState.PUBLISHED,
                shown_from__lte=at,
                article__is_hidden=False,
            )
            .select_related("article")
            .order_by("article", "-number")
            .distinct("article")
        )


@tracked()
class ArticleVersion(models.Model):
    """
    The words of an article at one time; those that were published never change.

    Which published version is shown follows from the clock: the highest number whose `shown_from`
    has come. Nothing has to run for a version to appear on its day.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("phiên bản"))
    state = models.CharField(max_length=16, choices=TextState, default=TextState.DRAFT)
    title = models.CharField(_("tiêu đề"), max_length=200)
    lead = models.CharField(_("câu mở đầu"), max_length=400, blank=True)
    body = models.TextField(_("nội dung"))
    # The pictures and clips that the body places, so that only those are handed out.
    media_keys = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    # Counted up by every save: a form that was opened before the last one is stale.
    saves = models.PositiveIntegerField(default=0)
    edited_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField()
    # The open page whose autosave came last: it never conflicts with itself, whatever got lost.
    edit_page = models.CharField(max_length=36, blank=True, default="", db_default="")
    # What whoever read it wants changed, while it is a draft again.
    review_note = models.CharField(_("góp ý của người duyệt"), max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    shown_from = models.DateTimeField(_("hiện từ"), null=True, blank=True)
    small_office = models.BooleanField(default=False)

    objects = ArticleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("phiên bản bài viết")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "number"], name="article_version_number_once"
            ),
            models.UniqueConstraint(
                fields=["article"],
                condition=~Q(state=TextState.PUBLISHED),
                name="article_version_one_open",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=TextState.PUBLISHED,
                    published_at__isnull=False,
                    shown_from__isnull=False,
                )
                | (
                    ~Q(state=TextState.PUBLISHED)
                    & Q(published_at__isnull=True, shown_from__isnull=True)
                ),
                name="article_version_published_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | Q(edited_by__isnull=True)
                | ~Q(published_by=F("edited_by"))
                | Q(small_office=True),
                name="article_version_published_by_another",
            ),
        ]
        triggers = [
            # Called off before its day, a version is a draft again, with the same words.
            pgtrigger.Trigger(
                name="published_words_are_immutable",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state="PUBLISHED"),
                func="""
                    IF (OLD.article_id, OLD.number, OLD.title, OLD.lead, OLD.body, OLD.media_keys,
                        OLD.edited_by_id)
                        IS DISTINCT FROM
                        (NEW.article_id, NEW.number, NEW.title, NEW.lead, NEW.body, NEW.media_keys,
                        NEW.edited_by_id)
                    THEN
                        RAISE EXCEPTION 'a published version is immutable';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="published_words_stay",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="PUBLISHED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} #{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state != TextState.PUBLISHED


@tracked()
class Picture(models.Model):
    """A picture of an article, drawn anew at several widths; nothing of the upload is kept."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="pictures")
    key = models.SlugField(_("khóa"), max_length=64)
    # What it shows, for whoever cannot see it.
    alt = models.CharField(_("mô tả hình"), max_length=300)
    # [{"width": …, "height": …, "mime": …, "size": …, "storage_key": …, "sha256": …}],
    # the narrowest first.
    variants = models.JSONField()
    uploaded_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hình của bài viết")
        constraints = [
            models.UniqueConstraint(fields=["article", "key"], name="picture_key_once"),
            models.CheckConstraint(condition=~Q(alt=""), name="picture_has_words"),
        ]

    def __str__(self) -> str:
        return self.key


@tracked()
class Clip(models.Model):
    """A film of an article, played from here; with its words for whoever cannot see or hear it."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="clips")
    key = models.SlugField(_("khóa"), max_length=64)
    title = models.CharField(_("tên đoạn phim"), max_length=200)
    transcript = models.TextField(_("lời của đoạn phim"))
    # WebVTT, "" without captions.
    captions = models.TextField(_("phụ đề"), blank=True)
    # Shown before it plays; its sides are those of the film, so that nothing moves.
    poster = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="clips")
    mime = models.CharField(max_length=16, choices=ClipType)
    size = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("đoạn phim của bài viết")
        constraints = [
            models.UniqueConstraint(fields=["article", "key"], name="clip_key_once"),
            models.CheckConstraint(condition=~Q(transcript=""), name="clip_has_words"),
        ]

    def __str__(self) -> str:
        return self.title
