"""Handing a draft in: one transaction turns it into a dossier, once, whoever presses how often."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.limits import Bucket
from accounts.models import Mandate, Unit, User
from accounts.services import limits, mandates, organisations
from dossiers import (
    attachments,
    clients,
    codes,
    deadlines,
    filing,
    issuing,
    notices,
    steps,
    transitions,
)
from dossiers.clients import Client
from dossiers.enums import DossierState, PartyRole, Relation
from dossiers.filing import Filing, FilingStep, Place, Verdict
from dossiers.models import Dossier, DossierPaper, DossierParty, Draft
from dossiers.people import People
from dossiers.services import drafting, fees
from portal.core import crypto
from portal.core.dates import to_local
from portal.core.db import requires_transaction
from portal.core.text import fold
from procedures.enums import FeeMoment, FilingChannel
from procedures.models import Case, Offer
from procedures.selectors import deciding_unit, receiving_unit


class NotComplete(Exception):
    """A step lacks something, or has changed with the catalogue; `place` is the first of them."""

    def __init__(self, place: Place, problems: list[str]) -> None:
        super().__init__(place.mark)
        self.place = place
        self.problems = problems


def submit_dossier(
    *, draft_id: UUID, owner: User, key: UUID, at: datetime, by_eid: bool = False
) -> Dossier:
    """
    Hand a draft in and return its dossier; the same key again returns the same dossier.

    `by_eid` says that `owner` is signed in by electronic identity, which some procedures require.

    :raises drafting.IdentityNotProved: if this one does; everything typed is kept.
    :raises drafting.DraftMissing: if `owner` has no such draft with this key.
    :raises drafting.ProcedureClosed: if the agency takes the procedure online no longer.
    :raises NotComplete: if a step lacks something; everything typed is kept.
    :raises NotRepresented, MandateEnded, MandateUsed, OutOfScope: if `owner` may not file this for
        whom the draft is.
    :raises limits.TooManyRequests: if too many were handed in of late.
    """
    draft = (
        Draft.objects.visible_to(owner)
        .filter(pk=draft_id, submission_key=key)
        .only("procedure_id", "submitted_at", "submission_key")
        .first()
    )
    if draft is None:
        raise drafting.DraftMissing(draft_id)
    if draft.submitted_at is None:
        organisation = owner.acting.organisation_id if owner.acting else None
        if organisation is None:
            limits.require(Bucket.SUBMIT, str(owner.pk), at=at)
            limits.require(Bucket.SUBMIT_PROCEDURE, str(owner.pk), str(draft.procedure_id), at=at)
        else:
            # A business files for its customers or workers by the dozen.
            limits.require(Bucket.SUBMIT_ORGANISATION, str(organisation), at=at)
    return _submit(draft_id=draft_id, owner=owner, at=at, by_eid=by_eid)


@transaction.atomic(durable=True)
def _submit(*, draft_id: UUID, owner: User, at: datetime, by_eid: bool) -> Dossier:
    try:
        draft = drafting.lock_draft(draft_id=draft_id, owner=owner)
    except drafting.DraftSubmitted as error:
        return Dossier.objects.get(submission_key=error.draft.submission_key)
    if draft.revision_id != draft.procedure.current_revision_id:
        raise NotComplete(Place(FilingStep.REVIEW), [_("Thủ tục vừa được cập nhật.")])
    # The account as it is now, under the draft's lock: not as it was when the page was made.
    drafting.require_identity(draft.revision, draft.owner, by_eid=by_eid)
    filed = filing.load(draft, today=to_local(at).date())
    if filed.offer is None and filed.draft.agency is not None:
        raise drafting.ProcedureClosed(draft.procedure.code)
    verdict = filing.judge(filed)
    place = filing.first_incomplete(filed, verdict)
    if (
        place.step is not FilingStep.SUBMIT
        or filed.offer is None
        or filed.case is None
        or verdict.people.people is None
    ):
        raise NotComplete(place, verdict.problems.get(place.mark, []))
    mandate = _use_right(draft, verdict.people.people, at=at)
    dossier = _create(
        filed, verdict, filed.case, filed.offer, verdict.people.people, mandate=mandate, at=at
    )
    _close_draft(draft, at=at)
    return dossier


@requires_transaction
def _use_right(draft: Draft, people: People, *, at: datetime) -> Mandate | None:
    """Make sure, under a lock, that whoever files may do so for whom; return the mandate if any."""
    code = draft.procedure.code
    if draft.organisation_id is not None:
        organisations.require_represented(
            organisation_id=draft.organisation_id, user=draft.owner, at=at
        )
        return None
    if draft.mandate_id is not None:
        return mandates.use_mandate(
            mandate_id=draft.mandate_id, holder=draft.owner, procedure_code=code, at=at
        )
    if people.relation == Relation.PRINCIPAL:
        return mandates.record_paper(
            holder=draft.owner, principal_name=people.child_name, procedure_code=code, at=at
        )
    return None


def _create(
    filed: Filing,
    verdict: Verdict,
    case: Case,
    offer: Offer,
    people: People,
    *,
    mandate: Mandate | None,
    at: datetime,
) -> Dossier:
    draft, owner = filed.draft, filed.draft.owner
    client = clients.client_of(draft)
    principal = client.principal if client else None
    if draft.agency is None:
        raise drafting.ProcedureClosed(draft.procedure.code)
    desk = receiving_unit(offer, agency=draft.agency)
    agency = deciding_unit(offer, agency=draft.agency)
    answer_due = deadlines.answer_due(agency=agency, at=at)
    dossier = Dossier(
        code=codes.new_code(agency=_owner_of(offer, draft.agency), at=at),
        submission_key=draft.submission_key,
        consent_version=draft.owner.consent_version,
        # What is filed under a mandate is its principal's, as if they had filed it.
        owner=principal or owner,
        organisation=draft.organisation,
        mandate=mandate,
        procedure=draft.procedure,
        revision=draft.revision,
        form_version=draft.revision.form_version,
        workflow_version=offer.workflow_version,
        case_key=case.key,
        case_name=case.name,
        offer_snapshot=_snapshot(filed, verdict, offer),
        receiving_unit=desk,
        deciding_unit=agency,
        channel=FilingChannel.ONLINE,
        answers=verdict.form.answers,
        return_method=verdict.returning.method,
        return_address=verdict.returning.address,
        applicant_name=client.name if client else people.child_name or owner.full_name,
        state=DossierState.SUBMITTED,
        state_changed_at=at,
        submitted_at=at,
        answer_due_at=answer_due.at,
    )
    dossier.seal_answers(verdict.form.sealed)
    dossier.save(force_insert=True)
    _add_people(dossier, owner, people, client)
    papers = _add_papers(dossier, filed, at=at)
    transitions.record_submission(
        dossier,
        by=owner,
        at=at,
        data={
            "step": steps.RECEPTION,
            "unit": desk.key,
            "case": case.key,
            "revision": draft.revision.number,
            "channel": FilingChannel.ONLINE,
            "answer_due_at": answer_due.at.isoformat(),
            "papers": papers,
        },
    )
    steps.open_step(
        dossier,
        key=steps.RECEPTION,
        name=_("Tiếp nhận"),
        unit=desk,
        role=Role.CLERK,
        at=at,
        hours=deadlines.ANSWER_HOURS,
    )
    if filed.definition is not None:
        issuing.issue_declaration(dossier, at=at)
    issuing.issue_proof(dossier, at=at)
    notices.queue_submitted(dossier, at=at)
    obligation = fees.create_obligations(dossier, moment=FeeMoment.AT_FILING, at=at)
    if obligation is not None and obligation.amount_vnd is not None:
        fees.ask_payment(dossier, obligation, by=owner, at=at)
    return dossier


def _owner_of(offer: Offer, agency: Unit) -> Unit:
    """Return the agency whose code begins the dossier's: the one that owns the receiving desk."""
    return (offer.receiving.agency if offer.receiving else None) or agency


def _snapshot(filed: Filing, verdict: Verdict, offer: Offer) -> dict[str, Any]:
    """Pin what was promised, so that a later change of the catalogue changes nothing here."""
    return {
        "level": offer.declared_level,
        "mode": offer.service_mode,
        "returns": list(offer.returns),
        "decision_number": offer.decision_number,
        "time": deadlines.pin(filing.online_time(filed)) | _local_time(filed),
        "fee_moment": filed.revision.fee_moment,
        "fees": [line.to_json() for line in verdict.returning.lines],
    }


def _local_time(filed: Filing) -> dict[str, str]:
    """Name the local decision under which the time is shorter than the legal one, if any is."""
    ground = filed.terms.grounds.get(FilingChannel.ONLINE)
    return {"local_decision": ground} if ground else {}


@requires_transaction
def _add_people(dossier: Dossier, owner: User, people: People, client: Client | None) -> None:
    submitter = _person_who_files(dossier, owner, people, role=PartyRole.SUBMITTER)
    applicant = _applicant(dossier, submitter, people, client)
    parties = [submitter, applicant]
    if dossier.mandate_id is not None:
        parties.append(_person_who_files(dossier, owner, people, role=PartyRole.MANDATE_HOLDER))
    for party in parties:
        # bulk_create does not call save(), which would fold the name.
        party.folded_name = fold(party.name)
    DossierParty.objects.bulk_create(parties)


def _person_who_files(
    dossier: Dossier, owner: User, people: People, *, role: PartyRole
) -> DossierParty:
    return DossierParty(
        dossier=dossier,
        role=role,
        name=owner.full_name,
        phone=people.phone,
        email=people.email,
        date_of_birth=owner.date_of_birth,
        address=owner.address if dossier.mandate_id or dossier.organisation_id else people.address,
        identity_sealed=owner.identity_sealed,
        identity_hash=owner.identity_hash,
    )


def _applicant(
    dossier: Dossier, submitter: DossierParty, people: People, client: Client | None
) -> DossierParty:
    applicant = DossierParty(dossier=dossier, role=PartyRole.APPLICANT, relation=people.relation)
    if client is not None:
        applicant.relation = ""
        applicant.name, applicant.tax_code = client.name, client.tax_code
        applicant.phone, applicant.email = client.phone, client.email
        applicant.address, applicant.date_of_birth = people.address, client.date_of_birth
        if client.principal is not None:
            applicant.identity_sealed = client.principal.identity_sealed
            applicant.identity_hash = client.principal.identity_hash
    elif people.relation in {Relation.MINOR_CHILD, Relation.PRINCIPAL}:
        applicant.name = people.child_name
        applicant.date_of_birth = people.child_born
        applicant.address = people.address if people.relation == Relation.MINOR_CHILD else ""
        if people.child_identity:
            applicant.identity_sealed = crypto.seal(people.child_identity)
            applicant.identity_hash = crypto.keyed_hash(people.child_identity)
    else:
        for name in ("name", "phone", "email", "date_of_birth", "address"):
            setattr(applicant, name, getattr(submitter, name))
        applicant.identity_sealed = submitter.identity_sealed
        applicant.identity_hash = submitter.identity_hash
    return applicant


@requires_transaction
def _add_papers(dossier: Dossier, filed: Filing, *, at: datetime) -> dict[str, int]:
    """Link the files of the slots that the case asks for; return how many each paper has."""
    links = [
        DossierPaper(
            dossier=dossier,
            paper_key=paper.key,
            paper_name=str(paper)[:300],
            file=link.file,
            position=link.position,
            added_at=at,
        )
        for paper in filed.slots
        for link in filed.files.get(paper.key, ())
    ]
    attachments.plan_bundles(dossier, links, at=at)
    DossierPaper.objects.bulk_create(links)
    counts: dict[str, int] = {}
    for link in links:
        counts[link.paper_key] = counts.get(link.paper_key, 0) + 1
    return counts


@requires_transaction
def _close_draft(draft: Draft, *, at: datetime) -> None:
    """Mark a locked draft as handed in and empty it: what it held is the dossier's now."""
    draft.papers.all().delete()
    draft.submitted_at = at
    draft.answers, draft.applicant, draft.saves = {}, {}, {}
    draft.sealed = None
    draft.return_address = ""
    draft.fee_quantities, draft.fee_exemptions = {}, {}
    draft.save(
        update_fields=[
            "submitted_at",
            "answers",
            "applicant",
            "saves",
            "sealed",
            "return_address",
            "fee_quantities",
            "fee_exemptions",
        ]
    )
