"""Draft a course's terms from its notes and questions: names that recur, and abbreviations with what they stand for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.corpus.heading_wording import word_set
from assistant.schemas import Term

MOST_PHRASE_WORDS = 5
PERSON = "person"
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_LINKS = frozenset({"of", "the", "de", "la", "le", "von", "van", "der", "di", "al"})
_NO_NAMES = word_set(
    """
    i i'm january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sept sep oct nov dec eg ie etc nb
    a b c d e f g h j k l m n o p q r s t u v w x y z
    """
)
_ALWAYS_CAPITAL = word_set(
    """
    january february april june july august september october november december monday tuesday wednesday thursday friday
    saturday sunday british english french german russian american european christian
    """
)
_ROMAN = re.compile(r"[IVXLCDM]+")
_TITLES = "mr|mrs|ms|dr|sir|lord|lady|king|queen|president|emperor|empress|tsar|pope|professor|prince|princess|captain"
_PERSON_BEFORE = re.compile(
    r"([^\W\d_]{3,})(?:['’]s\s+(?:wife|husband|father|mother|son|daughter|death|speech|letter|rivals?|supporters|career)"
    r"|\s+(?:himself|herself|died|was (?:born|killed|shot|murdered|executed|elected|appointed|arrested)"
    r"|wrote|said|argued|believed|wanted|thought|felt|refused|resigned)\b)",
    re.IGNORECASE,
)
_PERSON_AFTER = re.compile(rf"\b(?:{_TITLES})\.?\s+([^\W\d_]{{3,}})", re.IGNORECASE)


def find_terms(notes: Sequence[str], prompts: Sequence[str] = ()) -> list[Term]:
    """Terms of the notes, in alphabetical order.

    Args:
        notes: lines and headings, without marks.
        prompts: texts written with care for capitals (of questions), which tell names in notes that lack them.
    """
    grams = _count_grams(notes)
    names = _names(notes, grams, is_careless(notes)) | _names(prompts, grams, False)
    names = {name: count for name, count in names.items() if count >= 2 or (" " in name and count)}
    abbreviations = _abbreviations(notes, grams)
    joined = " ".join(notes)
    people = {match[1].lower() for pattern in (_PERSON_BEFORE, _PERSON_AFTER) for match in pattern.finditer(joined)}
    taken: set[str] = set()
    terms: list[Term] = []

    def add(name: str, kind: str, aliases: Iterable[str] = (), short: Iterable[str] = ()) -> None:
        forms = {form.lower() for form in (name, *aliases, *short)}
        if forms & taken:
            return
        taken.update(forms)
        gloss = next((line for line in notes if _stands_in(name, line)), "") or name
        terms.append(
            Term(
                term=name, kind=kind, aliases=tuple(aliases), abbreviations=tuple(short), gloss=f"In the notes: {gloss}"
            )
        )

    for short, phrase in abbreviations.items():
        if phrase:
            plural = [
                form for form in (f"{phrase}s", phrase.removesuffix("s")) if form != phrase and grams[form.lower()]
            ]
            add(phrase, "concept", plural, [short])
        else:
            add(short, "abbreviation")
    surnames = Counter(name.split()[-1] for name in names if " " in name)
    for name in sorted(names, key=lambda name: (-name.count(" "), name)):
        last = name.split()[-1]
        person = last.lower() in people and not last.endswith("s")
        alias = (
            [last] if " " in name and surnames[last] == 1 and (person or last in names) and _is_full_name(name) else []
        )
        add(name, PERSON if person else "name", alias)
    return sorted(terms, key=lambda term: term.term.lower())


def is_careless(notes: Iterable[str]) -> bool:
    """Whether notes are typed without capitals, so that a small letter does not mean that a word is no name."""
    firsts = [word[0] for line in notes if (word := line.lstrip("‘’“”\"'(").strip()) and word[0].isalpha()]
    return sum(letter.isupper() for letter in firsts) < 0.5 * len(firsts)


def names_by_form(terms: Iterable[Term]) -> Mapping[str, str]:
    """How each name is written, by its form in small letters; of abbreviations only those that are no short word."""
    forms = {word: word.title() for word in _ALWAYS_CAPITAL}
    for term in terms:
        written = [form for form in (term.term, *term.aliases) if form != form.lower()]
        written += [form for form in term.abbreviations if len(form) > 2]
        written += [form[:-1] for form in written if re.search(r"[^s]s$", form) and len(form) > 5]
        forms |= {form.lower(): form for form in written if len(form) > 2}
    return forms


def _stands_in(name: str, line: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line, re.IGNORECASE))


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)


def _count_grams(texts: Iterable[str]) -> Counter[str]:
    """How often every run of up to `MOST_PHRASE_WORDS` words stands in the texts, in small letters."""
    grams: Counter[str] = Counter()
    for text in texts:
        words = [_plain(word).lower() for word in _WORD.findall(text)]
        for size in range(1, MOST_PHRASE_WORDS + 1):
            grams.update(" ".join(words[start : start + size]) for start in range(len(words) - size + 1))
    return grams


def _names(texts: Sequence[str], grams: Counter[str], careless: bool) -> dict[str, int]:
    """Capitalised words and phrases that are names, with how often they stand in the notes in any letters."""
    small = Counter(word for text in texts for word in _WORD.findall(text) if word.islower())
    inside: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for text in texts:
        words = _WORD.findall(text)
        if sum(word[0].isupper() for word in words) <= 0.6 * len(words) or len(words) < 3:
            for phrase, starts in _capitalised(text, small):
                (first if starts and " " not in phrase else inside)[phrase] += 1
    found = {}
    for name, count in inside.items():  # a word that is only ever the first may be any word
        usual = small[name.lower()] >= (5 if careless and count < 2 else count + first[name]) and not (
            careless and count > 1
        )
        if " " in name or not (name.lower() in _NO_NAMES or len(name) < 3 or usual):
            found[name] = grams[name.lower()]
    return found


def _capitalised(text: str, small: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
    """Runs of capitalised words, and whether each begins a sentence.

    The first word of a sentence is no part of a name if it is a common word.
    """
    run: list[str] = []
    begins = False
    end = 0
    for match in _WORD.finditer(text):
        word = _plain(match[0])
        gap = text[end : match.start()]
        end = match.end()
        starts = not text[: match.start()].strip("‘“\"'• ") or bool(re.search(r"[.!?:;]\s|[‘“\"'•]|\s[-–—]", gap))
        capital = word[:1].isupper() and not re.fullmatch(r"[A-Z]{2,}s?", word)
        if run and (gap != " " or not (capital or word in _LINKS)):
            yield from _finish(run, begins)
            run = []
        if run or (capital and not (starts and (small[word.lower()] or word.lower() in _OPENERS | _NO_NAMES))):
            begins = begins if run else starts
            run.append(word)
        if match[0] != word and run:  # "Lenin's" ends a name
            yield from _finish(run, begins)
            run = []
    yield from _finish(run, begins)


def _finish(run: list[str], begins: bool) -> Iterator[tuple[str, bool]]:
    while run and run[-1] in _LINKS:
        run = run[:-1]
    if run and len(run) <= MOST_PHRASE_WORDS:
        yield " ".join(run), begins


_OPENERS = word_set(
    """
    the this that these those it he she they we a an in on at by to for from with as if when while after before because
    but and or so not no all many most some each both only even also one two three first second how why what who which
    explain assess describe evaluate compare use used his her their its another other others until since although however
    despite through during without between
    """
)


def _is_full_name(name: str) -> bool:
    words = name.split()
    return len(words) <= 3 and not _LINKS & set(words)


def _abbreviations(notes: Sequence[str], grams: Counter[str]) -> dict[str, str]:
    """Abbreviations with what they stand for, or "" where the notes do not say."""
    counts: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for line in notes:
        if line.upper() == line and len(line.split()) > 1:
            continue
        counts.update(match[1] for match in re.finditer(r"(?<![\w-])([A-Z]{2,6})s?(?![\w-])", line))
        for match in re.finditer(r"((?:[\w’'-]+\s+){1,7})\(([A-Z]{2,6})s?\)", line):
            spelt.setdefault(match[2], _with_initials(match[1].split(), match[2]))
        for match in re.finditer(r"\b([A-Z]{2,6})s?\s*(?:\(|=|[-–—:]\s|stands for)\s*([\w\s’'-]+)", line):
            phrase = match[2].split()[: len(match[1]) + 2]
            for size in range(len(phrase), 1, -1):
                if found := _with_initials(phrase[:size], match[1], whole=True):
                    spelt.setdefault(match[1], found)
                    break
    result = {}
    for short, count in counts.items():
        if _ROMAN.fullmatch(short) or grams[short.lower()] > 2 * count:
            continue
        phrase = spelt.get(short) or _recurring(short, grams)
        if phrase or (count >= 2 and not spelt.get(short)):
            result[short] = phrase
    return result


def _initials(words: Iterable[str]) -> str:
    return "".join(part[0] for word in words if word.lower() not in _LINKS for part in word.split("-") if part).upper()


def _with_initials(words: Sequence[str], short: str, whole: bool = False) -> str:
    """The shortest end of `words` (or all of them) with these initials, or ""."""
    sizes = [len(words)] if whole else range(2, len(words) + 1)
    for size in sizes:
        if _initials(words[-size:]) == short and words[-size].lower() not in _LINKS:
            return " ".join(words[-size:])
    return ""


def _recurring(short: str, grams: Counter[str]) -> str:
    """The phrase with these initials that recurs most, if it recurs enough not to be chance."""
    least = {2: 6, 3: 2}.get(len(short), 2)
    best = max(
        (
            (count + grams[f"{phrase}s"], phrase)
            for phrase, count in grams.items()
            if phrase.count(" ") == len(short) - 1
            and count + grams[f"{phrase}s"] >= least
            and _initials(phrase.split()) == short
        ),
        default=(0, ""),
    )
    return best[1]
