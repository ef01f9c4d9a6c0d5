"""Writing down who looks at a dossier, before it is shown; what cannot be written is not shown."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.security import SecurityEventKind
from accounts.selectors import list_staff
from accounts.services import limits, security
from dossiers import policies
from dossiers.enums import AccessKind
from dossiers.models import Dossier
from portal.core.dates import local_day
from portal.core.db import refuses_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

# Looks at one object within so long are one look.
SLOT: Final = timedelta(minutes=10)
# More dossiers than this within an hour are more than anybody works on.
MANY: Final = 100
HOUR: Final = timedelta(hours=1)

# One statement, so that a page costs one query more, whoever opens it. The other dossiers of the
# hour are counted only when a row was new; glances from the list are not openings.
_RECORD: Final = """
    WITH added AS (
        INSERT INTO dossiers_dossieraccess
            (dossier_id, user_id, role, unit_id, kind, file, slot, at)
        VALUES (%(dossier)s, %(user)s, %(role)s, %(unit)s, %(kind)s, %(file)s, %(slot)s, %(at)s)
        ON CONFLICT (dossier_id, user_id, kind, file, slot) DO NOTHING
        RETURNING id
    )
    SELECT CASE WHEN EXISTS (SELECT FROM added) AND %(kind)s <> 'SUMMARY' THEN (
        SELECT count(DISTINCT dossier_id) + 1 FROM dossiers_dossieraccess
        WHERE user_id = %(user)s AND at > %(since)s AND kind <> 'SUMMARY'
        AND dossier_id <> %(dossier)s
    ) ELSE 0 END
"""


class Gone(Exception):
    """The dossier, or who looks, was taken out of the database since it was read."""


@refuses_transaction
def record_look(
    dossier: Dossier,
    user: User,
    roles: Iterable[StaffRole],
    *,
    kind: AccessKind = AccessKind.PAGE,
    file_id: UUID | None = None,
    at: datetime,
) -> None:
    """
    Note that `user` is about to be shown a dossier, or one of its files.

    If the row cannot be written the error goes to the caller, who then shows nothing.

    :raises Gone: if there is no such dossier, person or unit any more.
    """
    role = policies.capacity(dossier, roles) if user.is_staff_member else None
    opened = _write(dossier, user, role, kind=kind, file_id=file_id, at=at)
    if user.is_staff_member and opened > MANY:
        _report_many(user, role, opened=opened, at=at)


@refuses_transaction
def record_proved_look(dossier: Dossier, *, at: datetime) -> None:
    """Note that a dossier is about to be shown to whoever has a one-time code for it."""
    _write(dossier, None, None, kind=AccessKind.PROVED, file_id=None, at=at)


def _write(
    dossier: Dossier,
    user: User | None,
    role: StaffRole | None,
    *,
    kind: AccessKind,
    file_id: UUID | None,
    at: datetime,
) -> int:
    """Write the row; return how many dossiers the person opened within the hour."""
    values: dict[str, str | int | datetime | UUID | None] = {
        "dossier": dossier.pk,
        "user": user.pk if user else None,
        "role": role.role if role else "",
        "unit": role.unit_id if role else None,
        "kind": kind.value,
        "file": file_id,
        "slot": _slot(at, SLOT),
        "at": at,
        "since": at - HOUR,
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, values)
            [opened] = cursor.fetchone()
    except IntegrityError as error:
        # A row there already is no error of the statement: what is left is a reference to nothing.
        raise Gone from error
    return int(opened)


def _report_many(user: User, role: StaffRole | None, *, opened: int, at: datetime) -> None:
    """Note, once an hour, that somebody opens more dossiers than work would ask for."""
    until = _slot(at, HOUR) + HOUR
    if not limits.claim_once("opened-many", value=str(user.pk), until=until):
        return
    with transaction.atomic():
        security.record(
            SecurityEventKind.OPENED_MANY,
            at=at,
            user=user,
            data={"dossiers": opened, "minutes": 60},
        )
        if role is not None:
            _tell_leaders(user, role, opened=opened, at=at)


def _tell_leaders(user: User, role: StaffRole, *, opened: int, at: datetime) -> None:
    agency = role.unit.agency_id or role.unit_id
    for leader in list_staff(unit_id=agency, role=Role.LEADER, on=local_day(at)):
        queue_notice(
            kind="opened-many",
            medium=Medium.IN_APP,
            to="",
            recipient=leader,
            subject_key="",
            subject=_("Một cán bộ mở rất nhiều hồ sơ"),
            body=_(
                "%(name)s (%(role)s, %(unit)s) đã mở %(count)d hồ sơ khác nhau trong một giờ. "
                "Đề nghị ông/bà hỏi lại lý do. Từng lượt xem được ghi ở mỗi hồ sơ, mục "
                "“Ai đã xem hồ sơ”."
            )
            % {
                "name": user.full_name,
                "role": Role(role.role).label,
                "unit": role.unit.name,
                "count": opened,
            },
            dedupe_key=f"opened-many:{user.pk}:{leader.pk}:{_slot(at, HOUR):%Y%m%d%H}",
            at=at,
        )


def _slot(at: datetime, length: timedelta) -> datetime:
    seconds = int(length.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)
