"""Two accounts of one person become one, once a second person has confirmed it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import IdentityLevel, Role
from accounts.models import AccountMerge, SecurityEvent
from accounts.services.merging import NoLongerTwo, SamePerson
from dossiers.models import Dossier, Draft
from payments.models import Payment
from portal.notices.models import Notice
from portal.operations.services import merging
from tests.factories.accounts import PASSWORD, CitizenFactory, StaffFactory, sign_in_proved
from tests.factories.dossiers import DossierFactory, DraftFactory, office
from tests.factories.notices import NoticeFactory
from tests.factories.payments import PaymentFactory

pytestmark = pytest.mark.django_db

PAGE = reverse("operations:merges")
NUMBER = "031190000123"


@pytest.fixture
def place():
    return office()


@pytest.fixture
def merge(place):
    duplicate = CitizenFactory(identity_number=NUMBER, phone="84912345678")
    survivor = CitizenFactory(identity_number=NUMBER, phone="84987654321")
    return AccountMerge.objects.create(
        duplicate=duplicate,
        survivor=survivor,
        agency=place.agency,
        paper="ID_CARD",
        proposed_by=place.clerk,
        proposed_at=timezone.now(),
    )


def browser_of(user):
    return sign_in_proved(Client(), user)


def test_leader_confirms_and_everything_is_the_survivors(place, merge):
    duplicate, survivor = merge.duplicate, merge.survivor
    dossier = DossierFactory(place=place, owner=duplicate)
    draft = DraftFactory(owner=duplicate, agency=place.agency)
    payment = PaymentFactory(dossier=dossier, agency=place.agency)
    notice = NoticeFactory(recipient=duplicate)
    elsewhere, leader = browser_of(duplicate), browser_of(place.leader)
    assert duplicate.full_name in leader.get(PAGE).text

    assert leader.post(PAGE, {"merge": merge.pk, "confirm": "1"}).url == PAGE

    for fresh in (duplicate, survivor, merge):
        fresh.refresh_from_db()
    assert (duplicate.merged_into, survivor.merged_into) == (survivor, None)
    assert survivor.identity_level == IdentityLevel.SEEN
    assert Dossier.objects.get(pk=dossier.pk).owner == survivor
    assert Draft.objects.get(pk=draft.pk).owner == survivor
    assert Payment.objects.get(pk=payment.pk).owner == survivor
    assert Notice.objects.get(pk=notice.pk).recipient == survivor
    assert (merge.state, merge.decided_by) == ("DONE", place.leader)
    assert SecurityEvent.objects.filter(kind="merged", actor=place.leader).count() == 2
    told = Notice.objects.filter(kind="accounts-merged", medium="sms").values_list("to", flat=True)
    assert set(told) == {"84912345678", "84987654321"}
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302
    page = browser_of(survivor).get(reverse("dossiers:detail", args=[dossier.code]))
    assert page.status_code == 200


def test_merged_accounts_sign_in_says_what_to_do(place, merge):
    merging.confirm_merge(
        merge_id=merge.pk, by=place.leader, agency_ids={place.agency.pk}, at=timezone.now()
    )

    page = Client().post(
        reverse("accounts:sign_in"), {"name": "0912 345 678", "password": PASSWORD}
    )

    assert "đã được gộp vào tài khoản khác" in page.text


def test_unit_administrator_declines_and_nothing_changes(place, merge):
    admin = StaffFactory(role=Role.UNIT_ADMIN, unit=place.desk)

    browser_of(admin).post(PAGE, {"merge": merge.pk, "decline": "1"})

    merge.refresh_from_db()
    merge.duplicate.refresh_from_db()
    assert (merge.state, merge.duplicate.merged_into) == ("DECLINED", None)


def test_confirming_asks_for_the_apps_code_and_declining_does_not(place, merge):
    browser = Client()
    browser.force_login(place.leader)

    asked = browser.post(PAGE, {"merge": merge.pk, "confirm": "1"})

    assert asked.status_code == 422
    assert 'name="ma_xac_thuc"' in asked.text
    merge.refresh_from_db()
    assert merge.state == "PROPOSED"
    assert browser.post(PAGE, {"merge": merge.pk, "decline": "1"}).url == PAGE


def test_who_proposed_does_not_confirm(place, merge):
    AccountMerge.objects.update(proposed_by=place.leader)

    response = browser_of(place.leader).post(PAGE, {"merge": merge.pk, "confirm": "1"})

    assert response.status_code == 409
    with pytest.raises(SamePerson):
        merging.confirm_merge(
            merge_id=merge.pk, by=place.leader, agency_ids={place.agency.pk}, at=timezone.now()
        )


@pytest.mark.parametrize("chosen", ["theirs", "0", "", "x", "9" * 30])
def test_proposal_of_another_agency_is_absent(place, merge, chosen):
    stranger = office("binh-lam").leader
    browser = browser_of(stranger)
    assert merge.duplicate.full_name not in browser.get(PAGE).text

    response = browser.post(PAGE, {"merge": merge.pk if chosen == "theirs" else chosen})

    assert response.status_code == 409
    merge.duplicate.refresh_from_db()
    assert merge.duplicate.merged_into is None


def test_proposal_that_no_longer_fits_is_refused(place, merge):
    merge.duplicate.is_active = False
    merge.duplicate.save()

    with pytest.raises(NoLongerTwo):
        merging.confirm_merge(
            merge_id=merge.pk, by=place.leader, agency_ids={place.agency.pk}, at=timezone.now()
        )
    assert browser_of(place.leader).post(PAGE, {"merge": merge.pk}).status_code == 409


def test_earlier_merges_lead_to_the_last_survivor(place, merge):
    earlier = CitizenFactory(merged_into=merge.duplicate)

    merging.confirm_merge(
        merge_id=merge.pk, by=place.leader, agency_ids={place.agency.pk}, at=timezone.now()
    )

    earlier.refresh_from_db()
    assert earlier.merged_into == merge.survivor


def test_the_administrator_is_led_to_what_waits_and_to_nothing_else(place, merge):
    admin = StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency)
    stranger = StaffFactory(role=Role.UNIT_ADMIN, unit=office("khac").agency)
    page, link = reverse("accounts:unit_people"), f'href="{PAGE}"'

    assert link in browser_of(admin).get(page).content.decode()
    assert link not in browser_of(stranger).get(page).content.decode()
