"""What in a sentence must be right: its numbers, its names, and what it denies. Pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.words import STOP_WORDS, stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COUNTED_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINAL_WORDS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_COUNTED = {word: float(value) for value, word in enumerate(_COUNTED_WORDS.split())}
_COUNTED |= {word: 20.0 + 10 * i for i, word in enumerate(_TENS_WORDS.split())}
_SAYS = _COUNTED | {word: float(value) for value, word in enumerate(_ORDINAL_WORDS.split())}
_SAYS |= {"once": 1, "single": 1, "twice": 2, "both": 2, "pair": 2, "couple": 2, "double": 2, "triple": 3}
_SAYS |= {"half": 0.5, "dozen": 12, "hundred": 100, "thousand": 1000}
_LOOSE = frozenset({"zero", "one", "two"})  # as words they are grammar more often than figures
_SCALES = {"hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9}
_SCALES |= {"trillion": 1e12}
_DIGITS = re.compile(
    r"(?<![\w.])(?:[$\u20ac\u00a3]\s?)?(\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:\s*-?\s*(hundred|thousand|million|billion|trillion|bn|[km](?![\w]))\b)?",
    re.IGNORECASE,
)
_ANY_SAID = "|".join(sorted(_SAYS, key=len, reverse=True))
_ANY_COUNTED = "|".join(sorted(_COUNTED, key=len, reverse=True))
_WORDED = re.compile(
    rf"\b({_ANY_SAID})(?:[\s-]+({_ANY_COUNTED}))?(?:[\s-]+(hundred|thousand|million|billion))?\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w'\u2019])[A-Z][\w+#]*(?:[-.&'\u2019][A-Za-z0-9][\w+#]*)*")
_BEFORE_A_SENTENCE = frozenset(".!?:;\"'\u201c\u2018([*_\u2022-")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")

_DENIAL_WORDS = """
not cannot never no none nobody nothing neither nor without unable fail fails failed lack lacks lacked lacking
except hardly rarely seldom
"""
DENIALS = frozenset(_DENIAL_WORDS.split())
_HINT_WORDS = """
avoid avoids avoided prevent prevents prevented prohibit prohibits prohibited forbid forbidden ban bans banned
exempt despite unless contrary stop stops stopped reject rejects rejected rejecting refuse refused refuses deny
denied denies difficult impossible unlikely instead rather until ineligible illegal absent absence exclude excludes
excluded excluding free
"""
_HINTS = frozenset(_HINT_WORDS.split())
_UNDONE = re.compile(r"^(?:un|in|im|ir|il|dis|non|mis)(?=[a-z]{4})")
# "No, ..." answers a question, "not only" adds, "or not" leaves open: none of them denies what follows.
_NO_DENIAL = re.compile(r"^\W*(?:no|yes)\s*[,.:;!]|\bnot (?:only|just|merely)\b|\bor not\b", re.IGNORECASE)
_AHEAD, _BEHIND = 7, 6  # words that a denial reaches


@dataclass(frozen=True)
class Figure:
    """A number as it stands in a text.

    Attributes:
        start: position of its first character.
        end: behind its last.
        value: what it says, the scale included ("8 million" is 8000000).
        bare: the same without the scale.
        certain: it is a figure, or a number word that is hardly ever mere grammar.
    """

    start: int
    end: int
    value: float
    bare: float
    certain: bool


@dataclass(frozen=True)
class Name:
    """A word that is written like a name; `opens` says that it begins its sentence, where any word would be."""

    start: int
    end: int
    text: str
    opens: bool

    @property
    def words(self) -> list[str]:
        """Its parts in lower case, a possessive left off."""
        return tokens(re.sub(r"['\u2019]s?$", "", self.text))


@dataclass(frozen=True)
class Denial:
    """What a word of negation reaches: stems of the content words behind it and before it."""

    after: tuple[str, ...]
    before: tuple[str, ...]

    @property
    def near(self) -> frozenset[str]:
        """The closest of them."""
        return frozenset(self.after[:3] + self.before[-2:])

    @property
    def all(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self.after + self.before)


def tokens(text: str) -> list[str]:
    """Lower-cased words and numbers, stop words included, in order."""
    return [word.replace("\u2019", "'") for word in _WORD.findall(text.lower())]


def is_content(word: str) -> bool:
    """Whether a token carries meaning by itself: no stop word, no number, no denial."""
    return word not in STOP_WORDS and word not in DENIALS and not word[0].isdigit()


def figures(text: str) -> list[Figure]:
    """The numbers of a text in order: digits, prices, years, ordinals, decades, number words."""
    return sorted((*_in_digits(text), *_in_words(text)), key=lambda figure: figure.start)


def _in_digits(text: str) -> Iterator[Figure]:
    for match in _DIGITS.finditer(text):
        bare = float(match.group(1).replace(",", ""))
        scale = _SCALES.get((match.group(2) or "").lower(), 1.0)
        yield Figure(match.start(1), match.end(1), bare * scale, bare, certain=True)


def _in_words(text: str) -> Iterator[Figure]:
    for match in _WORDED.finditer(text):
        first, second, scale = (part.lower() if part else "" for part in match.groups())
        bare = _SAYS[first]
        if second and 20 <= bare <= 90 and _COUNTED[second] < 10:
            bare += _COUNTED[second]
        certain = bool(scale) or (first in _COUNTED and first not in _LOOSE)
        yield Figure(match.start(), match.end(), bare * _SCALES.get(scale, 1.0), bare, certain)


def names(text: str) -> list[Name]:
    """Words that are written like names, in order; months and days are among them."""
    found = []
    for match in _NAME.finditer(text):
        before = text[: match.start()].rstrip()
        opens = not before or before[-1] in _BEFORE_A_SENTENCE
        if match.group().lower() not in STOP_WORDS and len(match.group()) > 1:
            found.append(Name(match.start(), match.end(), match.group(), opens))
    return found


def denials(text: str) -> list[Denial]:
    """What a text denies, by its words of negation."""
    found = tokens(_NO_DENIAL.sub(" ", text))
    return _reached(found, [i for i, word in enumerate(found) if word in DENIALS or word.endswith("n't")])


def hints(text: str) -> list[Denial]:
    """What it denies in other words, perhaps: "avoid", "instead of", "prohibited"."""
    found = tokens(text)
    return _reached(found, [i for i, word in enumerate(found) if word in _HINTS])


def undone(text: str) -> frozenset[str]:
    """Stems of words that a text turns around by a prefix: "unsafe" gives "safe"."""
    return frozenset(stem(_UNDONE.sub("", word)) for word in tokens(text) if _UNDONE.match(word))


def without_prefix(word: str) -> str:
    """A word or stem without a prefix that turns it around."""
    return _UNDONE.sub("", word)


def _reached(found: Sequence[str], positions: Sequence[int]) -> list[Denial]:
    content = [(i, stem(word)) for i, word in enumerate(found) if is_content(word)]
    return [
        Denial(
            tuple(word for i, word in content if at < i <= at + _AHEAD)[:4],
            tuple(word for i, word in content if at - _BEHIND <= i < at)[-3:],
        )
        for at in positions
    ]
