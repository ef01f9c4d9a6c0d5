"""What a file gives for one procedure, as whole documents or on top of what is there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from procedures.exchange.columns import Row
from procedures.exchange.package import Package
from procedures.exchange.shape import WrongShape, read_document


@dataclass(frozen=True, slots=True)
class Given:
    """
    One procedure of a file.

    `make` returns its whole document from the catalogue's own, None where it has none, and raises
    WrongShape where that cannot be.
    """

    line: int
    code: str
    name: str
    make: Callable[[Row | None], Row]
    # What was mended on the way, in words.
    notes: tuple[str, ...] = ()


def read_package(package: Package) -> Iterator[Given]:
    """
    Yield the procedures of a package in its order.

    :raises UnreadablePackage: if it turns out to be damaged.
    """
    for line, document in package.documents():
        told = document if isinstance(document, dict) else {}

        def make(_known: Row | None, document: object = document) -> Row:
            if not isinstance(document, dict):
                raise WrongShape(_("không phải một thủ tục viết bằng JSON"))
            return read_document(document)

        yield Given(line, _shown(told.get("code"), 32), _shown(told.get("name"), 200), make)


def _shown(value: object, length: int) -> str:
    """Return a value as it may stand in a report, whatever was sent."""
    text = value if isinstance(value, str) else ""
    clean = text.encode("utf-8", "replace").decode().replace("\x00", " ")
    return " ".join(clean.split())[:length]
