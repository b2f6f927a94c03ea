"""Mark answers side by side when several students ask at once.

A process marks one answer at a time, and draws pages the slower meanwhile. So as soon as several people are here, helpers
are started, processes with an engine of their own, and answers go to them. A student by herself never pays for them, and
they end when nobody has needed them for a while.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import BrokenExecutor, Future

from joblib import cpu_count
from joblib.externals.loky import ProcessPoolExecutor

from assistant.schemas import Feedback
from assistant.service import Engine, engine

logger = logging.getLogger(__name__)

COMPANY = 3
"""Visits that make it likely that two will ask at once; a page loaded again is a new visit, so two are not enough."""
PRESENT_SECONDS = 15 * 60
"""How long a visit counts as here, and after which helpers that nobody needed end."""
MOST_HELPERS = 4
"""Each takes some 400 MB."""


class MarkingDesk:
    """Takes answers to mark from many threads.

    Args:
        here: the engine of this process.
        course: name or folder of its course, for the helpers to open.
        helpers: most processes to start; as many as there are cores by default, none on a single one.
    """

    def __init__(self, here: Engine, course: str, helpers: int | None = None) -> None:
        cores = cpu_count()
        self._most = min(cores, MOST_HELPERS) * (cores > 1) if helpers is None else helpers
        self._engine, self._course = here, course
        self._change = threading.Lock()
        self._visits: dict[str, float] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._opened: Future[None] | None = None
        self._asked = 0.0

    def greet(self, visit: str) -> None:
        """Note that a visit is here; from a few on helpers are started, without waiting for them."""
        now = time.monotonic()
        with self._change:
            self._visits[visit] = now
            self._visits = {name: seen for name, seen in self._visits.items() if now - seen < PRESENT_SECONDS}
            if self._most and len(self._visits) >= COMPANY and not self._expected(now):
                self._start(now)

    def mark(self, question: str, text: str) -> Feedback:
        """Feedback on one response, from whoever is free.

        Raises:
            UnknownQuestion: if the course has no such question.
            DocumentError: if the text is blank, binary or over the limit.
        """
        pool = self._helpers()
        if pool is None:
            return self._engine.mark(question, text)
        try:
            return pool.submit(_mark, self._course, question, text).result()
        except BrokenExecutor as error:
            # A helper that was killed, for want of memory say, costs nobody an answer.
            logger.warning("the helpers that mark answers have ended: %s", type(error).__name__)
            self._let_go(pool)
            return self._engine.mark(question, text)

    def close(self) -> None:
        """End the helpers; the desk can still be used."""
        if self._pool is not None:
            self._let_go(self._pool)

    def _start(self, now: float) -> None:
        old = self._pool
        self._pool = ProcessPoolExecutor(
            self._most, timeout=PRESENT_SECONDS, initializer=_open, initargs=(self._course,)
        )
        self._asked = now
        self._opened = self._pool.submit(_open, self._course)
        if old is not None:
            old.shutdown(wait=False)

    def _expected(self, now: float) -> bool:
        """Whether helpers have been started and nothing tells that they may have ended since."""
        return self._opened is not None and now - self._asked < PRESENT_SECONDS / 2

    def _helpers(self) -> ProcessPoolExecutor | None:
        """The helpers where they are ready."""
        now = time.monotonic()
        with self._change:
            if not self._expected(now) or self._opened is None or not self._opened.done() or self._opened.exception():
                return None
            self._asked = now
            return self._pool

    def _let_go(self, pool: ProcessPoolExecutor) -> None:
        with self._change:
            if self._pool is pool:
                self._pool = self._opened = None
        pool.shutdown(wait=False, kill_workers=True)


def _open(course: str) -> None:
    """Load the engine of a helper."""
    engine(course, threads=1)


def _mark(course: str, question: str, text: str) -> Feedback:
    return engine(course, threads=1).mark(question, text)
