"""For whom somebody acts. Not a row: what a request found in the rows, and only for its time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acting:
    """A citizen acts for an organisation or under a mandate: exactly one of the ids is set."""

    name: str
    organisation_id: int | None = None
    mandate_id: int | None = None

    @property
    def key(self) -> str:
        """How the session, the inbox and the form name this context."""
        if self.organisation_id is not None:
            return organisation_key(self.organisation_id)
        return mandate_key(self.mandate_id or 0)


def organisation_key(organisation_id: int) -> str:
    return f"organisation:{organisation_id}"


def mandate_key(mandate_id: int) -> str:
    return f"mandate:{mandate_id}"
