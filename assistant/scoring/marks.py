"""From what was found to judgement, mark, level and range: small, monotone models over features a teacher can read."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import Vectors
from assistant.nlp.reading import Reading
from assistant.schemas import Question, Style
from assistant.scoring.discourse import TALK
from assistant.scoring.factor_status import argued
from assistant.scoring.fitted import BoostedTrees
from assistant.scoring.roles import ROLES

RESPONSE_FEATURES = (
    "present", "developed", "present_share", "developed_share", "sides", "relevant_facts", "all_facts", "errors", "error_share",
    "claims", "explains", "counters", "judgements", "evidence_sentences", "other_share", "argued_share", "linked_evidence", "linked_share",
    "judged_at_end", "judged_in_body", "weighing", "explained_paragraphs", "chains", "specific", "judged_best", "essay",
    "essay_judged", "essay_developed", "status_doubt", "role_doubt",
)  # fmt: skip
_DOUBTS = ("status_doubt", "role_doubt")
"""Features that say nothing for or against a response, but how surely it was read."""
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
    "chains",
    "judged_best",
    "essay_judged",
    "essay_developed",
}
_WEIGHING = {
    "more", "most", "less", "least", "than", "rather", "although", "though", "however", "whereas", "while", "nevertheless", "outweigh",
    "outweighed", "decisive", "decisively", "crucial", "ultimately", "overall", "primarily", "mainly", "chiefly", "because", "without", "only",
    "secondary", "greater", "greatest", "key", "extent", "yet", "but", "therefore", "convincing",
}  # fmt: skip


_SAID = [i for i, name in enumerate(RESPONSE_FEATURES) if name not in _DOUBTS]
UNKNOWN_STYLE = 1.5
UNKNOWN_LEAST = 0.16
"""How much wider the range of a style without marked responses is, and its least half, as a share of the highest mark."""
EQUAL_WEIGHTS = 0.2
"""How strongly the weights of kinds of doubt are drawn to be equal, beside what each response says of them."""
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
    told = set(titles).union(*(line for line, has in zip(words, named, strict=True) if has)) - TALK
    bare = ~named & np.array([not line & told and len(s.words) >= 5 for line, s in zip(words, sentences, strict=True)])
    likeliest = np.array([ROLES[i] for i in roles.argmax(axis=1)])
    arguing = bare & np.isin(likeliest, ("claim", "explain", "counter", "judgement"))
    if arguing.sum() >= 2 and arguing.mean() >= MANY_BARE:
        return arguing
    mere_talk = np.array([2 * len(line & TALK) >= len(line) for line in words])
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
    near = np.abs(np.arange(count)[:, None] - np.arange(count)[None, :])
    beside_evidence = (same * (near > 0) * 0.8 ** np.maximum(near - 1, 0) * evidence[None, :]).max(axis=1)
    chain = role["explain"] * beside_evidence
    essay = float(style.max_mark > 12)
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
        "chains": sum(chain[paragraphs == p].max() for p in np.unique(paragraphs)),
        "specific": np.log1p(sum(min(2, len(s.dates) + len(s.quantities) + len(s.terms)) / 2 for s in sentences)),
        "judged_best": judging.max(),
        "essay": essay,
        "essay_judged": essay * judging.max(),
        "essay_developed": essay * developed.mean(),
        "status_doubt": (1 - statuses.max(axis=1)).mean(),
        "role_doubt": (1 - roles.max(axis=1)).mean(),
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

        signs = [(name in _RISING) - (name in _FALLING) for name in RESPONSE_FEATURES if name not in _DOUBTS]
        self.linear_ = MonotoneRidge(signs).fit(X[:, _SAID], y)
        trees = HistGradientBoostingRegressor(
            max_iter=150,
            learning_rate=0.05,
            max_leaf_nodes=6,
            min_samples_leaf=10,
            l2_regularization=2.0,
            monotonic_cst=signs,
            random_state=self.seed,
        )
        self.trees_ = BoostedTrees.of(trees.fit(X[:, _SAID], y))
        return self

    def views(self, X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """What either model predicts, shape (2, responses)."""
        return np.stack([self.linear_.predict(X[:, _SAID]), self.trees_.predict(X[:, _SAID])])

    def predict(self, X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Predictions, clipped to 0 to 1."""
        return np.clip(self.views(X).mean(axis=0), 0.0, 1.0)


class Spread:
    """How far marks are likely to stray from their prediction: the answer's own, up to a factor.

    Answers stray the more in the middle of the range, where the two models of the mark disagree, and where statuses and roles
    were unsure. The weights are not negative, so that more doubt never narrows a range.
    """

    def fit(self, views: NDArray[np.float64], X: Vectors, errors: NDArray[np.float64]) -> Spread:  # noqa: N803
        """Fit on absolute errors of held-out predictions, in shares of the highest mark."""
        from scipy.optimize import nnls

        signs = self._signs(views, X)
        self.scale_ = signs.mean(axis=0) + 1e-6
        # Drawn towards equal weights: so few errors cannot tell one kind of doubt from another for certain.
        kinds = signs.shape[1]
        pull = np.sqrt(EQUAL_WEIGHTS * len(errors))
        weighted = np.vstack([signs / self.scale_, pull * np.eye(kinds)])
        self.weights_ = nnls(weighted, np.concatenate([errors, np.full(kinds, pull * errors.mean() / kinds)]))[0]
        return self

    def predict(self, views: NDArray[np.float64], X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Likely size of the error, up to a factor, shape (responses,)."""
        return np.maximum(self._signs(views, X) / self.scale_ @ self.weights_, 0.01)

    @staticmethod
    def _signs(views: NDArray[np.float64], X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        share = np.clip(views.mean(axis=0), 0.02, 0.98)
        doubts = X[:, [RESPONSE_FEATURES.index(name) for name in _DOUBTS]]
        return np.column_stack([np.ones(len(X)), share * (1 - share), np.abs(views[0] - views[1]), doubts])


class MarkModel:
    """Judgement, mark and range of responses.

    The range holds the marks that lie within so many of a response's own spreads from its prediction; how many held the
    marker's mark in `coverage` of the responses left out of fitting, by groups, separately for each style (locally weighted
    conformal prediction: Lei et al., 2018).

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

        highest = np.array([style.max_mark for style in styles])
        share = np.asarray(marks) / highest
        self.judgement_ = MonotoneRegressor(self.seed).fit(X, np.asarray(judgements) / 3)
        self.mark_ = MonotoneRegressor(self.seed).fit(X, share)
        views = np.zeros((2, len(share)))
        owners = list(groups) if len(set(groups)) > 1 else [str(number) for number in range(len(share))]
        folds = list(GroupKFold(min(10, len(set(owners)))).split(X, share, owners))
        for train, test in folds:
            views[:, test] = MonotoneRegressor(self.seed).fit(X[train], share[train]).views(X[test])
        errors = np.abs(np.clip(views.mean(axis=0), 0, 1) - share)
        self.spread_ = Spread().fit(views, X, errors)
        # The spread is held out as well: one fitted on the errors it is measured by would look too good.
        spreads = np.zeros(len(share))
        for train, test in folds:
            spreads[test] = Spread().fit(views[:, train], X[train], errors[train]).predict(views[:, test], X[test])
        self.reach_ = {
            style.id: _conformal(errors[mine] / spreads[mine], self.coverage)
            for style in {style.id: style for style in styles}.values()
            for mine in [np.array([other.id == style.id for other in styles])]
        }
        return self

    def predict(self, X: Vectors, styles: Sequence[Style]) -> list[tuple[int, tuple[int, int], float]]:  # noqa: N803
        """For each response: suggested mark, range of marks, and judgement from 0 to 1."""
        views = self.mark_.views(X)
        shares = np.clip(views.mean(axis=0), 0, 1)
        spreads = self.spread_.predict(views, X)
        judgements = self.judgement_.predict(X)
        results = []
        for share, spread, judgement, style in zip(shares, spreads, judgements, styles, strict=True):
            expected, most = share * style.max_mark, style.max_mark
            mark = int(np.floor(expected + 0.5))
            reach = self.reach_[style.id] * spread if style.id in self.reach_ else self._reach_unknown(spread)
            reach *= most
            low, high = int(np.ceil(expected - reach)), int(np.floor(expected + reach))
            results.append((mark, (max(0, min(low, mark)), min(most, max(high, mark))), float(judgement)))
        return results

    def _reach_unknown(self, spread: float) -> float:
        """Nothing is known of how a style never seen is marked: its range is wider than any."""
        return max(UNKNOWN_STYLE * max(self.reach_.values()) * spread, UNKNOWN_LEAST)


def _conformal(scores: NDArray[np.float64], coverage: float) -> float:
    """The score that `coverage` of new ones will not go beyond, as far as those held out can tell."""
    rank = min(len(scores) - 1, int(np.ceil(coverage * (len(scores) + 1))) - 1)
    return float(np.sort(scores)[rank])
