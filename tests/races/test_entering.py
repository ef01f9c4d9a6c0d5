"""A procedure that is thrown away while others are at it: once, and nobody waits for ever."""

from datetime import UTC, datetime
from functools import partial
from threading import Barrier

import pytest
from django.db import OperationalError
from django.db.models import QuerySet

from accounts.enums import Role, Tier
from procedures.models import NoSuchProcedure, Procedure, Revision
from procedures.models.catalogue import ProcedureQuerySet
from procedures.services import drafting, eform_editing, entering
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import FieldFactory
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
CODE = "1.999001"


@pytest.fixture
def draft():
    return drafting.create_procedure(
        code=CODE,
        name="Cấp giấy thử",
        field=FieldFactory(),
        tiers=[Tier.COMMUNE],
        editor=StaffFactory(role=Role.EDITOR),
        at=AT,
    )


def discard(draft):
    return partial(entering.discard_entry, code=CODE, version=0, editor=draft.edited_by, at=AT)


def test_four_people_throw_it_away_once(draft):
    seen = at_once([discard(draft)] * 4)

    assert sorted(type(one).__name__ for one in seen) == ["NoSuchProcedure"] * 3 + ["NoneType"]
    assert not Procedure.objects.exists()


def test_without_waiting_for_each_other_they_would_meet_rows_that_are_gone(draft, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self)
    gate, find = Barrier(4, timeout=30), entering.find_working

    def find_together(procedure):
        found = find(procedure)
        gate.wait()
        return found

    monkeypatch.setattr(entering, "find_working", find_together)

    seen = at_once([discard(draft)] * 4)

    assert not any(isinstance(one, NoSuchProcedure) for one in seen)


def both(draft, monkeypatch):
    """Begin an e-form and discard; each holds its first lock before anybody goes on."""
    gate = Barrier(2, timeout=30)

    def gated(place, name):
        original = getattr(place, name)

        def wait(*args, **kwargs):
            answer = original(*args, **kwargs)
            gate.wait()
            return answer

        monkeypatch.setattr(place, name, wait)

    gated(entering, "_lock_entry")
    gated(eform_editing, "_lock_without_form")
    page = eform_editing.Page(draft.pk, 0, draft.edited_by, AT)
    return at_once([partial(eform_editing.begin_form, page, is_standard=False), discard(draft)])


def test_what_a_colleague_saves_meanwhile_keeps_it(draft, monkeypatch):
    began, discarded = both(draft, monkeypatch)

    assert isinstance(began, Revision)
    assert isinstance(discarded, drafting.StaleRevision)
    assert Procedure.objects.get().form_versions.count() == 1


def test_locked_for_good_they_would_wait_for_each_other(draft, monkeypatch):
    monkeypatch.setattr(
        ProcedureQuerySet, "locked", lambda self: self.select_for_update(of=("self",))
    )

    assert any(isinstance(one, OperationalError) for one in both(draft, monkeypatch))
