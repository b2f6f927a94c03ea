"""From what was found to judgement, mark, level and range: small, monotone models over features a teacher can read."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import Vectors
from assistant.nlp.reading import Reading
from assistant.schemas import Question, Style
from assistant.scoring.factor_status import argued
from assistant.scoring.fitted import BoostedTrees
from assistant.scoring.roles import ROLES

RESPONSE_FEATURES = (
    "present", "developed", "present_share", "developed_share", "sides", "relevant_facts", "all_facts", "errors", "error_share",
    "claims", "explains", "counters", "judgements", "evidence_sentences", "other_share", "argued_share", "linked_evidence", "linked_share",
    "judged_at_end", "judged_in_body", "weighing", "explained_paragraphs", "essay",
)  # fmt: skip
_FALLING = {"errors", "error_share", "other_share"}
_RISING = {
    "present",
    "developed",
    "present_share",
    "developed_share",
    "sides",
    "relevant_facts",
    "linked_evidence",
    "judged_at_end",
    "weighing",
    "explained_paragraphs",
}
_WEIGHING = {
    "more", "most", "less", "least", "than", "rather", "although", "though", "however", "whereas", "while", "nevertheless", "outweigh",
    "outweighed", "decisive", "decisively", "crucial", "ultimately", "overall", "primarily", "mainly", "chiefly", "because", "without", "only",
    "secondary", "greater", "greatest", "key", "extent", "yet", "but", "therefore", "convincing",
}  # fmt: skip


MIN_ARGUED = 0.2
"""Share of sentences that argue, under which facts stand unlinked and the mark stays in level 2."""
MIN_SIDE = 1.0
"""Presence and development of the factors on the weaker side, summed, under which an answer to a view is one-sided."""
MANY_BARE = 0.15
MIN_DENIED = 4
MOSTLY_DENIED = 0.45
_DENIED = re.compile(
    r"\b(?:am|is|are|was|were|has|have|had|do|does|did|can|could|will|would|should|must)(?: not\b|n['’]?t\b)",
    re.IGNORECASE,
)
_TALK = frozenset(
    [
        "argue",
        "argument",
        "point",
        "factor",
        "reason",
        "cause",
        "important",
        "importance",
        "significance",
        "significant",
        "significantly",
        "view",
        "statement",
        "evidence",
        "judgement",
        "judgment",
        "convincing",
        "convince",
        "valid",
        "validity",
        "extent",
        "conclusion",
        "conclude",
        "role",
        "play",
        "matter",
        "term",
        "decisive",
        "outweigh",
        "link",
        "connect",
        "depend",
        "overall",
        "clearly",
        "clear",
        "directly",
        "ultimately",
        "mainly",
        "main",
        "major",
        "key",
        "crucial",
        "vital",
        "essential",
        "fundamental",
        "primary",
        "primarily",
        "secondary",
        "agree",
        "disagree",
        "partly",
        "largely",
        "large",
        "great",
        "big",
        "strong",
        "weak",
        "assess",
        "support",
        "suggest",
        "show",
        "demonstrate",
        "prove",
        "explain",
        "explanation",
        "therefore",
        "thus",
        "hence",
        "balance",
        "hand",
        "side",
        "possible",
        "likely",
        "probably",
        "certainly",
        "definitely",
        "consider",
        "consequence",
        "result",
        "lead",
        "happen",
        "make",
        "mean",
        "way",
        "thing",
        "lot",
        "similar",
        "equal",
        "whole",
        "general",
        "particular",
        "second",
        "third",
        "final",
        "finally",
        "previous",
        "next",
        "place",
        "step",
        "short",
        "long",
        "time",
        "compare",
        "contrast",
        "debate",
        "discuss",
        "claim",
        "interpretation",
        "historian",
        "question",
        "answer",
        "issue",
        "example",
        "effect",
        "impact",
        "influence",
        "affect",
        "contribute",
        "contribution",
        "relate",
        "relevant",
        "underpin",
        "combine",
        "separate",
        "come",
        "think",
        "believe",
        "say",
        "know",
        "work",
        "good",
        "bad",
        "true",
        "false",
        "right",
        "wrong",
        "opinion",
    ]
)
"""Lemmas that essays on any subject are held together by."""


def ceiling(features: Vectors, question: Question, style: Style) -> int:
    """The highest mark that an answer of these features may be given: coverage alone does not make the mark."""
    value = dict(zip(RESPONSE_FEATURES, features.tolist(), strict=True))
    highest = style.max_mark
    if value["argued_share"] < MIN_ARGUED:
        highest = min(highest, style.marks_of(2)[1] or highest)
    if {"for", "against"} <= {factor.stance for factor in question.factors} and value["sides"] < MIN_SIDE:
        highest = min(highest, style.marks_of(3)[1] or highest)
    return highest


def mostly_denies(reading: Reading) -> bool:
    """Whether about every other sentence says that something was not so, as one practice response in a hundred does.

    Similarity hardly sees a "not", so such a response cannot be trusted to be credited for what it says.
    """
    denied = [bool(_DENIED.search(sentence.text)) for sentence in reading.sentences]
    return sum(denied) >= MIN_DENIED and sum(denied) > MOSTLY_DENIED * len(denied)


def bare_arguments(
    reading: Reading, conveyed: Vectors, roles: NDArray[np.float64], titles: frozenset[str]
) -> NDArray[np.bool_]:
    """Which sentences argue about nothing in particular, shape (sentences,).

    Such a sentence names no fact, term, date or figure, and shares no content word with a sentence of the answer that does,
    nor with a factor: it would stand as well in an answer to any question. A claim or an explanation may lean on the sentence
    before it, so these count only where they are mere talk or bare sentences are many.

    Args:
        reading: the response.
        conveyed: probability that each sentence conveys each fact, shape (sentences, facts).
        roles: role probabilities, shape (sentences, 7).
        titles: content lemmas of the factors' titles.
    """
    sentences = reading.sentences
    if not sentences:
        return np.zeros(0, dtype=bool)
    words = [{word for word in sentence.form.split() if word.isalpha()} for sentence in sentences]
    named = (conveyed.max(axis=1) > 0) | np.array([bool(s.terms or s.dates or s.quantities) for s in sentences])
    told = set(titles).union(*(line for line, has in zip(words, named, strict=True) if has)) - _TALK
    bare = ~named & np.array([not line & told and len(s.words) >= 5 for line, s in zip(words, sentences, strict=True)])
    likeliest = np.array([ROLES[i] for i in roles.argmax(axis=1)])
    arguing = bare & np.isin(likeliest, ("claim", "explain", "counter", "judgement"))
    if arguing.sum() >= 2 and arguing.mean() >= MANY_BARE:
        return arguing
    mere_talk = np.array([2 * len(line & _TALK) >= len(line) for line in words])
    return arguing & (mere_talk | np.isin(likeliest, ("counter", "judgement")))


def response_features(
    reading: Reading,
    question: Question,
    style: Style,
    conveyed: Vectors,
    relevant: NDArray[np.bool_],
    wrong: NDArray[np.float64],
    roles: NDArray[np.float64],
    statuses: NDArray[np.float64],
) -> Vectors:
    """Features of a response, shape (len(RESPONSE_FEATURES),).

    Args:
        reading: the response.
        question: what it answers.
        style: the question's style.
        conveyed: probability that each sentence conveys each fact, shape (sentences, facts).
        relevant: which facts feed a factor of the question.
        wrong: probability that each sentence gets a fact wrong, shape (sentences,).
        roles: role probabilities, shape (sentences, 7).
        statuses: status probabilities of the question's factors, shape (factors, 3).
    """
    sentences = reading.sentences
    count = len(sentences)
    if not count:
        return np.zeros(len(RESPONSE_FEATURES), dtype=np.float32)
    role = {name: roles[:, i] for i, name in enumerate(ROLES)}
    paragraphs = np.array([sentence.paragraph for sentence in sentences])
    arguing = argued(roles)
    best = conveyed.max(axis=0)
    evidence = conveyed[:, relevant].max(axis=1) if relevant.any() else np.zeros(count)
    same = paragraphs[:, None] == paragraphs[None, :]
    beside = (same * arguing[None, :]).max(axis=1)
    present = statuses[:, 1] + statuses[:, 2]
    developed = statuses[:, 2]
    stances = {factor.stance for factor in question.factors}
    if {"for", "against"} <= stances:
        by_side = [
            sum(present[i] + developed[i] for i, factor in enumerate(question.factors) if factor.stance == side)
            for side in ("for", "against")
        ]
        sides = min(by_side)
    else:
        sides = float(present.sum())
    weighing = np.array([min(3, len(_WEIGHING & set(sentence.words))) / 3 for sentence in sentences])
    final = paragraphs == paragraphs[-1]
    judging = role["judgement"]
    values = {
        "present": present.sum(),
        "developed": developed.sum(),
        "present_share": present.mean(),
        "developed_share": developed.mean(),
        "sides": sides,
        "relevant_facts": np.log1p(best[relevant].sum()),
        "all_facts": np.log1p(best.sum()),
        "errors": np.log1p(wrong.sum()),
        "error_share": wrong.sum() / (1.0 + best.sum() + wrong.sum()),
        "claims": np.log1p(role["claim"].sum()),
        "explains": np.log1p(role["explain"].sum()),
        "counters": np.log1p(role["counter"].sum()),
        "judgements": np.log1p(judging.sum()),
        "evidence_sentences": np.log1p(role["evidence"].sum()),
        "other_share": role["other"].mean(),
        "argued_share": arguing.mean(),
        "linked_evidence": np.log1p((evidence * beside).sum()),
        "linked_share": (evidence * beside).sum() / (1e-3 + evidence.sum()),
        "judged_at_end": min(3.0, judging[final].sum()),
        "judged_in_body": min(4.0, judging[~final].sum()),
        "weighing": min(3.0, (weighing * judging).sum()),
        "explained_paragraphs": sum(
            1.0
            for p in np.unique(paragraphs)
            if role["explain"][paragraphs == p].max() > 0.4 and evidence[paragraphs == p].max() > 0.5
        ),
        "essay": float(style.max_mark > 12),
    }
    return np.array([values[name] for name in RESPONSE_FEATURES], dtype=np.float32)


class MonotoneRidge:
    """Ridge regression on standard scores whose coefficients keep the sign that a marker would give them.

    Args:
        signs: 1 for features that never lower the target, -1 for those that never raise it, 0 for the others.
        alpha: strength of the penalty.
    """

    def __init__(self, signs: Sequence[int], alpha: float = 10.0) -> None:
        self.signs = signs
        self.alpha = alpha

    def fit(self, X: Vectors, y: NDArray[np.float64]) -> MonotoneRidge:  # noqa: N803
        """Fit on responses: `X` of shape (responses, features)."""
        from sklearn.linear_model import Ridge
        from sklearn.preprocessing import StandardScaler

        # A feature of a known sign is turned so that no coefficient need be negative; one of either sign stands there twice.
        signs = np.asarray(self.signs)
        either = signs == 0
        turn = np.where(either, 1, signs)
        scaler = StandardScaler().fit(X)
        scores = scaler.transform(X).astype(np.float64)
        ridge = Ridge(self.alpha, positive=True).fit(np.hstack([scores * turn, -scores[:, either]]), y)
        weights = ridge.coef_[: len(signs)] * turn
        weights[either] -= ridge.coef_[len(signs) :]
        self.weights_ = weights / scaler.scale_
        self.bias_ = float(ridge.intercept_ - scaler.mean_ @ self.weights_)
        return self

    def predict(self, X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Predictions, shape (responses,)."""
        return X @ self.weights_ + self.bias_


class MonotoneRegressor:
    """The mean of a ridge regression and of gradient-boosted trees, both held to be monotone, for a target from 0 to 1.

    Args:
        seed: seeds the trees.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, X: Vectors, y: NDArray[np.float64]) -> MonotoneRegressor:  # noqa: N803
        """Fit on responses: `X` of shape (responses, features)."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        signs = [(name in _RISING) - (name in _FALLING) for name in RESPONSE_FEATURES]
        self.linear_ = MonotoneRidge(signs).fit(X, y)
        trees = HistGradientBoostingRegressor(
            max_iter=150,
            learning_rate=0.05,
            max_leaf_nodes=6,
            min_samples_leaf=10,
            l2_regularization=2.0,
            monotonic_cst=signs,
            random_state=self.seed,
        )
        self.trees_ = BoostedTrees.of(trees.fit(X, y))
        return self

    def predict(self, X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Predictions, clipped to 0 to 1."""
        return np.clip((self.linear_.predict(X) + self.trees_.predict(X)) / 2, 0.0, 1.0)


class MarkModel:
    """Judgement, mark and range of responses.

    The range is split-conformal (Vovk et al., 2005): the width that held the marker's mark in `coverage` of the
    responses left out of fitting, by groups, separately for each style.

    Args:
        coverage: share of marks the range is meant to hold.
        seed: seeds the models.
    """

    def __init__(self, coverage: float = 0.9, seed: int = 0) -> None:
        self.coverage = coverage
        self.seed = seed

    def fit(
        self,
        X: Vectors,  # noqa: N803
        marks: Sequence[int],
        judgements: Sequence[int],
        styles: Sequence[Style],
        groups: Sequence[str],
    ) -> MarkModel:
        """Fit on responses; those of one group are never on both sides when the range is measured."""
        from sklearn.model_selection import GroupKFold

        share = np.array([mark / style.max_mark for mark, style in zip(marks, styles, strict=True)])
        self.judgement_ = MonotoneRegressor(self.seed).fit(X, np.asarray(judgements) / 3)
        self.mark_ = MonotoneRegressor(self.seed).fit(X, share)
        held_out = np.zeros(len(share))
        owners = list(groups) if len(set(groups)) > 1 else [str(number) for number in range(len(share))]
        folds = min(10, len(set(owners)))
        for train, test in GroupKFold(folds).split(X, share, owners):
            held_out[test] = MonotoneRegressor(self.seed).fit(X[train], share[train]).predict(X[test])
        self.half_width_: dict[str, float] = {}
        for style in {style.id: style for style in styles}.values():
            mine = np.array([other.id == style.id for other in styles])
            errors = np.abs(np.round(held_out[mine] * style.max_mark) - np.asarray(marks)[mine])
            rank = min(len(errors) - 1, int(np.ceil(self.coverage * (len(errors) + 1))) - 1)
            self.half_width_[style.id] = float(np.sort(errors)[rank])
        return self

    def predict(self, X: Vectors, styles: Sequence[Style]) -> list[tuple[int, tuple[int, int], float]]:  # noqa: N803
        """For each response: suggested mark, range of marks, and judgement from 0 to 1."""
        marks = self.mark_.predict(X)
        judgements = self.judgement_.predict(X)
        results = []
        for share, judgement, style in zip(marks, judgements, styles, strict=True):
            mark = int(np.floor(share * style.max_mark + 0.5))
            width = int(np.ceil(self.half_width_.get(style.id, 0.16 * style.max_mark)))
            results.append((mark, (max(0, mark - width), min(style.max_mark, mark + width)), float(judgement)))
        return results
