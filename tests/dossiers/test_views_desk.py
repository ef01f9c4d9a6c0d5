"""The pages of the desk: the list, the page of a dossier, and how little they ask for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from dossiers.enums import DossierState
from dossiers.services import processing
from procedures.eform.answers import check
from procedures.eform.parsing import parse_definition
from procedures.models import FormVersion
from tests.core.uploads import docx
from tests.dossiers.desk import TUESDAY, address, approved
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

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday")]


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
    sign_in_proved(client, place.clerk)
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
        at=TUESDAY,
        version=None,
        number="1",
        title="Giấy",
        signed_by_name="Thọ",
        file=DossierPaperFactory(dossier=full).file,
    )
    for number in range(5):
        DossierPaperFactory(dossier=full, paper_key=f"giay-{number}")
    sign_in_proved(client, place.clerk)

    few = queries_of(client, address("work", small))
    many = queries_of(client, address("work", full))

    # Lines of obligations and items of supplements are asked for only where there are any.
    assert (few, many) == (16, 17)


@pytest.mark.parametrize("state", DossierState)
def test_the_work_page_stays_below_its_cap_in_every_state(client, state):
    place = office()
    dossier = dossier_at(state, place=place)
    sign_in_proved(client, place.clerk)

    assert queries_of(client, address("work", dossier)) <= 18
    assert queries_of(client, address("pane", dossier)) <= 18


# The list.


def test_the_list_shows_who_holds_what_until_when(client):
    place = office()
    dossier = DossierFactory(place=place)

    page = sign_in_proved(client, place.clerk).get(reverse("dossiers:queue")).text

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
    page = (
        sign_in_proved(client, office().clerk).get(reverse("dossiers:queue") + "?hang=qua-han").text
    )

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
    assert (
        label in sign_in_proved(client, getattr(office(), role)).get(reverse("dossiers:queue")).text
    )


def test_a_search_for_a_number_never_stands_in_an_address(client):
    place = office()
    owner = CitizenFactory(identity_number="031190123456")
    dossier = DossierFactory(place=place, owner=owner)
    sign_in_proved(client, place.clerk)
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
    processing.claim_step(dossier_id=taken.pk, by=colleague, at=TUESDAY, version=None)
    sign_in_proved(client, place.clerk)

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

    page = sign_in_proved(client, place.clerk).get(address("work", dossier)).text

    assert "********3456" in page
    details = page[page.index("<details") : page.index("</details>")]
    assert "031190123456" in details
    assert page.count("031190123456") == 1


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


def test_papers_are_shown_as_pictures_with_their_hash(client):
    place = office()
    dossier = DossierFactory(place=place)
    paper = DossierPaperFactory(dossier=dossier)

    page = sign_in_proved(client, place.clerk).get(address("work", dossier)).text

    assert reverse("dossiers:preview", args=[dossier.code, paper.file.pk, 1]) in page
    assert 'loading="lazy"' in page
    assert paper.file.sha256[:12] in page
    assert "Chưa quét mã độc" in page


def test_a_word_file_is_downloaded_and_has_no_pictures(client):
    place = office()
    dossier = DossierFactory(place=place)
    file = StoredFileFactory(data=docx(), kind="docx", pages=None, name="don.docx")
    DossierPaperFactory(dossier=dossier, file=file)

    page = sign_in_proved(client, place.clerk).get(address("work", dossier)).text
    reasons = client.get(address("refuse", dossier)).text

    assert reverse("dossiers:file", args=[dossier.code, file.pk]) in page
    assert reverse("dossiers:preview", args=[dossier.code, file.pk, 1]) not in page
    assert "tệp Word, – trang" in page
    assert "đã nộp 1 tệp Word" in reasons


def test_the_cashier_sees_no_papers_and_no_numbers(client):
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    DossierPaperFactory(dossier=dossier)

    page = sign_in_proved(client, place.cashier).get(address("work", dossier)).text

    assert reverse("payments:receive", args=[dossier.code]) in page
    assert "Giấy chứng sinh" not in page
    assert dossier.owner.identity_number not in page


def test_fragments_obey_the_same_rule_as_their_page(client):
    """Who has which function, here and elsewhere: tests/guardrails/test_access.py."""
    place = office()
    dossier = DossierFactory(place=place)

    for name in ("work", "pane", "work_slips"):
        assert sign_in_proved(client, place.clerk).get(address(name, dossier)).status_code == 200
        assert sign_in_proved(client, place.officer).get(address(name, dossier)).status_code == 404
