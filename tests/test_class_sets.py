import io
import json
import struct
import zipfile
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from assistant.class_sets import ClassSetError, Submission, read_class_set, read_class_sets

KNOWN = frozenset({"plans", "struggle", "struggle-victory"})


def rows(path, question=None):
    return list(read_class_set(path, question, KNOWN))


def told(submissions):
    """Id, question, and the text or the start of what is wrong."""
    return [(row.id, row.question, row.text if row.text is not None else row.problem) for row in submissions]


def refusal(path, question=None):
    with pytest.raises(ClassSetError) as raised:
        read_class_set(path, question, KNOWN)
    assert "\n" not in str(raised.value)
    return str(raised.value)


FILES = {
    "struggle/ann.txt": "Stalin won.",
    "plans_07.md": "Coal doubled.",
    "Smith_Bo_12345_Struggle Victory.txt": "Trotsky lost.",
    "ben.txt": "Whose question?",
    "struggle/empty.txt": "",
    "plans photo.jpg": "jpg",
    "__MACOSX/struggle/._ann.txt": "debris",
    ".DS_Store": "debris",
    "struggle/~$ann.docx": "debris",
    "struggle/Thumbs.db": "debris",
}
TOLD = [
    (
        "Smith_Bo_12345_Struggle Victory.txt",
        "struggle-victory",
        "Trotsky lost.",
    ),
    ("ben.txt", "", "Its question is not known: name it with --question or put it in the file's name."),
    (
        "plans photo.jpg",
        "plans",
        "plans photo.jpg is not a kind of file that can be read here (.docx, .htm, .html, .md, .odt, .pdf, .text, .txt).",
    ),
    ("plans_07.md", "plans", "Coal doubled."),
    ("struggle/ann.txt", "struggle", "Stalin won."),
    ("struggle/empty.txt", "struggle", "empty.txt is empty."),
]


def test_a_folder_tells_each_question_by_name_and_goes_on_past_what_is_broken(tmp_path):
    for name, text in FILES.items():
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_text(text, encoding="utf-8")
    assert told(rows(tmp_path / "set")) == TOLD


def test_a_zip_is_read_like_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    assert told(rows(tmp_path / "set.zip")) == [
        (name, question, text.replace("empty.txt is", "struggle/empty.txt is")) for name, question, text in TOLD
    ]


def test_the_question_given_goes_before_names(tmp_path):
    (tmp_path / "plans.txt").write_text("An answer.")
    assert rows(tmp_path, "struggle") == [Submission("plans.txt", "struggle", "An answer.")]


def test_a_name_that_is_no_unicode_is_made_printable(tmp_path):
    path = tmp_path / "plans-\udcff.txt"
    try:
        path.write_text("An answer.")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    assert told(rows(tmp_path)) == [("plans-?.txt", "plans", "An answer.")]


def test_an_entry_that_cannot_be_unpacked_is_a_row(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("plans-1.txt", "locked")
        archive.writestr("plans-2.txt", "damaged")
        archive.writestr("plans-3.txt", "huge")
        archive.writestr("plans-4.txt", "fine")
        archive.writestr("plans-5.txt", "squeezed " * 50, zipfile.ZIP_DEFLATED)
    data = bytearray(buffer.getvalue())
    for name, offset, value in (
        ("plans-1", 8, b"\1\0"),
        ("plans-2", 16, b"\0\0\0\0"),
        ("plans-3", 24, struct.pack("<L", 20_000_000)),
    ):
        entry = data.rindex(name.encode()) - 46  # of the archive's directory
        data[entry + offset : entry + offset + len(value)] = value
    squeezed = data.index(b"plans-5.txt") + len("plans-5.txt")
    data[squeezed : squeezed + 8] = b"\xff" * 8
    (tmp_path / "set.zip").write_bytes(data)
    assert told(rows(tmp_path / "set.zip")) == [
        ("plans-1.txt", "plans", "plans-1.txt is protected by a password."),
        ("plans-2.txt", "plans", "plans-2.txt cannot be unpacked."),
        ("plans-3.txt", "plans", "plans-3.txt is larger than 10 MB."),
        ("plans-4.txt", "plans", "fine"),
        ("plans-5.txt", "plans", "plans-5.txt cannot be unpacked."),
    ]


def test_documents_of_a_zip_are_read_by_kind(tmp_path):
    document, buffer = Document(), io.BytesIO()
    document.add_paragraph("Stalin won.")
    document.save(buffer)
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("struggle.docx", buffer.getvalue())
        archive.writestr("struggle.pdf", b"no pdf")
    assert told(rows(tmp_path / "set.zip")) == [
        ("struggle.docx", "struggle", "Stalin won."),
        ("struggle.pdf", "struggle", "struggle.pdf is damaged or is not really a .pdf file."),
    ]


TABLE = [
    ("ID", "Question ", "Text", "Teacher"),
    (7, "plans", 'Coal, and "steel".\nThen oil.', "Ms Li"),
    ("b", "struggle", "", ""),
    ("", "plans", "No id.", ""),
    ("d", "", "No question.", ""),
]
TABLE_TOLD = [
    ("7", "plans", 'Coal, and "steel".\nThen oil.'),
    ("b", "struggle", "It holds no text."),
    ("row 3", "plans", "No id."),
    ("d", "", "Its question is not given."),
]


def quoted(cell):
    return '"' + str(cell).replace('"', '""') + '"'


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_is_read_with_any_usual_separator(tmp_path, separator):
    text = "\n".join(separator.join(map(quoted, row)) for row in TABLE)
    (tmp_path / "set.csv").write_text("\n" + text + "\n\n", encoding="utf-8-sig")
    assert told(rows(tmp_path / "set.csv")) == TABLE_TOLD


def test_a_ragged_row_of_a_csv_does_not_stop_the_rest(tmp_path):
    (tmp_path / "set.csv").write_text("id,question,text\na,plans,Coal, too,many\nb\nc,plans,Steel.\n")
    assert told(rows(tmp_path / "set.csv")) == [
        ("a", "plans", "Coal"),
        ("b", "", "Its question is not given."),
        ("c", "plans", "Steel."),
    ]


def test_a_very_long_cell_is_left_to_the_limit_on_texts(tmp_path):
    (tmp_path / "set.csv").write_text("question,text\nplans," + "a" * 200_000 + "\n")
    assert [len(row.text) for row in rows(tmp_path / "set.csv")] == [200_000]


def test_a_workbook(tmp_path):
    book = Workbook()
    for row in TABLE:
        book.active.append([cell or None for cell in row])
    book.create_sheet("Another")
    book.save(tmp_path / "set.xlsx")
    assert told(rows(tmp_path / "set.xlsx")) == TABLE_TOLD


def test_jsonl_goes_on_past_broken_lines(tmp_path):
    lines = [
        json.dumps({"id": "a", "question": "plans", "text": "Coal."}).encode("utf-8-sig"),
        b"",
        b"{",
        b"\xff",
        b"[1]",
        b"9" * 5000,
        b"[" * 100_000,
        json.dumps({"id": "b", "question": "plans", "text": 3}).encode(),
        json.dumps({"id": 0, "question": None, "text": "Coal."}).encode(),
        json.dumps({"text": "half \ud800", "question": "plans"}).encode(),
    ]
    (tmp_path / "set.jsonl").write_bytes(b"\n".join(lines))
    assert told(rows(tmp_path / "set.jsonl")) == [
        ("a", "plans", "Coal."),
        ("line 3", "", "Line 3 is not JSON."),
        ("line 4", "", "Line 4 is not UTF-8 text."),
        ("line 5", "", "Line 5 is no record of id, question and text."),
        ("line 6", "", "Line 6 is not JSON."),
        ("line 7", "", "Line 7 is not JSON."),
        ("b", "plans", "It holds no text."),
        ("0", "", "Its question is not given."),
        ("line 10", "plans", "half \ud800"),
    ]


def test_the_question_given_fills_rows_that_name_none(tmp_path):
    (tmp_path / "set.csv").write_text("text\nCoal.\n")
    (tmp_path / "set.jsonl").write_text('{"text": "Coal."}\n{"text": "Steel.", "question": "struggle"}\n')
    assert told(rows(tmp_path / "set.csv", "plans")) == [("row 1", "plans", "Coal.")]
    assert told(rows(tmp_path / "set.jsonl", "plans")) == [
        ("line 1", "plans", "Coal."),
        ("line 2", "struggle", "Steel."),
    ]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("set.zip", b"no zip", "set.zip is not a readable zip file."),
        ("set.zip", b"PK\x05\x06" + bytes(18), "set.zip holds no files."),
        ("set.csv", b"", "set.csv is empty."),
        (
            "set.csv",
            b"id,answer\na,b\n",
            "set.csv has no column 'question'; it needs the columns id, question and text.",
        ),
        (
            "set.csv",
            b"question,answer\na,b\n",
            "set.csv has no column 'text'; it needs the columns id, question and text.",
        ),
        ("set.csv", b"question,text\n\n , \n", "set.csv holds no rows."),
        (
            "set.csv",
            "question,text\nplans,Königin".encode("latin-1"),
            "set.csv is not UTF-8 text; save it as 'CSV UTF-8' or as .xlsx.",
        ),
        ("set.xlsx", b"no workbook", "set.xlsx is not a readable .xlsx file."),
        ("set.xlsx", b"PK\x05\x06" + bytes(18), "set.xlsx is not a readable .xlsx file."),
        ("set.jsonl", b"\n \n", "set.jsonl holds no rows."),
        (
            "photo.jpg",
            b"\xff\xd8",
            "photo.jpg is no class set and no answer: a folder, a .zip, .csv, .xlsx or .jsonl file, or a document "
            "(.docx, .htm, .html, .md, .odt, .pdf, .text, .txt) is needed.",
        ),
    ],
)
def test_an_input_that_is_no_class_set_is_refused_at_once(tmp_path, name, content, expected):
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == expected


def test_a_workbook_needs_the_columns_too(tmp_path):
    book = Workbook()
    book.save(tmp_path / "set.xlsx")
    assert refusal(tmp_path / "set.xlsx") == "set.xlsx is empty."
    book.active.append(["id", "text"])
    book.save(tmp_path / "set.xlsx")
    assert refusal(tmp_path / "set.xlsx").startswith("set.xlsx has no column 'question'")
    assert refusal(tmp_path / "set.xlsx", "plans") == "set.xlsx holds no rows."


def test_a_folder_of_debris_or_a_missing_path(tmp_path):
    (tmp_path / ".DS_Store").write_bytes(b"x")
    assert refusal(tmp_path) == f"The folder {tmp_path} holds no files."
    assert refusal(tmp_path / "no.zip") == f"There is no file or folder {tmp_path / 'no.zip'}."


def test_a_table_may_name_students(tmp_path):
    (tmp_path / "set.csv").write_text("student,question,text\n Ann  Smith ,plans,Coal.\n,plans,Steel.\n")
    (tmp_path / "set.jsonl").write_text('{"text": "Coal.", "question": "plans", "student": "Bo Jones"}\n')
    assert [row.student for row in rows(tmp_path / "set.csv")] == ["Ann Smith", ""]
    assert [row.student for row in rows(tmp_path / "set.jsonl")] == ["Bo Jones"]


def test_a_question_left_open_is_brought_in_to_be_recognised(tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "ann.txt").write_text("Coal.")
    (tmp_path / "set" / "bo.txt").write_text("")
    (tmp_path / "set.csv").write_text("id,question,text\na,,Coal.\nb,,\n")
    (tmp_path / "bare.csv").write_text("id,text\na,Coal.\nb,\n")
    for path in (tmp_path / "set", tmp_path / "set.csv", tmp_path / "bare.csv"):
        found = read_class_set(path, None, KNOWN, guessing=True)
        assert [(row.question, row.text, bool(row.problem)) for row in found] == [
            ("", "Coal.", False),
            ("", None, True),
        ]


def test_several_files_of_one_student_are_told(tmp_path):
    for name in ("Ann Smith_1_assignsubmission_file_", "Ann Smith_2_assignsubmission_file_"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plans.txt").write_text("Coal.")
    (tmp_path / "Ann Smith_1_assignsubmission_onlinetext_").mkdir()
    (tmp_path / "Ann Smith_1_assignsubmission_onlinetext_" / "plans.html").write_text("<p>See my <b>file</b></p>")
    found = rows(tmp_path)
    assert [(row.participant, [note.code for note in row.notes], row.text) for row in found] == [
        ("1", ["several-files"], "Coal."),
        ("1", ["several-files"], "See my file"),
        ("2", [], "Coal."),
    ]


def test_a_set_says_how_many_it_holds_and_can_be_read_again(tmp_path):
    (tmp_path / "set.csv").write_text("question,text\nplans,Coal.\nplans,Steel.\n")
    (tmp_path / "set.jsonl").write_text('{"text": "Coal."}\n\nno json\n')
    for name in ("set.csv", "set.jsonl"):
        found = read_class_set(tmp_path / name)
        assert len(found) == 2
        assert list(found) == list(found)
        assert len(list(found)) == 2


def test_one_answer_by_itself(tmp_path):
    (tmp_path / "Ann Smith - plans.txt").write_text("Coal.")
    (tmp_path / "Bo.docx").write_bytes(b"no document")
    assert rows(tmp_path / "Ann Smith - plans.txt") == [
        Submission("Ann Smith - plans.txt", "plans", "Coal.", student="Ann Smith")
    ]
    assert told(rows(tmp_path / "Bo.docx", "plans")) == [
        ("Bo.docx", "plans", "Bo.docx is damaged or is not really a .docx file.")
    ]


def several(*paths, pasted="", question="plans"):
    found = read_class_sets(paths, pasted, question, KNOWN)
    assert len(list(found)) == len(found)
    return list(found)


def test_several_answers_are_named_below_the_folder_they_share(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("Ann Smith", "Bo Jones"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "essay.txt").write_text(f"Coal, says {name}.")
    (tmp_path / "Bo Jones" / "more.txt").write_text("Steel.")
    files = [tmp_path / "Bo Jones" / "essay.txt", Path("Ann Smith/essay.txt"), Path("Bo Jones/more.txt")]
    assert [(row.id, row.student, [note.code for note in row.notes]) for row in several(*files)] == [
        ("Bo Jones/essay.txt", "Bo Jones", ["several-files"]),
        ("Ann Smith/essay.txt", "Ann Smith", []),
        ("Bo Jones/more.txt", "Bo Jones", ["several-files"]),
    ]
    assert [row.id for row in several(files[0], files[2])] == ["essay.txt", "more.txt"]


def test_several_inputs_are_one_set_with_ids_of_their_own(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text("Coal.")
    (tmp_path / "one.txt").write_text("Steel.")
    (tmp_path / "set.csv").write_text("id,text\none.txt,Oil.\none.txt (2),Gas.\n")
    (tmp_path / "register.csv").write_text("name,present\nAnn,yes\n")
    inputs = [tmp_path / name for name in ("register.csv", "set.csv", "a", "one.txt")]
    assert told(several(*inputs, pasted="Peat.")) == [
        ("one.txt", "plans", "Steel."),
        ("register.csv", "plans", "register.csv has no column 'text'; it needs the columns id, question and text."),
        ("one.txt (2)", "plans", "Oil."),
        ("one.txt (2) (2)", "plans", "Gas."),
        ("one.txt (3)", "plans", "Coal."),
        ("pasted 1", "plans", "Peat."),
    ]


@pytest.mark.parametrize(
    ("names", "pasted", "expected"),
    [
        (("one.txt", "none.zip"), "", "There is no file or folder"),
        (("bad.zip",), " ", "bad.zip is not a readable zip file."),
        ((), "", "There is no text in what was pasted."),
    ],
)
def test_several_inputs_that_are_no_class_set(tmp_path, names, pasted, expected):
    (tmp_path / "one.txt").write_text("Coal.")
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    with pytest.raises(ClassSetError, match=expected):
        several(*(tmp_path / name for name in names), pasted=pasted)
