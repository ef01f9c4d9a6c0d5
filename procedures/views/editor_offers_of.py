"""The offers of one procedure, now and before; each ended by a decision."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import fresh_proof_required
from accounts.requests import StaffRequest
from procedures.forms.offers import EndForm
from procedures.models import NoSuchProcedure
from procedures.policies import NotAPublisher, OutsideAgency
from procedures.selectors import editor_offers as selectors
from procedures.selectors.editor_offers import OffersPage
from procedures.services import offers as services
from procedures.services.offer_plan import BadTerms
from procedures.views.editor_frame import editors_only, is_publisher, publishers_only, show
from procedures.views.editor_offers import reach_of


@require_safe
@editors_only
def offers_of(request: StaffRequest, code: str) -> HttpResponse:
    """Show who offers a procedure, at which level, and under which decision."""
    return show(request, "procedures/editor/offers_of.html", {"page": _page(request, code)})


@require_http_methods(["GET", "HEAD", "POST"])
@publishers_only
@fresh_proof_required
def end(request: StaffRequest, code: str, offer_id: int) -> HttpResponse:
    """End an offer by a decision."""
    page = _page(request, code)
    row = next((one for one in page.now if one.offer.pk == offer_id), None)
    if row is None:
        if any(one.offer.pk == offer_id for one in page.before):
            messages.warning(request, _("Dịch vụ này đã kết thúc."))
            return redirect("procedures:editor_offers_of", code=code)
        raise Http404
    form = EndForm(
        request.POST if request.method == "POST" else None,
        initial={"last_day": timezone.localdate()},
    )
    if form.is_valid() and _is_ended(request, offer_id, form):
        return redirect("procedures:editor_offers_of", code=code)
    context = {"page": page, "row": row, "form": form, "after": page.after(row)}
    status = 422 if form.errors else 200
    return show(request, "procedures/editor/offer_end.html", context, status=status)


def _is_ended(request: StaffRequest, offer_id: int, form: EndForm) -> bool:
    """Tell whether the page has done its work; the form says what is to be mended."""
    try:
        services.end_offer(
            offer_id=offer_id, publisher=request.user, at=timezone.now(), **form.cleaned_data
        )
    except BadTerms as error:
        form.add_error(error.field, str(error.sentence))
    except services.BadLastDay:
        form.add_error("last_day", _("Ngày này đã qua. Chọn hôm nay hoặc ngày sau."))
    except services.AlreadyOver:
        form.add_error("last_day", _("Dịch vụ kết thúc không muộn hơn ngày này rồi."))
    except (services.NoSuchOffer, NotAPublisher, OutsideAgency):
        said = _("Chưa làm gì: vai trò của ông/bà không chấm dứt được dịch vụ này.")
        messages.warning(request, said)
    else:
        messages.success(request, _("Đã ghi ngày kết thúc của dịch vụ."))
    return form.is_valid()


def _page(request: StaffRequest, code: str) -> OffersPage:
    try:
        return selectors.get_offers_page(
            code,
            reach=reach_of(request),
            publishes=is_publisher(request),
            on=timezone.localdate(),
        )
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
