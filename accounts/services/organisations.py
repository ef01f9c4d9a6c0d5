"""Organisations: declared by a person, represented by several, seen by a clerk at the counter."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import OrganisationLevel
from accounts.models import Organisation, Representative, User
from accounts.security import SecurityEventKind
from accounts.services import offers
from accounts.services.offers import Contact
from accounts.services.security import record
from portal.core.dates import local_day
from portal.core.db import requires_transaction

MOST_DECLARED: Final = 10
MOST_REPRESENTATIVES: Final = 30


class TooManyOrganisations(Exception):
    """The person declared as many organisations as one may."""


class TooManyRepresentatives(Exception):
    """The organisation has as many people and open invitations as it may have."""


class NotRepresented(Exception):
    """The person does not represent this organisation (any more)."""


class NoInvitation(Exception):
    """Nothing of this kind waits for this person."""


class AlreadySeen(Exception):
    """Another row of this tax code was seen already: its people add the new one themselves."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a person declares about an organisation."""

    tax_code: str
    name: str
    address: str
    phone: str = ""
    email: str = ""


@transaction.atomic(durable=True)
def declare_organisation(
    *, particulars: Particulars, user: User, title: str, is_legal: bool, at: datetime
) -> Organisation:
    """
    Store an organisation as its representative declares it; the same again is the same row.

    Nobody is asked whether the tax code is known: a declared row blocks nobody and proves nothing.

    :raises TooManyOrganisations: if the person declared ten.
    """
    # The person's row is the queue in which two presses of one button wait for each other.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    mine = Representative.objects.in_force(on=local_day(at)).filter(user=user)
    known = Organisation.objects.filter(
        pk__in=mine.values("organisation"), tax_code=particulars.tax_code
    ).first()
    if known is not None:
        return known
    if Representative.objects.filter(added_by=user, user=user).count() >= MOST_DECLARED:
        raise TooManyOrganisations(user.pk)
    organisation = Organisation(
        tax_code=particulars.tax_code,
        name=particulars.name,
        address=particulars.address,
        phone=particulars.phone,
        email=particulars.email,
        created_at=at,
    )
    organisation.save(force_insert=True)
    Representative(
        organisation=organisation,
        user=user,
        named=user.full_name,
        title=title,
        is_legal=is_legal,
        valid_from=local_day(at),
        added_by=user,
        added_at=at,
        accepted_at=at,
    ).save(force_insert=True)
    record(
        SecurityEventKind.ORGANISATION_DECLARED,
        at=at,
        user=user,
        actor=user,
        data={"organisation": organisation.pk},
    )
    return organisation


@transaction.atomic(durable=True)
def invite_representative(
    *,
    organisation_id: int,
    by: User,
    contact: Contact,
    title: str,
    is_legal: bool,
    valid_until: date | None,
    at: datetime,
) -> Representative:
    """
    Ask a person to represent an organisation too; whether they have an account is never said.

    :raises NotRepresented: if `by` does not represent it.
    :raises TooManyRepresentatives: if it has thirty people and invitations.
    """
    organisation = _lock_represented(organisation_id, by, at=at)
    if organisation.representatives.filter(ended_at=None).count() >= MOST_REPRESENTATIVES:
        raise TooManyRepresentatives(organisation.pk)
    invited = Representative(
        organisation=organisation,
        named=contact.name,
        contact_hash=contact.hash,
        title=title,
        is_legal=is_legal,
        valid_from=local_day(at),
        valid_until=valid_until,
        added_by=by,
        added_at=at,
    )
    invited.save(force_insert=True)
    for person in offers.find_accounts(contact):
        offers.tell(
            person,
            kind="representative-invited",
            subject=_("Lời mời làm người đại diện của tổ chức"),
            body=_(
                "%(by)s mời ông/bà làm người đại diện của %(organisation)s trên Cổng Dịch vụ công. "
                "Đăng nhập, mở mục “Tổ chức của tôi” để nhận hoặc từ chối."
            )
            % {"by": by.full_name, "organisation": organisation.name},
            text=_("Ông/bà có lời mời làm người đại diện của một tổ chức trên Cổng Dịch vụ công."),
            key=f"representative-invited:{invited.pk}",
            at=at,
        )
    record(
        SecurityEventKind.REPRESENTATIVE_INVITED,
        at=at,
        actor=by,
        data={"organisation": organisation.pk, "representative": invited.pk},
    )
    return invited


@transaction.atomic(durable=True)
def answer_invitation(*, representative_id: int, user: User, accepts: bool, at: datetime) -> None:
    """
    Take or decline an invitation that waits for `user`.

    :raises NoInvitation: if none waits, or the person represents the organisation already.
    """
    invited = (
        Representative.objects.offered_to(user)
        .select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "added_by")
        .filter(pk=representative_id)
        .first()
    )
    if invited is None:
        raise NoInvitation(representative_id)
    # One row a person: of two invitations answered at once the second finds the first.
    Organisation.objects.select_for_update(no_key=True).get(pk=invited.organisation_id)
    others = Representative.objects.filter(organisation=invited.organisation_id, ended_at=None)
    if accepts and others.filter(user=user).exists():
        raise NoInvitation(representative_id)
    if not accepts:
        invited.declined_at = invited.ended_at = at
        invited.save(update_fields=["declined_at", "ended_at"])
        return
    invited.user, invited.accepted_at = user, at
    invited.save(update_fields=["user", "accepted_at"])
    offers.tell(
        invited.added_by,
        kind="representative-accepted",
        subject=_("Đã có thêm người đại diện"),
        body=_("%(person)s đã nhận làm người đại diện của %(organisation)s.")
        % {"person": user.full_name, "organisation": invited.organisation.name},
        text="",
        key=f"representative-accepted:{invited.pk}",
        at=at,
    )
    record(
        SecurityEventKind.REPRESENTATIVE_ACCEPTED,
        at=at,
        user=user,
        actor=user,
        data={"organisation": invited.organisation_id, "representative": invited.pk},
    )


@transaction.atomic(durable=True)
def end_representative(
    *, organisation_id: int, representative_id: int, by: User, at: datetime
) -> None:
    """
    End a representative, or take an invitation back; it holds from the next request on.

    :raises NotRepresented: if `by` does not represent that organisation, or it ended already.
    """
    organisation = _lock_represented(organisation_id, by, at=at)
    held = (
        Representative.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .filter(pk=representative_id, organisation=organisation, ended_at=None)
        .first()
    )
    if held is None:
        raise NotRepresented(representative_id)
    held.ended_at, held.ended_by = at, by
    held.save(update_fields=["ended_at", "ended_by"])
    if held.user is not None and held.user_id != by.pk:
        offers.tell(
            held.user,
            kind="representative-ended",
            subject=_("Ông/bà thôi đại diện cho tổ chức"),
            body=_(
                "Từ bây giờ ông/bà không còn đại diện cho %(organisation)s trên Cổng Dịch vụ công."
            )
            % {"organisation": organisation.name},
            text="",
            key=f"representative-ended:{held.pk}",
            at=at,
        )
    record(
        SecurityEventKind.REPRESENTATIVE_ENDED,
        at=at,
        user=held.user,
        actor=by,
        data={"organisation": organisation.pk, "representative": held.pk},
    )


@transaction.atomic(durable=True)
def note_seen(*, organisation_id: int, by: User, at: datetime) -> Organisation:
    """
    Note that a clerk has seen the papers of an organisation; the same again changes nothing.

    :raises Organisation.DoesNotExist: if there is none.
    :raises AlreadySeen: if another row of this tax code was seen before.
    """
    first = Organisation.objects.get(pk=organisation_id)
    same_code = list(
        Organisation.objects.select_for_update(of=("self",), no_key=True)
        .filter(tax_code=first.tax_code)
        .order_by("pk")
    )
    organisation = next(one for one in same_code if one.pk == organisation_id)
    if organisation.is_proven:
        return organisation
    if any(one.is_proven for one in same_code):
        raise AlreadySeen(first.tax_code)
    organisation.level = OrganisationLevel.SEEN
    organisation.seen_at, organisation.seen_by = at, by
    organisation.save(update_fields=["level", "seen_at", "seen_by"])
    record(
        SecurityEventKind.ORGANISATION_SEEN,
        at=at,
        actor=by,
        data={"organisation": organisation.pk},
    )
    return organisation


@requires_transaction
def require_represented(*, organisation_id: int, user: User, at: datetime) -> Organisation:
    """
    Return an organisation, whose representatives cannot change before this transaction ends.

    :raises NotRepresented: if `user` does not represent it now.
    """
    return _lock_represented(organisation_id, user, at=at)


@requires_transaction
def _lock_represented(organisation_id: int, user: User, *, at: datetime) -> Organisation:
    organisation = (
        Organisation.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=organisation_id)
        .first()
    )
    held = Representative.objects.in_force(on=local_day(at))
    if organisation is None or not held.filter(organisation=organisation, user=user).exists():
        raise NotRepresented(organisation_id)
    return organisation
