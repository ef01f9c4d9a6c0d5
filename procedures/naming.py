"""What procedures and places are called in a sentence or a list."""

import re
from collections.abc import Sequence
from typing import Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from accounts.enums import Tier
from accounts.models import Unit

# All agencies of a tier, as a choice or a line of a list.
WHOLE_TIER: Final[dict[str, StrOrPromise]] = {
    Tier.COMMUNE: gettext_lazy("Tất cả xã, phường"),
    Tier.PROVINCE: gettext_lazy("Tất cả sở, ngành"),
}
NAME_LENGTH: Final = 140
_NAMED: Final = 5


def short_name(name: str) -> str:
    """Return an official name for a list: the longest lose what stands in their brackets."""
    if len(name) > NAME_LENGTH:
        name = re.sub(r" \([^)]*\)?", "", name)
    return Truncator(name).chars(NAME_LENGTH)


def name_place(unit: Unit | None, tier: str) -> str:
    """Name for whom something is decided: one unit, or every agency of a tier."""
    return unit.name if unit is not None else _("Mọi cơ quan %s") % Tier(tier).label


def name_some(names: Sequence[str]) -> str:
    """Name the first few, and count the others."""
    left = len(names) - _NAMED
    if left <= 0:
        return ", ".join(names)
    more = ngettext("và %d nơi nữa", "và %d nơi nữa", left) % left
    return f"{', '.join(names[:_NAMED])} {more}"
