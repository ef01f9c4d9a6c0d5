"""What was paid for a dossier that ended without a result, in the words that people read."""

from django.db.models import Sum
from django.utils.translation import gettext as _

from dossiers.enums import DossierState
from dossiers.models import Dossier
from portal.core.money import format_vnd

_WITHOUT_RESULT = frozenset({DossierState.REFUSED, DossierState.WITHDRAWN, DossierState.STOPPED})


def ended_without_result(dossier: Dossier) -> bool:
    """Tell whether nothing was given for what was paid, also when the papers were handed back."""
    state = DossierState(dossier.state)
    return state in _WITHOUT_RESULT or (
        state == DossierState.RETURNED and dossier.decided_at is None
    )


def paid_note(dossier: Dossier) -> str:
    """
    Say what becomes of the money of a dossier that ended so; "" where nothing was paid.

    It promises no money: the agency's accountant and leader decide by the rule of each fee.
    """
    if not ended_without_result(dossier):
        return ""
    paid = dossier.obligations.aggregate(paid=Sum("settled_vnd"))["paid"]
    return note_of(paid) if paid else ""


def note_of(paid_vnd: int) -> str:
    return _(
        "Số tiền %(amount)s đã nộp được cơ quan xem xét hoàn trả, ông/bà không phải làm đơn. "
        "Việc hoàn trả đến đâu luôn xem được ở trang hồ sơ, mục Phí, lệ phí."
    ) % {"amount": format_vnd(paid_vnd)}
