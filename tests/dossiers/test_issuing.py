"""Slips are issued with the words that the forms want, numbered, and without identity numbers."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from dossiers import issuing, slips
from dossiers.enums import DossierState, PartyRole, SlipKind
from dossiers.issuing import content, words
from dossiers.models import Dossier, DossierParty, Slip
from dossiers.services import processing, reception, supplements
from portal.core.dates import moment_in_words
from portal.core.db import TransactionRequired
from procedures.enums import FeeMoment, FilingChannel, ResultDelivery
from tests.factories import slips as samples
from tests.factories.accounts import CitizenFactory, UnitFactory
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    dossier_at,
    fee_line,
    office,
)
from tests.factories.procedures import FormVersionFactory

pytestmark = pytest.mark.django_db

NUMBER = "031190000123"
PERSONAL_FORM = {
    "version": 1,
    "title": "Tờ khai",
    "sections": [
        {
            "key": "nguoi",
            "title": "Người yêu cầu",
            "fields": [
                {"key": "ho_ten", "type": "text", "label": "Họ, chữ đệm, tên"},
                {"key": "so", "type": "identity_number", "label": "Số định danh cá nhân"},
                {"key": "dau_muc", "type": "heading", "label": "Người thân"},
                {
                    "key": "than_nhan",
                    "type": "group",
                    "label": "Danh sách người thân",
                    "max_rows": 3,
                    "fields": [{"key": "ten", "type": "text", "label": "Tên"}],
                },
            ],
        }
    ],
}


def slip_of(dossier, kind):
    slip = dossier.slips.get(kind=kind)
    return slip, content.unpack(slip)


def test_acceptance_carries_what_form_01_asks_for():
    place = office()
    dossier = dossier_at(
        DossierState.ACCEPTED,
        place=place,
        fees=[fee_line(30_000)],
        fee_moment=FeeMoment.AT_RESULT,
    )

    slip, record = slip_of(dossier, SlipKind.ACCEPTANCE)

    assert record.head == slips.SlipHead(
        superior=place.agency.name,
        desk=place.desk.name,
        number="00001/TNHS",
        place="Sông Tranh",
        day="ngày 02 tháng 3 năm 2026",
        code=dossier.code,
        track_url=f"http://testserver/tra-cuu/?ma={dossier.code}",
        banner="",
    )
    assert slip.number == f"00001/TNHS/2026/{place.agency.code}"
    assert record.person.name == dossier.owner.full_name
    assert record.person.phone == words.format_phone(dossier.owner.phone)
    assert record.procedure == dossier.procedure.name
    assert record.processing_time == "05 ngày làm việc"
    assert record.received == "10 giờ 00 phút, ngày 02 tháng 3 năm 2026"
    assert record.due == "10 giờ 00 phút, ngày 09 tháng 3 năm 2026"
    assert record.result_delivery == place.desk.name
    assert record.receiver_name == place.clerk.full_name
    assert (record.book, record.entry) == ("2026", "00001")
    assert record.notes[0] == "Phí, lệ phí phải nộp: 30.000 đồng, khi nhận kết quả."
    assert "Thời hạn là 5 ngày làm việc." in record.notes[1]


def test_acceptance_lists_what_was_really_handed_in():
    place = office()
    dossier = DossierFactory(place=place)
    DossierPaperFactory(dossier=dossier, paper_key="can-cuoc", paper_name="Thẻ căn cước")
    for position in range(2):
        DossierPaperFactory(dossier=dossier, position=position)
    DossierPaperFactory(dossier=dossier, superseded_at=MONDAY_9AM, position=9)
    reception.accept_dossier(
        dossier_id=dossier.pk, by=place.clerk, at=MONDAY_9AM + timedelta(hours=1), version=None
    )

    _, record = slip_of(dossier, SlipKind.ACCEPTANCE)

    assert record.papers == (
        slips.PaperLine("Tờ khai cấp giấy xác nhận", originals=1, note="điện tử"),
        slips.PaperLine("Giấy chứng sinh", photocopies=1, note="2 tệp điện tử"),
        slips.PaperLine("Thẻ căn cước", photocopies=1, note="1 tệp điện tử"),
    )


def test_originals_are_counted_where_they_were_handed_over_at_a_counter():
    dossier = DossierFactory(channel=FilingChannel.COUNTER)
    DossierPaperFactory(dossier=dossier)

    [line] = words.handed_in(dossier)

    assert (line.originals, line.photocopies) == (1, 0)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"amount": 5, "unit": "WORKING_DAYS", "cut_off": None}, "05 ngày làm việc"),
        ({"amount": 15, "unit": "CALENDAR_DAYS", "cut_off": None}, "15 ngày"),
        ({"amount": 8, "unit": "HOURS", "cut_off": None}, "08 giờ làm việc"),
        (
            {"amount": None, "unit": "SAME_DAY", "cut_off": "15:00"},
            "trong ngày; nhận sau 15:00 thì trả vào ngày làm việc tiếp theo",
        ),
        ({"amount": None, "unit": "SAME_DAY", "cut_off": None}, "trong ngày làm việc"),
        ({"amount": None, "unit": "NONE_GIVEN", "cut_off": None}, "theo từng trường hợp"),
    ],
)
def test_processing_time_is_written_as_it_was_promised(given, expected):
    assert words.processing_time(Dossier(offer_snapshot={"time": given})) == expected


def test_time_not_given_prints_no_date():
    place = office()
    dossier = DossierFactory(place=place)
    snapshot = dossier.offer_snapshot
    snapshot["time"] = {"amount": None, "unit": "NONE_GIVEN", "cut_off": None}
    Dossier.objects.filter(pk=dossier.pk).update(offer_snapshot=snapshot)
    reception.accept_dossier(
        dossier_id=dossier.pk, by=place.clerk, at=MONDAY_9AM + timedelta(hours=1), version=None
    )

    _, record = slip_of(dossier, SlipKind.ACCEPTANCE)

    assert record.due == record.processing_time == "theo từng trường hợp"
    assert record.notes == ()


def test_parent_files_and_signs_for_the_child():
    place = office()
    mother = CitizenFactory(full_name="Lê Thị Thảo")
    dossier = DossierFactory(place=place, owner=mother, applicant_name="Lê Gia Bảo")
    DossierParty.objects.filter(dossier=dossier).update(phone="")
    DossierParty.objects.create(
        dossier=dossier,
        role=PartyRole.SUBMITTER,
        name="Lê Thị Thảo",
        phone="84912345678",
        address="Số 4, xã Sông Tranh",
    )
    reception.accept_dossier(
        dossier_id=dossier.pk, by=place.clerk, at=MONDAY_9AM + timedelta(hours=1), version=None
    )

    _, record = slip_of(dossier, SlipKind.ACCEPTANCE)

    assert record.person == slips.Person(
        name="Lê Thị Thảo",
        address="Số 4, xã Sông Tranh",
        phone="0912 345 678",
        email=mother.email,
        on_behalf_of="Lê Gia Bảo",
    )


def test_result_delivery_is_named_with_its_place():
    desk = UnitFactory(one_stop=True, address="Số 1 đường Hòa Bình")
    post = Dossier(return_method=ResultDelivery.POST, return_address="Số 5", receiving_unit=desk)

    assert words.result_delivery(post) == "Qua dịch vụ bưu chính, đến: Số 5"
    assert (
        words.result_delivery(Dossier(return_method=ResultDelivery.COUNTER, receiving_unit=desk))
        == f"{desk.name}, Số 1 đường Hòa Bình"
    )


def test_refusal_and_supplement_give_their_reasons():
    refused = dossier_at(DossierState.REFUSED)
    asked = dossier_at(DossierState.SUPPLEMENT, place=office("cam-lo"))

    _, refusal = slip_of(refused, SlipKind.REFUSAL)
    _, supplement = slip_of(asked, SlipKind.SUPPLEMENT)

    assert refusal.reasons == (slips.Reason("Giấy chứng sinh", "Không đúng nơi", "Luật"),)
    assert refusal.contact.name == refused.receiving_unit.name
    assert supplement.papers == (
        slips.PaperLine("Giấy chứng sinh", originals=1, note="Lý do: Ảnh mờ"),
    )
    assert supplement.ground == "Luật Hộ tịch, điều 16"
    assert supplement.respond_by == "10 giờ 00 phút, ngày 12 tháng 3 năm 2026"


def test_a_stop_gives_its_reason_its_leader_and_the_papers_that_go_back():
    place = office()
    dossier = dossier_at(
        DossierState.PROCESSING,
        place=place,
        channel=FilingChannel.COUNTER,
        code="H99.12-260302-0009",
    )
    DossierPaperFactory(dossier=dossier)

    processing.stop_dossier(
        dossier_id=dossier.pk, by=place.leader, at=MONDAY_9AM, version=None, reason="Trùng hồ sơ. "
    )

    slip, notice = slip_of(dossier, SlipKind.STOP)
    assert slip.number == f"00001/TBDG/2026/{place.agency.code}"
    assert notice.reasons == (slips.Reason("", "Trùng hồ sơ."),)
    assert (notice.agency, notice.signature.name) == (place.agency.name, place.leader.full_name)
    assert notice.received == moment_in_words(dossier.accepted_at)
    assert [paper.originals for paper in notice.returned_papers] == [1]
    assert notice.fee_note == ""
    assert content.render(slip).startswith(b"%PDF")


def test_what_was_sent_as_files_is_not_handed_back():
    dossier = dossier_at(DossierState.STOPPED)

    assert slip_of(dossier, SlipKind.STOP)[1].returned_papers == ()


def test_proof_lists_every_stored_file_as_it_is():
    dossier = DossierFactory()
    link = DossierPaperFactory(dossier=dossier)

    with transaction.atomic():
        issuing.issue_proof(dossier, at=MONDAY_9AM)

    _, record = slip_of(dossier, SlipKind.PROOF)
    assert record.papers == (
        slips.StoredPaper(
            "Giấy chứng sinh",
            (slips.StoredLine(link.file.name, 1, link.file.size, link.file.sha256),),
        ),
    )
    assert record.answer_by == "09 giờ 30 phút, ngày 03 tháng 3 năm 2026"
    assert record.applicant == ""


def declared_dossier():
    dossier = DossierFactory(
        form_version=FormVersionFactory(definition=PERSONAL_FORM, name="Tờ khai lý lịch", number=9),
        answers={"ho_ten": "Lê Thị Thảo", "than_nhan": [{"ten": "Lê Gia Bảo"}]},
    )
    dossier.seal_answers({"so": NUMBER})
    dossier.save()
    with transaction.atomic():
        issuing.issue_declaration(dossier, at=MONDAY_9AM)
    return dossier


def test_declaration_repeats_every_answer_and_seals_them():
    dossier = declared_dossier()

    slip, record = slip_of(dossier, SlipKind.DECLARATION)

    assert [section.title for section in record.sections] == ["Người yêu cầu", "Người thân"]
    assert record.sections[0].rows == (
        ("Họ, chữ đệm, tên", "Lê Thị Thảo"),
        ("Số định danh cá nhân", NUMBER),
    )
    assert record.sections[1].groups == (
        slips.RepeatingGroup("Danh sách người thân", ("Tên",), (("Lê Gia Bảo",),)),
    )
    assert set(slip.content) == {"sealed"}


def test_no_identity_number_lies_in_clear_in_any_slip():
    declared = declared_dossier()
    place = office("cam-lo")
    refused = DossierFactory(place=place)
    reason = f"Số định danh {NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:9]} {NUMBER[9:]} không khớp"
    reception.refuse_dossier(
        dossier_id=refused.pk,
        by=place.clerk,
        at=MONDAY_9AM,
        version=None,
        reasons=[reception.Reason("can-cuoc", "Thẻ căn cước", reason, "Luật Căn cước")],
    )
    proved = DossierFactory(place=office("ba-vi"))
    DossierPaperFactory(dossier=proved, file__name=f"{NUMBER}.pdf")
    with transaction.atomic():
        issuing.issue_proof(proved, at=MONDAY_9AM)

    for slip in Slip.objects.all():
        text = re.sub(r"\s", "", json.dumps(slip.content))
        assert NUMBER not in text
        for party in slip.dossier.parties.all():
            assert party.identity_number
            assert party.identity_number not in text
    # What is printed is exact all the same.
    assert content.unpack(refused.slips.get()).reasons[0].text == reason
    assert NUMBER in content.unpack(proved.slips.get()).papers[0].files[0].name
    assert content.unpack(declared.slips.get()).sections


@pytest.mark.parametrize(
    "record",
    [
        samples.ACCEPTANCE,
        samples.SUPPLEMENT,
        samples.REFUSAL,
        samples.STOP,
        samples.PROOF,
        samples.DECLARATION,
    ],
)
def test_record_comes_back_from_its_json_as_it_was(record):
    kinds = {one: kind for kind, one in content.RECORDS.items()}
    stored = json.loads(json.dumps(content.pack(record)))

    assert content.unpack(Slip(kind=kinds[type(record)], content=stored)) == record


def test_field_added_later_keeps_its_default_in_older_slips():
    packed = content.pack(replace(samples.ACCEPTANCE, notes=()))
    del packed["notes"]
    del packed["person"]["on_behalf_of"]

    assert content.unpack(Slip(kind=SlipKind.ACCEPTANCE, content=packed)).notes == ()


def test_numbers_are_counted_by_agency_kind_and_year():
    first, second = office("cam-lo"), office("ba-vi")
    numbers = [
        dossier_at(DossierState.ACCEPTED, place=place, submitted_at=at).slips.get().number
        for place, at in [
            (first, MONDAY_9AM),
            (first, MONDAY_9AM),
            (second, MONDAY_9AM),
            (first, MONDAY_9AM.replace(year=2027, day=1)),
        ]
    ]

    a, b = first.agency.code, second.agency.code
    assert numbers == [
        f"00001/TNHS/2026/{a}",
        f"00002/TNHS/2026/{a}",
        f"00001/TNHS/2026/{b}",
        f"00001/TNHS/2027/{a}",
    ]


def test_desk_does_not_repeat_the_place_that_stands_above_it():
    ward = UnitFactory(name="Ủy ban nhân dân phường Sông Tranh")
    name = "Trung tâm Phục vụ hành chính công phường Sông Tranh"
    dossier = Dossier(
        receiving_unit=UnitFactory(one_stop=True, parent=ward, name=name), code="H99-261123-0001"
    )

    head = words.head(dossier, number="00001/TNHS", at=MONDAY_9AM)

    assert head.superior == "Ủy ban nhân dân phường Sông Tranh"
    assert head.desk == "Trung tâm Phục vụ hành chính công"


def test_demo_marks_every_slip(settings):
    settings.DEMO = True

    _, record = slip_of(dossier_at(DossierState.ACCEPTED), SlipKind.ACCEPTANCE)

    assert record.head.banner == "BẢN TRÌNH DIỄN – dữ liệu giả"


@pytest.mark.django_db(transaction=True)
def test_slip_wakes_the_renderer_once_per_transaction(monkeypatch):
    published = []
    monkeypatch.setattr("portal.core.wakeups.publish", lambda *names: published.append(names))
    dossier = DossierFactory()

    with transaction.atomic():
        issuing.issue_declaration(dossier, at=MONDAY_9AM)
        issuing.issue_proof(dossier, at=MONDAY_9AM)
        assert published == []

    assert published == [(issuing.WAKE_RENDERER,)]


@pytest.mark.django_db(transaction=True)
def test_slip_is_issued_only_together_with_its_fact():
    with pytest.raises(TransactionRequired):
        issuing.issue_proof(DossierFactory(), at=MONDAY_9AM)


def test_no_form_no_declaration():
    dossier = DossierFactory(form_version=None)

    with pytest.raises(issuing.NoForm), transaction.atomic():
        issuing.issue_declaration(dossier, at=MONDAY_9AM)


def test_field_of_the_form_is_named_in_a_supplement():
    place = office()
    dossier = DossierFactory(place=place)
    supplements.ask_supplement(
        dossier_id=dossier.pk,
        by=place.clerk,
        at=MONDAY_9AM,
        version=None,
        items=[supplements.Item("", "ly_do", "Lý do đề nghị", "Chưa rõ")],
        ground="",
        deadline_at=MONDAY_9AM + timedelta(days=10),
        message="Ông/bà ghi rõ nơi nhập học.",
    )

    _, record = slip_of(dossier, SlipKind.SUPPLEMENT)

    assert record.papers[0].name == "Tờ khai: Lý do đề nghị"
    assert record.reason == "Ông/bà ghi rõ nơi nhập học."
