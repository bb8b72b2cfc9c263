"""FAQ tables as CSV: one row, one question, one document of one passage."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup

from knowledge import links
from knowledge.errors import ReadersUnknown, UnreadableDocument
from knowledge.sources.addresses import web_link
from knowledge.sources.blocks import parts_of
from knowledge.sources.documents import as_document
from knowledge.sources.front_matter import FIELDS, front_matter
from knowledge.sources.markdown import to_html
from knowledge.sources.outline import slug
from knowledge.sources.reading import Origin, Read, decoded
from knowledge.types import Section, SourceDocument, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COLUMNS = {
    "question": ("question", "questions", "q", "title", "query"),
    "answer": ("answer", "answers", "a", "response", "reply", "solution", "text", "body"),
    "link": ("url", "link", "source url", "article url", "href"),
    "category": ("category", "section", "topic", "group"),
    "id": ("id", "key", "slug"),
}
_DELIMITERS = ",;\t|"
_LONGEST_KEY = 80  # characters


def read_faq(uri: str, data: bytes, base_url: str | None = None) -> Iterator[SourceDocument | Unreadable]:
    """The table's rows as documents, at `uri/key`: the question is the title, the answer the only passage.

    Columns are found by name whatever their order: question, answer, url, category, id, and the fields that
    front matter may have (audience, plan, language ...). Answers may be Markdown or HTML.

    Raises:
        UnreadableDocument: it is no such table.
    """
    rows = _rows(decoded(data))
    keys: dict[str, int] = {}
    for values in rows:
        key = _key(values, keys)
        link = links.absolute(
            values.get("link", ""), uri, base_url
        )  # a path alone is one on the published site
        origin = Origin(f"{uri}/{key}", base_url, web_link(link))
        try:
            yield _document(values, origin)
        except UnreadableDocument as error:
            yield Unreadable(origin.uri, str(error), readers_unknown=isinstance(error, ReadersUnknown))


def _rows(text: str) -> list[dict[str, str]]:
    """The rows that say anything, under our own column names."""
    found = next(filter(None, (_columns(text, delimiter) for delimiter in _DELIMITERS)), None)
    if found is None:
        names = ", ".join(next(csv.reader(io.StringIO(text)), [])) or "nothing"
        raise UnreadableDocument(
            f'Its first row must name the columns "question" and "answer"; it names: {names[:200]}.'
        )
    delimiter, columns = found
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        next(reader)
        read = [{name: row[at].strip() for at, name in columns.items() if at < len(row)} for row in reader]
    except csv.Error as error:
        raise UnreadableDocument(
            f"It is no sound CSV: {error} in line {reader.line_num}; check the quotes there."
        ) from error
    return [values for values in read if any(values.values())]


def _columns(text: str, delimiter: str) -> tuple[str, dict[int, str]] | None:
    """The delimiter and which column is which, if with it the first row names question and answer."""
    known = {other: name for name, others in _COLUMNS.items() for other in others} | {
        field: field for field in FIELDS - {"title"}
    }
    head = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
    named = [re.sub(r"[\s_-]+", " ", cell).strip().lower() for cell in head]
    found: dict[int, str] = {}
    for at, name in enumerate(named):
        ours = known.get(name) or known.get(name.replace(" ", "_"))
        if ours and ours not in found.values():
            found[at] = ours
    return (delimiter, found) if {"question", "answer"} <= set(found.values()) else None


def _key(values: Mapping[str, str], taken: dict[str, int]) -> str:
    """The row's name inside the table: its id, else its question in short, told apart where two are the same."""
    key = slug(values.get("id") or values.get("question", ""))[:_LONGEST_KEY].strip("-") or "row"
    taken[key] = taken.get(key, 0) + 1
    return key if taken[key] == 1 else f"{key}-{taken[key]}"


def _document(values: dict[str, str], origin: Origin) -> SourceDocument:
    question, answer = values.get("question", ""), values.get("answer", "")
    if not (question and answer):
        missing = "answer" if question else "question"
        raise UnreadableDocument(f"The row has no {missing}; write one or remove the row.")
    head = front_matter({name: value for name, value in values.items() if name in FIELDS})
    meta = {"category": values["category"]} if values.get("category") else {}
    tree = BeautifulSoup(to_html(answer, mdx=False), "html.parser")
    origin.resolve(tree)
    read = Read(replace(head, title=" ".join(question.split()), meta=meta), parts_of(tree))
    data = json.dumps(values, sort_keys=True, ensure_ascii=False).encode()
    return _in_one_piece(as_document(origin, read, data))


def _in_one_piece(document: SourceDocument) -> SourceDocument:
    """The document with all its text in one section that is not split."""
    if not document.sections:
        return document
    kinds = {section.kind for section in document.sections} - {"text"}
    text = "\n\n".join(section.text for section in document.sections)
    kind = kinds.pop() if len(kinds) == 1 else "text"
    return replace(document, sections=(Section((), None, text, kind, whole=True),))
