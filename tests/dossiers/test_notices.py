"""What people are told of a dossier, when, through which medium, and what never stands there."""

import re
from datetime import timedelta

import pytest
from django.db import transaction

from dossiers import notices
from dossiers.enums import DossierState, PartyRole
from dossiers.models import Delivery, Dossier, DossierParty, Obligation, SupplementRequest
from dossiers.notices import letters
from dossiers.services import fees, rendering, supplements, watchdog
from portal.core.db import TransactionRequired
from portal.core.text import sms_parts, sms_text
from portal.notices.enums import Medium
from portal.notices.models import Attachment, Notice
from tests.factories.accounts import CalendarDayFactory, CitizenFactory, StaffFactory
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    StoredFileFactory,
    dossier_at,
    fee_line,
    office,
)

pytestmark = pytest.mark.django_db
IDENTITY = re.compile(r"\d{12}")


def told(dossier, medium=None):
    """Return (event, medium, to or user) of everything queued about a dossier, in order."""
    rows = Notice.objects.filter(subject_key=f"dossier:{dossier.code}").order_by("pk")
    if medium is not None:
        rows = rows.filter(medium=medium)
    return [
        (row.kind.removeprefix("dossier-"), row.medium, row.to or row.recipient_id) for row in rows
    ]


EXPECTED = {
    DossierState.SUBMITTED: [],
    DossierState.ACCEPTED: [("accepted", False)],
    DossierState.REFUSED: [("refused", False)],
    DossierState.SUPPLEMENT: [("supplement-asked", False)],
    DossierState.PAYMENT: [("accepted", False), ("payment-asked", True)],
    DossierState.PROCESSING: [("accepted", False)],
    DossierState.STOPPED: [("accepted", False), ("stopped", False)],
    DossierState.DECIDED: [("accepted", False), ("result-ready", True)],
    DossierState.RETURNED: [("accepted", False), ("result-ready", True), ("returned", True)],
    DossierState.WITHDRAWN: [("withdrawn", True)],
}


@pytest.mark.parametrize("state", DossierState)
def test_journey_to_a_state_tells_exactly_this(state):
    dossier = dossier_at(state)
    owner = dossier.owner

    expected = []
    for event, with_mail in EXPECTED[state]:
        expected.append((event, "sms", owner.phone))
        expected.append((event, "in_app", owner.pk))
        if with_mail:
            expected.append((event, "email", owner.email))
    assert told(dossier) == expected

    for row in Notice.objects.all():
        assert not IDENTITY.search(row.body.replace(" ", ""))
        if row.medium == Medium.SMS:
            assert sms_parts(row.body) == 1
            assert row.body.isascii()
            assert dossier.code in row.body
            assert sms_text(owner.full_name) not in row.body


def test_slips_bring_the_mails_that_waited_for_them():
    for state in (
        DossierState.ACCEPTED,
        DossierState.REFUSED,
        DossierState.STOPPED,
        DossierState.SUPPLEMENT,
    ):
        dossier_at(state, place=office(state.lower()))

    rendering.render_due_slips(at=MONDAY_9AM + timedelta(hours=9))

    mails = Notice.objects.filter(medium=Medium.EMAIL).order_by("kind")
    assert [mail.kind for mail in mails] == [
        "dossier-accepted",
        "dossier-accepted",
        "dossier-refused",
        "dossier-stopped",
        "dossier-supplement-asked",
    ]
    assert all(len(mail.files) == 1 for mail in mails)
    assert "thứ Hai, 09/03/2026, 10:00" in mails[0].body
    assert "thứ Năm, 12/03/2026, 10:00" in mails[4].body


def test_accepted_mail_keeps_the_promised_date_though_a_pause_moved_it():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    Dossier.objects.filter(pk=dossier.pk).update(due_at=MONDAY_9AM + timedelta(days=90))

    rendering.render_due_slips(at=MONDAY_9AM + timedelta(days=1))

    assert "09/03/2026" in Notice.objects.get(medium=Medium.EMAIL).subject


def test_child_with_an_own_phone_is_told_too_and_by_initials():
    mother = CitizenFactory(full_name="Lê Thị Thảo")
    dossier = DossierFactory(owner=mother, applicant_name="Lê Gia Bảo")
    DossierParty.objects.filter(dossier=dossier).update(phone="84987654321")

    with transaction.atomic():
        notices.queue_submitted(dossier, at=MONDAY_9AM)

    texts = Notice.objects.filter(medium=Medium.SMS).order_by("pk")
    assert [text.to for text in texts] == [mother.phone, "84987654321"]
    assert f"ho so {dossier.code} cua L.G.B." in texts[0].body


def test_phone_and_address_named_for_this_dossier_are_told_too():
    dossier = DossierFactory()
    DossierParty.objects.create(
        dossier=dossier,
        role=PartyRole.SUBMITTER,
        name=dossier.owner.full_name,
        phone="84911111111",
        email="khac@example.vn",
    )

    assert letters.phones(dossier, at=MONDAY_9AM) == [dossier.owner.phone, "84911111111"]
    assert letters.emails(dossier, at=MONDAY_9AM) == [dossier.owner.email, "khac@example.vn"]


def test_one_event_is_told_once():
    dossier = DossierFactory()

    for _ in range(2):
        with transaction.atomic():
            notices.queue_submitted(dossier, at=MONDAY_9AM)

    assert len(told(dossier)) == 2


def test_dedupe_key_holds_no_address():
    dossier = dossier_at(DossierState.WITHDRAWN)

    for row in Notice.objects.exclude(to=""):
        assert row.to not in row.dedupe_key
        assert row.dedupe_key.startswith(f"dossier:{dossier.code}:withdrawn:")


def test_answered_supplement_is_told_to_the_citizen_and_to_who_asked():
    place = office()
    dossier = dossier_at(DossierState.SUPPLEMENT, place=place)
    item = SupplementRequest.objects.get().items.get()
    item.uploads.create(file=StoredFileFactory())

    supplements.answer_supplement(
        dossier_id=dossier.pk,
        by=dossier.owner,
        at=MONDAY_9AM + timedelta(days=1),
        answers={},
        sealed={},
    )

    assert told(dossier)[2:] == [
        ("supplement-answered", "sms", dossier.owner.phone),
        ("supplement-answered", "in_app", dossier.owner.pk),
        ("supplement-answered", "email", dossier.owner.email),
        ("supplement-answered-staff", "in_app", place.clerk.pk),
    ]


def test_payment_is_confirmed_to_the_citizen_and_to_who_works_on_it():
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place, fees=[fee_line(30_000)])
    dossier.steps.open().update(assignee=place.officer)

    with transaction.atomic():
        fees.record_settlement(
            obligation_id=Obligation.objects.get().pk,
            amount_vnd=30_000,
            reference="TM-1",
            by=place.cashier,
            at=MONDAY_9AM + timedelta(days=1),
        )

    assert told(dossier)[-4:] == [
        ("payment-recorded", "sms", dossier.owner.phone),
        ("payment-recorded", "in_app", dossier.owner.pk),
        ("payment-recorded", "email", dossier.owner.email),
        ("payment-recorded-staff", "in_app", place.officer.pk),
    ]
    assert "30.000 dong" in Notice.objects.get(kind="dossier-payment-recorded", medium="sms").body


def test_asked_payment_says_sum_place_and_date():
    dossier = dossier_at(DossierState.PAYMENT, fees=[fee_line(30_000)])

    body = Notice.objects.get(kind="dossier-payment-asked", medium=Medium.EMAIL).body
    assert "30.000 đồng" in body
    assert "thứ Ba, 17/03/2026, 23:59" in body
    assert dossier.receiving_unit.name in body


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("HANDED_OVER", "trao tại quầy"),
        ("ONLINE", "gửi bản điện tử"),
        ("IN_TRANSIT", "gửi qua bưu chính"),
    ],
)
def test_return_says_how(state, sentence):
    dossier = DossierFactory()
    delivery = Delivery(dossier=dossier, state=state, recorded_at=MONDAY_9AM)

    with transaction.atomic():
        notices.queue_returned(dossier, delivery, at=MONDAY_9AM)

    assert sentence in Notice.objects.get(medium=Medium.EMAIL).body


@pytest.mark.django_db(transaction=True)
def test_notice_is_queued_only_together_with_its_fact():
    with pytest.raises(TransactionRequired):
        notices.queue_withdrawn(DossierFactory(), at=MONDAY_9AM)


def test_attachment_is_the_stored_slip():
    dossier = dossier_at(DossierState.REFUSED)
    attachment = Attachment("kept/00/x", "phieu.pdf", "application/pdf")

    with transaction.atomic():
        notices.queue_slip_mail(dossier.slips.get(), at=MONDAY_9AM, attachment=attachment)

    assert Notice.objects.get(medium=Medium.EMAIL).files == [attachment]


# The watchdog


def late(user):
    return Notice.objects.filter(recipient=user, kind=watchdog.KIND).count()


def test_untouched_submission_is_put_before_clerks_and_leader_once_a_day():
    place = office()
    stranger = StaffFactory()
    dossier = DossierFactory(place=place)

    assert watchdog.report_late(at=dossier.answer_due_at) == 0
    past = dossier.answer_due_at + timedelta(minutes=1)
    assert watchdog.report_late(at=past) == 1
    assert watchdog.report_late(at=past + timedelta(minutes=15)) == 0

    assert [late(user) for user in (place.clerk, place.leader)] == [1, 1]
    assert [late(user) for user in (stranger, place.officer, dossier.owner)] == [0, 0, 0]
    assert watchdog.report_late(at=past + timedelta(days=1)) == 1
    assert late(place.clerk) == 2


def test_late_step_is_put_before_its_unit():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    step = dossier.steps.open().get()

    watchdog.report_late(at=step.due_at + timedelta(minutes=1))

    assert [late(user) for user in (place.officer, place.leader, place.clerk)] == [1, 1, 0]
    notice = Notice.objects.get(recipient=place.officer)
    assert "Thẩm định hồ sơ" in notice.subject
    assert place.division.name in notice.body


@pytest.mark.parametrize("state", [DossierState.SUPPLEMENT, DossierState.RETURNED])
def test_dossier_that_waits_for_the_citizen_or_is_done_is_not_late(state):
    dossier_at(state)

    assert watchdog.report_late(at=MONDAY_9AM + timedelta(days=7)) == 0


def test_nobody_is_told_on_a_day_off():
    place = office()
    DossierFactory(place=place)
    holiday = MONDAY_9AM + timedelta(days=2)
    CalendarDayFactory(unit=place.agency, on=holiday.date(), name="Ngày nghỉ")

    assert watchdog.report_late(at=holiday) == 0
    assert watchdog.report_late(at=holiday + timedelta(days=1)) == 1
