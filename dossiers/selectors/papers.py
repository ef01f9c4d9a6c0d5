"""Which stored file somebody may open: absent, another's and another unit's answer alike."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from dossiers.codes import clean_code
from dossiers.models import Dossier, Draft, Result, Slip, StoredFile


def find_draft_file(*, draft_id: UUID, file_id: UUID, owner: User) -> StoredFile | None:
    """Return a file of an open draft of `owner`."""
    drafts = Draft.objects.visible_to(owner).open().filter(pk=draft_id)
    return StoredFile.objects.filter(pk=file_id, pk__in=drafts.values("papers__file")).first()


def find_dossier(*, code: str, user: User, at: datetime) -> Dossier | None:
    """Return the dossier of a code if `user` reads it, files and all."""
    cleaned = clean_code(code)
    if cleaned is None:
        return None
    found: Dossier | None = (
        Dossier.objects.readable_by(user, at=at)
        .select_related("deciding_unit")
        .filter(code=cleaned)
        .first()
    )
    return found


def find_file(dossier: Dossier, *, file_id: UUID, user: User) -> StoredFile | None:
    """Return a paper, bundle or result of a dossier; what is staged is for its owner alone."""
    linked = (
        Q(pk__in=dossier.papers.values("file"))
        | Q(pk__in=dossier.bundles.exclude(file=None).values("file"))
        | Q(pk__in=results_for(dossier, user).values("file"))
    )
    if user.is_citizen and dossier.is_of(user):
        linked |= Q(pk__in=dossier.supplements.values("items__uploads__file"))
    return StoredFile.objects.filter(linked, pk=file_id).first()


def find_slip(dossier: Dossier, *, slip_id: int) -> Slip | None:
    """Return a slip of a dossier, with its file once that is made."""
    return dossier.slips.select_related("file").filter(pk=slip_id).first()


def results_for(dossier: Dossier, user: User) -> QuerySet[Result]:
    """Return the results in force; to the owner only once nothing is owed for them."""
    live = dossier.results.filter(revoked_at=None)
    is_owed = user.is_citizen and dossier.obligations.due().exists()
    return live.none() if is_owed else live


def find_result_file(dossier: Dossier, *, user: User) -> StoredFile | None:
    """Return the file of the result in force."""
    live = results_for(dossier, user).select_related("file").first()
    return live.file if live else None
