"""Files put to the items of a supplement request, before the citizen hands them in."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from accounts.models import User
from dossiers import attachments
from dossiers.models import Dossier, StoredFile, SupplementItem, SupplementUpload
from portal.core import files
from portal.core.db import requires_transaction


class NoSuchItem(Exception):
    """Nothing of this kind is asked of this person (any more)."""


def add_upload(
    *, item_id: int, owner: User, upload: BinaryIO, name: str, at: datetime
) -> list[SupplementUpload]:
    """
    Look at an upload, keep it and put it to an item that asks for a paper: a .zip paper by paper.

    :raises attachments.UploadRefused: with the sentence for the citizen; nothing is kept then.
    :raises NoSuchItem: if the item does not wait for `owner`.
    """
    received = attachments.look_at(upload, name)
    facts = [one.facts for one in received]
    with attachments.kept(received) as keys:
        return _link(item_id=item_id, owner=owner, facts=facts, keys=keys, at=at)


@transaction.atomic(durable=True)
def _link(
    *,
    item_id: int,
    owner: User,
    facts: Sequence[files.Inspected],
    keys: Sequence[str],
    at: datetime,
) -> list[SupplementUpload]:
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)
    item = _lock_item(item_id=item_id, owner=owner)
    staged = SupplementUpload.objects.filter(item__request=item.request_id).select_related("file")
    attachments.require_room(_present(item, list(staged)), facts, by=owner, at=at)
    taken = [one.position for one in staged if one.item_id == item.pk]
    return SupplementUpload.objects.bulk_create(
        SupplementUpload(
            item=item, file=attachments.record(one, key, by=owner, at=at), position=position
        )
        for position, (one, key) in enumerate(
            zip(facts, keys, strict=True), start=max(taken, default=-1) + 1
        )
    )


@transaction.atomic(durable=True)
def remove_file(*, item_id: int, file_id: UUID, owner: User) -> None:
    """
    Take a staged file away again.

    :raises NoSuchItem: if there is no such file, or it is handed in already.
    """
    item = _lock_item(item_id=item_id, owner=owner)
    deleted, _rows = item.uploads.filter(file_id=file_id).delete()
    if not deleted:
        raise NoSuchItem(item_id)


@requires_transaction
def _lock_item(*, item_id: int, owner: User) -> SupplementItem:
    item = (
        SupplementItem.objects.select_related("request")
        .filter(pk=item_id, request__dossier__in=Dossier.objects.of_citizen(owner))
        .exclude(paper_key="")
        .first()
    )
    if item is None:
        raise NoSuchItem(item_id)
    # The dossier is what an answer, a withdrawal and an upload wait for in turn.
    Dossier.objects.locked().get(pk=item.request.dossier_id)
    item.request.refresh_from_db(fields=["answered_at", "closed_at"])
    if item.request.answered_at or item.request.closed_at:
        raise NoSuchItem(item_id)
    return item


def _present(item: SupplementItem, staged: list[SupplementUpload]) -> list[StoredFile]:
    """Return the files that the dossier would have: what stays, and what is staged."""
    asked = item.request.items.exclude(paper_key="").values("paper_key")
    staying = item.request.dossier.papers.filter(superseded_at=None).exclude(paper_key__in=asked)
    return [link.file for link in staying.select_related("file")] + [one.file for one in staged]
