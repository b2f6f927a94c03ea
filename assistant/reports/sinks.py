"""Reports written beside `feedback.jsonl` and `marks.csv` while a class set is marked; texts are let go of at once."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from assistant.batch import RowSink, SinkOpener, part_of, replacing
from assistant.class_picture import ScriptDigest, class_pictures, compare, digest
from assistant.class_sets import ClassSetError
from assistant.reports.feedback_sheets import FileNames, Sheet, sheet_docx, sheets, sheets_docx, write_sheets_html
from assistant.reports.picture import picture_page
from assistant.reports.scripts import Script
from assistant.reports.tables import COLUMNS, mark_rows, write_moodle_csv
from assistant.schemas import Course, Feedback
from assistant.service import BatchRow
from assistant.spreadsheets import write_workbook


def script_of(row: BatchRow) -> Script:
    """A row as reports speak of it."""
    return Script(
        id=row.id,
        question=row.question,
        feedback=row.feedback,
        text=row.text,
        problem=row.problem,
        student=row.student,
        participant=row.participant,
        notes=row.notes,
        award=row.award,
        awarded_by=row.awarded_by,
        comments=row.comments,
    )


def html_sheets(course: Course) -> SinkOpener:
    """Feedback sheets as one page to print, `sheets.html`."""

    @contextmanager
    def opened(folder: Path) -> Iterator[RowSink]:
        content: list[Sheet] = []
        with replacing(folder / "sheets.html") as file:
            yield lambda row: content.extend(sheet for _, sheet in sheets(course, [script_of(row)]))
            write_sheets_html(file, content)

    return opened


def one_docx_sheets(course: Course) -> SinkOpener:
    """Feedback sheets as one document, `sheets.docx`, each beginning on a page of its own."""

    @contextmanager
    def opened(folder: Path) -> Iterator[RowSink]:
        content: list[Sheet] = []
        with part_of(folder / "sheets.docx") as part:
            yield lambda row: content.extend(sheet for _, sheet in sheets(course, [script_of(row)]))
            part.write_bytes(sheets_docx(content))

    return opened


def docx_sheets(course: Course) -> SinkOpener:
    """Feedback sheets as documents of their own in `sheets.zip`."""

    @contextmanager
    def opened(folder: Path) -> Iterator[RowSink]:
        names = FileNames()
        with part_of(folder / "sheets.zip") as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:

            def add(row: BatchRow) -> None:
                for _, sheet in sheets(course, [script_of(row)]):
                    archive.writestr(zipfile.ZipInfo(names.name(sheet.heading, ".docx")), sheet_docx(sheet))

            yield add

    return opened


def workbook(course: Course) -> SinkOpener:
    """The teacher's table of marks as `marks.xlsx`."""

    @contextmanager
    def opened(folder: Path) -> Iterator[RowSink]:
        rows: list[tuple[object, ...]] = []
        with part_of(folder / "marks.xlsx") as part:
            yield lambda row: rows.extend(mark_rows(course, [script_of(row)]))
            write_workbook(part, "Marks", COLUMNS, rows)

    return opened


def moodle_grades(report: Callable[[int, int], None]) -> SinkOpener:
    """Awards for Moodle's grading worksheet as `moodle.csv`. A suggestion never stands in for one.

    Args:
        report: told at the end how many marked scripts have no award, and how many awarded ones Moodle cannot take.
    """

    @contextmanager
    def opened(folder: Path) -> Iterator[RowSink]:
        scripts: list[Script] = []
        with replacing(folder / "moodle.csv") as file:
            yield lambda row: scripts.append(replace(script_of(row), text=""))
            left_out = write_moodle_csv(file, scripts)
        report(sum(script.feedback is not None and script.award is None for script in scripts), len(left_out))

    return opened


def class_picture(course: Course, earlier: Sequence[ScriptDigest] = ()) -> SinkOpener:
    """The class picture as `class-picture.html`, beside an earlier set if one is given."""

    @contextmanager
    def opened(folder: Path) -> Iterator[RowSink]:
        digests: list[ScriptDigest] = []

        def add(row: BatchRow) -> None:
            if row.feedback is not None:
                digests.append(digest(course, row.student or row.id, row.text, row.feedback, row.award))

        with replacing(folder / "class-picture.html") as file:
            yield add
            comparison = compare(course, earlier, digests) if earlier and digests else None
            file.write(picture_page(class_pictures(course, digests), comparison))

    return opened


def earlier_set(course: Course, path: Path) -> list[ScriptDigest]:
    """The scripts of an earlier set, from its `feedback.jsonl`.

    Raises:
        ClassSetError: if it is no such file, or of another course.
    """
    digests = []
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if record["feedback"] is None:
                    continue  # the browser's own list holds the scripts that could not be read as well
                digests.append(digest(course, str(record["id"]), "", Feedback.model_validate(record["feedback"])))
    except (ValueError, TypeError, KeyError, ValidationError) as error:
        raise ClassSetError(f"{path.name} is no feedback.jsonl of an earlier set of this course.") from error
    if not digests:
        raise ClassSetError(f"{path.name} holds no marked script.")
    return digests
