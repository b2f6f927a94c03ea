"""Read a class set from a table: CSV, a workbook, or JSON lines, with the columns id, question, text and student."""

from __future__ import annotations

import csv
import json
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from assistant.class_sets.submission import ClassSet, ClassSetError, Submission
from assistant.documents import MAX_UNPACKED_BYTES

MAX_TABLE_BYTES = 500_000_000
TABLE_COLUMNS = ("id", "question", "text", "student")
QUESTION_UNKNOWN = "Its question is not given."


def read_table(path: Path, question: str | None, guessing: bool) -> ClassSet:
    """The submissions of a .csv, .xlsx or .jsonl file. Raises ClassSetError."""
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise ClassSetError(f"{path.name} is larger than {MAX_TABLE_BYTES // 1_000_000} MB.")
    return TABLE_READERS[path.suffix.lower()](path, question, guessing)


def printable(name: str) -> str:
    """A name that can be written to a file or database, whatever bytes it was made of."""
    return name.encode(errors="replace").decode().replace("\0", "?")


def table_cells(path: Path) -> Iterator[Sequence[object]]:
    """The rows of a .csv or .xlsx file that are not blank, the header first. Raises ClassSetError, at once."""
    return iter(_xlsx_cells(path)) if path.suffix.lower() == ".xlsx" else _csv_cells(path, _separator(path))


def column_names(header: Sequence[object]) -> list[str]:
    """The names of a table's columns as they are compared."""
    return ["" if cell is None else str(cell).strip().lower() for cell in header]


def _csv(path: Path, question: str | None, guessing: bool) -> ClassSet:
    separator = _separator(path)
    rows = _csv_cells(path, separator)
    columns = _columns(path, next(rows, ()), question, guessing)
    count = sum(1 for _ in rows)
    if not count:
        raise ClassSetError(f"{path.name} holds no rows.")
    return ClassSet(
        count, lambda: _table_rows(columns, islice(_csv_cells(path, separator), 1, None), question, guessing)
    )


def _separator(path: Path) -> str:
    """What separates the cells of a .csv file. Raises ClassSetError unless all of it is text."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = next((line for line in lines if line.strip()), "")
            for _ in lines:  # the encoding is checked before the first row is marked
                pass
    except UnicodeDecodeError as error:
        raise ClassSetError(f"{path.name} is not UTF-8 text; save it as 'CSV UTF-8' or as .xlsx.") from error
    return max(",;\t", key=header.count)


def _csv_cells(path: Path, separator: str) -> Iterator[Sequence[object]]:
    csv.field_size_limit(MAX_TABLE_BYTES)  # a text over the limit is one row's problem, not the table's
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.reader(lines, delimiter=separator):
            if any(cell.strip() for cell in row):
                yield row


def _xlsx(path: Path, question: str | None, guessing: bool) -> ClassSet:
    rows = _xlsx_cells(path)
    columns = _columns(path, rows[0] if rows else (), question, guessing)
    if len(rows) < 2:
        raise ClassSetError(f"{path.name} holds no rows.")
    return ClassSet(len(rows) - 1, lambda: _table_rows(columns, rows[1:], question, guessing))


def _xlsx_cells(path: Path) -> list[Sequence[object]]:
    from openpyxl import load_workbook  # imported late: few class sets are workbooks

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise ClassSetError(f"{path.name} unpacks to more than is allowed.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts of a workbook that hold no text
            book = load_workbook(path, read_only=True, data_only=True)
            cells = book.worksheets[0].iter_rows(values_only=True)
            rows: list[Sequence[object]] = [row for row in cells if any(cell is not None for cell in row)]
            book.close()
    except ClassSetError:
        raise
    except Exception as error:  # openpyxl fails on damaged files in ways of its own
        raise ClassSetError(f"{path.name} is not a readable .xlsx file.") from error
    return rows


def _columns(path: Path, header: Sequence[object], question: str | None, guessing: bool) -> list[str]:
    """The names of a table's columns. Raises ClassSetError if one that is needed is missing."""
    columns = column_names(header)
    if not any(columns):
        raise ClassSetError(f"{path.name} is empty.")
    missing = [name for name in (("text",) if question or guessing else ("question", "text")) if name not in columns]
    if missing:
        raise ClassSetError(f"{path.name} has no column '{missing[0]}'; it needs the columns id, question and text.")
    return columns


def _table_rows(
    columns: Sequence[str], rows: Iterable[Sequence[object]], question: str | None, guessing: bool
) -> Iterator[Submission]:
    for number, cells in enumerate(rows, 1):
        row = {name: cell for name, cell in zip(columns, cells, strict=False) if cell is not None}
        yield _row({name: row.get(name, "") for name in TABLE_COLUMNS}, f"row {number}", question, guessing)


def _row(fields: dict[str, object], otherwise: str, given: str | None, guessing: bool) -> Submission:
    """One row of a table: its id or else where it stands, its question or else the one given, its text, its student."""
    name = printable(str(fields["id"]).strip()) or otherwise
    student = printable(" ".join(str(fields["student"]).split()))
    question = printable(str(fields["question"]).strip()) or given or ""
    text = fields["text"]
    if not question and not guessing:
        return Submission(name, "", None, QUESTION_UNKNOWN, student)
    if not isinstance(text, str) or not text.strip():
        return Submission(name, question, None, "It holds no text.", student)
    return Submission(name, question, text, student=student)


def _jsonl(path: Path, question: str | None, guessing: bool) -> ClassSet:
    with path.open("rb") as lines:
        count = sum(bool(line.strip()) for line in lines)
    if not count:
        raise ClassSetError(f"{path.name} holds no rows.")
    return ClassSet(count, lambda: _jsonl_rows(path, question, guessing))


def _jsonl_rows(path: Path, question: str | None, guessing: bool) -> Iterator[Submission]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            name = f"line {number}"
            problem = ""
            try:
                record = json.loads(line.decode("utf-8-sig"))
            except UnicodeDecodeError:
                problem = f"Line {number} is not UTF-8 text."
            except (ValueError, RecursionError):
                problem = f"Line {number} is not JSON."
            else:
                if not isinstance(record, dict):
                    problem = f"Line {number} is no record of id, question and text."
            if problem:
                yield Submission(name, question or "", None, problem)
                continue
            fields = {key: "" if record.get(key) is None else record[key] for key in TABLE_COLUMNS}
            yield _row(fields, name, question, guessing)


TABLE_READERS = {".csv": _csv, ".xlsx": _xlsx, ".jsonl": _jsonl}
