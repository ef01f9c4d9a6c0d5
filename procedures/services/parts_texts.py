"""The parts of a draft that are texts: what it is, how it runs, where to file, its grounds."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from procedures.models import Revision
from procedures.services.drafting import NO_PAGE, PageMark
from procedures.services.parts import take_up


@dataclass(frozen=True, slots=True)
class General:
    """What the procedure is called, whom it is for and what comes of it."""

    name: str
    everyday_name: str
    summary: str
    keywords: tuple[str, ...]
    subjects: tuple[str, ...]
    agency_text: str
    results: tuple[str, ...]
    requirements: str


@dataclass(frozen=True, slots=True)
class OrderStep:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Order:
    """The order in which things are done (trình tự thực hiện)."""

    steps: tuple[OrderStep, ...]


@dataclass(frozen=True, slots=True)
class Filing:
    """Where and how it is filed, when the fee is paid, and who must be there."""

    filing_places: str
    dossier_sets: int
    fee_moment: str
    presence_required: bool
    presence_note: str
    required_identity: str
    paper_notes: str


@dataclass(frozen=True, slots=True)
class Ground:
    number: str
    title: str
    date: str
    agency: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """The legal grounds and the decision that publishes the content."""

    grounds: tuple[Ground, ...]
    decision_number: str
    decision_date: date | None
    decision_agency: str


def read_general(revision: Revision) -> General:
    """Return what a revision says of this part, as it is saved."""
    return General(
        name=revision.name,
        everyday_name=revision.everyday_name,
        summary=revision.summary,
        keywords=tuple(revision.keywords),
        subjects=tuple(revision.subjects),
        agency_text=revision.agency_text,
        results=tuple(revision.results),
        requirements=revision.requirements,
    )


def read_order(revision: Revision) -> Order:
    """Return what a revision says of this part, as it is saved."""
    steps = revision.order_of_steps
    return Order(tuple(OrderStep(_said(step, "title"), _said(step, "text")) for step in steps))


def read_filing(revision: Revision) -> Filing:
    """Return what a revision says of this part, as it is saved."""
    return Filing(**{name: getattr(revision, name) for name in Filing.__dataclass_fields__})


def read_grounds(revision: Revision) -> Grounds:
    """Return what a revision says of this part, as it is saved."""
    grounds = (
        Ground(**{name: _said(row, name) for name in Ground.__dataclass_fields__})
        for row in revision.legal_grounds
    )
    return Grounds(
        grounds=tuple(grounds),
        decision_number=revision.decision_number,
        decision_date=revision.decision_date,
        decision_agency=revision.decision_agency,
    )


Text = General | Order | Filing | Grounds
_READ: Final[Mapping[type[Text], Callable[[Revision], Text]]] = {
    General: read_general,
    Order: read_order,
    Filing: read_filing,
    Grounds: read_grounds,
}


@transaction.atomic(durable=True)
def save_text(
    *,
    revision_id: int,
    version: int,
    editor: User,
    at: datetime,
    data: Text,
    page: PageMark = NO_PAGE,
) -> int:
    """
    Save one of the parts of a draft that are texts; return the draft's version.

    :raises NotEditable, StaleRevision: as lock_for_edit.
    """
    revision, changes = take_up(
        revision_id=revision_id,
        version=version,
        page=page,
        editor=editor,
        at=at,
        is_same=lambda stored: _READ[type(data)](stored) == data,
    )
    if changes:
        columns = _columns(data)
        for name, value in columns.items():
            setattr(revision, name, value)
        revision.save(update_fields=list(columns))
    return revision.version


def _columns(data: Text) -> dict[str, Any]:
    match data:
        case Order():
            return {"order_of_steps": [asdict(step) for step in data.steps]}
        case Grounds():
            said = asdict(data)
            said["legal_grounds"] = list(said.pop("grounds"))
            return said
        case _:
            return {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in asdict(data).items()
            }


def _said(row: Any, name: str) -> str:
    # Rows that were loaded from files may lack what they had nothing to say about.
    return str(row.get(name) or "") if isinstance(row, dict) else ""
