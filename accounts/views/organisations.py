"""My organisations: declared, represented together; and the desk that has seen their papers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import acting as reads
from accounts.acting_forms import OrganisationForm, RepresentativeForm
from accounts.decorators import citizen_required, staff_required
from accounts.enums import Role
from accounts.models import Organisation
from accounts.requests import CitizenRequest, StaffRequest
from accounts.services import organisations as services
from accounts.views.refusals import render_form
from portal.core.identity import InvalidTaxCode, clean_tax_code


@require_safe
@citizen_required
def organisations(request: CitizenRequest) -> HttpResponse:
    """List the organisations that one represents, and those that ask for it."""
    context = {
        "organisations": reads.list_represented(request.user, at=timezone.now()),
        "invitations": reads.list_invitations(request.user),
    }
    return render(request, "accounts/organisations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def organisation_declare(request: CitizenRequest) -> HttpResponse:
    """Declare an organisation."""
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            organisation = services.declare_organisation(
                particulars=form.particulars(),
                user=request.user,
                title=form.cleaned_data["title"],
                is_legal=form.cleaned_data["is_legal"],
                at=timezone.now(),
            )
        except services.TooManyOrganisations:
            form.add_error(
                None,
                _("Một người khai nhiều nhất %(count)d tổ chức.")
                % {"count": services.MOST_DECLARED},
            )
        else:
            messages.success(request, _("Đã khai tổ chức. Nay ông/bà làm thủ tục thay được."))
            return redirect("accounts:organisation", organisation_id=organisation.pk)
    return render_form(request, "accounts/organisation_declare.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def organisation(request: CitizenRequest, organisation_id: int) -> HttpResponse:
    """Show an organisation with its people; on POST, invite another."""
    at = timezone.now()
    found = reads.get_represented(request.user, organisation_id=organisation_id, at=at)
    if found is None:
        raise Http404
    today = timezone.localdate(at)
    form = RepresentativeForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_valid():
        try:
            services.invite_representative(
                organisation_id=found.pk,
                by=request.user,
                contact=form.who(),
                title=form.cleaned_data["title"],
                is_legal=form.cleaned_data["is_legal"],
                valid_until=form.cleaned_data["valid_until"],
                at=at,
            )
        except services.NotRepresented as error:
            raise Http404 from error
        except services.TooManyRepresentatives:
            form.add_error(
                None,
                _("Mỗi tổ chức có nhiều nhất %(count)d người đại diện và lời mời.")
                % {"count": services.MOST_REPRESENTATIVES},
            )
        else:
            messages.success(
                request,
                _(
                    "Đã ghi lời mời. Nếu người này có tài khoản với đúng họ tên và số đã nhập, họ "
                    "sẽ thấy lời mời trong mục “Tổ chức của tôi”."
                ),
            )
            return redirect("accounts:organisation", organisation_id=found.pk)
    return render_form(
        request,
        "accounts/organisation.html",
        form,
        organisation=found,
        people=reads.list_representatives(found),
    )


@require_POST
@citizen_required
def representative_end(
    request: CitizenRequest, organisation_id: int, representative_id: int
) -> HttpResponse:
    """End a representative, oneself included, or take an invitation back."""
    try:
        services.end_representative(
            organisation_id=organisation_id,
            representative_id=representative_id,
            by=request.user,
            at=timezone.now(),
        )
    except services.NotRepresented as error:
        raise Http404 from error
    messages.success(request, _("Đã thôi đại diện hoặc thu hồi lời mời."))
    if reads.get_represented(request.user, organisation_id=organisation_id, at=timezone.now()):
        return redirect("accounts:organisation", organisation_id=organisation_id)
    return redirect("accounts:organisations")


@require_POST
@citizen_required
def invitation_answer(request: CitizenRequest, representative_id: int) -> HttpResponse:
    """Take or decline an invitation."""
    accepts = request.POST.get("tra_loi") == "nhan"
    try:
        services.answer_invitation(
            representative_id=representative_id,
            user=request.user,
            accepts=accepts,
            at=timezone.now(),
        )
    except services.NoInvitation as error:
        raise Http404 from error
    messages.success(
        request, _("Đã nhận làm người đại diện.") if accepts else _("Đã từ chối lời mời.")
    )
    return redirect("accounts:organisations")


@require_safe
@staff_required(Role.CLERK)
def desk_organisations(request: StaffRequest) -> HttpResponse:
    """Find the rows of a tax code, for a clerk who has the papers of the organisation in hand."""
    typed = request.GET.get("ma_so_thue", "")[:40]
    place = next(held.unit.name for held in request.roles if held.role == Role.CLERK)
    context: dict[str, Any] = {
        "typed": typed,
        "sentence": "",
        "found": [],
        "was_asked": False,
        "place": place,
    }
    if typed:
        try:
            context["found"] = reads.find_organisations(clean_tax_code(typed))
            context["was_asked"] = True
        except InvalidTaxCode as error:
            context["sentence"] = error.sentence
    status = 422 if context["sentence"] else 200
    return render(request, "accounts/desk_organisations.html", context, status=status)


@require_POST
@staff_required(Role.CLERK)
def desk_organisation_seen(request: StaffRequest, organisation_id: int) -> HttpResponse:
    """Note that the papers of an organisation were seen at the counter."""
    try:
        seen = services.note_seen(
            organisation_id=organisation_id, by=request.user, at=timezone.now()
        )
    except Organisation.DoesNotExist as error:
        raise Http404 from error
    except services.AlreadySeen:
        messages.warning(
            request,
            _(
                "Mã số thuế này đã có một tổ chức được đối chiếu. Người đại diện của tổ chức đó "
                "mời thêm người này trong tài khoản của mình."
            ),
        )
        return redirect("accounts:desk_organisations")
    messages.success(
        request,
        _("Đã ghi: giấy tờ của %(organisation)s đã được đối chiếu tại quầy.")
        % {"organisation": seen.name},
    )
    return redirect("accounts:desk_organisations")
