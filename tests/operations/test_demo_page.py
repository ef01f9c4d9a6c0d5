"""The demonstration's page: every sign-in, every sent message, and nothing of it elsewhere."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command

from accounts.models import SecondFactor
from accounts.services import second_factor
from portal.core import totp
from portal.notices.outbox_files import write_message
from portal.operations.demo_data import demo_secret, load_people
from portal.operations.services import seed_catalogue

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
EMAIL = (
    "Subject: Da nhan ho so\r\nTo: hoa.mai@example.vn\r\nContent-Type: text/plain; charset=utf-8"
    "\r\n\r\nMã hồ sơ <b>H99.21</b>"
).encode()


@pytest.fixture
def outbox(settings, tmp_path):
    settings.DEMO = True
    settings.OUTBOX_DIR = str(tmp_path)
    return tmp_path


def text_of(response):
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()))


@pytest.mark.parametrize(
    "url", ["/trinh-dien/", "/trinh-dien/20261123T020000.000000Z-sms-84900000301.txt/"]
)
def test_outside_the_demonstration_there_is_no_such_page(client, settings, tmp_path, url):
    settings.OUTBOX_DIR = str(tmp_path)
    write_message(tmp_path, medium="sms", to="84900000301", content=b"482913", at=AT)

    assert client.get(url).status_code == 404


def test_page_lists_every_sign_in_of_every_role(client, outbox):
    people = load_people()

    text = text_of(client.get("/trinh-dien/"))

    assert people["password"] in text
    for row in people["staff"]:
        assert row["username"] in text
        assert row["full_name"] in text
    for row in people["citizens"]:
        assert row["identity_number"] in text
    for role in ("Cán bộ một cửa", "Chuyên viên", "Lãnh đạo", "Văn thư", "Thủ quỹ", "Quản trị"):
        assert role in text


def test_page_shows_the_code_that_each_member_of_staff_types_now(client, outbox):
    units = seed_catalogue.seed_units(valid_from=AT.date())
    seed_catalogue.seed_people(units, at=AT)
    factor = SecondFactor.objects.get(user__username="motcua.songtranh")
    secret = demo_secret("motcua.songtranh")
    with time_machine.travel(AT, tick=False):
        first = totp.code_of(secret, totp.step_of(AT))
        assert first in text_of(client.get("/trinh-dien/"))
        assert second_factor.prove(user=factor.user, code=first, client="::1", at=AT)

        text = text_of(client.get("/trinh-dien/"))
        following = totp.code_of(secret, totp.step_of(AT) + 1)
        assert following in text
        assert first not in text
        assert second_factor.prove(user=factor.user, code=following, client="::1", at=AT)


def test_sign_ins_name_code_and_secret_of_everybody(settings):
    settings.DEMO = True
    units = seed_catalogue.seed_units(valid_from=AT.date())
    seed_catalogue.seed_people(units, at=AT)
    printed = StringIO()
    with time_machine.travel(AT, tick=False):
        call_command("demo_sign_ins", stdout=printed)

    for row in load_people()["staff"]:
        secret = demo_secret(row["username"])
        code = totp.code_of(secret, totp.step_of(AT))
        assert re.search(rf"{re.escape(row['username'])} +{code} +{secret}", printed.getvalue())


def test_document_names_the_secret_of_everybody():
    text = (Path(__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")

    for row in load_people()["staff"]:
        assert f"| `{row['username']}` | `{demo_secret(row['username'])}` |" in text


def test_secrets_of_the_demonstration_carry_its_mark():
    secrets = {demo_secret(row["username"]) for row in load_people()["staff"]}

    assert len(secrets) == len(load_people()["staff"])
    assert all(re.fullmatch(rf"{second_factor.DEMO_MARK}[A-Z2-7]{{23}}", one) for one in secrets)


def test_newest_text_message_stands_on_top_where_its_code_is_looked_for(client, outbox):
    write_message(outbox, medium="sms", to="84900000301", content=b"Ma cu 111111", at=AT)
    write_message(
        outbox,
        medium="sms",
        to="84900000302",
        content=b"Ma xac nhan 482913",
        at=AT + timedelta(minutes=1),
    )

    text = text_of(client.get("/trinh-dien/"))

    assert text.index("482913") < text.index("Công dân") < text.index("111111")
    assert "0900 000 302" in text


def test_messages_open_one_by_one_and_are_escaped(client, outbox):
    path = write_message(outbox, medium="email", to="hoa.mai@example.vn", content=EMAIL, at=AT)

    listed = client.get("/trinh-dien/")
    opened = client.get(f"/trinh-dien/{path.name}/")

    assert f'href="/trinh-dien/{path.name}/"' in listed.content.decode()
    assert "hoa.mai@example.vn" in text_of(opened)
    assert "Mã hồ sơ &lt;b&gt;H99.21&lt;/b&gt;" in opened.content.decode()
    assert "no-store" in opened["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e%2fenv", ".taken", "env", "x.txt", "20261123T020000.000000Z-sms-8.txt"]
)
def test_only_files_of_messages_can_be_opened(client, outbox, name):
    (outbox / ".taken").write_text("secret")
    (outbox / "x.txt").write_text("secret")
    (outbox.parent / "env").write_text("secret")

    assert client.get(f"/trinh-dien/{name}/").status_code == 404


def test_page_without_any_message_says_so(client, settings):
    settings.DEMO = True
    settings.OUTBOX_DIR = ""

    assert "Chưa có tin nào" in text_of(client.get("/trinh-dien/"))


def test_page_sets_no_cookie_and_is_kept_by_nobody(client, outbox):
    response = client.get("/trinh-dien/")

    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
