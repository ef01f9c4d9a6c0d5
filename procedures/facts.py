"""What a procedure asks in words: papers, time, fee and place for one case and filing channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from portal.core import calendars
from portal.core.calendars import Computed, WorkCalendar
from portal.core.dates import format_short_day
from portal.core.money import format_vnd
from procedures import fees
from procedures.enums import (
    FeeStatus,
    FeeUnit,
    FilingChannel,
    PaperSource,
    ResultDelivery,
    TimeUnit,
)
from procedures.models import FeeRule, Paper, ProcessingTime

CHANNEL_NAMES: Final[dict[str, StrOrPromise]] = {
    FilingChannel.ONLINE: gettext_lazy("Trực tuyến"),
    FilingChannel.COUNTER: gettext_lazy("Tại quầy"),
    FilingChannel.POST: gettext_lazy("Qua bưu chính"),
}
FEE_UNITS: Final[dict[str, StrOrPromise]] = {
    FeeUnit.OCCASION: gettext_lazy("một lần"),
    FeeUnit.COPY: gettext_lazy("một bản"),
    FeeUnit.PAGE: gettext_lazy("một trang"),
}
_WAYS: Final[dict[str, StrOrPromise]] = {
    FilingChannel.ONLINE: gettext_lazy("Nộp trực tuyến"),
    FilingChannel.COUNTER: gettext_lazy("Nộp tại quầy"),
    FilingChannel.POST: gettext_lazy("Gửi qua bưu chính"),
}
_FILED: Final[dict[str, StrOrPromise]] = {
    FilingChannel.ONLINE: gettext_lazy("nộp trực tuyến"),
    FilingChannel.COUNTER: gettext_lazy("nộp tại quầy"),
    FilingChannel.POST: gettext_lazy("gửi qua bưu chính"),
}
_RETURNS: Final[dict[str, StrOrPromise]] = {
    ResultDelivery.ONLINE: gettext_lazy("bản điện tử"),
    ResultDelivery.COUNTER: gettext_lazy("tại quầy"),
    ResultDelivery.POST: gettext_lazy("qua bưu chính"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer in a few words, and a note below it or ""."""

    text: str
    note: str = ""


def papers_fact(
    papers: Iterable[Paper], *, case_key: str, channel: str, presence: bool = False
) -> Fact:
    """
    Count the papers to hand in; what is only shown at the desk is not asked for online.

    `presence` says that people come to the desk even when they file online.
    """
    asked = [paper for paper in papers if paper.applies_to(case_key)]
    brought = 0
    if channel == FilingChannel.ONLINE:
        shown = [paper for paper in asked if paper.source == PaperSource.SHOW]
        asked = [paper for paper in asked if paper.source != PaperSource.SHOW]
        brought = sum(paper.is_mandatory for paper in shown) if presence else 0
    must = [paper for paper in asked if paper.is_mandatory]
    sometimes = len(asked) - len(must)
    notes = []
    if channel == FilingChannel.ONLINE and any(one.source == PaperSource.EFORM for one in must):
        alone = len(must) == 1
        notes.append(
            _("tờ khai, điền ngay trên mạng")
            if alone
            else _("trong đó tờ khai điền ngay trên mạng")
        )
    if sometimes:
        notes.append(
            ngettext("%d loại nữa chỉ khi cần", "%d loại nữa chỉ khi cần", sometimes) % sometimes
        )
    if brought:
        notes.append(
            ngettext("mang theo %d loại khi đến quầy", "mang theo %d loại khi đến quầy", brought)
            % brought
        )
    if must:
        text = ngettext("%d giấy tờ", "%d giấy tờ", len(must)) % len(must)
    else:
        text = _("Không bắt buộc giấy tờ")
    return Fact(text, "; ".join(notes))


def time_words(given: ProcessingTime | None) -> str:
    """Write how long the agency has; what the catalogue does not say is never a number."""
    if given is None:
        return _("Theo từng trường hợp")
    match TimeUnit(given.unit):
        case TimeUnit.NONE_GIVEN:
            return _("Theo từng trường hợp")
        case TimeUnit.SAME_DAY:
            return _("Trong ngày làm việc")
        case TimeUnit.WORKING_DAYS:
            return _("%d ngày làm việc") % (given.amount or 0)
        case TimeUnit.CALENDAR_DAYS:
            return _("%d ngày, kể cả ngày nghỉ") % (given.amount or 0)
        case TimeUnit.HOURS:
            return _("%d giờ làm việc") % (given.amount or 0)


def cut_off_words(given: ProcessingTime | None) -> str:
    """Say until what hour a same-day procedure is done on that day, or ""."""
    if given is None or given.cut_off is None or given.unit != TimeUnit.SAME_DAY:
        return ""
    return _("nộp sau %s thì trả vào ngày làm việc kế tiếp") % f"{given.cut_off:%H:%M}"


def ready_at(
    given: ProcessingTime | None, *, at: datetime, calendar: WorkCalendar
) -> Computed | None:
    """Return when the result would be due if the dossier were complete `at`, None if not given."""
    if given is None:
        return None
    amount = given.amount or 0
    match TimeUnit(given.unit):
        case TimeUnit.WORKING_DAYS:
            return calendars.add_working_days(at, amount, calendar)
        case TimeUnit.CALENDAR_DAYS:
            return calendars.add_calendar_days(at, amount, calendar)
        case TimeUnit.HOURS:
            return calendars.add_working_hours(at, amount, calendar)
        case TimeUnit.SAME_DAY:
            last: time = given.cut_off or calendar.closing
            return calendars.same_day(at, calendar, last)
        case TimeUnit.NONE_GIVEN:
            return None


def filed_words(channel: str, *, is_open: bool) -> str:
    """Say of which filing a date is promised: nobody hands papers in at a closed desk."""
    if channel == FilingChannel.POST:
        return _("Cơ quan nhận đủ giấy tờ lúc này")
    if channel == FilingChannel.COUNTER and not is_open:
        return _("Nộp đủ giấy tờ ngay khi quầy mở cửa")
    return _("Nộp đủ giấy tờ lúc này")


def fee_fact(rules: Iterable[FeeRule], *, channel: str, on: date) -> Fact:
    """
    Write what one case costs through one channel.

    What everybody pays comes first, prices of copies and pages asked for below it. A sum that is
    not determined is never written as free.
    """
    due = in_force(rules, channel=channel, on=on)
    if not due:
        return Fact(_("Không quy định mức thu"))
    fixed = [rule for rule in due if not rule.asks_quantity]
    priced = [rule for rule in due if rule.asks_quantity]
    prices = [f"{_short(rule)}: {amount_words(rule)}" for rule in priced]
    if not fixed:
        first = priced[0]
        text = price_words(first)
        return Fact(text[:1].upper() + text[1:], "; ".join([*_step_words(first), *prices[1:]]))
    sum_vnd = fees.total(fees.compute_lines(fixed, channel=channel, on=on))
    if sum_vnd is None:
        return Fact(_("Chưa xác định"), "; ".join([_("cơ quan sẽ báo mức thu"), *prices]))
    if sum_vnd == 0:
        return Fact(_("Không mất phí"), "; ".join(prices))
    exempt = any(rule.exemptions for rule in fixed)
    less = max(fees.reduction_of(rule, channel) for rule in fixed)
    notes = [
        *prices,
        *([_("đã giảm %d%% cho cách nộp này") % less] if less else []),
        *([_("có đối tượng được miễn, giảm")] if exempt else []),
    ]
    return Fact(format_vnd(sum_vnd), "; ".join(notes))


def in_force(rules: Iterable[FeeRule], *, channel: str, on: date) -> list[FeeRule]:
    """Return the rules that hold for a channel on a day, in their order."""
    rules = list(rules)
    lines = fees.compute_lines(rules, channel=channel, on=on)
    keys = {line.fee_key for line in lines}
    return [rule for rule in rules if rule.key in keys]


def amount_words(rule: FeeRule) -> str:
    """Write the whole amount of one rule: "8.000 đồng một bản", "không thu", "chưa xác định"."""
    return "; ".join([price_words(rule), *_step_words(rule)])


def price_words(rule: FeeRule) -> str:
    """Write the amount of one rule without its steps and its cap."""
    if rule.status == FeeStatus.UNDETERMINED:
        return _("chưa xác định, cơ quan sẽ báo mức thu")
    if rule.status == FeeStatus.FREE or rule.amount_vnd is None:
        return _("không thu")
    amount = format_vnd(rule.amount_vnd)
    if rule.unit == FeeUnit.OCCASION and not rule.asks_quantity:
        return amount
    return f"{amount} {FEE_UNITS[rule.unit]}"


def _step_words(rule: FeeRule) -> list[str]:
    words = [
        _("từ %(unit)s thứ %(number)d: %(amount)s")
        % {
            "unit": FeeUnit(rule.unit).label,
            "number": int(step["from"]),
            "amount": format_vnd(int(step["amount_vnd"])),
        }
        for step in rule.tiers
        if int(step["from"]) > 1
    ]
    if rule.cap_vnd:
        words.append(_("nhiều nhất %s") % format_vnd(rule.cap_vnd))
    words += [
        _("%(way)s giảm %(percent)d%%") % {"way": _FILED[one["channel"]], "percent": one["percent"]}
        for one in rule.reductions
    ]
    return words


def place_fact(*, channel: str, desk: str, returns: Iterable[str], presence: str) -> Fact:
    """Write where to file and how the result comes; `presence` is a duty to come, or ""."""
    text = str(_WAYS[channel])
    notes = [desk] if desk and channel != FilingChannel.ONLINE else []
    if ways := return_words(returns):
        notes.append(_("nhận %s") % ways)
    if presence:
        notes.append(presence)
    return Fact(text, "; ".join(notes))


def return_words(returns: Iterable[str]) -> str:
    """List the ways of return: "bản điện tử, tại quầy hoặc qua bưu chính"."""
    words = [str(_RETURNS[way]) for way in _RETURNS if way in set(returns)]
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s hoặc %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def paper_need(paper: Paper, *, channel: str) -> str:
    """Say what of a paper is needed: "1 bản chính, 1 bản sao", or how it is handed in online."""
    if paper.source == PaperSource.SHOW:
        return _("chỉ đưa xem, không nộp")
    if channel == FilingChannel.ONLINE:
        is_form = paper.source == PaperSource.EFORM
        return _("điền ngay trên mạng") if is_form else _("chụp ảnh hoặc tải tệp lên")
    parts = []
    if paper.originals:
        parts.append(_("%d bản chính") % paper.originals)
    if paper.copies:
        parts.append(_("%d bản sao") % paper.copies)
    return ", ".join(parts)


def size_words(size: int) -> str:
    """Write the size of a file: "120 kB", "1,2 MB"."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def decision_words(number: str, day: date | None, *more: str) -> str:
    """Name a decision: "12/2026/NQ-HĐND ngày 05/02/2026, phụ lục I"; "" where there is none."""
    if not number:
        return ""
    dated = _("%(number)s ngày %(day)s") % {"number": number, "day": day and format_short_day(day)}
    return ", ".join(one for one in (dated if day else number, *more) if one)


def period_words(begins: date, ends: date | None) -> str:
    """Say from when to when something holds: "từ 01/07/2026 đến hết 31/12/2026"."""
    if ends is None:
        return _("từ %s") % format_short_day(begins)
    return _("từ %(begins)s đến hết %(ends)s") % {
        "begins": format_short_day(begins),
        "ends": format_short_day(ends),
    }


def _short(rule: FeeRule) -> str:
    # "Phí cấp bản sao Trích lục kết hôn" is said as it is, only not shouted in mid-sentence.
    return rule.name[:1].lower() + rule.name[1:]
