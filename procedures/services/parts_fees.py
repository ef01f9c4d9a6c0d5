"""The fees and charges of a draft, case by case."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from portal.core.db import requires_transaction
from procedures.enums import FeeStatus
from procedures.models import Case, FeeRule, Revision
from procedures.services.drafting import NO_PAGE, PageMark
from procedures.services.parts import (
    RowProblem,
    RowsRefused,
    settle_keys,
    store_rows,
    take_up,
)


@dataclass(frozen=True, slots=True)
class Exemption:
    key: str
    name: str
    proof: str


@dataclass(frozen=True, slots=True)
class Step:
    """From this copy or page on another amount holds."""

    first: int
    amount_vnd: int


@dataclass(frozen=True, slots=True)
class Reduction:
    channel: str
    percent: int


@dataclass(frozen=True, slots=True)
class FeeRow:
    case_key: str
    key: str
    name: str
    kind: str
    status: str
    amount_vnd: int | None
    unit: str
    asks_quantity: bool
    channels: tuple[str, ...]
    text: str
    ground: str
    cap_vnd: int | None
    valid_from: date | None
    valid_until: date | None
    tiers: tuple[Step, ...]
    exemptions: tuple[Exemption, ...]
    reductions: tuple[Reduction, ...]


@dataclass(frozen=True, slots=True)
class Fees:
    fees: tuple[FeeRow, ...]


# Stored as they are said.
_PLAIN: Final = (
    "name", "kind", "status", "amount_vnd", "unit", "asks_quantity", "text", "ground", "cap_vnd",
    "valid_from", "valid_until",
)  # fmt: skip


def read_fees(revision: Revision) -> Fees:
    """Return what a revision says of this part, as it is saved."""
    return Fees(
        tuple(
            _row(case, rule)
            for case in revision.cases.prefetch_related("fees")
            for rule in case.fees.all()
        )
    )


@transaction.atomic(durable=True)
def save_fees(
    *,
    revision_id: int,
    version: int,
    editor: User,
    at: datetime,
    data: Fees,
    page: PageMark = NO_PAGE,
) -> int:
    """
    Save the fees of a draft, in their order within each case; return the draft's version.

    What is charged, or is said to be free, stands on a ground: an amount that is new or changed,
    and one that was undetermined until now, is kept with its ground only.

    :raises RowsRefused: if a ground is missing, or a row names a case that the draft has not.
    :raises NotEditable, StaleRevision: as lock_for_edit.
    """
    revision, changes = take_up(
        revision_id=revision_id,
        version=version,
        page=page,
        editor=editor,
        at=at,
        is_same=lambda stored: read_fees(stored) == data,
    )
    if changes:
        _write(revision, data.fees)
    return revision.version


@requires_transaction
def _write(revision: Revision, rows: Sequence[FeeRow]) -> None:
    cases = {case.key: case for case in revision.cases.prefetch_related("fees")}
    stored = {
        (case.key, rule.key): _row(case, rule)
        for case in cases.values()
        for rule in case.fees.all()
    }
    problems = [
        problem
        for number, row in enumerate(rows)
        for problem in _problems(number, row, stored.get((row.case_key, row.key)), cases)
    ]
    if problems:
        raise RowsRefused(*problems)
    for case in cases.values():
        _write_case(case, [row for row in rows if row.case_key == case.key])


def _problems(
    number: int, row: FeeRow, before: FeeRow | None, cases: Mapping[str, Case]
) -> Iterator[RowProblem]:
    if row.case_key not in cases:
        yield RowProblem(number, "case_key", _("Trường hợp này không còn. Chọn trường hợp khác."))
    is_fixed = row.status != FeeStatus.UNDETERMINED
    is_as_before = before is not None and (row.status, row.amount_vnd, row.tiers) == (
        before.status,
        before.amount_vnd,
        before.tiers,
    )
    if is_fixed and not row.ground and not (is_as_before and before and not before.ground):
        yield RowProblem(
            number,
            "ground",
            _("Ghi căn cứ của mức thu (số văn bản, điều khoản). Chưa rõ thì chọn “chưa xác định”."),
        )


@requires_transaction
def _write_case(case: Case, rows: Sequence[FeeRow]) -> None:
    stored = list(case.fees.all())
    keys = settle_keys(
        ((row.key, row.name) for row in rows),
        known=[rule.key for rule in stored],
        plain="khoan-thu",
    )
    wanted = {
        key: _columns(row) | {"position": position}
        for position, (key, row) in enumerate(zip(keys, rows, strict=True))
    }
    store_rows(stored, wanted, make=lambda key: FeeRule(case=case, key=key))


def _columns(row: FeeRow) -> dict[str, Any]:
    exemption_keys = settle_keys(
        ((one.key, one.name) for one in row.exemptions),
        known=[one.key for one in row.exemptions if one.key],
        plain="doi-tuong",
    )
    return {name: getattr(row, name) for name in _PLAIN} | {
        "channels": list(row.channels),
        "tiers": [{"from": one.first, "amount_vnd": one.amount_vnd} for one in row.tiers],
        "exemptions": [
            {"key": key, "name": one.name, "proof": one.proof}
            for key, one in zip(exemption_keys, row.exemptions, strict=True)
        ],
        "reductions": [asdict(one) for one in row.reductions],
    }


def _row(case: Case, rule: FeeRule) -> FeeRow:
    return FeeRow(
        case_key=case.key,
        key=rule.key,
        channels=tuple(rule.channels),
        tiers=tuple(Step(int(one["from"]), int(one["amount_vnd"])) for one in rule.tiers),
        exemptions=tuple(
            Exemption(one["key"], one["name"], one.get("proof", "")) for one in rule.exemptions
        ),
        reductions=tuple(Reduction(**one) for one in rule.reductions),
        **{name: getattr(rule, name) for name in _PLAIN},
    )
