"""The demonstration's own guides, questions and announcements: whole, and leading somewhere."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.enums import Role
from portal.operations.demo_data import FOLDER, load_articles
from portal.operations.services.seed_catalogue import EDITOR, PUBLISHER
from portal.operations.services.seed_editorial import seed_articles
from procedures import markup
from procedures.enums import ArticleTopic, TextState
from procedures.models import Article, ArticleVersion
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def _seeded():
    with time_machine.travel(NOW, tick=False):
        for name, role in ((EDITOR, Role.EDITOR), (PUBLISHER, Role.PUBLISHER)):
            user = StaffFactory(username=name, role=role)
            user.staff_roles.update(valid_from=date(2026, 1, 1))
        seed_articles(at=NOW)
        yield


@pytest.mark.usefixtures("_seeded")
def test_everything_is_published_by_another_and_a_second_run_changes_nothing():
    before = Article.objects.count()
    seed_articles(at=NOW)

    assert Article.objects.count() == before
    assert set(ArticleVersion.objects.values_list("state", flat=True)) == {TextState.PUBLISHED}
    assert not ArticleVersion.objects.filter(small_office=True).exists()


@pytest.mark.usefixtures("_seeded")
def test_there_is_enough_of_each_kind_and_every_page_opens(client):
    counts = {
        kind: Article.objects.filter(kind=kind).count()
        for kind in ("GUIDE", "QUESTION", "ANNOUNCEMENT")
    }
    assert (counts["GUIDE"], counts["ANNOUNCEMENT"]) == (4, 3)
    assert counts["QUESTION"] >= 12
    topics = set(Article.objects.filter(kind="QUESTION").values_list("topic", flat=True))
    assert topics == set(ArticleTopic.values) - {"OTHER"}
    for page in ("/huong-dan/", "/hoi-dap/", "/thong-bao-chung/"):
        html = client.get(page).text
        for url in set(re.findall(rf'href="({page}[a-z0-9-]+/)"', html)):
            assert client.get(url).status_code == 200, url


@pytest.mark.usefixtures("_seeded")
def test_every_link_leads_to_a_page_of_ours(client):
    bodies = [row["body"] for row in load_articles()["articles"]]
    pieces = [
        piece
        for body in bodies
        for block in markup.parse(body)
        for line in block.lines
        for piece in line
    ]
    addresses = {piece.address for piece in pieces if piece.address}

    assert "/co-quan/" in addresses
    for address in addresses:
        assert client.get(address).status_code in {200, 302}, address
    assert [link for body in bodies for link in markup.bad_links(body)] == []


def test_pictures_are_light_and_each_is_told_in_words():
    data = load_articles()
    placed = {key for row in data["articles"] for key in markup.media_keys(row["body"])}
    files = {path.stem: path.stat().st_size for path in (FOLDER / "pictures").glob("*.png")}

    assert placed == set(files) == set(data["pictures"])
    assert sum(files.values()) < 200_000
