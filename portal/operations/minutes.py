"""Disposals as they are shown: what is listed, what may be proposed, the minutes."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.selectors import Row
from dossiers.models import Dossier
from dossiers.services import disposal
from portal.core.dates import format_moment, local_day
from portal.operations import policies
from portal.operations.models import Disposal


@dataclass(frozen=True, slots=True)
class Disposals:
    """What waits to be disposed of, how many of it long enough, and the minutes."""

    listed: QuerySet[Dossier]
    ready: int
    waiting: Disposal | None
    done: list[Disposal]


def get_disposals(*, at: datetime) -> Disposals:
    """Return what is listed, the first listed first, and the last minutes (3 queries and rows)."""
    notice = policies.retention_on(local_day(at)).dossier_notice
    minutes = Disposal.objects.select_related("proposed_by", "approved_by").order_by("-pk")
    open_ones = minutes.filter(approved_at=None, dropped_at=None)
    return Disposals(
        listed=disposal.listed().select_related("procedure").order_by("disposal_listed_at", "pk"),
        ready=disposal.dossiers_to_dispose(listed_by=at - notice).count(),
        waiting=open_ones.first(),
        done=list(minutes.exclude(approved_at=None)[:30]),
    )


@dataclass(frozen=True, slots=True)
class FoundDisposal:
    """The minutes of one disposal, which name nobody but who proposed and approved."""

    disposal: Disposal
    rows: tuple[Row, ...]
    is_waiting: bool


def get_disposal(disposal_id: int) -> FoundDisposal | None:
    """Return one disposal, None if there is none (one query)."""
    people = Disposal.objects.select_related("proposed_by", "approved_by")
    found = people.filter(pk=disposal_id).first()
    if found is None:
        return None
    when = format_moment(found.proposed_at)
    facts = [
        (_("Căn cứ"), found.ground),
        (_("Người đề nghị"), f"{found.proposed_by.full_name}, {when}"),
    ]
    if found.approved_by is not None and found.approved_at is not None:
        when = format_moment(found.approved_at)
        facts.append((_("Người duyệt"), f"{found.approved_by.full_name}, {when}"))
        facts.append((_("Số tệp đã xóa"), str(found.counts.get("files", 0))))
    elif found.dropped_at is not None:
        facts.append((_("Đã bỏ đề nghị"), format_moment(found.dropped_at)))
    facts.append((_("Số hồ sơ"), str(len(found.codes))))
    is_waiting = found.approved_at is None and found.dropped_at is None
    return FoundDisposal(found, tuple(Row(str(a), b) for a, b in facts), is_waiting)
