"""Which two revisions of a procedure are compared, and what they say."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from procedures import differences
from procedures.differences import PartChanges
from procedures.enums import WORKING
from procedures.models import Procedure, Revision
from procedures.selectors.editor_words import revision_tag


@dataclass(frozen=True, slots=True)
class Choice:
    number: int
    label: str
    is_old: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class DifferencesPage:
    procedure: Procedure
    choices: tuple[Choice, ...]
    # None where there are not two revisions to compare.
    parts: tuple[PartChanges, ...] | None
    # What people work on is compared: it is decided on by the page of its review.
    is_of_draft: bool

    @property
    def count(self) -> int:
        return sum(len(part.changes) for part in self.parts or ())


def get_differences(code: str, *, old: int | None, new: int | None) -> DifferencesPage:
    """
    Return what revision `new` says otherwise than `old`, by their numbers.

    A number that is none takes the newest revision, and what it was copied from or the one before.

    :raises NoSuchProcedure: if the catalogue has no such code.
    """
    procedure = Procedure.objects.with_code(code)
    revisions = {
        one.number: one
        for one in procedure.revisions.select_related("form_version").order_by("-number")
    }
    now = revisions.get(new or 0) or next(iter(revisions.values()), None)
    was = revisions.get(old or 0) or (_before(now, revisions) if now else None)
    parts = tuple(differences.compare(was, now)) if was and now else None
    return DifferencesPage(
        procedure=procedure,
        choices=tuple(
            Choice(
                number=one.number,
                label=_("Lần %(number)d, %(state)s")
                % {"number": one.number, "state": revision_tag(one).text.lower()},
                is_old=one == was,
                is_new=one == now,
            )
            for one in revisions.values()
        ),
        parts=parts,
        is_of_draft=now is not None and now.state in WORKING and now.edited_by_id is not None,
    )


def _before(revision: Revision, revisions: dict[int, Revision]) -> Revision | None:
    base = next((one for one in revisions.values() if one.pk == revision.based_on_id), None)
    return base or next(
        (one for number, one in revisions.items() if number < revision.number), None
    )
