"""A dossier before it is handed in: autosaved, resumable on another device."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Mandate, Organisation, Unit, User, mandate_key, organisation_key
from dossiers.enums import Relation
from dossiers.models.files import StoredFile
from portal.core import crypto
from procedures.enums import ResultDelivery
from procedures.models import Procedure, Revision


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: User) -> Self:
        """Narrow to the drafts of `user` for whom they act now; a draft has no other reader."""
        acting = user.acting
        return self.filter(
            owner=user,
            organisation=acting.organisation_id if acting else None,
            mandate=acting.mandate_id if acting else None,
        )

    def open(self) -> Self:
        """Narrow to drafts that have not become a dossier."""
        return self.filter(submitted_at__isnull=True)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


class Draft(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts"
    )
    # For whom it is filed, where that is not its owner: at most one of the two.
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    mandate = models.ForeignKey(
        Mandate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    # The agency that decides, chosen in the first step; the offer is resolved from it.
    agency = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    case_key = models.SlugField(max_length=64, blank=True)
    relation = models.CharField(max_length=16, choices=Relation, default=Relation.SELF)
    # {"name", "phone", "email", "address", "date_of_birth"} of the applicant, no identity number.
    applicant = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    # Sealed JSON {"applicant_identity": …, "answers": {path: …}}: what must not lie in clear.
    sealed = models.BinaryField(null=True, blank=True, editable=False)
    return_method = models.CharField(max_length=8, choices=ResultDelivery, blank=True)
    return_address = models.CharField(max_length=300, blank=True)
    # Quantities asked by fee rules: {fee key: number}; exemption claimed: {fee key: exemption key}.
    fee_quantities = models.JSONField(default=dict, blank=True)
    fee_exemptions = models.JSONField(default=dict, blank=True)
    # The furthest step reached, and the steps whose answers were checked as complete.
    step = models.CharField(max_length=16, blank=True)
    done_steps = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=0)
    # {step: {"version", "page", "at"}}: which page last saved a step, to notice two open tabs.
    saves = models.JSONField(default=dict, blank=True)
    # Made with the draft: a double submit of one draft is one dossier.
    submission_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    # When its owner was last told that it will be removed; a later save takes that back.
    removal_told_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("hồ sơ nháp")
        indexes = [
            models.Index(fields=["owner", "-updated_at"], name="draft_of_owner"),
            models.Index(
                fields=["updated_at"], name="draft_left_alone", condition=Q(submitted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def acting_key(self) -> str:
        """Return the context in which its owner works on it, "" for themselves."""
        if self.organisation_id is not None:
            return organisation_key(self.organisation_id)
        return mandate_key(self.mandate_id) if self.mandate_id is not None else ""

    def unsealed(self) -> dict[str, Any]:
        """Return the identity fields in clear; keep the answer no longer than the request."""
        return json.loads(crypto.unseal(bytes(self.sealed))) if self.sealed else {}

    def seal(self, content: Mapping[str, Any]) -> None:
        self.sealed = crypto.seal(json.dumps(dict(content), ensure_ascii=False))


class DraftPaper(models.Model):
    """One file in one paper slot of a draft."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="papers")
    paper_key = models.SlugField(max_length=64)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("giấy tờ của hồ sơ nháp")
        ordering = ("paper_key", "position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["draft", "file"], name="draft_paper_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.paper_key}"
