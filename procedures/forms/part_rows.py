"""
Forms of a draft's parts: fields, and lists of rows that are added, removed and moved.

A list posts one hidden input of its name for each row, in the order of the page, each with the
row's mark; the fields of a row are named after list and mark. A list may stand inside a row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Self

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.core.text import whole_number

# More than any procedure has; beyond the second number rows are not even read.
MOST_ROWS: Final = 150
MOST_READ: Final = 600

Data = MultiValueDict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The file of a row that is stored: where it is handed out, kind and size in words."""

    url: str
    facts: str


@dataclass(frozen=True, slots=True)
class Known:
    """What rows of one part may name in another, as pairs of key and name; stored files by key."""

    cases: tuple[tuple[str, str], ...] = ()
    papers: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, StoredFile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the summary: what to mend, and where."""

    anchor: str
    text: str


class PartField(forms.BoundField):
    """A field that can show beside what was typed what somebody else has stored meanwhile."""

    newer = ""


class RowsForm(forms.Form):
    """Fields, and lists of rows by name; the base of a part's form and of each row's."""

    bound_field_class = PartField
    use_required_attribute = False
    lists: ClassVar[Mapping[str, type["RowForm"]]] = {}

    def __init__(
        self,
        data: Data | None = None,
        files: Any = None,
        *,
        known: Known,
        initial: Mapping[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, files, initial=dict(initial or {}), prefix=prefix)
        self.known = known
        # Rows that somebody else has added, and that what was typed does not have.
        self.only_newer: list[str] = []
        self.add_choices()
        for asked in self.fields.values():
            _dress(asked)
        self.rows: dict[str, list[RowForm]] = {
            name: list(self._rows(name, kind)) for name, kind in self.lists.items()
        }

    @property
    def _sent(self) -> Data:
        return self.data if isinstance(self.data, MultiValueDict) else MultiValueDict()

    def add_choices(self) -> None:
        """Fill in the choices that depend on what the draft says elsewhere."""

    def is_valid(self) -> bool:
        is_valid = super().is_valid()
        for name, rows in self.rows.items():
            for row in rows:
                if row.is_blank():
                    row.forget_errors()
                else:
                    is_valid = row.is_valid() and is_valid
            if len(self.kept(name)) > MOST_ROWS:
                self.add_error(
                    None,
                    _("Nhiều nhất %(most)d dòng “%(noun)s” mỗi trang.")
                    % {"most": MOST_ROWS, "noun": self.lists[name].noun},
                )
                is_valid = False
        return is_valid

    def kept(self, name: str) -> list["RowForm"]:
        """Return the rows of a list that say something."""
        return [row for row in self.rows[name] if not row.is_blank()]

    def forget_errors(self) -> None:
        """Show what was typed as it is: nobody has asked yet whether it is right."""
        if self.is_bound:
            self._errors = ErrorDict()
            self.cleaned_data = {}
        for rows in self.rows.values():
            for row in rows:
                row.forget_errors()

    def problems(self, *, where: str = "") -> Iterator[Problem]:
        """List what to mend, for the summary above the form."""
        for error in self.non_field_errors():
            yield Problem("", f"{where}{error}")
        for bound in self.visible_fields():
            for error in bound.errors:
                yield Problem(bound.auto_id, f"{where}{bound.label}: {error}")
        for name, rows in self.rows.items():
            for number, row in enumerate(rows, start=1):
                noun = str(self.lists[name].noun).capitalize()
                yield from row.problems(where=f"{where}{noun} {number}, ")

    def mark_newer(self, newer: Self) -> None:
        """Put beside each field what the newer form says where it says something else."""
        for bound in self.visible_fields():
            if not isinstance(bound, PartField):
                continue
            theirs = shown(newer[bound.name])
            bound.newer = "" if theirs == shown(bound) else theirs or _("(để trống)")
        for name, rows in self.rows.items():
            others = {row.mark_of(at): row for at, row in enumerate(newer.rows[name])}
            for at, row in enumerate(rows):
                other = others.pop(row.mark_of(at), None)
                if other is not None:
                    row.mark_newer(other)
                else:
                    row.is_gone = bool(row.key)
            for row in others.values():
                self.only_newer.append(row.line())

    def _rows(self, name: str, kind: type["RowForm"]) -> Iterator["RowForm"]:
        inner = self.add_prefix(name)
        if self.is_bound:
            heard = heard_marks(self._sent, inner)
            for mark in read_marks(self._sent, inner):
                prefix = f"{inner}-{mark}"
                # A row that was just added has sent nothing yet: it begins with what is usual.
                is_new = mark not in heard
                sent = (None, None) if is_new else (self.data, self.files)
                yield kind(*sent, known=self.known, prefix=prefix, mark=mark, is_new=is_new)
            return
        for at, row in enumerate(self.initial.get(name, ())):
            yield kind(known=self.known, initial=row, prefix=f"{inner}-{at}", mark=str(at))


class RowForm(RowsForm):
    """One row of a list."""

    noun: ClassVar[StrOrPromise] = ""
    # The field that says in a line what the row is.
    title_field: ClassVar[str] = "name"

    # Whatever is sent: a key that the draft does not have is none.
    key_field = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, mark: str, is_new: bool = False, **kwargs: Any) -> None:
        initial = dict(kwargs.pop("initial", None) or {})
        super().__init__(*args, initial=initial | {"key_field": initial.get("key", "")}, **kwargs)
        self.mark = mark
        self.is_new = is_new
        if is_new:
            # Whoever adds a row writes there next.
            self.fields[self.title_field].widget.attrs["autofocus"] = True
        # Set on the page that compares with what somebody else has stored.
        self.is_gone = False

    @property
    def key(self) -> str:
        return str(self["key_field"].value() or "")

    @property
    def list_name(self) -> str:
        """The name of the list that the row stands in, as its buttons send it."""
        return str(self.prefix).removesuffix(f"-{self.mark}")

    @property
    def is_open(self) -> bool:
        """Whether a folded row is shown unfolded."""
        if not self.is_bound:
            return self.is_new
        is_marked = self.prefix in self._sent.getlist("mo")
        return is_marked or self.is_blank() or any(True for _problem in self.problems())

    def is_blank(self) -> bool:
        """Whether nothing was said in a row that is not stored either."""
        if not self.is_bound or self.key:
            return self.is_new
        return not self.has_changed() and all(
            row.is_blank() for rows in self.rows.values() for row in rows
        )

    def line(self) -> str:
        """Return the row in a line."""
        return shown(self[self.title_field])[:200] or _("(chưa có tên)")

    def mark_of(self, at: int) -> str:
        """Return what makes it the same row in two forms: its key, else its place."""
        return self.key or f"#{at}"


def read_marks(data: Data, name: str) -> list[str]:
    """Return the marks of a list's rows in their order; what is no mark is no row."""
    sent = data.getlist(name)[:MOST_READ]
    return list(dict.fromkeys(mark for mark in sent if whole_number(mark) is not None))


def heard_marks(data: Data, name: str) -> set[str]:
    """Return the marks of a list's rows of which anything was sent."""
    ahead = f"{name}-"
    return {one.removeprefix(ahead).partition("-")[0] for one in data if one.startswith(ahead)}


def shown(bound: forms.BoundField) -> str:
    """Return the value of a field as a reader sees it."""
    value = bound.value()
    field = bound.field
    if isinstance(field, forms.BooleanField):
        return _("có") if value else _("không")
    if isinstance(field, forms.ChoiceField):
        values = value if isinstance(value, list | tuple) else [value]
        names = {str(key): str(name) for key, name in _flat(field.choices)}
        return ", ".join(names.get(str(one), str(one)) for one in values if one not in {None, ""})
    prepared = bound.field.widget.format_value(bound.field.prepare_value(value))
    return "" if prepared is None else str(prepared).strip().replace("\r\n", "\n")


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, name in choices:
        if isinstance(name, list | tuple):
            yield from name
        else:
            yield key, name


def _dress(field: forms.Field) -> None:
    """Give the control of a field the class that it is drawn with."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
        plain = "form-check-input"
    elif isinstance(widget, forms.Select):
        plain = "form-select"
    else:
        plain = "form-control"
    widget.attrs["class"] = f"{plain} {widget.attrs.get('class', '')}".strip()
