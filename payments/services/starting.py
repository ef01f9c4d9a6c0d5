"""A citizen sets out to pay: one attempt per intention, for exactly what is due now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.enums import PayWay
from accounts.models import User
from accounts.selectors import get_collecting_account
from dossiers import policies as dossier_policies
from dossiers.models import Dossier, Obligation
from payments.enums import PaymentState, Provider
from payments.gateways import client, vnpay
from payments.models import Payment, PaymentLine
from payments.services.locking import lock_dossiers
from portal.core.dates import local_day
from portal.core.db import requires_transaction

# As long as the gateway's own sample gives the payer.
WINDOW: Final = timedelta(minutes=15)
# An attempt with less time left than this is not handed out again.
LEAST_LEFT: Final = timedelta(minutes=2)
FIRST_QUERY: Final = timedelta(minutes=1)


class NothingToPay(Exception):
    """Nothing is due (any more), or its amount is not fixed yet."""


class NotPaidOnline(Exception):
    """The agency has no account for online payment, or the gateway is not set up."""


class AnotherAmount(Exception):
    """The sum or the sums are not those of the page on which the key was made."""


class UnderReview(Exception):
    """Money of an earlier attempt was taken and is being looked into: paying again would double."""


@transaction.atomic(durable=True)
def start_payment(
    *,
    dossier_id: int,
    obligation_ids: Sequence[int],
    amount_vnd: int,
    key: UUID,
    owner: User,
    payer_address: str,
    at: datetime,
) -> Payment:
    """
    Open an attempt to pay sums of a dossier online; where to send the payer says `pay_address`.

    The same key again is the same attempt, and so is another while an earlier one is still open
    at the gateway: two tabs pay once.

    :raises dossiers.policies.NotYourDossier: if it is neither theirs nor of whom they act for.
    :raises AnotherAmount: if the sums due are not `obligation_ids` and `amount_vnd`.
    :raises NothingToPay: if nothing of them is due.
    :raises NotPaidOnline: if the agency cannot be paid online.
    :raises UnderReview: if an earlier attempt took money that is being looked into.
    """
    dossier = lock_dossiers([dossier_id])[dossier_id]
    if not dossier.is_of(owner):
        raise dossier_policies.NotYourDossier(dossier.code)
    twin = Payment.objects.filter(key=key).first()
    if twin is not None:
        if twin.dossier_id != dossier_id or not _is_same(twin, obligation_ids, amount_vnd):
            raise AnotherAmount(key)
        return twin
    due = _due(dossier, obligation_ids)
    if sum(rest for _one, rest in due) != amount_vnd:
        raise AnotherAmount(key)
    agency_id = _collector(dossier, at=at)
    earlier = Payment.objects.filter(lines__obligation__in=[one for one, _rest in due])
    if earlier.filter(state=PaymentState.SUSPECT).exists():
        raise UnderReview(dossier.code)
    live = earlier.filter(state=PaymentState.REDIRECTED, expires_at__gte=at + LEAST_LEFT).order_by(
        "-pk"
    )
    for payment in live.distinct():
        if _is_same(payment, obligation_ids, amount_vnd):
            return payment
    return _open(
        dossier, due, agency_id=agency_id, key=key, owner=owner, address=payer_address, at=at
    )


def pay_address(payment: Payment) -> str:
    """
    Return the address at the gateway to which the payer is sent: the same every time.

    :raises client.NotConfigured: if terminal, secret or address is missing.
    """
    request = vnpay.PayRequest(
        reference=payment.reference,
        amount_vnd=payment.amount_vnd,
        info=f"Nop phi ho so {payment.dossier.code}",
        return_url=f"{settings.BASE_URL}/thanh-toan/ket-qua/",
        payer_address=payment.payer_address,
        created_at=payment.created_at,
        expires_at=payment.expires_at,
    )
    return vnpay.pay_url(settings.VNPAY_PAY_URL, request, client.get_terminal())


def _is_same(payment: Payment, obligation_ids: Sequence[int], amount_vnd: int) -> bool:
    lines = set(payment.lines.values_list("obligation", flat=True))
    return lines == set(obligation_ids) and payment.amount_vnd == amount_vnd


def _due(dossier: Dossier, obligation_ids: Sequence[int]) -> list[tuple[Obligation, int]]:
    wanted = set(obligation_ids)
    found = dossier.obligations.locked().due().filter(pk__in=wanted, amount_vnd__isnull=False)
    due = [(one, (one.amount_vnd or 0) - one.settled_vnd) for one in found.order_by("pk")]
    if not due:
        raise NothingToPay(dossier.code)
    if {one.pk for one, _rest in due} != wanted:
        raise AnotherAmount(dossier.code)
    return due


def _collector(dossier: Dossier, *, at: datetime) -> int:
    """Return the agency whose account at our terminal takes the money."""
    agency_id: int = dossier.deciding_unit.agency_id or dossier.deciding_unit_id
    account = get_collecting_account(agency_id=agency_id, way=PayWay.VNPAY, on=local_day(at))
    if account is None or not client.is_configured():
        raise NotPaidOnline(dossier.code)
    if account.terminal != client.get_terminal().code:
        raise NotPaidOnline(dossier.code)
    return agency_id


@requires_transaction
def _open(
    dossier: Dossier,
    due: list[tuple[Obligation, int]],
    *,
    agency_id: int,
    key: UUID,
    owner: User,
    address: str,
    at: datetime,
) -> Payment:
    # The dossier is locked, so nobody else can take this number.
    number = Payment.objects.filter(dossier=dossier).count() + 1
    payment = Payment.objects.create(
        key=key,
        dossier=dossier,
        number=number,
        owner=owner,
        agency_id=agency_id,
        provider=Provider.VNPAY,
        reference=f"{dossier.code}-P{number}",
        amount_vnd=sum(rest for _one, rest in due),
        payer_address=address,
        created_at=at,
        expires_at=at + WINDOW,
        query_due_at=at + FIRST_QUERY,
    )
    PaymentLine.objects.bulk_create(
        PaymentLine(payment=payment, obligation=one, amount_vnd=rest) for one, rest in due
    )
    return payment
