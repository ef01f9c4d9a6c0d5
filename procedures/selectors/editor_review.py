"""The page on which a draft is sent, looked at and decided on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.models import User
from portal.core.dates import format_moment, local_day
from procedures import policies
from procedures.differences import PartChanges, compare
from procedures.enums import RevisionState
from procedures.models import Revision
from procedures.selectors.editor_draft import DraftPage
from procedures.selectors.editor_procedure import decision_of
from procedures.selectors.holding import Break, find_breaks, offer_target


@dataclass(frozen=True, slots=True)
class Look:
    """A page that helps to decide."""

    label: StrOrPromise
    url: str


@dataclass(frozen=True, slots=True)
class BreakRow:
    """An offer whose level falls, for the form that publishes."""

    broken: Break
    whom: str
    # The name of the field that says how low, and what it offers: the highest that holds first.
    field: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    draft: DraftPage
    # The publishing decision under which it would go out, in words.
    decision: str
    sent: str
    scheduled: str
    looks: tuple[Look, ...]
    is_draft: bool
    is_in_review: bool
    is_scheduled: bool
    may_publish: bool
    # Why this reader cannot let it out, "" if they can or are no publisher.
    blocked: str
    # The offers that publishing it would break, each to be lowered in the same act.
    breaks: tuple[BreakRow, ...]
    # What it says otherwise than what is published; () for the first publication.
    changes: tuple[PartChanges, ...]
    # What whoever decides should not overlook: nothing is new, or the decision is the old one.
    doubts: tuple[StrOrPromise, ...]

    @property
    def change_count(self) -> int:
        return sum(len(part.changes) for part in self.changes)


# Before the id of an offer, the field that says to which level it is lowered.
LOWERED: Final = "ha-"

_DIFFERENCES: Final = "procedures:editor_differences"
# Preview first. The last is a page of the app above: it knows the dossiers.
_LOOKS = (
    ("procedures:editor_preview", gettext_lazy("Xem trước như người dân sẽ thấy")),
    (_DIFFERENCES, gettext_lazy("Khác gì so với bản đang công bố")),
    ("dossiers:editor_impact", gettext_lazy("Công bố thì ảnh hưởng đến ai")),
)


def get_review_page(draft: DraftPage, *, reader: User, at: datetime) -> ReviewPage:
    """Return what the page of a draft's review shows to one reader."""
    revision = draft.revision
    may_publish, blocked = _may_publish(revision, reader, at=at)
    published = revision.procedure.current_revision
    changes = tuple(compare(published, revision)) if published else ()
    return ReviewPage(
        draft=draft,
        decision=decision_of(revision),
        sent=_moment_of(revision.sent_by, revision.sent_at),
        scheduled=_moment_of(revision.scheduled_by, revision.publish_at),
        looks=tuple(_looks(revision)),
        is_draft=revision.state == RevisionState.DRAFT,
        is_in_review=revision.state == RevisionState.IN_REVIEW,
        is_scheduled=revision.state == RevisionState.SCHEDULED,
        may_publish=may_publish,
        blocked=blocked,
        breaks=break_rows(revision, at=at),
        changes=changes,
        doubts=tuple(_doubts(revision, is_changed=bool(changes))),
    )


def _doubts(revision: Revision, *, is_changed: bool) -> Iterator[StrOrPromise]:
    published = revision.procedure.current_revision
    if published is None:
        return
    if not is_changed:
        yield _("Bản này không khác gì bản đang công bố.")
    elif decision_of(revision) and decision_of(revision) == decision_of(published):
        yield _(
            "Bản này vẫn ghi quyết định của bản đang công bố. Có quyết định mới thì ghi ở phần "
            "“Căn cứ và quyết định công bố”."
        )


def break_rows(revision: Revision, *, at: datetime) -> tuple[BreakRow, ...]:
    return tuple(
        BreakRow(one, offer_target(one.offer), f"{LOWERED}{one.offer.pk}")
        for one in find_breaks(revision, on=local_day(at))
    )


def _may_publish(revision: Revision, reader: User, *, at: datetime) -> tuple[bool, str]:
    try:
        policies.needs_small_office(revision, reader, at=at)
    except policies.NotAPublisher:
        return False, ""
    except policies.OwnEdit:
        return False, _(
            "Ông/bà là người sửa bản này gần nhất nên không tự công bố được: người công bố khác "
            "phải duyệt."
        )
    return True, ""


def _moment_of(person: User | None, moment: datetime | None) -> str:
    if person is None or moment is None:
        return ""
    return f"{person.full_name}, {format_moment(moment)}"


def _looks(revision: Revision) -> Iterator[Look]:
    published = revision.procedure.current_revision
    # An import may have left a newer draft beside this one: both sides are named.
    compared = {"tu": published.number, "den": revision.number} if published else {}
    for name, label in _LOOKS:
        url = reverse(name, args=[revision.procedure.code])
        named = name == _DIFFERENCES and compared
        yield Look(label, f"{url}?{urlencode(compared)}" if named else url)
