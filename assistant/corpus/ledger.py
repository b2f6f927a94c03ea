"""What became of every note line, and where the notes are wrong."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.schemas import Course, LedgerRow


@dataclass(frozen=True)
class ErratumRow:
    """One erratum of the notes with the fact it belongs to."""

    line: int
    says: str
    correct: str
    why: str
    fact: str
    certainty: str


def ledger(course: Course) -> list[LedgerRow]:
    """One row for every note line, in order; a line that nothing accounts for is set aside without a reason."""
    facts_of: dict[int, list[str]] = {}
    for fact in course.facts:
        for line in fact.lines:
            facts_of.setdefault(line, []).append(fact.id)
    headings = set(course.headings)
    rows = []
    for line in range(1, len(course.notes) + 1):
        if line in facts_of:
            rows.append(LedgerRow(line=line, kind="fact", facts=tuple(facts_of[line])))
        elif line in headings:
            rows.append(LedgerRow(line=line, kind="heading"))
        else:
            rows.append(LedgerRow(line=line, kind="set-aside", reason=course.set_aside.get(line, "")))
    return rows


def errata(course: Course) -> list[ErratumRow]:
    """Every erratum in the order of the notes; one row a line and fact."""
    rows = [
        ErratumRow(entry.line, entry.says, entry.correct, entry.why, fact.id, entry.certainty)
        for fact in course.facts
        for entry in fact.errata
    ]
    return sorted(rows, key=lambda row: (row.line, row.fact))
