"""What the pages share: the engine of the course, loaded once, and the page shown when it cannot be loaded."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from assistant.app import sign_in
from assistant.app.wording import markdown_plain
from assistant.store.class_sets import ClassSets
from assistant.store.database import Database, StoreError, database_place
from assistant.store.drafts import PracticeRecord
from assistant.store.flashcards import Flashcards

if TYPE_CHECKING:
    from assistant.marking_desk import MarkingDesk
    from assistant.service import Engine

COURSE_VARIABLE = "ASSISTANT_COURSE"
STYLE_SHEET = Path(__file__).with_name("style.css")
# A file of our own, because Streamlit fetches emoji and named icons for the browser's tab from the web.
ICON = Path(__file__).with_name("icon.svg")

logger = logging.getLogger(__name__)


def course_name() -> str:
    """The course to practise: a name or a folder, from the environment variable ASSISTANT_COURSE."""
    return os.environ.get(COURSE_VARIABLE, "").strip() or "stalin"


@st.cache_resource(show_spinner="Opening the course …")
def course_engine(course: str) -> Engine:
    """The engine that reads answers to a course's questions, loaded once for everybody and never changed.

    Raises:
        CourseError, ArtefactError, PipelineError: each with one sentence on what is missing.
    """
    from assistant.service import engine  # late: it brings spaCy and the encoder's runtime with it

    return engine(course)


def open_course() -> Engine:
    """The engine of the chosen course; where there is none, say why in plain words and end the page."""
    from assistant.corpus.loading import CourseError
    from assistant.nlp.pipeline import PipelineError
    from assistant.scoring.artefacts import ArtefactError

    try:
        return course_engine(course_name())
    except CourseError as error:
        _stop("This course cannot be opened", str(error), "Check it with the command `assistant corpus check`.")
    except (ArtefactError, PipelineError) as error:
        _stop("The assistant is not ready to read answers", str(error), "Then reload this page.")
    except Exception:
        # A student can do nothing with a traceback; whoever runs the app finds it in the log.
        logger.exception("the engine could not be loaded")
        _stop(
            "The assistant could not be started",
            "Something went wrong while the course was opened.",
            "The window in which the app was started says what happened.",
        )


def marking_desk(engine: Engine) -> MarkingDesk:
    """Where answers to the questions of the course are handed in to be marked; one for everybody."""
    return _desk(engine, id(engine), course_name())


@st.cache_resource(show_spinner=False)
def _desk(_engine: Engine, identity: int, course: str) -> MarkingDesk:
    from assistant.marking_desk import MarkingDesk

    return MarkingDesk(_engine, course)


@st.cache_resource(show_spinner="Opening your work …")
def database(place: str) -> Database:
    """The database, opened once for everybody. Raises StoreError."""
    return Database(place)


def open_record() -> PracticeRecord:
    """What this student has written; where it cannot be opened, say why and end the page."""
    return PracticeRecord(_open_database(), sign_in.person().subject)


def open_flashcards(course: str) -> Flashcards:
    """This student's flashcards of a course; where they cannot be opened, say why and end the page."""
    return Flashcards(_open_database(), course, sign_in.person().subject)


def open_class_sets() -> ClassSets:
    """This teacher's class sets; where they cannot be opened, or not by this person, say why and end the page."""
    return ClassSets(_open_database(), sign_in.teacher().class_sets)


def _open_database() -> Database:
    try:
        return database(database_place())
    except StoreError as error:
        _stop(
            "Your work cannot be opened",
            str(error),
            "Nothing was changed. Ask whoever runs the assistant to look at this, then reload the page.",
        )


def _stop(title: str, reason: str, next_step: str) -> NoReturn:
    st.title(title, anchor=False)
    st.error(markdown_plain(reason))
    st.write(next_step)
    st.stop()


def apply_style() -> None:
    """Add the style sheet of the pages; it adapts to light and dark by itself."""
    st.html(STYLE_SHEET)
