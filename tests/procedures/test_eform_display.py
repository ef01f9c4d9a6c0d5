import json
from datetime import date
from pathlib import Path

from procedures.eform.display import COVERED, rows
from procedures.eform.parsing import parse_definition

BIRTH = parse_definition(
    json.loads(Path(__file__).with_name("birth_registration.json").read_text(encoding="utf-8"))
)
ANSWERS = {
    "ho_ten": "Nguyễn Văn Bình",
    "dien_thoai": "84912345678",
    "noi_cu_tru": {
        "province": "01",
        "province_name": "Thành phố Hà Nội",
        "commune": "00004",
        "commune_name": "Phường Ba Đình",
        "detail": "Số 1",
    },
    "quan_he": "cha_me",
    "ngay_sinh": "2026-11-20",
    "can_nang": "3.25",
    "sinh_tai_co_so": False,
    "ban_sao_them": ["trich_luc", "thuong_tru"],
    "so_trich_luc": 2,
    "co_me": True,
    "giay_to": [{"ten_giay": "Giấy chứng sinh", "loai": "ban_chinh"}],
}
SEALED = {"so_dinh_danh": "001090000123", "giay_to.0.so_dinh_danh_giay": "001090000124"}


def texts(sections):
    return {row.path: row.text for section in sections for row in section.rows if not row.is_table}


def test_answers_are_written_as_people_read_them():
    shown = texts(rows(BIRTH, ANSWERS, sealed=SEALED))

    assert shown["dien_thoai"] == "0912 345 678"
    assert shown["noi_cu_tru"] == "Số 1, Phường Ba Đình, Thành phố Hà Nội"
    assert shown["quan_he"] == "Cha hoặc mẹ"
    assert shown["ngay_sinh"] == "20/11/2026"
    assert shown["can_nang"] == "3,25"
    assert shown["sinh_tai_co_so"] == "Không"
    assert shown["ban_sao_them"] == "Bản sao trích lục khai sinh; Đăng ký thường trú"
    assert shown["so_dinh_danh"] == "001090000123"
    assert shown["thu_dien_tu"] == "–"


def test_what_is_hidden_is_not_listed():
    sections = rows(BIRTH, ANSWERS, sealed=SEALED)

    assert [one.key for one in sections] == ["nguoi_yeu_cau", "con", "me", "kem_theo"]
    assert {"quan_he_khac", "ten_co_so", "giai_thich_cha"}.isdisjoint(texts(sections))
    assert "ly_do" in texts(sections)


def test_a_group_is_a_table():
    [table] = [row for row in rows(BIRTH, ANSWERS, sealed=SEALED)[-1].rows if row.is_table]

    assert table.headers == ("Tên giấy tờ", "Loại bản", "Số bản", "Số định danh ghi trên giấy")
    assert table.rows == (("Giấy chứng sinh", "Bản chính", "–", "001090000124"),)


def test_a_reader_without_the_seal_sees_personal_answers_covered():
    sections = rows(BIRTH, ANSWERS)

    assert texts(sections)["so_dinh_danh"] == COVERED
    [table] = [row for row in sections[-1].rows if row.is_table]
    assert table.rows == (("Giấy chứng sinh", "Bản chính", "–", COVERED),)


def test_money_is_written_with_its_unit():
    definition = parse_definition(
        {
            "version": 1,
            "title": "T",
            "sections": [
                {
                    "key": "s",
                    "title": "S",
                    "fields": [
                        {"key": "h", "type": "heading", "label": "Vốn"},
                        {"key": "v", "type": "money", "label": "Vốn kinh doanh"},
                        {"key": "d", "type": "date", "label": "Từ ngày", "max": "today"},
                    ],
                }
            ],
        }
    )
    answers = {"v": 125000, "d": date(2026, 1, 2).isoformat()}

    assert texts(rows(definition, answers)) == {"h": "", "v": "125.000 đồng", "d": "02/01/2026"}
