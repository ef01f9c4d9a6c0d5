"""A limit met in the middle of a form: say how long to wait and keep what was typed."""

import math

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.services.limits import TooManyRequests


def render_form(
    request: HttpRequest,
    template: str,
    form: forms.Form,
    *,
    refused: TooManyRequests | None = None,
    **context: object,
) -> HttpResponse:
    """Render a page with its form: 422 with errors, 429 and Retry-After when refused."""
    if refused is not None:
        form.add_error(None, wait_sentence(refused))
    status = 429 if refused else 422 if form.errors else 200
    response = render(request, template, {"form": form, **context}, status=status)
    if refused is not None:
        response["Retry-After"] = str(math.ceil(refused.retry_after.total_seconds()))
    return response


def wait_sentence(refused: TooManyRequests) -> str:
    return refused.sentence


def resend_sentence(refused: TooManyRequests) -> str:
    return _("Mã đã được gửi đi. Nếu chưa thấy tin nhắn, gửi lại sau khoảng %(wait)s.") % {
        "wait": refused.wait
    }
