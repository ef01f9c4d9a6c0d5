"""The counter's pages: somebody's paper in the hand, their account given back or two made one."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.decorators import fresh_proof_required, staff_required
from accounts.enums import Role, SeenPaper
from accounts.forms import CodeForm
from accounts.forms.counter import MERGE, RECOVER, SEEN, CounterForm, FindAccountForm
from accounts.models import Unit, User
from accounts.requests import StaffRequest, client_address, code_session
from accounts.services import counter
from accounts.services.codes import CodeRefused
from accounts.services.limits import TooManyRequests
from accounts.views.refusals import render_form, resend_sentence
from portal.core.crypto import Unreadable, seal, unseal
from portal.core.identity import format_phone, mask_identity_number, mask_phone

AT_HAND: Final = "counter_paper"
_ABSENT: Final = "accounts:counter_find"


@dataclass(frozen=True, slots=True)
class Card:
    """What a clerk may see of an account, to compare it with the paper."""

    id: int
    name: str
    born: str
    number: str
    phone: str
    level: str
    created_at: datetime


@sensitive_post_parameters("number")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.CLERK)
def find_account(request: StaffRequest) -> HttpResponse:
    """Ask for the number on the paper; it is kept sealed in the session, never in an address."""
    refused, at = None, timezone.now()
    form = FindAccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        number = form.cleaned_data["number"]
        try:
            count = counter.look_up(
                number=number, by=request.user, unit_id=_unit(request).pk, at=at
            )
        except TooManyRequests as error:
            refused = error
        else:
            if count:
                _keep(request, {"number": number}, at=at)
                return redirect("accounts:counter_accounts")
            form.add_error("number", _("Chưa có tài khoản nào ghi số này."))
    return render_form(
        request, "accounts/counter/find.html", form, refused=refused, place=_unit(request).name
    )


@sensitive_post_parameters("contact")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.CLERK)
def counter_accounts(request: StaffRequest) -> HttpResponseBase:
    """Show the accounts of the number; on POST, record the paper, begin a recovery or a merge."""
    kept = _kept(request)
    found = counter.find_accounts(number=kept["number"]) if kept else []
    if not found:
        return redirect(_ABSENT)
    is_post, act = request.method == "POST", request.POST.get("do", "")
    form = CounterForm(
        request.POST if is_post else None,
        accounts=[(one.pk, _label(one)) for one in found],
        act=act,
    )
    refused = None
    if form.is_valid():
        try:
            # A paper seen is a note; a new address or a merge takes an account from somebody.
            run = _act if act == SEEN else fresh_proof_required(_act)
            answer = run(request, form, kept["number"], act)
        except counter.AnotherIsProven:
            form.add_error(
                "account",
                _("Số này đã được đối chiếu ở tài khoản khác. Chọn tài khoản đó rồi đề nghị gộp."),
            )
        except counter.MergeUnderWay:
            form.add_error("account", _("Đã có đề nghị gộp đang chờ xác nhận."))
        except counter.AccountAbsent:
            return redirect(_ABSENT)
        except TooManyRequests as error:
            refused = error
        else:
            return answer
    return render_form(
        request,
        "accounts/counter/accounts.html",
        form,
        refused=refused,
        cards=[_card(one) for one in found],
        has_several=len(found) > 1,
        place=_unit(request).name,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.CLERK)
@fresh_proof_required
def counter_code(request: StaffRequest) -> HttpResponse:
    """Take the code that the person at the counter types; then the account is theirs again."""
    kept, at = _kept(request), timezone.now()
    if "contact" not in kept:
        return redirect("accounts:counter_accounts")
    if "again" in request.POST:
        _send_again(request, kept)
        return redirect("accounts:counter_code")
    refused = None
    form = CodeForm(request.POST if request.method == "POST" else None, submit=_("Khôi phục"))
    if form.is_valid():
        try:
            counter.give_back(
                number=kept["number"],
                user_id=int(kept["account"]),
                contact=kept["contact"],
                paper=SeenPaper(kept["paper"]),
                code=form.cleaned_data["code"],
                session=code_session(request),
                by=request.user,
                unit_id=_unit(request).pk,
                at=at,
            )
        except CodeRefused as error:
            form.add_error("code", error.sentence)
        except TooManyRequests as error:
            refused = error
        except (counter.AccountAbsent, counter.AnotherIsProven):
            messages.warning(request, _("Tài khoản vừa thay đổi. Tìm lại từ đầu."))
            return redirect(_ABSENT)
        else:
            request.session.pop(AT_HAND, None)
            messages.success(
                request,
                _(
                    "Đã khôi phục. Công dân bấm “Quên mật khẩu” và dùng địa chỉ mới để tự đặt mật "
                    "khẩu; mật khẩu cũ và mọi thiết bị đang đăng nhập không còn dùng được."
                ),
            )
            return redirect(_ABSENT)
    contact = kept["contact"]
    return render_form(
        request,
        "accounts/counter/code.html",
        form,
        refused=refused,
        contact=contact if "@" in contact else format_phone(contact),
        back_url=reverse("accounts:counter_accounts"),
        place=_unit(request).name,
    )


def _act(request: StaffRequest, form: CounterForm, number: str, act: str) -> HttpResponse:
    at, unit = timezone.now(), _unit(request)
    user_id, paper = form.cleaned_data["account"], SeenPaper(form.cleaned_data["paper"])
    if act == RECOVER:
        contact = form.cleaned_data["contact"]
        counter.send_code(
            number=number,
            user_id=user_id,
            contact=contact,
            session=code_session(request),
            client=client_address(request),
            at=at,
        )
        kept = {"number": number, "account": user_id, "contact": contact, "paper": paper.value}
        _keep(request, kept, at=at)
        return redirect("accounts:counter_code")
    if act == MERGE:
        count = counter.propose_merge(
            number=number,
            survivor_id=user_id,
            paper=paper,
            by=request.user,
            agency_id=unit.agency_id or unit.pk,
            at=at,
        )
        said = ngettext(
            "Đã đề nghị gộp %d tài khoản; lãnh đạo hoặc quản trị đơn vị xác nhận thì mới gộp.",
            "Đã đề nghị gộp %d tài khoản; lãnh đạo hoặc quản trị đơn vị xác nhận thì mới gộp.",
            count,
        )
        messages.success(request, said % count)
        return redirect("accounts:counter_accounts")
    if act == SEEN:
        counter.record_seen(
            number=number, user_id=user_id, paper=paper, by=request.user, unit_id=unit.pk, at=at
        )
        messages.success(request, _("Đã ghi nhận đối chiếu giấy tờ."))
    return redirect("accounts:counter_accounts")


def _send_again(request: StaffRequest, kept: dict[str, str]) -> None:
    try:
        counter.send_code(
            number=kept["number"],
            user_id=int(kept["account"]),
            contact=kept["contact"],
            session=code_session(request),
            client=client_address(request),
            at=timezone.now(),
        )
    except TooManyRequests as error:
        messages.warning(request, resend_sentence(error))
    except (counter.AccountAbsent, counter.AnotherIsProven):
        messages.warning(request, _("Tài khoản vừa thay đổi. Tìm lại từ đầu."))
    else:
        messages.success(request, _("Đã gửi mã mới. Mã gửi trước không còn dùng được."))


def _card(user: User) -> Card:
    return Card(
        id=user.pk,
        name=user.full_name,
        born=f"{user.date_of_birth:%d/%m/%Y}" if user.date_of_birth else "",
        number=mask_identity_number(user.identity_number),
        phone=mask_phone(user.phone) if user.phone else user.email,
        level=user.get_identity_level_display(),
        created_at=user.created_at,
    )


def _label(user: User) -> str:
    reached = mask_phone(user.phone) if user.phone else user.email
    return _("%(name)s, %(reached)s") % {"name": user.full_name, "reached": reached}


def _unit(request: StaffRequest) -> Unit:
    return next(held.unit for held in request.roles if held.role == Role.CLERK)


def _keep(request: StaffRequest, what: dict[str, object], *, at: datetime) -> None:
    until = (at + counter.AT_THE_COUNTER).timestamp()
    sealed = seal(json.dumps({**what, "until": until}))
    request.session[AT_HAND] = base64.b64encode(sealed).decode()


def _kept(request: StaffRequest) -> dict[str, str]:
    """Return what was typed from the paper, nothing once its time is over."""
    try:
        kept: dict[str, str] = json.loads(
            unseal(base64.b64decode(request.session.get(AT_HAND, "")))
        )
    except (Unreadable, ValueError):
        return {}
    return kept if timezone.now().timestamp() < float(kept["until"]) else {}
