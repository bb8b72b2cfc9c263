"""A Word document becomes headings, paragraphs, steps, tables and what its pictures show."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from PIL import Image

from knowledge.errors import UnreadableDocument
from knowledge.sources.documents import read_document
from knowledge.sources.docx import MOST_TEXT


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def new(title: str = ""):
    document = docx.Document()
    document.core_properties.title = title
    return document


def read(data: bytes, base_url: str | None = None):
    return read_document("guides/how-to-import.docx", data, base_url)


def sections(data: bytes) -> list[tuple]:
    return [(one.heading_path, one.kind, one.text) for one in read(data).sections]


def picture(document, alt: str) -> None:
    image = io.BytesIO()
    Image.new("RGB", (8, 8)).save(image, "PNG")
    image.seek(0)
    shape = document.add_picture(image)
    shape._inline.docPr.set("descr", alt)


def link(paragraph, text: str, address: str) -> None:
    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    element, run, words = (OxmlElement(name) for name in ("w:hyperlink", "w:r", "w:t"))
    element.set(qn("r:id"), relation)
    words.text = text
    run.append(words)
    element.append(run)
    paragraph._p.append(element)


def test_a_word_document_is_its_headings_steps_tables_code_and_pictures():
    document = new()
    document.add_heading("Import a file", 0)
    document.add_paragraph("Bring your customers along.")
    document.add_heading("Before you begin", 1)
    document.add_paragraph("Export", style="List Number")
    document.add_paragraph("Upload", style="List Number")
    document.add_heading("Columns", 2)
    table = document.add_table(rows=0, cols=2)
    for row in (("Column", "What"), ("email", "Where they are reached")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph("One", style="List Bullet")
    document.add_paragraph("Two", style="List Bullet")
    document.styles.add_style("Code", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("curl \\", style="Code")
    document.add_paragraph("  https://x.io", style="Code")
    picture(document, "The import page")
    data = saved(document)

    assert read(data).title == "Import a file"
    assert sections(data) == [
        ((), "text", "Bring your customers along."),
        (("Before you begin",), "steps", "1. Export\n2. Upload"),
        (
            ("Before you begin", "Columns"),
            "table",
            "| Column | What |\n| --- | --- |\n| email | Where they are reached |",
        ),
        (("Before you begin", "Columns"), "text", "- One\n- Two"),
        (("Before you begin", "Columns"), "code", "```\ncurl \\\n  https://x.io\n```"),
        (("Before you begin", "Columns"), "text", "(Image: The import page)"),
    ]


def test_the_title_is_the_propertys_then_the_headings_then_the_files():
    heading = new()
    heading.add_heading("Roles", 1)
    heading.add_paragraph("Text.")
    plain = new()
    plain.add_paragraph("Text.")

    assert read(saved(new("Who may what"))).title == "Who may what"
    assert read(saved(heading)).title == "Roles"
    assert read(saved(plain)).title == "How to import"


def test_links_that_do_not_tell_show_where_they_lead():
    document = new()
    paragraph = document.add_paragraph("Click ")
    link(paragraph, "here", "../billing.docx")

    data = saved(document)

    assert read(data, "https://x.io/d").sections[0].text == "Click here (https://x.io/d/billing.docx)"


def test_struck_text_is_no_longer_true():
    document = new()
    paragraph = document.add_paragraph("It costs ")
    paragraph.add_run("9 EUR").font.strike = True
    paragraph.add_run(" 12 EUR.")

    assert sections(saved(document)) == [((), "text", "It costs 12 EUR.")]


def test_an_empty_document_has_no_sections():
    assert read(saved(new())).sections == ()


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in old.namelist():
            packed.writestr(part, content if part == name else old.read(part))
    return out.getvalue()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;") for n in range(9))
    + b']><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>&a8;'
    + b"</w:body></w:document>"
)
BROKEN = {
    "no DOCX": (lambda: b"<html>", "damaged or no DOCX"),
    "empty": (lambda: b"", "damaged or no DOCX"),
    "cut off": (lambda: saved(new())[:2000], "damaged or no DOCX"),
    "another zip": (lambda: repacked(saved(new()), "word/document.xml", b"{}"), "damaged or no DOCX"),
    "locked": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"EncryptedPackage", "locked with a password"),
    "a zip bomb": (
        lambda: repacked(saved(new()), "word/document.xml", b" " * (MOST_TEXT + 1)),
        "unpacks to more than 50 MB",
    ),
    "an XML bomb": (lambda: repacked(saved(new()), "word/document.xml", LAUGHS), "damaged or no DOCX"),
    "an XML bomb among its properties": (
        lambda: repacked(saved(new()), "docProps/core.xml", LAUGHS),
        "damaged or no DOCX",
    ),
}


@pytest.mark.parametrize(("make", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_refused_with_a_remedy(make, reason):
    with pytest.raises(UnreadableDocument, match=reason):
        read(make())


@pytest.mark.parametrize("cut", range(0, 30_000, 3_000))
def test_a_damaged_document_is_read_or_refused(cut):
    data = bytearray(saved(new("A")))
    data[cut : cut + 50] = b"\0" * 50

    with suppress(UnreadableDocument):
        assert read(bytes(data)).title
