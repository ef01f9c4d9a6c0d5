"""Noticing that something which the public pages show has changed, by whatever hand."""

from typing import Final

from django.db import connection

from portal.core import edition

# Beside the catalogue's own tables; its search index and what people searched for show nowhere.
_TABLES: Final = ("accounts_unit", "accounts_calendarday", "accounts_collectingaccount")
_COUNTED: Final = r"""
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables
    WHERE relname = ANY(%s)
        OR (relname LIKE 'procedures\_%%' AND relname NOT LIKE 'procedures\_search%%')
"""


def compare_tables() -> bool:
    """
    Begin a new edition if rows of the tables changed since the last look.

    PostgreSQL's own counters: a change through a page, the administration or by hand, in a process
    that died before it could say so. They come a moment late, and after the commit.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [list(_TABLES)])
        (counted,) = cursor.fetchone()
    return edition.compare(str(counted))
