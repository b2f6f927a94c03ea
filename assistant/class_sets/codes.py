"""Put codes in the place of students' names, before anything is marked or kept; the key stays with the teacher."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from assistant.class_sets.headings import HEADING_LINES, HEADING_WORDS, is_brief
from assistant.class_sets.submission import ClassSetError, Submission
from assistant.spreadsheets import plain_cell, write_csv

KEY_COLUMNS = ("code", "student", "participant")
_CODE = re.compile(r"S(\d{2,})")
_ADDRESS = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"


@dataclass(frozen=True)
class KeyEntry:
    """Whose code it is: the student's name, or the file's where that gives none, and Moodle's number."""

    code: str
    student: str
    participant: str = ""


class StudentCodes:
    """Codes S01, S02 and so on, given in the order in which students first come; a student keeps hers.

    Args:
        entries: a key made before, to go on with.
    """

    def __init__(self, entries: Iterable[KeyEntry] = ()) -> None:
        self._entries = {_identity(entry.student, entry.participant): entry for entry in entries}

    @property
    def entries(self) -> list[KeyEntry]:
        """The key, in the order in which the codes were given."""
        return list(self._entries.values())

    def code(self, student: str, participant: str = "") -> str:
        """The code of a student, the one she has or a new one."""
        identity = _identity(student, participant)
        if identity not in self._entries:
            numbers = [int(found[1]) for entry in self._entries.values() if (found := _CODE.fullmatch(entry.code))]
            code = f"S{max(numbers, default=0) + 1:02d}"
            self._entries[identity] = KeyEntry(code, student, participant)
        return self._entries[identity].code


def is_code(student: str) -> bool:
    """Whether a student goes by a code."""
    return _CODE.fullmatch(student) is not None


def code_students(submissions: Iterable[Submission], codes: StudentCodes) -> Iterator[Submission]:
    """The submissions with codes for names: as student, as id, in what is said of them, and in their texts' headings.

    A submission that names no student is coded by its id, which may hold a name that was not recognised.
    """
    used: dict[str, int] = {}
    for submission in submissions:
        code = codes.code(submission.student or submission.id, submission.participant)
        used[code] = used.get(code, 0) + 1
        identifier = code if used[code] == 1 else f"{code}.{used[code]}"
        problem = submission.problem
        for name in sorted(
            {submission.id, PurePosixPath(submission.id).name, submission.student} - {""}, key=len, reverse=True
        ):
            problem = problem.replace(name, identifier)
        text = submission.text
        if text is not None and submission.student:
            text = without_name(text, submission.student, code)
        yield replace(submission, id=identifier, student=code, participant="", problem=problem, text=text)


def read_key(path: Path) -> list[KeyEntry]:
    """The key kept at `path`, empty if there is none yet. Raises ClassSetError if it is no key."""
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ClassSetError(f"{path.name} cannot be read as a key of student codes.") from error
    if not rows:
        return []
    if tuple(rows[0]) != KEY_COLUMNS or any(
        len(row) != len(KEY_COLUMNS) or not _CODE.fullmatch(row[0]) for row in rows[1:]
    ):
        raise ClassSetError(f"{path.name} is no key of student codes; its columns are {', '.join(KEY_COLUMNS)}.")
    if len({row[0] for row in rows}) < len(rows):
        raise ClassSetError(f"{path.name} gives one code to two students.")
    return [KeyEntry(code, plain_cell(student), participant) for code, student, participant in rows[1:]]


def write_key(path: Path, entries: Iterable[KeyEntry]) -> None:
    """Write the key, complete or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as lines:
            write_csv(lines, KEY_COLUMNS, ((entry.code, entry.student, entry.participant) for entry in entries))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _identity(student: str, participant: str) -> str:
    return participant or " ".join(unicodedata.normalize("NFC", student).casefold().split())


def without_name(text: str, student: str, code: str) -> str:
    """`text` with `code` for the student's name in short lines at its beginning and end, and for her address there.

    In lines of a few words, which are headings and no sentences, a part of the name is enough. Elsewhere it stays: an
    answer may be about somebody of the same name.
    """
    words = [word for word in re.split(r"[\s,]+", student) if word]
    orders = sorted({tuple(words), (*words[1:], words[0]), (words[-1], *words[:-1])}) if words else []
    whole = [r"\b" + r"[\s,]+".join(map(re.escape, order)) + r"\b" for order in orders if len(order) > 1]
    parts = [rf"\b{re.escape(word)}\b" for word in words if len(word) > 1]
    name = re.compile("|".join([_ADDRESS, *whole]), re.I)
    part = re.compile("|".join([_ADDRESS, *whole, *parts]), re.I)
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number in {*filled[:HEADING_LINES], *filled[-HEADING_LINES:]}:
        if len(lines[number].split()) <= HEADING_WORDS:
            lines[number] = (part if is_brief(lines[number]) else name).sub(code, lines[number])
    return "\n".join(lines)
