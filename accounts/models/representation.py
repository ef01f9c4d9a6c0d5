"""Who may act for whom: organisations with their representatives, and mandates between people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import (
    PROVEN_ORGANISATION,
    MandateKind,
    MandateState,
    OrganisationLevel,
)
from accounts.models.users import User
from portal.core.dates import local_day
from portal.core.identity import format_tax_code
from portal.core.text import fold


class Organisation(models.Model):
    """An enterprise, a cooperative, an association: what a tax code stands for."""

    # Ten digits, or thirteen for a branch, without the dash.
    tax_code = models.CharField(_("mã số thuế"), max_length=13)
    name = models.CharField(_("tên tổ chức"), max_length=120)
    folded_name = models.CharField(max_length=120, editable=False)
    address = models.CharField(_("trụ sở"), max_length=300)
    phone = models.CharField(_("số điện thoại"), max_length=15, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    level = models.CharField(
        max_length=16, choices=OrganisationLevel, default=OrganisationLevel.DECLARED
    )
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tổ chức")
        constraints = [
            # Only a proven tax code belongs to one row; a declared one blocks nobody.
            models.UniqueConstraint(
                fields=["tax_code"],
                condition=Q(level__in=PROVEN_ORGANISATION),
                name="organisation_proven_tax_code_unique",
            ),
            models.CheckConstraint(
                condition=~Q(level=OrganisationLevel.SEEN) | Q(seen_by__isnull=False),
                name="organisation_seen_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["tax_code"], name="organisation_tax_code")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None:
            self.folded_name = fold(self.name)
        super().save(*args, **kwargs)

    @property
    def formatted_tax_code(self) -> str:
        return format_tax_code(self.tax_code)

    @property
    def is_proven(self) -> bool:
        return self.level in PROVEN_ORGANISATION


class Offered(models.Model):
    """
    A right that one person offers to another, who takes it in an account of their own.

    The other is named as people know them, with a phone or an identity number of which only the
    keyed hash is kept: nothing is looked up when it is offered, so nothing can be found out. Whose
    account it is shows when that person reads what is offered to them.
    """

    named = models.CharField(max_length=120)
    named_folded = models.CharField(max_length=120, editable=False)
    contact_hash = models.CharField(max_length=64, blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None:
            self.named_folded = fold(self.named)
        super().save(*args, **kwargs)


class RepresentativeQuerySet(models.QuerySet["Representative"]):
    def in_force(self, *, on: date) -> Self:
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            accepted_at__isnull=False,
            ended_at__isnull=True,
            valid_from__lte=on,
        )

    def offered_to(self, user: User) -> Self:
        """Narrow to invitations that wait for this person."""
        return self.filter(
            contact_hash__in=user.proven_contacts(),
            named_folded=user.folded_name,
            accepted_at=None,
            declined_at=None,
            ended_at=None,
        )


class Representative(Offered):
    """A person who may act for an organisation, for a time."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="representatives"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="represents"
    )
    title = models.CharField(_("chức vụ"), max_length=120, blank=True)
    is_legal = models.BooleanField(_("người đại diện theo pháp luật"), default=False)
    valid_from = models.DateField(_("từ ngày"))
    valid_until = models.DateField(_("đến ngày"), null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("người đại diện")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(ended_at__isnull=True, user__isnull=False),
                name="representative_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(user__isnull=False),
                name="representative_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="representative_days_in_order",
            ),
        ]
        indexes = [models.Index(fields=["contact_hash"], name="representative_contact")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.user_id}"


class MandateQuerySet(models.QuerySet["Mandate"]):
    def in_force(self, *, on: date) -> Self:
        """Narrow to those under which somebody may act; of one used up, to follow its dossier."""
        return self.filter(
            kind=MandateKind.CODE,
            accepted_at__isnull=False,
            revoked_at__isnull=True,
            valid_from__lte=on,
            valid_until__gte=on,
        )

    def offered_to(self, user: User, *, on: date) -> Self:
        """Narrow to mandates that wait for this person to take them."""
        return self.filter(
            contact_hash__in=user.proven_contacts(),
            named_folded=user.folded_name,
            kind=MandateKind.CODE,
            accepted_at=None,
            declined_at=None,
            revoked_at=None,
            valid_until__gte=on,
        ).exclude(principal=user)


class Mandate(Offered):
    """
    One person lets another act for them (ủy quyền), for some procedures and for a time.

    By code: the principal confirmed it with a code to their phone. By paper: a notarised paper,
    kept with the one dossier for which it was shown; the principal need have no account.
    """

    kind = models.CharField(max_length=8, choices=MandateKind)
    principal = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="mandates_given"
    )
    holder = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="mandates_held"
    )
    # Codes of procedures; empty: every procedure.
    procedures = models.JSONField(default=list, blank=True)
    is_single_use = models.BooleanField(_("chỉ dùng cho một hồ sơ"), default=False)
    valid_from = models.DateField(_("từ ngày"))
    valid_until = models.DateField(_("đến ngày"))
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # Of a paper: the clerk who looked at it.
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("ủy quyền")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=MandateKind.CODE) | Q(principal__isnull=False),
                name="mandate_by_code_has_principal",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(holder__isnull=False),
                name="mandate_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(principal__isnull=True)
                | Q(holder__isnull=True)
                | ~Q(principal=F("holder")),
                name="mandate_to_another_person",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="mandate_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["contact_hash"], name="mandate_contact")]

    def __str__(self) -> str:
        return f"{self.kind} {self.principal_id} {self.holder_id}"

    def covers(self, procedure_code: str) -> bool:
        """Tell whether its scope names a procedure."""
        return not self.procedures or procedure_code in self.procedures

    def is_in_force(self, *, at: datetime) -> bool:
        """Tell what `in_force` asks of a row, of one that has been read (and locked) already."""
        return self.state(at=at) in {MandateState.ACTIVE, MandateState.USED}

    def state(self, *, at: datetime) -> MandateState:
        """Return where it stands; nothing is stored that a date could contradict."""
        today = local_day(at)
        if self.revoked_at is not None:
            return MandateState.REVOKED
        if self.declined_at is not None:
            return MandateState.DECLINED
        if today > self.valid_until:
            return MandateState.ENDED
        if self.accepted_at is None:
            return MandateState.OFFERED
        if today < self.valid_from:
            return MandateState.UPCOMING
        return MandateState.USED if self.is_single_use and self.used_at else MandateState.ACTIVE
