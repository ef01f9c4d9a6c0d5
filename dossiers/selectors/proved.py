"""One dossier by its code and a one-time code: more than tracking, less than sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dossiers.codes import clean_code
from dossiers.enums import PartyRole
from dossiers.models import Dossier, DossierParty
from dossiers.notices import letters
from dossiers.selectors.answers import Line
from dossiers.selectors.citizen import (
    Apology,
    Message,
    apology_of,
    messages_of,
    name_of,
    papers_of,
    reasons_of,
    situation_of,
    with_situation,
)
from dossiers.selectors.situation import Situation, TimelineItem, timeline
from dossiers.slips import Reason
from portal.core.calendars import explain, notes_from_json
from portal.core.dates import local_day


@dataclass(frozen=True, slots=True)
class ProvedPage:
    """
    What a one-time code shows: procedure, names, papers by name, messages.

    Not the declaration, the files, the result: a phone changes hands sooner than an account does.
    """

    code: str
    name: str
    unit: str
    unit_phone: str
    situation: Situation
    timeline: Sequence[TimelineItem]
    due_at: datetime | None
    why: Sequence[str]
    people: Sequence[Line]
    # Each paper with how many files of it count.
    papers: Sequence[tuple[str, int]]
    messages: Sequence[Message]
    reasons: Sequence[Reason]
    apology: Apology | None


def find_proved(*, code: str, contact: str, at: datetime) -> Dossier | None:
    """Return the dossier with this code if `contact` is where its people are told of it now."""
    cleaned = clean_code(code)
    if cleaned is None:
        return None
    found: Dossier | None = (
        with_situation(
            Dossier.objects.unrestricted().select_related("owner", "mandate"), on=local_day(at)
        )
        .filter(code=cleaned)
        .first()
    )
    if found is None:
        return None
    told = letters.emails(found, at=at) if "@" in contact else letters.phones(found, at=at)
    return found if contact in {one.lower() for one in told} else None


def get_proved_page(dossier: Dossier) -> ProvedPage:
    """Return what is shown of a dossier that `find_proved` has found."""
    apologies = list(dossier.extensions.of_promise().order_by("number"))
    done = dossier.steps.select_related("unit").order_by("number")
    return ProvedPage(
        code=dossier.code,
        name=name_of(dossier),
        unit=dossier.deciding_unit.name,
        unit_phone=dossier.deciding_unit.phone,
        situation=situation_of(dossier),
        timeline=timeline(dossier, done, apologies=apologies),
        due_at=dossier.due_at,
        why=explain(notes_from_json(dossier.due_notes)) if dossier.due_notes else [],
        people=_names(dossier),
        papers=[(paper.name, len(paper.files)) for paper in papers_of(dossier)],
        messages=messages_of(dossier),
        reasons=reasons_of(dossier),
        apology=apology_of(dossier, apologies),
    )


def _names(dossier: Dossier) -> list[Line]:
    shown = (PartyRole.SUBMITTER, PartyRole.APPLICANT, PartyRole.MANDATE_HOLDER)
    found = DossierParty.objects.filter(dossier=dossier, role__in=shown).order_by("-role")
    labels = ((str(PartyRole(party.role).label), party.name) for party in found)
    return [Line(label[:1].upper() + label[1:], name) for label, name in labels]
