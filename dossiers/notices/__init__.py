"""
What the citizen is told at each step of a dossier, by SMS, e-mail and in the inbox.

An e-mail that carries a slip leaves once the slip is printed (`queue_slip_mail`); its text message
and its entry in the inbox never wait for that.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from dossiers import deadlines
from dossiers.enums import DeliveryState, SlipKind
from dossiers.issuing import content, words
from dossiers.issuing.paid import paid_note
from dossiers.models import (
    Delivery,
    Dossier,
    Extension,
    Obligation,
    Slip,
    Step,
    SupplementRequest,
)
from dossiers.notices.letters import Facts, mail, short_moment, tell, tell_staff
from dossiers.slips import StopSlip
from portal.core.dates import format_moment
from portal.core.db import requires_transaction
from portal.core.money import format_vnd
from portal.notices.models import Attachment


@requires_transaction
def queue_submitted(dossier: Dossier, *, at: datetime) -> None:
    """Confirm that a dossier has come in, with its code and the time of the first answer."""
    facts = _submitted(dossier)
    tell(dossier, "submitted", facts=facts, n=dossier.version, at=at, by_email=False)


@requires_transaction
def queue_accepted(dossier: Dossier, *, at: datetime) -> None:
    """Tell the due date; the e-mail follows with the appointment slip."""
    facts = _accepted(dossier)
    tell(dossier, "accepted", facts=facts, n=dossier.version, at=at, by_email=False)


@requires_transaction
def queue_refused(dossier: Dossier, *, at: datetime) -> None:
    """Tell that the dossier was not taken in; the e-mail follows with the reasons on the slip."""
    tell(dossier, "refused", facts=_money(dossier), n=dossier.version, at=at, by_email=False)


@requires_transaction
def queue_supplement_asked(request: SupplementRequest, *, at: datetime) -> None:
    """Tell how much is missing and until when; the e-mail follows with the slip."""
    facts = _supplement(request)
    tell(request.dossier, "supplement_asked", facts=facts, n=request.round, at=at, by_email=False)


@requires_transaction
def queue_supplement_answered(request: SupplementRequest, *, at: datetime) -> None:
    """Confirm the supplement to the citizen and tell whoever asked for it."""
    dossier = request.dossier
    facts = {"due": _moment(dossier.due_at), "due_short": _short(dossier.due_at)}
    tell(dossier, "supplement_answered", facts=facts, n=request.round, at=at)
    tell_staff(
        dossier,
        "supplement_answered",
        people=[request.requested_by],
        facts={"count": str(request.items.count())},
        n=str(request.round),
        at=at,
    )


@requires_transaction
def queue_payment_asked(dossier: Dossier, obligation: Obligation, *, at: datetime) -> None:
    """Tell the sum, where and until when to pay."""
    deadline = deadlines.payment_due(at)
    facts = {
        "amount": format_vnd((obligation.amount_vnd or 0) - obligation.settled_vnd),
        "deadline": format_moment(deadline),
        "deadline_short": short_moment(deadline),
        "pay_url": words.pay_url(dossier, at=at),
    }
    tell(dossier, "payment_asked", facts=facts, n=obligation.number, at=at)


@requires_transaction
def queue_payment_recorded(
    dossier: Dossier, obligation: Obligation, *, at: datetime, by_email: bool = True
) -> None:
    """
    Confirm the money that arrived, and tell whoever has the open step.

    Where a confirmation was issued, the e-mail follows with it.
    """
    facts = {"amount": format_vnd(obligation.settled_vnd)}
    n = obligation.number
    tell(dossier, "payment_recorded", facts=facts, n=n, at=at, by_email=by_email)
    step = dossier.steps.open().select_related("assignee").first()
    if step is not None and step.assignee is not None:
        tell_staff(
            dossier,
            "payment_recorded",
            people=[step.assignee],
            facts=facts | {"step": step.name},
            n=str(obligation.number),
            at=at,
        )


@requires_transaction
def queue_payment_surplus(
    dossier: Dossier, *, amount_vnd: int, n: int, people: Iterable[User], at: datetime
) -> None:
    """Tell that money came which nothing asks for any more, and put it before the cashiers."""
    facts = {"amount": format_vnd(amount_vnd)}
    tell(dossier, "payment_surplus", facts=facts, n=n, at=at)
    tell_staff(dossier, "payment_surplus", people=people, facts=facts, n=str(n), at=at)


@requires_transaction
def queue_payment_refunded(
    dossier: Dossier, *, amount_vnd: int, means: str, reference: str, at: datetime
) -> None:
    """Tell that money was paid back, how, and under which number."""
    facts = {"amount": format_vnd(amount_vnd), "means": means, "reference": reference}
    tell(dossier, "payment_refunded", facts=facts, n=dossier.version, at=at)


@requires_transaction
def queue_result_ready(dossier: Dossier, *, at: datetime) -> None:
    """Tell that the result is there and how to get it."""
    owed = sum((due.amount_vnd or 0) - due.settled_vnd for due in dossier.obligations.due())
    facts = {
        "method": dossier.return_method,
        "return_address": dossier.return_address,
        "owed": format_vnd(owed) if owed else "",
    }
    tell(dossier, "result_ready", facts=facts, n=dossier.version, at=at)


@requires_transaction
def queue_returned(dossier: Dossier, delivery: Delivery, *, at: datetime) -> None:
    """Confirm how and when the result was returned."""
    facts = {
        "how": _HOW_RETURNED[delivery.state](),
        "when": format_moment(delivery.recorded_at),
        "when_short": short_moment(delivery.recorded_at),
    }
    tell(dossier, "returned", facts=facts, n=dossier.version, at=at)


@requires_transaction
def queue_stopped(dossier: Dossier, *, reason: str, at: datetime) -> None:
    """Tell that the dossier was stopped and why; the e-mail follows with the notice, slip 05."""
    facts = {"reason": reason, **_money(dossier)}
    tell(dossier, "stopped", facts=facts, n=dossier.version, at=at, by_email=False)


@requires_transaction
def queue_reversed(dossier: Dossier, event: str, *, reason: str, at: datetime) -> None:
    """Tell what the leader took back and why, and what holds now."""
    facts = {
        "reason": reason.strip(),
        "answer_by": format_moment(dossier.answer_due_at),
        "due": _moment(dossier.due_at),
    }
    tell(dossier, event, facts=facts, n=dossier.version, at=at)


@requires_transaction
def queue_handed_back(dossier: Dossier, delivery: Delivery, *, at: datetime) -> None:
    """Confirm how the notice of a stop and the originals were handed back."""
    facts = {
        "how": _HOW_RETURNED[delivery.state](),
        "when": format_moment(delivery.recorded_at),
        "when_short": short_moment(delivery.recorded_at),
    }
    tell(dossier, "handed_back", facts=facts, n=dossier.version, at=at)


@requires_transaction
def queue_withdrawn(dossier: Dossier, *, at: datetime) -> None:
    """Confirm the withdrawal."""
    tell(dossier, "withdrawn", facts=_money(dossier), n=dossier.version, at=at)


@requires_transaction
def queue_extended(extension: Extension, *, at: datetime) -> None:
    """Apologise, say why and tell the new date; the e-mail follows with the slip."""
    facts, n = _extended(extension), extension.number or 0
    tell(extension.dossier, "extended", facts=facts, n=n, at=at, by_email=False)


@requires_transaction
def queue_extension_proposed(extension: Extension, *, people: Iterable[User], at: datetime) -> None:
    """Put a proposed apology before the leaders."""
    facts, n = _extended(extension), str(extension.pk)
    tell_staff(extension.dossier, "extension_proposed", people=people, facts=facts, n=n, at=at)


@requires_transaction
def queue_extension_declined(extension: Extension, *, at: datetime) -> None:
    """Tell whoever proposed an apology that the promised date stands."""
    people = [extension.proposed_by] if extension.proposed_by else []
    facts = {"note": extension.closed_note, "due": format_moment(extension.due_before)}
    n = str(extension.pk)
    tell_staff(extension.dossier, "extension_declined", people=people, facts=facts, n=n, at=at)


@requires_transaction
def queue_slip_mail(slip: Slip, *, at: datetime, attachment: Attachment | None) -> None:
    """
    Send the e-mail that waited for a slip, once, with what was true when the slip was issued.

    Without `attachment` (the slip cannot be printed for now) it says where the slip will be. A slip
    withdrawn before it was printed is told by its withdrawal.
    """
    if slip.withdrawn_at is not None:
        return
    told = _LETTERS.get(SlipKind(slip.kind))
    # A declaration holds identity numbers: it is read on the portal, never sent.
    if told is None:
        return
    event, facts_of = told
    mail(slip.dossier, event, facts=facts_of(slip), n=slip.pk, at=at, attachment=attachment)


@requires_transaction
def queue_late(
    step: Step, *, people: Iterable[User], on: date, at: datetime, owes_apology: bool
) -> None:
    """Tell staff, once a day, of work whose time has passed, and of an apology that is missing."""
    facts = {
        "step": step.name,
        "unit": step.unit.name,
        "due": _moment(step.due_at),
        "promised": _moment(step.dossier.due_at) if owes_apology else "",
    }
    tell_staff(step.dossier, "late", people=people, facts=facts, n=on.isoformat(), at=at)


_HOW_RETURNED: Final[Mapping[str, Callable[[], str]]] = {
    DeliveryState.HANDED_OVER: lambda: _("trao tại quầy"),
    DeliveryState.ONLINE: lambda: _("gửi bản điện tử trên Cổng Dịch vụ công"),
    DeliveryState.IN_TRANSIT: lambda: _("gửi qua bưu chính"),
    DeliveryState.DELIVERED: lambda: _("bưu chính đã giao"),
    DeliveryState.SENT_BACK: lambda: _("bưu chính đã chuyển hoàn"),
    DeliveryState.LOST: lambda: _("bưu chính báo thất lạc"),
}


def _submitted(dossier: Dossier) -> Facts:
    return {
        "submitted": format_moment(dossier.submitted_at),
        "answer_by": format_moment(dossier.answer_due_at),
        "answer_by_short": short_moment(dossier.answer_due_at),
    }


def _accepted(dossier: Dossier) -> Facts:
    # The date that was promised: a pause may have moved `due_at` before the e-mail leaves.
    due = dossier.original_due_at
    return {
        "accepted": _moment(dossier.accepted_at),
        "processing_time": words.processing_time(dossier),
        "due": _moment(due),
        "due_short": _short(due),
        "result_delivery": words.result_delivery(dossier),
    }


def _supplement(request: SupplementRequest) -> Facts:
    return {
        "count": str(request.items.count()),
        "message": request.message,
        "deadline": format_moment(request.deadline_at),
        "deadline_short": short_moment(request.deadline_at),
    }


def _extended(extension: Extension) -> Facts:
    return {
        "before": format_moment(extension.due_before),
        "due": format_moment(extension.new_due_at),
        "due_short": short_moment(extension.new_due_at),
        "reason": words.extension_reason(extension),
    }


def _stopped(slip: Slip) -> Facts:
    record = content.unpack(slip)
    if not isinstance(record, StopSlip):
        return {}
    reason = " ".join(one.text for one in record.reasons)
    return {"reason": reason, "paid": record.fee_note}


def _money(dossier: Dossier) -> Facts:
    return {"paid": paid_note(dossier)}


# The e-mail that goes with each slip, and what it says.
_LETTERS: Final[Mapping[SlipKind, tuple[str, Callable[[Slip], Facts]]]] = {
    SlipKind.PROOF: ("submitted", lambda slip: _submitted(slip.dossier)),
    SlipKind.ACCEPTANCE: ("accepted", lambda slip: _accepted(slip.dossier)),
    SlipKind.SUPPLEMENT: (
        "supplement_asked",
        lambda slip: _supplement(slip.dossier.supplements.get(requested_at=slip.issued_at)),
    ),
    SlipKind.REFUSAL: ("refused", lambda slip: _money(slip.dossier)),
    SlipKind.STOP: ("stopped", _stopped),
    SlipKind.FEE_CONFIRMATION: (
        "payment_recorded",
        lambda slip: {"amount": content.total_of(slip)},
    ),
    SlipKind.APOLOGY: (
        "extended",
        lambda slip: _extended(slip.dossier.extensions.get(approved_at=slip.issued_at)),
    ),
}


def _moment(moment: datetime | None) -> str:
    return format_moment(moment) if moment else ""


def _short(moment: datetime | None) -> str:
    return short_moment(moment) if moment else ""
