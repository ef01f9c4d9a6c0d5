"""The questions of a draft that tell which case a person is in."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from portal.core.db import requires_transaction
from procedures.models import CaseQuestion, Revision
from procedures.questions import Option, Question, unreachable
from procedures.services.drafting import NO_PAGE, PageMark
from procedures.services.parts import RowProblem, RowsRefused, settle_keys, store_rows, take_up


class OutOfReach(RowsRefused):
    """Whatever is answered, these cases are never left open; `cases` are their keys."""

    def __init__(self, cases: Collection[str]) -> None:
        self.cases = tuple(cases)
        sentence = _("Trả lời thế nào cũng không đến được một trường hợp: %s.") % ", ".join(cases)
        super().__init__(RowProblem(0, "text", sentence))


@dataclass(frozen=True, slots=True)
class OptionRow:
    key: str
    text: str
    # The keys of the cases that it leaves open; () leaves all.
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    key: str
    text: str
    help: str
    options: tuple[OptionRow, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    questions: tuple[QuestionRow, ...]


def read_questions(revision: Revision) -> Questions:
    """Return what a revision says of this part, as it is saved."""
    return Questions(
        tuple(
            QuestionRow(
                question.key,
                question.text,
                question.help,
                tuple(
                    OptionRow(one["key"], one["text"], tuple(one["cases"]))
                    for one in question.options
                ),
            )
            for question in revision.case_questions.all()
        )
    )


@transaction.atomic(durable=True)
def save_questions(
    *,
    revision_id: int,
    version: int,
    editor: User,
    at: datetime,
    data: Questions,
    page: PageMark = NO_PAGE,
) -> int:
    """
    Save the questions of a draft in their order; return the draft's version.

    :raises OutOfReach: if some case would be reached by no answers.
    :raises NotEditable, StaleRevision: as lock_for_edit.
    """
    revision, changes = take_up(
        revision_id=revision_id,
        version=version,
        page=page,
        editor=editor,
        at=at,
        is_same=lambda stored: read_questions(stored) == data,
    )
    if not changes:
        return revision.version
    cases = list(revision.cases.values_list("key", flat=True))
    known = {question.key: question for question in revision.case_questions.all()}
    rows = data.questions
    keys = settle_keys(((row.key, row.text) for row in rows), known=known, plain="cau-hoi")
    wanted = {
        key: {
            "text": row.text,
            "help": row.help,
            "options": _options(row, stored=known.get(key), cases=cases),
            "position": position,
        }
        for position, (key, row) in enumerate(zip(keys, rows, strict=True))
    }
    missed = unreachable([_question(key, values) for key, values in wanted.items()], cases)
    if missed:
        raise OutOfReach(missed)
    store_rows(known.values(), wanted, make=lambda key: CaseQuestion(revision=revision, key=key))
    return revision.version


@requires_transaction
def forget_cases(revision: Revision, gone: Collection[str]) -> None:
    """Take cases that are no more out of the answers; an answer with none left goes too."""
    for question in revision.case_questions.all():
        kept = [
            {**one, "cases": [case for case in one["cases"] if case not in gone]}
            for one in question.options
            if not one["cases"] or set(one["cases"]) - set(gone)
        ]
        if kept != question.options:
            question.options = kept
            question.save(update_fields=["options"])


def _options(
    row: QuestionRow, *, stored: CaseQuestion | None, cases: Collection[str]
) -> list[dict[str, Any]]:
    known = [one["key"] for one in stored.options] if stored else []
    keys = settle_keys(
        ((option.key, option.text) for option in row.options), known=known, plain="tra-loi"
    )
    return [
        {**asdict(option), "key": key, "cases": [one for one in cases if one in option.cases]}
        for key, option in zip(keys, row.options, strict=True)
    ]


def _question(key: str, values: dict[str, Any]) -> Question:
    options = (
        Option(one["key"], one["text"], frozenset(one["cases"])) for one in values["options"]
    )
    return Question(key, values["text"], values["help"], tuple(options))
