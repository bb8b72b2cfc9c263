"""Parts of a document -> sections under their heading path and anchor."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.sources.blocks import Block, Heading, Mark, Part, Scope
from knowledge.types import Section

if TYPE_CHECKING:
    from collections.abc import Iterable

    from knowledge.types import PassageKind


_LONGEST_LEAD = 300  # characters
_LEAD = re.compile(r"^(?!- ).*:$|^\*\*.*\*\*$", re.DOTALL)  # "Add this snippet:", or a title in bold


def slug(heading: str) -> str:
    """The anchor that GitHub and Docusaurus give to a heading."""
    kept = (char for char in heading.lower() if char in " -_" or unicodedata.category(char)[0] in "LMN")
    return "".join(kept).replace(" ", "-")


def same_words(one: str, other: str) -> bool:
    """Whether two headings say the same, whatever their case and punctuation."""
    return re.findall(r"\w+", one.casefold()) == re.findall(r"\w+", other.casefold())


def outline(parts: Iterable[Part], title: str) -> tuple[Section, ...]:
    """The sections of a document in reading order.

    Neighbouring paragraphs and lists are one section; a table, code or numbered steps is one of its own,
    together with the line that leads to it ("Add this snippet:").
    """
    writer = _Outline(title)
    writer.write(parts)
    return tuple(run.section() for run in writer.runs)


@dataclass
class _Run:
    """Neighbouring blocks of one kind in one place: a section in the making."""

    heading_path: tuple[str, ...]
    anchor: str | None
    kind: PassageKind
    texts: list[str]

    def section(self) -> Section:
        gap = "\n" if self.kind == "steps" and len(self.texts) > 1 else "\n\n"
        return Section(self.heading_path, self.anchor, gap.join(self.texts), self.kind)


class _Outline:
    def __init__(self, title: str) -> None:
        self.title = title
        self.runs: list[_Run] = []
        self._path: list[tuple[float, str]] = []
        self._anchor: str | None = None
        self._slugs: dict[str, int] = {}

    def write(self, parts: Iterable[Part]) -> None:
        for part in parts:
            if isinstance(part, Heading):
                self._head(part)
            elif isinstance(part, Scope):
                self._scope(part)
            elif isinstance(part, Mark):
                self._anchor = part.anchor
            else:
                self._add(part)

    def _head(self, heading: Heading) -> None:
        anchor = heading.anchor or self._unique(slug(heading.text))
        self._path = [entry for entry in self._path if entry[0] < heading.level]
        if heading.level == 1 and same_words(heading.text, self.title):
            self._anchor = None
            return
        self._path.append((heading.level, heading.text))
        self._anchor = anchor

    def _unique(self, anchor: str) -> str:
        """The anchor, with the next free number behind it where an earlier heading has taken it."""
        unique = anchor
        while unique in self._slugs:
            self._slugs[anchor] += 1
            unique = f"{anchor}-{self._slugs[anchor]}"
        self._slugs[unique] = 0
        return unique

    def _scope(self, scope: Scope) -> None:
        outer = self._path, self._anchor
        level = self._path[-1][0] if self._path else 1
        self._path = [*self._path, (level + 0.01, scope.title)]
        self.write(scope.parts)
        self._path, self._anchor = outer

    def _add(self, block: Block) -> None:
        path = tuple(text for _, text in self._path)
        last = self.runs[-1] if self.runs else None
        here = last is not None and (last.heading_path, last.anchor) == (path, self._anchor)
        if last and here and last.kind == block.kind and block.kind in ("text", "steps"):
            last.texts.append(block.text)
            return
        lead = self._take_lead() if here and block.kind != "text" else ""
        text = f"{lead}\n\n{block.text}" if lead else block.text
        self.runs.append(_Run(path, self._anchor, block.kind, [text]))

    def _take_lead(self) -> str:
        """The paragraph before, where it leads to what comes now."""
        texts = self.runs[-1].texts
        if self.runs[-1].kind != "text" or len(texts[-1]) > _LONGEST_LEAD or not _LEAD.search(texts[-1]):
            return ""
        lead = texts.pop()
        if not texts:
            self.runs.pop()
        return lead
