"""Fields, procedures and their revisions: what stays and what each publishing decision changes."""

from __future__ import annotations

from typing import Any, Final, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, JSONField, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.enums import IdentityLevel, Tier
from portal.core.history import tracked
from portal.core.text import fold, sort_key
from procedures.enums import WORKING, FeeMoment, ProcedureState, RevisionState
from procedures.models.guards import published_stays
from procedures.models.renewal import UPDATE_SHOWN, renews_search


@tracked(without=("sort_key",))
class Field(models.Model):
    """A field of administration (lĩnh vực), such as civil status."""

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(_("tên lĩnh vực"), max_length=200)
    sort_key = models.CharField(max_length=800, editable=False)

    class Meta:
        verbose_name = _("lĩnh vực")
        ordering = ("sort_key",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name)[:800]
        super().save(*args, **kwargs)


class NoSuchProcedure(Exception):
    """No procedure that was asked for has this code."""


# What `findable` says, for statements that are written by hand; the table is called p there.
FINDABLE: Final = "(p.state <> 'REPEALED' AND NOT p.is_withheld)"


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def published(self) -> Self:
        return self.filter(state=ProcedureState.PUBLISHED)

    def known(self) -> Self:
        """Narrow to what the public may hear of: in force or repealed, not still being entered."""
        return self.filter(is_withheld=False)

    def findable(self) -> Self:
        """Narrow to what the public may find: published, and listed without detail."""
        return self.known().exclude(state=ProcedureState.REPEALED)

    def with_code(self, code: str) -> Procedure:
        """:raises NoSuchProcedure: if none of these has this code."""
        try:
            return self.get(code=code)
        except Procedure.DoesNotExist as missing:
            raise NoSuchProcedure(code) from missing

    def locked(self) -> Self:
        """Lock what is read until the transaction ends; others may go on referring to it."""
        return self.select_for_update(of=("self",), no_key=True)


@tracked(without=("sort_key", "search_text", "folded_name"))
class Procedure(models.Model):
    """One administrative procedure, known by its national code whatever its texts become."""

    code = models.CharField(_("mã thủ tục"), max_length=32, unique=True)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="procedures")
    tiers = ArrayField(models.CharField(max_length=16, choices=Tier), verbose_name=_("cấp"))
    state = models.CharField(max_length=16, choices=ProcedureState, default=ProcedureState.LISTED)
    # Entered by hand, and shown to nobody but editors until its first publication, or until the
    # national record has it too.
    is_withheld = models.BooleanField(default=False, db_default=False)
    # The published revision; its name and words are repeated here for search and lists.
    current_revision = models.ForeignKey(
        "procedures.Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("tên thủ tục"), max_length=1500)
    sort_key = models.TextField(editable=False)
    # Folded words of name, everyday name, keywords and field: what the search box looks through.
    search_text = models.TextField(editable=False, default="")
    folded_name = models.TextField(editable=False, default="")
    repealed_at = models.DateTimeField(null=True, blank=True)
    repealed_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    repeal_decision = models.CharField(
        _("quyết định bãi bỏ"), max_length=200, blank=True, default="", db_default=""
    )
    repeal_date = models.DateField(_("ngày quyết định bãi bỏ"), null=True, blank=True)
    # The offers that the repeal ended, for taking it back: [{"offer": 5, "until": null}].
    repeal_ended = models.JSONField(default=list, db_default=Value([], JSONField()), blank=True)
    # What people do instead, where the decision names it.
    replaced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )
    # How far the published content carries (procedures.levels.content_level); 0 while only listed.
    content_level = models.PositiveSmallIntegerField(editable=False, default=0, db_default=0)
    # The same for an agency that can be paid online.
    paid_level = models.PositiveSmallIntegerField(editable=False, default=0, db_default=0)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = _("thủ tục hành chính")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ProcedureState.PUBLISHED) | Q(current_revision__isnull=False),
                name="procedure_published_has_revision",
            ),
            models.CheckConstraint(
                condition=Q(is_withheld=False)
                | Q(state=ProcedureState.LISTED, current_revision__isnull=True),
                name="procedure_withheld_was_never_shown",
            ),
        ]
        indexes = [
            GinIndex(
                fields=["search_text"],
                opclasses=["gin_trgm_ops"],
                name="procedure_search_trigram",
            ),
        ]
        triggers = [
            renews_search(on=UPDATE_SHOWN),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name)
        self.folded_name = fold(self.name)
        fields = kwargs.get("update_fields")
        if fields is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "sort_key", "folded_name"}
        super().save(*args, **kwargs)


class RevisionQuerySet(models.QuerySet["Revision"]):
    def worked_on(self) -> Self:
        """Narrow to what people work on, whatever its state; what an import left is not theirs."""
        return self.filter(state__in=WORKING, edited_by__isnull=False)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


@tracked()
class Revision(models.Model):
    """The whole content of a procedure under one publishing decision; immutable once published."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("lần sửa đổi"))
    state = models.CharField(max_length=16, choices=RevisionState, default=RevisionState.DRAFT)
    name = models.CharField(_("tên chính thức"), max_length=1500)
    everyday_name = models.CharField(_("tên thường gọi"), max_length=200, blank=True)
    summary = models.TextField(_("thủ tục này để làm gì"), blank=True)
    keywords = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    subjects = ArrayField(
        models.CharField(max_length=200), verbose_name=_("đối tượng"), default=list, blank=True
    )
    # [{"title": …, "text": …}]
    order_of_steps = models.JSONField(_("trình tự thực hiện"), default=list, blank=True)
    filing_places = models.TextField(_("nơi nộp và cách nộp"), blank=True)
    agency_text = models.TextField(_("cơ quan thực hiện"), blank=True)
    results = ArrayField(
        models.CharField(max_length=2000), verbose_name=_("kết quả"), default=list, blank=True
    )
    requirements = models.TextField(_("yêu cầu, điều kiện"), blank=True)
    # What stands among the papers but is none: "Lưu ý: …".
    paper_notes = models.TextField(_("lưu ý về giấy tờ"), blank=True, default="", db_default="")
    dossier_sets = models.PositiveSmallIntegerField(_("số bộ hồ sơ"), default=1)
    # [{"number": …, "title": …, "date": "YYYY-MM-DD", "agency": …}]
    legal_grounds = models.JSONField(_("căn cứ pháp lý"), default=list, blank=True)
    decision_number = models.CharField(_("quyết định công bố"), max_length=80, blank=True)
    decision_date = models.DateField(_("ngày quyết định"), null=True, blank=True)
    decision_agency = models.CharField(_("cơ quan công bố"), max_length=200, blank=True)
    fee_moment = models.CharField(
        _("nộp phí, lệ phí khi"),
        max_length=20,
        choices=FeeMoment,
        default=FeeMoment.AFTER_ACCEPTANCE,
    )
    presence_required = models.BooleanField(_("bắt buộc có mặt"), default=False)
    presence_note = models.CharField(max_length=300, blank=True)
    # How surely it must be known who files online; at a counter the paper itself is looked at.
    required_identity = models.CharField(
        _("mức xác nhận danh tính khi nộp trực tuyến"),
        max_length=16,
        choices=IdentityLevel,
        default=IdentityLevel.DECLARED,
        db_default=IdentityLevel.DECLARED,
    )
    form_version = models.ForeignKey(
        "procedures.FormVersion",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="revisions",
    )
    # The revision that this one was copied from: what its differences are told against.
    based_on = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Grows with every edit: a page made from an older one changes nothing.
    version = models.PositiveIntegerField(default=0, db_default=0)
    # Whoever changed the draft last; what was loaded from files was edited by nobody here.
    edited_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField(null=True, blank=True)
    # The open page whose autosave came last: it never conflicts with itself, whatever got lost.
    edit_page = models.CharField(max_length=36, blank=True, default="", db_default="")
    sent_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    # Why a reviewer sent it back, "" while nobody has.
    review_note = models.TextField(
        _("ý kiến của người duyệt"), blank=True, default="", db_default=""
    )
    # When a reviewed revision publishes itself, and who said so.
    publish_at = models.DateTimeField(_("hẹn công bố"), null=True, blank=True)
    scheduled_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Published in a commune with too few people for two; never at the province.
    small_office = models.BooleanField(default=False, db_default=False)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("nội dung thủ tục")
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "number"], name="revision_number_once_per_procedure"
            ),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(state=RevisionState.PUBLISHED),
                name="revision_one_published_per_procedure",
            ),
            # People share one draft; beside it only what an import left may wait.
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(state__in=WORKING, edited_by__isnull=False),
                name="revision_one_worked_on_per_procedure",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WORKING) | Q(published_at__isnull=False),
                name="revision_published_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=RevisionState.SCHEDULED,
                    publish_at__isnull=False,
                    scheduled_by__isnull=False,
                )
                | (
                    ~Q(state=RevisionState.SCHEDULED)
                    & Q(publish_at__isnull=True, scheduled_by__isnull=True)
                ),
                name="revision_moment_exactly_when_scheduled",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RevisionState.IN_REVIEW, RevisionState.SCHEDULED])
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="revision_in_review_was_sent",
            ),
            models.CheckConstraint(
                condition=Q(edited_by__isnull=True)
                | Q(scheduled_by__isnull=True)
                | ~Q(scheduled_by=F("edited_by"))
                | Q(small_office=True),
                name="revision_scheduled_by_another",
            ),
            models.CheckConstraint(
                condition=Q(edited_by__isnull=True)
                | Q(published_by__isnull=True)
                | ~Q(published_by=F("edited_by"))
                | Q(small_office=True),
                name="revision_published_by_another",
            ),
        ]
        triggers = [
            # What a person edited is seen by nobody before a second one has looked at it.
            pgtrigger.Trigger(
                name="revision_moves_as_reviewed",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
                func="""
                    IF (OLD.state, NEW.state) NOT IN (
                        ('DRAFT', 'IN_REVIEW'),
                        ('IN_REVIEW', 'DRAFT'), ('IN_REVIEW', 'SCHEDULED'),
                        ('IN_REVIEW', 'PUBLISHED'),
                        ('SCHEDULED', 'DRAFT'), ('SCHEDULED', 'IN_REVIEW'),
                        ('SCHEDULED', 'PUBLISHED'),
                        ('PUBLISHED', 'SUPERSEDED')
                    ) AND NOT (
                        OLD.state = 'DRAFT' AND NEW.state = 'PUBLISHED'
                        AND NEW.edited_by_id IS NULL
                    ) THEN
                        RAISE EXCEPTION USING
                            MESSAGE = 'no revision goes from ' || OLD.state || ' to ' || NEW.state;
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Only the state of a published revision may move on (to SUPERSEDED).
            pgtrigger.Trigger(
                name="published_revision_is_immutable",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state__in=["PUBLISHED", "SUPERSEDED"]),
                func="""
                    IF to_jsonb(OLD) - 'state' IS DISTINCT FROM to_jsonb(NEW) - 'state' THEN
                        RAISE EXCEPTION 'a published revision is immutable';
                    END IF;
                    RETURN NEW;
                """,
            ),
            published_stays(
                "revision", "OLD.state IN ('PUBLISHED', 'SUPERSEDED')", pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} #{self.number}"

    @property
    def asks_eid(self) -> bool:
        """Whether only somebody signed in by electronic identity may file online."""
        return self.required_identity == IdentityLevel.EID
