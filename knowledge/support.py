"""Whether passages say what a sentence claims: by its numbers, names, denials and words. Pure functions.

A sentence is held against the lines of its passages: every number and name must stand there,
a number in a line like the sentence, what is denied must be denied there and nowhere the other way round, and
most of its words must be there, or a cross-encoder must take the closest lines to be about it. Figures in docs/results.md; they were chosen on mtrag-conversations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from knowledge import facts
from knowledge.splitting import sentences
from knowledge.words import stem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Read = Callable[[str, Sequence[str]], Sequence[float]]

NUMBER, NAME, ADDRESS, DENIAL = "a number", "a name", "an address", "a denial"
THIN = "too little of it is there"
FEW = 3  # stems of a sentence that say too little to find its line by
SIGN_IN = "a secret that no passage speaks of"

_RUN_ON = re.compile(r"(?<=[a-z)\]][.!?;:])(?=[A-Z0-9])")
_SPACED = re.compile(r"\s+(n?['\u2019](?:s|t|re|ve|ll|d))\b")  # "company 's", "does n't"
# A web address, a mail address, or what calls people in Slack.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>()\[\]|]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|<[!@#][^>]*>|(?<!\w)@(?:here|channel|everyone)\b",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"^(?:https?:(?://)?)?(?:www\.)?")
_UNTIL = re.compile(r"\b(?:until|unless|without|before)\b", re.IGNORECASE)  # "not until"
_ONLY = re.compile(r"\b(?:only|must|needs?|requires?|required)\b", re.IGNORECASE)  # "only when"
_PARTS = re.compile(r"(?<=[;:])\s")
_RUN_OF_NAMES = re.compile(r"(?:[A-Z][a-z]+\s(?:(?:of|and|the|for)\s)*){1,5}[A-Z][a-z]+")
_GENERIC_WORDS = (
    "tv url ad bc bce ce us usa uk ok s eu un pdf faq id ids u api app csv"  # written like names, but none
)
_GENERIC = frozenset(_GENERIC_WORDS.split())


# What somebody who was talked round would ask for; an article that does not mention it never asks for it.
_KEY_WORDS = "password passcode passphrase pin cvv cvc iban otp credential secret token ssn"
_KEYS = frozenset(map(stem, _KEY_WORDS.split()))


@dataclass(frozen=True)
class Strictness:
    """How much must be there.

    Attributes:
        thinly_covered: a share of the sentence's content stems that the passages hold, below which a cross-encoder must take the closest lines to be about the sentence,
        read: by this logit at least. Without one, the sentence must follow the wording of the passages:
        aligned: in the share that its best lines hold,
        worded: or in the share of its pairs of neighbouring words.
        displaced: how much closer to the sentence a line with another number may be than the line with its own.
        renamed: the same of a line with another name in the place of the sentence's,
        alike: where that line holds at least this share of the rest of the sentence.
    """

    thinly_covered: float = 0.7
    read: float = -6.0
    aligned: float = 0.3
    worded: float = 0.05
    displaced: float = 0.4
    renamed: float = 0.6
    alike: float = 0.7


@dataclass(frozen=True)
class Line:
    """A sentence, reduced to what is compared."""

    text: str

    @cached_property
    def content(self) -> tuple[str, ...]:
        """Stems of its content words in order."""
        return tuple(stem(word) for word in facts.tokens(self.text) if facts.is_content(word))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The same as a set."""
        return frozenset(self.content)

    @cached_property
    def numbers(self) -> frozenset[float]:
        """Every value that it may be read to hold."""
        return frozenset(value for one in facts.figures(self.text) for value in (one.value, one.bare))

    @cached_property
    def denials(self) -> list[facts.Denial]:
        """What it denies."""
        return facts.denials(self.text)

    @cached_property
    def hints(self) -> list[facts.Denial]:
        """What it may deny in other words."""
        return facts.hints(self.text)

    @cached_property
    def undone(self) -> frozenset[str]:
        """Stems that it turns around by a prefix."""
        return facts.undone(self.text)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Its pairs of neighbouring content words."""
        return frozenset(pairwise(self.content))


class Source:
    """Passages as a sentence is held against them.

    Args:
        passages: heading path and text of each.
    """

    def __init__(self, passages: Iterable[tuple[Sequence[str], str]]) -> None:
        texts: list[str] = []
        headings: list[str] = []
        for heading_path, text in passages:
            headings.extend(heading_path)
            texts.append(_RUN_ON.sub(" ", tidy(text)))
        self.lines = [
            Line(part)
            for text in texts
            for one in sentences(text)
            for part in _PARTS.split(one)
            if len(part) > 2
        ]
        everything = "\n".join((*map(tidy, headings), *texts))
        found = facts.tokens(everything)
        self.words = frozenset(found)
        self.ordinary = frozenset(re.findall(r"\b[a-z]+\b", "\n".join(texts)))
        self.text = everything.lower()
        stems = {stem(word) for word in self.words}
        self.stems = frozenset(stems | {facts.without_prefix(one) for one in stems})
        self.heads = frozenset(stem(word) for text in headings for word in facts.tokens(text))
        self.numbers = Line(everything).numbers
        self.named = frozenset(stem(word) for one in facts.names(everything) for word in one.words)
        self.beginnings = frozenset(
            word[:n] for word in self.words if len(word) >= 5 for n in range(4, len(word) + 1)
        )
        self.initials = frozenset(
            "".join(word[0] for word in run.split() if word[0].isupper()).lower()
            for run in _RUN_OF_NAMES.findall(everything)
        )

    def closest(self, line: Line, k: int = 3) -> str:
        """The k lines that share most with a sentence, in reading order."""
        ranked = sorted(range(len(self.lines)), key=lambda i: -len(line.stems & self.lines[i].stems))[:k]
        return " ".join(self.lines[i].text for i in sorted(ranked))

    def holds(self, word: str) -> bool:
        """Whether a stem is there, perhaps turned around, or a longer word of its beginning."""
        return word in self.stems or facts.without_prefix(word) in self.stems or word[:5] in self.beginnings


def tidy(text: str) -> str:
    """Text without the blanks that tokenised corpora put before an apostrophe."""
    return _SPACED.sub(r"\1", text)


def doubts(
    claim: str, source: Source, strictness: Strictness | None = None, read: Read | None = None
) -> tuple[str, ...]:
    """Why the passages do not say a claim; empty if they do.

    Args:
        claim: see `claims.claim_of`.
        source: the passages that it cites.
        strictness: see there.
        read: a cross-encoder.
    """
    limits = strictness or Strictness()
    text = tidy(claim)
    line = Line(text)
    found = [
        NUMBER if _number_is_off(text, line, source, limits) else "",
        ADDRESS if any(address not in source.text for address in _addresses(text)) else "",
        NAME if _name_is_missing(text, source) or _name_is_displaced(text, line, source, limits) else "",
        DENIAL if _denies_otherwise(line, source) else "",
        THIN if _is_thin(line, source, limits, read) else "",
        SIGN_IN if any(word in _KEYS and not source.holds(word) for word in line.stems) else "",
    ]
    return tuple(doubt for doubt in found if doubt)


def is_absent(claim: str, source: Source) -> bool:
    """Whether a number or a name of the claim stands nowhere in the passages."""
    text = tidy(claim)
    absent = any(one.certain and one.value not in source.numbers for one in facts.figures(text))
    return absent or _name_is_missing(text, source)


def closeness(line: Line, other: Line, source: Source) -> float:
    """Share of the sentence's stems that a line or the headings hold, 0..1."""
    return len(line.stems & (other.stems | source.heads)) / (len(line.stems) or 1)


def _addresses(text: str) -> list[str]:
    """Web and mail addresses in a text in lower case, without their scheme and the punctuation around them."""
    found = (one.lower().rstrip(".,;:!?*_`'\"/") for one in _ADDRESS.findall(text))
    return [_SCHEME.sub("", address) for address in found if _SCHEME.sub("", address)]


def _number_is_off(text: str, line: Line, source: Source, limits: Strictness) -> bool:
    """A number that is nowhere, or stands only in lines about something else."""
    for figure in facts.figures(text):
        if not figure.certain:
            continue
        if figure.value not in source.numbers:
            return True
        own, other = 0.0, 0.0
        for one in source.lines:
            if figure.value in one.numbers or figure.bare in one.numbers:
                own = max(own, closeness(line, one, source))
            elif one.numbers:
                other = max(other, closeness(line, one, source))
        if other - own > limits.displaced:
            return True
    return False


def _name_is_missing(text: str, source: Source) -> bool:
    return any(
        not _is_named(word, source) for name in facts.names(text) if not name.opens for word in name.words
    )


def _name_is_displaced(text: str, line: Line, source: Source, limits: Strictness) -> bool:
    """A name that is there, but in lines about something else; the line like the sentence has another name."""
    for name in facts.names(text):
        own = frozenset(stem(word) for word in name.words)
        rest = line.stems - own
        if name.opens or own <= source.heads or len(rest) < FEW:
            continue
        there, elsewhere = 0.0, 0.0
        for one in source.lines:
            alike = len(rest & (one.stems | source.heads)) / len(rest)
            if own & one.stems:
                there = max(there, alike)
            elif alike > elsewhere and _names_another(one, line, source):
                elsewhere = alike
        if elsewhere >= limits.alike and elsewhere - there > limits.renamed:
            return True
    return False


def _names_another(one: Line, line: Line, source: Source) -> bool:
    """Whether a line has a name that the sentence does not have."""
    return any(
        line.stems.isdisjoint(stem(word) for word in name.words)
        for name in facts.names(one.text)
        if not (name.opens and name.text.lower() in source.ordinary)
    )


def _is_named(word: str, source: Source) -> bool:
    """Whether a part of a name is there: as a name, as the very word, abbreviated, or spelt a letter apart."""
    if word in _GENERIC or word in source.words or word[0].isdigit() or stem(word) in source.named:
        return True
    if word in source.initials and len(word) >= 3:
        return True
    if len(word) < 5:
        return False
    return word[: max(4, len(word) - 3)] in source.beginnings or any(
        other[:2] == word[:2] and _one_letter_apart(word, other) for other in source.words
    )


def _one_letter_apart(word: str, other: str) -> bool:
    if len(word) == len(other):
        return sum(a != b for a, b in zip(word, other, strict=True)) <= 1
    short, long = sorted((word, other), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _denies_otherwise(line: Line, source: Source) -> bool:
    if any(_is_not_denied(denial, line, source) for denial in line.denials):
        return True
    return not line.denials and _loses_a_denial(line, source)


def _is_not_denied(denial: facts.Denial, line: Line, source: Source) -> bool:
    """Whether the line that is most like the sentence does not deny what the sentence denies."""
    scope = denial.near
    if not scope:
        return False
    likeness = [
        (_likeness(denial, line, other), other)
        for other in source.lines
        if scope & (other.stems | other.undone)
    ]
    if not likeness:
        return True
    closest = max(likeness, key=lambda pair: pair[0])[1]
    if scope & closest.undone or any(scope & other.all for other in closest.denials):
        return False
    return not (_UNTIL.search(line.text) and _ONLY.search(closest.text))


def _likeness(denial: facts.Denial, line: Line, other: Line) -> float:
    scope = denial.near
    shared = len(scope & (other.stems | other.undone)) / len(scope)
    alike = len(line.stems & other.stems) / (len(line.stems) or 1)
    return shared + 0.5 * alike + (0.25 if set(denial.after[:2]) & other.stems else 0.0)


def _loses_a_denial(line: Line, source: Source) -> bool:
    """Whether the lines most like the sentence deny what it says."""
    ranked = sorted(source.lines, key=lambda one: -len(line.stems & one.stems))[:2]
    hinted = frozenset(word for hint in line.hints for word in hint.all) | line.undone
    if not ranked or not line.stems:
        return False
    least = max(0.5, len(line.stems & ranked[0].stems) / len(line.stems) - 0.15)
    near = [one for one in ranked if len(line.stems & one.stems) / len(line.stems) >= least]
    return any(_is_said(denial, line, hinted) for one in near for denial in one.denials)


def _is_said(denial: facts.Denial, line: Line, hinted: frozenset[str]) -> bool:
    """Whether the sentence says, undenied, what the passage denies."""
    if not denial.after or denial.after[0] not in line.stems or denial.after[0] in hinted:
        return False
    first = denial.after[:3]
    return sum(word in line.stems for word in first) >= 0.6 * len(first)


def _is_thin(line: Line, source: Source, limits: Strictness, read: Read | None) -> bool:
    if not line.stems:
        return False
    covered = sum(source.holds(word) for word in line.stems) / len(line.stems)
    if covered >= limits.thinly_covered:
        return False
    if read is not None:
        return read(line.text, [source.closest(line)])[0] < limits.read
    pairs = frozenset(pair for one in source.lines for pair in one.pairs)
    worded = len(line.pairs & pairs) / len(line.pairs) if line.pairs else 1.0
    return worded < limits.worded and _aligned(line, source) < limits.aligned


def _aligned(line: Line, source: Source) -> float:
    """Share of the sentence's stems that its three best lines and the headings hold."""
    left = set(line.stems)
    for _ in range(3):
        best = max(source.lines, key=lambda one: len(left & one.stems), default=None)
        if best is None or not left & best.stems:
            break
        left -= best.stems
    return 1 - len(left - source.heads) / len(line.stems)
