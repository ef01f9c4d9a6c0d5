"""The places that ship with the portal, and finding them by the names that people know."""

import pytest

from portal.core.places import national_places

PLACES = national_places()


def named(text, province=""):
    return [(one.name, one.province_name) for one in PLACES.suggest(text, province)]


def test_every_place_of_2025_is_there_with_its_national_code():
    provinces = PLACES(None)

    assert len(provinces) == 34
    assert sum(len(PLACES(code)) for code, _name in provinces) == 3321
    assert ("01", "Thành phố Hà Nội") in provinces
    assert ("00004", "Phường Ba Đình") in PLACES("01")
    assert PLACES("99") == ()


def test_every_former_commune_leads_to_one_of_today():
    known = {code for province, _name in PLACES(None) for code, _commune in PLACES(province)}
    formers = [one for rows in PLACES._former.values() for one in rows]

    assert len(formers) == 10_035
    assert sum(len(one.codes) for one in formers) == 10_597
    assert all(set(one.codes) <= known for one in formers)


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("Xã Mỹ Khánh", "92"),
        ("my khanh", "92"),
        ("xã Mỹ Khánh, huyện Phong Điền", ""),
        ("Mỹ Khánh, H. Phong Điền, Cần Thơ", ""),
        ("xã Mỹ Khánh huyện Phong Điền", ""),
        ("Xa\u0303 My\u0303 Kha\u0301nh", "92"),
    ],
)
def test_a_former_commune_is_found_as_people_write_it(text, province):
    assert named(text, province) == [("Phường An Bình", "Thành phố Cần Thơ")]


def test_a_name_of_several_places_asks_for_more():
    assert len(named("Phường 1")) > 20
    assert named("P.1, Q.3") == [("Phường Bàn Cờ", "Thành phố Hồ Chí Minh")]
    assert named("phường 01, quận 3") == named("P1, Q3")


def test_a_former_district_offers_its_communes_of_today():
    found = PLACES.suggest("huyện Củ Chi")

    assert len(found) == 7
    assert {one.former for one in found} == {"Huyện Củ Chi, Thành phố Hồ Chí Minh"}


def test_a_divided_commune_offers_each_part_the_main_one_first():
    found = PLACES.suggest("Phường Hàng Trống", "01")

    assert [one.name for one in found] == ["Phường Hoàn Kiếm", "Phường Cửa Nam"]


def test_a_town_is_not_the_district_around_it():
    assert named("Thị trấn Ba Chẽ", "22") == [("Xã Ba Chẽ", "Tỉnh Quảng Ninh")]
    assert len(named("huyện Ba Chẽ", "22")) > 1


def test_a_mistyped_name_is_offered_only_within_its_province():
    assert named("ba dinnh", "01") == [("Phường Ba Đình", "Thành phố Hà Nội")]
    assert named("ba dinnh") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("01", "01"), ("ha noi", "01"), ("TP. HCM", "79"), ("Tỉnh Hà Giang", "08"), ("Sài Gòn", "79")],
)
def test_a_province_is_known_by_code_and_by_names_old_and_new(text, code):
    assert PLACES.province(text) == (code, dict(PLACES(None))[code])


@pytest.mark.parametrize(
    "text", ["", " ", ",", ",,,", "\x00", "x" * 100_000, "(((((", "%00", "٣", "🏠", "-1"]
)
def test_whatever_is_typed_is_only_not_found(text):
    assert PLACES.suggest(text, text) == []
    assert PLACES.province(text) is None
