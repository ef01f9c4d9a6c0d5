"""What is published of one procedure, loaded once for each page that tells of it."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject

from accounts.selectors import get_work_calendar
from portal.core import edition
from portal.core.calendars import Computed, is_working_moment
from procedures import facts, overrides
from procedures.enums import ProcedureState
from procedures.models import (
    Case,
    CaseQuestion,
    LocalRule,
    Paper,
    PrintableForm,
    Procedure,
    ProcessingTime,
    Revision,
)
from procedures.overrides import Terms
from procedures.selectors.serving import (
    Content,
    Served,
    Units,
    load_offers,
    load_units,
    serving,
    stored_content,
    tell_local,
)

# A code of the national record at the beginning of what somebody wrote.
_NATIONAL: Final = re.compile(r"\d{1,2}\.\d{4,12}(?!\d)")


class NothingToShow(Exception):
    """A draft that asks nothing of anybody yet."""


class ProcedureRepealed(Exception):
    """The procedure is no longer in force; `procedure` is what it was, with what replaces it."""

    def __init__(self, procedure: Procedure) -> None:
        super().__init__(procedure.code)
        self.procedure = procedure


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A procedure of which only the name is known here."""

    code: str
    name: str
    field_name: str
    field_slug: str


@dataclass(frozen=True, slots=True)
class Published:
    """The published revision with its parts, and the agencies that serve it."""

    procedure: Procedure
    revision: Revision
    cases: list[Case]
    papers: list[Paper]
    forms: list[PrintableForm]
    units: Units
    served: list[Served]
    # The rows of CaseQuestion as plain data, in order; [] where they were not asked for.
    questions: list[dict[str, Any]]
    # The fees and times that agencies have by local decision on that day.
    local_rules: list[LocalRule] = field(default_factory=list)

    def terms(self, case: Case, served: Served | None) -> Terms:
        """Return what a case costs and how long it takes at whoever serves it."""
        agency = served.agency if served else None
        return overrides.terms_at(case, self.local_rules, agency=agency)


def load_published(code: str, *, on: date, with_questions: bool = False) -> Published | ListedPage:
    """
    Return what is published of a procedure, and the agencies in force on a day (seven queries).

    :raises NoSuchProcedure: if no procedure has this code.
    :raises ProcedureRepealed: if it is no longer in force.
    """
    cases = _load_cases(code, with_questions=with_questions, on=on)
    if not cases:
        return _listed(code)
    procedure = cases[0].revision.procedure
    rules = [overrides.from_row(row) for row in cases[0].local_rules]  # type: ignore[attr-defined]
    return _load(cases, content=stored_content(procedure), rules=rules, on=on)


def load_draft(revision: Revision, *, content: Content, on: date) -> Published:
    """
    Return what would be published with a revision, under the offers of a day.

    :param content: how far the revision carries, unpaid and paid online.
    :raises NothingToShow: if it has no case yet.
    """
    cases = list(revision.cases.prefetch_related("times", "fees"))
    if not cases:
        raise NothingToShow(revision.pk)
    for case in cases:
        case.revision = revision
    rules = list(LocalRule.objects.in_force(on=on).filter(procedure=revision.procedure_id))
    return _load(cases, content=content, rules=rules, on=on)


def _load(cases: list[Case], *, content: Content, rules: list[LocalRule], on: date) -> Published:
    revision = cases[0].revision
    procedure = revision.procedure
    papers = list(revision.papers.all())
    forms = list(revision.printable_forms.all())
    units = load_units(on=on)
    offers = load_offers([procedure.pk], on=on).get(procedure.pk, [])
    # Where a local decision asks for money, that money must be payable.
    served = serving(offers, units, content=replace(content, local=tell_local(cases, rules)))
    questions: list[dict[str, Any]] = getattr(cases[0], "questions", [])
    return Published(procedure, revision, cases, papers, forms, units, served, questions, rules)


def default_case(cases: list[Case]) -> Case:
    return next((case for case in cases if case.is_default), cases[0])


@dataclass(frozen=True, slots=True)
class Ready:
    """When the result would be there, and of which filing that is said."""

    due: Computed
    filed: str


def ready_moment(
    chosen: Served | None, given: ProcessingTime | None, units: Units, *, at: datetime
) -> Ready | None:
    """Return when the result would be there if the dossier were handed in now, with the reasons."""
    if chosen is None or given is None:
        return None
    deciding = chosen.offer.deciding_id
    agency = next((unit for unit in units.agencies if unit.pk == deciding), chosen.agency)
    calendar = get_work_calendar(agency)
    # For as long as the page may be kept, so that it never promises too much.
    filed_at = edition.moment(at)
    due = facts.ready_at(given, at=filed_at, calendar=calendar)
    if due is None:
        return None
    is_open = is_working_moment(filed_at, calendar)
    return Ready(due, facts.filed_words(given.channel, is_open=is_open))


def _load_cases(code: str, *, with_questions: bool, on: date) -> list[Case]:
    """
    Return the cases of the published revision, each with the revision and the procedure.

    Every one carries the local rules of the procedure as plain data: no query of their own.
    """
    local = LocalRule.objects.in_force(on=on).filter(procedure=OuterRef("revision__procedure"))
    cases = (
        Case.objects.filter(
            revision__procedure__code=code,
            revision__procedure__state=ProcedureState.PUBLISHED,
            revision__procedure__current_revision=F("revision"),
        )
        .select_related("revision__procedure__field")
        .prefetch_related("times", "fees")
        .annotate(local_rules=ArraySubquery(local.values(row=overrides.row_shape())))
    )
    if with_questions:
        rows = CaseQuestion.objects.filter(revision=OuterRef("revision")).order_by("position", "pk")
        shape = JSONObject(key="key", text="text", help="help", options="options")
        cases = cases.annotate(questions=ArraySubquery(rows.values(row=shape)))
    return list(cases)


def find_code(written: str) -> str:
    """Return the code that an address meant, "" if none: spaced, in small letters, with "-Xoa"."""
    bare = "".join(written.split()).replace("\x00", "")[:64]
    match = _NATIONAL.match(bare)
    codes = [match.group()] if match else []
    found = Procedure.objects.known().filter(Q(code__iexact=bare) | Q(code__in=codes))
    return next(iter(found.order_by("pk").values_list("code", flat=True)), "")


def _listed(code: str) -> ListedPage:
    related = Procedure.objects.known().select_related("field", "replaced_by")
    procedure = related.with_code(code)
    if procedure.state == ProcedureState.REPEALED:
        raise ProcedureRepealed(procedure)
    return ListedPage(
        code=procedure.code,
        name=procedure.name,
        field_name=procedure.field.name,
        field_slug=procedure.field.slug,
    )
