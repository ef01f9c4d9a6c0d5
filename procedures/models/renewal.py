"""How processes learn that what the search knows has changed: statements of any kind tell them."""

from typing import Final

import pgtrigger

RENEW: Final = """
    INSERT INTO procedures_searchversion (id, token) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET token = excluded.token
"""

# Of a procedure: what it is called, whether it is in force and shown, which content stands.
UPDATE_SHOWN: pgtrigger.Operation = pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
    "name", "state", "is_withheld", "current_revision_id"
)


def renews_search(*, on: pgtrigger.Operation) -> pgtrigger.Trigger:
    """Give the search a new token after each statement of the kinds `on`."""
    return pgtrigger.Trigger(
        name="renews_search_token",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=on,
        func=f"{RENEW}; RETURN NULL;",
    )
