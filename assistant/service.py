"""Use cases: mark one response, mark a class set, list what a course holds. The command line and the pages call these."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from assistant import feedback as wording
from assistant.class_sets import Submission
from assistant.corpus.loading import find_course, load_course, load_wordings
from assistant.documents import DocumentError, check_text
from assistant.moderation import Evidence, review_reasons
from assistant.nlp.encoder import SentenceEncoder
from assistant.nlp.pipeline import build_nlp
from assistant.nlp.reading import Reading, forms_of, read_doc
from assistant.schemas import Course, Feedback, ModelInfo, Question
from assistant.scoring import artefacts
from assistant.scoring.factor_status import FactorProfile, argued, profile_factors
from assistant.scoring.index import build_index
from assistant.scoring.scorer import Scorer, Scores
from assistant.scoring.signals import SignalReader


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
            index = build_index(self.course, load_wordings(find_course(course)), self.encoder.encode, self.forms)
        else:
            index = trained.index
        reader = SignalReader(self.course, index)
        self.prompts = {
            question.id: frozenset(self.forms([question.prompt])[0].split()) for question in self.course.questions
        }
        self.scorer = Scorer(self.course, reader, trained.models, _LazyProfiles(self), self.prompts)
        self._lock = threading.Lock()

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
        with self._lock:  # spaCy's vocabulary and the tokenizer are not made for several threads at once
            reading = self.read(text)
            scores = self.scorer.score(reading, question)
        return self.explain(question, reading, scores)

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
        sentences = reading.sentences
        count = max(1, len(sentences))
        arguing = argued(scores.roles) if sentences else np.zeros(0)
        carried = scores.conveyed.max(axis=1) > 0 if sentences else np.zeros(0, dtype=bool)
        words = [word for sentence in sentences for word in sentence.words if word.isalpha()]
        known = self.encoder.known_words
        in_terms = sum(len(sentence.terms) for sentence in sentences)
        stems = sum(word in known or word.rstrip("s") in known or word.removesuffix("ed") in known for word in words)
        return Evidence(
            course=self.course,
            question=question,
            style=self.course.rubric.style(question.style),
            text=reading.text,
            sentences=[sentence.text for sentence in sentences],
            words=reading.words,
            facts=facts,
            relevant=relevant,
            errors=len(scores.errors),
            narrated=float((~carried & (arguing < 0.5)).sum() / count) if sentences else 0.0,
            argued=float(arguing.sum()),
            known_words=(stems + in_terms) / len(words) if words else 0.0,
            on_topic=float(sum(bool(s.terms) or bool(c) for s, c in zip(sentences, carried, strict=True)) / count),
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


@cache
def engine(course: str = "stalin", models: Path | None = None, threads: int = 2) -> Engine:
    """The engine of a course, loaded once in this process."""
    return Engine(course, models, threads)


@dataclass(frozen=True)
class BatchRow:
    """One response of a class set: its feedback, or why it could not be marked."""

    id: str
    question: str
    feedback: Feedback | None
    problem: str = ""


def mark_submission(course: str, submission: Submission, models: Path | None = None, threads: int = 1) -> BatchRow:
    """Mark one submission; whatever is wrong with it becomes a row, never an exception."""
    if submission.problem or submission.text is None:
        return BatchRow(submission.id, submission.question, None, submission.problem or "It holds no text.")
    try:
        text = check_text(submission.text, submission.id)
        return BatchRow(
            submission.id, submission.question, engine(course, models, threads).mark(submission.question, text)
        )
    except (UnknownQuestion, DocumentError) as error:
        return BatchRow(submission.id, submission.question, None, str(error))


def mark_batch(
    course: str,
    submissions: Iterable[Submission],
    jobs: int = 1,
    models: Path | None = None,
) -> Iterator[BatchRow]:
    """Mark submissions one after another, in input order, over `jobs` processes, keeping few in memory at once."""
    if jobs <= 1:
        for submission in submissions:
            yield mark_submission(course, submission, models, threads=max(1, min(2, os.cpu_count() or 1)))
        return
    parallel = Parallel(n_jobs=jobs, return_as="generator", batch_size=1, pre_dispatch=f"{4 * jobs}")
    yield from parallel(delayed(mark_submission)(course, submission, models) for submission in submissions)


MARK_COLUMNS = (
    "id",
    "question",
    "level",
    "mark",
    "max_mark",
    "range_low",
    "range_high",
    "words",
    "needs_review",
    "review_reasons",
    "problem",
)


def safe_cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def mark_row(row: BatchRow) -> dict[str, object]:
    """One row of `marks.csv`."""
    result = row.feedback
    values: dict[str, object] = dict.fromkeys(MARK_COLUMNS, "")
    values |= {"id": row.id, "question": row.question, "problem": row.problem}
    if result is not None:
        values |= {
            "level": result.level,
            "mark": result.mark,
            "max_mark": result.max_mark,
            "range_low": result.mark_range[0],
            "range_high": result.mark_range[1],
            "words": result.words,
            "needs_review": "yes" if result.needs_review else "no",
            "review_reasons": "; ".join(reason.code for reason in result.review_reasons),
        }
    return {name: safe_cell(value) for name, value in values.items()}


def write_batch(
    rows: Iterable[BatchRow], folder: Path, report: Callable[[BatchRow], None] = lambda row: None
) -> tuple[int, int]:
    """Write `feedback.jsonl` and `marks.csv` to `folder` as rows come in, complete or not at all.

    Returns:
        How many responses were marked, and how many could not be.
    """
    import csv

    folder.mkdir(parents=True, exist_ok=True)
    marked = failed = 0
    feedback_part, marks_part = folder / "feedback.jsonl.part", folder / "marks.csv.part"
    try:
        with (
            feedback_part.open("w", encoding="utf-8") as lines,
            marks_part.open("w", encoding="utf-8-sig", newline="") as table,
        ):
            writer = csv.DictWriter(table, MARK_COLUMNS)
            writer.writeheader()
            for row in rows:
                if row.feedback is not None:
                    marked += 1
                    record = {"id": row.id, "feedback": json.loads(row.feedback.model_dump_json())}
                    lines.write(json.dumps(record, ensure_ascii=False) + "\n")
                else:
                    failed += 1
                writer.writerow(mark_row(row))
                report(row)
        feedback_part.replace(folder / "feedback.jsonl")
        marks_part.replace(folder / "marks.csv")
    finally:
        feedback_part.unlink(missing_ok=True)
        marks_part.unlink(missing_ok=True)
    return marked, failed
