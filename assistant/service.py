"""Use cases: mark one response, mark a class set, list what a course holds. The command line and the pages call these."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import ThreadpoolController

from assistant import feedback as wording
from assistant.class_sets import Submission
from assistant.corpus.loading import find_course, load_course, load_wordings
from assistant.documents import DocumentError, check_text
from assistant.moderation import Evidence, reasons_to_look, review_reasons
from assistant.nlp.encoder import SentenceEncoder
from assistant.nlp.pipeline import build_nlp, reading_rests_on
from assistant.nlp.reading import Reading, forms_of, read_doc
from assistant.question_guess import QuestionGuess, QuestionGuesser
from assistant.schemas import Course, Feedback, ModelInfo, Question, ReviewReason, Wordings
from assistant.scoring import artefacts
from assistant.scoring.bank_cache import BankReading, read_bank
from assistant.scoring.factor_status import FactorProfile, argued, profile_factors
from assistant.scoring.index import FactIndex, bank_texts, build_index
from assistant.scoring.scorer import Scorer, Scores
from assistant.scoring.signals import SignalReader

logger = logging.getLogger(__name__)


class UnknownQuestion(ValueError):
    """The course has no such question; the message names those it has."""


class Engine:
    """Everything needed to mark responses of one course, loaded once.

    Args:
        course: name or folder of the course.
        models: folder of trained models; the project's own by default.
        threads: threads of the encoder.

    Raises:
        CourseError, ArtefactError, PipelineError: each with one sentence on what is missing.
    """

    def __init__(self, course: str | Path = "stalin", models: Path | None = None, threads: int = 2) -> None:
        folder = models or artefacts.models_folder()
        self.course: Course = load_course(course)
        manifest = artefacts.read_manifest(folder)
        self.version = str(manifest.get("version", "0"))
        self.encoder = SentenceEncoder(
            artefacts.checked(folder, artefacts.ENCODER, manifest),
            artefacts.checked(folder, artefacts.TOKENIZER, manifest),
            threads,
        )
        self.nlp = build_nlp(self.course, self.encoder.known_words)
        fact_ids = tuple(fact.id for fact in self.course.facts)
        trained = artefacts.load_course_artefact(folder, self.course.id, fact_ids)
        self.calibrated = trained is not None
        if trained is None:
            trained = artefacts.load_general_artefact(folder)
            index = self._index(load_wordings(find_course(course)), manifest["files"])
        else:
            index = trained.index
        reader = SignalReader(self.course, index)
        self.scorer = Scorer(self.course, reader, trained.models, _LazyProfiles(self), _LazyPrompts(self), self.encoder)
        self._lock = threading.Lock()
        self._libraries = ThreadpoolController()

    def _index(self, bank: Mapping[str, Wordings], hashes: Mapping[str, str]) -> FactIndex:
        """The index of a course that brings no trained models."""
        texts, _ = bank_texts(self.course.facts, bank)

        def read() -> BankReading:
            vectors = np.stack([sentence.mean for sentence in self.encoder.encode(texts)])
            return BankReading(vectors, self.forms(texts))

        made_with = [hashes[artefacts.ENCODER], hashes[artefacts.TOKENIZER], *reading_rests_on(self.course)]
        reading = read_bank(texts, made_with, read)
        return build_index(self.course, bank, reading.encode, reading.lemmas)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds off other threads: spaCy's vocabulary and the tokenizer are not made for several at once.

        Matrices are too small here for several threads as well: a second one of numpy's gains nothing, and takes the core
        from the encoder and from other work.
        """
        with self._lock, self._libraries.limit(limits=1, user_api="blas"):
            yield

    def forms(self, texts: Iterable[str]) -> list[str]:
        """The comparable words of short texts."""
        return forms_of(self.nlp, list(texts))

    def question(self, question_id: str) -> Question:
        """A question by id. Raises UnknownQuestion."""
        try:
            return self.course.question(question_id)
        except KeyError:
            known = ", ".join(question.id for question in self.course.questions)
            raise UnknownQuestion(f"There is no question '{question_id}'; the questions are: {known}.") from None

    def read(self, text: str) -> Reading:
        """Read a text through the pipeline and the encoder."""
        return read_doc(self.nlp(text), self.encoder)

    def mark(self, question_id: str, text: str) -> Feedback:
        """Feedback on one response.

        Raises:
            UnknownQuestion: if the course has no such question.
            DocumentError: if the text is blank, binary or over the limit.
        """
        question = self.question(question_id)
        check_text(text)
        with self._alone():
            reading = self.read(text)
            scores = self.scorer.score(reading, question)
        return self.explain(question, reading, scores)

    @cached_property
    def _guesser(self) -> QuestionGuesser:
        return QuestionGuesser(self.course, self.encoder, self.forms, self.scorer)

    def guess_question(self, text: str) -> QuestionGuess | None:
        """The question a response seems to answer, or None where it is about none of the course's.

        Raises:
            DocumentError: if the text is blank, binary or over the limit.
        """
        check_text(text)
        with self._alone():
            return self._guesser.guess(self.read(text))

    def explain(self, question: Question, reading: Reading, scores: Scores) -> Feedback:
        """Feedback from scores."""
        course = self.course
        style = course.rubric.style(question.style)
        factors = wording.factor_feedback(course, question, reading, scores)
        evidence = wording.evidence_feedback(course, question, reading, scores)
        errors = wording.error_feedback(course, reading, scores)
        level = style.level_of(scores.mark)
        reasons = tuple(
            review_reasons(self._evidence(question, reading, scores, len(evidence), sum(e.relevant for e in evidence)))
        )
        return Feedback(
            course=course.id,
            question=question.id,
            words=reading.words,
            level=level,
            mark=scores.mark,
            max_mark=style.max_mark,
            mark_range=scores.mark_range,
            needs_review=bool(reasons),
            review_reasons=reasons,
            criteria=wording.criteria_feedback(question, style, level, factors, evidence, errors, scores),
            factors=factors,
            evidence=evidence,
            errors=errors,
            sentences=wording.sentence_feedback(reading, scores),
            hints=wording.hints(course, question, style, factors, evidence, scores.judgement),
            model=ModelInfo(version=self.version, corpus_version=course.version),
        )

    def _evidence(self, question: Question, reading: Reading, scores: Scores, facts: int, relevant: int) -> Evidence:
        own = [i for i, why in enumerate(scores.asides) if why is None or why == "off-question"]
        sentences = [reading.sentences[i] for i in own]
        count = max(1, len(own))
        arguing = argued(scores.roles[own])
        carried = scores.conveyed[own].max(axis=1) > 0 if own else np.zeros(0, dtype=bool)
        words = [word for sentence in sentences for word in sentence.words if word.isalpha()]
        known = self.encoder.known_words
        in_terms = sum(len(sentence.terms) for sentence in sentences)
        stems = sum(word in known or word.rstrip("s") in known or word.removesuffix("ed") in known for word in words)
        return Evidence(
            style=self.course.rubric.style(question.style),
            lengths=[len(sentence.words) for sentence in reading.sentences],
            asides=scores.asides,
            facts=facts,
            relevant=relevant,
            errors=len(scores.errors),
            narrated=float((~carried & (arguing < 0.5)).sum() / count),
            argued=float(arguing.sum() / count),
            known_words=(stems + in_terms) / len(words) if words else 1.0,
            on_topic=float(sum(bool(s.terms) or bool(c) for s, c in zip(sentences, carried, strict=True)) / count),
            disordered=scores.disordered,
            denying=scores.denying,
            mark_range=scores.mark_range,
        )


class _LazyProfiles(dict[str, list[FactorProfile]]):
    """Factor profiles, made when a question is first marked."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def __missing__(self, question_id: str) -> list[FactorProfile]:
        engine = self._engine
        question = engine.course.question(question_id)
        titles = [factor.title for factor in question.factors]
        vectors = [sentence.mean for sentence in engine.encoder.encode(titles)]
        self[question_id] = profile_factors(engine.course, question, vectors, engine.forms(titles))
        return self[question_id]


class _LazyPrompts(dict[str, frozenset[str]]):
    """Content lemmas of prompts, made when a question is first marked."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def __missing__(self, question_id: str) -> frozenset[str]:
        engine = self._engine
        (form,) = engine.forms([engine.course.question(question_id).prompt])
        self[question_id] = frozenset(form.split())
        return self[question_id]


@cache
def engine(course: str = "stalin", models: Path | None = None, threads: int = 2) -> Engine:
    """The engine of a course, loaded once in this process."""
    loaded = Engine(course, models, threads)
    # What the engine consists of is never garbage: to look through it for some takes half as long as to mark an answer, and
    # Streamlit has it looked through after every step of every student, while everybody waits.
    gc.collect()
    gc.freeze()
    return loaded


@dataclass(frozen=True)
class BatchRow:
    """One response of a class set: its feedback, or why it could not be marked; and how it came in.

    Attributes:
        text: the text that was marked, to which the feedback's offsets belong.
        award: the mark a teacher awarded, or None.
        awarded_by: who awarded it, or "".
        comments: the teacher's own words, a paragraph each.

    The rest is as in `Submission`.
    """

    id: str
    question: str
    feedback: Feedback | None
    problem: str = ""
    student: str = ""
    participant: str = ""
    notes: tuple[ReviewReason, ...] = ()
    repeats: str = ""
    text: str = ""
    award: int | None = None
    awarded_by: str = ""
    comments: tuple[str, ...] = ()

    @property
    def reasons_to_look(self) -> tuple[ReviewReason, ...]:
        """Every named reason why a person should look at it, the weightiest first."""
        return reasons_to_look(self.problem, self.notes, self.feedback.review_reasons if self.feedback else ())

    @property
    def needs_review(self) -> bool:
        """Whether somebody should look at it still: with an award somebody has."""
        return self.award is None and bool(self.reasons_to_look)


GUESSED, OTHER_QUESTION = "question-guessed", "other-question"
MARKING_NOTES = frozenset({GUESSED, OTHER_QUESTION})
"""Codes of the notes that come of marking, not of how a response came in."""
NO_TEXT = "It holds no text."
NOT_RECOGNISED = (
    "Its question is not given, and the text does not tell it: name it with --question or in the file's name."
)


def mark_submission(course: str, submission: Submission, models: Path | None = None, threads: int = 1) -> BatchRow:
    """Mark one submission; whatever is wrong with it becomes a row, never an exception."""
    if submission.problem or submission.text is None:
        return replace(_unmarked(submission), problem=submission.problem or NO_TEXT)
    return mark_with(engine(course, models, threads), submission)


def mark_with(marker: Engine, submission: Submission) -> BatchRow:
    """Mark one submission with an engine; whatever is wrong with it becomes a row, never an exception.

    One whose question is not known has it recognised from the text, and a note says so.
    """
    row = _unmarked(submission)
    if submission.problem or submission.text is None:
        return replace(row, problem=submission.problem or NO_TEXT)
    try:
        text = check_text(submission.text, submission.id)
        if not row.question:
            guess = marker.guess_question(text)
            if guess is None:
                return replace(row, problem=NOT_RECOGNISED)
            row = replace(row, question=guess.question, notes=(*row.notes, guess_note(guess)))
        feedback = marker.mark(row.question, text)
        if any(reason.code == "off-question" for reason in feedback.review_reasons):
            row = replace(row, notes=(*row.notes, *_other_question(marker, row.question, text)))
        return replace(row, feedback=feedback, text=text)
    except (UnknownQuestion, DocumentError) as error:
        return replace(row, problem=str(error))
    except Exception as error:
        # One answer that trips the engine costs its own mark and no other. The text stays out of log and message.
        logger.error("a submission could not be marked: %s", type(error).__name__)
        return replace(row, problem=f"Something went wrong while it was marked ({type(error).__name__}).")


def _unmarked(submission: Submission) -> BatchRow:
    return BatchRow(
        submission.id,
        submission.question,
        None,
        student=submission.student,
        participant=submission.participant,
        notes=submission.notes,
        repeats=submission.repeats,
    )


def guess_note(guess: QuestionGuess) -> ReviewReason:
    """That the question was recognised, and how surely."""
    doubt = "" if guess.clear else f"; it may be {guess.second} instead"
    return ReviewReason(code=GUESSED, message=f"Question guessed from the answer: {guess.question}{doubt}. Check it.")


def _other_question(marker: Engine, question: str, text: str) -> Iterator[ReviewReason]:
    """Which question an answer that is off its own may answer."""
    guess = marker.guess_question(text)
    if guess is not None and guess.clear and guess.question != question:
        yield ReviewReason(code=OTHER_QUESTION, message=f"It seems to answer {guess.question} instead.")


def mark_batch(
    course: str,
    submissions: Iterable[Submission],
    jobs: int = 1,
    models: Path | None = None,
    recall: Callable[[Submission], BatchRow | None] = lambda submission: None,
) -> Iterator[BatchRow]:
    """Mark submissions one after another, in input order, over `jobs` processes, keeping few in memory at once.

    Args:
        course: name or folder of the course.
        submissions: the class set.
        jobs: processes to use.
        models: folder of trained models; the project's own by default.
        recall: gives the row of a submission that was marked before, which is not marked again.
    """
    if jobs <= 1:
        threads = max(1, min(2, os.cpu_count() or 1))
        for submission in submissions:
            yield recall(submission) or mark_submission(course, submission, models, threads)
        return
    parallel = Parallel(
        n_jobs=jobs,
        return_as="generator",
        batch_size=1,
        pre_dispatch=f"{4 * jobs}",
        initializer=_leave_stopping_to_the_first,
    )
    yield from parallel(
        delayed(_mark_or_keep)(course, submission, models, recall(submission)) for submission in submissions
    )


def _leave_stopping_to_the_first() -> None:
    """Runs in a worker: a terminal's Ctrl-C reaches every process, and the first ends the others without complaints."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _mark_or_keep(course: str, submission: Submission, models: Path | None, known: BatchRow | None) -> BatchRow:
    """Runs in a worker; a row that is known takes the same way, for the rows to stay in order."""
    return known or mark_submission(course, submission, models)
