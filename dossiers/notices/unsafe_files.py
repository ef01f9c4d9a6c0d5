"""Who is told that the scanner found something in a file: its owner, and who works on it."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse

from accounts.enums import Role
from accounts.selectors import list_staff
from dossiers import clients, lifecycle
from dossiers.clients import Reader
from dossiers.models import Dossier, Draft, StoredFile, SupplementUpload
from dossiers.notices.letters import letter, tell, tell_staff
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

PAPERS_STEP: Final = "giay-to"


@requires_transaction
def queue_in_draft(draft: Draft, file: StoredFile, *, at: datetime) -> None:
    """Tell the owner of a draft, which cannot be handed in before the file is replaced."""
    _to_owner(
        Reader(draft.owner, draft.acting_key),
        file,
        subject_key=f"draft:{draft.pk}",
        facts={
            "where": "",
            "procedure": draft.revision.everyday_name or draft.revision.name,
            "url": _url("dossiers:step", draft.pk, PAPERS_STEP),
        },
        at=at,
    )


@requires_transaction
def queue_in_dossier(dossier: Dossier, file: StoredFile, *, at: datetime) -> None:
    """Tell the owner of a dossier, and, when the file was handed in, who has its open step."""
    paper = dossier.papers.filter(file=file).first()
    if paper is None:
        if SupplementUpload.objects.filter(
            file=file, item__request__dossier=dossier, item__request__closed_at=None
        ).exists():
            _in_supplement(dossier, file, at=at)
        return
    if paper.superseded_at is not None:
        return
    # Said once for a paper of a round, however many of its files are blocked.
    first = dossier.papers.filter(paper_key=paper.paper_key, round=paper.round).earliest("pk")
    is_open = dossier.lifecycle_state in lifecycle.OPEN
    facts = {"paper": paper.paper_name, "is_open": "yes" if is_open else ""}
    tell(dossier, "unsafe_paper", facts=facts, n=first.pk, at=at)
    step = dossier.steps.open().select_related("assignee").first()
    if step is None:
        return
    people = (
        [step.assignee]
        if step.assignee
        else list_staff(unit_id=step.unit_id, role=Role(step.role), on=local_day(at))
    )
    tell_staff(dossier, "unsafe_paper", people=people, facts=facts, n=str(first.pk), at=at)


@requires_transaction
def queue_in_result(dossier: Dossier, file: StoredFile, *, at: datetime) -> None:
    """Tell the registrar that the result which they issued cannot be opened."""
    if file.uploaded_by is not None:
        people = [file.uploaded_by]
        tell_staff(dossier, "unsafe_result", people=people, facts={}, n=str(file.pk), at=at)


def _url(name: str, *args: object) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=args)}"


@requires_transaction
def _in_supplement(dossier: Dossier, file: StoredFile, *, at: datetime) -> None:
    for reader in clients.readers(dossier, at=at):
        _to_owner(
            reader,
            file,
            subject_key=f"dossier:{dossier.code}",
            facts={
                "where": dossier.code,
                "procedure": dossier.procedure.name,
                "url": _url("dossiers:supplement", dossier.code),
            },
            at=at,
        )


@requires_transaction
def _to_owner(
    reader: Reader, file: StoredFile, *, subject_key: str, facts: dict[str, str], at: datetime
) -> None:
    """Tell of a file that is not handed in yet: no text message, the page says it as well."""
    owner = reader.user
    context = {"name": owner.full_name, "file": file.name, "site_name": settings.SITE_NAME}
    subject, body = letter("unsafe_upload", context | facts)
    for medium, to in ((Medium.IN_APP, ""), (Medium.EMAIL, owner.email)):
        queue_notice(
            kind="dossier-unsafe-upload",
            medium=medium,
            to=to,
            recipient=owner,
            context=reader.context,
            subject_key=subject_key,
            subject=subject,
            body=body,
            dedupe_key=f"unsafe-upload:{file.pk}:{medium}:{subject_key}:{owner.pk}",
            at=at,
        )
