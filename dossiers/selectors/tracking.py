"""What anyone who holds a code may know: stage, field, unit and dates. Nothing of a person."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from dossiers import lifecycle
from dossiers.codes import clean_code
from dossiers.enums import DossierState
from dossiers.marks import MARKS
from dossiers.models import Dossier, DossierParty, Extension

MOST_CODES = 5


@dataclass(frozen=True, slots=True)
class TrackingPage:
    """A frozen record: the template cannot show what it was never given."""

    code: str
    label: str
    tone: str
    letter: str
    field: str
    unit: str
    submitted_at: datetime
    answer_due_at: datetime | None
    due_at: datetime | None
    # The promise that the agency put off with an apology, None where it stands.
    put_off_from: datetime | None
    changed_at: datetime
    waits_for_citizen: bool
    is_open: bool


def get_tracking_page(*, code: str) -> TrackingPage | None:
    """Return what is public of the dossier with this code (one query)."""
    cleaned = clean_code(code)
    if cleaned is None:
        return None
    granted = Extension.objects.of_promise().filter(dossier=OuterRef("pk")).order_by("-number")
    row = (
        Dossier.objects.unrestricted()
        .filter(code=cleaned)
        .annotate(put_off_from=Subquery(granted.values("due_before")[:1]))
        .values(
            "code",
            "state",
            "state_changed_at",
            "submitted_at",
            "answer_due_at",
            "due_at",
            "put_off_from",
            "procedure__field__name",
            "receiving_unit__name",
        )
        .first()
    )
    if row is None:
        return None
    state = DossierState(row["state"])
    return TrackingPage(
        code=row["code"],
        label=str(state.label),
        tone=MARKS[state].tone,
        letter=MARKS[state].letter,
        field=row["procedure__field__name"],
        unit=row["receiving_unit__name"],
        submitted_at=row["submitted_at"],
        answer_due_at=row["answer_due_at"] if state == DossierState.SUBMITTED else None,
        due_at=row["due_at"],
        put_off_from=row["put_off_from"],
        changed_at=row["state_changed_at"],
        waits_for_citizen=state in lifecycle.WAITING_FOR_CITIZEN,
        is_open=state in lifecycle.OPEN,
    )


def list_codes_of_contact(contact: str) -> list[str]:
    """Return the latest codes of dossiers with a phone, or of a confirmed e-mail's owner."""
    if "@" in contact:
        found = Dossier.objects.filter(owner__email=contact, owner__email_verified_at__isnull=False)
    else:
        parties = DossierParty.objects.filter(phone=contact)
        found = Dossier.objects.filter(pk__in=parties.values("dossier"))
    found = found.unrestricted()
    return list(found.order_by("-submitted_at").values_list("code", flat=True)[:MOST_CODES])
