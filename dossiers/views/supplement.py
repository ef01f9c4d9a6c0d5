"""Supplementing a dossier: exactly what was asked, each item with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import citizen_required
from accounts.requests import CitizenRequest
from dossiers import attachments, policies
from dossiers.forms import supplement as forms
from dossiers.models import Dossier, SupplementItem, SupplementRequest, SupplementUpload
from dossiers.selectors import citizen
from dossiers.services import supplement_files, supplements
from dossiers.views.filing_papers import scan_of
from portal.core import files as core_files
from portal.core.dates import to_local
from portal.core.places import national_places
from procedures.eform.definition import Definition
from procedures.eform.forms import SectionForm
from procedures.eform.parsing import parse_definition


@dataclass(frozen=True, slots=True)
class Asked:
    """An open request opened for one page."""

    dossier: Dossier
    request: SupplementRequest

    @property
    def items(self) -> list[SupplementItem]:
        return list(self.request.items.all())

    @property
    def definition(self) -> Definition | None:
        version = self.dossier.form_version
        keys = [item.field_key for item in self.items if item.field_key]
        return forms.cut_down(parse_definition(version.definition), keys) if version else None


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def supplement(request: CitizenRequest, code: str) -> HttpResponse:
    """Show what is asked; on POST, hand the supplement in."""
    asked = _asked(request, code)
    if asked is None:
        messages.info(request, _("Hồ sơ này hiện không có yêu cầu bổ sung nào đang chờ."))
        return redirect("dossiers:detail", code=code)
    if request.method != "POST":
        return _show(request, asked, form=_form(asked))
    form = _form(asked, data=request.POST)
    if form is not None and (form.row_button_pressed or not form.is_valid()):
        status = 200 if form.row_button_pressed else 422
        return _show(request, asked, form=form, status=status)
    try:
        supplements.answer_supplement(
            dossier_id=asked.dossier.pk,
            by=request.user,
            at=timezone.now(),
            answers=form.checked.answers if form else {},
            sealed=form.checked.sealed if form else {},
        )
    except supplements.NotAnswered as error:
        return _show(request, asked, form=form, missing=error.items, status=422)
    except (supplements.NoOpenRequest, policies.NotYourDossier):
        messages.info(request, _("Hồ sơ này hiện không có yêu cầu bổ sung nào đang chờ."))
        return redirect("dossiers:detail", code=code)
    messages.success(request, _("Đã gửi bổ sung. Thời hạn giải quyết tính tiếp từ bây giờ."))
    return redirect("dossiers:detail", code=asked.dossier.code)


@require_POST
@citizen_required
def supplement_upload(request: CitizenRequest, code: str, item_id: int) -> HttpResponse:
    """Take files for one asked paper: one by script (answers with the card), several by a form."""
    asked = _asked(request, code)
    item = _item(asked, item_id)
    refused, received = "", 0
    uploads = request.FILES.getlist("file")
    if not uploads:
        refused = _("Chưa chọn tệp nào. Chọn hoặc chụp ít nhất một tệp rồi gửi.")
    for upload in uploads:
        try:
            uploaded = supplement_files.add_upload(
                item_id=item.pk,
                owner=request.user,
                upload=cast(BinaryIO, upload.file),
                name=upload.name or "",
                at=timezone.now(),
            )
        except supplement_files.NoSuchItem as error:
            raise Http404 from error
        except attachments.UploadRefused as error:
            refused = f"“{upload.name}”: {error.sentence}"
            break
        received += len(uploaded)
    after = _asked(request, code)
    if after is None:
        raise Http404
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        card = card_of(after, _item(after, item_id), error=refused)
        context = card | {"csrf_token": get_token(request)}
        status = 422 if refused else 200
        return render(request, "components/paper_card.html", context, status=status)
    if refused:
        return _show(request, after, form=_form(after), refused=(item_id, refused), status=422)
    messages.success(request, _("Đã nhận %(count)d tệp.") % {"count": received})
    return _back(code, item_id)


@require_POST
@citizen_required
def supplement_remove(
    request: CitizenRequest, code: str, item_id: int, file_id: UUID
) -> HttpResponse:
    """Take a staged file away again."""
    item = _item(_asked(request, code), item_id)
    try:
        supplement_files.remove_file(item_id=item.pk, file_id=file_id, owner=request.user)
    except supplement_files.NoSuchItem as error:
        raise Http404 from error
    messages.success(request, _("Đã bỏ tệp. Các tệp khác vẫn còn nguyên."))
    return _back(code, item_id)


def card_of(asked: Asked, item: SupplementItem, *, error: str = "") -> dict[str, Any]:
    """Return what the component paper_card takes for one asked paper."""
    uploads = list(item.uploads.all())
    state, text = "redo", _("cần chụp lại")
    if uploads and not error and not any(one.file.is_infected for one in uploads):
        contents = attachments.contents_text(one.file for one in uploads)
        state, text = "received", _("đã nhận %(contents)s") % {"contents": contents}
    return {
        "key": f"muc-{item.pk}",
        "title": item.label,
        "hint": _("Lý do: %(reason)s") % {"reason": item.reason},
        "optional": False,
        "state": state,
        "state_text": text,
        "files": [_file(asked, item, one) for one in uploads],
        "upload_url": reverse("dossiers:supplement_upload", args=[asked.dossier.code, item.pk]),
        "accept": attachments.ACCEPT,
        "max_bytes": core_files.MAX_BYTES,
        "max_words": attachments.size_text(core_files.MAX_BYTES).replace(",0", ""),
        "error": error,
    }


def _file(asked: Asked, item: SupplementItem, upload: SupplementUpload) -> dict[str, Any]:
    file, code = upload.file, asked.dossier.code
    return {
        "name": file.name,
        "url": "" if file.is_infected else reverse("dossiers:file", args=[code, file.pk]),
        "facts": attachments.facts_text(file),
        "scan": scan_of(file),
        "thumb_url": reverse("dossiers:preview", args=[code, file.pk, 1])
        if file.has_pictures
        else "",
        "move_url": "",
        "remove_url": reverse("dossiers:supplement_remove", args=[code, item.pk, file.pk]),
    }


def _asked(request: CitizenRequest, code: str) -> Asked | None:
    dossier = citizen.get_own(code=code, user=request.user, at=timezone.now())
    if dossier is None:
        raise Http404
    found = citizen.get_open_request(dossier)
    return Asked(dossier, found) if found else None


def _item(asked: Asked | None, item_id: int) -> SupplementItem:
    items = asked.items if asked else []
    found = next((one for one in items if one.pk == item_id and one.paper_key), None)
    if found is None:
        raise Http404
    return found


def _form(asked: Asked, *, data: Any = None) -> SectionForm | None:
    definition = asked.definition
    if definition is None:
        return None
    dossier = asked.dossier
    return SectionForm(
        definition,
        forms.SECTION,
        today=to_local(timezone.now()).date(),
        typed=forms.typed_of(definition, dossier.answers, dossier.unsealed_answers()),
        data=data,
        places=national_places(),
        communes_url=reverse("procedures:communes"),
    )


def _show(
    request: CitizenRequest,
    asked: Asked,
    *,
    form: SectionForm | None,
    missing: Sequence[SupplementItem] = (),
    refused: tuple[int, str] = (0, ""),
    status: int = 200,
) -> HttpResponse:
    context = {
        "dossier": asked.dossier,
        "name": citizen.name_of(asked.dossier),
        "asked": asked.request,
        "cards": [
            card_of(asked, item, error=refused[1] if item.pk == refused[0] else "")
            for item in asked.items
            if item.paper_key
        ],
        "fields": [item for item in asked.items if item.field_key],
        "form": form,
        "missing": missing,
        "token_value": get_token(request),
    }
    return render(request, "dossiers/citizen/supplement.html", context, status=status)


def _back(code: str, item_id: int) -> HttpResponse:
    url = reverse("dossiers:supplement", args=[code])
    return redirect(f"{url}#paper-muc-{item_id}")
