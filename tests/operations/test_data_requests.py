"""Requests about personal data: dates, who answers, refusals, extensions, what is told."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import Role, Tier
from accounts.models import SecurityEvent
from portal.notices.models import Notice
from portal.operations.enums import RequestKind, RequestState
from portal.operations.models import DataRequest
from portal.operations.services import data_requests
from tests.factories.accounts import (
    CalendarDayFactory,
    CitizenFactory,
    StaffFactory,
    UnitFactory,
    sign_in_proved,
)
from tests.factories.dossiers import HANOI
from tests.factories.operations import DataRequestFactory

pytestmark = pytest.mark.django_db

# A Friday afternoon.
FRIDAY = datetime(2026, 11, 13, 15, 0, tzinfo=HANOI)
PAGE, ASK = reverse("operations:data"), reverse("operations:data_request")
QUEUE = reverse("operations:data_queue")


def detail(request):
    return reverse("operations:data_queue_request", args=[request.pk])


def browser_of(user):
    return sign_in_proved(Client(), user)


@pytest.fixture
def handler():
    return StaffFactory(role=Role.UNIT_ADMIN, unit=UnitFactory(tier=Tier.PROVINCE))


def asked(user=None, kind=RequestKind.WITHDRAW, at=FRIDAY):
    return data_requests.ask(user=user or CitizenFactory(), kind=kind, details="", at=at)


def test_dates_are_two_working_days_and_the_days_of_the_kind():
    assert asked().answer_due_at == datetime(2026, 11, 17, 15, 0, tzinfo=HANOI)
    assert asked().due_at == FRIDAY + timedelta(days=15)
    assert asked(kind=RequestKind.ERASE).due_at == FRIDAY + timedelta(days=20)


def test_the_calendar_of_the_named_agency_counts(settings):
    unit = UnitFactory(key="so-noi-vu")
    CalendarDayFactory(unit=unit, on=date(2026, 11, 16), name="Nghỉ bù")
    settings.PRIVACY_UNIT = "so-noi-vu"

    assert asked().answer_due_at == datetime(2026, 11, 18, 15, 0, tzinfo=HANOI)


def test_one_asks_on_a_page_and_reads_the_dates_there(handler):
    user = CitizenFactory()
    browser = browser_of(user)
    with time_machine.travel(FRIDAY, tick=False):
        browser = browser_of(user)
        assert 'type="radio"' in browser.get(ASK).text
        assert "checked" not in browser.get(ASK).text
        missing = browser.post(ASK, {"kind": "CORRECT", "details": ""})
        assert (missing.status_code, "Ghi rõ dữ liệu nào" in missing.text) == (422, True)
        nothing = browser.post(ASK, {"details": "<b>giữ</b>"})
        assert (nothing.status_code, "&lt;b&gt;giữ" in nothing.text) == (422, True)
        assert browser.post(ASK, {"kind": "ERASE", "details": "Xóa hết"}).url == PAGE
        page = browser.get(PAGE).text
        again = browser.post(ASK, {"kind": "ERASE"})

    assert "Trả lời trước thứ Ba, 17/11/2026, 15:00" in page
    assert (again.status_code, "đang được giải quyết" in again.text) == (422, True)
    request = DataRequest.objects.get(user=user)
    assert (request.kind, request.details, request.received_at) == ("ERASE", "Xóa hết", FRIDAY)
    assert SecurityEvent.objects.filter(kind="data-requested", user=user).count() == 1
    told = Notice.objects.filter(kind__startswith="data-request").values_list(
        "recipient", flat=True
    )
    assert set(told) == {user.pk, handler.pk}


def test_a_commune_administrator_and_everybody_else_is_kept_out(handler):
    request = DataRequestFactory()
    commune = StaffFactory(role=Role.UNIT_ADMIN, unit=UnitFactory())
    system = StaffFactory(role=Role.SYSTEM_ADMIN)

    for user, status in ((commune, 403), (CitizenFactory(), 403), (handler, 200), (system, 200)):
        assert browser_of(user).get(QUEUE).status_code == status
        assert browser_of(user).get(detail(request)).status_code == status
    absent = reverse("operations:data_queue_request", args=[999_999])
    assert browser_of(handler).get(absent).status_code == 404
    assert browser_of(handler).post(absent, {"take_on": "1", "answer": "x"}).status_code == 404


def test_queue_shows_the_nearest_date_first_and_what_is_late(handler):
    later = DataRequestFactory(kind=RequestKind.CORRECT)
    late = DataRequestFactory(received_at=later.received_at - timedelta(days=5))
    page = browser_of(handler).get(QUEUE).text

    assert page.index(detail(late)) < page.index(detail(later))
    assert page.count("quá hạn") == 1
    shown = browser_of(handler).get(detail(late)).text
    assert late.user.identity_number not in shown
    assert late.user.phone not in shown


def test_answer_extend_once_and_complete(handler):
    request = asked()
    browser = browser_of(handler)
    page = detail(request)
    assert browser.post(page, {"take_on": "1", "answer": ""}).status_code == 422
    assert browser.post(page, {"take_on": "1", "answer": "Sẽ dừng gửi tin."}).url == page
    request.refresh_from_db()
    assert (request.state, request.answered_by) == (RequestState.IN_PROGRESS, handler)
    stale = browser.post(page, {"take_on": "1", "answer": "Lần nữa"})
    assert (stale.status_code, "người khác xử lý" in stale.text) == (409, True)

    too_far = {"extend": "1", "until": "1/2/2027", "reason": "Chờ đơn vị xử lý"}
    assert "không quá 15 ngày" in browser.post(page, too_far).text
    assert browser.post(page, too_far | {"until": "14/12/2026"}).status_code == 422
    assert browser.post(page, too_far | {"until": "12/12/2026"}).url == page
    with pytest.raises(data_requests.RequestMoved):
        data_requests.extend(
            request_id=request.pk,
            by=handler,
            to=FRIDAY + timedelta(days=31),
            reason="Lần hai",
            at=FRIDAY,
        )
    assert browser.post(page, {"complete": "1", "answer": "Đã dừng."}).url == page
    request.refresh_from_db()
    assert (request.state, request.closed_by) == (RequestState.DONE, handler)
    assert request.due_before == FRIDAY + timedelta(days=15)
    own = browser_of(request.user).get(PAGE).text
    assert "Đã dừng." in own
    kinds = SecurityEvent.objects.filter(user=request.user, actor=handler)
    assert set(kinds.values_list("kind", flat=True)) == {
        "data-request-answered",
        "data-request-extended",
        "data-request-done",
    }


def test_a_refusal_names_its_ground(handler):
    request = asked()
    browser, page = browser_of(handler), detail(request)
    assert browser.post(page, {"refuse": "1", "answer": "Phải lưu"}).status_code == 422

    browser.post(page, {"refuse": "1", "answer": "Phải lưu.", "ground": "Luật Lưu trữ, điều 15"})

    request.refresh_from_db()
    assert request.state == RequestState.REFUSED
    assert "Luật Lưu trữ, điều 15" in browser_of(request.user).get(PAGE).text
    told = Notice.objects.filter(recipient=request.user, kind="data-request", medium="in_app")
    assert any("khiếu nại" in notice.body for notice in told)
    with pytest.raises(data_requests.RequestMoved):
        data_requests.take_on(request_id=request.pk, by=handler, answer="Thôi", at=FRIDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.filter(pk=request.pk).update(ground="")


def test_an_erasure_is_not_completed_by_one_person_nor_by_the_plain_act(handler):
    request = asked(kind=RequestKind.ERASE)
    data_requests.take_on(request_id=request.pk, by=handler, answer="Đề nghị xóa", at=FRIDAY)

    with pytest.raises(data_requests.RequestMoved):
        data_requests.complete(request_id=request.pk, by=handler, answer="Xong", at=FRIDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.filter(pk=request.pk).update(
            state=RequestState.DONE, closed_by=handler, closed_at=FRIDAY
        )


def test_late_ones_are_put_before_the_handlers_once_a_day(handler):
    request = asked()
    Notice.objects.all().delete()
    on_time = request.answer_due_at - timedelta(minutes=1)
    late = request.answer_due_at + timedelta(minutes=1)

    assert data_requests.report_late(at=on_time) == 0
    assert data_requests.report_late(at=late) == 1
    data_requests.report_late(at=late + timedelta(hours=1))

    notice = Notice.objects.get(kind="data-request-staff")
    assert (notice.recipient, "quá hạn" in notice.subject) == (handler, True)
    data_requests.report_late(at=late + timedelta(days=1))
    assert Notice.objects.filter(kind="data-request-staff").count() == 2
