"""An article on its way to the public, for tests of what editors do with articles."""

from datetime import UTC, datetime
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from procedures.enums import ArticleKind, ArticleTopic
from procedures.services import article_review as review, articles as services
from procedures.services.articles import Words

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WORDS = Words("Nộp hồ sơ", "Bốn bước.", "Chụp rõ từng giấy tờ.")


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


def photo(width, height, *, comment=""):
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", comment)
    output = BytesIO()
    Image.new("RGB", (width, height), "navy").save(output, "PNG", pnginfo=about)
    return SimpleUploadedFile("hinh.png", output.getvalue())
