"""Every address against every role, as access_matrix.toml says; an address missing there fails."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.utils import timezone

from accounts import sessions
from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.models import Mandate, Representative, StaffRole, User
from dossiers.enums import DossierState
from dossiers.models import Dossier, DraftPaper, SupplementUpload
from procedures.enums import ExchangeKind, ExchangeState
from procedures.models import CatalogueFile, ImportedRecord, Offer, PostingSheet, PrintableForm
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
from tests.factories.editorial import editorial_world
from tests.factories.operations import DataExportFactory, DataRequestFactory, DisposalFactory
from tests.factories.payments import PaymentFactory, refund_suggested
from tests.factories.procedures import LifeEventEntryFactory, LocalRuleFactory
from tests.factories.representation import (
    MandateFactory,
    RepresentativeFactory,
    acting_for,
)

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
# An editor works on every procedure, and sees only how many drafts and dossiers one has.
UNSCOPED = {"accounts:desk_organisation_seen", "dossiers:editor_impact"}
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
    # Roles that take no part in any dossier, by name.
    others: dict[str, User] = field(default_factory=dict)
    # Who acts for whom here, and the objects of whom they act for, by role.
    acting: dict[str, User] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)


def build_side(key: str) -> Side:
    place, owner = office(key), CitizenFactory()
    mandate = MandateFactory(principal=owner)
    decided = dossier_at(DossierState.DECIDED, place=place, owner=owner, mandate=mandate)
    waiting = dossier_at(DossierState.SUPPLEMENT, place=place, owner=owner, mandate=mandate)
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
        "part": "chung",
        "path": "ly_do",
        "refund_id": refund_suggested(place, owner=owner).pk,
        "name": "20261121T080000.000000-sms-84900000000.txt",
    }
    seat = RepresentativeFactory(user=owner)
    side.arguments |= {
        "organisation_id": seat.organisation_id,
        "representative_id": seat.pk,
        "mandate_id": mandate.pk,
    }
    # What waits for the owner's answer, by the page that takes it.
    side.offered = {
        "accounts:invitation_answer": {
            "representative_id": RepresentativeFactory(invited=owner).pk
        },
        "accounts:mandate_answer": {"mandate_id": MandateFactory(offered_to=owner).pk},
    }
    # A field and a life event are both called by their slug.
    side.offered["procedures:field"] = {"slug": decided.procedure.field.slug}
    side.waiting_arguments = {"code": waiting.code, "item_id": item.pk, "file_id": upload.file_id}
    side.draft_file_id = draft_paper.file_id
    ImportedRecord.objects.create(
        procedure=decided.procedure, content_hash="0", source={}, imported_at=timezone.now()
    )
    side.editor = StaffFactory(role=Role.EDITOR, unit=place.agency)
    side.unit_admin = StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency)
    side.arguments |= {
        "person_id": place.registrar.pk,
        "role_id": StaffRole.objects.get(user=place.registrar).pk,
        "unit_id": place.agency.pk,
        "day_id": CalendarDayFactory(unit=place.agency, on=date(2099, 9, 2)).pk,
    }
    side.arguments["sheet_id"] = PostingSheet.objects.create(
        agency=place.agency,
        procedure=decided.procedure,
        fingerprint="0",
        asked_by=place.clerk,
        asked_at=timezone.now(),
        render_due_at=timezone.now(),
    ).pk
    side.arguments |= {
        "export_id": DataExportFactory(user=owner).pk,
        "request_id": DataRequestFactory(user=owner).pk,
        "disposal_id": DisposalFactory().pk,
    }
    side.arguments |= {"unit_key": place.agency.key, **editorial_world(key)}
    today = timezone.localdate()
    entry = LifeEventEntryFactory(procedure=decided.procedure)
    local = LocalRuleFactory(procedure=decided.procedure, unit=place.agency, tier="")
    side.arguments |= {
        "event_id": entry.event_id,
        "entry_id": entry.pk,
        "file_number": 1,
        "rule_id": local.pk,
    }
    # Each of these calls its own object by a slug.
    side.offered |= {
        "procedures:event": {"slug": entry.event.slug},
        "procedures:field": {"slug": decided.procedure.field.slug},
    }
    side.delegated_id = StaffRoleFactory(
        user=StaffFactory(role=None),
        role=Role.CLERK,
        unit=place.desk,
        on_behalf_of=place.clerk,
        valid_from=today,
        valid_until=today,
    ).pk
    side.arguments["upload_id"] = CatalogueFile.objects.create(
        kind=ExchangeKind.PACKAGE,
        name="thu-tuc.json",
        storage_key=f"kept/00/{key}",
        size=1,
        state=ExchangeState.REFUSED,
        uploaded_by=side.editor,
        uploaded_at=timezone.now(),
    ).pk
    side.auditor = StaffFactory(role=Role.AUDITOR, unit=place.agency)
    side.accountant = StaffFactory(role=Role.ACCOUNTANT, unit=place.agency)
    side.arguments["offer_id"] = Offer.objects.get(procedure=decided.procedure).pk
    side.others = {
        "publisher": StaffFactory(role=Role.PUBLISHER, unit=place.agency),
        "supporter": StaffFactory(role=Role.SUPPORTER, unit=place.desk),
        "system_admin": StaffFactory(role=Role.SYSTEM_ADMIN, unit=place.agency),
    }
    act(side, "mandate_holder", mandate, decided=decided, waiting=waiting)
    of_it = {"owner": CitizenFactory(), "place": place}
    right = RepresentativeFactory(user=of_it["owner"])
    act(
        side,
        "representative",
        right,
        decided=dossier_at(DossierState.DECIDED, organisation=right.organisation, **of_it),
        waiting=dossier_at(DossierState.SUPPLEMENT, organisation=right.organisation, **of_it),
    )
    return side


def act(
    side: Side, role: str, right: Representative | Mandate, *, decided: Dossier, waiting: Dossier
) -> None:
    """Note who acts by this right, and the objects of whom they act for."""
    is_seat = isinstance(right, Representative)
    person = acting_for(right.user if is_seat else right.holder, right)
    draft = DraftFactory(
        owner=person,
        agency=side.place.agency,
        **({"organisation": right.organisation} if is_seat else {"mandate": right}),
    )
    paper = DraftPaper.objects.create(
        draft=draft, paper_key="giay-chung-sinh", file=StoredFileFactory(uploaded_by=person)
    )
    # The owner's attempt for the same dossier is the first one.
    payment = PaymentFactory(
        dossier=decided, agency=side.place.agency, owner=person, number=1 if is_seat else 2
    )
    own = {
        "draft_id": draft.pk,
        "draft_file_id": paper.file_id,
        "reference": payment.reference,
    }
    if is_seat:
        item = waiting.supplements.get().items.get()
        upload = SupplementUpload.objects.create(
            item=item, file=StoredFileFactory(uploaded_by=person)
        )
        own |= {
            "code": decided.code,
            "file_id": DossierPaperFactory(dossier=decided).file_id,
            "slip_id": decided.slips.order_by("pk").first().pk,
            "organisation_id": right.organisation_id,
            "representative_id": right.pk,
            "waiting": {"code": waiting.code, "item_id": item.pk, "file_id": upload.file_id},
        }
    side.acting[role], side.own[role] = person, own


def arguments_of(name: str, side: Side, role: str = "owner") -> dict[str, Any]:
    """Return the arguments with which an address names an object of this side and role."""
    wanted = PATTERNS[name].pattern.converters
    own = side.own.get(role, {})
    values = side.arguments | own
    if name.startswith("procedures:") or name == "dossiers:editor_impact":
        values["code"] = side.decided.procedure.code
    if name in WAITING:
        values |= own.get("waiting", side.waiting_arguments)
    values |= side.offered.get(name, {})
    if name in DELEGATED:
        values["role_id"] = side.delegated_id
    if "draft_id" in wanted:
        values["file_id"] = own.get("draft_file_id", side.draft_file_id)
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

    Each test runs in a savepoint of its own inside this block, so none sees what another did. The
    clock stands still, so that no session grows old however slow the machine is.
    """
    with (
        time_machine.travel(timezone.now(), tick=False),
        django_db_blocker.unblock(),
        rolled_back(),
    ):
        sides = build_side("song-tranh"), build_side("binh-lam")
        for side in sides:
            for user in (*people(side).values(), *side.acting.values()):
                if user is not None:
                    SESSIONS[user.pk, user.acting_key] = signed_in(user)
        yield sides
        SESSIONS.clear()
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
        **side.others,
        **side.acting,
    }


def from_elsewhere(side: Side) -> dict[str, User]:
    """Return who has a function of the matrix, but over there."""
    return {"other_clerk": side.place.clerk, "other_citizen": side.owner}


def rule_of(name: str) -> dict[str, str]:
    """Return what each role gets; a role that the rule does not name is like another."""
    named = MATRIX["rules"][MATRIX["urls"][name]]
    filled = named | {
        role: named[like] for role, like in MATRIX["like"].items() if role not in named
    }
    for role, like in MATRIX["elsewhere"].items():
        filled[role] = "absent" if named[like] == "open" and is_scoped(name) else named[like]
    return filled


def is_scoped(name: str) -> bool:
    return (
        bool(set(SCOPED) & set(PATTERNS[name].pattern.converters))
        and MATRIX["urls"].get(name) != "public"
        and name not in UNSCOPED
        # One catalogue for the whole province: its editors work on every procedure.
        and not name.startswith("procedures:editor_")
    )


# Signing in is half of the work: each person of the world does so once.
SESSIONS: dict[tuple[int, str], str] = {}


def signed_in(user: User) -> str:
    """Return the key of a new session, with a fresh proof and for whom the person acts."""
    client = sign_in_proved(Client(), user)
    if user.acting:
        session = client.session
        session[sessions.ACTING] = user.acting_key
        session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def ask(user: User | None, method: str, name: str, arguments: dict[str, Any]) -> HttpResponse:
    client = Client()
    if user is not None:
        key = SESSIONS.get((user.pk, user.acting_key)) or signed_in(user)
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    with rolled_back():
        # What one role did is not there any more when the next one asks.
        response = client.generic(method, reverse(name, kwargs=arguments))
        transaction.set_rollback(True)
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


def test_every_role_has_a_column():
    columns = {*MATRIX["rules"]["staff"], *MATRIX["like"], *MATRIX["elsewhere"]}

    assert {role.value.lower() for role in Role} <= columns
    for kind, rule in MATRIX["rules"].items():
        assert set(MATRIX["like"].values()) <= set(rule), kind


def wrong_answers(name: str, here: Side, elsewhere: Side) -> list[str]:
    """Return where an address answers somebody otherwise than the matrix says."""
    rule = rule_of(name)
    found = []
    for role, user in (people(here) | from_elsewhere(elsewhere)).items():
        for method in ("GET", "POST"):
            response = ask(user, method, name, arguments_of(name, here, role))
            got = outcome(response)
            if got not in {rule[role], "not-a-method"}:
                found.append(f"{role} {method}: {got} ({response.status_code}), not {rule[role]}")
    return found


def oracles(name: str, here: Side, elsewhere: Side) -> list[str]:
    """Return where an address tells what is out of scope from what does not exist."""
    rule = rule_of(name)
    found = []
    for role, user in people(here).items():
        bounded = role not in MATRIX["everywhere"]
        mine, theirs = arguments_of(name, here, role), arguments_of(name, elsewhere, role)
        absent = {argument: ABSENT.get(argument, value) for argument, value in mine.items()}
        for method in ("GET", "POST"):
            answers = {"absent": ask(user, method, name, absent)}
            if bounded:
                answers["another's"] = ask(user, method, name, theirs)
            for part in PARTS:
                if part in mine and bounded and rule[role] == "open":
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
    return found


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_address_answers_each_role_as_the_matrix_says(name, world):
    found = wrong_answers(name, *world)

    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", sorted(filter(is_scoped, PATTERNS)))
def test_what_is_out_of_scope_is_answered_like_what_does_not_exist(name, world):
    found = oracles(name, *world)

    assert not found, "\n".join(found)


def test_the_matrix_bites(world):
    here, _elsewhere = world
    public = ask(None, "GET", "dossiers:track", {})

    assert outcome(public) == "open"
    assert outcome(ask(None, "GET", "dossiers:mine", {})) == "sign-in"
    assert outcome(ask(here.place.clerk, "GET", "dossiers:mine", {})) == "forbidden"


@login_not_required
def unguarded(_request, code):
    return HttpResponse(status=200 if Dossier.objects.filter(code=code).exists() else 404)


def signed_in_only(request, code):
    return unguarded(request, code)


@staff_required(Role.CLERK)
def without_scope(request, code):
    return unguarded(request, code)


@staff_required(Role.CLERK)
def telling(request, code):
    """Attack: 403 for what exists and is another's, 404 for what does not exist."""
    if Dossier.objects.visible_to(request.user, at=timezone.now()).filter(code=code).exists():
        return HttpResponse()
    if Dossier.objects.filter(code=code).exists():
        raise PermissionDenied
    return HttpResponse(status=404)


@pytest.mark.parametrize(
    ("view", "lines"),
    [
        (
            unguarded,
            ["anonymous GET: open (200), not sign-in", "owner GET: open (200), not forbid"],
        ),
        (signed_in_only, ["owner GET: open (200), not forbid", "other_clerk GET: open (200), not"]),
        (without_scope, ["other_clerk GET: open (200), not absent", "clerk GET another's: open"]),
        (telling, ["clerk GET another's: forbidden, not absent", "answers differ"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_view_without_its_guard_is_found(view, lines, world, monkeypatch, settings):
    """Attack: a new view whose guard was forgotten, or its scope, or that tells the two apart."""
    added = path("moi/<str:code>/", view, name="new")
    urls = ModuleType("tests.guardrails.urls_with_a_new_view")
    urls.urlpatterns = [*get_resolver().url_patterns, added]
    settings.ROOT_URLCONF = urls
    assert set(named_patterns(get_resolver(urls))) - set(MATRIX["urls"]) == {"new"}
    monkeypatch.setitem(PATTERNS, "new", added)
    monkeypatch.setitem(MATRIX["urls"], "new", "clerk")

    found = "\n".join(wrong_answers("new", *world) + oracles("new", *world))

    for line in lines:
        assert line in found
