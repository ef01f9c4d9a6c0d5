"""What happened to an account of late, for the person whose account it is."""

from dataclasses import dataclass
from typing import Final

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from accounts.models import SecurityEvent, User
from accounts.security import label_of
from portal.core.dates import format_moment

PAGE_SIZE: Final = 20


@dataclass(frozen=True, slots=True)
class ActivityRow:
    what: str
    when: str
    # Whether somebody else did it, in words; "" where it was the person themself.
    by: str


@dataclass(frozen=True, slots=True)
class Activity:
    rows: list[ActivityRow]
    page: "Page[SecurityEvent]"


def list_activity(user: User, *, page: str = "1") -> Activity:
    """Return the events of one's own account, newest first (two queries)."""
    events = SecurityEvent.objects.filter(user=user).order_by("-at", "-pk")
    chosen = Paginator(events, PAGE_SIZE).get_page(page)
    rows = [
        ActivityRow(
            what=label_of(event.kind),
            when=format_moment(event.at),
            by=_("Do cán bộ thực hiện") if event.actor_id not in {None, user.pk} else "",
        )
        for event in chosen.object_list
    ]
    return Activity(rows=rows, page=chosen)
