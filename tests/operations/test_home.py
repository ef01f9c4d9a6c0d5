"""Home, help and privacy: the words on them, where they lead, the figures of the month."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dossiers.enums import DossierState
from dossiers.models import Dossier
from reports.selectors import MonthFigures, get_month_figures
from tests.factories.catalogue import seed_demo_catalogue
from tests.factories.dossiers import dossier_at

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(response.content.decode())).split())


def test_search_box_is_the_first_thing_on_the_home_page(client, db):
    html = client.get("/").content.decode()

    main = html[html.index("<main") :]
    assert main.index('role="search"') < main.index("<h2")
    assert f'action="{reverse("procedures:search")}"' in main
    assert main.index(reverse("dossiers:track")) < main.index("<h2")
    assert main.index(reverse("dossiers:mine")) < main.index("<h2")


def test_six_life_events_lead_to_their_pages(client, db):
    seed_demo_catalogue()

    html = client.get("/").content.decode()

    events = re.findall(r'href="(/su-kien/[^"]+/)"', html)
    assert len(events) == 6
    for url in events:
        assert "/thu-tuc/" in client.get(url).content.decode(), url
    assert f'href="{reverse("procedures:events")}"' in html


def test_home_names_the_agency_and_the_hotline(client, db, settings):
    text = text_of(client.get("/"))

    assert f"{settings.SITE_AGENCY} quản lý cổng này" in text
    assert settings.SITE_HOTLINE in text


def test_figures_of_the_month_are_one_honest_line(client, db):
    with time_machine.travel(NOW, tick=False):
        empty = text_of(client.get("/"))
        dossier = dossier_at(DossierState.DECIDED)
        Dossier.objects.filter(pk=dossier.pk).update(
            submitted_at=NOW - timedelta(days=2), decided_at=NOW, due_at=NOW
        )
        filled = text_of(client.get("/"))

    assert "Tháng 11/2026: chưa nhận hồ sơ nào." in empty
    assert (
        "Tháng 11/2026: nhận 1 hồ sơ, giải quyết xong 1 hồ sơ; 1 trong 1 hồ sơ có hẹn đã xong"
        in filled
    )


@pytest.mark.parametrize(
    ("submitted", "decided", "due", "figures"),
    [
        # The month begins at midnight in Vietnam, 17:00 UTC of the day before.
        (datetime(2026, 10, 31, 16, 59, tzinfo=UTC), None, None, (0, 0, 0, 0)),
        (datetime(2026, 10, 31, 17, 0, tzinfo=UTC), None, None, (1, 0, 0, 0)),
        (datetime(2026, 10, 1, tzinfo=UTC), NOW, NOW, (0, 1, 1, 1)),
        (datetime(2026, 10, 1, tzinfo=UTC), NOW, NOW - timedelta(minutes=1), (0, 1, 1, 0)),
        (datetime(2026, 10, 1, tzinfo=UTC), NOW, None, (0, 1, 0, 0)),
        (NOW + timedelta(minutes=1), None, None, (0, 0, 0, 0)),
    ],
)
def test_month_counts_what_was_received_decided_and_in_time(db, submitted, decided, due, figures):
    dossier = dossier_at(DossierState.DECIDED)
    Dossier.objects.filter(pk=dossier.pk).update(
        submitted_at=submitted, decided_at=decided, due_at=due
    )

    found = get_month_figures(at=NOW)

    received, done, with_date, on_time = figures
    assert found == MonthFigures(
        month=11,
        year=2026,
        received=received,
        decided=done,
        with_date=with_date,
        on_time=on_time,
    )


def test_home_takes_five_queries(client, db):
    seed_demo_catalogue()

    with CaptureQueriesContext(connection) as queries:
        client.get("/")

    assert len(queries) == 5


def test_help_tells_the_whole_way_of_a_dossier(client, settings):
    response = client.get("/tro-giup/")

    text = text_of(response)
    for words in ("Tìm thủ tục", "mã 6 số", "8 giờ làm việc", "rút hồ sơ", settings.SITE_HOTLINE):
        assert words in text
    assert set(re.findall(r'href="#([^"]+)"', response.content.decode())) <= set(
        re.findall(r'id="([^"]+)"', response.content.decode())
    )


def test_privacy_says_what_people_agree_to_and_whom_to_ask(client, settings):
    from accounts import consent

    text = text_of(client.get("/quyen-rieng-tu/"))

    for point in consent.POINTS:
        assert str(point) in text
    assert f"Phiên bản {consent.VERSION}" in text
    assert settings.SITE_HOTLINE in text
