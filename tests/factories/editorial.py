"""Guides, answers and announcements: a published guide with one version."""

import base64
import hashlib
from datetime import UTC, datetime

import factory

from portal.core.files import store_bytes
from procedures import markup
from procedures.enums import ArticleKind, ArticleTopic, ClipType, TextState
from procedures.models import Article, ArticleVersion, Clip, Picture

SHOWN_AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"
)
# The opening of an MP4: as much as the first look asks for.
FILM = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2mp41" + bytes(4) + bytes(range(256)) * 40


class ArticleFactory(factory.django.DjangoModelFactory[Article]):
    """An article with one published version; takes `title`, `lead`, `body` and `state` too."""

    class Meta:
        model = Article

    kind = ArticleKind.GUIDE
    topic = ArticleTopic.FILING
    slug = factory.Sequence(lambda number: f"bai-viet-{number}")
    position = factory.Sequence(lambda number: number)
    title = "Nộp hồ sơ trực tuyến"
    lead = "Bốn bước, làm tại nhà."
    body = "## Trước khi nộp\n\nChụp rõ từng giấy tờ."
    state = TextState.PUBLISHED

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        words = {name: kwargs.pop(name) for name in ("title", "lead", "body", "state")}
        article = super()._create(model_class, *args, **kwargs)
        VersionFactory(article=article, **words)
        return article


class VersionFactory(factory.django.DjangoModelFactory[ArticleVersion]):
    class Meta:
        model = ArticleVersion

    article = factory.SubFactory(ArticleFactory)
    number = 1
    state = TextState.PUBLISHED
    title = "Nộp hồ sơ trực tuyến"
    lead = ""
    body = "Chụp rõ từng giấy tờ."
    media_keys = factory.LazyAttribute(lambda one: markup.media_keys(one.body))
    edited_at = SHOWN_AT
    published_at = factory.LazyAttribute(
        lambda one: SHOWN_AT if one.state == TextState.PUBLISHED else None
    )
    shown_from = factory.LazyAttribute(lambda one: one.published_at)


def _variants(data: bytes) -> list[dict[str, object]]:
    return [
        {
            "width": 1,
            "height": 1,
            "mime": "image/png",
            "size": len(data),
            "storage_key": store_bytes(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    ]


class PictureFactory(factory.django.DjangoModelFactory[Picture]):
    class Meta:
        model = Picture

    article = factory.SubFactory(ArticleFactory)
    key = "hinh-1"
    alt = "Nút Nộp hồ sơ ở cuối trang"
    variants = factory.LazyFunction(lambda: _variants(DOT))
    uploaded_at = SHOWN_AT


class ClipFactory(factory.django.DjangoModelFactory[Clip]):
    class Meta:
        model = Clip

    article = factory.SubFactory(ArticleFactory)
    key = "phim-1"
    title = "Nộp hồ sơ trong hai phút"
    transcript = "Mở trang thủ tục. Nhấn nút Nộp hồ sơ."
    captions = "WEBVTT\n\n00:00.000 --> 00:02.000\nMở trang thủ tục.\n"
    poster = factory.SubFactory(
        PictureFactory, article=factory.SelfAttribute("..article"), key="bia-phim"
    )
    mime = ClipType.MP4
    size = len(FILM)
    storage_key = factory.LazyFunction(lambda: store_bytes(FILM))
    sha256 = hashlib.sha256(FILM).hexdigest()
    uploaded_at = SHOWN_AT


def editorial_world(slug: str) -> dict[str, object]:
    """Return one article of each kind at the same slug, and a guide's picture and clip, by id."""
    for kind in (ArticleKind.QUESTION, ArticleKind.ANNOUNCEMENT):
        ArticleFactory(kind=kind, slug=slug)
    guide = ArticleFactory(slug=slug, body="![](hinh-1)\n\n![](phim-1)")
    return {
        "slug": slug,
        "article_id": guide.pk,
        "number": 1,
        "picture_id": PictureFactory(article=guide).pk,
        "width": 1,
        "clip_id": ClipFactory(article=guide).pk,
    }
