"""One dossier as its clerk, officer or leader works on it, within a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F

from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.selectors import get_work_calendar, names_of
from dossiers import policies
from dossiers.enums import REVERSING, DossierState
from dossiers.marks import MARKS, Mark
from dossiers.models import (
    Decision,
    Delivery,
    Dossier,
    DossierPaper,
    DossierParty,
    Extension,
    Obligation,
    Result,
    Slip,
    Step,
    StoredFile,
    SupplementRequest,
)
from dossiers.models.events import BEHALF
from dossiers.selectors import desk_words
from dossiers.selectors.desk import Due, due_of
from dossiers.selectors.desk_actions import Offered, Situation, list_offered
from dossiers.selectors.desk_queues import with_apologies, with_due
from dossiers.steps import acceptor_ids
from portal.core import calendars
from portal.core.dates import format_moment, format_short_day
from portal.core.identity import format_tax_code, mask_identity_number, name_number
from procedures.eform import display
from procedures.eform.parsing import parse_definition


@dataclass(frozen=True, slots=True)
class Party:
    """A person on the dossier; the number in clear only for whoever reads the dossier."""

    role: str
    name: str
    # "Số định danh cá nhân" or "Số hộ chiếu".
    number_label: str
    masked_number: str
    number: str
    born: str
    phone: str
    email: str
    address: str
    relation: str
    # Of an organisation, as papers print it.
    tax_code: str


@dataclass(frozen=True, slots=True)
class PaperFile:
    """One stored file of a paper, with the numbers of its pages to preview."""

    file: StoredFile
    round: int
    pages: range
    short_hash: str


@dataclass(slots=True)
class PaperGroup:
    """Everything handed in for one paper: the current files, and what they superseded."""

    key: str
    name: str
    files: list[PaperFile] = field(default_factory=list)
    superseded: list[PaperFile] = field(default_factory=list)
    # The photos of the current files in one PDF, once a worker has made it.
    bundle: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class EventLine:
    title: str
    detail: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class WorkPage:
    """What the work page shows; `reads` is false for a cashier, who sees name and sum only."""

    dossier: Dossier
    mark: Mark
    step: Step | None
    due: Due
    sentence: str
    next_sentence: str
    instruction: str
    reads: bool
    parties: list[Party]
    sections: tuple[display.SectionRows, ...]
    papers: list[PaperGroup]
    steps: list[Step]
    events: list[EventLine]
    obligations: list[Obligation]
    supplements: list[SupplementRequest]
    decisions: list[Decision]
    extensions: list[Extension]
    results: list[Result]
    deliveries: list[Delivery]
    slips: list[Slip]
    why_due: list[str]
    offered: list[Offered]
    takes_cash: bool
    leads: bool

    @property
    def primary(self) -> list[Offered]:
        return [one for one in self.offered if one.tone == "primary"]

    @property
    def is_slip_pending(self) -> bool:
        return any(slip.file_id is None for slip in self.slips)

    @property
    def open_request(self) -> SupplementRequest | None:
        for request in self.supplements:
            if request.answered_at is None and request.closed_at is None:
                return request
        return None


def find_dossier(user: User, *, code: str, at: datetime) -> Dossier | None:
    """Return a dossier that `user` may open now; None for a stranger's and an absent one alike."""
    found: Dossier | None = (
        with_apologies(with_due(Dossier.objects.visible_to(user, at=at)))
        .filter(code=code)
        .select_related(
            "procedure", "revision", "form_version", "workflow_version", "receiving_unit",
            "deciding_unit", "owner",
        )
        .first()
    )  # fmt: skip
    return found


def find_ids(user: User, *, codes: Sequence[str], at: datetime) -> dict[str, int]:
    """Return the ids of those dossiers among `codes` that `user` may open, by code."""
    visible = Dossier.objects.visible_to(user, at=at).filter(code__in=codes)
    found = dict(visible.values_list("code", "pk"))
    return {code: found[code] for code in codes if code in found}


def list_slips(dossier: Dossier, roles: Sequence[StaffRole]) -> list[Slip]:
    """Return the slips of a dossier for whoever may read it."""
    units = dossier.steps.filter(role=Role.OFFICER).values_list("unit_id", flat=True)
    reads = policies.can_read_dossier(dossier, roles, step_units=units)
    return list(dossier.slips.select_related("file")) if reads else []


def get_work_page(
    dossier: Dossier, user: User, roles: Sequence[StaffRole], *, at: datetime
) -> WorkPage:
    """Return all that the work page of a dossier from `find_dossier` shows."""
    done_steps = list(dossier.steps.select_related("unit", "assignee", "closed_by"))
    units = {one.unit_id for one in done_steps if one.role == Role.OFFICER}
    reads = policies.can_read_dossier(dossier, roles, step_units=units)
    step = next((one for one in done_steps if one.closed_at is None), None)
    obligations = list(dossier.obligations.prefetch_related("lines"))
    supplements = list(dossier.supplements.select_related("requested_by").prefetch_related("items"))
    decisions = list(
        dossier.decisions.select_related("proposed_by", "approved_by").order_by("-proposed_at")
    )
    extensions = list(dossier.extensions.select_related("proposed_by", "approved_by", "closed_by"))
    live = [one for one in decisions if one.sent_back_at is None and one.recalled_at is None]
    due = [one for one in obligations if one.is_due]
    situation = Situation(
        dossier=dossier,
        step=step,
        user=user,
        roles=roles,
        decision=live[0] if live else None,
        due=due,
        requests=supplements,
        payment_asked_at=dossier.payment_asked_at,  # type: ignore[attr-defined]  # by with_due
        proposed_extension=next((one for one in extensions if one.is_waiting), None),
        at=at,
        acceptor_ids=acceptor_ids(done_steps),
    )
    is_ended = dossier.state == DossierState.RETURNED
    return WorkPage(
        dossier=dossier,
        mark=MARKS[dossier.lifecycle_state],
        step=step,
        due=due_of(dossier, step, calendar=get_work_calendar(dossier.deciding_unit), at=at),
        sentence=desk_words.who_has_it(dossier, step),
        next_sentence=desk_words.what_next(dossier, step),
        instruction=_instruction(dossier, step),
        reads=reads,
        parties=_parties(dossier.parties.all(), reads=reads),
        sections=answers_of(dossier) if reads else (),
        papers=_papers(dossier.papers.select_related("file", "bundle__file")) if reads else [],
        steps=done_steps,
        events=_events(dossier, reads=reads),
        obligations=obligations,
        supplements=supplements,
        decisions=decisions,
        extensions=extensions if reads else [],
        results=list(dossier.results.select_related("file")) if reads else [],
        deliveries=list(dossier.deliveries.all()) if is_ended else [],
        slips=list(dossier.slips.select_related("file")) if reads else [],
        why_due=calendars.explain(calendars.notes_from_json(dossier.due_notes)),
        offered=list_offered(situation),
        takes_cash=bool(due) and policies.can_take_cash(dossier, roles),
        leads=policies.can_lead(dossier, roles),
    )


def answers_of(dossier: Dossier) -> tuple[display.SectionRows, ...]:
    """Return the answers of a dossier in words, the identifying ones too."""
    if dossier.form_version is None:
        return ()
    return display.rows(
        parse_definition(dossier.form_version.definition),
        dossier.answers,
        sealed=dossier.unsealed_answers(),
    )


def _instruction(dossier: Dossier, step: Step | None) -> str:
    described: Iterable[dict[str, Any]] = (
        dossier.workflow_version.steps if dossier.workflow_version and step else ()
    )
    key = step.key if step else ""
    return next((str(one.get("instruction", "")) for one in described if one["key"] == key), "")


def _parties(parties: Iterable[DossierParty], *, reads: bool) -> list[Party]:
    shown = []
    for party in parties:
        number = party.identity_number
        shown.append(
            Party(
                role=party.get_role_display(),
                name=party.name,
                number_label=name_number(number),
                masked_number=mask_identity_number(number),
                number=number if reads else "",
                born=format_short_day(party.date_of_birth) if party.date_of_birth and reads else "",
                phone=party.phone if reads else "",
                email=party.email if reads else "",
                address=party.address if reads else "",
                relation=party.relation,
                tax_code=format_tax_code(party.tax_code),
            )
        )
    return shown


def _papers(papers: Iterable[DossierPaper]) -> list[PaperGroup]:
    groups: dict[str, PaperGroup] = {}
    for paper in papers:
        group = groups.setdefault(paper.paper_key, PaperGroup(paper.paper_key, paper.paper_name))
        pages = (paper.file.pages or 0) if paper.file.has_pictures else 0
        shown = PaperFile(
            file=paper.file,
            round=paper.round,
            pages=range(1, pages + 1),
            short_hash=paper.file.sha256[:12],
        )
        (group.files if paper.superseded_at is None else group.superseded).append(shown)
        if paper.superseded_at is None and paper.bundle is not None:
            group.bundle = paper.bundle.file
    return list(groups.values())


def _events(dossier: Dossier, *, reads: bool) -> list[EventLine]:
    events = list(dossier.events.select_related("actor", "unit").order_by(F("sequence").desc()))
    absent = names_of(event.data[BEHALF] for event in events if BEHALF in event.data)
    reasons: dict[tuple[str, datetime], str] = {}
    if reads and any(event.action in REVERSING for event in events):
        found = dossier.reversals.values_list("action", "decided_at", "reason")
        reasons = {(action, at): reason for action, at, reason in found}
    return [
        EventLine(
            title=desk_words.event_title(event),
            detail=reasons.get((event.action, event.occurred_at)) or desk_words.event_detail(event),
            who=desk_words.who_did(event, absent.get(event.data.get(BEHALF, 0), "")),
            when=format_moment(event.occurred_at),
        )
        for event in events
    ]
