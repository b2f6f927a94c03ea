"""Read the text of a student's document: .txt, .md, .docx, .odt or .pdf, as typed, within stated limits.

The readers are libraries; this module only chooses one, sets limits, and turns every failure into one clear sentence.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

MAX_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_CHARACTERS = 60_000
"""About 10,000 words: three times the longest answer that can be written in an examination."""


class DocumentError(ValueError):
    """A document that cannot be read or marked; the message is one sentence for its reader."""


def read_document(path: Path) -> str:
    """The text of the document at `path`.

    Raises:
        DocumentError: if it is no file, too large, of an unknown kind, damaged, wrongly encoded or empty.
    """
    if path.is_dir():
        raise DocumentError(f"{path} is a folder; a file is needed.")
    if not path.is_file():
        raise DocumentError(f"There is no file {path}.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DocumentError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB.")
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path.name} cannot be read ({error.strerror or 'unknown reason'}).") from error
    return parse_document(path.name, data)


def parse_document(name: str, data: bytes) -> str:
    """The text of a document given its file name (which tells its kind) and its bytes. Raises DocumentError."""
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB.")
    suffix = Path(name).suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        kinds = ", ".join(sorted(kind for kind in READERS if kind))
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
    return check_text(text, name)


def check_text(text: str, name: str = "The answer") -> str:
    """`text` with line ends made plain, if it can be marked at all.

    Raises:
        DocumentError: if it is blank, over the limit, or holds characters of a binary file.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if not text.strip():
        raise DocumentError(f"{name} holds no text.")
    if len(text) > MAX_CHARACTERS:
        raise DocumentError(f"{name} is longer than {MAX_CHARACTERS:,} characters, the most that is marked at once.")
    if "\0" in text:
        raise DocumentError(f"{name} is a binary file, not text.")
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
    """Refuse an archive that would unpack to more than the limit."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise DocumentError("unpacks to more than is allowed.")


def _docx(data: bytes) -> str:
    from docx import Document  # imported late: most answers are plain text

    _check_zip(data)
    return "\n\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs if paragraph.text.strip())


def _odt(data: bytes) -> str:
    from odf import teletype
    from odf import text as odf_text
    from odf.opendocument import load

    _check_zip(data)
    body = load(io.BytesIO(data)).text
    wanted = {(odf_text.P().qname), (odf_text.H().qname)}
    parts = [teletype.extractText(node) for node in _walk(body) if getattr(node, "qname", None) in wanted]
    return "\n\n".join(part for part in parts if part.strip())


def _walk(node: object) -> list:
    found = []
    for child in getattr(node, "childNodes", ()):
        found.append(child)
        found += _walk(child)
    return found


def _pdf(data: bytes) -> str:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentError("is protected by a password.")
    text = "\n\n".join(page.extract_text() for page in reader.pages)
    if not text.strip():
        raise DocumentError("holds pictures of pages and no text; a typed document is needed.")
    return _join_lines(text)


def _join_lines(text: str) -> str:
    """Put the lines of a PDF's paragraphs together again: a line that ends a sentence short of the margin ends one."""
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


READERS: dict[str, Callable[[bytes], str]] = {
    "": _plain,
    ".txt": _plain,
    ".text": _plain,
    ".md": _plain,
    ".docx": _docx,
    ".odt": _odt,
    ".pdf": _pdf,
}
