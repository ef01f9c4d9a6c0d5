"""Terms of the law on personal data, and who answers for them: pure rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from accounts.enums import Role, Tier
from accounts.models import StaffRole
from portal.operations.enums import RequestKind

EXPORT_LIVES: Final = timedelta(hours=24)
EXPORTS_A_DAY: Final = 3


@dataclass(frozen=True, slots=True)
class DataTerms:
    """Within what time a request is answered and carried out, from a day on."""

    valid_from: date
    answer_working_days: int
    days: Mapping[RequestKind, int]
    longest_extension: int
    source: str


# Newest first. The day of receipt decides; a change of the law is a new entry on top.
TERMS: Final = (
    DataTerms(
        valid_from=date(2026, 1, 1),
        answer_working_days=2,
        days={
            RequestKind.ACCESS: 10,
            RequestKind.CORRECT: 10,
            RequestKind.RESTRICT: 15,
            RequestKind.OBJECT: 15,
            RequestKind.WITHDRAW: 15,
            RequestKind.ERASE: 20,
        },
        longest_extension=15,
        source="Luật 91/2025/QH15, Nghị định 356/2025/NĐ-CP",
    ),
)


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """How long what nobody needs for ever is kept, from a day on."""

    valid_from: date
    # A draft that nobody saves lives so long; its owner is told so long before.
    draft_life: timedelta
    draft_notice: timedelta
    # Of a notice: its words, then that it was sent, when, and to which address.
    notice_words: timedelta
    notice_rows: timedelta
    # A file that was brought into the catalogue, once it is taken in or was refused.
    catalogue_files: timedelta
    # A closed dossier, where no rule says otherwise; it is listed so long before it may be erased.
    dossier_months: int
    dossier_notice: timedelta
    source: str


# Newest first, as above.
RETENTION: Final = (
    RetentionTerms(
        valid_from=date(2026, 1, 1),
        draft_life=timedelta(days=30),
        draft_notice=timedelta(days=7),
        notice_words=timedelta(days=90),
        notice_rows=timedelta(days=730),
        catalogue_files=timedelta(days=90),
        dossier_months=120,
        dossier_notice=timedelta(days=30),
        source="Luật Lưu trữ 33/2024/QH15; thời hạn mặc định của cổng",
    ),
)


def retention_on(day: date) -> RetentionTerms:
    """Return the terms in force on a day; before the first of them, the first."""
    return next((terms for terms in RETENTION if terms.valid_from <= day), RETENTION[-1])


def terms_on(day: date) -> DataTerms:
    """Return the terms in force on a day; before the first of them, the first."""
    return next((terms for terms in TERMS if terms.valid_from <= day), TERMS[-1])


def answers_for_data(roles: Iterable[StaffRole]) -> bool:
    """
    Tell whether somebody handles requests about personal data.

    System administrators, and unit administrators of an agency of the province: the portal is one,
    and so is whoever answers for what it keeps.
    """
    return any(
        held.role == Role.SYSTEM_ADMIN
        or (held.role == Role.UNIT_ADMIN and held.unit.tier == Tier.PROVINCE)
        for held in roles
    )
