"""One office with its people, and an object of every kind, for tests that walk every address."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

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
from tests.factories.representation import MandateFactory, RepresentativeFactory, acting_for


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


def rolled_back() -> transaction.Atomic:
    """Return a block like the one around a test: use cases inside it may still be durable."""
    block = transaction.atomic()
    block._from_testcase = True
    return block
