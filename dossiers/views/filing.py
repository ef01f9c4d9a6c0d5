"""Filing a dossier, step by step: each step its own address, complete without JavaScript."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import sessions
from accounts.decorators import citizen_required
from accounts.enums import CodePurpose
from accounts.limits import CODE_GAP
from accounts.requests import NEXT, CitizenRequest, client_address, code_session
from accounts.services import codes, robots
from accounts.services.limits import TooManyRequests
from accounts.views.refusals import resend_sentence
from dossiers.filing import FilingStep, Place
from dossiers.forms.filing import SubmitForm
from dossiers.selectors import filing as pages
from dossiers.services import draft_steps, drafting, submission
from dossiers.views.filing_frame import (
    REFUSED_TO_ACT,
    Desk,
    desk_of,
    filing_view,
    may_not_act,
    not_yet,
    open_desk,
    show,
)
from dossiers.views.filing_papers import show_papers
from dossiers.views.filing_steps import ASKING, save_step, show_step, take_step
from portal.core.dates import to_local
from portal.core.identity import mask_phone


@require_GET
@citizen_required
def start(request: CitizenRequest, procedure_code: str) -> HttpResponse:
    """Go on with the newest draft of a procedure, or begin one."""
    try:
        draft = drafting.start_draft(
            procedure_code=procedure_code,
            owner=request.user,
            agency_key=request.GET.get("co_quan", ""),
            case_key=request.GET.get("truong_hop", ""),
            at=timezone.now(),
            by_eid=sessions.is_by_eid(request.session),
        )
    except drafting.IdentityNotProved:
        return _ask_eid(request.get_full_path())
    except drafting.ProcedureClosed:
        return render(request, "dossiers/filing/closed.html", status=404)
    except REFUSED_TO_ACT as error:
        return may_not_act(request, error)
    except drafting.TooManyDrafts:
        messages.warning(
            request,
            _(
                "Đã có %(count)d hồ sơ đang làm dở, là số tối đa. Nộp hoặc xóa bớt một hồ sơ dở "
                "dang rồi bắt đầu hồ sơ mới."
            )
            % {"count": drafting.MAX_OPEN},
        )
        return redirect("dossiers:mine")
    desk = open_desk(request, draft.pk)
    return redirect(desk.url(desk.first))


@require_http_methods(["GET", "HEAD", "POST"])
@filing_view
def step(request: CitizenRequest, draft_id: UUID, step: str) -> HttpResponse:
    """Show one step of a filing; on POST, save it and lead on."""
    is_post = request.method == "POST"
    if is_post and step == FilingStep.SUBMIT:
        return _hand_in(request, draft_id)
    desk = open_desk(request, draft_id)
    place = _place(desk, step)
    if place is None:
        return _unknown_section(desk, step)
    if not desk.reaches(place) and not (is_post and place.step in ASKING):
        return not_yet(desk, place)
    return _take(desk, place) if is_post else _show(desk, place)


def _show(desk: Desk, place: Place) -> HttpResponse:
    if place.step in ASKING:
        return show_step(desk, place)
    pages_of = {
        FilingStep.PAPERS: show_papers,
        FilingStep.REVIEW: _show_review,
        FilingStep.SUBMIT: _show_submit,
    }
    return pages_of[place.step](desk)


def _take(desk: Desk, place: Place) -> HttpResponse:
    return take_step(desk, place) if place.step in ASKING else _finish(desk, place)


@require_POST
@filing_view
def autosave(request: CitizenRequest, draft_id: UUID, step: str) -> HttpResponse:
    """Save a step while it is being filled in, right or wrong; the page stays."""
    desk = open_desk(request, draft_id)
    place = _place(desk, step)
    if place is None or place.step not in ASKING:
        raise Http404
    try:
        draft = save_step(desk, place, is_final=False)
    except draft_steps.SavedElsewhere:
        return JsonResponse({}, status=409)
    return JsonResponse({"saved_at": f"{to_local(draft.updated_at):%H:%M}"})


@require_http_methods(["GET", "HEAD", "POST"])
@filing_view
def draft_delete(request: CitizenRequest, draft_id: UUID) -> HttpResponse:
    """Remove a draft; asked for once more on a page of its own."""
    if request.POST.get("chac-chan") != "1":
        desk = open_desk(request, draft_id)
        context = {"draft": desk.draft, "procedure": desk.filing.revision, "back_url": _back(desk)}
        return render(request, "dossiers/filing/delete.html", context)
    drafting.delete_draft(draft_id=draft_id, owner=request.user)
    messages.success(request, _("Đã xóa hồ sơ làm dở."))
    return redirect("dossiers:mine")


def _place(desk: Desk, step: str) -> Place | None:
    if step not in {one.value for one in desk.filing.steps}:
        return None
    if step != FilingStep.FORM:
        return Place(FilingStep(step))
    sections = [place for place in desk.places if place.step is FilingStep.FORM]
    wanted = desk.request.GET.get("muc")
    if wanted:
        return next((place for place in sections if place.section == wanted), None)
    if desk.first in sections:
        return desk.first
    return sections[0] if sections else None


def _unknown_section(desk: Desk, step: str) -> HttpResponse:
    """Lead on from a part of the e-form that is not asked (any more); what was typed is kept."""
    if step != FilingStep.FORM:
        raise Http404
    wanted = desk.request.GET.get("muc", "")[:64]
    if desk.filing.definition is not None and desk.request.method == "POST" and wanted:
        save_step(desk, Place(FilingStep.FORM, wanted), is_final=False)
    return redirect(desk.url(desk.first))


def _finish(desk: Desk, place: Place) -> HttpResponse:
    draft = drafting.finish_step(
        draft_id=desk.draft.pk, owner=desk.request.user, step=place.step, at=timezone.now()
    )
    after = desk_of(desk.request, draft)
    if place.mark in draft.done_steps:
        return redirect(after.next_url(place))
    return show_papers(after, names_missing=True, status=422)


def _show_review(desk: Desk) -> HttpResponse:
    parts = [
        {"part": part, "url": f"{desk.url(part.place)}{_joint(part.place)}ve=xem-lai"}
        for part in pages.review(desk.filing, desk.verdict)
    ]
    return show(desk, Place(FilingStep.REVIEW), "xem-lai", {"parts": parts})


def _show_submit(
    desk: Desk, *, form: SubmitForm | None = None, asks_code: bool = False, status: int = 200
) -> HttpResponse:
    place = Place(FilingStep.SUBMIT)
    if not desk.reaches(place):
        return not_yet(desk, place)
    initial = {"key": desk.draft.submission_key}
    context: dict[str, Any] = {
        "form": form or SubmitForm(initial=initial, asks_code=asks_code),
        "asks_code": asks_code,
        "challenge_url": reverse("accounts:robot_challenge"),
        "phone": mask_phone(desk.request.user.phone),
        "email": desk.request.user.confirmed_email,
        "agency": desk.draft.agency,
    }
    return show(desk, place, "nop", context, status=status)


def _hand_in(request: CitizenRequest, draft_id: UUID) -> HttpResponse:
    # The draft is not read here: the submission looks at all of it again, under its lock.
    if request.POST.get("gui-lai") == "1":
        return _ask_code(request, draft_id)
    asks_code = "code" in request.POST
    form = SubmitForm(request.POST, asks_code=asks_code)
    if form.is_valid():
        payload = request.POST.get("altcha", "")
        if asks_code:
            refusal = _code_refusal(request, form.cleaned_data["code"])
            if refusal:
                form.add_error("code", refusal)
        elif not payload and not sessions.is_by_eid(request.session):
            # No script ran, or it could not reach us: a code to the phone takes its place.
            return _ask_code(request, draft_id)
        elif payload and not robots.verify(payload=payload, at=timezone.now()):
            form.add_error(
                None,
                _(
                    "Lần kiểm tra tự động này đã dùng hoặc đã quá hạn. Bấm “Nộp hồ sơ” một lần "
                    "nữa; hồ sơ không bao giờ bị nộp hai lần."
                ),
            )
    if form.errors:
        desk = open_desk(request, draft_id)
        return _show_submit(desk, form=form, asks_code=asks_code, status=422)
    return _submit(request, draft_id, form)


def _code_refusal(request: CitizenRequest, code: str) -> str:
    try:
        codes.require_code(
            purpose=CodePurpose.ROBOT_CHECK,
            phone=request.user.phone,
            email=request.user.confirmed_email,
            session=code_session(request),
            code=code,
            at=timezone.now(),
        )
    except codes.CodeRefused as error:
        return error.sentence
    return ""


def _ask_code(request: CitizenRequest, draft_id: UUID) -> HttpResponse:
    desk = open_desk(request, draft_id)
    if desk.reaches(Place(FilingStep.SUBMIT)):
        _send_code(request)
    promised = request.POST.get("promise") == "on"
    initial = {"key": desk.draft.submission_key, "promise": promised}
    form = SubmitForm(initial=initial, asks_code=True)
    return _show_submit(desk, form=form, asks_code=True)


def _submit(request: CitizenRequest, draft_id: UUID, form: SubmitForm) -> HttpResponse:
    try:
        dossier = submission.submit_dossier(
            draft_id=draft_id,
            owner=request.user,
            key=form.cleaned_data["key"],
            at=timezone.now(),
            by_eid=sessions.is_by_eid(request.session),
        )
    except drafting.IdentityNotProved:
        return _ask_eid(reverse("dossiers:step", args=[draft_id, FilingStep.SUBMIT.value]))
    except drafting.ProcedureClosed:
        messages.warning(
            request,
            _(
                "Cơ quan vừa ngừng nhận thủ tục này trực tuyến nên hồ sơ chưa nộp được. Mọi nội "
                "dung đã khai vẫn được giữ. Chọn cơ quan khác, hoặc nộp tại quầy."
            ),
        )
        return redirect("dossiers:step", draft_id=draft_id, step=FilingStep.AGENCY.value)
    except REFUSED_TO_ACT as error:
        return may_not_act(request, error)
    except submission.NotComplete as error:
        messages.warning(
            request,
            _("Hồ sơ chưa nộp được vì còn thiếu. %(problem)s Mọi nội dung đã khai vẫn được giữ.")
            % {"problem": next(iter(error.problems), "")},
        )
        return redirect(open_desk(request, draft_id).url(error.place))
    return redirect("dossiers:done", code=dossier.code)


def _ask_eid(wanted: str) -> HttpResponse:
    """Lead to the proof by electronic identity, and from there back to the page `wanted`."""
    return redirect(f"{reverse('accounts:eid_begin')}?{urlencode({NEXT: wanted})}")


def _send_code(request: CitizenRequest) -> None:
    try:
        codes.send_code(
            purpose=CodePurpose.ROBOT_CHECK,
            phone=request.user.phone,
            session=code_session(request),
            client=client_address(request),
            email=request.user.confirmed_email,
            recipient=request.user,
            at=timezone.now(),
        )
    except TooManyRequests as error:
        if error.retry_after > CODE_GAP:
            raise
        # A code went to this phone a moment ago: this one, still good, or one of another page.
        messages.warning(request, resend_sentence(error))


def _joint(place: Place) -> str:
    return "&" if place.section else "?"


def _back(desk: Desk) -> str:
    return desk.url(desk.first)
