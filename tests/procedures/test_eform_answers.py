import json
from datetime import date
from pathlib import Path

import pytest

from procedures.eform.answers import check, merge, visible_sections
from procedures.eform.drafts import change_rows, merge_posted, typed_answers
from procedures.eform.parsing import parse_definition
from procedures.eform.prefill import prefill

TODAY = date(2026, 11, 23)
BIRTH = parse_definition(
    json.loads(Path(__file__).with_name("birth_registration.json").read_text(encoding="utf-8"))
)
FILLED = {
    "ho_ten": ["Nguyễn Văn Bình"],
    "so_dinh_danh": ["001090000123"],
    "dien_thoai": ["0912 345 678"],
    "noi_cu_tru.province": ["Hà Nội"],
    "noi_cu_tru.commune": ["Ba Đình"],
    "quan_he": ["cha_me"],
    "ten_con": ["Nguyễn Minh An"],
    "ngay_sinh": ["20/11/2026"],
    "gioi_tinh": ["nu"],
    "dan_toc": ["Kinh"],
    "can_nang": ["3,2"],
    "noi_sinh.province": ["Hà Nội"],
    "noi_sinh.commune": ["Ba Đình"],
    "sinh_tai_co_so": ["yes"],
    "ten_co_so": ["Bệnh viện Phụ sản"],
    "co_me": ["yes"],
    "ten_me": ["Trần Thị Cúc"],
    "dinh_danh_me": ["001192000456"],
    "ngay_sinh_me": ["3/2/1992"],
    "co_ket_hon": ["yes"],
    "ten_cha": ["Nguyễn Văn Bình"],
    "giay_to.0": [""],
    "giay_to.0.ten_giay": ["Giấy chứng sinh"],
    "giay_to.0.loai": ["ban_chinh"],
    "giay_to.1": [""],
    "giay_to.1.ten_giay": ["Giấy kết hôn"],
    "giay_to.1.loai": ["ban_sao"],
    "giay_to.1.so_ban": ["2"],
    "giay_to.1.so_dinh_danh_giay": ["001090000123"],
}


def run(changes=None, **options):
    raw = {**FILLED, **(changes or {})}
    return check(
        BIRTH, {path: v for path, v in raw.items() if v is not None}, today=TODAY, **options
    )


def test_a_filled_form_is_cleaned_and_its_identity_kept_apart():
    checked = run()

    assert checked.errors == {}
    assert checked.sealed == {
        "so_dinh_danh": "001090000123",
        "dinh_danh_me": "001192000456",
        "ngay_sinh_me": "1992-02-03",
        "giay_to.1.so_dinh_danh_giay": "001090000123",
    }
    assert checked.answers["giay_to"] == [
        {"ten_giay": "Giấy chứng sinh", "loai": "ban_chinh"},
        {"ten_giay": "Giấy kết hôn", "loai": "ban_sao", "so_ban": 2},
    ]
    assert checked.answers["ngay_sinh"] == "2026-11-20"
    assert checked.answers["can_nang"] == "3.2"
    for secret in ("001090000123", "001192000456", "1992", "3/2/1992"):
        assert secret not in json.dumps([checked.answers, checked.typed])
    assert checked.sealed_typed["ngay_sinh_me"] == ["3/2/1992"]


def test_what_is_stored_checks_to_itself():
    checked = run()
    everything = merge(checked.answers, checked.sealed)

    again = check(BIRTH, typed_answers(BIRTH, everything), today=TODAY)

    assert (again.answers, again.sealed) == (checked.answers, checked.sealed)
    assert again.errors == {}


def test_an_empty_form_names_everything_that_is_required():
    errors = check(BIRTH, {}, today=TODAY).errors

    assert errors == {
        "ho_ten": "Nhập “Họ, chữ đệm, tên”.",
        "so_dinh_danh": "Nhập “Số định danh cá nhân”.",
        "dien_thoai": "Nhập “Số điện thoại”.",
        "noi_cu_tru.province": "Chọn tỉnh hoặc thành phố cho “Nơi cư trú”.",
        "quan_he": "Chọn một câu trả lời cho “Quan hệ với trẻ”.",
        "ten_con": "Nhập “Họ, chữ đệm, tên của trẻ”.",
        "ngay_sinh": "Nhập “Ngày sinh”.",
        "gioi_tinh": "Chọn một câu trả lời cho “Giới tính”.",
        "dan_toc": "Nhập “Dân tộc”.",
        "noi_sinh.province": "Chọn tỉnh hoặc thành phố cho “Nơi sinh”.",
        "sinh_tai_co_so": "Chọn một câu trả lời cho “Trẻ sinh tại cơ sở y tế”.",
        "co_me": "Chọn một câu trả lời cho “Khai thông tin người mẹ”.",
        "giay_to": "Điền ít nhất 1 dòng ở “Giấy tờ kèm theo”.",
    }


def test_one_section_reports_only_its_own_errors():
    assert set(check(BIRTH, {}, today=TODAY, section="me").errors) == {"co_me"}


def test_a_tampered_hidden_field_is_dropped():
    checked = run({"sinh_tai_co_so": ["no"], "ly_do": ["Sinh tại nhà"], "quan_he_khac": ["x"]})

    assert checked.errors == {}
    assert "ten_co_so" not in checked.answers
    assert "quan_he_khac" not in checked.answers
    assert checked.answers["ly_do"] == "Sinh tại nhà"
    assert checked.typed["ten_co_so"] == ["Bệnh viện Phụ sản"]  # kept in the draft, not filed


def test_a_chain_of_conditions_falls_together():
    checked = run({"co_me": ["no"], "so_ket_hon": ["12"]})

    # No mother: her identity, the marriage that hangs on her, its number; the father stays.
    assert set(checked.sealed) == {"so_dinh_danh", "giay_to.1.so_dinh_danh_giay"}
    hidden = {"ten_me", "co_ket_hon", "so_ket_hon"}
    assert hidden.isdisjoint(checked.answers)
    assert checked.answers["ten_cha"] == "Nguyễn Văn Bình"
    assert checked.errors == {}


def test_a_hidden_section_is_dropped_and_not_required():
    checked = run({"co_ket_hon": ["no"]})

    assert "ten_cha" not in checked.answers
    assert checked.errors == {}
    shown = visible_sections(BIRTH, merge(checked.answers, checked.sealed))
    assert [one.key for one in shown] == ["nguoi_yeu_cau", "con", "me", "kem_theo"]


def test_unknown_inputs_never_become_answers():
    checked = run({"status": ["x"], "unit": ["1"], "giay_to.0.is_staff": ["1"], "giay_to.x": ["1"]})

    stored = json.dumps([checked.answers, checked.typed, checked.sealed])
    assert "is_staff" not in stored
    assert {"status", "unit", "giay_to.x"}.isdisjoint(checked.typed)


@pytest.mark.parametrize(
    ("changes", "path", "sentence"),
    [
        ({"ngay_sinh": ["24/11/2026"]}, "ngay_sinh", "Ngày này chưa đến"),
        ({"giay_to.1.so_ban": ["hai"]}, "giay_to.1.so_ban", "Giấy tờ 2: Nhập một số nguyên"),
        ({"giay_to.1.ten_giay": [""]}, "giay_to.1.ten_giay", "Giấy tờ 2: Nhập “Tên giấy tờ”."),
        (
            {"giay_to.1.loai": None},
            "giay_to.1.loai",
            "Giấy tờ 2: Chọn một câu trả lời cho “Loại bản”.",
        ),
        ({"noi_sinh.commune": [""]}, "noi_sinh.commune", "Nhập tên xã, phường hoặc đặc khu."),
        ({"ban_sao_them": ["trich_luc"]}, "so_trich_luc", "Nhập “Số bản trích lục”."),
    ],
)
def test_an_error_stands_at_the_input_to_mend(changes, path, sentence):
    errors = run(changes).errors

    assert list(errors) == [path]
    assert errors[path].startswith(sentence)


def test_too_many_rows_are_told_and_none_is_lost():
    rows = {}
    for index in range(7):
        rows[f"giay_to.{index}.ten_giay"] = [f"Giấy {index}"]
        rows[f"giay_to.{index}.loai"] = ["ban_chinh"]

    checked = run(rows)

    assert checked.errors == {"giay_to": "Chỉ được tối đa 5 dòng; hãy xóa bớt."}
    assert checked.typed["giay_to.6.ten_giay"] == ["Giấy 6"]


def test_rows_left_empty_are_not_filed_and_numbers_close_up():
    checked = run(
        {
            "giay_to.4": [""],
            "giay_to.9": [""],
            "giay_to.9.ten_giay": ["Giấy khác"],
            "giay_to.9.loai": ["ban_chinh"],
            "giay_to.9.so_dinh_danh_giay": ["001090000124"],
        }
    )

    assert checked.errors == {}
    assert [row["ten_giay"] for row in checked.answers["giay_to"]] == [
        "Giấy chứng sinh",
        "Giấy kết hôn",
        "Giấy khác",
    ]
    assert checked.sealed["giay_to.2.so_dinh_danh_giay"] == "001090000124"
    assert (
        merge(checked.answers, checked.sealed)["giay_to"][2]["so_dinh_danh_giay"] == "001090000124"
    )
    assert checked.typed["giay_to.3.ten_giay"] == ["Giấy khác"]  # the empty row is still shown


def test_autosave_requires_nothing_and_keeps_what_is_half_typed():
    checked = check(
        BIRTH,
        {"ho_ten": [" Bình "], "ngay_sinh": ["20/1"], "so_dinh_danh": ["0010"], "giay_to.0": [""]},
        today=TODAY,
        complete=False,
    )

    assert set(checked.errors) == {"ngay_sinh", "so_dinh_danh"}  # wrong, though never missing
    assert checked.answers == {"ho_ten": "Bình", "giay_to": [{}]}
    assert checked.typed == {"ho_ten": ["Bình"], "ngay_sinh": ["20/1"], "giay_to.0": [""]}
    assert checked.sealed_typed == {"so_dinh_danh": ["0010"]}


def test_posting_a_section_keeps_the_others_and_what_the_page_hid():
    stored = run(complete=False)
    typed = {**stored.typed, **stored.sealed_typed}
    posted = {"co_me": ["no"]}  # the page disabled all that hangs on the mother

    merged = merge_posted(BIRTH, "me", stored=typed, posted=posted)

    assert merged["ten_me"] == ["Trần Thị Cúc"]
    assert merged["ten_con"] == ["Nguyễn Minh An"]
    assert "ten_me" not in check(BIRTH, merged, today=TODAY).answers


def test_posting_a_section_forgets_what_was_cleared_or_removed():
    typed = {"ban_sao_them": ["trich_luc"], **{k: v for k, v in FILLED.items() if "giay" in k}}
    posted = {"giay_to.1": [""], "giay_to.1.ten_giay": ["A"], "giay_to.1.loai": ["ban_chinh"]}

    merged = merge_posted(BIRTH, "kem_theo", stored=typed, posted=posted)

    # Row 0 was removed, the boxes unticked; the copies of row 1 are hidden, so they stay.
    assert merged == {**posted, "giay_to.1.so_ban": ["2"]}


def test_rows_come_and_go_without_script():
    section = BIRTH.section("kem_theo")
    raw = {"giay_to.0": [""], "giay_to.0.ten_giay": ["A"], "giay_to.3": [""]}

    assert change_rows(section, raw) is None
    assert change_rows(section, raw, add="ho_ten") is None
    assert change_rows(section, raw, add="giay_to") == {**raw, "giay_to.4": [""]}
    assert change_rows(section, raw, remove="giay_to.0") == {"giay_to.3": [""]}
    full = {f"giay_to.{index}": [""] for index in range(5)}
    assert change_rows(section, full, add="giay_to") == full


def test_prefill_fills_only_what_is_untouched():
    sources = {
        "account.full_name": "Nguyễn Văn Bình",
        "account.phone": "84912345678",
        "account.email": "binh@example.com",
        "account.identity_number": "001090000123",
        "account.address": {"province": "01", "commune_name": "Phường Ba Đình", "detail": "Số 1"},
        "account.password": "no",
    }

    typed = prefill(BIRTH, sources, typed={"thu_dien_tu": [""], "ho_ten": ["Bình"]})

    assert typed == {
        "thu_dien_tu": [""],
        "ho_ten": ["Bình"],
        "so_dinh_danh": ["001090000123"],
        "dien_thoai": ["0912 345 678"],
        "noi_cu_tru.province": ["01"],
        "noi_cu_tru.commune": ["Phường Ba Đình"],
        "noi_cu_tru.detail": ["Số 1"],
    }
    assert prefill(BIRTH, {"account.address": "Số 1"})["noi_cu_tru.detail"] == ["Số 1"]


def test_prefill_writes_a_stored_day_as_it_is_typed():
    definition = parse_definition(
        {
            "version": 1,
            "title": "T",
            "sections": [
                {
                    "key": "s",
                    "title": "S",
                    "fields": [
                        {"key": "d", "type": "date", "label": "D", "prefill": "applicant.born"}
                    ],
                }
            ],
        }
    )

    assert prefill(definition, {"applicant.born": "1990-02-03"}) == {"d": ["03/02/1990"]}
    assert prefill(definition, {"applicant.born": date(1990, 2, 3)}) == {"d": ["03/02/1990"]}
