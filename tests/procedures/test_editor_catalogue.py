"""The catalogue as its editors see it."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from procedures.enums import ProcedureState
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import ProcedureFactory

pytestmark = pytest.mark.django_db


def test_editors_find_every_procedure_whatever_its_state(client):
    ProcedureFactory(name="Đăng ký khai sinh", code="1.001193")
    repealed = ProcedureFactory(
        name="Cấp giấy đi đường",
        search_text="cap giay di duong",
        state=ProcedureState.REPEALED,
    )
    sign_in_proved(client, StaffFactory(role=Role.EDITOR))

    page = client.get(reverse("procedures:editor_home"), {"q": "giấy đi đường"})

    assert repealed.code in page.text
    assert "1.001193" not in page.text


def test_who_only_edits_lands_on_the_catalogue(client):
    sign_in_proved(client, StaffFactory(role=Role.PUBLISHER))

    landed = client.get(reverse("accounts:staff_landing"))

    assert landed.url == reverse("procedures:editor_home")
