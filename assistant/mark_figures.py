"""Figures on suggested marks: how agreement rises as the unsure are set aside, false flags, and a teacher's own standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from assistant.schemas import Feedback, MarkedResponse, Style
from assistant.scoring.recalibration import MIN_SCRIPTS, agreement, agreement_on_the_rest

Pairs = Sequence[tuple[MarkedResponse, Feedback]]

SHARES_KEPT = (1.0, 0.9, 0.75, 0.5)
WEAK = 0.35
"""Share of the marks up to which a response is weak."""
SCRIPTS = (MIN_SCRIPTS, 20, 40)
DRAWS = 20
TEACHERS = {
    "two twelfths stricter": -2 / 12,
    "one stricter": -1 / 12,
    "as marked": 0.0,
    "one kinder": 1 / 12,
    "two kinder": 2 / 12,
}
"""Simulated teachers, by how much of the highest mark they add to the marker's mark."""
TEACHERS_DOUBT = 0.05
"""How far a simulated teacher's marks stray from her own standard, as a share of the highest mark (a standard deviation)."""


def as_the_unsure_are_set_aside(pairs: Pairs, style: Style) -> dict[str, dict[str, float]]:
    """Agreement on the surest part of the responses: those not sent to review first, then those of a narrow range."""
    order = sorted(range(len(pairs)), key=lambda i: (pairs[i][1].needs_review, _width(pairs[i][1])))
    figures = {}
    for share in SHARES_KEPT:
        kept = [pairs[i] for i in order[: max(1, round(share * len(order)))]]
        figures[f"{share:.0%}"] = agreement([r.mark for r, _ in kept], [f.mark for _, f in kept], style)
    return figures


def false_flags(pairs: Pairs) -> float | None:
    """The share of honest weak responses that is sent to review; None where there are none."""
    weak = [
        feedback
        for response, feedback in pairs
        if response.mark <= WEAK * feedback.max_mark and not response.wants_review
    ]
    return float(np.mean([f.needs_review for f in weak])) if weak else None


def due_flags(pairs: Pairs) -> float | None:
    """The share of the responses written to be looked at that is sent to review; None where there are none."""
    due = [feedback.needs_review for response, feedback in pairs if response.wants_review]
    return float(np.mean(due)) if due else None


def simulated_teachers(pairs: Pairs, style: Style, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Agreement with simulated teachers before and after recalibration, by teacher and number of scripts they marked.

    A simulated teacher gives the marker's mark, moved by her severity and strayed from by chance. Scripts are drawn by chance,
    `DRAWS` times, and figures are means over the draws, on the scripts that were not drawn.
    """
    suggested = [feedback.mark for _, feedback in pairs]
    figures: dict[str, dict[str, Any]] = {}
    for name, severity in TEACHERS.items():
        figures[name] = {}
        for scripts in SCRIPTS:
            if scripts > len(pairs) / 2:
                continue
            draws = [_draw(pairs, suggested, style, severity, scripts, seed + number) for number in range(DRAWS)]
            figures[name][str(scripts)] = {
                when: {key: float(np.mean([draw[when][key] for draw in draws])) for key in draws[0][when]}
                for when in ("before", "after")
            }
    return figures


def _draw(
    pairs: Pairs, suggested: Sequence[int], style: Style, severity: float, scripts: int, seed: int
) -> dict[str, dict[str, float]]:
    strays = np.random.default_rng(seed).normal(scale=TEACHERS_DOUBT, size=len(pairs))
    marks = [
        response.mark + style.max_mark * (severity + stray) for (response, _), stray in zip(pairs, strays, strict=True)
    ]
    awarded = np.clip(np.floor(np.array(marks) + 0.5), 0, style.max_mark).astype(int).tolist()
    return agreement_on_the_rest(suggested, awarded, style, scripts, seed)


def _width(feedback: Feedback) -> int:
    return feedback.mark_range[1] - feedback.mark_range[0]


def render_surest(figures: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row for each style and share kept."""
    names = list(figures)
    table = Table("Surest responses", *[f"{n}: {f}" for n in names for f in ("kappa", "error", "same level")])
    styles = {most for name in names for most in figures[name]["marks"]}
    for most in sorted(styles, key=int):
        for share in (f"{share:.0%}" for share in SHARES_KEPT):
            cells = []
            for name in names:
                part = figures[name]["marks"].get(most, {}).get("surest", {}).get(share)
                cells += [f"{part[key]:.2f}" if part else "" for key in ("qwk", "mae", "same_level")]
            table.add_row(f"of {most}: {share}", *cells)
    return table


def render_teachers(figures: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Table:
    """A row for each style, simulated teacher and number of scripts.

    Args:
        figures: those of `simulated_teachers` by highest mark.
    """
    columns = [f"{name} {when}" for name in ("kappa", "error", "same level") for when in ("before", "after")]
    table = Table("Teacher", "scripts", *columns, title="A teacher's own standard (teachers are simulated)")
    for most, teachers in figures.items():
        for teacher, by_scripts in teachers.items():
            for scripts, part in by_scripts.items():
                cells = [
                    f"{part[when][key]:.2f}" for key in ("qwk", "mae", "same_level") for when in ("before", "after")
                ]
                table.add_row(f"of {most}, {teacher}", scripts, *cells)
    return table
