"""Guides, answers and announcements as their writers see them: states, versions, differences."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from portal.core.dates import format_moment
from procedures.enums import ArticleKind, ArticleTopic, TextState
from procedures.markup import MAX_LINES
from procedures.models import Article, ArticleVersion, Clip, Picture
from procedures.selectors.articles import ShownPicture, address_of, show_picture
from procedures.services.articles import mark_of, uploaded_keys

PAGE_SIZE: Final = 50
# Beside a state its letter and tone, the same everywhere.
_TAGS: Final = {
    TextState.DRAFT: ("neutral", "N"),
    TextState.IN_REVIEW: ("warning", "D"),
    TextState.PUBLISHED: ("success", "C"),
}


class NoSuchArticle(Exception):
    """There is no such article, or no such version of it."""


@dataclass(frozen=True, slots=True)
class Tag:
    text: str
    tone: str
    mark: str


@dataclass(frozen=True, slots=True)
class Row:
    """An article in the list: its newest words, and where it stands."""

    id: int
    title: str
    kind: str
    topic: str
    tags: tuple[Tag, ...]
    edited_at: datetime
    edited_by: str


@dataclass(frozen=True, slots=True)
class Listing:
    page: Page[Row]
    kind: str
    state: str

    @property
    def query(self) -> str:
        """The filters as the next page's address carries them."""
        return urlencode({"loai": self.kind, "trang-thai": self.state})


@dataclass(frozen=True, slots=True)
class Standing:
    """One article with its newest version, and what may be done with it by state."""

    article: Article
    newest: ArticleVersion
    base: str
    tags: tuple[Tag, ...]
    public_url: str
    is_public: bool
    was_published: bool
    is_scheduled: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of two versions: of both, of the newer only, or of the older only."""

    kind: str  # "same", "added", "removed"
    text: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    version: ArticleVersion
    before: ArticleVersion | None
    lines: tuple[DiffLine, ...]
    title: str
    may_restore: bool


@dataclass(frozen=True, slots=True)
class MediaRow:
    key: str
    mark: str
    words: str
    picture: ShownPicture
    is_clip: bool
    is_placed: bool


def list_articles(*, kind: str, state: str, page: str, at: datetime) -> Listing:
    """Return articles in the order of their pages, narrowed by kind and state (two queries)."""
    newest = (
        ArticleVersion.objects.order_by("article", "-number")
        .distinct("article")
        .select_related("article", "edited_by")
    )
    shown = {one.article_id: one for one in ArticleVersion.objects.shown(at=at)}
    kinds, topics = list(ArticleKind), list(ArticleTopic)
    chosen = [
        version
        for version in newest
        if (not kind or version.article.kind == kind)
        and (not state or state in _states(version, shown.get(version.article_id)))
    ]
    chosen.sort(
        key=lambda one: (
            kinds.index(ArticleKind(one.article.kind)),
            topics.index(ArticleTopic(one.article.topic))
            if one.article.kind == ArticleKind.QUESTION
            else 0,
            one.article.position,
        )
    )
    rows = [
        Row(
            id=one.article_id,
            title=one.title,
            kind=one.article.get_kind_display(),
            topic=one.article.get_topic_display(),
            tags=_tags(one, shown.get(one.article_id), at=at),
            edited_at=one.edited_at,
            edited_by=one.edited_by.full_name if one.edited_by else "",
        )
        for one in chosen
    ]
    return Listing(Paginator(rows, PAGE_SIZE).get_page(page), kind, state)


def get_standing(article_id: int, *, at: datetime) -> Standing:
    """
    Return where an article stands (at most five queries).

    :raises NoSuchArticle: if there is none.
    """
    versions = ArticleVersion.objects.filter(article=article_id)
    newest = versions.select_related("article", "edited_by", "published_by")
    version = newest.order_by("-number").first()
    if version is None:
        raise NoSuchArticle(article_id)
    article = version.article
    shown = ArticleVersion.objects.shown(at=at).filter(article=article).first()
    return Standing(
        article=article,
        newest=version,
        base=mark_of(version),
        tags=_tags(version, shown, at=at),
        public_url=address_of(article),
        is_public=shown is not None,
        was_published=versions.filter(state=TextState.PUBLISHED).exists(),
        is_scheduled=_is_scheduled(version, at=at),
        missing=tuple(_missing(version)),
    )


def get_version(article_id: int, number: int) -> ArticleVersion:
    """
    Return one version.

    :raises NoSuchArticle: if there is none.
    """
    found = ArticleVersion.objects.filter(article=article_id, number=number)
    version = found.select_related("article", "edited_by", "published_by").first()
    if version is None:
        raise NoSuchArticle(article_id)
    return version


def list_versions(article_id: int) -> list[ArticleVersion]:
    """Return every version of an article, the newest first (one query)."""
    rows = ArticleVersion.objects.filter(article=article_id).order_by("-number")
    return list(rows.select_related("edited_by", "published_by"))


def get_version_page(article_id: int, number: int) -> VersionPage:
    """
    Return a version and its lines beside those of the version before (four queries).

    :raises NoSuchArticle: if there is none.
    """
    version = get_version(article_id, number)
    siblings = ArticleVersion.objects.filter(article=article_id)
    before = siblings.filter(number__lt=number).order_by("-number").first()
    newest = siblings.order_by("-number").only("pk", "state").first()
    return VersionPage(
        version=version,
        before=before,
        lines=tuple(compare(lines_of(before) if before else [], lines_of(version))),
        title=version.title,
        may_restore=newest is not None and newest.pk != version.pk and not newest.is_open,
    )


def compare(older: list[str], newer: list[str]) -> Iterator[DiffLine]:
    """Yield the lines of both texts in order, each with which of the two has it."""
    matcher = difflib.SequenceMatcher(None, older, newer, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from (DiffLine("same", line) for line in newer[c:d])
            continue
        yield from (DiffLine("removed", line) for line in older[a:b])
        yield from (DiffLine("added", line) for line in newer[c:d])


def lines_of(version: ArticleVersion) -> list[str]:
    words = [version.title, version.lead, *version.body.splitlines()]
    return [line.strip() for line in words if line.strip()][: MAX_LINES + 2]


def list_media(article_id: int) -> list[MediaRow]:
    """Return the pictures and clips of an article in the order they came (three queries)."""
    placed = {
        key
        for keys in ArticleVersion.objects.filter(article=article_id).values_list(
            "media_keys", flat=True
        )
        for key in keys
    }
    clips = list(Clip.objects.filter(article=article_id).select_related("poster").order_by("pk"))
    posters = {clip.poster_id for clip in clips}
    pictures = Picture.objects.filter(article=article_id).exclude(pk__in=posters).order_by("pk")
    rows = [
        MediaRow(
            key=one.key,
            mark=f"![]({one.key})",
            words=one.alt,
            picture=show_picture(one, caption="", preview=True),
            is_clip=False,
            is_placed=one.key in placed,
        )
        for one in pictures
    ]
    return rows + [
        MediaRow(
            key=one.key,
            mark=f"![]({one.key})",
            words=one.title,
            picture=show_picture(one.poster, caption="", preview=True),
            is_clip=True,
            is_placed=one.key in placed,
        )
        for one in clips
    ]


def find_picture(picture_id: int) -> Picture | None:
    return Picture.objects.filter(pk=picture_id).first()


def find_clip(clip_id: int) -> Clip | None:
    return Clip.objects.filter(pk=clip_id).first()


def _missing(version: ArticleVersion) -> Iterator[str]:
    if not version.is_open or not version.media_keys:
        return
    known = uploaded_keys(version.article)
    yield from (key for key in version.media_keys if key not in known)


def _is_scheduled(version: ArticleVersion, *, at: datetime) -> bool:
    return version.shown_from is not None and version.shown_from > at


def _states(newest: ArticleVersion, shown: ArticleVersion | None) -> set[str]:
    states = {str(newest.state)} if newest.is_open else set()
    if shown is not None:
        states.add(TextState.PUBLISHED.value)
    if newest.article.is_hidden:
        states.add("HIDDEN")
    return states


def _tags(newest: ArticleVersion, shown: ArticleVersion | None, *, at: datetime) -> tuple[Tag, ...]:
    """Return what the public sees, then what is on its way."""
    tags = []
    if newest.article.is_hidden:
        tags.append(Tag(_("đã gỡ xuống"), "danger", "G"))
    elif shown is not None:
        tags.append(Tag(_("đang hiện"), *_TAGS[TextState.PUBLISHED]))
    elif newest.number > 1 or not newest.is_open:
        tags.append(Tag(_("không hiện hôm nay"), "neutral", "K"))
    if newest.is_open:
        state = TextState(newest.state)
        tags.append(Tag(str(state.label), *_TAGS[state]))
    elif _is_scheduled(newest, at=at) and newest.shown_from:
        when = format_moment(newest.shown_from)
        tags.append(Tag(_("hẹn hiện %s") % when, "info", "H"))
    return tuple(tags)
