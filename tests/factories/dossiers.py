"""
Dossiers as the portal stores them: with submission event, applicant and open reception step.

`office` is a desk with its people; `dossier_at` brings a dossier to a state by the real use cases.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4
from zoneinfo import ZoneInfo

import factory
import pikepdf
from django.db import transaction

from accounts.enums import Role, Tier
from accounts.models import Unit, User
from dossiers import codes, deadlines, steps, transitions
from dossiers.enums import DecisionOutcome, DossierState, PartyRole, ScanState
from dossiers.models import Dossier, DossierPaper, DossierParty, Draft, StoredFile
from dossiers.services import processing, reception, results, supplements, withdrawal
from portal.core.files import store_bytes
from procedures.enums import FeeMoment, FilingChannel, ResultDelivery
from procedures.models import Offer
from tests.factories.accounts import CitizenFactory, StaffFactory, UnitFactory
from tests.factories.procedures import OfferFactory

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY_9AM = datetime(2026, 3, 2, 9, 0, tzinfo=HANOI)


def _blank_page() -> bytes:
    output = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        pdf.save(output, deterministic_id=True)
    return output.getvalue()


SMALL_PDF = _blank_page()


@dataclass(frozen=True, slots=True)
class Office:
    """A commune with its desk, one division and one person in every role."""

    agency: Unit
    desk: Unit
    division: Unit
    clerk: User
    officer: User
    leader: User
    registrar: User
    cashier: User


def office(key: str = "song-tranh") -> Office:
    """Return a whole commune with staff; `key` keeps two of them apart."""
    province = UnitFactory(key=f"{key}-tinh", tier=Tier.PROVINCE)
    agency = UnitFactory(key=key, parent=province, name=f"Ủy ban nhân dân xã {key}")
    desk = UnitFactory(one_stop=True, parent=agency, key=f"{key}-motcua")
    division = UnitFactory(division=True, parent=agency, key=f"{key}-vanhoa")
    return Office(
        agency=agency,
        desk=desk,
        division=division,
        clerk=StaffFactory(role=Role.CLERK, unit=desk),
        officer=StaffFactory(role=Role.OFFICER, unit=division),
        leader=StaffFactory(role=Role.LEADER, unit=agency),
        registrar=StaffFactory(role=Role.REGISTRAR, unit=agency),
        cashier=StaffFactory(role=Role.CASHIER, unit=desk),
    )


class StoredFileFactory(factory.django.DjangoModelFactory[StoredFile]):
    """A one-page PDF that really lies in the store."""

    class Meta:
        model = StoredFile

    class Params:
        data = SMALL_PDF

    name = "giay-chung-sinh.pdf"
    kind = "pdf"
    mime = "application/pdf"
    pages = 1
    scan_state = ScanState.UNSCANNED
    created_at = MONDAY_9AM
    sha256 = factory.LazyAttribute(lambda file: hashlib.sha256(file.data).hexdigest())
    size = factory.LazyAttribute(lambda file: len(file.data))
    storage_key = factory.LazyAttribute(lambda file: store_bytes(file.data))


class DossierFactory(factory.django.DjangoModelFactory[Dossier]):
    """
    A dossier just handed in at `place` (an Office), with `fees` as pinned lines if any.

    Takes `owner`, `offer`, `case_key`, `submitted_at` and every other field of the model.
    """

    class Meta:
        model = Dossier

    class Params:
        place = factory.LazyFunction(office)
        offer = factory.SubFactory(OfferFactory)
        fees = ()
        fee_moment = FeeMoment.AFTER_ACCEPTANCE

    submission_key = factory.LazyFunction(uuid4)
    owner = factory.SubFactory(CitizenFactory)
    procedure = factory.SelfAttribute("offer.procedure")
    revision = factory.SelfAttribute("offer.procedure.current_revision")
    form_version = factory.SelfAttribute("revision.form_version")
    workflow_version = factory.SelfAttribute("offer.workflow_version")
    case_key = "thong-thuong"
    case_name = "Thông thường"
    receiving_unit = factory.SelfAttribute("place.desk")
    deciding_unit = factory.SelfAttribute("place.agency")
    channel = FilingChannel.ONLINE
    answers = factory.LazyFunction(lambda: {"ly_do": "Bổ sung hồ sơ nhập học"})
    return_method = ResultDelivery.COUNTER
    applicant_name = factory.SelfAttribute("owner.full_name")
    state = DossierState.SUBMITTED
    submitted_at = MONDAY_9AM
    state_changed_at = factory.SelfAttribute("submitted_at")
    answer_due_at = factory.LazyAttribute(
        lambda dossier: (
            deadlines.answer_due(agency=dossier.deciding_unit, at=dossier.submitted_at).at
        )
    )
    offer_snapshot = factory.LazyAttribute(lambda dossier: snapshot(dossier.offer, dossier))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        with transaction.atomic():
            if "code" not in kwargs:
                kwargs["code"] = codes.new_code(
                    agency=kwargs["deciding_unit"], at=kwargs["submitted_at"]
                )
            dossier = super()._create(model_class, *args, **kwargs)
            applicant = DossierParty(
                dossier=dossier,
                role=PartyRole.APPLICANT,
                name=dossier.applicant_name,
                phone=dossier.owner.phone if dossier.owner else "",
            )
            if dossier.owner:
                applicant.set_identity_number(dossier.owner.identity_number)
            applicant.save()
            transitions.record_submission(dossier, by=dossier.owner, at=dossier.submitted_at)
            step = steps.open_step(
                dossier,
                key=steps.RECEPTION,
                name="Tiếp nhận",
                unit=dossier.receiving_unit,
                role=Role.CLERK,
                at=dossier.submitted_at,
                hours=deadlines.ANSWER_HOURS,
            )
            assert step.due_at == dossier.answer_due_at
        return dossier


def snapshot(offer: Offer, dossier) -> dict:
    """Return what a dossier pins of its offer, as submission does."""
    return {
        "level": offer.declared_level,
        "mode": offer.service_mode,
        "returns": list(offer.returns),
        "decision_number": offer.decision_number,
        "time": {"amount": 5, "unit": "WORKING_DAYS", "cut_off": None},
        "fee_moment": dossier.fee_moment,
        "fees": list(dossier.fees),
    }


def fee_line(amount_vnd: int | None = 30_000, **changes) -> dict:
    """Return one pinned fee line."""
    line = {
        "fee_key": "le-phi",
        "name": "Lệ phí cấp giấy xác nhận",
        "kind": "CHARGE",
        "quantity": 1,
        "unit_amount_vnd": amount_vnd,
        "amount_vnd": amount_vnd,
        "ground": "Nghị quyết 01/2026/NQ-HĐND",
        "exemption_key": "",
    }
    return {**line, **changes}


class DossierPaperFactory(factory.django.DjangoModelFactory[DossierPaper]):
    class Meta:
        model = DossierPaper

    dossier = factory.SubFactory(DossierFactory)
    paper_key = "giay-chung-sinh"
    paper_name = "Giấy chứng sinh"
    file = factory.SubFactory(StoredFileFactory)
    added_at = MONDAY_9AM


class DraftFactory(factory.django.DjangoModelFactory[Draft]):
    class Meta:
        model = Draft

    class Params:
        offer = factory.SubFactory(OfferFactory)

    owner = factory.SubFactory(CitizenFactory)
    procedure = factory.SelfAttribute("offer.procedure")
    revision = factory.SelfAttribute("offer.procedure.current_revision")
    created_at = MONDAY_9AM
    updated_at = MONDAY_9AM


def dossier_at(state: DossierState, *, place: Office | None = None, **fields) -> Dossier:
    """Bring a new dossier to `state` through the real use cases, an hour apart."""
    place = place or office()
    if state == DossierState.PAYMENT:
        fields.setdefault("fees", [fee_line()])
    dossier = DossierFactory(place=place, **fields)
    clock = _Clock(dossier.submitted_at.astimezone(UTC))
    _PATHS[state](dossier, place, clock)
    return Dossier.objects.get(pk=dossier.pk)


class _Clock:
    def __init__(self, start: datetime) -> None:
        self.now = start

    def tick(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


def _stay(dossier, place, clock) -> None:
    """A dossier just handed in is there already."""


def _accept(dossier, place, clock) -> None:
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=clock.tick(), version=None)


def _refuse(dossier, place, clock) -> None:
    reception.refuse_dossier(
        dossier_id=dossier.pk,
        by=place.clerk,
        at=clock.tick(),
        version=None,
        reasons=[reception.Reason("giay-chung-sinh", "Giấy chứng sinh", "Không đúng nơi", "Luật")],
    )


def _ask(dossier, place, clock) -> None:
    at = clock.tick()
    supplements.ask_supplement(
        dossier_id=dossier.pk,
        by=place.clerk,
        at=at,
        version=None,
        items=[supplements.Item("giay-chung-sinh", "", "Giấy chứng sinh", "Ảnh mờ")],
        ground="Luật Hộ tịch, điều 16",
        deadline_at=at + timedelta(days=10),
    )


def _start(dossier, place, clock) -> None:
    _accept(dossier, place, clock)
    processing.claim_step(dossier_id=dossier.pk, by=place.officer, at=clock.tick(), version=None)


def _stop(dossier, place, clock) -> None:
    _start(dossier, place, clock)
    processing.stop_dossier(
        dossier_id=dossier.pk, by=place.leader, at=clock.tick(), version=None, reason="Hết căn cứ"
    )


def _decide(dossier, place, clock) -> None:
    _start(dossier, place, clock)
    processing.propose_decision(
        dossier_id=dossier.pk,
        by=place.officer,
        at=clock.tick(),
        version=None,
        outcome=DecisionOutcome.GRANTED,
        proposal="Đủ điều kiện.",
    )
    processing.approve_decision(
        dossier_id=dossier.pk, by=place.leader, at=clock.tick(), version=None
    )
    processing.issue_result(
        dossier_id=dossier.pk,
        by=place.registrar,
        at=clock.tick(),
        version=None,
        number="12/GXN-UBND",
        title="Giấy xác nhận",
        signed_by_name=place.leader.full_name,
        file=StoredFileFactory(name="ket-qua.pdf"),
    )


def _return(dossier, place, clock) -> None:
    _decide(dossier, place, clock)
    results.return_result(
        dossier_id=dossier.pk,
        by=place.clerk,
        at=clock.tick(),
        version=None,
        method=ResultDelivery.COUNTER,
        recipient_name=dossier.applicant_name,
    )


def _withdraw(dossier, place, clock) -> None:
    withdrawal.withdraw_dossier(
        dossier_id=dossier.pk, by=dossier.owner, at=clock.tick(), version=None
    )


_PATHS = {
    DossierState.SUBMITTED: _stay,
    DossierState.ACCEPTED: _accept,
    DossierState.REFUSED: _refuse,
    DossierState.PROCESSING: _start,
    DossierState.SUPPLEMENT: _ask,
    DossierState.PAYMENT: _accept,
    DossierState.WITHDRAWN: _withdraw,
    DossierState.STOPPED: _stop,
    DossierState.DECIDED: _decide,
    DossierState.RETURNED: _return,
}
