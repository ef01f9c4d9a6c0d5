"""Clean addresses, filters by subject, an empty result that helps, what is gone."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from procedures.enums import ProcedureState, Subject
from procedures.models import Field, Procedure
from procedures.search import read_question
from procedures.selectors import search_page
from procedures.subjects import read_subjects
from tests.factories.procedures import LifeEventEntryFactory, ProcedureFactory, RevisionFactory

pytestmark = pytest.mark.django_db
BIRTH = "1.001193"


def html_of(response):
    return unescape(response.content.decode())


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", html_of(response)).split())


def canonical_of(response):
    return re.findall(r'<link rel="canonical" href="([^"]*)">', html_of(response))


@pytest.mark.parametrize(
    ("written", "subjects"),
    [
        (["Công dân Việt Nam", "Hộ gia đình"], {Subject.PERSON}),
        (["Tổ chức (không bao gồm doanh nghiệp, HTX)"], {Subject.ORGANISATION}),
        (["Tổ chức (không bao gồm doanh nghiệp", "HTX)"], {Subject.ORGANISATION}),
        (["Cơ quan, tổ chức (không gồm doanh nghiệp, hợp tác xã)"], {Subject.ORGANISATION}),
        (["Doanh nghiệp có vốn đầu tư nước ngoài", "Doanh nghiệp"], {Subject.BUSINESS}),
        (["Người nước ngoài đã cư trú tại Việt Nam"], {Subject.FOREIGNER}),
        (["Người Việt Nam định cư ở nước ngoài"], {Subject.OVERSEAS}),
        (["Cán bộ, công chức, viên chức"], {Subject.OFFICIAL}),
        (["Tổ chức, cá nhân"], {Subject.ORGANISATION, Subject.PERSON}),
        (["ĐẢNG VIÊN", "nhóm 1", ""], {Subject.PERSON}),
        (None, set()),
    ],
)  # fmt: skip
def test_many_spellings_are_a_few_subjects(written, subjects):
    assert read_subjects(written) == subjects


def test_subject_filter_keeps_only_its_own(client):
    person, firm = ProcedureFactory(name="Việc của người"), ProcedureFactory(name="Việc của hãng")
    for procedure, subjects in ((person, ["Công dân Việt Nam"]), (firm, ["Doanh nghiệp"])):
        revision = RevisionFactory(procedure=procedure, name=procedure.name, subjects=subjects)
        Procedure.objects.filter(pk=procedure.pk).update(current_revision=revision)

    for query in ("", "&q=viec"):
        text = text_of(client.get(f"/thu-tuc/?doi_tuong=doanh-nghiep{query}"))
        assert "Việc của hãng" in text, query
        assert "Việc của người" not in text, query


def test_every_filter_is_taken_off_by_itself(client, catalogue):
    html = html_of(client.get("/linh-vuc/ho-tich/?cap=xa&doi_tuong=ca-nhan"))

    chosen = html[html.index('class="chosen-filters"') : html.index('class="results"')]
    assert re.findall(r'<a [^>]*href="([^"]*)"', chosen) == [
        "/thu-tuc/?cap=xa&doi_tuong=ca-nhan",
        "/linh-vuc/ho-tich/?doi_tuong=ca-nhan",
        "/linh-vuc/ho-tich/?cap=xa",
        "/thu-tuc/",
    ]


def test_filter_that_leaves_nothing_is_still_named_and_taken_off(client, catalogue):
    response = client.get("/thu-tuc/?q=khai+sinh&muc_do=1")

    html = html_of(response)
    assert "Xem hướng dẫn, nộp tại quầy" in html[html.index("chosen-filters") :]
    assert 'href="/thu-tuc/?q=khai+sinh"' in html


@pytest.mark.parametrize(
    "query", ["?q=giay", "?q=xyzzyqqq", "?q=xyzzyqqq&co_quan=binhlam", "?cap=xa"]
)
def test_list_takes_six_queries_at_most(client, catalogue, query):
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/thu-tuc/{query}")

    assert len(queries) <= 6


def test_field_has_a_page_of_its_own(client, catalogue, settings):
    response = client.get("/linh-vuc/ho-tich/")

    assert "<title>" in html_of(response)
    assert "Thủ tục lĩnh vực Hộ tịch" in text_of(response)
    assert canonical_of(response) == [f"{settings.BASE_URL}/linh-vuc/ho-tich/"]
    assert 'name="description"' in html_of(response)
    assert client.get("/linh-vuc/khong-co/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("/thu-tuc/?linh_vuc=ho-tich", "/linh-vuc/ho-tich/"),
        ("/thu-tuc/?linh_vuc=ho-tich&cap=xa&trang=2", "/linh-vuc/ho-tich/?cap=xa&trang=2"),
        ("/linh-vuc/ho-tich/?q=ly+hon", "/thu-tuc/?q=ly+hon&linh_vuc=ho-tich"),
        (f"/thu-tuc/{BIRTH}-Xoa/", f"/thu-tuc/{BIRTH}/"),
        (f"/thu-tuc/%20{BIRTH}%20/?cach=tai-quay", f"/thu-tuc/{BIRTH}/?cach=tai-quay"),
        (f"/thu-tuc/{BIRTH}.000.00.00.H21/", f"/thu-tuc/{BIRTH}/"),
    ],
)
def test_other_addresses_lead_to_the_one(client, catalogue, asked, answered):
    response = client.get(asked)

    assert (response.status_code, response["Location"]) == (301, answered)


def test_code_in_small_letters_leads_to_the_one(client):
    ProcedureFactory(code="DP-12.A")

    assert client.get("/thu-tuc/dp-12.a/")["Location"] == "/thu-tuc/DP-12.A/"


@pytest.mark.parametrize("code", ["-Xoa", "9.999", "1.00119", "//evil.example", "%"])
def test_code_that_means_nothing_is_absent(client, catalogue, code):
    assert client.get(f"/thu-tuc/{code}/").status_code == 404


def test_case_and_channel_are_no_page_of_their_own(client, catalogue, settings):
    response = client.get(f"/thu-tuc/{BIRTH}/?truong_hop=qua-han&cach=tai-quay&co_quan=binhlam")

    assert canonical_of(response) == [f"{settings.BASE_URL}/thu-tuc/{BIRTH}/"]


@pytest.mark.parametrize("url", ["/", "/linh-vuc/", "/su-kien/", "/su-kien/sinh-con/", "/thu-tuc/"])
def test_page_names_its_one_address_and_describes_itself(client, catalogue, settings, url):
    response = client.get(f"{url}?fbclid=xyz")

    assert canonical_of(response) == [f"{settings.BASE_URL}{url}"]
    assert 'name="description"' in html_of(response)


@pytest.mark.parametrize(
    "url", ["/thu-tuc/?q=khai", "/thu-tuc/?cap=xa", "/linh-vuc/ho-tich/?cap=xa"]
)
def test_mixtures_are_not_for_search_engines(client, catalogue, url):
    assert '<meta name="robots" content="noindex">' in html_of(client.get(url))


def test_repealed_procedure_says_what_to_do_instead(client):
    stands = ProcedureFactory(name="Thủ tục nay phải làm", state=ProcedureState.LISTED)
    gone = ProcedureFactory(state=ProcedureState.REPEALED)
    Procedure.objects.filter(pk=gone.pk).update(
        replaced_by=stands, repeal_decision="Quyết định 12/QĐ-UBND"
    )

    response = client.get(f"/thu-tuc/{gone.code}/")

    assert response.status_code == 410
    assert not response.has_header("ETag")
    assert f'href="/thu-tuc/{stands.code}/"' in html_of(response)
    assert "Quyết định 12/QĐ-UBND" in text_of(response)


def test_repealed_procedure_without_another_leads_to_its_field(client):
    gone = ProcedureFactory(state=ProcedureState.REPEALED)

    response = client.get(f"/thu-tuc/{gone.code}/")

    assert f'href="/linh-vuc/{gone.field.slug}/"' in html_of(response)


def test_empty_result_gives_the_phone_of_the_agency_chosen(client, catalogue, settings):
    agency = catalogue["binhlam"]
    general = text_of(client.get("/thu-tuc/?q=xyzzyqqq"))
    chosen = html_of(client.get("/thu-tuc/?q=xyzzyqqq&co_quan=binhlam"))

    assert f"Cần người hướng dẫn, gọi: {settings.SITE_HOTLINE}" in general
    assert f"Hỏi {agency.name}" in chosen
    assert agency.phone in chosen[chosen.index("<main") : chosen.index("</main>")]


def test_empty_result_keeps_what_was_typed_and_offers_events_and_the_nearest(client):
    event = LifeEventEntryFactory().event
    ProcedureFactory(name="Đăng ký thường trú")

    response = client.get("/thu-tuc/", {"q": "qqqq zzzz"})

    html = html_of(response)
    assert 'value="qqqq zzzz"' in html
    assert f'href="/su-kien/{event.slug}/"' in html
    assert 'href="/linh-vuc/"' in html


def test_nearest_names_are_offered_before_the_events(client):
    near = RevisionFactory(name="Đăng ký thường trú").procedure
    LifeEventEntryFactory(event__title="Chuyển nhà", procedure__name="Khác hẳn")
    question = read_question("thuong trux")

    found, events = search_page._load(question)

    assert [one.code for one in found] == [near.code]
    assert [one.title for one in events] == ["Chuyển nhà"]


def test_a_mere_question_is_like_no_name(client):
    RevisionFactory(name="Lệ phí trước bạ")

    asked, told = (
        html_of(client.get("/thu-tuc/", {"q": typed}))
        for typed in ("lệ phí thời gian", "lệ phí xebạ")
    )

    assert "Lệ phí trước bạ" not in asked
    assert "Lệ phí trước bạ" in told


def test_fields_without_procedures_are_no_addresses(client):
    Field.objects.create(slug="trong-khong", name="Trống không")

    assert "trong-khong" not in html_of(client.get("/sitemap.xml"))


def test_a_slip_is_told_as_one_and_not_as_nothing(catalogue, client):
    text = unescape(client.get("/thu-tuc/", {"q": "khia sinh"}).content.decode())

    assert "thủ tục gần giống “khia sinh”" in text
    assert "Gần giống nhất" in text
    assert "Phù hợp nhất" not in text


def test_an_unknown_filter_of_an_old_address_is_named_as_such(catalogue, client):
    text = unescape(client.get("/thu-tuc/", {"co_quan": "huyen-cu"}).content.decode())

    assert "không rõ: huyen-cu" in text
