"""Tables that a teacher opens in a spreadsheet: no cell is ever taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LINE_SIGNS = ("\t", "\r", "\n")


def safe_cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula: such a text gets an apostrophe before it."""
    if isinstance(value, str) and (value.startswith(_LINE_SIGNS) or value.lstrip().startswith(_FORMULA_SIGNS)):
        return "'" + value
    return value


def plain_cell(value: str) -> str:
    """The text that `safe_cell` made safe."""
    return value[1:] if value.startswith("'") and safe_cell(value[1:]) != value[1:] else value


def write_csv(lines: TextIO, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV; `lines` is open with `newline=""`."""
    writer = csv.writer(lines)
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)


def write_workbook(path: Path, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as a workbook of one sheet, row by row, its head kept in sight."""
    from openpyxl import Workbook  # imported late: few runs write a workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    head = [WriteOnlyCell(sheet, value=column) for column in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        clean = (ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value for value in row)
        sheet.append([safe_cell(value) for value in clean])
    book.save(path)
