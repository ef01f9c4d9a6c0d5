"""What differs in the cases, times, fees, papers and forms of two revisions."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from procedures import facts
from procedures.differences.values import (
    FEE_VALUES,
    PAPER_VALUES,
    amount_words,
    copies_words,
    must_words,
    time_words,
)
from procedures.differences.words import (
    Change,
    Kind,
    added,
    became,
    is_reordered,
    matched,
    removed,
    text_changes,
)
from procedures.models import Case, Paper, PrintableForm, ProcessingTime


def case_changes(old: Iterable[Case], new: Iterable[Case]) -> Iterator[Change]:
    """Tell cases that came, went or changed, with their times; needs `times` prefetched."""
    before, after = list(old), list(new)
    gone, come, both = matched(before, after, key=lambda one: one.key)
    yield from (removed(_("trường hợp"), one.name) for one in gone)
    for one in come:
        yield added(_("trường hợp"), one.name)
        yield from _time_changes(one, [], list(one.times.all()))
    for was, now in both:
        if was.name != now.name:
            yield became(_("Tên trường hợp"), was.name, now.name)
        yield from text_changes(_("Trường hợp “%s”, khi nào chọn") % now.name, was.hint, now.hint)
        yield from _time_changes(now, list(was.times.all()), list(now.times.all()))
        if now.is_default and not was.is_default:
            yield Change(Kind.CHANGED, _("Trường hợp chọn sẵn nay là “%s”.") % now.name)
    if is_reordered((one.key for one in before), (one.key for one in after)):
        yield Change(Kind.CHANGED, _("Đổi thứ tự các trường hợp."))


def _time_changes(
    case: Case, old: Sequence[ProcessingTime], new: Sequence[ProcessingTime]
) -> Iterator[Change]:
    gone, come, both = matched(old, new, key=lambda one: one.channel)

    def place(one: ProcessingTime) -> str:
        channel = str(facts.CHANNEL_NAMES[one.channel])
        return _("Trường hợp “%(case)s”, %(channel)s") % {
            "case": case.name,
            "channel": channel[0].lower() + channel[1:],
        }

    for one in gone:
        yield Change(Kind.REMOVED, _("%s: không nhận theo cách này nữa.") % place(one))
    for one in come:
        words = {"place": place(one), "time": time_words(one)}
        yield Change(Kind.ADDED, _("%(place)s: nhận, thời hạn %(time)s.") % words)
    for was, now in both:
        if time_words(was) != time_words(now):
            yield became(_("%s, thời hạn") % place(now), time_words(was), time_words(now))
        yield from text_changes(_("%s, ghi chú thời hạn") % place(now), was.note, now.note)


def fee_changes(old: Iterable[Case], new: Iterable[Case]) -> Iterator[Change]:
    """Tell fees that came, went or changed, case by case; needs `fees` prefetched."""
    before = {case.key: list(case.fees.all()) for case in old}
    for case in new:
        gone, come, both = matched(
            before.get(case.key, []), list(case.fees.all()), key=lambda one: one.key
        )
        where = _("trường hợp “%s”") % case.name
        for one in gone:
            yield removed(_("khoản thu, %s,") % where, one.name)
        for one in come:
            yield Change(
                Kind.ADDED,
                _("Thêm khoản thu “%(name)s” ở %(where)s: %(amount)s.")
                % {"name": one.name, "where": where, "amount": amount_words(one)},
            )
        for was, now in both:
            if was.name != now.name:
                yield became(_("Tên khoản thu, %s") % where, was.name, now.name)
            name = _("“%(name)s”, %(where)s") % {"name": now.name, "where": where}
            yield from _value_changes(name, was, now, FEE_VALUES)


def paper_changes(old: Iterable[Paper], new: Iterable[Paper]) -> Iterator[Change]:
    """Tell papers that came, went or changed."""
    before, after = list(old), list(new)
    gone, come, both = matched(before, after, key=lambda one: one.key)
    yield from (removed(_("giấy tờ"), str(one)) for one in gone)
    for one in come:
        words = {"name": one, "must": must_words(one), "copies": copies_words(one)}
        yield Change(Kind.ADDED, _("Thêm giấy tờ “%(name)s” (%(must)s, %(copies)s).") % words)
    for was, now in both:
        if was.name != now.name:
            yield became(_("Tên giấy tờ"), was.name, now.name)
        name = _("Giấy tờ “%s”") % now
        yield from _value_changes(name, was, now, PAPER_VALUES)
        if set(was.case_keys) != set(now.case_keys):
            yield Change(Kind.CHANGED, _("%s: đổi những trường hợp phải nộp.") % name)
        yield from text_changes(_("%s, hướng dẫn") % name, was.hint, now.hint)
    if is_reordered((one.key for one in before), (one.key for one in after)):
        yield Change(Kind.CHANGED, _("Đổi thứ tự giấy tờ."))


def form_changes(old: Iterable[PrintableForm], new: Iterable[PrintableForm]) -> Iterator[Change]:
    """Tell forms to download that came, went, or are other files now."""
    before, after = list(old), list(new)
    gone, come, both = matched(before, after, key=lambda one: one.key)
    yield from (removed(_("biểu mẫu tải về"), one.name) for one in gone)
    yield from (added(_("biểu mẫu tải về"), one.name) for one in come)
    for was, now in both:
        if was.name != now.name:
            yield became(_("Tên biểu mẫu"), was.name, now.name)
        if was.storage_key != now.storage_key:
            yield Change(Kind.CHANGED, _("Thay tệp của biểu mẫu “%s”.") % now.name)
    if is_reordered((one.key for one in before), (one.key for one in after)):
        yield Change(Kind.CHANGED, _("Đổi thứ tự biểu mẫu tải về."))


def _value_changes(
    name: str, was: Any, now: Any, values: Sequence[tuple[StrOrPromise, Callable[[Any], str]]]
) -> Iterator[Change]:
    for label, read in values:
        old, new = read(was), read(now)
        if old != new:
            yield became(f"{name}, {label}", old, new)
