"""Two editors save the same draft at once: one version is made, the other reads whose."""

from threading import Barrier

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from procedures.models import Revision
from procedures.services import drafting, parts_texts
from procedures.services.parts_texts import Order, OrderStep
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import RevisionFactory
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def editors():
    return [StaffFactory(role=Role.EDITOR, full_name=f"Biên tập {number}") for number in (1, 2)]


@pytest.fixture
def draft(editors):
    published = RevisionFactory()
    return drafting.open_draft(code=published.procedure.code, editor=editors[0], at=timezone.now())


def test_of_two_editors_one_saves_and_the_other_keeps_what_was_typed(draft, editors):
    url = reverse("procedures:editor_part", args=[draft.procedure.code, "cach-nop"])
    clients = [sign_in_proved(Client(), editor) for editor in editors]

    def press(number):
        typed = {
            "version": "0",
            "viec": "luu",
            "filing_places": f"Nơi nộp {number}",
            "dossier_sets": "1",
            "fee_moment": "AT_RESULT",
            "required_identity": "DECLARED",
        }
        return lambda: clients[number].post(url, typed)

    answers = at_once([press(0), press(1)])

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    draft.refresh_from_db()
    winner = next(at for at, answer in enumerate(answers) if answer.status_code == 302)
    loser = answers[1 - winner]
    assert (draft.version, draft.filing_places) == (1, f"Nơi nộp {winner}")
    for said in (editors[winner].full_name, f"Nơi nộp {winner}", f"Nơi nộp {1 - winner}"):
        assert said in loser.text


def test_without_the_lock_one_of_them_is_lost_in_silence(draft, editors, monkeypatch):
    """The negative control: the race above is real, and nothing but the lock stops it."""
    gate, save = Barrier(2, timeout=30), Revision.save

    def wait_and_save(self, *args, **kwargs):
        # Both have compared the version by now.
        if "version" in kwargs.get("update_fields", ()):
            gate.wait()
        save(self, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    monkeypatch.setattr(Revision, "save", wait_and_save)

    def save_order(editor):
        return lambda: parts_texts.save_text(
            revision_id=draft.pk,
            version=0,
            editor=editor,
            at=timezone.now(),
            data=Order((OrderStep(editor.full_name, ""),)),
        )

    assert at_once([save_order(editor) for editor in editors]) == [1, 1]
    draft.refresh_from_db()
    assert draft.version == 1
