"""Every version of what people maintain is kept, without a personal field, with who and where."""

import pghistory
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pghistory.models import Event

from accounts.models import CalendarDay, StaffRole, Unit, User
from procedures.models import Procedure
from tests.factories.accounts import (
    PASSWORD,
    CalendarDayFactory,
    CitizenFactory,
    StaffFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db

EVENTS = [model for model in apps.get_models() if issubclass(model, Event)]
OURS = [model for model in EVENTS if model._meta.app_label != "pghistory"]
TRACKED = {
    "accounts": {"CalendarDay", "CollectingAccount", "StaffRole", "Unit", "User"},
    "procedures": {
        "Article",
        "ArticleVersion",
        "Boost",
        "Case",
        "CaseQuestion",
        "CatalogueFile",
        "Clip",
        "FeeRule",
        "Field",
        "FindingReview",
        "FormVersion",
        "LifeEvent",
        "LifeEventEntry",
        "LocalRule",
        "Offer",
        "Paper",
        "Picture",
        "PrintableForm",
        "Procedure",
        "ProcessingTime",
        "Revision",
        "Synonym",
        "WorkflowVersion",
    },
}


def test_catalogue_units_accounts_roles_and_calendars_are_tracked():
    found = {}
    for model in OURS:
        tracked = model.pgh_tracked_model
        found.setdefault(tracked._meta.app_label, set()).add(tracked.__name__)

    assert found == TRACKED


def test_a_bulk_update_and_a_deletion_are_kept_like_a_save():
    day = CalendarDayFactory(name="Quốc khánh")
    key = day.pk
    CalendarDay.objects.filter(pk=key).update(name="Nghỉ bù")
    CalendarDay.objects.filter(pk=key).delete()

    kept = CalendarDay.events.rel.related_model.objects.filter(pgh_obj_id=key).order_by("pgh_id")
    assert [(row.pgh_label, row.name) for row in kept] == [
        ("insert", "Quốc khánh"),
        ("update", "Nghỉ bù"),
        ("delete", "Nghỉ bù"),
    ]


def test_of_people_only_kind_level_and_state_are_kept():
    [model] = [one for one in OURS if one.pgh_tracked_model is User]
    own = {field.name for field in model._meta.fields if not field.name.startswith("pgh_")}
    citizen = CitizenFactory(full_name="Đỗ Quyên Quyên", identity_number="031190777888")
    citizen.full_name = "Đỗ Thị Quyên"
    citizen.save()

    assert own == {"kind", "identity_level", "is_active", "merged_into", "consent_version"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM accounts_userevent t")
        everything = " ".join(row[0] for row in cursor.fetchall())
    for personal in ("Quyên", "031190777888", citizen.phone, citizen.email, citizen.password):
        assert personal not in everything
    assert model.objects.filter(pgh_obj=citizen).count() == 1  # a name is no new version


def test_the_application_may_neither_change_nor_delete_a_version():
    UnitFactory()
    with connection.cursor() as cursor:
        for model in OURS:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute(
                    "SELECT has_table_privilege('portal_app', %s, %s)",
                    [model._meta.db_table, right],
                )
                assert cursor.fetchone() == (False,), (model, right)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Unit.events.rel.related_model.objects.update(name="x")


def test_a_version_names_the_account_the_request_and_the_view(client):
    citizen = CitizenFactory()
    with pghistory.context(request="abc", url="operations:test", user=citizen.pk):
        UnitFactory(key="moi")

    row = Unit.events.rel.related_model.objects.filter(key="moi").first()
    assert row.pgh_context == {"request": "abc", "url": "operations:test", "user": citizen.pk}


def test_a_posted_page_brings_its_context(client, monkeypatch):
    from accounts.services import sign_in

    unit = UnitFactory()
    real = sign_in.sign_in_staff

    def renaming(**arguments):
        Unit.objects.filter(pk=unit.pk).update(name="Đơn vị đổi tên")
        return real(**arguments)

    monkeypatch.setattr(sign_in, "sign_in_staff", renaming)
    clerk = StaffFactory()
    client.post(
        reverse("accounts:staff_sign_in"),
        {"name": clerk.username, "password": PASSWORD},
        headers={"x-request-id": "abcdef0123456789"},
    )

    row = Unit.events.rel.related_model.objects.filter(pgh_obj=unit).latest("pgh_id")
    assert row.name == "Đơn vị đổi tên"
    assert row.pgh_context == {"request": "abcdef0123456789", "url": "accounts:staff_sign_in"}


def test_roles_and_procedures_keep_their_versions():
    clerk = StaffFactory()
    role = StaffRole.objects.get(user=clerk)
    StaffRole.objects.filter(pk=role.pk).update(valid_until="2026-12-31")

    rows = StaffRole.events.rel.related_model.objects.filter(pgh_obj=role)
    assert rows.count() == 2
    assert "search_text" not in {
        field.name for field in Procedure.events.rel.related_model._meta.fields
    }
