"""What the public reads of guides, answers and announcements, and where each stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.urls import reverse

from portal.core.dates import local_day
from portal.core.text import fold
from procedures import markup
from procedures.enums import ArticleKind, ArticleTopic
from procedures.markup import Block
from procedures.models import Article, ArticleVersion, Clip, Picture

ICONS: Final[Mapping[str, str]] = {
    ArticleTopic.ACCOUNT: "sign-in",
    ArticleTopic.FILING: "upload",
    ArticleTopic.PAPERS: "papers",
    ArticleTopic.TRACKING: "search",
    ArticleTopic.PAYMENT: "money",
    ArticleTopic.RESULT: "check-circle",
    ArticleTopic.MANDATE: "users",
    ArticleTopic.PRIVACY: "shield",
    ArticleTopic.OTHER: "help",
}
_PAGES: Final = {
    ArticleKind.GUIDE: "procedures:guide",
    ArticleKind.QUESTION: "procedures:question",
    ArticleKind.ANNOUNCEMENT: "procedures:announcement",
}
DESCRIPTION: Final = 155


class NoSuchArticle(Exception):
    """The public has no such article: never written, not published, taken down or over."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One width of a picture."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture at its widths, the narrowest first; the widest says how it is laid out."""

    alt: str
    caption: str
    shots: tuple[Shot, ...]

    @property
    def widest(self) -> Shot:
        return self.shots[-1]

    @property
    def srcset(self) -> str:
        return ", ".join(f"{shot.url} {shot.width}w" for shot in self.shots)


@dataclass(frozen=True, slots=True)
class ShownClip:
    title: str
    caption: str
    url: str
    mime: str
    captions_url: str
    poster: Shot
    transcript: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block of the text, with the picture or clip that it places."""

    block: Block
    picture: ShownPicture | None = None
    clip: ShownClip | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a list."""

    title: str
    lead: str
    slug: str
    url: str
    topic: str
    icon: str
    on: date


@dataclass(frozen=True, slots=True)
class ArticlePage:
    entry: Entry
    blocks: tuple[ShownBlock, ...]
    description: str
    # Headings to jump to, where there are enough of them.
    contents: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """A frequent question with its answer, folded in the list."""

    entry: Entry
    blocks: tuple[ShownBlock, ...]


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    topic: str
    key: str
    questions: tuple[Answered, ...]


def list_guides(*, at: datetime) -> list[Entry]:
    """Return the guides in the order of the editors (one query)."""
    return [_entry(version) for version in _shown(ArticleKind.GUIDE, at=at)]


def list_questions(asked: str, *, at: datetime) -> list[QuestionGroup]:
    """Return the answers that hold all the words asked, by topic (at most three queries)."""
    words = fold(asked).split()
    found = [
        version
        for version in _shown(ArticleKind.QUESTION, at=at)
        if not words or _holds(version, words)
    ]
    media = _load_media(found)
    groups = []
    for topic in ArticleTopic:
        answered = tuple(
            Answered(_entry(one), show_blocks(one, media))
            for one in found
            if one.article.topic == topic
        )
        if answered:
            groups.append(QuestionGroup(str(topic.label), markup.slug_of(topic.value), answered))
    return groups


def list_announcements(*, at: datetime) -> list[Entry]:
    """Return the announcements in force, the newest first (one query)."""
    entries = [_entry(version) for version in _shown(ArticleKind.ANNOUNCEMENT, at=at)]
    return sorted(entries, key=lambda entry: entry.on, reverse=True)


def get_pinned(*, at: datetime) -> Entry | None:
    """Return the newest announcement that is to stand on the home page (one query)."""
    pinned = [
        _entry(version)
        for version in _shown(ArticleKind.ANNOUNCEMENT, at=at)
        if version.article.is_pinned
    ]
    return max(pinned, key=lambda entry: entry.on, default=None)


def get_article(kind: ArticleKind, slug: str, *, at: datetime) -> ArticlePage:
    """
    Return one article as the public reads it (at most three queries).

    :raises NoSuchArticle: if the public has none.
    """
    shown = ArticleVersion.objects.shown(at=at)
    version = shown.filter(article__kind=kind, article__slug=slug).first()
    if version is None:
        raise NoSuchArticle(slug)
    return show_version(version)


def show_version(version: ArticleVersion, *, preview: bool = False) -> ArticlePage:
    """Return a version laid out as the public reads it; in a preview its files are the editors'."""
    blocks = show_blocks(version, _load_media([version]), preview=preview)
    headings = tuple(one.block for one in blocks if one.block.kind == "heading")
    return ArticlePage(
        entry=_entry(version),
        blocks=blocks,
        description=_shorten(version.lead or markup.plain(version.body)),
        contents=headings if len(headings) > 2 else (),
    )


def list_addresses(*, at: datetime) -> list[tuple[str, date]]:
    """Return the address of every article that the public may read, with its day (one query)."""
    rows = ArticleVersion.objects.shown(at=at)
    return [(entry.url, entry.on) for entry in map(_entry, rows)]


Media = Mapping[tuple[int, str], Picture | Clip]


def show_blocks(
    version: ArticleVersion, media: Media, *, preview: bool = False
) -> tuple[ShownBlock, ...]:
    """Return the blocks of a version; what is placed but missing is left out."""
    shown = []
    for block in markup.parse(version.body):
        if block.kind != "media":
            shown.append(ShownBlock(block))
            continue
        found = media.get((version.article_id, block.key))
        if isinstance(found, Picture):
            picture = show_picture(found, caption=block.caption, preview=preview)
            shown.append(ShownBlock(block, picture=picture))
        elif isinstance(found, Clip):
            clip = show_clip(found, caption=block.caption, preview=preview)
            shown.append(ShownBlock(block, clip=clip))
    return tuple(shown)


def show_picture(picture: Picture, *, caption: str, preview: bool = False) -> ShownPicture:
    name = "procedures:editor_picture" if preview else "procedures:picture"
    shots = tuple(
        Shot(reverse(name, args=[picture.pk, one["width"]]), one["width"], one["height"])
        for one in picture.variants
    )
    return ShownPicture(picture.alt, caption, shots)


def show_clip(clip: Clip, *, caption: str, preview: bool = False) -> ShownClip:
    prefix = "procedures:editor_clip" if preview else "procedures:clip"
    return ShownClip(
        title=clip.title,
        caption=caption,
        url=reverse(prefix, args=[clip.pk]),
        mime=clip.mime,
        captions_url=reverse(f"{prefix}_captions", args=[clip.pk]) if clip.captions else "",
        poster=show_picture(clip.poster, caption="", preview=preview).widest,
        transcript=tuple(line for line in clip.transcript.splitlines() if line.strip()),
        size=clip.size,
    )


def find_public_picture(picture_id: int, *, at: datetime) -> Picture | None:
    """Return a picture that stands in, or before a clip of, what the public reads now."""
    picture = Picture.objects.filter(pk=picture_id).first()
    if picture is None:
        return None
    keys = {picture.key, *picture.clips.values_list("key", flat=True)}
    return picture if _is_placed(picture.article_id, keys, at=at) else None


def find_public_clip(clip_id: int, *, at: datetime) -> Clip | None:
    """Return a clip that stands in what the public reads now."""
    clip = Clip.objects.filter(pk=clip_id).first()
    if clip is None or not _is_placed(clip.article_id, {clip.key}, at=at):
        return None
    return clip


def _is_placed(article_id: int, keys: set[str], *, at: datetime) -> bool:
    shown = ArticleVersion.objects.shown(at=at).filter(article=article_id).first()
    return shown is not None and bool(keys & set(shown.media_keys))


def _shown(kind: ArticleKind, *, at: datetime) -> list[ArticleVersion]:
    versions = ArticleVersion.objects.shown(at=at).filter(article__kind=kind)
    return sorted(versions, key=lambda one: (one.article.position, one.article_id))


def _load_media(versions: Iterable[ArticleVersion]) -> Media:
    """Return what the versions place, by article and key: no query where they place nothing."""
    placing = {one.article_id for one in versions if one.media_keys}
    if not placing:
        return {}
    pictures = Picture.objects.filter(article__in=placing)
    clips = Clip.objects.filter(article__in=placing).select_related("poster")
    media: dict[tuple[int, str], Picture | Clip] = {}
    media |= {(one.article_id, one.key): one for one in pictures}
    media |= {(one.article_id, one.key): one for one in clips}
    return media


def _entry(version: ArticleVersion) -> Entry:
    article = version.article
    return Entry(
        title=version.title,
        lead=version.lead,
        slug=article.slug,
        url=address_of(article),
        topic=article.get_topic_display(),
        icon=ICONS.get(article.topic, "help"),
        on=article.valid_from or local_day(version.shown_from or version.edited_at),
    )


def address_of(article: Article) -> str:
    return reverse(_PAGES[ArticleKind(article.kind)], args=[article.slug])


def _holds(version: ArticleVersion, words: list[str]) -> bool:
    text = fold(f"{version.title} {version.lead} {markup.plain(version.body)}")
    return all(word in text for word in words)


def _shorten(text: str) -> str:
    if len(text) <= DESCRIPTION:
        return text
    return f"{text[:DESCRIPTION].rsplit(' ', 1)[0]}…"
