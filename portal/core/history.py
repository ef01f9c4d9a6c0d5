"""
What became of rows that people maintain: triggers keep every version, with who changed it where.

Triggers, so that a bulk update, raw SQL and a person with a tool are caught as well.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
from django.db.models import Model

M = TypeVar("M", bound=type[Model])


def tracked(*, only: Sequence[str] | None = None, without: Sequence[str] = ()) -> Callable[[M], M]:
    """
    Keep every version of a model's rows in an append-only table beside it.

    :param only: the fields to keep, where the others are personal: nothing erased lives on there.
    :param without: fields that follow from others.
    """

    def decorate(model: M) -> M:
        pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            fields=list(only) if only is not None else None,
            exclude=list(without),
            model_name=f"{model.__name__}Event",
            append_only=True,
        )(model)
        return model

    return decorate
