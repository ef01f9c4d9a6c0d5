"""When and where the demonstration may be made, and how a run that was cut off is finished."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Max

from accounts.enums import Tier, UnitKind
from accounts.models import Unit
from dossiers import transitions
from dossiers.models import Dossier, DossierEvent, Draft
from payments.models import Refund
from portal.core.dates import LOCAL_ZONE
from portal.operations.services import seed_acts, seed_dossiers, seed_filing
from portal.operations.services.seed_stories import CONFIRMING, Story, first_stories
from tests.factories.payments import VNPAY

NOW = datetime(2026, 10, 14, 9, 20, tzinfo=LOCAL_ZONE)


@pytest.fixture(autouse=True)
def _demonstration(settings):
    """Its addresses lie in its own made-up province."""
    settings.DEMO = True


def say_nothing(_line: str) -> None:
    """Take the lines of progress and show none."""


def test_a_run_that_was_cut_off_is_finished_by_the_next(db, monkeypatch):
    """Stop in the middle of a filing and in the middle of a history; go on a day later."""
    chosen = tuple(one for one in first_stories() if one.number in {1, 12, 25, 33, 42})
    _let_there_be(monkeypatch, chosen)
    monkeypatch.setattr(seed_dossiers, "_TOLD_FOR_REAL", 1)
    for stopped_at in (3, 9, 8):
        _stop_after(monkeypatch, stopped_at)
        with pytest.raises(KeyboardInterrupt):
            seed_dossiers.seed(at=NOW, tell=say_nothing)
        assert not seed_dossiers.is_complete()
    monkeypatch.undo()
    _let_there_be(monkeypatch, chosen)

    assert seed_dossiers.seed(at=NOW + timedelta(days=1), tell=say_nothing)

    assert seed_dossiers.is_complete()
    assert Dossier.objects.count() == len(chosen)
    assert Draft.objects.count() == len(chosen) + 2
    assert DossierEvent.objects.aggregate(m=Max("occurred_at"))["m"] <= NOW
    for dossier in Dossier.objects.all():
        assert transitions.first_broken_event(dossier) is None


def test_paid_at_filing_then_refused_the_money_waits_for_the_accountant(db, monkeypatch, settings):
    for name, value in (VNPAY | {"VNPAY_TMN_CODE": "DVCH9901"}).items():
        setattr(settings, name, value)
    paid = [one for one in first_stories() if one.procedure == CONFIRMING]
    _let_there_be(monkeypatch, (*(one for one in first_stories() if one.number == 1), *paid))
    monkeypatch.setattr(seed_dossiers, "_TOLD_FOR_REAL", 1)
    monkeypatch.setattr(seed_dossiers, "_REFUNDS", {})

    assert seed_dossiers.seed(at=NOW, tell=say_nothing)

    refund = Refund.objects.get()
    dossier = refund.entry.obligation.dossier
    actions = list(dossier.events.order_by("sequence").values_list("action", flat=True))
    assert actions == ["SUBMIT", "ASK_PAYMENT", "RECORD_PAYMENT", "SETTLE", "REFUSE"]
    assert dossier.deciding_unit.key == "binhlam"
    assert refund.entry.source == "GATEWAY"


def _let_there_be(monkeypatch: pytest.MonkeyPatch, chosen: tuple[Story, ...]) -> None:
    """Let four of the stories be the first ones and the other one the tail."""
    monkeypatch.setattr(seed_dossiers, "stories", lambda: chosen)
    monkeypatch.setattr(seed_dossiers, "first_stories", lambda: chosen[1:])


def _stop_after(monkeypatch: pytest.MonkeyPatch, acts: int) -> None:
    left = [acts]
    add_file, perform = seed_filing.papers_of, seed_acts.perform

    def count_down(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return perform(*args, **kwargs) if "story" in kwargs else add_file(*args, **kwargs)

    monkeypatch.setattr(seed_acts, "perform", count_down)
    monkeypatch.setattr(seed_filing, "papers_of", count_down)


def test_only_the_demonstration_may_be_seeded(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="bản trình diễn"):
        call_command("seed_demo")
    assert not Unit.objects.exists()


def test_a_database_in_other_use_is_left_alone(db, settings):
    settings.DEMO = True
    Unit.objects.create(
        key="ha-noi", kind=UnitKind.AGENCY, name="Ủy ban nhân dân", tier=Tier.PROVINCE, code="H26"
    )
    with pytest.raises(CommandError, match="dữ liệu khác"):
        call_command("seed_demo")
    assert Unit.objects.count() == 1
