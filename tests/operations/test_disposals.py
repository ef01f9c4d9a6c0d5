"""Disposal: closed dossiers past their term go by two people, after notice, and leave minutes."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import SecurityEvent
from dossiers.enums import DossierState
from dossiers.models import Dossier, DossierPaper, StoredFile
from portal.core.dates import add_months
from portal.notices.models import Notice
from portal.operations.models import Disposal
from portal.operations.services import disposals, retention
from tests.factories.accounts import CitizenFactory, StaffFactory, sign_in_proved
from tests.factories.dossiers import DossierPaperFactory, StoredFileFactory, dossier_at
from tests.factories.operations import DisposalFactory

pytestmark = pytest.mark.django_db

NAME = "Zzứng Thị Dấuvết"
PAGE = reverse("operations:disposals")
MONTH = timedelta(days=30)


@pytest.fixture
def two():
    return StaffFactory(role=Role.SYSTEM_ADMIN), StaffFactory(role=Role.SYSTEM_ADMIN)


@pytest.fixture
def closed():
    dossier = dossier_at(
        DossierState.RETURNED, owner=CitizenFactory(full_name=NAME), applicant_name=NAME
    )
    dossier.parties.update(name=NAME)
    Dossier.objects.filter(pk=dossier.pk).update(answers={"ten": NAME}, return_address=NAME)
    DossierPaperFactory(dossier=dossier, file=StoredFileFactory(name=f"{NAME}.pdf"))
    return Dossier.objects.get(pk=dossier.pk)


def years_after(dossier, months=120):
    return add_months(dossier.state_changed_at, months) + timedelta(hours=1)


def proposed(dossier, by):
    at = years_after(dossier)
    retention.apply(at=at)
    return disposals.propose(by=by, at=at + MONTH), at + MONTH


def tables_with(words):
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            # Names of our own catalogue, no input.
            query = f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s'  # noqa: S608
            cursor.execute(query, [f"%{words}%"])
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def test_ten_years_after_its_end_a_dossier_is_listed_and_its_owner_told(closed):
    assert retention.apply(at=years_after(closed) - timedelta(days=1)).dossiers_listed == 0
    at = years_after(closed)

    assert retention.due(at=at).dossiers_listed == 1
    assert retention.apply(at=at).dossiers_listed == 1
    assert retention.apply(at=at).dossiers_listed == 0

    letter = Notice.objects.get(kind="dossier-disposal", medium="in_app")
    assert (letter.recipient_id, closed.code in letter.subject) == (closed.owner_id, True)
    # It is still there, for its owner to take a copy.
    assert Dossier.objects.visible_to(closed.owner, at=at).exists()


def test_an_open_dossier_is_never_listed():
    open_one = dossier_at(DossierState.PROCESSING)

    assert retention.apply(at=years_after(open_one, 500)).dossiers_listed == 0


def test_a_rule_of_the_procedure_replaces_the_common_term_from_its_day_on(closed):
    code = closed.procedure.code
    call_command("set_retention", code, "240", "2027-01-01", "Thông tư thử")

    assert retention.apply(at=years_after(closed)).dossiers_listed == 0
    assert retention.apply(at=years_after(closed, 240)).dossiers_listed == 1
    disposals.set_rule(
        procedure_code=code, months=1, valid_from=date(2999, 1, 1), source="chưa áp dụng"
    )
    assert disposals.terms_of_rules(at=timezone.now())[1] == {}


def test_nothing_is_proposed_within_the_thirty_days(closed, two):
    at = years_after(closed)
    retention.apply(at=at)

    with pytest.raises(disposals.NothingDue):
        disposals.propose(by=two[0], at=at + MONTH - timedelta(hours=1))
    disposals.propose(by=two[0], at=at + MONTH)
    with pytest.raises(disposals.NothingDue):
        disposals.propose(by=two[1], at=at + MONTH)


def test_two_people_dispose_and_nothing_of_the_person_is_left_on_the_dossier(closed, two):
    events = list(closed.events.values_list("hash", flat=True))
    files = list(StoredFile.objects.values_list("storage_key", flat=True))
    found, at = proposed(closed, two[0])
    assert tables_with(NAME) >= {"dossiers_dossier", "dossiers_dossierparty", "notices_notice"}

    with pytest.raises(disposals.NeedsSecondPerson):
        disposals.approve(disposal_id=found.pk, by=two[0], at=at)
    done = disposals.approve(disposal_id=found.pk, by=two[1], at=at)

    assert tables_with(NAME) <= {"accounts_user", "accounts_userevent"}
    assert not DossierPaper.objects.filter(dossier=closed).exists()
    assert files
    assert not any(default_storage.exists(key) for key in files)
    kept = Dossier.objects.get(pk=closed.pk)
    assert (kept.state, kept.disposed_at, kept.answers) == (DossierState.RETURNED, at, {})
    assert not Dossier.objects.visible_to(kept.owner, at=at).exists()
    # What is append-only stays, and still agrees.
    assert list(kept.events.values_list("hash", flat=True)) == events
    call_command("verify_invariants")
    assert done.counts["dossiers"] == 1
    assert (done.codes, done.approved_by) == ([closed.code], two[1])
    assert SecurityEvent.objects.filter(kind="dossiers-disposed", actor=two[1]).exists()
    with pytest.raises(disposals.DisposalMoved):
        disposals.approve(disposal_id=found.pk, by=two[1], at=at)
    # Its term does not begin anew.
    assert retention.apply(at=at + MONTH).dossiers_listed == 0


def test_what_was_reopened_meanwhile_is_left_out(closed, two):
    found, at = proposed(closed, two[0])
    Dossier.objects.filter(pk=closed.pk).update(state_changed_at=at)

    done = disposals.approve(disposal_id=found.pk, by=two[1], at=at)

    assert done.counts == {"dossiers": 0, "files": 0}
    assert Dossier.objects.get(pk=closed.pk).applicant_name == closed.applicant_name
    retention.apply(at=at)
    assert Dossier.objects.get(pk=closed.pk).disposal_listed_at is None


def test_the_database_knows_two_people_as_well(two):
    with pytest.raises(IntegrityError), transaction.atomic():
        DisposalFactory(
            proposed_by=two[0], approved_by=two[0], approved_at=timezone.now(), dropped_at=None
        )


def test_the_pages_propose_approve_and_print(closed, two):
    Dossier.objects.filter(pk=closed.pk).update(
        disposal_listed_at=timezone.now() - MONTH,
        state_changed_at=timezone.now() - timedelta(days=4000),
    )
    first, second = (sign_in_proved(Client(), who) for who in two)
    assert closed.code in first.get(PAGE).text

    page = first.post(PAGE, {"propose": "1"}).url
    refused = first.post(page, {"approve": "1", "confirm": "on"})
    assert (refused.status_code, "Người thứ hai phải duyệt" in refused.text) == (422, True)
    assert second.post(page, {"approve": "1"}).status_code == 422
    assert Dossier.objects.get(pk=closed.pk).disposed_at is None
    assert second.post(page, {"approve": "1", "confirm": "on"}).url == page

    minutes = second.get(page).text
    assert closed.code in minutes
    assert all(who.full_name in minutes for who in two)
    assert NAME not in minutes
    assert second.post(page, {"approve": "1", "confirm": "on"}).status_code == 409
    assert "Biên bản số" in second.get(PAGE).text


def test_a_dropped_proposal_leaves_the_dossiers_as_they_are(closed, two):
    found, at = proposed(closed, two[0])
    page = reverse("operations:disposal", args=[found.pk])

    assert sign_in_proved(Client(), two[1]).post(page, {"drop": "1"}).url == PAGE

    assert Disposal.objects.get().dropped_at is not None
    assert Dossier.objects.get(pk=closed.pk).applicant_name == closed.applicant_name
    assert disposals.propose(by=two[1], at=at).codes == [closed.code]
