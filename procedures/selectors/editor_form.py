"""The e-form of a draft as its editors see it: questions in rows, with what to look at again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from procedures.eform.conditions import Condition, describe
from procedures.eform.definition import Definition, Field, FieldType, to_json
from procedures.eform.display import value_text
from procedures.eform.names import PREFILLS, TYPE_NAMES
from procedures.eform.parsing import FormDefinitionError, parse_definition
from procedures.eform.review import Remark, list_paths, review
from procedures.models import FormVersion, Procedure, Revision

MAX_SOURCES: Final = 200


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question in the list; the columns of a group hang on it."""

    path: str
    label: str
    kind: StrOrPromise
    # "bắt buộc", "dữ liệu cá nhân", …
    notes: tuple[StrOrPromise, ...]
    # When it is shown, in words; "" for always.
    shown: str
    remarks: tuple[str, ...]
    is_first: bool
    is_last: bool
    is_group: bool = False
    columns: tuple["QuestionRow", ...] = ()


@dataclass(frozen=True, slots=True)
class SectionRows:
    key: str
    title: str
    shown: str
    rows: tuple[QuestionRow, ...]
    # The key of its last question: a new one goes behind it.
    last: str


@dataclass(frozen=True, slots=True)
class FormPage:
    """What templates/procedures/editor/form.html needs, as `form_page`."""

    definition: Definition | None
    # Why the stored definition cannot be read, "" nearly always.
    fault: str
    # The draft still uses the e-form that is published.
    is_untouched: bool
    count: int
    sections: tuple[SectionRows, ...]
    remarks: tuple[str, ...]


def get_form_page(revision: Revision) -> FormPage:
    """Return the e-form of a draft in rows."""
    form = revision.form_version
    definition, fault = _read(form)
    published = _published_form(revision)
    if definition is None:
        return FormPage(None, fault, is_untouched=False, count=0, sections=(), remarks=())
    is_untouched = form == published
    before = None if is_untouched else _read(published)[0]
    remarks = review(definition, published=before)
    return FormPage(
        definition=definition,
        fault="",
        is_untouched=is_untouched,
        count=sum(1 for _path, field in list_paths(definition) if field.takes_answer),
        sections=_sections(definition, remarks),
        remarks=tuple(one.sentence for one in remarks if not one.path),
    )


def get_definition(revision: Revision) -> Definition | None:
    """Return the e-form of a draft; None where there is none, or none that can be read."""
    return _read(revision.form_version)[0]


def is_published_question(revision: Revision, path: str) -> bool:
    """Tell whether people may have answered this question already."""
    published = _read(_published_form(revision))[0]
    return published is not None and path in dict(list_paths(published))


def list_sources(procedure: Procedure) -> list[tuple[str, str]]:
    """List (code, name) of other procedures whose e-form one may begin from."""
    others = Procedure.objects.filter(current_revision__form_version__isnull=False)
    return list(
        others.exclude(pk=procedure.pk)
        .order_by("sort_key", "code")
        .values_list("code", "name")[:MAX_SOURCES]
    )


def raw_question(definition: Definition, path: str) -> dict[str, Any] | None:
    """Return a question in the engine's JSON."""
    head, _dot, rest = path.partition(".")
    fields = (field for section in to_json(definition)["sections"] for field in section["fields"])
    field = _by_key(fields, head)
    return _by_key(field.get("fields", ()), rest) if field and rest else field


def raw_section(definition: Definition, key: str) -> dict[str, Any] | None:
    """Return a section in the engine's JSON."""
    return _by_key(to_json(definition)["sections"], key)


def shown_words(definition: Definition, path: str) -> str:
    """Say when a question is shown; "" for always, and for what is not there."""
    field = dict(list_paths(definition)).get(path)
    if field is None:
        return ""
    known = {one.key: one for one in definition.fields()}
    if "." in path:
        known |= {one.key: one for one in known[path.partition(".")[0]].fields}
    return _condition_words(field.show_if, known)


def section_of(definition: Definition, path: str) -> str:
    """Return the key of the section that a question stands in; of the first one for any other."""
    head = path.partition(".")[0]
    for section in definition.sections:
        if section.key == head or any(field.key == head for field in section.fields):
            return section.key
    return definition.sections[0].key


def _by_key(parts: Iterable[dict[str, Any]], key: str) -> dict[str, Any] | None:
    return next((part for part in parts if part["key"] == key), None)


def _read(form: FormVersion | None) -> tuple[Definition | None, str]:
    if form is None:
        return None, ""
    try:
        return parse_definition(form.definition), ""
    except FormDefinitionError as error:
        return None, str(error)


def _published_form(revision: Revision) -> FormVersion | None:
    current = revision.procedure.current_revision
    return current.form_version if current else None


def _sections(definition: Definition, remarks: Sequence[Remark]) -> tuple[SectionRows, ...]:
    told: dict[str, list[str]] = {}
    for one in remarks:
        told.setdefault(one.path, []).append(one.sentence)
    fields = {field.key: field for field in definition.fields()}
    last = len(definition.sections) - 1
    return tuple(
        SectionRows(
            key=section.key,
            title=section.title,
            shown=_condition_words(section.show_if, fields),
            last=section.fields[-1].key,
            rows=_rows(
                section.fields,
                told,
                fields,
                # Over the edge a question goes into the section beside.
                is_start=number == 0,
                is_end=number == last,
            ),
        )
        for number, section in enumerate(definition.sections)
    )


def _rows(
    listed: Sequence[Field],
    told: Mapping[str, list[str]],
    known: Mapping[str, Field],
    *,
    is_start: bool,
    is_end: bool,
    group: str = "",
) -> tuple[QuestionRow, ...]:
    found = []
    for number, field in enumerate(listed):
        path = f"{group}.{field.key}" if group else field.key
        columns = {one.key: one for one in field.fields}
        found.append(
            QuestionRow(
                path=path,
                label=field.label,
                kind=TYPE_NAMES[field.type],
                notes=tuple(_notes(field)),
                shown=_condition_words(field.show_if, known),
                remarks=tuple(told.get(path, ())),
                is_first=is_start and number == 0,
                is_last=is_end and number == len(listed) - 1,
                is_group=field.type is FieldType.GROUP,
                columns=_rows(
                    field.fields,
                    told,
                    {**known, **columns},
                    is_start=True,
                    is_end=True,
                    group=field.key,
                )
                if columns
                else (),
            )
        )
    return tuple(found)


def _notes(field: Field) -> Iterable[StrOrPromise]:
    if field.required:
        yield _("bắt buộc")
    if field.is_personal:
        yield _("dữ liệu cá nhân")
    if field.pattern:
        yield _("có mẫu")
    if field.prefill:
        yield _("điền sẵn: %(source)s") % {
            "source": dict(PREFILLS).get(field.prefill, field.prefill)
        }
    if field.type is FieldType.GROUP:
        yield _("%(least)d đến %(most)d dòng") % {"least": field.min_rows, "most": field.max_rows}


def _condition_words(condition: Condition | None, known: Mapping[str, Field]) -> str:
    if condition is None:
        return ""

    def text_of(key: str, value: Any) -> str:
        field = known[key]
        return value_text(field, [value] if field.type is FieldType.MANY_OF else value)

    return describe(condition, label_of=lambda key: known[key].label, text_of=text_of)
