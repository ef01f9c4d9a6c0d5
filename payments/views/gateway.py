"""What the gateway's server calls: answered 200, with a code that asks to call again or not."""

from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from payments.services import hearing

MESSAGES: Final = {
    "00": "Confirm Success",
    "01": "Order not found",
    "02": "Order already confirmed",
    "04": "Invalid amount",
    "97": "Invalid signature",
    "99": "Unknown error",
}


@csrf_exempt
@never_cache
@login_not_required
@require_GET
def vnpay_ipn(request: HttpRequest) -> HttpResponse:
    """Take in one report of VNPAY."""
    code = hearing.receive_ipn(raw=request.META.get("QUERY_STRING", ""), at=timezone.now())
    return JsonResponse({"RspCode": code, "Message": MESSAGES[code]})
