"""Procedures as documents: everything that one says, in the shape of schema.json."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Prefetch, QuerySet

from accounts.models import Unit
from portal.core.files import FileDamaged, open_stored
from procedures.copying import CONTENT
from procedures.enums import FilingChannel
from procedures.exchange.columns import Row, plain, to_json
from procedures.models import (
    Case,
    FormVersion,
    Offer,
    PrintableForm,
    Procedure,
    Revision,
    WorkflowVersion,
)

BATCH: Final = 100
_CHANNELS: Final = list(FilingChannel.values)
_PIECE: Final = 1 << 16


def dump_procedures(procedures: QuerySet[Procedure]) -> Iterator[Row]:
    """Yield the documents of procedures in the order of their codes, a batch at a time."""
    ids = list(procedures.order_by("code").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        loaded = with_content(Procedure.objects.filter(pk__in=ids[start : start + BATCH]))
        for procedure in loaded.order_by("code"):
            yield dump(procedure)


def with_content(procedures: QuerySet[Procedure]) -> QuerySet[Procedure]:
    """Load with procedures all that their documents hold."""
    return procedures.select_related("field", "replaced_by").prefetch_related(
        Prefetch("current_revision", with_parts(Revision.objects.all())),
        "workflow_versions",
        Prefetch(
            "offers", Offer.objects.select_related("unit", "receiving", "deciding").order_by("pk")
        ),
    )


def with_parts(revisions: QuerySet[Revision]) -> QuerySet[Revision]:
    return revisions.select_related("form_version").prefetch_related(
        "cases__times", "cases__fees", "case_questions", "papers", "printable_forms__paper"
    )


def dump(procedure: Procedure) -> Row:
    current = procedure.current_revision
    workflows = _workflows(procedure)
    places = {one.pk: place for place, one in enumerate(workflows, start=1)}
    offers = [dump_offer(offer, places) for offer in procedure.offers.all()]
    return {
        "code": procedure.code,
        "name": procedure.name,
        "field": {"slug": procedure.field.slug, "name": procedure.field.name},
        "tiers": [str(tier) for tier in procedure.tiers],
        "state": str(procedure.state),
        "repeal_decision": procedure.repeal_decision,
        "replaced_by": procedure.replaced_by.code if procedure.replaced_by else None,
        "revision": dump_revision(current) if current else None,
        "workflows": [dump_workflow(one) for one in workflows],
        "offers": sorted(offers, key=offer_key),
    }


def dump_revision(revision: Revision) -> Row:
    return {
        **{name: plain(getattr(revision, name)) for name in CONTENT},
        "form": dump_form(revision.form_version) if revision.form_version else None,
        "cases": [_case(case) for case in revision.cases.all()],
        "case_questions": [to_json(one) for one in revision.case_questions.all()],
        "papers": [to_json(paper) for paper in revision.papers.all()],
        "printable_forms": [_printable(form) for form in revision.printable_forms.all()],
    }


def dump_form(form: FormVersion) -> Row:
    return {"name": form.name, "definition": form.definition}


def dump_workflow(workflow: WorkflowVersion) -> Row:
    return {
        "steps": workflow.steps,
        "decision_number": workflow.decision_number,
        "decision_date": plain(workflow.decision_date),
    }


def dump_offer(offer: Offer, places: dict[int, int]) -> Row:
    return {
        "unit": unit_name(offer.unit),
        "receiving": unit_name(offer.receiving),
        "deciding": unit_name(offer.deciding),
        "workflow": places.get(offer.workflow_version_id or 0),
        **to_json(offer),
    }


def offer_key(offer: Row) -> tuple[str, ...]:
    names = ("tier", "unit", "valid_from", "valid_until", "declared_level", "decision_number")
    return tuple(str(offer.get(name) or "") for name in names)


def unit_name(unit: Unit | None) -> str | None:
    """Return by what a unit is known elsewhere as well: its code, or its key if it has none."""
    return (unit.code or unit.key) if unit else None


def hash_stored(key: str) -> str:
    """Return the sha256 of a kept file, or "" where it is missing."""
    digest = hashlib.sha256()
    try:
        with open_stored(key) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except FileDamaged:
        return ""
    return digest.hexdigest()


def _workflows(procedure: Procedure) -> list[WorkflowVersion]:
    """Return the workflows that offers run on, and the one that was published last."""
    used = {offer.workflow_version_id for offer in procedure.offers.all()}
    versions = sorted(procedure.workflow_versions.all(), key=lambda one: one.number)
    published = [one.pk for one in versions if one.published_at is not None]
    return [one for one in versions if one.pk in {*used, *published[-1:]}]


def _case(case: Case) -> Row:
    times = sorted(case.times.all(), key=lambda time: _CHANNELS.index(time.channel))
    return {
        **to_json(case),
        "times": [to_json(time) for time in times],
        "fees": [to_json(fee) for fee in case.fees.all()],
    }


def _printable(form: PrintableForm) -> dict[str, Any]:
    return {
        **to_json(form),
        "paper": form.paper.key if form.paper else None,
        "sha256": hash_stored(form.storage_key),
    }
