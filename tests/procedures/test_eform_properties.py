import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from procedures.eform.answers import check, merge
from procedures.eform.definition import MAX_ROWS, FieldType, to_json
from procedures.eform.display import rows
from procedures.eform.drafts import change_rows, merge_posted, typed_answers
from procedures.eform.forms import SectionForm
from procedures.eform.parsing import FormDefinitionError, parse_definition

TODAY = date(2026, 11, 23)
BIRTH = parse_definition(
    json.loads(Path(__file__).with_name("birth_registration.json").read_text(encoding="utf-8"))
)
EVERY_TYPE = parse_definition(
    {
        "version": 1,
        "title": "T",
        "sections": [
            {
                "key": "s",
                "title": "S",
                "fields": [
                    {
                        "key": f"{where}{kind.value}",
                        "type": kind.value,
                        "label": kind.value,
                        **(
                            {
                                "options": [
                                    {"value": "a", "label": "A"},
                                    {"value": "1", "label": "B"},
                                ]
                            }
                            if kind in {FieldType.ONE_OF, FieldType.MANY_OF}
                            else {}
                        ),
                    }
                    for where in ("", "o_")
                    for kind in FieldType
                    if kind not in {FieldType.GROUP, FieldType.HEADING, FieldType.EXPLANATION}
                ],
            }
        ],
    }
)


def paths_of(definition):
    for field in definition.fields():
        if field.type is FieldType.ADDRESS:
            yield from (f"{field.key}.{part}" for part in ("province", "commune", "detail"))
        elif field.type is FieldType.GROUP:
            for index in (0, 1, 2, 7):
                yield f"{field.key}.{index}"
                yield from (f"{field.key}.{index}.{column.key}" for column in field.fields)
        else:
            yield field.key


PLAUSIBLE = st.sampled_from(
    [
        "", "yes", "no", "a", "1", "khac", "cha_me", "ban_sao", "ban_chinh", "trich_luc", "12",
        "1.234", "3,2", "-0,0", "5/9/2026", "2026-09-05", "001090000123", "0912345678",
        "a@example.com", "0100109106", "Hà Nội", "\x00", "\ud800", "e\u0301", "\u0301", "９", "²",
    ]
)  # fmt: skip
ANYTHING = st.text(st.characters(codec=None), max_size=30)
VALUES = st.lists(PLAUSIBLE | ANYTHING, max_size=3)


def raw_for(definition):
    return st.dictionaries(st.sampled_from(sorted(paths_of(definition))) | ANYTHING, VALUES)


@settings(deadline=None)
@given(raw=raw_for(BIRTH), complete=st.booleans())
def test_check_never_fails_and_its_outcome_can_be_stored(raw, complete):
    checked = check(BIRTH, raw, today=TODAY, complete=complete)

    stored = json.dumps([checked.answers, checked.typed, checked.sealed], ensure_ascii=False)
    stored.encode()  # no lone surrogates
    assert "\\u0000" not in stored
    assert all(sentence.endswith(".") for sentence in checked.errors.values())


@settings(deadline=None)
@given(raw=raw_for(EVERY_TYPE))
def test_what_was_cleaned_cleans_to_itself(raw):
    checked = check(EVERY_TYPE, raw, today=TODAY)
    everything = merge(checked.answers, checked.sealed)

    again = check(EVERY_TYPE, typed_answers(EVERY_TYPE, everything), today=TODAY)

    assert (again.answers, again.sealed) == (checked.answers, checked.sealed)
    assert again.errors == {}


@settings(deadline=None)
@given(raw=raw_for(BIRTH))
def test_conditions_and_rows_settle_at_once(raw):
    checked = check(BIRTH, raw, today=TODAY)
    everything = merge(checked.answers, checked.sealed)

    again = check(BIRTH, typed_answers(BIRTH, everything), today=TODAY)

    assert (again.answers, again.sealed) == (checked.answers, checked.sealed)


@settings(deadline=None)
@given(raw=raw_for(BIRTH), complete=st.booleans())
def test_a_draft_comes_back_as_it_was_typed(raw, complete):
    once = check(BIRTH, raw, today=TODAY, complete=complete)
    typed = {**once.typed, **once.sealed_typed}

    twice = check(BIRTH, typed, today=TODAY, complete=complete)

    assert {**twice.typed, **twice.sealed_typed} == typed
    assert (twice.answers, twice.sealed, twice.errors) == (once.answers, once.sealed, once.errors)


@settings(deadline=None)
@given(raw=raw_for(BIRTH))
def test_personal_answers_are_never_among_the_open_ones(raw):
    checked = check(BIRTH, raw, today=TODAY, complete=False)

    personal = {"so_dinh_danh", "dinh_danh_me", "ngay_sinh_me", "dinh_danh_cha"}
    assert personal.isdisjoint(checked.answers)
    assert personal.isdisjoint(checked.typed)
    assert not any(path.endswith("so_dinh_danh_giay") for path in checked.typed)
    assert not any("so_dinh_danh_giay" in row for row in checked.answers.get("giay_to", []))


@settings(deadline=None, max_examples=50)
@given(raw=raw_for(BIRTH), posted=raw_for(BIRTH), section=st.sampled_from(BIRTH.sections))
def test_pages_never_fail_on_what_is_posted(raw, posted, section):
    form = SectionForm(
        BIRTH,
        section.key,
        today=TODAY,
        typed=raw,
        data={f"f-{path}": values for path, values in posted.items()},
    )
    form.is_valid()
    str(form.errors)

    merged = merge_posted(BIRTH, section.key, stored=raw, posted=posted)
    change_rows(section, merged, add="giay_to")
    rows(BIRTH, form.checked.answers, sealed=form.checked.sealed)
    assert len(form.checked.answers.get("giay_to", [])) <= MAX_ROWS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["version", "title", "sections", "key", "fields", "type", "label", "show_if"]
            )
            | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
)


@settings(deadline=None)
@given(data=JSON)
def test_parsing_refuses_politely(data):
    with pytest.raises(FormDefinitionError):
        parse_definition(data)


@settings(deadline=None, max_examples=60)
@given(
    where=st.integers(0, 28),
    part=st.sampled_from(["key", "type", "label", "show_if", "min", "options", "fields"]),
    value=JSON,
)
def test_a_spoilt_definition_parses_to_itself_or_is_refused(where, part, value):
    data = to_json(BIRTH)
    fields = [field for section in data["sections"] for field in section["fields"]]
    fields[where][part] = value
    try:
        definition = parse_definition(data)
    except FormDefinitionError:
        return
    assert parse_definition(to_json(definition)) == definition
