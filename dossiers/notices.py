"""What the citizen is told at each step of a dossier, by SMS, e-mail and in the inbox."""

from datetime import datetime

from dossiers.models import Delivery, Dossier, Obligation, SupplementRequest
from portal.core.db import requires_transaction


@requires_transaction
def queue_submitted(dossier: Dossier, *, at: datetime) -> None:
    """Confirm that a dossier has come in, with its code and the time of the first answer."""


@requires_transaction
def queue_accepted(dossier: Dossier, *, at: datetime) -> None:
    """Tell the due date, with the appointment slip attached to the e-mail."""


@requires_transaction
def queue_refused(dossier: Dossier, *, at: datetime) -> None:
    """Tell that the dossier was not taken in; the reasons stand on the refusal slip."""


@requires_transaction
def queue_supplement_asked(request: SupplementRequest, *, at: datetime) -> None:
    """Tell how many papers are missing and until when."""


@requires_transaction
def queue_supplement_answered(request: SupplementRequest, *, at: datetime) -> None:
    """Confirm the supplement to the citizen and tell whoever asked for it."""


@requires_transaction
def queue_payment_asked(dossier: Dossier, obligation: Obligation, *, at: datetime) -> None:
    """Tell the sum, where and until when to pay."""


@requires_transaction
def queue_payment_recorded(dossier: Dossier, obligation: Obligation, *, at: datetime) -> None:
    """Confirm the money that arrived."""


@requires_transaction
def queue_result_ready(dossier: Dossier, *, at: datetime) -> None:
    """Tell that the result is there and how to get it."""


@requires_transaction
def queue_returned(dossier: Dossier, delivery: Delivery, *, at: datetime) -> None:
    """Confirm how and when the result was returned."""


@requires_transaction
def queue_stopped(dossier: Dossier, *, reason: str, at: datetime) -> None:
    """Tell that the dossier was stopped."""


@requires_transaction
def queue_withdrawn(dossier: Dossier, *, at: datetime) -> None:
    """Confirm the withdrawal."""
