"""What accountants and leaders see of money that may go back, within their own agencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import StaffRole
from accounts.selectors import roles_in
from dossiers.models import Dossier
from payments import policies
from payments.enums import EntryKind, RefundState
from payments.models import LedgerEntry, Refund
from payments.models.refunds import RefundQuerySet
from portal.core.money import amount_in_words

SHOWN: Final = 100
LATEST: Final = 30


@dataclass(frozen=True, slots=True)
class RefundRow:
    refund: Refund
    dossier: Dossier | None
    what: str


@dataclass(frozen=True, slots=True)
class RefundGroup:
    """The refunds that wait for the same thing."""

    state: RefundState
    rows: list[RefundRow]


@dataclass(frozen=True, slots=True)
class RefundsPage:
    groups: list[RefundGroup]
    orphans: list[LedgerEntry]
    ended: list[RefundRow]
    open_count: int


@dataclass(frozen=True, slots=True)
class RefundPage:
    """One refund, and what this person may do about it now."""

    row: RefundRow
    in_words: str
    stands: bool
    may_propose: bool
    may_decide: bool
    may_record: bool
    is_own_proposal: bool


def list_refunds(roles: Sequence[StaffRole]) -> RefundsPage:
    """Return the refunds of one's agencies by what they wait for, and money of nobody known."""
    mine = _visible(roles)
    # Money that was used meanwhile is no question any more.
    waiting = mine.open().filter(entry__reversal__isnull=True)
    groups = []
    for state in (RefundState.SUGGESTED, RefundState.PROPOSED, RefundState.APPROVED):
        rows = [row_of(one) for one in waiting.filter(state=state)[:SHOWN]]
        groups.append(RefundGroup(state, rows))
    ended = mine.filter(state__in=[RefundState.DECLINED, RefundState.PAID])
    orphans = LedgerEntry.objects.unplaced().filter(agency__isnull=True)
    is_accountant = bool(roles_in(roles, Role.ACCOUNTANT))
    return RefundsPage(
        groups=groups,
        orphans=list(orphans.order_by("pk")[:SHOWN]) if is_accountant else [],
        ended=[row_of(one) for one in ended.order_by("-decided_at", "-pk")[:LATEST]],
        open_count=sum(len(group.rows) for group in groups),
    )


def find_refund(roles: Sequence[StaffRole], *, refund_id: int) -> Refund | None:
    """Return a refund of one of the agencies where one is accountant or leader."""
    return _visible(roles).filter(pk=refund_id).first()


def get_refund_page(refund: Refund, roles: Sequence[StaffRole], *, user_id: int) -> RefundPage:
    row = row_of(refund)
    stands = policies.stands(refund.entry, row.dossier)
    state = RefundState(refund.state)
    keeps_books = refund.agency_id in roles_in(roles, Role.ACCOUNTANT)
    leads = refund.agency_id in roles_in(roles, Role.LEADER)
    is_own = refund.proposed_by_id == user_id
    return RefundPage(
        row=row,
        in_words=amount_in_words(refund.entry.amount_vnd),
        stands=stands,
        may_propose=stands and keeps_books and state == RefundState.SUGGESTED,
        may_decide=stands and leads and state == RefundState.PROPOSED and not is_own,
        may_record=stands and keeps_books and state == RefundState.APPROVED,
        is_own_proposal=leads and is_own and state == RefundState.PROPOSED,
    )


def row_of(refund: Refund) -> RefundRow:
    entry = refund.entry
    meant_for = entry.obligation or entry.payment
    dossier = meant_for.dossier if meant_for else None
    if entry.kind == EntryKind.SETTLEMENT and dossier is not None:
        what = _("đã nộp, hồ sơ kết thúc: %(state)s") % {"state": dossier.get_state_display()}
    else:
        what = str(entry.get_why_display())
    return RefundRow(refund, dossier, what)


def _visible(roles: Sequence[StaffRole]) -> RefundQuerySet:
    agencies = roles_in(roles, Role.ACCOUNTANT, Role.LEADER)
    return (
        Refund.objects.filter(agency__in=agencies)
        .select_related(
            "agency",
            "proposed_by",
            "decided_by",
            "paid_by",
            "entry__obligation__dossier__procedure",
            "entry__payment__dossier__procedure",
        )
        .order_by("created_at", "pk")
    )
