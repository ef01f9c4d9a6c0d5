"""No silence: work whose time has passed is put before the people who can end it, once a day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat

from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.selectors import get_work_calendars
from dossiers import lifecycle, notices
from dossiers.models import Extension, Step
from portal.core.dates import local_day, to_local
from portal.notices.models import Notice

KIND: Final = "dossier-late-staff"
BATCH: Final = 200


@transaction.atomic(durable=True)
def report_late(*, at: datetime) -> int:
    """
    Tell leaders, and whoever could take the step, of every step past due; return how many.

    An untouched submission is one of them: its reception step is due when the answer is. A dossier
    that waits for the citizen is not late, and nobody is told on a day off.
    """
    today = local_day(at)
    late = list(
        Step.objects.open()
        .filter(due_at__lt=at)
        .exclude(dossier__state__in=lifecycle.WAITING_FOR_CITIZEN)
        .exclude(_told_today(at=at))
        .select_related(
            "unit",
            "dossier__owner",
            "dossier__procedure",
            "dossier__receiving_unit__agency",
            "dossier__deciding_unit",
        )
        .order_by("due_at")[:BATCH]
    )
    calendars = get_work_calendars({step.dossier.deciding_unit for step in late})
    working = [s for s in late if calendars[s.dossier.deciding_unit_id].is_working_day(today)]
    people = _People(working, on=today)
    dossiers = [step.dossier_id for step in working]
    granted = Extension.objects.of_promise().filter(dossier__in=dossiers)
    apologised = set(granted.values_list("dossier", flat=True))
    for step in working:
        promised = step.dossier.due_at
        is_broken = promised is not None and promised < at
        notices.queue_late(
            step,
            people=people.of(step),
            on=today,
            at=at,
            owes_apology=is_broken and step.dossier_id not in apologised,
        )
    return len(working)


def _told_today(*, at: datetime) -> Exists:
    midnight = to_local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    subject = Concat(Value("dossier:"), OuterRef("dossier__code"))
    return Exists(Notice.objects.filter(subject_key=subject, kind=KIND, created_at__gte=midnight))


class _People:
    """Who leads and who works in the units of some steps (one query)."""

    def __init__(self, steps: Sequence[Step], *, on: date) -> None:
        units = {unit for step in steps for unit in (step.unit_id, step.dossier.deciding_unit_id)}
        self.roles = list(
            StaffRole.objects.in_force(on=on)
            .filter(unit__in=units, user__is_active=True)
            .select_related("user")
        )

    def of(self, step: Step) -> list[User]:
        wanted = {(step.unit_id, step.role), (step.dossier.deciding_unit_id, Role.LEADER.value)}
        found = {one.user_id: one.user for one in self.roles if (one.unit_id, one.role) in wanted}
        return list(found.values())
