"""The values of papers, fees and times as a difference tells them."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.utils.translation import gettext as _, gettext_lazy
from django_stubs_ext import StrOrPromise

from portal.core.dates import format_day
from portal.core.money import format_vnd
from procedures import facts
from procedures.enums import FeeStatus, FilingChannel, TimeUnit
from procedures.models import FeeRule, Paper, ProcessingTime


def time_words(one: ProcessingTime) -> str:
    """Write a legal time with the hour until which a same-day one holds."""
    words = facts.time_words(one)
    words = words[0].lower() + words[1:] if one.unit != TimeUnit.HOURS else words
    cut_off = facts.cut_off_words(one)
    return f"{words}, {cut_off}" if cut_off else words


def amount_words(one: FeeRule) -> str:
    if one.status != FeeStatus.AMOUNT or one.amount_vnd is None:
        return one.get_status_display()
    return f"{format_vnd(one.amount_vnd)} / {one.get_unit_display()}"


def tier_words(tiers: Iterable[dict[str, Any]]) -> str:
    return "; ".join(
        _("từ %(from)s: %(amount)s")
        % {"from": one["from"], "amount": format_vnd(one["amount_vnd"])}
        for one in tiers
    )


def reduction_words(reductions: Iterable[dict[str, Any]]) -> str:
    return "; ".join(
        _("%(channel)s giảm %(percent)s%%")
        % {"channel": FilingChannel(one["channel"]).label, "percent": one["percent"]}
        for one in reductions
    )


def channel_words(channels: Iterable[str]) -> str:
    return ", ".join(
        str(FilingChannel(one).label) for one in FilingChannel.values if one in channels
    )


def period_words(one: FeeRule) -> str:
    first = _("từ %s") % format_day(one.valid_from) if one.valid_from else ""
    last = _("đến %s") % format_day(one.valid_until) if one.valid_until else ""
    return " ".join(part for part in (first, last) if part)


def must_words(one: Paper) -> str:
    return _("bắt buộc") if one.is_mandatory else _("không bắt buộc")


def copies_words(one: Paper) -> str:
    return _("%(originals)d bản chính, %(copies)d bản sao") % {
        "originals": one.originals,
        "copies": one.copies,
    }


# The values of a paper that are told, each with how it reads.
PAPER_VALUES: Final[tuple[tuple[StrOrPromise, Callable[[Paper], str]], ...]] = (
    (gettext_lazy("tên thường gọi"), lambda one: one.plain_name),
    (gettext_lazy("số bản"), copies_words),
    (gettext_lazy("bắt buộc hay không"), must_words),
    (gettext_lazy("khi nào phải nộp"), lambda one: one.condition),
    (gettext_lazy("cách nộp giấy này"), lambda one: one.get_source_display()),
    (
        gettext_lazy("yêu cầu ký số"),
        lambda one: _("phải ký số") if one.must_be_signed else _("không phải ký số"),
    ),
)
FEE_VALUES: Final[tuple[tuple[StrOrPromise, Callable[[FeeRule], str]], ...]] = (
    (gettext_lazy("mức thu"), amount_words),
    (gettext_lazy("loại"), lambda one: one.get_kind_display()),
    (gettext_lazy("mức tối đa"), lambda one: format_vnd(one.cap_vnd) if one.cap_vnd else ""),
    (gettext_lazy("mức thu theo bậc"), lambda one: tier_words(one.tiers)),
    (gettext_lazy("giảm theo cách nộp"), lambda one: reduction_words(one.reductions)),
    (gettext_lazy("áp dụng khi nộp"), lambda one: channel_words(one.channels)),
    (
        gettext_lazy("được miễn, giảm"),
        lambda one: "; ".join(exemption["name"] for exemption in one.exemptions),
    ),
    (gettext_lazy("căn cứ"), lambda one: one.ground),
    (gettext_lazy("diễn giải"), lambda one: one.text),
    (gettext_lazy("hiệu lực"), period_words),
    (gettext_lazy("quyết định của địa phương"), lambda one: one.local_decision),
)
