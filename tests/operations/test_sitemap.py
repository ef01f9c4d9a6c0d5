"""What search engines are told: which addresses there are, and what is not for them."""

import re
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.operations import disclosure_views
from procedures.enums import ProcedureState
from tests.factories.catalogue import seed_demo_catalogue
from tests.factories.procedures import LifeEventEntryFactory, LifeEventFactory, ProcedureFactory
from tests.guardrails.matrix import MATRIX, PATTERNS

pytestmark = pytest.mark.django_db
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def catalogue():
    return seed_demo_catalogue()


def located(response, tag="url"):
    root = ET.fromstring(response.content)  # noqa: S314 -- our own page
    return [one.findtext(f"{SPACE}loc") for one in root.iter(f"{SPACE}{tag}")]


def robots(client, settings):
    parser = RobotFileParser()
    parser.parse(client.get("/robots.txt").content.decode().splitlines())
    return parser


def test_sitemap_lists_what_the_public_may_find(client, catalogue, settings):
    repealed = ProcedureFactory(state=ProcedureState.REPEALED)
    hidden = LifeEventEntryFactory(event=LifeEventFactory(is_shown=False)).event

    response = client.get("/sitemap.xml")
    found = located(response)

    assert response["Content-Type"] == "application/xml; charset=utf-8"
    for path in ("/", "/thu-tuc/1.001193/", "/linh-vuc/ho-tich/", "/su-kien/sinh-con/"):
        assert f"{settings.BASE_URL}{path}" in found
    for path in (f"/thu-tuc/{repealed.code}/", f"/su-kien/{hidden.slug}/"):
        assert f"{settings.BASE_URL}{path}" not in found
    assert len(found) == len(set(found))
    for url in found:
        assert client.get(url.removeprefix(settings.BASE_URL)).status_code == 200, url


def test_sitemap_says_when_a_procedure_was_published(client, catalogue):
    text = client.get("/sitemap.xml").content.decode()

    assert re.search(r"/thu-tuc/1\.001193/</loc><lastmod>2026-07-01</lastmod>", text)


def test_many_addresses_are_told_in_parts(client, catalogue, settings, monkeypatch):
    whole = located(client.get("/sitemap.xml"))
    monkeypatch.setattr(disclosure_views, "PART_SIZE", 10)

    parts = located(client.get("/sitemap.xml"), "sitemap")

    told = [url for part in parts for url in located(client.get(part[len(settings.BASE_URL) :]))]
    assert told == whole
    assert len(parts) == -(-len(whole) // 10)
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404
    assert client.get("/sitemap-99999999999999999999.xml").status_code == 404


def test_sitemap_takes_as_many_queries_whatever_the_rows(client, catalogue):
    taken = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/sitemap.xml")
        taken.append(len(queries))
        for _ in range(3):
            ProcedureFactory()

    assert taken[0] == taken[1] <= 6


def test_robots_name_the_sitemap_and_leave_private_areas_alone(client, settings):
    text = client.get("/robots.txt").content.decode()
    parser = robots(client, settings)

    assert f"Sitemap: {settings.BASE_URL}/sitemap.xml" in text
    assert "Disallow: /*?q=" in text
    for name, pattern in PATTERNS.items():
        if MATRIX["urls"][name] == "public" or MATRIX["urls"][name] == "system_admin":
            continue
        path = "/" + re.sub(r"<[^>]+>", "1", str(pattern.pattern))
        assert not parser.can_fetch("*", path), name


@pytest.mark.parametrize(
    "path", ["/", "/thu-tuc/", "/thu-tuc/1.001193/", "/linh-vuc/ho-tich/", "/su-kien/sinh-con/",
             "/huong-dan/", "/thong-bao-chung/", "/co-quan/", "/static/a.css"],
)  # fmt: skip
def test_robots_leave_the_catalogue_open(client, settings, path):
    assert robots(client, settings).can_fetch("*", path)
