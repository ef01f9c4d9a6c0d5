"""Public pages that a browser has kept: asked for again, they cost the database nothing."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.services import unit_settings
from portal.core import edition
from portal.operations.services import editions
from procedures.models import Procedure, Revision
from procedures.services.publishing import publish_revision
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.procedures import OfferFactory

AT = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clean():
    edition._State.paused_until, edition._State.owed = 0.0, False
    yield
    edition._State.paused_until, edition._State.owed = 0.0, False


@pytest.fixture
def clock():
    with time_machine.travel(AT, tick=False) as moved:
        yield moved


@pytest.fixture
def page(clock):
    """The address of a published procedure's page."""
    UnitFactory(parent=UnitFactory(key="tinh"))
    return f"/thu-tuc/{OfferFactory().procedure.code}/"


def valkey():
    return redis.Redis.from_url(django_settings.REDIS_URL, decode_responses=True)


def ask(client, url, tag):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, headers={"if-none-match": tag})
    return response.status_code, len(queries)


def draft_of(code):
    procedure = Procedure.objects.get(code=code)
    return Revision.objects.create(procedure=procedure, number=9, name="Tên mới của thủ tục")


@pytest.mark.parametrize("url", ["/", "/thu-tuc/", "/thu-tuc/?q=giay", "/linh-vuc/", "detail"])
def test_conditional_request_of_a_kept_page_touches_no_database(client, page, url):
    url = page if url == "detail" else url
    first = client.get(url)

    assert first.status_code == 200
    assert first["Cache-Control"] == "public, max-age=60"
    assert not first.cookies
    assert ask(client, url, first["ETag"]) == (304, 0)
    assert ask(client, url, f"W/{first['ETag']}") == (304, 0)  # as a proxy that packs it says
    status, queries = ask(client, url, '"of-another-page"')
    assert status == 200
    assert queries > 0


def test_tag_of_one_page_is_not_that_of_another(client, page):
    first = client.get(page)

    assert ask(client, f"{page}?cach=tai-quay", first["ETag"])[0] == 200
    assert not client.get("/thu-tuc/9.999/").has_header("ETag")


@pytest.mark.django_db(transaction=True)
def test_publishing_has_every_page_sent_anew(client, page):
    first = client.get(page)
    revision = draft_of(page.split("/")[2])

    publish_revision(revision_id=revision.pk, publisher=None, at=AT)

    response = client.get(page, headers={"if-none-match": first["ETag"]})
    assert response.status_code == 200
    assert "Tên mới của thủ tục" in response.content.decode()
    assert response["ETag"] != first["ETag"]


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_back_leaves_the_edition(client, page):
    before = edition.current()

    with transaction.atomic():
        edition.renew_on_commit()
        transaction.set_rollback(True)

    assert edition.current() == before


@pytest.mark.django_db(transaction=True)
def test_publishing_while_a_page_is_rendered_makes_that_page_old(client, page, monkeypatch):
    """Attack: the old page, rendered before, with the tag of the new edition."""
    revision = draft_of(page.split("/")[2])
    from procedures.views import public

    render = public.render

    def render_late(*args, **kwargs):
        rendered = render(*args, **kwargs)
        publish_revision(revision_id=revision.pk, publisher=None, at=AT)
        return rendered

    monkeypatch.setattr(public, "render", render_late)
    old = client.get(page)
    monkeypatch.undo()

    assert "Tên mới của thủ tục" not in old.content.decode()
    assert ask(client, page, old["ETag"])[0] == 200


@pytest.mark.django_db(transaction=True)
def test_opening_hours_have_pages_sent_anew(client, page):
    agency = UnitFactory(parent=UnitFactory())
    admin = StaffFactory(role=Role.UNIT_ADMIN, unit=agency)
    first = client.get(page)
    assert ask(client, page, first["ETag"])[0] == 304

    unit_settings.add_days(
        by=admin, at=AT, unit_id=agency.pk, first=AT.date() + timedelta(3),
        last=AT.date() + timedelta(3), kind="OFF", name="Nghỉ",
    )  # fmt: skip

    assert ask(client, page, first["ETag"])[0] == 200


def test_edition_is_the_same_in_every_process(client, page):
    first = client.get(page)

    subprocess.run(
        [sys.executable, "-c",
         "import django; django.setup(); from portal.core import edition; edition.renew()"],
        check=True,
        env={"DJANGO_SETTINGS_MODULE": "portal.settings.test", "PATH": "",
             "REDIS_URL": django_settings.REDIS_URL},
        cwd=django_settings.BASE_DIR,
    )  # fmt: skip

    assert ask(client, page, first["ETag"])[0] == 200


def test_lost_edition_never_comes_back(client, page):
    first = client.get(page)

    valkey().delete(edition.KEY)

    assert ask(client, page, first["ETag"])[0] == 200


@pytest.mark.parametrize(
    ("later", "status"),
    [
        (timedelta(minutes=9, seconds=59), 304),
        (timedelta(minutes=10, seconds=1), 200),  # 09:15:01: another quarter, another ready date
        (timedelta(hours=14, minutes=56), 200),
    ],
)
def test_page_is_kept_for_a_quarter_of_an_hour_at_most(client, page, clock, later, status):
    first = client.get(page)

    clock.move_to(AT + later)

    assert ask(client, page, first["ETag"])[0] == status


def test_midnight_ends_every_page():
    last = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # 00:00 on the 24th, local time
    before = edition.tag_of("/", at=last - timedelta(seconds=1))

    assert edition.tag_of("/", at=last) != before


def test_page_works_without_valkey(client, page, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    started = time.monotonic()

    first = client.get(page)
    again = client.get(page, headers={"if-none-match": first["ETag"]})

    # The tag of the rendered page itself: the same page is still not sent twice.
    assert (first.status_code, again.status_code) == (200, 304)
    assert edition.current() is None
    assert time.monotonic() - started < 5


def test_change_that_valkey_was_not_told_of_is_owed(client, page, settings):
    """Attack: Valkey is away while something is published, and comes back with the old edition."""
    first, url = client.get(page), settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1"
    edition.renew()
    settings.REDIS_URL = url

    assert edition.current() is None  # left alone for a while
    edition._State.paused_until = 0.0
    assert ask(client, page, first["ETag"])[0] == 200


@pytest.mark.django_db(transaction=True)
def test_change_by_any_hand_is_noticed(client, page):
    """Attack: a row changed without any service, as a hand at the database does."""
    counted()
    assert not counted()
    first = client.get(page)

    Procedure.objects.update(name="Sửa bằng tay")

    assert counted()
    assert ask(client, page, first["ETag"])[0] == 200
    assert not counted()


def counted():
    # PostgreSQL passes its counters on within a second or so; here, at once.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
    return editions.compare_tables()
