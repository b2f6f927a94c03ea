"""`assistant batch` on a mixed class set from outside, with the models that ship."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import psutil
import pytest
from docx import Document
from mixed_set import FAMILY_NAMES, OTHER_QUESTION, QUESTION, as_zip, documents
from openpyxl import load_workbook

from assistant.batch import JOURNAL
from assistant.scoring.artefacts import MANIFEST, models_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (models_folder() / MANIFEST).exists(), reason="there are no trained models"),
]


def command(source, out, *options):
    return [sys.executable, "-m", "assistant", "batch", str(source), "--out", str(out), *map(str, options)]


def run(source, out, *options):
    return subprocess.run(command(source, out, *options), capture_output=True, text=True, encoding="utf-8", check=False)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return as_zip(tmp_path_factory.mktemp("set") / "set.zip")


@pytest.fixture(scope="module")
def done(source):
    """Everything that can be written, once."""
    out = source.parent / "out"
    options = (
        "--sheets",
        "docx",
        "--sheets",
        "html",
        "--marks",
        "xlsx",
        "--marks",
        "moodle",
        "--class-picture",
        "--json",
    )
    finished = run(source, out, "--jobs", 1, *options)
    assert finished.returncode == 0, finished.stderr
    return out, json.loads(finished.stdout)


def test_thirty_mixed_files_each_have_a_row(done):
    out, summary = done
    rows = rows_of(out / "marks.csv")
    assert len(rows) == len(documents()) == 30
    assert [bool(row["problem"]) for row in rows].count(True) == summary["not_marked"] == 8
    assert summary["marked"] == len((out / "feedback.jsonl").read_text(encoding="utf-8").splitlines()) == 22
    assert summary["marks"] == str(out / "marks.csv")
    assert (summary["question_guessed"], summary["repeated"]) == (3, 2)


def test_each_row_says_what_is_the_matter(done):
    rows = {row["student"]: row for row in rows_of(done[0] / "marks.csv")}

    def said(number, column="problem"):
        return rows[f"Ada {FAMILY_NAMES[number]}"][column]

    for number, expected in {
        15: "is empty", 16: "is damaged or is not really a .docx", 17: "is damaged", 18: "not a kind of file",
        19: "not UTF-8", 20: "not really a .pdf", 21: "the text does not tell it",
    }.items():  # fmt: skip
        assert expected in said(number)
    assert "The same text as Ada Abbott_7000" in said(10, "notes")
    assert "Nearly the same text as Ada Baker_7001" in said(11, "notes")
    assert (said(12, "question"), said(13, "question")) == (QUESTION, OTHER_QUESTION)
    assert "Question guessed" in said(12, "notes") and "Question guessed" in said(13, "notes")
    assert f"It seems to answer {OTHER_QUESTION} instead." in said(14, "notes")
    assert "off-question" in said(14, "review_reasons")
    assert "more than one file" in said(25, "notes")
    assert rows["Smith Bo"]["question"] == OTHER_QUESTION


def test_sheets_marks_and_the_class_picture_come_out(done):
    out, summary = done
    with zipfile.ZipFile(out / "sheets.zip") as archive:
        assert len(archive.namelist()) == summary["marked"]
        first = Document(io.BytesIO(archive.read("Ada Abbott.docx")))
        assert [paragraph.text for paragraph in first.paragraphs][2] == "From your teacher"
    assert (out / "sheets.html").read_text(encoding="utf-8").count("<article>") == summary["marked"]
    assert load_workbook(out / "marks.xlsx").active.max_row == 31
    assert rows_of(out / "moodle.csv") == []  # nothing was awarded
    picture = (out / "class-picture.html").read_text(encoding="utf-8")
    assert "What to teach again first" in picture
    assert not list(out.glob("*.part")) and not (out / JOURNAL).exists()


def test_moodle_gets_the_awards_of_those_it_knows(source, done, tmp_path):
    awarded = [row | {"awarded_mark": row["mark"]} for row in rows_of(done[0] / "marks.csv")]
    with (tmp_path / "awards.csv").open("w", encoding="utf-8-sig", newline="") as table:
        writer = csv.DictWriter(table, awarded[0])
        writer.writeheader()
        writer.writerows(awarded)
    options = ("--jobs", 1, "--awards", tmp_path / "awards.csv", "--marks", "moodle", "--json")
    finished = run(source, tmp_path / "out", *options)
    assert finished.returncode == 0, finished.stderr
    grades = rows_of(tmp_path / "out" / "moodle.csv")
    assert {"Identifier": "Participant 7000", "Full name": "Ada Abbott"}.items() <= grades[0].items()
    marked = json.loads(finished.stdout)["awarded"]
    assert (marked, len(grades)) == (22, marked - 4)  # two name no participant, two are one participant's


def test_codes_for_names_and_the_key_for_next_time(source, tmp_path):
    key = tmp_path / "key.csv"
    small = tmp_path / "set.zip"
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(small, "w") as part:
        for name in [name for name in whole.namelist() if "Zimmer" in name or "Quinn" in name or "Abbott" in name]:
            part.writestr(name, whole.read(name))
    options = ("--jobs", 1, "--student-codes", key, "--sheets", "html", "--class-picture", "--marks", "xlsx")
    finished = run(small, tmp_path / "out", *options)
    assert finished.returncode == 0, finished.stderr
    for name, data in contents(tmp_path / "out").items():
        assert not any(word in data for word in (b"Zimmer", b"Quinn", b"Abbott", b"7025")), name
    assert [row["id"] for row in rows_of(tmp_path / "out" / "marks.csv")] == ["S01", "S02", "S03", "S03.2"]
    assert [row["student"] for row in rows_of(key)] == ["Ada Abbott", "Ada Quinn", "Ada Zimmer"]
    before = key.read_bytes()
    assert run(small, tmp_path / "out", *options).returncode == 0
    assert key.read_bytes() == before


def test_a_killed_batch_goes_on_and_gives_the_same_files(source, done, tmp_path):
    out = tmp_path / "out"
    options = ("--jobs", 1, "--sheets", "html", "--class-picture")
    killed = subprocess.Popen(command(source, out, *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = out / JOURNAL
    try:
        for _ in range(2400):
            if journal.is_file() and journal.read_bytes().count(b"\n") >= 5:
                break
            assert killed.poll() is None, "it ended before it could be killed"
            time.sleep(0.05)
    finally:
        killed.kill()
        killed.wait()
    kept = journal.read_bytes()
    assert not (out / "marks.csv").exists()
    assert run(source, out, *options).returncode == 0
    assert not journal.exists()
    assert kept.count(b"\n") >= 5
    whole = contents(done[0])
    assert contents(out) == {
        name: whole[name] for name in ("feedback.jsonl", "marks.csv", "sheets.html", "class-picture.html")
    }


def started(source, out, *options):
    """A run that has marked some of the set, in a process group of its own, as a terminal starts it."""
    running = subprocess.Popen(
        command(source, out, *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # What a script starts in the background ignores Ctrl-C, and so would this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    journal = out / JOURNAL
    for _ in range(2400):
        if journal.is_file() and journal.read_bytes().count(b"\n") >= 4:
            return running
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    running.kill()
    raise AssertionError("it marked nothing")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to interrupt")
def test_stopped_from_the_keyboard_it_says_how_to_go_on_and_goes_on(source, done, tmp_path):
    out = tmp_path / "out"
    running = started(source, out, "--jobs", 2)
    os.killpg(running.pid, signal.SIGINT)
    said, errors = running.communicate(timeout=120)
    assert (running.returncode, said) == (130, b"")
    # The processes hear of Ctrl-C too, and joblib may say what it cleaned up behind them.
    assert b"Stopped. Run the same command again to go on from here.\n" in errors, errors.decode()
    assert b"Traceback" not in errors
    assert [path.name for path in out.iterdir()] == [JOURNAL]
    kept = (out / JOURNAL).read_bytes().count(b"\n") - 1
    again = run(source, out, "--jobs", 2, "--json")
    assert (again.returncode, json.loads(again.stdout)["marked"]) == (0, done[1]["marked"])
    assert 0 < kept < done[1]["marked"]
    whole = contents(done[0])
    assert contents(out) == {name: whole[name] for name in ("feedback.jsonl", "marks.csv")}


@pytest.mark.skipif(os.name == "nt", reason="Windows names its processes otherwise")
def test_with_a_process_ended_by_the_system_it_says_how_to_go_on_and_goes_on(source, done, tmp_path):
    out = tmp_path / "out"
    running = started(source, out, "--jobs", 2)
    workers = [child for child in psutil.Process(running.pid).children() if "LokyProcess" in " ".join(child.cmdline())]
    workers[0].kill()
    said, errors = running.communicate(timeout=120)
    assert (running.returncode, said) == (2, b"")
    assert errors.startswith(b"A process was ended while it marked") and errors.count(b"\n") == 1, errors.decode()
    assert run(source, out, "--jobs", 1).returncode == 0
    whole = contents(done[0])
    assert contents(out) == {name: whole[name] for name in ("feedback.jsonl", "marks.csv")}
    assert not psutil.wait_procs(workers, timeout=60)[1], "a process is left over"


def test_the_same_set_again_writes_the_same_files(source, tmp_path):
    small = tmp_path / "set.zip"
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(small, "w") as part:
        for name in whole.namelist()[:2]:
            part.writestr(name, whole.read(name))
    wrote = []
    for _ in range(2):
        finished = run(small, tmp_path / "out", "--jobs", 1, "--json")
        assert (finished.returncode, finished.stderr) == (0, "")
        assert json.loads(finished.stdout) == {
            "marked": 2, "not_marked": 0, "to_review": 0, "question_guessed": 0, "repeated": 0, "awarded": 0,
            "marks": str(tmp_path / "out" / "marks.csv"),
        }  # fmt: skip
        wrote.append(contents(tmp_path / "out"))
    assert wrote[0] == wrote[1]


def test_two_processes_write_what_one_does(source, done, tmp_path):
    assert run(source, tmp_path / "out", "--jobs", 2).returncode == 0
    whole = contents(done[0])
    assert contents(tmp_path / "out") == {name: whole[name] for name in ("feedback.jsonl", "marks.csv")}


def test_beside_an_earlier_set(source, done, tmp_path):
    (tmp_path / "set.jsonl").write_text(json.dumps({"id": "a", "question": QUESTION, "text": "Stalin won."}))
    # As the browser writes it: with a line for a script that could not be read.
    unread = json.dumps({"id": "b", "feedback": None}) + "\n"
    earlier = tmp_path / "earlier.jsonl"
    earlier.write_text((done[0] / "feedback.jsonl").read_text(encoding="utf-8") + unread, encoding="utf-8")
    finished = run(tmp_path / "set.jsonl", tmp_path / "out", "--jobs", 1, "--compare", earlier)
    assert finished.returncode == 0, finished.stderr
    assert "Scripts: 22 then, 1 now." in (tmp_path / "out" / "class-picture.html").read_text(encoding="utf-8")


def test_what_cannot_go_together_or_be_read_writes_nothing(source, tmp_path):
    (tmp_path / "bad.csv").write_text("name\nAnn\n")
    (tmp_path / "bad.jsonl").write_text("{}\n")
    for options, expected in (
        (("--student-codes", tmp_path / "k.csv", "--marks", "moodle"), "Moodle knows students by"),
        (("--student-codes", tmp_path / "bad.csv"), "bad.csv is no key of student codes"),
        (("--compare", tmp_path / "bad.jsonl"), "bad.jsonl is no feedback.jsonl"),
        (("--compare", tmp_path / "none.jsonl"), "none.jsonl"),
        (("--sheets", "pdf"), "'pdf' is not one of"),
    ):
        finished = run(source, tmp_path / "out", *options)
        assert (finished.returncode, finished.stdout) == (2, "")
        assert expected in finished.stderr and finished.stderr.count("\n") == 1
        assert not (tmp_path / "out").exists()
