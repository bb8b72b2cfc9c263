"""One article in every format: what a reader can use comes through the same, whatever it was written in."""

from __future__ import annotations

import csv
import io
import json
import re
from textwrap import dedent

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from PIL import Image as Pixels
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, Paragraph, Preformatted, SimpleDocTemplate, Table

from knowledge.sources.files import read_bytes
from knowledge.splitting import split

BASE = "https://x.io/docs"
HTML = """<h1>Draw a zone</h1><p>A zone says who drives <b>where</b>.</p><h2>On the map</h2>
<ol><li>Open Planning.</li><li>Click <a href="/map">here</a>.</li></ol>
<table><tr><th>Plan</th><th>Zones</th></tr><tr><td>Pro</td><td>50</td></tr></table>
<pre><code>lark zones --all</code></pre><p><img src="z.png" alt="The zone editor"></p>"""
MARKDOWN = """
# Draw a zone

A zone says who drives **where**.

## On the map

1. Open Planning.
2. Click [here](/map).

| Plan | Zones |
|------|-------|
| Pro  | 50    |

```
lark zones --all
```

![The zone editor](z.png)
"""
MDX = MARKDOWN.replace("1. Open Planning.\n2. Click [here](/map).", """<Steps>
<Step>Open Planning.</Step>
<Step>Click <a href="/map">here</a>.</Step>
</Steps>""")  # fmt: skip
RST = """
Draw a zone
===========

A zone says who drives **where**.

On the map
----------

#. Open Planning.
#. Click `here </map>`_.

====  =====
Plan  Zones
====  =====
Pro   50
====  =====

.. code-block::

   lark zones --all

.. image:: z.png
   :alt: The zone editor
"""


def in_word() -> bytes:
    document = docx.Document()
    document.add_heading("Draw a zone", 0)
    document.add_paragraph("A zone says who drives ").add_run("where").bold = True
    document.paragraphs[-1].add_run(".")
    document.add_heading("On the map", 1)
    document.add_paragraph("Open Planning.", style="List Number")
    document.add_paragraph("Click here (https://x.io/map).", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Plan", "Zones", "Pro", "50"), strict=True):
        cell.text = text
    document.styles.add_style("Code", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("lark zones --all", style="Code")
    image = io.BytesIO()
    Pixels.new("RGB", (8, 8)).save(image, "PNG")
    document.add_picture(image)._inline.docPr.set("descr", "The zone editor")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def in_pdf() -> bytes:
    styles, out = getSampleStyleSheet(), io.BytesIO()
    body = styles["BodyText"]
    steps = ["Open Planning.", 'Click <a href="https://x.io/map">here</a>.']
    SimpleDocTemplate(out).build(
        [
            Paragraph("Draw a zone", styles["Title"]),
            Paragraph("A zone says who drives <b>where</b>.", body),
            Paragraph("On the map", styles["Heading2"]),
            ListFlowable([Paragraph(text, body) for text in steps], bulletType="1"),
            Table([["Plan", "Zones"], ["Pro", "50"]], style=[("GRID", (0, 0), (-1, -1), 1, colors.black)]),
            Preformatted("lark zones --all", styles["Code"]),
        ]
    )
    return out.getvalue()


def in_zendesk() -> bytes:
    article = {"id": 1, "html_url": "https://x.io/a/1", "title": "Draw a zone", "body": HTML, "draft": False}
    return json.dumps({"articles": [article]}).encode()


def in_intercom() -> bytes:
    article = {"type": "article", "id": "1", "title": "Draw a zone", "body": HTML, "state": "published"}
    return json.dumps({"type": "list", "data": [article | {"url": "https://x.io/a/1"}]}).encode()


def in_csv() -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["question", "answer"], ["Draw a zone", HTML.partition("</h1>")[2]]])
    return out.getvalue().encode()


FILES = {
    "zone.md": MARKDOWN.encode,
    "zone.mdx": MDX.encode,
    "zone.html": f"<html><body><nav>Menu</nav><main>{HTML}</main></body></html>".encode,
    "zone.rst": dedent(RST).encode,
    "zone.docx": in_word,
    "zone.pdf": in_pdf,
    "zendesk.json": in_zendesk,
    "intercom.json": in_intercom,
}
TABLE = "| Plan | Zones |\n| --- | --- |\n| Pro | 50 |"
RESIDUE = re.compile(r"</?[a-z]+[ >]|\*\*where|:\w+:`|\]\(|&[a-z]+;|\(cid:|className|\.\. \w+::|={4}|<here")


def the_document(name: str, data: bytes):
    (document,) = read_bytes(name, data, BASE) or ()
    return document


@pytest.mark.parametrize("name", FILES)
def test_an_article_says_the_same_in_every_format(name):
    document = the_document(name, FILES[name]())

    said = [(section.heading_path, section.kind, section.text) for section in document.sections]
    picture = [] if name == "zone.pdf" else [(("On the map",), "text", "(Image: The zone editor)")]
    assert document.title == "Draw a zone"
    assert sorted(said) == sorted(
        [
            ((), "text", "A zone says who drives where."),
            (("On the map",), "steps", "1. Open Planning.\n2. Click here (https://x.io/map)."),
            (("On the map",), "table", TABLE),
            (("On the map",), "code", "```\nlark zones --all\n```"),
            *picture,
        ]
    )


@pytest.mark.parametrize("name", [*FILES, "faq.csv"])
def test_no_passage_holds_markup_of_its_format(name):
    document = the_document(name, in_csv() if name == "faq.csv" else FILES[name]())

    passages = split(document)

    assert passages
    assert not [passage.text for passage in passages if RESIDUE.search(passage.text)]


def test_an_faq_says_it_all_in_one_passage():
    (passage,) = split(the_document("faq.csv", in_csv()))

    for part in (
        "1. Open Planning.\n2. Click here (https://x.io/map).",
        TABLE,
        "lark zones --all",
        "(Image: The zone editor)",
    ):
        assert part in passage.text
