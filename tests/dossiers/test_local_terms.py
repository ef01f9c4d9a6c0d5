"""What a dossier is promised and owes follows the local decision of the day of its filing."""

from datetime import datetime

import pytest

from dossiers import deadlines
from dossiers.models import Dossier
from dossiers.services import submission
from procedures.enums import FeeMoment
from procedures.models import LocalRule
from tests.factories.accounts import UnitFactory
from tests.factories.dossiers import HANOI, MONDAY_9AM
from tests.factories.filing import place, ready_draft
from tests.factories.procedures import FeeRuleFactory, LocalRuleFactory, changing_published

pytestmark = pytest.mark.django_db


def submit(draft):
    return submission.submit_dossier(
        draft_id=draft.pk, owner=draft.owner, key=draft.submission_key, at=MONDAY_9AM
    )


def test_a_submitted_dossier_keeps_fee_and_time_of_the_local_decision():
    where = place()
    with changing_published():
        revision = where.procedure.current_revision
        revision.fee_moment = FeeMoment.AT_FILING
        revision.save()
        FeeRuleFactory(case=revision.cases.get())
    mine = {"procedure": where.procedure, "unit": where.office.agency, "tier": ""}
    LocalRuleFactory(**mine)
    LocalRuleFactory(**mine, time=True)

    dossier = Dossier.objects.get(pk=submit(ready_draft(where)).pk)

    said = "12/2026/NQ-HĐND ngày 05/01/2026"
    assert dossier.offer_snapshot["time"] == {
        "amount": 2, "unit": "WORKING_DAYS", "cut_off": None, "local_decision": said,
    }  # fmt: skip
    line = dossier.obligations.get().lines.get()
    assert (line.amount_vnd, line.ground) == (12_000, said)
    LocalRule.objects.update(valid_until=MONDAY_9AM.date())
    due = deadlines.promised(Dossier.objects.get(pk=dossier.pk), at=MONDAY_9AM)
    assert due.at == datetime(2026, 3, 4, 9, 0, tzinfo=HANOI)


def test_the_rule_of_another_agency_changes_nothing():
    where = place()
    other = UnitFactory()
    with changing_published():
        FeeRuleFactory(case=where.procedure.current_revision.cases.get())
    LocalRuleFactory(procedure=where.procedure, unit=other, tier="")

    dossier = submit(ready_draft(where))

    [line] = dossier.offer_snapshot["fees"]
    assert line["amount_vnd"] == 30_000
    assert dossier.offer_snapshot["time"]["amount"] == 5
