"""A teacher's awards as the command takes them back: the table of marks that it wrote, with her marks and words filled in.

A suggestion never stands in for an award: the column `mark` of `marks.csv` is not read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.class_sets import ClassSetError
from assistant.class_sets.tables import column_names, printable, table_cells
from assistant.schemas import Course
from assistant.spreadsheets import plain_cell

if TYPE_CHECKING:  # a table that is refused is refused before the engine's libraries are loaded
    from assistant.service import BatchRow

SOMEBODY = "teacher"
"""Who awarded where the table does not say, as in the browser."""
NEEDED = ("id", "awarded mark")
_WHOLE = re.compile(r"([0-9]{1,3})(?:[.,]0+)?")


@dataclass(frozen=True)
class Award:
    """What a teacher made of an answer: her mark, if she gave one, and her words to the student, a paragraph each."""

    mark: int | None
    by: str
    comments: tuple[str, ...]


class Awards:
    """The awards of a class set by the ids of its answers.

    Args:
        by_id: the awards.
        name: the file they come from, for what is said of it.
    """

    def __init__(self, by_id: Mapping[str, Award], name: str) -> None:
        self._by_id = by_id
        self._name = name

    def give(self, rows: Iterable[BatchRow], course: Course) -> Iterator[BatchRow]:
        """The rows with their awards.

        Raises:
            ClassSetError: after the last row, so that none has to be marked again, if an award is for no row, or for
                two, or is higher than its question's marks go.
        """
        marks = {question.id: course.rubric.style(question.style).max_mark for question in course.questions}
        given: set[str] = set()
        problem = ""
        for row in rows:
            award = self._by_id.get(row.id)
            if award is None:
                yield row
                continue
            most = marks.get(row.question)
            if row.id in given:
                problem = problem or f"{self._name} has an award for '{row.id}', but several answers are called that."
            elif award.mark is not None and most is not None and award.mark > most:
                problem = problem or f"{self._name} awards '{row.id}' {award.mark}, but its question has {most} marks."
            given.add(row.id)
            yield replace(row, award=award.mark, awarded_by=award.by, comments=award.comments)
        if unknown := sorted(self._by_id.keys() - given):
            problem = problem or f"{self._name} has an award for '{unknown[0]}', which is no answer of this set."
        if problem:
            raise ClassSetError(problem)


def read_awards(path: Path) -> Awards:
    """The awards in a table of marks as the command or the browser writes it: .csv or .xlsx.

    Raises:
        ClassSetError: if it is no such table, or an award in it is no whole number or given twice.
    """
    if not path.is_file():
        raise ClassSetError(f"There is no file {path}.")
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise ClassSetError(f"{path.name} is no .csv or .xlsx file.")
    by_id: dict[str, Award] = {}
    for identifier, award in _awards(path):
        if identifier in by_id:
            raise ClassSetError(f"{path.name} has two awards for '{identifier}'.")
        by_id[identifier] = award
    return Awards(by_id, path.name)


def may_hold_awards(path: Path) -> bool:
    """Whether a teacher's awards would be lost with a table of marks."""
    try:
        return any(True for _ in _awards(path))
    except _NoAwardColumn:
        return False
    except ClassSetError:
        return True  # as the command wrote it, it could be read: somebody has worked on it


def accept_suggestions(rows: Iterable[BatchRow]) -> Iterator[BatchRow]:
    """The rows, awarded what is suggested where nothing speaks against it and no other mark was awarded."""
    for row in rows:
        if row.award is None and row.feedback is not None and not row.reasons_to_look:
            yield replace(row, award=row.feedback.mark, awarded_by=row.awarded_by or SOMEBODY)
        else:
            yield row


class _NoAwardColumn(ClassSetError):
    pass


def _awards(path: Path) -> Iterator[tuple[str, Award]]:
    """The rows of a table that hold a mark or words of the teacher, by id."""
    cells = table_cells(path)
    columns = [name.replace("_", " ") for name in column_names(next(cells, ()))]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise _NoAwardColumn(f"{path.name} has no column '{missing[0]}'; it needs the columns id and awarded mark.")
    for row in cells:
        filled = {name: plain_cell(str(cell)) for name, cell in zip(columns, row, strict=False) if cell is not None}
        fields = dict.fromkeys((*NEEDED, "awarded by", "comments"), "") | filled
        mark = _mark(fields["awarded mark"].strip(), fields["id"], path)
        comments = tuple(line for line in fields["comments"].splitlines() if line.strip())
        if mark is not None or comments:
            yield printable(fields["id"]), Award(mark, fields["awarded by"].strip() or SOMEBODY, comments)


def _mark(cell: str, identifier: str, path: Path) -> int | None:
    if not cell:
        return None
    whole = _WHOLE.fullmatch(cell)
    if whole is None:
        raise ClassSetError(
            f"{path.name} awards '{identifier}' \"{cell}\", which is no mark: it must be a whole number."
        )
    return int(whole[1])
