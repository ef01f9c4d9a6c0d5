"""The offers that a document gives: added where they are missing, never changed by a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.models import Unit, User
from portal.core.db import requires_transaction
from procedures.exchange.columns import Row, from_json
from procedures.exchange.dumping import dump_offer
from procedures.exchange.report import Refusal
from procedures.models import Offer, Procedure, WorkflowVersion


@dataclass(slots=True)
class Offering:
    """The offers of one procedure while a document's are added to them."""

    procedure: Procedure
    # Those that are published, by their place in the document.
    workflows: Mapping[int, WorkflowVersion]
    # By key and by code.
    units: Mapping[str, Unit]
    # Who decides on the offers, None while nobody has.
    by: User | None = field(kw_only=True)
    at: datetime = field(kw_only=True)

    @requires_transaction
    def add_missing(self, offers: Iterable[Row]) -> list[tuple[str, int | None]]:
        """
        Add the offers that are not there; one that differs from ours is a person's to change.

        Return each that was added in words, and for whom: None is a whole tier.

        :raises Refusal: if one would stand beside another at a time, or names no unit of ours.
        """
        known = self._known()
        added: list[tuple[str, int | None]] = []
        for written in offers:
            runs = written["workflow"] in self.workflows
            given = {**written, "workflow": written["workflow"] if runs else None}
            if given in known:
                continue
            whom = given["unit"] or given["tier"]
            if any(_overlap(given, one) for one in known):
                raise Refusal(
                    _("%s đã có dịch vụ khác trong thời gian này: sửa ở trang dịch vụ") % whom
                )
            known.append(given)
            offer = self._add(given)
            said = _("dịch vụ mức %(level)d cho %(whom)s")
            words = said % {"level": given["declared_level"], "whom": whom}
            added.append((words, offer.unit_id))
        return added

    def _known(self) -> list[Row]:
        places = {one.pk: place for place, one in self.workflows.items()}
        held = Offer.objects.filter(procedure=self.procedure)
        return [
            dump_offer(offer, places)
            for offer in held.select_related("unit", "receiving", "deciding")
        ]

    def _add(self, given: Row) -> Offer:
        offer = Offer(
            procedure=self.procedure,
            unit=self._unit(given["unit"]),
            receiving=self._unit(given["receiving"]),
            deciding=self._unit(given["deciding"]),
            workflow_version=self.workflows.get(given["workflow"]),
            **from_json(Offer, given),
        )
        offer.full_clean(exclude=["procedure"])
        if self.by is not None:
            offer.assigned_by, offer.assigned_at = self.by, self.at
        offer.save()
        return offer

    def _unit(self, name: str | None) -> Unit | None:
        if name is None:
            return None
        try:
            return self.units[name]
        except KeyError:
            raise Refusal(_("không có đơn vị mã %s") % name) from None


def _overlap(one: Row, other: Row) -> bool:
    """Return whether two offers are for the same unit or tier at the same time."""
    if (one["unit"], one["tier"]) != (other["unit"], other["tier"]):
        return False
    last = date.max.isoformat()
    return bool(
        one["valid_from"] <= (other["valid_until"] or last)
        and other["valid_from"] <= (one["valid_until"] or last)
    )
