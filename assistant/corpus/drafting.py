"""Draft facts from outlined notes: statements that stand by themselves, what they must get right, and hints.

A draft is for a teacher to edit. It states what the note states, adds the heading where the note needs it, and takes
its hints from the heading alone, so that they give nothing of the note away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus.figures import find_dates, find_numbers, without_figures
from assistant.corpus.heading_wording import is_question, split_label, word_set, words_of
from assistant.corpus.outlining import Heading, Note
from assistant.schemas import Fact, Key, Term, Wordings

MOST_SHOUTED = 8
"""Capitals longer than an abbreviation are put in small letters."""
LONG_NOTE_WORDS = 30
"""A note longer than this that holds several sentences makes a fact of each."""
WHOLE_SENTENCE_WORDS = 6
MOST_SLUG_WORDS = 5
_SHORTHAND = {
    "w/": "with", "w/o": "without", "&": "and", "gov": "government", "govt": "government", "eg": "for example",
    "eg.": "for example", "e.g.": "for example", "e.g": "for example", "ie": "that is", "i.e.": "that is", "ect": "etc.",
    "ect.": "etc.", "esp": "especially", "esp.": "especially", "approx": "approximately", "approx.": "approximately",
    "teh": "the", "adn": "and", "thier": "their", "becuase": "because", "recieved": "received", "thr": "the",
    "didnt": "didn’t", "wasnt": "wasn’t", "werent": "weren’t", "couldnt": "couldn’t", "wouldnt": "wouldn’t",
    "dont": "don’t", "doesnt": "doesn’t", "isnt": "isn’t", "hadnt": "hadn’t", "hasnt": "hasn’t", "cant": "can’t",
}  # fmt: skip
_SLUG_STOP = word_set(
    """
    a an the of and or to in on at for by with from as is was were are be been it its he she they his her their this
    that these those not had has have did do which who whom would could so but very
    """
)
_PRONOUNS = word_set("he she they it this these those his her their its him them")
_CARDINALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
)  # fmt: skip


def slug_of(text: str, most_words: int = MOST_SLUG_WORDS) -> str:
    """An identifier from the content words of a text; "" where it has no Latin letters or figures."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "").replace("'", ""))
    words = re.findall(r"[a-z0-9]+", "".join(char for char in plain if not unicodedata.combining(char)).lower())
    kept = [word for word in words if word not in _SLUG_STOP] or words
    return "-".join(kept[:most_words])[:60].strip("-")


class Slugs:
    """Gives out identifiers, each once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def take(self, text: str, otherwise: str, most_words: int = MOST_SLUG_WORDS) -> str:
        """An identifier for `text` that was not given out before."""
        base = slug_of(text, most_words) or otherwise
        slug, count = base, 1
        while slug in self._taken:
            count += 1
            slug = f"{base}-{count}"
        self._taken.add(slug)
        return slug


class Tidier:
    """Cleans the wording of notes: shorthand written out, names with capitals where the notes have none."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Args: names: how each name is written, by its form in small letters; none if the notes have capitals."""
        self._names = names
        forms = "|".join(re.escape(form) for form in sorted(names, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<!\w)(?:{forms})(?=s?(?!\w))", re.IGNORECASE) if forms else None

    def tidy(self, text: str) -> str:
        """The text as a reader would expect it, without a capital at its start or a full stop at its end."""
        text = " ".join(_SHORTHAND.get(word.lower(), word) for word in text.split())
        text = re.sub(r"(?<=\w)- (?=\S)| -(?=[^\W\d])| - ", " – ", text)
        text = re.sub(r"\s+([,;:.!?])(?=\s|$)", r"\1", text)
        if self._pattern:
            text = self._pattern.sub(lambda match: self._names[match[0].lower()], text)
        return text


def capital(text: str) -> str:
    """The text with a capital at its start."""
    return re.sub(r"^([‘“\"'(]*)(\w)", lambda match: match[1] + match[2].upper(), text)


def sentence(text: str) -> str:
    """The text as a sentence."""
    text = capital(text.strip())
    return text if re.search(r"[.!?…][’”\"')]*$", text) else text.rstrip(" ,;:–-") + "."


@dataclass(frozen=True)
class Topic:
    """What the headings of a note are about: the key that says which notes belong together, and a readable label."""

    key: int
    label: str
    question: bool
    section: str  # what stands above: the outer heading, or what neighbouring headings share; "" for nothing


def topic_of(headings: Sequence[Heading], title: str, tidier: Tidier) -> Topic:
    """The topic of the notes under `headings`, or of the whole course where there are none."""
    if not headings:
        return Topic(0, title, False, "")
    heading = headings[-1]
    text = heading.text.rstrip("?").strip()
    if text.isupper() and len(text) > MOST_SHOUTED:
        text = text.lower()
    label, own = split_label(text)
    outer = capital(tidier.tidy(headings[-2].text if len(headings) > 1 else label))
    if is_question(text):
        return Topic(heading.line, capital(tidier.tidy(text)), True, outer)
    shown = capital(tidier.tidy(f"{label} – {own}" if label else text))
    if len(headings) > 1 and len(words_of(text)) < 3 and plain(outer) not in plain(text):
        shown = f"{outer} – {tidier.tidy(text)}"  # "Causes" says nothing without what stands above it
    return Topic(heading.line, shown, False, outer)


def plain(text: str) -> str:
    """The words of a text in small letters without articles, in which headings are compared."""
    return " ".join(word for word in words_of(text) if word not in ("the", "a", "an"))


@dataclass(frozen=True)
class Draft:
    """A fact with the topic it stands under and the note as typed but for tidying."""

    fact: Fact
    topic: Topic
    bare: str

    def wordings(self) -> Wordings:
        """The note without the heading, where the statement adds it."""
        return Wordings(wordings=(self.bare,) if self.bare != self.fact.statement else ())


def draft_facts(notes: Sequence[Note], terms: Sequence[Term], title: str, tidier: Tidier) -> list[Draft]:
    """Draft a fact of every note, or of every sentence of a long one; notes that say the same make one fact."""
    find = _term_finder(terms)
    slugs = Slugs()
    rows: dict[str, tuple[list[int], str, Topic, str]] = {}
    for note in notes:
        topic = topic_of(note.headings, title, tidier)
        for part in _sentences(note.text):
            tidy = tidier.tidy(part)
            bare = sentence(tidy)
            statement = _statement(tidy, topic)
            # A long line says the same wherever it stands; a short one ("popular with youth") only under its heading.
            same = (bare if len(words_of(bare)) >= WHOLE_SENTENCE_WORDS else statement).lower()
            lines, *_ = rows.setdefault(same, ([], statement, topic, bare))
            lines.extend(line for line in note.lines if line not in lines)
    counts: dict[int, int] = {}
    for _, _, topic, _ in rows.values():
        counts[topic.key] = counts.get(topic.key, 0) + 1
    places: dict[int, int] = {}
    drafts = []
    for lines, statement, topic, bare in rows.values():
        place = places[topic.key] = places.get(topic.key, 0) + 1
        found = find(statement)
        named = [term.term for term in find(bare) or found if term.term != term.term.lower()]
        key = Key(
            dates=tuple(find_dates(bare)),
            numbers=tuple(find_numbers(bare)),
            names=tuple(named),
        )
        nudge, cue = _hints(topic, bare, key, place, counts[topic.key], statement)
        fact = Fact(
            id=slugs.take(bare, f"line-{lines[0]}"),
            lines=tuple(lines),
            statement=statement,
            key=key,
            terms=tuple(term.term for term in found),
            nudge=nudge,
            cue=cue,
        )
        drafts.append(Draft(fact, topic, bare))
    return drafts


def _sentences(text: str) -> list[str]:
    if len(text.split()) <= LONG_NOTE_WORDS:
        return [text]
    parts = re.split(r"(?<=[a-z0-9’”)%][.!?])\s+(?=[A-Z‘“])", text)
    return [part for part in parts if words_of(part)] or [text]


def _statement(tidy: str, topic: Topic) -> str:
    """The note with its heading before it, unless it is a whole sentence that names all that the heading names."""
    words = words_of(tidy)
    named = {word for word in words_of(topic.label) if len(word) > 3} <= set(words)
    if named and len(words) >= WHOLE_SENTENCE_WORDS and words[0] not in _PRONOUNS:
        return sentence(tidy)
    return f"{topic.label}? {sentence(tidy)}" if topic.question else sentence(f"{topic.label}: {tidy}")


def _term_finder(terms: Sequence[Term]) -> Callable[[str], list[Term]]:
    """What finds the terms of a statement, in the order of the terms."""
    owner = {form.lower(): term for term in terms for form in (term.term, *term.aliases, *term.abbreviations)}
    if not owner:
        return lambda statement: []
    forms = "|".join(re.escape(form) for form in sorted(owner, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)({forms})(?=s?(?!\w))", re.IGNORECASE)

    def find(statement: str) -> list[Term]:
        return list(
            {id(term): term for match in pattern.finditer(statement) if (term := owner[match[1].lower()])}.values()
        )

    return find


_NUDGES = (
    "What do you remember about {topic}?",
    "What would you tell a friend who asked you about {topic}?",
    "Have you said all that you can about {topic}?",
    "Which part of {topic} have you not used yet?",
    "How could {topic} help you to answer this question?",
)
_QUESTION_NUDGES = (
    "{topic} What more could you say?",
    "{topic} Think beyond your first answer.",
    "How would you answer somebody who asked: {lower}",
    "Which part of the answer is still missing: {lower}",
    "{topic} Is there another side to it?",
)
_TRAITS: tuple[tuple[str, str, str], ...] = (
    (r"^\W*[‘“\"]|[‘“].{12,}[’”]", "quotes somebody", "Whose words are they, or whom do they describe?"),
    (r"\b(because|so that|due to|led to|in order to|therefore|as a result|meant|caused)\b", "gives a reason", "What led to what?"),
    (r"\b(but|although|however|whereas|rather than|instead|despite|yet)\b", "sets one thing against another", "What is set against what?"),
    (r"\b(for example|such as)\b", "gives an example", "Which example is it?"),
)  # fmt: skip


def _hints(topic: Topic, bare: str, key: Key, place: int, count: int, statement: str) -> tuple[str, str]:
    """A nudge and a cue from the topic: the cue says what sort of thing is missing, and neither says the thing."""
    label = without_figures(topic.label)
    asks = topic.question and bool(words_of(label))
    if not words_of(label) or statement.strip(" .").lower() in label.lower():
        shown = "this part of the notes"
    else:
        shown = f"{label}?" if asks else f"“{label}”"
    patterns = _QUESTION_NUDGES if asks else _NUDGES
    nudge = capital(patterns[place % len(patterns)].format(topic=shown, lower=shown[:1].lower() + shown[1:]))
    trait, ask = _trait(bare, key, topic)
    under = f"On the question “{shown}”" if asks else f"On {shown}"
    if count == 1:
        return nudge, f"{under} the notes make one point. It {trait}. {ask}"
    return nudge, f"{under} the notes make {_cardinal(count)} points. The {_ordinal(place)} {trait}. {ask}"


def _trait(bare: str, key: Key, topic: Topic) -> tuple[str, str]:
    if key.numbers:
        return "holds a figure", "How many, or how much?"
    if key.dates:
        return "holds a date", "What happened, and when?"
    for pattern, trait, ask in _TRAITS:
        if re.search(pattern, bare, re.IGNORECASE):
            return trait, ask
    if any(name.lower() not in topic.label.lower() for name in key.names):
        return "names somebody or something", "Who or what is it, and why does it matter here?"
    words = [word for word in words_of(bare) if word not in words_of(topic.label)] or words_of(bare)
    if not words:
        return "is still missing", "What does it say?"
    return f"turns on a word that begins with “{max(words, key=len)[0]}”", "What does it say?"


def _cardinal(count: int) -> str:
    return _CARDINALS[count - 1] if count <= len(_CARDINALS) else "many"


def _ordinal(place: int) -> str:
    return _ORDINALS[place - 1] if place <= len(_ORDINALS) else "next"
