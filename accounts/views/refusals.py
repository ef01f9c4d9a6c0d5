"""A limit met in the middle of a form: say how long to wait and keep what was typed."""

import math
from typing import Final

from crispy_forms.layout import HTML
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.services.limits import RobotCheckNeeded, TooManyRequests

_ROBOT_CHECK: Final = (
    "{% url 'accounts:robot_challenge' as challenge_url %}"
    "{% include 'components/robot_check.html' with challenge_url=challenge_url only %}"
)


def render_form(
    request: HttpRequest,
    template: str,
    form: forms.Form,
    *,
    refused: TooManyRequests | None = None,
    **context: object,
) -> HttpResponse:
    """
    Render a page with its form: 422 with errors, 429 and Retry-After when refused.

    An address that many share is first asked for the robot check: 422, with the check in the form.
    """
    is_checked = isinstance(refused, RobotCheckNeeded)
    if refused is not None:
        form.add_error(None, wait_sentence(refused))
    if is_checked:
        add_robot_check(form)
    status = 429 if refused and not is_checked else 422 if form.errors else 200
    response = render(request, template, {"form": form, **context}, status=status)
    if refused is not None:
        response["Retry-After"] = str(math.ceil(refused.retry_after.total_seconds()))
    return response


def add_robot_check(form: forms.Form) -> None:
    """Put the robot check at the end of a form, above its button."""
    form.helper.layout.fields.append(HTML(_ROBOT_CHECK))  # type: ignore[attr-defined]


def wait_sentence(refused: TooManyRequests) -> str:
    return refused.sentence


def resend_sentence(refused: TooManyRequests) -> str:
    return _("Mã đã được gửi đi. Nếu chưa thấy tin nhắn, gửi lại sau khoảng %(wait)s.") % {
        "wait": refused.wait
    }
