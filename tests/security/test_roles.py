"""Roles: what is held elsewhere opens nothing here, what was taken away opens nothing any more."""

import pytest
import time_machine
from django.urls import reverse

from accounts.enums import Role
from dossiers.enums import DossierState
from procedures.enums import FeeMoment
from tests.dossiers.desk import LATER
from tests.factories.accounts import StaffRoleFactory
from tests.factories.dossiers import DossierPaperFactory, dossier_at, fee_line, office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_tuesday():
    with time_machine.travel(LATER, tick=True):
        yield


def test_cashier_here_who_is_clerk_elsewhere_reads_nothing_here(client):
    """Attack: a role of one unit used in another."""
    here, elsewhere = office(), office("binh-lam")
    StaffRoleFactory(user=here.cashier, role=Role.CLERK, unit=elsewhere.desk)
    dossier = dossier_at(DossierState.PAYMENT, place=here, answers={"ly_do": "Chuyện riêng"})
    link = DossierPaperFactory(dossier=dossier)
    slip = dossier.slips.first()
    client.force_login(here.cashier)

    for url in (
        reverse("dossiers:file", args=[dossier.code, link.file_id]),
        reverse("dossiers:preview", args=[dossier.code, link.file_id, 1]),
        reverse("dossiers:slip", args=[dossier.code, slip.pk]),
        reverse("dossiers:result", args=[dossier.code]),
    ):
        assert client.get(url).status_code == 404, url
    for name in ("work", "pane", "work_slips"):
        page = client.get(reverse(f"dossiers:{name}", args=[dossier.code]))
        assert page.status_code == 200
        assert "Chuyện riêng" not in page.text
        assert dossier.owner.identity_number not in page.text
        assert str(link.file_id) not in page.text
        assert f"/phieu/{slip.pk}/" not in page.text

    client.force_login(here.clerk)
    assert (
        client.get(reverse("dossiers:file", args=[dossier.code, link.file_id])).status_code == 200
    )


def test_role_taken_away_ends_in_a_living_session(client):
    """Attack: a session that outlives the role, on pages, fragments and files."""
    here = office()
    dossier = dossier_at(DossierState.SUBMITTED, place=here)
    link = DossierPaperFactory(dossier=dossier)
    urls = [
        reverse("dossiers:work", args=[dossier.code]),
        reverse("dossiers:pane", args=[dossier.code]),
        reverse("dossiers:file", args=[dossier.code, link.file_id]),
        reverse("dossiers:queue"),
    ]
    client.force_login(here.clerk)
    assert {client.get(url).status_code for url in urls} == {200}

    here.clerk.staff_roles.all().delete()

    assert {client.get(url).status_code for url in urls} == {403}
    accept = reverse("dossiers:accept", args=[dossier.code])
    assert client.post(accept, {"version": dossier.version}).status_code == 403


def test_result_is_not_read_before_what_is_owed_for_it_is_paid(client):
    """Attack: skipping the payment by going straight to the file."""
    dossier = dossier_at(
        DossierState.DECIDED, place=office(), fees=[fee_line()], fee_moment=FeeMoment.AT_RESULT
    )
    urls = [
        reverse("dossiers:result", args=[dossier.code]),
        reverse("dossiers:file", args=[dossier.code, dossier.results.get().file_id]),
    ]
    client.force_login(dossier.owner)

    assert {client.get(url).status_code for url in urls} == {404}
    assert urls[0] not in client.get(reverse("dossiers:detail", args=[dossier.code])).text

    due = dossier.obligations.get()
    dossier.obligations.update(settled_vnd=due.amount_vnd, settled_at=LATER)
    assert {client.get(url).status_code for url in urls} == {200}
    assert urls[0] in client.get(reverse("dossiers:detail", args=[dossier.code])).text
