"""Dossier codes: `<agency code>-<YYMMDD>-<number>`, an identifier and never a secret."""

import re
from datetime import datetime

from django.utils import timezone

from accounts.models import Unit
from accounts.services.numbers import next_number
from portal.core.db import requires_transaction

SERIES = "dossier"

# Old and new shapes: QCVN 102 codes with zero groups, QĐ 20/2020 codes, six- or eight-digit
# dates, four to seven digits of number.
_SHAPE = re.compile(
    r"^(?:\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.\d{1,3})*)-(?:\d{6}|\d{8})-\d{4,7}$"
)


@requires_transaction
def new_code(*, agency: Unit, at: datetime) -> str:
    """Allocate the next code of an agency on the local day of `at`; five digits past 9999."""
    day = timezone.localtime(at).date()
    number = next_number(unit_id=agency.pk, kind=SERIES, period=day.isoformat())
    return f"{agency.code}-{day:%y%m%d}-{number:04d}"


def clean_code(text: str) -> str | None:
    """Return a code as it is stored, or None when the text cannot be one."""
    code = re.sub(r"\s+", "", text).upper().replace("–", "-").replace("—", "-")
    return code if _SHAPE.match(code) else None
