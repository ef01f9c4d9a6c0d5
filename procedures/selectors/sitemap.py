"""Every address of the catalogue that a search engine should know, with when it last changed."""

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse

from accounts.models import Unit
from portal.core.dates import local_day
from procedures.models import Field, Procedure
from procedures.selectors.articles import list_addresses as list_articles
from procedures.selectors.life_events import list_tiles

Address = tuple[str, date | None]


def list_addresses(*, at: datetime) -> list[Address]:
    """Return the paths in a fixed order (5 queries)."""
    return [*_fixed(), *_fields(), *_events(), *list_articles(at=at), *_units(at), *_procedures()]


def _fixed() -> Iterator[Address]:
    for name in ("search", "fields", "levels", "events", "guides", "questions", "units"):
        yield reverse(f"procedures:{name}"), None


def _fields() -> Iterator[Address]:
    in_force = Procedure.objects.findable().values("field")
    for slug in Field.objects.filter(pk__in=in_force).order_by("pk").values_list("slug", flat=True):
        yield reverse("procedures:field", args=[slug]), None


def _events() -> Iterator[Address]:
    for tile in list_tiles():
        yield reverse("procedures:event", args=[tile.slug]), None


def _units(at: datetime) -> Iterator[Address]:
    keys = Unit.objects.agencies().in_force(on=local_day(at)).filter(parent__isnull=False)
    for key in keys.order_by("pk").values_list("key", flat=True):
        yield reverse("procedures:unit", args=[key]), None


def _procedures() -> Iterator[Address]:
    # One reverse for thousands of codes.
    before, after = reverse("procedures:detail", args=["0o0o0"]).split("0o0o0")
    rows = Procedure.objects.findable().order_by("pk")
    for code, published in rows.values_list("code", "current_revision__published_at"):
        yield f"{before}{code}{after}", local_day(published) if published else None
