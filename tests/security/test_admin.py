"""Django's own pages of configuration: for system administrators with a fresh code, and little."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.enums import PayWay, Role
from accounts.models import CollectingAccount, CounterNetwork, SecurityEvent, StaffRole, Unit, User
from portal.operations.admin import site
from tests.factories.accounts import StaffFactory, UnitFactory, sign_in_proved
from tests.guardrails.matrix import MATRIX, PATTERNS
from tests.guardrails.test_hostile_input import HOSTILE, encoded

pytestmark = pytest.mark.django_db

PAGES = sorted(name for name in PATTERNS if name.startswith("admin:"))


@pytest.fixture
def agency():
    return UnitFactory()


@pytest.fixture
def administrator(agency):
    return StaffFactory(role=Role.SYSTEM_ADMIN, unit=agency)


@pytest.fixture
def admin(administrator):
    return sign_in_proved(Client(), administrator)


def url(name, *arguments):
    return reverse(f"admin:{name}", args=arguments)


def page_of(name, agency):
    values = {"app_label": "accounts", "object_id": str(agency.pk)}
    return reverse(name, kwargs={key: values[key] for key in PATTERNS[name].pattern.converters})


def test_every_page_of_the_site_has_the_rule_of_system_administrators():
    assert {MATRIX["urls"][name] for name in PAGES} == {"system_admin"}
    addable = [table for table in site._registry.values() if table.may_add]
    assert len(PAGES) == 3 + 2 * len(site._registry) + len(addable)


def test_strangers_are_sent_to_the_door_of_staff(agency):
    """Every other role is refused on each page by tests/guardrails/test_access.py."""
    for name in PAGES:
        assert Client().get(page_of(name, agency)).url.startswith("/can-bo/dang-nhap/?next="), name


def test_the_password_alone_opens_nothing_and_an_old_code_neither(agency, administrator):
    client = Client()
    client.force_login(administrator)
    for name in PAGES:
        assert client.get(page_of(name, agency)).url.startswith("/can-bo/xac-nhan-lai/")
    session = client.session
    sessions.mark_proved(session, at=timezone.now() - timedelta(minutes=15, seconds=1))
    session.save()

    assert client.get("/quan-tri/").status_code == 302
    posted = client.post(url("accounts_unit_change", agency.pk), {"name": "Khác"})
    assert posted.status_code == 422
    assert Unit.objects.get(pk=agency.pk).name == agency.name


def test_a_role_that_has_ended_counts_at_the_next_request(admin, administrator):
    assert admin.get("/quan-tri/").status_code == 200
    yesterday = timezone.localdate() - timedelta(days=1)
    StaffRole.objects.filter(user=administrator).update(valid_until=yesterday)

    assert admin.get("/quan-tri/").status_code == 403


def test_the_site_holds_little_and_nothing_of_dossiers_money_or_people():
    held = {model._meta.label for model in site._registry}

    assert held == {
        "accounts.CollectingAccount",
        "accounts.CounterNetwork",
        "accounts.SecurityEvent",
        "accounts.Unit",
        "operations.AuditDigest",
    }
    assert User not in site._registry


def test_pages_answer_under_the_policy_without_inline_scripts(admin, agency, administrator):
    CounterNetwork.objects.create(unit=agency, network="203.0.113.8")
    event = SecurityEvent.objects.create(
        kind="role-granted", user=administrator, at=timezone.now(), data={"unit": agency.pk}
    )
    pages = [page_of(name, agency) for name in PAGES if "_change" not in name]
    pages += [url(f"{model}_changelist") for model in _tables()]
    pages += [
        url("accounts_unit_change", agency.pk),
        url("accounts_securityevent_change", event.pk),
        url("accounts_counternetwork_change", CounterNetwork.objects.get().pk),
    ]
    for address in pages:
        page = admin.get(address)
        read_only = "securityevent/moi" in address or "auditdigest/moi" in address
        if read_only or "unit/moi" in address:
            assert page.status_code == 403, address
            continue
        assert page.status_code == 200, address
        assert "unsafe" not in page["Content-Security-Policy"]
        assert "no-store" in page["Cache-Control"]
        for mark in ("<style", " style=", " onclick=", "<script>", "javascript:"):
            assert mark not in page.text, (address, mark)
        assert administrator.full_name not in page.text or "unit" not in address


def _tables():
    return [f"{m._meta.app_label}_{m._meta.model_name}" for m in site._registry]


def test_a_change_is_an_event_with_the_fields_and_no_value(admin, agency, administrator):
    answer = admin.post(
        url("accounts_counternetwork_add"),
        {"unit": agency.pk, "network": "203.0.113.0/28", "note": "Quầy 1", "is_open": "on"},
    )

    assert answer.status_code == 302, answer.text
    [event] = SecurityEvent.objects.filter(kind="admin-changed")
    assert (event.user, event.actor) == (administrator, administrator)
    assert (
        event.data["fields"] == ["is_open", "network", "note", "unit"]
        or "network" in (event.data["fields"])
    )
    assert "203.0.113" not in str(event.data)
    assert not apps.get_model("admin", "LogEntry").objects.exists()


@pytest.mark.parametrize("network", ["không phải", "10.0.0.0/8", "203.0.113.8/28", "2001:db8::/32"])
def test_a_network_that_is_none_or_too_wide_is_refused_in_words(admin, agency, network):
    answer = admin.post(url("accounts_counternetwork_add"), {"unit": agency.pk, "network": network})

    assert answer.status_code == 200
    assert "ví dụ 203.0.113.8" in answer.text or "Dải quá rộng" in answer.text
    assert not CounterNetwork.objects.exists()


def test_an_account_to_collect_into_is_added_and_changed_and_kept_in_order(admin, agency):
    typed = {
        "unit": agency.pk, "holder": "UBND xã", "number": "3511.0.1", "bank": "Kho bạc",
        "ways": [PayWay.CASH], "terminal": "", "valid_from": "01/01/2026", "valid_until": "",
    }  # fmt: skip

    assert admin.post(url("accounts_collectingaccount_add"), typed).status_code == 302
    again = admin.post(url("accounts_collectingaccount_add"), typed | {"valid_from": "01/02/2026"})
    online = admin.post(
        url("accounts_collectingaccount_change", CollectingAccount.objects.get().pk),
        typed | {"ways": [PayWay.VNPAY]},
    )

    # One open account at a time; online needs a terminal: rules of the table, told in a sentence.
    assert (again.status_code, online.status_code) == (200, 200)
    assert CollectingAccount.objects.get().ways == [PayWay.CASH]


def test_nothing_is_deleted_and_logs_are_read_only(admin, agency, administrator):
    event = SecurityEvent.objects.create(kind="signed-in", user=administrator, at=timezone.now())
    change = url("accounts_securityevent_change", event.pk)

    assert admin.post(change, {"data": "{}"}).status_code == 405
    assert admin.get(f"{change}delete/").status_code == 404
    for table in _tables():
        chosen = {"action": "delete_selected", "_selected_action": "1", "post": "yes"}
        answer = admin.post(url(f"{table}_changelist"), chosen)
        assert answer.status_code in {200, 302, 403}, table
        assert "delete_selected" not in answer.text
    kept = admin.post(url("accounts_unit_change", agency.pk), {"name": "Mới", "code": "X"})
    assert kept.status_code in {200, 302}
    assert Unit.objects.get(pk=agency.pk).code == agency.code
    assert SecurityEvent.objects.filter(pk=event.pk).exists()


def test_odd_values_break_no_page(admin, agency):
    admin.raise_request_exception = False
    asked = ("q", "p", "o", "all", "kind__exact", "id__exact", "unit__password", "_popup", "e")
    for name in PAGES:
        for label, value in HOSTILE.items():
            query = encoded(dict.fromkeys(asked, value[:2_000]))
            status = admin.get(f"{page_of(name, agency)}?{query}").status_code
            assert status < 500, (name, label)
    for bad in ("99999999999999999999", "-1", "a%00b", "x", "_5F"):
        for table in _tables():
            status = admin.get(f"{url(f'{table}_changelist')}{bad}/").status_code
            assert status < 500, (table, bad)
