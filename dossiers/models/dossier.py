"""The dossier and the people on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import Mandate, Organisation, StaffRole, Unit, User
from dossiers import lifecycle
from dossiers.enums import DossierState, FilingOrigin, PartyRole
from portal.core import crypto
from portal.core.dates import local_day
from portal.core.text import fold
from procedures.enums import FilingChannel, ResultDelivery
from procedures.models import FormVersion, Procedure, Revision, WorkflowVersion

_WAITING = [DossierState.SUPPLEMENT, DossierState.PAYMENT]


class DossierQuerySet(models.QuerySet["Dossier"]):
    def visible_to(self, user: User, *, at: datetime) -> Self:
        """
        Narrow to what `user` may open at the moment `at`.

        Citizens: what is theirs, or of whom they act for now. Staff: the desk sees what it
        received; leaders and registrars see what their agency decides; officers see what had a
        step in their unit; nobody a dossier of which they are a party. Roles are read now, never
        from the session.
        """
        return self._in_reach(user, at=at, desk=(Role.CLERK, Role.CASHIER))

    def _in_reach(self, user: User, *, at: datetime, desk: tuple[Role, ...]) -> Self:
        if user.is_citizen:
            return self.of_citizen(user)
        reached = self.unrestricted()
        roles = StaffRole.objects.in_force(on=local_day(at)).filter(user=user)
        if user.identity_hash:
            # Nobody works on their own affair, nor reads what the office writes about it.
            number = user.identity_hash
            own = DossierParty.objects.filter(dossier=OuterRef("pk"), identity_hash=number)
            reached = reached.exclude(owner__identity_hash=number).exclude(Exists(own))

        def holds(unit: str, *kinds: Role) -> Exists:
            return Exists(roles.filter(role__in=kinds, unit=OuterRef(unit)))

        return reached.filter(
            Q(holds("receiving_unit", *desk))
            | Q(holds("deciding_unit", Role.LEADER, Role.REGISTRAR))
            | Q(
                pk__in=models.Subquery(
                    self.model._meta.apps.get_model("dossiers", "Step")  # noqa: SLF001 -- Django's own registry
                    .objects.filter(
                        unit__in=roles.filter(role=Role.OFFICER).values("unit"),
                        role=Role.OFFICER,
                    )
                    .values("dossier")
                )
            )
        )

    def of_citizen(self, user: User) -> Self:
        """
        Narrow to a citizen's own, or, while they act for another, to what they may see of that.

        Own: what they filed for themselves, and what somebody filed for them under a mandate. For
        an organisation: all of its dossiers. Under a mandate: what was filed under it, no more.
        """
        acting, shown = user.acting, self.unrestricted()
        if acting is None:
            return shown.filter(owner=user, organisation=None)
        if acting.organisation_id is not None:
            return shown.filter(organisation=acting.organisation_id)
        return shown.filter(mandate=acting.mandate_id)

    def unrestricted(self) -> Self:
        """Leave out what is kept by law alone, after its owner's data was erased."""
        return self.filter(restricted_at=None)

    def readable_by(self, user: User, *, at: datetime) -> Self:
        """Narrow to what `user` reads whole: a cashier of the desk sees name and sum only."""
        return self._in_reach(user, at=at, desk=(Role.CLERK,))

    def locked(self) -> Self:
        """Lock the matched dossiers only, never the rows that they join to."""
        return self.select_for_update(of=("self",), no_key=True)

    def open(self) -> Self:
        return self.filter(state__in=lifecycle.OPEN)


class Dossier(models.Model):
    """
    One dossier, pinned to the catalogue as it was when handed in.

    `state`, `resume_state`, `due_at` and `version` are written by dossiers.transitions only.
    """

    code = models.CharField(_("mã hồ sơ"), max_length=64, unique=True)
    submission_key = models.UUIDField(unique=True, editable=False)
    origin = models.CharField(max_length=16, choices=FilingOrigin, default=FilingOrigin.PORTAL)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="dossiers",
    )
    # Filed for an organisation: the owner is the representative who filed.
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="dossiers"
    )
    # Filed under a mandate by code: the owner is the principal. By paper: whoever filed.
    mandate = models.ForeignKey(
        Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="dossiers"
    )
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="dossiers")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    form_version = models.ForeignKey(
        FormVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    workflow_version = models.ForeignKey(
        WorkflowVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    case_key = models.SlugField(max_length=64)
    case_name = models.CharField(max_length=300)
    # {"level", "mode", "returns", "decision_number", "time": {"amount", "unit", "cut_off"}}
    offer_snapshot = models.JSONField()
    receiving_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    deciding_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=FilingChannel)
    assisted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answers = models.JSONField(default=dict)
    # Sealed JSON {path: value} of the answers that identify people.
    sealed_answers = models.BinaryField(null=True, blank=True, editable=False)
    return_method = models.CharField(max_length=8, choices=ResultDelivery)
    return_address = models.CharField(max_length=300, blank=True)
    # Repeated from the applicant's party row: queues and lists show and search it.
    applicant_name = models.CharField(max_length=120)
    applicant_folded = models.CharField(max_length=120, editable=False)

    state = models.CharField(max_length=16, choices=DossierState)
    resume_state = models.CharField(max_length=16, choices=DossierState, blank=True)
    state_changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField()
    # When the agency must have accepted, refused or asked: 8 working hours after submission.
    answer_due_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(_("hẹn trả"), null=True, blank=True)
    original_due_at = models.DateTimeField(null=True, blank=True)
    # Notes of portal.core.calendars, as JSON: why this date.
    due_notes = models.JSONField(default=list, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Which words about personal data its owner had agreed to when it was handed in.
    consent_version = models.CharField(max_length=16, blank=True, default="", db_default="")
    # Its owner's data was erased; the law keeps the dossier, and from then on nobody finds it:
    # no search, no list, no page, no copy.
    restricted_at = models.DateTimeField(null=True, blank=True)
    # Its term is over: its owner was told and it waits; then what names people was erased.
    disposal_listed_at = models.DateTimeField(null=True, blank=True)
    disposed_at = models.DateTimeField(null=True, blank=True)

    # The absent person for whom a use case acts on this locked row: no column, it goes into the
    # events that the use case appends.
    acting_for: int | None = None

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("hồ sơ")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DossierState.values), name="dossier_state_known"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=_WAITING) & ~Q(resume_state=""))
                | (~Q(state__in=_WAITING) & Q(resume_state="")),
                name="dossier_resume_state_exactly_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=False)
                | Q(state__in=["SUBMITTED", "REFUSED", "WITHDRAWN", "SUPPLEMENT", "PAYMENT"]),
                name="dossier_accepted_before_processing",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(origin=FilingOrigin.PORTAL),
                name="dossier_from_portal_has_owner",
            ),
        ]
        indexes = [
            models.Index(
                fields=["disposal_listed_at"],
                name="dossier_to_dispose",
                condition=Q(disposal_listed_at__isnull=False, disposed_at__isnull=True),
            ),
            models.Index(fields=["owner", "-submitted_at"], name="dossier_of_owner"),
            models.Index(fields=["receiving_unit", "state", "due_at"], name="dossier_queue_desk"),
            models.Index(fields=["deciding_unit", "state", "due_at"], name="dossier_queue_agency"),
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is None:
            self.applicant_folded = fold(self.applicant_name)
        super().save(*args, **kwargs)

    @property
    def lifecycle_state(self) -> DossierState:
        return DossierState(self.state)

    @property
    def lifecycle_resume(self) -> DossierState | None:
        return DossierState(self.resume_state) if self.resume_state else None

    @property
    def is_waiting_for_citizen(self) -> bool:
        return self.state in lifecycle.WAITING_FOR_CITIZEN

    def is_of(self, user: User) -> bool:
        """Tell of a dossier that has been read what `of_citizen` asks of the rows."""
        acting = user.acting
        if acting is None:
            return self.owner_id == user.pk and self.organisation_id is None
        if acting.organisation_id is not None:
            return self.organisation_id == acting.organisation_id
        return self.mandate_id == acting.mandate_id

    def unsealed_answers(self) -> dict[str, Any]:
        """Return the identifying answers in clear; keep them no longer than the request."""
        return json.loads(crypto.unseal(bytes(self.sealed_answers))) if self.sealed_answers else {}

    def seal_answers(self, content: Mapping[str, Any]) -> None:
        self.sealed_answers = (
            crypto.seal(json.dumps(dict(content), ensure_ascii=False)) if content else None
        )


class DossierParty(models.Model):
    """A person on a dossier in one role; a minor or a deceased person needs no phone."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=16, choices=PartyRole)
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120)
    folded_name = models.CharField(max_length=120, editable=False)
    phone = models.CharField(max_length=15, blank=True)
    email = models.EmailField(blank=True)
    identity_sealed = models.BinaryField(null=True, blank=True, editable=False)
    identity_hash = models.CharField(max_length=64, blank=True, editable=False)
    # Of an organisation, which has no identity number.
    tax_code = models.CharField(max_length=13, blank=True, default="", db_default="")
    date_of_birth = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=300, blank=True)
    # To the applicant: "", or a value of Relation.
    relation = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name = _("người trong hồ sơ")
        ordering = ("role", "position", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "role", "position"], name="dossier_party_once"
            ),
        ]
        indexes = [
            models.Index("phone", name="dossier_party_phone", condition=~Q(phone="")),
            models.Index(
                "identity_hash", name="dossier_party_identity", condition=~Q(identity_hash="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.role}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded_name = fold(self.name)
        super().save(*args, **kwargs)

    @property
    def identity_number(self) -> str:
        return crypto.unseal(bytes(self.identity_sealed)) if self.identity_sealed else ""

    def set_identity_number(self, number: str) -> None:
        self.identity_sealed = crypto.seal(number)
        self.identity_hash = crypto.keyed_hash(number)
