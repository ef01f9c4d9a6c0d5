"""The demonstration's guides, frequent questions and announcements, with pictures of its pages."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from portal.core.dates import local_day
from portal.core.files import Redrawn
from portal.operations.demo_data import load_articles, read_article_picture
from portal.operations.services.seed_catalogue import EDITOR, PUBLISHER
from procedures import markup
from procedures.enums import ArticleKind, ArticleTopic
from procedures.models import Article
from procedures.services import article_media, article_review, articles
from procedures.services.articles import Words, mark_of


def seed_articles(*, at: datetime) -> None:
    """Write and publish what is not there yet, as the two people of the catalogue would."""
    data = load_articles()
    editor = User.objects.filter(username=EDITOR).first()
    publisher = User.objects.filter(username=PUBLISHER).first()
    if editor is None or publisher is None:
        return
    known = set(Article.objects.values_list("kind", "slug"))
    for row in data["articles"]:
        kind = ArticleKind[row["kind"].upper()]
        if (kind, markup.slug_of(row["title"])) in known:
            continue
        _seed_article(row, kind, data["pictures"], editor=editor, publisher=publisher, at=at)


def _seed_article(
    row: Mapping[str, Any],
    kind: ArticleKind,
    alts: Mapping[str, str],
    *,
    editor: User,
    publisher: User,
    at: datetime,
) -> None:
    when = at - timedelta(days=row.get("days_ago", 60))
    topic = ArticleTopic[row["topic"].upper()]
    version = articles.start_article(
        by=editor,
        at=when,
        kind=kind,
        topic=topic,
        words=Words(row["title"], row["lead"], row["body"]),
    )
    for key in version.media_keys:
        width, height, data = read_article_picture(key)
        article_media.add_picture(
            by=editor,
            at=when,
            article_id=version.article_id,
            key=key,
            alt=alts[key],
            drawn=[Redrawn(width, height, "image/png", data)],
        )
    if kind == ArticleKind.ANNOUNCEMENT:
        placing = article_review.Placing(
            topic=topic, is_pinned=row.get("is_pinned", False), valid_from=local_day(when)
        )
        article_review.place_article(
            article_id=version.article_id, placing=placing, by=editor, at=when
        )
    article_review.send_for_review(article_id=version.article_id, base=mark_of(version))
    article_review.publish_version(
        article_id=version.article_id, base=mark_of(version), publisher=publisher, at=when
    )
