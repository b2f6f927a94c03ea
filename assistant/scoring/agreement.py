"""How far two sets of marks or findings agree: the figures by which the assistant is judged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def precision_recall_f1(right: int, extra: int, missed: int) -> tuple[float, float, float]:
    """Precision, recall and F1 from counts; 0 where nothing was found or due.

    >>> precision_recall_f1(8, 2, 2)
    (0.8, 0.8, 0.8)
    """
    precision = right / (right + extra) if right + extra else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    return precision, recall, harmonic_mean(precision, recall)


def harmonic_mean(precision: float, recall: float) -> float:
    """F1 of a precision and a recall that may rest on different counts."""
    total = precision + recall
    return round(2 * precision * recall / total, 12) if total else 0.0


def quadratic_weighted_kappa(first: Sequence[int], second: Sequence[int], highest: int) -> float:
    """Quadratic weighted kappa over the marks 0 to `highest` (Cohen, 1968).

    All marks count as categories whether they were given or not. NaN where both markers gave everyone the same mark.

    Raises:
        ValueError: if the lengths differ.

    >>> round(quadratic_weighted_kappa([1, 2, 3, 4], [1, 2, 3, 4], 12), 2)
    1.0
    """
    if len(first) != len(second):
        raise ValueError("both markers must mark the same responses")
    observed = np.zeros((highest + 1, highest + 1))
    np.add.at(observed, (np.asarray(first), np.asarray(second)), 1)
    marks = np.arange(highest + 1)
    weights = (marks[:, None] - marks[None, :]) ** 2 / highest**2
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / max(len(first), 1)
    chance = (weights * expected).sum()
    return float(1 - (weights * observed).sum() / chance) if chance else float("nan")


def mean_absolute_difference(first: Sequence[int], second: Sequence[int]) -> float:
    """Mean absolute difference of two sets of marks; NaN for none."""
    return (
        float(np.abs(np.asarray(first, dtype=float) - np.asarray(second, dtype=float)).mean())
        if len(first)
        else float("nan")
    )
