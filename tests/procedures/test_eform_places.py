"""Address fields with the communes of 2025: old names lead on, and nothing typed is lost."""

import json
from datetime import date

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from portal.core.places import national_places
from procedures.eform.addresses import AddressError, clean_address
from procedures.eform.answers import check
from procedures.eform.definition import Field, FieldType
from procedures.eform.forms import SectionForm
from procedures.eform.parsing import parse_definition
from procedures.views.places import communes

PLACES = national_places()
ADDRESS = Field(key="noi", type=FieldType.ADDRESS, label="Nơi ở")
FORM = parse_definition(
    {
        "version": 1,
        "title": "Tờ khai",
        "sections": [
            {
                "key": "a",
                "title": "Nơi ở",
                "fields": [{"key": "noi", "type": "address", "label": "Nơi ở", "required": True}],
            }
        ],
    }
)


def typed(province="92", commune="Xã Mỹ Khánh", detail="Số 1"):
    communes = [commune] if isinstance(commune, str) else commune
    return {"noi.province": [province], "noi.commune": communes, "noi.detail": [detail]}


def checked(**kwargs):
    return check(FORM, typed(**kwargs), today=date(2026, 11, 23), places=PLACES)


def test_a_former_name_asks_which_commune_it_is_now():
    outcome = checked()

    assert outcome.answers == {}
    assert outcome.errors == {
        "noi.commune": "Đây là tên gọi trước ngày 01/07/2025. "
        "Chọn tên gọi hiện nay ở ngay bên dưới."
    }
    assert [one.code for one in outcome.choices["noi"]] == ["31150"]
    assert outcome.typed["noi.commune"] == ["Xã Mỹ Khánh"]


def test_the_commune_chosen_for_a_former_name_is_stored_with_its_code():
    outcome = checked(commune=["Xã Mỹ Khánh", "31150"])

    assert outcome.errors == {}
    assert outcome.answers["noi"] == {
        "province": "92",
        "province_name": "Thành phố Cần Thơ",
        "commune": "31150",
        "commune_name": "Phường An Bình",
        "detail": "Số 1",
    }
    # The page goes on with today's name.
    assert outcome.typed["noi.commune"] == ["Phường An Bình"]


def test_a_choice_left_over_from_another_name_counts_for_nothing():
    outcome = checked(commune=["Phường Cái Khế", "31150"])

    assert outcome.answers["noi"]["commune_name"] == "Phường Cái Khế"


@pytest.mark.parametrize("picked", ["99999", "00004", "<script>", "\x00", "31150 "])
def test_a_code_that_was_not_offered_is_not_taken(picked):
    outcome = checked(commune=["Phường Hàng Trống", picked], province="01")

    assert outcome.answers == {}
    assert len(outcome.choices["noi"]) == 2


def test_a_name_of_another_province_is_offered_there():
    outcome = checked(province="01", commune=["Xã Mỹ Khánh, huyện Phong Điền", "31150"])

    assert outcome.answers["noi"]["province_name"] == "Thành phố Cần Thơ"


def test_a_commune_without_its_province_is_offered_with_it():
    outcome = checked(province="", commune="Mỹ Khánh, Phong Điền")

    assert set(outcome.errors) == {"noi.province"}
    assert [one.name for one in outcome.choices["noi"]] == ["Phường An Bình"]
    chosen = checked(province="", commune=["Mỹ Khánh, Phong Điền", "31150"])
    assert chosen.answers["noi"]["province"] == "92"


def test_too_many_places_of_a_name_ask_for_the_district():
    with pytest.raises(AddressError, match="Nhiều nơi từng có tên này") as caught:
        clean_address(ADDRESS, {"province": "01", "commune": "Phường 1"}, places=PLACES)

    assert caught.value.choices == ()


def test_the_page_asks_with_radio_buttons_below_the_name():
    html = rendered(typed(commune="Phường Hàng Trống", province="01"))

    assert html.count('type="radio"') == 2
    assert 'name="f-noi.commune"' in html
    assert "trước đây: Phường Hàng Trống, Quận Hoàn Kiếm, Thành phố Hà Nội" in html
    assert html.index("f-noi.commune") < html.index('type="radio"') < html.index("f-noi.detail")


def test_an_only_choice_is_already_chosen():
    html = rendered(typed())

    assert html.count('type="radio"') == 1
    assert "checked" in html


def test_a_province_of_former_days_stays_on_the_page_as_todays():
    html = rendered(typed(province="Tỉnh Hà Giang", commune=""))
    stray = rendered(typed(province="tỉnh Đông Hải <b>", commune=""))

    assert "– Chọn –" in html
    assert '<option value="tỉnh Đông Hải &lt;b&gt;" selected' in stray


def rendered(stored):
    posted = {f"f-{path}": values for path, values in stored.items()}
    form = SectionForm(
        FORM, "a", today=date(2026, 11, 23), data=MultiValueDict(posted), places=PLACES
    )
    form.is_valid()
    template = Template("{% load crispy_forms_tags %}{% crispy form %}")
    return template.render(Context({"form": form}))


@pytest.fixture
def ask(rf):
    def get(**query):
        return communes(rf.get(reverse("procedures:communes"), query))

    return get


def test_the_script_gets_the_communes_of_a_province(ask):
    response = ask(tinh="01")

    assert ["00004", "Phường Ba Đình"] in json.loads(response.content)
    assert response["Cache-Control"] == "public, max-age=86400"
    assert response["ETag"]
    assert len(response.content) < 8_000
    assert "Cookie" not in response.get("Vary", "")


def test_the_script_asks_about_a_former_name_but_not_about_a_clear_one(ask):
    assert b"31150" in ask(tinh="92", ten="my khanh").content
    assert ask(tinh="01", ten="ba dinh").content == b"[]"


@pytest.mark.parametrize(
    "query",
    [{}, {"tinh": "\x00"}, {"tinh": "'; drop"}, {"ten": "\x00"}, {"tinh": "01", "ten": "x" * 5000}],
)
def test_a_hostile_question_is_answered_with_nothing(ask, query):
    response = ask(**query)

    assert (response.status_code, response.content) == (200, b"[]")
