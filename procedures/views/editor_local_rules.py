"""Local rules of a procedure: listed for editors, added and ended by publishers."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import fresh_proof_required
from accounts.requests import StaffRequest
from portal.core.dates import format_short_day
from portal.core.text import whole_number
from procedures.forms.local_rules import EndForm, LocalFeeForm, LocalTimeForm
from procedures.models import NoSuchProcedure
from procedures.overrides import decision_of
from procedures.policies import NotAPublisher, NotYetDecided, OutsideAgency, find_reach
from procedures.selectors import local_rules as selectors
from procedures.services import local_rules as services
from procedures.views.editor_frame import editors_only, is_publisher, publishers_only, show

_NOT_YOURS: Final = gettext_lazy("Vai trò của ông/bà không quyết định cho nơi này.")
# The field that a refusal is about, None for the whole form, and what to say.
_REFUSED: Final[dict[type[Exception], tuple[str | None, str | Promise]]] = {
    NotYetDecided: (
        "decision_date",
        gettext_lazy("Ngày ban hành sau hôm nay. Ghi khi văn bản đã ban hành."),
    ),
    services.BeforeItsDecision: (
        "valid_from",
        gettext_lazy("Không áp dụng trước ngày ban hành, và ngày hết không trước ngày bắt đầu."),
    ),
    services.NotShorter: (
        "time_amount",
        gettext_lazy(
            "Thời hạn đã công bố là tối đa: thời hạn của địa phương phải ngắn hơn, và cùng đơn vị "
            "nếu thời hạn đã công bố tính theo ngày, kể cả ngày nghỉ."
        ),
    ),
    services.UnknownTarget: (
        "target",
        gettext_lazy("Nội dung đang công bố vừa đổi, không còn khoản này. Chọn lại."),
    ),
    OutsideAgency: ("place", _NOT_YOURS),
    NotAPublisher: (None, gettext_lazy("Ông/bà không còn giữ vai trò người công bố.")),
}
_BAD_END: Final[dict[type[Exception], str | Promise]] = {
    services.BadEnd: gettext_lazy(
        "Sớm nhất là hôm qua: những ngày trước đó đã áp dụng cho hồ sơ đã nộp."
    ),
    services.AlreadyEnded: gettext_lazy("Quy định này đã hết áp dụng vào ngày đó hoặc sớm hơn."),
    OutsideAgency: _NOT_YOURS,
    NotAPublisher: gettext_lazy("Ông/bà không còn giữ vai trò người công bố."),
}


@require_safe
@editors_only
def rules(request: StaffRequest, code: str) -> HttpResponse:
    """List the local rules of a procedure as far as the roles reach."""
    page = _page(request, code)
    more = [
        (f"procedures:editor_local_{kind}", words)
        for kind, words, targets in (
            ("fee", _("Thêm mức thu cùng quyết định"), page.fees),
            ("time", _("Thêm thời hạn cùng quyết định"), page.times),
        )
        if targets
    ]
    context = {"page": page, "is_publisher": is_publisher(request), "more": more}
    return show(request, "procedures/editor/local_rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@publishers_only
@fresh_proof_required
def add(request: StaffRequest, code: str, kind: str) -> HttpResponse:
    """Put a local fee or time in force."""
    page = _page(request, code)
    kind_of_form = LocalFeeForm if kind == "fee" else LocalTimeForm
    targets = page.fees if kind == "fee" else page.times
    if not targets or not page.places:
        messages.warning(request, _("Chưa công bố khoản nào để địa phương quy định riêng."))
        return redirect("procedures:editor_local_rules", code=code)
    form = kind_of_form(
        request.POST if request.method == "POST" else None,
        initial=_same_decision(request, page),
        places=page.places,
        targets=targets,
    )
    if form.is_valid():
        try:
            services.add_rule(
                code=page.procedure.code,
                rule=form.rule(),
                publisher=request.user,
                at=timezone.now(),
            )
        except tuple(_REFUSED) as refused:
            field, said = _REFUSED[type(refused)]
            form.add_error(field, str(said))
        except services.Overlaps as overlap:
            form.add_error(
                "valid_from",
                _("Nơi này đã có quy định %(decision)s, áp dụng từ %(day)s. Kết thúc nó trước.")
                % {
                    "decision": decision_of(overlap.rule),
                    "day": format_short_day(overlap.rule.valid_from),
                },
            )
        except NoSuchProcedure as gone:
            raise Http404 from gone
        else:
            messages.success(request, _("Đã ghi. Hồ sơ nộp từ ngày áp dụng sẽ theo quy định này."))
            return redirect("procedures:editor_local_rules", code=code)
    title = _("Mức thu của địa phương") if kind == "fee" else _("Thời hạn của địa phương")
    return _show_form(request, page, form, title=title)


@require_http_methods(["GET", "HEAD", "POST"])
@publishers_only
@fresh_proof_required
def end(request: StaffRequest, code: str, rule_id: int) -> HttpResponse:
    """Let a local rule end."""
    page = _page(request, code)
    row = next((one for one in page.rows if one.id == rule_id), None)
    if row is None:
        raise Http404
    form = EndForm(
        request.POST if request.method == "POST" else None,
        initial={"last_day": timezone.localdate()},
    )
    if form.is_valid():
        try:
            services.end_rule(
                code=page.procedure.code,
                rule_id=rule_id,
                last_day=form.cleaned_data["last_day"],
                publisher=request.user,
                at=timezone.now(),
            )
        except tuple(_BAD_END) as refused:
            form.add_error("last_day", str(_BAD_END[type(refused)]))
        else:
            messages.success(request, _("Đã ghi ngày kết thúc."))
            return redirect("procedures:editor_local_rules", code=code)
    return _show_form(request, page, form, title=_("Kết thúc quy định địa phương"), row=row)


def _same_decision(request: StaffRequest, page: selectors.LocalPage) -> dict[str, object]:
    """A decision is often about several fees and ways of filing: its data is typed once."""
    rule_id = whole_number(request.GET.get("theo", ""))
    return next((dict(one.same_decision) for one in page.rows if one.id == rule_id), {})


def _show_form(
    request: StaffRequest,
    page: selectors.LocalPage,
    form: LocalFeeForm | LocalTimeForm | EndForm,
    *,
    title: str,
    row: selectors.LocalRow | None = None,
) -> HttpResponse:
    context = {"page": page, "form": form, "title": title, "row": row}
    status = 422 if form.errors else 200
    return show(request, "procedures/editor/local_rule_form.html", context, status=status)


def _page(request: StaffRequest, code: str) -> selectors.LocalPage:
    reach = find_reach(request.user, at=timezone.now(), publishes=False)
    try:
        return selectors.get_local_page(code, reach=reach, on=timezone.localdate())
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
