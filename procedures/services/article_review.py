"""From draft to what the public reads: sending for review, publishing, taking down."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from portal.core import edition
from procedures.enums import ArticleKind, ArticleTopic, TextState
from procedures.models import Article, ArticleVersion
from procedures.policies import NotAPublisher, needs_small_office, require_publisher
from procedures.services.articles import StaleText, lock_article, mark_of, uploaded_keys


class NotInThisState(Exception):
    """The version has moved on: sent, sent back or published by somebody else."""


class MediaMissing(Exception):
    """The words place a picture or clip that was never uploaded; `keys` names them."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(", ".join(keys))
        self.keys = keys


class AlreadyShown(Exception):
    """The public reads it; only a newer version, or taking it down, changes that."""


class DaysOutOfOrder(Exception):
    """The last day is before the first."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Where and when an article is shown; days and the home page for announcements only."""

    topic: ArticleTopic
    is_pinned: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


@transaction.atomic(durable=True)
def send_for_review(*, article_id: int, base: str) -> ArticleVersion:
    """
    Hand the draft to whoever publishes.

    :raises ArticleAbsent: if there is no such article.
    :raises StaleText: if somebody has saved meanwhile.
    :raises NotInThisState: if it is no draft.
    :raises MediaMissing: if it places what was never uploaded.
    """
    _article, version = _lock_at(article_id, base, TextState.DRAFT)
    _require_media(version)
    version.state = TextState.IN_REVIEW
    version.review_note = ""
    version.save(update_fields=["state", "review_note"])
    return version


@transaction.atomic(durable=True)
def send_back(
    *, article_id: int, base: str, publisher: User, note: str, at: datetime
) -> ArticleVersion:
    """
    Give a version under review back to its writers with what is to be changed.

    :raises ArticleAbsent: if there is no such article.
    :raises StaleText: if somebody has saved meanwhile.
    :raises NotInThisState: if it is not under review.
    :raises NotAPublisher: if `publisher` holds no such role today.
    """
    _article, version = _lock_at(article_id, base, TextState.IN_REVIEW)
    require_publisher(publisher, at=at)
    version.state = TextState.DRAFT
    version.review_note = note
    version.save(update_fields=["state", "review_note"])
    return version


@transaction.atomic(durable=True)
def publish_version(
    *,
    article_id: int,
    base: str,
    publisher: User | None,
    at: datetime,
    shown_from: datetime | None = None,
) -> ArticleVersion:
    """
    Publish what was reviewed, at once or from a later moment on.

    :param publisher: None for texts that were loaded from files, and that nobody edited.
    :raises ArticleAbsent: if there is no such article.
    :raises StaleText: if somebody has saved meanwhile.
    :raises NotInThisState: if it is not under review.
    :raises NotAPublisher: if `publisher` may not publish now.
    :raises policies.OwnEdit: if `publisher` edited it last, save in a commune of few people.
    :raises MediaMissing: if it places what was never uploaded.
    """
    _article, version = _lock_at(article_id, base, TextState.IN_REVIEW)
    _require_media(version)
    version.small_office = _is_alone(version, publisher, at=at)
    version.state = TextState.PUBLISHED
    version.published_at, version.published_by = at, publisher
    version.shown_from = max(at, shown_from or at)
    version.save(
        update_fields=["state", "published_at", "published_by", "shown_from", "small_office"]
    )
    edition.renew_on_commit()
    return version


@transaction.atomic(durable=True)
def call_off(*, article_id: int, number: int, publisher: User, at: datetime) -> ArticleVersion:
    """
    Make a version that was published for a later day a draft again, before that day.

    :raises ArticleAbsent: if there is no such article.
    :raises NotInThisState: if it is not the newest version, or no published one.
    :raises AlreadyShown: if its moment has come.
    :raises NotAPublisher: if `publisher` holds no such role today.
    """
    _article, version = lock_article(article_id)
    if version.number != number or version.is_open or version.shown_from is None:
        raise NotInThisState(version.pk)
    if version.shown_from <= at:
        raise AlreadyShown(version.pk)
    require_publisher(publisher, at=at)
    version.state = TextState.DRAFT
    version.published_at = version.published_by = version.shown_from = None
    version.small_office = False
    version.saves += 1
    version.save(
        update_fields=[
            "state", "published_at", "published_by", "shown_from", "small_office", "saves",
        ]
    )  # fmt: skip
    return version


@transaction.atomic(durable=True)
def set_hidden(*, article_id: int, hidden: bool, publisher: User, at: datetime) -> Article:
    """
    Take an article down, or show it again.

    :raises ArticleAbsent: if there is no such article.
    :raises NotInThisState: if it was never published.
    :raises NotAPublisher: if `publisher` holds no such role today.
    """
    article, _newest = lock_article(article_id)
    if not article.versions.filter(state=TextState.PUBLISHED).exists():
        raise NotInThisState(article_id)
    require_publisher(publisher, at=at)
    article.is_hidden = hidden
    article.save(update_fields=["is_hidden"])
    edition.renew_on_commit()
    return article


@transaction.atomic(durable=True)
def place_article(*, article_id: int, placing: Placing, by: User, at: datetime) -> Article:
    """
    Change the topic of an article and, of an announcement, its days and its line on the home page.

    :raises ArticleAbsent: if there is no such article.
    :raises DaysOutOfOrder: if the last day is before the first.
    :raises NotAPublisher: if the public reads it already, and `by` is no publisher.
    """
    article, _newest = lock_article(article_id)
    if article.versions.filter(state=TextState.PUBLISHED).exists():
        require_publisher(by, at=at)
    article.topic = placing.topic
    if article.kind == ArticleKind.ANNOUNCEMENT:
        first, last = placing.valid_from, placing.valid_until
        if first and last and last < first:
            raise DaysOutOfOrder(article_id)
        article.is_pinned = placing.is_pinned
        article.valid_from, article.valid_until = first, last
    article.save(update_fields=["topic", "is_pinned", "valid_from", "valid_until"])
    edition.renew_on_commit()
    return article


def _lock_at(article_id: int, base: str, state: TextState) -> tuple[Article, ArticleVersion]:
    article, version = lock_article(article_id)
    if version.state != state:
        raise NotInThisState(version.pk)
    if mark_of(version) != base:
        raise StaleText(version)
    return article, version


def _require_media(version: ArticleVersion) -> None:
    known = uploaded_keys(version.article)
    missing = [key for key in version.media_keys if key not in known]
    if missing:
        raise MediaMissing(missing)


def _is_alone(version: ArticleVersion, publisher: User | None, *, at: datetime) -> bool:
    """Return whether one person wrote and publishes, which only a small commune may let them."""
    if publisher is None:
        if version.edited_by_id is not None:
            raise NotAPublisher(version.pk)
        return False
    return needs_small_office(version, publisher, at=at)
