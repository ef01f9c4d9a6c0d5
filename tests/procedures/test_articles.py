"""Guides, answers and announcements as the public reads them."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from procedures.enums import ArticleKind, ArticleTopic, TextState
from procedures.models import Article, ArticleVersion
from procedures.views.media import read_range
from tests.factories.accounts import CitizenFactory, StaffFactory, UnitFactory
from tests.factories.editorial import (
    DOT,
    FILM,
    ArticleFactory,
    ClipFactory,
    PictureFactory,
    VersionFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(response.content.decode())).split())


def test_guides_stand_in_the_order_of_their_editors(client):
    ArticleFactory(title="Theo dõi hồ sơ đã nộp", position=2)
    ArticleFactory(title="Lập tài khoản", position=1)

    text = text_of(client.get("/huong-dan/"))

    assert text.index("Lập tài khoản") < text.index("Theo dõi hồ sơ đã nộp")


def test_guide_is_shown_with_its_picture_at_every_width(client):
    guide = ArticleFactory(slug="nop-ho-so", body="## Bước một\n\n![Ở cuối trang](hinh-1)")
    picture = PictureFactory(article=guide, alt="Nút Nộp hồ sơ")

    html = client.get("/huong-dan/nop-ho-so/").content.decode()

    url = reverse("procedures:picture", args=[picture.pk, 1])
    [tag] = re.findall(r"<img[^>]*hinh/[^>]*>", html)
    for part in (f'src="{url}"', f'srcset="{url} 1w"', 'width="1"', 'height="1"',
                 'alt="Nút Nộp hồ sơ"', 'loading="lazy"'):  # fmt: skip
        assert part in tag
    assert '<h2 id="buoc-mot">Bước một' in html
    assert "<figcaption>Ở cuối trang</figcaption>" in html


def test_clip_stands_with_its_words_and_loads_nothing_by_itself(client):
    guide = ArticleFactory(slug="nop", body="![](phim-1)")
    clip = ClipFactory(article=guide)

    html = client.get("/huong-dan/nop/").content.decode()

    [video] = re.findall(r"<video[^>]*>", html)
    assert 'preload="none"' in video
    assert "controls" in video
    assert "autoplay" not in video
    assert re.search(r'width="1"\s+height="1"\s+poster="/hinh/\d+/1/"', video)
    assert f'<source src="/phim/{clip.pk}/" type="video/mp4">' in html
    assert f'src="/phim/{clip.pk}/phu-de/"' in html
    assert "Nhấn nút Nộp hồ sơ." in html


HIDDEN = {
    "draft": {"state": TextState.DRAFT},
    "in review": {"state": TextState.IN_REVIEW},
    "taken down": {"is_hidden": True},
    "not yet": {"kind": ArticleKind.ANNOUNCEMENT, "valid_from": date(2026, 11, 24)},
    "over": {"kind": ArticleKind.ANNOUNCEMENT, "valid_until": date(2026, 11, 22)},
}
PAGES = {
    ArticleKind.GUIDE: "/huong-dan/",
    ArticleKind.QUESTION: "/hoi-dap/",
    ArticleKind.ANNOUNCEMENT: "/thong-bao-chung/",
}


@pytest.mark.parametrize("how", HIDDEN.values(), ids=HIDDEN)
def test_what_is_not_to_be_read_does_not_exist(client, how):
    article = ArticleFactory(
        slug="kin", title="Chưa cho ai đọc", body="![](hinh-1)\n![](phim-1)", **how
    )
    picture = PictureFactory(article=article)
    clip = ClipFactory(article=article)
    there = PAGES[ArticleKind(article.kind)]

    assert client.get(f"{there}kin/").status_code == 404
    assert "Chưa cho ai đọc" not in text_of(client.get(there))
    for url in (f"/hinh/{picture.pk}/1/", f"/phim/{clip.pk}/", f"/phim/{clip.pk}/phu-de/",
                f"/hinh/{clip.poster_id}/1/"):  # fmt: skip
        assert client.get(url).status_code == 404


def test_article_of_another_kind_is_not_found_at_this_address(client):
    ArticleFactory(slug="phi", kind=ArticleKind.QUESTION)

    assert client.get("/huong-dan/phi/").status_code == 404
    assert client.get("/hoi-dap/phi/").status_code == 200


def test_version_appears_at_its_moment_and_the_older_one_stays_until_then(client):
    article = ArticleFactory(slug="bai", title="Lời cũ")
    VersionFactory(article=article, number=2, title="Lời mới", shown_from=NOW + timedelta(days=2))

    before = text_of(client.get("/huong-dan/bai/"))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        after = text_of(client.get("/huong-dan/bai/"))

    assert "Lời cũ" in before
    assert "Lời mới" not in before
    assert "Lời mới" in after
    assert "Lời cũ" not in after


def test_picture_that_the_published_words_do_not_place_is_not_handed_out(client):
    guide = ArticleFactory(body="Không có hình.")
    picture = PictureFactory(article=guide)
    VersionFactory(article=guide, number=2, state=TextState.DRAFT, body="![](hinh-1)")

    assert client.get(f"/hinh/{picture.pk}/1/").status_code == 404


def test_picture_is_sent_as_one_fixed_type(client):
    picture = PictureFactory(article=ArticleFactory(body="![](hinh-1)"))

    answer = client.get(f"/hinh/{picture.pk}/1/")

    assert b"".join(answer) == DOT
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert client.get(f"/hinh/{picture.pk}/9999/").status_code == 404
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies


class TestClip:
    @pytest.fixture
    def url(self):
        return f"/phim/{ClipFactory(article=ArticleFactory(body='![](phim-1)')).pk}/"

    def test_whole(self, client, url):
        answer = client.get(url)

        assert b"".join(answer) == FILM
        assert answer.status_code == 200
        assert answer["Content-Type"] == "video/mp4"
        assert answer["Accept-Ranges"] == "bytes"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer["Content-Security-Policy"]

    @pytest.mark.parametrize(
        ("asked", "first", "last"),
        [
            ("bytes=0-", 0, len(FILM) - 1),
            ("bytes=10-19", 10, 19),
            ("bytes=-5", len(FILM) - 5, len(FILM) - 1),
            ("bytes=5-999999999", 5, len(FILM) - 1),
        ],
    )
    def test_part(self, client, url, asked, first, last):
        answer = client.get(url, headers={"range": asked})

        assert answer.status_code == 206
        assert b"".join(answer) == FILM[first : last + 1]
        assert answer["Content-Range"] == f"bytes {first}-{last}/{len(FILM)}"
        assert answer["Content-Length"] == str(last - first + 1)

    def test_behind_the_end(self, client, url):
        answer = client.get(url, headers={"range": "bytes=99999999-"})

        assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(FILM)}")

    def test_part_of_another_film_is_answered_whole(self, client, url):
        answer = client.get(url, headers={"range": "bytes=5-", "if-range": '"other"'})

        assert answer.status_code == 200
        assert b"".join(answer) == FILM

    def test_captions(self, client, url):
        answer = client.get(f"{url}phu-de/")

        assert answer["Content-Type"] == "text/vtt; charset=utf-8"
        assert answer.content.startswith(b"WEBVTT")


@pytest.mark.parametrize(
    "asked",
    ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-3", "bytes=0-1,3-4", "items=0-1",
     "bytes=" + "9" * 5_000 + "-", "bytes=²-"],
)  # fmt: skip
def test_strange_ranges_are_answered_whole(asked):
    """Attack: ranges that no player sends."""
    assert read_range(asked, 100) is None


def test_questions_stand_by_topic_folded_with_links_of_their_own(client):
    ArticleFactory(
        kind=ArticleKind.QUESTION, topic=ArticleTopic.PAYMENT, slug="phi", title="Phí nộp ở đâu?"
    )
    ArticleFactory(
        kind=ArticleKind.QUESTION,
        topic=ArticleTopic.ACCOUNT,
        slug="mat-khau",
        title="Quên mật khẩu?",
    )

    html = client.get("/hoi-dap/").content.decode()

    assert html.index("Quên mật khẩu?") < html.index("Phí nộp ở đâu?")
    assert '<details class="fold answer" id="phi">' in html
    assert 'href="/hoi-dap/phi/"' in html


@pytest.mark.parametrize("asked", ["quen mat khau", "QUÊN  MẬT KHẨU", "9 ký tự"])
def test_questions_are_found_by_words_with_and_without_accents(client, asked):
    ArticleFactory(
        kind=ArticleKind.QUESTION, title="Quên mật khẩu?", body="Đặt mới, từ **9 ký tự**."
    )
    ArticleFactory(kind=ArticleKind.QUESTION, title="Phí nộp ở đâu?", body="Ở quầy.")

    text = text_of(client.get("/hoi-dap/", {"q": asked}))

    assert "Quên mật khẩu?" in text
    assert "Phí nộp ở đâu?" not in text


def test_question_without_answer_says_so_and_names_the_hotline(client, settings):
    ArticleFactory(kind=ArticleKind.QUESTION)

    text = text_of(client.get("/hoi-dap/", {"q": "<b>xyz</b>\x00"}))

    assert "Chưa có câu trả lời nào cho “" in text
    assert settings.SITE_HOTLINE in text


def test_announcements_stand_newest_first_with_their_day(client):
    ArticleFactory(kind=ArticleKind.ANNOUNCEMENT, title="Nghỉ Tết", valid_from=date(2026, 11, 2))
    ArticleFactory(kind=ArticleKind.ANNOUNCEMENT, title="Nghỉ lễ", valid_from=date(2026, 11, 9))

    text = text_of(client.get("/thong-bao-chung/"))

    assert text.index("Nghỉ lễ thứ Hai, 09/11/2026") < text.index("Nghỉ Tết")


def test_home_shows_the_newest_pinned_announcement_as_one_line(client):
    for title, pinned, day in (
        ("Cũ", True, 2), ("Đổi giờ tiếp nhận", True, 9), ("Không ghim", False, 16),
    ):  # fmt: skip
        ArticleFactory(
            kind=ArticleKind.ANNOUNCEMENT,
            title=title,
            is_pinned=pinned,
            valid_from=date(2026, 11, day),
            slug=f"tin-{day}",
        )

    html = client.get("/").content.decode()

    assert html.count("/thong-bao-chung/tin-") == 1
    assert 'href="/thong-bao-chung/tin-9/"' in html
    assert "Đổi giờ tiếp nhận" in html


def test_pages_are_the_same_bytes_for_everybody_without_a_cookie():
    guide = ArticleFactory(slug="bai")
    ArticleFactory(kind=ArticleKind.QUESTION, slug="bai")
    ArticleFactory(kind=ArticleKind.ANNOUNCEMENT, slug="bai")
    agency = UnitFactory()
    citizen, clerk = Client(), Client()
    citizen.force_login(CitizenFactory())
    clerk.force_login(StaffFactory())

    for url in ("/huong-dan/", "/huong-dan/bai/", "/hoi-dap/", "/hoi-dap/bai/", "/thong-bao-chung/",
                "/thong-bao-chung/bai/", "/co-quan/", f"/co-quan/{agency.key}/"):  # fmt: skip
        answers = [one.get(url) for one in (Client(), citizen, clerk)]

        assert len({answer.content for answer in answers}) == 1, url
        for answer in answers:
            assert answer.status_code == 200, url
            assert not answer.cookies, url
            assert answer["Cache-Control"] == "public, max-age=60", url
        assert 'rel="canonical" href="http' in answers[0].content.decode(), url
        again = Client().get(url, headers={"if-none-match": answers[0]["ETag"]})
        assert again.status_code == 304, url
    assert guide.pk


@pytest.mark.parametrize(
    ("url", "queries"),
    [("/huong-dan/", 1), ("/huong-dan/bai/", 3), ("/hoi-dap/", 3), ("/thong-bao-chung/", 1)],
)
def test_number_of_queries_does_not_grow_with_the_articles(client, url, queries):
    for kind in ArticleKind:
        for number in range(3):
            slug = "bai" if number == 0 else f"bai-{number}"
            PictureFactory(article=ArticleFactory(kind=kind, slug=slug, body="![](hinh-1)"))

    with CaptureQueriesContext(connection) as done:
        client.get(url)

    assert len(done) == queries


class TestTheDatabaseRefuses:
    def test_changing_published_words(self):
        article = ArticleFactory()

        for change in ({"body": "khác"}, {"title": "khác"}, {"number": 7}):
            with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
                article.versions.update(**change)

    def test_removing_published_words(self):
        article = ArticleFactory()

        with pytest.raises(DatabaseError), transaction.atomic():
            article.versions.all().delete()

    def test_two_open_versions(self):
        article = ArticleFactory()
        VersionFactory(article=article, number=2, state=TextState.DRAFT)

        with pytest.raises(IntegrityError), transaction.atomic():
            VersionFactory(article=article, number=3, state=TextState.IN_REVIEW)

    def test_publishing_what_one_wrote_oneself(self):
        writer = StaffFactory()

        with pytest.raises(IntegrityError, match="published_by_another"), transaction.atomic():
            VersionFactory(
                article=ArticleFactory(), number=2, edited_by=writer, published_by=writer
            )

    @pytest.mark.parametrize("wrong", [{"is_pinned": True}, {"valid_from": date(2026, 1, 1)}])
    def test_days_and_pins_of_guides(self, wrong):
        with pytest.raises(IntegrityError), transaction.atomic():
            ArticleFactory(**wrong)

    def test_days_out_of_order(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            ArticleFactory(
                kind=ArticleKind.ANNOUNCEMENT,
                valid_from=date(2026, 1, 2),
                valid_until=date(2026, 1, 1),
            )


def test_every_version_of_a_row_is_kept_with_who_changed_it():
    article = ArticleFactory()
    Article.objects.filter(pk=article.pk).update(is_hidden=True)

    kept = article.events.order_by("pgh_id").values_list("pgh_label", "is_hidden")

    assert list(kept) == [("insert", False), ("update", True)]
    assert ArticleVersion.objects.get(article=article).events.count() == 1
