"""What a class as a whole did with a question: levels, factors, what it leaves out or gets wrong, what to reteach first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean, median

from assistant.schemas import Course, ErrorKind, Feedback, Question, Status, Term

WEAK_JUDGEMENT = 0.5
"""Below this score of the criterion a conclusion is not supported."""
SELDOM = 1 / 3
"""What a smaller share of the class uses counts as left out."""
LEAST_TO_RETEACH = 1 / 4
"""What troubles a smaller share of the class is better put right in the single script."""
WRONG_WEIGHT = 1.5
"""A wrong claim is put before a gap of the same size: it will be written again."""


@dataclass(frozen=True)
class ScriptDigest:
    """What the class picture needs of one script; of its text nothing but which terms stand in it.

    Attributes:
        label: the student's name or code, or else the script's id.
        mark: the mark awarded where there is one, else the suggestion; `level` belongs to it.
        statuses: status of each factor by id.
        facts: ids of the facts conveyed.
        errors: fact and kind of each wrong claim.
        terms: terms of the course that stand in the text.
        judgement: score of the criterion, 0 to 1.
    """

    label: str
    question: str
    level: int
    mark: int
    max_mark: int
    statuses: dict[str, Status]
    facts: frozenset[str]
    errors: tuple[tuple[str, ErrorKind], ...]
    terms: frozenset[str]
    judgement: float


def digest(course: Course, label: str, text: str, feedback: Feedback, award: int | None = None) -> ScriptDigest:
    """A script as the class picture needs it. `award` is the mark a teacher gave, if any."""
    mark = feedback.mark if award is None else award
    style = course.rubric.style(course.question(feedback.question).style)
    judgement = feedback.criteria.get("judgement")
    return ScriptDigest(
        label=label,
        question=feedback.question,
        level=style.level_of(mark),
        mark=mark,
        max_mark=feedback.max_mark,
        statuses={factor.id: factor.status for factor in feedback.factors},
        facts=frozenset(item.fact for item in feedback.evidence),
        errors=tuple((error.fact, error.kind) for error in feedback.errors),
        terms=terms_in(course, text),
        judgement=judgement.score if judgement else 0.0,
    )


def terms_in(course: Course, text: str) -> frozenset[str]:
    """The terms of the course that stand in a text, in any of their known spellings."""
    pattern, names = _term_pattern(course.terms)
    return frozenset(names[" ".join(found.group().casefold().split())] for found in pattern.finditer(text))


@lru_cache(maxsize=8)
def _term_pattern(terms: tuple[Term, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    names: dict[str, str] = {}
    for term in terms:
        for spelling in (term.term, *term.aliases, *term.misspellings, *term.abbreviations):
            names.setdefault(" ".join(spelling.casefold().split()), term.term)
    # The longest first: a regular expression takes the first that fits.
    spellings = sorted(names, key=lambda spelling: (-len(spelling), spelling))
    either = "|".join(re.escape(spelling).replace(r"\ ", r"\s+") for spelling in spellings)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if spellings else r"(?!)", re.IGNORECASE), names


@dataclass(frozen=True)
class FactorRow:
    """How many scripts of the class leave a factor out, mention it, and develop it."""

    id: str
    title: str
    stance: str
    missing: int
    mentioned: int
    developed: int

    @property
    def raised(self) -> int:
        """Scripts that raise the factor at all."""
        return self.mentioned + self.developed


@dataclass(frozen=True)
class Used:
    """A fact or term that the question calls for, and how many scripts use it."""

    id: str
    text: str
    scripts: int


@dataclass(frozen=True)
class WrongClaims:
    """A fact that scripts get wrong: how many do, how, and what is right."""

    fact: str
    correct: str
    kinds: tuple[ErrorKind, ...]
    scripts: int


@dataclass(frozen=True)
class Reteach:
    """Something to teach again: what, how many scripts show the need, and what helps."""

    kind: str
    title: str
    scripts: int
    why: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassPicture:
    """The picture of one question.

    Attributes:
        levels: number of scripts at each level, from 0 to the highest.
        statuses: label and status of each factor for each script, the highest mark first.
        facts_left_out: facts that feed the question and that few scripts use, the least used first.
        terms_left_out: the same of those facts' terms.
        reteach: what to teach again, most urgent first.
    """

    question: str
    prompt: str
    scripts: int
    max_mark: int
    mean_mark: float
    median_mark: float
    lowest: int
    highest: int
    judgement: float
    facts_each: float
    errors_each: float
    levels: dict[int, int]
    factors: tuple[FactorRow, ...]
    statuses: tuple[tuple[str, int, tuple[Status, ...]], ...]
    facts_left_out: tuple[Used, ...]
    terms_left_out: tuple[Used, ...]
    wrong: tuple[WrongClaims, ...]
    reteach: tuple[Reteach, ...]


def class_pictures(course: Course, digests: Iterable[ScriptDigest]) -> tuple[ClassPicture, ...]:
    """A picture for each question the class answered, in the course's order. Order of scripts bears on nothing."""
    by_question: dict[str, list[ScriptDigest]] = {}
    for item in digests:
        by_question.setdefault(item.question, []).append(item)
    return tuple(
        _picture(course, question, by_question[question.id])
        for question in course.questions
        if question.id in by_question
    )


def _picture(course: Course, question: Question, scripts: list[ScriptDigest]) -> ClassPicture:
    scripts = sorted(scripts, key=lambda item: (-item.mark, item.label))
    style = course.rubric.style(question.style)
    marks = [item.mark for item in scripts]
    levels = Counter(item.level for item in scripts)
    factors = tuple(_factor_row(factor.id, factor.title, factor.stance, scripts) for factor in question.factors)
    lines = {line for factor in question.factors for line in factor.lines}
    relevant = [fact for fact in course.facts if lines & set(fact.lines)]
    fact_counts = Counter(fact for item in scripts for fact in item.facts)
    term_counts = Counter(term for item in scripts for term in item.terms)
    terms = dict.fromkeys(term for fact in relevant for term in fact.terms)
    wrong = _wrong(course, scripts)
    facts_used = [Used(fact.id, fact.statement, fact_counts[fact.id]) for fact in relevant]
    return ClassPicture(
        question=question.id,
        prompt=question.prompt,
        scripts=len(scripts),
        max_mark=style.max_mark,
        mean_mark=fmean(marks),
        median_mark=median(marks),
        lowest=min(marks),
        highest=max(marks),
        judgement=fmean(item.judgement for item in scripts),
        facts_each=fmean(len(item.facts) for item in scripts),
        errors_each=fmean(len(item.errors) for item in scripts),
        levels={level: levels[level] for level in (0, *(entry.level for entry in style.levels))},
        factors=factors,
        statuses=tuple(
            (item.label, item.mark, tuple(item.statuses.get(f.id, "missing") for f in question.factors))
            for item in scripts
        ),
        facts_left_out=_left_out(facts_used, len(scripts)),
        terms_left_out=_left_out([Used(term, term, term_counts[term]) for term in terms], len(scripts)),
        wrong=wrong,
        reteach=_reteach(course, question, scripts, factors, wrong, fact_counts),
    )


def _factor_row(identifier: str, title: str, stance: str, scripts: Sequence[ScriptDigest]) -> FactorRow:
    counts = Counter(item.statuses.get(identifier, "missing") for item in scripts)
    return FactorRow(identifier, title, stance, counts["missing"], counts["mentioned"], counts["developed"])


def _left_out(used: Iterable[Used], scripts: int) -> tuple[Used, ...]:
    return tuple(sorted((item for item in used if item.scripts < SELDOM * scripts), key=lambda item: item.scripts))


def _wrong(course: Course, scripts: Sequence[ScriptDigest]) -> tuple[WrongClaims, ...]:
    statements = {fact.id: fact.statement for fact in course.facts}
    holders: Counter[str] = Counter(fact for item in scripts for fact in {fact for fact, _ in item.errors})
    kinds: dict[str, Counter[ErrorKind]] = {}
    for item in scripts:
        for fact, kind in item.errors:
            kinds.setdefault(fact, Counter())[kind] += 1
    rows = [
        WrongClaims(fact, statements.get(fact, ""), tuple(kind for kind, _ in kinds[fact].most_common()), count)
        for fact, count in holders.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.scripts, row.fact)))


def _reteach(
    course: Course,
    question: Question,
    scripts: Sequence[ScriptDigest],
    factors: Sequence[FactorRow],
    wrong: Sequence[WrongClaims],
    fact_counts: Counter[str],
) -> tuple[Reteach, ...]:
    count = len(scripts)
    items: list[tuple[float, Reteach]] = []
    for factor, row in zip(question.factors, factors, strict=True):
        if row.missing >= LEAST_TO_RETEACH * count:
            facts = sorted(course.facts_of_factor(factor), key=lambda fact: fact_counts[fact.id])
            why = f"{row.missing} of {count} do not raise it" + (
                f", {row.mentioned} only mention it." if row.mentioned else "."
            )
            items.append(
                (row.missing, Reteach("factor", row.title, row.missing, why, tuple(f.statement for f in facts[:3])))
            )
    for claim in wrong:
        # One script's slip is no misconception of the class.
        if claim.scripts >= 2 and claim.scripts >= LEAST_TO_RETEACH * count / WRONG_WEIGHT:
            why = f"{claim.scripts} of {count} get it wrong."
            items.append((WRONG_WEIGHT * claim.scripts, Reteach("wrong claim", claim.correct, claim.scripts, why)))
    weak = sum(item.judgement < WEAK_JUDGEMENT for item in scripts)
    if weak >= LEAST_TO_RETEACH * count:
        items.append(
            (
                weak,
                Reteach("judgement", "Reaching a supported judgement", weak, f"{weak} of {count} do not support one."),
            )
        )
    return tuple(item for _, item in sorted(items, key=lambda pair: -pair[0]))


@dataclass(frozen=True)
class Change:
    """A figure of the earlier set and of this one."""

    what: str
    before: float
    now: float


@dataclass(frozen=True)
class Comparison:
    """This set beside an earlier one. Shares are of scripts, marks of the maximum; 0 to 1.

    Attributes:
        overall: what can be compared whatever the questions were.
        factors: share of scripts that raise each factor, for the questions that both sets answered.
        wrong: share of scripts that get a fact wrong, for every fact that either set gets wrong.
    """

    before_scripts: int
    now_scripts: int
    overall: tuple[Change, ...]
    factors: tuple[Change, ...]
    wrong: tuple[Change, ...]


def compare(course: Course, before: Sequence[ScriptDigest], now: Sequence[ScriptDigest]) -> Comparison:
    """Set this class set beside an earlier one.

    Raises:
        ValueError: if either is empty.
    """
    if not before or not now:
        raise ValueError("both sets need at least one marked script")
    overall = (
        Change("Mean mark, as a share of the maximum", *_means(before, now, lambda item: item.mark / item.max_mark)),
        Change("Facts in a script", *_means(before, now, lambda item: len(item.facts))),
        Change("Wrong claims in a script", *_means(before, now, lambda item: len(item.errors))),
        Change("Judgement", *_means(before, now, lambda item: item.judgement)),
    )
    factors = []
    for question in course.questions:
        sets = [[item for item in items if item.question == question.id] for items in (before, now)]
        if all(sets):
            factors += [
                Change(
                    factor.title,
                    *(fmean(item.statuses.get(factor.id, "missing") != "missing" for item in part) for part in sets),
                )
                for factor in question.factors
            ]
    statements = {fact.id: fact.statement for fact in course.facts}
    mistaken = dict.fromkeys(fact for item in (*before, *now) for fact, _ in item.errors if fact in statements)
    wrong = [
        Change(
            statements[fact],
            fmean(any(fact == other for other, _ in item.errors) for item in before),
            fmean(any(fact == other for other, _ in item.errors) for item in now),
        )
        for fact in mistaken
    ]
    wrong.sort(key=lambda change: -max(change.before, change.now))
    return Comparison(len(before), len(now), overall, tuple(factors), tuple(wrong))


def _means(
    before: Sequence[ScriptDigest], now: Sequence[ScriptDigest], figure: Callable[[ScriptDigest], float]
) -> tuple[float, float]:
    return fmean(map(figure, before)), fmean(map(figure, now))
