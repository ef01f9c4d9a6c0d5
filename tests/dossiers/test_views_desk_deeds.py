"""Deeds on the pages of the desk: what is shown before, what is asked for, what is kept."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from accounts.enums import Role
from dossiers.enums import DecisionOutcome, DeliveryState, DossierState
from procedures.enums import PaperSource
from tests.core.uploads import docx, jpeg, zipped
from tests.dossiers.desk import address, approved, fresh, tick
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.dossiers import DossierFactory, dossier_at, fee_line, office
from tests.factories.procedures import PaperFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday")]


def test_accepting_shows_the_date_and_why_before_it_is_pressed(client):
    place = office()
    dossier = DossierFactory(place=place)

    page = sign_in_proved(client, place.clerk).get(address("accept", dossier)).text

    assert "thứ Ba, 10/03/2026, 10:00" in page
    assert "Thời hạn là 5 ngày làm việc." in page
    assert fresh(dossier).state == DossierState.SUBMITTED


def test_accepting_leads_to_the_page_with_its_slip(client):
    place = office()
    dossier = DossierFactory(place=place)
    sign_in_proved(client, place.clerk)

    answer = client.post(address("accept", dossier), {"version": dossier.version}, follow=True)

    assert fresh(dossier).state == DossierState.ACCEPTED
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" in answer.text
    assert "đang lập, vài giây" in answer.text


def test_refusing_needs_a_tick_a_reason_and_a_ground(client):
    place = office()
    dossier = DossierFactory(place=place)
    sign_in_proved(client, place.clerk)
    url = address("refuse", dossier)

    nothing = client.post(url, {"version": dossier.version, "ground": "Luật"})
    no_reason = client.post(url, {**tick(dossier, ""), "ground": "Luật Hộ tịch"})
    no_ground = client.post(url, tick(dossier, "Không đúng mẫu"))
    assert [r.status_code for r in (nothing, no_reason, no_ground)] == [422, 422, 422]
    assert "Đánh dấu ít nhất một" in nothing.text
    assert 'value="Luật Hộ tịch"' in no_reason.text
    assert 'value="Không đúng mẫu"' in no_ground.text
    assert fresh(dossier).state == DossierState.SUBMITTED

    done = client.post(url, {**tick(dossier), "ground": "Luật Hộ tịch"})

    assert done.status_code == 302
    assert fresh(dossier).state == DossierState.REFUSED


def test_a_supplement_is_previewed_before_it_is_sent(client):
    place = office()
    dossier = DossierFactory(place=place)
    sign_in_proved(client, place.clerk)
    url = address("ask_supplement", dossier)
    typed = {**tick(dossier), "deadline": "13/3/2026", "ground": "Luật Hộ tịch"}

    preview = client.post(url, {**typed, "preview": "1"})
    assert preview.status_code == 200
    assert "Công dân sẽ đọc" in preview.text
    assert "thứ Sáu, 13/03/2026" in preview.text
    assert fresh(dossier).state == DossierState.SUBMITTED

    client.post(url, {**typed, "send": "1"})

    request = fresh(dossier).supplements.get()
    assert fresh(dossier).state == DossierState.SUPPLEMENT
    assert request.deadline_at.isoformat() == "2026-03-13T16:59:00+00:00"
    assert [item.reason for item in request.items.all()] == ["Ảnh mờ"]


def test_an_answer_can_be_asked_for_again_by_its_key(client):
    place = office()
    dossier = DossierFactory(place=place)
    sign_in_proved(client, place.clerk)

    client.post(
        address("ask_supplement", dossier),
        {
            "tick_field_ly_do": "on",
            "why_field_ly_do": "Ghi rõ hơn",
            "deadline": "13/3/2026",
            "ground": "Luật",
            "version": dossier.version,
        },
    )

    item = dossier.supplements.get().items.get()
    assert (item.paper_key, item.field_key) == ("", "ly_do")


def test_only_papers_that_are_uploaded_can_be_asked_for_again(client):
    place = office()
    dossier = DossierFactory(place=place)
    PaperFactory(revision=dossier.revision, name="Tờ khai điện tử", source=PaperSource.EFORM)
    PaperFactory(revision=dossier.revision, name="Thẻ để xem tại quầy", source=PaperSource.SHOW)
    client.force_login(place.clerk)

    response = client.get(reverse("dossiers:ask_supplement", args=[dossier.code]))

    assert "Giấy chứng sinh" in response.text
    assert "Tờ khai điện tử" not in response.text
    assert "Thẻ để xem tại quầy" not in response.text


def test_a_deadline_that_has_passed_is_refused_with_what_was_typed(client):
    place = office()
    dossier = DossierFactory(place=place)
    sign_in_proved(client, place.clerk)

    answer = client.post(
        address("ask_supplement", dossier),
        {**tick(dossier), "deadline": "1/3/2026", "ground": "Luật"},
    )

    assert answer.status_code == 422
    assert "Hạn bổ sung phải sau thời điểm này." in answer.text
    assert 'value="Ảnh mờ"' in answer.text


def test_the_way_from_proposal_to_return_by_its_pages(client):
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place)

    def press(user, name, **typed):
        data = {"version": fresh(dossier).version, **typed}
        answer = sign_in_proved(client, user).post(address(name, dossier), data)
        assert answer.status_code == 302, answer.text

    press(place.officer, "claim")
    press(place.officer, "propose", outcome=DecisionOutcome.GRANTED, proposal="Đủ điều kiện")
    press(place.leader, "send_back", note="Bổ sung căn cứ")
    press(place.officer, "propose", outcome=DecisionOutcome.GRANTED, proposal="Đã bổ sung")
    press(place.leader, "approve", note="")
    picture = io.BytesIO()
    Image.new("RGB", (40, 60), "white").save(picture, "PNG")
    picture.seek(0)
    picture.name = "ket-qua.png"
    press(
        place.registrar,
        "issue",
        number="12/GXN",
        title="Giấy xác nhận",
        signed_by_name="Thọ",
        file=picture,
    )
    press(place.clerk, "hand_over", method="COUNTER", recipient_name="Nguyễn Thị Lan")

    assert fresh(dossier).state == DossierState.RETURNED
    result = dossier.results.get()
    assert (result.file.kind, result.file.uploaded_by) == ("png", place.registrar)
    assert dossier.deliveries.get().state == DeliveryState.HANDED_OVER


def test_a_refusal_on_merit_needs_reasons_and_a_ground(client):
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    sign_in_proved(client, place.officer)
    url = address("propose", dossier)
    typed = {"outcome": "REFUSED", "proposal": "Không đủ", "version": dossier.version}

    bare = client.post(url, typed)
    assert bare.status_code == 422
    assert "Không đủ" in bare.text
    client.post(url, {**typed, **tick(dossier), "ground": "Luật Hộ tịch"})

    assert dossier.decisions.get().reasons[0]["ground"] == "Luật Hộ tịch"


def test_a_file_that_is_none_is_refused_and_the_words_are_kept(client):
    place = office()
    dossier = approved(place)
    fake = io.BytesIO(b"MZ not a picture")
    fake.name = "ket-qua.pdf"

    answer = sign_in_proved(client, place.registrar).post(
        address("issue", dossier),
        {
            "number": "12/GXN",
            "title": "Giấy",
            "signed_by_name": "Thọ",
            "file": fake,
            "version": dossier.version,
        },
    )

    assert answer.status_code == 422
    assert 'value="12/GXN"' in answer.text
    assert not dossier.results.exists()


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (docx(), "ket-qua.docx", "không nhận tệp Word"),
        (zipped(("ket-qua.jpg", jpeg())), "ket-qua.zip", ".zip"),
    ],
)
def test_a_result_is_a_file_whose_pages_can_be_shown(client, data, name, said):
    place = office()
    dossier = approved(place)
    typed = {"number": "12/GXN", "title": "Giấy", "signed_by_name": "Thọ"}
    upload = io.BytesIO(data)
    upload.name = name

    answer = sign_in_proved(client, place.registrar).post(
        address("issue", dossier), {**typed, "file": upload, "version": dossier.version}
    )

    assert answer.status_code == 422
    assert said in answer.text.partition('id="error-summary-title"')[2]
    assert not dossier.results.exists()


def test_what_is_owed_blocks_the_hand_over_by_page_and_by_post(client):
    place = office()
    dossier = dossier_at(
        DossierState.DECIDED, place=place, fees=[fee_line()], fee_moment="AT_RESULT"
    )
    sign_in_proved(client, place.clerk)

    assert "còn phí, lệ phí chưa nộp" in client.get(address("work", dossier)).text
    answer = client.post(
        address("hand_over", dossier),
        {"method": "COUNTER", "recipient_name": "Lan", "version": dossier.version},
    )

    assert answer.status_code == 422
    assert "thu đủ rồi mới trả kết quả" in answer.text
    assert fresh(dossier).state == DossierState.DECIDED


def test_a_leader_reassigns_only_to_the_role_of_the_step(client):
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    colleague = StaffFactory(role=Role.OFFICER, unit=place.division, full_name="Lê Văn Cường")
    sign_in_proved(client, place.leader)
    url = address("reassign", dossier)

    page = client.get(url).text
    assert "Lê Văn Cường" in page
    refused = client.post(url, {"to": place.clerk.pk, "version": dossier.version})
    assert refused.status_code == 422
    client.post(url, {"to": colleague.pk, "version": dossier.version})

    assert dossier.steps.open().get().assignee == colleague


def test_an_undetermined_fee_is_fixed_on_its_page(client):
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place, fees=[fee_line(None)])
    line = dossier.obligations.get().lines.get()
    sign_in_proved(client, place.clerk)
    url = address("fix_fee", dossier)
    typed = {f"ground_{line.pk}": "Thông tư 10", "version": dossier.version}

    zero = client.post(url, {**typed, f"amount_{line.pk}": "0"})
    assert (zero.status_code, "Chỉ lãnh đạo" in zero.text) == (422, True)
    client.post(url, {**typed, f"amount_{line.pk}": "50000"})

    assert fresh(dossier).state == DossierState.PAYMENT
    assert dossier.obligations.get().amount_vnd == 50_000
