"""`assistant batch` with feedback made by hand: what it takes, writes, says and leaves with, without models."""

import csv
import json
import zipfile

import pytest
from docx import Document
from feedback_samples import TEXT, feedback_on

from assistant import batch as batch_module
from assistant import service
from assistant.service import BatchRow


@pytest.fixture
def batch(monkeypatch, run, course_folder, tmp_path):
    """Runs the command on the small course into `out`; an answer with "?" in it cannot be marked."""

    def mark(submission):
        if submission.text is None or "?" in submission.text:
            return BatchRow(submission.id, submission.question, None, submission.problem or "It asks.")
        return BatchRow(
            submission.id,
            submission.question,
            feedback_on(submission.text, doubts=("Too short.",) if len(submission.text) < 20 else ()),
            student=submission.student,
            participant=submission.participant,
            notes=submission.notes,
            repeats=submission.repeats,
            text=submission.text,
        )

    def mark_batch(course, submissions, jobs, recall):
        return (recall(submission) or mark(submission) for submission in submissions)

    monkeypatch.setattr(service, "mark_batch", mark_batch)
    monkeypatch.setattr(batch_module, "made_with", lambda course: {"models": "none"})

    def call(*arguments, stdin=b""):
        options = ("--out", tmp_path / "out", "--question", "struggle", "--course", course_folder)
        return run("batch", *arguments, *options, stdin=stdin)

    return call


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


@pytest.fixture
def rows(tmp_path):
    """Reads a table of `out`."""
    return lambda name="marks.csv": rows_of(tmp_path / "out" / name)


def test_one_answer_by_itself(batch, rows, tmp_path):
    (tmp_path / "Ann Smith.txt").write_text(TEXT)
    done = batch(tmp_path / "Ann Smith.txt")
    assert (done.status, done.err) == (0, "")
    assert [(row["id"], row["student"], row["mark"]) for row in rows()] == [("Ann Smith.txt", "Ann Smith", "8")]


def test_pasted_text_beside_files(batch, rows, tmp_path):
    (tmp_path / "set.jsonl").write_text(json.dumps({"id": "a", "text": TEXT}) + "\n")
    (tmp_path / "late.md").write_text(f"Late. {TEXT}")
    done = batch("-", tmp_path / "set.jsonl", tmp_path / "late.md", stdin=b"Name: Bo\r\nOnce more.\r\n===\r\nMore.")
    assert done.status == 0
    assert [(row["id"], row["student"]) for row in rows()] == [
        ("late.md", ""),
        ("a", ""),
        ("pasted 1", "Bo"),
        ("pasted 2", ""),
    ]


def test_sheets_in_one_document_or_a_document_each(batch, tmp_path):
    done = batch("-", "--sheets", "one-docx", "--sheets", "docx", stdin=b"Name: Ann\nSo.\n===\nName: Bo\nThus.")
    assert done.status == 0
    paragraphs = Document(tmp_path / "out" / "sheets.docx").paragraphs
    assert [part.text for part in paragraphs if part.style.name == "Title"] == ["Ann", "Bo"]
    with zipfile.ZipFile(tmp_path / "out" / "sheets.zip") as archive:
        assert archive.namelist() == ["Ann.docx", "Bo.docx"]


MIXED = b"\n===\n".join([TEXT.encode(), TEXT.encode(), b"Brief.", b"Why?", b"Stalin held the party, and so he won."])


def test_what_is_to_review_is_what_the_browser_says_to_look_at(batch, rows):
    done = batch("-", "--json", stdin=MIXED)
    summary = json.loads(done.out)
    assert (summary["marked"], summary["not_marked"], summary["to_review"], summary["repeated"]) == (4, 1, 3, 1)
    assert [(row["needs_review"], row["review_reasons"]) for row in rows()] == [
        ("no", ""),
        ("yes", "same-text"),
        ("yes", "doubt-0"),
        ("yes", "not-read"),
        ("no", ""),
    ]
    assert batch("-", stdin=MIXED).out.startswith("4 marked, 1 not marked, 3 to look at; see ")
