"""Double marking: draw scripts for a second teacher to mark blind, and say how far markers agree."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from assistant.schemas import Style
from assistant.scoring.agreement import mean_absolute_difference, quadratic_weighted_kappa

LEAST_FOR_KAPPA = 10
"""On fewer scripts a kappa is chance, so none is given."""


def draw_sample(marks: Mapping[str, int], size: int, seed: int) -> list[str]:
    """Ids of scripts for double marking, spread over the whole range of marks, in an order that gives nothing away.

    The scripts, ordered by mark, are cut into as many runs as scripts are wanted, and one is drawn from each. The same
    marks and seed draw the same sample, in whatever order the marks come.

    Args:
        marks: a mark for each script: the award, or the suggestion.
        size: how many to draw; all of them if there are no more.
        seed: decides what is drawn.

    Raises:
        ValueError: if `size` is below 1.
    """
    if size < 1:
        raise ValueError("a sample holds at least one script")
    # `Random` is seeded with its own text, for a number alone would tie this sample to others drawn with it.
    chance = random.Random(f"double marking {seed}")
    ordered = sorted(sorted(marks), key=lambda script: marks[script])
    size = min(size, len(ordered))
    cuts = [round(number * len(ordered) / size) for number in range(size + 1)] if size else []
    drawn = [chance.choice(ordered[start:end]) for start, end in pairwise(cuts)]
    chance.shuffle(drawn)
    return drawn


@dataclass(frozen=True)
class Agreement:
    """How far two markers of the same scripts agree.

    Attributes:
        exact: share of scripts with the same mark.
        same_level: share with the same level.
        adjacent: share whose levels are at most one apart.
        mean_difference: mean of the second's mark less the first's; above 0 the second is the more generous.
        mean_absolute_difference: the same without signs.
        kappa: quadratic weighted kappa over all marks, or None on fewer than `LEAST_FOR_KAPPA` scripts or where
            everybody got the same mark.
    """

    scripts: int
    exact: float
    same_level: float
    adjacent: float
    mean_difference: float
    mean_absolute_difference: float
    kappa: float | None


def agreement(first: Sequence[int], second: Sequence[int], style: Style) -> Agreement:
    """How far two markers agree on scripts of one style, mark by mark.

    Raises:
        ValueError: if the lengths differ or there are no marks.
    """
    if len(first) != len(second):
        raise ValueError("both markers must mark the same scripts")
    if not first:
        raise ValueError("there are no scripts that both marked")
    apart = [abs(style.level_of(a) - style.level_of(b)) for a, b in zip(first, second, strict=True)]
    kappa = quadratic_weighted_kappa(first, second, style.max_mark) if len(first) >= LEAST_FOR_KAPPA else math.nan
    return Agreement(
        scripts=len(first),
        exact=fmean(a == b for a, b in zip(first, second, strict=True)),
        same_level=fmean(gap == 0 for gap in apart),
        adjacent=fmean(gap <= 1 for gap in apart),
        mean_difference=fmean(b - a for a, b in zip(first, second, strict=True)),
        mean_absolute_difference=mean_absolute_difference(first, second),
        kappa=None if math.isnan(kappa) else kappa,
    )
