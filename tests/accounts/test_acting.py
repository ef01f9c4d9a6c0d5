"""Acting for others over HTTP: chosen in the session, asked of the rows at every request."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import SecurityEvent, UserSession
from accounts.services import mandates
from portal.notices.models import Notice
from tests.factories.accounts import CitizenFactory, StaffFactory
from tests.factories.representation import MandateFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db

PAGE = reverse("accounts:acting")


@pytest.fixture
def two(client):
    """One holder of two mandates, signed in."""
    holder = CitizenFactory()
    first = MandateFactory(holder=holder, principal__full_name="Trần Văn An")
    second = MandateFactory(holder=holder, principal__full_name="Phạm Thị Bưởi")
    client.force_login(holder)
    return holder, first, second


def begin(client, mandate):
    return client.post(PAGE, {"thay_cho": f"mandate:{mandate.pk}"})


def test_the_banner_stands_on_every_private_page_until_it_is_stopped(client, two):
    _holder, first, _second = two
    begin(client, first)

    for name in ("accounts:profile", "accounts:inbox", "dossiers:mine", "accounts:mandates"):
        page = client.get(reverse(name))
        assert "Đang thực hiện thay cho" in page.text, name
        assert "Trần Văn An" in page.text
    client.post(PAGE, {"thay_cho": ""})

    assert "Đang thực hiện thay cho" not in client.get(reverse("dossiers:mine")).text
    kinds = SecurityEvent.objects.filter(kind__startswith="acting").values_list("kind", flat=True)
    assert sorted(kinds) == ["acting-begun", "acting-ended"]


def test_switching_empties_the_session_and_changes_its_key(client, two):
    _holder, first, second = two
    begin(client, first)
    session = client.session
    session["put_by"] = "của người thứ nhất"
    session.save()
    before = client.cookies[settings.SESSION_COOKIE_NAME].value

    begin(client, second)

    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert after != before
    assert "put_by" not in client.session
    assert client.session["acting"] == f"mandate:{second.pk}"
    # "Sign out everywhere" still finds this session.
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [after]
    # The former key opens nothing any more.
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    assert client.get(reverse("dossiers:mine")).status_code == 302


def test_a_mandate_that_was_revoked_ends_the_acting_at_the_next_request(client, two):
    _holder, first, _second = two
    begin(client, first)
    mandates.revoke_mandate(mandate_id=first.pk, by=first.principal, at=timezone.now())

    answer = client.get(reverse("dossiers:mine"))

    assert answer.headers["Location"] == PAGE
    page = client.get(PAGE)
    assert "không còn quyền thực hiện thay" in page.text
    assert "Đang thực hiện thay cho" not in page.text
    assert "acting" not in client.session


def test_what_is_posted_after_the_end_happens_in_nobodys_name(client, two):
    _holder, first, _second = two
    begin(client, first)
    mandates.revoke_mandate(mandate_id=first.pk, by=first.principal, at=timezone.now())

    answer = client.post(reverse("accounts:inbox"))

    assert answer.headers["Location"] == PAGE


def test_nobody_acts_for_whom_they_may_not(client, two):
    strange, seat = MandateFactory(), RepresentativeFactory()

    for key in (f"mandate:{strange.pk}", f"organisation:{seat.organisation_id}", "mandate:0"):
        assert client.post(PAGE, {"thay_cho": key}).status_code == 404
        assert "acting" not in client.session


def test_staff_never_act_for_anybody(client):
    mandate = MandateFactory(principal__full_name="Phạm Thị Bưởi")
    client.force_login(StaffFactory())
    session = client.session
    session["acting"] = f"mandate:{mandate.pk}"
    session.save()

    page = client.get(reverse("accounts:profile"))

    assert "Phạm Thị Bưởi" not in page.text
    assert "Đang thực hiện thay" not in page.text
    assert client.post(PAGE, {"thay_cho": f"mandate:{mandate.pk}"}).status_code == 403


def notice(user, subject, context):
    return Notice.objects.create(
        kind="thu", medium="in_app", recipient=user, subject=subject, body=subject,
        context=context, dedupe_key=subject, created_at=timezone.now(),
        due_at=timezone.now(), sent_at=timezone.now(),
    )  # fmt: skip


def test_each_context_has_an_inbox_of_its_own(client, two):
    holder, first, second = two
    for subject, context in (
        ("TIN-CUA-MINH", ""),
        ("TIN-CUA-AN", f"mandate:{first.pk}"),
        ("TIN-CUA-BUOI", f"mandate:{second.pk}"),
    ):
        notice(holder, subject, context)
    inbox = reverse("accounts:inbox")
    shown = {"": client.get(inbox).text}
    for name, mandate in (("an", first), ("buoi", second)):
        begin(client, mandate)
        shown[name] = client.get(inbox).text
    client.post(inbox)

    marks = ("TIN-CUA-MINH", "TIN-CUA-AN", "TIN-CUA-BUOI")
    assert [[mark in text for mark in marks] for text in shown.values()] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert list(Notice.objects.exclude(read_at=None).values_list("subject", flat=True)) == [
        "TIN-CUA-BUOI"
    ]
