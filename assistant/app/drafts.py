"""What one draft holds that the one before did not, and what it lost: found by comparing their feedback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.app.wording import capital, count
from assistant.schemas import EvidenceFeedback, FactorFeedback, Feedback, Role, Span, Status
from assistant.store.drafts import Draft

_RANK: dict[Status, int] = {"missing": 0, "mentioned": 1, "developed": 2}
ARGUING: frozenset[Role] = frozenset({"claim", "explain", "judgement"})
"""Roles of sentences that make a point, to which a fact can be tied."""
JUDGEMENT_STEP = 0.15
"""How much the score for judgement must move before it is called a change: less is the reader's own wavering."""


@dataclass(frozen=True)
class FactorChange:
    """A factor's status in the draft before and in this one; at least one of them is not `missing`.

    `reworked` is whether the student changed any of the words that it rests on in either draft.
    """

    title: str
    before: Status
    after: Status
    reworked: bool = True

    @property
    def gained(self) -> bool:
        """Whether the student argues it further than before."""
        return self.reworked and _RANK[self.after] > _RANK[self.before]

    @property
    def lost(self) -> bool:
        """Whether the student argues it less than before."""
        return self.reworked and _RANK[self.after] < _RANK[self.before]


@dataclass(frozen=True)
class Comparison:
    """Two drafts held against each other: what the student changed.

    Reading is not perfect: the same sentence may be understood a little differently beside other sentences. Nobody is
    praised or blamed for that, so whatever rests on words that stand in both drafts is neither gained nor lost.

    Attributes:
        new, kept, lost: facts by the draft that holds them, as the later draft has them where it does.
        wavering: facts read in one of the drafts alone, from words that stand in both.
        tied: ids of the new facts that support a point: see `is_tied`.
        fixed, new_errors: how many wrong claims were put right or taken out, and how many are new.
        doubted: how many claims are now thought wrong that stood there before.
        judgement: how far the score for judgement moved, from -1 to 1; 0 where the words that explain, weigh or judge
            are the same.
        same_text: whether nothing but white space differs.
    """

    factors: tuple[FactorChange, ...]
    new: tuple[EvidenceFeedback, ...]
    kept: tuple[EvidenceFeedback, ...]
    lost: tuple[EvidenceFeedback, ...]
    wavering: tuple[EvidenceFeedback, ...]
    tied: frozenset[str]
    fixed: int
    new_errors: int
    doubted: int
    judgement: float
    same_text: bool

    @property
    def judgement_words(self) -> str:
        """How the judgement changed, in one word or two."""
        if self.same_text:
            return "much the same"
        if self.judgement >= JUDGEMENT_STEP:
            return "stronger"
        return "weaker" if self.judgement <= -JUDGEMENT_STEP else "much the same"


def compare(before: Draft, after: Draft) -> Comparison:
    """Hold a draft against an earlier one to the same question."""
    old, new = before.feedback, after.feedback
    held = {item.fact for item in old.evidence}
    holds = {item.fact for item in new.evidence}
    appeared = [item for item in new.evidence if item.fact not in held]
    gone = [item for item in old.evidence if item.fact not in holds]
    fresh = tuple(item for item in appeared if not _stands(item.spans, after, before))
    lost = tuple(item for item in gone if not _stands(item.spans, before, after))
    wrong_before, wrong_now = ({error.fact for error in feedback.errors} for feedback in (old, new))
    fixed = {error.fact for error in old.errors if not _stands([error.span], before, after)} - wrong_now
    found = [error for error in new.errors if error.fact not in wrong_before]
    doubted = {error.fact for error in found if _stands([error.span], after, before)}
    known = {factor.id: factor for factor in old.factors}
    argued, argued_before = _argued(new), _argued(old)
    same_words = _stands(argued, after, before) and _stands(argued_before, before, after)
    argued_anew = not same_words if (*argued, *argued_before) else not _same_text(before, after)
    changes = (_factor_change(known.get(factor.id), factor, before, after) for factor in new.factors)
    return Comparison(
        factors=tuple(change for change in changes if (change.before, change.after) != ("missing", "missing")),
        new=fresh,
        kept=tuple(item for item in new.evidence if item.fact in held),
        lost=lost,
        wavering=tuple(item for item in (*appeared, *gone) if item not in (*fresh, *lost)),
        tied=frozenset(item.fact for item in fresh if is_tied(item, after.text, new)),
        fixed=len(fixed),
        new_errors=len({error.fact for error in found} - doubted),
        doubted=len(doubted),
        judgement=new.criteria["judgement"].score - old.criteria["judgement"].score if argued_anew else 0.0,
        same_text=_same_text(before, after),
    )


def _factor_change(old: FactorFeedback | None, new: FactorFeedback, before: Draft, after: Draft) -> FactorChange:
    spans = old.spans if old else ()
    same_words = _stands(spans, before, after) and _stands(new.spans, after, before)
    # A factor may be read from the answer as a whole, with no words of its own: then any change of the text counts.
    reworked = not same_words if (*spans, *new.spans) else not _same_text(before, after)
    return FactorChange(new.title, old.status if old else "missing", new.status, reworked)


def _argued(feedback: Feedback) -> list[Span]:
    """Where an answer explains, weighs or judges: while these words stand, its judgement is the same, however it is read."""
    return [sentence.span for sentence in feedback.sentences if sentence.role in ("explain", "counter", "judgement")]


def _stands(spans: Iterable[Span], draft: Draft, other: Draft) -> bool:
    """Whether all these words of a draft stand in another one too, letter for letter but for white space."""
    there = " ".join(other.text.split())
    return all(" ".join(draft.text[start:end].split()) in there for start, end in spans)


def _same_text(before: Draft, after: Draft) -> bool:
    return before.text.split() == after.text.split()


def is_tied(item: EvidenceFeedback, text: str, feedback: Feedback) -> bool:
    """Whether a fact supports a point.

    It must feed a factor of the question, and stand in, or next to in the same paragraph, a sentence that claims,
    explains or judges. A sentence beside it that tells of other factors only makes another point. What a sentence does
    is read and may be misread, so where none is seen that is said as a doubt.
    """
    if not item.relevant:
        return False
    sentences = feedback.sentences
    fed = {factor.id: set(factor.facts) for factor in feedback.factors}
    own = [facts for facts in fed.values() if item.fact in facts]

    def makes_another_point(other: Span) -> bool:
        told = {fact.fact for fact in feedback.evidence if any(a < other[1] and other[0] < b for a, b in fact.spans)}
        elsewhere = {fact for fact in told if any(fact in facts for facts in fed.values())}
        return bool(own and elsewhere) and not any(elsewhere & facts for facts in own)

    for index, sentence in enumerate(sentences):
        start, end = sentence.span
        if not any(first < end and start < last for first, last in item.spans):
            continue
        if sentence.role in ARGUING:
            return True
        beside = [other for other in (index - 1, index + 1) if 0 <= other < len(sentences)]
        if any(
            sentences[other].role in ARGUING
            and not makes_another_point(sentences[other].span)
            and "\n" not in text[min(end, sentences[other].span[1]) : max(start, sentences[other].span[0])]
            for other in beside
        ):
            return True
    return False


def gains(comparison: Comparison) -> list[str]:
    """What was really gained, one sentence each; empty where nothing was. More words alone are no gain."""
    rows = [f"{change.title}: now {change.after}." for change in comparison.factors if change.gained]
    tied = len(comparison.tied)
    if tied:
        rows.append(f"{capital(count(tied, 'new fact'))}, tied to a point.")
    if comparison.fixed:
        rows.append(f"{capital(count(comparison.fixed, 'wrong claim'))} put right or taken out.")
    if comparison.judgement_words == "stronger":
        rows.append("A stronger judgement.")
    return rows


def cautions(comparison: Comparison) -> list[str]:
    """What to look at again in the later draft, one sentence each."""
    rows = []
    loose = [item for item in comparison.new if item.relevant and item.fact not in comparison.tied]
    if loose:
        it, matters = ("it", "matters") if len(loose) == 1 else ("they", "matter")
        rows.append(
            f"{capital(count(len(loose), 'new fact'))} beside which I could not make out a point: if it is not said there "
            f"why {it} {matters}, say it."
        )
    beside = [item for item in comparison.new if not item.relevant]
    if beside:
        rows.append(f"{capital(count(len(beside), 'new fact'))} that {_does_not(beside)} help to answer this question.")
    rows += [
        f"{change.title}: was {change.before}, {_now(change.after)}." for change in comparison.factors if change.lost
    ]
    if comparison.lost:
        rows.append(f"{capital(count(len(comparison.lost), 'fact'))} of the earlier draft left out.")
    if comparison.new_errors:
        rows.append(f"{capital(count(comparison.new_errors, 'new claim'))} to check, see “What to fix”.")
    if comparison.doubted:
        rows.append(
            f"{capital(count(comparison.doubted, 'claim'))} to check that stood there before, see “What to fix”."
        )
    return rows


def _does_not(items: list[EvidenceFeedback]) -> str:
    return "does not" if len(items) == 1 else "do not"


def _now(status: Status) -> str:
    return "now not raised" if status == "missing" else f"now only {status}"
