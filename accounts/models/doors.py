"""Where somebody is signed in, and accounts of one person that staff bring together."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import MergeState, SeenPaper
from accounts.models.units import Unit
from accounts.models.users import User


class UserSession(models.Model):
    """One sign-in of one browser; the session itself, and when it was last used, is Django's."""

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    # "Chrome trên Android": enough to know one's own telephone, too little to follow anybody.
    device = models.CharField(max_length=60)
    signed_in_at = models.DateTimeField()

    class Meta:
        verbose_name = _("thiết bị đang đăng nhập")
        indexes = [models.Index(fields=["user", "-signed_in_at"], name="user_session_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"


class AccountMergeQuerySet(models.QuerySet["AccountMerge"]):
    def waiting(self) -> Self:
        return self.filter(state=MergeState.PROPOSED)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


class AccountMerge(models.Model):
    """Two accounts of one person whose paper a clerk saw; a second member of staff confirms."""

    duplicate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="merge_proposals")
    survivor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The agency whose clerk saw the paper, and whose administrator or leader confirms.
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    paper = models.CharField(_("giấy tờ đã đối chiếu"), max_length=12, choices=SeenPaper)
    state = models.CharField(max_length=10, choices=MergeState, default=MergeState.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = AccountMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("đề nghị gộp tài khoản")
        constraints = [
            models.CheckConstraint(
                condition=~Q(duplicate=F("survivor")), name="account_merge_of_two"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="account_merge_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=MergeState.PROPOSED, decided_by__isnull=True, decided_at__isnull=True
                )
                | Q(
                    state__in=[MergeState.DONE, MergeState.DECLINED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="account_merge_decided_with_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["duplicate"],
                condition=Q(state=MergeState.PROPOSED),
                name="account_merge_one_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} → {self.survivor_id} {self.state}"
