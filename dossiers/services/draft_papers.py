"""The files of a draft, slot by slot: nothing that was received is lost by a refusal."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from accounts.models import User
from dossiers import attachments
from dossiers.filing import MANDATE_PAPER, needs_mandate_paper
from dossiers.models import Draft, DraftPaper
from dossiers.services.drafting import lock_draft, reopen_review
from portal.core import files
from procedures.enums import PaperSource


class NoSuchSlot(Exception):
    """The revision of the draft has no paper of this key to upload."""


class NoSuchFile(Exception):
    """The draft has no such file."""


def add_upload(
    *, draft_id: UUID, owner: User, paper_key: str, upload: BinaryIO, name: str, at: datetime
) -> list[DraftPaper]:
    """
    Look at an upload, keep it and put it last into a slot of a draft: a .zip paper by paper.

    :raises attachments.UploadRefused: with the sentence for the citizen; nothing is kept then.
    :raises NoSuchSlot: if no such paper is to be uploaded.
    :raises drafting.DraftMissing, drafting.DraftSubmitted: if there is nothing to work on.
    """
    received = attachments.look_at(upload, name)
    return _add(draft_id=draft_id, owner=owner, paper_key=paper_key, received=received, at=at)


def add_known_file(
    *,
    draft_id: UUID,
    owner: User,
    paper_key: str,
    facts: files.Inspected,
    data: bytes,
    at: datetime,
) -> DraftPaper:
    """
    Do what `add_upload` does with a content looked at already, or that we made ourselves.

    :raises attachments.UploadRefused: if there is no room; nothing is kept then.
    :raises NoSuchSlot, drafting.DraftMissing, drafting.DraftSubmitted: as `add_upload`.
    """
    received = (files.Received(facts, data),)
    [link] = _add(draft_id=draft_id, owner=owner, paper_key=paper_key, received=received, at=at)
    return link


def _add(
    *,
    draft_id: UUID,
    owner: User,
    paper_key: str,
    received: Sequence[files.Received],
    at: datetime,
) -> list[DraftPaper]:
    with attachments.kept(received) as keys:
        return _link(
            draft_id=draft_id,
            owner=owner,
            paper_key=paper_key,
            facts=[one.facts for one in received],
            keys=keys,
            at=at,
        )


@transaction.atomic(durable=True)
def _link(
    *,
    draft_id: UUID,
    owner: User,
    paper_key: str,
    facts: Sequence[files.Inspected],
    keys: Sequence[str],
    at: datetime,
) -> list[DraftPaper]:
    # Person before draft, as everywhere: the day's quota is counted per person.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)
    draft = lock_draft(draft_id=draft_id, owner=owner)
    if not _is_slot(draft, paper_key):
        raise NoSuchSlot(paper_key)
    links = list(draft.papers.select_related("file"))
    attachments.require_room((link.file for link in links), facts, by=owner, at=at)
    taken = [link.position for link in links if link.paper_key == paper_key]
    new = [
        DraftPaper(
            draft=draft,
            paper_key=paper_key,
            file=attachments.record(one, key, by=owner, at=at),
            position=position,
        )
        for position, (one, key) in enumerate(
            zip(facts, keys, strict=True), start=max(taken, default=-1) + 1
        )
    ]
    DraftPaper.objects.bulk_create(new)
    _changed(draft, at=at)
    return new


@transaction.atomic(durable=True)
def remove_file(*, draft_id: UUID, owner: User, file_id: UUID, at: datetime) -> str:
    """
    Take a file out of its slot and return the slot's key; the stored bytes are swept later.

    :raises NoSuchFile: if it is gone already.
    :raises drafting.DraftMissing, drafting.DraftSubmitted: if there is nothing to work on.
    """
    draft = lock_draft(draft_id=draft_id, owner=owner)
    link = draft.papers.filter(file_id=file_id).first()
    if link is None:
        raise NoSuchFile(file_id)
    link.delete()
    _changed(draft, at=at)
    return link.paper_key


@transaction.atomic(durable=True)
def move_file_up(*, draft_id: UUID, owner: User, file_id: UUID, at: datetime) -> str:
    """
    Put a file before the one above it in its slot and return the slot's key.

    :raises NoSuchFile: if it is gone.
    :raises drafting.DraftMissing, drafting.DraftSubmitted: if there is nothing to work on.
    """
    draft = lock_draft(draft_id=draft_id, owner=owner)
    link = draft.papers.filter(file_id=file_id).first()
    if link is None:
        raise NoSuchFile(file_id)
    row = list(draft.papers.filter(paper_key=link.paper_key).order_by("position", "pk"))
    place = [one.pk for one in row].index(link.pk)
    if place:
        row[place - 1], row[place] = row[place], row[place - 1]
        for position, one in enumerate(row):
            one.position = position
        DraftPaper.objects.bulk_update(row, ["position"])
        _changed(draft, at=at)
    return link.paper_key


def _is_slot(draft: Draft, paper_key: str) -> bool:
    if paper_key == MANDATE_PAPER:
        return needs_mandate_paper(draft)
    paper = draft.revision.papers.filter(key=paper_key).first()
    if paper is None:
        return False
    has_form = draft.revision.form_version_id is not None
    return paper.source == PaperSource.UPLOAD or (
        paper.source == PaperSource.EFORM and not has_form
    )


def _changed(draft: Draft, *, at: datetime) -> None:
    draft.version += 1
    draft.updated_at = at
    reopen_review(draft)
    draft.save(update_fields=["version", "updated_at", "done_steps"])
