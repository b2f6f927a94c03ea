import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from assistant.spreadsheets import plain_cell, safe_cell, write_csv, write_workbook

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_becomes_text(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["Ann", "1 = 1", "", "'", 3, -3, 2.5, None])
def test_everything_else_stays(value):
    assert safe_cell(value) == value


@given(st.text())
def test_the_text_comes_back(text):
    # A text that an apostrophe was put before by hand cannot be told from one made safe.
    if text[:1] != "'":
        assert plain_cell(str(safe_cell(text))) == text


def test_a_csv_of_dangerous_cells():
    lines = io.StringIO(newline="")
    write_csv(lines, ["a", "b"], [[text, 'x,"y"\nz'] for text in DANGEROUS])
    rows = list(csv.reader(io.StringIO(lines.getvalue(), newline="")))
    assert rows == [["a", "b"], *(["'" + text, 'x,"y"\nz'] for text in DANGEROUS)]


def test_a_workbook_holds_no_formula(tmp_path):
    path = tmp_path / "marks.xlsx"
    write_workbook(path, "Marks", ["a", "b"], [[text, 7] for text in [*DANGEROUS, "a\x00b\x0b"]])
    sheet = load_workbook(path)["Marks"]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[0].data_type for row in rows] == ["s"] * len(rows)
    assert [row[1].value for row in rows] == [7] * len(rows)
    assert rows[-1][0].value == "ab"
    assert sheet.freeze_panes == "A2"
