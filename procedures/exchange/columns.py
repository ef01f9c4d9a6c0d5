"""Columns of rows as plain JSON values, and back; whatever a model gains is carried along."""

from collections.abc import Collection, Mapping
from datetime import date, time
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _

from procedures.models import (
    Case,
    CaseQuestion,
    FeeRule,
    Offer,
    Paper,
    PrintableForm,
    ProcessingTime,
)

Row = dict[str, Any]
# Days are counted from these: the first and the last of the calendar have no neighbour.
_YEARS: Final = range(1900, 2200)

# What a row owes to its place, or what is named by key instead.
_LEFT_OUT: Final[Mapping[type[models.Model], Collection[str]]] = {
    Case: {"revision", "position"},
    CaseQuestion: {"revision", "position"},
    ProcessingTime: {"case"},
    FeeRule: {"case", "position"},
    Paper: {"revision", "position"},
    PrintableForm: {"revision", "paper", "storage_key", "position"},
    Offer: {
        "procedure", "unit", "receiving", "deciding", "workflow_version",
        # Who did what here, which no file may say.
        "assigned_by", "assigned_at", "lowered_with",
        "end_decision", "end_decision_date", "ended_by", "ended_at",
    },
}  # fmt: skip


def columns(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """Return the columns of a model that are written out."""
    left_out = _LEFT_OUT[model]
    return [
        field
        for field in model._meta.concrete_fields  # noqa: SLF001 -- documented by Django
        if not field.primary_key and field.name not in left_out
    ]


def to_json(row: models.Model) -> Row:
    return {field.name: plain(getattr(row, field.attname)) for field in columns(type(row))}


def plain(value: object) -> Any:
    """Return a column's value as JSON has it."""
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, models.TextChoices) else value


class WrongValue(ValueError):
    """A day or an hour that is none; the sentence says which."""


def from_json(model: type[models.Model], given: Mapping[str, Any]) -> Row:
    """
    Return the columns of a row that `given` names.

    :raises WrongValue: if a day or an hour is none.
    """
    return {
        field.name: read(field, given[field.name])
        for field in columns(model)
        if field.name in given
    }


def read(field: "models.Field[Any, Any]", value: Any) -> Any:
    """:raises WrongValue: if a day or an hour is none."""
    if value is None or not isinstance(field, models.DateField | models.TimeField):
        return value
    try:
        if isinstance(field, models.TimeField):
            return time.fromisoformat(value)
        day = date.fromisoformat(value)
    except ValueError as error:
        raise WrongValue(_("không có ngày, giờ nào là %s") % value) from error
    if day.year not in _YEARS:
        raise WrongValue(_("ngày %s nằm ngoài các năm 1900–2199") % value)
    return day


def defaults(model: type[models.Model]) -> Row:
    """Return what a new row holds in the columns that are written out."""
    return {field.name: plain(field.get_default()) for field in columns(model)}
