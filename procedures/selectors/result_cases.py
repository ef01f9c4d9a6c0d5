"""What a list reads of published contents: the default case of each, by one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_date

from procedures import overrides
from procedures.models import (
    Case,
    FeeRule,
    LocalRule,
    Paper,
    PrintableForm,
    ProcessingTime,
    Revision,
)
from procedures.overrides import Terms


@dataclass(frozen=True, slots=True)
class ShownCase:
    """The default case of a published revision, as far as a list tells of it."""

    key: str
    revision: Revision
    national: Terms
    # The local rules of the procedure that are in force.
    rules: tuple[LocalRule, ...]
    papers: tuple[Paper, ...]
    has_forms: bool


def load_cases(procedure_ids: Sequence[int], *, on: date) -> dict[int, ShownCase]:
    """Return the default case of each procedure that has published content (one query)."""
    if not procedure_ids:
        return {}
    rows = _shown_cases(on).filter(revision__procedure__in=procedure_ids)
    return {row.revision.procedure_id: _read(row) for row in rows}


def _read(row: Any) -> ShownCase:
    return ShownCase(
        key=row.key,
        revision=row.revision,
        national=Terms(tuple(map(_time, row.given_times)), tuple(map(_fee, row.given_fees))),
        rules=tuple(map(overrides.from_row, row.given_rules)),
        papers=tuple(Paper(**given) for given in row.given_papers),
        has_forms=row.has_forms,
    )


@lru_cache(maxsize=2)
def _shown_cases(on: date) -> QuerySet[Any]:
    """Return the query that every list of a day asks; putting it together takes its time."""
    times = ProcessingTime.objects.filter(case=OuterRef("pk")).values(
        json=JSONObject(channel="channel", amount="amount", unit="unit", cut_off="cut_off")
    )
    fees = FeeRule.objects.filter(case=OuterRef("pk")).order_by("position", "pk")
    papers = Paper.objects.filter(revision=OuterRef("revision")).values(
        json=JSONObject(source="source", is_mandatory="is_mandatory", case_keys="case_keys")
    )
    rules = LocalRule.objects.in_force(on=on).filter(procedure=OuterRef("revision__procedure"))
    return (
        Case.objects.filter(revision__procedure__current_revision=F("revision"))
        .select_related("revision")
        .only(*_SHOWN)
        .annotate(
            given_times=ArraySubquery(times),
            given_papers=ArraySubquery(papers),
            given_fees=ArraySubquery(fees.values(json=JSONObject(**_FEE_FIELDS))),
            given_rules=ArraySubquery(rules.values(json=overrides.row_shape())),
            has_forms=Exists(PrintableForm.objects.filter(revision=OuterRef("revision"))),
        )
        .order_by("revision_id", "-is_default", "position")
        .distinct("revision_id")
    )


# What a list shows of a content: its long texts stay in the database.
_SHOWN: Final = (
    "key", "revision__procedure_id", "revision__name", "revision__everyday_name",
    "revision__summary", "revision__agency_text", "revision__keywords",
)  # fmt: skip
_FEE_FIELDS: Final = {
    name: name
    for name in (
        "key", "name", "kind", "status", "amount_vnd", "unit", "asks_quantity", "channels",
        "text", "ground", "exemptions", "reductions", "tiers", "cap_vnd",
        "valid_from", "valid_until", "local_decision",
    )
}  # fmt: skip


def _fee(given: Mapping[str, Any]) -> FeeRule:
    days = {name: parse_date(given[name] or "") for name in ("valid_from", "valid_until")}
    return FeeRule(**{**given, **days})


def _time(given: Mapping[str, Any]) -> ProcessingTime:
    cut_off = given["cut_off"]
    return ProcessingTime(
        channel=given["channel"],
        amount=given["amount"],
        unit=given["unit"],
        cut_off=time.fromisoformat(cut_off) if cut_off else None,
    )
