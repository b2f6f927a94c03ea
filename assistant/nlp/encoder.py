"""The sentence encoder: MiniLM fine-tuned on a course, as a quantised ONNX file, run by onnxruntime.

A response is read in windows of whole sentences, so that a sentence is encoded with its neighbours ("He did so by ...")
and every word only once. The windows follow the paragraphs; see `windows_of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

DIMENSIONS = 384
WINDOW_PIECES = 128
CLS, SEP, UNKNOWN = 101, 102, 100
_BATCH_PIECES = 1024


@dataclass(frozen=True)
class EncodedSentence:
    """Word-piece vectors of one sentence, shape (pieces, 384), each read with its context."""

    pieces: Vectors

    @cached_property
    def mean(self) -> Vectors:
        """The sentence's vector: the mean of its pieces, unit length, shape (384,)."""
        vector = self.pieces.mean(axis=0)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)


def load_tokenizer(path: Path) -> Tokenizer:
    """The word-piece tokenizer, set neither to cut nor to pad."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def windows_of(lengths: Sequence[int], paragraphs: Sequence[int], limit: int = WINDOW_PIECES) -> list[list[int]]:
    """Group consecutive sentences of a paragraph into windows of at most `limit` word pieces.

    Args:
        lengths: word pieces of each sentence.
        paragraphs: number of the paragraph each sentence stands in.
        limit: a longer sentence gets a window of its own and is cut there.

    Returns:
        Lists of sentence indices, together every index once and in order.
    """
    windows: list[list[int]] = []
    room = 0
    for index, length in enumerate(lengths):
        length = min(length, limit)
        if not windows or paragraphs[index] != paragraphs[windows[-1][-1]] or length > room:
            windows.append([])
            room = limit
        windows[-1].append(index)
        room -= length
    return windows


class SentenceEncoder:
    """Encode the sentences of a response in context."""

    def __init__(self, model: Path, tokenizer: Path, threads: int = 2) -> None:
        import onnxruntime  # imported late: the command's --help need not wait for it

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Threads that wait for work by spinning take the core from what runs after the encoder.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = load_tokenizer(tokenizer)

    @cached_property
    def known_words(self) -> frozenset[str]:
        """Whole words of the encoder's vocabulary, lower case: English words and common names."""
        return frozenset(word for word in self._tokenizer.get_vocab() if word.isalpha())

    def encode(self, sentences: Sequence[str], paragraphs: Sequence[int] | None = None) -> list[EncodedSentence]:
        """Encode `sentences`; those of the same paragraph are read together. Without `paragraphs` each stands alone."""
        if not sentences:
            return []
        pieces = [
            encoding.ids[:WINDOW_PIECES] or [UNKNOWN]
            for encoding in self._tokenizer.encode_batch(list(sentences), add_special_tokens=False)
        ]
        numbers = list(range(len(sentences))) if paragraphs is None else list(paragraphs)
        windows = windows_of([len(ids) for ids in pieces], numbers)
        result: list[EncodedSentence | None] = [None] * len(sentences)
        for batch in self._batches(windows, pieces):
            width = max(sum(len(pieces[i]) for i in window) for window in batch) + 2
            ids = np.zeros((len(batch), width), dtype=np.int64)
            mask = np.zeros((len(batch), width), dtype=np.int64)
            for row, window in enumerate(batch):
                line = [CLS, *(piece for i in window for piece in pieces[i]), SEP]
                ids[row, : len(line)] = line
                mask[row, : len(line)] = 1
            states = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
            for row, window in enumerate(batch):
                start = 1
                for i in window:
                    result[i] = EncodedSentence(states[row, start : start + len(pieces[i])])
                    start += len(pieces[i])
        return [sentence for sentence in result if sentence is not None]

    @staticmethod
    def _batches(windows: list[list[int]], pieces: list[list[int]]) -> list[list[list[int]]]:
        """Windows of like length together, so that little is padded."""
        size = {id(window): sum(len(pieces[i]) for i in window) + 2 for window in windows}
        batches: list[list[list[int]]] = []
        widest = 0
        for window in sorted(windows, key=lambda window: size[id(window)]):
            widest = max(widest, size[id(window)])
            if (
                not batches
                or widest * (len(batches[-1]) + 1) > _BATCH_PIECES
                or widest > 1.3 * size[id(batches[-1][0])]
            ):
                batches.append([])
                widest = size[id(window)]
            batches[-1].append(window)
        return batches
