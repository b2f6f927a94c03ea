"""Several students at once: helpers start when company is likely, mark the same, and cost nobody an answer when they end."""

import os
import signal
import time

import pytest

from assistant import marking_desk
from assistant.documents import DocumentError
from assistant.marking_desk import COMPANY, PRESENT_SECONDS, MarkingDesk
from assistant.service import engine

ANSWER = "Stalin won because, as General Secretary, he filled the party with people who owed their posts to him."


@pytest.fixture
def desk():
    desk = MarkingDesk(engine("stalin"), "stalin", helpers=1)
    yield desk
    desk.close()


def gather(desk: MarkingDesk) -> None:
    for number in range(COMPANY):
        desk.greet(f"visit {number}")


def wait_for_helpers(desk: MarkingDesk) -> int:
    """Wait until answers go to a helper; its process id."""
    assert desk._opened is not None and desk._pool is not None
    desk._opened.result(timeout=60)
    return desk._pool.submit(os.getpid).result(timeout=60)


def test_a_student_by_herself_starts_no_helpers_however_often_she_comes_back(desk) -> None:
    for _ in range(10):
        desk.greet("one")
    desk.greet("the same, loaded again")
    assert desk._pool is None
    assert desk.mark("stalin-victory", ANSWER) == engine("stalin").mark("stalin-victory", ANSWER)


def test_visits_long_past_are_no_company(desk, monkeypatch) -> None:
    now = time.monotonic()
    for number in range(2 * COMPANY):
        monkeypatch.setattr(marking_desk.time, "monotonic", lambda n=number: now + n * PRESENT_SECONDS)
        desk.greet(f"visit {number}")
    assert desk._pool is None


def test_on_a_single_core_there_are_no_helpers(monkeypatch) -> None:
    monkeypatch.setattr(marking_desk, "cpu_count", lambda: 1)
    desk = MarkingDesk(engine("stalin"), "stalin")
    gather(desk)
    assert desk._pool is None


def test_helpers_mark_as_the_engine_here_does_and_a_killed_one_costs_nobody_an_answer(desk, monkeypatch) -> None:
    here = engine("stalin")
    expected = here.mark("stalin-victory", ANSWER)
    gather(desk)
    process = wait_for_helpers(desk)
    assert process != os.getpid()
    with monkeypatch.context() as busy:
        busy.setattr(here, "mark", lambda *_: pytest.fail("the engine here was asked"))
        assert desk.mark("stalin-victory", ANSWER) == expected
        with pytest.raises(DocumentError, match="no text"):
            desk.mark("stalin-victory", "  ")
    os.kill(process, signal.SIGKILL)
    assert desk.mark("stalin-victory", ANSWER) == expected
    assert desk.mark("stalin-victory", ANSWER) == expected


def test_helpers_that_cannot_open_the_course_are_done_without(monkeypatch) -> None:
    desk = MarkingDesk(engine("stalin"), "no such course", helpers=1)
    gather(desk)
    assert desk._opened is not None and desk._opened.exception(timeout=60) is not None
    assert desk.mark("stalin-victory", ANSWER).question == "stalin-victory"
    # Later they are tried again, and that they failed once is no obstacle.
    later = time.monotonic() + PRESENT_SECONDS
    monkeypatch.setattr(marking_desk.time, "monotonic", lambda: later)
    gather(desk)
    assert desk.mark("stalin-victory", ANSWER).question == "stalin-victory"
    desk.close()


def test_helpers_that_nobody_asked_for_long_are_not_counted_on(desk, monkeypatch) -> None:
    gather(desk)
    wait_for_helpers(desk)
    assert desk._helpers() is not None
    later = time.monotonic() + PRESENT_SECONDS
    monkeypatch.setattr(marking_desk.time, "monotonic", lambda: later)
    assert desk._helpers() is None
