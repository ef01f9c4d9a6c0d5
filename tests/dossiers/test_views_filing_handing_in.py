"""Handing in: the promise, the robot check or a code, one dossier, nothing lost when it fails."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.services import robots
from dossiers.models import Dossier
from portal.notices.models import Notice
from procedures.models import Offer
from tests.dossiers.filing import mark, solved, step_url, walk
from tests.factories.filing import place, ready_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_the_whole_way_ends_with_the_code(citizen):
    draft = walk(citizen, place())
    payload = solved(citizen)

    response = citizen.post(
        step_url(draft, "nop"),
        {"key": draft.submission_key, "promise": "on", "altcha": payload},
    )

    dossier = Dossier.objects.get()
    assert response.url == reverse("dossiers:done", args=[dossier.code])
    shown = citizen.get(response.url).content.decode()
    assert f'<strong class="dossier-code dossier-code--large">{dossier.code}</strong>' in shown
    assert "thứ Ba, 03/03/2026, 09:30" in shown


def test_submitting_without_the_tick_is_refused_and_nothing_is_lost(citizen):
    draft = walk(citizen, place())

    response = citizen.post(
        step_url(draft, "nop"), {"key": draft.submission_key, "altcha": solved(citizen)}
    )

    assert response.status_code == 422
    assert "Đánh dấu vào ô cam đoan" in response.content.decode()
    assert not Dossier.objects.exists()


def test_without_script_a_code_to_the_phone_takes_the_place_of_the_robot_check(citizen, owner):
    draft = walk(citizen, place())
    url = step_url(draft, "nop")
    posted = {"key": draft.submission_key, "promise": "on"}

    asked = citizen.post(url, posted)
    notice = Notice.objects.get(kind="one-time-code", medium="sms")
    code = "".join(sign for sign in notice.body.split(":")[1] if sign.isdigit())[:6]
    wrong = citizen.post(url, {**posted, "code": "000000" if code != "000000" else "111111"})
    right = citizen.post(url, {**posted, "code": code})

    assert notice.to == owner.phone
    assert 'name="code"' in asked.content.decode()
    assert wrong.status_code == 422
    assert right.url == reverse("dossiers:done", args=[Dossier.objects.get().code])


def test_a_code_asked_for_again_too_soon_is_said_to_wait(citizen):
    draft = walk(citizen, place())
    posted = {"key": draft.submission_key, "promise": "on"}
    first = citizen.post(step_url(draft, "nop"), posted)

    again = citizen.post(step_url(draft, "nop"), {**posted, "code": "", "gui-lai": "1"})

    assert "gửi lại sau khoảng" not in first.content.decode()
    assert "gửi lại sau khoảng" in again.content.decode()
    assert Notice.objects.filter(kind="one-time-code", medium="sms").count() == 1


def test_no_code_is_sent_for_an_incomplete_draft(citizen):
    draft = walk(citizen, place(), upto="giay-to")

    response = citizen.post(step_url(draft, "nop"), {"key": draft.submission_key, "promise": "on"})

    assert response.url == step_url(draft, "giay-to")
    assert not Notice.objects.filter(kind="one-time-code").exists()


def test_a_used_robot_check_submits_nothing(citizen):
    draft = walk(citizen, place())
    payload = solved(citizen)
    assert robots.verify(payload=payload, at=timezone.now())

    response = citizen.post(
        step_url(draft, "nop"),
        {"key": draft.submission_key, "promise": "on", "altcha": payload},
    )

    assert response.status_code == 422
    assert not Dossier.objects.exists()


def test_back_after_submitting_leads_to_the_same_dossier(citizen):
    draft = walk(citizen, place())
    form = {"key": draft.submission_key, "promise": "on", "altcha": solved(citizen)}
    done = citizen.post(step_url(draft, "nop"), form).url

    for step in ("co-quan", "xem-lai", "nop"):
        assert citizen.get(step_url(draft, step)).url == done
    assert citizen.post(step_url(draft, "nop"), form).url == done
    assert citizen.post(step_url(draft, "nguoi"), mark(draft, phone="0")).url == done
    assert Dossier.objects.count() == 1


def test_an_ended_offer_is_said_in_a_sentence_and_the_draft_stays(citizen):
    draft = walk(citizen, place())
    payload = solved(citizen)
    Offer.objects.update(valid_until="2026-03-01")

    response = citizen.post(
        step_url(draft, "nop"),
        {"key": draft.submission_key, "promise": "on", "altcha": payload},
        follow=True,
    )

    draft.refresh_from_db()
    assert draft.submitted_at is None
    assert "chưa có cơ quan nào nhận thủ tục này trực tuyến" in response.content.decode()


def test_handing_in_takes_the_same_queries_however_many_files(
    citizen, owner, django_assert_num_queries
):
    where = place()
    for files in (1, 4):
        draft = ready_draft(where, owner, files=files)
        payload = solved(citizen)

        with django_assert_num_queries(39):
            response = citizen.post(
                step_url(draft, "nop"),
                {"key": draft.submission_key, "promise": "on", "altcha": payload},
            )
        assert response.status_code == 302
