"""Issuing slips: the words are fixed with the fact, the PDF is made by a worker afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from dossiers.enums import SlipKind
from dossiers.models import Dossier, Slip, SupplementRequest
from portal.core.db import requires_transaction


@requires_transaction
def issue_acceptance(dossier: Dossier, *, by: User, at: datetime) -> Slip:
    """Issue slip 01, acceptance and appointment."""
    return _store(dossier, SlipKind.ACCEPTANCE, {}, by=by, at=at)


@requires_transaction
def issue_refusal(
    dossier: Dossier, reasons: Sequence[dict[str, Any]], *, by: User, at: datetime
) -> Slip:
    """Issue slip 03, refusal; `reasons` are {"key", "label", "reason", "ground"}."""
    return _store(dossier, SlipKind.REFUSAL, {}, by=by, at=at)


@requires_transaction
def issue_supplement(request: SupplementRequest, *, by: User, at: datetime) -> Slip:
    """Issue slip 02, supplement."""
    return _store(request.dossier, SlipKind.SUPPLEMENT, {}, by=by, at=at)


@requires_transaction
def issue_proof(dossier: Dossier, *, at: datetime) -> Slip:
    """Issue the proof of submission that lists every stored file."""
    return _store(dossier, SlipKind.PROOF, {}, by=None, at=at)


@requires_transaction
def issue_declaration(dossier: Dossier, *, at: datetime) -> Slip:
    """Issue the citizen's declaration made from the e-form."""
    return _store(dossier, SlipKind.DECLARATION, {}, by=None, at=at)


def _store(
    dossier: Dossier, kind: SlipKind, content: dict[str, Any], *, by: User | None, at: datetime
) -> Slip:
    return Slip.objects.create(
        dossier=dossier,
        kind=kind,
        number=f"{dossier.code}/{kind}/{dossier.slips.count() + 1}",
        content=content,
        issued_by=by,
        issued_at=at,
        render_due_at=at,
    )
