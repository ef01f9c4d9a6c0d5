"""The error pages: what happened, what is safe, what to do."""

import logging

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

# The page of last resort, for when not even the static 500.html can be rendered.
BARE_ERROR = (
    "<!DOCTYPE html><html lang='vi'><meta charset='utf-8'><title>Cổng đang gặp trục trặc</title>"
    "<h1>Cổng đang gặp trục trặc</h1><p>Hồ sơ đã nộp và nội dung đã lưu vẫn được giữ nguyên. "
    "Vui lòng thử lại sau ít phút.</p></html>"
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.warning("CSRF check failed: %s", reason)
    # Refused before the middleware that marks private pages saw it.
    response = render(request, "403.html", status=403)
    response["Cache-Control"] = "private, no-store"
    return response


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    try:
        page = str(render_to_string("500.html"))
    except Exception:
        logger.exception("The error page itself failed")
        page = BARE_ERROR
    return HttpResponseServerError(page)
