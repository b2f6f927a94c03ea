"""Read a class set: a folder, a zip, or a table (CSV, XLSX, JSONL) of responses, one at a time.

A file or row that cannot be read becomes a submission that says why; the rest go on. Only an input that as a whole
is no class set raises.
"""

from __future__ import annotations

import csv
import json
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assistant.documents import (
    MAX_BYTES,
    MAX_UNPACKED_BYTES,
    READERS,
    DocumentError,
    parse_document,
    read_document,
)

MAX_TABLE_BYTES = 500_000_000
DEBRIS = ("thumbs.db", "desktop.ini")
TABLE_COLUMNS = ("id", "question", "text")


class ClassSetError(ValueError):
    """An input that is no class set at all; the message is one sentence."""


@dataclass(frozen=True)
class Submission:
    """One response as handed in: its id, its question, and its text or why there is none."""

    id: str
    question: str
    text: str | None
    problem: str = ""


def read_class_set(
    path: Path, question: str | None = None, known: frozenset[str] = frozenset()
) -> Iterator[Submission]:
    """The submissions of a class set, in order.

    Args:
        path: a folder, a .zip, .csv, .xlsx or .jsonl file.
        question: the question all responses answer, where the input does not say; in a folder or zip a
            response's question is otherwise taken from its file name or the folder it lies in
            ("stalin-victory_07.txt", "stalin-victory/07.docx").
        known: ids of the course's questions.

    Raises:
        ClassSetError: if `path` is no class set: missing, of another kind, unreadable, or without the columns
            that are needed.
    """
    if path.is_dir():
        return _folder(path, question, known)
    if not path.exists():
        raise ClassSetError(f"There is no file or folder {path}.")
    suffix = path.suffix.lower()
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise ClassSetError(f"{path.name} is larger than {MAX_TABLE_BYTES // 1_000_000} MB.")
    if suffix == ".zip":
        return _zip(path, question, known)
    if suffix == ".csv":
        return _csv(path, question)
    if suffix == ".xlsx":
        return _xlsx(path, question)
    if suffix == ".jsonl":
        return _jsonl(path, question)
    raise ClassSetError(f"{path.name} is no class set: a folder, .zip, .csv, .xlsx or .jsonl file is needed.")


def _question_of(name: PurePosixPath, question: str | None, known: frozenset[str]) -> str:
    """The question of a file: the one given, else the one whose id stands in its name or its folder's."""
    if question:
        return question
    parts = [part.lower().replace("_", "-").replace(" ", "-") for part in (*name.parts[:-1], name.stem)]
    for part in reversed(parts):
        # A learning platform puts the student's name and numbers before the file's own name.
        found = max((q for q in known if f"-{q}-" in f"-{part}-"), key=len, default=None)
        if found:
            return found
    return ""


def _submission(name: str, question: str, read: Callable[[], str]) -> Submission:
    name = _printable(name)
    if not question:
        problem = "Its question is not known: name it with --question or put it in the file's name."
        return Submission(name, "", None, problem)
    try:
        return Submission(name, question, read())
    except DocumentError as error:
        return Submission(name, question, None, _printable(str(error)))


def _printable(name: str) -> str:
    """A name that can be written to a file, whatever bytes it was made of."""
    return name.encode(errors="replace").decode()


def _hidden(name: PurePosixPath) -> bool:
    return name.name.lower() in DEBRIS or any(part.startswith((".", "__MACOSX", "~$")) for part in name.parts)


def _folder(path: Path, question: str | None, known: frozenset[str]) -> Iterator[Submission]:
    names = {file: PurePosixPath(file.relative_to(path).as_posix()) for file in path.rglob("*") if file.is_file()}
    files = sorted(file for file, name in names.items() if not _hidden(name))
    if not files:
        raise ClassSetError(f"The folder {path} holds no files.")
    return (
        _submission(
            str(names[file]),
            _question_of(names[file], question, known),
            lambda file=file: read_document(file),  # type: ignore[misc]
        )
        for file in files
    )


def _zip(path: Path, question: str | None, known: frozenset[str]) -> Iterator[Submission]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(entry.filename for entry in archive.infolist() if not entry.is_dir())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise ClassSetError(f"{path.name} is not a readable zip file.") from error
    names = [name for name in names if not _hidden(PurePosixPath(name))]
    if not names:
        raise ClassSetError(f"{path.name} holds no files.")
    return _zip_entries(path, names, question, known)


def _zip_entries(path: Path, names: list[str], question: str | None, known: frozenset[str]) -> Iterator[Submission]:
    with zipfile.ZipFile(path) as archive:
        for name in names:
            yield _submission(
                name,
                _question_of(PurePosixPath(name), question, known),
                lambda name=name: _read_entry(archive, name),  # type: ignore[misc]
            )


def _read_entry(archive: zipfile.ZipFile, name: str) -> str:
    entry = archive.getinfo(name)
    if entry.file_size > MAX_BYTES:
        raise DocumentError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB.")
    if PurePosixPath(name).suffix.lower() not in READERS:
        return parse_document(name, b"")
    try:
        data = archive.read(entry)
    except Exception as error:  # each way of packing fails in ways of its own
        why = "is protected by a password" if entry.flag_bits & 1 else "cannot be unpacked"
        raise DocumentError(f"{name} {why}.") from error
    return parse_document(name, data)


def _csv(path: Path, question: str | None) -> Iterator[Submission]:
    csv.field_size_limit(MAX_TABLE_BYTES)  # a text over the limit is one row's problem, not the table's
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = next((line for line in lines if line.strip()), "")
            for _ in lines:  # the encoding is checked before the first row is marked
                pass
    except UnicodeDecodeError as error:
        raise ClassSetError(f"{path.name} is not UTF-8 text; save it as 'CSV UTF-8' or as .xlsx.") from error
    separator = max(",;\t", key=header.count)
    columns = _columns(path, next(csv.reader([header], delimiter=separator), []), question)
    rows = _csv_rows(path, separator)
    if next(rows, None) is None:
        raise ClassSetError(f"{path.name} holds no rows.")
    return _table_rows(columns, _csv_rows(path, separator), question)


def _csv_rows(path: Path, separator: str) -> Iterator[Sequence[object]]:
    """The rows below the header that are not blank."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        filled = (row for row in csv.reader(lines, delimiter=separator) if any(cell.strip() for cell in row))
        next(filled, None)
        yield from filled


def _xlsx(path: Path, question: str | None) -> Iterator[Submission]:
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
            rows = [row for row in cells if any(cell is not None for cell in row)]
            book.close()
    except ClassSetError:
        raise
    except Exception as error:  # openpyxl fails on damaged files in ways of its own
        raise ClassSetError(f"{path.name} is not a readable .xlsx file.") from error
    columns = _columns(path, rows[0] if rows else (), question)
    if len(rows) < 2:
        raise ClassSetError(f"{path.name} holds no rows.")
    return _table_rows(columns, rows[1:], question)


def _columns(path: Path, header: Sequence[object], question: str | None) -> list[str]:
    """The names of a table's columns. Raises ClassSetError if one that is needed is missing."""
    columns = ["" if cell is None else str(cell).strip().lower() for cell in header]
    if not any(columns):
        raise ClassSetError(f"{path.name} is empty.")
    missing = [name for name in (("text",) if question else ("question", "text")) if name not in columns]
    if missing:
        raise ClassSetError(f"{path.name} has no column '{missing[0]}'; it needs the columns id, question and text.")
    return columns


def _table_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], question: str | None) -> Iterator[Submission]:
    for number, cells in enumerate(rows, 1):
        row = {name: cell for name, cell in zip(columns, cells, strict=False) if cell is not None}
        yield _row(row.get("id", ""), f"row {number}", row.get("question", ""), question, row.get("text", ""))


def _row(identifier: object, otherwise: str, question: object, given: str | None, text: object) -> Submission:
    """One row of a table: its id or else where it stands, its question or else the one given, its text."""
    name = _printable(str(identifier).strip()) or otherwise
    question = _printable(str(question).strip()) or given or ""
    if not question:
        return Submission(name, "", None, "Its question is not given.")
    if not isinstance(text, str) or not text.strip():
        return Submission(name, question, None, "It holds no text.")
    return Submission(name, question, text)


def _jsonl(path: Path, question: str | None) -> Iterator[Submission]:
    with path.open("rb") as lines:
        if not any(line.strip() for line in lines):
            raise ClassSetError(f"{path.name} holds no rows.")
    return _jsonl_rows(path, question)


def _jsonl_rows(path: Path, question: str | None) -> Iterator[Submission]:
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
            yield _row(fields["id"], name, fields["question"], question, fields["text"])
