"""Patterns: what matches, what is refused, and that none of them can hold a worker."""

import json
import re
import time
from datetime import date

import pytest
from crispy_forms.utils import render_crispy_form
from hypothesis import given, settings, strategies as st

from procedures.eform import patterns
from procedures.eform.answers import check
from procedures.eform.definition import to_json
from procedures.eform.forms import SectionForm
from procedures.eform.parsing import FormDefinitionError, parse_definition

TODAY = date(2026, 11, 23)
# Each of them takes a backtracking engine minutes or centuries on what follows it.
HOSTILE = [
    ("(a+)+$", "a" * 50_000 + "!"),
    ("(a|a)*b", "a" * 50_000),
    ("(a|aa)+$", "a" * 50_000 + "b"),
    ("(.*a){20}", "a" * 50_000 + "b"),
    ("(([a-z])+.)+[A-Z]([a-z])+$", "a" * 50_000),
    (r"(\w+\s?)*:", "từ " * 16_000),
    ("(a?){200}a{200}", "a" * 50_000),
]


def form_of(**parts):
    field = {"key": "so_hieu", "type": "text", "label": "Số hiệu", **parts}
    return parse_definition(
        {"version": 1, "title": "T", "sections": [{"key": "s", "title": "S", "fields": [field]}]}
    )


def error_for(definition, typed):
    return check(definition, {"so_hieu": [typed]}, today=TODAY).errors.get("so_hieu")


PLATE = form_of(
    pattern="[0-9]{2}[A-Z]-[0-9]{4,5}",
    pattern_hint="hai chữ số, một chữ hoa, gạch nối, bốn hoặc năm chữ số",
    example="29A-12345",
)


def test_the_whole_answer_must_match():
    assert error_for(PLATE, " 29A-12345 ") is None
    assert "hai chữ số, một chữ hoa" in error_for(PLATE, "29A-12345 và hơn nữa")
    assert "hai chữ số, một chữ hoa" in error_for(PLATE, "xe 29A-12345")


def test_an_alternative_at_the_end_is_part_of_the_whole():
    assert error_for(form_of(pattern="AB|CD"), "ABC") == "Nhập đúng dạng của “Số hiệu”."


def test_an_error_without_words_of_its_own_gives_the_example():
    assert error_for(form_of(pattern="[0-9]{3}", example="123"), "x") == (
        "Nhập đúng dạng, ví dụ 123."
    )


def test_letters_compare_in_their_composed_form():
    decomposed = "Nguye\u0302\u0303n"

    assert error_for(form_of(pattern=f"{decomposed}.*"), "Nguyễn A") is None
    assert error_for(form_of(pattern="[\\p{L} ]+"), decomposed) is None


def test_an_empty_answer_is_not_held_against_the_pattern():
    assert error_for(PLATE, "") is None


def test_a_pattern_survives_the_way_to_json_and_back():
    assert parse_definition(json.loads(json.dumps(to_json(PLATE)))) == PLATE


def test_no_browser_is_ever_given_a_pattern():
    html = render_crispy_form(SectionForm(PLATE, "s", today=TODAY))

    assert "pattern=" not in html
    assert "[0-9]{2}" not in html
    assert "Dạng: hai chữ số, một chữ hoa" in html


@pytest.mark.parametrize(("pattern", "text"), HOSTILE)
def test_no_pattern_takes_long(pattern, text):
    patterns.require_pattern(pattern)

    began = time.perf_counter()
    found = patterns.matches(pattern, text)

    assert time.perf_counter() - began < 1
    assert found is (pattern == "(.*a){20}" and text.endswith("a"))


def test_a_hostile_answer_to_a_hostile_pattern_is_answered_at_once():
    definition = form_of(pattern="(a+)+$", max_length=10_000)

    began = time.perf_counter()
    assert error_for(definition, "a" * 9_999 + "!")
    assert error_for(definition, "a" * 50_000 + "!")
    assert time.perf_counter() - began < 1


def test_the_engine_of_patterns_is_the_linear_one():
    assert type(patterns._compiled("a")).__module__.startswith("re2")


@settings(deadline=None, max_examples=300)
@given(
    pattern=st.text(
        st.sampled_from("ab()[]{}*+?|\\^$.0129,pLd-:=!<Éß\u0301") | st.characters(), max_size=25
    ),
    text=st.text(max_size=60),
)
def test_a_pattern_is_used_or_refused_in_words(pattern, text):
    try:
        definition = form_of(pattern=pattern)
    except FormDefinitionError:
        return
    check(definition, {"so_hieu": [text]}, today=TODAY)


@given(words=st.text(st.sampled_from("abé -ư"), min_size=1, max_size=20))
def test_a_pattern_without_operators_is_the_text_itself(words):
    assert patterns.matches(re.escape(words).replace("\\é", "é").replace("\\ư", "ư"), words)
    assert not patterns.matches("x" + words, words)
