"""The class picture as HTML. It reads the same in print and without colour: signs, hatching and figures carry it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.class_picture import ClassPicture, Comparison
from assistant.reports.rendering import TEMPLATES, template

SIGNS = {"developed": "●", "mentioned": "◐", "missing": "○"}
WORDS = {"developed": "developed", "mentioned": "mentioned", "missing": "not raised"}


def picture_page(pictures: Sequence[ClassPicture], comparison: Comparison | None = None) -> str:
    """The picture as a page of its own, to keep or print."""
    return template("class_picture.html").render(_values(pictures, comparison))


def picture_part(pictures: Sequence[ClassPicture], comparison: Comparison | None = None) -> str:
    """The picture to stand within another page, which needs `picture_style` as well."""
    return template("class_picture_part.html").render(_values(pictures, comparison))


def picture_style() -> str:
    """The style sheet of the picture."""
    return (TEMPLATES / "class_picture_style.css").read_text(encoding="utf-8")


def _values(pictures: Sequence[ClassPicture], comparison: Comparison | None) -> dict[str, Any]:
    return {"pictures": pictures, "comparison": comparison, "signs": SIGNS, "words": WORDS}
