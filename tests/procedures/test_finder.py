"""The finder: a few questions in the address, then papers, fee, days, place and the date."""

import re
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from procedures.enums import FeeStatus, FeeUnit, ProcedureState, TimeUnit
from procedures.models import CaseQuestion, FeeRule, Procedure, ProcessingTime
from tests.factories.accounts import UnitFactory
from tests.factories.procedures import changing_published

BIRTH = "1.001193"
MONDAY = "2026-11-23T02:00:00Z"


@pytest.fixture(autouse=True)
def _monday():
    # What is published stays, save where a test sets its content up.
    with time_machine.travel(MONDAY, tick=False), changing_published():
        yield


@pytest.fixture
def find(client, catalogue):
    def get(code=BIRTH, **query):
        return client.get(reverse("procedures:finder", args=[code]), query)

    return get


def text_of(response):
    html = re.sub(
        r"<(head|header|footer)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL
    )
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def heading_of(response):
    found = re.search(
        r"<legend[^>]*>(.*?)</legend>|<label[^>]*>(.*?)</label>",
        response.content.decode(),
        re.DOTALL,
    )
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1] or found[2])).split())


LATE = {"c_qua-60-ngay": "roi", "cach": "tai-quay", "mien": "khong", "co_quan": "binhlam"}


def test_each_page_asks_one_question_until_everything_is_known(find):
    given, asked = {}, []
    for name, value in LATE.items():
        page = find(**given)
        asked.append(heading_of(page))
        given[name] = value

    assert asked == [
        "Trẻ sinh đã quá 60 ngày chưa?",
        "Muốn nộp bằng cách nào?",
        "Có thuộc diện được miễn phí, lệ phí không?",
        "Nộp cho cơ quan nào?",
    ]
    assert "Giấy tờ cần có" in text_of(find(**given))


def test_the_answers_go_on_through_the_form_and_each_can_be_changed(find):
    page = find(**{"c_qua-60-ngay": "roi", "cach": "tai-quay"})
    html = page.content.decode()

    assert '<input type="hidden" name="c_qua-60-ngay" value="roi">' in html
    assert '<input type="hidden" name="cach" value="tai-quay">' in html
    assert "Đã quá 60 ngày" in text_of(page)
    assert 'href="?cach=tai-quay"' in html  # asks the first question again, the other stays
    assert 'href="?c_qua-60-ngay=roi"' in html


def test_a_fee_and_an_exemption_are_exact(find):
    paid, freed = find(**LATE), find(**{**LATE, "mien": "khuyet-tat"})

    rule = FeeRule.objects.get(
        key="le-phi-quay", case__revision__procedure__code=BIRTH, case__key="qua-han"
    )
    amount = f"{rule.amount_vnd:,}".replace(",", ".")
    assert f"Phải nộp {amount} đồng" in text_of(paid)
    name = next(one for one in rule.exemptions if one["key"] == "khuyet-tat")["name"]
    assert f"được miễn: {name}" in text_of(freed)
    assert "Phải nộp Không mất phí" in text_of(freed)


def test_an_undetermined_fee_is_never_a_number_and_names_a_phone(find):
    with changing_published():
        FeeRule.objects.filter(case__revision__procedure__code=BIRTH).update(
            status=FeeStatus.UNDETERMINED, amount_vnd=None
        )

    text = text_of(find(**LATE))

    assert "Phải nộp Chưa xác định Cơ quan báo mức thu trước khi thu; hỏi trước theo số" in text


def test_a_quantity_is_asked_where_the_fee_counts(find):
    with changing_published():
        FeeRule.objects.filter(case__revision__procedure__code=BIRTH, key="le-phi-quay").update(
            status=FeeStatus.AMOUNT, amount_vnd=8000, unit=FeeUnit.COPY, asks_quantity=True,
            exemptions=[],
        )  # fmt: skip
    given = {name: value for name, value in LATE.items() if name != "mien"}

    assert heading_of(find(**given)) == "Cần bao nhiêu bản?"
    wrong = find(**given, **{"so_le-phi-quay": "ba", "hoi": "so_luong"})
    assert "Nhập một số từ 0 đến 999 bằng chữ số." in text_of(wrong)
    assert 'value="ba"' in wrong.content.decode()
    assert "24.000 đồng" in text_of(find(**given, **{"so_le-phi-quay": "3"}))
    assert "24.000" not in text_of(find(**given, **{"so_le-phi-quay": "0"}))


def test_the_date_is_that_of_the_deciding_agency_and_says_why(find):
    with changing_published():
        ProcessingTime.objects.filter(case__revision__procedure__code=BIRTH).update(
            unit=TimeUnit.WORKING_DAYS, amount=3
        )

    text = text_of(find(**LATE))

    # Tuesday the 24th is a holiday, which the calendar of the agency knows.
    assert "hẹn trả 09:00, thứ Sáu, 27/11/2026" in text or "thứ Sáu, 27/11/2026" in text
    assert "Vì sao ngày này?" in text
    assert "Thời hạn là 3 ngày làm việc." in text


def test_no_time_given_is_no_date_and_no_number(find):
    with changing_published():
        ProcessingTime.objects.filter(case__revision__procedure__code=BIRTH).update(
            unit=TimeUnit.NONE_GIVEN, amount=None, cut_off=None, note=""
        )

    text = text_of(find(**LATE))

    assert "Thời hạn Theo từng trường hợp" in text
    assert "hẹn trả" not in text
    assert "Vì sao ngày này?" not in text


def test_filing_online_takes_the_answers_along(find):
    given = {**LATE, "cach": "truc-tuyen"}
    html = unescape(find(**given).content.decode())

    start = reverse("dossiers:start", args=[BIRTH])
    assert f'href="{start}?truong_hop=qua-han&co_quan=binhlam"' in html


def test_filing_by_hand_says_where_and_what_to_print(find):
    page = find(**LATE)
    text, html = text_of(page), page.content.decode()

    assert "Mang các giấy tờ trên và thẻ căn cước đến nơi sau" in text
    assert "1 bản chính" in text
    assert 'data-module="print"' in html
    assert "Nộp hồ sơ trực tuyến" not in text
    assert "Xem nếu nộp trực tuyến thì cần gì" in text


def test_without_questions_the_cases_are_listed(find):
    with changing_published():
        CaseQuestion.objects.all().delete()

    page = find()

    assert heading_of(page) == "Trường hợp nào?"
    assert "Trẻ sinh đã quá 60 ngày" in text_of(page)


def test_many_agencies_are_found_by_the_commune(find, catalogue):
    parent = catalogue["donghai"]
    names = ["phường An Bình", *(f"xã Thêm Số {number}" for number in range(9))]
    for number, name in enumerate(names):
        UnitFactory(
            key=f"them-{number}",
            code=f"H98.{number}",
            name=f"Ủy ban nhân dân {name}",
            parent=parent,
        )
    given = {name: value for name, value in LATE.items() if name != "co_quan"}

    assert heading_of(find(**given)) == "Xã, phường nơi ở hoặc nơi làm thủ tục"
    assert "Ủy ban nhân dân xã Bình Lâm" in text_of(find(**given, xa="Bình Lâm"))
    assert "Giấy tờ cần có" in text_of(find(**given, xa="binh lam"))
    # An old name leads to the commune of today.
    assert "phường An Bình" in text_of(find(**given, xa="xã Mỹ Khánh, huyện Phong Điền"))
    assert "Không có cơ quan nào nhận thủ tục này ở nơi đó." in text_of(find(**given, xa="Xyz"))
    assert heading_of(find(**given, xa="xã Thêm")) == "Xã, phường nơi ở hoặc nơi làm thủ tục"
    assert "Giấy tờ cần có" in text_of(find(**given, co_quan="them-3"))


def test_a_question_sent_without_an_answer_is_a_mistake(find):
    assert "Chọn một câu trả lời." not in text_of(find())
    assert "Chọn một câu trả lời." in text_of(find(hoi="c_qua-60-ngay"))


HOSTILE = [
    {"c_qua-60-ngay": "<script>alert(1)</script>"},
    {"truong_hop": "\x00", "cach": "\x00"},
    {"so_x": "9" * 5000, "mien": "'"},
    {"c_" + "x" * 5000: "y"},
    {"xa": "(" * 5000, "co_quan": "%00"},
    {f"c_{number}": "x" for number in range(200)},
    {"hoi": "c_nope", "trang": "1"},
]


def test_whatever_stands_in_the_address_is_only_asked_again(find):
    for query in HOSTILE:
        page = find(**query)

        assert page.status_code == 200
        assert heading_of(page) == "Trẻ sinh đã quá 60 ngày chưa?"
        assert b"<script>alert" not in page.content
        assert len(page.content) < 60_000


def test_an_unknown_a_repealed_and_a_listed_procedure_answer_as_their_page(find, client):
    assert find(code="9.999999").status_code == 404
    Procedure.objects.filter(code="2.000635").update(state=ProcedureState.REPEALED)
    assert find(code="2.000635").status_code == 410


def test_the_pages_stay_within_eight_queries(find):
    find()
    for given in ({}, LATE, {**LATE, "cach": "truc-tuyen"}):
        with CaptureQueriesContext(connection) as queries:
            find(**given)
        assert len(queries) <= 8, [one["sql"] for one in queries]


def test_the_pages_are_public_and_set_no_cookie(find):
    page = find(**LATE)

    assert "public" in page["Cache-Control"]
    assert page["ETag"]
    assert not page.cookies
    assert "Cookie" not in page.get("Vary", "")


def test_the_procedure_page_leads_there_only_where_cases_differ(client, catalogue):
    several = client.get(reverse("procedures:detail", args=[BIRTH])).content.decode()
    single = client.get(reverse("procedures:detail", args=["2.000635"])).content.decode()

    assert reverse("procedures:finder", args=[BIRTH]) in several
    assert reverse("procedures:finder", args=["2.000635"]) not in single


def test_words_of_an_editor_are_text_wherever_they_stand(find):
    words = '<form action="//x.example"><b id="k">"\'>{{ 7|add:7 }}'
    question = CaseQuestion.objects.get(
        revision__procedure__code=BIRTH, revision__state="PUBLISHED"
    )
    for name in ("text", "help"):
        setattr(question, name, f"{name} {words}")
    question.options[0]["text"] = f"option {words}"
    question.save()

    html = find().text

    for name in ("text", "help", "option"):
        assert f"{name} &lt;form action=" in html
    assert "x.example&quot;&gt;&lt;b id" in html
    assert '<b id="k">' not in html
