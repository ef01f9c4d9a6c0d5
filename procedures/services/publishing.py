"""Letting the public see a reviewed revision: now, at an hour agreed on, or not yet after all."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from portal.core import edition
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from procedures import notices
from procedures.enums import ProcedureState, RevisionState
from procedures.form_versions import publish_form
from procedures.indexing import index_procedures
from procedures.levels import content_levels, load_parts
from procedures.models import Procedure, Revision
from procedures.policies import NotAPublisher, needs_small_office, require_publisher
from procedures.search import search_lines
from procedures.selectors.holding import Break, find_breaks, offer_target
from procedures.services.drafting import IsRepealed
from procedures.services.locking import WrongState, lock_revision
from procedures.services.offers import lower_offers

logger = logging.getLogger(__name__)


class BreaksOffers(Exception):
    """Offers would declare more than holds afterwards, and not each of them is lowered."""

    def __init__(self, breaks: list[Break]) -> None:
        super().__init__(len(breaks))
        self.breaks = breaks


class NotInFuture(Exception):
    """The hour to publish at has passed."""


@transaction.atomic(durable=True)
def publish_revision(
    *,
    revision_id: int,
    publisher: User | None,
    at: datetime,
    version: int | None = None,
    lowered: Mapping[int, int] | None = None,
) -> Procedure:
    """
    Publish a reviewed revision: it supersedes the one before and gives its words to the search.

    :param publisher: None for a catalogue that was loaded from files, and that nobody edited.
    :param version: what the publisher's page showed.
    :param lowered: the level to which each offer that this breaks is lowered, by its id.
    :raises BreaksOffers: if one is broken that `lowered` does not lower far enough.
    :raises WrongState: if it is not in review, or, of what nobody edited, no draft.
    :raises StaleRevision: if it has changed since the page was made.
    :raises IsRepealed: if its procedure has been repealed.
    :raises NotAPublisher: if `publisher` may not publish now.
    :raises OwnEdit: if `publisher` edited it last, save in a commune of few people.
    """
    states = {RevisionState.IN_REVIEW if publisher is not None else RevisionState.DRAFT}
    revision = lock_revision(revision_id=revision_id, states=states, version=version)
    if publisher is None:
        if revision.edited_by_id is not None:
            raise NotAPublisher(revision_id)
    else:
        revision.small_office = needs_small_office(revision, publisher, at=at)
    breaks = find_breaks(revision, on=local_day(at))
    # What was loaded from files was decided on elsewhere: its offers follow.
    levels = _derived(breaks) if publisher is None else _require_lowered(breaks, lowered or {})
    return _publish(revision, publisher=publisher, at=at, breaks=breaks, lowered=levels)


@transaction.atomic(durable=True)
def schedule_revision(
    *,
    revision_id: int,
    publisher: User,
    publish_at: datetime,
    at: datetime,
    version: int | None,
    lowered: Mapping[int, int] | None = None,
) -> Revision:
    """
    Have a reviewed revision publish itself at an hour to come.

    Offers that it will break are lowered at that hour, to what the content carries then.

    :param lowered: as publish_revision: that the publisher knows of each.
    :raises BreaksOffers: as publish_revision.
    :raises NotInFuture: if the hour has passed.
    :raises WrongState, StaleRevision, IsRepealed, NotAPublisher, OwnEdit: as publish_revision.
    """
    if publish_at <= at:
        raise NotInFuture(publish_at)
    revision = lock_revision(
        revision_id=revision_id, states={RevisionState.IN_REVIEW}, version=version
    )
    revision.small_office = needs_small_office(revision, publisher, at=at)
    _require_lowered(find_breaks(revision, on=local_day(publish_at)), lowered or {})
    revision.state = RevisionState.SCHEDULED
    revision.publish_at, revision.scheduled_by = publish_at, publisher
    revision.version += 1
    revision.save(update_fields=["state", "publish_at", "scheduled_by", "small_office", "version"])
    notices.tell_scheduled(revision, by=publisher, at=at)
    return revision


@transaction.atomic(durable=True)
def unschedule_revision(
    *, revision_id: int, publisher: User, at: datetime, version: int | None
) -> Revision:
    """
    Take the hour back; the revision waits for a publisher again.

    :raises WrongState, StaleRevision, IsRepealed, NotAPublisher: as publish_revision.
    """
    require_publisher(publisher, at=at)
    revision = lock_revision(
        revision_id=revision_id, states={RevisionState.SCHEDULED}, version=version
    )
    revision.state = RevisionState.IN_REVIEW
    revision.publish_at = revision.scheduled_by = None
    revision.small_office = False
    revision.version += 1
    revision.save(update_fields=["state", "publish_at", "scheduled_by", "small_office", "version"])
    return revision


def publish_due(*, at: datetime) -> int:
    """Publish what was agreed on for now or before; return how many that were."""
    due = Revision.objects.filter(state=RevisionState.SCHEDULED, publish_at__lte=at)
    ids = list(due.order_by("publish_at", "pk").values_list("pk", flat=True))
    published = 0
    for one in ids:
        try:
            published += _publish_one_due(revision_id=one, at=at)
        except DatabaseError:
            # One that cannot go out must not keep the others back, now and at every run.
            logger.exception("procedures.not-published-on-time revision=%d", one)
    return published


@transaction.atomic(durable=True)
def _publish_one_due(*, revision_id: int, at: datetime) -> bool:
    """Publish one if it is still to be published when its turn comes: others sweep as well."""
    try:
        revision = lock_revision(
            revision_id=revision_id, states={RevisionState.SCHEDULED}, version=None
        )
    except (WrongState, IsRepealed):
        return False
    if revision.publish_at is None or revision.publish_at > at:
        return False
    # Whoever agreed to the hour is who publishes; a role that ended since changes nothing.
    breaks = find_breaks(revision, on=local_day(at))
    _publish(
        revision, publisher=revision.scheduled_by, at=at, breaks=breaks, lowered=_derived(breaks)
    )
    logger.info("procedures.published-on-time revision=%d", revision_id)
    return True


def _require_lowered(breaks: list[Break], lowered: Mapping[int, int]) -> dict[int, int]:
    """:raises BreaksOffers: if one is lowered to nothing that holds."""
    if any(lowered.get(one.offer.pk, 0) not in one.choices for one in breaks):
        raise BreaksOffers(breaks)
    return {one.offer.pk: lowered[one.offer.pk] for one in breaks}


def _derived(breaks: list[Break]) -> dict[int, int]:
    return {one.offer.pk: one.after for one in breaks}


@requires_transaction
def _publish(
    revision: Revision,
    *,
    publisher: User | None,
    at: datetime,
    breaks: list[Break],
    lowered: Mapping[int, int],
) -> Procedure:
    """Make a locked revision the current one of its locked procedure, and lower what it breaks."""
    procedure = revision.procedure
    lower_offers(breaks, lowered=lowered, revision=revision, publisher=publisher, at=at)
    Revision.objects.filter(procedure=procedure, state=RevisionState.PUBLISHED).update(
        state=RevisionState.SUPERSEDED
    )
    revision.state = RevisionState.PUBLISHED
    revision.published_at = at
    revision.published_by = publisher
    revision.publish_at = revision.scheduled_by = None
    revision.version += 1
    revision.save(
        update_fields=[
            "state", "published_at", "published_by", "publish_at", "scheduled_by", "small_office",
            "version",
        ]
    )  # fmt: skip
    publish_form(revision, at=at)
    procedure.current_revision = revision
    procedure.state = ProcedureState.PUBLISHED
    procedure.is_withheld = False
    procedure.name = revision.name
    procedure.search_text = search_words(revision)
    procedure.content_level, procedure.paid_level = measure_content(revision)
    procedure.save(
        update_fields=[
            "current_revision", "state", "is_withheld", "name", "search_text", "content_level",
            "paid_level",
        ]
    )  # fmt: skip
    index_procedures([procedure.pk])
    notices.tell_published(revision, by=publisher, at=at)
    if breaks:
        notices.tell_lowered(revision, lowered=_lowered_words(breaks, lowered), at=at)
    edition.renew_on_commit()
    return procedure


def _lowered_words(breaks: list[Break], lowered: Mapping[int, int]) -> list[str]:
    return [
        _("%(whom)s: từ mức độ %(before)d xuống mức độ %(after)d")
        % {
            "whom": offer_target(one.offer),
            "before": one.offer.declared_level,
            "after": lowered[one.offer.pk],
        }
        for one in breaks
    ]


def search_words(revision: Revision) -> str:
    """Return the words under which people look for a procedure, one plain phrase a line."""
    return search_lines(
        [
            revision.name,
            revision.everyday_name,
            *revision.keywords,
            revision.procedure.field.name,
            revision.procedure.code,
        ]
    )


def measure_content(revision: Revision) -> tuple[int, int]:
    """Return the levels that the stored content of a revision carries, unpaid and paid online."""
    return content_levels(load_parts(revision))
