"""What every page of a filing shares: the draft, where it stands, addresses, the frame."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.decorators import citizen_required
from accounts.requests import CitizenRequest
from accounts.services import mandates, organisations
from dossiers import filing
from dossiers.filing import STEP_NAMES, Filing, FilingStep, Place, Verdict
from dossiers.models import Dossier, Draft
from dossiers.services import drafting
from dossiers.services.drafting import PageMark
from portal.core.dates import to_local
from portal.core.text import whole_number
from procedures.enums import ProcedureState
from procedures.models import Procedure

P = ParamSpec("P")
BACK_TO_REVIEW: Final = "xem-lai"


@dataclass(frozen=True, slots=True)
class Desk:
    """A filing opened for one request."""

    request: CitizenRequest
    filing: Filing
    verdict: Verdict

    @property
    def draft(self) -> Draft:
        return self.filing.draft

    @property
    def places(self) -> list[Place]:
        return filing.places(self.filing, self.verdict)

    @property
    def first(self) -> Place:
        return filing.first_incomplete(self.filing, self.verdict)

    def reaches(self, place: Place) -> bool:
        """Whether nothing before this page is missing."""
        listed = self.places
        return place in listed and listed.index(place) <= listed.index(self.first)

    def url(self, place: Place, *, keeps_return: bool = False) -> str:
        params = []
        if place.section:
            params.append(f"muc={place.section}")
        if keeps_return and self.returns_to_review:
            params.append(f"ve={BACK_TO_REVIEW}")
        path = reverse("dossiers:step", args=[self.draft.pk, place.step.value])
        return f"{path}?{'&'.join(params)}" if params else path

    @property
    def returns_to_review(self) -> bool:
        return self.request.GET.get("ve") == BACK_TO_REVIEW

    def next_url(self, place: Place) -> str:
        """Return where a finished page leads: on, or back to the review that sent here."""
        listed = self.places
        following = (
            listed[min(listed.index(place) + 1, len(listed) - 1)] if place in listed else None
        )
        if self.returns_to_review or following is None:
            review = Place(FilingStep.REVIEW)
            first = self.first
            target = review if listed.index(first) >= listed.index(review) else first
            return self.url(target, keeps_return=target != review)
        return self.url(following)

    def page_mark(self) -> PageMark:
        """Return what the posted page says of itself."""
        post = self.request.POST
        version = whole_number(post.get("phien", "")) or 0
        return PageMark(version=version, token=post.get("trang", "")[:36])


# What a submission raises where whoever files may not do so (any more) for whom it is.
REFUSED_TO_ACT: Final = (
    organisations.NotRepresented,
    mandates.MandateEnded,
    mandates.MandateUsed,
    mandates.OutOfScope,
)


def may_not_act(request: CitizenRequest, error: Exception) -> HttpResponse:
    """Say why nothing can be filed for the other person, where one chooses for whom one acts."""
    sentence = _("Chưa nộp được: ông/bà không còn quyền thực hiện thay cho người này.")
    if isinstance(error, mandates.MandateUsed):
        sentence = _(
            "Chưa nộp được: ủy quyền này chỉ dùng cho một hồ sơ, và hồ sơ đó đã nộp rồi. Cần người "
            "ủy quyền lập ủy quyền mới."
        )
    elif isinstance(error, mandates.OutOfScope):
        sentence = _("Chưa nộp được: ủy quyền này không gồm thủ tục vừa chọn.")
    messages.warning(request, sentence)
    return redirect("accounts:acting")


def open_desk(request: CitizenRequest, draft_id: UUID) -> Desk:
    """
    Open a draft for a page.

    :raises Http404: if there is no such draft for this person.
    :raises drafting.DraftSubmitted: if it has become a dossier.
    """
    at = timezone.now()
    try:
        opened = drafting.open_draft(draft_id=draft_id, owner=request.user, at=at)
    except drafting.DraftMissing as error:
        raise Http404 from error
    if opened.was_rebased:
        messages.warning(
            request,
            _(
                "Thủ tục này vừa được cơ quan cập nhật. Những gì đã khai và tệp đã gửi vẫn giữ "
                "nguyên; bước nào cần bổ sung theo nội dung mới thì chưa có dấu đã xong."
            ),
        )
    return desk_of(request, opened.draft)


def desk_of(request: CitizenRequest, draft: Draft) -> Desk:
    page = filing.load(draft, today=to_local(timezone.now()).date())
    return Desk(request, page, filing.judge(page))


def filing_view(
    view: Callable[Concatenate[CitizenRequest, P], HttpResponse],
) -> Callable[..., Any]:
    """Let citizens in; a draft that is a dossier by now leads to that dossier."""

    @wraps(view)
    def guarded(request: CitizenRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except drafting.DraftMissing as error:
            raise Http404 from error
        except drafting.DraftSubmitted as error:
            key = error.draft.submission_key
            code = Dossier.objects.values_list("code", flat=True).get(submission_key=key)
            url = reverse("dossiers:done", args=[code])
            if request.headers.get("X-Autosave"):
                return JsonResponse({"url": url}, status=409)
            return redirect(url)

    return citizen_required(guarded)


def show(
    desk: Desk, place: Place, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page of the filing in its frame of steps."""
    steps = desk.filing.steps
    number = steps.index(place.step) + 1
    last_save = desk.draft.saves.get(place.mark)
    frame = {
        "desk": desk,
        "draft": desk.draft,
        "procedure": desk.filing.revision,
        "repealed": _repealed(desk.draft),
        "number": number,
        "total": len(steps),
        "steps": [_step(desk, step, place) for step in steps],
        "back": _back(desk, place),
        "step_name": STEP_NAMES[place.step],
        "version": desk.draft.version,
        "token": uuid4(),
        "autosave_url": _autosave_url(desk, place),
        "saved_at": _clock(last_save["at"]) if last_save else "",
        "returns_to_review": desk.returns_to_review,
        "delete_url": reverse("dossiers:draft_delete", args=[desk.draft.pk]),
    }
    return render(
        desk.request, f"dossiers/filing/{template}.html", {**frame, **context}, status=status
    )


def _repealed(draft: Draft) -> Procedure | None:
    """Return the procedure if it was repealed while the draft lay open, with its decision."""
    return draft.procedure if draft.procedure.state == ProcedureState.REPEALED else None


def not_yet(desk: Desk, place: Place) -> HttpResponse:
    """Lead to the first page that lacks something, with a sentence."""
    first = desk.first
    messages.warning(
        desk.request,
        _("Cần làm xong bước “%(step)s” trước khi sang bước sau.")
        % {"step": STEP_NAMES[first.step]},
    )
    return redirect(desk.url(first))


def _step(desk: Desk, step: FilingStep, now: Place) -> dict[str, Any]:
    mine = [place for place in desk.places if place.step is step]
    is_done = bool(mine) and all(
        place.mark in desk.draft.done_steps and place.mark not in desk.verdict.problems
        for place in mine
    )
    state = "now" if step is now.step else "done" if is_done else "next"
    can_open = bool(mine) and desk.reaches(mine[0])
    return {
        "name": STEP_NAMES[step],
        "state": state,
        "url": desk.url(mine[0]) if can_open else "",
    }


def _back(desk: Desk, place: Place) -> dict[str, str]:
    listed = desk.places
    index = listed.index(place) if place in listed else 0
    if desk.returns_to_review and place.step is not FilingStep.REVIEW:
        return {"url": desk.url(Place(FilingStep.REVIEW)), "text": _("Về trang xem lại")}
    if index == 0:
        return {"url": reverse("dossiers:mine"), "text": _("Hồ sơ của tôi")}
    return {"url": desk.url(listed[index - 1]), "text": _("Bước trước")}


def _autosave_url(desk: Desk, place: Place) -> str:
    path = reverse("dossiers:autosave", args=[desk.draft.pk, place.step.value])
    return f"{path}?muc={place.section}" if place.section else path


def _clock(moment: str) -> str:
    return f"{to_local(datetime.fromisoformat(moment)):%H:%M}"
