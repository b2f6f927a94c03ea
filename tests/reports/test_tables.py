import csv
import io
import json

import pytest
from feedback_samples import TEXT, feedback_on
from openpyxl import load_workbook

from assistant.reports.scripts import Script, json_lines
from assistant.reports.tables import COLUMNS, MOODLE_COLUMNS, write_marks_csv, write_marks_workbook, write_moodle_csv

FEEDBACK = feedback_on(doubts=("Too short.",))


@pytest.fixture
def scripts():
    return [
        Script("a.txt", "struggle", FEEDBACK, TEXT, student="Ann", participant="7", award=14, awarded_by="Ms Li",
               comments=("=Good.", "Go on.")),
        Script("b.txt", "struggle", FEEDBACK, TEXT, student="@Bo", participant="8"),
        Script("c.txt", "nowhere", None, problem="c.txt is empty.", student="Cy", participant="9"),
        Script("d.txt", "struggle", FEEDBACK, TEXT, award=0),
    ]  # fmt: skip


def table(text, delimiter=","):
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_an_award_stands_beside_the_suggestion_and_never_for_it(course, scripts):
    lines = io.StringIO(newline="")
    write_marks_csv(lines, course, scripts)
    rows = table(lines.getvalue())
    assert list(rows[0]) == list(COLUMNS)
    assert [
        (row["awarded mark"], row["awarded level"], row["suggested mark"], row["suggested level"]) for row in rows
    ] == [
        ("14", "3", "8", "2"),
        ("", "", "8", "2"),
        ("", "", "", ""),
        ("0", "0", "8", "2"),
    ]
    assert (rows[0]["comments"], rows[1]["student"]) == ("'=Good.\nGo on.", "'@Bo")
    assert (rows[0]["why to look"], rows[2]["not marked because"]) == ("Too short.", "c.txt is empty.")


def test_the_workbook_says_the_same(course, scripts, tmp_path):
    write_marks_workbook(tmp_path / "marks.xlsx", course, scripts)
    rows = list(load_workbook(tmp_path / "marks.xlsx").active.iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    assert rows[1][:5] == ("Ann", "a.txt", "struggle", 14, 3)
    assert rows[4][3] == 0


def test_moodle_gets_awards_alone(scripts):
    lines = io.StringIO(newline="")
    left_out = write_moodle_csv(lines, scripts)
    assert lines.getvalue().splitlines()[0] == ",".join(MOODLE_COLUMNS)
    assert [(row["Identifier"], row["Grade"], row["Feedback comments"]) for row in table(lines.getvalue())] == [
        ("Participant 7", "14", "'=Good.\nGo on.")
    ]
    assert [script.id for script in left_out] == ["d.txt"]  # Moodle's number is not known


def test_between_two_awards_of_a_student_nothing_is_chosen_for_moodle(scripts):
    lines = io.StringIO(newline="")
    again = Script("e.txt", "struggle", FEEDBACK, TEXT, student="Ann", participant="7", award=3)
    left_out = write_moodle_csv(lines, [*scripts, again])
    assert table(lines.getvalue()) == []
    assert [script.id for script in left_out] == ["a.txt", "d.txt", "e.txt"]


def test_json_lines_hold_everything_but_the_text(course, scripts):
    records = [json.loads(line) for line in json_lines(course, scripts)]
    assert [(record["id"], record["award"], record["award_level"]) for record in records] == [
        ("a.txt", 14, 3),
        ("b.txt", None, None),
        ("c.txt", None, None),
        ("d.txt", 0, 0),
    ]
    assert records[0]["comments"] == ["=Good.", "Go on."]
    assert records[0]["feedback"] == json.loads(FEEDBACK.model_dump_json())
    assert records[2]["problem"] == "c.txt is empty."
    assert "funeral in 1925" not in "".join(json_lines(course, scripts))
