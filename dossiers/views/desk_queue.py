"""The list of the desk: queues, search, and several claims at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.requests import StaffRequest
from dossiers.enums import AccessKind
from dossiers.selectors import desk, desk_work
from dossiers.selectors.desk_queues import Queue
from dossiers.services import assignment
from dossiers.services.assignment import Claim, ClaimResult
from dossiers.views.desk_deeds import get_dossier, readers_only


@require_http_methods(["GET", "HEAD", "POST"])
@readers_only
def queue(request: StaffRequest) -> HttpResponse:
    """
    Show one queue or the answer to a search.

    A search is posted: somebody's identity number or phone must not stand in an address, which
    ends in logs and histories. What may stand there is redirected to one.
    """
    asked = request.POST.get("q", "") if request.method == "POST" else request.GET.get("q", "")
    asked = asked.strip()[:120]
    is_private = desk.is_private(asked)
    if request.method == "POST" and not is_private:
        query = f"?{urlencode({'q': asked})}" if asked else ""
        return redirect(f"{reverse('dossiers:queue')}{query}")
    if request.method != "POST" and is_private:
        return redirect("dossiers:queue")
    wanted = request.GET.get("hang", "")
    chosen = Queue(wanted) if wanted in set(Queue) else Queue.NEW
    page = desk.get_queue_page(
        request.user,
        request.roles,
        queue=chosen,
        asked=asked,
        page=request.GET.get("trang", "1"),
        at=timezone.now(),
    )
    context = {
        "page": page,
        "asked": asked,
        "queues": _links(page),
        # Somebody's number stands in no address, that of the next page included.
        "query": urlencode({"q": asked} if asked and not is_private else {"hang": chosen.value}),
        "takes_cash": any(held.role == Role.CASHIER for held in request.roles),
        "approves_refunds": any(held.role == Role.LEADER for held in request.roles),
        "sees_papers": any(held.role == Role.CLERK for held in request.roles),
        "confirms_merges": any(held.role == Role.LEADER for held in request.roles),
        "place": request.roles[0].unit.name,
    }
    return render(request, "dossiers/desk/queue.html", context)


def _links(page: desk.QueuePage) -> list[dict[str, object]]:
    address = reverse("dossiers:queue")
    return [
        {
            "label": link.label,
            "url": f"{address}?hang={link.queue.value}",
            "count": link.count,
            "tone": link.tone,
            "current": link.queue == page.current,
        }
        for link in page.queues
    ]


@require_http_methods(["GET", "HEAD"])
@readers_only
def pane(request: StaffRequest, code: str) -> HttpResponse:
    """Show a dossier beside the list; without JavaScript the row leads to its page."""
    at = timezone.now()
    dossier = get_dossier(request, code, at=at, kind=AccessKind.SUMMARY)
    page = desk_work.get_work_page(dossier, request.user, request.roles, at=at)
    return render(request, "dossiers/desk/pane.html", {"page": page, "dossier": dossier})


@require_POST
@staff_required(Role.CLERK, Role.OFFICER, Role.LEADER, Role.REGISTRAR)
def claim_many(request: StaffRequest) -> HttpResponse:
    """Claim what was ticked; each row is judged for itself and the refused ones are named."""
    at = timezone.now()
    codes = list(dict.fromkeys(request.POST.getlist("ma")))[: desk.PAGE_SIZE]
    known = desk_work.find_ids(request.user, codes=codes, at=at)
    claims = assignment.claim_steps(dossier_ids=list(known.values()), by=request.user, at=at)
    by_id = {dossier_id: code for code, dossier_id in known.items()}
    _report(request, claims, by_id, unknown=[code for code in codes if code not in known])
    back = request.POST.get("hang", "")
    query = f"?hang={back}" if back in set(Queue) else ""
    return redirect(f"{reverse('dossiers:queue')}{query}")


def _report(
    request: HttpRequest, claims: list[Claim], by_id: dict[int, str], *, unknown: list[str]
) -> None:
    done = [claim for claim in claims if claim.result == ClaimResult.CLAIMED]
    if done:
        said = ngettext("Đã nhận %d hồ sơ.", "Đã nhận %d hồ sơ.", len(done)) % len(done)
        messages.success(request, said)
    for claim in claims:
        if claim.result != ClaimResult.CLAIMED:
            messages.warning(request, f"{by_id[claim.dossier_id]}: {_refused(claim)}")
    for code in unknown:
        messages.warning(request, _("%s: không tìm thấy hồ sơ.") % code[:64])
    if not claims and not unknown:
        messages.info(request, _("Chưa đánh dấu hồ sơ nào."))


def _refused(claim: Claim) -> str:
    if claim.step is not None and claim.step.assignee is not None:
        return _("%(name)s đã nhận.") % {"name": claim.step.assignee.full_name}
    if claim.result == ClaimResult.NOT_YOURS:
        return _("bước này không thuộc vai trò của người nhận.")
    return _("không còn bước nào đang chờ.")
