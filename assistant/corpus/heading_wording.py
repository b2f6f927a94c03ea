"""Tell headings in notes without marks by their wording.

A line reads like a heading if it asks a question, names a kind of topic ("causes", "strengths"), begins as lines
elsewhere do ("features of X", "X - ..."), and shares words with the lines below; a figure, a verb in the past, a
quotation mark or a comma speak against it. Lines that questions name as evidence are no headings, and make the
line above them likelier.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping

MOST_HEADING_WORDS = 14
HEADING_SCORE = 2.0
"""How much must speak for a line being a heading; see `_score`."""
EVIDENCE_BELOW = 1.5
"""How much it says for a heading that the line below it is evidence, half if for the same factor as the line above."""
SURE_SCORE = 3.0

Evidence = Mapping[int, frozenset[str]]
"""Lines that questions name as evidence, each with the factors it is evidence for."""

_QUESTION = re.compile(
    r"^(?:what|which|who|whose|where|when|why|how)\b.*\?\s*$"
    r"|^(?:what|which|who|whose|where|when|why|how)(?:\s+\w+){0,2}\s+"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|would|should|might|will|happened|caused|led|makes?|made)\b"
    r"|^to what extent\b|^in what ways?\b"
    r"|^(?:explain|describe|define|compare|evaluate|assess|outline|discuss|identify)\s+(?:how|why|what|the|two|three|one)\b",
    re.IGNORECASE,
)


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


_TOPIC_WORDS = word_set(
    """
    aim aims advantages analysis argument arguments background benefits biography causes changes
    characters characteristics chronology components conclusion consequences context criticism
    criticisms definition definitions development differences disadvantages drawbacks effect effects
    events evidence examples factors failure failures features function functions history impact impacts
    implications importance influence introduction issues limitations methods motives nature objectives
    origins overview policies policy principles problems process properties purpose reasons recap
    relationship response responses result results role significance similarities solutions sources
    stages steps strengths structure successes summary symptoms techniques terms theme themes theories
    theory timeline topic types uses weaknesses achievements base key main overall
    """
)
_FINITE = word_set(
    """
    is are was were be been being has have had do does did can could will would should may might must
    became become becomes began begin begins believed called came caused claimed claims contains
    considered encouraged fell felt forced gave gives given got grew held helped helps introduced joined
    kept knew lacked led left lost made makes meant means met needed passed produced put ran replaced
    saw said says seen sent set showed shows started stayed stood supported taken thought took tried
    turned used uses wanted went won wrote include includes including allows allowed causes produces
    increases decreases contains consists occurs requires provides
    """
)
_OPENERS = word_set(
    """
    a an it he she they we you his her their its this that these those not no very more less most too so
    because but and or also to by with without from as if when while after before since until some many
    all both each one could can had has was were is are made used led gave took only due wanted given
    seen set sent put
    """
)
_SMALL = word_set(
    """
    the a an of and or to in on at for by with from as is was were are be it its that this his her their
    """
)


def headings_by_wording(texts: Mapping[int, str], marked: Collection[int], evidence: Evidence) -> set[int]:
    """Lines that read like headings, of neighbours only the likeliest.

    Args:
        texts: the lines by number, without marks.
        marked: those of them that are headings for another reason.
        evidence: lines that are certainly no headings.
    """
    order = list(texts)
    repeated = _repeated_openings(texts)
    scores = {}
    for place, number in enumerate(order):
        below = " ".join(texts[other] for other in order[place + 1 : place + 5])
        scores[number] = _score(texts[number], below, repeated.get(number, 0))
        above, under = (evidence.get(order[other], frozenset()) for other in (place - 1, (place + 1) % len(order)))
        if under:
            scores[number] += EVIDENCE_BELOW / (2 if place and above & under else 1)
    # What headings keep speaking of makes another line with those words likelier.
    sure = [number for number in order if scores[number] >= SURE_SCORE and number not in evidence]
    counts = Counter(word for number in sure for word in {_stem(word) for word in words_of(texts[number])} - _SMALL)
    usual = {word for word, count in counts.items() if count >= 3}
    for number in order:
        words = [_stem(word) for word in words_of(texts[number])]
        if scores[number] > 0:
            scores[number] += min(1.5, 0.5 * len(usual & set(words)))
    scores |= dict.fromkeys(marked, 99.0)
    found = {number for number in order[:-1] if scores[number] >= HEADING_SCORE and number not in evidence}
    for upper, lower in itertools.pairwise(order):
        if upper in found and lower in found:
            found.discard(upper if scores[upper] < scores[lower] else lower)
    return found


def _repeated_openings(texts: Mapping[int, str]) -> dict[int, int]:
    """How many lines apart from each other share the first two words, or the label before a dash, of each line."""
    keys: dict[str, list[int]] = {}
    for number, text in texts.items():
        words = [word for word in words_of(text) if word != "the"]
        label, rest = split_label(text)
        if len(words) >= 3:
            keys.setdefault(" ".join(words[:2]), []).append(number)
        if label and rest:
            keys.setdefault("-" + " ".join(words_of(label)), []).append(number)
    found: dict[int, int] = {}
    for numbers in keys.values():
        apart = 1 + sum(second - first > 1 for first, second in itertools.pairwise(numbers))
        for number in numbers:
            found[number] = max(found.get(number, 0), apart)
    return found


def _score(text: str, below: str, repeated: int) -> float:
    words = words_of(text)
    if not words or len(words) > MOST_HEADING_WORDS:
        return 0.0
    score = 0.5 * (len(words) <= 6)
    if repeated >= 3:
        score += 2
    score += min(2.0, 1.5 * sum(word in _TOPIC_WORDS for word in words))
    content = {_stem(word) for word in words if len(word) > 3 and word not in _SMALL}
    score += min(1.0, 0.5 * len(content & {_stem(word) for word in words_of(below)}))
    score -= 1.0 * (len(words) > 9) + 0.75 * ("," in text) + text.endswith(".")
    if is_question(text):
        return score + 3
    figures = re.sub(r"\b\d{1,2}(st|nd|rd|th)\b", "", text)
    score -= 1.5 * bool(re.search(r"\d.*[^\W\d]{3}", figures)) + 0.5 * text[-1].isdigit()
    score -= 1.5 * any(word in _FINITE or (word.endswith("ed") and len(word) > 4) for word in words[1:])
    score -= 2 * (words[0] in _OPENERS or words[0] in _FINITE or words[0].endswith("ed"))
    return score - 2 * text.startswith(("‘", "“", '"', "'"))


def split_label(text: str) -> tuple[str, str]:
    """A heading such as "aims of X - modernise" in its label and its own part; no label: ("", text)."""
    match = re.match(r"^(.{3,60}?)(?:\s+[-–—]+\s*|[-–—:]+\s+)(\S.*)$", text)
    return (match[1].strip(), match[2].strip()) if match else ("", text)


def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.lower())


def is_question(text: str) -> bool:
    """Whether a heading is put as a question, with or without a question mark."""
    return bool(_QUESTION.match(text))


def _stem(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
