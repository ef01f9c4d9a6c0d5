"""One revision as the beginning of the next: every part with its key, in new rows."""

from typing import Final, TypeVar

from django.db.models import Model

from portal.core.db import requires_transaction
from procedures.models import CaseQuestion, FeeRule, Paper, PrintableForm, ProcessingTime, Revision

M = TypeVar("M", bound=Model)

# What a revision says; the rest is what became of it.
CONTENT: Final = (
    "name", "everyday_name", "summary", "keywords", "subjects", "order_of_steps", "filing_places",
    "agency_text", "results", "requirements", "paper_notes", "dossier_sets", "legal_grounds",
    "decision_number", "decision_date", "decision_agency", "fee_moment", "presence_required",
    "presence_note", "required_identity",
)  # fmt: skip


@requires_transaction
def copy_content(source: Revision, target: Revision) -> None:
    """Give `target`, stored and still without parts, all that `source` says."""
    for name in CONTENT:
        setattr(target, name, getattr(source, name))
    target.form_version = source.form_version
    target.save()
    for case in source.cases.prefetch_related("times", "fees"):
        made = _again(case, revision=target)
        made.save()
        ProcessingTime.objects.bulk_create(_again(one, case=made) for one in case.times.all())
        FeeRule.objects.bulk_create(_again(one, case=made) for one in case.fees.all())
    CaseQuestion.objects.bulk_create(
        _again(question, revision=target) for question in source.case_questions.all()
    )
    papers: dict[int | None, Paper | None] = {None: None}
    for paper in source.papers.all():
        copy = _again(paper, revision=target)
        copy.save()
        papers[paper.pk] = copy
    # The files stay where they are: nothing in the store changes, two rows name it.
    PrintableForm.objects.bulk_create(
        _again(form, revision=target, paper=papers[form.paper_id])
        for form in source.printable_forms.all()
    )


def _again(row: M, **others: object) -> M:
    """Return a row like this one, not stored yet."""
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields  # noqa: SLF001 -- documented by Django
        if not field.primary_key and field.name not in others
    }
    return type(row)(**values, **others)
