"""Papers of a dossier from the source's components; lines that ask for no copy are notes."""

import re
from collections.abc import Iterable
from typing import Any, Final

from portal.core.text import fold, new_slug
from procedures.enums import PaperSource
from procedures.importing.cleaning import clean
from procedures.importing.findings import Finding, Kind
from procedures.importing.records import Row

NAME_LENGTH: Final = 7_000
CONDITION_LENGTH: Final = 500
MANY_PAPERS: Final = 60
MANY_COPIES: Final = 20
_BULLET: Final = re.compile(r"^[\s\-+*•.–]+")
_WHEN: Final = re.compile(r"\b(?:truong hop|doi voi)\b")


def read_papers(components: Iterable[Row], found: list[Finding]) -> tuple[tuple[Row, ...], str]:
    """Return the papers in order, and the notes that stood among them."""
    papers: list[dict[str, Any]] = []
    notes: list[str] = []
    keys: set[str] = set()
    for component in components:
        name = clean(component.get("name"), where="components.name", found=found)
        heading = clean(component.get("case"), where="components.case", found=found)
        originals = _count(component.get("original_qty"), found)
        copies = _count(component.get("copy_qty"), found)
        if not name and not heading:
            continue
        if originals == copies == 0 or not name:
            found.append(Finding(Kind.NOTE_AS_PAPER, "components", name or heading))
            notes += [one for one in (heading, name) if one and one not in notes]
            continue
        key = new_slug(name, taken=keys, plain="giay-to")
        keys.add(key)
        papers.append(
            {
                **_paper(name, heading, component, found),
                "key": key,
                "originals": originals,
                "copies": copies,
                "position": len(papers),
            }
        )
    if len(papers) > MANY_PAPERS:
        found.append(Finding(Kind.MANY_PAPERS, "components", str(len(papers))))
    return tuple(papers), "\n".join(notes)


def _paper(name: str, heading: str, component: Row, found: list[Finding]) -> dict[str, Any]:
    hints: list[str] = []
    title = _BULLET.sub("", name) or name
    if len(title) > NAME_LENGTH:
        found.append(Finding(Kind.LONG_PAPER_NAME, "components", title))
        title, rest = title[:NAME_LENGTH], title[NAME_LENGTH:]
        hints.append(rest)
    folded = fold(heading)
    is_condition = bool(_WHEN.search(folded))
    condition = heading if is_condition and len(heading) <= CONDITION_LENGTH else ""
    if is_condition and not condition:
        condition = f"{heading[: CONDITION_LENGTH - 1]}…"
    if heading and condition != heading:
        hints.append(heading)
    files = [clean(one, where="components.form_files", found=found) for one in _files(component)]
    if any(files):
        hints.append("Mẫu: " + ", ".join(one for one in files if one))
    shown = "xuat trinh" in folded and "phai nop" not in folded
    return {
        "name": title,
        # A group for certain people asks nobody else for its papers.
        "is_mandatory": not is_condition,
        "condition": condition,
        "hint": "\n".join(hints),
        "source": PaperSource.SHOW if shown else PaperSource.UPLOAD,
    }


def _files(component: Row) -> list[object]:
    files = component.get("form_files")
    return files if isinstance(files, list) else []


def _count(value: object, found: list[Finding]) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return 0
    if value > MANY_COPIES:
        # No dossier holds 261 originals; one is what such a row asks for at least.
        found.append(Finding(Kind.MANY_COPIES, "components", str(value)))
        return 1
    return value
