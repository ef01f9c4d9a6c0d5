"""The unit administrator's page that passes on what an absent person has in hand."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.requests import StaffRequest
from accounts.selectors.units import find_person, get_house
from accounts.services.roles import NotInYourHouse
from dossiers.forms.handover import MoveWorkForm
from dossiers.selectors import handover as selectors
from dossiers.services import handover as services
from dossiers.services.assignment import NotACandidate


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.UNIT_ADMIN, Role.SYSTEM_ADMIN)
def move_work(request: StaffRequest, person_id: int) -> HttpResponse:
    """Show what a person has in hand, ask who goes on with it, and move it all at once."""
    house = get_house(request.roles, on=timezone.localdate())
    person = find_person(house, user_id=person_id)
    if person is None:
        raise Http404
    bundles = selectors.list_bundles(person, unit_ids=house.ids, on=timezone.localdate())
    form = MoveWorkForm(request.POST if request.method == "POST" else None, bundles=bundles)
    if form.is_valid():
        try:
            outcome = services.move_work(
                person_id=person.pk,
                by=request.user,
                at=timezone.now(),
                successors=form.successors(),
                seen=form.cleaned_data["seen"],
            )
        except NotACandidate:
            form.add_error(None, _("Một người vừa chọn không còn giữ vai trò đó. Chọn lại."))
        except NotInYourHouse as error:
            raise Http404 from error
        else:
            _report(request, outcome)
            return redirect("accounts:unit_person", person_id=person.pk)
    context = {
        "person": person,
        "form": form,
        "bundles": bundles,
        "count": sum(len(bundle.step_ids) for bundle in bundles),
        "place": house.name,
    }
    status = 422 if form.errors else 200
    return render(request, "dossiers/desk/move_work.html", context, status=status)


def _report(request: HttpRequest, outcome: services.Moved) -> None:
    count = len(outcome.moved)
    if count:
        said = ngettext("Đã bàn giao %d hồ sơ.", "Đã bàn giao %d hồ sơ.", count) % count
        messages.success(request, said)
    else:
        messages.info(request, _("Không có hồ sơ nào được bàn giao."))
    if outcome.gone:
        messages.warning(request, _("Đã xong hoặc người khác đã nhận: %s.") % _few(outcome.gone))
    if outcome.own_affairs:
        said = _("Không giao vì là hồ sơ của chính người nhận: %s.") % _few(outcome.own_affairs)
        messages.warning(request, said)


def _few(codes: Sequence[str]) -> str:
    rest = len(codes) - 10
    return ", ".join(codes[:10]) + (_(" và %d hồ sơ khác") % rest if rest > 0 else "")
