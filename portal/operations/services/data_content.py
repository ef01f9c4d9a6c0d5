"""
What belongs to one person, over all apps: the list that copies are made from.

A table that refers to a person stands here or in `LEFT_OUT`, with the reason; a test compares both
with every model that there is.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import ForeignKey, Model, Q, QuerySet

from accounts.models import (
    AccountMerge,
    Consent,
    EidLink,
    Mandate,
    Organisation,
    Representative,
    SecurityEvent,
    User,
    UserSession,
)
from dossiers.models import (
    ClockPause,
    Decision,
    Delivery,
    Dossier,
    DossierAccess,
    DossierEvent,
    DossierPaper,
    DossierParty,
    Draft,
    DraftPaper,
    Extension,
    Obligation,
    ObligationLine,
    PaperBundle,
    Result,
    Reversal,
    Slip,
    Step,
    StoredFile,
    SupplementItem,
    SupplementRequest,
    SupplementUpload,
)
from payments.models import CashReceipt, LedgerEntry, Payment, PaymentLine, Refund
from portal.core import crypto
from portal.notices.models import Notice
from portal.operations.models import DataExport, DataRequest

# Never in a copy: secrets, and what means nothing to people.
SECRET: Final = frozenset(
    {
        "password",
        "session_nonce",
        "session_key",
        "identity_hash",
        "contact_hash",
        "subject_hash",
        "storage_key",
        "previous_hash",
        "hash",
        "submission_key",
        "dedupe_key",
        "verification_token",
    }
)
# What staff write for each other while they work.
INTERNAL: Final = {"Step": {"note"}, "Decision": {"sent_back_note"}}
# A sealed column, and under which name its content is handed over.
SEALED: Final = {
    "identity_sealed": "identity_number",
    "sealed_answers": "sealed_answers",
    "sealed": "sealed",
    "account_sealed": "account",
}
LEFT_OUT: Final = {
    "accounts.StaffRole": "staff only",
    "accounts.SecondFactor": "staff only, and a secret",
    "accounts.RecoveryCode": "staff only, and a secret",
    "accounts.StaffLink": "staff only, and a secret",
    "account.EmailAddress": "a table of allauth that nothing here writes",
    "socialaccount.SocialAccount": "a table of allauth that nothing here writes",
    "accounts.UserEvent": "versions of columns that the account shows",
    "accounts.StaffRoleEvent": "staff only",
    "operations.Disposal": "staff only: who disposed of dossiers that name nobody any more",
    "admin.LogEntry": "staff only: what system administrators changed",
    "procedures.PostingSheet": "staff only: who had a sheet printed",
    # Rows that the catalogue's editors keep, and their versions.
    **{
        f"procedures.{name}{kind}": "staff only: who edited the catalogue"
        for kind in ("", "Event")
        for name in (
            "ArticleVersion",
            "Boost",
            "CatalogueFile",
            "Clip",
            "FindingReview",
            "LocalRule",
            "Offer",
            "Picture",
            "Procedure",
            "Revision",
            "Synonym",
            "WorkflowVersion",
        )
    },
    "pghistory.MiddlewareEvents": "a view over the tables of versions",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One table, and which of its rows belong to a person."""

    model: type[Model]
    rows: Callable[[int], Q]


def own_dossiers(user_id: int) -> QuerySet[Dossier]:
    """Return the dossiers of a person themself: an organisation's are the organisation's."""
    return Dossier.objects.filter(owner=user_id, organisation=None)


def _of_dossier(path: str = "dossier") -> Callable[[int], Q]:
    return lambda user_id: Q(**{f"{path}__in": own_dossiers(user_id).values("pk")})


def _of(path: str) -> Callable[[int], Q]:
    return lambda user_id: Q(**{path: user_id})


def _files(user_id: int) -> Q:
    """Files that the person gave or was given: of drafts, papers, supplements, slips, results."""
    own = own_dossiers(user_id).values("pk")
    links: tuple[QuerySet[Any], ...] = (
        DraftPaper.objects.filter(draft__owner=user_id).values("file"),
        DossierPaper.objects.filter(dossier__in=own).values("file"),
        PaperBundle.objects.filter(dossier__in=own, file__isnull=False).values("file"),
        SupplementUpload.objects.filter(item__request__dossier__in=own).values("file"),
        Slip.objects.filter(dossier__in=own, file__isnull=False).values("file"),
        Result.objects.filter(dossier__in=own).values("file"),
    )
    found = Q(uploaded_by=user_id)
    for link in links:
        found |= Q(pk__in=link)
    return found


PARTS: Final = (
    Part(User, _of("pk")),
    Part(UserSession, _of("user")),
    Part(Consent, _of("user")),
    Part(EidLink, _of("user")),
    Part(SecurityEvent, _of("user")),
    Part(AccountMerge, lambda user: Q(duplicate=user) | Q(survivor=user)),
    Part(Organisation, _of("representatives__user")),
    Part(Representative, _of("user")),
    Part(Mandate, lambda user: Q(principal=user) | Q(holder=user)),
    Part(Notice, _of("recipient")),
    Part(Draft, _of("owner")),
    Part(DraftPaper, _of("draft__owner")),
    Part(Dossier, lambda user: Q(pk__in=own_dossiers(user).values("pk"))),
    Part(DossierParty, _of_dossier()),
    Part(DossierPaper, _of_dossier()),
    Part(PaperBundle, _of_dossier()),
    Part(DossierEvent, _of_dossier()),
    Part(DossierAccess, _of_dossier()),
    Part(Step, _of_dossier()),
    Part(ClockPause, _of_dossier()),
    Part(SupplementRequest, _of_dossier()),
    Part(SupplementItem, _of_dossier("request__dossier")),
    Part(SupplementUpload, _of_dossier("item__request__dossier")),
    Part(Extension, _of_dossier()),
    Part(Decision, _of_dossier()),
    Part(Result, _of_dossier()),
    Part(Delivery, _of_dossier()),
    Part(Slip, _of_dossier()),
    Part(Reversal, _of_dossier()),
    Part(Obligation, _of_dossier()),
    Part(ObligationLine, _of_dossier("obligation__dossier")),
    Part(Payment, _of("owner")),
    Part(PaymentLine, _of("payment__owner")),
    Part(CashReceipt, _of_dossier("obligation__dossier")),
    Part(
        LedgerEntry,
        lambda user: Q(payment__owner=user) | _of_dossier("obligation__dossier")(user),
    ),
    Part(
        Refund,
        lambda user: (
            Q(entry__payment__owner=user) | _of_dossier("entry__obligation__dossier")(user)
        ),
    ),
    Part(StoredFile, _files),
    Part(DataRequest, _of("user")),
    Part(DataExport, _of("user")),
)


def rows_of(part: Part, user_id: int) -> QuerySet[Any]:
    """Return the rows of one table that belong to a person, each once."""
    manager = part.model._default_manager  # noqa: SLF001 -- Django's own name for it
    return manager.filter(part.rows(user_id)).order_by("pk").distinct()


def collect(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is kept about a person, as JSON takes it, by name of the table."""
    return {
        part.model.__name__: [plain_row(row, user_id) for row in rows_of(part, user_id)]
        for part in PARTS
    }


def plain_row(row: Model, user_id: int) -> dict[str, Any]:
    """Return one row in clear: without secrets, and without which other person did it."""
    left_out = SECRET | INTERNAL.get(type(row).__name__, set())
    plain: dict[str, Any] = {}
    for field in row._meta.concrete_fields:  # noqa: SLF001 -- Django's own name for it
        value = getattr(row, field.attname)
        if field.name in SEALED:
            plain[SEALED[field.name]] = _unsealed(value)
        elif field.name in left_out:
            continue
        elif isinstance(field, ForeignKey) and field.related_model is User:
            plain[field.name] = _who(value, user_id)
        else:
            plain[field.name] = _plain(value)
    return plain


def _who(value: int | None, user_id: int) -> str | None:
    if value is None:
        return None
    return "chính ông/bà" if value == user_id else "người khác"


def _unsealed(value: bytes | memoryview | None) -> Any:
    if not value:
        return None
    text = crypto.unseal(value)
    # Sealed answers are JSON; a number stays the text that it is, with its leading zero.
    return json.loads(text) if text.startswith(("{", "[")) else text


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def files_of(user_id: int) -> Iterable[StoredFile]:
    """Return the files that belong to a person, one after the other."""
    return StoredFile.objects.filter(_files(user_id)).distinct().order_by("created_at").iterator()
