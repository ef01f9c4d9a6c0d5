"""What was paid for a dossier, for the person whom it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dossiers.enums import Action
from dossiers.issuing.paid import ended_without_result, note_of
from dossiers.models import Dossier
from portal.core.dates import format_moment
from portal.core.money import format_vnd


@dataclass(frozen=True, slots=True)
class Money:
    """What was paid; it may go back once all `is_over`: `note` says so, `returned` what has."""

    paid: str
    note: str
    returned: Sequence[str]
    is_over: bool


def money_of(dossier: Dossier) -> Money | None:
    """Return what was paid for a dossier, None where nothing was."""
    amounts = list(dossier.obligations.values_list("settled_vnd", flat=True))
    paid, is_over = sum(amounts), ended_without_result(dossier)
    # What is due is said where it is asked for.
    if not amounts or not (paid or is_over):
        return None
    back = dossier.events.filter(action=Action.RECORD_REFUND).order_by("sequence")
    return Money(
        paid=format_vnd(paid) if paid else "",
        note=note_of(paid) if paid and is_over else "",
        returned=[
            _("Đã hoàn trả %(amount)s, %(when)s, số chứng từ %(reference)s.")
            % {
                "amount": format_vnd(event.data["amount_vnd"]),
                "when": format_moment(event.occurred_at),
                "reference": event.data["reference"],
            }
            for event in back
        ],
        is_over=is_over,
    )
