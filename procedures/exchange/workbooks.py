"""Workbooks written for LibreOffice and Excel, and read in a child that may fail."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from portal.core.files import sandbox

MOST_BYTES: Final = 10 * 1024 * 1024
MIME: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST: Final = 32_000


class UnreadableWorkbook(Exception):
    """A workbook of which nothing can be taken in; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    header: str
    width: int = 20


def write_workbook(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]
) -> IO[bytes]:
    """Return an open temporary file with one sheet, its header frozen, every text a text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([_header(sheet, column.header) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the response that sends it
    book.save(file)
    file.seek(0)
    return file


def read_rows(data: bytes) -> list[list[Any]]:
    """
    Return the cells of the first sheet; a day is a date.

    :raises UnreadableWorkbook: if they cannot be had, with what to do.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableWorkbook(_("Tệp lớn hơn 10 MB. Hãy chia danh sách thành nhiều tệp."))
    try:
        answer = json.loads(sandbox.run_child("table", data=data))
    except (sandbox.ChildFailed, ValueError) as error:
        raise UnreadableWorkbook(
            _("Tệp mở quá nặng. Hãy chép các cột cần nhập sang một tệp .xlsx mới rồi chọn lại.")
        ) from error
    except OSError as error:
        raise UnreadableWorkbook(_("Hệ thống đang bận. Hãy chờ một phút rồi chọn lại.")) from error
    if "refused" in answer:
        raise UnreadableWorkbook(_sentence(str(answer["refused"])))
    return [[_value(cell) for cell in row] for row in answer["rows"]]


def _sentence(reason: str) -> str:
    return {
        "old_or_locked": _(
            "Tệp .xls cũ hoặc tệp đặt mật khẩu không đọc được. Hãy bỏ mật khẩu và lưu thành .xlsx."
        ),
        "macros": _("Tệp có macro nên không được nhận. Hãy lưu lại thành .xlsx không macro."),
        "too_many_rows": _("Tệp có hơn 20.000 dòng. Hãy chia thành nhiều tệp."),
        "too_expanded": _("Tệp khi mở ra lớn bất thường nên không được nhận."),
        "no_workbook": _("Tệp này không phải bảng tính .xlsx."),
    }.get(reason, _("Không mở được bảng tính này: tệp bị hỏng hoặc không phải .xlsx."))


def _value(cell: Any) -> Any:
    if isinstance(cell, dict):
        return date.fromisoformat(cell["day"])
    return cell


def _header(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: object) -> Any:
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = "dd/mm/yyyy"
        return cell
    if value is None or isinstance(value, int):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub(" ", str(value))[:_LONGEST]
    cell = WriteOnlyCell(sheet, value=text)
    # Never a formula, whatever it begins with, and a code stays a code when it is edited.
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
