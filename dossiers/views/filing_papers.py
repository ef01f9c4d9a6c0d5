"""The papers of a filing: one card a slot, uploads with and without JavaScript."""

from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import CitizenRequest
from dossiers import attachments
from dossiers.filing import FilingStep, Place, paper_problems
from dossiers.models import DraftPaper, StoredFile
from dossiers.selectors import filing as pages
from dossiers.selectors.filing import Slot
from dossiers.services import draft_papers
from dossiers.views.filing_frame import Desk, filing_view, open_desk, show
from portal.core import files as core_files

PLACE: Final = Place(FilingStep.PAPERS)


def show_papers(
    desk: Desk,
    *,
    names_missing: bool = False,
    refused: tuple[str, str] = ("", ""),
    status: int = 200,
) -> HttpResponse:
    """Show the page of papers; `refused` is a paper's key with what went wrong there."""
    key, sentence = refused
    page = desk.filing
    slots = pages.list_slots(page)
    context = {
        "cards": [
            card_of(desk, slot, error=sentence if slot.paper.key == key else "") for slot in slots
        ],
        "prepared": pages.list_prepared(page),
        "shown": pages.list_shown(page),
        "stray": [file_of(desk, link, is_first=True) for link in page.stray_files],
        "problems": [
            {"text": sentence, "anchor": f"paper-{paper.key}-file"}
            for paper, sentence in paper_problems(page)
            if names_missing
        ],
        "token_value": get_token(desk.request),
    }
    return show(desk, PLACE, PLACE.step.value, context, status=status)


@require_POST
@filing_view
def paper_upload(request: CitizenRequest, draft_id: UUID, paper_key: str) -> HttpResponse:
    """Take files into a slot: one by script (answers with the card), several by a plain form."""
    desk = open_desk(request, draft_id)
    refused, received = "", 0
    uploads = request.FILES.getlist("file")
    if not uploads:
        refused = _("Chưa chọn tệp nào. Chọn hoặc chụp ít nhất một tệp rồi gửi.")
    for upload in uploads:
        try:
            links = draft_papers.add_upload(
                draft_id=draft_id,
                owner=request.user,
                paper_key=paper_key,
                upload=cast(BinaryIO, upload.file),
                name=upload.name or "",
                at=timezone.now(),
            )
        except draft_papers.NoSuchSlot as error:
            raise Http404 from error
        except attachments.UploadRefused as error:
            refused = f"“{upload.name}”: {error.sentence}"
            break
        received += len(links)
    after = open_desk(request, draft_id)
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return _card(after, paper_key, error=refused)
    if refused:
        return show_papers(after, refused=(paper_key, refused), status=422)
    messages.success(request, _("Đã nhận %(count)d tệp.") % {"count": received})
    return redirect(f"{desk.url(PLACE)}#paper-{paper_key}")


@require_POST
@filing_view
def paper_remove(request: CitizenRequest, draft_id: UUID, file_id: UUID) -> HttpResponse:
    """Take a file out of its slot."""
    try:
        key = draft_papers.remove_file(
            draft_id=draft_id, owner=request.user, file_id=file_id, at=timezone.now()
        )
    except draft_papers.NoSuchFile as error:
        raise Http404 from error
    messages.success(request, _("Đã bỏ tệp. Các tệp khác vẫn còn nguyên."))
    return _back_to_card(draft_id, key)


@require_POST
@filing_view
def paper_move(request: CitizenRequest, draft_id: UUID, file_id: UUID) -> HttpResponse:
    """Put a file one place up in its slot."""
    try:
        key = draft_papers.move_file_up(
            draft_id=draft_id, owner=request.user, file_id=file_id, at=timezone.now()
        )
    except draft_papers.NoSuchFile as error:
        raise Http404 from error
    return _back_to_card(draft_id, key)


def card_of(desk: Desk, slot: Slot, *, error: str = "") -> dict[str, Any]:
    """Return what the component paper_card takes for one slot."""
    draft_id = desk.draft.pk
    state, text = "missing", _("chưa có")
    if slot.files:
        state = "received"
        text = _("đã nhận %(contents)s") % {"contents": slot.contents}
    if error or slot.is_blocked:
        state, text = "redo", _("cần chụp lại")
    return {
        "key": slot.paper.key,
        "title": str(slot.paper),
        "hint": slot.hint,
        "optional": not slot.paper.is_mandatory,
        "state": state,
        "state_text": text,
        "files": [
            file_of(desk, link, is_first=index == 0) for index, link in enumerate(slot.files)
        ],
        "upload_url": reverse("dossiers:paper_upload", args=[draft_id, slot.paper.key]),
        "accept": attachments.ACCEPT,
        "max_bytes": core_files.MAX_BYTES,
        "max_words": attachments.size_text(core_files.MAX_BYTES).replace(",0", ""),
        "error": error,
    }


def file_of(desk: Desk, link: DraftPaper, *, is_first: bool) -> dict[str, Any]:
    """Return what the component upload_row takes for one file."""
    draft_id, file = desk.draft.pk, link.file
    return {
        "name": file.name,
        "url": "" if file.is_infected else reverse("dossiers:draft_file", args=[draft_id, file.pk]),
        "facts": attachments.facts_text(file),
        "scan": scan_of(file),
        "thumb_url": reverse("dossiers:draft_preview", args=[draft_id, file.pk, 1])
        if file.has_pictures
        else "",
        "move_url": "" if is_first else reverse("dossiers:paper_move", args=[draft_id, file.pk]),
        "remove_url": reverse("dossiers:paper_remove", args=[draft_id, file.pk]),
    }


def scan_of(file: StoredFile) -> str:
    """Return why a file cannot be opened and what to do about it, "" when it can."""
    text = attachments.scan_text(file)
    if not file.is_infected:
        return text
    return f"{text} {_('Bỏ tệp này, rồi chụp lại hoặc chọn tệp khác.')}"


def _card(desk: Desk, paper_key: str, *, error: str) -> HttpResponse:
    slot = next((one for one in pages.list_slots(desk.filing) if one.paper.key == paper_key), None)
    if slot is None:
        raise Http404
    context = card_of(desk, slot, error=error) | {"csrf_token": get_token(desk.request)}
    status = 422 if error else 200
    return render(desk.request, "components/paper_card.html", context, status=status)


def _back_to_card(draft_id: UUID, paper_key: str) -> HttpResponse:
    path = reverse("dossiers:step", args=[draft_id, PLACE.step.value])
    return redirect(f"{path}#paper-{paper_key}")
