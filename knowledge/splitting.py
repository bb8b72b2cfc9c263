"""Documents -> passages of about 500 characters that read alone.

500 characters won in quality and in cost (nDCG@10 .858 against .850 at 1,000 and .812 at 2,000, on 100 questions
over a product's documentation). Our own few lines instead of langchain's splitters: those cut Markdown by
separators and so through table rows, fences and sentences, which a quoted answer cannot afford.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from knowledge.types import PassageDraft
from store.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from knowledge.types import PassageKind, Section, SourceDocument

TARGET = 500  # characters of a passage
STEPS_TARGET = 1000  # steps are followed from first to last: a list up to here stays whole
WHOLE_TARGET = 1500  # an answer is one passage as long as the models see all of it
SHORT = 150  # a passage below this joins its neighbour
SLACK = 650  # as long as the two together stay below this
LONGEST = 4000  # a "sentence" or fence beyond this is data; it is cut so that models and Slack can take it

_FENCE = re.compile(r"\s*(`{3,})[^`\n]*$")
_ITEM = re.compile(r"(?:[-*]|\d+[.)]) ")
_LEAD = re.compile(r"(?:^\*\*.*\*\*|:)\s*$")  # a title or "Add this:" belongs to what follows
_TABLE = re.compile(r"\|.*\|\n\|[\s|:-]+\|(?:\n|$)")
_NUMBER = re.compile(r"\s*(?:[-*] )?\d+\.\s*")  # of a step, at the beginning of its line
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+|(?<=[。！？])")  # noqa: RUF001 - as texts have them
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|no|fig|dr|mr|mrs|ms|st|inc|ltd|co|u\.s|[A-Za-z])\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Unit:
    """The smallest thing that stays whole, and what stands between it and the unit before."""

    gap: str
    text: str


def split(document: SourceDocument) -> list[PassageDraft]:
    """The document's passages in reading order, positions 0 to n-1, each under its heading path."""
    drafts = [
        PassageDraft(0, _heading_path(document, section), section.anchor, text, section.kind)
        for section in document.sections
        for text in _passages(section)
    ]
    return [replace(draft, position=position) for position, draft in enumerate(_joined(_handed_on(drafts)))]


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order. A line break ends one; an abbreviation and a number do not."""
    return [
        sentence.strip() for line in text.split("\n") for sentence in _sentences(line) if sentence.strip()
    ]


def _heading_path(document: SourceDocument, section: Section) -> tuple[str, ...]:
    path = tuple(map(visible, section.heading_path))
    return path if path[:1] == (document.title,) else (document.title, *path)


def _passages(section: Section) -> list[str]:
    target = WHOLE_TARGET if section.whole else STEPS_TARGET if section.kind == "steps" else TARGET
    said = visible(section.text)
    packed = [said] if len(said) <= target else _packed(_units(said))
    return [text for text in map(_tidy, packed) if text]


def _tidy(text: str) -> str:
    return textwrap.dedent(text.strip("\n")).strip()


def _packed(units: Iterator[_Unit]) -> list[str]:
    """Units joined up to the target; a line that leads to the next unit goes along with it."""
    passages: list[list[_Unit]] = []
    for unit in units:
        size = sum(len(other.gap) + len(other.text) for other in passages[-1]) if passages else 0
        if passages and size + len(unit.gap) + len(unit.text) <= TARGET:
            passages[-1].append(unit)
            continue
        lead = passages[-1].pop() if passages and _leads(passages[-1][-1].text) else None
        passages.append([lead, unit] if lead else [unit])
    return ["".join(unit.gap + unit.text for unit in passage) for passage in passages if passage]


def _leads(text: str) -> bool:
    return len(text) <= SHORT and bool(_LEAD.search(text))


# Units ------------------------------------------------------------------------------------------------------


def _units(text: str) -> Iterator[_Unit]:
    for block in _blocks(text):
        if len(block) <= TARGET:
            yield from _paragraph(block)
        elif _TABLE.match(block):
            yield from _table_pieces(block)
        else:
            yield from _items(block)


def _paragraph(block: str) -> Iterator[_Unit]:
    """The paragraph; where only its last sentence leads to what follows, that one apart."""
    *before, last = _sentences(block) if block.endswith(":") and "\n" not in block else [block]
    if before:
        yield _Unit("\n\n", "".join(before))
    yield _Unit("" if before else "\n\n", last)


def _blocks(text: str) -> list[str]:
    """What blank lines separate; those in a fence do not count."""
    blocks: list[list[str]] = [[]]
    for line in _lines(text):
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return ["\n".join(block) for block in blocks if block]


def _lines(text: str) -> list[str]:
    """The lines; a fence with all that is in it counts as one."""
    lines, source = list[str](), text.split("\n")
    at = 0
    while at < len(source):
        fence = _FENCE.match(source[at])
        closing = _closing(source, at, fence[1]) if fence else at
        lines.append("\n".join(source[at : closing + 1]))
        at = closing + 1
    return lines


def _closing(source: list[str], opening: int, marks: str) -> int:
    """The line that closes a fence; where none does, the line was no fence."""
    ends = (number for number in range(opening + 1, len(source)) if source[number].strip() == marks)
    return next(ends, opening)


def _items(block: str) -> Iterator[_Unit]:
    """List items, where they are too long their lines, then sentences."""
    items: list[list[str]] = []
    is_list = bool(_ITEM.match(block))
    for line in _lines(block):
        if items and is_list and not _ITEM.match(line):
            items[-1].append(line)
        else:
            items.append([line])
    first = "\n\n"
    for item in items:
        whole = "\n".join(item)
        for unit in [_Unit("\n", whole)] if len(whole) <= TARGET else _long_item(item):
            yield replace(unit, gap=first or unit.gap)
            first = ""


def _long_item(lines: list[str]) -> Iterator[_Unit]:
    for line in lines:
        if "\n" in line:
            yield from (_Unit("\n", piece) for piece in _fence_pieces(line))
        elif len(line) <= TARGET:
            yield _Unit("\n", line)
        else:
            for number, sentence in enumerate(_sentences(line)):
                for piece in _cut(sentence):
                    yield _Unit("" if number else "\n", piece)


def _fence_pieces(fence: str) -> list[str]:
    """The fence as it is; one beyond all measure in several, each with its own marks."""
    if len(fence) <= LONGEST:
        return [fence]
    opening, *body, closing = fence.split("\n")
    pieces = _grouped([piece for line in body for piece in _cut(line)], LONGEST)
    return [f"{opening}\n{piece}\n{closing}" for piece in pieces]


def _table_pieces(table: str) -> Iterator[_Unit]:
    """Runs of whole rows, each under the table's head."""
    head, rule, *rows = table.split("\n")
    room = max(TARGET - len(head) - len(rule), 1)
    yield from (_Unit("\n\n", f"{head}\n{rule}\n{piece}") for piece in _grouped(rows, room))


def _grouped(lines: list[str], room: int) -> list[str]:
    groups: list[str] = []
    for line in lines:
        if groups and len(groups[-1]) + 1 + len(line) <= room:
            groups[-1] += "\n" + line
        else:
            groups.append(line)
    return groups


def _sentences(line: str) -> list[str]:
    """The line cut behind its sentences, nothing lost: the pieces together are the line."""
    pieces, start = list[str](), 0
    for end in _SENTENCE_END.finditer(line):
        follows = line[end.end() : end.end() + 1]
        if (
            follows.islower()
            or _NUMBER.fullmatch(line, 0, end.end())
            or _ABBREVIATION.search(line[max(start, end.start() - 12) : end.end()].rstrip())
        ):
            continue
        pieces.append(line[start : end.end()])
        start = end.end()
    return [piece for piece in [*pieces, line[start:]] if piece]


def _cut(text: str) -> list[str]:
    """Pieces of at most LONGEST, between words where there are any."""
    pieces = []
    while len(text) > LONGEST:
        space = text.rfind(" ", LONGEST // 2, LONGEST)
        end = space + 1 if space > 0 else LONGEST
        pieces.append(text[:end])
        text = text[end:]
    return [*pieces, text]


# Neighbours -------------------------------------------------------------------------------------------------


def _handed_on(drafts: list[PassageDraft]) -> list[PassageDraft]:
    """A passage's last line that leads to the next passage, put in front of that one."""
    done: list[PassageDraft] = []
    for draft in drafts:
        lead = _last_lead(done[-1], draft) if done else ""
        if lead:
            rest = done.pop()
            text = rest.text.removesuffix(lead).rstrip()
            done += [replace(rest, text=text)] if text else []
        done.append(replace(draft, text=f"{lead}\n\n{draft.text}") if lead else draft)
    return done


def _last_lead(one: PassageDraft, other: PassageDraft) -> str:
    last = one.text.rpartition("\n")[2].lstrip()
    if not _same_place(one, other) or not _LEAD.search(last):
        return ""
    lead = last if len(last) <= SHORT else _sentences(last)[-1]
    fits = len(lead) + len(other.text) <= SLACK or (other.kind != "text" and len(lead) <= 2 * SHORT)
    return lead if fits else ""


def _same_place(one: PassageDraft, other: PassageDraft) -> bool:
    return (one.heading_path, one.anchor) == (other.heading_path, other.anchor)


def _joined(drafts: list[PassageDraft]) -> list[PassageDraft]:
    """Very short passages together with their neighbour under the same heading."""
    joined: list[PassageDraft] = []
    for draft in drafts:
        kind = _common_kind(joined[-1], draft) if joined else None
        if kind:
            joined[-1] = replace(joined[-1], text=_together(joined[-1].text, draft.text), kind=kind)
        else:
            joined.append(draft)
    return joined


def _together(one: str, other: str) -> str:
    """Both texts; a list goes on as one list and a table under its one head."""
    last = one.rpartition("\n\n")[2]
    if _ITEM.match(last) and _ITEM.match(other):
        return f"{one}\n{other}"
    table = _TABLE.match(other)
    if table and last.startswith(table[0]):
        return f"{one}\n{other[table.end() :]}"
    return f"{one}\n\n{other}"


def _common_kind(one: PassageDraft, other: PassageDraft) -> PassageKind | None:
    """The kind of both together, or None where they must stay apart."""
    if not _same_place(one, other):
        return None
    if min(len(one.text), len(other.text)) >= SHORT or len(one.text) + len(other.text) > SLACK:
        return None
    kinds = {one.kind, other.kind} - {"text"}
    if kinds == {"steps", "code"}:
        return "steps"
    if not kinds:
        return "text"
    return (one.kind if one.kind != "text" else other.kind) if len(kinds) == 1 else None
