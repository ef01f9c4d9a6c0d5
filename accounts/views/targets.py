"""Where people land, and how the page they wanted travels along."""

from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.requests import NEXT, safe_next
from accounts.selectors import list_roles
from portal.core.dates import local_day
from portal.notices.models import Notice


def citizen_home() -> str:
    return reverse("dossiers:mine")


def staff_home(user: User | AnonymousUser) -> str:
    """Return where the work of a member of staff is: not everybody has a queue."""
    held = list_roles(user, on=local_day(timezone.now())) if isinstance(user, User) else []
    roles = {one.role for one in held}
    if roles and roles <= {Role.UNIT_ADMIN, Role.SYSTEM_ADMIN}:
        return reverse("accounts:unit_people")
    if roles == {Role.AUDITOR}:
        return reverse("operations:audit_events")
    if roles and roles <= {Role.EDITOR, Role.PUBLISHER}:
        return reverse("procedures:editor_home")
    return reverse("payments:refunds" if roles == {Role.ACCOUNTANT} else "dossiers:queue")


def dossier_address(notice: Notice, *, user: User) -> str:
    """Return where the dossier that a notice is about is read, "" if it is about none."""
    kind, _, code = notice.subject_key.partition(":")
    if kind != "dossier":
        return ""
    name = "dossiers:work" if user.is_staff_member else "dossiers:detail"
    return reverse(name, args=[code])


def with_next(name: str, request: HttpRequest) -> str:
    """Return the address of a page, with where the person wanted to go, if it is ours."""
    wanted = safe_next(request, default="")
    url = reverse(name)
    return f"{url}?{urlencode({NEXT: wanted})}" if wanted else url
