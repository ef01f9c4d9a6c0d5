"""A procedure's workflows for the people who write and publish them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Role, UnitKind
from accounts.models import Unit
from procedures import workflow
from procedures.models import Offer, Procedure, ProcessingTime, WorkflowVersion
from procedures.naming import name_place, name_some
from procedures.workflow import DIVISION, UNIT, TimeCheck


@dataclass(frozen=True, slots=True)
class StepRow:
    name: str
    role: str
    place: str
    hours: int
    instruction: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: WorkflowVersion
    steps: tuple[StepRow, ...]
    total_hours: int
    # How many offers use it today.
    users: int


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    procedure: Procedure
    draft: WorkflowVersion | None
    published: tuple[VersionRow, ...]
    # (value, label) of where a step may be done, grouped.
    places: list[tuple[str, Any]]
    offers: tuple[tuple[Offer, str], ...]


@dataclass(frozen=True, slots=True)
class Check:
    """What stands in the way of a draft, and what only slows it."""

    wrongs: tuple[str, ...]
    warnings: tuple[str, ...]
    times: tuple[TimeCheck, ...]
    total_hours: int
    is_too_slow: bool

    @property
    def is_ready(self) -> bool:
        return not self.wrongs and not self.is_too_slow


def get_workflow_page(code: str, *, on: date) -> WorkflowPage:
    """
    Return the draft, what is published, and what a step may name.

    :raises NoSuchProcedure: if the catalogue has no such code.
    """
    procedure = Procedure.objects.with_code(code)
    versions = list(procedure.workflow_versions.select_related("edited_by").order_by("-number"))
    places = list_places(on=on)
    offers = list(
        Offer.objects.in_force(on=on)
        .filter(procedure=procedure)
        .select_related("unit", "workflow_version")
        .order_by("unit__name", "tier", "pk")
    )
    used = [offer.workflow_version_id for offer in offers]
    return WorkflowPage(
        procedure=procedure,
        draft=next((one for one in versions if one.published_at is None), None),
        published=tuple(
            VersionRow(
                version=one,
                steps=step_rows(one.steps, places),
                total_hours=workflow.total_hours(one.steps),
                users=used.count(one.pk),
            )
            for one in versions
            if one.published_at is not None
        ),
        places=places,
        offers=tuple((offer, _offer_words(offer)) for offer in offers),
    )


def step_rows(steps: workflow.Steps, places: list[tuple[str, Any]]) -> tuple[StepRow, ...]:
    """Return steps in words; `places` is that of the page."""
    names = {value: label for _group, options in places for value, label in options}
    return tuple(_step_row(step, names) for step in steps)


def list_places(*, on: date) -> list[tuple[str, Any]]:
    """Return where a step may be done: here, in a division that agencies have, or elsewhere."""
    units = list(Unit.objects.in_force(on=on).select_related("agency").order_by("name", "pk"))
    divisions: dict[str, list[str]] = {}
    for unit in units:
        if unit.kind == UnitKind.DIVISION and unit.agency:
            ending = unit.key.removeprefix(f"{unit.agency.key}-")
            divisions.setdefault(ending, []).append(unit.name)
    return [
        (
            _("Cơ quan giải quyết"),
            [
                (workflow.DECIDING, _("Cơ quan giải quyết (lãnh đạo, văn thư)")),
                *(
                    (f"{DIVISION}{ending}", " / ".join(sorted(set(names))))
                    for ending, names in sorted(divisions.items(), key=lambda one: one[1])
                ),
            ],
        ),
        (
            _("Cơ quan khác (liên thông)"),
            [
                (f"{UNIT}{unit.key}", f"{unit.name}, {unit.agency.name}")
                for unit in units
                if unit.kind == UnitKind.DIVISION and unit.agency
            ],
        ),
    ]


def check_draft(page: WorkflowPage, steps: workflow.Steps, *, on: date) -> Check:
    """Return what is wrong with the steps of a draft, and how they stand to the legal times."""
    times = ProcessingTime.objects.select_related("case").filter(
        case__revision=page.procedure.current_revision_id
    )
    checks = workflow.check_times(steps, times.order_by("case__position", "case", "channel"))
    too_slow = workflow.is_over_every_time(checks)
    warnings = list(_missing_divisions(steps, [offer for offer, _words in page.offers], on=on))
    if any(one.over for one in checks) and not too_slow:
        warnings.append(_("Có trường hợp mà các bước cộng lại vượt thời hạn đã công bố."))
    return Check(
        wrongs=tuple(workflow.wrongs(steps)),
        warnings=tuple(warnings),
        times=tuple(checks),
        total_hours=workflow.total_hours(steps),
        is_too_slow=too_slow,
    )


def _missing_divisions(
    steps: workflow.Steps, offers: Iterable[Offer], *, on: date
) -> Iterable[str]:
    """Say which agencies that serve the procedure lack a division that a step names."""
    endings = {
        step["unit"].removeprefix(DIVISION): step["name"]
        for step in steps
        if step["unit"].startswith(DIVISION)
    }
    if not endings:
        return
    units = list(Unit.objects.in_force(on=on))
    keys = {unit.key for unit in units if unit.kind == UnitKind.DIVISION}
    agencies = {unit.pk: unit for unit in units if unit.kind == UnitKind.AGENCY}
    deciding: dict[int, Unit] = {}
    for offer in offers:
        chosen = [offer.deciding_id] if offer.deciding_id else [offer.unit_id]
        if offer.tier and not offer.deciding_id:
            chosen = [pk for pk, unit in agencies.items() if unit.tier == offer.tier]
        deciding |= {pk: agencies[pk] for pk in chosen if pk in agencies}
    for ending, name in endings.items():
        lacking = [unit.name for unit in deciding.values() if f"{unit.key}-{ending}" not in keys]
        if lacking:
            yield _("Bước “%(name)s” giao cho phòng chưa có ở: %(agencies)s.") % {
                "name": name,
                "agencies": name_some(lacking),
            }


def _step_row(step: Mapping[str, Any], names: dict[str, str]) -> StepRow:
    return StepRow(
        name=step["name"],
        role=str(Role(step["role"]).label),
        place=names.get(step["unit"], step["unit"]),
        hours=int(step["hours"]),
        instruction=step.get("instruction", ""),
    )


def _offer_words(offer: Offer) -> str:
    who = name_place(offer.unit, offer.tier)
    now = offer.workflow_version
    using = _("đang dùng bản %d") % now.number if now else _("chưa có quy trình")
    return f"{who} ({using})"
