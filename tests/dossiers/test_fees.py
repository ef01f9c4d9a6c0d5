"""What a dossier owes: asked for, settled, and fixed where the catalogue gives no amount."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from dossiers import lifecycle, policies
from dossiers.enums import Action, DossierState
from dossiers.models import Dossier
from dossiers.services import fees
from procedures.enums import FeeMoment
from tests.dossiers.desk import kinds_told
from tests.factories.dossiers import HANOI, MONDAY_9AM, DossierFactory, dossier_at, fee_line, office

pytestmark = pytest.mark.django_db

AT = MONDAY_9AM + timedelta(hours=3)


def settle(obligation, amount_vnd, *, at=AT):
    with transaction.atomic():
        Dossier.objects.locked().get(pk=obligation.dossier_id)
        return fees.record_settlement(
            obligation_id=obligation.pk,
            amount_vnd=amount_vnd,
            reference="CASH-1",
            by=None,
            at=at,
        )


def undetermined(place, state=DossierState.ACCEPTED, **fields):
    lines = [fee_line(), fee_line(None, fee_key="phi", name="Phí thẩm định")]
    return dossier_at(state, place=place, fees=lines, **fields)


def fix(dossier, by, amount_vnd=70_000, *, version=None):
    line = dossier.obligations.get().lines.get(fee_key="phi")
    return fees.fix_amount(
        dossier_id=dossier.pk,
        by=by,
        at=AT,
        version=version,
        amounts={line.pk: fees.FixedAmount(amount_vnd, "Thông tư 10/2026")},
    )


def test_the_whole_sum_lets_the_dossier_go_on_with_a_later_date():
    dossier = dossier_at(DossierState.PAYMENT, place=office())
    # Asked for at 10:00, settled the next day at 9:00: 330 working minutes stood still.
    settle(dossier.obligations.get(), 30_000, at=datetime(2026, 3, 3, 9, 0, tzinfo=HANOI))

    dossier.refresh_from_db()
    assert (dossier.state, dossier.resume_state) == (DossierState.ACCEPTED, "")
    minutes = dossier.pauses.get().minutes
    assert minutes == 90 + 210 + 90
    assert dossier.original_due_at == datetime(2026, 3, 9, 10, 0, tzinfo=HANOI)
    assert dossier.due_at == datetime(2026, 3, 10, 9, 0, tzinfo=HANOI)
    assert [event.action for event in dossier.events.order_by("-sequence")[:2]] == [
        Action.SETTLE,
        Action.RECORD_PAYMENT,
    ]
    assert "dossier-payment-recorded" in kinds_told(dossier)


def test_part_of_the_sum_is_booked_and_waits_on():
    dossier = dossier_at(DossierState.PAYMENT, place=office())

    obligation = settle(dossier.obligations.get(), 10_000)

    dossier.refresh_from_db()
    assert (obligation.settled_vnd, obligation.settled_at) == (10_000, None)
    assert dossier.state == DossierState.PAYMENT


def test_money_at_the_result_moves_no_state():
    dossier = dossier_at(
        DossierState.PROCESSING, place=office(), fees=[fee_line()], fee_moment=FeeMoment.AT_RESULT
    )

    settle(dossier.obligations.get(), 30_000)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.PROCESSING
    assert dossier.obligations.get().settled_at == AT


@pytest.mark.parametrize("change", ["settled_at", "cancelled_at"])
def test_what_is_closed_takes_no_money(change):
    dossier = dossier_at(DossierState.PAYMENT, place=office())
    obligation = dossier.obligations.get()
    setattr(obligation, change, MONDAY_9AM)
    obligation.settled_vnd = 30_000
    obligation.save()

    with pytest.raises(fees.NotPayable):
        settle(obligation, 30_000)


def test_what_has_no_amount_takes_no_money():
    dossier = undetermined(office())

    with pytest.raises(fees.NotPayable):
        settle(dossier.obligations.get(), 30_000)


@pytest.mark.parametrize("role", ["clerk", "leader"])
def test_a_fixed_amount_is_asked_for_at_once(role):
    place = office()
    dossier = undetermined(place)

    obligation = fix(dossier, getattr(place, role))

    dossier.refresh_from_db()
    line = obligation.lines.get(fee_key="phi")
    assert (line.amount_vnd, line.ground) == (70_000, "Thông tư 10/2026")
    assert obligation.amount_vnd == 100_000
    assert dossier.state == DossierState.PAYMENT
    fixed, asked = list(dossier.events.order_by("sequence"))[-2:]
    assert (fixed.action, fixed.data["amount_vnd"]) == (Action.FIX_FEE, 100_000)
    assert asked.action == Action.ASK_PAYMENT


def test_a_fixed_amount_at_the_result_only_waits_there():
    place = office()
    dossier = undetermined(place, fee_moment=FeeMoment.AT_RESULT)

    fix(dossier, place.clerk)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.ACCEPTED
    assert dossier.obligations.get().is_due


def test_an_amount_fixed_while_the_citizen_supplements_waits_its_turn():
    place = office()
    dossier = undetermined(place)
    Dossier.objects.filter(pk=dossier.pk).update(
        state=DossierState.SUPPLEMENT, resume_state=DossierState.ACCEPTED
    )

    fix(dossier, place.clerk)

    dossier.refresh_from_db()
    assert (dossier.state, dossier.obligations.get().amount_vnd) == (
        DossierState.SUPPLEMENT,
        100_000,
    )


def test_nothing_to_pay_is_the_leaders_to_say():
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place, fees=[fee_line(None, fee_key="phi")])

    with pytest.raises(fees.ZeroNeedsLeader):
        fix(dossier, place.clerk, 0)
    obligation = fix(dossier, place.leader, 0)

    dossier.refresh_from_db()
    assert (obligation.amount_vnd, obligation.settled_at) == (0, AT)
    assert dossier.state == DossierState.ACCEPTED


@pytest.mark.parametrize("role", ["officer", "registrar", "cashier"])
def test_another_role_fixes_no_amount(role):
    place = office()

    with pytest.raises(policies.NotYourDossier):
        fix(undetermined(place), getattr(place, role))


def test_an_amount_is_fixed_once():
    place = office()
    dossier = undetermined(place)
    fix(dossier, place.clerk)

    with pytest.raises(fees.NothingToFix):
        fix(dossier, place.clerk)


def test_every_open_line_must_be_fixed():
    place = office()
    dossier = undetermined(place)

    with pytest.raises(fees.NothingToFix):
        fees.fix_amount(dossier_id=dossier.pk, by=place.clerk, at=AT, version=None, amounts={})


def test_fixing_on_an_older_page_is_refused():
    place = office()

    with pytest.raises(lifecycle.StaleVersion):
        fix(undetermined(place), place.clerk, version=1)


def test_zero_and_exempt_are_no_obligation():
    place = office()
    dossier = DossierFactory(place=place, fees=[fee_line(0, exemption_key="ho-ngheo")])

    with transaction.atomic():
        created = fees.create_obligations(dossier, moment=FeeMoment.AFTER_ACCEPTANCE, at=AT)

    assert created is None
    assert not dossier.obligations.exists()
