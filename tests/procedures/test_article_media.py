"""Pictures, films and captions of articles: what is taken, drawn anew, kept and refused."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.core.files import UnsafeFile, inspect_film, read_captions
from portal.core.files.films import MAX_FILM_BYTES
from procedures.enums import TextState
from procedures.models import Clip, Picture
from procedures.services import article_media
from tests.factories.editorial import (
    DOT,
    FILM,
    ArticleFactory,
    ClipFactory,
    PictureFactory,
    VersionFactory,
)
from tests.procedures.writing import NOW, photo, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


class TestMedia:
    def test_picture_is_drawn_anew_at_the_widths_that_it_fills(self, editor):
        version = started(editor)
        drawn = article_media.draw_widths(photo(900, 600), "man-hinh.png")

        picture = article_media.add_picture(
            by=editor, at=NOW, article_id=version.article_id, key="nut", alt="Nút", drawn=drawn
        )

        sizes = [(one["width"], one["height"]) for one in picture.variants]
        assert sizes == [(360, 240), (720, 480), (900, 600)]

    def test_nothing_hidden_in_a_picture_is_kept(self):
        drawn = article_media.draw_widths(photo(40, 30, comment="bi mat"), "hinh.png")

        assert b"bi mat" not in drawn[0].data

    @pytest.mark.parametrize(
        ("data", "name"),
        [(b"<svg onload=alert(1)>", "a.svg"), (b"%PDF-1.7 x", "a.pdf"), (b"", "a.png"),
         (b"GIF89a", "a.gif"), (DOT[:30], "a.png")],
    )  # fmt: skip
    def test_what_is_no_picture_is_refused_in_words(self, data, name):
        with pytest.raises(UnsafeFile):
            article_media.draw_widths(SimpleUploadedFile(name, data), name)

    def test_key_is_never_given_twice(self, editor):
        version = started(editor)
        ClipFactory(article=version.article, key="nut")
        drawn = article_media.draw_widths(photo(40, 30), "a.png")

        with pytest.raises(article_media.KeyTaken):
            article_media.add_picture(
                by=editor, at=NOW, article_id=version.article_id, key="nut", alt="Nút", drawn=drawn
            )

    def test_what_a_version_places_stays(self, editor):
        article = ArticleFactory(body="![](hinh-1)")
        PictureFactory(article=article)
        VersionFactory(article=article, number=2, state=TextState.DRAFT, body="Không hình.")

        with pytest.raises(article_media.StillPlaced):
            article_media.remove_media(article_id=article.pk, key="hinh-1")

    def test_clip_goes_with_its_first_picture_once_nothing_places_it(self):
        article = ArticleFactory()
        ClipFactory(article=article)

        article_media.remove_media(article_id=article.pk, key="phim-1")

        assert not Clip.objects.exists()
        assert not Picture.objects.exists()

    @pytest.mark.parametrize(
        "data",
        [b"", b"<html>", b"\x00\x00\x00\x20ftypavif" + bytes(90), b"\x1a\x45\xdf\xa3matroska",
         b"\x00\x00\x00\x20ftypisom<script>alert(1)</script>", b"MZ" + FILM, b"GIF89a",
         b"\x00\x00\x00\x20ftypqt  " + bytes(90)],
    )  # fmt: skip
    def test_what_is_no_film_is_refused(self, data):
        """Attack: pages, programs and other containers under the name of a film."""
        with pytest.raises(UnsafeFile) as refused:
            inspect_film(SimpleUploadedFile("a.mp4", data))

        assert refused.value.reason == "not_a_film"

    def test_film_is_known_by_its_content(self):
        webm = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + bytes(90)

        assert inspect_film(SimpleUploadedFile("a.webm", FILM)).mime == "video/mp4"
        assert inspect_film(SimpleUploadedFile("a.mp4", webm)).mime == "video/webm"

    def test_film_that_is_too_large_is_refused(self):
        with pytest.raises(UnsafeFile) as refused:
            inspect_film(SimpleUploadedFile("a.mp4", FILM + bytes(MAX_FILM_BYTES)))

        assert refused.value.reason == "too_large"

    def test_film_waits_while_a_scanner_is_set_and_does_not_answer(self, settings, tmp_path):
        settings.SCANNER_URL = f"unix://{tmp_path}/clamd.sock"

        with pytest.raises(UnsafeFile) as refused:
            inspect_film(SimpleUploadedFile("a.mp4", FILM))

        assert refused.value.reason == "unscanned"

    @pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"1\n00:00 --> 00:01\nx", b"WEBVTT\x00-->"])
    def test_captions_are_webvtt_or_nothing(self, data):
        with pytest.raises(UnsafeFile):
            read_captions(SimpleUploadedFile("a.vtt", data))
