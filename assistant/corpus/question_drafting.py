"""Draft questions from outlined notes, so that a course can be used before a teacher has written her own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from assistant.corpus.drafting import Draft, Slugs, capital, plain
from assistant.corpus.heading_wording import is_question, words_of
from assistant.schemas import Factor, Question, Rubric

LEAST_FACTS = 3
MOST_FACTORS = 8
FACTORS_OF_ONE_TOPIC = 5
MOST_TITLE_WORDS = 9


def draft_questions(drafts: Sequence[Draft], rubric: Rubric, title: str) -> list[Question]:
    """A question on every section of several topics, and one on every topic with enough facts; at least one in all.

    Args:
        drafts: the facts with their topics, in the order of the notes.
        rubric: the question's style is the one with the fewest marks, which asks for reasons alone.
        title: of the course, for a question on all of it where no topic has enough facts.
    """
    style = min(rubric.styles, key=lambda style: style.max_mark).id
    slugs = Slugs()
    topics = [list(group) for _, group in groupby(drafts, key=lambda draft: draft.topic.key)]
    sections: dict[str, list[list[Draft]]] = {}
    for group in topics:
        if group[0].topic.section:
            sections.setdefault(plain(group[0].topic.section), []).append(group)

    def question(name: str, prompt: str, groups: Sequence[Sequence[Draft]], titles: Sequence[str]) -> Question:
        factor_slugs = Slugs()
        factors = tuple(
            Factor(
                id=factor_slugs.take(factor_title, f"factor-{number}"),
                title=factor_title,
                stance="other",
                lines=tuple(dict.fromkeys(line for draft in group for line in draft.fact.lines)),
                nudge=group[0].fact.nudge,
            )
            for number, (group, factor_title) in enumerate(zip(groups, titles, strict=True), 1)
        )
        identifier = slugs.take(name, f"question-{groups[0][0].fact.lines[0]}")
        return Question(id=identifier, topic=identifier, style=style, prompt=prompt, factors=factors)

    questions = []
    for groups in sections.values():
        if 2 <= len(groups) <= MOST_FACTORS and sum(map(len, groups)) >= LEAST_FACTS:
            titles = [group[0].topic.label for group in groups]
            section = groups[0][0].topic.section
            prompt = _prompt(section, is_question(section), "part of the notes")
            questions.append(question(section, prompt, groups, titles))
    for group in topics:
        if len(group) >= LEAST_FACTS:
            questions.append(
                question(group[0].topic.label, _prompt(group[0].topic.label, group[0].topic.question), *_parts(group))
            )
    if not questions:
        questions.append(question(title, _prompt(title, False), *_parts(drafts)))
    return questions


def _prompt(label: str, question: bool, what: str = "topic") -> str:
    return f"{label}? Explain your answer." if question else f"Explain the main points of this {what}: {label}."


def _parts(drafts: Sequence[Draft]) -> tuple[list[Sequence[Draft]], list[str]]:
    """Facts in neighbouring groups of much the same size, each with a title taken from its first fact."""
    count = len(drafts) if len(drafts) <= FACTORS_OF_ONE_TOPIC else FACTORS_OF_ONE_TOPIC
    cuts = [len(drafts) * part // count for part in range(count + 1)]
    groups = [drafts[start:end] for start, end in pairwise(cuts)]
    return groups, [_title(group[0].bare) for group in groups]


def _title(bare: str) -> str:
    words = bare.rstrip(".").split()
    kept = words[:MOST_TITLE_WORDS]
    while len(kept) > 3 and len(kept) < len(words) and words_of(kept[-1]) and len(words_of(kept[-1])[0]) <= 3:
        kept.pop()  # a title does not end on "of the"
    return capital(" ".join(kept).rstrip(" ,;:–-"))
