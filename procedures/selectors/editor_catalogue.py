"""Which procedures the editors work on, and where each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from procedures import search
from procedures.enums import ProcedureState, RevisionState
from procedures.models import ImportedRecord, Procedure, Revision
from procedures.models.catalogue import ProcedureQuerySet
from procedures.search import Question
from procedures.selectors.editor_words import StateTag, procedure_tag, revision_tag

PAGE_SIZE: Final = 50
# What stands in the address, and what it is called.
STANDINGS: Final[dict[str, StrOrPromise]] = {
    "ban-nhap": _("Có bản nháp"),
    "cho-duyet": _("Chờ duyệt"),
    "da-hen": _("Đã hẹn công bố"),
    "chua-cong-khai": _("Chưa công khai"),
    "chua-du": _("Chưa đủ thông tin"),
    "can-xem-lai": _("Cần xem lại sau khi nhập"),
    "bai-bo": _("Đã bãi bỏ"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """What templates/components/facet.html takes."""

    label: StrOrPromise
    count: int
    query: str
    current: bool

    @property
    def url(self) -> str:
        """The address, from the page that the chip stands on."""
        return f"?{self.query}"


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    procedure: Procedure
    state: StateTag
    # What people are working on, None where nobody is.
    work: StateTag | None


@dataclass(frozen=True, slots=True)
class CataloguePage:
    page: Page[Procedure]
    rows: tuple[CatalogueRow, ...]
    chips: tuple[Chip, ...]
    standing: str
    # The parameters that the next pages keep.
    query: str


def list_procedures(question: Question, *, standing: str, page: str) -> CataloguePage:
    """
    Return one page of all procedures, repealed ones included.

    With words typed the plainest comes first, without any the newest work.

    :param standing: a key of STANDINGS to narrow to; anything else narrows nothing.
    """
    everything = Procedure.objects.all()
    standing = standing if standing in STANDINGS else ""
    found = search.matching(everything, question)
    if standing:
        found = found.filter(_standing(standing))
    if question.is_empty:
        found = _newest_work_first(found)
    chosen = Paginator(found.select_related("field"), PAGE_SIZE).get_page(page)
    kept = {"q": question.typed, "trang_thai": standing}
    return CataloguePage(
        page=chosen,
        rows=_rows(list(chosen.object_list)),
        chips=_chips(standing, typed=question.typed),
        standing=standing,
        query=urlencode({name: value for name, value in kept.items() if value}),
    )


def _standing(key: str) -> Q:
    if key == "chua-cong-khai":
        return Q(is_withheld=True)
    if key == "chua-du":
        return Q(state=ProcedureState.LISTED, is_withheld=False)
    if key == "bai-bo":
        return Q(state=ProcedureState.REPEALED)
    if key == "can-xem-lai":
        records = ImportedRecord.objects.filter(procedure=OuterRef("pk"), needs_review=True)
        return Q(Exists(records))
    state = {
        "ban-nhap": RevisionState.DRAFT,
        "cho-duyet": RevisionState.IN_REVIEW,
        "da-hen": RevisionState.SCHEDULED,
    }[key]
    return Q(Exists(Revision.objects.worked_on().filter(procedure=OuterRef("pk"), state=state)))


def _newest_work_first(procedures: ProcedureQuerySet) -> ProcedureQuerySet:
    newest = (
        Revision.objects.worked_on()
        .filter(procedure=OuterRef("pk"))
        .order_by(F("edited_at").desc(nulls_last=True))
        .values("edited_at")[:1]
    )
    return procedures.alias(worked_at=Subquery(newest)).order_by(
        F("worked_at").desc(nulls_last=True), "sort_key", "pk"
    )


def _rows(procedures: Sequence[Procedure]) -> tuple[CatalogueRow, ...]:
    work = {
        one.procedure_id: one
        for one in Revision.objects.worked_on().filter(procedure__in=list(procedures))
    }
    return tuple(
        CatalogueRow(
            procedure=one,
            state=procedure_tag(one),
            work=revision_tag(work[one.pk]) if one.pk in work else None,
        )
        for one in procedures
    )


def _chips(current: str, *, typed: str) -> tuple[Chip, ...]:
    states = dict(
        Procedure.objects.known()
        .values_list("state")
        .annotate(number=Count("pk"))
        .order_by("state")
    )
    work = dict(
        Revision.objects.worked_on()
        .values_list("state")
        .annotate(number=Count("pk"))
        .order_by("state")
    )
    counts = {
        "ban-nhap": work.get(RevisionState.DRAFT, 0),
        "cho-duyet": work.get(RevisionState.IN_REVIEW, 0),
        "da-hen": work.get(RevisionState.SCHEDULED, 0),
        "chua-cong-khai": Procedure.objects.filter(is_withheld=True).count(),
        "chua-du": states.get(ProcedureState.LISTED, 0),
        "can-xem-lai": ImportedRecord.objects.filter(needs_review=True).count(),
        "bai-bo": states.get(ProcedureState.REPEALED, 0),
    }
    return tuple(
        Chip(
            label=label,
            count=counts[key],
            query=urlencode(
                {
                    name: value
                    for name, value in (("q", typed), ("trang_thai", key))
                    # Pressed again, the filter is gone.
                    if value and not (name == "trang_thai" and key == current)
                }
            ),
            current=key == current,
        )
        for key, label in STANDINGS.items()
    )
