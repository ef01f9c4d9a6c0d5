"""Whom the publication of a draft touches: offers, people's drafts, running dossiers; no names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from dossiers import lifecycle
from dossiers.enums import DossierState
from dossiers.models import Dossier, Draft
from procedures.eform.definition import Definition
from procedures.eform.drafts import head_of
from procedures.eform.parsing import parse_definition
from procedures.models import Procedure, Revision
from procedures.selectors.editor_draft import find_draft
from procedures.selectors.editor_review import BreakRow, break_rows


@dataclass(frozen=True, slots=True)
class DraftCounts:
    """People's drafts that are not handed in; who answered what is gone is asked anew."""

    total: int
    asked_anew: int
    by_case: int
    by_paper: int
    by_field: int

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why people are asked anew, in words, as far as anybody is."""
        said = (
            (_("Trường hợp đã chọn không còn"), self.by_case),
            (_("Giấy tờ đã tải lên không còn"), self.by_paper),
            (_("Câu hỏi đã trả lời không còn"), self.by_field),
        )
        return [(reason, count) for reason, count in said if count]


@dataclass(frozen=True, slots=True)
class Impact:
    procedure: Procedure
    revision: Revision
    breaks: tuple[BreakRow, ...]
    drafts: DraftCounts
    # What runs stays on the content that it was filed under: state in words, and how many.
    running: tuple[tuple[str, int], ...]

    @property
    def running_total(self) -> int:
        return sum(count for _state, count in self.running)


def get_impact(code: str, *, at: datetime) -> Impact:
    """
    Return what publishing the draft of a procedure touches.

    :raises NoSuchProcedure, NoDraft: as procedures.selectors.editor_draft.find_draft.
    """
    revision = find_draft(code)
    return Impact(
        procedure=revision.procedure,
        revision=revision,
        breaks=break_rows(revision, at=at),
        drafts=_count_drafts(revision),
        running=_count_running(revision.procedure),
    )


def _count_drafts(revision: Revision) -> DraftCounts:
    cases = set(revision.cases.values_list("key", flat=True))
    papers = set(revision.papers.values_list("key", flat=True))
    fields = _field_keys(revision)
    drafts = (
        Draft.objects.open()
        .filter(procedure=revision.procedure)
        .select_related("revision__form_version")
        .prefetch_related("papers", "revision__papers")
    )
    found: list[tuple[bool, bool, bool]] = []
    for draft in drafts:
        # What the draft's own content never asked is not lost by this one.
        own = {paper.key for paper in draft.revision.papers.all()}
        filed = {link.paper_key for link in draft.papers.all()} & own
        known = _field_keys(draft.revision)
        found.append(
            (
                bool(draft.case_key) and draft.case_key not in cases,
                bool(filed - papers),
                any(key in known and key not in fields for key in _answered(draft)),
            )
        )
    return DraftCounts(
        total=len(found),
        asked_anew=sum(any(one) for one in found),
        by_case=sum(one[0] for one in found),
        by_paper=sum(one[1] for one in found),
        by_field=sum(one[2] for one in found),
    )


def _answered(draft: Draft) -> Iterable[str]:
    """Return the keys of the fields that say something; only keys, sealed ones included."""
    typed = {**draft.answers, **draft.unsealed().get("answers", {})}
    return {head_of(path) for path, values in typed.items() if any(values)}


def _field_keys(revision: Revision) -> set[str]:
    if revision.form_version is None:
        return set()
    definition: Definition = parse_definition(revision.form_version.definition)
    return {field.key for field in definition.fields()}


def _count_running(procedure: Procedure) -> tuple[tuple[str, int], ...]:
    counts = dict(
        Dossier.objects.filter(procedure=procedure, state__in=lifecycle.OPEN)
        .values_list("state")
        .annotate(number=Count("pk"))
        .order_by("state")
    )
    return tuple(
        (str(state.label), counts[state.value]) for state in DossierState if state.value in counts
    )
