"""Mark a class set over a Dask cluster, for districts: the rows that one machine gives, in the same order.

The scheduler and the workers need this version of the assistant, with the extra `districts`. Texts travel to them and
nowhere else, and get into no log of theirs.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from assistant.batch import made_with
from assistant.class_sets import Submission
from assistant.corpus.loading import CourseError, course_names, find_course, load_course
from assistant.nlp.pipeline import PipelineError
from assistant.scoring.artefacts import ArtefactError
from assistant.service import BatchRow, engine, mark_submission, mark_with

if TYPE_CHECKING:
    from distributed import Client, Future

IN_FLIGHT = 4
"""Submissions given out at once for each thread of the workers, so that its next one is there when it has done one."""
ANSWER_SECONDS = 10.0
"""How long a scheduler may take to answer."""
WORKER_SECONDS = 60.0
"""How long a cluster may be without any worker, when it starts or when all were lost."""
GO_ON = "Run the same command again to go on from here."
WORKERS_LOST = "It could not be marked: the workers that tried were lost, one after another."


class ClusterError(RuntimeError):
    """The cluster cannot be used; the message is one sentence."""


class WorkerUnfit(RuntimeError):
    """Raised on a worker that cannot mark as this machine would; the message is one sentence."""


class Cluster:
    """A Dask cluster to mark with, from `with` to the end of its block.

    Args:
        address: of its scheduler, such as "tcp://machine:8786". For "tls://" Dask's configuration names the certificates.
        patience: seconds it may be without any worker.

    Raises:
        ClusterError: on entering, if Dask is not installed, if no scheduler answers there, or if no worker comes.
    """

    def __init__(self, address: str, patience: float = WORKER_SECONDS) -> None:
        self._address = address
        self._patience = patience
        self._lost = f"The Dask scheduler at {address} was lost. {GO_ON}"
        self._client: Client

    def __enter__(self) -> Cluster:
        try:
            from distributed import Client
        except ImportError as error:
            raise ClusterError(
                "Marking over a cluster needs the 'districts' extra: pip install 'essay-practice-assistant[districts]'."
            ) from error
        for name in ("asyncio", "distributed", "distributed.client", "tornado.application"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is said by errors of our own
        _find_scheduler(self._address)
        self._client = Client(self._address, timeout=ANSWER_SECONDS, set_as_default=False)
        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except TimeoutError as error:
            self._client.close()
            raise ClusterError(f"The Dask scheduler at {self._address} has no workers.") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def mark_batch(
        self,
        course: str,
        submissions: Iterable[Submission],
        recall: Callable[[Submission], BatchRow | None] = lambda submission: None,
    ) -> Iterator[BatchRow]:
        """Mark submissions, in input order, keeping few in memory at once. What a lost worker had, another marks.

        Args:
            course: name of the course, or its folder, which every worker needs at the same place.
            submissions: the class set.
            recall: gives the row of a submission that was marked before, which is not marked again.

        Raises:
            ClusterError: if a worker has another course or other models than this machine, if none is left, or if the
                scheduler is lost.
        """
        named = course if course in course_names() else str(find_course(course).resolve())
        expected = made_with(load_course(course))

        def give_out(submission: Submission) -> Future[BatchRow]:
            if self._client.status != "running":
                raise ClusterError(self._lost)
            key = f"mark-{uuid4().hex}"  # Dask would make one of the text
            return self._client.submit(_mark, _Sealed(submission), named, expected, key=key)

        under_way: deque[tuple[Submission, BatchRow | Future[BatchRow]]] = deque()
        most = 1
        for number, submission in enumerate(submissions):
            if number % most == 0:  # now and then, as workers come and go
                most = IN_FLIGHT * max(1, self._threads())
            row = recall(submission)
            if row is None and submission.text is None:
                row = mark_submission(course, submission)
            under_way.append((submission, row or give_out(submission)))
            while under_way and (len(under_way) >= most or _is_done(under_way[0][1])):
                yield self._row(*under_way.popleft(), give_out)
        while under_way:
            yield self._row(*under_way.popleft(), give_out)

    def _row(
        self,
        submission: Submission,
        row: BatchRow | Future[BatchRow],
        give_out: Callable[[Submission], Future[BatchRow]],
    ) -> BatchRow:
        """The row of a submission, waited for if it must be."""
        from distributed import KilledWorker

        given_again = False
        while not isinstance(row, BatchRow):
            try:
                row = row.result(timeout=self._patience)
            except TimeoutError:
                if not self._threads():
                    raise ClusterError(f"No worker is left at {self._address}. {GO_ON}") from None
            except KilledWorker:
                # It was with several workers that were lost. If another answer brought them down it is safe the next
                # time, as that one has had its turn; if it did so itself it costs its own mark and no other.
                if given_again:
                    return mark_submission("", replace(submission, text=None, problem=WORKERS_LOST))
                row, given_again = give_out(submission), True
            except (OSError, CancelledError) as error:
                raise ClusterError(self._lost) from error
            except WorkerUnfit as error:
                raise ClusterError(str(error)) from error
            except Exception as error:
                raise ClusterError(
                    f"The cluster cannot run the assistant ({type(error).__name__}): "
                    f"its scheduler and workers need the version that is installed here."
                ) from error
        return row

    def _threads(self) -> int:
        """Threads of all workers there are now."""
        try:
            return sum(self._client.nthreads().values())
        except OSError as error:
            raise ClusterError(self._lost) from error


class _Sealed:
    """A submission that shows nothing of itself, since Dask logs what a task was given when the task fails."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission

    def __repr__(self) -> str:
        return "<a submission>"


_ONE_AT_A_TIME = threading.Lock()


def _mark(sealed: _Sealed, course: str, expected: dict[str, str]) -> BatchRow:
    """Runs in a worker, in several threads perhaps: the course is loaded once for all."""
    try:
        with _ONE_AT_A_TIME:
            if _made_with_here(course) != expected:
                raise WorkerUnfit(
                    f"The worker at {_address_here()} has another course or other models than this machine."
                )
            marker = engine(course, None, 1)
    except (CourseError, ArtefactError, PipelineError) as error:
        raise WorkerUnfit(f"The worker at {_address_here()} cannot mark: {' '.join(str(error).split())}") from None
    return mark_with(marker, sealed.submission)


@cache
def _made_with_here(course: str) -> dict[str, str]:
    return made_with(load_course(course))


def _address_here() -> str:
    from distributed import get_worker

    return get_worker().address


def _is_done(row: BatchRow | Future[BatchRow]) -> bool:
    return isinstance(row, BatchRow) or row.done()


def _find_scheduler(address: str) -> None:
    """Raise ClusterError unless a scheduler answers at an address: Dask's own client waits long for what is none."""
    from distributed import rpc
    from distributed.security import Security

    async def identity() -> dict[str, Any]:
        connection = Security().get_connection_args("client")
        async with rpc(address, connection_args=connection, timeout=ANSWER_SECONDS) as there:
            return await asyncio.wait_for(there.identity(), ANSWER_SECONDS)

    try:
        answer = asyncio.run(identity())
    except ValueError as error:
        raise ClusterError(f"'{address}' is no address of a Dask scheduler, such as tcp://machine:8786.") from error
    except TypeError as error:
        raise ClusterError("For a tls:// address Dask's configuration must name the certificates.") from error
    except OSError as error:
        raise ClusterError(f"No Dask scheduler answers at {address}.") from error
    if answer.get("type") != "Scheduler":
        raise ClusterError(f"What answers at {address} is no Dask scheduler.")
