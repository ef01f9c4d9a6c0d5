"""Which deed belongs to which states: tried in all others, by whoever does it in its own."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from dossiers import lifecycle, policies, steps
from dossiers.enums import DecisionOutcome, DossierState as S, ExtensionCause
from dossiers.services import extension, processing, reception, results, reversals, supplements
from procedures.enums import ResultDelivery
from tests.dossiers.desk import ITEM, REASON, fresh
from tests.factories.dossiers import MONDAY_9AM, StoredFileFactory, dossier_at, office

pytestmark = pytest.mark.django_db

THURSDAY = MONDAY_9AM + timedelta(days=3)
ENDED = {S.REFUSED, S.WITHDRAWN, S.STOPPED, S.RETURNED}
RUNNING = {S.ACCEPTED, S.PROCESSING}
FORBIDDEN = lifecycle.ForbiddenTransition
NOT_HERE = (steps.NoOpenStep, processing.WrongStep, policies.NotYourDossier)
AT_THE_COUNTER = {"method": ResultDelivery.COUNTER, "recipient_name": "Nguyễn Thị Lan"}
LATER_DATE = extension.NewDate(
    THURSDAY + timedelta(days=10), ExtensionCause.COORDINATION, "Chờ xác minh"
)


@dataclass(frozen=True, slots=True)
class Deed:
    """A use case with what it takes, whose it is, its states, and how it is refused elsewhere."""

    do: Callable[..., object]
    more: dict[str, Any]
    roles: tuple[str, ...]
    states: Collection[S]
    refused: type[Exception] | tuple[type[Exception], ...]

    def is_refused(self, **given: Any) -> bool:
        try:
            self.do(**given, **self.more)
        except self.refused:
            return True
        return False


def answer(*, version: None, **given: Any) -> None:
    """Answer what was asked for: the citizen's page says nothing of a version."""
    supplements.answer_supplement(**given)


def issue(**given: Any) -> None:
    processing.issue_result(file=StoredFileFactory(), **given)


def reversal(do: Callable[..., object], state: S) -> Deed:
    return Deed(do, {"reason": "Nhầm thẩm quyền"}, ("leader",), {state}, FORBIDDEN)


DEEDS = {
    "accept": Deed(
        reception.accept_dossier, {}, ("clerk",), {S.SUBMITTED},
        (steps.NoOpenStep, FORBIDDEN, policies.NotYourDossier),
    ),
    "refuse": Deed(
        reception.refuse_dossier, {"reasons": [REASON]}, ("clerk",), {S.SUBMITTED, S.SUPPLEMENT},
        (steps.NoOpenStep, FORBIDDEN, policies.NotYourDossier),
    ),
    "ask": Deed(
        supplements.ask_supplement,
        {"items": [ITEM], "ground": "Luật", "deadline_at": THURSDAY + timedelta(days=10)},
        ("leader",), {S.SUBMITTED, *RUNNING}, (FORBIDDEN, steps.NoOpenStep),
    ),
    "answer": Deed(
        answer, {"answers": {}, "sealed": {}}, ("owner",), {S.SUPPLEMENT},
        supplements.NoOpenRequest,
    ),
    "claim": Deed(
        processing.claim_step, {}, ("clerk", "officer", "leader", "registrar"), set(S) - ENDED,
        steps.NoOpenStep,
    ),
    "forward": Deed(
        processing.forward_step, {"note": ""}, ("clerk", "officer"), RUNNING, NOT_HERE
    ),
    "propose": Deed(
        processing.propose_decision,
        {"outcome": DecisionOutcome.GRANTED, "proposal": "Đủ điều kiện.", "reasons": ()},
        ("officer",), RUNNING, NOT_HERE,
    ),
    # Nothing was proposed in any of these states, so nothing can be approved or issued.
    "approve": Deed(processing.approve_decision, {}, ("leader",), (), NOT_HERE),
    "issue": Deed(
        issue, {"number": "12/GXN", "title": "Giấy", "signed_by_name": "Thọ"}, ("registrar",), (),
        NOT_HERE,
    ),
    "send back": Deed(
        processing.send_back, {"note": "Thiếu"}, ("clerk", "officer", "leader"), RUNNING, NOT_HERE
    ),
    "stop": Deed(
        processing.stop_dossier, {"reason": "Người nộp đã mất."}, ("leader",),
        {S.PROCESSING, S.SUPPLEMENT, S.PAYMENT}, (FORBIDDEN, steps.NoOpenStep),
    ),
    "return": Deed(
        results.return_result, AT_THE_COUNTER, ("clerk",), {S.DECIDED}, steps.NoOpenStep
    ),
    "hand back": Deed(
        results.return_stopped, {**AT_THE_COUNTER, "recipient_note": ""}, ("clerk",), {S.STOPPED},
        results.NotStopped,
    ),
    "extend": Deed(
        extension.extend_due_date, {"new": LATER_DATE}, ("leader",), extension.RUNNING,
        extension.NothingPromised,
    ),
    "reopen": reversal(reversals.reopen_dossier, S.REFUSED),
    "undo acceptance": reversal(reversals.undo_acceptance, S.ACCEPTED),
    "restart": reversal(reversals.restart_dossier, S.STOPPED),
    "recall": reversal(reversals.recall_result, S.DECIDED),
}  # fmt: skip


def trace(dossier):
    """Return what any deed would leave behind."""
    dossier = fresh(dossier)
    rows = (
        *(dossier.events, dossier.steps, dossier.decisions, dossier.results),
        *(dossier.supplements, dossier.extensions, dossier.reversals),
    )
    return dossier.state, dossier.version, [row.count() for row in rows]


@pytest.mark.parametrize("state", S)
def test_nothing_is_done_out_of_its_turn(state):
    place = office()
    dossier = dossier_at(state, place=place)
    before = trace(dossier)

    done = [
        f"{name} by {role}"
        for name, deed in DEEDS.items()
        if state not in deed.states
        for role in deed.roles
        if not deed.is_refused(
            dossier_id=dossier.pk,
            by=dossier.owner if role == "owner" else getattr(place, role),
            at=THURSDAY,
            version=None,
        )
    ]

    assert done == []
    assert trace(dossier) == before
