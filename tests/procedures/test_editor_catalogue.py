"""The catalogue as its editors see it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from procedures.enums import ProcedureState
from procedures.models import ImportedRecord, Procedure
from procedures.services import drafting, reviewing
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import ProcedureFactory, RevisionFactory

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


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        ("ban-nhap", "1.000002"),
        ("cho-duyet", "1.000003"),
        ("chua-du", "1.000001"),
        ("bai-bo", "1.000004"),
        ("can-xem-lai", "1.000005"),
    ],
)
def test_the_list_narrows_to_where_procedures_stand(client, standing, found):
    editor = StaffFactory(role=Role.EDITOR)
    sign_in_proved(client, editor)
    ProcedureFactory(code="1.000001")
    for code in ("1.000002", "1.000003", "1.000005"):
        RevisionFactory(procedure__code=code)
    ProcedureFactory(code="1.000004", state=ProcedureState.REPEALED)
    drafting.open_draft(code="1.000002", editor=editor, at=timezone.now())
    waiting = drafting.open_draft(code="1.000003", editor=editor, at=timezone.now())
    reviewing.send_to_review(revision_id=waiting.pk, editor=editor, at=timezone.now())
    ImportedRecord.objects.create(
        procedure=Procedure.objects.get(code="1.000005"),
        content_hash="0",
        source={},
        needs_review=True,
        imported_at=timezone.now(),
    )

    page = client.get(reverse("procedures:editor_home"), {"trang_thai": standing})

    codes = [f"1.00000{number}" for number in range(1, 6)]
    assert [code for code in codes if code in page.text] == [found]


def test_the_newest_work_stands_first_when_nothing_is_typed(client):
    editor = StaffFactory(role=Role.EDITOR)
    sign_in_proved(client, editor)
    for code in ("1.000001", "1.000002", "1.000003"):
        RevisionFactory(procedure__code=code)
    drafting.open_draft(code="1.000002", editor=editor, at=timezone.now() - timedelta(days=1))
    drafting.open_draft(code="1.000003", editor=editor, at=timezone.now())

    page = client.get(reverse("procedures:editor_home"), {"trang_thai": "khong-co", "trang": "x"})

    places = [page.text.index(f"1.00000{number}") for number in (3, 2, 1)]
    assert places == sorted(places)
