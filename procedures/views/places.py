"""The communes of a province, and what a typed name may mean, for the script of address fields."""

from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from portal.core.places import national_places
from procedures.eform.addresses import choices_of

# The list changes with a decree: a phone may keep it for a day.
_KEPT_SECONDS: Final = 24 * 60 * 60


@login_not_required
@require_safe
@cache_control(public=True, max_age=_KEPT_SECONDS)
@conditional_page
def communes(request: HttpRequest) -> JsonResponse:
    """List [code, name] of a province, or what a name, old or new, may mean today."""
    places, province = national_places(), request.GET.get("tinh", "")
    rows: list[list[str]]
    if name := request.GET.get("ten", ""):
        rows = [
            [one.code, one.name, one.province_name, one.former]
            for one in choices_of(name, province=province, places=places)
        ]
    else:
        rows = [list(one) for one in places(province)] if province else []
    return JsonResponse(rows, safe=False, json_dumps_params={"ensure_ascii": False})
