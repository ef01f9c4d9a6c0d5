"""The pages of an apology: asked, typed wrongly, overtaken, and what everybody reads afterwards."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from dossiers.enums import DossierState, ExtensionCause
from dossiers.models import Dossier
from dossiers.services import extension, watchdog
from portal.core.dates import format_moment
from portal.notices.models import Notice
from tests.dossiers.test_extension import DUE, FRIDAY, NEW, REASON
from tests.factories.accounts import sign_in_proved
from tests.factories.dossiers import dossier_at, office

pytestmark = pytest.mark.django_db

NOW = DUE - timedelta(days=3)


@pytest.fixture(autouse=True)
def _friday_before():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place():
    return office()


@pytest.fixture
def dossier(place):
    return dossier_at(DossierState.PROCESSING, place=place)


def address(name, dossier):
    return reverse(f"dossiers:{name}", args=[dossier.code])


def typed(dossier, **changes):
    return {
        "version": dossier.version,
        "new_day": "13/3/2026",
        "cause": ExtensionCause.COORDINATION,
        "reason": REASON,
    } | changes


def page(client, user, url):
    sign_in_proved(client, user)
    return client.get(url)


def post(client, user, url, data):
    sign_in_proved(client, user)
    return client.post(url, data)


def test_putting_a_promise_off_asks_for_the_apps_code(client, place, dossier):
    client.force_login(place.leader)

    answer = client.post(address("extend", dossier), typed(dossier))

    assert answer.status_code == 422
    assert 'name="ma_xac_thuc"' in answer.text
    assert Dossier.objects.get(pk=dossier.pk).due_at == DUE


def test_the_leader_finds_it_and_the_citizen_reads_the_new_date(client, place, dossier):
    work = page(client, place.leader, address("work", dossier))
    assert address("extend", dossier) in work.text

    answer = post(client, place.leader, address("extend", dossier), typed(dossier))

    assert answer.status_code == 302
    assert Dossier.objects.get(pk=dossier.pk).due_at == FRIDAY
    work = page(client, place.leader, address("work", dossier)).text
    assert "Hẹn lại lần 1" in work
    assert "Xin lỗi và hẹn lại ngày trả kết quả" in work
    mine = page(client, dossier.owner, address("detail", dossier)).text
    assert f"{place.agency.name} xin lỗi ông/bà và hẹn lại ngày trả kết quả" in mine
    assert REASON in mine
    assert f"Đã xin lỗi và hẹn lại {format_moment(FRIDAY)}." in mine
    assert "đã xin lỗi và hẹn lại trả kết quả" in mine
    client.logout()
    track = client.get(reverse("dossiers:track"), {"ma": dossier.code}).text
    assert f"xin lỗi vì chưa kịp trả đúng hẹn và hẹn lại {format_moment(FRIDAY)}" in track
    assert f"hẹn cũ {format_moment(DUE)}" in track
    assert REASON not in track


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"new_day": "9/3/2026"}, "Ngày hẹn lại phải sau ngày đã hẹn: thứ Hai, 09/03/2026."),
        (
            {"new_day": "14/3/2026"},
            "Thứ Bảy, 14/03/2026 cơ quan nghỉ. Ngày làm việc gần nhất sau đó: thứ Hai, 16/03/2026.",
        ),
        ({"new_day": "mai"}, "Ngày cần ghi đủ ngày, tháng, năm"),
        ({"new_day": ""}, "Cần ghi ngày, tháng, năm."),
        ({"cause": ""}, "Cần chọn một mục."),
        ({"cause": "CITIZEN"}, "CITIZEN"),
        ({"reason": "  "}, "Cần điền mục này."),
    ],
)
def test_what_is_typed_wrongly_is_said_and_kept(client, place, dossier, changes, said):
    answer = post(client, place.leader, address("extend", dossier), typed(dossier, **changes))

    assert answer.status_code == 422
    assert said in answer.text
    assert changes.get("reason") or REASON in answer.text
    assert Dossier.objects.get(pk=dossier.pk).due_at == DUE


def test_a_stale_form_is_answered_with_the_newer_state_and_what_was_typed(client, place, dossier):
    extension.extend_due_date(dossier_id=dossier.pk, by=place.leader, at=NOW, version=None, new=NEW)

    answer = post(
        client, place.leader, address("extend", dossier), typed(dossier, new_day="20/3/2026")
    )

    assert answer.status_code == 422
    assert "Pháp luật chỉ cho hẹn lại một lần" in answer.text
    answer = post(
        client,
        place.leader,
        address("extend", dossier),
        typed(dossier, new_day="20/3/2026", ground="Luật X, điều 3"),
    )
    assert answer.status_code == 409
    assert "Luật X, điều 3" in answer.text
    assert dossier.extensions.count() == 1


def test_an_officer_proposes_and_the_leader_answers(client, place, dossier):
    answer = post(client, place.officer, address("propose_extension", dossier), typed(dossier))
    assert answer.status_code == 302
    assert "đang chờ lãnh đạo" in page(client, place.officer, address("work", dossier)).text
    dossier.refresh_from_db()
    asked = page(client, place.leader, address("answer_extension", dossier))
    assert REASON in asked.text

    refused = {"version": dossier.version, "answer": "decline", "note": " "}
    answer = post(client, place.leader, address("answer_extension", dossier), refused)
    assert (answer.status_code, "người trình cần biết" in answer.text) == (422, True)

    agreed = {"version": dossier.version, "answer": "agree"}
    answer = post(client, place.leader, address("answer_extension", dossier), agreed)
    assert answer.status_code == 302
    assert Dossier.objects.get(pk=dossier.pk).due_at == FRIDAY


def test_a_declined_proposal_shows_why(client, place, dossier):
    post(client, place.officer, address("propose_extension", dossier), typed(dossier))
    dossier.refresh_from_db()
    said = {"version": dossier.version, "answer": "decline", "note": "Làm thêm giờ, vẫn kịp"}

    answer = post(client, place.leader, address("answer_extension", dossier), said)

    assert answer.status_code == 302
    work = page(client, place.officer, address("work", dossier)).text
    assert "Làm thêm giờ, vẫn kịp" in work
    assert address("propose_extension", dossier) in work


def test_the_overdue_queue_tells_whether_the_citizen_was_told(client, place, dossier):
    late = DUE + timedelta(hours=2)
    queue = reverse("dossiers:queue") + "?hang=qua-han"
    with time_machine.travel(late, tick=False):
        assert "chưa xin lỗi công dân" in page(client, place.leader, queue).text
        extension.extend_due_date(
            dossier_id=dossier.pk, by=place.leader, at=late, version=None, new=NEW
        )
        assert "chưa xin lỗi công dân" not in page(client, place.leader, queue).text
    with time_machine.travel(FRIDAY + timedelta(hours=2), tick=False):
        assert "hẹn lại lần 1" in page(client, place.leader, queue).text


def test_the_watchdog_asks_for_the_missing_apology(place, dossier):
    late = DUE + timedelta(hours=2)
    watchdog.report_late(at=late)
    told = Notice.objects.filter(kind="dossier-late-staff", recipient=place.leader)
    assert "chưa được xin lỗi và hẹn lại" in told.get().body

    extension.extend_due_date(
        dossier_id=dossier.pk, by=place.leader, at=late, version=None, new=NEW
    )
    told.delete()
    Notice.objects.filter(kind="dossier-late-staff").delete()
    watchdog.report_late(at=FRIDAY + timedelta(hours=2))
    assert "chưa được xin lỗi" not in told.get().body


@pytest.mark.parametrize("state", DossierState)
def test_each_page_answers_in_every_state(client, place, state):
    dossier = dossier_at(state, place=place)

    for name in ("answer_extension", "propose_extension", "extend"):
        client.force_login(place.officer if name == "propose_extension" else place.leader)
        for answer in (
            client.get(address(name, dossier)),
            client.post(address(name, dossier), {}),
            client.post(address(name, dossier), typed(dossier) | {"answer": "agree"}),
        ):
            assert answer.status_code in {200, 302, 403, 404, 409, 422}, name
