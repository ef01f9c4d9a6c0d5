"""Looking a dossier up without signing in: where it is and until when, nothing of a person."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.limits import Bucket
from accounts.requests import visitor
from accounts.services import limits, watch
from accounts.views.refusals import add_robot_check
from dossiers.forms.tracking import ForgotCodeForm, TrackingForm
from dossiers.selectors import tracking
from dossiers.services import lost_codes


@login_not_required
@require_safe
def track(request: HttpRequest) -> HttpResponse:
    """Show the stage of one dossier to anyone who holds its code."""
    is_asked = "ma" in request.GET
    form = TrackingForm(request.GET if is_asked else None)
    page, status = None, 200
    if is_asked:
        # Counted before anything is read, whatever was typed.
        at = timezone.now()
        client = visitor(request, at=at)
        refused = _refusal(client, at=at)
        if refused is not None:
            form.is_valid()
            form.add_error(None, refused.sentence)
            add_robot_check(form)
            status = 422
        elif form.is_valid():
            page = tracking.get_tracking_page(code=form.cleaned_data["ma"])
            status = 200 if page else 404
            if page is None:
                form.add_error(
                    "ma",
                    _(
                        "Không tìm thấy hồ sơ có mã này. Xem lại từng chữ số trong tin nhắn hoặc "
                        "giấy hẹn; quên mã thì bấm “Quên mã hồ sơ”."
                    ),
                )
        else:
            status = 422
    # Below an answer stands an empty form, for the next code.
    context = {"form": TrackingForm() if page else form, "page": page}
    response = render(request, "dossiers/public/track.html", context, status=status)
    # The empty form is the same for everybody; an answer is nobody's to keep.
    response["Cache-Control"] = "no-store" if is_asked else "public, max-age=300"
    return response


def _refusal(client: limits.Visitor, *, at: datetime) -> limits.RobotCheckNeeded | None:
    """Count one look-up; return why it has to wait for the robot check, if it has to."""
    try:
        limits.require(Bucket.TRACK_ADDRESS, client, at=at)
    except limits.TooManyRequests as error:
        watch.note_enumeration(client, at=at)
        if not isinstance(error, limits.RobotCheckNeeded):
            raise
        return error
    return None


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_code(request: HttpRequest) -> HttpResponse:
    """Send lost codes to the phone or e-mail of the dossiers; the answer is always the same."""
    is_post = request.method == "POST"
    form = ForgotCodeForm(request.POST if is_post else None)
    is_sent = is_post and form.is_valid()
    if is_sent:
        at = timezone.now()
        try:
            lost_codes.send_codes(
                contact=form.cleaned_data["phone"], client=visitor(request, at=at), at=at
            )
        except limits.RobotCheckNeeded as error:
            is_sent = False
            form.add_error(None, error.sentence)
            add_robot_check(form)
    context = {"form": form, "is_sent": is_sent}
    status = 422 if form.errors else 200
    response = render(request, "dossiers/public/forgot_code.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
