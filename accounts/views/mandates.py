"""Mandates in one's own account: given with a code, taken, listed, ended."""

from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import acting as reads
from accounts.acting_forms import MandateForm
from accounts.decorators import citizen_required
from accounts.enums import MandateState
from accounts.forms import CodeForm
from accounts.models import Mandate
from accounts.requests import CitizenRequest, client_address, code_session
from accounts.selectors import Row
from accounts.services import mandates as services
from accounts.services.codes import CodeRefused
from accounts.services.limits import TooManyRequests
from accounts.services.mandates import Terms, scope_words
from accounts.views.refusals import render_form, resend_sentence
from portal.core.dates import format_short_day
from portal.core.identity import mask_phone

TERMS: Final = "mandate_terms"


@require_safe
@citizen_required
def mandates(request: CitizenRequest) -> HttpResponse:
    """List what one has given, holds, and is offered."""
    user, at = request.user, timezone.now()
    context = {
        "offered": [_line(one, at=at) for one in reads.list_mandates_offered(user, at=at)],
        "given": [_line(one, at=at) for one in reads.list_mandates_given(user)],
        "held": [_line(one, at=at) for one in reads.list_mandates_held(user)],
    }
    return render(request, "accounts/mandates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def mandate_give(request: CitizenRequest) -> HttpResponse:
    """Ask what a mandate is to say, then send the code that stands for a signature."""
    today = timezone.localdate()
    is_post = request.method == "POST"
    form = MandateForm(
        request.POST if is_post else None, today=today, initial={"valid_from": today}
    )
    refused = None
    if form.is_valid():
        try:
            _send_code(request)
        except TooManyRequests as error:
            refused = error
        except services.NoProvenPhone:
            form.add_error(
                None,
                _("Tài khoản chưa có số điện thoại đã xác nhận để nhận mã. Xác nhận số trước."),
            )
        else:
            request.session[TERMS] = form.terms().seal()
            return redirect("accounts:mandate_code")
    return render_form(request, "accounts/mandate_give.html", form, refused=refused)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def mandate_code(request: CitizenRequest) -> HttpResponse:
    """Show the mandate once more and take the code, or send it again."""
    try:
        terms = Terms.unseal(request.session.get(TERMS, ""))
    except services.TermsLost:
        return redirect("accounts:mandate_give")
    if "again" in request.POST:
        return _send_again(request)
    form = CodeForm(request.POST if request.method == "POST" else None, submit=_("Ủy quyền"))
    refused = None
    if form.is_valid():
        try:
            services.give_mandate(
                principal=request.user,
                terms=terms,
                code=form.cleaned_data["code"],
                session=code_session(request),
                at=timezone.now(),
            )
        except CodeRefused as error:
            form.add_error("code", error.sentence)
        except services.TooManyMandates:
            form.add_error(
                None,
                _(
                    "Đang có %(count)d ủy quyền còn hiệu lực, là số tối đa. Chấm dứt bớt rồi lập "
                    "mới."
                )
                % {"count": services.MOST_OPEN},
            )
        except TooManyRequests as error:
            refused = error
        else:
            del request.session[TERMS]
            messages.success(
                request,
                _(
                    "Đã lập ủy quyền. Nếu người này có tài khoản với đúng họ tên và số đã nhập, họ "
                    "sẽ thấy ủy quyền trong mục “Ủy quyền” và bấm nhận."
                ),
            )
            return redirect("accounts:mandates")
    return render_form(
        request,
        "accounts/mandate_code.html",
        form,
        refused=refused,
        phone=mask_phone(request.user.phone),
        rows=_terms_rows(terms),
    )


@require_POST
@citizen_required
def mandate_answer(request: CitizenRequest, mandate_id: int) -> HttpResponse:
    """Take or decline a mandate."""
    accepts = request.POST.get("tra_loi") == "nhan"
    try:
        services.answer_mandate(
            mandate_id=mandate_id, user=request.user, accepts=accepts, at=timezone.now()
        )
    except services.NoSuchMandate as error:
        raise Http404 from error
    messages.success(request, _("Đã nhận ủy quyền.") if accepts else _("Đã từ chối ủy quyền."))
    return redirect("accounts:acting" if accepts else "accounts:mandates")


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def mandate_end(request: CitizenRequest, mandate_id: int) -> HttpResponse:
    """Ask once more, then end a mandate."""
    at = timezone.now()
    mandate = reads.get_mandate(request.user, mandate_id=mandate_id)
    if mandate is None or not _can_end(mandate, mandate.state(at=at)):
        raise Http404
    if request.method != "POST":
        context = {"line": _line(mandate, at=at), "gives": mandate.principal_id == request.user.pk}
        return render(request, "accounts/mandate_end.html", context)
    try:
        services.revoke_mandate(mandate_id=mandate.pk, by=request.user, at=at)
    except services.NoSuchMandate as error:
        raise Http404 from error
    messages.success(
        request, _("Ủy quyền đã chấm dứt. Không ai làm thay được theo ủy quyền này nữa.")
    )
    return redirect("accounts:mandates")


def _send_code(request: CitizenRequest) -> None:
    services.send_code(
        principal=request.user,
        session=code_session(request),
        client=client_address(request),
        at=timezone.now(),
    )


def _send_again(request: CitizenRequest) -> HttpResponse:
    try:
        _send_code(request)
    except TooManyRequests as error:
        messages.warning(request, resend_sentence(error))
    except services.NoProvenPhone:
        return redirect("accounts:mandate_give")
    else:
        messages.success(request, _("Đã gửi mã mới. Mã gửi trước không còn dùng được."))
    return redirect("accounts:mandate_code")


def _can_end(mandate: Mandate, state: MandateState) -> bool:
    over = {MandateState.REVOKED, MandateState.DECLINED, MandateState.ENDED}
    return mandate.kind == "CODE" and state not in over


_TONES: Final = {
    MandateState.OFFERED: ("warning", "C"),
    MandateState.UPCOMING: ("info", "S"),
    MandateState.ACTIVE: ("success", "H"),
    MandateState.USED: ("success", "D"),
}


def _line(mandate: Mandate, *, at: datetime) -> dict[str, object]:
    """Return what a mandate says, in words."""
    state = mandate.state(at=at)
    tone, mark = _TONES.get(state, ("neutral", "K"))
    return {
        "id": mandate.pk,
        "principal": mandate.principal.full_name if mandate.principal else mandate.named,
        "holder": mandate.holder.full_name if mandate.holder else mandate.named,
        "state": str(state.label),
        "tone": tone,
        "mark": mark,
        "can_end": _can_end(mandate, state),
        "rows": [
            Row(_("Phạm vi"), scope_words(mandate.procedures)),
            Row(_("Số hồ sơ"), _use_words(is_single=mandate.is_single_use)),
            Row(
                _("Hiệu lực"),
                _("từ %(first)s đến hết %(last)s")
                % {
                    "first": format_short_day(mandate.valid_from),
                    "last": format_short_day(mandate.valid_until),
                },
            ),
        ],
    }


def _terms_rows(terms: Terms) -> list[Row]:
    return [
        Row(_("Người được ủy quyền"), terms.name),
        Row(_("Phạm vi"), scope_words(terms.procedures)),
        Row(_("Số hồ sơ"), _use_words(is_single=terms.is_single_use)),
        Row(_("Từ ngày"), format_short_day(terms.valid_from)),
        Row(_("Đến hết ngày"), format_short_day(terms.valid_until)),
    ]


def _use_words(*, is_single: bool) -> str:
    return _("chỉ một hồ sơ") if is_single else _("nhiều hồ sơ, trong thời gian có hiệu lực")
