"""`assistant evaluate`: how far the assistant agrees with markers, beside how far markers agree with each other.

The figures follow the definitions of the marked-response format: evidence at the level of facts over all responses
together, wrong claims and roles by sentence, marks by style of question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from assistant import mark_figures
from assistant.corpus.ledger import ledger
from assistant.corpus.loading import CourseError, Problem, load_course, load_responses
from assistant.schemas import Course, Feedback, MarkedResponse, Span
from assistant.scoring import artefacts
from assistant.scoring.agreement import (
    harmonic_mean,
    mean_absolute_difference,
    precision_recall_f1,
    quadratic_weighted_kappa,
)
from assistant.scoring.factor_status import STATUSES
from assistant.scoring.held_out import load_held_out
from assistant.scoring.model_training import fit_models
from assistant.scoring.scorer import Scorer
from assistant.service import Engine
from assistant.training import Workbench


def score(course: Course, responses: Sequence[MarkedResponse], feedback: Mapping[str, Feedback]) -> dict[str, Any]:
    """Agreement of feedback with the first marker, and of the second marker with the first.

    Args:
        course: the course of the responses.
        responses: marked responses.
        feedback: feedback by response id.

    Returns:
        Nested figures, ready for JSON.
    """
    of_line: dict[int, set[str]] = {row.line: set(row.facts) for row in ledger(course)}
    unscored = set(course.unscored_lines)
    skip_always = {fact for line in unscored for fact in of_line.get(line, ())}
    found = lost = right = extra = located = 0
    errors_hit = errors_missed = errors_extra = 0
    roles_right = roles = present_right = status_right = statuses = judgements_right = 0
    by_style: dict[int, list[tuple[MarkedResponse, Feedback]]] = {}
    for response in responses:
        result = feedback[response.id]
        _, spans = response.layout()
        lines = {line for sentence in response.sentences for line in sentence.lines} - unscored
        due = {fact for line in lines for fact in of_line.get(line, ())}
        misstated = {
            fact for sentence in response.sentences for claim in sentence.wrong for fact in of_line.get(claim.line, ())
        }
        skip = skip_always | (misstated - due)
        credited = {item.fact: item.spans for item in result.evidence}
        for line in lines:
            hits = of_line.get(line, set()) & credited.keys()
            if not hits:
                lost += 1
                continue
            found += 1
            places = [span for sentence, span in zip(response.sentences, spans, strict=True) if line in sentence.lines]
            located += any(_overlap(a, b) for fact in hits for a in credited[fact] for b in places)
        right += len(credited.keys() & due)
        extra += len(credited.keys() - due - skip)
        wrong = [number for number, sentence in enumerate(response.sentences) if sentence.wrong]
        hit = {number for number in wrong if any(_overlap(error.span, spans[number]) for error in result.errors)}
        errors_hit += len(hit)
        errors_missed += len(wrong) - len(hit)
        errors_extra += sum(not any(_overlap(error.span, spans[number]) for number in wrong) for error in result.errors)
        for sentence, (start, end) in zip(response.sentences, spans, strict=True):
            middle = (start + end) // 2
            role = next((item.role for item in result.sentences if item.span[0] <= middle < item.span[1]), None)
            roles += 1
            roles_right += role == sentence.role
        given = {item.id: STATUSES.index(item.status) for item in result.factors}
        for factor, value in response.factors.items():
            statuses += 1
            status_right += given.get(factor) == value
            present_right += (given.get(factor, 0) > 0) == (value > 0)
        judgements_right += int(3 * result.criteria["judgement"].score + 0.5) == response.judgement
        by_style.setdefault(result.max_mark, []).append((response, result))
    precision, recall = right / max(1, right + extra), found / max(1, found + lost)
    error_p, error_r, error_f = precision_recall_f1(errors_hit, errors_extra, errors_missed)
    return {
        "responses": len(responses),
        "evidence": {
            "precision": precision,
            "recall": recall,
            "f1": harmonic_mean(precision, recall),
            "located": located / max(1, found),
        },
        "wrong_claims": {
            "precision": error_p,
            "recall": error_r,
            "f1": error_f,
            "sentences": errors_hit + errors_missed,
        },
        "roles": {"accuracy": roles_right / max(1, roles)},
        "factors": {"exact": status_right / max(1, statuses), "present": present_right / max(1, statuses)},
        "judgement": {"exact": judgements_right / max(1, len(responses))},
        "marks": {str(most): _marks(course, rows) for most, rows in sorted(by_style.items())},
    }


def second_marker(course: Course, responses: Sequence[MarkedResponse]) -> dict[str, Any]:
    """The second marker's agreement with the first, by the same definitions; lines and roles where both labelled.

    A figure is None where no response has what it rests on.
    """
    unscored = set(course.unscored_lines)
    right = extra = missed = both_wrong = only_second = only_first = 0
    roles = roles_right = statuses = exact = present = judgements = 0
    for response in responses:
        second = response.second
        if second is None:
            continue
        judgements += second.judgement == response.judgement
        for factor, value in response.factors.items():
            statuses += 1
            exact += second.factors.get(factor) == value
            present += (second.factors.get(factor, 0) > 0) == (value > 0)
        if second.labels is None or len(second.labels) != len(response.sentences):
            continue
        first_lines = {line for sentence in response.sentences for line in sentence.lines} - unscored
        second_lines = {line for sentence in second.labels for line in sentence.lines} - unscored
        right += len(first_lines & second_lines)
        extra += len(second_lines - first_lines)
        missed += len(first_lines - second_lines)
        for mine, other in zip(response.sentences, second.labels, strict=True):
            roles += 1
            roles_right += mine.role == other.role
            both_wrong += bool(mine.wrong) and bool(other.wrong)
            only_second += bool(other.wrong) and not mine.wrong
            only_first += bool(mine.wrong) and not other.wrong
    precision, recall, f1 = precision_recall_f1(right, extra, missed)
    error_p, error_r, error_f = precision_recall_f1(both_wrong, only_second, only_first)
    count = sum(response.second is not None for response in responses)
    return {
        "responses": count,
        "evidence": {"precision": precision, "recall": recall, "f1": f1, "located": None} if roles else None,
        "wrong_claims": {"precision": error_p, "recall": error_r, "f1": error_f} if roles else None,
        "roles": {"accuracy": roles_right / roles} if roles else None,
        "factors": {"exact": exact / statuses, "present": present / statuses} if statuses else None,
        "judgement": {"exact": judgements / count} if count else None,
    }


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _marks(course: Course, rows: Sequence[tuple[MarkedResponse, Feedback]]) -> dict[str, Any]:
    style = course.rubric.style(course.question(rows[0][0].question).style)
    most = style.max_mark
    first = [response.mark for response, _ in rows]
    ours = [result.mark for _, result in rows]
    figures: dict[str, Any] = {
        "responses": len(rows),
        "qwk": quadratic_weighted_kappa(first, ours, most),
        "mae": mean_absolute_difference(first, ours),
        "same_level": float(np.mean([r.level == f.level for r, f in rows])),
        "two_levels_off_unflagged": sum(abs(r.level - f.level) >= 2 and not f.needs_review for r, f in rows),
        "in_range": float(np.mean([f.mark_range[0] <= r.mark <= f.mark_range[1] for r, f in rows])),
        "range_width": float(np.mean([f.mark_range[1] - f.mark_range[0] for _, f in rows])),
        "sent_to_review": float(np.mean([f.needs_review for _, f in rows])),
        "weak_flagged": mark_figures.false_flags(rows),
        "due_flagged": mark_figures.due_flags(rows),
        "surest": mark_figures.as_the_unsure_are_set_aside(rows, style),
    }
    seconds = [(response.mark, response.level, response.second) for response, _ in rows if response.second is not None]
    if len(seconds) == len(rows):
        second = [item.mark for _, _, item in seconds if item]
        figures["second_marker_qwk"] = quadratic_weighted_kappa(first, second, most)
        figures["second_marker_mae"] = mean_absolute_difference(first, second)
        figures["second_marker_same_level"] = float(
            np.mean([level == item.level for _, level, item in seconds if item])
        )
    return figures


def cross_validate(course: str | Path, report: Callable[[str], None]) -> dict[str, dict[str, Feedback]]:
    """Feedback on every shipped response from models that never saw it, by scheme and response id.

    Raises:
        ArtefactError: if the held-out signals are missing or damaged.
    """
    folder = artefacts.models_folder()
    manifest = artefacts.read_manifest(folder)
    loaded = load_course(course)
    path = artefacts.checked(folder, f"{loaded.id}-held-out.npz", manifest)
    artefacts.checked(folder, artefacts.TOKENIZER, manifest)
    engine = Engine(course)
    bench = Workbench(course, folder)
    prompts, with_errors = bench.prompts(), bench.planted()
    results: dict[str, dict[str, Feedback]] = {}
    for scheme, held in load_held_out(path, [fact.id for fact in loaded.facts]).items():
        rows, planted = bench.rows(bench.responses, held), bench.rows(with_errors, held)
        fold_of = dict(zip(held.ids, held.folds, strict=True))
        feedback: dict[str, Feedback] = {}
        for fold in sorted(set(held.folds)):
            report(f"Held out by {scheme}: fold {fold + 1} of {len(set(held.folds))} ...")
            train = [row for row in rows if fold_of[row.response.id] != fold]
            spoilt = [row for row in planted if fold_of[row.response.id] != fold]
            models = fit_models(bench.course, engine.scorer.reader, train, prompts, planted=spoilt)
            for row in rows:
                if fold_of[row.response.id] == fold:
                    question = bench.course.question(row.response.question)
                    scorer = Scorer(bench.course, engine.scorer.reader, models, {question.id: row.profiles}, prompts)
                    feedback[row.response.id] = engine.explain(
                        question, row.reading, scorer.score(row.reading, question, row.signals)
                    )
        results[scheme] = feedback
    return results


def evaluate_course(course: str | Path, report: Callable[[str], None]) -> dict[str, Any]:
    """Cross-validated figures on the responses a course ships."""
    loaded = load_course(course)
    responses = Workbench(course, artefacts.models_folder()).responses
    if not responses:
        raise CourseError([Problem("responses", "", "", "the course ships no marked responses to evaluate on")])
    figures: dict[str, Any] = {}
    teachers: dict[str, Any] = {}
    for scheme, feedback in cross_validate(course, report).items():
        held = [response for response in responses if response.id in feedback]
        figures[f"by {scheme}"] = score(loaded, held, feedback)
        if not teachers:
            for style in loaded.rubric.styles:
                pairs = [(r, feedback[r.id]) for r in held if loaded.question(r.question).style == style.id]
                if pairs:
                    teachers[str(style.max_mark)] = mark_figures.simulated_teachers(pairs, style)
    return {
        "course": loaded.id,
        "corpus_version": loaded.version,
        "figures": figures,
        "second_marker": second_marker(loaded, responses),
        "teachers": teachers,
    }


def evaluate_file(course: str | Path, path: Path) -> dict[str, Any]:
    """Figures of the shipped models on a file of marked responses.

    Raises:
        CourseError: if the file is missing, broken, or names questions the course does not have.
    """
    responses = load_responses([path])
    engine = Engine(course)
    known = {question.id for question in engine.course.questions}
    strange = sorted({response.question for response in responses} - known)
    if strange:
        raise CourseError([Problem(path.name, strange[0], "question", "the course has no such question")])
    feedback = {response.id: engine.mark(response.question, response.layout()[0]) for response in responses}
    figures = {f"on {path.name}": score(engine.course, responses, feedback)}
    return {
        "course": engine.course.id,
        "corpus_version": engine.course.version,
        "figures": figures,
        "second_marker": second_marker(engine.course, responses),
    }


def render(report: Mapping[str, Any]) -> list[Table]:
    """The figures as tables for a terminal."""
    figures = report["figures"]
    columns = list(figures)
    second = report.get("second_marker") or {}
    table = Table(
        "Agreement with the marker",
        *columns,
        "second marker",
        title=f"{report['course']} (corpus {report['corpus_version']})",
    )
    rows = [
        ("Evidence: precision", "evidence", "precision"),
        ("Evidence: recall", "evidence", "recall"),
        ("Evidence: F1", "evidence", "f1"),
        ("  in the right sentence", "evidence", "located"),
        ("Wrong claims: precision", "wrong_claims", "precision"),
        ("Wrong claims: recall", "wrong_claims", "recall"),
        ("Sentence roles: accuracy", "roles", "accuracy"),
        ("Factor status: exact", "factors", "exact"),
        ("Factor status: present or not", "factors", "present"),
        ("Judgement: exact", "judgement", "exact"),
    ]
    table.add_row("Responses", *[str(figures[c]["responses"]) for c in columns], str(second.get("responses", "")))
    for label, group, name in rows:
        other = (second.get(group) or {}).get(name)
        cells = [f"{figures[c][group][name]:.3f}" for c in columns]
        table.add_row(label, *cells, "" if other is None else f"{other:.3f}")
    marks = Table("Marks", *[f"{c}, of {most}" for c in columns for most in figures[c]["marks"]])
    names = {
        "qwk": "Quadratic weighted kappa",
        "second_marker_qwk": "  second marker",
        "mae": "Mean absolute error",
        "second_marker_mae": "  second marker",
        "same_level": "Same level",
        "second_marker_same_level": "  second marker",
        "two_levels_off_unflagged": "Two levels off, not flagged",
        "in_range": "Marker's mark in the range",
        "range_width": "Mean width of the range",
        "sent_to_review": "Sent to review",
        "weak_flagged": "  of honest weak responses",
        "due_flagged": "  of those written to be looked at",
    }
    for name, label in names.items():
        cells = [figures[c]["marks"][most].get(name) for c in columns for most in figures[c]["marks"]]
        marks.add_row(label, *["" if cell is None else f"{cell:.3f}".rstrip("0").rstrip(".") for cell in cells])
    tables = [table, marks, mark_figures.render_surest(figures)]
    if report.get("teachers"):
        tables.append(mark_figures.render_teachers(report["teachers"]))
    return tables
