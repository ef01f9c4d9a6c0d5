"""Every address against every role, as access_matrix.toml says; an address missing there fails."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import StaffRole, User
from dossiers.enums import DossierState
from dossiers.models import Dossier, DraftPaper, SupplementUpload
from procedures.models import PrintableForm
from tests.factories.accounts import (
    CalendarDayFactory,
    CitizenFactory,
    StaffFactory,
    StaffRoleFactory,
    sign_in_proved,
)
from tests.factories.dossiers import (
    DossierPaperFactory,
    DraftFactory,
    Office,
    StoredFileFactory,
    dossier_at,
    office,
)
from tests.factories.operations import DataExportFactory, DataRequestFactory
from tests.factories.payments import PaymentFactory, refund_suggested
from tests.factories.representation import MandateFactory, RepresentativeFactory

MATRIX = tomllib.loads(Path(__file__).with_name("access_matrix.toml").read_text(encoding="utf-8"))
# Addresses that name an object, by the argument that decides whose it is.
SCOPED = (
    "code",
    "draft_id",
    "reference",
    "refund_id",
    "organisation_id",
    "representative_id",
    "mandate_id",
    "person_id",
    "role_id",
    "unit_id",
    "export_id",
)
# Arguments that hang on a scoped object: mine with another's must be absent as well.
PARTS = ("file_id", "slip_id", "item_id", "day_id")
ABSENT = {
    "code": "H99.99-260302-9999",
    "draft_id": uuid4(),
    "file_id": uuid4(),
    "slip_id": 999_999,
    "item_id": 999_999,
    "person_id": 999_999,
    "role_id": 999_999,
    "unit_id": 999_999,
    "day_id": 999_999,
    "reference": "H99.99-260302-9999-P1",
    "refund_id": 999_999,
    "organisation_id": 999_999,
    "representative_id": 999_999,
    "mandate_id": 999_999,
    "export_id": uuid4(),
}
# Any clerk sees the papers of any organisation that comes to the counter.
UNSCOPED = {"accounts:desk_organisation_seen"}
# Names whose object must be at a certain point for its owner to have it open.
WAITING = {"dossiers:supplement", "dossiers:supplement_upload", "dossiers:supplement_remove"}
# Names whose role is one held for somebody absent.
DELEGATED = {"accounts:unit_delegation_end", "accounts:delegation_end"}
# What changes from one answer to the next and says nothing about the object.
NOISE = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|[0-9a-f]{32}')


pytestmark = pytest.mark.django_db


def named_patterns(resolver: URLResolver, namespace: str = "") -> dict[str, URLPattern]:
    found: dict[str, URLPattern] = {}
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else namespace
            found |= named_patterns(entry, inner)
        else:
            found[f"{namespace}{entry.name}"] = entry
    return found


PATTERNS = named_patterns(get_resolver())


@dataclass
class Side:
    """One office with one citizen, and objects at every point that addresses need."""

    place: Office
    owner: User
    decided: Dossier
    waiting: Dossier
    arguments: dict[str, Any] = field(default_factory=dict)
    waiting_arguments: dict[str, Any] = field(default_factory=dict)
    offered: dict[str, dict[str, int]] = field(default_factory=dict)
    draft_file_id: Any = None
    editor: User | None = None
    unit_admin: User | None = None
    delegated_id: int = 0
    auditor: User | None = None
    accountant: User | None = None


def build_side(key: str) -> Side:
    place, owner = office(key), CitizenFactory()
    decided = dossier_at(DossierState.DECIDED, place=place, owner=owner)
    waiting = dossier_at(DossierState.SUPPLEMENT, place=place, owner=owner)
    paper = DossierPaperFactory(dossier=decided)
    draft = DraftFactory(owner=owner, agency=place.agency)
    draft_paper = DraftPaper.objects.create(
        draft=draft, paper_key="giay-chung-sinh", file=StoredFileFactory(uploaded_by=owner)
    )
    form = PrintableForm.objects.create(
        revision=decided.revision,
        key="to-khai",
        name="Tờ khai",
        storage_key=StoredFileFactory().storage_key,
        mime="application/pdf",
        size=1,
    )
    item = waiting.supplements.get().items.get()
    upload = SupplementUpload.objects.create(item=item, file=StoredFileFactory(uploaded_by=owner))
    side = Side(place=place, owner=owner, decided=decided, waiting=waiting)
    side.arguments = {
        "code": decided.code,
        "file_id": paper.file_id,
        "slip_id": decided.slips.order_by("pk").first().pk,
        "draft_id": draft.pk,
        "paper_key": "giay-chung-sinh",
        "step": "giay-to",
        "page": 1,
        "procedure_code": decided.procedure.code,
        "key": form.key,
        "reference": PaymentFactory(dossier=decided, agency=place.agency).reference,
        "token": "khong-co-duong-dan-nay",
        "app_label": "accounts",
        "object_id": str(place.agency.pk),
        "refund_id": refund_suggested(place, owner=owner).pk,
        "name": "20261121T080000.000000-sms-84900000000.txt",
    }
    seat = RepresentativeFactory(user=owner)
    side.arguments |= {
        "organisation_id": seat.organisation_id,
        "representative_id": seat.pk,
        "mandate_id": MandateFactory(principal=owner).pk,
    }
    # What waits for the owner's answer, by the page that takes it.
    side.offered = {
        "accounts:invitation_answer": {
            "representative_id": RepresentativeFactory(invited=owner).pk
        },
        "accounts:mandate_answer": {"mandate_id": MandateFactory(offered_to=owner).pk},
    }
    side.waiting_arguments = {"code": waiting.code, "item_id": item.pk, "file_id": upload.file_id}
    side.draft_file_id = draft_paper.file_id
    side.editor = StaffFactory(role=Role.EDITOR, unit=place.agency)
    side.unit_admin = StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency)
    side.arguments |= {
        "person_id": place.registrar.pk,
        "role_id": StaffRole.objects.get(user=place.registrar).pk,
        "unit_id": place.agency.pk,
        "day_id": CalendarDayFactory(unit=place.agency, on=date(2099, 9, 2)).pk,
    }
    side.arguments |= {
        "export_id": DataExportFactory(user=owner).pk,
        "request_id": DataRequestFactory(user=owner).pk,
    }
    today = timezone.localdate()
    side.delegated_id = StaffRoleFactory(
        user=StaffFactory(role=None),
        role=Role.CLERK,
        unit=place.desk,
        on_behalf_of=place.clerk,
        valid_from=today,
        valid_until=today,
    ).pk
    side.auditor = StaffFactory(role=Role.AUDITOR, unit=place.agency)
    side.accountant = StaffFactory(role=Role.ACCOUNTANT, unit=place.agency)
    return side


def arguments_of(name: str, side: Side) -> dict[str, Any]:
    """Return the arguments with which an address names an object of this side."""
    wanted = PATTERNS[name].pattern.converters
    values = dict(side.arguments)
    if name.startswith("procedures:"):
        values["code"] = side.decided.procedure.code
    if name in WAITING:
        values |= side.waiting_arguments
    values |= side.offered.get(name, {})
    if name in DELEGATED:
        values["role_id"] = side.delegated_id
    if "draft_id" in wanted:
        values["file_id"] = side.draft_file_id
    return {argument: values[argument] for argument in wanted}


def rolled_back() -> transaction.Atomic:
    """Return a block like the one around a test: use cases inside it may still be durable."""
    block = transaction.atomic()
    block._from_testcase = True
    return block


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Side, Side]]:
    """
    Two offices, built once: the matrix is large, and building them would be most of its time.

    Each test runs in a savepoint of its own inside this block, so none sees what another did.
    """
    with django_db_blocker.unblock(), rolled_back():
        yield build_side("song-tranh"), build_side("binh-lam")
        transaction.set_rollback(True)


def people(side: Side) -> dict[str, User | None]:
    place = side.place
    return {
        "anonymous": None,
        "owner": side.owner,
        "clerk": place.clerk,
        "officer": place.officer,
        "leader": place.leader,
        "registrar": place.registrar,
        "cashier": place.cashier,
        "accountant": side.accountant,
        "editor": side.editor,
        "unit_admin": side.unit_admin,
        "auditor": side.auditor,
    }


def ask(user: User | None, method: str, name: str, arguments: dict[str, Any]) -> HttpResponse:
    client = Client()
    if user is not None:
        sign_in_proved(client, user)
    response = client.generic(method, reverse(name, kwargs=arguments))
    if response.streaming:
        # A file of the catalogue, the same for everybody: only that it came is of interest here.
        for close in response._resource_closers:
            close()
    return response


def outcome(response: HttpResponse) -> str:
    location = response.headers.get("Location", "")
    if response.status_code == 302 and "/dang-nhap/" in location and "next=" in location:
        return "sign-in"
    return {403: "forbidden", 404: "absent", 405: "not-a-method"}.get(
        response.status_code, "open" if response.status_code < 500 else "error"
    )


def body(response: HttpResponse) -> tuple[int, bytes]:
    return response.status_code, NOISE.sub(b"", response.content)


def test_every_address_is_in_the_matrix_and_the_matrix_names_no_other():
    assert set(PATTERNS) == set(MATRIX["urls"])


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_address_answers_each_role_as_the_matrix_says(name, world):
    here, _elsewhere = world
    rule = MATRIX["rules"][MATRIX["urls"][name]]
    found = []
    for role, user in people(here).items():
        for method in ("GET", "POST"):
            response = ask(user, method, name, arguments_of(name, here))
            got = outcome(response)
            if got not in {rule[role], "not-a-method"}:
                found.append(f"{role} {method}: {got} ({response.status_code}), not {rule[role]}")

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, pattern in PATTERNS.items()
        if set(SCOPED) & set(pattern.pattern.converters)
        and MATRIX["urls"].get(name) != "public"
        and name not in UNSCOPED
    ),
)
def test_what_is_out_of_scope_is_answered_like_what_does_not_exist(name, world):
    here, elsewhere = world
    rule = MATRIX["rules"][MATRIX["urls"][name]]
    mine, theirs = arguments_of(name, here), arguments_of(name, elsewhere)
    absent = {argument: ABSENT.get(argument, value) for argument, value in mine.items()}
    found = []
    for role, user in people(here).items():
        for method in ("GET", "POST"):
            answers = {
                "another's": ask(user, method, name, theirs),
                "absent": ask(user, method, name, absent),
            }
            for part in PARTS:
                if part in mine:
                    mixed = {**mine, part: theirs[part]}
                    answers[f"mine with another's {part}"] = ask(user, method, name, mixed)
            expected = "absent" if rule[role] == "open" else rule[role]
            found += [
                f"{role} {method} {what}: {outcome(response)}, not {expected}"
                for what, response in answers.items()
                if outcome(response) not in {expected, "not-a-method"}
            ]
            if expected == "absent" and len({body(r) for r in answers.values()}) > 1:
                found.append(f"{role} {method}: answers differ between another's and absent")

    assert not found, "\n".join(found)


def test_the_matrix_bites(world):
    here, _elsewhere = world
    public = ask(None, "GET", "dossiers:track", {})

    assert outcome(public) == "open"
    assert outcome(ask(None, "GET", "dossiers:mine", {})) == "sign-in"
    assert outcome(ask(here.place.clerk, "GET", "dossiers:mine", {})) == "forbidden"
