"""Searching again inside a narrowed list, an agency's own terms in a list, and the same counts."""

import itertools
import re
from collections import Counter
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Tier
from procedures.enums import FilingChannel
from procedures.models import Procedure
from procedures.search import read_question
from procedures.selectors.filters import TIER_SLUGS, Filters, write_url
from procedures.selectors.results import BROWSE_SIZE, get_results
from procedures.selectors.serving import Content, load_offers, load_units, serving
from procedures.subjects import read_subjects
from tests.factories.accounts import UnitFactory
from tests.factories.procedures import (
    FeeRuleFactory,
    FieldFactory,
    LocalRuleFactory,
    OfferFactory,
    ProcedureFactory,
    RevisionFactory,
    changing_published,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def html_of(response):
    return unescape(response.content.decode())


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", html_of(response)).split())


def hidden_of(response):
    form = re.search(r'<form class="search-box".*?</form>', html_of(response), re.DOTALL).group()
    return dict(re.findall(r'type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"', form))


def results(typed="", *, page="", **filters):
    return get_results(
        question=read_question(typed), filters=Filters(**filters), page=page, on=TODAY
    )


def codes(found):
    return [row.code for row in [*([found.best] if found.best else []), *found.rows]]


# The search box of a narrowed list.


@pytest.mark.parametrize(
    ("url", "kept", "within"),
    [
        ("/linh-vuc/ho-tich/", {"linh_vuc": "ho-tich"}, "Hộ tịch"),
        (
            "/thu-tuc/?q=khai+sinh&co_quan=binhlam&muc_do=4",
            {"co_quan": "binhlam", "muc_do": "4"},
            "Ủy ban nhân dân xã Bình Lâm, Làm trọn trực tuyến",
        ),
        (
            "/linh-vuc/ho-tich/?cap=xa&doi_tuong=ca-nhan",
            {"linh_vuc": "ho-tich", "cap": "xa", "doi_tuong": "ca-nhan"},
            "Hộ tịch, Xã, phường, Cá nhân, hộ gia đình",
        ),
    ],
)
def test_search_box_keeps_the_filters_and_says_so(client, catalogue, url, kept, within):
    response = client.get(url)

    assert hidden_of(response) == kept
    assert f"Chỉ tìm trong: {within}." in text_of(response)


def test_asking_again_from_a_narrowed_list_stays_there(client, catalogue):
    kept = hidden_of(client.get("/linh-vuc/ho-tich/?co_quan=binhlam"))

    again = client.get("/thu-tuc/", {**kept, "q": "giay"})

    assert hidden_of(again) == kept
    rows = results("giay", field="ho-tich", agency="binhlam")
    assert rows.total < results("giay").total
    assert len(re.findall(r'href="/thu-tuc/[^"]+\?co_quan=binhlam"', html_of(again))) >= rows.total


def test_one_link_leads_to_the_same_words_in_everything(client, catalogue):
    html = html_of(client.get("/thu-tuc/?q=giay&cap=xa&linh_vuc=ho-tich"))

    assert re.findall(r'<a href="([^"]*)">Tìm trong cả danh mục</a>', html) == ["/thu-tuc/?q=giay"]


@pytest.mark.parametrize("url", ["/", "/thu-tuc/", "/thu-tuc/?q=giay", "/thu-tuc/khong-co/"])
def test_other_search_boxes_ask_the_whole_catalogue(client, catalogue, url):
    response = client.get(url)

    assert hidden_of(response) == {}
    assert "Chỉ tìm trong" not in text_of(response)


def test_hostile_filter_stands_in_the_box_as_a_mere_value(client, catalogue):
    response = client.get("/thu-tuc/", {"q": "giay", "co_quan": '"><script>alert(1)</script>'})

    assert b"<script>alert" not in response.content


def test_words_found_elsewhere_only_are_counted_and_linked(client, catalogue):
    everywhere = results("khai sinh").total
    assert everywhere > 0

    response = client.get("/thu-tuc/?q=khai+sinh&linh_vuc=dat-dai")

    assert "Chưa tìm thấy “khai sinh”" in text_of(response)
    assert f"Trong cả danh mục có {everywhere} thủ tục cho “khai sinh”." in text_of(response)
    assert 'href="/thu-tuc/?q=khai+sinh"' in html_of(response)


def test_words_found_nowhere_are_not_promised_elsewhere(client, catalogue):
    response = client.get("/thu-tuc/?q=xyzzyqqq&co_quan=binhlam")

    assert "Tìm trong cả danh mục cũng không thấy." in text_of(response)
    assert "Trong cả danh mục có" not in text_of(response)


def test_field_where_nothing_is_found_is_called_by_its_name(client, catalogue):
    FieldFactory(slug="cau-ca", name="Câu cá")

    for typed in ("khai+sinh", "xyzzyqqq"):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"/thu-tuc/?q={typed}&linh_vuc=cau-ca&co_quan=binhlam")

        assert "Chỉ tìm trong: Câu cá, Ủy ban nhân dân xã Bình Lâm." in text_of(response)
        assert len(queries) <= 6


# An agency's own fee and time.


@pytest.fixture
def communes(db):
    province = UnitFactory(key="tinh", tier=Tier.PROVINCE)
    return [UnitFactory(parent=province, key=key) for key in ("xa-mot", "xa-hai")]


@pytest.fixture
def procedure(communes):
    """One of all communes, 30.000 đồng; the first has 12.000 đồng and 2 days by its decision."""
    procedure = OfferFactory(
        procedure=RevisionFactory(procedure__name="Đăng ký khai sinh").procedure
    ).procedure
    with changing_published():
        FeeRuleFactory(case=procedure.current_revision.cases.get())
    rule = {"procedure": procedure, "unit": communes[0], "tier": ""}
    LocalRuleFactory(**rule)
    LocalRuleFactory(**rule, time=True)
    return procedure


def told(found):
    row = found.best or found.rows[0]
    return row.fee.text, row.fee_local, row.time.text, row.time_local


def test_row_tells_the_terms_of_the_agency_chosen_and_whose_they_are(procedure):
    local = "theo quy định địa phương"
    mine = ("12.000 đồng", local, "2 ngày làm việc", local)
    national = ("30.000 đồng", "", "5 ngày làm việc", "")

    assert told(results(agency="xa-mot")) == told(results("khai sinh", agency="xa-mot")) == mine
    assert told(results(agency="xa-hai")) == told(results()) == national


def test_row_tells_of_the_only_agency_that_serves_without_a_choice(procedure, communes):
    procedure.offers.update(unit=communes[0], tier="")

    assert told(results())[0] == "12.000 đồng"


def test_rule_out_of_force_and_longer_time_change_no_row(procedure):
    procedure.local_rules.filter(channel="").update(valid_until=TODAY - timedelta(days=1))
    procedure.local_rules.exclude(channel="").update(time_amount=9)

    assert told(results(agency="xa-mot")) == ("30.000 đồng", "", "5 ngày làm việc", "")


@pytest.mark.parametrize("query", ["", "&q=khai+sinh"])
def test_list_shows_local_terms_and_leads_to_the_page_that_says_the_same(client, procedure, query):
    response = client.get(f"/thu-tuc/?co_quan=xa-mot{query}")

    url = f"/thu-tuc/{procedure.code}/?co_quan=xa-mot"
    assert text_of(response).count("theo quy định địa phương") == 2
    assert f'href="{url}"' in html_of(response)
    page = text_of(client.get(url))
    assert "12.000 đồng" in page
    assert "2 ngày làm việc" in page


@pytest.mark.parametrize("rows", [1, 12])
def test_local_terms_take_no_query_more(client, communes, rows):
    for number in range(rows):
        procedure = OfferFactory(
            procedure=RevisionFactory(procedure__name=f"Việc {number}").procedure
        ).procedure
        LocalRuleFactory(procedure=procedure)
    counts = []
    for query in ("", "?co_quan=xa-mot"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/thu-tuc/{query}")
        counts.append(len(queries))

    assert counts == [4, 4]


def test_row_tells_what_filing_online_saves(communes):
    offer = OfferFactory(procedure=RevisionFactory().procedure)
    with changing_published():
        FeeRuleFactory(
            case=offer.procedure.current_revision.cases.get(),
            reductions=[{"channel": FilingChannel.ONLINE, "percent": 50}],
        )

    assert told(results())[0] == "15.000 đồng"


# The whole catalogue, read by kind, against reading every procedure.


@pytest.fixture
def mixture(catalogue):
    """The demo's catalogue with offers of all sorts, listed and repealed procedures."""
    agency, other = catalogue["binhlam"], catalogue["songtranh"]
    first, second, third, *_rest = Procedure.objects.order_by("pk")
    bare = {"tier": "", "workflow_version": None}
    OfferFactory(procedure=first, unit=agency, declared_level=1, **bare)
    OfferFactory(procedure=first, unit=agency, declared_level=2, valid_from=TODAY, **bare)
    OfferFactory(procedure=second, unit=other, **bare)
    OfferFactory(procedure=third, unit=other, valid_until=TODAY - timedelta(days=1), **bare)
    ProcedureFactory(name="Chỉ có tên", field=first.field)
    ProcedureFactory(name="Đã bãi bỏ", field=first.field, state="REPEALED")
    for number in range(BROWSE_SIZE):
        RevisionFactory(procedure__name=f"Việc thứ {number}", subjects=["Doanh nghiệp", "HTX"])


def read_plainly():
    """Every procedure that can be found, in order, with what the filters see of it."""
    units = load_units(on=TODAY)
    findable = list(
        Procedure.objects.findable()
        .select_related("field", "current_revision")
        .order_by("sort_key", "pk")
    )
    offers = load_offers([one.pk for one in findable], on=TODAY)
    for one in findable:
        content = Content(one.content_level, one.paid_level)
        served = serving(offers.get(one.pk, ()), units, content=content)
        revision = one.current_revision
        yield {
            "code": one.code,
            "field": {one.field.slug},
            "agency": {place.agency.key: place.level for place in served},
            "tier": {TIER_SLUGS[tier] for tier in one.tiers},
            "subject": read_subjects(revision.subjects if revision else None),
        }


def level_of(one, agency):
    levels = one["agency"]
    return str(levels.get(agency, 0) if agency else max(levels.values(), default=0))


def passes(one, filters):
    return all(
        getattr(filters, name) in {"", *one[name]}
        for name in ("field", "agency", "tier", "subject")
    ) and filters.level in {"", level_of(one, filters.agency)}


CHOICES = {
    "field": ["", "ho-tich", "khong-co"],
    "agency": ["", "binhlam", "songtranh"],
    "tier": ["", "xa", "tinh"],
    "level": ["", "0", "1", "3", "4"],
    "subject": ["", "ca-nhan", "doanh-nghiep"],
}


def test_catalogue_by_kind_is_what_reading_every_procedure_gives(mixture):
    plain = list(read_plainly())
    assert {level_of(one, "") for one in plain} >= {"0", "2", "3", "4"}

    seen = 0
    for chosen in itertools.product(*CHOICES.values()):
        filters = Filters(**dict(zip(CHOICES, chosen, strict=True)))
        # Every filter alone, and pairs: the rest says nothing new.
        if sum(map(bool, chosen)) > 2:
            continue
        seen += 1
        expected = [one["code"] for one in plain if passes(one, filters)]
        found = get_results(question=read_question(""), filters=filters, page="", on=TODAY)

        assert (found.total, found.total_unfiltered) == (len(expected), len(plain)), filters
        assert codes(found) == expected[:BROWSE_SIZE], filters
        assert counts_of(found) == counted_plainly(plain, filters), filters
    assert seen > 30
    everything = results(page="2")
    assert codes(everything) == [one["code"] for one in plain][BROWSE_SIZE : 2 * BROWSE_SIZE]


def counts_of(found):
    """The count of each choice by the address that it leads to, but for those that are on."""
    chips = [chip for facet in found.facets for chip in [*facet.chips, *facet.more]]
    return Counter({chip.url: chip.count for chip in chips if not chip.current})


def counted_plainly(plain, filters):
    counts = Counter()
    for name in CHOICES:
        others, chosen = filters.without(name), getattr(filters, name)
        for one in plain:
            if not passes(one, others):
                continue
            values = [level_of(one, filters.agency)] if name == "level" else one[name]
            for value in values:
                # Level 0 is no choice.
                if value != chosen and not (name == "level" and value == "0"):
                    changed = {**{key: getattr(others, key) for key in CHOICES}, name: value}
                    counts[write_url("", Filters(**changed))] += 1
    return counts
