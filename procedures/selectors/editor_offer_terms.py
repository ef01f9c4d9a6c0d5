"""What an assignment is about, and what its form begins with: what is offered now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from procedures.enums import ResultDelivery, ServiceMode
from procedures.facts import decision_words, period_words
from procedures.levels import LEVEL_WORDS
from procedures.models import Offer, Procedure
from procedures.selectors import holding
from procedures.selectors.editor_offers import Target
from procedures.selectors.holding import offer_target
from procedures.services.offer_plan import ONLINE_LEVEL, Terms

# So many are named above the form, more are only counted.
_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Begun:
    """What stands in the form of a single procedure before anybody types, and where it is from."""

    initial: dict[str, Any]
    told: str = ""


def named(codes: Collection[str]) -> list[Procedure]:
    """Return the procedures where they are few enough to be named."""
    if len(codes) > _NAMED:
        return []
    return list(Procedure.objects.filter(code__in=codes).order_by("sort_key", "pk"))


def begin_terms(codes: Collection[str], target: Target, *, on: date) -> Begun:
    """
    Return what the form begins with: of one procedure what its unit or tier is offered now.

    The level is the one that holds, so that pressing on mends a contradiction.
    """
    initial: dict[str, Any] = {
        "valid_from": on,
        "declared_level": 2,
        "service_mode": ServiceMode.INFORMATION,
    }
    offer = _offered(*codes, target=target, on=on) if len(codes) == 1 else None
    if offer is None:
        return Begun(initial)
    held = holding.describe([offer], on=on)[0]
    level = max(1, min(held.level, offer.declared_level))
    initial |= {
        "declared_level": level,
        "service_mode": _mode(offer.service_mode, level),
        "returns": list(offer.returns),
        "receiving": offer.receiving_id,
        "deciding": offer.deciding_id,
    }
    said = _("Điền sẵn theo dịch vụ đang có của %(whom)s, mức độ %(level)d.") % {
        "whom": offer_target(offer),
        "level": offer.declared_level,
    }
    if level < offer.declared_level:
        said += " " + _("Mức thực có là %d, nên mục mức độ để sẵn mức đó.") % level
    return Begun(initial, said)


def tell_terms(terms: Terms) -> list[tuple[StrOrPromise, StrOrPromise]]:
    """Return what a decision says, in words, for whoever confirms it."""
    level = f"{terms.declared_level}. {LEVEL_WORDS[terms.declared_level]}"
    told: list[tuple[StrOrPromise, StrOrPromise]] = [
        (
            _("Quyết định"),
            decision_words(terms.decision_number, terms.decision_date, terms.decision_annex),
        ),
        (_("Mức độ công bố"), level),
        (_("Hình thức"), ServiceMode(terms.service_mode).label),
        (_("Hiệu lực"), period_words(terms.valid_from, terms.valid_until)),
        (
            _("Trả kết quả"),
            ", ".join(str(ResultDelivery(one).label) for one in terms.returns),
        ),
    ]
    if terms.receiving:
        told.append((_("Nơi tiếp nhận"), terms.receiving.name))
    if terms.deciding:
        told.append((_("Cơ quan giải quyết"), terms.deciding.name))
    return told


def _offered(code: str, *, target: Target, on: date) -> Offer | None:
    """Return the newest offer of the unit or tier itself, or else the one that its tier gives."""
    offers = (
        Offer.objects.not_over(on=on)
        .filter(procedure__code=code)
        .select_related("procedure", "unit", "deciding")
        .order_by("-valid_from", "-pk")
    )
    own = offers.filter(unit=target.unit, tier=target.tier).first()
    if own is None and target.unit is not None:
        return offers.filter(unit=None, tier=target.unit.tier).first()
    return own


def _mode(mode: str, level: int) -> str:
    """Return the mode that goes with a level that may lie below the declared one."""
    if level < ONLINE_LEVEL:
        return ServiceMode.INFORMATION
    if level < 4 or mode == ServiceMode.INFORMATION:
        return ServiceMode.PARTIAL
    return mode
