"""Issuing slips: the words are fixed with the fact, the PDF is made by a worker afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.numbers import next_number
from dossiers import slips
from dossiers.enums import SlipKind
from dossiers.issuing import content, words
from dossiers.issuing.paid import paid_note
from dossiers.models import Dossier, Extension, Obligation, Slip, SupplementRequest
from portal.core.dates import day_in_words, local_day, moment_in_words
from portal.core.db import requires_transaction
from portal.core.money import amount_in_words, format_vnd
from portal.core.wakeups import wake
from procedures.eform import display
from procedures.eform.parsing import parse_definition
from procedures.enums import FilingChannel

WAKE_RENDERER: Final = "dossiers.tasks.render_slips"

# What stands behind the number of each form: "00092/TNHS".
SUFFIXES: Final = {
    SlipKind.ACCEPTANCE: "TNHS",
    SlipKind.SUPPLEMENT: "HDHS",
    SlipKind.REFUSAL: "TCHS",
    SlipKind.PROOF: "XNHS",
    SlipKind.DECLARATION: "TK",
    SlipKind.FEE_CONFIRMATION: "XNNP",
    SlipKind.APOLOGY: "PXL",
    SlipKind.STOP: "TBDG",
}


class NoForm(Exception):
    """The dossier was filed without an e-form, so that nothing was declared on one."""


@requires_transaction
def issue_acceptance(dossier: Dossier, *, by: User, at: datetime) -> Slip:
    """Issue slip 01, acceptance and appointment."""
    count = _next(dossier, SlipKind.ACCEPTANCE, at=at)
    record = slips.AcceptanceSlip(
        head=words.head(dossier, number=_short(SlipKind.ACCEPTANCE, count), at=at),
        copy=slips.ACCEPTANCE_COPIES[1],
        person=words.person(dossier),
        procedure=dossier.procedure.name,
        papers=words.handed_in(dossier),
        sets=dossier.revision.dossier_sets,
        processing_time=words.processing_time(dossier),
        received=moment_in_words(dossier.accepted_at or at),
        due=moment_in_words(dossier.due_at) if dossier.due_at else words.case_by_case(),
        result_delivery=words.result_delivery(dossier),
        book=str(local_day(at).year),
        entry=f"{count:05d}",
        receiver_name=by.full_name,
        notes=words.notes(dossier),
    )
    return _store(dossier, SlipKind.ACCEPTANCE, record, count=count, by=by, at=at)


@requires_transaction
def issue_refusal(
    dossier: Dossier, reasons: Sequence[dict[str, Any]], *, by: User, at: datetime
) -> Slip:
    """Issue slip 03, refusal; `reasons` are {"key", "label", "reason", "ground"}."""
    count = _next(dossier, SlipKind.REFUSAL, at=at)
    record = slips.RefusalSlip(
        head=words.head(dossier, number=_short(SlipKind.REFUSAL, count), at=at),
        person=words.person(dossier),
        procedure=dossier.procedure.name,
        reasons=tuple(
            slips.Reason(reason["label"], reason["reason"], reason["ground"]) for reason in reasons
        ),
        contact=words.contact(dossier),
        receiver_name=by.full_name,
    )
    return _store(dossier, SlipKind.REFUSAL, record, count=count, by=by, at=at)


@requires_transaction
def issue_supplement(request: SupplementRequest, *, by: User, at: datetime) -> Slip:
    """Issue slip 02, supplement."""
    dossier = request.dossier
    count = _next(dossier, SlipKind.SUPPLEMENT, at=at)
    record = slips.SupplementSlip(
        head=words.head(dossier, number=_short(SlipKind.SUPPLEMENT, count), at=at),
        person=words.person(dossier),
        procedure=dossier.procedure.name,
        papers=words.asked_for(request),
        reason=request.message or _("Ghi tại từng mục ở trên."),
        ground=request.ground,
        respond_by=moment_in_words(request.deadline_at),
        contact=words.contact(dossier),
        guide_name=by.full_name,
    )
    return _store(dossier, SlipKind.SUPPLEMENT, record, count=count, by=by, at=at)


@requires_transaction
def issue_apology(extension: Extension, *, by: User, at: datetime) -> Slip:
    """Issue slip 04, apology and new date; `by` heads the agency, or signs for whoever does."""
    dossier = extension.dossier
    count = _next(dossier, SlipKind.APOLOGY, at=at)
    desk, agency = dossier.receiving_unit.name, dossier.deciding_unit.name
    record = slips.ApologySlip(
        head=words.head(dossier, number=_short(SlipKind.APOLOGY, count), at=at),
        person=words.person(dossier),
        procedure=dossier.procedure.name,
        agency=agency,
        received=moment_in_words(dossier.accepted_at or dossier.submitted_at),
        due=moment_in_words(extension.due_before),
        new_due=moment_in_words(extension.new_due_at),
        reason=words.extension_reason(extension),
        copies_to=(_("Như trên"), desk, _("Lưu: VT, hồ sơ")),
        signature=slips.Signature((_("THỦ TRƯỞNG CƠ QUAN"),), by.full_name),
        is_overdue=extension.is_late,
    )
    return _store(dossier, SlipKind.APOLOGY, record, count=count, by=by, at=at)


@requires_transaction
def issue_stop(dossier: Dossier, reason: str, *, by: User, at: datetime) -> Slip:
    """Issue slip 05, notice of a stop, for a dossier just stopped; `by` leads the agency."""
    count = _next(dossier, SlipKind.STOP, at=at)
    # What was sent as files stays with whoever sent it.
    papers = () if dossier.channel == FilingChannel.ONLINE else words.handed_in(dossier)
    record = slips.StopSlip(
        head=words.head(dossier, number=_short(SlipKind.STOP, count), at=at),
        person=words.person(dossier),
        procedure=dossier.procedure.name,
        agency=dossier.deciding_unit.name,
        received=moment_in_words(dossier.accepted_at or dossier.submitted_at),
        reasons=(slips.Reason("", reason),),
        returned_papers=papers,
        fee_note=paid_note(dossier),
        contact=words.contact(dossier),
        copies_to=(_("Như trên"), dossier.receiving_unit.name, _("Lưu: VT, hồ sơ")),
        signature=slips.Signature((_("THỦ TRƯỞNG CƠ QUAN"),), by.full_name),
    )
    return _store(dossier, SlipKind.STOP, record, count=count, by=by, at=at)


@requires_transaction
def issue_proof(dossier: Dossier, *, at: datetime) -> Slip:
    """Issue the proof of submission that lists every stored file."""
    count = _next(dossier, SlipKind.PROOF, at=at)
    submitter = words.submitter(dossier)
    record = slips.ProofOfSubmission(
        head=words.head(dossier, number=_short(SlipKind.PROOF, count), at=at),
        person=words.person(dossier, names_applicant=False),
        applicant=dossier.applicant_name
        if dossier.organisation_id is None and dossier.applicant_name != submitter.name
        else "",
        procedure=dossier.procedure.name,
        case=dossier.case_name,
        agency=words.agencies(dossier),
        submitted=moment_in_words(dossier.submitted_at),
        answer_by=moment_in_words(dossier.answer_due_at),
        result_delivery=words.result_delivery(dossier),
        papers=words.stored(dossier),
    )
    return _store(dossier, SlipKind.PROOF, record, count=count, by=None, at=at)


@requires_transaction
def issue_fee_confirmation(
    obligation: Obligation,
    *,
    means: str,
    paper: str,
    received_at: datetime,
    by: User | None,
    at: datetime,
) -> Slip:
    """Issue the confirmation that an obligation is paid in full: how, and by which document."""
    dossier = obligation.dossier
    count = _next(dossier, SlipKind.FEE_CONFIRMATION, at=at)
    record = slips.FeeConfirmation(
        head=words.head(dossier, number=_short(SlipKind.FEE_CONFIRMATION, count), at=at),
        person=words.person(dossier),
        procedure=dossier.procedure.name,
        lines=tuple(
            slips.FeeLine(line.name, format_vnd(line.amount_vnd or 0), line.ground)
            for line in obligation.lines.all()
        ),
        total=format_vnd(obligation.settled_vnd),
        in_words=amount_in_words(obligation.settled_vnd),
        means=means,
        paper=paper,
        received=moment_in_words(received_at),
        receiver_name=by.full_name if by else "",
    )
    return _store(dossier, SlipKind.FEE_CONFIRMATION, record, count=count, by=by, at=at)


@requires_transaction
def issue_declaration(dossier: Dossier, *, at: datetime) -> Slip:
    """
    Issue the citizen's declaration made from the e-form, its identifying answers included.

    :raises NoForm: if the dossier has no e-form.
    """
    if dossier.form_version is None:
        raise NoForm(dossier.code)
    answered = display.rows(
        parse_definition(dossier.form_version.definition),
        dossier.answers,
        sealed=dossier.unsealed_answers(),
    )
    record = slips.Declaration(
        title=dossier.form_version.name,
        addressee=dossier.deciding_unit.name,
        sections=tuple(part for section in answered for part in words.declared(section)),
        promise=_("Tôi xin chịu trách nhiệm về nội dung đã khai."),
        place=words.desk_agency(dossier).place_name,
        day=day_in_words(at),
        signer_name=words.submitter(dossier).name,
        code=dossier.code,
        track_url=words.track_url(dossier.code),
        filed=_("Nộp trực tuyến lúc %(moment)s, xác nhận bằng tài khoản của người nộp.")
        % {"moment": moment_in_words(at)},
        banner=words.banner(),
    )
    count = _next(dossier, SlipKind.DECLARATION, at=at)
    return _store(dossier, SlipKind.DECLARATION, record, count=count, by=None, at=at)


@requires_transaction
def _next(dossier: Dossier, kind: SlipKind, *, at: datetime) -> int:
    """Take the next number of a form in the desk's agency and year."""
    return next_number(
        unit_id=words.desk_agency(dossier).pk,
        kind=f"slip-{SUFFIXES[kind]}",
        period=str(local_day(at).year),
    )


def _short(kind: SlipKind, count: int) -> str:
    return f"{count:05d}/{SUFFIXES[kind]}"


@requires_transaction
def _store(
    dossier: Dossier,
    kind: SlipKind,
    record: content.Record,
    *,
    count: int,
    by: User | None,
    at: datetime,
) -> Slip:
    # The number on paper is unique within its agency and year, the stored one everywhere.
    agency, year = words.desk_agency(dossier).code, local_day(at).year
    slip = Slip.objects.create(
        dossier=dossier,
        kind=kind,
        number=f"{_short(kind, count)}/{year}/{agency}",
        content=content.pack(record),
        issued_by=by,
        issued_at=at,
        render_due_at=at,
    )
    wake(WAKE_RENDERER)
    return slip
