"""A citizen's own dossiers: list, detail, supplement, withdrawal, files; others see nothing."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dossiers.enums import DossierState, ScanState
from dossiers.models import DossierPaper, Slip, StoredFile
from portal.notices.enums import Medium
from tests.factories.accounts import CitizenFactory, StaffFactory
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    DraftFactory,
    StoredFileFactory,
    dossier_at,
    office,
)
from tests.factories.filing import pdf, photo
from tests.factories.notices import NoticeFactory

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n"


def url_of(name, dossier, *args):
    return reverse(f"dossiers:{name}", args=[dossier.code, *args])


def test_mine_lists_what_waits_for_the_citizen_first(citizen, owner):
    place = office()
    for state in (DossierState.RETURNED, DossierState.PROCESSING, DossierState.SUPPLEMENT):
        dossier_at(state, place=place, owner=owner)
    DraftFactory(owner=owner)

    html = citizen.get(reverse("dossiers:mine")).content.decode()

    order = ["Đang chờ ông/bà", "Bổ sung 1 mục", "Đang làm dở", "Đang giải quyết", "Đã xong"]
    assert [html.index(words) for words in order] == sorted(html.index(words) for words in order)


def test_mine_takes_the_same_queries_however_many_dossiers(
    citizen, owner, django_assert_num_queries
):
    place = office()
    dossier_at(DossierState.SUPPLEMENT, place=place, owner=owner)
    DraftFactory(owner=owner)
    with django_assert_num_queries(8):
        citizen.get(reverse("dossiers:mine"))
    for state in (DossierState.SUPPLEMENT, DossierState.PAYMENT, DossierState.PROCESSING):
        dossier_at(state, place=place, owner=owner)
    DraftFactory(owner=owner)

    with django_assert_num_queries(8):
        citizen.get(reverse("dossiers:mine"))


def test_mine_says_what_to_do_when_there_is_nothing(citizen):
    html = citizen.get(reverse("dossiers:mine")).content.decode()

    assert "Chưa có hồ sơ nào" in html


@pytest.mark.parametrize("state", DossierState)
def test_detail_of_every_state_opens_with_who_has_it(citizen, owner, state):
    dossier = dossier_at(state, owner=owner)

    response = citizen.get(url_of("detail", dossier))

    html = response.content.decode()
    assert response.status_code == 200
    assert dossier.code in html
    assert ("Việc cần làm" in html) == (
        state in {DossierState.SUPPLEMENT, DossierState.PAYMENT, DossierState.DECIDED}
    )


def test_detail_explains_the_date_and_tells_what_comes_next(citizen, owner):
    dossier = dossier_at(DossierState.PROCESSING, owner=owner)

    html = citizen.get(url_of("detail", dossier)).content.decode()

    assert "Vì sao hẹn ngày này?" in html
    assert "5 ngày làm việc" in html
    assert html.count("timeline__item--done") == 2
    assert html.count("timeline__item--now") == 1
    assert html.count("timeline__item--next") == 3


def test_detail_names_the_sum_to_pay_at_the_counter(citizen, owner):
    dossier = dossier_at(DossierState.PAYMENT, owner=owner)

    html = citizen.get(url_of("detail", dossier)).content.decode()

    assert "Nộp 30.000 đồng" in html
    assert dossier.receiving_unit.name in html


def test_detail_shows_messages_sent_about_it(citizen, owner):
    dossier = dossier_at(DossierState.ACCEPTED, owner=owner)

    html = citizen.get(url_of("detail", dossier)).content.decode()

    assert "được tiếp nhận" in html
    assert "Chưa có tin nào." not in html


def test_done_shows_the_code_and_the_first_answer(citizen, owner):
    dossier = DossierFactory(owner=owner)

    html = citizen.get(url_of("done", dossier)).content.decode()

    assert f'dossier-code--large">{dossier.code}<' in html
    assert "thứ Ba, 03/03/2026, 09:30" in html


def test_withdraw_asks_then_takes_the_dossier_back(citizen, owner):
    dossier = DossierFactory(owner=owner)
    url = url_of("withdraw", dossier)

    asked = citizen.get(url)
    done = citizen.post(url, {"phien": dossier.version})

    assert "Rút hồ sơ này?" in asked.content.decode()
    assert done.url == url_of("detail", dossier)
    dossier.refresh_from_db()
    assert dossier.state == DossierState.WITHDRAWN


def test_withdraw_of_an_older_view_is_answered_409(citizen, owner):
    dossier = dossier_at(DossierState.ACCEPTED, owner=owner)

    response = citizen.post(url_of("withdraw", dossier), {"phien": 1})

    assert response.status_code == 409
    assert "Hồ sơ vừa có thay đổi" in response.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == DossierState.ACCEPTED


def test_withdraw_comes_too_late_after_the_decision(citizen, owner):
    dossier = dossier_at(DossierState.DECIDED, owner=owner)

    assert citizen.get(url_of("withdraw", dossier)).url == url_of("detail", dossier)
    citizen.post(url_of("withdraw", dossier), {"phien": dossier.version})

    dossier.refresh_from_db()
    assert dossier.state == DossierState.DECIDED


def stage(citizen, dossier, item, data=None, name="moi.jpg", **headers):
    file = SimpleUploadedFile(name, data if data is not None else photo().read())
    url = url_of("supplement_upload", dossier, item.pk)
    return citizen.post(url, {"file": file}, **headers)


def test_supplement_takes_exactly_the_asked_paper(citizen, owner):
    dossier = dossier_at(DossierState.SUPPLEMENT, owner=owner)
    old = DossierPaperFactory(dossier=dossier)
    item = dossier.supplements.get().items.get()
    url = url_of("supplement", dossier)

    asked = citizen.get(url).content.decode()
    too_early = citizen.post(url)
    card = stage(citizen, dossier, item, headers={"x-requested-with": "XMLHttpRequest"})
    with time_machine.travel(MONDAY_9AM.replace(hour=15), tick=True):
        # A session dated later than the moment travelled to is simply young.
        answered = citizen.post(url)

    assert "Ảnh mờ" in asked
    assert too_early.status_code == 422
    assert "đã nhận 1 trang" in card.content.decode()
    assert answered.url == url_of("detail", dossier)
    dossier.refresh_from_db()
    assert dossier.state == DossierState.SUBMITTED
    old.refresh_from_db()
    assert old.superseded_at is not None
    assert dossier.papers.get(superseded_at=None).round == 1


def test_supplement_keeps_staged_files_until_they_are_removed(citizen, owner):
    dossier = dossier_at(DossierState.SUPPLEMENT, owner=owner)
    item = dossier.supplements.get().items.get()
    stage(citizen, dossier, item)
    refused = stage(citizen, dossier, item, data=b"<html>", name="x.jpg")
    upload = item.uploads.get()

    shown = citizen.get(url_of("supplement", dossier)).content.decode()
    citizen.post(url_of("supplement_remove", dossier, item.pk, upload.file_id))

    assert refused.status_code == 422
    assert "moi.jpg" in shown
    assert not item.uploads.exists()


def test_supplement_asks_the_named_answers_again(citizen, owner):
    from dossiers.services import supplements

    place = office()
    dossier = DossierFactory(place=place, owner=owner)
    supplements.ask_supplement(
        dossier_id=dossier.pk,
        by=place.clerk,
        at=MONDAY_9AM,
        version=None,
        items=[supplements.Item("", "ly_do", "Lý do đề nghị", "Chưa rõ")],
        ground="Luật",
        deadline_at=MONDAY_9AM.replace(year=2099),
    )
    url = url_of("supplement", dossier)

    shown = citizen.get(url).content.decode()
    empty = citizen.post(url, {"f-ly_do": ""})
    full = citizen.post(url, {"f-ly_do": "Nhập học lớp 1"})

    assert "Bổ sung hồ sơ nhập học" in shown
    assert empty.status_code == 422
    assert full.url == url_of("detail", dossier)
    dossier.refresh_from_db()
    assert dossier.answers == {"ly_do": "Nhập học lớp 1"}


def test_supplement_without_a_request_leads_to_the_dossier(citizen, owner):
    dossier = DossierFactory(owner=owner)

    assert citizen.get(url_of("supplement", dossier)).url == url_of("detail", dossier)


def with_file(owner, *, place=None, scan_state=ScanState.UNSCANNED):
    data = pdf(2).read()
    file = StoredFileFactory(data=data, pages=2, name="giấy tờ.pdf", scan_state=scan_state)
    dossier = DossierFactory(owner=owner, place=place or office())
    DossierPaperFactory(dossier=dossier, file=file)
    return dossier, file


def test_a_file_is_handed_over_sealed_off(citizen, owner):
    dossier, file = with_file(owner)

    response = citizen.get(url_of("file", dossier, file.pk))

    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''gi%E1%BA%A5y")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"


def test_pages_are_shown_as_pictures_made_once(citizen, owner, monkeypatch):
    dossier, file = with_file(owner)

    first = citizen.get(url_of("preview", dossier, file.pk, 2))
    monkeypatch.setattr("portal.core.files.render_preview", None)
    second = citizen.get(url_of("preview", dossier, file.pk, 2))

    assert first["Content-Type"] == "image/png"
    assert first.content.startswith(PNG)
    assert second.content == first.content
    assert citizen.get(url_of("preview", dossier, file.pk, 3)).status_code == 404
    assert citizen.get(url_of("preview", dossier, file.pk, 0)).status_code == 404


@pytest.mark.parametrize("scan_state", [ScanState.QUARANTINED, ScanState.INFECTED])
def test_what_is_not_scanned_clean_is_withheld(citizen, owner, scan_state):
    dossier, file = with_file(owner, scan_state=scan_state)

    original = citizen.get(url_of("file", dossier, file.pk))
    picture = citizen.get(url_of("preview", dossier, file.pk, 1))

    assert (original.status_code, picture.status_code) == (409, 404)
    assert "Content-Disposition" not in original


def test_a_slip_without_its_pdf_says_to_wait(citizen, owner):
    dossier = dossier_at(DossierState.ACCEPTED, owner=owner)
    slip = dossier.slips.first()

    waiting = citizen.get(url_of("slip", dossier, slip.pk))
    Slip.objects.filter(pk=slip.pk).update(file=StoredFileFactory())
    ready = citizen.get(url_of("slip", dossier, slip.pk))

    assert waiting.status_code == 202
    assert "đang được lập" in waiting.content.decode()
    assert ready["Content-Type"] == "application/pdf"


def test_the_result_is_handed_over_once_it_is_there(citizen, owner):
    running = dossier_at(DossierState.PROCESSING, owner=owner)
    decided = dossier_at(DossierState.DECIDED, place=office("khac"), owner=owner)

    assert citizen.get(url_of("result", running)).status_code == 404
    assert citizen.get(url_of("result", decided))["Content-Type"] == "application/pdf"


def private_urls(code, file_id, slip_id):
    def at(name, *args):
        return reverse(f"dossiers:{name}", args=[code, *args])

    return {
        "detail": at("detail"),
        "done": at("done"),
        "supplement": at("supplement"),
        "withdraw": at("withdraw"),
        "file": at("file", file_id),
        "preview": at("preview", file_id, 1),
        "slip": at("slip", slip_id),
        "result": at("result"),
    }


def test_anothers_file_is_absent_from_ones_own_dossier(citizen, owner):
    mine, _file = with_file(owner)
    _theirs, other = with_file(CitizenFactory(), place=office("khac"))

    assert citizen.get(url_of("file", mine, other.pk)).status_code == 404
    assert citizen.get(url_of("preview", mine, other.pk, 1)).status_code == 404


def test_nobody_signed_in_is_sent_to_sign_in_before_any_look_up(client, django_assert_num_queries):
    dossier, file = with_file(CitizenFactory())
    urls = private_urls(dossier.code, file.pk, 1)

    with django_assert_num_queries(0):
        answers = {name: client.get(url) for name, url in urls.items()}
        answers["mine"] = client.get(reverse("dossiers:mine"))

    assert {answer.url.split("?")[0] for answer in answers.values()} == {"/dang-nhap/"}


def test_staff_open_files_of_their_own_unit_only_and_no_citizens_pages(client):
    place, other = office(), office("khac")
    dossier, file = with_file(CitizenFactory(), place=place)
    urls = private_urls(dossier.code, file.pk, 999_999)

    client.force_login(place.clerk)
    own = {name: client.get(url).status_code for name, url in urls.items()}
    client.force_login(other.clerk)
    strange = {name: client.get(url).status_code for name, url in urls.items()}
    client.force_login(place.cashier)
    cashier = client.get(urls["file"]).status_code

    assert own == {
        "detail": 403,
        "done": 403,
        "supplement": 403,
        "withdraw": 403,
        "file": 200,
        "preview": 200,
        "slip": 404,
        "result": 404,
    }
    assert [strange[name] for name in ("file", "preview", "slip", "result")] == [404] * 4
    assert cashier == 403


def test_what_is_staged_for_a_supplement_is_for_its_owner_alone(citizen, owner, client):
    place = office()
    dossier = dossier_at(DossierState.SUPPLEMENT, place=place, owner=owner)
    item = dossier.supplements.get().items.get()
    stage(citizen, dossier, item)
    url = url_of("file", dossier, item.uploads.get().file_id)

    assert citizen.get(url).status_code == 200
    client.force_login(place.clerk)
    assert client.get(url).status_code == 404


def test_staff_without_a_role_may_not_read_papers(client):
    dossier, file = with_file(CitizenFactory())
    client.force_login(StaffFactory(role=None))

    assert client.get(url_of("file", dossier, file.pk)).status_code == 403
    assert DossierPaper.objects.count() == StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "reason"),
    [(DossierState.REFUSED, "Không đúng nơi"), (DossierState.STOPPED, "Hết căn cứ")],
)
def test_detail_says_why_a_dossier_was_refused_or_stopped(client, state, reason):
    dossier = dossier_at(state)
    client.force_login(dossier.owner)

    response = client.get(reverse("dossiers:detail", args=[dossier.code]))

    assert "Lý do" in response.text
    assert reason in response.text


def test_detail_keeps_from_the_owner_what_staff_tell_one_another(client):
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place)
    told = {place.leader: "Chuyện nội bộ", dossier.owner: "Tin cho công dân"}
    for recipient, subject in told.items():
        NoticeFactory(
            recipient=recipient,
            subject=subject,
            subject_key=f"dossier:{dossier.code}",
            medium=Medium.IN_APP,
            kind=f"test-{recipient.pk}",
            to="",
            sent_at=MONDAY_9AM,
        )
    client.force_login(dossier.owner)

    response = client.get(reverse("dossiers:detail", args=[dossier.code]))

    assert "Tin cho công dân" in response.text
    assert "Chuyện nội bộ" not in response.text


def test_the_owner_reads_who_is_in_charge_and_which_counter_to_call(citizen, owner):
    place = office()
    place.desk.phone = "02363123456"
    place.desk.save()
    waiting = dossier_at(DossierState.ACCEPTED, place=place, owner=owner)
    running = dossier_at(DossierState.PROCESSING, place=place, owner=owner)
    over = dossier_at(DossierState.RETURNED, place=place, owner=owner)

    nobody, officer, ended = (
        citizen.get(url_of("detail", one)).text for one in (waiting, running, over)
    )

    for words in (place.officer.full_name, place.officer.title, place.division.name, "02363123456"):
        assert words in officer
    assert "Chưa phân công người cụ thể" in nobody
    assert place.division.name in nobody
    assert "Người đang phụ trách" not in ended
