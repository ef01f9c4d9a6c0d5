"""Rows from documents, written inside the import's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from accounts.models import User
from portal.core.db import requires_transaction
from portal.core.text import fold, new_slug
from procedures.copying import CONTENT
from procedures.exchange.columns import Row, from_json, read
from procedures.exchange.dumping import dump_form, dump_workflow
from procedures.models import (
    Case,
    CaseQuestion,
    FeeRule,
    Field,
    FormVersion,
    Paper,
    PrintableForm,
    Procedure,
    ProcessingTime,
    Revision,
    WorkflowVersion,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A printable form's file in the store, by its hash, with what was found out about it."""

    storage_key: str
    mime: str
    size: int
    pages: int | None


class WorkflowInTheWay(Exception):
    """A procedure has one draft of a workflow at a time."""


@requires_transaction
def find_field(given: Row) -> Field:
    """Return the field by slug or by name, or a new one; case and accents make no difference."""
    known = Field.objects.filter(slug=given["slug"]).first() if given["slug"] else None
    if known is not None:
        return known
    for field in Field.objects.all():
        if fold(field.name) == fold(given["name"]):
            return field
    taken = set(Field.objects.values_list("slug", flat=True))
    name = given["slug"] or given["name"]
    slug = new_slug(name, taken=taken, plain="linh-vuc", letters=60)
    return Field.objects.create(slug=slug, name=given["name"])


@requires_transaction
def fill(revision: Revision, given: Row, files: Mapping[str, Kept]) -> None:
    """Give a stored draft without parts all that a document says."""
    for name in CONTENT:
        field = Revision._meta.get_field(name)  # noqa: SLF001 -- documented by Django
        setattr(revision, name, read(field, given[name]))  # type: ignore[arg-type]
    revision.form_version = _form(revision.procedure, given["form"])
    revision.full_clean(
        exclude=["procedure", "based_on", "edited_by"],
        validate_unique=False,
        validate_constraints=False,
    )
    revision.save()
    for position, case in enumerate(given["cases"]):
        made = Case.objects.create(revision=revision, position=position, **from_json(Case, case))
        ProcessingTime.objects.bulk_create(
            ProcessingTime(case=made, **from_json(ProcessingTime, one)) for one in case["times"]
        )
        FeeRule.objects.bulk_create(
            FeeRule(case=made, position=place, **from_json(FeeRule, one))
            for place, one in enumerate(case["fees"])
        )
    CaseQuestion.objects.bulk_create(
        CaseQuestion(revision=revision, position=position, **from_json(CaseQuestion, one))
        for position, one in enumerate(given["case_questions"])
    )
    papers = {
        one["key"]: Paper.objects.create(
            revision=revision, position=position, **from_json(Paper, one)
        )
        for position, one in enumerate(given["papers"])
    }
    PrintableForm.objects.bulk_create(
        _printable(revision, one, papers, files[one["sha256"]], position=position)
        for position, one in enumerate(given["printable_forms"])
    )


@requires_transaction
def find_or_draft_workflow(
    procedure: Procedure, given: Row, *, by: User, at: datetime
) -> tuple[WorkflowVersion, bool]:
    """
    Return the version with these steps, or a draft of one, and whether that is new.

    :raises WorkflowInTheWay: if people are at work on another draft.
    """
    versions = list(procedure.workflow_versions.order_by("-number"))
    for known in versions:
        if dump_workflow(known) == given:
            return known, False
    if any(known.published_at is None for known in versions):
        raise WorkflowInTheWay(procedure.code)
    last = procedure.workflow_versions.aggregate(last=Max("number"))["last"] or 0
    date = WorkflowVersion._meta.get_field("decision_date")  # noqa: SLF001
    made = WorkflowVersion.objects.create(
        procedure=procedure,
        number=last + 1,
        steps=given["steps"],
        decision_number=given["decision_number"],
        decision_date=read(date, given["decision_date"]),
        edited_by=by,
        edited_at=at,
    )
    return made, True


def _form(procedure: Procedure, given: Row | None) -> FormVersion | None:
    if given is None:
        return None
    # An e-form that is not published belongs to a draft of its own, and may still change.
    for known in procedure.form_versions.exclude(published_at=None).order_by("-number"):
        if dump_form(known) == given:
            return known
    last = procedure.form_versions.aggregate(last=Max("number"))["last"] or 0
    return FormVersion.objects.create(
        procedure=procedure,
        number=last + 1,
        name=given["name"],
        definition=given["definition"],
    )


def _printable(
    revision: Revision, given: Row, papers: Mapping[str, Paper], file: Kept, *, position: int
) -> PrintableForm:
    columns = from_json(PrintableForm, given)
    # What the file is, was found out here; the document only says it.
    columns |= {"mime": file.mime, "size": file.size, "pages": file.pages}
    return PrintableForm(
        revision=revision,
        paper=papers.get(given["paper"] or ""),
        position=position,
        storage_key=file.storage_key,
        **columns,
    )
