"""Queue what a person is told, in the same transaction as the fact that it reports."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat

from portal.core.db import requires_transaction
from portal.core.text import sms_parts, sms_text
from portal.core.wakeups import wake
from portal.notices.enums import Failure, Medium
from portal.notices.models import Attachment, Notice

logger = logging.getLogger(__name__)

WAKE_RELAY: Final = "portal.notices.tasks.wake_relay"

# A counter message that takes more than three joined parts is refused by some networks.
SMS_PARTS_LIMIT: Final = 3

# As many rows in one transaction.
BATCH: Final = 1_000

# What stands in a row of which the words and the address were taken away.
REDACTED: Final = "redacted:"
NO_ADDRESS: Final = "-"


class NoticeNotFailed(Exception):
    """The notice is sent, still being tried, or held a code that has been wiped."""


@requires_transaction
def queue_notice(
    *,
    kind: str,
    medium: Medium | str,
    to: str,
    recipient: AbstractBaseUser | None,
    subject_key: str,
    subject: str,
    body: str,
    dedupe_key: str,
    at: datetime,
    attachments: Sequence[Attachment] = (),
    expires_at: datetime | None = None,
    secret: bool = False,
    context: str = "",
) -> None:
    """
    Store a rendered notice with the fact, and wake the relay once both are committed.

    The same `dedupe_key` a second time changes nothing, also when two requests do it at once. A
    text message is unaccented here, so that the row holds the words the phone will show. A notice
    in the person's inbox is delivered by being stored. After `expires_at` it is not sent any more;
    `secret` wipes the body once it is sent or given up; `context` names for whom the recipient
    acts. A person without such an address, or
    without an inbox, is not told through that medium: no row is written.
    """
    medium = Medium(medium)
    if recipient is None if medium == Medium.IN_APP else not to:
        return
    if medium == Medium.SMS:
        body = sms_text(body)
        if sms_parts(body) > SMS_PARTS_LIMIT:
            logger.warning("notices.sms-too-long kind=%s parts=%d", kind, sms_parts(body))
    # ON CONFLICT DO NOTHING rather than get_or_create: it needs no savepoint, cannot spoil the
    # caller's transaction, and leaves the decision to the unique index.
    Notice.objects.bulk_create(
        [
            Notice(
                kind=kind,
                medium=medium,
                to=to,
                recipient_id=None if recipient is None else recipient.pk,
                subject_key=subject_key,
                context=context,
                subject=" ".join(subject.split())[:200],
                body=body,
                attachments=[attachment.to_json() for attachment in attachments],
                dedupe_key=dedupe_key,
                created_at=at,
                due_at=at,
                expires_at=expires_at,
                is_secret=secret,
                sent_at=at if medium == Medium.IN_APP else None,
            )
        ],
        ignore_conflicts=True,
    )
    if medium != Medium.IN_APP:
        wake(WAKE_RELAY)


@requires_transaction
def requeue_failed(*, notice_id: int, at: datetime) -> None:
    """
    Try a notice that was given up again, as the same message.

    :raises NoticeNotFailed: if it is not on the list of failed ones, or its body is wiped.
    """
    requeued = (
        Notice.objects.failed()
        .filter(pk=notice_id, is_secret=False)
        .exclude(body="")
        .update(failed_at=None, due_at=at, first_tried_at=None, leased_until=None, attempts=0)
    )
    if not requeued:
        raise NoticeNotFailed(notice_id)
    wake(WAKE_RELAY)


@requires_transaction
def redact(notices: QuerySet[Notice], *, at: datetime) -> int:
    """
    Overwrite words and addresses of notices; that one was sent, when and what kind, stays.

    One that was not sent yet is given up. Return how many that were.
    """
    notices.filter(sent_at=None, failed_at=None).update(
        failed_at=at, last_error=Failure.EXPIRED, leased_until=None
    )
    gone = notices.exclude(dedupe_key__startswith=REDACTED)
    away = gone.exclude(medium=Medium.IN_APP).update(to=NO_ADDRESS)
    return max(
        away,
        gone.update(
            subject="",
            body="",
            attachments=[],
            provider_id="",
            # It may hold the address: a fact is told once to each.
            dedupe_key=Concat(Value(REDACTED), Cast("pk", CharField())),
        ),
    )


def worded(*, before: datetime) -> QuerySet[Notice]:
    """Narrow to notices from before a moment that still hold their words."""
    return Notice.objects.filter(created_at__lt=before).exclude(body="", attachments=[])


@requires_transaction
def wipe_words(*, before: datetime, at: datetime) -> int:
    """
    Take the words of old notices; their title, when and to whom they were sent stay.

    The key stays too, so that what was told once is not told again. What was never sent is given
    up. Return how many of a batch that were.
    """
    batch = list(worded(before=before).order_by("pk").values_list("pk", flat=True)[:BATCH])
    chosen = Notice.objects.filter(pk__in=batch)
    chosen.unsent().update(failed_at=at, last_error=Failure.EXPIRED, leased_until=None)
    return chosen.update(body="", attachments=[])


@requires_transaction
def remove_old(*, before: datetime) -> int:
    """Delete the rows of very old notices; return how many of a batch that were."""
    batch = list(
        Notice.objects.filter(created_at__lt=before)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    )
    return Notice.objects.filter(pk__in=batch).delete()[0]


@transaction.atomic(durable=True)
def settle_history(*, before: datetime, subject_key: str = "") -> int:
    """
    Note what was queued for a moment before `before` as sent at that moment, and send nothing.

    For history that is loaded rather than lived: people must not be told today what the rows say
    happened weeks ago. `subject_key` narrows it to one matter. Return how many notices that were.
    """
    history = Notice.objects.unsent().filter(created_at__lt=before)
    if subject_key:
        history = history.filter(subject_key=subject_key)
    return history.update(sent_at=F("created_at"), leased_until=None)
