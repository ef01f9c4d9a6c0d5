"""Repealing a procedure by its decision, and taking that back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from procedures.enums import ProcedureState
from procedures.models import Procedure
from procedures.policies import NotAPublisher, NotYetDecided
from procedures.services import repealing
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import OfferFactory, ProcedureFactory, RevisionFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
TODAY = date(2026, 6, 15)


def repeal(code, publisher, **changes):
    asked = {"decision": "125/QĐ-UBND", "decision_date": date(2026, 6, 10), "replaced_by": ""}
    return repealing.repeal_procedure(code=code, publisher=publisher, at=AT, **asked | changes)


def test_a_repealed_procedure_names_its_decision_and_what_replaces_it(client, publisher):
    gone = RevisionFactory().procedure
    other = RevisionFactory(procedure__name="Thủ tục thay thế").procedure

    repeal(gone.code, publisher, replaced_by=other.code)

    page = client.get(reverse("procedures:detail", args=[gone.code]))
    assert page.status_code == 410
    assert "quyết định 125/QĐ-UBND ngày 10/06/2026" in page.text
    assert reverse("procedures:detail", args=[other.code]) in page.text
    found = client.get(reverse("procedures:search"), {"q": gone.code})
    assert reverse("procedures:detail", args=[gone.code]) not in found.text


def test_its_offers_end_today_and_come_back_as_they_were(publisher):
    offer = OfferFactory()
    same = {"procedure": offer.procedure, "workflow_version": offer.workflow_version}
    until = OfferFactory(**same, valid_until=date(2026, 12, 31))
    past = OfferFactory(**same, valid_until=date(2026, 5, 1))
    code = offer.procedure.code

    repeal(code, publisher)

    ends = set(offer.procedure.offers.values_list("pk", "valid_until"))
    assert ends == {(offer.pk, TODAY), (until.pk, TODAY), (past.pk, date(2026, 5, 1))}

    back = repealing.take_repeal_back(code=code, publisher=publisher, at=AT + timedelta(days=1))

    assert back.state == ProcedureState.PUBLISHED
    assert (back.repeal_decision, back.repealed_at, back.repeal_ended) == ("", None, [])
    ends = set(offer.procedure.offers.values_list("pk", "valid_until"))
    assert ends == {(offer.pk, None), (until.pk, date(2026, 12, 31)), (past.pk, date(2026, 5, 1))}


def test_a_procedure_without_content_comes_back_listed(publisher):
    code = ProcedureFactory().code
    repeal(code, publisher)

    assert repealing.take_repeal_back(code=code, publisher=publisher, at=AT).state == "LISTED"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"decision_date": date(2026, 6, 16)}, NotYetDecided),
        ({"replaced_by": "1.999999"}, repealing.BadReplacement),
        ({"replaced_by": "1.000001"}, repealing.BadReplacement),
        ({"replaced_by": "1.000002"}, repealing.BadReplacement),
    ],
    ids=["decided tomorrow", "by nothing", "by itself", "by a repealed one"],
)
def test_a_repeal_that_cannot_be_is_refused(publisher, changes, refusal):
    ProcedureFactory(code="1.000001")
    ProcedureFactory(code="1.000002", state=ProcedureState.REPEALED)

    with pytest.raises(refusal):
        repeal("1.000001", publisher, **changes)

    assert Procedure.objects.get(code="1.000001").state == ProcedureState.LISTED


def test_what_is_repealed_is_repealed_once_and_what_is_in_force_not_taken_back(publisher):
    code = ProcedureFactory().code
    with pytest.raises(repealing.NotRepealed):
        repealing.take_repeal_back(code=code, publisher=publisher, at=AT)
    repeal(code, publisher)
    with pytest.raises(repealing.AlreadyRepealed):
        repeal(code, publisher)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.LEADER])
def test_no_other_role_repeals_or_takes_back(role):
    code = ProcedureFactory().code
    other = StaffFactory(role=role)

    with pytest.raises(NotAPublisher):
        repeal(code, other)
    with pytest.raises(NotAPublisher):
        repealing.take_repeal_back(code=code, publisher=other, at=AT)
