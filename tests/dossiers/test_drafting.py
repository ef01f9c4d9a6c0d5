"""Drafts: made once, saved as typed, moved to a new revision without losing a value."""

from datetime import date, timedelta

import pytest

from accounts.services.limits import TooManyRequests
from dossiers import filing
from dossiers.enums import Relation
from dossiers.filing import FilingStep
from dossiers.models import Draft
from dossiers.people import check_people
from dossiers.returns import check_return
from dossiers.services import draft_steps, drafting
from dossiers.services.drafting import PageMark
from procedures.models import FormVersion
from tests.factories.accounts import CitizenFactory, UnitFactory
from tests.factories.dossiers import MONDAY_9AM, office
from tests.factories.filing import PAGE, new_draft, place, ready_draft
from tests.factories.procedures import FeeRuleFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def saving(draft, **changes):
    given = {"draft_id": draft.pk, "owner": draft.owner, "page": PAGE, "at": MONDAY_9AM}
    return {**given, "is_final": True, **changes}


def test_start_knows_the_account_and_the_only_agency_and_case():
    where = place()
    owner = CitizenFactory(phone="84912345678", address="Thôn Đông")

    draft = new_draft(where, owner)

    assert draft.applicant == {
        "phone": "0912 345 678",
        "email": owner.email,
        "address": "Thôn Đông",
    }
    assert (draft.agency, draft.case_key) == (where.office.agency, "thong-thuong")


def test_start_leaves_a_real_choice_open_and_takes_one_made_before():
    where = place()
    second = office("binh-lam").agency

    open_choice = new_draft(where)
    chosen = drafting.start_draft(
        procedure_code=where.procedure.code,
        owner=CitizenFactory(),
        agency_key="binh-lam",
        at=MONDAY_9AM,
    )

    assert open_choice.agency is None
    assert chosen.agency == second


@pytest.mark.parametrize("change", [{"declared_level": 2}, {"service_mode": "INFORMATION"}])
def test_start_needs_an_offer_that_takes_dossiers_online(change):
    where = place(**change)

    with pytest.raises(drafting.ProcedureClosed):
        new_draft(where)


def test_drafts_are_limited_in_number_and_in_pace():
    owner = CitizenFactory()
    for number in range(10):
        new_draft(place(f"xa-{number}"), owner)

    with pytest.raises(drafting.TooManyDrafts):
        new_draft(place("xa-10"), owner)
    for number in range(9):
        with pytest.raises(drafting.TooManyDrafts):
            new_draft(place(f"them-{number}"), owner)
    with pytest.raises(TooManyRequests):
        new_draft(place("qua-nhanh"), owner)


def test_a_done_step_with_a_wrong_value_is_done_no_more():
    draft = ready_draft(place())

    saved = draft_steps.save_people(typed={"phone": "1"}, **saving(draft))

    assert "nguoi" not in saved.done_steps
    assert saved.applicant["phone"] == "1"
    assert "xem-lai" not in saved.done_steps


def test_an_unknown_agency_or_case_changes_nothing():
    draft = ready_draft(place())
    stranger = UnitFactory(tier="PROVINCE")

    saved = draft_steps.save_agency(agency_id=stranger.pk, case_key="la", **saving(draft))

    assert (saved.agency_id, saved.case_key) == (draft.agency_id, draft.case_key)


def test_another_page_that_saved_the_same_step_is_noticed():
    draft = new_draft(place())
    first = PageMark(version=0, token="mot")
    draft_steps.save_people(typed={"phone": "1"}, **saving(draft, page=first, is_final=False))

    with pytest.raises(draft_steps.SavedElsewhere):
        draft_steps.save_people(
            typed={"phone": "2"},
            **saving(draft, page=PageMark(version=0, token="hai"), is_final=False),
        )
    draft_steps.save_people(typed={"phone": "3"}, **saving(draft, page=first, is_final=False))

    draft.refresh_from_db()
    assert draft.applicant["phone"] == "3"


def definition(*fields):
    return {
        "version": 1,
        "title": "Tờ khai",
        "sections": [{"key": "chung", "title": "Chung", "fields": list(fields)}],
    }


def field(key, **more):
    return {"key": key, "type": "text", "label": key, **more}


def rebase_to(draft, new_definition):
    revision = draft.revision
    version = FormVersion.objects.create(
        procedure=draft.procedure, number=2, name="Mới", definition=new_definition
    )
    type(revision).objects.filter(pk=revision.pk).update(state="SUPERSEDED")
    fresh = type(revision).objects.get(pk=revision.pk)
    fresh.pk, fresh.number, fresh.state, fresh.form_version = None, 2, "PUBLISHED", version
    fresh.save(force_insert=True)
    draft.procedure.current_revision = fresh
    draft.procedure.save(update_fields=["current_revision"])
    return drafting.open_draft(draft_id=draft.pk, owner=draft.owner, at=MONDAY_9AM)


def test_rebase_keeps_values_of_fields_that_are_gone_and_brings_them_back():
    draft = ready_draft(place())

    opened = rebase_to(draft, definition(field("khac")))

    assert opened.was_rebased
    assert filing.typed_of(opened.draft) == {"ly_do": ["Nhập học"]}
    # Saving another field of the new form does not lose it either.
    saved = draft_steps.save_section(
        section="chung", typed={"khac": ["Mới"]}, **saving(draft, is_final=False)
    )
    assert filing.typed_of(saved) == {"ly_do": ["Nhập học"], "khac": ["Mới"]}
    assert not drafting.open_draft(draft_id=draft.pk, owner=draft.owner, at=MONDAY_9AM).was_rebased


def test_rebase_seals_what_has_become_personal():
    draft = ready_draft(place())

    opened = rebase_to(draft, definition(field("ly_do", personal=True)))

    assert opened.draft.answers == {}
    assert opened.draft.unsealed()["answers"] == {"ly_do": ["Nhập học"]}


def test_personal_answers_lie_sealed_from_the_first_save():
    draft = ready_draft(place())
    rebase_to(draft, definition(field("so", type="identity_number"), field("ly_do")))

    draft_steps.save_section(
        section="chung",
        typed={"so": ["031190000011"], "ly_do": ["Nhập học"]},
        **saving(draft),
    )

    stored = Draft.objects.values("answers", "sealed").get(pk=draft.pk)
    assert stored["answers"] == {"ly_do": ["Nhập học"]}
    assert b"031190000011" not in bytes(stored["sealed"])


def test_delete_removes_only_ones_own_open_draft():
    draft = ready_draft(place())

    with pytest.raises(drafting.DraftMissing):
        drafting.delete_draft(draft_id=draft.pk, owner=CitizenFactory())
    drafting.delete_draft(draft_id=draft.pk, owner=draft.owner)

    assert not Draft.objects.exists()


def test_review_is_not_done_while_something_is_missing():
    draft = ready_draft(place())
    draft.papers.all().delete()

    saved = drafting.finish_step(
        draft_id=draft.pk, owner=draft.owner, step=FilingStep.PAPERS, at=MONDAY_9AM
    )

    assert "giay-to" not in saved.done_steps


PEOPLE = {"relation": "MINOR_CHILD", "phone": "0912345678", "address": "Thôn Đông"}
CHILD = {"child_name": "Trần  An", "child_born": "1/2/2020", "child_identity": ""}


def test_people_are_cleaned():
    people = check_people({**PEOPLE, **CHILD}, today=TODAY).people

    assert people is not None
    assert (people.relation, people.phone) == (Relation.MINOR_CHILD, "84912345678")
    assert (people.child_name, people.child_born) == ("Trần An", date(2020, 2, 1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"relation": ""}, "relation"),
        ({"relation": "OTHER"}, "relation"),
        ({"phone": "12"}, "phone"),
        ({"email": "khong phai"}, "email"),
        ({"address": " "}, "address"),
        ({"address": "x" * 301}, "address"),
        ({"child_name": ""}, "child_name"),
        ({"child_born": "31/2/2020"}, "child_born"),
        ({"child_born": "1/2/2027"}, "child_born"),
        ({"child_born": "2/3/2008"}, "child_born"),
        ({"child_identity": "123"}, "child_identity"),
    ],
)
def test_each_wrong_answer_about_people_is_named(changes, field):
    checked = check_people({**PEOPLE, **CHILD, **changes}, today=TODAY)

    assert checked.people is None
    assert list(checked.errors) == [field]


def test_the_day_before_the_eighteenth_birthday_is_still_a_minor():
    checked = check_people({**PEOPLE, **CHILD, "child_born": "3/3/2008"}, today=TODAY)

    assert checked.people is not None


def test_a_child_is_not_asked_about_for_oneself():
    checked = check_people({**PEOPLE, "relation": "SELF", "child_identity": "1"}, today=TODAY)

    assert checked.people is not None
    assert checked.people.child_identity == ""


def given_return(**changes):
    given = {
        "method": "COUNTER",
        "address": "",
        "quantities": {},
        "exemptions": {},
        "offered": ["COUNTER", "POST"],
        "rules": (),
        "today": TODAY,
    }
    return check_return(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"method": ""}, "method"),
        ({"method": "ONLINE"}, "method"),
        ({"method": "POST"}, "address"),
        ({"address": "x" * 301}, "address"),
    ],
)
def test_each_wrong_answer_about_the_return_is_named(changes, field):
    assert list(given_return(**changes).errors) == [field]


def test_quantities_make_the_lines():
    where = place()
    revision = where.procedure.current_revision
    rule = FeeRuleFactory(
        case=revision.cases.get(), key="ban-sao", amount_vnd=8_000, asks_quantity=True
    )

    right = given_return(rules=[rule], quantities={"ban-sao": "3"})
    none = given_return(rules=[rule], quantities={"ban-sao": "0"})

    assert [line.amount_vnd for line in right.lines] == [24_000]
    assert (none.lines, none.errors) == ([], {})
    for typed in ("", "-1", "1.5", "ba", "101", "٣"):
        wrong = given_return(rules=[rule], quantities={"ban-sao": typed})
        assert list(wrong.errors) == ["quantity_ban-sao"], typed
        assert wrong.lines == []


def test_an_exemption_that_the_rule_knows_makes_it_free():
    where = place()
    rule = FeeRuleFactory(
        case=where.procedure.current_revision.cases.get(),
        key="le-phi",
        exemptions=[{"key": "ho-ngheo", "name": "Hộ nghèo", "proof": "Giấy"}],
    )

    known = given_return(rules=[rule], exemptions={"le-phi": "ho-ngheo"})
    invented = given_return(rules=[rule], exemptions={"le-phi": "tu-che"})

    assert [line.amount_vnd for line in known.lines] == [0]
    assert [line.amount_vnd for line in invented.lines] == [30_000]


def test_an_open_draft_of_a_closed_procedure_can_still_be_opened():
    where = place()
    draft = ready_draft(where)
    where.procedure.state = "REPEALED"
    where.procedure.save(update_fields=["state"])

    again = new_draft(where, draft.owner, MONDAY_9AM + timedelta(hours=1))

    assert again.pk == draft.pk
