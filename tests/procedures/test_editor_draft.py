"""The frame of a draft: where it stands, what is missing, and how it is begun and thrown away."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role, Tier
from procedures.enums import ProcedureState
from procedures.models import Procedure, Revision
from procedures.selectors.editor_draft import get_draft_page
from procedures.services import drafting
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.procedures import FieldFactory, ProcedureFactory, RevisionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    person = StaffFactory(role=Role.EDITOR, full_name="Lê Thị Soạn")
    sign_in_proved(client, person)
    return person


def begun(editor, **fields):
    draft = drafting.create_procedure(
        code="1.999001",
        name="Cấp giấy thử",
        field=FieldFactory(),
        tiers=[Tier.COMMUNE],
        editor=editor,
        at=timezone.now(),
    )
    Revision.objects.filter(pk=draft.pk).update(**fields)
    return draft


def test_an_editor_enters_a_procedure_and_lands_on_its_draft(client, editor):
    typed = {
        "code": " 1.999001 ",
        "name": "Cấp  giấy thử",
        "field": FieldFactory().pk,
        "tiers": ["COMMUNE"],
    }

    page = client.post(reverse("procedures:editor_create"), typed, follow=True)

    assert page.redirect_chain[-1][0] == reverse("procedures:editor_draft", args=["1.999001"])
    entered = Procedure.objects.get(code="1.999001")
    assert (entered.name, entered.state) == ("Cấp giấy thử", ProcedureState.LISTED)
    assert "Lê Thị Soạn" in page.text


@pytest.mark.parametrize("code", ["khai sinh", "1.999001"])
def test_a_code_that_cannot_be_is_said_and_what_was_typed_stays(client, editor, code):
    ProcedureFactory(code="1.999001")
    typed = {"code": code, "name": "Giấy thử", "field": FieldFactory().pk, "tiers": ["COMMUNE"]}

    page = client.post(reverse("procedures:editor_create"), typed)

    assert page.status_code == 422
    assert "Giấy thử" in page.text


def test_the_button_begins_a_draft_once(client, editor):
    code = RevisionFactory().procedure.code
    begin = reverse("procedures:editor_draft", args=[code])

    client.post(begin)
    page = client.post(begin, follow=True)

    assert page.status_code == 200
    assert Revision.objects.filter(procedure__code=code, state="DRAFT").count() == 1


def test_the_checklist_leads_from_what_is_missing_to_the_part_that_mends_it(editor):
    begun(editor, summary="Thử")

    page = get_draft_page("1.999001", current="can-cu")

    assert not page.is_complete
    marks = {part.key: part.mark for part in page.parts}
    assert (marks["can-cu"], marks["cau-hoi"], marks["to-khai"]) == ("missing", "done", "short")
    # No fee and no paper may be meant, or forgotten: never "done", and never in the way.
    assert (marks["phi"], marks["giay-to"]) == ("short", "short")
    warned = [gap.url.split("/")[-2] for gap in page.levels[0].gaps if gap.only_warns]
    assert warned == ["giay-to", "phi"]
    assert page.next_part is not None
    assert page.next_part.key == "to-khai"
    assert get_draft_page("1.999001", current="to-khai").next_part is None
    assert get_draft_page("1.999001").next_part is None
    assert [part.key for part in page.parts if part.current] == ["can-cu"]
    first = {str(gap.sentence) for gap in page.levels[0].gaps}
    assert {"Thiếu căn cứ pháp lý.", "Thiếu thời hạn của trường hợp: Thông thường."} <= first


def test_a_missing_own_form_only_warns(editor):
    published = RevisionFactory(form_version=None)
    drafting.open_draft(code=published.procedure.code, editor=editor, at=timezone.now())

    page = get_draft_page(published.procedure.code)

    third = page.levels[2]
    assert third.holds
    assert [gap.only_warns for gap in third.gaps] == [True]


def test_without_a_draft_its_address_leads_to_the_procedure(client, editor):
    code = RevisionFactory().procedure.code

    page = client.get(reverse("procedures:editor_draft", args=[code]))

    assert page.url == reverse("procedures:editor_procedure", args=[code])


@pytest.mark.parametrize("name", ["editor_procedure", "editor_draft"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_code_of_nothing_is_absent(client, editor, name, method):
    page = getattr(client, method)(reverse(f"procedures:{name}", args=["1.000000"]))

    assert page.status_code in {404, 405}


def test_a_draft_is_thrown_away_only_from_the_page_as_it_is(client, editor):
    code = RevisionFactory().procedure.code
    draft = drafting.open_draft(code=code, editor=editor, at=timezone.now())
    Revision.objects.filter(pk=draft.pk).update(version=3)
    discard = reverse("procedures:editor_discard", args=[code])

    client.post(discard, {"version": 2})
    assert Revision.objects.filter(pk=draft.pk).exists()

    client.post(discard, {"version": 3})
    assert not Revision.objects.filter(pk=draft.pk).exists()


def test_the_overview_tells_what_is_published_and_who_did_it(client, editor):
    revision = RevisionFactory()

    page = client.get(reverse("procedures:editor_procedure", args=[revision.procedure.code]))

    assert "Quyết định 01/QĐ-UBND ngày 02/01/2026" in page.text
    assert "Soạn bản sửa đổi" in page.text
