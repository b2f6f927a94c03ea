"""Check what a course's records cannot say of themselves: ids, lines, spans of marks, hints that give the answer away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from assistant.corpus.ledger import ledger
from assistant.corpus.loading import (
    CourseError,
    Problem,
    load_contrasts,
    load_course,
    load_passages,
    load_responses,
    load_wordings,
    responses_of,
)
from assistant.schemas import Course, Fact


def check_course(folder: Path) -> list[Problem]:
    """Every problem found in a course folder; an empty list means it is fit for use."""
    try:
        course = load_course(folder)
    except CourseError as error:
        return error.problems
    problems = [*_check_ids(course), *_check_lines(course), *_check_rubric(course), *_check_factors(course)]
    problems += [problem for fact in course.facts for problem in _check_fact(fact, course)]
    problems += _check_terms(course)
    problems += _check_training_material(folder, course)
    return problems


def _check_ids(course: Course) -> Iterator[Problem]:
    for file, ids in (
        ("facts", [fact.id for fact in course.facts]),
        ("questions.yaml", [question.id for question in course.questions]),
        ("terms.yaml", [term.term for term in course.terms]),
    ):
        for entry, count in Counter(ids).items():
            if count > 1:
                yield Problem(file, entry, "id", f"stands {count} times")


def _check_lines(course: Course) -> Iterator[Problem]:
    last = len(course.notes)
    for row in ledger(course):
        if row.kind == "set-aside" and not row.reason:
            yield Problem(
                "notes.txt", f"line {row.line}", "", "is no heading, feeds no fact and is not set aside with a reason"
            )
    for field in ("headings", "set_aside", "unscored_lines"):
        for line in getattr(course, field):
            if not 1 <= line <= last:
                yield Problem("course.yaml", f"line {line}", field, f"is outside the notes (1 to {last})")
    for line in set(course.set_aside) & set(course.headings):
        yield Problem("course.yaml", f"line {line}", "set_aside", "is a heading as well")
    for fact in course.facts:
        for line in fact.lines:
            if not 1 <= line <= last:
                yield Problem("facts", fact.id, "lines", f"line {line} is outside the notes (1 to {last})")
            if line in course.set_aside:
                yield Problem("facts", fact.id, "lines", f"line {line} is set aside in course.yaml")


def _check_rubric(course: Course) -> Iterator[Problem]:
    for style in course.rubric.styles:
        expected = 1
        for level in style.levels:
            if level.marks[0] != expected or level.marks[1] < level.marks[0]:
                yield Problem("rubric.yaml", style.id, f"level {level.level}", f"its marks must begin at {expected}")
            expected = level.marks[1] + 1
        if expected != style.max_mark + 1:
            yield Problem("rubric.yaml", style.id, "max_mark", "the levels must end at the maximum mark")


def _check_factors(course: Course) -> Iterator[Problem]:
    styles = {style.id for style in course.rubric.styles}
    for question in course.questions:
        if question.style not in styles:
            yield Problem("questions.yaml", question.id, "style", f"the rubric has no style '{question.style}'")
        for entry, count in Counter(factor.id for factor in question.factors).items():
            if count > 1:
                yield Problem("questions.yaml", question.id, "factors", f"factor '{entry}' stands {count} times")
        for factor in question.factors:
            outside = [line for line in factor.lines if not 1 <= line <= len(course.notes)]
            if outside:
                yield Problem("questions.yaml", f"{question.id}, {factor.id}", "lines", f"outside the notes: {outside}")
            elif not course.facts_of_factor(factor):
                yield Problem("questions.yaml", f"{question.id}, {factor.id}", "lines", "no fact feeds this factor")


def _check_fact(fact: Fact, course: Course) -> Iterator[Problem]:
    nudge = fact.nudge.lower()
    for date in fact.key.dates:
        for part in date.split("/"):
            if not re.fullmatch(r"\d{3,4}(-\d{2}(-\d{2})?)?", part):
                yield Problem(
                    "facts", fact.id, "key.dates", f"'{date}' is not YYYY, YYYY-MM, YYYY-MM-DD or a range of these"
                )
            elif part[:4] in nudge:
                yield Problem("facts", fact.id, "nudge", f"gives the date {part[:4]} away")
    for number in fact.key.numbers:
        figure = re.search(r"\d[\d,. ]*\d|\d{2,}", number)
        if figure and figure.group() in nudge:
            yield Problem("facts", fact.id, "nudge", f"gives the figure {figure.group()} away")
    if fact.nudge.strip() == fact.cue.strip():
        yield Problem("facts", fact.id, "cue", "is the same as the nudge")
    for field, text in (("nudge", fact.nudge), ("cue", fact.cue)):
        if fact.statement.strip(" .").lower() in text.lower():
            yield Problem("facts", fact.id, field, "states the fact")
    for entry in fact.errata:
        if entry.line not in fact.lines:
            yield Problem("facts", fact.id, "errata", f"line {entry.line} is not one of the fact's lines")
    names = {term.term for term in course.terms}
    for term in fact.terms:
        if term not in names:
            yield Problem("facts", fact.id, "terms", f"terms.yaml has no term '{term}'")


def _check_terms(course: Course) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for term in course.terms:
        for form in (term.term, *term.aliases, *term.misspellings, *term.abbreviations):
            other = owner.setdefault(form.lower(), term.term)
            if other != term.term:
                yield Problem("terms.yaml", term.term, "aliases", f"'{form}' also belongs to '{other}'")


def _check_training_material(folder: Path, course: Course) -> Iterator[Problem]:
    facts = {fact.id for fact in course.facts}
    questions = {question.id: question for question in course.questions}
    try:
        for fact_id in load_wordings(folder):
            if fact_id not in facts:
                yield Problem("wordings", fact_id, "", "there is no such fact")
        for place, passages in (("passages", load_passages(folder)), ("contrasts", load_contrasts(folder))):
            for passage in passages:
                if passage.question not in questions:
                    yield Problem(place, passage.question, "question", "there is no such question")
                for sentence in passage.sentences:
                    for fact_id in (*sentence.facts, *(wrong.fact for wrong in sentence.wrong)):
                        if fact_id not in facts:
                            yield Problem(place, fact_id, "facts", f"there is no such fact ('{sentence.s[:40]}...')")
        paths = responses_of(folder)
        for response in load_responses(paths) if paths else []:
            question = questions.get(response.question)
            if question is None:
                yield Problem("responses", response.id, "question", f"there is no question '{response.question}'")
                continue
            unknown = set(response.factors) - {factor.id for factor in question.factors}
            if unknown:
                yield Problem("responses", response.id, "factors", f"the question has no factor {sorted(unknown)}")
            style = next((style for style in course.rubric.styles if style.id == question.style), None)
            if style is not None and style.level_of(response.mark) != response.level:
                yield Problem(
                    "responses", response.id, "level", f"mark {response.mark} is not in level {response.level}"
                )
    except CourseError as error:
        yield from error.problems
