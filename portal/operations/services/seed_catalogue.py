"""The demonstration province: units with calendars, people with roles, twenty procedures."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.dateparse import parse_date

from accounts import consent
from accounts.enums import DayKind, IdentityLevel, PayWay, Role, Tier, UnitKind, UserKind
from accounts.models import CalendarDay, CollectingAccount, StaffRole, Unit, User
from accounts.services.second_factor import store_factor
from portal.core.holidays import national_calendar
from portal.core.identity import clean_phone
from portal.operations.demo_data import (
    demo_secret,
    load_accounts,
    load_people,
    load_procedures,
    load_residents,
    load_units,
)
from procedures import printing
from procedures.enums import RevisionState
from procedures.models import (
    Case,
    CaseQuestion,
    FeeRule,
    Field,
    FormVersion,
    Offer,
    Paper,
    PrintableForm,
    Procedure,
    ProcessingTime,
    Revision,
    WorkflowVersion,
)
from procedures.services.publishing import publish_revision
from procedures.services.reviewing import send_to_review

Row = Mapping[str, Any]

# Two people, as the law of four eyes asks; both are missing where only the catalogue is wanted.
EDITOR, PUBLISHER = "bientap.donghai", "congbo.donghai"


@transaction.atomic(durable=True)
def seed_units(*, valid_from: date) -> dict[str, Unit]:
    """Store the units of the province, parents first, each agency with the national calendar."""
    units: dict[str, Unit] = {}
    for row in load_units():
        parent = units.get(row["parent"] or "")
        unit = Unit.objects.create(
            parent=parent,
            kind=UnitKind[row["kind"].upper()],
            key=row["key"],
            code=row["code"],
            name=row["name"],
            tier=Tier[row["tier"].upper()],
            superior_name=row["superior_name"],
            place_name=row["place_name"],
            address=row["address"],
            phone=row["hotline"] or row["phone"],
            email=row["email"],
            office_hours=row["office_hours"],
            reception_note=row["reception_note"],
            valid_from=valid_from,
        )
        unit.agency = unit if unit.kind == UnitKind.AGENCY or parent is None else parent.agency
        unit.save(update_fields=["agency"])
        units[unit.key] = unit
    _seed_calendars([unit for unit in units.values() if unit.kind == UnitKind.AGENCY])
    CollectingAccount.objects.bulk_create(
        CollectingAccount(
            unit=units[row["unit"]],
            holder=row["holder"],
            number=row["number"],
            bank=row["bank"],
            ways=[PayWay[way.upper()] for way in row["ways"]],
            terminal=row["terminal"],
            valid_from=valid_from,
        )
        for row in load_accounts()
    )
    return units


def _seed_calendars(agencies: list[Unit]) -> None:
    calendar = national_calendar()
    days = [
        *((day, DayKind.OFF) for day in calendar.days_off),
        *((day, DayKind.MAKE_UP) for day in calendar.make_up),
    ]
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(unit=agency, on=day.on, kind=kind, name=day.name)
            for agency in agencies
            for day, kind in days
        ]
    )


@transaction.atomic(durable=True)
def seed_people(units: Mapping[str, Unit], *, at: datetime) -> None:
    """Store staff with their roles and citizens with proven phones; one password for them all."""
    people = load_people()
    # Hashing is slow on purpose; made-up people may share even the salt.
    password = make_password(people["password"])
    for row in people["staff"]:
        user = User.objects.create(
            username=row["username"],
            password=password,
            kind=UserKind.STAFF,
            full_name=row["full_name"],
            title=row["title"],
            phone=clean_phone(row["phone"]),
            email=row["email"],
            created_at=at,
        )
        store_factor(user, secret=demo_secret(row["username"]), at=at)
        for held in row["roles"]:
            StaffRole.objects.create(
                user=user,
                unit=units[held["unit"]],
                role=Role[held["role"].upper()],
                valid_from=at.date(),
            )
    for row in (*people["citizens"], *load_residents()):
        _seed_citizen(row, password=password, at=at)


def _seed_citizen(row: Row, *, password: str, at: datetime) -> None:
    user = User(
        username=row["key"],
        password=password,
        kind=UserKind.CITIZEN,
        full_name=row["full_name"],
        date_of_birth=parse_date(row["date_of_birth"]),
        phone=clean_phone(row["phone"]),
        phone_verified_at=at,
        email=row["email"],
        address=row["address"],
        identity_level=IdentityLevel[row["identity_level"].upper()],
        consent_version=consent.VERSION,
        consented_at=at,
        created_at=at,
    )
    user.set_identity_number(row["identity_number"])
    user.save()


def seed_procedures(units: Mapping[str, Unit], *, at: datetime) -> None:
    """Store, publish and offer the procedures of the data files, as far as they are not there."""
    known = dict(Procedure.objects.values_list("code", "current_revision"))
    people = {one.username: one for one in User.objects.filter(username__in=[EDITOR, PUBLISHER])}
    publisher = people.get(PUBLISHER)
    for row in load_procedures():
        if known.get(row["code"]):
            continue
        if row["code"] in known:
            # Stored by a run that was cut off before it could publish.
            revision = Revision.objects.get(procedure__code=row["code"])
        else:
            revision = _seed_procedure(row, units, at=at)
        if revision.edited_by is not None and revision.state == RevisionState.DRAFT:
            send_to_review(revision_id=revision.pk, editor=revision.edited_by, at=at)
        publish_revision(revision_id=revision.pk, publisher=publisher, at=at)


@transaction.atomic(durable=True)
def _seed_procedure(row: Row, units: Mapping[str, Unit], *, at: datetime) -> Revision:
    field, _created = Field.objects.get_or_create(
        slug=row["field"]["slug"], defaults={"name": row["field"]["name"]}
    )
    procedure = Procedure.objects.create(
        code=row["code"],
        field=field,
        tiers=[Tier[tier.upper()] for tier in row["tiers"]],
        name=row["revision"]["name"],
    )
    form = _seed_form(procedure, row, at=at)
    revision = _seed_revision(procedure, row, form=form, at=at)
    for position, case in enumerate(row["revision"]["cases"]):
        _seed_case(revision, case, position=position)
    CaseQuestion.objects.bulk_create(
        CaseQuestion(revision=revision, position=position, **question)
        for position, question in enumerate(row["revision"].get("case_questions", ()))
    )
    papers = _seed_papers(revision, row["revision"]["papers"])
    _seed_printable_form(revision, row, papers)
    workflow = _seed_workflow(procedure, row, at=at)
    for offer in row["offers"]:
        _seed_offer(procedure, offer, units, workflow=workflow, on=at.date())
    return revision


def _seed_form(procedure: Procedure, row: Row, *, at: datetime) -> FormVersion | None:
    if not row["form"]:
        return None
    return FormVersion.objects.create(
        procedure=procedure,
        number=1,
        name=row["printable_form"]["title"] if row["printable_form"] else "Tờ khai",
        definition=row["form"],
        published_at=at,
    )


def _seed_revision(
    procedure: Procedure, row: Row, *, form: FormVersion | None, at: datetime
) -> Revision:
    content = row["revision"]
    decision = content["decision"]
    editor = User.objects.filter(username=EDITOR).first()
    return Revision.objects.create(
        procedure=procedure,
        number=1,
        name=content["name"],
        everyday_name=content["everyday_name"],
        summary=content["summary"],
        keywords=content["keywords"],
        subjects=content["subjects"],
        order_of_steps=content["order_of_steps"],
        filing_places=content["filing_places"],
        agency_text=content["agency_text"],
        results=content["result"],
        requirements=content["requirements"],
        dossier_sets=content["dossier_sets"],
        legal_grounds=content["legal_grounds"],
        decision_number=decision["number"],
        decision_date=parse_date(decision["date"]) if decision["date"] else None,
        decision_agency=decision["agency"],
        fee_moment=content["fee_moment"].upper(),
        presence_required=content["presence_required"],
        presence_note=content["presence_note"],
        required_identity=content.get("required_identity", "declared").upper(),
        form_version=form,
        edited_by=editor,
        edited_at=at if editor is not None else None,
    )


def _seed_case(revision: Revision, row: Row, *, position: int) -> None:
    case = Case.objects.create(
        revision=revision,
        key=row["key"],
        name=row["name"],
        hint=row["hint"],
        position=position,
        is_default=row["is_default"],
    )
    ProcessingTime.objects.bulk_create(
        [
            ProcessingTime(
                case=case,
                channel=given["channel"].upper(),
                amount=given["amount"],
                unit=given["unit"].upper(),
                cut_off=time.fromisoformat(given["cut_off"]) if given["cut_off"] else None,
                note=given["note"],
            )
            for given in row["times"]
        ]
    )
    FeeRule.objects.bulk_create(
        [_fee_rule(case, fee, place) for place, fee in enumerate(row["fees"])]
    )


def _fee_rule(case: Case, row: Row, position: int) -> FeeRule:
    return FeeRule(
        case=case,
        key=row["key"],
        name=row["name"],
        kind=row["kind"].upper(),
        status=row["status"].upper(),
        amount_vnd=row["amount_vnd"],
        unit=row["unit"].upper(),
        asks_quantity=row["asks_quantity"],
        channels=[channel.upper() for channel in row["channels"]],
        text=row["text"],
        ground=row["ground"],
        exemptions=row["exemptions"],
        tiers=row.get("tiers", []),
        cap_vnd=row.get("cap_vnd"),
        local_decision=row.get("local_decision", ""),
        position=position,
    )


def _seed_papers(revision: Revision, rows: list[Row]) -> list[tuple[Paper, str]]:
    """Store the papers; return each with the key of the printable form that it is, or ""."""
    return [
        (
            Paper.objects.create(
                revision=revision,
                key=row["key"],
                name=row["name"],
                plain_name=row["plain_name"],
                case_keys=row["cases"],
                originals=row["originals"],
                copies=row["copies"],
                is_mandatory=row["mandatory"],
                condition=row["condition"],
                hint=row["hint"],
                source=row["source"].upper(),
                reuse_key=row["reuse_key"],
                position=position,
            ),
            row["form"] or "",
        )
        for position, row in enumerate(rows)
    ]


def _seed_printable_form(revision: Revision, row: Row, papers: list[tuple[Paper, str]]) -> None:
    printable = row["printable_form"]
    if not printable:
        return
    made = printing.print_blank_form(
        title=printable["title"], definition=printable["definition"] or row["form"]
    )
    PrintableForm.objects.create(
        revision=revision,
        paper=next((paper for paper, form in papers if form == printable["key"]), None),
        key=printable["key"],
        name=printable["title"],
        storage_key=made.storage_key,
        mime="application/pdf",
        size=made.size,
        pages=made.pages,
    )


def _seed_workflow(procedure: Procedure, row: Row, *, at: datetime) -> WorkflowVersion | None:
    workflow = row["workflow"]
    if not workflow:
        return None
    # Returning is a step of every dossier, opened when a result is issued.
    steps = [
        {**step, "role": step["role"].upper()}
        for step in workflow["steps"]
        if step["role"] != "clerk"
    ]
    return WorkflowVersion.objects.create(
        procedure=procedure,
        number=1,
        steps=steps,
        decision_number=workflow["decision"]["number"],
        decision_date=parse_date(workflow["decision"]["date"] or ""),
        published_at=at,
    )


def _seed_offer(
    procedure: Procedure,
    row: Row,
    units: Mapping[str, Unit],
    *,
    workflow: WorkflowVersion | None,
    on: date,
) -> None:
    by_code = {unit.code: unit for unit in units.values() if unit.code}
    Offer.objects.create(
        procedure=procedure,
        unit=by_code[row["unit"]] if row["unit"] else None,
        tier=Tier[row["tier"].upper()] if row["tier"] else "",
        receiving=units[row["receiving"]] if row["receiving"] else None,
        deciding=by_code[row["deciding"]] if row["deciding"] else None,
        declared_level=row["declared_level"],
        decision_number=row["decision"]["number"],
        decision_date=parse_date(row["decision"]["date"] or ""),
        service_mode=row["service_mode"].upper(),
        returns=[way.upper() for way in row["returns"]],
        workflow_version=workflow if row["declared_level"] >= 3 else None,
        valid_from=on,
    )
