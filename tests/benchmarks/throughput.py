"""How many answers a second `assistant batch` marks, and in how much memory, as the class set grows.

    python tests/benchmarks/throughput.py [--quick] [--counts 1000 10000] [further options of assistant batch]

The answers are drawn with replacement from the marked practice responses of the course, and of each about one word in
twelve, drawn anew every time, is left out: so no two texts are the same and few of their sentences, and nothing that
was read for one can be used for another. (Marking one text twice takes as long as marking two; this only makes sure.)
Such copies of one response are still alike, so many rows say that they are nearly the same text as another, which costs
the more time. Starting is included.

Memory is the highest resident set size seen in samples taken twice a second: of the command itself, and of the
processes that it started, summed. With `--scheduler ADDRESS` the workers' memory is not seen.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.table import Table
from similarity import out, skip
from speed import AIM_BATCH, ROOT, load

from assistant.corpus.loading import CourseError, find_course, load_responses, responses_of
from assistant.scoring.artefacts import ArtefactError, models_folder, read_manifest

LEFT_OUT = 1 / 12
SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class Run:
    """One class set marked: how many answers, in how many seconds and megabytes."""

    count: int
    seconds: float
    own_megabytes: float
    workers_megabytes: float
    alike: int


def write_set(path: Path, course: str, count: int, seed: int = 0) -> None:
    """Write a class set of so many answers as JSON lines."""
    responses = load_responses(responses_of(find_course(course)))
    if not responses:
        skip(f"the course {course} has no practice responses to draw from.")
    drawn = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            response = drawn.choice(responses)
            paragraphs = [
                " ".join(word for word in paragraph.split() if drawn.random() >= LEFT_OUT)
                for paragraph in response.layout()[0].split("\n\n")
            ]
            record = {"id": f"{number:05d}", "question": response.question, "text": "\n\n".join(paragraphs)}
            file.write(json.dumps(record) + "\n")


def mark(course: str, count: int, options: list[str]) -> Run:
    """Mark a class set with the command in a new process, and look at it meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_set(folder / "set.jsonl", course, count)
        arguments = ["batch", str(folder / "set.jsonl"), "--out", str(folder / "out"), "--course", course, "--json"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        own = workers = 0
        begin = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "assistant", *arguments, *options], stdout=subprocess.PIPE, env=environment
        ) as process:
            watched = psutil.Process(process.pid)
            while process.poll() is None:
                own = max(own, resident(watched))
                workers = max(workers, sum(map(resident, children(watched))))
                with suppress(subprocess.TimeoutExpired):
                    process.wait(SAMPLE_SECONDS)
            seconds = time.perf_counter() - begin
            said = process.stdout.read() if process.stdout else b""
        if process.returncode:
            raise SystemExit(f"assistant batch ended with {process.returncode}.")
        summary = json.loads(said)
        if summary["marked"] != count:
            raise SystemExit(f"{summary['not_marked']} of {count} answers were not marked.")
        return Run(count, seconds, own / 2**20, workers / 2**20, summary["repeated"])


def resident(process: psutil.Process) -> int:
    """Bytes a process holds in memory; 0 once it has ended."""
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def children(process: psutil.Process) -> list[psutil.Process]:
    """The processes that a process has started, and theirs."""
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--course", default="stalin", help="a course with marked practice responses")
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 10000], help="answers in the class sets")
    parser.add_argument("--quick", action="store_true", help="one set of 100 answers")
    options, further = parser.parse_known_args()
    try:
        read_manifest(models_folder())
    except (ArtefactError, CourseError) as error:
        skip(str(error))
    if (busy := load()) > 0.5:
        out.print(f"Other work is running here (load {busy:.1f}): the times below are too long.")
    table = Table(
        "Answers", "Seconds", "Answers a second", "Own memory", "Its processes' memory", "Called alike",
        title=f"assistant batch {' '.join(further)} on {os.cpu_count()} cores; the aim is {AIM_BATCH:.1f} a second",
    )  # fmt: skip
    for count in [100] if options.quick else options.counts:
        run = mark(options.course, count, further)
        table.add_row(
            str(run.count),
            f"{run.seconds:.1f}",
            f"{run.count / run.seconds:.1f}",
            f"{run.own_megabytes:.0f} MB",
            f"{run.workers_megabytes:.0f} MB",
            str(run.alike),
        )
    out.print(table)


if __name__ == "__main__":
    main()
