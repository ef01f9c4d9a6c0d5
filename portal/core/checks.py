"""System checks of the shared ground: what a machine lacks, with the command that mends it."""

import ctypes
from typing import Any, Final

from django.core.checks import CheckMessage, Error, register

PANGO: Final = ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "pangoft2-1.0")
APT_LINE: Final = "apt-get install -y libpangoft2-1.0-0 fonts-noto-core"


def has_pango() -> bool:
    """Return whether the library that sets the text of PDFs can be loaded."""
    for name in PANGO:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


@register()
def check_pango(**_options: Any) -> list[CheckMessage]:
    """Report a missing Pango; slips and proofs cannot be made without it."""
    if has_pango():
        return []
    return [
        Error(
            "Pango is missing: no slip or proof can be made as PDF.",
            hint=f"On Debian or Ubuntu: {APT_LINE}",
            id="portal.E001",
        )
    ]
