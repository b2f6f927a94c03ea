"""`mark`, `batch` and `evaluate --responses` from outside, with the models that ship."""

import csv
import json
import subprocess
import sys

import jsonschema
import pytest

from assistant.corpus.loading import find_course, load_responses, responses_of
from assistant.scoring.artefacts import MANIFEST, models_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (models_folder() / MANIFEST).exists(), reason="there are no trained models"),
]
ANSWER = (
    "As General Secretary Stalin could put his own men into key posts. This meant that the congresses were packed with "
    "his supporters.\n\nTrotsky was arrogant, and older members saw him as an outsider who only joined in 1917. "
    "Overall, the machine mattered more, because without it these weaknesses could not have been used."
)


def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def schema(request):
    path = request.config.rootpath / "tests" / "contract" / "feedback.schema.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def responses():
    return load_responses(responses_of(find_course("stalin")))


def test_mark_from_standard_input(schema):
    done = run("mark", "-", "--question", "stalin-victory", "--json", stdin=ANSWER)
    assert done.returncode == 0, done.stderr
    feedback = json.loads(done.stdout)
    jsonschema.validate(feedback, schema)
    found = {line for item in feedback["evidence"] for line in item["lines"]}
    assert {77, 71} <= found  # appointments; an outsider who joined in 1917


def test_mark_for_a_reader(tmp_path):
    (tmp_path / "answer.txt").write_text(ANSWER, encoding="utf-8")
    done = run("mark", str(tmp_path / "answer.txt"), "--question", "stalin-victory")
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("What works") < done.stdout.index("To think about") < done.stdout.index("Suggested")


def test_every_practice_response_goes_through_a_batch(tmp_path, schema, responses):
    rows = [{"id": r.id, "question": r.question, "text": r.layout()[0]} for r in responses]
    source = tmp_path / "set.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    done = run("batch", str(source), "--out", str(tmp_path / "out"), "--jobs", "2")
    assert done.returncode == 0, done.stderr
    lines = [
        json.loads(line) for line in (tmp_path / "out" / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [line["id"] for line in lines] == [row["id"] for row in rows]
    validator = jsonschema.Draft202012Validator(schema)
    for line in lines:
        assert not list(validator.iter_errors(line["feedback"]))
    with (tmp_path / "out" / "marks.csv").open(encoding="utf-8-sig", newline="") as table:
        assert [row["problem"] for row in csv.DictReader(table)] == [""] * len(rows)


def test_a_broken_row_never_stops_a_batch(tmp_path):
    source = tmp_path / "set.jsonl"
    good = json.dumps({"id": "=good", "question": "stalin-victory", "text": ANSWER})
    source.write_bytes(
        "\n".join([good, "not json", json.dumps({"id": "b", "question": "nowhere", "text": ANSWER})]).encode()
        + b"\n\xff\xfe\n"
        + json.dumps({"id": "c", "question": "stalin-victory", "text": "  "}).encode()
    )
    done = run("batch", str(source), "--out", str(tmp_path / "out"), "--jobs", "1")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out" / "marks.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [bool(row["problem"]) for row in rows] == [False, True, True, True, True]
    assert rows[0]["id"] == "'=good"  # no spreadsheet takes it for a formula
    assert len((tmp_path / "out" / "feedback.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_evaluate_a_file(tmp_path, responses):
    path = tmp_path / "some.jsonl"
    path.write_text("\n".join(r.model_dump_json() for r in responses[:4]) + "\n", encoding="utf-8")
    done = run("evaluate", "--responses", str(path), "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)["figures"]["on some.jsonl"]
    assert figures["responses"] == 4
    assert 0 < figures["evidence"]["f1"] <= 1
