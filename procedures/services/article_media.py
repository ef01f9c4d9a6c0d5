"""Pictures and clips of articles: taken in, never replaced, removed while no words place them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from portal.core.files import (
    IMAGES,
    Film,
    PreviewFailed,
    Redrawn,
    UnsafeFile,
    delete_stored,
    inspect_film,
    inspect_upload,
    read_captions,
    redraw_picture,
    store_bytes,
)
from procedures.models import Article, Clip, Picture
from procedures.services.articles import forget_files_on_commit, lock_article, uploaded_keys

# A phone's column, the same twice as sharp, and the widest column of a page twice as sharp.
WIDTHS: Final = (360, 720, 1360)
MOST: Final = 40


class KeyTaken(Exception):
    """The article has a picture or clip of this key; what was uploaded is never replaced."""


class TooManyMedia(Exception):
    """The article has as many pictures and clips as it may."""


class StillPlaced(Exception):
    """A version of the article places it."""


@dataclass(frozen=True, slots=True)
class ClipWords:
    title: str
    transcript: str


def draw_widths(file: BinaryIO, name: str) -> list[Redrawn]:
    """
    Return an uploaded picture drawn anew at each width that it fills, the narrowest first.

    :raises UnsafeFile: with the sentence for whoever sent it, when it is not to be kept.
    """
    facts = inspect_upload(file, name)
    if facts.kind not in IMAGES or facts.width is None:
        raise UnsafeFile(_("Chỉ nhận hình JPG, PNG hoặc HEIC."), reason="no_picture")
    file.seek(0)
    data = file.read()
    widest = min(facts.width, WIDTHS[-1])
    wanted = [width for width in WIDTHS if width < widest] + [widest]
    try:
        return [redraw_picture(data, facts.kind, width=width) for width in wanted]
    except PreviewFailed as error:
        raise UnsafeFile(
            _("Không đọc được hình này. Lưu lại thành PNG hoặc JPG rồi tải lên."),
            reason="not_drawn",
        ) from error


def add_picture(
    *, by: User | None, at: datetime, article_id: int, key: str, alt: str, drawn: Sequence[Redrawn]
) -> Picture:
    """
    Keep a picture that was drawn anew.

    The files come first and the row after: what is left over by a failure is taken away again.

    :raises ArticleAbsent: if there is no such article.
    :raises KeyTaken: if the article has something of this key.
    :raises TooManyMedia: if it has as many as it may.
    :raises StorageUnavailable: if the files could not be kept.
    """
    variants = [_store(one) for one in drawn]
    try:
        return _add_picture(
            by=by, at=at, article_id=article_id, key=key, alt=alt, variants=variants
        )
    except Exception:
        for variant in variants:
            delete_stored(variant["storage_key"])
        raise


@transaction.atomic(durable=True)
def _add_picture(
    *,
    by: User | None,
    at: datetime,
    article_id: int,
    key: str,
    alt: str,
    variants: list[dict[str, Any]],
) -> Picture:
    article = _lock_with_room(article_id, key)
    return Picture.objects.create(
        article=article, key=key, alt=alt, variants=variants, uploaded_by=by, uploaded_at=at
    )


def add_clip(
    *,
    by: User | None,
    at: datetime,
    article_id: int,
    key: str,
    words: ClipWords,
    film: BinaryIO,
    captions: BinaryIO | None,
    poster: Sequence[Redrawn],
) -> Clip:
    """
    Keep a film with its words, its captions and the picture that is shown before it plays.

    :raises UnsafeFile: with the sentence for whoever sent it, when a file is not to be kept.
    :raises ArticleAbsent: if there is no such article.
    :raises KeyTaken: if the article has something of this key.
    :raises TooManyMedia: if it has as many as it may.
    :raises StorageUnavailable: if the files could not be kept.
    """
    seen = inspect_film(film)
    text = read_captions(captions) if captions is not None else ""
    variants = [_store(one) for one in poster]
    stored = [*(one["storage_key"] for one in variants), store_bytes(seen.data)]
    try:
        return _add_clip(
            by=by,
            at=at,
            article_id=article_id,
            key=key,
            words=words,
            captions=text,
            film=seen,
            storage_key=stored[-1],
            variants=variants,
        )
    except Exception:
        for storage_key in stored:
            delete_stored(storage_key)
        raise


@transaction.atomic(durable=True)
def _add_clip(
    *,
    by: User | None,
    at: datetime,
    article_id: int,
    key: str,
    words: ClipWords,
    captions: str,
    film: Film,
    storage_key: str,
    variants: list[dict[str, Any]],
) -> Clip:
    article = _lock_with_room(article_id, key)
    poster = Picture.objects.create(
        article=article,
        key=f"{key[:58]}--bia",
        alt=words.title,
        variants=variants,
        uploaded_by=by,
        uploaded_at=at,
    )
    return Clip.objects.create(
        article=article,
        key=key,
        title=words.title,
        transcript=words.transcript,
        captions=captions,
        poster=poster,
        mime=film.mime,
        size=film.size,
        storage_key=storage_key,
        sha256=film.sha256,
        uploaded_by=by,
        uploaded_at=at,
    )


@transaction.atomic(durable=True)
def remove_media(*, article_id: int, key: str) -> bool:
    """
    Remove a picture or clip that no version places; return False where it is gone already.

    :raises ArticleAbsent: if there is no such article.
    :raises StillPlaced: if a version places it.
    """
    article, _newest = lock_article(article_id)
    if article.versions.filter(media_keys__contains=[key]).exists():
        raise StillPlaced(key)
    clip = article.clips.filter(key=key).select_related("poster").first()
    picture = clip.poster if clip else article.pictures.filter(key=key, clips=None).first()
    if picture is None:
        return False
    stored = [one["storage_key"] for one in picture.variants]
    if clip is not None:
        stored.append(clip.storage_key)
        clip.delete()
    picture.delete()
    forget_files_on_commit(stored)
    return True


def _lock_with_room(article_id: int, key: str) -> Article:
    article, _newest = lock_article(article_id)
    taken = uploaded_keys(article)
    if key in taken:
        raise KeyTaken(key)
    if len(taken) >= MOST:
        raise TooManyMedia(article_id)
    return article


def _store(drawn: Redrawn) -> dict[str, Any]:
    return {
        "width": drawn.width,
        "height": drawn.height,
        "mime": drawn.mime,
        "size": len(drawn.data),
        "sha256": hashlib.sha256(drawn.data).hexdigest(),
        "storage_key": store_bytes(drawn.data),
    }
