"""Organisations: the tax code, who represents them, what nobody can find out."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import acting
from accounts.enums import OrganisationLevel, Role
from accounts.models import Organisation, Representative, SecurityEvent
from accounts.services import organisations
from accounts.services.offers import Contact
from accounts.services.organisations import Particulars
from portal.core.identity import InvalidTaxCode, clean_tax_code, format_tax_code
from portal.notices.models import Notice
from tests.factories.accounts import CitizenFactory, StaffFactory, UnitFactory
from tests.factories.dossiers import MONDAY_9AM
from tests.factories.representation import OrganisationFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db

LATER = MONDAY_9AM + timedelta(hours=1)
CO_OP = Particulars("0100233488", "Hợp tác xã Sông Tranh", "Thôn Đoài, xã Sông Tranh")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0100233488", "0100233488"),
        ("01.00.112.437", "0100112437"),
        ("0314409058-002", "0314409058002"),
    ],
)
def test_right_tax_codes_are_taken_however_they_are_grouped(typed, stored):
    assert clean_tax_code(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "0100233480", "010023348", "0100000000", "0314409058-000", "01002334AB", "١٢٣٤٥٦٧٨٩٠"],
)
def test_wrong_tax_codes_are_refused_with_a_sentence(typed):
    with pytest.raises(InvalidTaxCode) as refused:
        clean_tax_code(typed)

    assert refused.value.sentence.endswith(".")


def test_a_branch_is_written_with_its_dash():
    assert format_tax_code("0314409058002") == "0314409058-002"


def declare(user, particulars=CO_OP):
    return organisations.declare_organisation(
        particulars=particulars, user=user, title="Giám đốc", is_legal=True, at=MONDAY_9AM
    )


def invite(organisation, by, person, *, number=None):
    return organisations.invite_representative(
        organisation_id=organisation.pk,
        by=by,
        contact=Contact(person.full_name, number or person.phone),
        title="",
        is_legal=False,
        valid_until=None,
        at=MONDAY_9AM,
    )


def test_a_declared_organisation_blocks_nobody_and_the_same_again_is_one_row():
    stranger, owner = CitizenFactory(), CitizenFactory()
    first = declare(stranger)

    second = declare(owner)

    assert first.pk != second.pk
    assert declare(owner).pk == second.pk
    assert {one.level for one in Organisation.objects.all()} == {OrganisationLevel.DECLARED}
    assert acting.list_represented(owner, at=LATER) == [second]


def test_of_one_tax_code_one_row_is_seen_at_most():
    clerk = StaffFactory(role=Role.CLERK, unit=UnitFactory())
    first, second = declare(CitizenFactory()), declare(CitizenFactory())

    organisations.note_seen(organisation_id=first.pk, by=clerk, at=LATER)

    with pytest.raises(organisations.AlreadySeen):
        organisations.note_seen(organisation_id=second.pk, by=clerk, at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=second.pk).update(level="EID")
    assert SecurityEvent.objects.filter(kind="organisation-seen").count() == 1


def test_an_invited_person_takes_the_seat_in_their_own_account():
    owner, colleague = CitizenFactory(), CitizenFactory(full_name="Trần Văn Bình")
    organisation = declare(owner)
    seat = invite(organisation, owner, colleague)

    assert acting.list_represented(colleague, at=LATER) == []
    assert [one.pk for one in acting.list_invitations(colleague)] == [seat.pk]
    organisations.answer_invitation(
        representative_id=seat.pk, user=colleague, accepts=True, at=LATER
    )

    assert acting.list_represented(colleague, at=LATER) == [organisation]
    assert Notice.objects.filter(recipient=colleague, kind="representative-invited").exists()


def test_who_has_another_name_or_an_unproven_phone_is_offered_nothing():
    owner, invited = CitizenFactory(), CitizenFactory(full_name="Trần Văn Bình")
    namesake = CitizenFactory(full_name="Trần Văn Bình")
    relative = CitizenFactory(full_name="Trần Thị Bé", phone=invited.phone)
    pretender = CitizenFactory(declared=True, full_name="Trần Văn Bình", phone=invited.phone)
    seat = invite(declare(owner), owner, invited)

    for person in (namesake, relative, pretender):
        assert acting.list_invitations(person) == []
        with pytest.raises(organisations.NoInvitation):
            organisations.answer_invitation(
                representative_id=seat.pk, user=person, accepts=True, at=LATER
            )


def test_an_identity_number_counts_once_it_was_seen():
    owner = CitizenFactory()
    declared, seen = CitizenFactory(), CitizenFactory(seen=True)
    organisation = declare(owner)

    invite(organisation, owner, declared, number=declared.identity_number)
    invite(organisation, owner, seen, number=seen.identity_number)

    assert acting.list_invitations(declared) == []
    assert len(acting.list_invitations(seen)) == 1


def test_whoever_represents_it_ends_another_and_strangers_do_not():
    owner, stranger = CitizenFactory(), CitizenFactory()
    organisation = declare(owner)
    seat = RepresentativeFactory(organisation=organisation)
    ending = {"organisation_id": organisation.pk, "representative_id": seat.pk, "at": LATER}

    with pytest.raises(organisations.NotRepresented):
        organisations.end_representative(by=stranger, **ending)
    organisations.end_representative(by=owner, **ending)

    assert acting.find_acting(seat.user, key=f"organisation:{organisation.pk}", at=LATER) is None
    with pytest.raises(organisations.NotRepresented):
        organisations.end_representative(by=owner, **ending)


def test_a_seat_ends_with_its_last_day():
    seat = RepresentativeFactory(valid_until=date(2026, 3, 2))
    key = f"organisation:{seat.organisation_id}"

    assert acting.find_acting(seat.user, key=key, at=MONDAY_9AM) is not None
    assert acting.find_acting(seat.user, key=key, at=MONDAY_9AM + timedelta(days=1)) is None


def test_the_page_says_the_same_whether_the_invited_person_exists(client):
    seat = RepresentativeFactory()
    known = CitizenFactory(full_name="Trần Văn Bình")
    client.force_login(seat.user)
    url = reverse("accounts:organisation", args=[seat.organisation_id])
    answers = []

    for phone in (known.phone, "84987654321"):
        Representative.objects.filter(user=None).delete()
        typed = {"person": "Trần Văn Bình", "contact": phone}
        answers.append(client.post(url, typed, follow=True))

    said = [{str(one) for one in answer.context["messages"]} for answer in answers]
    assert said[0] == said[1] != set()
    assert "chờ trả lời lời mời" in answers[0].text
    assert answers[0].text.count("dossier-row__name") == answers[1].text.count("dossier-row__name")


def test_the_desk_finds_an_organisation_and_notes_its_papers_as_seen(client):
    organisation = OrganisationFactory(tax_code="0100233488")
    RepresentativeFactory(organisation=organisation, user__full_name="Lê Thị Hoa")
    client.force_login(StaffFactory(role=Role.CLERK, unit=UnitFactory()))
    url = reverse("accounts:desk_organisations")

    page = client.get(url, {"ma_so_thue": "0100 233 488"})
    assert "Lê Thị Hoa" in page.text
    client.post(reverse("accounts:desk_organisation_seen", args=[organisation.pk]))

    organisation.refresh_from_db()
    assert organisation.level == OrganisationLevel.SEEN
    assert client.get(url, {"ma_so_thue": "sai"}).status_code == 422
