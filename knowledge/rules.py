"""Rules of a source: a small YAML file in its folder says what documents do not say about themselves.

    "internal/**": {audience: internal, owner: support@example.com}
    "pricing/*.md":
      plan: growth
      effective_until: 2026-12-31

Patterns are matched against a document's path inside the source: `*` stays within a folder, `**` crosses
folders. Where several match, a later one wins field by field; a document's own front matter wins over all.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import yaml

from knowledge.errors import KnowledgeError, UnreadableDocument
from knowledge.sources.front_matter import FIELDS, FrontMatter, front_matter

if TYPE_CHECKING:
    from pathlib import Path

    from knowledge.types import SourceDocument

NAMES = ("guidepost.yaml", ".guidepost.yaml")
_RULED = (
    "audience", "plan", "stage", "persona", "language", "owner", "reviewed_on", "effective_from", "effective_until",
)  # fmt: skip
_ALLOWED = FIELDS - {"title"}


class BadRules(KnowledgeError):  # noqa: N818
    """The rules of a source cannot be used; nobody would know who may read what."""


@dataclass(frozen=True)
class Rule:
    """What is said about the documents whose path matches."""

    pattern: str
    fields: FrontMatter

    def matches(self, uri: str) -> bool:
        """Whether it is about the document at that path."""
        return re.fullmatch(_regex(self.pattern), uri) is not None


@dataclass(frozen=True)
class Rules:
    """The rules of one source, in the order in which they were written."""

    rules: tuple[Rule, ...] = ()

    def applied(self, document: SourceDocument) -> SourceDocument:
        """The document with what the rules say where it says nothing itself.

        Raises:
            UnreadableDocument: together, its dates make no sense.
        """
        said = {
            name: value
            for rule in self.rules
            if rule.matches(document.uri)
            for name in _RULED
            if (value := getattr(rule.fields, name))
        }
        own = {name: getattr(document, name) for name in _RULED if getattr(document, name)}
        made = replace(document, **(said | own))
        start, end = made.effective_from, made.effective_until
        if start and end and end < start:
            raise UnreadableDocument(
                f"With the source's rules it is in effect from {start} until {end}; the end must not be before "
                "the start."
            )
        return made

    def unused(self, uris: set[str]) -> list[str]:
        """The patterns that match none of the documents."""
        return [rule.pattern for rule in self.rules if not any(map(rule.matches, uris))]


def load_rules(root: Path) -> Rules:
    """The rules of the source at `root`, a folder or a file in it; none where there is no such file.

    Raises:
        BadRules: the file is broken, or says something that makes no sense; the text names file and place.
    """
    folder = root if root.is_dir() else root.parent
    found = [folder / name for name in NAMES if (folder / name).is_file()]
    if len(found) > 1:
        raise BadRules(f"{folder} has both {' and '.join(NAMES)}; keep one of them.")
    return parse_rules(found[0].read_text("utf-8", "replace"), str(found[0])) if found else Rules()


def parse_rules(text: str, name: str) -> Rules:
    """Rules from YAML; `name` is for messages.

    Raises:
        BadRules: as `load_rules`.
    """
    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or error
        raise BadRules(f'{name}{where}: {problem}. Put patterns in quotes, as in "internal/**".') from error
    if values is None:
        return Rules()
    if not isinstance(values, dict):
        raise BadRules(f'{name}: expected lines such as "internal/**": {{audience: internal}}.')
    return Rules(tuple(_rule(str(pattern), fields, name) for pattern, fields in values.items()))


def _rule(pattern: str, fields: Any, name: str) -> Rule:
    if not isinstance(fields, dict) or not fields:
        raise BadRules(f'{name}, "{pattern}": expected fields such as {{audience: internal}}.')
    for field in fields:
        if str(field).lower() not in _ALLOWED:
            near = difflib.get_close_matches(str(field).lower(), sorted(_ALLOWED), n=1, cutoff=0.0)[0]
            raise BadRules(f'{name}, "{pattern}": there is no field {field}. Did you mean {near}?')
    try:
        return Rule(pattern, front_matter({str(key): value for key, value in fields.items()}))
    except UnreadableDocument as error:
        raise BadRules(f'{name}, "{pattern}": {error}') from error


def _regex(pattern: str) -> str:
    """A glob as a regular expression: `*` and `?` within a folder, `**` across folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip().lstrip("/"))
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meaning.get(part) or re.escape(part) for part in parts)
