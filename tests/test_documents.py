import io
import struct
import zipfile
import zlib

import pytest
from docx import Document
from odf import text as odf_text
from odf.opendocument import OpenDocumentText
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from assistant import documents
from assistant.documents import DocumentError, check_text, parse_document, read_document, read_notes

PARAGRAPHS = ["Stalin won because he controlled the party.", "Trotsky’s arrogance mattered less."]


def docx(paragraphs=PARAGRAPHS):
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def odt(paragraphs=PARAGRAPHS):
    document = OpenDocumentText()
    for paragraph in paragraphs:
        document.text.addElement(odf_text.P(text=paragraph))
    return saved(document)


def pdf(lines, password=None):
    writer = PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    entry = writer._add_object(DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()}))
    fonts = DictionaryObject({NameObject("/F1"): entry})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    content = DecodedStreamObject()
    shown = " ".join(f"({line}) Tj 0 -16 Td" for line in lines)
    content.set_data(f"BT /F1 12 Tf 50 780 Td {shown} ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def saved(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def zipped(**entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def lying_zip(name, size):
    """An archive of one small entry whose directory says that it unpacks to `size` bytes."""
    data = bytearray(zipped(**{name: b"x"}))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<L", size)
    return bytes(data)


def refusal(name, data):
    with pytest.raises(DocumentError) as raised:
        parse_document(name, data)
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith((".", ")."))
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", "\n\n".join(PARAGRAPHS).encode()),
        ("a.MD", "\r\n\r\n".join(PARAGRAPHS).encode("utf-8-sig")),
        ("standard input", "\n\n".join(PARAGRAPHS).encode("utf-16")),
        ("a.docx", docx()),
        ("a.odt", odt()),
    ],
)
def test_each_kind_of_document_gives_its_paragraphs(name, data):
    assert parse_document(name, data) == "\n\n".join(PARAGRAPHS)


def test_lines_of_a_pdf_are_joined_to_paragraphs():
    lines = [
        "Stalin won because he controlled the whole of the party ma-",
        "chine, and because the men who stood against him quarrelled",
        "with each other.",
        "Trotsky mattered less than any of them came to think he did.",
    ]
    assert parse_document("a.pdf", pdf(lines)) == (
        "Stalin won because he controlled the whole of the party machine, and because the men who stood against him "
        "quarrelled with each other.\n\nTrotsky mattered less than any of them came to think he did."
    )


def test_text_is_kept_as_typed_but_for_line_ends():
    assert parse_document("a.txt", b"  One\r\ntwo\rthree \xe2\x80\xa6 \t\n") == "  One\ntwo\nthree … \t\n"


def test_an_answer_typed_into_a_table_is_read():
    document = Document()
    document.add_paragraph("Name: Ann")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].merge(table.rows[0].cells[1]).text = PARAGRAPHS[0]
    assert parse_document("a.docx", saved(document)) == f"Name: Ann\n\n{PARAGRAPHS[0]}"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.txt", b"", "a.txt is empty."),
        ("a.txt", b" \n\t", "a.txt is empty."),
        ("a.docx", docx([""]), "a.docx holds no text."),
        ("a.odt", odt([" "]), "a.odt holds no text."),
        ("a.pdf", pdf([]), "a.pdf holds pictures of pages and no text"),
        ("a.pdf", pdf(PARAGRAPHS[:1], "secret"), "a.pdf is protected by a password."),
        ("a.docx", documents.OLE_MAGIC + b"x" * 600, "a.docx is protected by a password"),
        (
            "a.odt",
            zipped(**{"META-INF/manifest.xml": "<manifest:encryption-data/>", "content.xml": "x"}),
            "a.odt is protected by a password.",
        ),
        (
            "a.rtf",
            b"{\\rtf1}",
            "a.rtf is not a kind of file that can be read here (.docx, .htm, .html, .md, .odt, .pdf, .text, .txt).",
        ),
        ("a.txt", b"\x89PNG\0\0", "a.txt is a binary file, not text."),
        ("a.txt", "Königin".encode("latin-1"), "a.txt is not UTF-8 text (byte 2 is wrong)"),
        ("a.txt", b"\xff\xfe\x00", "a.txt is not readable text."),
        ("a.docx", b"just text", "a.docx is damaged or is not really a .docx file."),
        ("a.docx", zipped(x=b"y"), "a.docx is damaged or is not really a .docx file."),
        ("a.odt", docx(), "a.odt is damaged or is not really a .odt file."),
        ("a.pdf", docx(), "a.pdf is damaged or is not really a .pdf file."),
        ("a.docx", docx()[:-200], "a.docx is damaged or is not really a .docx file."),
        ("a.docx", lying_zip("word/document.xml", 3_000_000_000), "a.docx unpacks to more than is allowed."),
        ("a.odt", lying_zip("content.xml", 3_000_000_000), "a.odt unpacks to more than is allowed."),
        ("a.txt", b"a" * 60_001, "a.txt is longer than 60,000 characters"),
        ("a.txt", b"a" * 10_000_001, "a.txt is larger than 10 MB."),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(name, data, expected):
    assert refusal(name, data).startswith(expected)


def test_a_text_of_just_the_limit_is_read():
    assert len(parse_document("a.txt", b"a" * 60_000)) == 60_000


def test_a_bomb_is_not_unpacked(monkeypatch):
    bomb = zipped(**{"word/document.xml": zlib.decompress(zlib.compress(b" " * 2_000_000))})
    monkeypatch.setattr(documents, "MAX_UNPACKED_BYTES", 1_000_000)
    assert refusal("a.docx", bomb) == "a.docx unpacks to more than is allowed."


def test_half_a_character_is_no_text():
    with pytest.raises(DocumentError, match=r"The answer holds a broken character \(number 3\)\."):
        check_text("ab\ud800")


def test_a_path_must_be_a_file(tmp_path):
    for path, expected in ((tmp_path, "is a folder; a file is needed."), (tmp_path / "no.txt", "There is no file")):
        with pytest.raises(DocumentError, match=expected):
            read_document(path)
    (tmp_path / "huge.txt").write_bytes(b"a" * 10_000_001)
    with pytest.raises(DocumentError, match=r"huge\.txt is larger than 10 MB\."):
        read_document(tmp_path / "huge.txt")
    (tmp_path / "a.docx").write_bytes(docx())
    assert read_document(tmp_path / "a.docx") == "\n\n".join(PARAGRAPHS)
    with pytest.raises(DocumentError, match="cannot be read"):
        read_document(tmp_path / ("x" * 300))


def test_notes_are_read_by_line_with_headings_and_lists_marked(tmp_path):
    document = Document()
    document.add_heading("Floods", 2)
    document.add_paragraph("every summer", style="List Bullet")
    (tmp_path / "a.docx").write_bytes(saved(document))
    odf = OpenDocumentText()
    odf.text.addElement(odf_text.H(outlinelevel=2, text="Floods"))
    entries, item = odf_text.List(), odf_text.ListItem()
    item.addElement(odf_text.P(text="every summer"))
    entries.addElement(item)
    odf.text.addElement(entries)
    (tmp_path / "a.odt").write_bytes(saved(odf))
    assert read_notes(tmp_path / "a.docx") == read_notes(tmp_path / "a.odt") == "## Floods\n- every summer"
    (tmp_path / "a.pdf").write_bytes(pdf(["Floods", "every summer", "left silt"]))
    assert read_notes(tmp_path / "a.pdf") == "Floods\nevery summer\nleft silt"


def test_notes_may_be_longer_than_an_answer(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"note\n" * 20_000)
    assert len(read_notes(tmp_path / "a.txt")) == 100_000
    (tmp_path / "b.txt").write_bytes(b"note\n" * 200_001)
    with pytest.raises(DocumentError, match=r"b\.txt is longer than 1,000,000 characters"):
        read_notes(tmp_path / "b.txt")


def test_a_page_is_read_as_its_paragraphs():
    page = """<html><head><title>No</title><style>p {}</style></head><body><p>Stalin
      won &amp; <b>ruled</b>.<br>Trotsky lost.</p><script>alert(1)</script><!-- no --><div>Then<ul><li>coal</li></ul>
      and steel</div></body></html>"""
    expected = "Stalin won & ruled.\nTrotsky lost.\n\nThen\n\ncoal\n\nand steel"
    assert parse_document("onlinetext.html", page.encode()) == expected
    assert parse_document("a.HTM", "Königin".encode()) == "Königin"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<p> </p><script>x</script>", "a.html holds no text."),
        (b"<p>K\xf6nigin</p>", "a.html is not UTF-8 text"),
        (b"<p>a\0b</p>", "a.html is a binary file, not text."),
        (b"<!-- -->", "a.html is damaged or is not really a .html file."),
    ],
)
def test_a_page_that_holds_no_answer(data, expected):
    assert refusal("a.html", data).startswith(expected)
