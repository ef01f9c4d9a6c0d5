"""What was wrong with a record: repaired, or left for a person to look at; never passed over."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """A defect; the value is kept with the record."""

    CODE_REPAIRED = "code_repaired"
    CODE_ODD = "code_odd"
    DELETED_TWIN = "deleted_twin"
    NOT_COMPOSED = "not_composed"
    INVISIBLE_SIGNS = "invisible_signs"
    HTML = "html"
    NAME_MARKED = "name_marked"
    LONG_NAME = "long_name"
    SHARED_NAME = "shared_name"
    NO_FIELD = "no_field"
    FEE_ZERO_WITH_TEXT = "fee_zero_with_text"
    FEE_TEXT_ONLY = "fee_text_only"
    FEE_TOO_SMALL = "fee_too_small"
    FEE_OTHER_CURRENCY = "fee_other_currency"
    TIME_UNIT_OTHER = "time_unit_other"
    TIME_NOT_GIVEN = "time_not_given"
    TIME_CONVERTED = "time_converted"
    TIMES_DIFFER = "times_differ"
    NOTE_AS_PAPER = "note_as_paper"
    MANY_PAPERS = "many_papers"
    MANY_COPIES = "many_copies"
    LONG_PAPER_NAME = "long_paper_name"
    ABOLISHED_TIER = "abolished_tier"
    NO_DECISION = "no_decision"


# Mended without a doubt; every other kind waits for somebody to look.
REPAIRED: Final = frozenset(
    {
        Kind.CODE_REPAIRED,
        Kind.NOT_COMPOSED,
        Kind.INVISIBLE_SIGNS,
        Kind.HTML,
        Kind.NAME_MARKED,
        Kind.NOTE_AS_PAPER,
        Kind.TIME_CONVERTED,
    }
)

WORDS: Final[dict[Kind, str | Promise]] = {
    Kind.CODE_REPAIRED: _("mã có dấu cách hoặc phần đuôi thừa"),
    Kind.CODE_ODD: _("mã không đúng dạng sáu chữ số"),
    Kind.DELETED_TWIN: _("có bản ghi khác cùng mã, bị nguồn đánh dấu đã xóa, không nhập"),
    Kind.NOT_COMPOSED: _("chữ có dấu viết rời"),
    Kind.INVISIBLE_SIGNS: _("có ký tự ẩn hoặc ký tự riêng của phông chữ"),
    Kind.HTML: _("có mã HTML"),
    Kind.NAME_MARKED: _("tên mở đầu bằng số mục hoặc dấu thừa"),
    Kind.LONG_NAME: _("tên dài bất thường"),
    Kind.SHARED_NAME: _("trùng tên với mã khác"),
    Kind.NO_FIELD: _("không ghi lĩnh vực"),
    Kind.FEE_ZERO_WITH_TEXT: _("mức thu ghi 0 đồng nhưng có diễn giải: chưa xác định"),
    Kind.FEE_TEXT_ONLY: _("mức thu chỉ có diễn giải: chưa xác định"),
    Kind.FEE_TOO_SMALL: _("mức thu dưới 1.000 đồng: chưa xác định"),
    Kind.FEE_OTHER_CURRENCY: _("mức thu không bằng đồng: chưa xác định"),
    Kind.TIME_UNIT_OTHER: _("thời hạn không rõ đơn vị: theo từng trường hợp"),
    Kind.TIME_NOT_GIVEN: _("không ghi thời hạn: theo từng trường hợp"),
    Kind.TIME_CONVERTED: _("thời hạn được đổi sang đơn vị hệ thống dùng"),
    Kind.TIMES_DIFFER: _("một cách nộp có nhiều thời hạn: theo từng trường hợp"),
    Kind.NOTE_AS_PAPER: _("dòng 0 bản chính, 0 bản sao là ghi chú, không phải giấy tờ"),
    Kind.MANY_PAPERS: _("nhiều giấy tờ bất thường"),
    Kind.MANY_COPIES: _("số bản bất thường"),
    Kind.LONG_PAPER_NAME: _("tên giấy tờ quá dài, phần còn lại nằm ở hướng dẫn"),
    Kind.ABOLISHED_TIER: _("còn nhắc cấp huyện, cấp đã bỏ từ 01/7/2025"),
    Kind.NO_DECISION: _("có nội dung nhưng không ghi quyết định công bố"),
}

_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect of one record: where it stands, and what was written there."""

    kind: Kind
    where: str = ""
    was: str = ""

    @property
    def needs_review(self) -> bool:
        return self.kind not in REPAIRED

    def __str__(self) -> str:
        lead = _("cần xem lại") if self.needs_review else _("đã sửa")
        was = self.was if len(self.was) <= _SHOWN else f"{self.was[:_SHOWN]}…"
        tail = f" ({self.where}: {was})" if self.where and was else f" ({was})" if was else ""
        return f"{lead}: {WORDS[self.kind]}{tail}"

    @property
    def digest(self) -> str:
        """Return what names this finding among those of its record, whatever import told it."""
        words = f"{self.kind.value}\x1f{self.where}\x1f{self.was}"
        return hashlib.sha256(words.encode()).hexdigest()[:32]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "where": self.where, "was": self.was}


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))


def read_findings(stored: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Return findings as they are kept with a record; what no version knows any more is left."""
    return [
        Finding(Kind(one["kind"]), str(one.get("where", "")), str(one.get("was", "")))
        for one in stored
        if one.get("kind") in set(Kind)
    ]


def open_kinds(findings: Iterable[Finding], *, reviewed: Collection[str] = ()) -> list[str]:
    """Return the kinds of which a finding still waits; `reviewed` holds digests."""
    waiting = {
        one.kind.value for one in findings if one.needs_review and one.digest not in reviewed
    }
    return sorted(waiting)
