"""How far money is on its way back, in the words of whoever paid it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _, gettext_noop

from dossiers.models import Dossier
from payments.enums import RefundState
from payments.models import Refund
from portal.core.dates import format_moment
from portal.core.money import format_vnd


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Money that may go back, and how far that is."""

    title: str
    text: str
    tone: str


# Title, text, the moment that the text names, and the tone of the box.
_WORDS: Final[Mapping[RefundState, tuple[str, str, str, str]]] = {
    RefundState.SUGGESTED: (
        gettext_noop("Đang xem xét hoàn trả %(amount)s"),
        gettext_noop(
            "Chuyển kế toán của %(agency)s xem xét %(when)s. Ông/bà không phải làm đơn; nếu cần số "
            "tài khoản, cơ quan sẽ liên hệ."
        ),
        "created_at",
        "info",
    ),
    RefundState.PROPOSED: (
        gettext_noop("Đã đề nghị hoàn trả %(amount)s"),
        gettext_noop("Kế toán đề nghị %(when)s, đang chờ lãnh đạo của %(agency)s duyệt."),
        "proposed_at",
        "info",
    ),
    RefundState.APPROVED: (
        gettext_noop("Đã duyệt hoàn trả %(amount)s"),
        gettext_noop("Lãnh đạo của %(agency)s duyệt %(when)s; kế toán đang trả tiền."),
        "decided_at",
        "info",
    ),
    RefundState.PAID: (
        gettext_noop("Đã hoàn trả %(amount)s"),
        gettext_noop("%(agency)s trả %(when)s: %(means)s, số chứng từ %(reference)s."),
        "paid_at",
        "success",
    ),
    RefundState.DECLINED: (
        gettext_noop("Không hoàn trả %(amount)s"),
        gettext_noop(
            "%(agency)s trả lời %(when)s. Lý do: %(note)s. Nếu không đồng ý, ông/bà có thể phản "
            "ánh, kiến nghị."
        ),
        "decided_at",
        "warning",
    ),
}


def refund_lines(dossier: Dossier) -> list[RefundLine]:
    """Return what may go back to whoever paid for a dossier, in the order in which it came up."""
    mine = Q(entry__obligation__dossier=dossier) | Q(entry__payment__dossier=dossier)
    found = Refund.objects.filter(mine).select_related("entry", "agency")
    return [_line(one) for one in found.order_by("created_at", "pk")]


def _line(refund: Refund) -> RefundLine:
    title, text, moment, tone = _WORDS[RefundState(refund.state)]
    facts = {
        "amount": format_vnd(refund.entry.amount_vnd),
        "agency": refund.agency.name,
        "when": format_moment(getattr(refund, moment)),
        "means": refund.get_means_display(),
        "reference": refund.reference,
        "note": refund.note.rstrip("."),
    }
    return RefundLine(_(title) % facts, _(text) % facts, tone)
