"""Reads about acting for others: which contexts a person has, and whether one still holds."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Acting, Mandate, Organisation, Representative, User
from accounts.models.representation import MandateQuerySet
from portal.core.dates import local_day
from portal.core.text import whole_number


def find_acting(user: User, *, key: str, at: datetime) -> Acting | None:
    """Return the context that `key` names if `user` may act in it now (one query)."""
    kind, _colon, number = key.partition(":")
    row_id = whole_number(number)
    if row_id is None:
        return None
    today = local_day(at)
    if kind == "organisation":
        held = (
            Representative.objects.in_force(on=today)
            .filter(user=user, organisation=row_id)
            .select_related("organisation")
            .first()
        )
        return _for_organisation(held) if held else None
    if kind == "mandate":
        mandate = _usable_mandates(user, at=at).filter(pk=row_id).first()
        return _under_mandate(mandate) if mandate else None
    return None


def list_acting(user: User, *, at: datetime) -> list[Acting]:
    """Return every context in which a person may act now, organisations first (two queries)."""
    held = (
        Representative.objects.in_force(on=local_day(at))
        .filter(user=user)
        .select_related("organisation")
        .order_by("organisation__folded_name", "organisation")
    )
    mandates = _usable_mandates(user, at=at).order_by("principal__folded_name", "pk")
    return [*map(_for_organisation, held), *map(_under_mandate, mandates)]


def list_representatives(organisation: Organisation) -> Sequence[Representative]:
    """Return who represents or is invited to, and who did, newest first."""
    return list(organisation.representatives.select_related("user").order_by("-ended_at", "-pk"))


def current_representatives(organisation_id: int, *, at: datetime) -> list[User]:
    """Return the people who may act for an organisation now, the first one first (one query)."""
    held = (
        Representative.objects.in_force(on=local_day(at))
        .filter(organisation=organisation_id)
        .select_related("user")
        .order_by("pk")
    )
    return [one.user for one in held if one.user is not None]


def get_represented(user: User, *, organisation_id: int, at: datetime) -> Organisation | None:
    """Return an organisation that a person represents now, None for any other."""
    held = Representative.objects.in_force(on=local_day(at)).filter(user=user)
    return Organisation.objects.filter(
        pk=organisation_id, pk__in=held.values("organisation")
    ).first()


def list_represented(user: User, *, at: datetime) -> list[Organisation]:
    held = Representative.objects.in_force(on=local_day(at)).filter(user=user)
    return list(
        Organisation.objects.filter(pk__in=held.values("organisation")).order_by("folded_name")
    )


def list_invitations(user: User) -> list[Representative]:
    """Return the organisations that ask this person to represent them."""
    return list(
        Representative.objects.offered_to(user)
        .select_related("organisation", "added_by")
        .order_by("-pk")
    )


def list_mandates_given(user: User) -> list[Mandate]:
    return list(user.mandates_given.select_related("holder").order_by("-pk"))


def list_mandates_held(user: User) -> list[Mandate]:
    """Return the mandates by code that a person took, newest first."""
    held = user.mandates_held.filter(kind="CODE", accepted_at__isnull=False)
    return list(held.select_related("principal").order_by("-pk"))


def list_mandates_offered(user: User, *, at: datetime) -> list[Mandate]:
    return list(
        Mandate.objects.offered_to(user, on=local_day(at))
        .select_related("principal")
        .order_by("-pk")
    )


def get_mandate(user: User, *, mandate_id: int) -> Mandate | None:
    """Return a mandate that a person gave or holds."""
    both = user.mandates_given.all() | user.mandates_held.filter(kind="CODE")
    return both.select_related("principal", "holder").filter(pk=mandate_id).first()


def find_organisations(tax_code: str) -> list[Organisation]:
    """Return the rows of a tax code, for the desk: a proven one first, then as declared."""
    found = Organisation.objects.filter(tax_code=tax_code).prefetch_related("representatives__user")
    return sorted(found.order_by("pk"), key=lambda one: not one.is_proven)


def _usable_mandates(user: User, *, at: datetime) -> MandateQuerySet:
    return (
        Mandate.objects.in_force(on=local_day(at))
        .filter(holder=user, principal__is_active=True, principal__merged_into=None)
        .select_related("principal")
    )


def _for_organisation(held: Representative) -> Acting:
    return Acting(name=held.organisation.name, organisation_id=held.organisation_id)


def _under_mandate(mandate: Mandate) -> Acting:
    name = mandate.principal.full_name if mandate.principal else mandate.named
    return Acting(name=name, mandate_id=mandate.pk)
