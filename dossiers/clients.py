"""For whom a dossier is filed where that is not whoever files it, and who is told about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.acting import current_representatives
from accounts.enums import MandateKind
from accounts.models import Organisation, User, mandate_key, organisation_key
from dossiers.models import Dossier, Draft


@dataclass(frozen=True, slots=True)
class Client:
    """An organisation (with a tax code) or a principal (with an account) behind a filing."""

    name: str
    address: str
    phone: str
    email: str
    tax_code: str = ""
    date_of_birth: date | None = None
    # The account whose identity number is the applicant's, None for an organisation.
    principal: User | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody told in their inbox, in the context in which they may open the dossier."""

    user: User
    context: str


def client_of(draft: Draft) -> Client | None:
    """Return for whom a draft is filed; None where its owner files for themselves or a child."""
    if draft.organisation is not None:
        return client_organisation(draft.organisation)
    principal = draft.mandate.principal if draft.mandate is not None else None
    if principal is None:
        return None
    return Client(
        name=principal.full_name,
        address=principal.address,
        phone=principal.phone,
        email=principal.email,
        date_of_birth=principal.date_of_birth,
        principal=principal,
    )


def client_organisation(organisation: Organisation) -> Client:
    return Client(
        name=organisation.name,
        address=organisation.address,
        phone=organisation.phone,
        email=organisation.email,
        tax_code=organisation.tax_code,
    )


def readers(dossier: Dossier, *, at: datetime) -> Sequence[Reader]:
    """
    Return whose inboxes news of a dossier belong in.

    The owner; for an organisation whoever represents it now; under a mandate its holder as well,
    for as long as the mandate holds.
    """
    if dossier.organisation_id is not None:
        key = organisation_key(dossier.organisation_id)
        people = current_representatives(dossier.organisation_id, at=at)
        return [Reader(user, key) for user in people]
    found = [Reader(dossier.owner, "")] if dossier.owner is not None else []
    holder = _holder(dossier, at=at)
    if holder is not None:
        found.append(Reader(holder, mandate_key(dossier.mandate_id or 0)))
    return found


def is_submitter_told(dossier: Dossier, *, at: datetime) -> bool:
    """Tell whether whoever filed may still hear of the dossier at the phone that they named."""
    if dossier.organisation_id is not None:
        people = current_representatives(dossier.organisation_id, at=at)
        return any(user.pk == dossier.owner_id for user in people)
    if dossier.mandate is not None and dossier.mandate.kind == MandateKind.CODE:
        return _holder(dossier, at=at) is not None
    return True


def _holder(dossier: Dossier, *, at: datetime) -> User | None:
    mandate = dossier.mandate
    if mandate is None or mandate.kind != MandateKind.CODE or not mandate.is_in_force(at=at):
        return None
    return mandate.holder
