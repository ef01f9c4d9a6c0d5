"""Writing guides, answers and announcements: drafts only, never what the public reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from portal.core import edition
from portal.core.db import requires_transaction, wait_in_line
from portal.core.files import delete_stored
from procedures import markup
from procedures.enums import ArticleKind, ArticleTopic, TextState
from procedures.models import Article, ArticleVersion
from procedures.services.drafting import NO_PAGE, PageMark

# Any number that nothing else takes.
_LOCK: Final = 5_774_003


class ArticleAbsent(Exception):
    """There is no such article, or no such version of it."""


class StaleText(Exception):
    """Somebody has saved since the form was opened; `newest` is what stands there now."""

    def __init__(self, newest: ArticleVersion) -> None:
        super().__init__(newest.pk)
        self.newest = newest


class DraftWaits(Exception):
    """A draft is open already: an old version is brought back once that one is gone."""


class NothingToDiscard(Exception):
    """What stands there is published, and stays."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a writer types."""

    title: str
    lead: str
    body: str


@transaction.atomic(durable=True)
def start_article(
    *, by: User | None, at: datetime, kind: ArticleKind, topic: ArticleTopic, words: Words
) -> ArticleVersion:
    """
    Store a new article, last of its kind, with its first draft.

    :param by: None for texts that were loaded from files.
    """
    # Two at once would take the same address; a row that is only being added cannot be locked.
    wait_in_line(_LOCK)
    siblings = list(Article.objects.filter(kind=kind))
    article = Article.objects.create(
        kind=kind,
        topic=topic,
        slug=_free_slug(words.title, {one.slug for one in siblings}),
        position=max((one.position for one in siblings), default=-1) + 1,
    )
    return _draft(article, number=1, words=words, by=by, at=at)


@transaction.atomic(durable=True)
def save_draft(
    *,
    by: User,
    at: datetime,
    article_id: int,
    base: str,
    words: Words,
    page: PageMark = NO_PAGE,
) -> ArticleVersion:
    """
    Save the draft of an article, beginning the next version where the last one is published.

    What waits for review is a draft again once it is changed. The same words change nothing.

    :param base: the mark of the version that the form was filled from, see `mark_of`.
    :param page: the page that saves, which never conflicts with its own last save.
    :raises ArticleAbsent: if there is no such article.
    :raises StaleText: if somebody has saved meanwhile.
    """
    article, newest = lock_article(article_id)
    is_own = bool(page.token) and page.token == newest.edit_page
    if mark_of(newest) != base and not is_own:
        raise StaleText(newest)
    if _words_of(newest) == words:
        return newest
    token = "" if page.leaves else page.token
    if not newest.is_open:
        number = newest.number + 1
        return _draft(article, number=number, words=words, by=by, at=at, token=token)
    newest.state = TextState.DRAFT
    newest.title, newest.lead, newest.body = words.title, words.lead, words.body
    newest.media_keys = markup.media_keys(words.body)
    newest.edited_by, newest.edited_at = by, at
    newest.saves += 1
    newest.edit_page = token
    newest.save(
        update_fields=[
            "state", "title", "lead", "body", "media_keys", "edited_by", "edited_at", "saves",
            "edit_page",
        ]
    )  # fmt: skip
    return newest


@transaction.atomic(durable=True)
def restore_version(*, by: User, at: datetime, article_id: int, number: int) -> ArticleVersion:
    """
    Begin a draft with the words of an older version.

    :raises ArticleAbsent: if there is no such version.
    :raises DraftWaits: if a draft is open.
    """
    article, newest = lock_article(article_id)
    if newest.is_open:
        raise DraftWaits(newest.pk)
    old = article.versions.filter(number=number).first()
    if old is None:
        raise ArticleAbsent(article_id)
    return _draft(article, number=newest.number + 1, words=_words_of(old), by=by, at=at)


@transaction.atomic(durable=True)
def discard_draft(*, article_id: int, base: str) -> bool:
    """
    Throw away the open draft, and with it an article that was never published.

    Return whether the article is still there.

    :raises ArticleAbsent: if there is no such article.
    :raises StaleText: if somebody has saved meanwhile.
    :raises NothingToDiscard: if no draft is open.
    """
    article, newest = lock_article(article_id)
    if not newest.is_open:
        raise NothingToDiscard(article_id)
    if mark_of(newest) != base:
        raise StaleText(newest)
    if article.versions.exclude(pk=newest.pk).exists():
        newest.delete()
        return True
    stored = [clip.storage_key for clip in article.clips.all()]
    stored += [one["storage_key"] for picture in article.pictures.all() for one in picture.variants]
    article.clips.all().delete()
    article.delete()
    forget_files_on_commit(stored)
    return False


@transaction.atomic(durable=True)
def move_article(*, article_id: int, up: bool) -> None:
    """
    Let an article change places with the one before or after it, of its kind and topic.

    :raises ArticleAbsent: if there is no such article.
    """
    kind = Article.objects.filter(pk=article_id).values_list("kind", flat=True).first()
    if kind is None:
        raise ArticleAbsent(article_id)
    # In the order of their ids, so that two who move at once wait for each other.
    rows = list(Article.objects.filter(kind=kind).order_by("pk").locked())
    rows.sort(key=lambda one: (one.position, one.pk))
    moved = next((one for one in rows if one.pk == article_id), None)
    if moved is None:
        raise ArticleAbsent(article_id)
    group = [one for one in rows if kind == ArticleKind.GUIDE or one.topic == moved.topic]
    place = group.index(moved)
    other = place - 1 if up else place + 1
    if 0 <= other < len(group):
        mine, theirs = rows.index(moved), rows.index(group[other])
        rows[mine], rows[theirs] = rows[theirs], rows[mine]
    for position, one in enumerate(rows):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])
    edition.renew_on_commit()


def mark_of(version: ArticleVersion) -> str:
    """Return what a form carries to say which words it was opened with."""
    return f"{version.number}.{version.saves}"


@requires_transaction
def lock_article(article_id: int) -> tuple[Article, ArticleVersion]:
    """
    Return an article and its newest version, both locked in this order.

    :raises ArticleAbsent: if there is none.
    """
    article = Article.objects.locked().filter(pk=article_id).first()
    if article is None:
        raise ArticleAbsent(article_id)
    newest = article.versions.order_by("-number").locked().first()
    if newest is None:
        raise ArticleAbsent(article_id)
    return article, newest


def uploaded_keys(article: Article) -> set[str]:
    """Return the keys of the pictures and clips that were uploaded for an article."""
    return {
        *article.pictures.values_list("key", flat=True),
        *article.clips.values_list("key", flat=True),
    }


@requires_transaction
def forget_files_on_commit(storage_keys: Sequence[str]) -> None:
    """Take files out of the store once no row names them any more."""

    def forget() -> None:
        for key in storage_keys:
            delete_stored(key)

    transaction.on_commit(forget, robust=True)


def _draft(
    article: Article,
    *,
    number: int,
    words: Words,
    by: User | None,
    at: datetime,
    token: str = "",
) -> ArticleVersion:
    return ArticleVersion.objects.create(
        article=article,
        number=number,
        title=words.title,
        lead=words.lead,
        body=words.body,
        media_keys=markup.media_keys(words.body),
        edited_by=by,
        edited_at=at,
        edit_page=token,
    )


def _words_of(version: ArticleVersion) -> Words:
    return Words(version.title, version.lead, version.body)


def _free_slug(title: str, taken: set[str]) -> str:
    wanted = markup.slug_of(title) or "bai-viet"
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
