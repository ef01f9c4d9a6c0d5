"""Numbers given out of a series of an agency: unique, never reused, gaps allowed."""

from django.db import connection

from portal.core.db import requires_transaction

# One statement, so that two submissions never read the same last number: the row lock that the
# upsert takes is held until the caller commits, and a rollback leaves a gap at worst.
_NEXT = """
    INSERT INTO accounts_numberseries (unit_id, kind, period, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (unit_id, kind, period) DO UPDATE SET last = accounts_numberseries.last + 1
    RETURNING last
"""


@requires_transaction
def next_number(*, unit_id: int, kind: str, period: str) -> int:
    """Return the next number, from 1, of the series `kind` of an agency in `period`."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [unit_id, kind, period])
        row = cursor.fetchone()
    return int(row[0])
