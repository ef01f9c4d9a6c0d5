"""The cases of a draft, and how long each takes through each filing channel."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from portal.core.db import requires_transaction
from procedures.enums import FilingChannel
from procedures.models import Case, Paper, ProcessingTime, Revision
from procedures.services.drafting import NO_PAGE, PageMark
from procedures.services.parts import NeedsConsent, settle_keys, store_rows, take_up
from procedures.services.parts_questions import forget_cases

_CHANNELS = list(FilingChannel.values)


class NoCase(Exception):
    """A procedure has at least one case, and exactly one of them is the usual one."""


@dataclass(frozen=True, slots=True)
class TimeRow:
    """A channel that is not offered has no row."""

    channel: str
    unit: str
    amount: int | None
    cut_off: time | None
    note: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    key: str
    name: str
    hint: str
    is_default: bool
    times: tuple[TimeRow, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    cases: tuple[CaseRow, ...]


def read_cases(revision: Revision) -> Cases:
    """Return what a revision says of this part, as it is saved."""
    return Cases(
        tuple(
            CaseRow(case.key, case.name, case.hint, case.is_default, tuple(_times(case)))
            for case in revision.cases.prefetch_related("times")
        )
    )


@transaction.atomic(durable=True)
def save_cases(
    *,
    revision_id: int,
    version: int,
    editor: User,
    at: datetime,
    data: Cases,
    page: PageMark = NO_PAGE,
    agreed: Collection[str] = (),
) -> int:
    """
    Save the cases of a draft in their order; return the draft's version.

    A case that is taken away takes its fees along, and the papers that only it asks for; other
    papers no longer name it.

    :param agreed: the keys of the cases whose disappearance with all that was agreed to.
    :raises NoCase: unless exactly one case is the usual one.
    :raises NeedsConsent: if more would go than was agreed to.
    :raises NotEditable, StaleRevision: as lock_for_edit.
    """
    if sum(case.is_default for case in data.cases) != 1:
        raise NoCase
    data = Cases(tuple(replace(case, times=_in_order(case.times)) for case in data.cases))
    revision, changes = take_up(
        revision_id=revision_id,
        version=version,
        page=page,
        editor=editor,
        at=at,
        is_same=lambda stored: read_cases(stored) == data,
    )
    if changes:
        _write(revision, data.cases, agreed=frozenset(agreed))
    return revision.version


@requires_transaction
def _write(revision: Revision, rows: Sequence[CaseRow], *, agreed: frozenset[str]) -> None:
    stored = list(revision.cases.all())
    known = [case.key for case in stored]
    keys = settle_keys(((row.key, row.name) for row in rows), known=known, plain="truong-hop")
    gone = [case for case in stored if case.key not in keys]
    consequences = list(_consequences(revision, gone))
    if consequences and not {case.key for case in gone} <= agreed:
        raise NeedsConsent(keys=[case.key for case in gone], consequences=consequences)
    _forget_in_papers(revision, {case.key for case in gone})
    forget_cases(revision, {case.key for case in gone})
    [default] = [key for key, row in zip(keys, rows, strict=True) if row.is_default]
    # First taken from the one that was, since only one may be.
    revision.cases.filter(is_default=True).exclude(key=default).update(is_default=False)
    wanted = {
        key: {
            "name": row.name,
            "hint": row.hint,
            "is_default": row.is_default,
            "position": position,
        }
        for position, (key, row) in enumerate(zip(keys, rows, strict=True))
    }
    kept = store_rows(
        revision.cases.all(), wanted, make=lambda key: Case(revision=revision, key=key)
    )
    for key, row in zip(keys, rows, strict=True):
        _write_times(kept[key], row.times)


@requires_transaction
def _write_times(case: Case, rows: Sequence[TimeRow]) -> None:
    stored = {time.channel: time for time in case.times.all()}
    case.times.exclude(channel__in=[row.channel for row in rows]).delete()
    for row in rows:
        said = asdict(row)
        known = stored.get(row.channel)
        if known is not None and said == _said(known):
            continue
        given = known or ProcessingTime(case=case, channel=row.channel)
        for name, value in said.items():
            setattr(given, name, value)
        given.save()


@requires_transaction
def _forget_in_papers(revision: Revision, gone: set[str]) -> None:
    for paper in _papers_naming(revision, gone):
        left = [key for key in paper.case_keys if key not in gone]
        # Without a case left it would be asked of everybody: it goes with its last case.
        if left:
            paper.case_keys = left
            paper.save(update_fields=["case_keys"])
        else:
            revision.printable_forms.filter(paper=paper).update(paper=None)
            paper.delete()


def _consequences(revision: Revision, gone: Sequence[Case]) -> Iterator[str]:
    keys = {case.key for case in gone}
    for case in gone:
        fees = [fee.name for fee in case.fees.all()]
        if fees:
            yield _("Trường hợp “%(case)s” bị xóa cùng khoản thu: %(fees)s.") % {
                "case": case.name,
                "fees": "; ".join(fees),
            }
    for paper in _papers_naming(revision, keys):
        if set(paper.case_keys) <= keys:
            yield _("Giấy tờ “%s” chỉ cần cho trường hợp bị xóa nên bị xóa theo.") % paper
        else:
            yield _("Giấy tờ “%s” vẫn còn, chỉ cần cho các trường hợp khác.") % paper
    for question in revision.case_questions.all():
        for option in question.options:
            if option["cases"] and set(option["cases"]) <= keys:
                yield _("Câu trả lời “%(option)s” của câu hỏi “%(question)s” bị xóa theo.") % {
                    "option": option["text"],
                    "question": question.text,
                }


def _papers_naming(revision: Revision, keys: set[str]) -> list[Paper]:
    return [paper for paper in revision.papers.all() if keys & set(paper.case_keys)]


def _in_order(times: Sequence[TimeRow]) -> tuple[TimeRow, ...]:
    return tuple(sorted(times, key=lambda row: _CHANNELS.index(row.channel)))


def _times(case: Case) -> Iterator[TimeRow]:
    for given in sorted(case.times.all(), key=lambda row: _CHANNELS.index(row.channel)):
        yield TimeRow(**_said(given))


def _said(given: ProcessingTime) -> dict[str, Any]:
    return {name: getattr(given, name) for name in TimeRow.__dataclass_fields__}
