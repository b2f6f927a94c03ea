"""ArgKP-2021: does an argument express a key point? Measured untrained, on the shared task's test set.

    python tests/benchmarks/argkp.py DATA_DIR

DATA_DIR holds `arguments_test.csv`, `key_points_test.csv` and `labels_test.csv` (Bar-Haim et al., ACL 2020; Friedman et
al., ArgMining 2021). For each topic and stance every argument is given its best key point; the surer half of the
arguments is kept, and mean average precision over all of them (right / kept, not right / right) is averaged over topics
and stances. A pair without a label counts as wrong (strict) or right (relaxed). AUC is over the labelled pairs.

Peers: character TF-IDF is measured here, on the same texts (.475 / .640 when its document frequencies come from the test
texts, as below). Figures for comparison, as stated in the README of the data we were given: untuned MiniLM-L6 as int8
ONNX .323 / .453 raw and .498 / .668 centred, with TF-IDF .590 / .738; twenty lexical features and logistic regression
trained in domain .577 / .720; published fine-tuned RoBERTa about .79 / .93. Nothing here is trained on these data.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from rich.table import Table
from similarity import EncoderVectors, Matrix, add_encoder_options, centred, character_tfidf, mean_rank, out, skip
from sklearn.metrics import roc_auc_score

FILES = ("arguments_test.csv", "key_points_test.csv", "labels_test.csv")
KEPT = 0.5
Groups = list[tuple[pd.DataFrame, pd.DataFrame]]
Labels = Mapping[tuple[str, str], int]


def average_precision(confidence: Matrix, right: Matrix) -> float:
    """Mean over the surer half of how much is right up to there, counting only where the pair itself is right.

    >>> round(average_precision(np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1, 0.0, 0.0]), np.array([1, 0, 1, 1, 1, 1, 1, 1])), 4)
    0.6042
    """
    order = np.argsort(-confidence, kind="stable")[: int(len(confidence) * KEPT)]
    kept = right[order]
    return float((kept * np.cumsum(kept) / np.arange(1, len(kept) + 1)).mean())


def evaluate(groups: Groups, labels: Labels, scores: list[Matrix]) -> tuple[float, float, float]:
    """Strict and relaxed mAP, and AUC over labelled pairs."""
    precisions: dict[int, list[float]] = {0: [], 1: []}
    labelled: list[tuple[float, int]] = []
    for (arguments, key_points), score in zip(groups, scores, strict=True):
        ids = key_points.key_point_id.tolist()
        best = score.argmax(axis=1)
        for unlabelled, values in precisions.items():
            right = [labels.get((a, ids[k]), unlabelled) for a, k in zip(arguments.arg_id, best, strict=True)]
            values.append(average_precision(score.max(axis=1), np.array(right)))
        for row, argument in enumerate(arguments.arg_id):
            pairs = ((score[row, column], labels.get((argument, name))) for column, name in enumerate(ids))
            labelled += [(value, label) for value, label in pairs if label is not None]
    values, truth = zip(*labelled, strict=True)
    return float(np.mean(precisions[0])), float(np.mean(precisions[1])), float(roc_auc_score(truth, values))


def similarities(groups: Groups, vectors: Callable[[list[str]], Matrix]) -> tuple[list[Matrix], list[Matrix]]:
    """Raw and centred cosines of each group; the shared direction is the mean of the group's key points."""
    raw, projected = [], []
    for arguments, key_points in groups:
        first, second = vectors(arguments.argument.tolist()), vectors(key_points.key_point.tolist())
        raw.append(first @ second.T)
        projected.append(centred(first, second, second.mean(axis=0)))
    return raw, projected


def mixed(first: list[Matrix], second: list[Matrix]) -> list[Matrix]:
    """Mean rank of two scores over all pairs of all groups."""
    ranks = mean_rank(np.concatenate([m.ravel() for m in first]), np.concatenate([m.ravel() for m in second]))
    cuts = np.cumsum([m.size for m in first])[:-1]
    return [part.reshape(matrix.shape) for part, matrix in zip(np.split(ranks, cuts), first, strict=True)]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder of ArgKP-2021")
    add_encoder_options(parser)
    options = parser.parse_args()
    for name in FILES:
        if not (options.data / name).is_file():
            skip(f"there is no {options.data / name}.")
    encoder = EncoderVectors(options)
    arguments, key_points, label_rows = (pd.read_csv(options.data / name) for name in FILES)
    labels = {(a, k): int(label) for a, k, label in label_rows.itertuples(index=False)}
    of_group = key_points.groupby(["topic", "stance"])
    groups = [(rows, of_group.get_group(key)) for key, rows in arguments.groupby(["topic", "stance"])]
    if options.quick:
        groups = groups[:2]
    texts = [text for a, k in groups for text in (*a.argument, *k.key_point)]
    tfidf = character_tfidf(texts)
    raw, projected = similarities(groups, encoder)
    peer_raw, peer_projected = similarities(groups, lambda wanted: tfidf.transform(wanted).toarray())
    table = Table("Similarity", "mAP strict", "mAP relaxed", "AUC", title="ArgKP-2021 test set, nothing trained on it")
    for name, scores in (
        ("encoder, raw cosine", raw),
        ("encoder, centred", projected),
        ("peer: character TF-IDF", peer_raw),
        ("peer: character TF-IDF, centred", peer_projected),
        ("mean rank of both, centred", mixed(projected, peer_projected)),
    ):
        table.add_row(name, *(f"{figure:.3f}" for figure in evaluate(groups, labels, scores)))
    out.print(table)


if __name__ == "__main__":
    main()
