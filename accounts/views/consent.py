"""The page that asks a citizen for the consent to new words, before anything else."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import sessions
from accounts.decorators import citizen_required, needs_no_consent
from accounts.forms.own_account import ConsentForm
from accounts.requests import CitizenRequest, safe_next
from accounts.services import consents
from accounts.views.refusals import render_form
from accounts.views.targets import citizen_home


@needs_no_consent
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def ask_consent(request: CitizenRequest) -> HttpResponse:
    """Show the words of today with a box that is not ticked; on POST, keep the consent."""
    at = timezone.now()
    words = consents.current(on=timezone.localdate())
    form = ConsentForm(request.POST if request.method == "POST" else None, version=words.version)
    if form.is_valid():
        try:
            consents.agree(user=request.user, version=form.cleaned_data["version"], at=at)
        except consents.NotThese:
            return redirect(request.get_full_path())
        request.session.pop(sessions.CONSENT_DUE, None)
        return redirect(safe_next(request, default=citizen_home()))
    return render_form(request, "accounts/consent.html", form, consent_points=words.points)
