"""
What the QR code of a cover sheet says to reception: which procedure, which agency, which case.

`DVC1:<procedure's code>:<agency's code or "">:<key of the case>`; nothing about any person. The
sheet is printed at home and read back from paper: whatever does not look exactly like that is
refused, and what it names is looked up like any other input.
"""

import re
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "DVC1"
# ASCII only: other letters that look alike would name something else.
_SHAPE: Final = re.compile(
    r"DVC1:(?P<procedure>[0-9A-Za-z.-]{1,32}):(?P<agency>[0-9A-Za-z.-]{0,35}):"
    r"(?P<case>[0-9A-Za-z_-]{1,64})"
)
_LONGEST: Final = len(PREFIX) + 32 + 35 + 64 + 3


class NotACover(ValueError):
    """The text is not of a cover sheet."""


@dataclass(frozen=True, slots=True)
class CoverText:
    procedure_code: str
    # "" where nobody serves the procedure yet.
    agency_code: str
    case_key: str


def format_cover(cover: CoverText) -> str:
    """
    Return the text of the QR code.

    :raises NotACover: if it could not be read back as the same.
    """
    text = f"{PREFIX}:{cover.procedure_code}:{cover.agency_code}:{cover.case_key}"
    if parse_cover(text) != cover:
        raise NotACover(text)
    return text


def parse_cover(text: str) -> CoverText:
    """
    Read what a scanner read; spaces and line ends around it are the scanner's own.

    :raises NotACover: if it is anything else than the text of a cover sheet.
    """
    found = None if len(text) > _LONGEST + 8 else _SHAPE.fullmatch(text.strip(" \t\r\n"))
    if found is None:
        raise NotACover
    return CoverText(found["procedure"], found["agency"], found["case"])
