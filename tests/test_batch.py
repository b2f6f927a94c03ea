import csv
import json
from dataclasses import replace

import pytest
from feedback_samples import TEXT, feedback_on

from assistant.batch import JOURNAL, MARK_COLUMNS, Journal, part_of, write_batch
from assistant.class_sets import Submission
from assistant.schemas import ReviewReason
from assistant.service import GUESSED, BatchRow

MADE_WITH = {"course": "small", "corpus": "1", "models": "2"}
NOTE = ReviewReason(code=GUESSED, message="Question guessed from the answer: struggle. Check it.")
COPY = ReviewReason(code="same-text", message="The same text as a.")
ROWS = [
    BatchRow("=a", "struggle", feedback_on(doubts=("Too short.",)), student="@nn", notes=(NOTE,), text=TEXT),
    BatchRow("b", "", None, "It holds no text."),
    BatchRow("c", "struggle", feedback_on(), notes=(COPY,), repeats="=a", text=TEXT),
]


def marks(folder):
    with (folder / "marks.csv").open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


def test_both_files_and_the_numbers(tmp_path):
    seen = []
    summary = write_batch(iter(ROWS), tmp_path / "out", seen.append)
    assert seen == ROWS
    assert (summary.marked, summary.not_marked, summary.to_review) == (2, 1, 3)
    assert (summary.question_guessed, summary.repeated) == (1, 1)
    lines = [json.loads(line) for line in (tmp_path / "out" / "feedback.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["=a", "c"]
    assert list(lines[0]) == ["id", "feedback"]
    table = marks(tmp_path / "out")
    assert list(table[0]) == list(MARK_COLUMNS)
    assert [(row["id"], row["student"], row["mark"], row["problem"]) for row in table] == [
        ("'=a", "'@nn", "8", ""),
        ("b", "", "", "It holds no text."),
        ("c", "", "8", ""),
    ]
    assert [(row["needs_review"], row["review_reasons"]) for row in table] == [
        ("yes", "question-guessed; doubt-0"),
        ("yes", "not-read"),
        ("yes", "same-text"),
    ]
    assert [row["notes"] for row in table] == [NOTE.message, "", COPY.message]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["feedback.jsonl", "marks.csv"]


def test_a_run_that_fails_leaves_what_was_there(tmp_path):
    write_batch(iter(ROWS[:1]), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def failing():
        yield ROWS[1]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_batch(failing(), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_part_takes_its_place_only_when_all_went_well(tmp_path):
    with part_of(tmp_path / "a") as part:
        part.write_text("whole")
    with pytest.raises(ZeroDivisionError), part_of(tmp_path / "a") as part:
        part.write_text("half")
        raise ZeroDivisionError
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "whole")]


@pytest.fixture
def kept(tmp_path):
    """A journal with the rows of an interrupted run."""
    journal = Journal(tmp_path / JOURNAL, MADE_WITH)
    for row in ROWS:
        journal.keep(row)
    journal.close(finished=False)
    return tmp_path / JOURNAL


def recalled(path, submission, made_with=MADE_WITH):
    journal = Journal(path, made_with)
    row = journal.recall(submission)
    journal.close(finished=False)
    return row


def test_a_response_is_known_again_by_question_and_text(kept):
    guessed = Submission("=a", "", TEXT, student="@nn")
    assert recalled(kept, guessed) == ROWS[0]
    moved = Submission("elsewhere", "struggle", "\ufeff" + TEXT, notes=(COPY,), repeats="x", participant="7")
    assert recalled(kept, moved) == replace(
        ROWS[2], id="elsewhere", notes=(COPY,), repeats="x", participant="7", text=TEXT
    )
    for other in (Submission("b", "plans", TEXT), Submission("b", "struggle", TEXT + " "), Submission("b", "", None)):
        assert recalled(kept, other) is None


def test_no_text_is_kept(kept):
    assert "funeral in 1925" not in kept.read_text()
    assert "@nn" not in kept.read_text()


def test_other_models_or_corpus_begin_afresh(kept):
    assert recalled(kept, Submission("a", "struggle", TEXT), MADE_WITH | {"models": "3"}) is None
    assert recalled(kept, Submission("a", "struggle", TEXT)) is None  # begun afresh for good


@pytest.mark.parametrize("cut", [1, 40, 600])
def test_a_line_cut_short_is_dropped_and_the_rest_kept(kept, cut):
    kept.write_bytes(kept.read_bytes()[:-cut])
    assert recalled(kept, Submission("a", "", TEXT)).feedback == ROWS[0].feedback
    assert recalled(kept, Submission("c", "struggle", TEXT)) is None
    journal = Journal(kept, MADE_WITH)
    journal.keep(ROWS[2])
    journal.close(finished=False)
    assert recalled(kept, Submission("c", "struggle", TEXT)).feedback == ROWS[2].feedback


@pytest.mark.parametrize("content", [b"", b"\n", b"no json\n", b"[]\n", b"\xff\xfe\n", b'{"made_with": 1}\n'])
def test_what_is_no_journal_is_begun_afresh(tmp_path, content):
    (tmp_path / JOURNAL).write_bytes(content)
    journal = Journal(tmp_path / JOURNAL, MADE_WITH)
    journal.keep(ROWS[2])
    journal.close(finished=False)
    assert recalled(tmp_path / JOURNAL, Submission("c", "struggle", TEXT)).feedback == ROWS[2].feedback


def test_a_finished_run_leaves_no_journal(kept):
    Journal(kept, MADE_WITH).close(finished=True)
    assert not kept.exists()
