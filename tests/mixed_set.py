"""A class set as they come: 30 files of a Moodle download, good, broken, repeated, misnamed and off the question."""

from __future__ import annotations

import html
import io
import zipfile
from pathlib import Path

from docx import Document
from odf.opendocument import OpenDocumentText
from odf.text import P

from assistant.corpus.loading import find_course, load_responses, responses_of

QUESTION = "stalin-victory"
OTHER_QUESTION = "famine"
_NAMES = """
Abbott Baker Carter Dawson Ellis Foster Grant Hughes Irving Jarvis Keane Lowe Morris Nolan Osborne Porter Quinn Reeves
Saunders Turner Underhill Vaughan Walsh Xavier Yates Zimmer
"""
FAMILY_NAMES = _NAMES.split()
OFF_COURSE = (
    "Photosynthesis takes place in the chloroplasts of green plants. Light falls on chlorophyll and its energy splits "
    "water into oxygen and hydrogen. The hydrogen then turns carbon dioxide into glucose. Plants keep the glucose as "
    "starch, or burn it in respiration. Without light the whole process stops, and the leaves turn yellow in time."
)


def documents() -> dict[str, bytes]:
    """The files by name. Texts are practice responses of the course `stalin`."""
    by_question: dict[str, list[str]] = {}
    for response in load_responses(responses_of(find_course("stalin"))):
        by_question.setdefault(response.question, []).append(response.layout()[0])
    texts, others = (sorted(by_question[question], key=len)[-11:] for question in (QUESTION, OTHER_QUESTION))
    files: dict[str, bytes] = {}

    def hand_in(number: int, name: str, data: bytes, kind: str = "file") -> None:
        student = f"Ada {FAMILY_NAMES[number]}"
        files[f"{student}_{7000 + number}_assignsubmission_{kind}_/{name}"] = data

    for number in range(6):
        hand_in(number, f"{QUESTION}.txt", texts[number].encode())
    for number in range(6, 10):
        hand_in(number, f"{OTHER_QUESTION}.txt", others[number].encode())
    hand_in(10, f"{QUESTION}.docx", _docx(texts[0].split("\n\n")))  # the words of the first in another kind of file
    hand_in(11, f"{QUESTION}.txt", texts[1].replace(" the ", " that ", 3).encode())
    hand_in(12, "onlinetext.html", f"<p>{html.escape(texts[10])}</p>".encode(), "onlinetext")
    hand_in(13, "essay final.txt", others[10].encode())  # the name says nothing of the question
    hand_in(14, f"{QUESTION} wrong.txt", others[5].encode())  # answers another question
    hand_in(15, f"{QUESTION}.txt", b"")
    hand_in(16, f"{QUESTION}.docx", b"no document")
    hand_in(17, f"{QUESTION}.pdf", b"%PDF-1.4 broken")
    hand_in(18, f"{QUESTION}.jpg", b"\xff\xd8\xff")
    hand_in(19, f"{QUESTION}.txt", b"K\xf6nigin " * 40)
    hand_in(20, f"{QUESTION}.pdf", _docx(["A document by another name."]))
    hand_in(21, "biology.txt", OFF_COURSE.encode())
    hand_in(22, f"{QUESTION}.txt", b"Stalin won.")
    hand_in(23, f"{QUESTION}.odt", _odt(texts[7].split("\n\n")))
    hand_in(24, f"{QUESTION}.md", texts[8].encode("utf-8-sig"))
    hand_in(25, f"{QUESTION}.txt", ("Ada Zimmer\n\n" + texts[9]).encode())
    hand_in(25, f"{QUESTION} 2.txt", texts[6].encode())  # a second file of the same student
    files[f"Smith Bo - {OTHER_QUESTION}.txt"] = others[4].encode()
    files["=cmd.txt"] = others[3].encode()
    files[f"{QUESTION}/notes.txt"] = b"\0\1\2"
    return files


def _docx(paragraphs: list[str]) -> bytes:
    document, buffer = Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(buffer)
    return buffer.getvalue()


def _odt(paragraphs: list[str]) -> bytes:
    document, buffer = OpenDocumentText(), io.BytesIO()
    for paragraph in paragraphs:
        document.text.addElement(P(text=paragraph))
    document.save(buffer)
    return buffer.getvalue()


def as_zip(path: Path) -> Path:
    """The set as a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in documents().items():
            archive.writestr(name, data)
    return path
