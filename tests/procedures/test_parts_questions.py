"""The questions of a draft: saved with stable keys, never leaving a case out of reach."""

import pytest
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from procedures.enums import RevisionState
from procedures.forms.part_rows import Known
from procedures.forms.parts_questions import QuestionsForm
from procedures.services import drafting, parts_cases, parts_questions
from procedures.services.parts_questions import OptionRow, OutOfReach, QuestionRow, Questions
from tests.factories.procedures import CaseFactory, RevisionFactory, changing_published

pytestmark = pytest.mark.django_db
KNOWN = Known(cases=(("thong-thuong", "Thông thường"), ("tre", "Trễ hạn")))
LATE = QuestionRow(
    "",
    "Đã quá hạn chưa?",
    "",
    (OptionRow("", "Chưa", ("thong-thuong",)), OptionRow("", "Rồi", ("tre",))),
)


@pytest.fixture
def draft(editor):
    published = RevisionFactory()
    CaseFactory(revision=published, key="tre", name="Trễ hạn", position=1)
    code = published.procedure.code
    return drafting.open_draft(code=code, editor=editor, at=timezone.now())


def save(draft, editor, *rows, version=None):
    return parts_questions.save_questions(
        revision_id=draft.pk,
        version=draft.version if version is None else version,
        editor=editor,
        at=timezone.now(),
        data=Questions(rows),
    )


def test_questions_are_saved_with_keys_of_their_own(draft, editor):
    version = save(draft, editor, LATE)

    question = draft.case_questions.get()
    assert (question.key, version) == ("da-qua-han-chua", draft.version + 1)
    assert question.options == [
        {"key": "chua", "text": "Chưa", "cases": ["thong-thuong"]},
        {"key": "roi", "text": "Rồi", "cases": ["tre"]},
    ]


def test_a_key_stays_when_the_words_change_and_the_same_again_changes_nothing(draft, editor):
    version = save(draft, editor, LATE)
    [stored] = parts_questions.read_questions(draft).questions
    changed = QuestionRow(stored.key, "Quá hạn rồi chứ?", "", stored.options)

    version = save(draft, editor, changed, version=version)

    assert draft.case_questions.get().key == "da-qua-han-chua"
    assert save(draft, editor, changed, version=version) == version


def test_a_case_that_no_answer_reaches_is_refused(draft, editor):
    CaseFactory(revision=draft, key="mat-giay", name="Mất giấy", position=2)

    with pytest.raises(OutOfReach) as refused:
        save(draft, editor, LATE)

    assert refused.value.cases == ("mat-giay",)
    assert not draft.case_questions.exists()
    unsure = OptionRow("", "Không rõ", ())
    save(draft, editor, QuestionRow("", LATE.text, "", (*LATE.options, unsure)))
    assert draft.case_questions.exists()


def test_what_is_published_is_not_edited_and_an_old_page_changes_nothing(draft, editor):
    save(draft, editor, LATE)
    with pytest.raises(drafting.StaleRevision):
        save(draft, editor)

    draft.state, draft.published_at = RevisionState.SUPERSEDED, timezone.now()
    with changing_published():
        draft.save(update_fields=["state", "published_at"])
    with pytest.raises(drafting.NotEditable):
        save(draft, editor, version=draft.version + 1)


def test_the_questions_go_on_into_the_next_draft(draft, editor):
    save(draft, editor, LATE)
    draft.refresh_from_db()
    draft.state, draft.published_at = RevisionState.PUBLISHED, timezone.now()
    draft.based_on.state = RevisionState.SUPERSEDED
    with changing_published():
        draft.based_on.save(update_fields=["state"])
        draft.save(update_fields=["state", "published_at"])
    procedure = draft.procedure
    procedure.current_revision = draft
    procedure.save(update_fields=["current_revision"])

    following = drafting.open_draft(code=procedure.code, editor=editor, at=timezone.now())

    assert following.pk != draft.pk
    assert following.case_questions.get().options == draft.case_questions.get().options


def test_a_case_taken_away_is_forgotten_in_the_answers(draft, editor):
    version = save(draft, editor, LATE)
    cases = parts_cases.read_cases(draft).cases

    parts_cases.save_cases(
        revision_id=draft.pk,
        version=version,
        editor=editor,
        at=timezone.now(),
        data=parts_cases.Cases(tuple(one for one in cases if one.key != "tre")),
        agreed={"tre"},
    )

    assert [one["key"] for one in draft.case_questions.get().options] == ["chua"]


def posted(**fields):
    base = {
        "questions": ["0"],
        "questions-0-key_field": [""],
        "questions-0-options-0-key_field": [""],
        "questions-0-options-1-key_field": [""],
        "questions-0-text": ["Đã quá hạn chưa?"],
        "questions-0-options": ["0", "1"],
        "questions-0-options-0-text": ["Chưa"],
        "questions-0-options-0-cases": ["thong-thuong"],
        "questions-0-options-1-text": ["Rồi"],
        "questions-0-options-1-cases": ["tre"],
    }
    return MultiValueDict({**base, **{name.replace("__", "-"): v for name, v in fields.items()}})


def test_the_form_says_what_to_save():
    form = QuestionsForm(posted(), known=KNOWN)

    assert form.is_valid()
    assert form.part() == Questions((LATE,))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"questions__0__options": ["0"]}, "Mỗi câu hỏi cần từ 2 đến 5 câu trả lời."),
        (
            {"questions__0__options__1__cases": ["thong-thuong"]},
            "Trả lời thế nào cũng còn lại các trường hợp như nhau.",
        ),
        ({"questions__0__text": ["<b>x</b>"]}, "Chỉ ghi chữ thường"),
        ({"questions__0__text": ["\x00"]}, "ký tự lạ"),
        ({"questions__0__options__0__cases": ["khong-co"]}, "Còn lại trường hợp"),
    ],
)
def test_the_form_says_what_to_mend(fields, sentence):
    form = QuestionsForm(posted(**fields), known=KNOWN)

    assert not form.is_valid()
    assert sentence in " ".join(problem.text for problem in form.problems())


def test_the_form_names_a_case_that_no_answer_reaches():
    form = QuestionsForm(posted(), known=Known(cases=(*KNOWN.cases, ("mat-giay", "Mất giấy"))))

    assert not form.is_valid()
    assert [problem.text for problem in form.problems()] == [
        "Trả lời thế nào cũng không đến được trường hợp “Mất giấy”."
    ]
