"""What the benchmarks on public data share: similarities of sentences and key points, without any training."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from scipy.stats import rankdata
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.nlp.encoder import SentenceEncoder
from assistant.scoring.artefacts import ENCODER, TOKENIZER, models_folder

Matrix = NDArray[np.float64]
out = Console(highlight=False)


def skip(reason: str) -> NoReturn:
    """Say why nothing is measured, and stop: what is not there is no failure."""
    out.print(f"Skipped: {reason}")
    sys.exit(0)


def add_encoder_options(parser: argparse.ArgumentParser) -> None:
    """Options that name the encoder; the shipped one by default."""
    parser.add_argument("--encoder", type=Path, default=models_folder() / ENCODER, help="ONNX file of the encoder")
    parser.add_argument("--tokenizer", type=Path, default=models_folder() / TOKENIZER, help="its tokenizer.json")
    parser.add_argument("--quick", action="store_true", help="a part of the data, in seconds")


class EncoderVectors:
    """Unit vectors of texts, each read alone, by the encoder the command line names."""

    def __init__(self, options: argparse.Namespace) -> None:
        for path in (options.encoder, options.tokenizer):
            if not path.is_file():
                skip(f"there is no {path}; run 'assistant train' first or name another encoder.")
        self._encoder = SentenceEncoder(options.encoder, options.tokenizer)

    def __call__(self, texts: Sequence[str]) -> Matrix:
        """Vectors of `texts`, shape (texts, 384); a text that occurs twice is encoded once."""
        unique = list(dict.fromkeys(texts))
        place = {text: number for number, text in enumerate(unique)}
        vectors = np.stack([sentence.mean for sentence in self._encoder.encode(unique)]).astype(np.float64)
        return vectors[[place[text] for text in texts]]


def character_tfidf(texts: Sequence[str]) -> TfidfVectorizer:
    """The peer: TF-IDF of character three- to five-grams, its document frequencies taken from `texts`."""
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit(texts)


def centred(first: Matrix, second: Matrix, shared: Matrix) -> Matrix:
    """Cosines of unit rows once the direction `shared` is projected out of both, shape (first, second).

    It takes away what all sentences on a topic have in common.
    """
    unit = shared / max(float(np.linalg.norm(shared)), 1e-9)
    along_first, along_second = first @ unit, second @ unit
    left = np.clip(1 - along_first**2, 0.02, None)
    right = np.clip(1 - along_second**2, 0.02, None)
    return (first @ second.T - np.outer(along_first, along_second)) / np.sqrt(np.outer(left, right))


def mean_rank(*scores: Matrix) -> Matrix:
    """Mean of the ranks of several scores of the same pairs, from 0 to 1."""
    return np.mean([rankdata(score).reshape(score.shape) / score.size for score in scores], axis=0)
