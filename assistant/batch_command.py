"""`assistant batch`: mark a class set into a folder, and say how it went for people and for scripts."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.terminal import CourseOption, JsonOption, err, fail, out, plain_errors, print_json

if TYPE_CHECKING:
    from assistant.batch import BatchSummary, SinkOpener
    from assistant.class_sets import ClassSet
    from assistant.schemas import Course
    from assistant.service import BatchRow


class SheetKind(StrEnum):
    """What feedback sheets are written as."""

    docx = "docx"
    one_docx = "one-docx"
    html = "html"


class MarksKind(StrEnum):
    """What marks are written as, beside marks.csv."""

    xlsx = "xlsx"
    moodle = "moodle"


def read_inputs(sources: Sequence[str], question: str | None, course: Course) -> ClassSet:
    """The class set that was named, "-" being what is pasted on standard input. Raises ClassSetError, DocumentError."""
    from assistant.class_sets import read_class_sets
    from assistant.class_sets.title_words import subject_words
    from assistant.documents import MAX_BYTES, parse_document

    pasted = ""
    if "-" in sources:
        pasted = parse_document("standard input", sys.stdin.buffer.read(MAX_BYTES + 1), most=MAX_BYTES)
    paths = [Path(source) for source in sources if source != "-"]
    known = frozenset(entry.id for entry in course.questions)
    return read_class_sets(paths, pasted, question, known, guessing=True, subject=subject_words(course))


def refuse_to_lose_awards(*tables: Path) -> None:
    """Stop before tables of marks are written over in which a teacher has filled in awards."""
    from assistant.awards import may_hold_awards

    for table in tables:
        if table.exists() and may_hold_awards(table):
            fail(
                f"{table} holds awards, which would be lost: give it with --awards, or name another folder with --out."
            )


def sheets(course: Course, kinds: Sequence[SheetKind]) -> list[SinkOpener]:
    """What writes the feedback sheets of the kinds chosen."""
    from assistant.reports import sinks

    writers = {
        SheetKind.docx: sinks.docx_sheets,
        SheetKind.one_docx: sinks.one_docx_sheets,
        SheetKind.html: sinks.html_sheets,
    }
    return [writers[kind](course) for kind in dict.fromkeys(kinds)]


def marks(course: Course, kinds: Sequence[MarksKind], said: list[str]) -> list[SinkOpener]:
    """What writes the marks as chosen; what a teacher should hear of it at the end is added to `said`."""
    from assistant.reports import sinks

    def left_out(without_award: int, unfit: int) -> None:
        if without_award:
            said.append(
                f"{without_award} marked, but not in moodle.csv: nothing was awarded. Fill in awarded_mark in marks.csv "
                "and give it with --awards."
            )
        if unfit:
            said.append(f"{unfit} awarded, but not in moodle.csv: no Moodle number, or several scripts of one student.")

    writers = {
        MarksKind.xlsx: lambda: sinks.workbook(course),
        MarksKind.moodle: lambda: sinks.moodle_grades(left_out),
    }
    return [writers[kind]() for kind in dict.fromkeys(kinds)]


def class_picture(course: Course, earlier: Path | None) -> SinkOpener:
    """What draws the class picture, beside an earlier set if there is one."""
    from assistant.reports import sinks

    return sinks.class_picture(course, sinks.earlier_set(course, earlier) if earlier else ())


@contextmanager
def batch_marker(course: str, jobs: int, scheduler: str | None) -> Iterator[Callable[..., Iterator[BatchRow]]]:
    """What marks the submissions of a class set: processes of this machine, or the workers of a scheduler."""
    if scheduler is None:
        from assistant.service import mark_batch

        yield functools.partial(mark_batch, course, jobs=jobs or os.cpu_count() or 1)
        return
    from assistant.cluster import Cluster

    with Cluster(scheduler) as cluster:
        yield functools.partial(cluster.mark_batch, course)


@plain_errors
def batch(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Folders, zips, CSV, XLSX or JSONL files of answers, answers by themselves (.docx, .odt, .pdf, .txt, "
            ".md); - for pasted text on standard input, with a line of === between two answers.",
        ),
    ],
    to: Annotated[Path, typer.Option("--out", help="Folder for feedback.jsonl and marks.csv.")],
    jobs: Annotated[int, typer.Option(help="Processes to use; 0 for one a core.", min=0)] = 0,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Address of a Dask scheduler: its workers, to which the texts are sent, mark instead."),
    ] = None,
    question: Annotated[
        str | None, typer.Option("--question", "-q", help="The question all answers answer; recognised if not known.")
    ] = None,
    course: CourseOption = "stalin",
    student_codes: Annotated[
        Path | None,
        typer.Option(help="Put codes for students' names; the key is kept in this CSV file, and used if it is there."),
    ] = None,
    sheet_kinds: Annotated[
        list[SheetKind] | None,
        typer.Option(
            "--sheets",
            help="Write feedback sheets: sheets.zip with a document each, all in one sheets.docx, or sheets.html to print.",
        ),
    ] = None,
    marks_kinds: Annotated[
        list[MarksKind] | None,
        typer.Option("--marks", help="Write marks.xlsx, or moodle.csv with what was awarded to upload to Moodle."),
    ] = None,
    awards_file: Annotated[
        Path | None,
        typer.Option("--awards", help="marks.csv or marks.xlsx of an earlier run with your awarded marks filled in."),
    ] = None,
    accepting: Annotated[
        bool,
        typer.Option(
            "--accept-suggestions", help="Award what is suggested, but where there is a reason to look or an award."
        ),
    ] = False,
    picture: Annotated[bool, typer.Option("--class-picture", help="Write class-picture.html.")] = False,
    earlier: Annotated[
        Path | None, typer.Option("--compare", help="feedback.jsonl of an earlier set, for the class picture.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave with exit status 1 if any answer could not be marked.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Mark a class set. Stopped half-way, the same command goes on where it was."""
    from assistant.corpus.loading import load_course

    loaded = load_course(course)
    known = frozenset(entry.id for entry in loaded.questions)
    if question is not None and question not in known:
        fail(f"There is no question '{question}'; the questions are: {', '.join(sorted(known))}.")
    if to.exists() and not to.is_dir():
        fail(f"{to} is a file; --out needs a folder.")
    if jobs and scheduler is not None:
        fail("--jobs is for processes of this machine; leave it out with --scheduler.")
    if student_codes and marks_kinds and MarksKind.moodle in marks_kinds:
        fail("Moodle knows students by what --student-codes takes out; leave one of the two options out.")
    from assistant.awards import accept_suggestions, read_awards

    awards = read_awards(awards_file) if awards_file else None
    if awards is None:
        refuse_to_lose_awards(to / "marks.csv", *([to / "marks.xlsx"] if MarksKind.xlsx in (marks_kinds or ()) else ()))
    submissions = read_inputs(sources, question, loaded)
    from assistant.class_sets.codes import StudentCodes, code_students, read_key, write_key
    from assistant.class_sets.headings import name_by_heading
    from assistant.class_sets.repeats import note_repeats
    from assistant.class_sets.title_words import subject_words

    codes = StudentCodes(read_key(student_codes)) if student_codes else None
    from assistant.batch import JOURNAL, Journal, made_with, write_batch

    rests_on = made_with(loaded)  # if there are no models, nothing is written
    said: list[str] = []
    also = [*sheets(loaded, sheet_kinds or ()), *marks(loaded, marks_kinds or (), said)]
    if picture or earlier:
        also.append(class_picture(loaded, earlier))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with batch_marker(course, jobs, scheduler) as mark_all:  # before anything is written
        journal = Journal(to / JOURNAL, rests_on)
        finished = False
        # When Ctrl-C ends joblib's processes, its own threads complain of work that was taken from them.
        threading.excepthook = quiet_about_the_pool
        try:
            with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
                task = progress.add_task("Marking", total=len(submissions))

                def report(row: BatchRow) -> None:
                    journal.keep(row)
                    progress.advance(task)

                named = name_by_heading(submissions, subject_words(loaded))
                coming = code_students(named, codes) if codes else named
                rows = mark_all(note_repeats(coming), recall=journal.recall)
                rows = awards.give(rows, loaded) if awards else rows
                rows = accept_suggestions(rows) if accepting else rows
                summary = write_batch(rows, to, report, also)
            if codes and student_codes:
                write_key(student_codes, codes.entries)
            finished = True
        except BrokenExecutor:  # the system ended one of joblib's processes
            fail(
                "A process was ended while it marked, perhaps for want of memory. "
                "Run the same command again to go on from here, with fewer --jobs."
            )
        except KeyboardInterrupt:
            err.print("Stopped. Run the same command again to go on from here.", markup=False)
            raise
        finally:
            journal.close(finished)
    for line in said:
        err.print(line, markup=False)
    if as_json:
        print_json({**asdict(summary), "marks": str(to / "marks.csv")})
    else:
        out.print(in_words(summary, to / "marks.csv"), markup=False, soft_wrap=True)
    if not summary.marked:
        fail(f"No answer could be marked; why stands in {to / 'marks.csv'}.")
    if strict and summary.not_marked:
        raise typer.Exit(1)


def in_words(summary: BatchSummary, marks: Path) -> str:
    """The summary for a reader."""
    awarded = f"{summary.awarded} awarded, " if summary.awarded else ""
    return f"{summary.marked} marked, {summary.not_marked} not marked, {awarded}{summary.to_review} to look at; see {marks}"


def quiet_about_the_pool(failure: threading.ExceptHookArgs) -> None:
    """Say nothing of a failure in a thread that manages joblib's processes: what it means to a user is said elsewhere."""
    if failure.thread is None or "ExecutorManager" not in failure.thread.name:
        threading.__excepthook__(failure)
