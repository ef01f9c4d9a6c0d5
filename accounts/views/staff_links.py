"""The link of an invitation or a forgotten password: opening it changes nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.enums import LinkPurpose
from accounts.forms import NewPasswordForm
from accounts.services import invitations
from accounts.views.refusals import render_form
from accounts.views.second_factor import to_second_step


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def staff_link(request: HttpRequest, token: str) -> HttpResponse:
    """
    Ask whom a link was sent to for a password, then for the second factor.

    Mail scanners open links, so a GET leaves everything as it was. Whatever is wrong with a link,
    the answer is the same.
    """
    at = timezone.now()
    link = invitations.find_link(token, at=at)
    if link is None:
        return _dead(request)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=link.user)
    if form.is_valid():
        try:
            user = invitations.use_link(token=token, password=form.cleaned_data["password"], at=at)
        except invitations.LinkDead:
            return _dead(request)
        return to_second_step(request, user, at=at)
    return render_form(
        request,
        "accounts/staff_link.html",
        form,
        person=link.user.full_name,
        username=link.user.username,
        is_invitation=link.purpose == LinkPurpose.INVITATION,
    )


def _dead(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/staff_link_dead.html", status=410)
