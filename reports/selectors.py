"""Public figures: what the agencies received and gave back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from dossiers.models import Dossier
from portal.core.dates import to_local


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The running month so far; `with_date` counts the decided that had a promised date."""

    month: int
    year: int
    received: int
    decided: int
    with_date: int
    on_time: int


def get_month_figures(*, at: datetime) -> MonthFigures:
    """Return the figures of the month of `at`, up to that moment (one query)."""
    local = to_local(at)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    decided = Q(decided_at__gte=first, decided_at__lte=at)
    with_date = decided & Q(due_at__isnull=False)
    counts = Dossier.objects.filter(
        # What could count at all: the planner may leave older rows alone.
        Q(submitted_at__gte=first, submitted_at__lte=at) | decided
    ).aggregate(
        received=Count("pk", filter=Q(submitted_at__gte=first, submitted_at__lte=at)),
        decided=Count("pk", filter=decided),
        with_date=Count("pk", filter=with_date),
        # The hour of the promise counts, not only its day.
        on_time=Count(
            "pk", filter=with_date & Q(decided_at__lt=F("due_at") + timedelta(minutes=1))
        ),
    )
    return MonthFigures(month=local.month, year=local.year, **counts)
