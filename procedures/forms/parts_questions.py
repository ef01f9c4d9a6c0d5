"""The form of a draft's questions, with which people find their case."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils.translation import gettext, gettext_lazy as _

from procedures.forms.part_base import PartForm, choose_from
from procedures.forms.part_fields import ManyField, PlainField
from procedures.forms.part_rows import RowForm
from procedures.models import Revision
from procedures.questions import MAX_OPTIONS, MAX_QUESTIONS, Option, Question, narrow, unreachable
from procedures.services import parts_questions
from procedures.services.parts_questions import OptionRow, QuestionRow, Questions


class OptionForm(RowForm):
    """One answer, and the cases that it leaves open."""

    noun = _("câu trả lời")
    title_field = "text"

    text = PlainField(label=_("Câu trả lời"), max_length=200)
    cases = ManyField(
        label=_("Còn lại trường hợp"),
        required=False,
        help_text=_("Không đánh dấu ô nào: chưa loại trường hợp nào."),
    )

    def add_choices(self) -> None:
        choose_from(self, "cases", self.known.cases)

    def option(self) -> OptionRow:
        said = self.cleaned_data
        return OptionRow(self.key, said["text"], tuple(said["cases"]))


class QuestionForm(RowForm):
    """One question with its answers."""

    noun = _("câu hỏi")
    title_field = "text"
    lists: ClassVar = {"options": OptionForm}

    text = PlainField(
        label=_("Câu hỏi"),
        max_length=200,
        help_text=_("Hỏi như nói, ví dụ: Trẻ sinh đã quá 60 ngày chưa?"),
    )
    help = PlainField(label=_("Giải thích"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        count = len(self.kept("options"))
        if not 2 <= count <= MAX_OPTIONS:
            self.add_error(None, gettext("Mỗi câu hỏi cần từ 2 đến %d câu trả lời.") % MAX_OPTIONS)
        return said

    def question(self) -> QuestionRow:
        said = self.cleaned_data
        options = (row.option() for row in self.kept("options") if isinstance(row, OptionForm))
        return QuestionRow(self.key, said["text"], said["help"], tuple(options))


class QuestionsForm(PartForm):
    """The few questions, in the order in which they are asked."""

    lists: ClassVar = {"questions": QuestionForm}

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        return {
            "questions": [
                {
                    "key": question.key,
                    "text": question.text,
                    "help": question.help,
                    "options": [
                        {"key": one.key, "text": one.text, "cases": list(one.cases)}
                        for one in question.options
                    ],
                }
                for question in parts_questions.read_questions(revision).questions
            ]
        }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if len(self.kept("questions")) > MAX_QUESTIONS:
            self.add_error(
                None,
                gettext("Nhiều nhất %d câu hỏi: người dân còn được hỏi cách nộp, nơi nộp.")
                % MAX_QUESTIONS,
            )
        return said

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        names = dict(self.known.cases)
        questions = list(self._questions())
        for row, question in zip(self.kept("questions"), questions, strict=True):
            if narrow(question, list(names)) is None:
                row.add_error(
                    "text", gettext("Trả lời thế nào cũng còn lại các trường hợp như nhau.")
                )
                return False
        missed = unreachable(questions, list(names))
        for case in missed:
            self.add_error(
                None,
                gettext("Trả lời thế nào cũng không đến được trường hợp “%s”.") % names[case],
            )
        return not missed

    def part(self) -> Questions:
        rows = self.kept("questions")
        return Questions(tuple(row.question() for row in rows if isinstance(row, QuestionForm)))

    def _questions(self) -> Iterator[Question]:
        for number, row in enumerate(self.part().questions):
            options = (
                Option(str(at), one.text, frozenset(one.cases))
                for at, one in enumerate(row.options)
            )
            yield Question(str(number), row.text, row.help, tuple(options))
