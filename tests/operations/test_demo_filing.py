"""Every procedure of the demonstration that can be filed online is filed, and its work begins."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from accounts.enums import IdentityLevel, Role
from accounts.models import StaffRole, Unit, User
from dossiers.enums import DossierState
from dossiers.filing import FilingStep
from dossiers.models import Dossier, Draft
from dossiers.services import (
    draft_papers,
    draft_steps,
    drafting,
    fees,
    reception,
    submission,
)
from dossiers.services.drafting import PageMark
from portal.core.dates import LOCAL_ZONE
from portal.core.files import inspect_upload
from portal.core.identity import format_phone
from portal.operations import demo_data
from procedures.eform.answers import check, merge, visible_sections
from procedures.eform.drafts import head_of
from procedures.eform.parsing import parse_definition
from procedures.enums import PaperSource
from tests.factories.catalogue import seed_demo_people
from tests.factories.filing import pdf

NOW = datetime(2026, 10, 14, 9, 20, tzinfo=LOCAL_ZONE)
PAGE = PageMark(version=10**6, token="trang-thu")


@pytest.fixture(autouse=True)
def _demonstration(settings):
    """Its addresses lie in its own made-up province."""
    settings.DEMO = True


def agency_of(row: dict[str, Any], applicant: User) -> Unit:
    """Return the department that serves alone, or the applicant's own commune."""
    code = row["offers"][0]["unit"]
    if code:
        return Unit.objects.get(code=code)
    commune = "phường Sông Tranh" if "Sông Tranh" in applicant.address else "xã Bình Lâm"
    return Unit.objects.get(name=f"Ủy ban nhân dân {commune}")


def fill_in(draft: Draft, row: dict[str, Any], told: dict[str, Any]) -> None:
    """Answer every page of the e-form and hand in what must be handed in."""
    common: dict[str, Any] = {"draft_id": draft.pk, "owner": draft.owner, "at": NOW}
    saving = {**common, "page": PAGE, "is_final": True}
    definition = parse_definition(row["form"])
    typed = demo_data.typed_answers(definition, told["answers"], filed_on=NOW.date())
    checked = check(definition, typed, today=NOW.date())
    for section in visible_sections(definition, merge(checked.answers, checked.sealed)):
        mine = {field.key for field in section.fields}
        answers = {path: values for path, values in typed.items() if head_of(path) in mine}
        draft_steps.save_section(section=section.key, typed=answers, **saving)
    for paper in draft.revision.papers.filter(source=PaperSource.UPLOAD, is_mandatory=True):
        if paper.applies_to(told["case"]):
            draft_papers.add_known_file(
                paper_key=paper.key,
                facts=inspect_upload(pdf(), f"{paper.key}.pdf"),
                data=pdf().getvalue(),
                **common,
            )
    drafting.finish_step(step=FilingStep.PAPERS, **common)


def file(row: dict[str, Any], told: dict[str, Any]) -> Dossier:
    owner = User.objects.get(username=told["applicant"])
    if row["revision"].get("required_identity") == "eid":
        User.objects.filter(pk=owner.pk).update(identity_level=IdentityLevel.EID)
        owner.refresh_from_db()
    draft = drafting.start_draft(procedure_code=row["code"], owner=owner, at=NOW, by_eid=True)
    common: dict[str, Any] = {"draft_id": draft.pk, "owner": owner, "at": NOW}
    saving = {**common, "page": PAGE, "is_final": True}
    draft_steps.save_agency(agency_id=agency_of(row, owner).pk, case_key=told["case"], **saving)
    person = {
        "relation": "SELF",
        "phone": format_phone(owner.phone),
        "email": "",
        "address": owner.address,
    }
    draft_steps.save_people(typed=person, **saving)
    fill_in(draft, row, told)
    draft_steps.save_return(
        method=row["offers"][0]["returns"][0].upper(),
        address="",
        quantities={key: str(one) for key, one in told["quantities"].items()},
        exemptions={},
        **saving,
    )
    drafting.finish_step(step=FilingStep.REVIEW, **common)
    return submission.submit_dossier(key=draft.submission_key, by_eid=True, **common)


def pay_what_is_asked_at_filing(dossier: Dossier) -> None:
    with transaction.atomic():
        for due in dossier.obligations.all():
            assert due.amount_vnd
            fees.record_settlement(
                obligation_id=due.pk, amount_vnd=due.amount_vnd, reference="HD 1", by=None, at=NOW
            )


def accept(dossier: Dossier) -> Dossier:
    if dossier.state == DossierState.PAYMENT:
        pay_what_is_asked_at_filing(dossier)
    clerk = StaffRole.objects.filter(unit=dossier.receiving_unit, role=Role.CLERK).first()
    assert clerk
    return reception.accept_dossier(dossier_id=dossier.pk, by=clerk.user, at=NOW, version=None)


@pytest.mark.django_db(transaction=True)
def test_every_online_procedure_is_filed_accepted_and_reaches_its_division():
    seed_demo_people()
    filed = [
        accept(file(row, told))
        for row in demo_data.load_procedures()
        for told in {one["case"]: one for one in row["demo_answers"]}.values()
    ]

    assert {dossier.procedure.code for dossier in filed} == {
        row["code"] for row in demo_data.load_procedures() if row["form"]
    }
    for dossier in filed:
        code = dossier.procedure.code
        if dossier.state == DossierState.PAYMENT:
            assert dossier.obligations.exists(), code
            continue
        assert dossier.state == DossierState.ACCEPTED, code
        step = dossier.steps.get(closed_at__isnull=True)
        assert step.unit.agency_id == dossier.deciding_unit_id, code
        assert StaffRole.objects.filter(unit=step.unit, role=step.role).exists(), code
