"""Examples for training the encoder: a course's bank, passages and marked responses as word pieces with labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.corpus.loading import Passage
from assistant.nlp.encoder import UNKNOWN, WINDOW_PIECES, load_tokenizer, windows_of
from assistant.schemas import Course, MarkedResponse, Wordings


@dataclass(frozen=True)
class Example:
    """One sentence for training: its word pieces and, by fact number, what it conveys, gets wrong, or leaves open.

    Where `only` is given, nothing is known of other facts (a near miss of one fact may well convey another). Of each set
    in `any_of` at least one fact is conveyed, it is not said which: a marker credits a note line, and a line may feed
    several facts.
    """

    pieces: tuple[int, ...]
    conveyed: frozenset[int] = frozenset()
    wrong: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    only: frozenset[int] | None = None
    any_of: tuple[frozenset[int], ...] = ()


@dataclass
class TrainingData:
    """Windows of examples: the bank's sentences one by one, passages and responses by paragraph."""

    bank: list[Example]
    passages: list[list[Example]]
    responses: dict[str, list[list[Example]]] = field(default_factory=dict)


def make_data(
    course: Course,
    bank: Mapping[str, Wordings],
    passages: Iterable[Passage],
    responses: Iterable[MarkedResponse],
    tokenizer_path: Path,
    wrong_lines: frozenset[int],
) -> TrainingData:
    """Turn a course's material into examples.

    Args:
        course: gives the facts their numbers.
        bank: wordings by fact id.
        passages: labelled by fact.
        responses: labelled by note line.
        tokenizer_path: the encoder's tokenizer.
        wrong_lines: lines that the notes get wrong; their facts are left open in responses labelled by line.
    """
    tokenizer = load_tokenizer(tokenizer_path)

    def pieces(text: str) -> tuple[int, ...]:
        return tuple(tokenizer.encode(text, add_special_tokens=False).ids[:WINDOW_PIECES]) or (UNKNOWN,)

    number = {fact.id: i for i, fact in enumerate(course.facts)}
    of_line: dict[int, set[int]] = {}
    for i, fact in enumerate(course.facts):
        for line in fact.lines:
            of_line.setdefault(line, set()).add(i)
    # Facts that share a line are nearly the same point: whether a wording of one conveys the other is left open.
    siblings = [frozenset(set().union(*(of_line[line] for line in fact.lines))) for fact in course.facts]
    examples = []
    for i, fact in enumerate(course.facts):
        entry = bank.get(fact.id, Wordings())
        one = frozenset({i})
        examples += [Example(pieces(t), one, open=siblings[i]) for t in (fact.statement, *entry.wordings)]
        examples += [Example(pieces(text), only=one) for text in entry.near_misses]
        examples += [Example(pieces(item.text), wrong=one, only=one) for item in entry.contradictions]
    paragraphs = [
        [
            Example(
                pieces(sentence.s),
                frozenset(number[f] for f in sentence.facts),
                frozenset(number[w.fact] for w in sentence.wrong) - frozenset(number[f] for f in sentence.facts),
                frozenset().union(*(siblings[number[f]] for f in sentence.facts)),
            )
            for sentence in passage.sentences
        ]
        for passage in passages
    ]
    doubtful = frozenset(x for line in wrong_lines for x in of_line.get(line, ()))
    marked: dict[str, list[list[Example]]] = {}
    for response in responses:
        blocks: list[list[Example]] = []
        for position, item in enumerate(response.sentences):
            if item.p or not position:
                blocks.append([])
            fed = [frozenset(of_line.get(line, ())) for line in item.lines]
            conveyed = frozenset().union(*(facts for facts in fed if len(facts) == 1))
            shared = tuple(facts for facts in fed if len(facts) > 1 and not facts & conveyed)
            wrong = frozenset(x for claim in item.wrong for x in of_line.get(claim.line, ())) - conveyed
            unknown = doubtful.union(*fed) - conveyed - wrong
            blocks[-1].append(Example(pieces(item.s), conveyed, wrong, unknown, any_of=shared))
        marked[response.id] = blocks
    return TrainingData(examples, paragraphs, marked)


def window_examples(paragraph: Sequence[Example]) -> list[list[Example]]:
    """Group the sentences of a paragraph into the windows that the encoder reads at once."""
    groups = windows_of([len(example.pieces) for example in paragraph], [0] * len(paragraph))
    return [[paragraph[i] for i in group] for group in groups]
