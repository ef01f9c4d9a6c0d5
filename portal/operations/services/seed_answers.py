"""What the demonstration's citizens declare: e-form answers, case, child and number of copies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from portal.core.identity import clean_phone
from portal.operations import demo_data
from portal.operations.services.seed_stories import BIRTH, BUSINESS, STATUS, WEDDING, Story

Person = Mapping[str, Any]
People = Mapping[str, Person]

_LATE_AFTER_DAYS = 60
_OFFICES = {
    "songtranh": "Ủy ban nhân dân phường Sông Tranh",
    "binhlam": "Ủy ban nhân dân xã Bình Lâm",
}
_HOSPITALS = {
    "songtranh": "Bệnh viện Đa khoa tỉnh Đông Hải, phường Sông Tranh, tỉnh Đông Hải",
    "binhlam": "Trung tâm Y tế khu vực Bình Lâm, xã Bình Lâm, tỉnh Đông Hải",
}
_HOME = {"songtranh": "Phường Sông Tranh, tỉnh Đông Hải", "binhlam": "Xã Bình Lâm, tỉnh Đông Hải"}
_TRADES = {
    "1410": "May trang phục",
    "4620": "Bán buôn nông, lâm sản nguyên liệu",
    "4653": "Bán buôn máy móc, thiết bị và phụ tùng máy nông nghiệp",
    "4711": "Bán lẻ lương thực, thực phẩm, đồ uống trong các cửa hàng tổng hợp",
    "4752": "Bán lẻ vật liệu xây dựng",
    "4773": "Bán lẻ hàng hóa khác mới trong các cửa hàng chuyên doanh",
    "5510": "Dịch vụ lưu trú ngắn ngày",
    "5610": "Nhà hàng và các dịch vụ ăn uống phục vụ lưu động",
    "5630": "Dịch vụ phục vụ đồ uống",
    "9329": "Hoạt động vui chơi giải trí khác",
    "9521": "Bảo dưỡng, sửa chữa mô tô, xe máy",
}
_KINH = {"dan_toc": "Kinh", "quoc_tich": "Việt Nam"}


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    sex: str
    born: date


@dataclass(frozen=True, slots=True)
class Declared:
    """What one dossier declares; the child only where a parent files for it."""

    case: str
    answers: dict[str, Any]
    quantities: dict[str, str]
    child: Child | None = None


def declared(story: Story, people: People, *, filed_on: date) -> Declared:
    """Return what the owner of a story declares on the day of filing."""
    owner = people[story.owner]
    if story.procedure == BIRTH:
        return _birth(story, owner, people, filed_on)
    if story.procedure == STATUS:
        return _status(story, owner, people)
    if story.procedure == BUSINESS:
        return _business(story, owner, people, filed_on)
    if story.procedure == WEDDING:
        return _wedding(story, owner, people)
    return _as_in_the_file(story, owner, people)


def child_of(story: Story, *, filed_on: date) -> Child:
    """Read the child of a birth: "name|sex|age in days"."""
    name, sex, days = story.detail.split("|")
    return Child(name, sex, filed_on - timedelta(days=int(days)))


def _birth(story: Story, owner: Person, people: People, filed_on: date) -> Declared:
    child = child_of(story, filed_on=filed_on)
    answers: dict[str, Any] = {
        "tre_ho_ten": child.name,
        "tre_ngay_sinh": child.born.isoformat(),
        "tre_gioi_tinh": child.sex,
        "tre_dan_toc": "Kinh",
        "tre_quoc_tich": "Việt Nam",
        "tre_noi_sinh": _HOSPITALS[story.commune],
        "tre_que_quan": _HOME[story.commune],
    }
    partner = people.get(owner.get("partner") or "")
    is_grandparent = int(owner["date_of_birth"][:4]) < 1970
    if is_grandparent:
        answers |= {
            "quan_he": "ong_ba",
            "co_me": True,
            "me_ho_ten": "Võ Thị Cẩm Tú",
            "me_ngay_sinh": "2001-06-09",
            "me_so_dinh_danh": "003301990032",
            "me_noi_cu_tru": owner["address"],
            **{f"me_{key}": value for key, value in _KINH.items()},
            "co_cha": False,
            "da_ket_hon": False,
        }
    else:
        is_mother = owner["sex"] == "female"
        other = "cha" if is_mother else "me"
        answers |= {"quan_he": "me" if is_mother else "cha", **_person("nop", owner)}
        answers |= {f"co_{other}": partner is not None, "da_ket_hon": partner is not None}
        if partner is not None:
            answers |= _person(other, partner)
            answers["noi_ket_hon"] = _OFFICES[story.commune]
    is_late = (filed_on - child.born).days > _LATE_AFTER_DAYS
    case = "qua-han" if is_late else "dung-han"
    return Declared(case, answers, {}, child=None if is_grandparent else child)


def _status(story: Story, owner: Person, people: People) -> Declared:
    purpose, _equals, other = story.detail.partition("=")
    answers: dict[str, Any] = {
        "xac_nhan_cho": "ban_than",
        "ho_ten": owner["full_name"],
        "ngay_sinh": owner["date_of_birth"],
        "gioi_tinh": _sex(owner),
        "so_dinh_danh": owner["identity_number"],
        "noi_cu_tru": owner["address"],
        **_KINH,
        "tung_o_noi_khac": False,
        "muc_dich": purpose,
    }
    if purpose == "ket_hon":
        with_whom = people[other]
        answers |= {
            "tinh_trang": "chua_ket_hon",
            "ket_hon_voi": with_whom["full_name"],
            "ket_hon_voi_ngay_sinh": with_whom["date_of_birth"],
            "ket_hon_voi_so_dinh_danh": with_whom["identity_number"],
            "noi_du_dinh_ket_hon": _OFFICES[story.commune],
        }
    elif purpose == "khac":
        answers |= {
            "tinh_trang": "vo_chong_chet",
            "giay_to_lien_quan": "Trích lục khai tử số 7/2015 ngày 11/03/2015 của Ủy ban nhân dân "
            "xã Bình Lâm",
            "muc_dich_khac": "Bổ sung hồ sơ tặng cho đất cho con",
            "so_ban": 1,
        }
    elif owner.get("partner"):
        answers |= {"tinh_trang": "dang_ket_hon", "so_ban": 1}
    else:
        answers |= {
            "tinh_trang": "da_ly_hon",
            "giay_to_lien_quan": "Quyết định số 41/2022 ngày 17/06/2022 của Tòa án nhân dân tỉnh "
            "Đông Hải",
            "so_ban": 2,
        }
    return Declared("cap-lai" if purpose == "khac" else "cap-moi", answers, {})


def _wedding(story: Story, owner: Person, people: People) -> Declared:
    answers: dict[str, Any] = {"tu_nguyen": True}
    for side, person in (("a", owner), ("b", people[story.detail])):
        was_married = person["key"] == "huu-phuoc"
        answers |= {
            f"{side}_ben": _sex(person),
            **_person(side, person),
            f"{side}_lan_thu": 2 if was_married else 1,
        }
        if was_married:
            answers[f"{side}_hon_nhan_truoc"] = (
                "Quyết định số 41/2022 ngày 17/06/2022 của Tòa án nhân dân tỉnh Đông Hải"
            )
    return Declared("trong-nuoc", answers, {"phi-ban-sao": str(story.copies)})


def _business(story: Story, owner: Person, people: People, filed_on: date) -> Declared:
    name, trade, millions = story.detail.split("|")
    *street, commune, province = owner["address"].split(", ")
    answers: dict[str, Any] = {
        "chu_ho_ten": owner["full_name"],
        "chu_ngay_sinh": owner["date_of_birth"],
        "chu_gioi_tinh": _sex(owner),
        "chu_so_dinh_danh": owner["identity_number"],
        "chu_noi_cu_tru": owner["address"],
        "chu_dien_thoai": owner["phone"],
        "chu_thu_dien_tu": owner["email"],
        "chu_the": "ho_gia_dinh" if story.is_family else "ca_nhan",
        "ten_ho": f"Hộ kinh doanh {name}",
        "tru_so": {"province": province, "commune": commune, "detail": ", ".join(street)},
        "ngay_bat_dau": (filed_on + timedelta(days=20)).isoformat(),
        "von": int(millions) * 1_000_000,
        "so_lao_dong": 2,
        "nganh_nghe": [{"ten": _TRADES[trade], "ma": trade}],
        "dia_chi_thue_khac": False,
        "cam_ket": True,
    }
    if story.is_family:
        wife = people["hoa-mai"]
        answers["thanh_vien"] = [
            {
                "ho_ten": wife["full_name"],
                "so_dinh_danh": wife["identity_number"],
                "quan_he": "Vợ",
            }
        ]
    return Declared("ho-gia-dinh" if story.is_family else "ca-nhan", answers, {})


def _as_in_the_file(story: Story, owner: Person, people: People) -> Declared:
    """Let the owner declare what another does in the procedure's file: `detail` says which."""
    given = _written_answers(story.procedure)[int(story.detail or 0) % 3]
    model = people[given["applicant"]]
    swap = {
        str(model[name]): str(owner[name])
        for name in ("full_name", "identity_number", "date_of_birth", "address", "email")
    } | {clean_phone(model["phone"]): clean_phone(owner["phone"])}
    answers = {key: swap.get(str(value), value) for key, value in given["answers"].items()}
    if "gioi_tinh" in answers:
        answers["gioi_tinh"] = _sex(owner)
    return Declared(given["case"], answers, {k: str(v) for k, v in given["quantities"].items()})


@cache
def _written_answers(procedure: str) -> list[Any]:
    rows = {row["code"]: row["demo_answers"] for row in demo_data.load_procedures()}
    found: list[Any] = rows[procedure]
    return found


def _person(prefix: str, person: Person) -> dict[str, str]:
    return {
        f"{prefix}_ho_ten": person["full_name"],
        f"{prefix}_ngay_sinh": person["date_of_birth"],
        f"{prefix}_so_dinh_danh": person["identity_number"],
        f"{prefix}_noi_cu_tru": person["address"],
        **{f"{prefix}_{key}": value for key, value in _KINH.items()},
    }


def _sex(person: Person) -> str:
    return "nu" if person["sex"] == "female" else "nam"
