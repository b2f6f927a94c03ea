"""What recognising facts rests on, and where it goes wrong: ablation, working points and errors by kind.

Everything is held out: encoders never saw the responses they read, estimators are fitted on other folds, and each fold's
working point is chosen on the others.

    python tests/benchmarks/evidence.py [--scheme question|response] [--quick]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from assistant.nlp.encoder import load_tokenizer
from assistant.scoring import artefacts
from assistant.scoring.held_out import SCHEMES, load_held_out
from assistant.scoring.matcher import FactDecider
from assistant.scoring.model_training import (
    PLANTED_WEIGHT,
    EvidenceCounts,
    Labels,
    TrainingRow,
    candidates_of,
    choose_fact_threshold,
    count_evidence,
    fit_deciders,
    lay_labels,
)
from assistant.scoring.signals import NAMES
from assistant.training import Workbench

out = Console(highlight=False, width=110)
Probabilities = list[NDArray[np.float64]]

MARKED = {"marked_words", "marked_words_share", "marked_characters", "marked_characters_share", "rate", "usual_rate"}
STEPS = (
    ("words in common (lemmas and terms, idf)", {"words", "words_mean", "words_margin", "pair_words", "length"}),
    ("+ character n-grams", {"characters"}),
    (
        "+ likeness to wordings, near misses and contradictions by the trained encoder",
        {
            "cosine",
            "cosine_mean",
            "cosine_margin",
            "near_miss",
            "contradiction",
            "contradiction_words",
            "fact_wordings",
        },
    ),
    ("+ the facts' trained heads", {"logit", "logit_margin", "logit_rank", "about", "about_gap"}),
    (
        "+ context: sentences before and after, topic, question",
        {
            "logit_before",
            "logit_after",
            "logit_elsewhere",
            "topic_before",
            "topic_response",
            "relevant",
            "likely_facts",
        },
    ),
    ("+ dates, figures, names and what stands around them, hedging", set(NAMES) - MARKED),
    ("+ marked responses: their sentences, and how often they convey a fact", set(NAMES)),
)


@dataclass
class Material:
    """The held-out rows of one scheme with their labels and folds, and the rows with planted errors beside them."""

    rows: list[TrainingRow]
    labels: list[Labels]
    planted: list[tuple[TrainingRow, Labels]]
    fold_of: Mapping[str, int]

    @property
    def folds(self) -> NDArray[np.int64]:
        """The fold of each row."""
        return np.array([self.fold_of[row.response.id] for row in self.rows])

    def parts(self, fold: int) -> tuple[list[int], list[int], list[tuple[TrainingRow, Labels]]]:
        """Rows outside a fold, rows inside, and the planted rows outside."""
        inside = self.folds == fold
        planted = [(row, label) for row, label in self.planted if self.fold_of[row.response.id] != fold]
        return np.flatnonzero(~inside).tolist(), np.flatnonzero(inside).tolist(), planted

    def conveyed(self, names: set[str]) -> Probabilities:
        """What deciders fitted on the other folds say of each row's candidates, from the named signals alone."""
        unused = [number for number, name in enumerate(NAMES) if name not in names]

        def known(values: NDArray[np.float32]) -> NDArray[np.float32]:
            part = values.copy()
            part[:, unused] = 0
            return part

        result: Probabilities = [np.zeros(0)] * len(self.rows)
        for fold in np.unique(self.folds):
            train, test, planted = self.parts(fold)
            real = [candidates_of(self.rows[i], self.labels[i]) for i in train]
            spoilt = [candidates_of(row, label).of_wrong_sentences() for row, label in planted]
            x, y, use, weight = (
                np.concatenate(columns)
                for columns in zip(
                    *(
                        (known(c.values), c.conveyed, c.settled, np.full(len(c.values), w))
                        for group, w in ((real, 1.0), (spoilt, PLANTED_WEIGHT))
                        for c in group
                    ),
                    strict=True,
                )
            )
            model = FactDecider().fit(x[use], y[use], weight[use])
            for i in test:
                result[i] = model.predict_proba(known(self.rows[i].signals.values))[:, 1]
        return result

    def wrong(self) -> Probabilities:
        """What deciders fitted on the other folds say of each row's candidates being wrong, from all signals."""
        result: Probabilities = [np.zeros(0)] * len(self.rows)
        for fold in np.unique(self.folds):
            train, test, planted = self.parts(fold)
            deciders = fit_deciders([self.rows[i] for i in train], [self.labels[i] for i in train], True, 0, planted)
            for i in test:
                values = self.rows[i].signals.values
                credit = deciders.facts.predict_proba(values)[:, 1]
                result[i] = deciders.errors.predict_proba(np.column_stack([values, credit]))[:, 1]
        return result

    def thresholds(self, probabilities: Probabilities) -> NDArray[np.float64]:
        """For each row the working point that suits the other folds best."""
        result = np.zeros(len(self.rows))
        for fold in np.unique(self.folds):
            others = np.flatnonzero(self.folds != fold)
            result[self.folds == fold] = choose_fact_threshold(
                [self.rows[i] for i in others], [self.labels[i] for i in others], [probabilities[i] for i in others]
            )
        return result

    def count(self, probabilities: Probabilities, thresholds: Sequence[float] | NDArray[np.float64]) -> EvidenceCounts:
        """Agreement over all rows."""
        parts = zip(self.rows, self.labels, probabilities, thresholds, strict=True)
        return sum((count_evidence(*part) for part in parts), EvidenceCounts())


def load(scheme: str) -> Material:
    """The material of a scheme, from the shipped held-out signals."""
    folder = artefacts.models_folder()
    bench = Workbench("stalin", folder)
    path = artefacts.checked(folder, f"{bench.course.id}-held-out.npz", artefacts.read_manifest(folder))
    held = load_held_out(path, [fact.id for fact in bench.course.facts])[scheme]
    rows = bench.rows(bench.responses, held)
    planted = [(row, lay_labels(bench.course, row.response, row.reading)) for row in bench.rows(bench.planted(), held)]
    labels = [lay_labels(bench.course, row.response, row.reading) for row in rows]
    return Material(rows, labels, planted, dict(zip(held.ids, held.folds, strict=True)))


def known_words() -> frozenset[str]:
    """Words that are spelt as the encoder's tokenizer or the bank of wordings spells them."""
    bench = Workbench("stalin", artefacts.models_folder())
    bank = [text for wordings in bench.bank.values() for text in wordings.wordings]
    spelt = {word.strip(".,;:!?'\"()").lower() for text in bank for word in text.split()}
    return frozenset(spelt | set(load_tokenizer(bench.tokenizer).get_vocab()))


def kinds_of(material: Material, row: int, fact: int, sentences: Sequence[int], known: frozenset[str]) -> list[str]:
    """How a credited point was made; one point may be of several kinds."""
    reading, signals = material.rows[row].reading, material.rows[row].signals
    candidates = [i for i in np.flatnonzero(signals.fact == fact) if signals.sentence[i] in sentences]
    likeness = max((float(signals.values[i, NAMES.index("words")]) for i in candidates), default=0.0)
    words = [word for number in sentences for word in reading.sentences[number].words if word.isalpha()]
    kinds = []
    if likeness >= 0.35:
        kinds.append("close to a known wording")
    elif likeness >= 0.15:
        kinds.append("paraphrase")
    else:
        kinds.append("implicit: hardly a word in common")
    if len(sentences) > 1:
        kinds.append("split over sentences, or said twice")
    if sum(word.lower() not in known for word in words) > len(words) / 15:
        kinds.append("misspelt")
    if len(words) < 8 * len(sentences):
        kinds.append("terse: under eight words")
    return kinds


def errors_by_kind(
    material: Material, probabilities: Probabilities, thresholds: NDArray[np.float64], known: frozenset[str]
) -> Table:
    """Recall of the marker's lines by how the point was made, and what credits beside the marker are."""
    due: Counter[str] = Counter()
    found: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    for i, (row, label, p) in enumerate(zip(material.rows, material.labels, probabilities, strict=True)):
        given = set(row.signals.fact[p >= thresholds[i]].tolist())
        for facts in label.lines:
            fact = max(facts, key=lambda f: float(p[row.signals.fact == f].max(initial=0.0)))
            sentences = np.flatnonzero(label.conveyed[:, sorted(facts)].any(axis=1)).tolist()
            for kind in kinds_of(material, i, fact, sentences, known):
                due[kind] += 1
                found[kind] += bool(facts & given)
        open_facts = set(np.flatnonzero(label.wrong.any(axis=0) | ~label.counted).tolist())
        for fact in given - frozenset().union(*label.lines) - open_facts:
            places = row.signals.sentence[(row.signals.fact == fact) & (p >= thresholds[i])]
            beside = label.conveyed[places].any()
            extra["near miss: the sentence conveys other facts" if beside else "the marker credits nothing here"] += 1
    table = Table("Kind", "due", "found", "recall", title="Points by how they were made, and credits beside the marker")
    for kind, count in due.most_common():
        table.add_row(kind, str(count), str(found[kind]), f"{found[kind] / count:.2f}")
    for kind, count in extra.most_common():
        table.add_row(f"extra credit; {kind}", "", str(count), "")
    return table


def curve_of_accusations(material: Material, probabilities: Probabilities) -> Table:
    """Precision and recall of wrong claims by sentence over working points."""
    scored: list[tuple[float, bool]] = []
    for row, label, p in zip(material.rows, material.labels, probabilities, strict=True):
        best = np.zeros(len(row.reading.sentences))
        np.maximum.at(best, row.signals.sentence, p)
        scored += list(zip(best.tolist(), label.wrong.any(axis=1).tolist(), strict=True))
    scored.sort(reverse=True)
    total = sum(wrong for _, wrong in scored)
    hits = np.cumsum([wrong for _, wrong in scored])
    table = Table("Accusations", "probability", "precision", "recall", title=f"Wrong claims ({total} sentences)")
    for count in (10, 20, 30, 40, 60, 80, 100, 130, 160, 200, 250, 300, 400):
        if count <= len(scored):
            right = int(hits[count - 1])
            table.add_row(str(count), f"{scored[count - 1][0]:.2f}", f"{right / count:.2f}", f"{right / total:.2f}")
    return table


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scheme", choices=SCHEMES, default="question")
    parser.add_argument("--quick", action="store_true", help="the last step of the ablation alone")
    options = parser.parse_args()
    material = load(options.scheme)
    ablation = Table("Signals", "precision", "recall", "F1", title=f"Facts, held out by {options.scheme}")
    names: set[str] = set()
    probabilities: Probabilities = []
    thresholds = np.zeros(0)
    for step, (label, more) in enumerate(STEPS):
        names |= more
        if options.quick and step < len(STEPS) - 1:
            continue
        probabilities = material.conveyed(names)
        thresholds = material.thresholds(probabilities)
        counts = material.count(probabilities, thresholds)
        ablation.add_row(label, f"{counts.precision:.3f}", f"{counts.recall:.3f}", f"{counts.f1:.3f}")
    out.print(ablation)
    points = Table("Probability", "precision", "recall", "F1", title="Working points of credit")
    for point in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        counts = material.count(probabilities, [point] * len(material.rows))
        points.add_row(f"{point:.1f}", f"{counts.precision:.3f}", f"{counts.recall:.3f}", f"{counts.f1:.3f}")
    out.print(points)
    out.print(errors_by_kind(material, probabilities, thresholds, known_words()))
    out.print(curve_of_accusations(material, material.wrong()))


if __name__ == "__main__":
    main()
