"""Units and people: the plainest unit is an agency; everybody has the same password."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import factory
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import consent, sessions
from accounts.enums import DayKind, IdentityLevel, Role, Tier, UnitKind, UserKind
from accounts.models import CalendarDay, StaffRole, Unit, User
from accounts.services.second_factor import store_factor

PASSWORD = "Songtranh@2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
JOINED_AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
OFFICE_HOURS = [["07:30", "11:30"], ["13:30", "17:00"]]

DESK_ROLES = (Role.CLERK, Role.CASHIER)


def _agency_code(number: int) -> str:
    """Return a code whose parts keep to three digits, however many units a run has made."""
    above, own = divmod(number, 1000)
    return f"H99.{above}.{own:02d}" if above else f"H99.{own:02d}"


class UnitFactory(factory.django.DjangoModelFactory[Unit]):
    """`UnitFactory()` is an agency; `one_stop=True` and `division=True` hang below one."""

    class Meta:
        model = Unit

    class Params:
        one_stop = factory.Trait(
            kind=UnitKind.ONE_STOP,
            parent=factory.SubFactory("tests.factories.accounts.UnitFactory"),
            name=factory.Sequence(lambda number: f"Trung tâm Phục vụ hành chính công {number}"),
        )
        division = factory.Trait(
            kind=UnitKind.DIVISION,
            parent=factory.SubFactory("tests.factories.accounts.UnitFactory"),
            name=factory.Sequence(lambda number: f"Phòng Văn hóa - Xã hội {number}"),
        )

    kind = UnitKind.AGENCY
    key = factory.Sequence(lambda number: f"don-vi-{number}")
    name = factory.Sequence(lambda number: f"Ủy ban nhân dân xã Sông Tranh {number}")
    tier = Tier.COMMUNE
    place_name = "Sông Tranh"
    code = factory.Maybe(
        factory.LazyAttribute(lambda unit: unit.kind == UnitKind.AGENCY),
        yes_declaration=factory.Sequence(_agency_code),
        no_declaration=None,
    )
    office_hours = factory.LazyAttribute(
        lambda unit: OFFICE_HOURS if unit.kind == UnitKind.AGENCY else []
    )
    agency = factory.LazyAttribute(
        lambda unit: None if unit.kind == UnitKind.AGENCY else unit.parent.agency
    )

    @classmethod
    def _create(cls, model_class: type[Unit], *args: Any, **kwargs: Any) -> Unit:
        unit = super()._create(model_class, *args, **kwargs)
        if unit.kind == UnitKind.AGENCY and unit.agency_id is None:
            # An agency is its own agency, which only its stored row can say.
            unit.agency = unit
            unit.save(update_fields=["agency"])
        return unit


@dataclass(frozen=True, slots=True)
class Commune:
    agency: Unit
    one_stop: Unit
    divisions: list[Unit] = field(default_factory=list)

    @property
    def division(self) -> Unit:
        """The first division, for tests that need only one."""
        return self.divisions[0]


class CommuneFactory(factory.Factory[Commune]):
    """A commune as the two-tier form has it: the agency, its one-stop shop and two divisions."""

    class Meta:
        model = Commune

    agency = factory.SubFactory(UnitFactory)
    one_stop = factory.LazyAttribute(
        lambda commune: UnitFactory(one_stop=True, parent=commune.agency)
    )
    divisions = factory.LazyAttribute(
        lambda commune: UnitFactory.create_batch(2, division=True, parent=commune.agency)
    )


class CalendarDayFactory(factory.django.DjangoModelFactory[CalendarDay]):
    class Meta:
        model = CalendarDay

    unit = factory.SubFactory(UnitFactory)
    on = date(2026, 9, 2)
    kind = DayKind.OFF
    name = "Quốc khánh"


class _UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        abstract = True

    class Params:
        clear_password = PASSWORD

    password = factory.LazyAttribute(lambda user: make_password(user.clear_password))
    created_at = JOINED_AT


class CitizenFactory(_UserFactory):
    """A confirmed phone; takes `identity_number="…"` and `clear_password="…"` too."""

    class Meta:
        model = User

    class Params:
        declared = factory.Trait(identity_level=IdentityLevel.DECLARED, phone_verified_at=None)
        seen = factory.Trait(identity_level=IdentityLevel.SEEN)

    kind = UserKind.CITIZEN
    consent_version = consent.VERSION
    consented_at = JOINED_AT
    username = factory.LazyFunction(lambda: uuid4().hex)
    full_name = "Nguyễn Thị Lan"
    date_of_birth = date(1990, 3, 27)
    phone = factory.Sequence(lambda number: f"8490{number:07d}")
    phone_verified_at = JOINED_AT
    email = factory.Sequence(lambda number: f"cong.dan.{number}@example.vn")
    address = "Thôn Đông, xã Sông Tranh, tỉnh Đông Hải"
    identity_level = IdentityLevel.PHONE_VERIFIED
    identity_number = factory.Sequence(lambda number: f"031190{number:06d}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        number = kwargs.pop("identity_number")
        user = model_class(*args, **kwargs)
        if number:
            user.set_identity_number(number)
        user.save()
        return user


class StaffFactory(_UserFactory):
    """
    A member of staff: `StaffFactory(role=Role.CLERK, unit=commune.one_stop)`.

    Without a unit, clerks and cashiers sit at a one-stop shop, officers in a division, the others
    at an agency; `role=None` gives somebody who may do nothing.
    """

    class Meta:
        model = User
        skip_postgeneration_save = True

    kind = UserKind.STAFF
    username = factory.Sequence(lambda number: f"can.bo.{number}")
    full_name = "Trần Văn Bình"
    title = "Công chức"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        role, unit = kwargs.pop("role"), kwargs.pop("unit")
        user = super()._create(model_class, *args, **kwargs)
        if role is not None:
            StaffRoleFactory(user=user, role=role, unit=unit or _place_of(role))
        return user

    role = Role.CLERK
    unit = None


def sign_in_proved(client: Client, user: User) -> Client:
    """Sign staff in as after password and code, so that weighty acts ask for no other code."""
    client.force_login(user)
    session = client.session
    sessions.mark_proved(session, at=timezone.now())
    session.save()
    return client


def give_factor(user: User, *, secret: str = SECRET) -> str:
    """Give a member of staff an authenticator app that has shown no code yet; return its secret."""
    with transaction.atomic():
        store_factor(user, secret=secret, at=JOINED_AT)
    return secret


class StaffRoleFactory(factory.django.DjangoModelFactory[StaffRole]):
    class Meta:
        model = StaffRole

    user = factory.SubFactory(StaffFactory, role=None)
    role = Role.CLERK
    unit = factory.LazyAttribute(lambda held: _place_of(held.role))
    valid_from = date(2026, 1, 1)


def _place_of(role: Role) -> Unit:
    return UnitFactory(one_stop=role in DESK_ROLES, division=role == Role.OFFICER)
