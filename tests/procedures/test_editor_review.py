"""The life of a revision as its people meet it: edited, sent, decided on, published."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role, Tier
from procedures.enums import ProcedureState, RevisionState
from procedures.models import Revision
from procedures.services import drafting, reviewing
from tests.factories.accounts import StaffFactory, UnitFactory, sign_in_proved
from tests.factories.procedures import FieldFactory, OfferFactory, RevisionFactory

pytestmark = pytest.mark.django_db


def signed_in(role):
    person = StaffFactory(role=role)
    return sign_in_proved(Client(), person)


@pytest.fixture
def editor():
    return signed_in(Role.EDITOR)


@pytest.fixture
def publisher():
    return signed_in(Role.PUBLISHER)


@pytest.fixture
def code(editor):
    code = RevisionFactory().procedure.code
    editor.post(at("draft", code))
    return code


def at(name, code):
    return reverse(f"procedures:editor_{name}", args=[code])


def working(code):
    return Revision.objects.filter(procedure__code=code).latest("number")


def post(client, name, code, **typed):
    return client.post(at(name, code), {"version": working(code).version, **typed}, follow=True)


def test_from_draft_to_what_the_public_sees(editor, publisher, code, client):
    draft = working(code)
    Revision.objects.filter(pk=draft.pk).update(summary="Nội dung mới của năm nay.")
    detail = reverse("procedures:detail", args=[code])
    assert "Nội dung mới của năm nay." not in client.get(detail).text

    post(editor, "send", code)
    seen = publisher.get(at("review", code))
    post(publisher, "publish", code)

    assert "Quyết định 01/QĐ-UBND" in seen.text
    assert "Công bố ngay" in seen.text
    assert "Nội dung mới của năm nay." in client.get(detail).text
    states = Revision.objects.filter(procedure__code=code).order_by("number")
    assert [one.state for one in states] == [RevisionState.SUPERSEDED, RevisionState.PUBLISHED]


def test_whoever_decides_is_told_of_nothing_new_and_of_an_old_decision(editor, publisher, code):
    post(editor, "send", code)
    same = "Bản này không khác gì bản đang công bố."
    old = "Bản này vẫn ghi quyết định của bản đang công bố."

    nothing_new = publisher.get(at("review", code)).text
    Revision.objects.filter(pk=working(code).pk).update(summary="Nội dung mới.")
    old_decision = publisher.get(at("review", code)).text
    Revision.objects.filter(pk=working(code).pk).update(decision_number="77/QĐ-UBND")
    new_decision = publisher.get(at("review", code)).text

    # What differs stands on the page itself, in sentences.
    assert "1 điểm khác" in old_decision
    assert "Nội dung mới." in old_decision
    assert [one in nothing_new for one in (same, old)] == [True, False]
    assert [one in old_decision for one in (same, old)] == [False, True]
    assert [one in new_decision for one in (same, old)] == [False, False]


def test_an_editor_is_shown_no_button_that_publishes(editor, code):
    post(editor, "send", code)

    page = editor.get(at("review", code))

    assert "Công bố ngay" not in page.text
    assert "Rút về dự thảo" in page.text
    assert editor.post(at("publish", code), {"version": 1}).status_code == 403


def test_any_edit_voids_the_review_before_anybody_publishes(editor, publisher, code):
    """The publisher's page is open, a colleague edits, the publisher presses the button."""
    post(editor, "send", code)
    seen = working(code)
    assert "Công bố ngay" in publisher.get(at("review", code)).text
    edit(code)

    page = publisher.post(at("publish", code), {"version": seen.version}, follow=True)

    assert working(code).state == RevisionState.DRAFT
    assert "trạng thái khác" in page.text
    assert "Công bố ngay" not in page.text


def edit(code):
    """Change something as every page of a part does."""
    draft = working(code)
    with transaction.atomic():
        drafting.lock_for_edit(
            revision_id=draft.pk,
            version=draft.version,
            editor=StaffFactory(role=Role.EDITOR),
            at=timezone.now(),
        )


def test_edited_and_sent_again_is_not_what_the_publisher_looked_at(editor, publisher, code):
    post(editor, "send", code)
    seen = working(code)
    edit(code)
    post(editor, "send", code)

    page = publisher.post(at("publish", code), {"version": seen.version}, follow=True)

    assert working(code).state == RevisionState.IN_REVIEW
    assert "vừa được sửa sau khi" in page.text


def test_an_incomplete_draft_is_refused_in_words_with_the_way_to_mend(editor, code):
    Revision.objects.filter(pk=working(code).pk).update(decision_number="")

    page = post(editor, "send", code)

    assert "Chưa gửi duyệt được. Thiếu quyết định công bố." in page.text
    assert working(code).state == RevisionState.DRAFT


def test_a_publisher_sends_back_with_a_reason_and_keeps_what_was_typed(editor, publisher, code):
    post(editor, "send", code)

    without = publisher.post(at("send_back", code), {"version": 1, "reason": ""})
    page = post(publisher, "send_back", code, reason="Phí chưa đúng nghị quyết.")

    assert without.status_code == 422
    assert page.status_code == 200
    assert "Phí chưa đúng nghị quyết." in editor.get(at("draft", code)).text


def test_a_publisher_agrees_on_an_hour_and_takes_it_back(editor, publisher, code):
    post(editor, "send", code)
    day = timezone.localdate() + timedelta(days=2)

    page = post(publisher, "schedule", code, day=day.strftime("%d/%m/%Y"), hour="07:30")

    assert page.status_code == 200
    hour = timezone.localtime(working(code).publish_at)
    assert (hour.date(), hour.hour, hour.minute) == (day, 7, 30)
    assert "Bản này đã hẹn công bố" in editor.get(at("draft", code)).text

    post(publisher, "unschedule", code)

    assert working(code).state == RevisionState.IN_REVIEW


@pytest.mark.parametrize(
    ("day", "hour"), [("1/1/2020", "08:00"), ("mai", "08:00"), ("1/1/2099", "25h")]
)
def test_an_hour_that_cannot_be_is_said_and_stays_typed(editor, publisher, code, day, hour):
    post(editor, "send", code)

    page = publisher.post(at("schedule", code), {"version": 1, "day": day, "hour": hour})

    assert page.status_code == 422
    assert f'value="{day}"' in page.text
    assert working(code).state == RevisionState.IN_REVIEW


@pytest.mark.parametrize("name", ["publish", "schedule", "unschedule", "repeal", "repeal_back"])
def test_what_weighs_asks_for_a_fresh_proof(editor, code, name):
    post(editor, "send", code)
    stale = Client()
    stale.force_login(StaffFactory(role=Role.PUBLISHER))

    page = stale.post(at(name, code), {"version": 1})

    assert "Công bố ngay" not in page.text
    assert page.status_code in {302, 422}
    assert working(code).state == RevisionState.IN_REVIEW


def test_a_publisher_repeals_and_takes_back(publisher, client):
    offer = OfferFactory()
    code = offer.procedure.code
    typed = {"decision": "125/QĐ-UBND", "decision_date": "1/6/2026", "replaced_by": ""}

    wrong = publisher.post(at("repeal", code), {**typed, "replaced_by": "1.234567"})
    publisher.post(at("repeal", code), typed)

    assert wrong.status_code == 422
    assert "125/QĐ-UBND" in wrong.text
    assert client.get(reverse("procedures:detail", args=[code])).status_code == 410
    assert "125/QĐ-UBND" in publisher.get(at("procedure", code)).text

    publisher.post(at("repeal_back", code))

    offer.procedure.refresh_from_db()
    assert offer.procedure.state == ProcedureState.PUBLISHED


def test_the_preview_shows_the_draft_as_the_public_would_see_it_and_files_nothing(editor, code):
    UnitFactory(tier=Tier.COMMUNE, parent=UnitFactory(tier=Tier.PROVINCE))
    OfferFactory(procedure=working(code).procedure)
    Revision.objects.filter(pk=working(code).pk).update(everyday_name="Tên gọi mới")

    page = editor.get(at("preview", code))

    assert "Tên gọi mới" in page.text
    assert "Xem trước bản nháp" in page.text
    assert "no-store" in page["Cache-Control"]
    assert "Nộp hồ sơ trực tuyến" in page.text
    assert reverse("dossiers:start", args=[code]) not in page.text


def test_the_preview_of_a_draft_without_a_case_says_so(editor, code):
    working(code).cases.all().delete()

    page = editor.get(at("preview", code), follow=True)

    assert "Chưa có bản nháp nào có trường hợp" in page.text


def test_the_preview_of_an_empty_draft_is_a_page(editor):
    person = StaffFactory(role=Role.EDITOR)
    drafting.create_procedure(
        code="1.999001",
        name="Cấp giấy thử",
        field=FieldFactory(),
        tiers=["COMMUNE"],
        editor=person,
        at=timezone.now(),
    )

    assert editor.get(at("preview", "1.999001")).status_code == 200


def test_nobody_is_offered_to_publish_their_own_edit():
    person = StaffFactory(role=Role.PUBLISHER)
    own = sign_in_proved(Client(), person)
    code = RevisionFactory().procedure.code
    draft = drafting.open_draft(code=code, editor=person, at=timezone.now())
    reviewing.send_to_review(revision_id=draft.pk, editor=person, at=timezone.now())

    page = own.get(at("review", code))

    assert "không tự công bố được" in page.text
    assert "Công bố ngay" not in page.text
    assert "Người sửa gần nhất" in own.post(at("publish", code), {"version": 1}, follow=True).text
    assert working(code).state == RevisionState.IN_REVIEW
