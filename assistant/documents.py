"""Read the text of a student's answer or of notes: .txt, .md, .docx, .odt, .pdf or .html, within stated limits.

The readers are libraries; this module only chooses one, sets limits, and turns every failure into one clear
sentence.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

MAX_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_CHARACTERS = 60_000
"""About 10,000 words: three times the longest answer that can be written in an examination."""
MAX_NOTES_CHARACTERS = 1_000_000
"""Some 15,000 note lines: more than a year's notes in one subject."""
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
"""How a file of Office before 2007 begins, and any Office file that is locked with a password."""
ODT_MANIFEST = "META-INF/manifest.xml"
HTML_BLOCKS = frozenset(
    {
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "section",
        "tr",
        "table",
        "hr",
    }
)
# Not "\u2028" and "\u2029", which count as white space: these two stand in no text.
LINE_END, PARAGRAPH_END = "\ue000", "\ue001"

Reader = Callable[[bytes], str]


class DocumentError(ValueError):
    """A document that cannot be read or marked; the message is one sentence for its reader."""


def read_document(path: Path) -> str:
    """The text of the answer at `path`, its paragraphs set apart by blank lines.

    Raises:
        DocumentError: if it is no file, too large, of an unknown kind, damaged, wrongly encoded or empty.
    """
    return parse_document(path.name, _read_bytes(path))


def read_notes(path: Path) -> str:
    """The text of revision notes at `path`, a paragraph or typed line a line.

    A heading of a word processor's document is marked with "#", an entry of a list with "-", as in Markdown.

    Raises:
        DocumentError: as for `read_document`.
    """
    return _parse(path.name, _read_bytes(path), READERS | NOTE_READERS, MAX_NOTES_CHARACTERS)


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise DocumentError(f"{path} is a folder; a file is needed.")
        if not path.is_file():
            raise DocumentError(f"There is no file {path}.")
        if path.stat().st_size > MAX_BYTES:
            raise DocumentError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB.")
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path.name} cannot be read ({error.strerror or 'unknown reason'}).") from error


def parse_document(name: str, data: bytes, most: int = MAX_CHARACTERS) -> str:
    """The text of an answer of at most so many characters, given its file name and bytes. Raises DocumentError."""
    return _parse(name, data, READERS, most)


def _parse(name: str, data: bytes, readers: Mapping[str, Reader], most: int) -> str:
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB.")
    suffix = Path(name).suffix.lower()
    reader = readers.get(suffix)
    if reader is None:
        kinds = ", ".join(sorted(kind for kind in readers if kind))
        raise DocumentError(f"{name} is not a kind of file that can be read here ({kinds}).")
    if not data.strip():
        raise DocumentError(f"{name} is empty.")
    try:
        text = reader(data)
    except DocumentError as error:
        raise DocumentError(f"{name} {error}") from error
    except MemoryError as error:
        raise DocumentError(f"{name} is too large to open.") from error
    except Exception as error:  # a damaged file makes its reader fail in ways of its own
        raise DocumentError(f"{name} is damaged or is not really a {suffix} file.") from error
    return check_text(text.replace("\r\n", "\n").replace("\r", "\n"), name, most)


def check_text(text: str, name: str = "The answer", most: int = MAX_CHARACTERS) -> str:
    """`text` as given, without a byte-order mark, if it can be marked at all.

    Raises:
        DocumentError: if it is blank, longer than `most` characters, or holds what cannot stand in a text.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise DocumentError(f"{name} holds no text.")
    if len(text) > most:
        raise DocumentError(f"{name} is longer than {most:,} characters, the most that is read at once.")
    if "\0" in text:
        raise DocumentError(f"{name} is a binary file, not text.")
    try:
        text.encode()
    except UnicodeEncodeError as error:  # half of a character, as a broken export may write it in JSON
        raise DocumentError(f"{name} holds a broken character (number {error.start + 1}).") from error
    return text


def _plain(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise DocumentError("is not readable text.") from error
    if b"\0" in data:
        raise DocumentError("is a binary file, not text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"is not UTF-8 text (byte {error.start + 1} is wrong); save it again as UTF-8 or as .docx."
        ) from error


def _check_zip(data: bytes) -> None:
    """Refuse an archive that is locked or would unpack to more than the limit."""
    if data.startswith(OLE_MAGIC):
        raise DocumentError("is protected by a password, or is an old .doc file; save it again without one as .docx.")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise DocumentError("unpacks to more than is allowed.")
        if ODT_MANIFEST in archive.namelist() and b"encryption-data" in archive.read(ODT_MANIFEST):
            raise DocumentError("is protected by a password.")


def _docx(data: bytes) -> str:
    return "\n\n".join(text for _, text in _docx_paragraphs(data))


def _docx_notes(data: bytes) -> str:
    return "\n".join(_note_line(style, text) for style, text in _docx_paragraphs(data))


def _note_line(style: str, text: str) -> str:
    """A paragraph as a note line, from the name of its style ("Heading 2", "List Bullet")."""
    text = " ".join(text.split())
    kind, _, level = style.lower().partition(" ")
    if kind in ("heading", "title"):
        return f"{'#' * (int(level) if level.isdigit() else 1)} {text}"
    return f"- {text}" if kind == "list" else text


def _docx_paragraphs(data: bytes) -> Iterator[tuple[str, str]]:
    """Style and text of every paragraph that is not blank; a row of a table is one paragraph."""
    from docx import Document  # imported late: most answers are plain text
    from docx.table import Table

    _check_zip(data)
    for block in Document(io.BytesIO(data)).iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                # A form's table may hold the answer. Merged cells come once for each place they cover.
                cells = [cell.text.strip() for cell, _ in groupby(row.cells)]
                if any(cells):
                    yield "", "\n\n".join(cell for cell in cells if cell)
        elif block.text.strip():
            yield (block.style.name if block.style is not None else None) or "", block.text


def _odt(data: bytes) -> str:
    return "\n\n".join(text for _, text in _odt_paragraphs(data))


def _odt_notes(data: bytes) -> str:
    return "\n".join(_note_line(style, text) for style, text in _odt_paragraphs(data))


def _odt_paragraphs(data: bytes) -> Iterator[tuple[str, str]]:
    """Style, named as in .docx, and text of every paragraph that is not blank."""
    from odf import teletype
    from odf.namespaces import TEXTNS
    from odf.opendocument import load

    def walk(node: Any, style: str) -> Iterator[tuple[str, str]]:
        for child in getattr(node, "childNodes", ()):
            kind = getattr(child, "qname", (None, None))
            if kind == (TEXTNS, "h"):
                yield f"heading {child.getAttribute('outlinelevel') or 1}", teletype.extractText(child)
            elif kind == (TEXTNS, "p"):
                yield style, teletype.extractText(child)
            else:
                yield from walk(child, "list" if kind == (TEXTNS, "list-item") else style)

    _check_zip(data)
    return ((style, text) for style, text in walk(load(io.BytesIO(data)).text, "") if text.strip())


def _pdf(data: bytes) -> str:
    return _join_lines(_pdf_text(data))


def _pdf_text(data: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    # It tells the log of every oddity of a file; what matters comes as an error.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        try:
            opened = bool(reader.decrypt(""))
        except DependencyError:  # a cipher that pypdf alone does not know
            opened = False
        if not opened:
            raise DocumentError("is protected by a password.")
    text = "\n\n".join(page.extract_text() for page in reader.pages)
    if not text.strip():
        raise DocumentError("holds pictures of pages and no text; a typed document is needed.")
    return text


def _pdf_notes(data: bytes) -> str:
    return "\n".join(line.strip() for line in _pdf_text(data).split("\n") if line.strip())


def _join_lines(text: str) -> str:
    """Join the lines of a PDF's paragraphs: one that ends a sentence short of the margin ends a paragraph."""
    lines = [line.strip() for line in text.split("\n")]
    width = max((len(line) for line in lines), default=0)
    out: list[str] = []
    paragraph = ""
    for line in lines:
        if line:
            paragraph = f"{paragraph[:-1]}{line}" if paragraph.endswith("-") else f"{paragraph} {line}".strip()
        if not line or (len(line) < 0.75 * width and line.endswith((".", "!", "?", "”", "'"))):
            if paragraph:
                out.append(paragraph)
            paragraph = ""
    return "\n\n".join([*out, paragraph] if paragraph else out)


def _html(data: bytes) -> str:
    """The text of a page, such as a learning platform makes of what students typed into its box."""
    from lxml import html  # imported late: few answers are pages

    source = _plain(data)
    page = html.document_fromstring(source, parser=html.HTMLParser(remove_comments=True, remove_pis=True))
    for part in page.xpath("//head | //script | //style | //template"):
        part.drop_tree()
    for node in page.iter():
        if node.tag == "br":
            node.tail = LINE_END + (node.tail or "")
        elif node.tag in HTML_BLOCKS:
            node.text = PARAGRAPH_END + (node.text or "")
            node.tail = PARAGRAPH_END + (node.tail or "")
    # White space of the source means nothing; only what was put in above ends a line or a paragraph.
    paragraphs = page.text_content().split(PARAGRAPH_END)
    lines = ([" ".join(line.split()) for line in paragraph.split(LINE_END)] for paragraph in paragraphs)
    return "\n\n".join(text for part in lines if (text := "\n".join(part).strip()))


READERS: dict[str, Reader] = {
    "": _plain,
    ".txt": _plain,
    ".text": _plain,
    ".md": _plain,
    ".docx": _docx,
    ".odt": _odt,
    ".pdf": _pdf,
    ".html": _html,
    ".htm": _html,
}
NOTE_READERS: dict[str, Reader] = {".docx": _docx_notes, ".odt": _odt_notes, ".pdf": _pdf_notes}
