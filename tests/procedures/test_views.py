"""The public pages of the catalogue as a browser receives them."""

import re
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.operations.demo_data import load_procedures
from procedures.models import PrintableForm, Procedure
from tests.factories.accounts import CitizenFactory, StaffFactory, UnitFactory
from tests.factories.procedures import (
    OfferFactory,
    ProcedureFactory,
    RevisionFactory,
    changing_published,
)

BIRTH = "1.001193"
NOW = "2026-11-23T02:00:00Z"
PUBLIC = [
    "/",
    "/thu-tuc/",
    "/thu-tuc/?q=khai+sinh",
    "/thu-tuc/?q=xyzzyqqq",
    "/linh-vuc/ho-tich/?cap=xa",
    "/su-kien/",
    "/su-kien/sinh-con/",
    "/robots.txt",
    "/sitemap.xml",
    "/linh-vuc/",
    "/muc-do-dich-vu/",
    f"/thu-tuc/{BIRTH}/",
    f"/thu-tuc/{BIRTH}/?truong_hop=qua-han&cach=tai-quay&co_quan=binhlam",
    "/thu-tuc/9.999/",
    "/tro-giup/",
    "/quyen-rieng-tu/",
]


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield


def html_of(response):
    return unescape(response.content.decode())


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", html_of(response)).split())


def links_of(html):
    return [unescape(url) for url in re.findall(r'href="(/[^"#]*)"', html)]


def test_public_pages_are_the_same_bytes_for_everybody_without_a_cookie(catalogue):
    citizen, clerk = Client(), Client()
    citizen.force_login(CitizenFactory())
    clerk.force_login(StaffFactory(unit=catalogue["binhlam-mot-cua"]))

    for url in PUBLIC:
        answers = [one.get(url) for one in (Client(), citizen, clerk)]

        assert len({answer.content for answer in answers}) == 1, url
        for answer in answers:
            assert not answer.cookies, url
            assert not answer.has_header("Vary"), url
            assert answer["Cache-Control"] == "public, max-age=60", url


@pytest.mark.parametrize("url", ["/", "/thu-tuc/?q=khai+sinh", f"/thu-tuc/{BIRTH}/"])
def test_page_that_has_not_changed_is_not_sent_again(client, catalogue, url):
    first = client.get(url)

    again = client.get(url, headers={"if-none-match": first["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert again.content == b""


@pytest.mark.parametrize("url", ["/", "/thu-tuc/", "/linh-vuc/", f"/thu-tuc/{BIRTH}/"])
def test_catalogue_is_only_read(client, db, url):
    assert client.post(url).status_code == 405


def test_search_shows_the_best_match_with_its_facts_and_its_button(client, catalogue):
    response = client.get("/thu-tuc/?q=dang+ky+khai+sinh")

    html = html_of(response)
    best = html[html.index("card-plain--best") : html.index("</article>")]
    for words in ("Làm giấy khai sinh cho con", "2 giấy tờ", "Trong ngày", "Không mất phí"):
        assert words in best
    assert f'href="{reverse("dossiers:start", args=[BIRTH])}"' in best
    assert best.count("btn-primary") == 1


def test_results_name_agency_level_time_and_fee(client, catalogue):
    text = text_of(client.get("/thu-tuc/?q=giay"))

    assert "Nộp trực tuyến, nộp phí và nhận kết quả tại quầy" in text
    assert "3 ngày làm việc" in text
    assert "50.000 đồng" in text
    assert "Ủy ban nhân dân xã, phường nơi đặt trụ sở hộ kinh doanh" in text


def test_level_names_the_desk_once_the_agency_is_chosen(client, catalogue):
    text = text_of(client.get("/thu-tuc/?q=ket+hon&co_quan=binhlam"))

    assert "nộp phí và nhận kết quả tại Trung tâm Phục vụ hành chính công xã Bình Lâm" in text


def test_empty_result_offers_help_and_the_hotline(client, catalogue, settings):
    response = client.get("/thu-tuc/?q=xyzzyqqq")

    assert "Chưa tìm thấy “xyzzyqqq”" in text_of(response)
    assert {"/linh-vuc/", "/tro-giup/"} <= set(links_of(html_of(response)))
    assert html_of(response).count(settings.SITE_HOTLINE) >= 2


def test_filters_that_leave_nothing_can_be_dropped(client, catalogue):
    response = client.get("/thu-tuc/?q=khai+sinh&muc_do=1")

    assert "/thu-tuc/?q=khai+sinh" in links_of(html_of(response))
    assert "Không có thủ tục nào khớp cả với cách lọc" in text_of(response)


def test_typed_words_are_escaped(client, catalogue):
    response = client.get("/thu-tuc/", {"q": "<b>\"khai'</b>"})

    assert b"<b>" not in response.content
    assert b"&lt;b&gt;" in response.content


def test_every_service_is_three_clicks_from_home(client, catalogue):
    reached, seen = {"/"}, set()
    for _ in range(3):
        pages = [url for url in reached - seen if url.startswith(("/thu-tuc/", "/linh-vuc/", "/?"))]
        pages += ["/"] if "/" not in seen else []
        seen |= set(pages)
        for url in pages:
            reached |= set(links_of(html_of(client.get(url))))

    wanted = {reverse("procedures:detail", args=[one.code]) for one in Procedure.objects.all()}
    assert len(wanted) == len(load_procedures())
    assert wanted <= reached


@pytest.mark.parametrize("part", ["/linh-vuc/h", "?co_quan=", "?cap=", "?muc_do=", "?doi_tuong="])
def test_home_leads_into_every_way_of_browsing(client, catalogue, part):
    url = next(url for url in links_of(html_of(client.get("/"))) if part in url)

    assert re.search(r"[1-9]\d* thủ tục", text_of(client.get(url)))


@pytest.mark.parametrize(
    ("code", "verb", "target"),
    [
        ("2.000815", "Xem cách nộp tại quầy", "#noi-nop"),
        ("1.013225", "Tải biểu mẫu", "/thu-tuc/1.013225/bieu-mau/"),
        ("1.001612", "Nộp hồ sơ trực tuyến", "/nop-ho-so/1.001612/"),
        (BIRTH, "Nộp hồ sơ trực tuyến", f"/nop-ho-so/{BIRTH}/"),
    ],
)
def test_procedure_has_the_one_button_of_its_level(client, catalogue, code, verb, target):
    html = html_of(client.get(f"/thu-tuc/{code}/"))

    pattern = r'<a class="btn btn-primary[^>]*href="([^"]+)"[^>]*>(.*?)</a>'
    buttons = re.findall(pattern, html, re.DOTALL)
    assert len(buttons) == 1
    assert buttons[0][0].startswith(target)
    assert verb in buttons[0][1]


def test_filing_starts_with_what_was_chosen_here(client, catalogue):
    chosen = client.get(f"/thu-tuc/{BIRTH}/?truong_hop=qua-han&co_quan=binhlam")
    unchosen = client.get(f"/thu-tuc/{BIRTH}/?co_quan=khong-co")

    start = reverse("dossiers:start", args=[BIRTH])
    assert f"{start}?truong_hop=qua-han&co_quan=binhlam" in links_of(html_of(chosen))
    assert start in links_of(html_of(unchosen))


def test_procedure_page_has_all_that_the_first_level_asks(client, catalogue):
    text = text_of(client.get(f"/thu-tuc/{BIRTH}/"))

    for words in (
        "Thủ tục đăng ký khai sinh",  # name
        "Ghi sổ và lấy số định danh",  # order of steps
        "hoặc gửi qua bưu chính",  # filing ways
        "Giấy chứng sinh do bệnh viện",  # papers
        "1 bộ hồ sơ",  # number of sets
        "Trong ngày làm việc",  # time
        "Người Việt Nam định cư ở nước ngoài",  # subjects
        "Ủy ban nhân dân xã, phường nơi cha hoặc mẹ cư trú",  # agency
        "Giấy khai sinh",  # result
        "Tờ khai đăng ký khai sinh",  # form
        "Quá 60 ngày vẫn khai được",  # requirements
        "Không thu",  # fees
        "60/2014/QH13",  # legal ground
        "163/QĐ-BTP",  # publishing decision
        "1512/QĐ-UBND",  # decision of the offer
    ):
        assert words in text, words


def test_facts_stand_before_everything_else(client, catalogue):
    html = html_of(client.get(f"/thu-tuc/{BIRTH}/"))

    places = [html.index(mark) for mark in ("<h1", "four-facts", "one-button", 'id="giay-to"')]
    assert places == sorted(places)
    assert "hẹn trả <strong" in html
    assert "thứ Hai, 23/11/2026, 17:00" in html


def test_cases_are_asked_without_script(client, catalogue):
    html = html_of(client.get(f"/thu-tuc/{BIRTH}/?truong_hop=qua-han&cach=tai-quay"))

    form = re.search(r'<form class="situation-form.*?</form>', html, re.DOTALL).group()
    assert 'method="get"' in form
    assert form.count('name="truong_hop"') == 2
    assert re.search(r'value="qua-han"[^>]*checked', form)
    assert re.search(r'value="tai-quay"[^>]*checked', form)
    assert "csrfmiddlewaretoken" not in form
    assert "5.000 đồng" in html


def test_single_case_is_not_asked(client, catalogue):
    html = html_of(client.get("/thu-tuc/2.000815/"))

    assert 'name="truong_hop"' not in html
    assert 'name="co_quan"' in html


def test_undetermined_fee_says_so(client, catalogue):
    text = text_of(client.get("/thu-tuc/1.013225/"))

    assert "Chưa xác định" in text
    assert "Không mất phí" not in text


def test_page_tells_search_engines_what_it_is(client, catalogue, settings):
    html = html_of(client.get(f"/thu-tuc/{BIRTH}/?truong_hop=qua-han"))

    assert "<title>" in html
    assert re.search(r"<title>\s*Làm giấy khai sinh cho con", html)
    assert f'<link rel="canonical" href="{settings.BASE_URL}/thu-tuc/{BIRTH}/">' in html
    description = re.search(r'<meta name="description"\s+content="([^"]+)"', html).group(1)
    assert "Trong ngày làm việc. Không mất phí." in description


def test_unknown_code_is_answered_kindly_with_the_search_box(client, db):
    response = client.get("/thu-tuc/9.999/")

    assert response.status_code == 404
    assert 'role="search"' in html_of(response)
    assert "Hồ sơ đã nộp không bị ảnh hưởng" in text_of(response)


def test_repealed_procedure_is_gone_with_its_name(client, db):
    procedure = RevisionFactory().procedure
    procedure.state = "REPEALED"
    procedure.save(update_fields=["state"])

    response = client.get(f"/thu-tuc/{procedure.code}/")

    assert response.status_code == 410
    assert procedure.name in text_of(response)
    assert 'role="search"' in html_of(response)


def test_listed_procedure_sends_to_the_hotline(client, db):
    procedure = ProcedureFactory(name="Cấp giấy phép xe")

    response = client.get(f"/thu-tuc/{procedure.code}/")

    assert response.status_code == 200
    assert "chưa có hướng dẫn đầy đủ" in text_of(response)


@pytest.mark.parametrize("code", ["..", "x" * 500, "'", "%E1%BB"])
def test_hostile_code_is_only_unknown(client, db, code):
    assert client.get(f"/thu-tuc/{code}/").status_code == 404
    assert client.get(f"/thu-tuc/{code}/bieu-mau/to-khai/").status_code == 404


def test_form_is_downloaded_as_a_file_and_nothing_else(client, catalogue):
    form = PrintableForm.objects.get(revision__procedure__code=BIRTH)

    response = client.get(reverse("procedures:form_file", args=[BIRTH, form.key]))

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert int(response["Content-Length"]) == form.size
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert not response.cookies


def test_form_of_another_revision_or_procedure_is_absent(client, catalogue):
    form = PrintableForm.objects.get(revision__procedure__code=BIRTH)
    Procedure.objects.filter(code="1.000894").update(state="REPEALED")
    marriage = PrintableForm.objects.get(revision__procedure__code="1.000894")

    for code, key in [(BIRTH, "khong-co"), ("2.000815", form.key), ("1.000894", marriage.key)]:
        assert client.get(reverse("procedures:form_file", args=[code, key])).status_code == 404


def test_form_whose_file_is_lost_is_absent(client, catalogue):
    form = PrintableForm.objects.get(revision__procedure__code=BIRTH)
    with changing_published():
        PrintableForm.objects.filter(pk=form.pk).update(storage_key="0" * 64)

    assert client.get(reverse("procedures:form_file", args=[BIRTH, form.key])).status_code == 404


def test_procedure_page_takes_eight_queries(client, db):
    UnitFactory(parent=UnitFactory(key="tinh"))
    procedure = OfferFactory().procedure

    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/thu-tuc/{procedure.code}/")

    assert response.status_code == 200
    assert len(queries) == 8
