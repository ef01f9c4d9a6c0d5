"""What of a person's dossiers goes when their data is erased, and what only leaves sight."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from dossiers.attachments import stored_keys
from dossiers.models import (
    Decision,
    Delivery,
    Dossier,
    DossierPaper,
    DossierParty,
    Draft,
    DraftPaper,
    Extension,
    PaperBundle,
    Result,
    Reversal,
    Slip,
    Step,
    StoredFile,
    SupplementItem,
    SupplementRequest,
    SupplementUpload,
)
from dossiers.models.dossier import DossierQuerySet
from portal.core.db import requires_transaction

# What stands where somebody's name or words stood.
NOBODY: Final = "-"

# As many in one transaction.
BATCH: Final = 200


def has_open_dossiers(user_ids: Iterable[int]) -> bool:
    """Tell whether somebody still works on a dossier of these people."""
    return _own(user_ids).open().exists()


@requires_transaction
def erase_drafts(user_ids: Iterable[int]) -> tuple[int, list[str]]:
    """Delete all drafts, and files that nothing holds any more; return how many, and what lay."""
    ids = list(user_ids)
    drafts = Draft.objects.filter(owner__in=ids)
    count = drafts.count()
    drafts.delete()
    return count, delete_loose_files(StoredFile.objects.filter(uploaded_by__in=ids))


@requires_transaction
def delete_loose_files(files: QuerySet[StoredFile]) -> list[str]:
    """Delete those of these files that no draft and no dossier holds; return their keys."""
    loose = list(files.filter(*_unheld()).select_for_update(of=("self",)))
    keys = [key for file in loose for key in stored_keys(file)]
    StoredFile.objects.filter(pk__in=[file.pk for file in loose]).delete()
    return keys


@requires_transaction
def erase_dossiers(dossiers: DossierQuerySet, *, at: datetime) -> tuple[int, list[str]]:
    """
    Take files and all that names people from closed dossiers; return how many files, and keys.

    States, dates, steps, fees, events and looks stay: they name nobody but accounts. What was
    paid is the accountants', and stays as well.
    """
    rows = list(dossiers.locked())
    ids = [dossier.pk for dossier in rows]
    draft = Draft.objects.filter(submission_key__in=[dossier.submission_key for dossier in rows])
    held = (
        DraftPaper.objects.filter(draft__in=draft),
        SupplementUpload.objects.filter(item__request__dossier__in=ids),
        DossierPaper.objects.filter(dossier__in=ids),
        PaperBundle.objects.filter(dossier__in=ids),
        Result.objects.filter(dossier__in=ids),
        Slip.objects.filter(dossier__in=ids),
    )
    files = {pk for one in held for pk in one.exclude(file=None).values_list("file", flat=True)}
    for one in held:
        one.delete()
    draft.delete()
    keys = delete_loose_files(StoredFile.objects.filter(pk__in=files))
    DossierParty.objects.filter(dossier__in=ids).update(
        name=NOBODY, folded_name="", phone="", email="", identity_sealed=None, identity_hash="",
        tax_code="", date_of_birth=None, address="",
    )  # fmt: skip
    SupplementRequest.objects.filter(dossier__in=ids).update(message="")
    SupplementItem.objects.filter(request__dossier__in=ids).update(reason=NOBODY)
    Decision.objects.filter(dossier__in=ids).update(proposal=NOBODY, reasons=[], sent_back_note="")
    Delivery.objects.filter(dossier__in=ids).update(recipient_name="", recipient_note="")
    Extension.objects.filter(dossier__in=ids).update(reason=NOBODY, closed_note="")
    Reversal.objects.filter(dossier__in=ids).update(reason=NOBODY)
    Step.objects.filter(dossier__in=ids).update(note="")
    Dossier.objects.filter(pk__in=ids).update(
        answers={}, sealed_answers=None, return_address="",
        applicant_name=NOBODY, applicant_folded="",
        restricted_at=Coalesce("restricted_at", at), disposed_at=at,
    )  # fmt: skip
    return len(files), keys


def loose_files(*, before: datetime) -> QuerySet[StoredFile]:
    """Narrow to files from before a moment that nothing holds, such as a deleted draft's."""
    return StoredFile.objects.filter(*_unheld(), created_at__lt=before)


@requires_transaction
def remove_loose_files(*, before: datetime) -> tuple[int, list[str]]:
    """Delete a batch of them; return how many, and the keys of what lay in the store."""
    ids = list(loose_files(before=before).order_by("pk").values_list("pk", flat=True)[:BATCH])
    chosen = StoredFile.objects.filter(pk__in=ids)
    keys = delete_loose_files(chosen)
    return len(ids) - chosen.count(), keys


@requires_transaction
def restrict(user_ids: Iterable[int], *, at: datetime) -> list[str]:
    """Take the closed dossiers of these people out of every list; return all restricted codes."""
    own = _own(user_ids)
    own.exclude(pk__in=own.open().values("pk")).filter(restricted_at=None).update(restricted_at=at)
    return list(own.exclude(restricted_at=None).order_by("pk").values_list("code", flat=True))


def _own(user_ids: Iterable[int]) -> DossierQuerySet:
    return Dossier.objects.filter(owner__in=list(user_ids), organisation=None)


def _unheld() -> list[Any]:
    # Whatever refers to a file, of whichever app: a table that comes later is not forgotten.
    holders = [
        relation
        for relation in StoredFile._meta.get_fields(include_hidden=True)  # noqa: SLF001 -- Django's own registry
        if isinstance(relation, ForeignObjectRel)
    ]
    return [
        ~Exists(QuerySet(holder.related_model).filter(**{holder.field.name: OuterRef("pk")}))
        for holder in holders
    ]
