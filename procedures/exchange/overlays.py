"""Rows of a list laid over what the catalogue holds: each procedure's document, changed there."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from accounts.enums import Tier
from portal.core.forms import DayField
from portal.core.text import fold
from procedures.enums import ExchangeKind, FeeStatus, ResultDelivery, ServiceMode
from procedures.exchange.columns import Row, defaults
from procedures.exchange.given import Given
from procedures.exchange.lists import BY_SLUG
from procedures.exchange.shape import WrongShape, blank_revision, read_document
from procedures.exchange.workbooks import UnreadableWorkbook
from procedures.importing.cleaning import clean_code, clean_line
from procedures.importing.findings import Finding, distinct
from procedures.importing.money import LEAST_VND
from procedures.models import Offer

Cells = Mapping[str, Any]
_Numbered = tuple[int, Cells, list[Finding]]
_Lay = Callable[[str, Row | None, Cells], Row]
_CODE: Final = "Mã thủ tục"
_HEADER_WITHIN: Final = 20
# Columns that people add for themselves.
_IGNORED: Final = frozenset({"stt", "so thu tu", "ghi chu"})
_MARK: Final = "\ufeff"


def read_list(kind: str, rows: Sequence[Sequence[Any]]) -> Iterator[Given]:
    """
    Yield what a list gives for each code, its rows together, in the order of the list.

    :raises UnreadableWorkbook: if no header of this list is found.
    """
    slug, lay = _KINDS[ExchangeKind(kind)]
    known = {fold(column.header): column.header for column in BY_SLUG[slug].columns}
    place, headers = _find_header(rows, known)
    by_code: dict[str, list[_Numbered]] = {}
    for line, cells in enumerate(rows[place + 1 :], start=place + 2):
        named = {name: cells[at] for at, name in headers.items() if at < len(cells)}
        if all(value is None or not str(value).strip() for value in named.values()):
            continue
        found: list[Finding] = []
        clean: Cells = {name: _clean(name, value, found) for name, value in named.items()}
        by_code.setdefault(_code(named.get(_CODE), found), []).append((line, clean, found))
    for code, given in by_code.items():
        if code:
            yield _given(code, given, lay)
        else:
            yield from (Given(line, "", "", _without_code) for line, _cells, _found in given)


def _given(code: str, given: list[_Numbered], lay: _Lay) -> Given:
    def make(held: Row | None) -> Row:
        document = copy.deepcopy(held)
        for line, cells, _found in given:
            try:
                document = lay(code, document, cells)
            except WrongShape as wrong:
                raise WrongShape(_("dòng %d: ") % line + str(wrong)) from wrong
        if document is None:
            raise WrongShape(_("không có dòng nào"))
        return document if document == held else read_document(document)

    first, cells, _found = given[0]
    notes = distinct(finding for _line, _cells, found in given for finding in found)
    name = str(cells.get("Tên thủ tục") or "")[:200]
    return Given(first, code, name, make, tuple(str(one) for one in notes))


def _without_code(_held: Row | None) -> Row:
    raise WrongShape(_("thiếu mã thủ tục, hoặc mã không đọc được"))


def _find_header(
    rows: Sequence[Sequence[Any]], known: Mapping[str, str]
) -> tuple[int, dict[int, str]]:
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        folded = {at: fold(str(cell)) for at, cell in enumerate(row) if cell is not None}
        if fold(_CODE) not in folded.values():
            continue
        unknown = [
            one for one in folded.values() if one and one not in known and one not in _IGNORED
        ]
        if unknown:
            raise UnreadableWorkbook(
                _("Cột “%s” không có trong danh sách này. Hãy bỏ cột hoặc sửa tên cột.")
                % str(row[next(at for at, one in folded.items() if one == unknown[0])])[:80]
            )
        if len(set(folded.values())) != len(folded):
            raise UnreadableWorkbook(_("Có hai cột cùng tên. Hãy bỏ một cột."))
        return place, {at: known[one] for at, one in folded.items() if one in known}
    raise UnreadableWorkbook(
        _("Không thấy dòng tiêu đề có cột “Mã thủ tục” trong 20 dòng đầu của trang tính đầu tiên.")
    )


def _clean(name: str, value: Any, found: list[Finding]) -> Any:
    if isinstance(value, date | int | float) and not isinstance(value, bool):
        return value
    return clean_line(value, where=name, found=found).removeprefix(_MARK)


def _code(value: Any, found: list[Finding]) -> str:
    if isinstance(value, float):
        # Typed as a number: six digits behind the point, the last of them lost if they were zeros.
        return f"{value:.6f}"
    code, _suffix = clean_code(str(value or ""), found)
    return code


def _lay_procedure(code: str, held: Row | None, cells: Cells) -> Row:
    name = cells.get("Tên thủ tục") or (held["name"] if held else "")
    if not name:
        raise WrongShape(_("thiếu tên thủ tục"))
    field = cells.get("Lĩnh vực") or ""
    if held is None and not field:
        raise WrongShape(_("thiếu lĩnh vực"))
    document = held or {"code": code, "name": name, "revision": None}
    if field and (not held or fold(field) != fold(held["field"]["name"])):
        document["field"] = {"slug": _slug(field), "name": field}
    if tiers := cells.get("Cấp thực hiện"):
        document["tiers"] = [_choice(Tier, one) for one in tiers.split(";") if one.strip()]
    document["revision"] = _lay_revision(held, document["revision"], name, cells)
    return document


def _lay_revision(held: Row | None, before: Row | None, name: str, cells: Cells) -> Row | None:
    """Return the content with what the cells say otherwise; a bare name begins none."""
    revision = copy.deepcopy(before) or blank_revision(held["name"] if held else name)
    begun = copy.deepcopy(revision)
    for header, column in _TEXTS.items():
        value = str(cells.get(header) or "")
        # What stands on several lines there stands on one here, and is the same.
        if value and value != clean_line(revision[column], where="", found=[]):
            revision[column] = value
    if words := cells.get("Từ khóa"):
        revision["keywords"] = [one.strip() for one in words.split(";") if one.strip()]
    if cells.get("Ngày quyết định"):
        revision["decision_date"] = _day(cells["Ngày quyết định"])
    return before if held is not None and revision == begun else revision


def _lay_fee(code: str, held: Row | None, cells: Cells) -> Row:
    if held is None or held["revision"] is None:
        raise WrongShape(_("thủ tục chưa có nội dung đã công bố"))
    case = _find(held["revision"]["cases"], "Trường hợp", cells)
    fee = _find(case["fees"], "Mã khoản thu", cells)
    given = cells.get("Mức thu (đồng)")
    decision = str(cells.get("Quyết định của địa phương") or "")
    if given in {None, ""} and not decision:
        return held
    amount = _amount(given)
    if (fee["amount_vnd"] or 0, fee["local_decision"]) == (amount, decision):
        return held
    if not decision:
        raise WrongShape(_("thiếu quyết định của địa phương cho mức thu này"))
    fee |= {
        "status": FeeStatus.AMOUNT.value if amount else FeeStatus.FREE.value,
        "amount_vnd": amount or None,
        "local_decision": decision,
    }
    return held


def _lay_offer(code: str, held: Row | None, cells: Cells) -> Row:
    if held is None:
        raise WrongShape(_("danh mục không có thủ tục này"))
    level = cells.get("Mức độ")
    if str(level) not in {"1", "2", "3", "4"}:
        raise WrongShape(_("mức độ phải là 1, 2, 3 hoặc 4"))
    given: Row = {
        "unit": cells.get("Mã đơn vị") or None,
        "tier": _choice(Tier, cells["Cấp"]) if cells.get("Cấp") else "",
        "declared_level": int(str(level)),
        "service_mode": _choice(ServiceMode, cells.get("Hình thức") or ""),
        "returns": _ways(cells.get("Cách trả kết quả") or ""),
        "decision_number": str(cells.get("Quyết định công bố") or ""),
        "decision_date": _day(cells.get("Ngày quyết định")),
        "valid_from": _day(cells.get("Từ ngày")),
        "valid_until": _day(cells.get("Đến ngày")),
        "receiving": cells.get("Mã nơi tiếp nhận") or None,
        "deciding": cells.get("Mã nơi giải quyết") or None,
    }
    if any(all(_same(one[name], value) for name, value in given.items()) for one in held["offers"]):
        return held
    if not given["decision_number"] or given["valid_from"] is None:
        raise WrongShape(_("thiếu số quyết định hoặc ngày bắt đầu"))
    # An offer that is filed online runs on the procedure's own workflow.
    workflow = len(held["workflows"]) or None
    held["offers"].append(
        {**defaults(Offer), **given, "workflow": workflow if given["declared_level"] > 2 else None}
    )
    return held


def _same(one: Any, other: Any) -> bool:
    return sorted(one) == sorted(other) if isinstance(one, list) else bool(one == other)


def _find(rows: list[Row], header: str, cells: Cells) -> Row:
    key = str(cells.get(header) or "")
    for row in rows:
        if row["key"] == key:
            return row
    raise WrongShape(_("không có “%(key)s” ở cột %(header)s") % {"key": key, "header": header})


def _choice(vocabulary: type[TextChoices], written: str) -> str:
    words = fold(str(written))
    for value, label in vocabulary.choices:
        if words in {fold(str(label)), fold(str(label)).removeprefix("cap "), fold(value)}:
            return str(value)
    raise WrongShape(_("không hiểu “%s”") % str(written)[:80])


def _ways(written: str) -> list[str]:
    """Read "bản điện tử, tại quầy hoặc qua bưu chính", as the list is written out."""
    folded = fold(written)
    words = {
        ResultDelivery.COUNTER: "quay",
        ResultDelivery.ONLINE: "dien tu",
        ResultDelivery.POST: "buu chinh",
    }
    ways = [way.value for way in ResultDelivery if words[way] in folded]
    if not ways:
        raise WrongShape(_("không hiểu cách trả kết quả “%s”") % str(written)[:80])
    return ways


def _day(value: Any) -> str | None:
    if value in {None, ""}:
        return None
    if isinstance(value, date):
        return value.isoformat()
    try:
        day = DayField().clean(str(value))
    except Exception as error:
        raise WrongShape(_("ngày “%s” không đọc được, hãy ghi như 27/3/2026") % value) from error
    return day.isoformat() if day else None


def _amount(value: Any) -> int:
    text = str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
    digits = fold(text).removesuffix("dong").removesuffix("vnd").strip().replace(".", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise WrongShape(_("mức thu “%s” không phải số tiền") % text[:80])
    amount = int(digits)
    if 0 < amount < LEAST_VND:
        raise WrongShape(_("mức thu dưới 1.000 đồng: %s") % text)
    return amount


def _slug(name: str) -> str:
    words = "".join(sign if sign.isalnum() else "-" for sign in fold(name))
    return "-".join(part for part in words.split("-") if part.isascii() and part)[:64] or "linh-vuc"


_TEXTS: Final = {
    "Tên thủ tục": "name",
    "Tên thường gọi": "everyday_name",
    "Cơ quan thực hiện": "agency_text",
    "Quyết định công bố": "decision_number",
    "Cơ quan công bố": "decision_agency",
}
_KINDS: Final[dict[ExchangeKind, tuple[str, _Lay]]] = {
    ExchangeKind.PROCEDURES: ("thu-tuc", _lay_procedure),
    ExchangeKind.OFFERS: ("dich-vu", _lay_offer),
    ExchangeKind.FEES: ("phi-le-phi", _lay_fee),
}
