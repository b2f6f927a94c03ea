import json
import subprocess
import sys

import pytest

from assistant import __version__

ANSWERS = {
    "none.txt": (None, "There is no file"),
    "empty.txt": (b"", "empty.txt is empty."),
    "blank.txt": (b" \n\t\n", "blank.txt is empty."),
    "binary.txt": (b"PK\x03\x04\0\0", "binary.txt is a binary file, not text."),
    "latin.txt": ("Königin".encode("latin-1"), "latin.txt is not UTF-8 text (byte 2 is wrong)"),
    "long.txt": (b"word " * 12_001, "long.txt is longer than 60,000 characters"),
    "huge.txt": (b"word " * 2_000_001, "huge.txt is larger than 10 MB."),
    "photo.jpg": (b"\xff\xd8", "photo.jpg is not a kind of file that can be read here"),
    "broken.docx": (b"no document", "broken.docx is damaged or is not really a .docx file."),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_cannot_be_read(tmp_path, refused, name):
    content, expected = ANSWERS[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for options in ((), ("--json",)):
        assert refused("mark", tmp_path / name, "--question", "stalin-victory", *options).startswith(expected)


def test_a_folder_where_a_file_is_due(tmp_path, refused):
    assert refused("mark", tmp_path, "-q", "famine") == f"{tmp_path} is a folder; a file is needed."


@pytest.mark.parametrize(
    ("stdin", "expected"),
    [
        (b"", "The answer holds no text."),
        (b" \n", "The answer holds no text."),
        (b"a\0b", "standard input is a binary file, not text."),
        (b"K\xf6nigin", "standard input is not UTF-8 text"),
        (b"a" * 60_001, "standard input is longer than 60,000 characters"),
        (b"a" * 10_000_001, "The answer is larger than 10 MB."),
    ],
)
def test_standard_input_that_cannot_be_read(refused, stdin, expected):
    assert refused("mark", "-", "--question", "stalin-victory", stdin=stdin).startswith(expected)


def test_an_unknown_question_names_those_there_are(tmp_path, refused):
    (tmp_path / "set.jsonl").write_text('{"id": "a", "text": "Stalin won."}\n')
    for command in (
        ("mark", tmp_path / "set.jsonl"),
        ("batch", tmp_path / "set.jsonl", "--out", tmp_path / "out"),
    ):
        line = refused(*command, "--question", "no-such")
        assert line.startswith("There is no question 'no-such'; the questions are: ")
        assert "stalin-victory" in line
    assert not (tmp_path / "out").exists()


SETS = {
    "none.zip": (None, "There is no file or folder"),
    "set.zip": (b"no zip", "set.zip is not a readable zip file."),
    "set.csv": (b"id,essay\n1,Stalin won.\n", "set.csv has no column 'text'"),
    "set.xlsx": (b"no workbook", "set.xlsx is not a readable .xlsx file."),
    "set.jsonl": (b"\n", "set.jsonl holds no rows."),
    "photo.jpg": (b"\xff\xd8", "photo.jpg is no class set and no answer"),
    "latin.csv": ("question,text\nfamine,Königin".encode("latin-1"), "latin.csv is not UTF-8 text"),
}


@pytest.mark.parametrize("name", SETS)
def test_what_is_no_class_set_leaves_no_folder(tmp_path, refused, name):
    content, expected = SETS[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = list(tmp_path.iterdir())
    assert refused("batch", tmp_path / name, "--out", tmp_path / "out").startswith(expected)
    assert list(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("stdin", "expected"),
    [
        (b"", "standard input is empty."),
        (b"====\n----\n", "There is no text in what was pasted."),
        (b"K\xf6nigin", "standard input is not UTF-8 text"),
        (b"a" * 10_000_001, "standard input is larger than 10 MB."),
    ],
)
def test_pasted_text_that_cannot_be_read_leaves_no_folder(tmp_path, refused, stdin, expected):
    assert refused("batch", "-", "--out", tmp_path / "out", stdin=stdin).startswith(expected)
    assert not (tmp_path / "out").exists()


def test_without_models_nothing_is_written(tmp_path, refused, monkeypatch):
    monkeypatch.setattr("assistant.scoring.artefacts.models_folder", lambda: tmp_path)
    (tmp_path / "set.jsonl").write_text('{"id": "a", "question": "famine", "text": "Grain was taken."}\n')
    for jobs in (1, 2):
        line = refused("batch", tmp_path / "set.jsonl", "--out", tmp_path / "out", "--jobs", jobs)
        assert line == "There are no trained models: run 'assistant train' first."
    assert not (tmp_path / "out").exists()


def test_a_batch_does_not_write_over_a_file(tmp_path, refused):
    (tmp_path / "out").write_text("mine")
    assert refused("batch", tmp_path, "--out", tmp_path / "out").endswith("is a file; --out needs a folder.")
    assert (tmp_path / "out").read_text() == "mine"


BROKEN_COURSES = [
    ("course.yaml", b"title: [", "course.yaml: line "),
    ("facts/all.yaml", b"- id: x\n", "all.yaml: x, lines: is missing (and "),
    ("questions.yaml", b"", "questions.yaml: must be a list of questions"),
    ("rubric.yaml", b"styles: []", "rubric.yaml: styles: must have at least one entry (and 1 more)"),
    ("terms.yaml", b"\xff", "terms.yaml: the file is not UTF-8 text (byte 0)"),
    ("notes.txt", None, "notes.txt: the file is missing"),
]


@pytest.mark.parametrize(("file", "content", "expected"), BROKEN_COURSES)
def test_a_broken_course(course_folder, tmp_path, refused, file, content, expected):
    if content is None:
        (course_folder / file).unlink()
    else:
        (course_folder / file).write_bytes(content)
    (tmp_path / "a.txt").write_text("Stalin won.")
    for command in (
        ("questions",),
        ("mark", tmp_path / "a.txt", "-q", "struggle"),
        ("batch", tmp_path, "--out", tmp_path / "out"),
        ("corpus", "ledger"),
        ("corpus", "errata"),
    ):
        assert refused(*command, "--course", course_folder).startswith(expected)
    assert not (tmp_path / "out").exists()


def test_no_such_course(refused):
    for command in (("questions",), ("serve",), ("corpus", "check"), ("corpus", "errata")):
        assert "there is no such course" in refused(*command, "--course", "no-such")


def test_training_names_a_missing_course_before_a_missing_extra_or_model(tmp_path, refused):
    for how in ((), ("--estimators-only",)):
        line = refused("train", "--course", "no-such", "--out", tmp_path / "models", *how)
        assert line.startswith("no-such: there is no such course (the courses are: ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("no-such",), "No such command 'no-such'. See 'assistant --help'."),
        (("mark", "a.txt"), "Missing option '--question'"),
        (("mark", "a.txt", "--question"), "Option '--question' requires an argument."),
        (("batch", "--out", "b"), "Missing argument 'INPUT...'."),
        (("batch", "a.zip"), "Missing option '--out'. See 'assistant --help'."),
        (("questions", "--yaml"), "No such option: --yaml"),
        (("batch", "a.zip", "--out", "b", "--jobs", "-1"), "Invalid value for '--jobs'"),
    ],
)
def test_bad_usage(refused, arguments, expected):
    assert refused(*arguments).startswith(expected)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "holds no notes.txt."),
        ({"notes.txt": b""}, "notes.txt is empty."),
        ({"notes.txt": b"\0"}, "notes.txt is a binary file, not text."),
        ({"notes.txt": b"a note", "questions.yaml": b"- {id: x}"}, "questions.yaml: x, topic: is missing (and 3 more)"),
        ({"notes.txt": b"a note", "rubric.yaml": b"["}, "rubric.yaml: line "),
    ],
)
def test_notes_that_make_no_course(tmp_path, refused, files, expected):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert expected in refused("corpus", "build", tmp_path, "--out", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)


def test_a_built_course_is_fit_for_use_and_is_not_overwritten(tmp_path, run, refused):
    (tmp_path / "nile.txt").write_text("# Floods\nCame every summer\nLeft silt\nMade fields rich\n")
    built = run("corpus", "build", tmp_path / "nile.txt", "--out", tmp_path / "out", "--title", "The Nile")
    assert (built.status, built.out.count("\n")) == (0, 1)
    assert run("corpus", "check", tmp_path / "out").out.startswith(
        "The course 'nile' is fit for use: 4 note lines, 3 facts"
    )
    assert "exists and is not an empty folder" in refused(
        "corpus", "build", tmp_path / "nile.txt", "--out", tmp_path / "out"
    )


def test_checking_names_every_problem(course_folder, run):
    text = (course_folder / "questions.yaml").read_text()
    (course_folder / "questions.yaml").write_text(
        text.replace("style: essay-25", "style: oral").replace("- 4\n", "- 44\n")
    )
    done = run("corpus", "check", course_folder)
    assert done.status == 2
    assert done.err.splitlines() == [
        "questions.yaml: struggle, style: the rubric has no style 'oral'",
        "questions.yaml: struggle, rivals, lines: outside the notes: [44]",
        "2 problems found.",
    ]
    assert run("corpus", "check").out.startswith("The course 'stalin' is fit for use: 559 note lines, ")


def test_questions(run, course_folder):
    listed = json.loads(run("questions", "--json").out)
    assert len(listed) == 20
    assert {"id", "topic", "style", "prompt", "factors"} <= listed[0].keys()
    assert [question["id"] for question in json.loads(run("questions", "--json", "--course", course_folder).out)] == [
        "struggle",
        "plans",
    ]
    assert "stalin-victory" in run("questions").out


def test_ledger(run):
    rows = json.loads(run("corpus", "ledger", "--json").out)
    assert [row["line"] for row in rows] == list(range(1, 560))
    assert {row["kind"] for row in rows} == {"heading", "fact", "set-aside"}
    assert all(row.keys() == {"line", "kind", "facts", "reason"} for row in rows)
    assert "559 lines: " in run("corpus", "ledger").out


def test_errata(run):
    rows = json.loads(run("corpus", "errata", "--json").out)
    assert len({row["line"] for row in rows}) >= 15
    assert all({"line", "says", "correct", "why"} <= row.keys() for row in rows)
    assert f"{len(rows)} errata." in run("corpus", "errata").out


def test_help_and_version(run):
    for words in ((), ("mark",), ("batch",), ("corpus",), ("corpus", "build")):
        done = run(*words, "--help")
        assert (done.status, done.err) == (0, "")
        assert "Usage:" in done.out
    assert run("--version").out == f"assistant {__version__}\n"


def test_no_command_shows_the_help(run):
    done = run()
    assert done.status == 2
    assert "Usage:" in done.out + done.err


def test_a_message_shows_names_as_they_are(tmp_path, refused):
    path = tmp_path / "[bold]:smile:.txt"
    path.write_bytes(b"")
    assert refused("mark", path, "-q", "famine") == "[bold]:smile:.txt is empty."


def test_an_error_of_the_project_itself_is_not_hidden(run, monkeypatch):
    def fail(course):
        raise ValueError("a bug")

    monkeypatch.setattr("assistant.corpus.loading.load_course", fail)
    with pytest.raises(ValueError, match="a bug"):
        run("questions")


def test_a_disk_that_refuses_is_told_in_one_line(tmp_path, refused):
    (tmp_path / "file").write_text("x")
    (tmp_path / "notes.txt").write_text("a note")
    line = refused("corpus", "build", tmp_path / "notes.txt", "--out", tmp_path / "file" / "deep")
    assert str(tmp_path / "file") in line


def test_from_outside_there_is_no_traceback(tmp_path, root):
    (tmp_path / "set.zip").write_bytes(b"no zip")
    command = [sys.executable, "-m", "assistant", "batch", tmp_path / "set.zip", "--out", tmp_path / "out"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "set.zip is not a readable zip file.\n")
    assert not (tmp_path / "out").exists()


def test_the_course_of_a_relative_folder(course_folder, run, monkeypatch):
    monkeypatch.chdir(course_folder.parent)
    listed = json.loads(run("questions", "--json", "--course", "small").out)
    assert [row["id"] for row in listed] == ["struggle", "plans"]
