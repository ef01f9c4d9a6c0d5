"""The challenge of the robot check, for static/js/robot.js."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import client_address
from accounts.services import robots


@login_not_required
@never_cache
@require_safe
def robot_challenge(request: HttpRequest) -> JsonResponse:
    challenge = robots.new_challenge(client=client_address(request), at=timezone.now())
    return JsonResponse(dict(challenge))
