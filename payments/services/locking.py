"""Locks in the one order that everything here keeps: dossiers by id, the attempt, its sums."""

from collections.abc import Iterable

from dossiers.models import Dossier
from portal.core.db import requires_transaction


@requires_transaction
def lock_dossiers(dossier_ids: Iterable[int]) -> dict[int, Dossier]:
    """Lock dossiers, lowest id first, and return them with what notices and slips name."""
    found = (
        Dossier.objects.locked()
        .filter(pk__in=set(dossier_ids))
        .select_related("owner", "procedure", "receiving_unit__agency", "deciding_unit__agency")
        .order_by("pk")
    )
    return {dossier.pk: dossier for dossier in found}
