"""Organisations with representatives, and mandates: the plainest is in force this year."""

from datetime import UTC, date, datetime
from typing import Any

import factory

from accounts.enums import MandateKind
from accounts.models import Acting, Mandate, Organisation, Representative, User
from portal.core.crypto import keyed_hash
from tests.factories.accounts import CitizenFactory

GIVEN_AT = datetime(2026, 1, 6, 2, 0, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2026, 1, 6), date(2026, 12, 31)


def tax_code(number: int) -> str:
    """Return a well-formed tax code of ten digits, another for each number."""
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    for candidate in range(10 * number + 1, 10 * number + 11):
        nine = f"03{candidate:07d}"
        check = 10 - sum(w * int(d) for w, d in zip(weights, nine, strict=True)) % 11
        if check < 10:
            return f"{nine}{check}"
    raise AssertionError(number)


class OrganisationFactory(factory.django.DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    tax_code = factory.Sequence(tax_code)
    name = factory.Sequence(lambda number: f"Hợp tác xã Nông nghiệp Sông Tranh {number}")
    address = "Thôn Đoài, xã Sông Tranh, tỉnh Đông Hải"
    email = "htx@example.vn"
    created_at = GIVEN_AT


def _contact(user: User) -> dict[str, Any]:
    return {"named": user.full_name, "contact_hash": keyed_hash(user.phone)}


class RepresentativeFactory(factory.django.DjangoModelFactory[Representative]):
    """Somebody who represents an organisation; `invited=user` waits for that person's answer."""

    class Meta:
        model = Representative

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(CitizenFactory)
    valid_from = FIRST_DAY
    added_at = accepted_at = GIVEN_AT

    @classmethod
    def _create(cls, model_class: type[Representative], *args: Any, **kwargs: Any) -> Any:
        invited = kwargs.pop("invited", None)
        if invited is not None:
            kwargs |= {"user": None, "accepted_at": None, "added_by": CitizenFactory()}
            kwargs |= _contact(invited)
        else:
            kwargs = {"added_by": kwargs["user"], **_contact(kwargs["user"]), **kwargs}
        return super()._create(model_class, *args, **kwargs)


class MandateFactory(factory.django.DjangoModelFactory[Mandate]):
    """A mandate by code that was taken; `offered_to=user` waits for that person's answer."""

    class Meta:
        model = Mandate

    kind = MandateKind.CODE
    principal = factory.SubFactory(CitizenFactory)
    holder = factory.SubFactory(CitizenFactory)
    valid_from, valid_until = FIRST_DAY, LAST_DAY
    created_at = accepted_at = GIVEN_AT

    @classmethod
    def _create(cls, model_class: type[Mandate], *args: Any, **kwargs: Any) -> Any:
        offered_to = kwargs.pop("offered_to", None)
        if offered_to is not None:
            kwargs |= {"holder": None, "accepted_at": None, **_contact(offered_to)}
        else:
            kwargs = {**_contact(kwargs["holder"]), **kwargs}
        return super()._create(model_class, *args, **kwargs)


def acting_for(user: User, right: Representative | Mandate) -> User:
    """Return the same person as the middleware makes them while they act."""
    found = User.objects.get(pk=user.pk)
    if isinstance(right, Representative):
        found.acting = Acting(right.organisation.name, organisation_id=right.organisation_id)
    else:
        found.acting = Acting(right.principal.full_name, mandate_id=right.pk)
    return found
