"""Staff with an authenticator app: the pages that ask for its code, and what people type there."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import SecurityEvent
from accounts.services import second_factor
from accounts.services.second_factor import CodeRefused
from portal.core import totp
from tests.accounts import HOME, NOW
from tests.factories.accounts import PASSWORD, SECRET, StaffFactory, give_factor

STAFF_SIGN_IN = reverse("accounts:staff_sign_in")
SECOND_STEP = reverse("accounts:second_step")
ENROL = reverse("accounts:enrol")
PROVE = reverse("accounts:prove")
QUEUE = reverse("dossiers:queue")
STEP = totp.STEP_SECONDS


def code(secret=SECRET, *, steps=0):
    return totp.code_of(secret, totp.step_of(timezone.now()) + steps)


def give_password(client, user, **more):
    return client.post(STAFF_SIGN_IN, {"name": user.username, "password": PASSWORD}, **more)


def signed_in(client):
    return client.session.get("_auth_user_id")


def clerk(**fields):
    user = StaffFactory(role=Role.CLERK, **fields)
    give_factor(user)
    return user


def refusal(user, typed, at=NOW):
    with pytest.raises(CodeRefused) as refused:
        second_factor.prove(user=user, code=typed, client=HOME, at=at)
    return refused.value.check


def kinds(user):
    return list(SecurityEvent.objects.filter(user=user).values_list("kind", flat=True))
