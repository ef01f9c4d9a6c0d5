"""What is written out of the catalogue, and the files that were brought in."""

from collections.abc import Iterator
from typing import IO, Any, Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet

from procedures.exchange.columns import Row
from procedures.exchange.dumping import dump_procedures
from procedures.exchange.lists import BY_SLUG
from procedures.exchange.package import write_archive, write_json
from procedures.exchange.report import OUTCOMES, Outcome
from procedures.exchange.workbooks import Column, write_workbook
from procedures.models import CatalogueFile, Field, PrintableForm, Procedure

PAGE_SIZE: Final = 100
RECENT: Final = 20


def choose(*, field: str = "", code: str = "") -> QuerySet[Procedure]:
    """Narrow the catalogue to a field and to a code, each only if given."""
    # What is still being entered by hand is no part of it yet.
    chosen = Procedure.objects.known()
    if field:
        chosen = chosen.filter(field__slug=field)
    if code:
        chosen = chosen.filter(code=code)
    return chosen


def list_fields() -> list[tuple[str, str]]:
    """Return the fields that hold procedures, with their numbers, as options are written."""
    counted = Field.objects.annotate(
        number=Count("procedures", filter=Q(procedures__is_withheld=False))
    ).filter(number__gt=0)
    return [(field.slug, f"{field.name} ({field.number})") for field in counted]


def export_list(slug: str, procedures: QuerySet[Procedure]) -> IO[bytes]:
    """
    Return a list of the catalogue as an open workbook.

    :raises KeyError: if there is no such list.
    """
    one = BY_SLUG[slug]
    return write_workbook(one.title, one.columns, one.rows(procedures))


def recent_files() -> list[CatalogueFile]:
    return list(
        CatalogueFile.objects.defer("report").select_related("uploaded_by", "confirmed_by")[:RECENT]
    )


def get_file(file_id: UUID) -> CatalogueFile:
    """
    Return a file that was brought in.

    :raises CatalogueFile.DoesNotExist: if there is none.
    """
    return CatalogueFile.objects.select_related("uploaded_by", "confirmed_by").get(pk=file_id)


def count_outcomes(file: CatalogueFile) -> list[tuple[str, str, int]]:
    """Return each outcome of a report with its words and its number."""
    values = [line["outcome"] for line in file.report]
    return [
        (outcome.value, str(OUTCOMES[outcome]), values.count(outcome.value))
        for outcome in Outcome
        if outcome.value in values
    ]


def list_lines(file: CatalogueFile, *, outcome: str, page: str) -> Page[dict[str, Any]]:
    """Return one page of a report, of one outcome or of all, each with its outcome in words."""
    lines = [
        {**line, "label": OUTCOMES[Outcome(line["outcome"])]}
        for line in file.report
        if outcome in {"", line["outcome"]}
    ]
    shown = Paginator(lines, PAGE_SIZE).get_page(page)
    codes = [line["code"] for line in shown.object_list]
    known = set(Procedure.objects.filter(code__in=codes).values_list("code", flat=True))
    for line in shown.object_list:
        line["is_known"] = line["code"] in known
    return shown


def export_report(file: CatalogueFile) -> IO[bytes]:
    """Return the report of a file as an open workbook."""
    columns = (
        Column("Dòng", 8),
        Column("Mã thủ tục", 14),
        Column("Tên thủ tục", 60),
        Column("Kết quả", 24),
        Column("Chi tiết", 80),
    )
    rows = (
        (
            line["line"], line["code"], line["name"], str(OUTCOMES[Outcome(line["outcome"])]),
            "; ".join(line["words"]),
        )
        for line in file.report
    )  # fmt: skip
    return write_workbook("Báo cáo", columns, rows)


def export_json(procedures: QuerySet[Procedure]) -> Iterator[bytes]:
    """Yield procedures as one .json file; their printable forms are named, not held."""
    yield from write_json(dump_procedures(procedures))


def export_archive(procedures: QuerySet[Procedure]) -> Iterator[bytes]:
    """Yield procedures with their printable forms as one archive."""
    keys: dict[str, str] = {}
    yield from write_archive(_noting_files(procedures, keys), keys)


def _noting_files(procedures: QuerySet[Procedure], keys: dict[str, str]) -> Iterator[Row]:
    for document in dump_procedures(procedures):
        forms = document["revision"]["printable_forms"] if document["revision"] else []
        if forms:
            stored = dict(
                PrintableForm.objects.filter(
                    revision__procedure__code=document["code"],
                    revision__procedure__current_revision=F("revision"),
                ).values_list("key", "storage_key")
            )
            keys |= {form["sha256"]: stored[form["key"]] for form in forms if form["sha256"]}
        yield document
