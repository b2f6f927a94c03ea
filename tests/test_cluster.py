"""Class sets over a real Dask scheduler and workers, some of which are killed."""

import csv
import json
import os
import socket
import subprocess
import sys
import time

import dask_cluster as stand_ins
import pytest
from dask_cluster import dask_cluster
from mixed_set import as_zip, documents

from assistant import cluster as module
from assistant.batch import JOURNAL
from assistant.class_sets import Submission
from assistant.cluster import IN_FLIGHT, WORKERS_LOST, Cluster, ClusterError
from assistant.scoring.artefacts import MANIFEST, models_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (models_folder() / MANIFEST).exists(), reason="there are no trained models"),
]
QUESTION = "stalin-victory"


def submissions(count, text="Text {}"):
    return [Submission(f"s{number}", QUESTION, text.format(number)) for number in range(count)]


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """A scheduler with two workers, for tests that leave them be."""
    with dask_cluster(tmp_path_factory.mktemp("lasting") / "cluster", 2) as started:
        yield started


@pytest.fixture
def passing(tmp_path):
    """A scheduler with two workers, for a test that kills some."""
    with dask_cluster(tmp_path / "cluster", 2) as started:
        yield started


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(module, "_mark", stand_ins.quick_mark)


def command(source, out, *options):
    return [sys.executable, "-m", "assistant", "batch", str(source), "--out", str(out), *map(str, options)]


def run(*arguments):
    return subprocess.run(command(*arguments), capture_output=True, text=True, encoding="utf-8", check=False)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- the command -----------------------------------------------------------------------------------------------------


def test_two_workers_of_which_one_is_killed_write_what_one_process_does(passing, tmp_path):
    source = as_zip(tmp_path / "set.zip")
    out = tmp_path / "out"
    options = ("--json", "--class-picture")
    with subprocess.Popen(
        command(source, out, "--scheduler", passing.address, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as marking:
        journal = out / JOURNAL
        for _ in range(2400):
            if journal.is_file() and journal.read_bytes().count(b"\n") >= 5:
                break
            assert marking.poll() is None, marking.stderr.read()
            time.sleep(0.05)
        assert marking.poll() is None, "it ended before a worker could be killed"
        passing.workers[0].kill()
        said, errors = marking.communicate(timeout=300)
    assert (marking.returncode, errors) == (0, b"")
    assert passing.workers[0].wait() != 0 and passing.workers[1].poll() is None
    local = run(source, tmp_path / "local", "--jobs", 1, *options)
    assert local.returncode == 0, local.stderr
    assert contents(out) == contents(tmp_path / "local")
    assert json.loads(said) | {"marks": ""} == json.loads(local.stdout) | {"marks": ""}
    with (out / "marks.csv").open(encoding="utf-8-sig", newline="") as table:
        assert len(list(csv.DictReader(table))) == len(documents())
    said = passing.said()
    assert "General Secretary" not in said and "General Secretary" in (out / "feedback.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("tcp://127.0.0.1:1", "No Dask scheduler answers at tcp://127.0.0.1:1."),
        ("nowhere", "'nowhere' is no address of a Dask scheduler, such as tcp://machine:8786."),
        ("127.0.0.1:port", "'127.0.0.1:port' is no address of a Dask scheduler"),
        ("http://127.0.0.1:1", "'http://127.0.0.1:1' is no address of a Dask scheduler"),
        ("", "'' is no address of a Dask scheduler"),
        ("tls://127.0.0.1:1", "For a tls:// address Dask's configuration must name the certificates."),
    ],
)
def test_without_a_scheduler_one_sentence_says_so_and_nothing_is_written(tmp_path, address, expected):
    (tmp_path / "set.jsonl").write_text(json.dumps({"id": "a", "question": QUESTION, "text": "Stalin won."}))
    finished = run(tmp_path / "set.jsonl", tmp_path / "out", "--scheduler", address)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.startswith(expected) and finished.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_jobs_and_a_scheduler_do_not_go_together(tmp_path):
    finished = run(tmp_path, tmp_path / "out", "--scheduler", "127.0.0.1:1", "--jobs", 2)
    assert finished.returncode == 2
    assert finished.stderr == "--jobs is for processes of this machine; leave it out with --scheduler.\n"


# --- finding the cluster ---------------------------------------------------------------------------------------------


def test_what_answers_nothing_is_not_waited_for_without_end(monkeypatch):
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"No Dask scheduler answers at {address}"), Cluster(address):
            pass


def test_without_dask_the_extra_that_brings_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"needs the 'districts' extra: pip install"), Cluster("127.0.0.1:1"):
        pass


def test_a_scheduler_without_workers_is_said(tmp_path):
    with (
        dask_cluster(tmp_path / "cluster", 0) as empty,
        pytest.raises(ClusterError, match=r"The Dask scheduler at tcp://.* has no workers\."),
        Cluster(empty.address, patience=0.5),
    ):
        pass


# --- streaming and losses --------------------------------------------------------------------------------------------


def test_few_are_given_out_at_once_and_come_back_in_order(lasting, quick):
    taken = 0

    def coming():
        nonlocal taken
        for submission in submissions(120):
            taken += 1
            yield submission

    known = module.BatchRow("s7", QUESTION, None, text="known")
    most, got = 0, []
    with Cluster(lasting.address) as cluster:
        cluster._client.wait_for_workers(2)
        for row in cluster.mark_batch("stalin", coming(), lambda s: known if s.id == "s7" else None):
            most = max(most, taken - len(got))
            got.append((row.id, row.text))
        for _ in range(100):
            left = cluster._client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
            if not left:
                break
            time.sleep(0.05)
        assert left == 0, "results are kept that nobody waits for"
    assert got == [(f"s{number}", "known" if number == 7 else f"text {number}") for number in range(120)]
    assert 2 < most <= 2 * IN_FLIGHT


def test_a_submission_that_cannot_be_read_needs_no_worker(lasting, quick):
    broken = Submission("b", "", None, "b is damaged.")
    with Cluster(lasting.address) as cluster:
        (row,) = cluster.mark_batch("stalin", [broken])
    assert (row.id, row.problem) == ("b", "b is damaged.")


def test_a_worker_that_comes_later_does_the_work_of_those_that_go(passing, quick):
    with Cluster(passing.address) as cluster:
        got = []
        for row in cluster.mark_batch("stalin", submissions(120)):
            got.append(row.id)
            if len(got) == 20:
                passing.add_worker()
                cluster._client.wait_for_workers(3)
                for worker in passing.workers[:2]:
                    worker.kill()
    assert got == [f"s{number}" for number in range(120)]


def test_an_answer_that_brings_its_workers_down_costs_its_own_mark_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_mark", stand_ins.mark_that_may_be_deadly)
    many = submissions(30)
    many[10] = Submission("s10", QUESTION, stand_ins.DEADLY, student="Ann")
    with dask_cluster(tmp_path / "cluster", 3, allowed_failures=0) as three, Cluster(three.address) as cluster:
        cluster._client.wait_for_workers(3)
        rows = list(cluster.mark_batch("stalin", many))
        said = three.said()
    assert [row.id for row in rows] == [f"s{number}" for number in range(30)]
    assert [(row.id, row.problem, row.student) for row in rows if row.problem] == [("s10", WORKERS_LOST, "Ann")]
    assert stand_ins.DEADLY not in said


def test_with_no_worker_left_the_run_ends_and_says_how_to_go_on(passing, quick):
    with Cluster(passing.address) as cluster:
        cluster._patience = 1
        rows = cluster.mark_batch("stalin", submissions(100))
        next(rows)
        for worker in passing.workers:
            worker.kill()
        with pytest.raises(ClusterError, match=r"No worker is left at tcp.* Run the same command again to go on"):
            list(rows)


def test_with_the_scheduler_lost_the_run_ends_and_says_how_to_go_on(passing, quick):
    with Cluster(passing.address) as cluster:
        rows = cluster.mark_batch("stalin", submissions(100))
        next(rows)
        passing.scheduler.kill()
        with pytest.raises(ClusterError, match=r"scheduler at tcp.* was lost\. Run the same command again to go on"):
            list(rows)


# --- workers that would not mark as this machine does ----------------------------------------------------------------


def test_a_worker_with_other_models_marks_nothing_and_logs_no_text(lasting, monkeypatch):
    here = module.made_with
    monkeypatch.setattr(module, "made_with", lambda course: here(course) | {"models": "others"})
    with (
        Cluster(lasting.address) as cluster,
        pytest.raises(
            ClusterError, match=r"The worker at tcp://.* has another course or other models than this machine"
        ),
    ):
        list(cluster.mark_batch("stalin", submissions(3, "A text nobody else should read, number {}.")))
    said = lasting.said()
    assert "Compute Failed" in said and "nobody else should read" not in said
    # Versions of Dask differ in how much they show of what a task was given.
    assert repr(module._Sealed(submissions(1)[0])) == "<a submission>"


def test_a_worker_that_has_something_else_installed_is_said(lasting, monkeypatch):
    monkeypatch.setattr(module, "_mark", stand_ins.broken_mark)
    with (
        Cluster(lasting.address) as cluster,
        pytest.raises(ClusterError, match=r"The cluster cannot run the assistant \(ImportError\)"),
    ):
        list(cluster.mark_batch("stalin", submissions(3)))


def test_a_course_folder_that_the_worker_lacks_is_said(lasting, course_folder, monkeypatch):
    with Cluster(lasting.address) as cluster:
        rows = cluster.mark_batch(os.path.relpath(course_folder), submissions(3))
        monkeypatch.setattr(module, "find_course", lambda course: course_folder.with_name("elsewhere"))
        with pytest.raises(ClusterError, match=r"The worker at tcp://.* cannot mark: .*no such course"):
            list(rows)
