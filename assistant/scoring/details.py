"""Do the dates, figures and names of a sentence agree with what a fact must get right?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from assistant.nlp.dates import Date
from assistant.nlp.quantities import RANGE, Quantity, find_quantities
from assistant.nlp.reading import SentenceReading
from assistant.schemas import Course, Fact

ROUNDING = 0.12
"""A figure within this share of the right one is a rounding, not an error ("about a hundred tons" of 102)."""

SWAPPED_KINDS = frozenset({"person", "place", "body"})
"""Kinds of terms of which one can stand where another should."""


@dataclass(frozen=True)
class KeyDetails:
    """A fact's key, parsed: years as ranges, figures as quantities, names as terms."""

    years: tuple[tuple[int, int, int | None], ...]  # first, last, month
    numbers: tuple[Quantity, ...]
    names: frozenset[str]
    ranges: tuple[tuple[Quantity, Quantity], ...] = ()  # "9-12 million": every figure between is right as well


@dataclass(frozen=True)
class DetailAgreement:
    """Shares from 0 to 1 of what agrees and what conflicts."""

    dates_agree: float
    dates_conflict: float
    numbers_agree: float
    numbers_conflict: float
    names_share: float
    names_missing: float


def details_of(fact: Fact, course: Course) -> KeyDetails:
    """Parse a fact's key."""
    return _parse(fact, _canonical(course))


def all_details(course: Course) -> list[KeyDetails]:
    """The parsed keys of all the facts of a course."""
    canonical = _canonical(course)
    return [_parse(fact, canonical) for fact in course.facts]


def _canonical(course: Course) -> dict[str, str]:
    """The term that each form of a course's terms stands for; forms in small letters."""
    return {
        form.lower(): term.term for term in course.terms for form in (term.term, *term.aliases, *term.abbreviations)
    }


def _parse(fact: Fact, canonical: Mapping[str, str]) -> KeyDetails:
    years = []
    for date in fact.key.dates:
        parts = [part.split("-") for part in date.split("/")]
        month = int(parts[0][1]) if len(parts) == 1 and len(parts[0]) > 1 else None
        years.append((int(parts[0][0]), int(parts[-1][0]), month))
    parsed = [(number, parse_numbers(number)) for number in fact.key.numbers]
    ranges = tuple(
        (low, high)
        for number, quantities in parsed
        for low, high in pairwise(quantities)
        if low.unit != "ordinal" and RANGE.fullmatch(number[low.end : high.start])
    )
    numbers = tuple(quantity for _, quantities in parsed for quantity in quantities)
    return KeyDetails(
        tuple(years), numbers, frozenset(canonical.get(name.lower(), name) for name in fact.key.names), ranges
    )


def parse_numbers(text: str) -> list[Quantity]:
    """The quantities of a key's entry; a bare year is a figure here only if nothing else is."""
    found = list(find_quantities(text))
    if not found and (match := re.search(r"\d[\d,.]*", text)):
        found = [Quantity(match.start(), match.end(), float(match.group().replace(",", "").rstrip(".") or 0))]
    return found


def date_agrees(date: Date, key: KeyDetails) -> bool:
    """Whether a date lies in, holds, or borders one of the key's; a month counts where both give one."""
    for first, last, month in key.years:
        another_month = month is not None and date.month not in (None, month) and date.first == first
        if date.first <= last and first <= date.last and not another_month:
            return True
        # "by 1936" and "about 1930" are right next to the year itself.
        if date.approximate and (abs(date.first - last) <= 1 or abs(date.last - first) <= 1):
            return True
    return False


def years_apart(date: Date, key: KeyDetails) -> int:
    """Years between a date and the nearest of the key's; 0 where they meet or the key has none."""
    return min((max(first - date.last, date.first - last, 0) for first, last, _ in key.years), default=0)


def same_unit(said: Quantity, right: Quantity) -> bool:
    """Whether two figures count the same thing, as far as the word after them tells."""
    return said.unit.rstrip("s") == right.unit.rstrip("s") or {said.unit, right.unit} <= {"tons", "tonnes", "t"}


def number_agrees(quantity: Quantity, key: KeyDetails) -> bool:
    """Whether a figure is one of the key's or between two: as a rounding, or as a percentage for a fraction."""
    if any(_same(quantity, right) for right in key.numbers):
        return True
    return any(low.value <= quantity.value <= high.value and _like(quantity, high) for low, high in key.ranges)


def figures_of(sentence: SentenceReading, key: KeyDetails) -> list[Quantity]:
    """The figures of a sentence to hold against a key: an ordinal ("17th") only where the key has one."""
    ordinals = any(right.unit == "ordinal" for right in key.numbers)
    return [quantity for quantity in sentence.quantities if ordinals or quantity.unit != "ordinal"]


def _like(said: Quantity, right: Quantity) -> bool:
    """Whether both are percentages, or both multiples, or both neither."""
    measures = ("percent", "times", "ordinal", "fraction")
    return said.unit == right.unit or (said.unit not in measures and right.unit not in measures)


def _same(said: Quantity, right: Quantity) -> bool:
    if "ordinal" in (said.unit, right.unit):
        return said.unit == right.unit and said.value == right.value
    values = {said.value}
    if said.unit == "percent":
        values.add(said.value / 100)
    if said.unit == "fraction":
        values.add(said.value * 100)
    target = right.value
    targets = {
        target,
        target / 100 if right.unit == "percent" else target,
        target * 100 if right.unit == "fraction" else target,
    }
    return any(abs(a - b) <= ROUNDING * max(abs(a), abs(b)) for a in values for b in targets)


def compare_details(sentence: SentenceReading, key: KeyDetails, before: SentenceReading | None) -> DetailAgreement:
    """Compare a sentence with a fact's key; names may stand in the sentence before."""
    dates_agree = dates_conflict = numbers_agree = numbers_conflict = 0.0
    if key.years and sentence.dates:
        agreeing = sum(date_agrees(date, key) for date in sentence.dates)
        dates_agree = min(1.0, agreeing)
        dates_conflict = 0.0 if agreeing else 1.0
    if key.numbers and (figures := figures_of(sentence, key)):
        agreeing = sum(number_agrees(quantity, key) for quantity in figures)
        numbers_agree = min(1.0, agreeing)
        numbers_conflict = 0.0 if agreeing else 1.0
    if not key.names:
        return DetailAgreement(dates_agree, dates_conflict, numbers_agree, numbers_conflict, 0.0, 0.0)
    named = {*sentence.terms, *sentence.references}
    near = named | set(before.terms if before else ())
    return DetailAgreement(
        dates_agree,
        dates_conflict,
        numbers_agree,
        numbers_conflict,
        len(key.names & named) / len(key.names),
        len(key.names - near) / len(key.names),
    )
