"""Files leave the portal only here, after asking who may see them; never shown as they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.models import StaffRole, User
from accounts.requests import CitizenRequest, StaffRequest
from dossiers import attachments, policies
from dossiers.enums import AccessKind
from dossiers.models import Dossier, StoredFile
from dossiers.selectors import papers
from dossiers.services import accesses
from dossiers.views.filing_frame import filing_view
from portal.core import files as core_files


@require_safe
@filing_view
def draft_file(request: CitizenRequest, draft_id: UUID, file_id: UUID) -> HttpResponse:
    """Hand a file of a draft back to its owner."""
    return _original(
        request, papers.find_draft_file(draft_id=draft_id, file_id=file_id, owner=request.user)
    )


@require_safe
@filing_view
def draft_preview(
    request: CitizenRequest, draft_id: UUID, file_id: UUID, page: int
) -> HttpResponse:
    """Show one page of a file of a draft to its owner."""
    return _picture(
        papers.find_draft_file(draft_id=draft_id, file_id=file_id, owner=request.user), page
    )


@require_safe
def file(request: HttpRequest, code: str, file_id: UUID) -> HttpResponse:
    """Hand over a file of a dossier to its owner, or to staff who may see the dossier."""
    look = _look(request, code)
    found = papers.find_file(look.dossier, file_id=file_id, user=look.user)
    return _original(request, found, look=look, kind=AccessKind.FILE)


@require_safe
def preview(request: HttpRequest, code: str, file_id: UUID, page: int) -> HttpResponse:
    """Show one page of a file of a dossier."""
    look = _look(request, code)
    found = papers.find_file(look.dossier, file_id=file_id, user=look.user)
    return _picture(found, page, look=look)


@require_safe
def slip(request: HttpRequest, code: str, slip_id: int) -> HttpResponse:
    """Hand over an issued slip; a withdrawn one stays readable."""
    look = _look(request, code)
    found = papers.find_slip(look.dossier, slip_id=slip_id)
    if found is None:
        raise Http404
    if found.file is None:
        context = {"slip": found, "code": code}
        response = render(request, "dossiers/public/slip_waiting.html", context, status=202)
        response["Cache-Control"] = "private, no-store"
        return response
    return _original(request, found.file, look=look, kind=AccessKind.SLIP)


@require_safe
def result(request: HttpRequest, code: str) -> HttpResponse:
    """Hand over the result that is in force."""
    look = _look(request, code)
    found = papers.find_result_file(look.dossier, user=look.user)
    return _original(request, found, look=look, kind=AccessKind.RESULT)


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody who may read a dossier, about to be shown a part of it."""

    dossier: Dossier
    user: User
    roles: Sequence[StaffRole]
    at: datetime

    def record(self, found: StoredFile, kind: AccessKind) -> None:
        """Note it before a byte leaves; an error here is the answer."""
        try:
            accesses.record_look(
                self.dossier, self.user, self.roles, kind=kind, file_id=found.pk, at=self.at
            )
        except accesses.Gone as error:
            raise Http404 from error


def _look(request: HttpRequest, code: str) -> Look:
    # LoginRequiredMiddleware has sent everybody else to sign in before this.
    user = request.user
    if not isinstance(user, User):
        raise Http404
    roles = cast(StaffRequest, request).roles
    if user.is_staff_member and not policies.can_read(roles):
        raise PermissionDenied
    at = timezone.now()
    dossier = papers.find_dossier(code=code, user=user, at=at)
    if dossier is None:
        raise Http404
    return Look(dossier=dossier, user=user, roles=roles, at=at)


def _original(
    request: HttpRequest,
    found: StoredFile | None,
    *,
    look: Look | None = None,
    kind: AccessKind = AccessKind.FILE,
) -> HttpResponse:
    if found is None:
        raise Http404
    if not found.is_viewable:
        context = {"is_infected": found.is_infected}
        response = render(request, "dossiers/public/file_withheld.html", context, status=409)
        response["Cache-Control"] = "private, no-store"
        return response
    if look is not None:
        look.record(found, kind)
    try:
        data = core_files.read_stored(found.storage_key, sha256=found.sha256)
    except core_files.FileDamaged as error:
        raise Http404 from error
    response = HttpResponse(data, content_type=found.mime)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=found.name
    )
    return _sealed_off(response)


def _picture(found: StoredFile | None, page: int, *, look: Look | None = None) -> HttpResponse:
    if found is None or not found.is_viewable:
        raise Http404
    if look is not None:
        look.record(found, AccessKind.FILE)
    try:
        picture = attachments.preview_png(found, page=page)
    except (core_files.PreviewFailed, core_files.FileDamaged) as error:
        raise Http404 from error
    return _sealed_off(HttpResponse(picture, content_type="image/png"))


def _sealed_off(response: HttpResponse) -> HttpResponse:
    """Make sure that nothing in a stranger's file can act in our name, or stays in a cache."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
