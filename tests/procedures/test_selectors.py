"""The facts of a procedure in words, and its page for a case, a channel and an agency."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from procedures import facts
from procedures.enums import FeeStatus, FeeUnit, FilingChannel, PaperSource, TimeUnit
from procedures.models import FeeRule, NoSuchProcedure, Paper, Procedure, ProcessingTime
from procedures.selectors import published
from procedures.selectors.detail import Asked, ListedPage, get_procedure_page
from tests.factories.accounts import UnitFactory
from tests.factories.procedures import (
    CaseFactory,
    FeeRuleFactory,
    OfferFactory,
    PaperFactory,
    ProcedureFactory,
    ProcessingTimeFactory,
    RevisionFactory,
    changing_published,
)

TODAY = date(2026, 11, 23)
# Monday 23/11/2026, 09:00 in Vietnam; the day after is a national holiday.
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
BIRTH = "1.001193"
ONLINE, COUNTER, POST = FilingChannel.ONLINE, FilingChannel.COUNTER, FilingChannel.POST


def fee(**options):
    given = {
        "key": "le-phi",
        "name": "Lệ phí",
        "status": FeeStatus.AMOUNT,
        "amount_vnd": 30_000,
        "unit": FeeUnit.OCCASION,
        "channels": [ONLINE, COUNTER],
    }
    return FeeRule(**given | options)


def fee_words(*rules, channel=ONLINE):
    found = facts.fee_fact(rules, channel=channel, on=TODAY)
    return found.text, found.note


def page_of(code, *, case="", channel="", agency="", at=MONDAY):
    return get_procedure_page(
        code=code, asked=Asked(case=case, channel=channel, agency=agency), at=at
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (ProcessingTime(unit=TimeUnit.WORKING_DAYS, amount=3), "3 ngày làm việc"),
        (ProcessingTime(unit=TimeUnit.CALENDAR_DAYS, amount=15), "15 ngày, kể cả ngày nghỉ"),
        (ProcessingTime(unit=TimeUnit.HOURS, amount=8), "8 giờ làm việc"),
        (ProcessingTime(unit=TimeUnit.SAME_DAY), "Trong ngày làm việc"),
        (ProcessingTime(unit=TimeUnit.NONE_GIVEN), "Theo từng trường hợp"),
        (None, "Theo từng trường hợp"),
    ],
)
def test_time_is_written_and_never_made_up(given, words):
    assert facts.time_words(given) == words


def test_cut_off_is_told_for_same_day_procedures_only():
    same_day = ProcessingTime(unit=TimeUnit.SAME_DAY, cut_off=time(15))
    counted = ProcessingTime(unit=TimeUnit.WORKING_DAYS, amount=1, cut_off=time(15))

    assert "15:00" in facts.cut_off_words(same_day)
    assert facts.cut_off_words(counted) == facts.cut_off_words(None) == ""


def test_fee_nobody_pays_is_free():
    assert fee_words(fee(status=FeeStatus.FREE, amount_vnd=None)) == ("Không mất phí", "")


def test_fees_that_everybody_pays_are_added_up():
    assert fee_words(fee(), fee(key="phi", amount_vnd=20_000)) == ("50.000 đồng", "")


def test_undetermined_fee_is_never_free():
    undetermined = fee(status=FeeStatus.UNDETERMINED, amount_vnd=None)

    assert fee_words(undetermined) == ("Chưa xác định", "cơ quan sẽ báo mức thu")
    assert fee_words(undetermined, fee(key="khac"))[0] == "Chưa xác định"


def test_no_rule_is_not_called_free():
    assert fee_words()[0] == "Không quy định mức thu"
    assert fee_words(fee(), channel=POST)[0] == "Không quy định mức thu"


def test_price_of_copies_stands_below_what_everybody_pays():
    copies = fee(
        key="ban-sao", name="Phí bản sao", amount_vnd=8_000, unit=FeeUnit.COPY, asks_quantity=True
    )

    assert fee_words(fee(status=FeeStatus.FREE, amount_vnd=None), copies) == (
        "Không mất phí",
        "phí bản sao: 8.000 đồng một bản",
    )
    assert fee_words(copies) == ("8.000 đồng một bản", "")


def test_price_of_pages_tells_its_steps_and_its_cap():
    pages = fee(
        amount_vnd=2_000,
        unit=FeeUnit.PAGE,
        asks_quantity=True,
        tiers=[{"from": 1, "amount_vnd": 2_000}, {"from": 3, "amount_vnd": 1_000}],
        cap_vnd=200_000,
    )

    assert fee_words(pages) == (
        "2.000 đồng một trang",
        "từ trang thứ 3: 1.000 đồng; nhiều nhất 200.000 đồng",
    )


def test_fee_out_of_force_is_left_out():
    assert fee_words(fee(valid_until=date(2026, 11, 22)), fee(key="moi", amount_vnd=1_000)) == (
        "1.000 đồng",
        "",
    )


def test_papers_are_counted_for_the_case_and_the_channel():
    papers = [
        Paper(key="to-khai", source=PaperSource.EFORM),
        Paper(key="chung-sinh"),
        Paper(key="uy-quyen", is_mandatory=False),
        Paper(key="can-cuoc", source=PaperSource.SHOW),
        Paper(key="khac", case_keys=["khac"]),
    ]

    online = facts.papers_fact(papers, case_key="thuong", channel=ONLINE)
    counter = facts.papers_fact(papers, case_key="khac", channel=COUNTER)

    assert online.text == "2 giấy tờ"
    assert "1 loại nữa chỉ khi cần" in online.note
    assert counter.text == "4 giấy tờ"


def test_places_say_how_the_result_comes():
    fact = facts.place_fact(
        channel=COUNTER, desk="Quầy A", returns=["COUNTER", "ONLINE", "POST"], presence=""
    )

    assert (fact.text, fact.note) == (
        "Nộp tại quầy",
        "Quầy A; nhận bản điện tử, tại quầy hoặc qua bưu chính",
    )


@pytest.mark.parametrize(("size", "words"), [(1, "1 kB"), (27_431, "27 kB"), (1_240_000, "1,2 MB")])
def test_size_is_written_as_people_say_it(size, words):
    assert facts.size_words(size) == words


def test_page_of_birth_registration_answers_in_four_facts(catalogue):
    page = page_of(BIRTH)

    assert page.title == "Làm giấy khai sinh cho con"
    assert page.papers_fact.text == "2 giấy tờ"
    assert page.time_fact.text == "Trong ngày làm việc"
    assert page.fee_fact.text == "Không mất phí"
    assert page.place_fact.text == "Nộp trực tuyến"
    assert (page.level, page.action) == (4, "file")
    assert [paper.name for paper in page.papers.must] == [
        "Tờ khai đăng ký khai sinh",
        "Giấy chứng sinh do bệnh viện hoặc trạm y tế cấp",
    ]
    assert page.papers_fact.note.endswith("3 loại nữa chỉ khi cần")
    assert len(page.papers.sometimes) == 3


def test_case_and_channel_change_the_fee(catalogue):
    late_online = page_of(BIRTH, case="qua-han")
    late_at_desk = page_of(BIRTH, case="qua-han", channel=COUNTER)

    assert late_online.fee_fact.text == "Không mất phí"
    assert late_at_desk.fee_fact.text == "5.000 đồng"
    assert late_at_desk.fee_fact.note == "có đối tượng được miễn, giảm"
    assert late_at_desk.place_fact.text == "Nộp tại quầy"
    assert [name for name, _proof in late_at_desk.fees[1].exemptions][1] == "Người thuộc hộ nghèo"


def test_answer_that_the_procedure_does_not_know_is_the_default(catalogue):
    page = page_of(BIRTH, case="khong-co", channel="FAX", agency="khong-co")

    assert (page.case.key, page.channel.key) == ("dung-han", ONLINE)
    assert not page.is_agency_asked


def test_ready_date_is_counted_on_the_agencys_calendar(catalogue):
    three_working_days = page_of("1.001612", agency="binhlam")

    # Tuesday 24/11/2026 is off: Wednesday, Thursday, Friday.
    assert three_working_days.ready == "thứ Sáu, 27/11/2026, 09:00"


@pytest.mark.parametrize(
    ("channel", "at", "filed"),
    [
        ("ONLINE", SUNDAY, "Nộp đủ giấy tờ lúc này"),
        ("COUNTER", MONDAY, "Nộp đủ giấy tờ lúc này"),
        # Nobody hands papers in at a closed desk, and the post takes its time.
        ("COUNTER", SUNDAY, "Nộp đủ giấy tờ ngay khi quầy mở cửa"),
        ("POST", SUNDAY, "Cơ quan nhận đủ giấy tờ lúc này"),
    ],
)
def test_the_date_is_promised_for_a_filing_that_is_possible(catalogue, channel, at, filed):
    page = page_of(BIRTH, channel=channel, at=at)

    assert page.channel.key == channel
    assert page.filed == filed


def test_time_not_given_has_no_ready_date(db):
    agency = UnitFactory(parent=UnitFactory(key="tinh"))
    revision = RevisionFactory()
    with changing_published():
        revision.cases.get().times.update(unit=TimeUnit.NONE_GIVEN, amount=None)
    OfferFactory(procedure=revision.procedure)

    page = page_of(revision.procedure.code, agency=agency.key)

    assert page.time_fact.text == "Theo từng trường hợp"
    assert page.ready == ""


def test_agencies_are_listed_with_desk_hours_phone_and_level(catalogue):
    page = page_of("2.000635", agency="so-tu-phap")

    assert page.agency.desk == "Trung tâm Phục vụ hành chính công tỉnh Đông Hải"
    assert page.agency.hours == "07:30–11:30, 13:30–17:00"
    assert page.agency.phone == "0299 3 800 299"
    assert [other.name for other in page.others] == [
        "Ủy ban nhân dân phường Sông Tranh",
        "Ủy ban nhân dân xã Bình Lâm",
    ]
    assert "qua bưu chính" in page.others[0].level_words


def test_page_never_claims_more_than_the_content_bears_out(catalogue):
    procedure = Procedure.objects.get(code="1.001612")
    procedure.offers.update(declared_level=4, service_mode="FULL")

    page = page_of("1.001612")

    assert page.level == 3
    assert page.level_name == "Mức độ 3 (dịch vụ công trực tuyến một phần)"
    assert "nộp phí và nhận kết quả tại Trung tâm" in page.level_line


@pytest.mark.parametrize(
    ("code", "action", "level"),
    [
        ("2.000815", "counter", 1),
        ("1.013225", "forms", 2),
        ("1.000894", "file", 3),
        (BIRTH, "file", 4),
    ],
)
def test_each_level_has_its_one_action(catalogue, code, action, level):
    page = page_of(code)

    assert (page.action, page.level) == (action, level)


def test_what_is_only_shown_at_the_desk_is_no_duty_online_unless_one_must_come(catalogue):
    birth, marriage = page_of(BIRTH), page_of("1.000894")

    assert "Thẻ căn cước hoặc hộ chiếu" in [paper.name for paper in birth.papers.shown]
    assert "quầy" not in birth.papers_fact.note
    assert marriage.papers.shown[0].name == "Thẻ căn cước hoặc hộ chiếu của cả hai bên"
    assert marriage.papers.shown[0].need == "chỉ đưa xem, không nộp"
    assert marriage.papers_fact.note.endswith("mang theo 1 loại khi đến quầy")


@pytest.mark.parametrize("channel", ["ONLINE", "COUNTER"])
def test_the_four_facts_count_what_the_list_shows(catalogue, channel):
    for code in Procedure.objects.values_list("code", flat=True):
        page = page_of(code, channel=channel)
        must, sometimes = len(page.papers.must), len(page.papers.sometimes)

        expected = f"{must} giấy tờ" if must else "Không bắt buộc giấy tờ"
        assert page.papers_fact.text == expected, code
        assert (f"{sometimes} loại nữa chỉ khi cần" in page.papers_fact.note) is bool(sometimes)


def test_listed_procedure_has_only_its_name(db):
    procedure = ProcedureFactory(name="Cấp giấy phép xe")

    assert page_of(procedure.code) == ListedPage(
        code=procedure.code,
        name="Cấp giấy phép xe",
        field_name="Hộ tịch",
        field_slug="ho-tich",
    )


def test_repealed_procedure_names_itself(db):
    procedure = RevisionFactory().procedure
    procedure.state = "REPEALED"
    procedure.save(update_fields=["state"])

    with pytest.raises(published.ProcedureRepealed) as caught:
        page_of(procedure.code)

    assert caught.value.procedure == procedure


def test_unknown_code_is_no_procedure(db):
    with pytest.raises(NoSuchProcedure):
        page_of("9.999999")


@pytest.mark.parametrize("rows", [1, 4])
def test_page_takes_eight_queries_however_much_there_is(db, rows):
    parent = UnitFactory(key="tinh")
    for _ in range(rows):
        UnitFactory(parent=parent)
    revision = RevisionFactory()
    for number in range(rows):
        case = CaseFactory(revision=revision, key=f"khac-{number}")
        ProcessingTimeFactory(case=case)
        FeeRuleFactory(case=case)
        PaperFactory(revision=revision)
    OfferFactory(procedure=revision.procedure)

    with CaptureQueriesContext(connection) as queries:
        page = page_of(revision.procedure.code)

    assert len(page.cases) == rows + 1
    assert len(queries) == 8
