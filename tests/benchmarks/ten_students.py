"""How long students wait for feedback when they all ask for it at once.

    python tests/benchmarks/ten_students.py [--students 10] [--rounds 5] [--words 800]

Starts the app on a database of its own and opens as many visits as there are students, each on another question with
another answer, put together from the course's practice passages. A visit here is what a browser's is, a line to the app
over which it is told what to draw, without the browser, which would take the two cores from the app. In each round all
press "Get feedback" in the same moment, with one more sentence in their answers than the round before, so that each is a
new draft. Measured for each is the time from the press until the page has been told everything it draws. Before the first
round ten seconds pass, less than it takes to write an answer, in which the app may do what it does once several are here.

App and students share two cores, where the system lets a program choose. The aim is that of the project: 2 s.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from threading import Barrier

from rich.table import Table
from similarity import out, skip
from speed import ROOT, answer_of, load
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from assistant.corpus.loading import CourseError, find_course, load_course, load_passages
from assistant.scoring.artefacts import ArtefactError, models_folder, read_manifest
from assistant.store.database import DATABASE_VARIABLE, Database
from assistant.store.drafts import AnswerInProgress, PracticeRecord

AIM, CORES, START_SECONDS, WRITING_SECONDS = 2.0, 2, 120, 10
BUTTON, SIGN = "Get feedback", "Feedback on draft"


class Visit:
    """One student's line to the app."""

    def __init__(self, port: int) -> None:
        self._open = ExitStack()
        self._line = self._open.enter_context(
            connect(f"ws://localhost:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
        )
        self._ids: dict[str, str] = {}
        self._send(BackMsg())
        self._draw()

    def ask(self, text: str, together: Callable[[], object]) -> float:
        """Put a text into the box, press the button when all are ready, and return the seconds until all is drawn."""
        wish = BackMsg()
        wish.rerun_script.widget_states.widgets.add(id=self._ids["Your answer"], string_value=text)
        wish.rerun_script.widget_states.widgets.add(id=self._ids[BUTTON], trigger_value=True)
        together()
        begin = time.perf_counter()
        self._send(wish)
        page = self._draw()
        taken = time.perf_counter() - begin
        assert any(SIGN in body for body in page), "the page shows no feedback"
        return taken

    def close(self) -> None:
        """Leave."""
        self._open.close()

    def _send(self, wish: BackMsg) -> None:
        wish.rerun_script.SetInParent()
        self._line.send(wish.SerializeToString())

    def _draw(self) -> list[str]:
        """Read what to draw until the app says that this is all; the texts of it."""
        page = []
        while True:
            told = ForwardMsg.FromString(self._line.recv(timeout=START_SECONDS))
            element = told.delta.new_element
            match element.WhichOneof("type"):
                case "button":
                    self._ids[element.button.label] = element.button.id
                case "text_area":
                    self._ids[element.text_area.label] = element.text_area.id
                case "html":
                    page.append(element.html.body)
            if told.WhichOneof("type") == "script_finished":
                return page


@contextmanager
def running_app(database: Path, course: str) -> Iterator[int]:
    """The app on a free port, which it gives."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "localhost", "--server.fileWatcherType", "none"]
    environment = {**os.environ, DATABASE_VARIABLE: str(database), "ASSISTANT_COURSE": course}
    app = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=5):
                    break
            except (urllib.error.URLError, OSError):
                assert app.poll() is None and time.monotonic() < end, "the app did not start"
                time.sleep(0.2)
        yield port
    finally:
        app.terminate()
        app.wait()


def answers(course: str, students: int, words: int) -> list[tuple[str, str]]:
    """A question and an answer for each student, no two the same question while there are enough with passages."""
    first: dict[str, int] = {}
    for number, passage in enumerate(load_passages(find_course(course))):
        first.setdefault(passage.question, number)
    starts = list(first.values())
    if len(starts) < students:
        skip(f"the course {course} has practice passages for {len(starts)} questions only.")
    return [answer_of(course, words, start) for start in starts[:students]]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--course", default="stalin", help="a course with practice passages")
    parser.add_argument("--students", type=int, default=10, help="how many ask at once")
    parser.add_argument("--rounds", type=int, default=5, help="drafts of each")
    parser.add_argument("--words", type=int, default=800, help="length of the answers")
    options = parser.parse_args()
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
        cores = len(os.sched_getaffinity(0))
    try:
        read_manifest(models_folder())
        given = answers(options.course, options.students, options.words)
        course = load_course(options.course).id
    except (ArtefactError, CourseError) as error:
        skip(str(error))
    if (busy := load()) > 0.5:
        out.print(f"Other work is running here (load {busy:.1f}): the times below are too long.")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "practice.sqlite"
        record = PracticeRecord(Database(place))
        with running_app(place, options.course) as port, ThreadPoolExecutor(options.students) as pool:
            visits = []
            for question, text in given:
                # A visit opens the question that was worked on last.
                record.save_answer(course, AnswerInProgress(question, text))
                visits.append(Visit(port))
            time.sleep(WRITING_SECONDS)
            alone = [visits[0].ask(given[0][1], lambda: None)]  # everything is loaded after this
            alone = [visits[0].ask(f"{given[0][1]} Once more {number}.", lambda: None) for number in range(3)]
            together = Barrier(options.students)

            def practise(student: int) -> list[float]:
                text = given[student][1]
                return [
                    visits[student].ask(f"{text} This is draft {number}.", together.wait)
                    for number in range(options.rounds)
                ]

            taken = [seconds for row in pool.map(practise, range(options.students)) for seconds in row]
            for visit in visits:
                visit.close()
    length = round(median(len(text.split()) for _, text in given))
    table = Table(
        "Measured", "Figure", "Aim", title=f"{options.students} students at once, {length} words, {cores} cores"
    )
    table.add_row("one student alone, median", f"{median(alone):.2f} s")
    table.add_row(f"all at once, median of {len(taken)}", f"{median(taken):.2f} s", f"< {AIM:.0f} s")
    table.add_row("all at once, worst", f"{max(taken):.2f} s", f"< {AIM:.0f} s")
    out.print(table)


if __name__ == "__main__":
    main()
