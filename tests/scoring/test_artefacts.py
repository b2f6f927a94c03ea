import json
from dataclasses import dataclass, field

import joblib
import pytest

from assistant.scoring import artefacts
from assistant.scoring.artefacts import (
    ArtefactError,
    checked,
    load_course_artefact,
    load_general_artefact,
    read_manifest,
)


@dataclass
class TinyIndex:
    fact_ids: tuple[str, ...] = ("a", "b")


@dataclass
class TinyArtefact:
    index: TinyIndex = field(default_factory=TinyIndex)


@pytest.fixture
def folder(tmp_path):
    """Models of a course 'tiny' and the general ones, as small as can be."""
    joblib.dump(TinyArtefact(), tmp_path / "tiny.joblib")
    joblib.dump(TinyArtefact(), tmp_path / "general.joblib")
    (tmp_path / "encoder.onnx").write_bytes(b"not really a network")
    (tmp_path / "tokenizer.json").write_text("{}")
    artefacts.write_manifest(tmp_path, {"version": "1"})
    return tmp_path


@pytest.fixture
def unopened(monkeypatch):
    """Fails the test if a joblib file is opened."""

    def load(path):
        raise AssertionError(f"{path} was opened")

    monkeypatch.setattr(artefacts.joblib, "load", load)


def change_manifest(folder, **changes):
    path = folder / artefacts.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


LOADERS = pytest.mark.parametrize(
    ("name", "load"),
    [
        ("tiny.joblib", lambda folder: load_course_artefact(folder, "tiny", ("a", "b"))),
        ("general.joblib", load_general_artefact),
    ],
)


@LOADERS
def test_what_was_saved_is_loaded(folder, name, load):
    assert load(folder) == TinyArtefact()


@LOADERS
def test_a_changed_byte_is_refused_unopened(folder, unopened, name, load):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ArtefactError, match=rf"{name} is damaged or was changed .* it was not loaded\.$"):
        load(folder)


@LOADERS
def test_a_missing_file_is_refused(folder, unopened, name, load):
    (folder / name).unlink()
    with pytest.raises(ArtefactError, match=rf"^The trained model {name} is missing; run 'assistant train' again\.$"):
        load(folder)


@LOADERS
@pytest.mark.parametrize("form", [0, 1, 3, "2", None])
def test_another_format_is_refused_unopened(folder, unopened, name, load, form):
    change_manifest(folder, format=form)
    with pytest.raises(ArtefactError, match="made by another version of the assistant"):
        load(folder)


@LOADERS
@pytest.mark.parametrize("libraries", [{"scikit-learn": "0.24.2"}, {}])
def test_another_scikit_learn_is_refused_unopened(folder, unopened, name, load, libraries):
    change_manifest(folder, libraries=libraries)
    with pytest.raises(ArtefactError, match=r"were made with scikit-learn .* is installed"):
        load(folder)


def test_a_patch_release_of_scikit_learn_is_accepted(folder):
    release = artefacts.library_versions()["scikit-learn"].rsplit(".", 1)[0] + ".999"
    change_manifest(folder, libraries={"scikit-learn": release})
    assert load_general_artefact(folder) == TinyArtefact()


def test_models_of_other_facts_are_refused(folder):
    with pytest.raises(ArtefactError, match="facts of the course 'tiny' have changed"):
        load_course_artefact(folder, "tiny", ("a", "c"))


def test_a_course_without_models_has_none(folder, unopened):
    assert load_course_artefact(folder, "other", ("a",)) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no trained models"),
        ("{", "cannot be read"),
        ("[]", "another version"),
        ('{"format": 1}', "another version"),
    ],
)
def test_a_manifest_that_is_none_is_refused(tmp_path, content, message):
    if content is not None:
        (tmp_path / artefacts.MANIFEST).write_text(content)
    with pytest.raises(ArtefactError, match=message):
        read_manifest(tmp_path)


def test_the_encoder_is_checked_as_well(folder):
    manifest = read_manifest(folder)
    assert checked(folder, artefacts.ENCODER, manifest) == folder / "encoder.onnx"
    (folder / "encoder.onnx").write_bytes(b"something else")
    with pytest.raises(ArtefactError, match=r"encoder\.onnx is damaged"):
        checked(folder, artefacts.ENCODER, manifest)
