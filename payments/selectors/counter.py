"""What is due at the desks where somebody is cashier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Q

from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.selectors import roles_in
from dossiers import codes
from dossiers.models import Dossier, Obligation
from payments.models import CashReceipt, LedgerEntry, Payment
from portal.core.money import amount_in_words
from portal.core.text import fold

PAGE_SIZE: Final = 50
MOST_UNPLACED: Final = 200


@dataclass(frozen=True, slots=True)
class CounterPage:
    """What the cashier of a dossier sees: the sums due, and the cash taken before."""

    dossier: Dossier
    payable: Obligation | None
    in_words: str
    undetermined: bool
    receipts: list[CashReceipt]
    attempts: list[Payment]


def list_payable(
    roles: Sequence[StaffRole], *, asked: str = "", page: str = "1"
) -> "Page[Obligation]":
    """Return one page of what is due at the cashier's desks, the oldest first."""
    due = (
        Obligation.objects.due()
        .filter(dossier__receiving_unit__in=roles_in(roles, Role.CASHIER), amount_vnd__isnull=False)
        .select_related("dossier", "dossier__procedure", "dossier__revision")
        .defer("dossier__answers", "dossier__sealed_answers", "dossier__offer_snapshot")
        .order_by("created_at", "pk")
    )
    return Paginator(due.filter(_asked(asked)), PAGE_SIZE).get_page(page)


def _asked(text: str) -> Q:
    text = text.strip()
    code = codes.clean_code(text)
    if code:
        return Q(dossier__code=code)
    if any(sign.isdigit() for sign in text):
        return Q(dossier__code__endswith=text.upper())
    found = Q()
    for word in fold(text).split():
        found &= Q(dossier__applicant_folded__contains=word)
    return found


def find_dossier(
    user: User, roles: Sequence[StaffRole], *, code: str, at: datetime
) -> Dossier | None:
    """Return a dossier of one of the cashier's desks; None for another's and an absent one."""
    found: Dossier | None = (
        Dossier.objects.visible_to(user, at=at)
        .filter(code=code, receiving_unit__in=roles_in(roles, Role.CASHIER))
        .select_related("procedure", "revision", "receiving_unit")
        .first()
    )
    return found


def get_counter_page(dossier: Dossier) -> CounterPage:
    """Return the first sum of a dossier that can be paid now, and its cash receipts."""
    due = list(dossier.obligations.due().prefetch_related("lines"))
    payable = next((one for one in due if one.amount_vnd is not None), None)
    receipts = CashReceipt.objects.filter(obligation__dossier=dossier)
    return CounterPage(
        dossier=dossier,
        payable=payable,
        in_words=amount_in_words(payable.amount_vnd or 0) if payable else "",
        undetermined=any(one.amount_vnd is None for one in due),
        receipts=list(receipts.select_related("received_by").order_by("-received_at")),
        attempts=list(Payment.objects.filter(dossier=dossier).order_by("-pk")),
    )


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """Money that settles nothing, and whether the sum for which it came is still due."""

    entry: LedgerEntry
    dossier: Dossier | None
    is_usable: bool


def list_unplaced(roles: Sequence[StaffRole]) -> list[UnplacedRow]:
    """
    Return the money that waits for a cashier of these desks, the oldest first.

    What belongs to no known attempt stands before every cashier: nobody else would look for it.
    """
    desks = roles_in(roles, Role.CASHIER)
    mine = Q(obligation__dossier__receiving_unit__in=desks) | Q(
        payment__dossier__receiving_unit__in=desks
    )
    found = (
        LedgerEntry.objects.unplaced()
        .filter(mine | Q(payment=None, obligation=None))
        .select_related("obligation__dossier", "payment__dossier")
        .order_by("recorded_at", "pk")
    )
    return [_unplaced_row(entry) for entry in found[:MOST_UNPLACED]]


def _unplaced_row(entry: LedgerEntry) -> UnplacedRow:
    obligation = entry.obligation
    meant_for = obligation or entry.payment
    dossier = meant_for.dossier if meant_for else None
    rest = (obligation.amount_vnd or 0) - obligation.settled_vnd if obligation else 0
    is_due = obligation is not None and obligation.is_due
    return UnplacedRow(entry, dossier, is_usable=is_due and rest == entry.amount_vnd)
