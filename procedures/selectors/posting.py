"""Posting sheets: what each tells, which are out of date, and the pages that print it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Unit
from portal.core.dates import local_day
from portal.core.pdf import qr_data_uri
from procedures.enums import FilingChannel, ProcedureState
from procedures.models import LocalRule, PostingSheet, Procedure
from procedures.policies import Reach
from procedures.selectors import detail
from procedures.selectors.detail import Asked, ProcedurePage
from procedures.selectors.serving import (
    Served,
    Units,
    load_contents,
    load_offers,
    load_units,
    serving,
)

# Of a field; more on one wall is a book, and is printed procedure by procedure.
MOST_PROCEDURES: Final = 60


@dataclass(frozen=True, slots=True)
class SheetRow:
    sheet: PostingSheet
    title: str
    is_stale: bool

    @property
    def is_ready(self) -> bool:
        return bool(self.sheet.storage_key)


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One procedure on its own sheet of paper."""

    page: ProcedurePage
    url: str
    qr: str


@dataclass(frozen=True, slots=True)
class Told:
    """What an agency, or a sheet of it, tells: procedures, each under an offer."""

    agency: Unit
    desk: Unit | None
    served: tuple[tuple[Procedure, Served], ...]
    # Procedure and id of each local rule in force here; by what it says it never changes.
    local: tuple[tuple[int, int], ...] = ()

    @property
    def fingerprint(self) -> str:
        """Change whenever a line of the sheet would: content, level, desk, hours, telephone."""
        desk = self.desk or self.agency
        told: list[Any] = [
            self.agency.name, desk.name, desk.address, desk.phone,
            desk.reception_note, self.agency.office_hours,
            sorted(
                (procedure.code, procedure.current_revision_id, one.offer.pk, one.level)
                for procedure, one in self.served
            ),
        ]  # fmt: skip
        here = {procedure.pk for procedure, _one in self.served}
        if rules := [rule for procedure, rule in self.local if procedure in here]:
            told.append(rules)
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def list_agencies(reach: Reach, *, on: date) -> list[Unit]:
    """Return the agencies whose walls somebody looks after: their own, or all of the province."""
    return [agency for agency in load_units(on=on).agencies if reach.covers(agency.pk)]


def list_sheets(agency: Unit, *, on: date) -> list[SheetRow]:
    """Return the sheets on an agency's wall, those out of date first."""
    sheets = list(
        PostingSheet.objects.filter(agency=agency, retired_at=None)
        .select_related("procedure", "field", "asked_by")
        .order_by("field__sort_key", "procedure__sort_key", "pk")
    )
    told = tell_all(agency, on=on)
    rows = [
        SheetRow(
            sheet=sheet,
            title=sheet.procedure.name if sheet.procedure else str(sheet.field),
            is_stale=told_by(sheet, told).fingerprint != sheet.fingerprint,
        )
        for sheet in sheets
    ]
    return sorted(rows, key=lambda row: not row.is_stale)


def tell_all(agency: Unit, *, on: date) -> Told:
    """Return everything published that an agency serves on a day (at most 7 queries)."""
    units = load_units(on=on)
    procedures = list(
        Procedure.objects.filter(state=ProcedureState.PUBLISHED)
        .select_related("field")
        .order_by("field__sort_key", "sort_key", "pk")
    )
    offers = load_offers([one.pk for one in procedures], on=on)
    contents = load_contents(procedures, on=on)
    found: list[tuple[Procedure, Served]] = []
    for procedure in procedures:
        content = contents[procedure.pk]
        here = [
            one
            for one in serving(offers.get(procedure.pk, ()), units, content=content)
            if one.agency.pk == agency.pk
        ]
        found += [(procedure, one) for one in here]
    rules = LocalRule.objects.in_force(on=on).filter(Q(unit=agency) | Q(tier=agency.tier))
    local = tuple(rules.order_by("pk").values_list("procedure_id", "pk"))
    return Told(agency, _desk(agency, units), tuple(found), local)


def told_by(sheet: PostingSheet, told: Told) -> Told:
    """Keep of an agency what one sheet tells: a procedure, or a field."""
    kept = tuple(
        (procedure, served)
        for procedure, served in told.served
        if procedure.pk == sheet.procedure_id or procedure.field_id == sheet.field_id
    )
    return Told(told.agency, told.desk, kept, told.local)


def print_pages(sheet: PostingSheet, *, at: datetime) -> list[PrintedPage]:
    """Return what is printed, a page for each procedure."""
    told = told_by(sheet, tell_all(sheet.agency, on=local_day(at)))
    pages = []
    for procedure, _served in told.served[:MOST_PROCEDURES]:
        page = detail.get_procedure_page(
            code=procedure.code,
            # Who reads the wall stands at the desk.
            asked=Asked(agency=sheet.agency.key, channel=FilingChannel.COUNTER),
            at=at,
        )
        if isinstance(page, ProcedurePage):
            url = f"{settings.BASE_URL}{reverse('procedures:detail', args=[procedure.code])}"
            # The address carries the agency, so that the page opens on this desk's facts.
            scanned = f"{url}?{urlencode({'co_quan': sheet.agency.key})}"
            pages.append(PrintedPage(page=page, url=url, qr=qr_data_uri(scanned)))
    return pages


def _desk(agency: Unit, units: Units) -> Unit | None:
    return next((desk for desk in units.desks.values() if desk.agency_id == agency.pk), None)
