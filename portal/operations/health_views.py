"""Readiness, for load balancers and monitors: one word for everybody, the parts for operators."""

import ipaddress
import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.operations import health


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether this installation can serve; 503 when it cannot."""
    found = health.look(at=timezone.now())
    answer: dict[str, object] = {"status": found.status}
    if _is_operator(request):
        answer["parts"] = {
            part.name: {"state": part.state, "detail": part.detail} for part in found.parts
        }
    return JsonResponse(answer, status=503 if found.status == health.DOWN else 200)


def _is_operator(request: HttpRequest) -> bool:
    """Say whether the request comes from this machine itself, or carries the operators' token."""
    token = request.headers.get("X-Health-Token", "")
    if settings.HEALTH_TOKEN and secrets.compare_digest(
        token.encode(), settings.HEALTH_TOKEN.encode()
    ):
        return True
    # A proxy on this machine speaks from loopback too, but on behalf of anybody, and says so.
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
