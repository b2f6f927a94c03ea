"""Marks as tables: for the teacher's own list as CSV or a workbook, and for Moodle's grading worksheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from assistant.reports.scripts import Script, style_of
from assistant.schemas import Course
from assistant.spreadsheets import write_csv, write_workbook

COLUMNS = (
    "student",
    "id",
    "question",
    "awarded mark",
    "awarded level",
    "awarded by",
    "suggested mark",
    "suggested level",
    "likely from",
    "likely to",
    "out of",
    "words",
    "why to look",
    "comments",
    "notes",
    "not marked because",
)
MOODLE_COLUMNS = ("Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)", "Feedback comments")
"""What Moodle's offline grading worksheet must hold, and what it may; its importer goes by these names."""


def mark_rows(course: Course, scripts: Iterable[Script]) -> Iterator[tuple[object, ...]]:
    """A row of `COLUMNS` for each script. A suggestion never stands in the place of an award."""
    for script in scripts:
        style = style_of(course, script)
        result = script.feedback
        yield (
            script.student,
            script.id,
            script.question,
            "" if script.award is None else script.award,
            style.level_of(script.award) if style and script.award is not None else "",
            script.awarded_by,
            result.mark if result else "",
            result.level if result else "",
            result.mark_range[0] if result else "",
            result.mark_range[1] if result else "",
            result.max_mark if result else "",
            result.words if result else "",
            " ".join(reason.message for reason in result.review_reasons) if result else "",
            "\n".join(script.comments),
            " ".join(note.message for note in script.notes),
            script.problem,
        )


def write_marks_csv(lines: TextIO, course: Course, scripts: Iterable[Script]) -> None:
    """Write the teacher's table as CSV; `lines` is open with `newline=""`."""
    write_csv(lines, COLUMNS, mark_rows(course, scripts))


def write_marks_workbook(path: Path, course: Course, scripts: Iterable[Script]) -> None:
    """Write the teacher's table as a workbook."""
    write_workbook(path, "Marks", COLUMNS, mark_rows(course, scripts))


def write_moodle_csv(lines: TextIO, scripts: Sequence[Script]) -> list[Script]:
    """Write what was awarded for Moodle: assignment, "Upload grading worksheet". A suggestion is no grade.

    Args:
        lines: open with `newline=""`.
        scripts: the class set.

    Returns:
        The awarded scripts that were left out: those that name no Moodle participant, and those of a participant
        with several awarded scripts, whose grade is not this program's to choose.
    """
    awarded = [script for script in scripts if script.award is not None]
    each = Counter(script.participant for script in awarded)
    graded = [script for script in awarded if script.participant and each[script.participant] == 1]
    rows = (
        (
            f"Participant {script.participant}",
            script.student,
            script.award,
            script.feedback.max_mark if script.feedback else "",
            "",
            "\n".join(script.comments),
        )
        for script in graded
    )
    write_csv(lines, MOODLE_COLUMNS, rows)
    return [script for script in awarded if script not in graded]
