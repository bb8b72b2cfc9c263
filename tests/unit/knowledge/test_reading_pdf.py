"""A PDF becomes headings, paragraphs, lists, code and tables, each cited by its page."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress

import pytest
from reportlab.lib import colors
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    FrameBreak,
    ListFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Preformatted,
    SimpleDocTemplate,
    Table,
)

from knowledge.errors import UnreadableDocument
from knowledge.sources.columns import regions
from knowledge.sources.documents import read_document
from knowledge.sources.paper import Line, Sheet, parts_of_sheets
from knowledge.sources.pdf import LARGEST_STREAM, MOST_PAGES

STYLES = getSampleStyleSheet()
TEXT = "Invoices are sent on the first day of each month and go to the billing contact of the workspace. "


def say(text: str, style: str = "BodyText") -> Paragraph:
    return Paragraph(text, STYLES[style])


def numbered(*texts: str) -> ListFlowable:
    return ListFlowable([say(text) for text in texts], bulletType="1")


def pdf(*flow, title: str | None = None, encrypt=None) -> bytes:
    out = io.BytesIO()

    def foot(canvas, document):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 30, f"Billing guide, 2026 edition - Page {document.page}")

    SimpleDocTemplate(out, title=title, encrypt=encrypt).build(
        list(flow), onFirstPage=foot, onLaterPages=foot
    )
    return out.getvalue()


def canvas(draw, pages: int = 1) -> bytes:
    out = io.BytesIO()
    paper = Canvas(out)
    for _ in range(pages):
        draw(paper)
        paper.showPage()
    paper.save()
    return out.getvalue()


def read(data: bytes):
    return read_document("billing-guide.pdf", data)


def sections(data: bytes) -> list[tuple]:
    return [(one.heading_path, one.anchor, one.kind, one.text) for one in read(data).sections]


def test_a_pdf_is_its_headings_paragraphs_lists_tables_and_code_by_page():
    data = pdf(
        say("Billing guide", "Title"),
        say("Invoices", "Heading2"),
        say(TEXT * 3),
        say("Change the contact", "Heading3"),
        numbered("Open Settings.", "Choose Billing."),
        PageBreak(),
        say("Prices", "Heading2"),
        Table([["Plan", "Price"], ["Pro", "9 EUR"]], style=[("GRID", (0, 0), (-1, -1), 1, colors.black)]),
        Preformatted("curl \\\n  https://x.io\n\nexit", STYLES["Code"]),
    )

    assert read(data).title == "Billing guide"
    assert sections(data) == [
        (("Invoices",), "page=1", "text", (TEXT * 3).strip()),
        (("Invoices", "Change the contact"), "page=1", "steps", "1. Open Settings.\n2. Choose Billing."),
        (("Prices",), "page=2", "table", "| Plan | Price |\n| --- | --- |\n| Pro | 9 EUR |"),
        (("Prices",), "page=2", "code", "```\ncurl \\\n  https://x.io\n\nexit\n```"),
    ]


def test_what_goes_on_under_one_heading_is_cited_by_its_own_page():
    rules = say("Rules", "Heading2")
    data = pdf(say("Terms", "Title"), rules, say("First rule."), PageBreak(), say("Second rule."))

    assert sections(data) == [
        (("Rules",), "page=1", "text", "First rule."),
        (("Rules",), "page=2", "text", "Second rule."),
    ]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Fees in detail", "Fees in detail"),
        ("Microsoft Word - fees.doc", "Billing guide"),
        ("untitled", "Billing guide"),
        (None, "Billing guide"),
    ],
)
def test_without_a_heading_the_files_own_title_counts_if_a_person_wrote_it(title, expected):
    assert read(pdf(say("Text."), title=title)).title == expected


def test_bookmarks_say_what_is_a_heading_and_of_which_level():
    def draw(paper: Canvas) -> None:
        for level, (y, text) in enumerate([(700, "Fees"), (650, "Late fees"), (600, "By card")]):
            paper.bookmarkPage(text)
            paper.addOutlineEntry(text, text, level)
            paper.drawString(72, y, text)
            paper.drawString(72, y - 20, f"What there is to say about it: {level}.")

    document = read(canvas(draw))

    assert document.title == "Fees"
    assert [(one.heading_path, one.text) for one in document.sections] == [
        ((), "What there is to say about it: 0."),
        (("Late fees",), "What there is to say about it: 1."),
        (("Late fees", "By card"), "What there is to say about it: 2."),
    ]


def test_columns_are_read_one_after_the_other():
    out = io.BytesIO()
    frames = [Frame(x, 72, 220, 300) for x in (72, 310)]
    head = Frame(72, 380, 460, 120)
    document = BaseDocTemplate(out, pageTemplates=[PageTemplate(frames=[head, *frames])])
    flow = [say("Zones and depots", "Title"), FrameBreak()]
    flow += [say("Left is read first, line by line, down to the end of it. " * 12), FrameBreak()]
    flow += [say("Right comes after all that is on the left side of it. " * 12)]
    document.build(flow)

    (text,) = [text for *_, text in sections(out.getvalue())]

    assert text == (
        ("Left is read first, line by line, down to the end of it. " * 12).strip()
        + "\n\n"
        + ("Right comes after all that is on the left side of it. " * 12).strip()
    )


def test_a_table_without_rules_is_not_taken_for_columns():
    rows = [
        {"x0": x, "x1": x + 40, "top": 20.0 * n, "bottom": 20.0 * n + 10, "text": "Name"}
        for n in range(20)
        for x in (72, 300)
    ]

    assert regions(rows, 600, 800) == [(0.0, 0.0, 600, 800)]


def test_a_link_that_does_not_tell_shows_where_it_leads():
    data = pdf(
        say('Click <a href="https://x.io/deep">here</a> or see <a href="https://x.io/p">the price list</a>.')
    )

    assert sections(data)[0][3].startswith("Click here (https://x.io/deep) or see the price list.")


def write(*lines: tuple, height: float = 800) -> list[tuple]:
    """The parts of one page whose lines are (text, gap before, left[, size])."""
    top, items = 100.0, []
    for text, gap, left, *size in lines:
        points = size[0] if size else 10.0
        top += gap
        items.append(Line(text, left, top, top + points, points))
        top += points
    parts = parts_of_sheets([Sheet(1, height, tuple(items))], {})
    return [getattr(part, "text", None) for part in parts if hasattr(part, "text")]


LAYOUTS = {
    "lines that are close are one paragraph": ([("One", 0, 72), ("two.", 2, 72)], ["One two."]),
    "lines that are apart are two": ([("One.", 0, 72), ("Two.", 12, 72)], ["One.", "Two."]),
    "a word cut in two is whole": ([("The work-", 0, 72), ("space is.", 2, 72)], ["The workspace is."]),
    "a name with a hyphen keeps it": ([("The Wi-", 0, 72), ("Fi is.", 2, 72)], ["The Wi- Fi is."]),
    "bullets": (
        [("• One goes", 0, 72), ("on.", 2, 80), ("• Two", 2, 72)],
        ["- One goes on.\n- Two"],
    ),
    "steps": ([("1. One", 0, 72), ("2. Two", 6, 72)], ["1. One\n2. Two"]),
    "a year at the beginning of a line is no step": (
        [("It began in", 0, 72), ("2024. Then it", 2, 72), ("grew.", 2, 72)],
        ["It began in 2024. Then it grew."],
    ),
    "a heading of two lines": (
        [("A heading that is", 0, 72, 20.0), ("long", 4, 72, 20.0), ("Text that is longer than it.", 9, 72)],
        ["A heading that is long", "Text that is longer than it."],
    ),
    "a list of contents says nothing": (
        [("Invoices ........ 12", 0, 72), ("Text.", 12, 72)],
        ["Text."],
    ),
    "a page number says nothing": ([("Text.", 0, 72), ("Page 3 of 9", 650, 72)], ["Text."]),
}


@pytest.mark.parametrize(("lines", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout_is_read_by_size_and_distance(lines, expected):
    assert write(*lines) == expected


def picture_only(paper: Canvas) -> None:
    paper.rect(72, 72, 100, 100, fill=1)


def bomb() -> bytes:
    packed = zlib.compress(b" " * (LARGEST_STREAM + 1), 9)
    head = b"%PDF-1.4\n1 0 obj\n<</Length " + str(len(packed)).encode() + b"/Filter/FlateDecode>>\nstream\n"
    return head + packed + b"\nendstream\nendobj\n"


BROKEN = {
    "a bomb": (bomb, "unpacks to more than 100 MB"),
    "no PDF": (lambda: b"<html>", "damaged or no PDF"),
    "empty": (lambda: b"", "damaged or no PDF"),
    "cut off": (lambda: pdf(say(TEXT))[:600], "damaged or no PDF"),
    "without text": (lambda: canvas(picture_only), "no text, only pictures; run text recognition"),
    "too long": (lambda: canvas(picture_only, MOST_PAGES + 1), f"a PDF may have {MOST_PAGES}. Split it"),
    "locked": (
        lambda: pdf(say(TEXT), encrypt=StandardEncryption("secret", ownerPassword="owner", strength=128)),
        "locked with a password; save a copy without one",
    ),
}


@pytest.mark.parametrize(("make", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_refused_with_a_remedy(make, reason):
    with pytest.raises(UnreadableDocument, match=reason):
        read(make())


def test_a_pdf_that_only_restricts_printing_is_read():
    data = pdf(say("Text."), encrypt=StandardEncryption("", ownerPassword="owner", canPrint=0, strength=128))

    assert sections(data)[0][3].startswith("Text.")


@pytest.mark.parametrize("cut", range(0, 3000, 250))
def test_a_damaged_pdf_is_read_or_refused_and_never_an_exception_of_the_library(cut):
    data = bytearray(pdf(say("Billing", "Heading1"), say(TEXT * 5), numbered("One", "Two")))
    data[cut : cut + 40] = zlib.compress(b"x" * 40)[:40].ljust(40, b"\0")

    with suppress(UnreadableDocument):
        assert read(bytes(data)).title


@pytest.mark.slow
def test_a_manual_of_500_pages_is_read_whole():
    flow = [
        part for n in range(500) for part in (say(f"Chapter {n}", "Heading1"), say(TEXT * 8), PageBreak())
    ]

    document = read(pdf(*flow))

    assert len(document.sections) == 500
    assert document.sections[-1].anchor == "page=500"
