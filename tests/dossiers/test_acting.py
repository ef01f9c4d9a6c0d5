"""Filing for others: who the dossier is of, who sees it, who is told, and who no longer."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Mandate
from accounts.services import mandates, organisations
from dossiers import policies
from dossiers.enums import DossierState, PartyRole, Relation
from dossiers.filing import MANDATE_PAPER, FilingStep
from dossiers.models import Dossier, Draft, DraftPaper
from dossiers.notices import letters
from dossiers.selectors import citizen, papers
from dossiers.services import draft_steps, drafting, submission, withdrawal
from portal.notices.models import Notice
from tests.factories.accounts import CitizenFactory, StaffFactory
from tests.factories.dossiers import MONDAY_9AM, SMALL_PDF, StoredFileFactory, dossier_at
from tests.factories.filing import PAGE, new_draft, place, ready_draft
from tests.factories.representation import (
    MandateFactory,
    RepresentativeFactory,
    acting_for,
)

pytestmark = pytest.mark.django_db

LATER = MONDAY_9AM + timedelta(hours=1)


def hand_in(draft, owner):
    return submission.submit_dossier(
        draft_id=draft.pk, owner=owner, key=draft.submission_key, at=MONDAY_9AM
    )


def file_under(right, where=None):
    """File a dossier as the holder of a mandate or a representative; return it with the person."""
    user = right.holder if isinstance(right, Mandate) else right.user
    person = acting_for(user, right)
    return hand_in(ready_draft(where or place(), person), person), person


def codes(user):
    page = citizen.list_mine(user, at=LATER)
    return {row.code for group in (page.waiting, page.running, page.done) for row in group}


def test_under_a_mandate_the_dossier_is_its_principals():
    mandate = MandateFactory(
        principal__full_name="Phạm Thị Bưởi", holder__full_name="Trần Văn Bình"
    )

    dossier, holder = file_under(mandate)

    assert (dossier.owner, dossier.mandate) == (mandate.principal, mandate)
    assert dossier.applicant_name == "Phạm Thị Bưởi"
    people = {party.role: party for party in dossier.parties.all()}
    assert {role: one.name for role, one in people.items()} == {
        PartyRole.APPLICANT: "Phạm Thị Bưởi",
        PartyRole.SUBMITTER: "Trần Văn Bình",
        PartyRole.MANDATE_HOLDER: "Trần Văn Bình",
    }
    applicant = people[PartyRole.APPLICANT]
    assert applicant.identity_number == mandate.principal.identity_number
    assert dossier.events.first().actor_id == holder.pk


def test_for_an_organisation_the_applicant_has_a_tax_code():
    seat = RepresentativeFactory()

    dossier, person = file_under(seat)

    applicant = dossier.parties.get(role=PartyRole.APPLICANT)
    assert (applicant.name, applicant.tax_code) == (
        seat.organisation.name,
        seat.organisation.tax_code,
    )
    assert applicant.identity_hash == ""
    assert dossier.parties.get(role=PartyRole.SUBMITTER).name == person.full_name
    assert dossier.organisation == seat.organisation


def test_slips_and_letters_address_the_organisation():
    seat = RepresentativeFactory()

    dossier, person = file_under(seat)

    name = seat.organisation.name
    assert name in dossier.slips.get(kind="PROOF").content["person"]["name"]
    letter = Notice.objects.get(subject_key=f"dossier:{dossier.code}", medium="in_app")
    assert (letter.recipient_id, letter.context) == (
        person.pk,
        f"organisation:{seat.organisation_id}",
    )
    assert f"Kính gửi ông/bà {name}" in letter.body
    told = Notice.objects.filter(subject_key=f"dossier:{dossier.code}", medium="sms")
    assert [one.to for one in told] == ["84912345678"]


def test_both_sides_of_a_mandate_are_told_until_it_ends():
    mandate = MandateFactory()
    dossier, holder = file_under(mandate)
    told = Notice.objects.filter(subject_key=f"dossier:{dossier.code}", medium="in_app")
    assert set(told.values_list("recipient", "context")) == {
        (mandate.principal_id, ""),
        (holder.pk, f"mandate:{mandate.pk}"),
    }
    assert "84912345678" in letters.phones(dossier, at=LATER)

    mandates.revoke_mandate(mandate_id=mandate.pk, by=mandate.principal, at=LATER)
    dossier = Dossier.objects.get(pk=dossier.pk)

    assert letters.phones(dossier, at=LATER) == [mandate.principal.phone]
    withdrawal.withdraw_dossier(dossier_id=dossier.pk, by=mandate.principal, at=LATER, version=None)
    last = told.filter(kind="dossier-withdrawn")
    assert list(last.values_list("recipient", flat=True)) == [mandate.principal_id]


def test_each_context_sees_its_own_dossiers_and_drafts_and_no_other():
    where = place()
    holder = CitizenFactory()
    first, second = MandateFactory(holder=holder), MandateFactory(holder=holder)
    seat = RepresentativeFactory(user=holder)
    filed = {
        "self": hand_in(ready_draft(where, holder), holder).code,
        "first": file_under(first, where)[0].code,
        "second": file_under(second, where)[0].code,
        "seat": file_under(seat, where)[0].code,
    }
    people = {
        "self": holder,
        "first": acting_for(holder, first),
        "second": acting_for(holder, second),
        "seat": acting_for(holder, seat),
    }
    drafts = {name: new_draft(where, person).pk for name, person in people.items()}

    assert {name: codes(person) for name, person in people.items()} == {
        name: {code} for name, code in filed.items()
    }
    assert len(set(drafts.values())) == len(people)
    for name, person in people.items():
        assert [one.pk for one in Draft.objects.visible_to(person).open()] == [drafts[name]]
        for other, code in filed.items():
            found = papers.find_dossier(code=code, user=person, at=LATER)
            assert (found is not None) == (name == other)


def test_the_principal_sees_what_was_filed_for_them_and_the_holder_no_more_than_that():
    mandate = MandateFactory()
    own = dossier_at(DossierState.SUBMITTED, owner=mandate.principal)
    filed, holder = file_under(mandate, place("binh-lam"))

    assert codes(mandate.principal) == {own.code, filed.code}
    assert codes(holder) == {filed.code}
    assert codes(mandate.holder) == set()


def test_another_representative_sees_the_organisations_dossiers_but_not_its_drafts():
    seat = RepresentativeFactory()
    dossier, person = file_under(seat)
    new_draft(place("binh-lam"), person)
    colleague = RepresentativeFactory(organisation=seat.organisation)

    seen = acting_for(colleague.user, colleague)

    assert codes(seen) == {dossier.code}
    assert not Draft.objects.visible_to(seen).open().exists()
    assert codes(seat.user) == set()


def test_the_holder_of_a_mandate_does_not_withdraw():
    dossier, holder = file_under(MandateFactory())

    with pytest.raises(policies.NotYourDossier):
        withdrawal.withdraw_dossier(dossier_id=dossier.pk, by=holder, at=LATER, version=None)

    assert not citizen.get_dossier_page(code=dossier.code, user=holder, at=LATER).can_withdraw


def test_a_draft_is_prefilled_from_whom_it_is_for():
    mandate = MandateFactory(principal__address="Xã Bình Lâm", holder__address="Phường Bến Cá")

    draft = new_draft(place(), acting_for(mandate.holder, mandate))

    assert draft.applicant["address"] == "Xã Bình Lâm"
    assert draft.applicant["phone"].replace(" ", "") == f"0{mandate.holder.phone[2:]}"


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        ({"revoked_at": MONDAY_9AM}, mandates.MandateEnded),
        ({"valid_until": "2026-03-01"}, mandates.MandateEnded),
        ({"is_single_use": True, "used_at": MONDAY_9AM}, mandates.MandateUsed),
        ({"procedures": ["9.999999"]}, mandates.OutOfScope),
    ],
)
def test_a_submission_looks_at_the_mandate_again(spoil, refusal):
    mandate = MandateFactory()
    holder = acting_for(mandate.holder, mandate)
    draft = ready_draft(place(), holder)
    Mandate.objects.filter(pk=mandate.pk).update(**spoil)

    with pytest.raises(refusal):
        hand_in(draft, holder)

    assert not Dossier.objects.exists()
    draft.refresh_from_db()
    assert draft.submitted_at is None


def test_a_submission_looks_at_the_seat_again():
    seat = RepresentativeFactory()
    person = acting_for(seat.user, seat)
    draft = ready_draft(place(), person)
    organisations.end_representative(
        organisation_id=seat.organisation_id, representative_id=seat.pk, by=seat.user, at=MONDAY_9AM
    )

    with pytest.raises(organisations.NotRepresented):
        hand_in(draft, person)

    assert not Dossier.objects.exists()


def test_no_draft_is_begun_outside_the_scope():
    mandate = MandateFactory(procedures=["9.999999"])

    with pytest.raises(mandates.OutOfScope):
        new_draft(place(), acting_for(mandate.holder, mandate))


def test_the_page_says_why_nothing_can_be_filed(client):
    where, mandate = place(), MandateFactory(procedures=["9.999999"])
    client.force_login(mandate.holder)
    client.post(reverse("accounts:acting"), {"thay_cho": f"mandate:{mandate.pk}"})

    page = client.get(reverse("dossiers:start", args=[where.procedure.code]), follow=True)

    assert "ủy quyền này không gồm thủ tục" in page.text


def file_by_paper(holder, where, *, with_paper=True):
    draft = ready_draft(where, holder)
    typed = {
        "relation": "PRINCIPAL",
        "principal_name": "Phạm Thị Bưởi",
        "principal_born": "02/03/1950",
        "principal_identity": "031150000123",
    }
    saving = {"draft_id": draft.pk, "owner": holder, "at": MONDAY_9AM}
    draft_steps.save_people(typed=typed, page=PAGE, is_final=True, **saving)
    if with_paper:
        DraftPaper.objects.create(
            draft=draft, paper_key=MANDATE_PAPER, file=StoredFileFactory(uploaded_by=holder)
        )
    drafting.finish_step(step=FilingStep.PAPERS, **saving)
    drafting.finish_step(step=FilingStep.REVIEW, **saving)
    return hand_in(draft, holder)


def test_by_paper_the_paper_is_asked_for():
    with pytest.raises(submission.NotComplete) as refused:
        file_by_paper(CitizenFactory(), place(), with_paper=False)

    assert refused.value.place.step == FilingStep.PAPERS


def test_by_paper_the_principal_needs_no_account():
    holder = CitizenFactory()

    dossier = file_by_paper(holder, place())

    assert (dossier.owner, dossier.applicant_name) == (holder, "Phạm Thị Bưởi")
    applicant = dossier.parties.get(role=PartyRole.APPLICANT)
    assert (applicant.identity_number, applicant.relation) == ("031150000123", Relation.PRINCIPAL)
    assert dossier.parties.get(role=PartyRole.MANDATE_HOLDER).name == holder.full_name
    assert dossier.papers.filter(paper_key=MANDATE_PAPER).count() == 1
    assert (dossier.mandate.kind, dossier.mandate.checked_at) == ("PAPER", None)
    assert codes(holder) == {dossier.code}
    assert "031150000123" not in str(Draft.objects.values().get())


def test_the_mandate_paper_itself_can_be_asked_for_again(client):
    where = place()
    dossier = file_by_paper(CitizenFactory(), where)
    clerk = StaffFactory(role=Role.CLERK, unit=dossier.receiving_unit)
    typed = {
        f"tick_paper_{MANDATE_PAPER}": "on",
        f"why_paper_{MANDATE_PAPER}": "Thiếu chữ ký",
        "deadline": "13/3/2026",
        "ground": "Bộ luật Dân sự",
        "version": dossier.version,
        "send": "1",
    }
    with time_machine.travel(LATER, tick=False):
        client.force_login(clerk)
        url = reverse("dossiers:ask_supplement", args=[dossier.code])
        assert f'name="tick_paper_{MANDATE_PAPER}"' in client.get(url).text
        assert client.post(url, typed).status_code == 302
        item = dossier.supplements.get().items.get()
        assert item.paper_key == MANDATE_PAPER
        client.force_login(dossier.owner)
        upload = reverse("dossiers:supplement_upload", args=[dossier.code, item.pk])
        sent = SimpleUploadedFile("moi.pdf", SMALL_PDF, "application/pdf")
        assert client.post(upload, {"file": sent}).status_code == 302
        answered = client.post(reverse("dossiers:supplement", args=[dossier.code]))

    assert answered.status_code == 302
    newest = dossier.papers.get(paper_key=MANDATE_PAPER, superseded_at=None)
    assert (newest.round, newest.file.name) == (1, "moi.pdf")
    assert dossier.papers.filter(paper_key=MANDATE_PAPER).count() == 2


@pytest.mark.parametrize("end", ["revoked", "over"])
def test_drafts_of_a_mandate_that_ended_are_out_of_sight_of_both(client, end):
    where = place()
    mandate = MandateFactory()
    draft = new_draft(where, acting_for(mandate.holder, mandate))
    with time_machine.travel(MONDAY_9AM, tick=False):
        client.force_login(mandate.holder)
        client.post(reverse("accounts:acting"), {"thay_cho": f"mandate:{mandate.pk}"})
        url = reverse("dossiers:step", args=[draft.pk, "co-quan"])
        assert client.get(url).status_code == 200
        if end == "revoked":
            mandates.revoke_mandate(mandate_id=mandate.pk, by=mandate.principal, at=LATER)
        else:
            Mandate.objects.filter(pk=mandate.pk).update(valid_until=MONDAY_9AM - timedelta(days=1))

        # In the middle of it, back in their own name, and the one for whom it was begun.
        assert client.get(url).status_code in {302, 404}
        for person in (mandate.holder, mandate.principal):
            client.force_login(person)
            assert client.get(url).status_code == 404
            assert not citizen.list_mine(person, at=LATER).drafts


def test_a_payment_of_one_client_is_absent_while_acting_for_the_other(client):
    from tests.factories.payments import PaymentFactory

    mandate = MandateFactory(valid_until=timezone.localdate() + timedelta(days=9))
    dossier, _holder = file_under(mandate)
    payment = PaymentFactory(dossier=dossier, owner=mandate.holder)
    url = reverse("payments:attempt", args=[payment.reference])
    client.force_login(mandate.holder)

    assert client.get(url).status_code == 404
    client.post(reverse("accounts:acting"), {"thay_cho": f"mandate:{mandate.pk}"})
    assert client.get(url).status_code == 200


def test_who_looked_is_for_the_principal_not_for_the_holder(client):
    mandate = MandateFactory(valid_until=timezone.localdate() + timedelta(days=9))
    dossier, _holder = file_under(mandate)
    url = reverse("dossiers:looks", args=[dossier.code])
    client.force_login(mandate.principal)
    assert client.get(url).status_code == 200

    client.force_login(mandate.holder)
    client.post(reverse("accounts:acting"), {"thay_cho": f"mandate:{mandate.pk}"})

    assert client.get(url).status_code == 404
    page = client.get(reverse("dossiers:detail", args=[dossier.code]))
    assert page.status_code == 200
    assert url not in page.text
