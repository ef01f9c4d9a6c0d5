"""The engine of the case questions: what is asked next, what the answers leave open."""

from procedures.questions import Option, Question, narrow, unreachable, work_out

CASES = ["a", "b", "c"]


def option(key, *cases):
    return Option(key, key.upper(), frozenset(cases))


FIRST = Question("first", "?", "", (option("yes", "a"), option("no", "b", "c")))
SECOND = Question("second", "?", "", (option("left", "b"), option("right", "c"), option("x", "a")))


def test_the_first_question_is_asked_first():
    outcome = work_out([FIRST, SECOND], cases=CASES, answers={})

    assert outcome.asked == FIRST
    assert outcome.cases == ("a", "b", "c")


def test_an_answer_that_decides_ends_the_questions():
    outcome = work_out([FIRST, SECOND], cases=CASES, answers={"first": "yes", "second": "left"})

    assert outcome.asked is None
    assert outcome.cases == ("a",)
    # What was answered to no purpose any more is not shown as an answer.
    assert [one.question.key for one in outcome.answered] == ["first"]


def test_an_option_that_leaves_no_case_is_not_offered():
    outcome = work_out([FIRST, SECOND], cases=CASES, answers={"first": "no"})

    assert [one.key for one in outcome.asked.options] == ["left", "right"]
    refused = work_out([FIRST, SECOND], cases=CASES, answers={"first": "no", "second": "x"})
    assert refused.asked.key == "second"


def test_an_answer_that_leaves_all_open_leads_to_the_list():
    unsure = Question("first", "?", "", (option("yes", "a"), option("unsure")))

    assert work_out([unsure], cases=CASES, answers={"first": "unsure"}).cases == ("a", "b", "c")


def test_a_question_that_tells_nothing_is_left_out():
    assert narrow(Question("q", "?", "", (option("x"), option("y"))), CASES) is None
    assert narrow(Question("q", "?", "", ()), CASES) is None
    assert narrow(FIRST, ["a"]) is None


def test_an_unknown_answer_counts_as_none():
    assert work_out([FIRST], cases=CASES, answers={"first": "maybe"}).asked == FIRST


def test_a_case_that_no_answer_reaches_is_named():
    assert unreachable([FIRST, SECOND], CASES) == ()
    only = Question("first", "?", "", (option("yes", "a"), option("no", "b")))
    assert unreachable([only], CASES) == ("c",)
    assert unreachable([], CASES) == ()
