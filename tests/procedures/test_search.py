"""What typed words find, in which order, why, and how the filters count."""

import unicodedata
from collections import Counter
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.operations.demo_data import load_procedures
from procedures.enums import Subject
from procedures.models import Procedure
from procedures.naming import short_name
from procedures.search import read_question, search_lines
from procedures.selectors.filters import Filters, read_filters
from procedures.selectors.results import PAGE_SIZE, get_results
from procedures.services.reindexing import index_catalogue
from procedures.subjects import read_subjects
from procedures.vocabulary import plain
from tests.factories.accounts import UnitFactory
from tests.factories.procedures import (
    CaseFactory,
    FieldFactory,
    OfferFactory,
    ProcedureFactory,
    RevisionFactory,
)

TODAY = date(2026, 11, 23)
BIRTH, MARRIAGE, SINGLE = "1.001193", "1.000894", "1.004873"
BUSINESS, BUILDING, COPY, CERTIFY = "1.001612", "1.013225", "2.000635", "2.000815"


def results(typed, *, page="", **filters):
    return get_results(
        question=read_question(typed), filters=Filters(**filters), page=page, on=TODAY
    )


def codes(found):
    best = [found.best] if found.best else []
    return [row.code for row in [*best, *found.rows]]


def published(name, *, keywords=(), everyday_name="", **procedure):
    return RevisionFactory(
        procedure=ProcedureFactory(name=name, **procedure),
        everyday_name=everyday_name,
        keywords=list(keywords),
    ).procedure


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("khai sinh", BIRTH),
        ("đăng ký khai sinh", BIRTH),
        ("dang ky khai sinh", BIRTH),
        ("DANG KY  KHAI SINH!", BIRTH),
        (unicodedata.normalize("NFD", "đăng ký khai sinh"), BIRTH),
        ("giấy độc thân", SINGLE),
        ("giay doc than", SINGLE),
        ("tôi muốn làm giấy khai sinh cho con", BIRTH),
        ("kết hôn", MARRIAGE),
        ("mở quán", BUSINESS),
        ("xây nhà", BUILDING),
        ("sao y", CERTIFY),
        ("trích lục khai tử", COPY),
        ("1.001193", BIRTH),
        # Small slips of the fingers.
        ("khia sinh", BIRTH),
        ("dang ki khai sinh", BIRTH),
        ("giay doc thann", SINGLE),
        ("giay phep say dung nha", BUILDING),
        ("ket hom", MARRIAGE),
    ],
)
def test_demo_finds_the_plain_procedure_first(catalogue, typed, code):
    assert codes(results(typed))[0] == code


def test_plain_procedure_stands_before_its_special_cases(db):
    foreign = published("Thủ tục đăng ký khai sinh có yếu tố nước ngoài")
    mobile = published("Thủ tục đăng ký khai sinh lưu động")
    bundle = published("Liên thông các thủ tục hành chính về đăng ký khai sinh, cấp thẻ bảo hiểm")
    plainest = published("Thủ tục đăng ký khai sinh")

    found = results("đăng ký khai sinh")

    assert codes(found) == [plainest.code, mobile.code, foreign.code, bundle.code]
    assert found.best.code == plainest.code


def test_phrase_stands_before_scattered_words(db):
    scattered = published("Khai báo tai nạn, sinh hoạt phí")
    phrase = published("Cấp lại giấy khai sinh bị mất, hỏng hoặc không còn đọc được")

    assert codes(results("khai sinh")) == [phrase.code, scattered.code]


def test_word_is_found_from_its_beginning_only(db):
    found = published("Cấp bản sao")
    published("Xác nhận tai nạn")

    assert codes(results("ban")) == [found.code]


def test_name_of_two_tongues_of_the_same_letters_is_one(db):
    procedure = published("Đăng ký thường trú")

    assert codes(results("Đăng ký thường trú")) == [procedure.code]


def test_repealed_procedure_is_not_found_and_listed_one_is(db):
    published("Đăng ký khai tử")
    gone = published("Đăng ký khai tử lưu động")
    gone.state = "REPEALED"
    gone.save(update_fields=["state"])
    listed = ProcedureFactory(name="Đăng ký lại khai tử", search_text="dang ky lai khai tu")

    found = results("khai tử")

    assert len(codes(found)) == 2
    row = next(row for row in found.rows if row.code == listed.code)
    assert row.is_listed_only
    assert row.action == "counter"
    assert row.level == 0


def test_why_it_was_found_is_said(catalogue):
    assert results("khai sinh").best.why == "Khớp với tên thủ tục"
    assert results("em bé mới sinh").best.why == "Người dân cũng gọi là “em bé mới sinh”"
    assert results("khia sinh").best.why == "Gần giống với “khai sinh”"
    assert results("khia sinh").is_alike


def test_vague_question_has_no_best_match(catalogue):
    found = results("giay")

    assert found.best is None
    assert found.total >= len(found.rows) > 3


@pytest.mark.parametrize(
    "typed",
    [
        "%",
        "_",
        "%%%",
        "' OR 1=1 --",
        '"><script>',
        "\\",
        "\x00",
        "khai\x00sinh",
        "\ud800",
        "khai sinh " * 500,
        "a" * 100_000,
        "(((((",
        "🙂",
        "\u202e\u200b",
        "̀̀̀",
    ],
)
def test_hostile_words_are_only_words(client, db, typed):
    published("Thủ tục đăng ký khai sinh")

    response = client.get("/thu-tuc/", {"q": typed.encode("utf-8", "replace").decode()})

    assert response.status_code == 200
    assert b"<script>" not in response.content.replace(b"<script type", b"")


@pytest.mark.parametrize("name", ["linh_vuc", "co_quan", "cap", "muc_do", "trang"])
@pytest.mark.parametrize("value", ["\x00", "%", "x" * 5000, "-1", "9" * 5000, "'"])
def test_hostile_filters_find_nothing_and_break_nothing(client, db, name, value):
    published("Thủ tục đăng ký khai sinh")

    assert client.get("/thu-tuc/", {"q": "khai", name: value}).status_code == 200


def test_per_cent_sign_is_no_wildcard(db):
    published("Thủ tục đăng ký khai sinh")

    assert results("%").total == 0
    assert results("kh_i s_nh").total == 0


def test_typed_words_are_cut_and_cleaned():
    question = read_question("  Khai\x00 sinh\n" + "x" * 300)

    assert question.typed.startswith("Khai sinh x")
    assert len(question.typed) <= 200
    assert question.words[:2] == ("khai", "sinh")


def test_lines_to_search_are_plain_and_stand_once():
    lines = search_lines(["Thủ tục (cấp mới)", "thu tuc cap moi", "", "Mã 1.001193"])

    assert lines == "thu tuc cap moi\nma 1.001193"
    assert plain("Đăng ký: A/B_C") == "dang ky a b c"


def test_filters_count_what_they_would_leave(catalogue):
    found = results("")
    counts = {
        str(facet.title): {chip.label: chip.count for chip in [*facet.chips, *facet.more]}
        for facet in found.facets
    }

    demo = load_procedures()
    assert counts["Lĩnh vực"] == Counter(one["field"]["name"] for one in demo)
    assert counts["Cấp thực hiện"] == {
        "Xã, phường": sum("commune" in one["tiers"] for one in demo),
        "Cấp tỉnh": sum("province" in one["tiers"] for one in demo),
    }
    assert counts["Cơ quan"]["Ủy ban nhân dân xã Bình Lâm"] == sum(
        any(offer["tier"] == "commune" for offer in one["offers"]) for one in demo
    )
    assert counts["Đối tượng"] == Counter(
        Subject(subject).label
        for one in demo
        for subject in read_subjects(one["revision"]["subjects"])
    )
    levels = Counter(one["offers"][0]["declared_level"] for one in demo)
    assert counts["Cách nộp"] == {
        "Làm trọn trực tuyến": levels[4],
        "Nộp trực tuyến, nhận tại quầy": levels[3],
        "Tải biểu mẫu, nộp tại quầy": levels[2],
        "Xem hướng dẫn, nộp tại quầy": levels[1],
    }


def filters_of(url):
    """The filters that stand in an address, a field in its path."""
    parts = urlsplit(url)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.path.startswith("/linh-vuc/"):
        given["linh_vuc"] = parts.path.split("/")[2]
    return read_filters(given)


def test_every_chip_leads_to_as_many_as_it_counts(catalogue):
    for facet in results("").facets:
        for chip in facet.chips:
            filters = filters_of(chip.url)

            left = get_results(question=read_question(""), filters=filters, page="", on=TODAY)

            assert left.total == chip.count, chip.label
            assert left.narrowed == chip.label


def test_filters_narrow_together_and_a_chosen_one_can_be_taken_back(catalogue):
    found = results("", field="ho-tich", level="4")

    assert sorted(codes(found)) == sorted([BIRTH, SINGLE, "2.002516"])
    chosen = [chip for facet in found.facets for chip in facet.chips if chip.current]
    assert [chip.url for chip in chosen] == ["/thu-tuc/?muc_do=4", "/linh-vuc/ho-tich/"]
    assert [one.url for one in found.chosen] == ["/thu-tuc/?muc_do=4", "/linh-vuc/ho-tich/"]


def test_agency_decides_the_level_that_is_filtered(catalogue):
    OfferFactory(
        procedure=Procedure.objects.get(code=BIRTH),
        unit=catalogue["binhlam"],
        tier="",
        declared_level=1,
        workflow_version=None,
    )

    here = results("khai sinh", agency="binhlam").best
    elsewhere = results("khai sinh", agency="songtranh").best

    assert (here.level, elsewhere.level) == (1, 4)
    assert BIRTH not in codes(results("", agency="binhlam", level="4"))


def test_long_list_goes_on_over_pages(db):
    for number in range(PAGE_SIZE + 2):
        published(f"Đăng ký khai sinh loại {number}")

    first, last = results("khai sinh"), results("khai sinh", page="2")

    assert len(codes(first)) == PAGE_SIZE
    assert len(codes(last)) == 2
    assert last.best is None
    assert not set(codes(first)) & set(codes(last))


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_search_takes_five_queries_however_much_it_finds(client, db, rows):
    UnitFactory(parent=UnitFactory(key="tinh"))
    for number in range(rows):
        procedure = published(f"Thủ tục đăng ký khai sinh {number}", keywords=["giấy khai sinh"])
        CaseFactory(revision=procedure.current_revision, key="khac")
        OfferFactory(procedure=procedure)
    index_catalogue()

    with CaptureQueriesContext(connection) as queries:
        response = client.get("/thu-tuc/?q=khai+sinh")

    assert response.status_code == 200
    assert len(queries) == 5


def test_search_by_likeness_takes_no_query_more(client, catalogue):
    with CaptureQueriesContext(connection) as queries:
        client.get("/thu-tuc/?q=khia+sinh")

    assert len(queries) == 5


def test_found_nothing_takes_six_queries_at_most(client, catalogue):
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/thu-tuc/?q=xyzzyqqq")

    assert "Chưa tìm thấy" in response.content.decode()
    assert len(queries) <= 6


def test_long_official_name_loses_its_brackets_in_a_list():
    name = "Cấp giấy phép xây dựng (" + "Công trình không theo tuyến/" * 8 + ") và nhà ở riêng lẻ"

    assert short_name(name) == "Cấp giấy phép xây dựng và nhà ở riêng lẻ"
    assert short_name("Ngắn (giữ nguyên)") == "Ngắn (giữ nguyên)"


def test_field_alone_finds_its_procedures(db):
    procedure = published("Cấp giấy phép", field=FieldFactory(slug="dat-dai", name="Đất đai"))

    found = results("đất đai")

    assert codes(found) == [procedure.code]
    assert found.best.why == "Thuộc lĩnh vực Đất đai"


def test_name_stands_once_with_the_others_that_bear_it_behind(client, db):
    """The record holds one procedure again under a code of every province that published it."""

    def copied(name, agency, **procedure):
        return RevisionFactory(
            procedure=ProcedureFactory(name=name, **procedure),
            decision_agency=agency,
            everyday_name="",
        ).procedure

    elsewhere = copied("Tách thửa, hợp thửa đất", "UBND tỉnh Gia Lai", tiers=["PROVINCE"])
    nation = copied("Thủ tục tách thửa, hợp thửa đất.", "Bộ Nông nghiệp và Môi trường")
    listed = ProcedureFactory(name="Tách thửa, hợp thửa đất")
    other = copied("Tách thửa đất của cộng đồng dân cư", "Bộ Nông nghiệp và Môi trường")
    index_catalogue()

    found = results("tách thửa")

    assert codes(found) == [nation.code, other.code]
    assert found.total == 4
    assert [one[:2] for one in found.rows[0].namesakes] == [
        ("UBND tỉnh Gia Lai, cấp tỉnh", elsewhere.code),
        ("xã, phường", listed.code),
    ]
    page = client.get("/thu-tuc/?q=tách thửa").content.decode()
    assert "2 thủ tục khác cùng tên" in page
    assert f'href="/thu-tuc/{elsewhere.code}/"' in page
    # Beside a filter that takes the nation's away, and where one of them is served here.
    assert codes(results("tách thửa", tier="tinh")) == [elsewhere.code]
    OfferFactory(procedure=elsewhere, tier="", unit=UnitFactory(parent=UnitFactory(key="tinh")))
    assert codes(results("tách thửa"))[0] == elsewhere.code
