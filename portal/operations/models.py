"""What the portal as a whole keeps: daily digests, requests about personal data, erasures."""

from datetime import datetime
from typing import Self
from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from portal.operations.enums import OPEN_REQUESTS, RequestKind, RequestState


class AuditDigest(models.Model):
    """
    The seal of one table's rows of one day, bound to the seal made before it.

    Which rows are meant is said by their ids, greater than `after` up to `upto`: a row that bears
    an earlier moment but was written later belongs to the next seal.
    """

    sequence = models.PositiveIntegerField(unique=True)
    day = models.DateField()
    table = models.CharField(max_length=64)
    # The columns that were there then, in order: a later one does not change what is sealed.
    columns = ArrayField(models.CharField(max_length=64))
    after = models.BigIntegerField()
    upto = models.BigIntegerField()
    count = models.PositiveIntegerField()
    first_id = models.BigIntegerField(null=True, blank=True)
    last_id = models.BigIntegerField(null=True, blank=True)
    # For each row its id and the head of its hash, so that the one that changed has a name.
    leaves = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("niêm phong nhật ký")
        ordering = ("sequence",)
        constraints = [
            models.UniqueConstraint(fields=["day", "table"], name="audit_digest_once_per_day"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="digests_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.table}"


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_REQUESTS)

    def overdue(self, *, at: datetime) -> Self:
        """Narrow to what was not answered, or not carried out, in time."""
        return self.filter(
            Q(state=RequestState.RECEIVED, answer_due_at__lt=at)
            | Q(state__in=OPEN_REQUESTS, due_at__lt=at)
        )

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


class DataRequest(models.Model):
    """What a person asks about their own data, with the dates that the law gives."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="data_requests"
    )
    kind = models.CharField(max_length=12, choices=RequestKind)
    details = models.TextField(_("nội dung"), blank=True)
    state = models.CharField(max_length=12, choices=RequestState, default=RequestState.RECEIVED)
    received_at = models.DateTimeField()
    answer_due_at = models.DateTimeField(_("phải trả lời trước"))
    due_at = models.DateTimeField(_("phải thực hiện trước"))
    # Put off once, with the reason: what `due_at` was before.
    due_before = models.DateTimeField(null=True, blank=True)
    extension_reason = models.CharField(max_length=500, blank=True)
    # Who took it on (of an erasure: who proposed it), and what they said.
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("trả lời"), blank=True)
    # Of a refusal: on what legal ground.
    ground = models.CharField(_("căn cứ"), max_length=300, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("yêu cầu về dữ liệu cá nhân")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(state__in=OPEN_REQUESTS),
                name="data_request_one_open_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_REQUESTS, closed_at__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False, answered_at__isnull=False),
                name="data_request_closed_with_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.REFUSED) | (~Q(ground="") & ~Q(answer="")),
                name="data_request_refused_with_ground",
            ),
            models.CheckConstraint(
                condition=Q(due_before__isnull=True) | ~Q(extension_reason=""),
                name="data_request_extended_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RequestKind.ERASE, state=RequestState.DONE)
                | ~Q(closed_by=F("answered_by")),
                name="data_request_erasure_by_two_people",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="data_request_open", condition=Q(state__in=OPEN_REQUESTS)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.state}"

    @property
    def next_due_at(self) -> datetime:
        """By when somebody must act: the answer first, then the work itself."""
        if self.state == RequestState.RECEIVED:
            return min(self.answer_due_at, self.due_at)
        return self.due_at


class DataExport(models.Model):
    """A copy of all that is kept about a person, made by a worker; its file lives for a day."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="data_exports"
    )
    requested_at = models.DateTimeField()
    # When a worker may take it (again).
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    storage_key = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    downloaded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bản sao dữ liệu cá nhân")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ready_at__isnull=True),
                name="data_export_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(ready_at__isnull=True, storage_key="")
                | Q(ready_at__isnull=False, expires_at__isnull=False),
                name="data_export_ready_expires",
            ),
        ]
        indexes = [models.Index(fields=["user", "-requested_at"], name="data_export_of_user")]

    def __str__(self) -> str:
        return str(self.pk)

    def is_live(self, *, at: datetime) -> bool:
        """Tell whether its file can be fetched now."""
        return bool(self.storage_key and self.expires_at and at < self.expires_at)


class Erasure(models.Model):
    """
    One person whose data was erased, by account id and random handle: nothing that names them.

    Nobody changes or removes a row; a copy lies outside the database, so that what a restore brings
    back is erased again.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    subject_id = models.BigIntegerField()
    subject_handle = models.CharField(max_length=64, unique=True)
    request_id = models.BigIntegerField(null=True, blank=True)
    proposed_by_id = models.BigIntegerField(null=True, blank=True)
    approved_by_id = models.BigIntegerField(null=True, blank=True)
    executed_at = models.DateTimeField()
    # How many rows and files were erased, by name of the table; how many dossiers stay restricted.
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("xóa dữ liệu cá nhân")
        constraints = [
            models.CheckConstraint(
                condition=Q(proposed_by_id__isnull=True)
                | Q(approved_by_id__isnull=True)
                | ~Q(proposed_by_id=F("approved_by_id")),
                name="erasure_by_two_people",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="erasures_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.executed_at:%Y-%m-%d}"


class DoomedObject(models.Model):
    """A stored object whose row is gone: removed from the store after commit, or by the sweep."""

    key = models.CharField(max_length=200, unique=True)
    doomed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tệp chờ xóa")

    def __str__(self) -> str:
        return self.key


class RetentionRule(models.Model):
    """How long closed dossiers of one procedure are kept, from a day on; else the common term."""

    procedure_code = models.CharField(_("mã thủ tục"), max_length=64)
    months = models.PositiveSmallIntegerField(_("số tháng"))
    valid_from = models.DateField(_("áp dụng từ"))
    source = models.CharField(_("căn cứ"), max_length=300)

    class Meta:
        verbose_name = _("thời hạn lưu hồ sơ")
        constraints = [
            models.UniqueConstraint(
                fields=["procedure_code", "valid_from"], name="retention_rule_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_code} {self.months}"


class Disposal(models.Model):
    """The minutes of one disposal: which dossiers, on what ground, by which two people."""

    codes = ArrayField(models.CharField(max_length=64))
    ground = models.TextField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    # Nobody approved it: the dossiers stand on the list again.
    dropped_at = models.DateTimeField(null=True, blank=True)
    # {"dossiers", "files"}: what was erased in the end.
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("biên bản tiêu hủy hồ sơ")
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="disposal_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False, dropped_at__isnull=True),
                name="disposal_approved_whole",
            ),
            models.UniqueConstraint(
                Value(1),
                condition=Q(approved_at__isnull=True, dropped_at__isnull=True),
                name="disposal_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.proposed_at:%Y-%m-%d}"
