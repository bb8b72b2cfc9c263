"""Reading a reply in words as one of the options. Words only: predictable, and always confirmed."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playbooks.types import Option

Certainty = Literal["exact", "likely"]
NEGATIONS = frozenset(
    {
        "not",
        "no",
        "never",
        "hardly",
        "isn't",
        "isnt",
        "wasn't",
        "wasnt",
        "don't",
        "dont",
        "nothing",
        "without",
    }
)
YES = frozenset(
    {"yes", "y", "yep", "yeah", "right", "correct", "exactly", "ja", "oui", "si", "true", "ok", "okay"}
)
NO = frozenset({"no", "n", "nope", "wrong", "nein", "non", "false"})


def read(text: str, options: Sequence[Option]) -> tuple[Option, Certainty] | None:
    """The option that a reply means: exact for its very label, likely for words of it; None if unsure.

    A phrase after a negation does not count ("not smooth"), and neither do two options at once.
    """
    words = normal(text)
    exact = [option for option in options if words in {normal(option.label), normal(option.value)}]
    if len(exact) == 1:
        return exact[0], "exact"
    best = read_several(text, options)
    return (best[0], "likely") if len(best) == 1 else None


def read_several(text: str, options: Sequence[Option]) -> list[Option]:
    """Every option that a reply names."""
    words = normal(text)
    hits = {option.value: span for option in options if (span := _longest(words, option))}
    return [option for option in options if option.value in hits and not _inside(option.value, hits)]


def means_yes(text: str) -> bool:
    """Whether a short reply agrees."""
    return _starts_with(text, YES)


def means_no(text: str) -> bool:
    """Whether a short reply disagrees."""
    return _starts_with(text, NO)


def normal(text: str) -> str:
    """Lower case, without punctuation and runs of blanks."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("_", " ").casefold()
    return " ".join(re.sub(r"[^\w']+", " ", plain).split())


def _starts_with(text: str, words: frozenset[str]) -> bool:
    parts = normal(text).split()
    return bool(parts) and len(parts) <= 4 and parts[0] in words


def _longest(words: str, option: Option) -> tuple[int, int] | None:
    """Where the longest phrase of the option stands in the reply, unless it is negated."""
    phrases = {normal(phrase) for phrase in (option.label, option.value, *option.also)} - {""}
    spans = [
        found.span()
        for phrase in phrases
        for found in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", words)
        if not _negated(words, found.start(), phrase)
    ]
    return max(spans, key=lambda span: span[1] - span[0], default=None)


def _negated(words: str, start: int, phrase: str) -> bool:
    before = words[:start].split()[-2:]
    return phrase.split(maxsplit=1)[0] not in NEGATIONS and bool(NEGATIONS & set(before))


def _inside(value: str, hits: dict[str, tuple[int, int]]) -> bool:
    """Whether another option's phrase covers this one's: "good, some changes" covers "good"."""
    start, end = hits[value]
    return any(
        other != value and a <= start and end <= b and b - a > end - start for other, (a, b) in hits.items()
    )
