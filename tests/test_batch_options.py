"""`assistant batch` with feedback made by hand: what it takes, writes, says and leaves with, without models."""

import csv
import json
import zipfile
from dataclasses import replace

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
        row = BatchRow(
            submission.id,
            submission.question,
            None,
            student=submission.student,
            participant=submission.participant,
            notes=submission.notes,
            repeats=submission.repeats,
        )
        text = submission.text
        if text is None or "?" in text:
            return replace(row, problem=submission.problem or "It asks.")
        return replace(row, feedback=feedback_on(text, doubts=("Too short.",) if len(text) < 20 else ()), text=text)

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


def moodle_set(path):
    """A Moodle download of three answers: a plain one, one in doubt, and one that cannot be marked."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, (student, text) in enumerate({"Ann Lee": TEXT, "Bo Day": "Brief.", "Cy Fox": "Why?"}.items(), 1):
            archive.writestr(f"{student}_{number}_assignsubmission_file_/a.txt", text)
    return path


def fill_in(path, *cells):
    """What a teacher types into the columns for awards, row by row."""
    with path.open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    for row, (mark, comment) in zip(rows, cells, strict=True):
        row |= {"awarded_mark": mark, "comments": comment}
    filled = path.with_name("filled in.csv")
    with filled.open("w", encoding="utf-8-sig", newline="") as table:
        writer = csv.DictWriter(table, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return filled


def test_moodle_gets_no_suggestion_as_a_grade(batch, rows, tmp_path):
    done = batch(moodle_set(tmp_path / "set.zip"), "--marks", "moodle")
    assert done.status == 0
    assert rows("moodle.csv") == []
    assert done.err == (
        "2 marked, but not in moodle.csv: nothing was awarded. Fill in awarded_mark in marks.csv and give it with "
        "--awards.\n"
    )


def test_a_teachers_awards_are_what_everything_holds(batch, rows, tmp_path):
    source = moodle_set(tmp_path / "set.zip")
    assert batch(source).status == 0
    filled = fill_in(tmp_path / "out" / "marks.csv", (11, "Well argued."), ("", ""), (3, ""))
    options = ("--marks", "moodle", "--marks", "xlsx", "--sheets", "html", "--class-picture")
    done = batch(source, "--awards", filled, *options, "--json")
    assert (done.status, done.err.count("\n")) == (0, 1)
    summary = json.loads(done.out)
    assert (summary["marked"], summary["not_marked"], summary["awarded"], summary["to_review"]) == (2, 1, 2, 1)
    assert [(row["Full name"], row["Grade"], row["Feedback comments"]) for row in rows("moodle.csv")] == [
        ("Ann Lee", "11", "Well argued."),
        ("Cy Fox", "3", ""),
    ]
    assert [(row["mark"], row["awarded_mark"], row["awarded_by"], row["needs_review"]) for row in rows()] == [
        ("8", "11", "teacher", "no"),
        ("8", "", "", "yes"),
        ("", "3", "teacher", "no"),
    ]
    sheets = (tmp_path / "out" / "sheets.html").read_text(encoding="utf-8")
    assert sheets.index("Well argued.") < sheets.index("11 out of 25") < sheets.index("Awarded by your teacher.")
    assert "from 8 to 11" in (tmp_path / "out" / "class-picture.html").read_text(encoding="utf-8")


def test_suggestions_are_accepted_on_demand_and_never_where_there_is_a_reason_to_look(batch, rows, tmp_path):
    done = batch(moodle_set(tmp_path / "set.zip"), "--marks", "moodle", "--accept-suggestions")
    assert done.out.startswith("2 marked, 1 not marked, 1 awarded, 2 to look at; see ")
    assert [(row["Full name"], row["Grade"]) for row in rows("moodle.csv")] == [("Ann Lee", "8")]
    assert done.err.startswith("1 marked, but not in moodle.csv")


def test_awards_are_not_written_over(batch, tmp_path):
    source = moodle_set(tmp_path / "set.zip")
    assert batch(source, "--marks", "xlsx").status == 0
    marks = tmp_path / "out" / "marks.csv"
    fill_in(marks, (11, ""), ("", ""), ("", "")).replace(marks)
    before = marks.read_bytes()
    refused = batch(source)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == (
        f"{marks} holds awards, which would be lost: give it with --awards, or name another folder with --out.\n"
    )
    assert marks.read_bytes() == before
    assert batch(source, "--awards", marks).status == 0
    assert marks.read_bytes() == before.replace(b",11,,", b",11,teacher,")


def test_an_award_that_is_refused_costs_no_file(batch, tmp_path):
    source = moodle_set(tmp_path / "set.zip")
    assert batch(source).status == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    (tmp_path / "awards.csv").write_text("id,awarded mark\nAnn Lee_1_assignsubmission_file_/a.txt,26\n")
    refused = batch(source, "--awards", tmp_path / "awards.csv", "--marks", "moodle")
    assert (refused.status, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "but its question has 25 marks" in refused.err
    after = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert after.keys() - before.keys() == {batch_module.JOURNAL}
    assert after.items() >= before.items()


@pytest.mark.parametrize(
    ("pasted", "usual", "strict"),
    [(b"So.\n===\nThus.", 0, 0), (b"So.\n===\nWhy?", 0, 1), (b"How?\n===\nWhy?", 2, 2)],
)
def test_the_exit_status_tells_what_could_be_marked(batch, rows, pasted, usual, strict):
    assert batch("-", stdin=pasted).status == usual
    assert batch("-", "--strict", stdin=pasted).status == strict
    assert len(rows()) == 2


def test_where_nothing_could_be_marked_one_line_says_so_and_the_table_why(batch, rows, tmp_path):
    done = batch("-", "--json", stdin=b"Why?")
    assert json.loads(done.out)["not_marked"] == 1
    assert done.err == f"No answer could be marked; why stands in {tmp_path / 'out' / 'marks.csv'}.\n"
    assert [row["problem"] for row in rows()] == ["It asks."]
