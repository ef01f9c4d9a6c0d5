"""Mandates: confirmed with a code, taken by whom they name, ended at any time."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import acting
from accounts.enums import MandateState
from accounts.models import Mandate, SecurityEvent
from accounts.services import mandates
from portal.notices.models import Notice
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM
from tests.factories.representation import MandateFactory

pytestmark = pytest.mark.django_db

LATER = MONDAY_9AM + timedelta(hours=1)


def typed_terms(holder, **changes):
    today = timezone.localdate()
    return {
        "person": holder.full_name,
        "contact": holder.phone,
        "scope": "some",
        "procedures": "1.001193, 2.000635",
        "use": "once",
        "valid_from": f"{today:%d/%m/%Y}",
        "valid_until": f"{today + timedelta(days=30):%d/%m/%Y}",
        **changes,
    }


def code_sent_to(phone):
    notice = Notice.objects.filter(kind="one-time-code", to=phone).latest("pk")
    return re.search(r"\d{6}", notice.body.split(":", 1)[1])[0]


def test_a_mandate_is_given_with_a_code_and_taken_in_the_other_account(client):
    principal, holder = CitizenFactory(), CitizenFactory(full_name="Trần Văn Bình")
    client.force_login(principal)

    client.post(reverse("accounts:mandate_give"), typed_terms(holder))
    assert not Mandate.objects.exists()
    wrong = client.post(reverse("accounts:mandate_code"), {"code": "000000"})
    assert wrong.status_code == 422
    code = code_sent_to(principal.phone)
    client.post(reverse("accounts:mandate_code"), {"code": code})

    mandate = Mandate.objects.get()
    assert mandate.procedures == ["1.001193", "2.000635"]
    assert mandate.state(at=timezone.now()) == MandateState.OFFERED
    client.force_login(holder)
    client.post(reverse("accounts:mandate_answer", args=[mandate.pk]), {"tra_loi": "nhan"})
    mandate.refresh_from_db()
    assert (mandate.holder, mandate.state(at=timezone.now())) == (holder, MandateState.ACTIVE)
    told = set(Notice.objects.filter(medium="in_app").values_list("recipient", "kind"))
    assert told == {(holder.pk, "mandate-given"), (principal.pk, "mandate-accepted")}
    kinds = list(SecurityEvent.objects.values_list("kind", flat=True))
    assert {"mandate-given", "mandate-accepted"} <= set(kinds)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"procedures": ""}, "Ghi ít nhất một mã thủ tục"),
        ({"procedures": "khai sinh"}, "chưa đúng dạng mã thủ tục"),
        ({"valid_from": "01/01/2020"}, "Ngày này đã qua"),
        ({"valid_until": "01/01/2999"}, "dài nhất một năm"),
        ({"contact": "12"}, "Số điện thoại"),
        ({"person": ""}, "Nhập họ và tên"),
    ],
)
def test_bad_terms_are_answered_with_a_sentence_and_kept(client, changes, sentence):
    client.force_login(CitizenFactory())

    page = client.post(reverse("accounts:mandate_give"), typed_terms(CitizenFactory(), **changes))

    assert page.status_code == 422
    assert sentence in page.text
    assert not Notice.objects.filter(kind="one-time-code").exists()


def test_nobody_takes_a_mandate_that_names_another_person():
    mandate = MandateFactory(offered_to=CitizenFactory(full_name="Trần Văn Bình"))

    with pytest.raises(mandates.NoSuchMandate):
        mandates.answer_mandate(
            mandate_id=mandate.pk, user=CitizenFactory(), accepts=True, at=LATER
        )


def test_either_side_ends_it_and_the_holder_acts_no_more():
    for side in ("principal", "holder"):
        mandate = MandateFactory()
        key = f"mandate:{mandate.pk}"
        assert acting.find_acting(mandate.holder, key=key, at=LATER) is not None

        mandates.revoke_mandate(mandate_id=mandate.pk, by=getattr(mandate, side), at=LATER)

        assert acting.find_acting(mandate.holder, key=key, at=LATER) is None
        told = Notice.objects.filter(kind="mandate-revoked", medium="in_app")
        assert {mandate.principal_id, mandate.holder_id} <= set(
            told.values_list("recipient", flat=True)
        )
        with pytest.raises(mandates.NoSuchMandate):
            mandates.revoke_mandate(mandate_id=mandate.pk, by=mandate.principal, at=LATER)


def test_strangers_neither_end_a_mandate_nor_act_under_it():
    mandate, stranger = MandateFactory(), CitizenFactory()

    with pytest.raises(mandates.NoSuchMandate):
        mandates.revoke_mandate(mandate_id=mandate.pk, by=stranger, at=LATER)

    assert acting.find_acting(stranger, key=f"mandate:{mandate.pk}", at=LATER) is None
    # The principal gave it away; they act for themselves, not under it.
    assert acting.find_acting(mandate.principal, key=f"mandate:{mandate.pk}", at=LATER) is None


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, MandateState.ACTIVE),
        ({"valid_from": date(2026, 3, 3)}, MandateState.UPCOMING),
        ({"valid_until": date(2026, 3, 1)}, MandateState.ENDED),
        ({"is_single_use": True, "used_at": MONDAY_9AM}, MandateState.USED),
        ({"used_at": MONDAY_9AM}, MandateState.ACTIVE),
        ({"revoked_at": MONDAY_9AM}, MandateState.REVOKED),
        ({"declined_at": MONDAY_9AM, "accepted_at": None}, MandateState.DECLINED),
    ],
)
def test_the_state_follows_from_the_row_and_the_day(changes, state):
    mandate = MandateFactory(**changes)

    assert mandate.state(at=LATER) == state
    may_act = acting.find_acting(mandate.holder, key=f"mandate:{mandate.pk}", at=LATER) is not None
    assert may_act == (state in {MandateState.ACTIVE, MandateState.USED})
    assert may_act == mandate.is_in_force(at=LATER)


@pytest.mark.parametrize(
    "key", ["mandate:", "mandate:x", "user:1", "", ":", "mandate:99999999999999999999"]
)
def test_a_key_that_names_nothing_is_nobody(key):
    assert acting.find_acting(CitizenFactory(), key=key, at=LATER) is None
