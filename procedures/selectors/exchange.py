"""What is written out of the catalogue, and the files that were brought in."""

from collections.abc import Iterator

from django.db.models import F, QuerySet

from procedures.exchange.columns import Row
from procedures.exchange.dumping import dump_procedures
from procedures.exchange.package import write_archive, write_json
from procedures.models import PrintableForm, Procedure


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
