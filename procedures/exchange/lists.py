"""Lists of the catalogue, one row a thing, in the columns that people know."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F, QuerySet

from accounts.enums import Tier
from procedures import facts
from procedures.enums import FilingChannel
from procedures.exchange.dumping import unit_name
from procedures.exchange.workbooks import Column
from procedures.models import FeeRule, Offer, Paper, Procedure, ProcessingTime

Cells = Sequence[object]
_CHUNK: Final = 500

CODE = Column("Mã thủ tục", 14)
NAME = Column("Tên thủ tục", 60)


@dataclass(frozen=True, slots=True)
class List:
    """One list: its name in addresses, its title, its columns and where its rows come from."""

    slug: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[QuerySet[Procedure]], Iterator[Cells]]


def _procedures(chosen: QuerySet[Procedure]) -> Iterator[Cells]:
    rows = chosen.select_related("field", "current_revision").order_by("code")
    for one in rows.iterator(_CHUNK):
        revision = one.current_revision
        yield (
            one.code,
            one.name,
            revision.everyday_name if revision else "",
            one.field.name,
            _labels([Tier(tier).label for tier in one.tiers]),
            revision.agency_text if revision else "",
            "; ".join(revision.keywords) if revision else "",
            revision.decision_number if revision else "",
            revision.decision_date if revision else None,
            revision.decision_agency if revision else "",
            one.get_state_display(),
        )


def _papers(chosen: QuerySet[Procedure]) -> Iterator[Cells]:
    rows = Paper.objects.filter(
        revision__procedure__in=chosen, revision__procedure__current_revision=F("revision")
    )
    for one in rows.order_by("revision__procedure__code", "position").select_related(
        "revision__procedure"
    ).iterator(_CHUNK):  # fmt: skip
        procedure = one.revision.procedure
        yield (
            procedure.code, procedure.name, one.key, one.name, one.plain_name,
            ", ".join(one.case_keys), one.originals, one.copies,
            "có" if one.is_mandatory else "không", one.condition, one.get_source_display(),
        )  # fmt: skip


def _fees(chosen: QuerySet[Procedure]) -> Iterator[Cells]:
    rows = FeeRule.objects.filter(
        case__revision__procedure__in=chosen,
        case__revision__procedure__current_revision=F("case__revision"),
    )
    for one in rows.order_by(
        "case__revision__procedure__code", "case__position", "position"
    ).select_related("case__revision__procedure").iterator(_CHUNK):  # fmt: skip
        procedure = one.case.revision.procedure
        yield (
            procedure.code, procedure.name, one.case.key, one.key, one.name,
            one.get_kind_display(), one.get_status_display(), one.amount_vnd, one.local_decision,
            one.get_unit_display(), _channels(one.channels), one.text, one.ground,
        )  # fmt: skip


def _times(chosen: QuerySet[Procedure]) -> Iterator[Cells]:
    rows = ProcessingTime.objects.filter(
        case__revision__procedure__in=chosen,
        case__revision__procedure__current_revision=F("case__revision"),
    )
    for one in rows.order_by(
        "case__revision__procedure__code", "case__position", "pk"
    ).select_related("case__revision__procedure").iterator(_CHUNK):  # fmt: skip
        procedure = one.case.revision.procedure
        yield (
            procedure.code, procedure.name, one.case.key, one.case.name,
            one.get_channel_display(), one.amount, one.get_unit_display(), facts.time_words(one),
            one.note,
        )  # fmt: skip


def _offers(chosen: QuerySet[Procedure]) -> Iterator[Cells]:
    rows = Offer.objects.filter(procedure__in=chosen).select_related(
        "procedure", "unit", "receiving", "deciding"
    )
    for one in rows.order_by("procedure__code", "pk").iterator(_CHUNK):
        yield (
            one.procedure.code, one.procedure.name, unit_name(one.unit),
            one.get_tier_display() if one.tier else "", one.declared_level,
            one.get_service_mode_display(), _returns(one.returns), one.decision_number,
            one.decision_date, one.valid_from, one.valid_until, unit_name(one.receiving),
            unit_name(one.deciding), one.unit.name if one.unit else "",
        )  # fmt: skip


def _labels(words: Sequence[object]) -> str:
    return "; ".join(str(word) for word in words)


def _channels(channels: Sequence[str]) -> str:
    return _labels([FilingChannel(one).label for one in channels])


def _returns(ways: Sequence[str]) -> str:
    return facts.return_words(ways)


DATE: Final = 14
LISTS: Final = (
    List(
        "thu-tuc",
        "Thủ tục",
        (
            CODE, NAME, Column("Tên thường gọi", 40), Column("Lĩnh vực", 26),
            Column("Cấp thực hiện", 20), Column("Cơ quan thực hiện", 40), Column("Từ khóa", 40),
            Column("Quyết định công bố", 22), Column("Ngày quyết định", DATE),
            Column("Cơ quan công bố", 30), Column("Trạng thái", 18),
        ),
        _procedures,
    ),
    List(
        "giay-to",
        "Giấy tờ",
        (
            CODE, NAME, Column("Mã giấy tờ", 26), Column("Tên giấy tờ", 60),
            Column("Tên thường gọi", 30), Column("Trường hợp", 20), Column("Bản chính", 10),
            Column("Bản sao", 10), Column("Bắt buộc", 10), Column("Khi nào phải nộp", 30),
            Column("Cách nộp", 30),
        ),
        _papers,
    ),
    List(
        "phi-le-phi",
        "Phí, lệ phí",
        (
            CODE, NAME, Column("Trường hợp"), Column("Mã khoản thu"), Column("Khoản thu", 40),
            Column("Loại", 10), Column("Trạng thái", 16), Column("Mức thu (đồng)", 16),
            Column("Quyết định của địa phương", 30), Column("Tính theo", 12),
            Column("Cách nộp hồ sơ", 34), Column("Diễn giải", 60), Column("Căn cứ", 40),
        ),
        _fees,
    ),
    List(
        "thoi-han",
        "Thời hạn",
        (
            CODE, NAME, Column("Trường hợp"), Column("Tên trường hợp", 30),
            Column("Cách nộp hồ sơ", 22), Column("Thời hạn", 10), Column("Đơn vị", 22),
            Column("Đọc là", 26), Column("Ghi chú", 50),
        ),
        _times,
    ),
    List(
        "dich-vu",
        "Dịch vụ của đơn vị",
        (
            CODE, NAME, Column("Mã đơn vị", 24), Column("Cấp", 12), Column("Mức độ", 8),
            Column("Hình thức", 20), Column("Cách trả kết quả", 36),
            Column("Quyết định công bố", 22), Column("Ngày quyết định", DATE),
            Column("Từ ngày", DATE), Column("Đến ngày", DATE), Column("Mã nơi tiếp nhận", 24),
            Column("Mã nơi giải quyết", 24), Column("Tên đơn vị", 40),
        ),
        _offers,
    ),
)  # fmt: skip
BY_SLUG: Final = {one.slug: one for one in LISTS}
