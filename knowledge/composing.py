"""From quotes to an answer: Markdown with numbered citations. Pure functions; every sentence is a quote."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from knowledge.types import AnswerSentence, CitedPassage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from knowledge.quoting import Quote
    from knowledge.types import Evidence
    from knowledge.units import Unit

_NEEDS_HEADING = frozenset(("item", "step", "code"))
_WORDS_LED_IN = 60  # of a lead-in and its items, up to which they are one sentence
_FORMATTING = re.compile(r"[*_`~]")
_CELL = re.compile(r"(?<!\\)\|")
# What a source says in square brackets must not pass for the number of one of our citations.
_LIKE_A_MARK = re.compile(
    r"(?P<code>(`+)[^`\n]+\2)|[\[\uff3b\u3010]\s*(?P<numbers>\d{1,3}(?:\s*[,;\u2013-]\s*\d{1,3})*)\s*[\]\uff3d\u3011]"
)


class Composed(NamedTuple):
    """An answer in parts."""

    markdown: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[CitedPassage, ...]


def compose(quotes: Sequence[Quote]) -> Composed:
    """Number the passages in order, and write their quotes one below the other."""
    sentences: list[AnswerSentence] = []
    citations: list[CitedPassage] = []
    paragraphs: list[str] = []
    for n, one in enumerate(quotes, start=1):
        sentences += [AnswerSentence(text, (n,)) for text in _sentences(one.units)]
        citations.append(citation_of(n, one.evidence, "\n".join(_texts(one.units))))
        paragraphs.append(_led_in(one) + _markdown(one.units, f"[{n}]"))
    return Composed("\n\n".join(paragraphs), tuple(sentences), tuple(citations))


def _sentences(units: Sequence[Unit]) -> list[str]:
    """One text a unit; a lead-in is one with the items that it introduces, a line each, if they are few words."""
    texts: list[str] = []
    open_words = 0  # of the sentence that goes on, 0 if none does
    for unit in units:
        words = len(unit.text.split())
        if open_words and unit.kind in _NEEDS_HEADING and open_words + words <= _WORDS_LED_IN:
            texts[-1] += f"\n{unit.text}"
            open_words += words
        else:
            texts.append(unit.text)
            open_words = words if unit.kind == "sentence" and unit.is_lead_in else 0
    return texts


def _led_in(quote: Quote) -> str:
    """The heading over a list or code that no sentence introduces: "What does not work offline" turns its sense."""
    path = quote.evidence.heading_path
    if quote.units[0].kind not in _NEEDS_HEADING or len(path) < 2:
        return ""
    return f"**{unmarked(_FORMATTING.sub('', path[-1])).strip()}**\n\n"


def unmarked(text: str) -> str:
    """A text of somebody else's without what reads like a citation: `[2]` becomes `(2)`; code stays."""
    return _LIKE_A_MARK.sub(lambda found: found["code"] or f"({found['numbers']})", text)


def _texts(units: Sequence[Unit]) -> list[str]:
    """What is quoted, verbatim; a table's header once, before its rows."""
    texts: list[str] = []
    for header, group in groupby(units, key=lambda unit: unit.header):
        texts += [header] if header else []
        texts += [unit.text for unit in group]
    return texts


def citation_of(n: int, evidence: Evidence, quote: str) -> CitedPassage:
    """A passage as the answer's n-th citation, with what is quoted of it."""
    return CitedPassage(
        n=n,
        passage_id=evidence.passage_id,
        document_id=evidence.document_id,
        title=evidence.title,
        heading_path=evidence.heading_path,
        uri=evidence.uri,
        quote=quote,
        passage_text=evidence.text,
        document_hash=evidence.document_hash,
    )


def _markdown(units: Sequence[Unit], mark: str) -> str:
    """The units as Markdown blocks; the mark stands behind the last sentence or list item."""
    blocks = [_block(kind, list(group)) for kind, group in groupby(units, key=_block_kind)]
    text = ""
    for before, (kind, block) in zip([None, *blocks], blocks, strict=False):
        tight = before and {before[0], kind} <= {"list", "code"}
        text += ("\n" if tight else "\n\n" if before else "") + block
    last = blocks[-1][0]
    return text + ("\n\n" if last in {"row", "code"} else " ") + mark


def _block_kind(unit: Unit) -> str:
    return "list" if unit.kind in {"step", "item"} else unit.kind


def _block(kind: str, units: list[Unit]) -> tuple[str, str]:
    if kind == "list":
        return kind, "\n".join(_list_lines(units))
    if kind == "row":
        return kind, "\n".join(_table_lines(units))
    if kind == "code":
        return kind, "\n\n".join(unit.text for unit in units)
    return kind, unmarked(" ".join(unit.text for unit in units))


def _list_lines(units: Iterable[Unit]) -> list[str]:
    lines = []
    for unit in units:
        marker = f"{unit.number}." if unit.number is not None else "-"
        lines.append(f"{'   ' * unit.depth}{marker} {unmarked(unit.text)}")
    return lines


def _table_lines(units: list[Unit]) -> list[str]:
    header = units[0].header or ""
    columns = max(1, len(_CELL.findall(header.strip().strip("|"))) + 1)
    return [unmarked(header), "|" + " --- |" * columns, *(unmarked(unit.text) for unit in units)]
