import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from procedures.eform.conditions import AllOf, AnyOf, Compare, Operator, describe, simplify
from procedures.eform.definition import FieldType, to_json
from procedures.eform.parsing import FormDefinitionError, parse_definition
from procedures.eform.schema import schema

BIRTH = json.loads(Path(__file__).with_name("birth_registration.json").read_text(encoding="utf-8"))


def form_of(*fields, **section):
    return {
        "version": 1,
        "title": "T",
        "sections": [{"key": "s", "title": "S", "fields": list(fields), **section}],
    }


def text(key="a", **parts):
    return {"key": key, "type": "text", "label": key.upper(), **parts}


def test_the_published_schema_is_a_schema_and_takes_the_example():
    Draft202012Validator.check_schema(schema())

    assert list(Draft202012Validator(schema()).iter_errors(BIRTH)) == []


def test_a_definition_survives_the_way_to_json_and_back():
    definition = parse_definition(BIRTH)

    assert parse_definition(json.loads(json.dumps(to_json(definition)))) == definition
    assert len(list(definition.fields())) == 29
    assert definition.field_at("giay_to.0.loai").label == "Loại bản"


def test_an_identity_number_is_personal_without_saying_so():
    definition = parse_definition(BIRTH)

    assert definition.field("so_dinh_danh").is_personal
    assert definition.field("ngay_sinh_me").is_personal
    assert not definition.field("ho_ten").is_personal


def at(number, *parts):
    """Write the path of a field of the only section."""
    return ".".join(["sections.0.fields", str(number), *parts])


def number(**parts):
    return {"key": "n", "type": "decimal", "label": "N", **parts}


def day(**parts):
    return {"key": "d", "type": "date", "label": "D", **parts}


def only_if(**condition):
    return text(show_if=condition)


GROUP = {"key": "g", "type": "group", "label": "G", "fields": [text("c")]}
YES = {"key": "y", "type": "yes_no", "label": "Y"}
ONE = {"key": "o", "type": "one_of", "label": "O", "options": [{"value": "a", "label": "A"}]}


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], ""),
        ({}, ""),
        ({**form_of(text()), "script": "alert(1)"}, ""),
        ({**form_of(text()), "version": 2}, "version"),
        ({**form_of(text()), "version": True}, "version"),
        ({**form_of(text()), "sections": []}, "sections"),
        (form_of(text(), on_change="x"), "sections.0"),
        (form_of(text(oninput="x()")), at(0)),
        (form_of({**text(), "type": "long_text", "pattern": "a"}), at(0)),
        (form_of(text(pattern_hint="hai chữ số")), at(0)),
        (form_of(text(pattern="x" * 301)), at(0, "pattern")),
        (form_of(text(pattern="(a")), at(0, "pattern")),
        (form_of(text(pattern="(?=a)b")), at(0, "pattern")),
        (form_of(text(pattern="(a)\\1")), at(0, "pattern")),
        (form_of(text(pattern=r"(\p{L}{1,200}){1,4}")), at(0, "pattern")),
        (form_of(text(pattern="a{1001}")), at(0, "pattern")),
        (form_of(text(pattern="[0-9]+", example="mười")), at(0, "example")),
        (form_of(text(label="\ud800")), ""),
        (form_of(text(help="\x00")), ""),
        (form_of(text(options=[])), at(0)),
        (form_of(text("Họ tên")), at(0, "key")),
        (form_of(text("a\n")), at(0, "key")),
        (form_of(text("a.b")), at(0, "key")),
        (form_of(text(), text()), at(1, "key")),
        (form_of({"key": "a", "type": "file", "label": "A"}), at(0, "type")),
        (form_of({"key": "a", "type": "text"}), at(0)),
        (form_of(text(label=" ")), at(0, "label")),
        (form_of(text(required="yes")), at(0, "required")),
        (form_of(text(max_length=0)), at(0, "max_length")),
        (form_of(text(min_length=9, max_length=3)), at(0)),
        (form_of(text(prefill="account.password")), at(0, "prefill")),
        (form_of({**ONE, "options": [ONE["options"][0]] * 2}), at(0, "options.1")),
        (form_of({"key": "o", "type": "one_of", "label": "O"}), at(0)),
        (form_of(number(min=2, max=1)), at(0)),
        (form_of(number(min=10**16)), at(0, "min")),
        (form_of(number(min=float("nan"))), at(0, "min")),
        (form_of(day(min="2026-02-30")), at(0, "min")),
        (form_of(day(min="2026-02-03", max="2026-02-01")), at(0)),
        (form_of({**GROUP, "min_rows": 3, "max_rows": 2}), at(0)),
        (form_of({**GROUP, "max_rows": 51}), at(0, "max_rows")),
        (form_of({**GROUP, "personal": True}), at(0)),
        (form_of({**GROUP, "fields": [GROUP]}), at(0, "fields.0.type")),
        (form_of({**GROUP, "fields": [text("c"), text("c")]}), at(0, "fields.1.key")),
        (form_of({**GROUP, "fields": [text("c", prefill="account.phone")]}), at(0, "fields.0")),
        (form_of(only_if(field="b", answered=True), text("b")), at(0, "show_if")),
        (form_of(only_if(field="a", answered=True)), at(0, "show_if")),
        (form_of(text(), show_if={"field": "a", "answered": True}), "sections.0.show_if"),
        (form_of(YES, only_if(field="y", equals="yes")), at(1, "show_if")),
        (form_of(YES, only_if(field="y", equals=1)), at(1, "show_if")),
        (form_of(ONE, text(show_if={"field": "o", "in": ["b"]})), at(1, "show_if")),
        (form_of(text("b"), only_if(field="b", equals="x")), at(1, "show_if")),
        (form_of(YES, only_if(field="y", matches=".*")), at(1, "show_if")),
        (form_of(YES, text(show_if={"field": "y", "equals": True, "in": [1]})), at(1, "show_if")),
        (form_of(YES, text(show_if={"all": []})), at(1, "show_if")),
    ],
)  # fmt: skip
def test_a_faulty_definition_is_refused_with_its_place(data, path):
    with pytest.raises(FormDefinitionError) as caught:
        parse_definition(data)

    assert caught.value.path == path or caught.value.path.startswith(f"{path}.show_if.")
    assert caught.value.sentence.endswith(".")


def test_an_unknown_key_is_named():
    with pytest.raises(FormDefinitionError, match="'onclick' was unexpected"):
        parse_definition(form_of(text(onclick="x")))


def test_two_hundred_fields_are_the_most():
    fields = [text(f"a{number}") for number in range(200)]
    full = form_of(*fields[:150])
    full["sections"].append({"key": "t", "title": "T", "fields": fields[150:]})
    parse_definition(full)

    full["sections"][1]["fields"].append(text("zzz"))
    with pytest.raises(FormDefinitionError, match="tối đa 200"):
        parse_definition(full)


def test_a_group_too_wide_for_one_request_is_refused():
    wide = {**GROUP, "max_rows": 50, "fields": [text(f"c{number}") for number in range(20)]}

    with pytest.raises(FormDefinitionError, match="quá nhiều ô nhập"):
        parse_definition(form_of(wide))


def test_endless_nesting_is_refused_not_a_crash():
    condition = {"field": "y", "equals": True}
    for _level in range(5000):
        condition = {"all": [condition]}

    with pytest.raises(FormDefinitionError, match="lồng nhau"):
        parse_definition(form_of(YES, text(show_if=condition)))


def test_two_sections_may_not_share_a_key():
    data = copy.deepcopy(BIRTH)
    data["sections"][1]["key"] = data["sections"][0]["key"]

    with pytest.raises(FormDefinitionError) as caught:
        parse_definition(data)

    assert caught.value.path == "sections.1.key"


def test_simplify_leaves_what_the_page_can_still_change():
    here = Compare("here", Operator.ANSWERED, (True,))
    there = Compare("there", Operator.ANSWERED, (True,))

    def settled(*, there_holds):
        return lambda compare: there_holds if compare is there else None

    assert simplify(AllOf((here, there)), settled(there_holds=True)) == here
    assert simplify(AllOf((here, there)), settled(there_holds=False)) is False
    assert simplify(AnyOf((here, there)), settled(there_holds=True)) is True
    assert simplify(AnyOf((here, there)), settled(there_holds=False)) == here
    assert simplify(AnyOf((there,)), settled(there_holds=False)) is False
    assert simplify(None, settled(there_holds=False)) is True


def test_conditions_are_said_in_words():
    definition = parse_definition(BIRTH)
    condition = definition.section("cha").show_if

    words = describe(
        condition,
        label_of=lambda key: definition.field(key).label,
        text_of=lambda key, value: "Có" if value else "Không",
    )

    assert words == (
        "“Khai thông tin người mẹ” là “Không” hoặc “Cha mẹ có đăng ký kết hôn” là “Có”"
    )
    assert FieldType.GROUP is definition.field("giay_to").type
