"""The pages of a citizen: all of one's dossiers, and one of them in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from accounts.enums import PayWay, UserKind
from accounts.models import CollectingAccount, User
from dossiers import lifecycle, policies
from dossiers.codes import clean_code
from dossiers.enums import DossierState, PartyRole, SlipKind, StepOutcome
from dossiers.filing import STEP_NAMES, FilingStep
from dossiers.issuing.content import unpack
from dossiers.issuing.words import extension_reason
from dossiers.models import (
    Dossier,
    DossierPaper,
    DossierParty,
    Draft,
    Extension,
    Obligation,
    Result,
    Slip,
    Step,
    StoredFile,
    SupplementItem,
    SupplementRequest,
)
from dossiers.notices import letters
from dossiers.selectors.answers import AnswerPart, Line, answer_parts
from dossiers.selectors.money import Money, money_of
from dossiers.selectors.papers import results_for
from dossiers.selectors.situation import Situation, TimelineItem, describe, timeline
from dossiers.slips import Reason, RefusalSlip
from portal.core.calendars import explain, notes_from_json
from portal.core.dates import format_moment, format_short_day, local_day
from portal.core.identity import (
    format_phone,
    format_tax_code,
    is_identity_number,
    mask_identity_number,
    mask_phone,
)
from portal.notices.models import Notice
from procedures.eform.parsing import parse_definition

MOST_SHOWN: Final = 200
WITHDRAWABLE: Final = lifecycle.OPEN


@dataclass(frozen=True, slots=True)
class DraftRow:
    draft_id: str
    name: str
    procedure_code: str
    step: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DossierRow:
    code: str
    name: str
    applicant: str
    situation: Situation


@dataclass(frozen=True, slots=True)
class MyDossiers:
    """Everything of one person, what waits for them first."""

    drafts: Sequence[DraftRow]
    waiting: Sequence[DossierRow]
    running: Sequence[DossierRow]
    done: Sequence[DossierRow]


@dataclass(frozen=True, slots=True)
class PaperRows:
    """One paper with its files, the newest round first; `older` were replaced."""

    name: str
    files: Sequence[DossierPaper]
    older: Sequence[DossierPaper]

    @property
    def bundle(self) -> StoredFile | None:
        """The photos among `files` in one PDF, None while (or where) there is none."""
        return next((link.bundle.file for link in self.files if link.bundle), None)

    @property
    def is_blocked(self) -> bool:
        """Whether a virus was found in one of `files`."""
        return any(link.file.is_infected for link in self.files)


@dataclass(frozen=True, slots=True)
class Message:
    title: str
    text: str
    medium: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Apology:
    """What the agency says of a promise that it does not keep."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class InCharge:
    """Who has the dossier in hand now, and the counter to call."""

    # "" while nobody has taken the step.
    name: str
    title: str
    unit: str
    counter: str
    phone: str


@dataclass(frozen=True, slots=True)
class DossierPage:
    """One dossier in full, for its owner."""

    dossier: Dossier
    name: str
    situation: Situation
    timeline: Sequence[TimelineItem]
    why: Sequence[str]
    people: Sequence[Line]
    answers: Sequence[AnswerPart]
    papers: Sequence[PaperRows]
    slips: Sequence[Slip]
    messages: Sequence[Message]
    reasons: Sequence[Reason]
    # The last time the date was put off, while that date still counts; None before and after.
    apology: Apology | None
    result: Result | None
    money: Money | None
    can_withdraw: bool
    # None once nobody works on it any more.
    in_charge: InCharge | None


def with_situation(dossiers: Any, *, on: date) -> Any:
    """Prefetch what `describe` asks of each dossier."""
    granted = Extension.objects.of_promise().filter(dossier=OuterRef("pk"))
    accounts = CollectingAccount.objects.in_force(on=on).taking(PayWay.VNPAY)
    return (
        dossiers.select_related(
            "procedure", "revision", "receiving_unit", "deciding_unit", "workflow_version"
        )
        .annotate(
            pays_online=Exists(accounts.filter(unit=OuterRef("deciding_unit__agency"))),
            is_put_off=Exists(granted),
        )
        .prefetch_related(
            Prefetch(
                "steps",
                Step.objects.open().select_related("unit", "assignee"),
                to_attr="open_steps",
            ),
            Prefetch(
                "supplements",
                SupplementRequest.objects.filter(answered_at=None, closed_at=None).prefetch_related(
                    "items"
                ),
                to_attr="open_requests",
            ),
            Prefetch("obligations", Obligation.objects.due(), to_attr="owed"),
        )
    )


def situation_of(dossier: Any) -> Situation:
    return describe(
        dossier,
        step=next(iter(dossier.open_steps), None),
        request=next(iter(dossier.open_requests), None),
        owed=dossier.owed,
        pays_online=dossier.pays_online,
        is_put_off=dossier.is_put_off,
    )


def list_mine(user: User, *, at: datetime) -> MyDossiers:
    """Return the drafts and dossiers of a citizen, newest first in each group."""
    drafts = (
        Draft.objects.visible_to(user)
        .open()
        .select_related("revision", "procedure")
        .order_by("-updated_at")
    )
    found = with_situation(Dossier.objects.visible_to(user, at=at), on=local_day(at)).order_by(
        "-submitted_at"
    )
    rows: dict[str, list[DossierRow]] = {"waiting": [], "running": [], "done": []}
    for dossier in found[:MOST_SHOWN]:
        situation = situation_of(dossier)
        running = dossier.state in lifecycle.OPEN or dossier.state == DossierState.DECIDED
        group = "waiting" if situation.turn else "running" if running else "done"
        rows[group].append(
            DossierRow(dossier.code, name_of(dossier), dossier.applicant_name, situation)
        )
    return MyDossiers(
        drafts=[
            DraftRow(
                draft_id=str(draft.pk),
                name=draft.revision.everyday_name or draft.revision.name,
                procedure_code=draft.procedure.code,
                step=str(STEP_NAMES[FilingStep(draft.step or FilingStep.AGENCY)]),
                updated_at=draft.updated_at,
            )
            for draft in drafts
        ],
        **rows,
    )


def get_dossier_page(*, code: str, user: User, at: datetime) -> DossierPage | None:
    """Return a citizen's own dossier in full, None where there is none for them."""
    cleaned = clean_code(code)
    if cleaned is None:
        return None
    dossier = (
        with_situation(
            Dossier.objects.visible_to(user, at=at).select_related("form_version", "procedure"),
            on=local_day(at),
        )
        .filter(code=cleaned)
        .first()
    )
    if dossier is None:
        return None
    situation = situation_of(dossier)
    apologies = list(dossier.extensions.of_promise().order_by("number"))
    return DossierPage(
        dossier=dossier,
        name=name_of(dossier),
        situation=situation,
        timeline=timeline(
            dossier,
            dossier.steps.select_related("unit").order_by("number"),
            apologies=apologies,
        ),
        why=explain(notes_from_json(dossier.due_notes)) if dossier.due_notes else [],
        people=_people(dossier),
        answers=answers_of(dossier),
        papers=papers_of(dossier),
        slips=list(dossier.slips.select_related("file").order_by("issued_at", "pk")),
        messages=messages_of(dossier),
        reasons=reasons_of(dossier),
        apology=apology_of(dossier, apologies),
        result=results_for(dossier, user).select_related("file").first(),
        money=money_of(dossier),
        can_withdraw=dossier.state in WITHDRAWABLE and policies.can_withdraw(dossier, user),
        in_charge=_in_charge(dossier),
    )


def _in_charge(dossier: Any) -> InCharge | None:
    step = next(iter(dossier.open_steps), None)
    if step is None:
        return None
    counter = dossier.receiving_unit
    return InCharge(
        name=step.assignee.full_name if step.assignee else "",
        title=step.assignee.title if step.assignee else "",
        unit=step.unit.name,
        counter=counter.name,
        phone=counter.phone or dossier.deciding_unit.phone,
    )


def get_own(*, code: str, user: User, at: datetime) -> Dossier | None:
    """Return a citizen's own dossier with units and procedure."""
    cleaned = clean_code(code)
    if cleaned is None:
        return None
    found: Dossier | None = (
        Dossier.objects.visible_to(user, at=at)
        .select_related("procedure", "revision", "receiving_unit", "deciding_unit", "form_version")
        .filter(code=cleaned)
        .first()
    )
    return found


def get_open_request(dossier: Dossier) -> SupplementRequest | None:
    """Return the request that waits for the citizen, with its items and staged files."""
    items = SupplementItem.objects.prefetch_related("uploads__file")
    return (
        dossier.supplements.filter(answered_at=None, closed_at=None)
        .prefetch_related(Prefetch("items", items))
        .first()
    )


def get_addresses(dossier: Dossier, *, at: datetime) -> str:
    """Return where messages about a dossier go, in words; phones are masked."""
    told = [mask_phone(phone) for phone in letters.phones(dossier, at=at)]
    return ", ".join([*told, *letters.emails(dossier, at=at)])


def get_proof(dossier: Dossier) -> Slip | None:
    """Return the proof of submission."""
    return dossier.slips.filter(kind="PROOF").first()


def name_of(dossier: Dossier) -> str:
    return dossier.revision.everyday_name or dossier.revision.name


def answers_of(dossier: Dossier) -> Sequence[AnswerPart]:
    """Return the answers of a dossier in words, sealed ones included: for its owner only."""
    if dossier.form_version is None:
        return ()
    definition = parse_definition(dossier.form_version.definition)
    return answer_parts(definition, dossier.answers, sealed=dossier.unsealed_answers())


def papers_of(dossier: Dossier) -> list[PaperRows]:
    """Return the papers of a dossier with their files."""
    names: dict[str, str] = {}
    current: dict[str, list[DossierPaper]] = {}
    older: dict[str, list[DossierPaper]] = {}
    links = dossier.papers.select_related("file", "bundle__file").order_by(
        "paper_key", "-round", "position", "pk"
    )
    for link in links:
        names.setdefault(link.paper_key, link.paper_name)
        kept = current if link.superseded_at is None else older
        kept.setdefault(link.paper_key, []).append(link)
    return [
        PaperRows(name, current.get(key, []), older.get(key, [])) for key, name in names.items()
    ]


def _number_words(number: str) -> str:
    if not number:
        return ""
    words = {"number": mask_identity_number(number)}
    if is_identity_number(number):
        return _("số định danh cá nhân %(number)s") % words
    return _("số hộ chiếu %(number)s") % words


def _people(dossier: Dossier) -> list[Line]:
    rows: list[Line] = []
    for party in DossierParty.objects.filter(
        role__in=[PartyRole.SUBMITTER, PartyRole.APPLICANT, PartyRole.MANDATE_HOLDER],
        dossier=dossier,
    ).order_by("-role"):
        number = party.identity_number
        facts = [
            party.name,
            _("sinh ngày %(day)s") % {"day": format_short_day(party.date_of_birth)}
            if party.date_of_birth
            else "",
            _number_words(number),
            _("mã số thuế %(code)s") % {"code": format_tax_code(party.tax_code)}
            if party.tax_code
            else "",
            format_phone(party.phone) if party.phone else "",
            party.address,
        ]
        label = str(PartyRole(party.role).label)
        value = ", ".join(fact for fact in facts if fact)
        rows.append(Line(label[:1].upper() + label[1:], value))
    return rows


def reasons_of(dossier: Dossier) -> Sequence[Reason]:
    """Return why a dossier was refused or stopped, as the agency wrote it."""
    if dossier.state == DossierState.REFUSED:
        slip = dossier.slips.filter(kind=SlipKind.REFUSAL, withdrawn_at=None).last()
        record = unpack(slip) if slip else None
        return record.reasons if isinstance(record, RefusalSlip) else ()
    if dossier.state == DossierState.STOPPED:
        closed = dossier.steps.filter(outcome=StepOutcome.CLOSED).last()
        return (Reason("", closed.note),) if closed and closed.note else ()
    return ()


def apology_of(dossier: Dossier, granted: Sequence[Extension]) -> Apology | None:
    if not granted or dossier.state not in lifecycle.OPEN:
        return None
    last = granted[-1]
    return Apology(
        _("%(agency)s xin lỗi ông/bà và hẹn lại ngày trả kết quả")
        % {"agency": dossier.deciding_unit.name},
        _("Hẹn cũ %(before)s, hẹn lại %(due)s. %(reason)s")
        % {
            "before": format_moment(last.due_before),
            "due": format_moment(last.new_due_at),
            "reason": extension_reason(last),
        },
    )


def messages_of(dossier: Dossier) -> list[Message]:
    """
    Return what the citizens on a dossier were told; the same words by several media stand once.

    What staff tell one another about it stays with them.
    """
    found: dict[tuple[str, str], Message] = {}
    told = Q(recipient=None) | Q(recipient__kind=UserKind.CITIZEN)
    rows = Notice.objects.for_subject(f"dossier:{dossier.code}").filter(told)
    for row in rows[:100]:
        key = (row.kind, f"{row.created_at:%Y%m%d%H%M}")
        medium = str(row.get_medium_display())
        if key in found:
            known = found[key]
            if medium not in known.medium:
                medium = f"{known.medium}, {medium}"
            longer = max(known.text, row.body, key=len)
            found[key] = Message(known.title or row.subject, longer, medium, known.at)
        else:
            found[key] = Message(row.subject, row.body, medium, row.created_at)
    return list(found.values())
