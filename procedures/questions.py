"""Which case a person is in: what to ask next, and what the answers leave open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# More would be a form: way of filing, exemption, quantity and place are asked as well.
MAX_QUESTIONS: Final = 3
MAX_OPTIONS: Final = 5


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    text: str
    # The cases that it leaves open; empty leaves all.
    cases: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    text: str
    help: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    question: Question
    option: Option


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was answered to some purpose, what to ask next if anything, which cases are left."""

    answered: tuple[Answered, ...]
    asked: Question | None
    cases: tuple[str, ...]


def read_question(row: Mapping[str, Any]) -> Question:
    """Build a question from the fields of a CaseQuestion."""
    options = (
        Option(key=one["key"], text=one["text"], cases=frozenset(one["cases"]))
        for one in row["options"]
    )
    return Question(row["key"], row["text"], row["help"], tuple(options))


def work_out(
    questions: Iterable[Question], *, cases: Sequence[str], answers: Mapping[str, str]
) -> Outcome:
    """
    Go through the questions in order with the answers given so far.

    A question that can no longer tell cases apart is left out, its answer too; so is an option
    that would leave none. An answer that is not among the options counts as none.
    """
    left = tuple(cases)
    answered: list[Answered] = []
    for question in questions:
        asked = narrow(question, left)
        if asked is None:
            continue
        chosen = next((one for one in asked.options if one.key == answers.get(asked.key)), None)
        if chosen is None:
            return Outcome(tuple(answered), asked, left)
        answered.append(Answered(asked, chosen))
        left = _left(chosen, left)
    return Outcome(tuple(answered), None, left)


def narrow(question: Question, cases: Sequence[str]) -> Question | None:
    """Return the question with the options that still lead somewhere, None if it tells nothing."""
    if len(cases) < 2:
        return None
    options = tuple(one for one in question.options if _left(one, cases))
    if len(options) < 2 or len({_left(one, cases) for one in options}) < 2:
        return None
    return Question(question.key, question.text, question.help, options)


def unreachable(questions: Iterable[Question], cases: Sequence[str]) -> tuple[str, ...]:
    """Return the cases that no way through the questions leaves open."""
    reached = {case for way in _ways(list(questions), tuple(cases)) for case in way}
    return tuple(case for case in cases if case not in reached)


def _ways(questions: Sequence[Question], left: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    for place, question in enumerate(questions):
        asked = narrow(question, left)
        if asked is not None:
            for option in asked.options:
                yield from _ways(questions[place + 1 :], _left(option, left))
            return
    yield left


def _left(option: Option, cases: Sequence[str]) -> tuple[str, ...]:
    return tuple(case for case in cases if not option.cases or case in option.cases)
