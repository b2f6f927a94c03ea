from pathlib import Path

import numpy as np
import pytest

from assistant.nlp.encoder import DIMENSIONS
from assistant.scoring.bank_cache import CACHE_VARIABLE, KEPT_FILES, BankReading, cache_folder, key_of, read_bank

TEXTS = ["Stalin was General Secretary.", "Trotsky missed the funeral.", "–"]
MADE_WITH = ["encoder", "terms"]


class Reader:
    """Reads a bank, and counts how often it had to."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> BankReading:
        self.times += 1
        vectors = np.random.default_rng(1).normal(size=(len(TEXTS), DIMENSIONS)).astype(np.float32)
        return BankReading(vectors, ["stalin secretary", "trotsky funérailles", "-"])


@pytest.fixture
def reader():
    return Reader()


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_a_bank_is_read_once(tmp_path, reader):
    first = read_bank(TEXTS, MADE_WITH, reader, tmp_path)
    second = read_bank(TEXTS, MADE_WITH, reader, tmp_path)
    assert reader.times == 1
    assert second.forms == first.forms == second.lemmas(TEXTS)
    np.testing.assert_array_equal(second.vectors, first.vectors)
    np.testing.assert_array_equal([item.pieces[0] for item in second.encode(TEXTS)], first.vectors)


@pytest.mark.parametrize(
    ("texts", "made_with"),
    [
        (TEXTS[::-1], MADE_WITH),
        (TEXTS, ["another encoder", "terms"]),
        (["".join(TEXTS[:2]), *TEXTS[1:]], MADE_WITH),
        (TEXTS, ["encoder", "terms", ""]),
    ],
)
def test_another_bank_or_encoder_is_another_key(texts, made_with):
    assert key_of(texts, made_with) != key_of(TEXTS, MADE_WITH)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def turned(content: bytes) -> bytes:
    """One bit of a vector turned: the archive's own checksum tells."""
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("damage", [cut, turned, lambda content: b"", lambda content: b"no archive at all"])
def test_a_damaged_file_is_made_anew(tmp_path, reader, damage):
    first = read_bank(TEXTS, MADE_WITH, reader, tmp_path)
    path = only_file(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    for _ in range(2):
        np.testing.assert_array_equal(read_bank(TEXTS, MADE_WITH, reader, tmp_path).vectors, first.vectors)
    assert reader.times == 2
    assert only_file(tmp_path) == path


@pytest.mark.parametrize(
    "arrays",
    [
        {"vectors": np.zeros((2, DIMENSIONS), dtype=np.float32), "forms": np.frombuffer(b"a\nb\nc", dtype=np.uint8)},
        {"vectors": np.full((3, DIMENSIONS), np.nan, np.float32), "forms": np.frombuffer(b"a\nb\nc", dtype=np.uint8)},
        {"vectors": np.zeros((3, DIMENSIONS), dtype=np.float64), "forms": np.frombuffer(b"a\nb\nc", dtype=np.uint8)},
        {"vectors": np.zeros((3, DIMENSIONS), dtype=np.float32), "forms": np.frombuffer(b"a\nb", dtype=np.uint8)},
        {"vectors": np.zeros((3, DIMENSIONS), dtype=np.float32), "forms": np.frombuffer(b"\xff\n\n", dtype=np.uint8)},
        {"vectors": np.zeros((3, DIMENSIONS), dtype=np.float32), "forms": np.array(["a", "b", None], dtype=object)},
        {"vectors": np.zeros((3, DIMENSIONS), dtype=np.float32)},
    ],
)
def test_a_file_of_another_shape_or_with_objects_in_it_is_not_believed(tmp_path, reader, arrays):
    read_bank(TEXTS, MADE_WITH, reader, tmp_path)
    np.savez(only_file(tmp_path), **arrays)
    assert read_bank(TEXTS, MADE_WITH, reader, tmp_path).forms[0] == "stalin secretary"
    assert reader.times == 2


def test_a_folder_that_cannot_be_made_does_no_harm(tmp_path, reader):
    (tmp_path / "file").write_text("in the way")
    for _ in range(2):
        assert read_bank(TEXTS, MADE_WITH, reader, tmp_path / "file" / "below").forms[2] == "-"
    assert reader.times == 2


def test_only_the_last_banks_are_kept(tmp_path, reader):
    for number in range(KEPT_FILES + 3):
        read_bank(TEXTS, [str(number)], reader, tmp_path)
    kept = {path.name for path in tmp_path.iterdir()}
    assert len(kept) == KEPT_FILES
    assert f"bank-{key_of(TEXTS, [str(KEPT_FILES + 2)])}.npz" in kept


def test_the_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv(CACHE_VARIABLE)
    assert cache_folder().name and cache_folder() != tmp_path
