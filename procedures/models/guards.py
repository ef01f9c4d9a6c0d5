"""Triggers that keep what is published as it was published, whoever would change it."""

from typing import Final

import pgtrigger

_CHANGE: Final = pgtrigger.Update | pgtrigger.Delete
_OF_REVISION: Final = """
    EXISTS (
        SELECT 1 FROM procedures_revision r
        WHERE r.id = OLD.revision_id AND r.state IN ('PUBLISHED', 'SUPERSEDED')
    )
"""
_OF_CASE: Final = """
    EXISTS (
        SELECT 1 FROM procedures_case c JOIN procedures_revision r ON r.id = c.revision_id
        WHERE c.id = OLD.case_id AND r.state IN ('PUBLISHED', 'SUPERSEDED')
    )
"""


def published_stays(
    what: str,
    published: str,
    operation: pgtrigger.Operation | pgtrigger.Operations = _CHANGE,
) -> pgtrigger.Trigger:
    """Return the trigger that refuses to change or delete a row once `published` (SQL) holds."""
    return pgtrigger.Trigger(
        name=f"published_{what}_stays",
        operation=operation,
        when=pgtrigger.Before,
        func=f"""
            IF {published} THEN
                RAISE EXCEPTION 'a published {what} is immutable';
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        """,
    )


def part_stays(what: str) -> pgtrigger.Trigger:
    """Return the trigger of what hangs on a revision."""
    return published_stays(what, _OF_REVISION)


def part_of_case_stays(what: str) -> pgtrigger.Trigger:
    """Return the trigger of what hangs on a case."""
    return published_stays(what, _OF_CASE)


def version_stays(
    what: str, operation: pgtrigger.Operation | pgtrigger.Operations = _CHANGE
) -> pgtrigger.Trigger:
    """Return the trigger of what says itself when it was published."""
    return published_stays(what, "OLD.published_at IS NOT NULL", operation)
