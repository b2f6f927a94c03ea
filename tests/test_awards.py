import io

import pytest
from feedback_samples import TEXT, feedback_on
from openpyxl import Workbook

from assistant.awards import accept_suggestions, may_hold_awards, read_awards
from assistant.batch import write_batch
from assistant.class_sets import ClassSetError
from assistant.reports.scripts import Script
from assistant.reports.tables import write_marks_csv, write_marks_workbook
from assistant.schemas import ReviewReason
from assistant.service import BatchRow

ROWS = [
    BatchRow("=a", "struggle", feedback_on(mark=8), text=TEXT),
    BatchRow("7", "struggle", feedback_on(doubts=("Too short.",)), text=TEXT),
    BatchRow("photo.jpg", "plans", None, "It is no text."),
]


def given(path, course, rows=ROWS):
    return [(row.award, row.awarded_by, row.comments) for row in read_awards(path).give(rows, course)]


def refusal(path, course, rows=ROWS):
    with pytest.raises(ClassSetError) as raised:
        given(path, course, rows)
    return str(raised.value)


@pytest.fixture
def table(tmp_path):
    """Writes a table of marks."""

    def write(content, name="marks.csv"):
        (tmp_path / name).write_text(content, encoding="utf-8")
        return tmp_path / name

    return write


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_a_teacher_fills_in(table, course, separator):
    path = table(
        "id,mark,Awarded_Mark,awarded_by,comments\n'=a,8,14.0,Ms Li,\"'=Good.\n\nGo on.\"\n7,8, ,,Come and see me.\n"
        "photo.jpg,,0,,\nnobody,,,,\n".replace(",", separator)
    )
    assert given(path, course) == [
        (14, "Ms Li", ("=Good.", "Go on.")),
        (None, "teacher", ("Come and see me.",)),
        (0, "teacher", ()),
    ]


def test_a_suggestion_is_no_award(tmp_path, table, course):
    write_batch(ROWS, tmp_path)
    assert given(tmp_path / "marks.csv", course) == [(None, "", ())] * 3
    assert refusal(table("id,mark\n7,8\n", "old.csv"), course) == (
        "old.csv has no column 'awarded mark'; it needs the columns id and awarded mark."
    )


def test_what_was_written_is_taken_back(tmp_path, course):
    scripts = [
        Script(row.id, row.question, row.feedback, award=award, awarded_by="Ms Li", comments=("=Yes.", "So."))
        for row, award in zip(ROWS, (25, 0, None), strict=True)
    ]
    lines = io.StringIO(newline="")
    write_marks_csv(lines, course, scripts)
    (tmp_path / "browser.csv").write_text(lines.getvalue(), encoding="utf-8-sig")
    write_marks_workbook(tmp_path / "browser.xlsx", course, scripts)
    expected = [(script.award, "Ms Li", ("=Yes.", "So.")) for script in scripts]
    for name in ("browser.csv", "browser.xlsx"):
        assert given(tmp_path / name, course) == expected
    write_batch(read_awards(tmp_path / "browser.csv").give(ROWS, course), tmp_path)
    assert given(tmp_path / "marks.csv", course) == expected


def test_a_number_that_a_spreadsheet_made_of_an_id(tmp_path, course):
    book = Workbook()
    for row in (("id", "awarded mark"), (7, 12.0)):
        book.active.append(row)
    book.save(tmp_path / "marks.xlsx")
    assert [row[0] for row in given(tmp_path / "marks.xlsx", course)] == [None, 12, None]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("7,14.5", "marks.csv awards '7' \"14.5\", which is no mark: it must be a whole number."),
        ("7,-1", "marks.csv awards '7' \"-1\", which is no mark"),
        ("7,A*", "marks.csv awards '7' \"A*\", which is no mark"),
        ("7,26", "marks.csv awards '7' 26, but its question has 25 marks."),
        ("photo.jpg,13", "marks.csv awards 'photo.jpg' 13, but its question has 12 marks."),
        ("7,3\n7,4", "marks.csv has two awards for '7'."),
        ("8,3", "marks.csv has an award for '8', which is no answer of this set."),
    ],
)
def test_an_award_that_cannot_be_meant_is_refused(table, course, content, expected):
    assert refusal(table(f"id,awarded_mark\n{content}\n"), course).startswith(expected)


def test_an_award_for_two_answers_of_one_name_is_refused_when_all_are_marked(table, course):
    rows = read_awards(table("id,awarded_mark\n7,4\n")).give([*ROWS, ROWS[1]], course)
    assert [next(rows).id for _ in range(4)] == ["=a", "7", "photo.jpg", "7"]
    with pytest.raises(ClassSetError, match="several answers are called that"):
        next(rows)


@pytest.mark.parametrize("name", ["none.csv", "marks.txt", "bad.xlsx"])
def test_what_is_no_table_of_marks(table, course, tmp_path, name):
    if name != "none.csv":
        table("id,awarded mark\n", name)
    assert name in refusal(tmp_path / name, course)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id,mark\n7,8\n", False),
        ("id,awarded_mark\n7,\n", False),
        ("", False),
        ("id,awarded_mark\n7,8\n", True),
        ("id,awarded_mark,comments\n7,,Well done.\n", True),
        ("id,awarded_mark\n7,B+\n", True),
    ],
)
def test_whether_a_table_holds_what_must_not_be_lost(table, content, expected):
    assert may_hold_awards(table(content)) is expected


def test_a_table_that_cannot_be_read_may_hold_awards(tmp_path):
    (tmp_path / "marks.csv").write_bytes("id,awarded mark\nKönigin,8".encode("latin-1"))
    assert may_hold_awards(tmp_path / "marks.csv")


def test_what_is_suggested_is_accepted_only_where_nothing_speaks_against_it():
    copied = BatchRow("c", "struggle", feedback_on(), notes=(ReviewReason(code="same-text", message="A copy."),))
    awarded = BatchRow("d", "struggle", feedback_on(mark=8), award=11, awarded_by="Ms Li")
    praised = BatchRow("e", "struggle", feedback_on(mark=8), awarded_by="Ms Li", comments=("Good.",))
    rows = list(accept_suggestions([*ROWS, copied, awarded, praised]))
    assert [(row.award, row.awarded_by) for row in rows] == [
        (8, "teacher"), (None, ""), (None, ""), (None, ""), (11, "Ms Li"), (8, "Ms Li"),
    ]  # fmt: skip
