"""What tests of the desk share: the moment, ready reasons, a dossier at a step of its work."""

from datetime import timedelta

from django.urls import reverse

from dossiers.enums import DecisionOutcome, DossierState
from dossiers.models import Dossier
from dossiers.services import processing, reception, supplements
from portal.notices.models import Notice
from tests.factories.dossiers import MONDAY_9AM, dossier_at

LATER = MONDAY_9AM + timedelta(days=1)
TUESDAY = MONDAY_9AM + timedelta(days=1, hours=1)
REASON = reception.Reason("giay-chung-sinh", "Giấy chứng sinh", "Ảnh mờ", "Luật Hộ tịch, điều 16")
ITEM = supplements.Item("giay-chung-sinh", "", "Giấy chứng sinh", "Ảnh mờ")


def address(name, dossier):
    """Return the address of a page of the desk for a dossier."""
    return reverse(f"dossiers:{name}", args=[dossier.code])


def fresh(dossier):
    """Return a dossier as it stands now."""
    return Dossier.objects.get(pk=dossier.pk)


def tick(dossier, reason="Ảnh mờ"):
    """Return what is posted with the birth certificate ticked and a reason beside it."""
    return {
        "tick_paper_giay-chung-sinh": "on",
        "why_paper_giay-chung-sinh": reason,
        "version": dossier.version,
    }


def kinds_told(dossier):
    """Return the kinds of notices about a dossier, without those of its submission."""
    told = Notice.objects.filter(subject_key=f"dossier:{dossier.code}")
    return set(told.values_list("kind", flat=True)) - {"dossier-submitted"}


def last_event(dossier):
    return dossier.events.order_by("-sequence").first()


def proposed(place, **fields):
    """Return a dossier whose proposal waits for the leader."""
    dossier = dossier_at(DossierState.PROCESSING, place=place, **fields)
    processing.propose_decision(
        dossier_id=dossier.pk,
        by=place.officer,
        at=LATER,
        version=None,
        outcome=DecisionOutcome.GRANTED,
        proposal="Đủ điều kiện.",
    )
    return fresh(dossier)


def approved(place, **fields):
    """Return a dossier whose approved decision waits for the registrar."""
    dossier = proposed(place, **fields)
    processing.approve_decision(dossier_id=dossier.pk, by=place.leader, at=LATER, version=None)
    return fresh(dossier)
