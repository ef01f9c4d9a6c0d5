"""Mandates: given with a code to one's own phone, taken by the other, ended at any time."""

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import CodePurpose, MandateKind, MandateState
from accounts.models import Mandate, User
from accounts.security import SecurityEventKind
from accounts.services import codes, offers
from accounts.services.offers import Contact
from accounts.services.security import record
from portal.core.crypto import Unreadable, seal, unseal
from portal.core.dates import format_short_day, local_day
from portal.core.db import requires_transaction
from portal.core.identity import mask_phone

# Law: Bộ luật Dân sự 2015, article 563: one year where the parties agreed on no other time.
LONGEST: Final = timedelta(days=365)
MOST_OPEN: Final = 20


class TermsLost(Exception):
    """What was to be confirmed is no longer in the session, or damaged."""


class NoProvenPhone(Exception):
    """The account has no phone to which a code could go."""


class TooManyMandates(Exception):
    """The person has given as many mandates as may be open at once."""


class NoSuchMandate(Exception):
    """Nothing of this kind is there for this person (any more)."""


class MandateEnded(Exception):
    """Nobody may act under this mandate now: revoked, over, or not begun."""


class MandateUsed(Exception):
    """The mandate was for one dossier, and that is handed in."""


class OutOfScope(Exception):
    """The mandate does not name this procedure."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a mandate says: who, for which procedures (none: all), for how long."""

    name: str
    number: str
    procedures: tuple[str, ...]
    is_single_use: bool
    valid_from: date
    valid_until: date

    def seal(self) -> str:
        """Return everything as one sealed text, for the session."""
        plain = asdict(self) | {
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
        }
        return base64.b64encode(seal(json.dumps(plain))).decode()

    @classmethod
    def unseal(cls, sealed: str) -> Self:
        """
        Open what `seal` made.

        :raises TermsLost: if it is damaged.
        """
        try:
            plain: dict[str, Any] = json.loads(unseal(base64.b64decode(sealed)))
            plain["procedures"] = tuple(plain["procedures"])
            for name in ("valid_from", "valid_until"):
                plain[name] = date.fromisoformat(plain[name])
            return cls(**plain)
        except (Unreadable, ValueError, KeyError, TypeError) as error:
            raise TermsLost from error


def send_code(*, principal: User, session: str, client: str, at: datetime) -> None:
    """
    Send the principal the code that stands for their signature.

    :raises NoProvenPhone: if the account has no confirmed phone.
    :raises TooManyRequests: if it is too soon, or too many were sent.
    """
    if not principal.phone or principal.phone_verified_at is None:
        raise NoProvenPhone(principal.pk)
    # By text message only: the code proves the phone, which is the signature here.
    codes.send_code(
        purpose=CodePurpose.MANDATE,
        phone=principal.phone,
        session=session,
        client=client,
        recipient=principal,
        at=at,
    )


def give_mandate(
    *, principal: User, terms: Terms, code: str, session: str, at: datetime
) -> Mandate:
    """
    Use the code up and offer the mandate to whom it names; whether they are known is never said.

    :raises CodeRefused: if the code is wrong or no longer alive.
    :raises TooManyMandates: if twenty are open.
    :raises TooManyRequests: if this phone has seen too many tries.
    """
    codes.require_code(
        purpose=CodePurpose.MANDATE, phone=principal.phone, session=session, code=code, at=at
    )
    return _give(principal=principal, terms=terms, at=at)


@transaction.atomic(durable=True)
def _give(*, principal: User, terms: Terms, at: datetime) -> Mandate:
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=principal.pk)
    live = principal.mandates_given.filter(
        revoked_at=None, declined_at=None, valid_until__gte=local_day(at)
    )
    if live.count() >= MOST_OPEN:
        raise TooManyMandates(principal.pk)
    contact = Contact(terms.name, terms.number)
    mandate = Mandate(
        kind=MandateKind.CODE,
        principal=principal,
        named=terms.name,
        contact_hash=contact.hash,
        procedures=list(terms.procedures),
        is_single_use=terms.is_single_use,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        created_at=at,
    )
    mandate.save(force_insert=True)
    people = [one for one in offers.find_accounts(contact) if one.pk != principal.pk]
    for person in people:
        _tell(
            person,
            "mandate-given",
            mandate,
            subject=_("Ông/bà được ủy quyền"),
            body=_(
                "%(principal)s ủy quyền để ông/bà làm thủ tục thay trên Cổng Dịch vụ công, đến "
                "hết ngày %(until)s. Đăng nhập, mở mục “Ủy quyền” để xem phạm vi, rồi nhận hoặc từ "
                "chối."
            ),
            text=_("Ông/bà được ủy quyền làm thủ tục thay. Mở mục Ủy quyền trên cổng để xem."),
            at=at,
        )
    _record(SecurityEventKind.MANDATE_GIVEN, mandate, by=principal, at=at)
    return mandate


@transaction.atomic(durable=True)
def answer_mandate(*, mandate_id: int, user: User, accepts: bool, at: datetime) -> None:
    """
    Take or decline a mandate that waits for `user`, and tell the principal.

    :raises NoSuchMandate: if none waits.
    """
    mandate = (
        Mandate.objects.offered_to(user, on=local_day(at))
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=mandate_id)
        .first()
    )
    if mandate is None or mandate.principal is None:
        raise NoSuchMandate(mandate_id)
    mandate.holder = user
    if accepts:
        mandate.accepted_at = at
        kind, subject = SecurityEventKind.MANDATE_ACCEPTED, _("Ủy quyền đã được nhận")
        body = _(
            "%(holder)s (%(phone)s) đã nhận ủy quyền của ông/bà, có hiệu lực đến hết ngày "
            "%(until)s. Nếu không đúng người, mở mục “Ủy quyền” và bấm “Chấm dứt ủy quyền”."
        )
    else:
        mandate.declined_at = at
        kind, subject = SecurityEventKind.MANDATE_DECLINED, _("Ủy quyền bị từ chối")
        body = _(
            "%(holder)s đã từ chối ủy quyền của ông/bà. Không ai làm thay được theo ủy quyền này."
        )
    mandate.save(update_fields=["holder", "accepted_at", "declined_at"])
    _tell(mandate.principal, kind.value, mandate, subject=subject, body=body, at=at)
    _record(kind, mandate, by=user, at=at)


@transaction.atomic(durable=True)
def revoke_mandate(*, mandate_id: int, by: User, at: datetime) -> None:
    """
    End a mandate: its principal at any time, its holder by giving it back. Both are told.

    It holds from the next request on. Dossiers that were handed in go on for their principal.

    :raises NoSuchMandate: if `by` neither gave nor holds it, or it ended already.
    """
    mandate = _lock(mandate_id)
    if mandate is None or by.pk not in {mandate.principal_id, mandate.holder_id}:
        raise NoSuchMandate(mandate_id)
    if mandate.kind != MandateKind.CODE or mandate.revoked_at or mandate.declined_at:
        raise NoSuchMandate(mandate_id)
    mandate.revoked_at = at
    mandate.save(update_fields=["revoked_at"])
    for person in (mandate.principal, mandate.holder):
        if person is None:
            continue
        _tell(
            person,
            "mandate-revoked",
            mandate,
            subject=_("Ủy quyền đã chấm dứt"),
            body=_(
                "Ủy quyền của %(principal)s cho %(holder)s đã chấm dứt từ bây giờ. Hồ sơ đã nộp "
                "vẫn được giải quyết; chỉ người ủy quyền xem và làm tiếp được các hồ sơ đó."
            ),
            at=at,
        )
    _record(SecurityEventKind.MANDATE_REVOKED, mandate, by=by, at=at)


@requires_transaction
def use_mandate(*, mandate_id: int, holder: User, procedure_code: str, at: datetime) -> Mandate:
    """
    Lock a mandate for handing in one dossier under it, and use up one that is for one only.

    Its row is what a revocation and another submission wait for in turn.

    :raises MandateEnded: if nobody may act under it now, or not `holder`.
    :raises MandateUsed: if it was for one dossier, and that is handed in.
    :raises OutOfScope: if it does not name this procedure.
    """
    mandate = _lock(mandate_id)
    if mandate is None or mandate.holder_id != holder.pk or mandate.kind != MandateKind.CODE:
        raise MandateEnded(mandate_id)
    _require_usable(mandate, procedure_code, at=at)
    mandate.used_at = at
    mandate.save(update_fields=["used_at"])
    _record(SecurityEventKind.MANDATE_USED, mandate, by=holder, at=at)
    return mandate


def require_scope(*, mandate_id: int, procedure_code: str, at: datetime) -> None:
    """
    Refuse a filing that could not be handed in; the submission asks again under its lock.

    :raises MandateEnded, MandateUsed, OutOfScope: as `use_mandate`.
    """
    mandate = Mandate.objects.filter(pk=mandate_id).first()
    if mandate is None:
        raise MandateEnded(mandate_id)
    _require_usable(mandate, procedure_code, at=at)


@requires_transaction
def record_paper(
    *, holder: User, principal_name: str, procedure_code: str, at: datetime
) -> Mandate:
    """Note that a dossier is handed in on a notarised paper, which a clerk has yet to look at."""
    today = local_day(at)
    mandate = Mandate(
        kind=MandateKind.PAPER,
        holder=holder,
        named=principal_name,
        procedures=[procedure_code],
        is_single_use=True,
        valid_from=today,
        valid_until=today,
        created_at=at,
        accepted_at=at,
        used_at=at,
    )
    mandate.save(force_insert=True)
    return mandate


@requires_transaction
def note_paper_checked(*, mandate_id: int, by: User, at: datetime) -> None:
    """Note that a clerk who accepts the dossier has looked at the paper, once."""
    Mandate.objects.filter(pk=mandate_id, kind=MandateKind.PAPER, checked_at=None).update(
        checked_at=at, checked_by=by
    )


def _require_usable(mandate: Mandate, procedure_code: str, *, at: datetime) -> None:
    state = mandate.state(at=at)
    if state == MandateState.USED:
        raise MandateUsed(mandate.pk)
    if state != MandateState.ACTIVE:
        raise MandateEnded(mandate.pk)
    if not mandate.covers(procedure_code):
        raise OutOfScope(mandate.pk)


def _lock(mandate_id: int) -> Mandate | None:
    return (
        Mandate.objects.select_for_update(of=("self",), no_key=True)
        .select_related("principal", "holder")
        .filter(pk=mandate_id)
        .first()
    )


@requires_transaction
def _tell(
    person: User,
    kind: str,
    mandate: Mandate,
    *,
    subject: str,
    body: str,
    at: datetime,
    text: str = "",
) -> None:
    principal, holder = mandate.principal, mandate.holder
    facts = {
        "principal": principal.full_name if principal else "",
        "holder": holder.full_name if holder else mandate.named,
        "phone": mask_phone(holder.phone) if holder else "",
        "until": format_short_day(mandate.valid_until),
    }
    offers.tell(
        person,
        kind=kind,
        subject=subject,
        body=body % facts,
        text=text,
        key=f"{kind}:{mandate.pk}",
        at=at,
    )


@requires_transaction
def _record(kind: SecurityEventKind, mandate: Mandate, *, by: User, at: datetime) -> None:
    record(kind, at=at, user=mandate.principal, actor=by, data={"mandate": mandate.pk})


def scope_words(procedures: Sequence[str]) -> str:
    """Say what a mandate is for."""
    if not procedures:
        return _("mọi thủ tục trên cổng này")
    return _("thủ tục mã số %(codes)s") % {"codes": ", ".join(procedures)}
