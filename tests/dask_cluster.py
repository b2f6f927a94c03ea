"""A Dask scheduler and workers in processes of their own on this machine, and stand-ins for marking that they can import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.service import BatchRow

TESTS = Path(__file__).resolve().parent
START_SECONDS = 120
DEADLY = "A text that ends the worker that reads it."


class DaskCluster:
    """A scheduler and the workers started for it; what they say goes to files.

    Args:
        folder: where these are.
        allowed_failures: how many workers a task may lose before it is given up.
    """

    def __init__(self, folder: Path, allowed_failures: int) -> None:
        self._folder = folder
        self._allowed_failures = allowed_failures
        self.scheduler = self._start("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        self.workers: list[subprocess.Popen[bytes]] = []

    @property
    def address(self) -> str:
        """Where the scheduler is, once it says so."""
        path = self._folder / "scheduler.json"
        for _ in range(START_SECONDS * 10):
            if path.is_file() and path.read_text(encoding="utf-8").endswith("}"):
                return json.loads(path.read_text(encoding="utf-8"))["address"]
            assert self.scheduler.poll() is None, self.said()
            time.sleep(0.1)
        raise AssertionError(self.said())

    def add_worker(self) -> subprocess.Popen[bytes]:
        """A worker with one thread, and nobody to start it again should it end."""
        name = f"worker-{len(self.workers)}"
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self._folder / name))
        self.workers.append(self._start(name, "dask_worker", self.address, *options))
        return self.workers[-1]

    def said(self) -> str:
        """Everything that scheduler and workers have logged."""
        return "\n".join(path.read_text(encoding="utf-8") for path in sorted(self._folder.glob("*.log")))

    def stop(self) -> None:
        """End all processes."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, name: str, module: str, *options: str) -> subprocess.Popen[bytes]:
        if module == "dask_scheduler":
            options += ("--scheduler-file", str(self._folder / "scheduler.json"))
        paths = (str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", ""))
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(self._allowed_failures),
            "DASK_LOGGING__DISTRIBUTED": "debug",
        }
        with (self._folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )


@contextmanager
def dask_cluster(folder: Path, workers: int, allowed_failures: int = 3) -> Iterator[DaskCluster]:
    """A scheduler with so many workers, started and in the end stopped."""
    folder.mkdir()
    cluster = DaskCluster(folder, allowed_failures)
    try:
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.stop()


def quick_mark(sealed: Any, course: str, expected: dict[str, str]) -> BatchRow:
    """Stands in for marking where it does not matter: a row with the text in small letters, in a moment."""
    time.sleep(0.02)
    return BatchRow(sealed.submission.id, sealed.submission.question, None, text=sealed.submission.text.lower())


def mark_that_may_be_deadly(sealed: Any, course: str, expected: dict[str, str]) -> BatchRow:
    """Stands in for an answer that brings its worker down."""
    if sealed.submission.text == DEADLY:
        os._exit(1)
    return quick_mark(sealed, course, expected)


def broken_mark(sealed: Any, course: str, expected: dict[str, str]) -> BatchRow:
    """Stands in for a worker on which something else is installed."""
    raise ImportError("something else is installed here")
