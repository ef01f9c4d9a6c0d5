import gzip
import json
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from accounts.enums import Role, Tier, UnitKind
from portal.core.identity import birth_facts, clean_identity_number, clean_phone
from portal.operations import demo_data
from procedures.eform.answers import check
from procedures.eform.definition import Definition
from procedures.eform.parsing import parse_definition
from procedures.enums import (
    FeeKind,
    FeeMoment,
    FeeStatus,
    FeeUnit,
    FilingChannel,
    PaperSource,
    ResultDelivery,
    ServiceMode,
    TimeUnit,
)
from tests.samples import NATIONAL_RECORD

UNITS = demo_data.load_units()
PEOPLE = demo_data.load_people()
PROCEDURES = demo_data.load_procedures()
CASES = [
    pytest.param(procedure, case, id=f"{procedure['code']}-{case['key']}")
    for procedure in PROCEDURES
    for case in procedure["revision"]["cases"]
]
FEES = [
    pytest.param(fee, id=f"{param.id}-{fee['key']}")
    for param in CASES
    for fee in param.values[1]["fees"]  # type: ignore[index]
]
ANSWERS = [
    pytest.param(procedure, answers, id=f"{procedure['code']}-{number}")
    for procedure in PROCEDURES
    for number, answers in enumerate(procedure["demo_answers"])
]
every_procedure = pytest.mark.parametrize(
    "procedure", PROCEDURES, ids=[one["code"] for one in PROCEDURES]
)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@pytest.fixture(scope="module")
def catalogue() -> dict[str, dict[str, Any]]:
    if not NATIONAL_RECORD.is_file():
        pytest.skip(f"the national record is absent: {NATIONAL_RECORD}")
    with gzip.open(NATIONAL_RECORD, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    wanted = {one["code"] for one in PROCEDURES}
    return {row["code"]: row for row in rows if row["code"] in wanted}


def levels() -> dict[str, int]:
    return {one["code"]: offer["declared_level"] for one in PROCEDURES for offer in one["offers"]}


def test_there_are_twenty_procedures_of_each_level_over_eight_fields() -> None:
    assert len(PROCEDURES) >= 20
    assert len({one["field"]["slug"] for one in PROCEDURES}) >= 8
    counted = Counter(levels().values())
    assert set(counted) == {1, 2, 3, 4}
    assert min(counted.values()) >= 4
    assert levels()["1.001193"] == 4


def test_a_field_has_one_name_and_one_slug() -> None:
    named = {(one["field"]["slug"], one["field"]["name"]) for one in PROCEDURES}
    assert len(named) == len(dict(named)) == len({name for _slug, name in named})


def test_communes_and_departments_each_serve_every_way_of_filing() -> None:
    communes: set[int] = set()
    departments: set[int] = set()
    for one in PROCEDURES:
        for offer in one["offers"]:
            (departments if offer["unit"] else communes).add(offer["declared_level"])
    assert communes == {1, 2, 3, 4}
    assert departments == {1, 2, 3, 4}


@every_procedure
def test_local_decisions_are_marked_as_made_up(procedure: dict[str, Any]) -> None:
    decisions = [offer["decision"] for offer in procedure["offers"]]
    for decision in [*decisions, procedure["workflow"]["decision"]]:
        assert decision["number"].endswith("(giả định)")
        assert date.fromisoformat(decision["date"]) <= date(2026, 7, 1)


@every_procedure
def test_what_the_catalogue_leaves_open_is_never_made_free(
    procedure: dict[str, Any], catalogue: dict[str, dict[str, Any]]
) -> None:
    """A free line has a ground of its own; a zero with words to it is not one."""
    row = catalogue[procedure["code"]]
    words = [fee["text"] for method in row["methods"] for fee in method["fees"] if fee["text"]]
    by_law_of_the_catalogue = [
        fee
        for case in procedure["revision"]["cases"]
        for fee in case["fees"]
        if fee["status"] == "free" and fee["ground"].startswith("Quyết định công bố")
    ]
    assert not (words and by_law_of_the_catalogue)
    assert all(row["decision_no"] in fee["ground"] for fee in by_law_of_the_catalogue)


def test_the_offers_of_one_procedure_agree_on_its_level() -> None:
    for procedure in PROCEDURES:
        assert len({offer["declared_level"] for offer in procedure["offers"]}) == 1


@every_procedure
def test_code_name_agency_and_decision_are_the_real_ones(
    procedure: dict[str, Any], catalogue: dict[str, dict[str, Any]]
) -> None:
    real = catalogue[procedure["code"]]
    tiers = {"tinh": "province", "xa": "commune"}
    assert procedure["revision"]["name"] == real["name"]
    assert procedure["field"]["name"] in real["sectors"]
    assert procedure["revision"]["decision"]["number"] == real["decision_no"]
    assert set(procedure["tiers"]) <= {tiers[one] for one in real["levels"] if one in tiers}


@every_procedure
def test_times_are_the_real_ones(
    procedure: dict[str, Any], catalogue: dict[str, dict[str, Any]]
) -> None:
    # A real time of None or 0 stands for "the same day". Texts say more: 7 days for one's own
    # house, 5 working days for closing a business, one day for a funeral on the pavement.
    given = {method["time_value"] for method in catalogue[procedure["code"]]["methods"]} - {None, 0}
    told = {"1.013225": {7, 10}, "1.001612": {3}, "1.001266": {5}, "1.013274": {1}}
    given |= told.get(procedure["code"], set())
    for case in procedure["revision"]["cases"]:
        for time in case["times"]:
            if time["unit"] == "same_day":
                assert given <= {1}
            else:
                assert time["amount"] in given


@every_procedure
def test_legal_grounds_are_among_the_real_ones(
    procedure: dict[str, Any], catalogue: dict[str, dict[str, Any]]
) -> None:
    row = catalogue[procedure["code"]]
    real = json.dumps([row["legal_basis"], row["methods"]], ensure_ascii=False)
    for ground in procedure["revision"]["legal_grounds"]:
        assert ground["number"] in real, ground["number"]


@every_procedure
def test_keys_are_slugs_and_papers_name_existing_cases(procedure: dict[str, Any]) -> None:
    revision = procedure["revision"]
    case_keys = [case["key"] for case in revision["cases"]]
    paper_keys = [paper["key"] for paper in revision["papers"]]
    assert len(set(case_keys)) == len(case_keys)
    assert len(set(paper_keys)) == len(paper_keys)
    for key in [*case_keys, *paper_keys, procedure["field"]["slug"]]:
        assert SLUG.fullmatch(key), key
    for paper in revision["papers"]:
        assert set(paper["cases"]) <= set(case_keys)
        assert PaperSource(paper["source"].upper())
        assert paper["originals"] + paper["copies"] >= 1
        assert paper["mandatory"] is not bool(paper["condition"])
    assert sum(case["is_default"] for case in revision["cases"]) == 1
    assert FeeMoment(revision["fee_moment"].upper())


@every_procedure
def test_everything_that_level_1_asks_is_there(procedure: dict[str, Any]) -> None:
    revision = procedure["revision"]
    for item in (
        *("name", "everyday_name", "summary", "keywords", "subjects", "order_of_steps", "cases"),
        *("filing_places", "result", "requirements", "agency_text", "legal_grounds", "papers"),
    ):
        assert revision[item], item
    assert revision["decision"]["number"]
    assert all(case["times"] and case["fees"] for case in revision["cases"])


@every_procedure
def test_forms_exist_from_level_2_and_an_e_form_from_level_3(procedure: dict[str, Any]) -> None:
    level = levels()[procedure["code"]]
    printable = procedure["printable_form"]
    named = [paper["form"] for paper in procedure["revision"]["papers"] if paper["form"]]
    eforms = [paper for paper in procedure["revision"]["papers"] if paper["source"] == "eform"]
    assert bool(printable) is (level >= 2)
    assert named == ([printable["key"]] if printable else [])
    assert bool(procedure["form"]) is (level >= 3)
    assert len(eforms) == (1 if level >= 3 else 0)
    assert len(procedure["demo_answers"]) == (3 if level >= 3 else 0)
    if level == 2:
        assert printable["definition"]


@pytest.mark.parametrize(("procedure", "case"), CASES)
def test_times_are_shaped_like_the_model(procedure: dict[str, Any], case: dict[str, Any]) -> None:
    channels = [time["channel"] for time in case["times"]]
    assert len(set(channels)) == len(channels)
    assert ("online" in channels) is (levels()[procedure["code"]] >= 3)
    for time in case["times"]:
        assert FilingChannel(time["channel"].upper())
        unit = TimeUnit(time["unit"].upper())
        if unit in {TimeUnit.SAME_DAY, TimeUnit.NONE_GIVEN}:
            assert time["amount"] is None
        else:
            assert time["amount"] >= 1
        assert time["cut_off"] == ("15:00" if unit is TimeUnit.SAME_DAY else None)


@pytest.mark.parametrize("fee", FEES)
def test_a_fee_is_whole_dong_free_by_a_ground_or_undetermined(fee: dict[str, Any]) -> None:
    status = FeeStatus(fee["status"].upper())
    assert FeeKind(fee["kind"].upper())
    assert FeeUnit(fee["unit"].upper())
    assert fee["channels"]
    assert fee["ground"]
    if status is FeeStatus.AMOUNT:
        assert type(fee["amount_vnd"]) is int
        assert fee["amount_vnd"] >= 1000
    else:
        assert fee["amount_vnd"] is None
    assert "giả định" in fee["local_decision"] or not fee["local_decision"]


@pytest.mark.parametrize(("procedure", "case"), CASES)
def test_fee_keys_are_unique_and_one_channel_never_pays_one_fee_twice(
    procedure: dict[str, Any], case: dict[str, Any]
) -> None:
    keys = [fee["key"] for fee in case["fees"]]
    assert len(set(keys)) == len(keys)
    named = Counter((fee["name"], channel) for fee in case["fees"] for channel in fee["channels"])
    assert set(named.values()) == {1}
    assert {channel for _name, channel in named} == {time["channel"] for time in case["times"]}


def test_level_4_knows_every_fee_online() -> None:
    for procedure in PROCEDURES:
        if levels()[procedure["code"]] != 4:
            continue
        for case in procedure["revision"]["cases"]:
            online = [fee for fee in case["fees"] if "online" in fee["channels"]]
            assert online
            assert {fee["status"] for fee in online} <= {"free", "amount"}
        assert not procedure["revision"]["presence_required"]


@every_procedure
def test_forms_are_valid_for_the_engine(procedure: dict[str, Any]) -> None:
    printable = procedure["printable_form"] or {}
    for data in (procedure["form"], printable.get("definition")):
        if data is not None:
            assert isinstance(parse_definition(data), Definition)


@pytest.mark.parametrize(("procedure", "answers"), ANSWERS)
def test_demo_answers_pass_the_form_and_none_is_left_over(
    procedure: dict[str, Any], answers: dict[str, Any]
) -> None:
    definition = parse_definition(procedure["form"])
    filed_on = date(2026, 9, 14)
    typed = demo_data.typed_answers(definition, answers["answers"], filed_on=filed_on)

    checked = check(definition, typed, today=filed_on)

    assert checked.errors == {}
    kept = set(checked.answers) | {path.split(".")[0] for path in checked.sealed}
    assert kept == set(answers["answers"])
    assert answers["case"] in {case["key"] for case in procedure["revision"]["cases"]}
    asked = {
        fee["key"]
        for case in procedure["revision"]["cases"]
        for fee in case["fees"]
        if fee["asks_quantity"] and case["key"] == answers["case"]
    }
    assert set(answers["quantities"]) == asked
    assert answers["applicant"] in {one["key"] for one in PEOPLE["citizens"]}


def test_answers_on_birth_within_and_after_sixty_days_name_the_right_case() -> None:
    birth = next(one for one in PROCEDURES if one["code"] == "1.001193")
    for one in birth["demo_answers"]:
        is_late = one["answers"]["tre_ngay_sinh"]["days_before_filing"] > 60
        assert one["case"] == ("qua-han" if is_late else "dung-han")


def test_typed_answers_count_days_from_the_day_of_filing() -> None:
    birth = next(one for one in PROCEDURES if one["code"] == "1.001193")
    definition = parse_definition(birth["form"])
    answers = {"tre_ngay_sinh": {"days_before_filing": 12}}
    typed = demo_data.typed_answers(definition, answers, filed_on=date(2026, 9, 14))
    assert typed == {"tre_ngay_sinh": ["02/09/2026"]}


@every_procedure
def test_workflow_and_offers_name_existing_units(procedure: dict[str, Any]) -> None:
    keys = {unit["key"]: unit for unit in UNITS}
    by_code = {unit["code"]: unit for unit in UNITS if unit["code"]}
    for offer in procedure["offers"]:
        assert (offer["unit"] is None) is (offer["tier"] is not None)
        assert ServiceMode(offer["service_mode"].upper())
        assert all(ResultDelivery(one.upper()) for one in offer["returns"])
        assert offer["receiving"] is None or keys[offer["receiving"]]["kind"] == "one_stop"
        deciding = (
            [by_code[offer["deciding"]]]
            if offer["deciding"]
            else [one for one in by_code.values() if one["tier"] == offer["tier"]]
        )
        for agency in deciding:
            members = [unit for unit in UNITS if unit["parent"] == agency["key"]]
            for step in procedure["workflow"]["steps"]:
                place, _colon, end = step["unit"].partition(":")
                if place == "division":
                    places = [one for one in members if one["key"].endswith(f"-{end}")]
                elif place == "deciding":
                    places = [agency]
                else:
                    places = [keys[offer["receiving"]]] if offer["receiving"] else members
                    places = [one for one in places if one["kind"] == "one_stop"]
                assert len(places) == 1, (agency["key"], step["unit"])
                holders = [
                    one["username"]
                    for one in PEOPLE["staff"]
                    for role in one["roles"]
                    if role == {"role": step["role"], "unit": places[0]["key"]}
                ]
                assert holders, (places[0]["key"], step["role"])


@every_procedure
def test_steps_leave_the_deadline_room(procedure: dict[str, Any]) -> None:
    keys = [step["key"] for step in procedure["workflow"]["steps"]]
    assert len(set(keys)) == len(keys)
    hours = sum(step["hours"] for step in procedure["workflow"]["steps"])
    times = [time for case in procedure["revision"]["cases"] for time in case["times"]]
    shortest = min(time["amount"] or 1 for time in times)
    assert hours <= shortest * 8


def test_units_form_one_tree_with_codes_only_on_agencies() -> None:
    seen: set[str] = set()
    for unit in UNITS:
        assert unit["parent"] in seen or unit["parent"] is None
        assert unit["key"] not in seen
        assert SLUG.fullmatch(unit["key"])
        seen.add(unit["key"])
        is_agency = UnitKind(unit["kind"].upper()) is UnitKind.AGENCY
        assert Tier(unit["tier"].upper())
        assert bool(unit["code"]) is is_agency
        assert bool(unit["office_hours"]) is is_agency
        assert not unit["email"] or unit["email"].endswith(".example.vn")
    assert {unit["code"] for unit in UNITS if unit["code"]} == {
        *("H99", "H99.05", "H99.08", "H99.11", "H99.12", "H99.21", "H99.22")
    }


def test_staff_hold_known_roles_in_known_units_and_every_role_is_held() -> None:
    keys = {unit["key"] for unit in UNITS}
    held = {role["role"] for one in PEOPLE["staff"] for role in one["roles"]}
    assert {Role(role.upper()) for role in held} == set(Role)
    assert {role["unit"] for one in PEOPLE["staff"] for role in one["roles"]} <= keys
    names = [one["username"] for one in PEOPLE["staff"]]
    assert len(set(names)) == len(names)
    for one in PEOPLE["staff"]:
        assert clean_phone(one["phone"])


def test_the_password_meets_the_strictest_rules() -> None:
    password = PEOPLE["password"]
    assert len(password) >= 9
    for pattern in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]"):
        assert re.search(pattern, password)


def test_identity_numbers_are_well_formed_and_state_the_person() -> None:
    citizens = PEOPLE["citizens"]
    assert len(citizens) == 6
    children = [child for parent in citizens for child in parent["children"]]
    assert children
    for one in [*citizens, *children]:
        facts = birth_facts(clean_identity_number(one["identity_number"]))
        assert (facts.sex, facts.year) == (one["sex"], int(one["date_of_birth"][:4]))
    numbers = [one["identity_number"] for one in citizens]
    assert len(set(numbers)) == len(numbers)
    for one in citizens:
        assert clean_phone(one["phone"])
        assert one["email"].endswith("@example.vn")
