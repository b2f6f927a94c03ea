"""What reading a course's bank of wordings gave, kept from one start to the next in a per-user folder.

A course without trained models has its bank read and encoded when it is first used, which takes seconds for a few
hundred facts and a minute for a large bank. The cache holds plain arrays and nothing that could run as code; a file that is missing,
damaged or of other texts is made anew, and a folder that cannot be written to costs no more than the time.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from assistant.nlp.encoder import DIMENSIONS, EncodedSentence, Vectors

APPLICATION = "essay-practice-assistant"
CACHE_VARIABLE = "ASSISTANT_CACHE"
KEPT_FILES = 8
"""Banks that are kept; an edited course is another bank."""


@dataclass(frozen=True)
class BankReading:
    """The texts of a bank as read: `vectors` of shape (texts, 384), unit rows, and the comparable words of each text."""

    vectors: Vectors
    forms: list[str]

    def encode(self, texts: Sequence[str]) -> list[EncodedSentence]:
        """The vectors in the form in which the encoder gives them; `texts` must be those of the bank."""
        return [EncodedSentence(vector[None, :]) for vector in self.vectors]

    def lemmas(self, texts: Sequence[str]) -> list[str]:
        """The comparable words; `texts` must be those of the bank."""
        return self.forms


def cache_folder() -> Path:
    """Where banks are kept: the folder in the environment variable ASSISTANT_CACHE, else a per-user one."""
    given = os.environ.get(CACHE_VARIABLE, "").strip()
    return Path(given) if given else platformdirs.user_cache_path(APPLICATION, appauthor=False)


def key_of(texts: Sequence[str], made_with: Iterable[str]) -> str:
    """A hash of the texts and of all that the reading of them rests on."""
    digest = hashlib.sha256()
    for part in (*made_with, "", *texts):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


def read_bank(
    texts: Sequence[str], made_with: Iterable[str], read: Callable[[], BankReading], folder: Path | None = None
) -> BankReading:
    """The reading of a bank: as it was kept, or made by `read` and kept.

    Args:
        texts: the texts of the bank.
        made_with: hashes and versions of all that a reading rests on beside the texts.
        read: reads the texts.
        folder: where readings are kept.
    """
    folder = folder or cache_folder()
    path = folder / f"bank-{key_of(texts, made_with)}.npz"
    kept = _load(path, len(texts))
    if kept is not None:
        with suppress(OSError):
            path.touch()  # the banks used last are kept
        return kept
    reading = read()
    with suppress(OSError):
        _save(reading, path)
    return reading


def _load(path: Path, count: int) -> BankReading | None:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            vectors, letters = arrays["vectors"], arrays["forms"]
            forms = letters.tobytes().decode().split("\n")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if vectors.shape != (count, DIMENSIONS) or vectors.dtype != np.float32 or len(forms) != count:
        return None
    return BankReading(vectors, forms) if np.isfinite(vectors).all() else None


def _save(reading: BankReading, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    forms = np.frombuffer("\n".join(reading.forms).encode(), dtype=np.uint8)
    # Complete or not at all: another process may read the file while this one writes it.
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            np.savez(file, vectors=reading.vectors.astype(np.float32), forms=forms)
        except BaseException:
            file.close()
            part.unlink()
            raise
    part.replace(path)
    for old in sorted(path.parent.glob("bank-*.npz"), key=lambda kept: kept.stat().st_mtime)[:-KEPT_FILES]:
        old.unlink(missing_ok=True)
