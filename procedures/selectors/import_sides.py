"""The two sides of a finding: the words of the source, and what the catalogue holds there."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from procedures import facts
from procedures.enums import FilingChannel
from procedures.importing.findings import Finding, Kind
from procedures.models import Procedure, Revision

Source = Mapping[str, Any]


def said(finding: Finding, source: Source) -> Iterable[str]:
    """Return the words of the source at the place of a finding."""
    if finding.kind in _SAID:
        return _SAID[finding.kind](source)
    value = finding.was or source.get(finding.where)
    return [str(value) if value else _("không ghi gì")]


def held(finding: Finding, procedure: Procedure, shown: Revision | None) -> Iterable[str]:
    """Return what the catalogue holds in the place of a finding."""
    if finding.kind in _OF_PROCEDURE:
        return [_OF_PROCEDURE[finding.kind](procedure)]
    if shown is None:
        return [_("chưa có nội dung")]
    if finding.kind in _HELD:
        return _HELD[finding.kind](shown)
    return [str(getattr(shown, finding.where, "") or shown.name)]


def _said_fees(source: Source) -> Iterator[str]:
    for method in _rows(source, "methods"):
        for fee in _rows(method, "fees"):
            words = (fee.get("value"), fee.get("currency") or "", fee.get("text") or "")
            yield f"{method.get('channel')}: {' '.join(map(str, words))}"


def _said_times(source: Source) -> Iterator[str]:
    for method in _rows(source, "methods"):
        words = (method.get("time_value"), method.get("time_unit") or "", method.get("note") or "")
        yield f"{method.get('channel')}: {' '.join(map(str, words))}"


def _name_and_code(procedure: Procedure) -> str:
    return f"{procedure.code} {procedure.name}"


def _fees(shown: Revision) -> Iterator[str]:
    for case in shown.cases.prefetch_related("fees"):
        for fee in case.fees.all():
            yield f"{fee.name}: {facts.amount_words(fee)}. {fee.text}"


def _times(shown: Revision) -> Iterator[str]:
    for case in shown.cases.prefetch_related("times"):
        for time in case.times.all():
            yield f"{time.get_channel_display()}: {facts.time_words(time)}. {time.note}"


def _papers(shown: Revision) -> Iterator[str]:
    for paper in shown.papers.all():
        need = facts.paper_need(paper, channel=FilingChannel.COUNTER)
        yield f"{paper.name}: {need}" if need else paper.name
    if shown.paper_notes:
        yield _("Lưu ý: %s") % shown.paper_notes


def _decision(shown: Revision) -> Iterator[str]:
    yield shown.decision_number or _("chưa ghi quyết định")


def _districts(shown: Revision) -> Iterator[str]:
    texts = [
        shown.filing_places,
        shown.agency_text,
        shown.requirements,
        shown.paper_notes,
        *(f"{step.get('title', '')}: {step.get('text', '')}" for step in shown.order_of_steps),
        *shown.papers.values_list("name", flat=True),
    ]
    lines = [line for text in texts for line in text.splitlines() if _DISTRICT in line.lower()]
    if not lines:
        yield _("không còn nhắc trong nội dung đang có")
    for line in lines:
        at = line.lower().find(_DISTRICT)
        yield f"{'…' if at > 120 else ''}{line[max(0, at - 120) : at + 180]}"


def _rows(source: Source, name: str) -> list[Source]:
    given = source.get(name)
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


_DISTRICT: Final = "cấp huyện"
FEES: Final = (
    Kind.FEE_ZERO_WITH_TEXT,
    Kind.FEE_TEXT_ONLY,
    Kind.FEE_TOO_SMALL,
    Kind.FEE_OTHER_CURRENCY,
)
TIMES: Final = (
    Kind.TIME_UNIT_OTHER,
    Kind.TIME_NOT_GIVEN,
    Kind.TIME_CONVERTED,
    Kind.TIMES_DIFFER,
)
PAPERS: Final = (
    Kind.NOTE_AS_PAPER,
    Kind.MANY_PAPERS,
    Kind.MANY_COPIES,
    Kind.LONG_PAPER_NAME,
)
_SAID: Final[dict[Kind, Callable[[Source], Iterable[str]]]] = {
    **dict.fromkeys(FEES, _said_fees),
    **dict.fromkeys(TIMES, _said_times),
    Kind.CODE_REPAIRED: lambda source: [str(source.get("code"))],
    Kind.CODE_ODD: lambda source: [str(source.get("code"))],
    Kind.LONG_NAME: lambda source: [str(source.get("name"))],
}
_OF_PROCEDURE: Final[dict[Kind, Callable[[Procedure], str]]] = {
    Kind.CODE_REPAIRED: _name_and_code,
    Kind.CODE_ODD: _name_and_code,
    Kind.DELETED_TWIN: _name_and_code,
    Kind.SHARED_NAME: _name_and_code,
    Kind.LONG_NAME: lambda procedure: procedure.name,
    Kind.NO_FIELD: lambda procedure: procedure.field.name,
}
_HELD: Final[dict[Kind, Callable[[Revision], Iterable[str]]]] = {
    **dict.fromkeys(FEES, _fees),
    **dict.fromkeys(TIMES, _times),
    **dict.fromkeys(PAPERS, _papers),
    Kind.NO_DECISION: _decision,
    Kind.ABOLISHED_TIER: _districts,
}
