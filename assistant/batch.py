"""Mark a class set into a folder: what is written, and how an interrupted run is taken up again."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.class_sets import Submission
from assistant.schemas import Course, Feedback, ReviewReason
from assistant.scoring import artefacts
from assistant.service import GUESSED, MARKING_NOTES, BatchRow
from assistant.spreadsheets import safe_cell

JOURNAL = "unfinished.jsonl"
MARK_COLUMNS = (
    "id",
    "question",
    "level",
    "mark",
    "max_mark",
    "range_low",
    "range_high",
    "words",
    "needs_review",
    "review_reasons",
    "problem",
    # What was added later stands last, for those who read the table by place.
    "student",
    "notes",
    "awarded_mark",
    "awarded_by",
    "comments",
)


def mark_row(row: BatchRow) -> dict[str, object]:
    """One row of `marks.csv`, safe to open in a spreadsheet. Its `mark` is what is suggested."""
    result = row.feedback
    values: dict[str, object] = dict.fromkeys(MARK_COLUMNS, "")
    values |= {
        "id": row.id,
        "question": row.question,
        "problem": row.problem,
        "needs_review": "yes" if row.needs_review else "no",
        "review_reasons": "; ".join(reason.code for reason in row.reasons_to_look),
        "student": row.student,
        "notes": " ".join(note.message for note in row.notes),
        "awarded_mark": "" if row.award is None else row.award,
        "awarded_by": row.awarded_by,
        "comments": "\n".join(row.comments),
    }
    if result is not None:
        values |= {
            "level": result.level,
            "mark": result.mark,
            "max_mark": result.max_mark,
            "range_low": result.mark_range[0],
            "range_high": result.mark_range[1],
            "words": result.words,
        }
    return {name: safe_cell(value) for name, value in values.items()}


RowSink = Callable[[BatchRow], None]
"""Takes the rows of a class set one by one."""
SinkOpener = Callable[[Path], AbstractContextManager[RowSink]]
"""Opens a sink for a folder; what it writes is there in full when its context ends well, or not at all."""


@dataclass(frozen=True)
class BatchSummary:
    """What became of a class set, in numbers of responses; `to_review` are all that a person should look at still."""

    marked: int = 0
    not_marked: int = 0
    to_review: int = 0
    question_guessed: int = 0
    repeated: int = 0
    awarded: int = 0

    def with_row(self, row: BatchRow) -> BatchSummary:
        """The summary with one more response."""
        return BatchSummary(
            self.marked + (row.feedback is not None),
            self.not_marked + (row.feedback is None),
            self.to_review + row.needs_review,
            self.question_guessed + any(note.code == GUESSED for note in row.notes),
            self.repeated + bool(row.repeats),
            self.awarded + (row.award is not None),
        )


def write_batch(
    rows: Iterable[BatchRow],
    folder: Path,
    report: Callable[[BatchRow], None] = lambda row: None,
    also: Sequence[SinkOpener] = (),
) -> BatchSummary:
    """Write `feedback.jsonl` and `marks.csv` to `folder` as rows come in, complete or not at all.

    Args:
        rows: the responses, marked or not.
        folder: made if it is not there.
        report: called with each row once it is written.
        also: what else to write.
    """
    folder.mkdir(parents=True, exist_ok=True)
    summary = BatchSummary()
    with ExitStack() as stack:
        lines = stack.enter_context(replacing(folder / "feedback.jsonl"))
        table = stack.enter_context(replacing(folder / "marks.csv", encoding="utf-8-sig"))
        sinks = [stack.enter_context(opener(folder)) for opener in also]
        writer = csv.DictWriter(table, MARK_COLUMNS)
        writer.writeheader()
        for row in rows:
            if row.feedback is not None:
                record = {"id": row.id, "feedback": json.loads(row.feedback.model_dump_json())}
                lines.write(json.dumps(record, ensure_ascii=False) + "\n")
            writer.writerow(mark_row(row))
            for sink in sinks:
                sink(row)
            summary = summary.with_row(row)
            report(row)
    return summary


@contextmanager
def replacing(path: Path, encoding: str = "utf-8") -> Iterator[Any]:
    """A text file to write that takes the place of `path` when the block ends well, and is gone when it does not."""
    with part_of(path) as part, part.open("w", encoding=encoding, newline="") as file:
        yield file


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """A path to write to that takes the place of `path` when the block ends well, and is gone when it does not."""
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def made_with(course: Course) -> dict[str, str]:
    """What marks depend on beside the response: the course, its corpus, the models.

    Raises:
        ArtefactError: if there are no models.
    """
    manifest = json.dumps(artefacts.read_manifest(artefacts.models_folder()), sort_keys=True)
    return {
        "course": course.id,
        "corpus": course.version,
        "models": hashlib.sha256(manifest.encode()).hexdigest(),
    }


class Journal:
    """What has been marked so far, so that an interrupted run goes on where it stopped.

    A response is known again by its question and text, wherever it stands in the set. No text is kept, only its hash.

    Args:
        path: the file to keep it in.
        made_with: what marks depend on beside the response. A journal made with anything else is begun afresh.
    """

    def __init__(self, path: Path, made_with: dict[str, str]) -> None:
        self._path = path
        self._made_with = made_with
        self._places: dict[str, int] = {}
        end = self._read()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("r+b" if end else "w+b")
        # A line cut short by a crash is dropped, or the next one would be lost with it.
        self._file.truncate(end)
        self._file.seek(end)
        if not end:
            self._write({"made_with": made_with})

    @property
    def known(self) -> int:
        """How many different responses an earlier run had marked."""
        return len(self._places)

    def recall(self, submission: Submission) -> BatchRow | None:
        """The row of a submission that an earlier run marked, or None."""
        if submission.problem or submission.text is None:
            return None
        place = self._places.get(_key(submission.question, submission.text))
        if place is None:
            return None
        with self._path.open("rb") as file:
            file.seek(place)
            kept = json.loads(file.readline())
        return BatchRow(
            submission.id,
            kept["question"],
            Feedback.model_validate(kept["feedback"]),
            student=submission.student,
            participant=submission.participant,
            notes=(*submission.notes, *(ReviewReason.model_validate(note) for note in kept["notes"])),
            repeats=submission.repeats,
            text=_marked(submission.text),
        )

    def keep(self, row: BatchRow) -> None:
        """Write down a row that was marked; others are as quickly found out again."""
        if row.feedback is None:
            return
        notes = [note for note in row.notes if note.code in MARKING_NOTES]
        guessed = any(note.code == GUESSED for note in notes)
        key = _key("" if guessed else row.question, row.text)
        if key in self._places:
            return
        kept = {"key": key, "question": row.question, "notes": [note.model_dump() for note in notes]}
        self._write(kept | {"feedback": row.feedback.model_dump(mode="json")})

    def close(self, finished: bool) -> None:
        """Let go of the file; once the run has finished it is removed."""
        self._file.close()
        if finished:
            self._path.unlink(missing_ok=True)

    def _write(self, record: dict[str, Any]) -> None:
        self._file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
        self._file.flush()

    def _read(self) -> int:
        """Find the whole lines of an earlier run; where they end, 0 if there are none that count."""
        if not self._path.is_file():
            return 0
        end = 0
        with self._path.open("rb") as file:
            for line in file:
                try:
                    record: Any = json.loads(line) if line.endswith(b"\n") else None
                    if end == 0 and record["made_with"] != self._made_with:
                        return 0
                    if end:
                        self._places[record["key"]] = end
                except (ValueError, TypeError, KeyError):
                    break
                end += len(line)
        return end


def _key(question: str, text: str) -> str:
    return hashlib.sha256(f"{question}\0{_marked(text)}".encode(errors="replace")).hexdigest()


def _marked(text: str) -> str:
    """The text as it is marked."""
    return text.removeprefix("\ufeff")
