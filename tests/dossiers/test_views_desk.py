"""The pages of the desk: who gets them, what they show, and what happens to what is typed."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.enums import Role
from dossiers.enums import DecisionOutcome, DeliveryState, DossierState
from dossiers.models import Dossier
from dossiers.services import processing
from procedures.eform.answers import check
from procedures.eform.parsing import parse_definition
from procedures.enums import PaperSource
from procedures.models import FormVersion
from tests.core.uploads import docx, jpeg, zipped
from tests.dossiers.desk import approved, proposed
from tests.factories.accounts import CitizenFactory, StaffFactory, sign_in_proved
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    StoredFileFactory,
    dossier_at,
    fee_line,
    office,
)
from tests.factories.procedures import PaperFactory

pytestmark = pytest.mark.django_db

NOW = MONDAY_9AM + timedelta(days=1, hours=1)
DEEDS = (
    "accept", "refuse", "ask_supplement", "forward", "send_back", "propose", "approve", "issue",
    "hand_over", "stop", "reassign", "fix_fee",
)  # fmt: skip
PAGES = ("work", "pane", "work_slips")


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


def address(name, dossier):
    return reverse(f"dossiers:{name}", args=[dossier.code])


def fresh(dossier):
    return Dossier.objects.get(pk=dossier.pk)


def signed_in(client, user):
    return sign_in_proved(client, user)


def tick(dossier, reason="Ảnh mờ"):
    return {
        "tick_paper_giay-chung-sinh": "on",
        "why_paper_giay-chung-sinh": reason,
        "version": dossier.version,
    }


# Queries.


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as counted:
        response = client.get(url)
    assert response.status_code == 200
    return len(counted)


def test_the_list_takes_the_same_queries_for_one_row_and_for_thirty(client):
    place, owner = office(), CitizenFactory()
    offer = DossierFactory(place=place, owner=owner).procedure.offers.get()
    signed_in(client, place.clerk)
    url = reverse("dossiers:queue")

    one = queries_of(client, url)
    for number in range(29):
        DossierFactory(place=place, owner=owner, offer=offer, return_address=f"số {number}")

    assert (one, queries_of(client, url)) == (7, 7)


def test_the_work_page_takes_the_same_queries_for_an_empty_and_a_full_dossier(client):
    place = office()
    small = DossierFactory(place=place)
    full = approved(place, fees=[fee_line()], fee_moment="AT_RESULT")
    processing.issue_result(
        dossier_id=full.pk,
        by=place.registrar,
        at=NOW,
        version=None,
        number="1",
        title="Giấy",
        signed_by_name="Thọ",
        file=DossierPaperFactory(dossier=full).file,
    )
    for number in range(5):
        DossierPaperFactory(dossier=full, paper_key=f"giay-{number}")
    signed_in(client, place.clerk)

    few = queries_of(client, address("work", small))
    many = queries_of(client, address("work", full))

    # Lines of obligations and items of supplements are asked for only where there are any.
    assert (few, many) == (16, 17)


@pytest.mark.parametrize("state", DossierState)
def test_the_work_page_stays_below_its_cap_in_every_state(client, state):
    place = office()
    dossier = dossier_at(state, place=place)
    signed_in(client, place.clerk)

    assert queries_of(client, address("work", dossier)) <= 18
    assert queries_of(client, address("pane", dossier)) <= 18


# Access.


@pytest.mark.parametrize("name", [*PAGES, *DEEDS])
def test_another_units_and_an_absent_dossier_are_answered_alike(client, name):
    mine, other = office(), office("khac")
    foreign = DossierFactory(place=other)
    for role in ("clerk", "officer", "leader", "registrar"):
        signed_in(client, getattr(mine, role))
        for method in (client.get, client.post):
            theirs = method(address(name, foreign))
            absent = method(reverse(f"dossiers:{name}", args=["H99.99-260302-9999"]))
            assert theirs.status_code == absent.status_code
            assert theirs.status_code in {404, 403, 405}
            if theirs.status_code == 404:
                assert theirs.content == absent.content
    assert fresh(foreign).version == foreign.version


def test_a_citizen_is_forbidden_and_a_stranger_is_asked_to_sign_in(client):
    dossier = DossierFactory()

    assert client.get(address("work", dossier)).status_code == 302
    assert signed_in(client, dossier.owner).get(address("work", dossier)).status_code == 403


@pytest.mark.parametrize("name", ["approve", "stop", "reassign", "propose", "issue"])
def test_a_function_of_another_role_is_forbidden(client, name):
    place = office()
    dossier = DossierFactory(place=place)
    signed_in(client, place.clerk)

    assert client.get(address(name, dossier)).status_code == 403
    assert client.post(address(name, dossier), {"version": 1}).status_code == 403


def test_a_role_that_was_taken_away_ends_with_the_next_request(client):
    place = office()
    dossier = DossierFactory(place=place)
    signed_in(client, place.clerk)
    assert client.get(address("work", dossier)).status_code == 200

    place.clerk.staff_roles.update(valid_until=(NOW - timedelta(days=1)).date())

    assert client.get(address("work", dossier)).status_code == 403


def test_fragments_obey_the_same_rule_as_their_page(client):
    place = office()
    dossier = DossierFactory(place=place)

    for name in PAGES:
        assert signed_in(client, place.clerk).get(address(name, dossier)).status_code == 200
        assert signed_in(client, place.officer).get(address(name, dossier)).status_code == 404


# The list.


def test_the_list_shows_who_holds_what_until_when(client):
    place = office()
    dossier = DossierFactory(place=place)

    page = signed_in(client, place.clerk).get(reverse("dossiers:queue")).text

    for shown in (
        dossier.code,
        dossier.applicant_name,
        dossier.revision.everyday_name,
        "Mới đăng ký",
        "Chưa ai nhận",
        "quá hạn",
        'aria-current="page"',
    ):
        assert shown in page


def test_an_empty_queue_says_so(client):
    page = signed_in(client, office().clerk).get(reverse("dossiers:queue") + "?hang=qua-han").text

    assert "Không có hồ sơ nào quá hạn." in page


@pytest.mark.parametrize(
    ("role", "label"),
    [
        ("clerk", "Mới đến"),
        ("officer", "Mới chuyển đến"),
        ("leader", "Chờ phê duyệt"),
        ("registrar", "Chờ phát hành"),
    ],
)
def test_what_comes_new_is_named_for_the_role(client, role, label):
    assert label in signed_in(client, getattr(office(), role)).get(reverse("dossiers:queue")).text


def test_a_search_for_a_number_never_stands_in_an_address(client):
    place = office()
    owner = CitizenFactory(identity_number="031190123456")
    dossier = DossierFactory(place=place, owner=owner)
    signed_in(client, place.clerk)
    url = reverse("dossiers:queue")

    by_number = client.post(url, {"q": "031190123456"})
    by_code = client.post(url, {"q": dossier.code})
    in_address = client.get(url, {"q": "031190123456"})

    assert by_number.status_code == 200
    assert dossier.code in by_number.text
    assert (by_code.status_code, by_code.url) == (302, f"{url}?q={dossier.code}")
    assert (in_address.status_code, in_address.url) == (302, url)


def test_several_are_claimed_at_once_and_the_refused_are_named(client):
    place = office()
    colleague = StaffFactory(role=Role.CLERK, unit=place.desk, full_name="Vũ Thị Hằng")
    free, taken = DossierFactory(place=place), DossierFactory(place=place)
    foreign = DossierFactory(place=office("khac"))
    processing.claim_step(dossier_id=taken.pk, by=colleague, at=NOW, version=None)
    signed_in(client, place.clerk)

    answer = client.post(
        reverse("dossiers:claim_many"),
        {"ma": [free.code, taken.code, foreign.code], "hang": "moi"},
        follow=True,
    )

    assert "Đã nhận 1 hồ sơ." in answer.text
    assert f"{taken.code}: Vũ Thị Hằng đã nhận." in answer.text
    assert f"{foreign.code}: không tìm thấy hồ sơ." in answer.text
    assert free.steps.get().assignee == place.clerk
    assert foreign.steps.get().assignee is None


# The page of a dossier.


def test_a_number_is_covered_until_it_is_asked_for(client):
    place = office()
    dossier = DossierFactory(place=place, owner=CitizenFactory(identity_number="031190123456"))

    page = signed_in(client, place.clerk).get(address("work", dossier)).text

    assert "********3456" in page
    details = page[page.index("<details") : page.index("</details>")]
    assert "031190123456" in details
    assert page.count("031190123456") == 1


def test_papers_are_shown_as_pictures_with_their_hash(client):
    place = office()
    dossier = DossierFactory(place=place)
    paper = DossierPaperFactory(dossier=dossier)

    page = signed_in(client, place.clerk).get(address("work", dossier)).text

    assert reverse("dossiers:preview", args=[dossier.code, paper.file.pk, 1]) in page
    assert 'loading="lazy"' in page
    assert paper.file.sha256[:12] in page
    assert "Chưa quét mã độc" in page


def test_a_word_file_is_downloaded_and_has_no_pictures(client):
    place = office()
    dossier = DossierFactory(place=place)
    file = StoredFileFactory(data=docx(), kind="docx", pages=None, name="don.docx")
    DossierPaperFactory(dossier=dossier, file=file)

    page = signed_in(client, place.clerk).get(address("work", dossier)).text
    reasons = client.get(address("refuse", dossier)).text

    assert reverse("dossiers:file", args=[dossier.code, file.pk]) in page
    assert reverse("dossiers:preview", args=[dossier.code, file.pk, 1]) not in page
    assert "tệp Word, – trang" in page
    assert "đã nộp 1 tệp Word" in reasons


def test_the_cashier_sees_no_papers_and_no_numbers(client):
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    DossierPaperFactory(dossier=dossier)

    page = signed_in(client, place.cashier).get(address("work", dossier)).text

    assert reverse("payments:receive", args=[dossier.code]) in page
    assert "Giấy chứng sinh" not in page
    assert dossier.owner.identity_number not in page


# Deeds.


def test_accepting_shows_the_date_and_why_before_it_is_pressed(client):
    place = office()
    dossier = DossierFactory(place=place)

    page = signed_in(client, place.clerk).get(address("accept", dossier)).text

    assert "thứ Ba, 10/03/2026, 10:00" in page
    assert "Thời hạn là 5 ngày làm việc." in page
    assert fresh(dossier).state == DossierState.SUBMITTED


def test_accepting_leads_to_the_page_with_its_slip(client):
    place = office()
    dossier = DossierFactory(place=place)
    signed_in(client, place.clerk)

    answer = client.post(address("accept", dossier), {"version": dossier.version}, follow=True)

    assert fresh(dossier).state == DossierState.ACCEPTED
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" in answer.text
    assert "đang lập, vài giây" in answer.text


def test_refusing_needs_a_tick_a_reason_and_a_ground(client):
    place = office()
    dossier = DossierFactory(place=place)
    signed_in(client, place.clerk)
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
    signed_in(client, place.clerk)
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
    signed_in(client, place.clerk)

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


def test_a_deadline_that_has_passed_is_refused_with_what_was_typed(client):
    place = office()
    dossier = DossierFactory(place=place)
    signed_in(client, place.clerk)

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
        answer = signed_in(client, user).post(address(name, dossier), data)
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
    signed_in(client, place.officer)
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

    answer = signed_in(client, place.registrar).post(
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

    answer = signed_in(client, place.registrar).post(
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
    signed_in(client, place.clerk)

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
    signed_in(client, place.leader)
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
    signed_in(client, place.clerk)
    url = address("fix_fee", dossier)
    typed = {f"ground_{line.pk}": "Thông tư 10", "version": dossier.version}

    zero = client.post(url, {**typed, f"amount_{line.pk}": "0"})
    assert (zero.status_code, "Chỉ lãnh đạo" in zero.text) == (422, True)
    client.post(url, {**typed, f"amount_{line.pk}": "50000"})

    assert fresh(dossier).state == DossierState.PAYMENT
    assert dossier.obligations.get().amount_vnd == 50_000


# Somebody was faster.


def test_a_stale_form_shows_the_newer_state_and_keeps_the_words(client):
    place = office()
    dossier = DossierFactory(place=place)
    old_version = dossier.version
    processing.claim_step(dossier_id=dossier.pk, by=place.clerk, at=NOW, version=None)
    signed_in(client, place.clerk)

    answer = client.post(
        address("refuse", dossier),
        {**tick(dossier, "Nộp nhầm nơi"), "ground": "Luật Hộ tịch", "version": old_version},
    )

    assert answer.status_code == 409
    assert "đã làm trước: nhận việc" in answer.text
    assert 'value="Nộp nhầm nơi"' in answer.text
    assert f'name="version" value="{fresh(dossier).version}"' in answer.text
    assert fresh(dossier).state == DossierState.SUBMITTED


def test_the_form_of_a_stale_answer_works_when_pressed_again(client):
    place = office()
    dossier = DossierFactory(place=place)
    processing.claim_step(dossier_id=dossier.pk, by=place.clerk, at=NOW, version=None)
    signed_in(client, place.clerk)
    typed = {**tick(dossier), "ground": "Luật"}
    stale = client.post(address("refuse", dossier), {**typed, "version": 1})
    again = stale.context["form"]

    answer = client.post(address("refuse", dossier), {**typed, "version": again.data["version"]})

    assert answer.status_code == 302
    assert fresh(dossier).state == DossierState.REFUSED


def test_words_for_a_deed_that_is_over_can_be_copied(client):
    place = office()
    dossier = proposed(place)
    version = dossier.version
    processing.approve_decision(dossier_id=dossier.pk, by=place.leader, at=NOW, version=None)

    answer = signed_in(client, place.leader).post(
        address("send_back", dossier), {"note": "Sai căn cứ ở trang 2", "version": version}
    )

    assert answer.status_code == 409
    assert answer.context["form"] is None
    assert "Sai căn cứ ở trang 2" in answer.text


def test_who_was_faster_is_named(client):
    place = office()
    colleague = StaffFactory(role=Role.CLERK, unit=place.desk, full_name="Vũ Thị Hằng")
    dossier = DossierFactory(place=place)
    processing.claim_step(dossier_id=dossier.pk, by=colleague, at=NOW, version=None)
    signed_in(client, place.clerk)
    version = fresh(dossier).version

    for name in ("claim", "accept"):
        answer = client.post(address(name, dossier), {"version": version})
        assert answer.status_code == 409
        assert "Vũ Thị Hằng" in answer.text


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999", "-1", "٣"])
def test_a_version_that_is_none_changes_nothing(client, version):
    place = office()
    dossier = DossierFactory(place=place)
    signed_in(client, place.clerk)

    for name in ("claim", "accept"):
        assert client.post(address(name, dossier), {"version": version}).status_code in {409, 422}
    assert fresh(dossier).version == dossier.version


def test_a_page_for_what_cannot_be_done_now_says_so(client):
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place)

    answer = signed_in(client, place.clerk).get(address("accept", dossier))

    assert answer.status_code == 409
    assert "Hồ sơ không còn ở bước làm được việc này." in answer.text


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


def test_identity_numbers_among_the_answers_are_shown_only_when_asked_for(client):
    number = {"key": "so", "type": "identity_number", "label": "Số định danh"}
    section = {
        "key": "chung",
        "title": "Các thành viên",
        "fields": [
            {**number, "key": "chu_ho"},
            {"key": "thanh_vien", "type": "group", "label": "Thành viên", "fields": [number]},
        ],
    }
    definition = {"version": 1, "title": "Tờ khai", "sections": [section]}
    typed = {"chu_ho": ["031190000001"], "thanh_vien.0.so": ["031190000002"]}
    checked = check(parse_definition(definition), typed, today=MONDAY_9AM.date())
    place = office()
    dossier = DossierFactory(place=place, answers=checked.answers)
    version = FormVersion.objects.create(
        procedure=dossier.procedure, number=2, name="Tờ khai", definition=definition
    )
    dossier.form_version = version
    dossier.seal_answers(checked.sealed)
    dossier.save()
    client.force_login(place.clerk)

    response = client.get(reverse("dossiers:work", args=[dossier.code]))

    for shown in ("031190000001", "031190000002"):
        assert f'desk-reveal__masked">********{shown[-4:]}<' in response.text
        assert response.text.count(shown) == 1
