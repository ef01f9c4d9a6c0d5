"""Closed dossiers whose term is over: listed, their owners told, erased later by two people."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers.enums import DossierState
from dossiers.models import Dossier
from dossiers.models.dossier import DossierQuerySet
from portal.core.dates import format_day, local_day
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

BATCH: Final = 200
CLOSED: Final = (
    DossierState.REFUSED,
    DossierState.WITHDRAWN,
    DossierState.STOPPED,
    DossierState.RETURNED,
)


def dossiers_to_list(*, closed_by: datetime, others: Mapping[str, datetime]) -> DossierQuerySet:
    """Narrow to dossiers closed for longer than their term; `others` by code of procedure."""
    over = Q(state_changed_at__lte=closed_by) & ~Q(procedure__code__in=others)
    for code, moment in others.items():
        over |= Q(procedure__code=code, state_changed_at__lte=moment)
    return Dossier.objects.filter(over, state__in=CLOSED, disposal_listed_at=None, disposed_at=None)


def dossiers_to_dispose(*, listed_by: datetime) -> DossierQuerySet:
    """Narrow to listed dossiers of which the owner was told long enough ago, closed all along."""
    return Dossier.objects.filter(
        disposal_listed_at__lte=listed_by,
        disposed_at=None,
        state__in=CLOSED,
        state_changed_at__lte=F("disposal_listed_at"),
    )


def listed() -> DossierQuerySet:
    return Dossier.objects.exclude(disposal_listed_at=None).filter(disposed_at=None)


@requires_transaction
def list_dossiers(
    *, closed_by: datetime, others: Mapping[str, datetime], goes_on: date, at: datetime
) -> int:
    """List a batch and tell the owners, until when they can still fetch a copy."""
    due = dossiers_to_list(closed_by=closed_by, others=others)
    rows = list(
        due.select_related("owner", "procedure")
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .order_by("pk")[:BATCH]
    )
    Dossier.objects.filter(pk__in=[row.pk for row in rows]).update(disposal_listed_at=at)
    for dossier in rows:
        if dossier.restricted_at is None:
            _tell(dossier, goes_on=goes_on, at=at)
    return len(rows)


@requires_transaction
def unlist_reopened() -> int:
    """Take what was reopened meanwhile off the list: its term begins anew when it is closed."""
    moved = ~Q(state__in=CLOSED) | Q(state_changed_at__gt=F("disposal_listed_at"))
    return listed().filter(moved).update(disposal_listed_at=None)


def still_due(codes: Sequence[str], *, listed_by: datetime) -> DossierQuerySet:
    return dossiers_to_dispose(listed_by=listed_by).filter(code__in=codes)


@requires_transaction
def _tell(dossier: Dossier, *, goes_on: date, at: datetime) -> None:
    owner = dossier.owner
    if owner is None:
        return
    facts = {
        "name": owner.full_name,
        "code": dossier.code,
        "procedure": dossier.procedure.name,
        "day": format_day(goes_on),
        "url": settings.BASE_URL + reverse("operations:data"),
        "site": settings.SITE_NAME,
    }
    subject = _("Hồ sơ %(code)s hết thời hạn lưu") % facts
    body = (
        _(
            "Kính gửi ông/bà %(name)s,\n\n"
            "Hồ sơ %(code)s (%(procedure)s) đã hết thời hạn lưu. Từ ngày %(day)s, giấy tờ và dữ "
            "liệu cá nhân trong hồ sơ có thể bị tiêu hủy theo quy định.\n\n"
            "Nếu cần giữ, ông/bà tải giấy tờ hoặc yêu cầu bản sao dữ liệu trước ngày đó:\n"
            "%(url)s\n\n%(site)s"
        )
        % facts
    )
    for medium, to in (
        (Medium.IN_APP, ""),
        (Medium.EMAIL, owner.email if owner.email_verified_at else ""),
    ):
        queue_notice(
            kind="dossier-disposal",
            medium=medium,
            to=to,
            recipient=owner,
            subject_key=f"dossier:{dossier.code}",
            subject=subject,
            body=body,
            dedupe_key=f"dossier-disposal:{dossier.pk}:{local_day(at)}:{medium}",
            at=at,
        )
