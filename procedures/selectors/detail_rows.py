"""The parts of a procedure's page: papers, forms, fees and agencies as rows of words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from accounts.models import Unit
from portal.core.dates import format_short_day
from procedures import facts
from procedures.enums import FeeKind, FeeStatus, FilingChannel, PaperSource
from procedures.models import Case, FeeRule, Paper, PrintableForm, ProcessingTime, Revision
from procedures.selectors.serving import Served, Units


@dataclass(frozen=True, slots=True)
class PaperRow:
    key: str
    name: str
    # The official words where they say more than the plain name, else "".
    official: str
    need: str
    condition: str
    hint: str
    # The form to fill in by hand; "" where there is none, or when filing online.
    form_key: str


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of a case as the four facts count them."""

    must: tuple[PaperRow, ...]
    sometimes: tuple[PaperRow, ...]
    # Filed online, these are only looked at by whoever comes to the desk.
    shown: tuple[PaperRow, ...]


@dataclass(frozen=True, slots=True)
class FormRow:
    key: str
    name: str
    facts: str


@dataclass(frozen=True, slots=True)
class TimeRow:
    channel: StrOrPromise
    words: str


@dataclass(frozen=True, slots=True)
class FeeRow:
    name: str
    kind: StrOrPromise
    amount: str
    channels: str
    text: str
    ground: str
    local_decision: str
    exemptions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AgencyRow:
    key: str
    name: str
    # Where to go: the desk, or the agency itself where it has none.
    desk: str
    address: str
    hours: str
    reception_note: str
    phone: str
    level: int
    level_words: str
    decision: str
    is_chosen: bool


def paper_rows(
    papers: Iterable[Paper], forms: Iterable[PrintableForm], *, case: Case, channel: str
) -> Papers:
    """Return the papers of a case by whether everybody needs them."""
    form_of = {form.paper_id: form.key for form in forms}
    online = channel == FilingChannel.ONLINE
    must: list[PaperRow] = []
    sometimes: list[PaperRow] = []
    shown: list[PaperRow] = []
    for paper in papers:
        if not paper.applies_to(case.key):
            continue
        row = PaperRow(
            key=paper.key,
            name=str(paper),
            official=paper.name if paper.plain_name and paper.plain_name != paper.name else "",
            need=facts.paper_need(paper, channel=channel),
            condition=paper.condition,
            hint=paper.hint,
            form_key="" if online else form_of.get(paper.pk, ""),
        )
        if online and paper.source == PaperSource.SHOW:
            shown.append(row)
        else:
            (must if paper.is_mandatory else sometimes).append(row)
    return Papers(tuple(must), tuple(sometimes), tuple(shown))


def time_rows(times: Iterable[ProcessingTime]) -> list[TimeRow]:
    """Return the time of each channel, a single row where all have the same."""
    rows = [
        TimeRow(channel=facts.CHANNEL_NAMES[one.channel], words=facts.time_words(one))
        for one in times
    ]
    if len(rows) > 1 and len({row.words for row in rows}) == 1:
        return [TimeRow(channel=_("Mọi cách nộp"), words=rows[0].words)]
    return rows


def form_row(form: PrintableForm) -> FormRow:
    pages = _("%d trang") % form.pages if form.pages else "–"
    return FormRow(
        key=form.key,
        name=form.name,
        facts=" · ".join([form.kind, pages, facts.size_words(form.size)]),
    )


def fee_rows(rules: Iterable[FeeRule], *, channels: list[str], on: date) -> list[FeeRow]:
    rules = list(rules)
    current = {
        rule.key for channel in channels for rule in facts.in_force(rules, channel=channel, on=on)
    }
    rows = []
    for rule in rules:
        if rule.key not in current:
            continue
        everywhere = set(channels) <= set(rule.channels)
        names = [str(facts.CHANNEL_NAMES[one]) for one in channels if one in rule.channels]
        rows.append(
            FeeRow(
                name=rule.name,
                kind=FeeKind(rule.kind).label,
                amount=facts.amount_words(rule),
                channels=_("mọi cách nộp") if everywhere else ", ".join(names).lower(),
                text=rule.text,
                ground=rule.ground,
                local_decision=rule.local_decision,
                # Where nobody pays, nobody is exempt.
                exemptions=()
                if rule.status == FeeStatus.FREE
                else tuple(
                    (exemption["name"], exemption.get("proof", "")) for exemption in rule.exemptions
                ),
            )
        )
    return rows


def agency_row(one: Served, units: Units, *, level_words: str, is_chosen: bool) -> AgencyRow:
    desk: Unit = units.desk_of(one) or one.agency
    offer = one.offer
    decision = offer.decision_number
    if decision and offer.decision_date:
        decision = f"{decision}, {format_short_day(offer.decision_date)}"
    return AgencyRow(
        key=one.agency.key,
        name=one.agency.name,
        desk=desk.name,
        address=desk.address or one.agency.address,
        hours=", ".join(f"{opens}–{closes}" for opens, closes in one.agency.office_hours),
        reception_note=desk.reception_note or one.agency.reception_note,
        phone=desk.phone or one.agency.phone,
        level=one.level,
        level_words=level_words,
        decision=decision,
        is_chosen=is_chosen,
    )


def level_line(
    one: Served, units: Units, revision: Revision, *, has_forms: bool, takes_post: bool
) -> str:
    """Say in one line what can be done from home at one agency, and what cannot."""
    desk = units.desk_of(one) or one.agency
    match one.level:
        case 4 if revision.presence_required:
            return _("Nộp hồ sơ và phí trực tuyến; phải đến %s khi làm thủ tục.") % desk.name
        case 4:
            return _("Làm trọn trên mạng: nộp hồ sơ, nộp phí nếu có và nhận kết quả.")
        case 3:
            return _("Nộp hồ sơ trực tuyến; nộp phí và nhận kết quả tại %s.") % desk.name
        case 1 | 2:
            # Never a form or a way that this procedure does not have.
            if has_forms and one.level > 1:
                by_post = _("Tải biểu mẫu về điền, rồi nộp tại %s hoặc qua bưu chính.")
                words = by_post if takes_post else _("Tải biểu mẫu về điền, rồi nộp tại %s.")
            else:
                by_post = _("Xem hướng dẫn tại đây, rồi nộp tại %s hoặc qua bưu chính.")
                words = by_post if takes_post else _("Xem hướng dẫn tại đây, rồi nộp tại %s.")
            return words % desk.name
        case _:
            return _("Thông tin chưa đầy đủ, hỏi tại %s trước khi đi.") % desk.name
