"""The outbox: one row for each thing that somebody is told through one medium."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from portal.core.db import requires_transaction
from portal.notices.enums import Failure, Medium, NoticeStatus


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file that goes with a notice: its storage key, the name shown, its type."""

    key: str
    name: str
    mime: str

    def to_json(self) -> dict[str, str]:
        return asdict(self)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unsent(self) -> Self:
        """Keep what is neither sent nor given up."""
        return self.filter(sent_at=None, failed_at=None)

    def due(self, *, at: datetime) -> Self:
        """Keep what should be tried now: its time has come and no worker holds it."""
        free = Q(leased_until=None) | Q(leased_until__lte=at)
        return self.unsent().filter(free, due_at__lte=at)

    def overdue(self, *, at: datetime, by: timedelta) -> Self:
        """Keep what should have left longer than `by` ago: a sign of trouble."""
        return self.unsent().filter(created_at__lte=at - by, due_at__lte=at)

    def failed(self) -> Self:
        """Keep what was given up and waits for a person."""
        return self.filter(failed_at__isnull=False)

    def for_recipient(self, user_id: int, *, context: str = "") -> Self:
        """
        Keep what stands in a person's inbox on the portal, newest first.

        What they are told as somebody's representative stands apart, under that `context`.
        """
        return self.filter(recipient_id=user_id, medium=Medium.IN_APP, context=context).order_by(
            "-created_at", "-pk"
        )

    def for_subject(self, subject_key: str) -> Self:
        """Keep what was said about one thing through any medium, newest first."""
        return self.filter(subject_key=subject_key).order_by("-created_at", "-pk")

    def unread(self) -> Self:
        return self.filter(medium=Medium.IN_APP, read_at=None)

    def mark_read(self, *, at: datetime) -> int:
        """Note that the person has seen these; what was read before keeps its first time."""
        return self.unread().update(read_at=at)

    def claim(self, notice_id: int, *, at: datetime, lease: timedelta) -> bool:
        """
        Take one notice for `lease`; return False when it is not due or another worker has it.

        One conditional UPDATE is the whole lock; it opens again by itself if this worker dies.
        """
        claimed = (
            self.due(at=at)
            .filter(pk=notice_id)
            .update(
                leased_until=at + lease,
                attempts=F("attempts") + 1,
                first_tried_at=Coalesce("first_tried_at", at),
            )
        )
        return bool(claimed)

    @requires_transaction
    def claim_batch(self, *, at: datetime, lease: timedelta, size: int) -> list[Notice]:
        """
        Take up to `size` due notices for `lease`; no two workers are given the same one.

        What expires goes first, so that a one-time code never waits behind a thousand letters.
        """
        claimed = list(
            self.due(at=at)
            .order_by(F("expires_at").asc(nulls_last=True), "due_at", "pk")
            .select_for_update(of=("self",), skip_locked=True)[:size]
        )
        for notice in claimed:
            notice.leased_until = at + lease
            notice.attempts += 1
            notice.first_tried_at = notice.first_tried_at or at
        self.filter(pk__in=[notice.pk for notice in claimed]).update(
            leased_until=at + lease,
            attempts=F("attempts") + 1,
            first_tried_at=Coalesce("first_tried_at", at),
        )
        return claimed

    def release(self, notice_ids: list[int]) -> int:
        """Give back what was claimed and not tried."""
        return (
            self.unsent()
            .filter(pk__in=notice_ids)
            .update(leased_until=None, attempts=F("attempts") - 1)
        )


class Notice(models.Model):
    """Words for one person through one medium, rendered when the fact was written."""

    medium = models.CharField(_("kênh thông báo"), max_length=8, choices=Medium.choices)
    kind = models.SlugField(_("loại"), max_length=60, db_index=False)
    # The address as it was when the notice was queued; never written to a log.
    to = models.CharField(_("nơi nhận"), max_length=254, blank=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("người nhận"),
    )
    # For whom the recipient acts, as "mandate:<id>"; "" for themselves.
    context = models.CharField(max_length=40, blank=True, default="", db_default="")
    # What it is about, as "dossier:<code>": this app knows no dossier.
    subject_key = models.CharField(_("đối tượng"), max_length=120, blank=True)
    subject = models.CharField(_("tiêu đề"), max_length=200, blank=True)
    body = models.TextField(_("nội dung"), blank=True)
    attachments = models.JSONField(_("tệp đính kèm"), default=list, blank=True)
    # A one-time code is in the body: it is wiped once sent or given up.
    is_secret = models.BooleanField(_("có mã bí mật"), default=False)

    dedupe_key = models.CharField(max_length=200, unique=True)
    # What the provider knows the message by. It stays the same on every try, so that an answer
    # that got lost does not become a second message.
    message_id = models.UUIDField(default=uuid4, unique=True, editable=False)

    created_at = models.DateTimeField(_("lúc tạo"))
    due_at = models.DateTimeField(_("gửi từ lúc"))
    expires_at = models.DateTimeField(_("hết hiệu lực lúc"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(_("số lần thử"), default=0)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("lúc gửi"), null=True, blank=True)
    provider_id = models.CharField(_("mã của nhà cung cấp"), max_length=120, blank=True)
    failed_at = models.DateTimeField(_("lúc thôi gửi"), null=True, blank=True)
    # A code such as "http 500", never the provider's words: they may quote the address.
    last_error = models.CharField(_("lỗi gần nhất"), max_length=80, blank=True)
    read_at = models.DateTimeField(_("lúc đọc"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        constraints = [
            models.CheckConstraint(
                condition=Q(medium__in=Medium.values), name="notice_medium_known"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(failed_at=None), name="notice_sent_or_failed"
            ),
            models.CheckConstraint(
                condition=Q(failed_at=None) | ~Q(last_error=""), name="notice_failure_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(medium=Medium.IN_APP)
                | Q(recipient__isnull=False, sent_at__isnull=False),
                name="notice_in_app_is_delivered_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(medium=Medium.IN_APP) | ~Q(to=""), name="notice_has_address"
            ),
            models.CheckConstraint(
                condition=Q(read_at=None) | Q(medium=Medium.IN_APP),
                name="notice_only_in_app_is_read",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gte=F("created_at")),
                name="notice_expires_after_creation",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="notice_unsent",
                condition=Q(sent_at=None, failed_at=None),
            ),
            models.Index(
                fields=["-failed_at"],
                name="notice_failed",
                condition=Q(failed_at__isnull=False),
            ),
            models.Index(
                fields=["recipient", "-created_at"],
                name="notice_inbox",
                condition=Q(medium=Medium.IN_APP),
            ),
            models.Index(fields=["subject_key", "-created_at"], name="notice_subject"),
        ]

    def __str__(self) -> str:
        # No address and no text: this string ends up in logs and error reports.
        return f"{self.pk} {self.kind} {self.medium}"

    @property
    def status(self) -> NoticeStatus:
        if self.sent_at is not None:
            return NoticeStatus.SENT
        return NoticeStatus.WAITING if self.failed_at is None else NoticeStatus.FAILED

    @property
    def error_label(self) -> str:
        """Return the latest error for people; a technical code says what to ask the operator."""
        known = self.last_error in Failure.values
        return str(Failure(self.last_error).label) if known else self.last_error

    @property
    def files(self) -> list[Attachment]:
        return [Attachment(**entry) for entry in self.attachments]
