"""Whoever handles the money of a dossier sees a name and a sum: that is a look, too."""

from datetime import datetime

from django.http import Http404

from accounts.requests import StaffRequest
from dossiers.enums import AccessKind
from dossiers.models import Dossier
from dossiers.services import accesses


def record_money_look(request: StaffRequest, dossier: Dossier, *, at: datetime) -> None:
    """Note the look before anything is shown."""
    try:
        accesses.record_look(dossier, request.user, request.roles, kind=AccessKind.MONEY, at=at)
    except accesses.Gone as error:
        raise Http404 from error
