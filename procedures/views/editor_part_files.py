"""What the parts of a draft know of each other, and the files that come along with one."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.core.files import StorageUnavailable, UnsafeFile
from procedures.eform.parsing import FormDefinitionError
from procedures.facts import size_words
from procedures.forms.part_base import PartForm
from procedures.forms.part_rows import Known, Problem, StoredFile
from procedures.models import Revision
from procedures.services import parts_papers
from procedures.services.parts_papers import FormFile, FormRow, Forms


def known_to(revision: Revision) -> Known:
    """Return what the rows of a draft's parts may name."""
    return Known(
        cases=tuple(revision.cases.values_list("key", "name")),
        papers=tuple((paper.key, str(paper)[:120]) for paper in revision.papers.all()),
        files={
            form.key: StoredFile(
                url=reverse(
                    "procedures:editor_printable", args=[revision.procedure.code, form.key]
                ),
                facts=f"{form.kind}, {size_words(form.size)}",
            )
            for form in revision.printable_forms.all()
        },
    )


def with_files(
    form: PartForm, data: Forms, files: list[FormFile], *, draft: Revision, adds_blank: bool
) -> tuple[Forms, list[Problem]]:
    """
    Return the rows with the files that came along, and what went wrong besides the rows.

    :param files: takes every file that is kept in the store by then, for who may have to drop it.
    """
    rows = list(data.forms)
    for at, row in enumerate(form.stored_rows()):
        upload = row.cleaned_data["file"]
        if upload is None:
            continue
        try:
            files.append(parts_papers.take_form_file(upload.file, name=upload.name or ""))
        except UnsafeFile as error:
            row.add_error("file", error.sentence)
        except StorageUnavailable:
            row.add_error("file", _("Chưa cất được tệp. Chờ một phút rồi chọn lại tệp này."))
        else:
            rows[at] = replace(rows[at], file=files[-1])
    if not adds_blank:
        return Forms(tuple(rows)), []
    try:
        files.append(parts_papers.draw_blank_form(draft))
    except (parts_papers.NoForm, FormDefinitionError):
        return Forms(tuple(rows)), [
            Problem("", _("Bản nháp chưa có tờ khai điện tử dùng được để lập mẫu trống."))
        ]
    return Forms(tuple(_with_blank_form(rows, files[-1], draft))), []


def _with_blank_form(rows: list[FormRow], file: FormFile, draft: Revision) -> list[FormRow]:
    """Add the e-form as a form to print, or print the one of its name anew."""
    name = str(draft.form_version and draft.form_version.name)
    for at, row in enumerate(rows):
        if row.name == name:
            return [*rows[:at], replace(row, file=file), *rows[at + 1 :]]
    return [*rows, FormRow("", name, parts_papers.paper_of_eform(draft), file)]
