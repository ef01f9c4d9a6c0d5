"""What imports found in the catalogue: looked through by people, one by one or a page of a kind."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import StaffRequest
from portal.core.text import whole_number
from procedures.importing.findings import WORDS, Kind
from procedures.models import ImportedRecord, NoSuchProcedure
from procedures.selectors import import_findings, import_sides
from procedures.services import drafting, finding_reviews
from procedures.views.editor_frame import editors_only, show

MENU_ENTRY = "procedures:editor_findings"
# In which part of the draft a kind is mended; any other stands among the texts of the first.
_PARTS: Final = {
    **dict.fromkeys(import_sides.FEES, "phi"),
    **dict.fromkeys(import_sides.TIMES, "truong-hop"),
    **dict.fromkeys(import_sides.PAPERS, "giay-to"),
}
_FIRST_PART: Final = "chung"


@require_safe
@editors_only
def findings(request: StaffRequest) -> HttpResponse:
    """List what waits, of one kind or of all, with how many of each kind there are."""
    kind = request.GET.get("loai", "")
    kind = kind if kind in set(Kind) else ""
    page = import_findings.list_records(kind=kind, page=request.GET.get("trang", ""))
    context = {
        "kinds": import_findings.count_kinds(),
        "kind": kind,
        "kind_label": WORDS[Kind(kind)] if kind else "",
        "page": page,
        "rows": [
            (record, import_findings.open_findings(record, kind=kind))
            for record in page.object_list
        ],
        "left": [] if kind else import_findings.list_left_drafts(),
        "query": urlencode({"loai": kind}) if kind else "",
    }
    return show(request, "procedures/editor/findings.html", context, menu=MENU_ENTRY)


@require_POST
@editors_only
def keep_kind(request: StaffRequest) -> HttpResponse:
    """Leave the findings of one kind in the procedures of a page."""
    kind = request.POST.get("loai", "")
    if kind not in set(Kind):
        return redirect(MENU_ENTRY)
    kept = finding_reviews.keep_kind(
        codes=request.POST.getlist("ma")[: import_findings.PAGE_SIZE],
        kind=Kind(kind),
        editor=request.user,
        at=timezone.now(),
    )
    said = ngettext(
        "Đã ghi nhận xem %d thủ tục, giữ nguyên.", "Đã ghi nhận xem %d thủ tục, giữ nguyên.", kept
    )
    messages.success(request, said % kept)
    return redirect(f"{reverse(MENU_ENTRY)}?{urlencode({'loai': kind})}")


@require_safe
@editors_only
def record(request: StaffRequest, code: str) -> HttpResponse:
    """Show what was found in one procedure: what the source said beside what we hold."""
    try:
        found = import_findings.get_record(code)
    except ImportedRecord.DoesNotExist as absent:
        raise Http404 from absent
    return show(request, "procedures/editor/finding.html", {"found": found}, menu=MENU_ENTRY)


@require_POST
@editors_only
def keep(request: StaffRequest, code: str) -> HttpResponse:
    """Leave one finding as it is."""
    try:
        finding_reviews.keep_finding(
            code=code,
            digest=request.POST.get("phat_hien", ""),
            editor=request.user,
            at=timezone.now(),
        )
    except finding_reviews.NoSuchFinding:
        messages.warning(request, _("Phát hiện này không còn nữa: bản ghi vừa được nhập lại."))
    else:
        messages.success(request, _("Đã ghi nhận: đã xem, giữ nguyên."))
    return redirect("procedures:editor_finding", code=code)


@require_POST
@editors_only
def mend(request: StaffRequest, code: str) -> HttpResponse:
    """Open the draft of a procedure at the part where a finding is mended."""
    try:
        drafting.open_draft(code=code, editor=request.user, at=timezone.now())
    except NoSuchProcedure as absent:
        raise Http404 from absent
    except drafting.IsRepealed:
        messages.warning(request, _("Thủ tục đã bãi bỏ, không sửa nữa."))
        return redirect("procedures:editor_finding", code=code)
    kind = request.POST.get("loai", "")
    part = _PARTS.get(Kind(kind), _FIRST_PART) if kind in set(Kind) else _FIRST_PART
    return redirect("procedures:editor_part", code=code, part=part)


@require_POST
@editors_only
def left_draft(request: StaffRequest, code: str) -> HttpResponse:
    """Adopt the draft that an import left, or throw it away."""
    revision_id = whole_number(request.POST.get("revision", ""))
    version = whole_number(request.POST.get("version", ""))
    if revision_id is None or version is None:
        return redirect("procedures:editor_finding", code=code)
    try:
        if request.POST.get("viec") == "bo":
            finding_reviews.discard_left(revision_id=revision_id)
            messages.success(request, _("Đã bỏ bản nháp từ lần nhập."))
        else:
            finding_reviews.adopt_draft(
                revision_id=revision_id, version=version, editor=request.user, at=timezone.now()
            )
            messages.success(request, _("Đã nhận bản nháp này để biên tập tiếp."))
            return redirect("procedures:editor_draft", code=code)
    except finding_reviews.OtherDraft:
        messages.warning(
            request,
            _("Thủ tục đang có bản nháp khác. Công bố hoặc bỏ bản đó trước, rồi nhận bản này."),
        )
    except (drafting.NotEditable, drafting.StaleRevision):
        messages.warning(request, _("Bản nháp này vừa thay đổi hoặc không còn nữa."))
    return redirect("procedures:editor_finding", code=code)
