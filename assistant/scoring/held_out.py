"""Signals of marked responses from encoders that never saw them: made by training, read by evaluation.

Two schemes of five folds: by question (no response to a question is on both sides) and by response.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.nlp.encoder import EncodedSentence, Vectors
from assistant.nlp.reading import Reading
from assistant.schemas import Course, MarkedResponse
from assistant.scoring.factor_status import profile_factors
from assistant.scoring.model_training import TrainingRow
from assistant.scoring.signals import NAMES, Signals

FOLDS = 5
SCHEMES = ("question", "response")


def fold_of(scheme: str, course: Course, responses: Sequence[MarkedResponse]) -> list[int]:
    """The fold each response is held out in: by question, all of a question's in one; by response, spread over all."""
    if scheme == "question":
        order = [question.id for question in course.questions]
        return [order.index(response.question) % FOLDS for response in responses]
    seen: dict[str, int] = {}
    folds = []
    for response in responses:
        number = seen.get(response.question, 0)
        seen[response.question] = number + 1
        folds.append((number + sum(map(ord, response.question))) % FOLDS)
    return folds


@dataclass(frozen=True)
class HeldOut:
    """What one scheme keeps of each response, in the order of `ids`."""

    ids: tuple[str, ...]
    folds: tuple[int, ...]
    signals: tuple[Signals, ...]
    vectors: tuple[Vectors, ...]  # mean vector of each sentence, shape (sentences, 384)
    titles: Mapping[tuple[int, str], Vectors]  # vectors of a question's factor titles, by fold and question


def save_held_out(path: Path, schemes: Mapping[str, HeldOut], fact_ids: Sequence[str]) -> None:
    """Write the schemes to a compressed file of plain arrays; half precision is enough for signals."""
    arrays: dict[str, np.ndarray] = {"names": np.array(NAMES), "facts": np.array(fact_ids)}
    for scheme, held in schemes.items():
        arrays[f"{scheme}/ids"] = np.array(held.ids)
        arrays[f"{scheme}/folds"] = np.array(held.folds)
        arrays[f"{scheme}/candidates"] = np.array([len(s.sentence) for s in held.signals])
        arrays[f"{scheme}/sentences"] = np.array([len(v) for v in held.vectors])
        arrays[f"{scheme}/sentence"] = np.concatenate([s.sentence for s in held.signals]).astype(np.int16)
        arrays[f"{scheme}/fact"] = np.concatenate([s.fact for s in held.signals]).astype(np.int16)
        arrays[f"{scheme}/values"] = np.concatenate([s.values for s in held.signals]).astype(np.float16)
        arrays[f"{scheme}/vectors"] = np.concatenate(held.vectors).astype(np.float16)
        for (fold, question), vectors in held.titles.items():
            arrays[f"{scheme}/titles/{fold}/{question}"] = vectors.astype(np.float16)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def load_held_out(path: Path, fact_ids: Sequence[str]) -> dict[str, HeldOut]:
    """Read what `save_held_out` wrote, with facts numbered as in `fact_ids`.

    Raises:
        ValueError: if it was made with other signals than this version computes, or for other facts.
    """
    result = {}
    with np.load(path, allow_pickle=False) as arrays:
        if tuple(arrays["names"]) != NAMES or set(arrays["facts"].tolist()) != set(fact_ids):
            raise ValueError(
                "The held-out signals were made for other facts or by another version; run 'assistant train' again."
            )
        place = {fact: number for number, fact in enumerate(fact_ids)}
        number_of = np.array([place[fact] for fact in arrays["facts"].tolist()], dtype=np.int64)
        for scheme in SCHEMES:
            if f"{scheme}/ids" not in arrays:
                continue
            cuts = np.cumsum(arrays[f"{scheme}/candidates"])[:-1]
            sentence_cuts = np.cumsum(arrays[f"{scheme}/sentences"])[:-1]
            parts = zip(
                np.split(arrays[f"{scheme}/sentence"].astype(np.int64), cuts),
                np.split(number_of[arrays[f"{scheme}/fact"].astype(np.int64)], cuts),
                np.split(arrays[f"{scheme}/values"].astype(np.float32), cuts),
                strict=True,
            )
            prefix = f"{scheme}/titles/"
            titles = {}
            for name in arrays.files:
                if name.startswith(prefix):
                    fold, question = name.removeprefix(prefix).split("/", 1)
                    titles[int(fold), question] = arrays[name].astype(np.float32)
            result[scheme] = HeldOut(
                tuple(arrays[f"{scheme}/ids"].tolist()),
                tuple(arrays[f"{scheme}/folds"].tolist()),
                tuple(Signals(sentence, fact, values, True) for sentence, fact, values in parts),
                tuple(np.split(arrays[f"{scheme}/vectors"].astype(np.float32), sentence_cuts)),
                titles,
            )
    return result


def training_rows(
    course: Course,
    responses: Sequence[MarkedResponse],
    readings: Sequence[Reading],
    held: HeldOut,
    forms: Mapping[str, Sequence[str]],
) -> list[TrainingRow]:
    """Rows for fitting and evaluating, of the responses that the scheme holds.

    Args:
        course: the course.
        responses: marked responses; those unknown to `held` are left out.
        readings: their readings; the vectors are replaced by the held-out encoder's.
        held: one scheme.
        forms: comparable words of each question's factor titles.
    """
    place = {key: i for i, key in enumerate(held.ids)}
    rows = []
    for response, reading in zip(responses, readings, strict=True):
        i = place.get(response.id)
        if i is None or len(held.vectors[i]) != len(reading.sentences):
            continue
        encoded = tuple(EncodedSentence(vector[None, :]) for vector in held.vectors[i])
        question = course.question(response.question)
        profiles = profile_factors(course, question, list(held.titles[held.folds[i], question.id]), forms[question.id])
        rows.append(TrainingRow(response, replace(reading, encoded=encoded), held.signals[i], profiles))
    return rows
