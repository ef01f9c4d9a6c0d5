"""Filing on paper: the steps on the procedure's page, the cover sheet, and the text of its QR."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, strategies as st

from accounts.enums import Tier
from procedures.cover import CoverText, NotACover, format_cover, parse_cover
from procedures.models import Procedure
from procedures.selectors.by_hand import get_cover
from tests.factories.accounts import UnitFactory
from tests.factories.procedures import (
    CaseFactory,
    FeeRuleFactory,
    LocalRuleFactory,
    OfferFactory,
    PaperFactory,
    ProcessingTimeFactory,
    RevisionFactory,
    changing_published,
)
from tests.procedures.test_overrides import AT

db = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DVC1",
        "DVC2:1.001193:H99.12:thong-thuong",
        "dvc1:1.001193:H99.12:thong-thuong",
        "DVC1:1.001193:H99.12",
        "DVC1:1.001193:H99.12:thong-thuong:them",
        "DVC1::H99.12:thong-thuong",
        "DVC1:1.001193:H99.12:",
        "DVC1:1.001193:H99.12:thong thuong",
        "DVC1:1.001193:H99.12:thong-thuong\nDVC1:1.001193:H99.12:khac",
        "DVC1:1.001193\x00:H99.12:thong-thuong",
        "DVC1:../../etc:H99.12:thong-thuong'",
        "DVC1:１.001193:H99.12:thong-thuong",  # full-width digit
        "DVC1:1.001193:Н99.12:thong-thuong",  # Cyrillic letter
        "DVC1:1.001193:H99.12:" + "a" * 65,
        "https://example.vn/?q=DVC1:1.001193:H99.12:thong-thuong",
        "<script>alert(1)</script>",
        " " * 10_000 + "DVC1:1.001193:H99.12:thong-thuong",
    ],
)
def test_what_is_no_cover_sheet_is_refused(text):
    with pytest.raises(NotACover):
        parse_cover(text)


def test_the_text_is_documented_short_and_read_back():
    cover = CoverText("1.001193", "H99.12", "thong-thuong")

    assert format_cover(cover) == "DVC1:1.001193:H99.12:thong-thuong"
    assert parse_cover(" DVC1:1.001193:H99.12:thong-thuong\r\n") == cover
    assert parse_cover("DVC1:1.001193::qua_han") == CoverText("1.001193", "", "qua_han")


# Letters of both kinds, so that some can be written and some cannot.
SOME = st.text(alphabet="aZ9.-_: \nđ", max_size=6)


@given(SOME, SOME, SOME)
def test_whatever_can_be_written_is_read_back_the_same(procedure, agency, case):
    cover = CoverText(procedure, agency, case)
    try:
        text = format_cover(cover)
    except NotACover:
        return
    assert parse_cover(text) == cover


@pytest.fixture
def commune():
    province = UnitFactory(key="tinh", tier=Tier.PROVINCE)
    return UnitFactory(
        parent=province,
        key="xa-mot",
        name="Ủy ban nhân dân xã Một",
        address="12 đường Trần Phú",
        phone="0259 388 0000",
    )


@pytest.fixture
def procedure(commune):
    """Level 2 by counter and post, with a case of its own and a charge."""
    offer = OfferFactory(declared_level=2)
    revision = offer.procedure.current_revision
    with changing_published():
        case = revision.cases.get()
        ProcessingTimeFactory(case=case, channel="POST", amount=6)
        FeeRuleFactory(case=case, channels=["COUNTER", "POST"])
        other = CaseFactory(revision=revision, key="co-yeu-to", name="Có yếu tố nước ngoài")
        ProcessingTimeFactory(case=other, channel="COUNTER", amount=12)
        PaperFactory(
            revision=revision, name="Hộ chiếu", case_keys=["co-yeu-to"], originals=0, copies=2
        )
    return offer.procedure


def page_of(client, procedure, **query):
    return client.get(reverse("procedures:detail", args=[procedure.code]), query).text


@db
def test_a_level_two_page_tells_the_way_of_paper(client, procedure, commune):
    html = page_of(client, procedure)

    block = html.split('<section id="nop-truc-tiep">')[1].split("</section>")[0]
    for said in (
        "Nộp trực tiếp hoặc qua bưu chính",
        "12 đường Trần Phú",
        "0259 388 0000",
        "07:30–11:30",
        "30.000 đồng",
        "5 ngày làm việc",
        f"/thu-tuc/{procedure.code}/to-bia/?truong_hop=thong-thuong&amp;co_quan=xa-mot",
    ):
        assert said in block, said


@db
def test_without_a_time_for_the_post_nobody_is_told_to_send_it(client, commune):
    offer = OfferFactory(declared_level=1)

    block = page_of(client, offer.procedure).split('<section id="nop-truc-tiep">')[1]

    assert "Nộp tại quầy" in block.split("</section>")[0]
    assert "bưu chính" not in block.split("</section>")[0]


@db
def test_without_offers_the_page_names_who_decides(client, db):
    revision = RevisionFactory()

    html = page_of(client, revision.procedure)
    sheet = client.get(reverse("procedures:cover", args=[revision.procedure.code]))

    assert "Ủy ban nhân dân cấp xã. Hỏi trước về nơi và giờ nhận." in " ".join(
        html.split('<section id="nop-truc-tiep">')[1].split()
    )
    assert sheet.status_code == 200
    assert "Địa chỉ:" in sheet.text


@db
def test_what_is_filed_online_is_not_taught_on_paper_unless_asked(client, commune):
    offer = OfferFactory()

    assert "nop-truc-tiep" not in page_of(client, offer.procedure)
    assert "nop-truc-tiep" in page_of(client, offer.procedure, cach="tai-quay")


@db
def test_the_sheet_is_for_the_case_and_the_agency_and_says_nothing_of_a_person(
    client, procedure, commune
):
    LocalRuleFactory(procedure=procedure, unit=commune, tier="", case_key="thong-thuong")
    url = reverse("procedures:cover", args=[procedure.code])

    page = client.get(url, {"truong_hop": "co-yeu-to", "co_quan": "xa-mot"})
    plain = get_cover(code=procedure.code, case_key="la", agency_key="la", at=AT)

    assert "Có yếu tố nước ngoài" in page.text
    assert "Hộ chiếu" in page.text
    assert "data:image/svg+xml" in page.text
    assert not page.cookies
    assert "public" in page["Cache-Control"]
    assert plain.qr_text == f"DVC1:{procedure.code}:{commune.code}:thong-thuong"
    assert plain.fee.text == "12.000 đồng"  # by the local decision
    assert [(one.name, one.originals, one.copies) for one in plain.must] == [
        ("Giấy chứng sinh", 1, 0),
        ("Thẻ căn cước", 1, 0),
    ]


@db
def test_the_finder_hands_its_answers_on_to_the_sheet(client, procedure, commune):
    url = reverse("procedures:finder", args=[procedure.code])

    answer = client.get(url, {"truong_hop": "co-yeu-to", "cach": "tai-quay"}).text

    assert "to-bia/?truong_hop=co-yeu-to&amp;co_quan=xa-mot" in answer


@db
def test_the_sheet_takes_no_more_queries_than_the_page(client, procedure):
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("procedures:cover", args=[procedure.code]))

    assert len(queries) <= 8


@db
@pytest.mark.parametrize(("state", "status"), [("REPEALED", 410), ("LISTED", 302)])
def test_what_is_not_published_has_no_sheet(client, procedure, state, status):
    Procedure.objects.filter(pk=procedure.pk).update(state=state)
    url = reverse("procedures:cover", args=[procedure.code])

    assert client.get(url).status_code == status
    missing = reverse("procedures:cover", args=["9.999999"])
    assert client.get(missing, {"truong_hop": "\x00"}).status_code == 404
