"""How every deed of the desk runs: its page, its form, and the answer when somebody was faster."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import sessions
from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.forms import PROOF_FIELD
from accounts.requests import StaffRequest, prove_again
from accounts.services.limits import TooManyRequests
from accounts.services.second_factor import CodeRefused
from dossiers import attachments, lifecycle, policies, steps
from dossiers.enums import AccessKind
from dossiers.forms.desk import VERSION, DeskForm
from dossiers.models import Dossier
from dossiers.selectors import desk_work
from dossiers.selectors.desk_work import WorkPage
from dossiers.services import (
    accesses,
    assignment,
    extension,
    fees,
    processing,
    reception,
    results,
    supplements,
)

# Somebody was faster, or the state no longer allows it: shown with the newer state.
_OVERTAKEN = (
    lifecycle.StaleVersion,
    reception.StepTaken,
    reception.CitizenStillHasTime,
    steps.NoOpenStep,
    processing.WrongStep,
    lifecycle.ForbiddenTransition,
    fees.NothingToFix,
    extension.NothingPromised,
    extension.NothingProposed,
    extension.AlreadyProposed,
    results.NotStopped,
)
# What the person who typed can mend, in words.
_MENDABLE: dict[type[Exception], str | Promise] = {
    steps.NoSuchUnit: gettext_lazy(
        "Quy trình giao bước tiếp theo cho một phòng mà cơ quan giải quyết chưa có. Hồ sơ giữ "
        "nguyên; báo quản trị đơn vị thêm phòng, hoặc người biên tập danh mục sửa quy trình."
    ),
    processing.SamePerson: gettext_lazy("Người trình không được tự phê duyệt."),
    processing.AcceptedIt: gettext_lazy(
        "Người đã tiếp nhận hồ sơ không được phê duyệt kết quả của hồ sơ đó."
    ),
    processing.ReasonMissing: gettext_lazy("Ghi lý do."),
    reception.NothingToRefuseFor: gettext_lazy("Chọn ít nhất một lý do từ chối."),
    supplements.NothingAsked: gettext_lazy("Chọn ít nhất một mục cần bổ sung."),
    supplements.DeadlineInThePast: gettext_lazy("Hạn bổ sung phải sau thời điểm này."),
    supplements.RoundNeedsLeader: gettext_lazy(
        "Bước này đã yêu cầu bổ sung một lần. Lần nữa phải do lãnh đạo yêu cầu."
    ),
    results.StillOwed: gettext_lazy("Còn phí, lệ phí chưa nộp; thu đủ rồi mới trả kết quả."),
    results.RecipientMissing: gettext_lazy("Ghi họ tên người nhận kết quả tại quầy."),
    assignment.NotACandidate: gettext_lazy("Người này không còn giữ vai trò đó ở đơn vị."),
    fees.ZeroNeedsLeader: gettext_lazy("Chỉ lãnh đạo được xác định mức thu bằng 0."),
    extension.NotLater: gettext_lazy("Ngày hẹn lại phải sau ngày đã hẹn và sau hôm nay."),
    extension.NotWorkingTime: gettext_lazy("Ngày hẹn lại phải trong giờ làm việc của cơ quan."),
    extension.GroundMissing: gettext_lazy(
        "Hồ sơ này đã hẹn lại một lần. Lần nữa phải ghi căn cứ cho phép."
    ),
}
_READERS = (Role.CLERK, Role.OFFICER, Role.LEADER, Role.REGISTRAR, Role.CASHIER)

Extra = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done to a dossier: its words, its form, and the use case behind it."""

    name: str
    title: str | Promise
    done: str | Promise
    roles: tuple[Role, ...]
    make_form: Callable[..., DeskForm]
    perform: Callable[..., object]
    # What the page says above the form, and more for its template.
    lead: str | Promise = ""
    template: str = "dossiers/desk/action.html"
    prepare: Callable[[WorkPage, datetime], Extra] | None = None
    # Whether a code of the authenticator app is asked for, unless one was given of late.
    needs_proof: bool = False
    # Given the valid form; an answer instead of the deed (a preview), or None.
    instead: Callable[[DeskForm], Extra | None] | None = None


def get_dossier(
    request: StaffRequest, code: str, *, at: datetime, kind: AccessKind = AccessKind.PAGE
) -> Dossier:
    """Return the dossier, noting who looks; the same 404 for another unit's and for none."""
    dossier = desk_work.find_dossier(request.user, code=code, at=at)
    if dossier is None:
        raise Http404
    try:
        accesses.record_look(dossier, request.user, request.roles, kind=kind, at=at)
    except accesses.Gone as error:
        raise Http404 from error
    return dossier


def deed_view(deed: Deed) -> Callable[..., HttpResponseBase]:
    """Return the view of a deed: GET asks, POST does it."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @staff_required(*deed.roles)
    def view(request: StaffRequest, code: str) -> HttpResponse:
        at = timezone.now()
        page = _page(request, code, at=at)
        if request.method != "POST":
            if not _is_offered(deed, page):
                return overtaken(request, page, deed=deed)
            form = deed.make_form(page, at, version=page.dossier.version)
            if _asks_for_proof(request, deed, at=at):
                form.ask_for_proof()
            return _render(request, deed, page, form, at=at)
        form = deed.make_form(
            page, at, data=request.POST, files=request.FILES, version=page.dossier.version
        )
        asks_for_proof = _asks_for_proof(request, deed, at=at)
        if asks_for_proof:
            form.ask_for_proof()
        if not form.is_valid() or (asks_for_proof and not _proves(request, form, at=at)):
            return _render(request, deed, page, form, at=at, status=422)
        more = deed.instead(form) if deed.instead else None
        if more is not None:
            return _render(request, deed, page, form, at=at, more=more)
        return _run(request, deed, page, form, at=at)

    view.__name__ = view.__qualname__ = deed.name
    return view


def _asks_for_proof(request: StaffRequest, deed: Deed, *, at: datetime) -> bool:
    return deed.needs_proof and not sessions.is_freshly_proved(request.session, at=at)


def _proves(request: StaffRequest, form: DeskForm, *, at: datetime) -> bool:
    """Take the code typed into the form; whatever happens to the deed, it need not come again."""
    try:
        prove_again(request, form.cleaned_data[PROOF_FIELD], at=at)
    except (CodeRefused, TooManyRequests) as error:
        form.add_error(PROOF_FIELD, error.sentence)
        return False
    form.forget_proof()
    return True


def _run(
    request: StaffRequest, deed: Deed, page: WorkPage, form: DeskForm, *, at: datetime
) -> HttpResponse:
    code = page.dossier.code
    try:
        deed.perform(
            form,
            dossier_id=page.dossier.pk,
            by=request.user,
            at=at,
            version=form.cleaned_data[VERSION],
        )
    except policies.NotYourDossier as error:
        raise PermissionDenied from error
    except _OVERTAKEN as error:
        return overtaken(
            request, _page(request, code, at=timezone.now()), deed=deed, form=form, error=error
        )
    except attachments.UploadRefused as error:
        form.add_error("file", error.sentence)
    except tuple(_MENDABLE) as error:
        form.add_error(None, str(_MENDABLE[type(error)]))
    else:
        messages.success(request, str(deed.done))
        return redirect("dossiers:work", code=code)
    return _render(request, deed, page, form, at=at, status=422)


def _page(request: StaffRequest, code: str, *, at: datetime) -> WorkPage:
    return desk_work.get_work_page(
        get_dossier(request, code, at=at), request.user, request.roles, at=at
    )


def _is_offered(deed: Deed, page: WorkPage) -> bool:
    return any(one.name == deed.name and not one.blocked for one in page.offered)


def _render(
    request: HttpRequest,
    deed: Deed,
    page: WorkPage,
    form: DeskForm,
    *,
    at: datetime,
    status: int = 200,
    more: Extra | None = None,
) -> HttpResponse:
    context = {
        "page": page,
        "dossier": page.dossier,
        "deed": deed,
        "form": form,
        "preview": None,
        "acceptance": None,
        "grounds": [],
        "extensions": [],
        **(deed.prepare(page, at) if deed.prepare else {}),
        **(more or {}),
    }
    return render(request, deed.template, context, status=status)


def overtaken(
    request: StaffRequest,
    page: WorkPage,
    *,
    deed: Deed | None = None,
    form: DeskForm | None = None,
    error: Exception | None = None,
) -> HttpResponse:
    """Answer 409: the newer state, what was typed, and the form again where it still applies."""
    again = None
    if deed is not None and form is not None and _is_offered(deed, page):
        data = request.POST.copy()
        data[VERSION] = str(page.dossier.version)
        again = deed.make_form(page, timezone.now(), data=data, version=page.dossier.version)
        again.show_as_typed()
    context = {
        "page": page,
        "dossier": page.dossier,
        "deed": deed,
        "form": again,
        "typed": _typed(form) if form is not None and again is None else [],
        "why": _why(error, page),
    }
    return render(request, "dossiers/desk/overtaken.html", context, status=409)


def _why(error: Exception | None, page: WorkPage) -> str:
    if isinstance(error, reception.StepTaken) and error.step.assignee is not None:
        return _("%(name)s đã nhận hồ sơ này.") % {"name": error.step.assignee.full_name}
    if isinstance(error, reception.CitizenStillHasTime):
        return _("Công dân vẫn còn thời gian, chưa kết thúc hồ sơ được.")
    if error is None or not page.events:
        return _("Hồ sơ không còn ở bước làm được việc này.")
    latest = page.events[0]
    return _("%(who)s đã làm trước: %(what)s, %(when)s.") % {
        "who": latest.who,
        "what": latest.title.lower(),
        "when": latest.when,
    }


def _typed(form: DeskForm) -> list[tuple[str, str]]:
    """Return what was typed into a form that no longer applies, to copy from."""
    return [
        (str(field.label), str(field.value()))
        for field in form
        if not field.is_hidden
        and field.value() not in (None, "", False)
        and field.name not in {"file", PROOF_FIELD}
    ]


def readers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Let in whoever has to do with dossiers at all."""
    return staff_required(*_READERS)(view)
