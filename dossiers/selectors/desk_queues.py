"""The eight queues of the desk: which dossiers each holds, for the roles somebody holds now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db.models import Case, Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Least
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.selectors import roles_in
from dossiers import lifecycle
from dossiers.enums import DossierState
from dossiers.models import ClockPause, Dossier, Extension, SupplementRequest
from portal.core.dates import to_local

# A finished dossier leaves the queue after so many days; the search still finds it.
DONE_DAYS: Final = 30
_ENDED: Final = [
    DossierState.REFUSED,
    DossierState.WITHDRAWN,
    DossierState.RETURNED,
]
# Something lies at the desk for the citizen: a result, or the notice and originals of a stop.
_TO_RETURN: Final = [DossierState.DECIDED, DossierState.STOPPED]
_RUNNING: Final = [DossierState.SUBMITTED, DossierState.ACCEPTED, DossierState.PROCESSING]
_PROMISED: Final = [DossierState.ACCEPTED, DossierState.PROCESSING]


class Queue(StrEnum):
    """The queues, by the word that stands in the address."""

    NEW = "moi"
    MINE = "cua-toi"
    DUE_TODAY = "den-han"
    OVERDUE = "qua-han"
    CITIZEN = "cho-cong-dan"
    TO_RETURN = "cho-tra"
    ELSEWHERE = "noi-khac"
    DONE = "da-xong"


LABELS: Final[Mapping[Queue, str | Promise]] = {
    Queue.NEW: _("Mới đến"),
    Queue.MINE: _("Việc của tôi"),
    Queue.DUE_TODAY: _("Đến hạn hôm nay"),
    Queue.OVERDUE: _("Quá hạn"),
    Queue.CITIZEN: _("Chờ công dân"),
    Queue.TO_RETURN: _("Chờ trả kết quả"),
    Queue.ELSEWHERE: _("Đang xử lý ở nơi khác"),
    Queue.DONE: _("Đã xong"),
}
# What comes new to somebody who holds this role only.
_NEW_FOR: Final[Mapping[str, str | Promise]] = {
    Role.OFFICER: _("Mới chuyển đến"),
    Role.LEADER: _("Chờ phê duyệt"),
    Role.REGISTRAR: _("Chờ phát hành"),
}
_EMPTY: Final[Mapping[Queue, str | Promise]] = {
    Queue.NEW: _("Không có hồ sơ nào đang chờ người nhận."),
    Queue.MINE: _("Chưa nhận hồ sơ nào. Hồ sơ chờ người nhận nằm ở hàng đầu tiên."),
    Queue.DUE_TODAY: _("Không có hồ sơ nào đến hạn hôm nay."),
    Queue.OVERDUE: _("Không có hồ sơ nào quá hạn."),
    Queue.CITIZEN: _("Không có hồ sơ nào đang chờ công dân bổ sung hoặc nộp tiền."),
    Queue.TO_RETURN: _("Không có kết quả nào đang chờ trả."),
    Queue.ELSEWHERE: _("Không có hồ sơ nào đang ở phòng khác hoặc đồng nghiệp khác."),
    Queue.DONE: _("Chưa có hồ sơ nào xong trong 30 ngày qua."),
}


@dataclass(frozen=True, slots=True)
class QueueLink:
    """One line of the list of queues."""

    queue: Queue
    label: str | Promise
    count: int
    tone: str


def empty_text(queue: Queue) -> str | Promise:
    """Return what a queue with nothing in it says."""
    return _EMPTY[queue]


def label_of(queue: Queue, roles: Iterable[StaffRole]) -> str | Promise:
    """Return the name of a queue for somebody with `roles`."""
    kinds = {held.role for held in roles}
    if queue == Queue.NEW and len(kinds) == 1:
        return _NEW_FOR.get(kinds.pop(), LABELS[queue])
    return LABELS[queue]


def with_due(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """
    Join the open step as `now` and add `next_due`: the date of whoever must act next.

    That is the step's own date or the promised one, whichever comes first, and the citizen's date
    while the dossier waits for the citizen (`payment_asked_at` where it waits for money).
    """
    request = SupplementRequest.objects.filter(
        dossier=OuterRef("pk"), answered_at=None, closed_at=None
    )
    pause = ClockPause.objects.filter(
        dossier=OuterRef("pk"), ended_at=None, state=DossierState.PAYMENT
    )
    return dossiers.annotate(
        now=FilteredRelation("steps", condition=Q(steps__closed_at__isnull=True)),
        # As plain columns, or NOT would ask about every step that a dossier ever had.
        now_unit=F("now__unit"),
        now_role=F("now__role"),
        now_assignee=F("now__assignee"),
        payment_asked_at=Subquery(pause.values("started_at")[:1]),
        next_due=Case(
            When(state=DossierState.SUPPLEMENT, then=Subquery(request.values("deadline_at")[:1])),
            When(state=DossierState.PAYMENT, then=None),
            When(state__in=_PROMISED, then=Least(F("now__due_at"), F("due_at"))),
            default=F("now__due_at"),
        ),
    )


def with_apologies(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Add `apologies`: how many times the promise was put off with an apology, None for never."""
    granted = Extension.objects.of_promise().filter(dossier=OuterRef("pk")).order_by("-number")
    return dossiers.annotate(apologies=Subquery(granted.values("number")[:1]))


def conditions(user: User, roles: Sequence[StaffRole], *, at: datetime) -> dict[Queue, Q]:
    """Return what each queue of `user` holds, over dossiers that went through `with_due`."""
    for_me = Q(pk__in=[])
    for held in roles:
        for_me |= Q(now_unit=held.unit_id, now_role=held.role)
    free = for_me & Q(now_assignee=None)
    mine = for_me & Q(now_assignee=user.pk)
    # What an absent colleague has in hand is the work of whoever acts for them.
    absent = [held.on_behalf_of_id for held in roles if held.on_behalf_of_id is not None]
    for held in roles:
        if held.on_behalf_of_id is not None:
            mine |= Q(now_unit=held.unit_id, now_role=held.role, now_assignee=held.on_behalf_of_id)
    led = Q(deciding_unit__in=roles_in(roles, Role.LEADER))
    is_waiting = Q(state__in=lifecycle.WAITING_FOR_CITIZEN)
    my_dates = ((free | mine) | led) & ~is_waiting & Q(now_unit__isnull=False)
    tomorrow = to_local(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return {
        Queue.NEW: free & Q(state__in=_RUNNING),
        Queue.MINE: mine & ~is_waiting,
        Queue.DUE_TODAY: my_dates & Q(next_due__gte=at, next_due__lt=tomorrow),
        Queue.OVERDUE: my_dates & Q(next_due__lt=at),
        Queue.CITIZEN: is_waiting,
        Queue.TO_RETURN: Q(state__in=_TO_RETURN),
        # Said in full, since NOT would lose the rows whose step has no assignee.
        Queue.ELSEWHERE: Q(state__in=_RUNNING)
        & (~for_me | (Q(now_assignee__isnull=False) & ~Q(now_assignee__in=[user.pk, *absent]))),
        Queue.DONE: Q(state__in=_ENDED, closed_at__gte=at - timedelta(days=DONE_DAYS)),
    }


def count_queues(
    user: User, roles: Sequence[StaffRole], *, at: datetime
) -> tuple[list[QueueLink], dict[Queue, int]]:
    """Count every queue in one query."""
    chosen = conditions(user, roles, at=at)
    counted: dict[str, Any] = with_due(Dossier.objects.visible_to(user, at=at)).aggregate(
        **{queue.name: Count("pk", filter=condition) for queue, condition in chosen.items()}
    )
    counts = {queue: int(counted[queue.name]) for queue in Queue}
    links = [
        QueueLink(
            queue=queue,
            label=label_of(queue, roles),
            count=counts[queue],
            tone="danger" if queue == Queue.OVERDUE and counts[queue] else "",
        )
        for queue in Queue
    ]
    return links, counts
