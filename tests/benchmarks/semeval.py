"""SemEval-2013 Task 7, two-way: does a short answer say what the reference answers say? SciEntsBank and Beetle.

    python tests/benchmarks/semeval.py FILE

FILE is the flat CSV (optionally gzipped) with the columns corpus, split, qid, question, refs (joined by `||`), answer and
label (Dzikovska et al., 2013). An answer's score is its best similarity to a reference answer. AUC needs no threshold;
macro F1 uses the one threshold that is best on the training split of the same corpus, the only thing learnt here. Centred
similarities have the question's own vector projected out: what merely repeats the question says nothing.

Peer: character TF-IDF, measured here on the same answers, its document frequencies from the training split. Figures for
comparison, as stated in the README of the data we were given (SciEntsBank AUC on unseen answers / questions / domains):
untuned MiniLM-L6 as int8 ONNX .714/.735/.725 raw and .748/.769/.721 centred, character TF-IDF .756/.760/.754 raw.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from rich.table import Table
from similarity import EncoderVectors, Matrix, add_encoder_options, centred, character_tfidf, out, skip
from sklearn.metrics import f1_score, roc_auc_score

COLUMNS = {"corpus", "split", "qid", "question", "refs", "answer", "label"}
SPLITS = {"unseen-answers": "A", "unseen-questions": "Q", "unseen-domains": "D"}


def best_threshold(scores: Matrix, right: Matrix) -> float:
    """The threshold with the best macro F1, of a hundred quantiles.

    >>> bool(0.3 < best_threshold(np.array([0.1, 0.3, 0.6, 0.9]), np.array([0, 0, 1, 1])) <= 0.6)
    True
    """
    candidates = np.unique(np.quantile(scores, np.linspace(0, 1, 101)))
    return float(max(candidates, key=lambda value: f1_score(right, scores >= value, average="macro", zero_division=0)))


def scores_of(rows: pd.DataFrame, vectors: Callable[[list[str]], Matrix]) -> tuple[Matrix, Matrix]:
    """Raw and centred similarity of each answer to its best reference."""
    raw, projected = np.zeros(len(rows)), np.zeros(len(rows))
    place = {index: number for number, index in enumerate(rows.index)}
    for _, group in rows.groupby("qid"):
        answers = vectors(group.answer.tolist())
        references = vectors(group.refs.iloc[0].split("||"))
        numbers = [place[index] for index in group.index]
        raw[numbers] = (answers @ references.T).max(axis=1)
        projected[numbers] = centred(answers, references, vectors([group.question.iloc[0]])[0]).max(axis=1)
    return raw, projected


def texts_of(rows: pd.DataFrame) -> list[str]:
    """Every text of the rows, each once."""
    references = (reference for refs in rows.refs.unique() for reference in refs.split("||"))
    return list(dict.fromkeys([*rows.answer, *rows.question, *references]))


def main() -> None:
    """Measure and print a table for each corpus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path, help="flat CSV of SemEval-2013 Task 7")
    add_encoder_options(parser)
    options = parser.parse_args()
    if not options.file.is_file():
        skip(f"there is no {options.file}.")
    encoder = EncoderVectors(options)
    data = pd.read_csv(options.file, dtype=str, keep_default_na=False)
    if missing := COLUMNS - set(data.columns):
        skip(f"{options.file} has no column {', '.join(sorted(missing))}.")
    data["right"] = (data.label == "correct").astype(int)
    if options.quick:
        data = data.groupby(["corpus", "split"]).head(150)
    for corpus, rows in data.groupby("corpus"):
        rows = rows.reset_index(drop=True)
        texts = texts_of(rows)
        encoded = dict(zip(texts, encoder(texts), strict=True))
        tfidf = character_tfidf(texts_of(rows[rows.split == "train"]))
        vectorizers = {
            "encoder": lambda wanted, known=encoded: np.stack([known[text] for text in wanted]),
            "peer: character TF-IDF": lambda wanted, peer=tfidf: peer.transform(wanted).toarray(),
        }
        table = Table("Similarity", *(f"{short} {figure}" for short in SPLITS.values() for figure in ("AUC", "F1")))
        table.title = f"{corpus}, two-way; unseen answers (A), questions (Q), domains (D)"
        for name, vectors in vectorizers.items():
            for kind, scores in zip(("raw cosine", "centred"), scores_of(rows, vectors), strict=True):
                right = rows.right.to_numpy()
                train = (rows.split == "train").to_numpy()
                threshold = best_threshold(scores[train], right[train])
                cells = []
                for split in SPLITS:
                    chosen = (rows.split == split).to_numpy()
                    if not chosen.any():
                        cells += ["-", "-"]
                        continue
                    auc = roc_auc_score(right[chosen], scores[chosen])
                    f1 = f1_score(right[chosen], scores[chosen] >= threshold, average="macro")
                    cells += [f"{auc:.3f}", f"{f1:.3f}"]
                table.add_row(f"{name}, {kind}", *cells)
        out.print(table)


if __name__ == "__main__":
    main()
