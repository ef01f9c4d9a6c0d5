"""
Erasing a person: proposed by one, approved by another, written on a list that outlives backups.

What the law keeps (dossiers handed in, money) is restricted; events, ledger, looks and security
events stay with an account id that means nobody any more; all else is deleted or overwritten.
"""

import json
import logging
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.security import SecurityEventKind
from accounts.services import erasure as accounts, security
from dossiers.services import privacy as dossiers
from portal.core.db import requires_transaction
from portal.notices.models import Notice
from portal.notices.outbox import redact
from portal.operations.enums import RequestKind, RequestState
from portal.operations.models import DataExport, DataRequest, Erasure
from portal.operations.services import data_requests, doomed

logger = logging.getLogger(__name__)


class DossiersOpen(Exception):
    """Somebody still works on a dossier of this person."""


def approve(*, request_id: int, by: User, at: datetime) -> Erasure:
    """
    Approve and carry out an erasure, copy the list out, remove the files.

    :raises RequestAbsent: if there is no such request.
    :raises RequestMoved: if it asks for something else, or nobody has proposed to do it.
    :raises NeedsSecondPerson: if `by` proposed it.
    :raises DossiersOpen: if a dossier of the person is still open.
    """
    done = execute(request_id=request_id, by=by, at=at)
    try:
        copy_out()
    except OSError:
        # The sweep comes again; what is erased stays erased.
        logger.exception("erasures.not-copied")
    doomed.purge_doomed()
    return done


@transaction.atomic(durable=True)
def execute(*, request_id: int, by: User, at: datetime) -> Erasure:
    """
    Erase in one transaction; see `approve`.

    :raises RequestAbsent, RequestMoved, NeedsSecondPerson, DossiersOpen: as `approve`.
    """
    request = data_requests.lock(request_id, states=(RequestState.IN_PROGRESS,))
    if request.kind != RequestKind.ERASE:
        raise data_requests.RequestMoved
    if request.answered_by_id == by.pk:
        raise data_requests.NeedsSecondPerson
    users = accounts.lock_all(request.user_id)
    if dossiers.has_open_dossiers(user.pk for user in users):
        raise DossiersOpen
    data_requests.close(request, by=by, answer=request.answer, at=at)
    _close_others(users, by=by, at=at)
    counts = _erase(users, at=at)
    done = Erasure.objects.create(
        subject_id=request.user_id,
        subject_handle=request.user.username,
        request_id=request.pk,
        proposed_by_id=request.answered_by_id,
        approved_by_id=by.pk,
        executed_at=at,
        counts=counts,
    )
    security.record(
        SecurityEventKind.DATA_ERASED,
        at=at,
        user=users[0],
        actor=by,
        data={"request": request.pk},
    )
    return done


def reapply(*, at: datetime) -> tuple[int, list[str]]:
    """
    Erase again what a restore brought back: everybody on the list of the rows and of the copies.

    Return how many accounts that were, and what somebody has to look at.
    """
    found, look_at = 0, []
    for entry in _listed():
        erased, warnings = _reapply_one(entry, at=at)
        found += erased
        look_at += warnings
    copy_out()
    doomed.purge_doomed()
    return found, look_at


def copy_out() -> list[Path]:
    """Write each erasure into the folder outside the database; return the new files."""
    folder = settings.ERASURE_LIST_DIR
    if not folder:
        return []
    Path(folder).mkdir(parents=True, exist_ok=True)
    written = []
    for done in Erasure.objects.order_by("executed_at", "pk"):
        path = Path(folder) / f"{done.pk}.json"
        if not path.exists():
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_text(json.dumps(_published(done), indent=1) + "\n", encoding="utf-8")
            part.replace(path)
            written.append(path)
    return written


def _published(done: Erasure) -> dict[str, Any]:
    return {
        "id": str(done.pk),
        "subject_id": done.subject_id,
        "subject_handle": done.subject_handle,
        "request_id": done.request_id,
        "proposed_by_id": done.proposed_by_id,
        "approved_by_id": done.approved_by_id,
        "executed_at": done.executed_at.isoformat(),
        "counts": done.counts,
    }


def _listed() -> Iterator[dict[str, Any]]:
    seen = set()
    for done in Erasure.objects.order_by("executed_at", "pk"):
        seen.add(str(done.pk))
        yield _published(done)
    folder = settings.ERASURE_LIST_DIR
    for path in sorted(Path(folder).glob("*.json")) if folder else []:
        entry = json.loads(path.read_text(encoding="utf-8"))
        if entry["id"] not in seen:
            yield entry


@transaction.atomic(durable=True)
def _reapply_one(entry: dict[str, Any], *, at: datetime) -> tuple[int, list[str]]:
    users = accounts.lock_all(entry["subject_id"])
    # The random handle, not the id alone: after a restore an id may be given out anew.
    if not users or users[0].username != entry["subject_handle"]:
        return 0, []
    back = any(user.full_name != accounts.ERASED_NAME for user in users)
    _erase(users, at=at)
    if not Erasure.objects.filter(pk=entry["id"]).exists():
        Erasure.objects.create(
            **entry | {"id": UUID(entry["id"]), "executed_at": _moment(entry["executed_at"])}
        )
    warnings = []
    if dossiers.has_open_dossiers(user.pk for user in users):
        warnings.append(f"account {users[0].pk}: dossiers are open again")
    return int(back), warnings


@requires_transaction
def _close_others(users: list[User], *, by: User, at: datetime) -> None:
    """What else these people asked is done with: nothing is left to correct or restrict."""
    DataRequest.objects.open().filter(user__in=users).update(
        state=RequestState.DONE,
        answered_by=Coalesce("answered_by", Value(by.pk)),
        answered_at=Coalesce("answered_at", at),
        closed_by=by,
        closed_at=at,
    )


@requires_transaction
def _erase(users: list[User], *, at: datetime) -> dict[str, int]:
    ids = [user.pk for user in users]
    addresses = accounts.addresses_of(users)
    drafts, keys = dossiers.erase_drafts(ids)
    codes = dossiers.restrict(ids, at=at)
    told = Q(recipient__in=ids) | Q(to__in=addresses)
    told |= Q(subject_key__in=[f"dossier:{code}" for code in codes])
    notices = redact(Notice.objects.filter(told), at=at)
    copies = DataExport.objects.filter(user__in=ids)
    keys += [key for key in copies.values_list("storage_key", flat=True) if key]
    # One that waits to be made would be a copy of what is kept restricted.
    copies.filter(ready_at=None).delete()
    copies.update(storage_key="", sha256="", size=0)
    asked = DataRequest.objects.filter(user__in=ids)
    asked.update(details="")
    asked.exclude(extension_reason="").update(extension_reason="-")
    asked.exclude(answer="").update(answer="-")
    for user in users:
        accounts.erase(user, at=at)
    return {
        "accounts": len(users),
        "drafts": drafts,
        "notices": notices,
        "objects": doomed.doom(keys, at=at),
        "restricted_dossiers": len(codes),
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
