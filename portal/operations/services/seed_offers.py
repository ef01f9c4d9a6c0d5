"""Two offers of the demonstration that declare more than holds, for the page that shows such."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from accounts.models import Unit, User
from portal.core.dates import local_day
from portal.operations.services.seed_catalogue import PUBLISHER
from procedures.enums import ResultDelivery, ServiceMode
from procedures.models import Offer
from procedures.services.offer_plan import Terms
from procedures.services.offers import assign_offers

# What two communes declared before content and workflow were ready: procedure, agency.
_AHEAD: Final = (("2.000815", "binhlam"), ("1.011607", "songtranh"))


def seed_contradictions(units: Mapping[str, Unit], *, at: datetime) -> None:
    """Assign what is not there yet; the public is shown the level that holds all the same."""
    publisher = User.objects.filter(username=PUBLISHER).first()
    if publisher is None:
        return
    for code, key in _AHEAD:
        unit = units[key]
        if Offer.objects.filter(procedure__code=code, unit=unit).exists():
            continue
        assign_offers(
            codes=[code],
            terms=Terms(
                unit=unit,
                tier="",
                declared_level=3,
                service_mode=ServiceMode.PARTIAL,
                returns=(ResultDelivery.COUNTER, ResultDelivery.POST),
                decision_number="1640/QĐ-UBND (giả định)",
                decision_date=local_day(at),
                decision_annex="Phụ lục I",
                valid_from=local_day(at),
            ),
            publisher=publisher,
            at=at,
        )
