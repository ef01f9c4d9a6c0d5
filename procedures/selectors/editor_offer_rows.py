"""One offer as the editors read it: its decision, its time, what lacks and where it is mended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.core.dates import format_moment, format_short_day
from procedures.enums import ResultDelivery, ServiceMode
from procedures.facts import decision_words, period_words
from procedures.levels import BY_ACCOUNT, BY_OFFER, BY_WORKFLOW, Gap
from procedures.models import Offer
from procedures.policies import Reach
from procedures.selectors import holding
from procedures.selectors.editor_parts import part_url
from procedures.selectors.holding import Holding, offer_target


@dataclass(frozen=True, slots=True)
class Mend:
    """What is missing, and the page that mends it; where no editor may, `who` says who does."""

    sentence: StrOrPromise
    url: str = ""
    verb: StrOrPromise = ""
    who: StrOrPromise = ""


@dataclass(frozen=True, slots=True)
class OfferRow:
    offer: Offer
    whom: str
    level: int
    mends: tuple[Mend, ...]
    mode: str
    ways: str
    decision: str
    period: str
    # Who assigned it and when, "" for what was loaded from files.
    assigned: str
    ended: str
    # Where it is assigned anew, "" out of the reader's reach.
    change_url: str
    end_url: str

    @property
    def is_contradiction(self) -> bool:
        return bool(self.mends) or self.level < self.offer.declared_level


def offer_rows(
    offers: Iterable[Offer], *, reach: Reach, publishes: bool, on: date
) -> list[OfferRow]:
    held = holding.describe(offers, on=on)
    return [_row(one, reach=reach, publishes=publishes) for one in held]


def mends_of(held: Holding) -> tuple[Mend, ...]:
    """Return what is missing up to the declared level, each with the page that mends it."""
    return tuple(_mend(gap, held) for gap in held.gaps)


def _row(held: Holding, *, reach: Reach, publishes: bool) -> OfferRow:
    offer, code = held.offer, held.offer.procedure.code
    is_mine = reach.everywhere or offer.unit_id in reach.agencies
    target = offer.unit.key if offer.unit else offer.tier
    again = urlencode({"don_vi": target, "ma": code})
    return OfferRow(
        offer=offer,
        whom=offer_target(offer),
        level=held.level,
        mends=mends_of(held),
        mode=str(ServiceMode(offer.service_mode).label),
        ways=", ".join(str(ResultDelivery(one).label) for one in offer.returns),
        decision=decision_words(offer.decision_number, offer.decision_date, offer.decision_annex),
        period=_period(offer),
        assigned=(
            f"{offer.assigned_by.full_name}, {format_moment(offer.assigned_at)}"
            if offer.assigned_by and offer.assigned_at
            else ""
        ),
        ended=_ended(offer),
        change_url=f"{reverse('procedures:editor_offers_assign')}?{again}" if is_mine else "",
        end_url=(
            reverse("procedures:editor_offer_end", args=[code, offer.pk])
            if is_mine and publishes
            else ""
        ),
    )


def _mend(gap: Gap, held: Holding) -> Mend:
    code = held.offer.procedure.code
    if gap.part == BY_WORKFLOW:
        return Mend(
            gap.sentence, reverse("procedures:editor_workflow", args=[code]), _("Soạn quy trình")
        )
    if gap.part == BY_OFFER:
        target = held.offer.unit.key if held.offer.unit else held.offer.tier
        again = urlencode({"don_vi": target, "ma": code})
        return Mend(
            gap.sentence,
            f"{reverse('procedures:editor_offers_assign')}?{again}",
            _("Giao lại với cách trả khác"),
        )
    if gap.part == BY_ACCOUNT:
        # Accounts are kept among the settings of the system, where no editor comes.
        agency = held.unpaid.name if held.unpaid else _("từng cơ quan")
        said = _(
            "Người biên tập không khai được tài khoản: quản trị đơn vị của %s đề nghị, quản trị "
            "hệ thống ghi tài khoản."
        )
        return Mend(gap.sentence, who=said % agency)
    return Mend(gap.sentence, part_url(gap.part, code=code), _("Sửa trong bản nháp"))


def _period(offer: Offer) -> str:
    if offer.valid_until is not None and offer.valid_until < offer.valid_from:
        begins = format_short_day(offer.valid_from)
        return _("định bắt đầu %s, không có hiệu lực ngày nào") % begins
    return period_words(offer.valid_from, offer.valid_until)


def _ended(offer: Offer) -> str:
    words = [
        decision_words(offer.end_decision, offer.end_decision_date),
        offer.ended_by.full_name if offer.ended_by else "",
        format_moment(offer.ended_at) if offer.ended_at else "",
    ]
    return ", ".join(one for one in words if one)
