"""A teacher's own standard: suggested marks moved to where one teacher marks, from a few scripts that she has marked.

A few scripts cannot tell much, so little is learnt from them: on the scale of log odds, where the ends of the range cannot be
passed, how far the teacher stands above or below the suggestions, and how widely she spreads her marks. Both are drawn towards
"as suggested" as far as the scripts leave room for doubt (Bayesian linear regression with a normal prior), and a better answer
never gets a lower mark. The bounds of the levels stay where the rubric has them. With hundreds of scripts, fit a `MarkModel` of
her own instead: `own_model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import Vectors
from assistant.schemas import Style
from assistant.scoring.agreement import mean_absolute_difference, quadratic_weighted_kappa
from assistant.scoring.marks import MarkModel

MIN_SCRIPTS = 10
MANY_SCRIPTS = 200
"""Scripts from which a model of a teacher's own is worth fitting."""
SHIFT_SPREAD = 0.6
"""How far teachers are thought to stand apart, in log odds: about 4 marks of 25 in the middle of the range."""
SLOPE_SPREAD = 0.25
DOUBT = 0.5
"""How far a single mark is thought to stray from a teacher's own standard, in log odds."""
LEAST_SLOPE = 0.3


@dataclass(frozen=True)
class Standard:
    """Where a teacher marks, against the suggestions: `shift` in log odds, `slope` 1 where she spreads marks as they do."""

    style: Style
    shift: float = 0.0
    slope: float = 1.0

    def mark(self, suggested: float) -> int:
        """The teacher's likely mark where `suggested` was suggested."""
        moved = 1 / (1 + np.exp(-(self.shift + self.slope * _log_odds([suggested], self.style)[0])))
        # Half a mark was set aside at either end, so that 0 and full marks have odds.
        mark = moved * (self.style.max_mark + 1) - 0.5
        return int(np.clip(np.floor(mark + 0.5), 0, self.style.max_mark))

    def mark_range(self, suggested: tuple[int, int]) -> tuple[int, int]:
        """The range of marks, moved in the same way."""
        return self.mark(suggested[0]), self.mark(suggested[1])

    def level(self, suggested: float) -> int:
        """The level the teacher's likely mark falls in."""
        return self.style.level_of(self.mark(suggested))


def recalibrate(suggested: Sequence[float], awarded: Sequence[int], style: Style) -> Standard:
    """The standard of a teacher who awarded these marks where the others were suggested.

    Raises:
        ValueError: if there are fewer than `MIN_SCRIPTS` scripts, or marks that the style does not have.
    """
    if len(suggested) != len(awarded):
        raise ValueError("Each script needs a suggested and an awarded mark.")
    if len(awarded) < MIN_SCRIPTS:
        raise ValueError(f"A standard needs at least {MIN_SCRIPTS} marked scripts; there are {len(awarded)}.")
    if not all(0 <= mark <= style.max_mark for mark in awarded):
        raise ValueError(f"Marks of this style go from 0 to {style.max_mark}.")
    x = _log_odds(suggested, style)
    y = _log_odds(awarded, style)
    design = np.column_stack([np.ones_like(x), x])
    prior = np.array([SHIFT_SPREAD, SLOPE_SPREAD]) ** -2
    precision = design.T @ design / DOUBT**2 + np.diag(prior)
    shift, slope = np.linalg.solve(precision, design.T @ y / DOUBT**2 + prior * np.array([0.0, 1.0]))
    if slope < LEAST_SLOPE:
        # A teacher who seems to mark against the suggestions has been read wrongly: the order of answers stays.
        slope = LEAST_SLOPE
        shift = float((y - slope * x).sum() / DOUBT**2 / (len(x) / DOUBT**2 + prior[0]))
    return Standard(style, float(shift), float(slope))


def own_model(
    features: Vectors, awarded: Sequence[int], styles: Sequence[Style], questions: Sequence[str], seed: int = 0
) -> MarkModel:
    """A mark model of a teacher's own, from features of many of her scripts; the judgement is taken to follow the mark.

    Args:
        features: `response_features` of the scripts.
        awarded: her marks.
        styles: the style of each script's question.
        questions: the question of each, whose scripts stand on one side when the range is measured.
        seed: seeds the model.

    Raises:
        ValueError: if there are fewer than `MANY_SCRIPTS`.
    """
    if len(awarded) < MANY_SCRIPTS:
        raise ValueError(
            f"A model of one's own needs at least {MANY_SCRIPTS} marked scripts; there are {len(awarded)}."
        )
    judgements = [round(3 * mark / style.max_mark) for mark, style in zip(awarded, styles, strict=True)]
    return MarkModel(seed=seed).fit(features, awarded, judgements, styles, questions)


def agreement_on_the_rest(
    suggested: Sequence[int], awarded: Sequence[int], style: Style, scripts: int, seed: int
) -> dict[str, dict[str, float]]:
    """Agreement with a teacher before and after recalibration, on the scripts it was not drawn from.

    Args:
        suggested: suggested marks.
        awarded: the teacher's.
        style: of all of them.
        scripts: how many, drawn by chance, the standard is learnt from.
        seed: seeds the draw.
    """
    order = np.random.default_rng(seed).permutation(len(awarded))
    known, rest = order[:scripts].tolist(), order[scripts:].tolist()
    standard = recalibrate([suggested[i] for i in known], [awarded[i] for i in known], style)
    truth = [awarded[i] for i in rest]
    before = [suggested[i] for i in rest]
    return {
        "before": agreement(truth, before, style),
        "after": agreement(truth, [standard.mark(mark) for mark in before], style),
    }


def agreement(awarded: Sequence[int], given: Sequence[int], style: Style) -> dict[str, float]:
    """Quadratic weighted kappa, mean absolute difference and share of the same level."""
    same = [style.level_of(a) == style.level_of(b) for a, b in zip(awarded, given, strict=True)]
    return {
        "qwk": quadratic_weighted_kappa(awarded, given, style.max_mark),
        "mae": mean_absolute_difference(awarded, given),
        "same_level": float(np.mean(same)),
    }


def _log_odds(marks: Sequence[float], style: Style) -> NDArray[np.float64]:
    share = (np.asarray(marks, dtype=np.float64) + 0.5) / (style.max_mark + 1)
    odds: NDArray[np.float64] = np.log(share / (1 - share))
    return odds
