"""A small course and an engine that needs no models: it reads nothing and says what it was told to say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hand_made import ANSWER, hand_made_feedback

from assistant.app import resources
from assistant.documents import check_text
from assistant.schemas import (
    Course,
    Criterion,
    Erratum,
    Fact,
    Factor,
    Feedback,
    Level,
    Question,
    Rubric,
    Style,
)
from assistant.store.database import DATABASE_VARIABLE


@pytest.fixture(autouse=True)
def main_module(monkeypatch) -> None:
    """Streamlit's harness leaves its script as the main module, which processes that a later test starts would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def answer() -> str:
    return ANSWER


@pytest.fixture(scope="session")
def course() -> Course:
    levels = tuple(Level(level=n, marks=(3 * n - 2, 3 * n), summary=f"Summary of level {n}.") for n in range(1, 5))
    essay = tuple(Level(level=n, marks=(5 * n - 4, 5 * n), summary=f"Summary of level {n}.") for n in range(1, 6))
    famine = (
        Factor(id="requisitioning", title="Excessive requisitioning", stance="other", lines=(1,)),
        Factor(id="weather", title="Drought and bad harvests", stance="other", lines=(2,)),
        Factor(id="secrecy", title="A regime that hid the famine", stance="other", lines=(3,)),
    )
    view = (
        Factor(id="yes", title="Output fell", stance="for", lines=(1,)),
        Factor(id="no", title="Grain reached the towns", stance="against", lines=(2,)),
    )
    return Course(
        id="small",
        title="A small course",
        notes=("one", "two", "three"),
        headings=(),
        set_aside={},
        facts=(
            Fact(id="quotas", lines=(1,), statement="Quotas rose by 44% in 1932.", nudge="n", cue="c"),
            Fact(
                id="drought",
                lines=(2,),
                statement="There was a drought in 1931 & 1932.",
                nudge="n",
                cue="c",
                errata=(Erratum(line=2, says="A drought in 1905.", correct="1931", why="The notes misdate it."),),
            ),
        ),
        terms=(),
        questions=(
            Question(
                id="famine",
                topic="the-land",
                style="explain-12",
                prompt="Explain why there was *famine*.",
                factors=famine,
            ),
            Question(
                id="success", topic="the-land", style="essay-25", prompt="'A success.' Assess this view.", factors=view
            ),
            Question(
                id="plans", topic="five-year-plans", style="explain-12", prompt="Explain the plans.", factors=famine
            ),
        ),
        rubric=Rubric(
            styles=(
                Style(id="explain-12", max_mark=12, minutes=20, levels=levels),
                Style(id="essay-25", max_mark=25, minutes=45, levels=essay),
            ),
            criteria=(
                Criterion(id="factors", title="Range of factors", asks="How many?"),
                Criterion(id="evidence", title="Evidence", asks="How much?"),
                Criterion(id="judgement", title="Judgement", asks="How well weighed?"),
            ),
        ),
        version="0",
    )


@pytest.fixture
def feedback() -> Feedback:
    return hand_made_feedback()


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch) -> Iterator[Path]:
    """A database of the test's own, which every visit in it opens."""
    place = tmp_path / "practice.sqlite"
    monkeypatch.setenv(DATABASE_VARIABLE, str(place))
    yield place
    resources.database.clear()


@dataclass
class FakeEngine:
    """Stands in for `assistant.service.Engine`: marks nothing, answers with hand-made feedback."""

    course: Course
    calibrated: bool = True
    version: str = "0"
    asked: list[tuple[str, str]] = field(default_factory=list)
    failure: Exception | None = None

    def mark(self, question_id: str, text: str) -> Feedback:
        self.asked.append((question_id, text))
        if self.failure is not None:
            raise self.failure
        return hand_made_feedback(check_text(text), question_id)


@pytest.fixture
def engine(course: Course) -> FakeEngine:
    return FakeEngine(course)
