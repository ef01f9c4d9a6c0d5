"""What the use cases that save one part of a draft share: the gate, stable keys, matched rows."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model

from accounts.models import User
from portal.core.db import requires_transaction
from portal.core.text import new_slug
from procedures.enums import WORKING
from procedures.models import Revision
from procedures.services.drafting import PageMark, lock_for_edit

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row, by its place among those that were sent."""

    row: int
    field: str
    sentence: str


class RowsRefused(Exception):
    """Rows that cannot be kept as they are; `problems` says what to mend where."""

    def __init__(self, *problems: RowProblem) -> None:
        super().__init__(*(problem.sentence for problem in problems))
        self.problems = problems


class NeedsConsent(Exception):
    """Rows that are taken away carry others with them; nobody has agreed to that yet."""

    def __init__(self, *, keys: Collection[str], consequences: Iterable[str]) -> None:
        self.keys = frozenset(keys)
        self.consequences = tuple(consequences)
        super().__init__(*self.consequences)


@requires_transaction
def take_up(
    *,
    revision_id: int,
    version: int,
    page: PageMark,
    editor: User,
    at: datetime,
    is_same: Callable[[Revision], bool],
) -> tuple[Revision, bool]:
    """
    Return a draft, locked, and whether a change of it begins.

    Saving what is stored already changes nothing: no review is void for it, and an answer that got
    lost on the way is asked for again in peace.

    :param is_same: whether a draft says already what is being saved.
    :raises NotEditable, StaleRevision: as lock_for_edit.
    """
    stored = Revision.objects.locked().filter(pk=revision_id, state__in=WORKING).first()
    if stored is not None and is_same(stored):
        return stored, False
    revision = lock_for_edit(
        revision_id=revision_id, version=version, page=page, editor=editor, at=at
    )
    return revision, True


def settle_keys(
    rows: Iterable[tuple[str, str]], *, known: Collection[str], plain: str
) -> list[str]:
    """
    Return the key of each row (key, name) in turn.

    A row keeps its key whatever its name becomes; a new one gets its own. A key that the draft
    does not have, or that came twice, is no key.
    """
    rows = list(rows)
    used: set[str] = set()
    kept = []
    for key, _name in rows:
        is_kept = key in known and key not in used
        kept.append(key if is_kept else "")
        used |= {key} if is_kept else set()
    keys = []
    for key, (_key, name) in zip(kept, rows, strict=True):
        settled = key or new_slug(name, taken=used | set(known), plain=plain)
        used.add(settled)
        keys.append(settled)
    return keys


@requires_transaction
def store_rows(
    stored: Iterable[M], wanted: Mapping[str, Mapping[str, Any]], make: Callable[[str], M]
) -> dict[str, M]:
    """
    Make the rows of a draft those that are wanted, matched by key; return them by key.

    :param make: builds a new row for a key.
    """
    found = {row.key: row for row in stored}  # type: ignore[attr-defined]  # rows of drafts have
    for key, row in found.items():
        if key not in wanted:
            row.delete()
    kept = {}
    for key, values in wanted.items():
        row = found.get(key) or make(key)
        is_new = row.pk is None
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[name])
        if is_new:
            row.save(force_insert=True)
        elif changed:
            row.save(update_fields=changed)
        kept[key] = row
    return kept
