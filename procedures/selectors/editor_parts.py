"""The parts of a draft, in the order in which an editor goes through them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from procedures.levels import Gap

_PART: Final = "procedures:editor_part"


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a draft. `key` is what stands in the address and what gaps name."""

    key: str
    label: StrOrPromise
    # Takes the code of the procedure, and the key where it is `procedures:editor_part`.
    url_name: str = _PART


PARTS: Final = (
    Part("chung", _("Tên, đối tượng, kết quả")),
    Part("trinh-tu", _("Trình tự thực hiện")),
    Part("cach-nop", _("Cách nộp")),
    Part("truong-hop", _("Trường hợp, thời hạn")),
    Part("cau-hoi", _("Câu hỏi tìm trường hợp")),
    Part("phi", _("Phí, lệ phí")),
    Part("giay-to", _("Thành phần hồ sơ")),
    Part("bieu-mau", _("Biểu mẫu tải về")),
    Part("can-cu", _("Căn cứ và quyết định công bố")),
    Part("to-khai", _("Tờ khai điện tử"), "procedures:editor_form"),
)


@dataclass(frozen=True, slots=True)
class PartLink:
    """A part as the frame of a draft shows it."""

    key: str
    label: StrOrPromise
    url: str
    # "done", "short" of a higher level, or "missing" what every procedure must say.
    mark: str
    mark_words: StrOrPromise
    current: bool


_MARKS: Final = {"done": _("đã đủ"), "short": _("nên bổ sung"), "missing": _("còn thiếu")}


def part_url(key: str, *, code: str) -> str:
    """Return where a part is edited, "" where no page edits it."""
    part = next((one for one in PARTS if one.key == key), None)
    if part is None:
        return ""
    return reverse(part.url_name, args=[code, key] if part.url_name == _PART else [code])


def part_label(key: str) -> StrOrPromise:
    """Return what a part is called, the key itself for one that nobody knows."""
    return next((part.label for part in PARTS if part.key == key), key)


def part_links(
    gaps: dict[int, tuple[Gap, ...]], *, code: str, current: str
) -> tuple[PartLink, ...]:
    """Return every part with what is missing there."""
    missing = _keys(gap for gap in gaps.get(1, ()) if not gap.only_warns)
    short = _keys(gap for what in gaps.values() for gap in what)
    marks = {
        part.key: "missing" if part.key in missing else "short" if part.key in short else "done"
        for part in PARTS
    }
    return tuple(
        PartLink(
            key=part.key,
            label=part.label,
            url=part_url(part.key, code=code),
            mark=marks[part.key],
            mark_words=_MARKS[marks[part.key]],
            current=part.key == current,
        )
        for part in PARTS
    )


def _keys(gaps: Iterable[Gap]) -> set[str]:
    return {gap.part for gap in gaps}
