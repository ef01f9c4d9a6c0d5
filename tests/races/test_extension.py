"""Two leaders put the same promise off at once: one apology leaves, the other leader reads who."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from dossiers import policies
from dossiers.enums import Action, DossierState, ExtensionCause, SlipKind
from dossiers.services import extension
from portal.core.dates import format_short_day
from portal.notices.models import Notice
from tests.dossiers.desk import LATER
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.dossiers import dossier_at, office
from tests.races.test_claims import all_have_read, kinds, without_locks
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place():
    return office()


@pytest.fixture
def leaders(place):
    return [place.leader, StaffFactory(role=Role.LEADER, unit=place.agency, full_name="Người hai")]


def a_week_later(dossier):
    return timezone.localtime(dossier.due_at) + timedelta(days=7)


def test_of_two_leaders_one_apologises_and_the_other_reads_who(place, leaders):
    dossier = dossier_at(DossierState.PROCESSING, place=place, submitted_at=timezone.now())
    url = reverse("dossiers:extend", args=[dossier.code])
    clients = [sign_in_proved(Client(), leader) for leader in leaders]
    typed = {
        "version": dossier.version,
        "new_day": format_short_day(a_week_later(dossier)),
        "cause": ExtensionCause.AGENCY,
        "reason": "Quá tải",
    }

    def press(client):
        return lambda: client.post(url, typed)

    answers = at_once([press(client) for client in clients])

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    granted = dossier.extensions.get()
    [loser] = [answer for answer in answers if answer.status_code == 409]
    assert f"{granted.approved_by.full_name}, {place.agency.name} đã làm trước" in loser.text
    assert dossier.events.filter(action=Action.EXTEND).count() == 1
    assert dossier.slips.filter(kind=SlipKind.APOLOGY).count() == 1
    told = Notice.objects.filter(kind="dossier-extended").values_list("medium", "to")
    assert len(told) == len(set(told)) > 0


def test_without_the_lock_leaders_collide_instead_of_being_told(place, leaders, monkeypatch):
    """The negative control: the race above is real; only constraints are left to stop it."""
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    without_locks(monkeypatch)
    all_have_read(monkeypatch, policies, "require_lead", 2)
    new = extension.NewDate(a_week_later(dossier), ExtensionCause.AGENCY, "Quá tải")

    def extend(leader):
        return lambda: extension.extend_due_date(
            dossier_id=dossier.pk, by=leader, at=LATER, version=dossier.version, new=new
        )

    outcomes = at_once([extend(leader) for leader in leaders])

    assert "StaleVersion" not in kinds(outcomes)
    assert "IntegrityError" in kinds(outcomes)
