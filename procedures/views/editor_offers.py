"""Assigning procedures to units by a decision: chosen, decided on, seen, confirmed."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import fresh_proof_required
from accounts.requests import StaffRequest
from portal.core.text import whole_number
from procedures.forms.offers import TermsForm
from procedures.policies import NotAPublisher, OutsideAgency, Reach, find_reach
from procedures.search import read_question
from procedures.selectors import editor_offer_terms as about, editor_offers as selectors
from procedures.selectors.editor_offer_rows import mends_of
from procedures.selectors.editor_offers import Target, Wanted
from procedures.services import offers as services
from procedures.services.offer_plan import MOST, BadTerms, NothingChosen, Outcome, Plan, TooMany
from procedures.views.editor_frame import editors_only, is_publisher, publishers_only, show

MENU: Final = "procedures:editor_offers"
# The fingerprint of the plan that the publisher has seen.
SEEN: Final = "da_xem"


@dataclass(frozen=True, slots=True)
class Selection:
    """For whom, and of what: all of it stands in the address."""

    target: Target
    codes: tuple[str, ...]
    query: str


@require_safe
@editors_only
def choose(request: StaffRequest) -> HttpResponse:
    """Choose for whom, and which procedures."""
    reach, on = reach_of(request), timezone.localdate()
    targets = selectors.list_targets(reach, on=on)
    target = _target(request, targets)
    wanted = _wanted(request)
    context = {
        "targets": targets,
        "target": target,
        "wanted": wanted,
        "levels": selectors.level_choices(),
        "listed": selectors.list_choices(
            wanted, target=target, page=request.GET.get("trang", ""), on=on
        ),
    }
    return show(request, "procedures/editor/offers_choose.html", context, menu=MENU)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def assign(request: StaffRequest) -> HttpResponse:
    """Ask what the decision says; on POST, show what it would do, and write nothing."""
    selection = _selection(request)
    if selection is None:
        return _nothing_chosen(request)
    on = timezone.localdate()
    begun = about.begin_terms(selection.codes, selection.target, on=on)
    form = TermsForm(
        request.POST if request.method == "POST" else None, initial=begun.initial, on=on
    )
    plan = None
    if form.is_valid():
        try:
            plan = services.preview_offers(
                codes=selection.codes,
                terms=form.terms(selection.target),
                by=request.user,
                at=timezone.now(),
            )
        except BadTerms as error:
            form.add_error(error.field, str(error.sentence))
        except NothingChosen as error:
            return _nothing_chosen(request, error)
    return _show_plan(request, selection, form, plan, begun=begun.told)


@require_POST
@publishers_only
@fresh_proof_required
def confirm(request: StaffRequest) -> HttpResponse:
    """Assign what the publisher has seen, if it is still what would happen."""
    selection = _selection(request)
    if selection is None:
        return _nothing_chosen(request)
    form = TermsForm(request.POST, on=timezone.localdate())
    plan = None
    if form.is_valid():
        try:
            return _assign(request, selection.target, selection.codes, form)
        except BadTerms as error:
            form.add_error(error.field, str(error.sentence))
        except services.PlanChanged as changed:
            said = _("Kết quả đã khác với lúc ông/bà xem, chưa giao gì. Xem lại rồi xác nhận.")
            messages.warning(request, said)
            plan = changed.plan
        except services.Refused as refused:
            messages.warning(request, _("Chưa giao gì: có thủ tục không giao được."))
            plan = refused.plan
        except (NothingChosen, NotAPublisher, OutsideAgency):
            return _nothing_chosen(request)
    return _show_plan(request, selection, form, plan, status=409)


def _assign(
    request: StaffRequest, target: Target, codes: tuple[str, ...], form: TermsForm
) -> HttpResponse:
    made = services.assign_offers(
        codes=codes,
        terms=form.terms(target),
        publisher=request.user,
        at=timezone.now(),
        seen=request.POST.get(SEEN, ""),
    )
    said = _("Đã giao %(count)d thủ tục cho %(whom)s.")
    messages.success(request, said % {"count": len(made), "whom": target.label})
    if len(codes) == 1:
        return redirect("procedures:editor_offers_of", code=codes[0])
    return redirect(f"{reverse(MENU)}?{urlencode({'don_vi': target.value})}")


@require_safe
@editors_only
def contradictions(request: StaffRequest) -> HttpResponse:
    """List the offers that declare more than holds, each with what mends it."""
    question = read_question(request.GET.get("q", ""))
    listed = selectors.list_contradictions(
        cause=request.GET.get("vi", ""),
        tier=request.GET.get("cap", ""),
        question=question,
        page=request.GET.get("trang", ""),
        reach=reach_of(request),
        publishes=is_publisher(request),
        on=timezone.localdate(),
    )
    context = {"listed": listed, "q": question.typed}
    return show(request, "procedures/editor/offers_contradictions.html", context, menu=MENU)


def reach_of(request: StaffRequest) -> Reach:
    """Return for whom the reader may prepare offers."""
    return find_reach(request.user, at=timezone.now(), publishes=False)


def _wanted(request: StaffRequest) -> Wanted:
    level = whole_number(request.GET.get("muc", "")) or 0
    return Wanted(
        question=read_question(request.GET.get("q", "")),
        field=request.GET.get("linh_vuc", ""),
        level=level if 1 <= level <= 4 else 0,
    )


def _target(request: StaffRequest, targets: list[Target]) -> Target | None:
    asked = request.GET.get("don_vi", "")
    return next((one for one in targets if one.value == asked), None)


def _selection(request: StaffRequest) -> Selection | None:
    """Return what the address names, None where it names nobody or nothing."""
    targets = selectors.list_targets(reach_of(request), on=timezone.localdate())
    target = _target(request, targets)
    if target is None:
        return None
    kept: MultiValueDict[str, str] = MultiValueDict()
    kept["don_vi"] = target.value
    if request.GET.get("tat_ca"):
        wanted = _wanted(request)
        codes = tuple(selectors.find_procedures(wanted).values_list("code", flat=True))
        kept["tat_ca"] = "1"
        for name, value in wanted.query.items():
            kept[name] = value
    else:
        codes = tuple(dict.fromkeys(request.GET.getlist("ma")))
        kept.setlist("ma", list(codes))
    if not codes:
        return None
    return Selection(target, codes, urlencode(list(_pairs(kept))))


def _pairs(kept: MultiValueDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in kept.lists() for value in values]


def _nothing_chosen(request: StaffRequest, error: Exception | None = None) -> HttpResponse:
    said = _("Chọn đơn vị mà vai trò của ông/bà được giao, và ít nhất một thủ tục, rồi bấm tiếp.")
    if isinstance(error, TooMany):
        said = _("Mỗi lần giao nhiều nhất %d thủ tục. Lọc theo lĩnh vực rồi giao từng phần.") % MOST
    messages.warning(request, said)
    kept = {name: request.GET.get(name, "") for name in ("don_vi", "q", "linh_vuc", "muc")}
    query = urlencode({name: value for name, value in kept.items() if value})
    return redirect(f"{reverse(MENU)}?{query}" if query else reverse(MENU))


def _show_plan(
    request: StaffRequest,
    selection: Selection,
    form: TermsForm,
    plan: Plan | None,
    *,
    begun: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "selection": selection,
        "named": about.named(selection.codes),
        "begun": begun,
        "form": form,
        "plan": plan,
        "is_publisher": is_publisher(request),
    }
    form.helper.form_action = f"{reverse('procedures:editor_offers_assign')}?{selection.query}"
    if plan is not None:
        context |= {
            "counts": {one.value: plan.count(one) for one in Outcome},
            "terms": about.tell_terms(form.terms(selection.target)),
            "refused": plan.refused,
            "contradictions": [(line, mends_of(line.holding)) for line in plan.contradictions],
            "seen": (SEEN, plan.fingerprint),
        }
    return show(
        request,
        "procedures/editor/offers_assign.html",
        context,
        menu=MENU,
        status=422 if form.errors else status,
    )
