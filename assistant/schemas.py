"""The words of the project as typed, frozen records: a course and what it holds, a response, and its feedback.

Every layer speaks in these. `Feedback` as JSON is the stable interface described by
`tests/contract/feedback.schema.json`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Text = Annotated[str, AfterValidator(_not_blank)]
Role = Literal["intro", "claim", "evidence", "explain", "counter", "judgement", "other"]
Status = Literal["missing", "mentioned", "developed"]
ErrorKind = Literal["date", "number", "name", "reversal", "misattribution"]
CriterionId = Literal["factors", "evidence", "judgement"]
Stance = Literal["for", "against", "other"]
Span = tuple[int, int]
"""Start and end in Unicode characters of the text as given; the end is exclusive."""


class Record(BaseModel):
    """An immutable record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- the corpus -----------------------------------------------------------------------------------------------------


class Key(Record):
    """What a claim about a fact must get right.

    Dates are written `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or two of these joined by `/` for a range.
    """

    dates: tuple[Text, ...] = ()
    numbers: tuple[Text, ...] = ()
    names: tuple[Text, ...] = ()


class Contradiction(Record):
    """A way of getting a fact wrong."""

    text: Text
    kind: ErrorKind


class Erratum(Record):
    """A place where the notes are wrong: what they say, what historians hold, and why."""

    line: Annotated[int, Field(ge=1)]
    says: Text
    correct: Text
    why: Text
    certainty: Literal["high", "medium", "low"] = "high"


class Fact(Record):
    """One creditable point of indicative content, traced to note lines."""

    id: Identifier
    lines: Annotated[tuple[int, ...], Field(min_length=1)]
    statement: Text
    key: Key = Key()
    terms: tuple[Text, ...] = ()
    nudge: Text
    cue: Text
    errata: tuple[Erratum, ...] = ()


class Wordings(Record):
    """How a fact is put (`wordings`), nearly put (`near_misses`) and got wrong (`contradictions`)."""

    wordings: tuple[Text, ...] = ()
    near_misses: tuple[Text, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


class Term(Record):
    """A name or concept with the ways students write it."""

    term: Text
    kind: Text
    aliases: tuple[Text, ...] = ()
    misspellings: tuple[Text, ...] = ()
    abbreviations: tuple[Text, ...] = ()
    gloss: Text


class Factor(Record):
    """A reason or line of argument that answers a question, with the note lines that feed it."""

    id: Identifier
    title: Text
    stance: Stance
    lines: Annotated[tuple[int, ...], Field(min_length=1)]
    nudge: str = ""


class Question(Record):
    """A prompt in a style of question, and the factors that answer it."""

    id: Identifier
    topic: Identifier
    style: Identifier
    prompt: Text
    factors: Annotated[tuple[Factor, ...], Field(min_length=1)]


class Level(Record):
    """A level descriptor with the marks it spans, both ends included."""

    level: Annotated[int, Field(ge=1)]
    marks: tuple[int, int]
    summary: Text


class Style(Record):
    """A kind of question: its maximum mark, its time and its levels."""

    id: Identifier
    max_mark: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1)]
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]

    def level_of(self, mark: int) -> int:
        """The level a mark falls in; 0 for no marks."""
        return max((level.level for level in self.levels if mark >= level.marks[0]), default=0)

    def marks_of(self, level: int) -> tuple[int, int]:
        """Lowest and highest mark of a level; (0, 0) for level 0."""
        return next((entry.marks for entry in self.levels if entry.level == level), (0, 0))


class Criterion(Record):
    """One of the three things a marker looks for."""

    id: CriterionId
    title: Text
    asks: Text


class Rubric(Record):
    """The styles of question and the criteria they are marked by."""

    styles: Annotated[tuple[Style, ...], Field(min_length=1)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=3, max_length=3)]

    def style(self, style_id: str) -> Style:
        """The style of that id. Raises KeyError."""
        for style in self.styles:
            if style.id == style_id:
                return style
        raise KeyError(style_id)


class Course(Record):
    """One set of notes with its questions, facts, terms and rubric.

    `unscored_lines` are lines that the notes get flatly wrong, so that a marker's label by line cannot tell whether it
    credits the error or the truth. `version` is a hash of the files the course was read from.
    """

    id: Identifier
    title: Text
    notes: Annotated[tuple[str, ...], Field(min_length=1)]
    headings: tuple[int, ...]
    set_aside: dict[int, str]
    unscored_lines: tuple[int, ...] = ()
    facts: tuple[Fact, ...]
    terms: tuple[Term, ...]
    questions: tuple[Question, ...]
    rubric: Rubric
    version: str

    def question(self, question_id: str) -> Question:
        """The question of that id. Raises KeyError."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)

    def facts_of_factor(self, factor: Factor) -> list[Fact]:
        """The facts that feed a factor: those sharing a note line with it, in the course's order."""
        lines = set(factor.lines)
        return [fact for fact in self.facts if lines & set(fact.lines)]


class LedgerRow(Record):
    """What became of one note line."""

    line: int
    kind: Literal["heading", "fact", "set-aside"]
    facts: tuple[str, ...] = ()
    reason: str = ""


# --- responses ------------------------------------------------------------------------------------------------------


class WrongClaim(Record):
    """A claim that a marker calls wrong, by the note line it contradicts."""

    line: int
    kind: ErrorKind
    why: str = ""


class MarkedSentence(Record):
    """One sentence of a marked response with a marker's labels."""

    s: str
    p: bool = False
    role: Role
    lines: tuple[int, ...] = ()
    wrong: tuple[WrongClaim, ...] = ()


class SecondLabels(Record):
    """A second marker's labels of one sentence."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Role
    lines: tuple[int, ...] = ()
    wrong: tuple[WrongClaim, ...] = ()


class SecondMark(Record):
    """A second marker's reading of the same text; `labels`, one entry a sentence, stand on some responses only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mark: int
    level: int
    judgement: int
    factors: dict[str, int]
    labels: tuple[SecondLabels, ...] | None = None


class MarkedResponse(Record):
    """A response with a marker's labels, in the format of `corpus/<course>/responses/*.jsonl`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question: str
    sentences: Annotated[tuple[MarkedSentence, ...], Field(min_length=1)]
    factors: dict[str, int]
    judgement: Annotated[int, Field(ge=0, le=3)]
    level: Annotated[int, Field(ge=0)]
    mark: Annotated[int, Field(ge=0)]
    profile: str = ""  # what kind of student and answer this is
    second: SecondMark | None = None

    @property
    def wants_review(self) -> bool:
        """Whether it was written as one that a person should look at.

        Such are a bare list of facts, an answer to another question, one that is mostly wrong, and judgement without evidence;
        their profile begins with "special".
        """
        return self.profile.casefold().startswith("special")

    def layout(self) -> tuple[str, list[Span]]:
        """The text as the student typed it, and the span of each sentence in it."""
        text, spans = "", []
        for index, sentence in enumerate(self.sentences):
            if index:
                text += "\n\n" if sentence.p else " "
            spans.append((len(text), len(text) + len(sentence.s)))
            text += sentence.s
        return text, spans


# --- feedback -------------------------------------------------------------------------------------------------------


class ReviewReason(Record):
    """Why a person should look before the suggestion is used."""

    code: str
    message: str


class CriterionFeedback(Record):
    """Where the response stands on one criterion (0 to 1), and what would lift it."""

    score: Annotated[float, Field(ge=0, le=1)]
    comment: str


class FactorFeedback(Record):
    """How far the response argues one factor, by which facts, and where."""

    id: str
    title: str
    stance: str
    status: Status
    facts: tuple[str, ...]
    spans: tuple[Span, ...]


class EvidenceFeedback(Record):
    """A fact that the response conveys, and where."""

    fact: str
    lines: tuple[int, ...]
    statement: str
    relevant: bool
    confidence: Annotated[float, Field(ge=0, le=1)]
    spans: tuple[Span, ...]


class ErrorFeedback(Record):
    """A claim that contradicts a fact."""

    fact: str
    lines: tuple[int, ...]
    kind: ErrorKind
    span: Span
    message: str
    correct: str
    confidence: Annotated[float, Field(ge=0, le=1)]


class SentenceFeedback(Record):
    """The role of one sentence."""

    span: Span
    role: Role


class Hint(Record):
    """One thing that is missing, as a ladder: nudge, cue, reveal."""

    criterion: CriterionId
    factor: str | None = None
    fact: str | None = None
    lines: tuple[int, ...] = ()
    nudge: str
    cue: str
    reveal: str


class ModelInfo(Record):
    """Which model and which corpus the feedback rests on."""

    version: str
    corpus_version: str


class Feedback(Record):
    """What the assistant says about one response."""

    course: str
    question: str
    words: Annotated[int, Field(ge=0)]
    level: Annotated[int, Field(ge=0)]
    mark: Annotated[int, Field(ge=0)]
    max_mark: int
    mark_range: tuple[int, int]
    needs_review: bool
    review_reasons: tuple[ReviewReason, ...]
    criteria: dict[CriterionId, CriterionFeedback]
    factors: tuple[FactorFeedback, ...]
    evidence: tuple[EvidenceFeedback, ...]
    errors: tuple[ErrorFeedback, ...]
    sentences: tuple[SentenceFeedback, ...]
    hints: tuple[Hint, ...]
    model: ModelInfo
