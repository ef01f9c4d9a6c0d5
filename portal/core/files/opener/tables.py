"""Workbooks: the cells of the first sheet, formulas as the values that were last computed."""

import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Final

from .archives import BROKEN, check_directory, entry_name, open_archive
from .verdicts import Refused

MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 40
MAX_TEXT: Final = 32_767
WORKBOOK: Final = "xl/workbook.xml"
_DOCTYPE: Final = b"<!DOCTYPE"
_LOOKED_AT: Final = 4096


def read_table(data: bytes) -> bytes:
    """Return the rows as JSON, or why there are none; a day is {"day": "YYYY-MM-DD"}."""
    try:
        rows = _read(data)
    except Refused as refused:
        return json.dumps({"refused": refused.reason}).encode()
    return json.dumps({"rows": rows}).encode()


def _read(data: bytes) -> list[list[object]]:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("old_or_locked")
    archive = open_archive(data)
    names = {entry_name(entry) for entry in archive.infolist()}
    if WORKBOOK not in names:
        raise Refused("no_workbook")
    if any("vbaproject" in name.lower() for name in names):
        raise Refused("macros")
    check_directory(archive, len(data))
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if _DOCTYPE in part.read(_LOOKED_AT):
                    raise Refused("damaged_zip")
    return _rows(data)


def _rows(data: bytes) -> list[list[object]]:
    try:
        rows = list(_cells(data))
    except (*BROKEN, KeyError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        raise Refused("damaged_zip") from error
    if len(rows) > MAX_ROWS:
        raise Refused("too_many_rows")
    return rows


def _cells(data: bytes) -> Iterator[list[object]]:
    from openpyxl import load_workbook

    book = load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False, keep_vba=False
    )
    sheet = book.worksheets[0]
    # What a sheet says of its own size may be a lie; then a cell at the end costs a million.
    sheet.reset_dimensions()
    for row in islice(sheet.iter_rows(values_only=True), MAX_ROWS + 1):
        cells = [_plain(value) for value in row[:MAX_COLUMNS]]
        while cells and cells[-1] is None:
            cells.pop()
        yield cells


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return {"day": value.date().isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        # Neither a number without end nor none is JSON.
        return value if value - value == 0 else None
    text = str(value)[:MAX_TEXT]
    return text if text.strip() else None
