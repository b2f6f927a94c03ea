"""ASAP-AES: the holistic scorer on essays of eight prompts, marked by people; the usual five folds.

    python tests/benchmarks/asap.py DATA_DIR

DATA_DIR holds `training_set_rel3.tsv` (or the same with `.gz`) of the Automated Student Assessment Prize (Hewlett Foundation,
2012) and `folds/fold_0 ... fold_4`, each with `train_ids.txt` and `test_ids.txt` (Taghipour & Ng, 2016). A model is fitted for
each prompt and fold on the training part alone; the part for development is not touched, as what is chosen is chosen by inner
folds of the training part. Agreement with the resolved score is quadratic weighted kappa, averaged over folds, then prompts.

Published, with the same folds: 0.761 Taghipour & Ng (2016), 0.785 HISK+BOSWE (Cozma et al., 2018), 0.794 R2BERT (Yang et al.,
2020), 0.817 NPCR (Xie et al., 2022). No prompt gets any treatment of its own.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.table import Table
from similarity import add_encoder_options, out, skip

from assistant.nlp.encoder import SentenceEncoder
from assistant.nlp.pipeline import build_tagger
from assistant.scoring.agreement import quadratic_weighted_kappa
from assistant.scoring.holistic import HolisticModel, read_essays

ESSAYS = "training_set_rel3.tsv"
FOLDS = 5
QUICK_ESSAYS = 120
PUBLISHED = {"Taghipour & Ng": 0.761, "HISK+BOSWE": 0.785, "R2BERT": 0.794, "NPCR": 0.817}
LOST_CHARACTER = "\ufffd"


def read_table(folder: Path) -> dict[int, list[tuple[int, str, int]]]:
    """Essays by prompt: id, text and score."""
    path = next((folder / name for name in (ESSAYS, f"{ESSAYS}.gz") if (folder / name).is_file()), None)
    if path is None:
        skip(f"there is no {ESSAYS} in {folder}.")
    csv.field_size_limit(10_000_000)
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    prompts: dict[int, list[tuple[int, str, int]]] = {}
    for row in csv.DictReader(io.StringIO(data.decode("utf-8", errors="replace")), delimiter="\t"):
        essay = row["essay"].replace(LOST_CHARACTER, "'")
        prompts.setdefault(int(row["essay_set"]), []).append((int(row["essay_id"]), essay, int(row["domain1_score"])))
    return prompts


def read_folds(folder: Path) -> list[tuple[set[int], set[int]]]:
    """Ids of the training and the test part of each fold."""
    folds = []
    for number in range(FOLDS):
        parts = []
        for name in ("train_ids.txt", "test_ids.txt"):
            path = folder / "folds" / f"fold_{number}" / name
            if not path.is_file():
                skip(f"there is no {path}.")
            parts.append({int(line) for line in path.read_text(encoding="utf-8").split()})
        folds.append((parts[0], parts[1]))
    return folds


def evaluate(
    essays: Sequence[tuple[int, str, int]],
    folds: Sequence[tuple[set[int], set[int]]],
    encoder: SentenceEncoder,
    seed: int,
) -> list[float]:
    """Agreement in each fold on the essays of one prompt."""
    texts = read_essays([text for _, text, _ in essays], build_tagger(), encoder)
    scores = np.array([score for *_, score in essays])
    lowest, highest = int(scores.min()), int(scores.max())
    kappas = []
    for train_ids, test_ids in folds:
        train, test = (
            np.array([i for i, (key, *_) in enumerate(essays) if key in ids]) for ids in (train_ids, test_ids)
        )
        model = HolisticModel(lowest, highest, seed).fit(texts.take(train), scores[train].tolist())
        given = model.predict(texts.take(test))
        kappas.append(quadratic_weighted_kappa(scores[test].tolist(), given.tolist(), highest))
    return kappas


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help=f"folder with {ESSAYS} and folds/")
    parser.add_argument("--prompts", type=int, nargs="+", help="some of the prompts only")
    parser.add_argument("--seed", type=int, default=0)
    add_encoder_options(parser)
    options = parser.parse_args()
    for path in (options.encoder, options.tokenizer):
        if not path.is_file():
            skip(f"there is no {path}; run 'assistant train' first or name another encoder.")
    prompts, folds = read_table(options.data), read_folds(options.data)
    encoder = SentenceEncoder(options.encoder, options.tokenizer)
    table = Table("Prompt", "Essays", *[f"fold {number + 1}" for number in range(FOLDS)], "mean")
    means = []
    start = time.monotonic()
    for prompt in options.prompts or sorted(prompts):
        essays = prompts[prompt]
        if options.quick:
            essays = essays[:: max(1, len(essays) // QUICK_ESSAYS)]
        kappas = evaluate(essays, folds, encoder, options.seed)
        means.append(float(np.mean(kappas)))
        cells = [f"{kappa:.3f}" for kappa in (*kappas, means[-1])]
        table.add_row(str(prompt), str(len(essays)), *cells)
        out.print(f"prompt {prompt}: {means[-1]:.3f} ({(time.monotonic() - start) / 60:.0f} min in all)")
    table.add_section()
    table.add_row("mean", "", *[""] * FOLDS, f"{np.mean(means):.3f}")
    for name, kappa in PUBLISHED.items():
        table.add_row(name, "", *[""] * FOLDS, f"{kappa:.3f}")
    out.print(table)


if __name__ == "__main__":
    main()
