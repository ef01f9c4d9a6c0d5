"""Money of the demonstration that does not pass a desk: paid online, and on its way back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from accounts.enums import Role
from accounts.models import StaffRole, User
from dossiers.models import Dossier
from dossiers.services import fees, withdrawal
from payments.enums import EntryKind, RefundMeans, RefundState
from payments.gateways import client, vnpay
from payments.models import Payment, Refund
from payments.services import hearing, refunds, starting

_ADDRESS: Final = "203.0.113.10"
_AFTER: Final = timedelta(minutes=2)
_GROUND: Final = "Hồ sơ dừng giải quyết theo đề nghị của người nộp khi chưa thẩm định."


def pay_online(dossier: Dossier, *, owner: User, key: UUID, at: datetime) -> None:
    """Let the owner pay what is due, and the bank report it two minutes later."""
    _report(_start(dossier, owner=owner, key=key, at=at), at=at + _AFTER)


def pay_too_late(dossier: Dossier, *, owner: User, key: UUID, at: datetime) -> None:
    """Let the owner withdraw while the bank still works: the money comes, nothing asks for it."""
    payment = _start(dossier, owner=owner, key=key, at=at - _AFTER)
    withdrawal.withdraw_dossier(dossier_id=dossier.pk, by=owner, at=at, version=None)
    _report(payment, at=at + _AFTER)


def _start(dossier: Dossier, *, owner: User, key: UUID, at: datetime) -> Payment:
    due = fees.list_due(dossier)
    return starting.start_payment(
        dossier_id=dossier.pk,
        obligation_ids=[one.pk for one in due],
        amount_vnd=sum((one.amount_vnd or 0) - one.settled_vnd for one in due),
        key=uuid5(key, "payment"),
        owner=owner,
        payer_address=_ADDRESS,
        at=at,
    )


def _report(payment: Payment, *, at: datetime) -> None:
    terminal = client.get_terminal()
    signed = vnpay.canonical(
        {
            "vnp_Amount": str(payment.amount_vnd * 100),
            "vnp_BankCode": "NCB",
            "vnp_CardType": "QRCODE",
            "vnp_OrderInfo": f"Nop phi ho so {payment.dossier.code}",
            "vnp_PayDate": at.astimezone(vnpay.ZONE).strftime("%Y%m%d%H%M%S"),
            "vnp_ResponseCode": "00",
            "vnp_TmnCode": terminal.code,
            "vnp_TransactionNo": str(13_000_000 + payment.pk),
            "vnp_TransactionStatus": "00",
            "vnp_TxnRef": payment.reference,
        }
    )
    digest = vnpay.sign(signed, terminal.secret)
    hearing.receive_ipn(raw=f"{signed}&vnp_SecureHash={digest}", at=at)


def leave_refunds(*, done: Mapping[str, str], at: datetime) -> None:
    """
    Leave one refund before the leader and one paid back, of two dossiers that were stopped.

    `done` names how far each goes, by the key of its agency. What was done stays done.
    """
    refunds.suggest_refunds(at=at)
    for agency, goal in done.items():
        refund = (
            Refund.objects.filter(agency__key=agency, entry__kind=EntryKind.SETTLEMENT)
            .select_related("entry__obligation__dossier")
            .order_by("pk")
            .first()
        )
        if refund is not None:
            _lead(refund, goal=RefundState(goal), at=at)


def _lead(refund: Refund, *, goal: RefundState, at: datetime) -> None:
    keeper = _holder(refund, Role.ACCOUNTANT)
    obligation = refund.entry.obligation
    assert obligation is not None
    if refund.state == RefundState.SUGGESTED:
        payee = refunds.Payee(
            name=obligation.dossier.applicant_name,
            means=RefundMeans.BANK,
            bank="Ngân hàng giả định Đông Hải",
            account=f"9990{refund.pk:06d}",
        )
        refunds.propose_refund(refund_id=refund.pk, payee=payee, ground=_GROUND, by=keeper, at=at)
        refund.refresh_from_db()
    if goal == RefundState.PAID and refund.state == RefundState.PROPOSED:
        refunds.approve_refund(refund_id=refund.pk, by=_holder(refund, Role.LEADER), at=at)
        refund.refresh_from_db()
    if goal == RefundState.PAID and refund.state == RefundState.APPROVED:
        refunds.record_refund(
            refund_id=refund.pk, reference=f"UNC {refund.pk:04d}", by=keeper, at=at
        )


def _holder(refund: Refund, role: Role) -> User:
    held = StaffRole.objects.filter(unit=refund.agency_id, role=role).select_related("user")
    return held.order_by("pk")[0].user
