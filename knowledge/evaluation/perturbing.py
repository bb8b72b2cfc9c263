"""Making a true sentence false in one place: a number, a name, or what it denies. Deterministic by a seed."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from knowledge.facts import denials, figures, names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.facts import Figure, Name

_YEAR = re.compile(r"(?:1\d|20)\d\d")
_CALENDAR_WORDS = """
January February March April May June July August September October November December
Monday Tuesday Wednesday Thursday Friday Saturday Sunday
"""
_CALENDAR = tuple(_CALENDAR_WORDS.split())
_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|must|may|might|has|have|had|do|does|did)\b(?!\s*(?:not\b|n't))"
)
_DENIAL = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|must|may|might|has|have|had|do|does|did)\s?n(?:o|['\u2019])t\b"
)


def with_another_number(sentence: str, seed: str, taken: str = "") -> str | None:
    """The sentence with one figure replaced by one that `taken` does not hold; None if it has none."""
    found = [figure for figure in figures(sentence) if figure.certain]
    if not found:
        return None
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, not a secret
    figure = chance.choice(found)
    held = {other.bare for other in figures(taken)} | {other.value for other in figures(taken)}
    written = sentence[figure.start : figure.end]
    for _ in range(50):
        other = _other_number(written, chance)
        if other != written and not held & {f.bare for f in figures(other)}:
            return sentence[: figure.start] + other + sentence[figure.end :]
    return None


def with_borrowed_number(sentence: str, seed: str, source: str) -> str | None:
    """The sentence with one figure replaced by another of the same shape that the source holds elsewhere."""
    found = [figure for figure in figures(sentence) if figure.certain]
    own = {figure.value for figure in found}
    others = [figure for figure in figures(source) if figure.certain and figure.value not in own]
    pairs = [(f, o) for f in found for o in others if _shape(sentence, f) == _shape(source, o)]
    if not pairs:
        return None
    figure, other = random.Random(seed).choice(pairs)  # noqa: S311
    return sentence[: figure.start] + source[other.start : other.end] + sentence[figure.end :]


def with_another_name(sentence: str, seed: str, others: Sequence[str], taken: str = "") -> str | None:
    """The sentence with one name replaced by one of `others` that `taken` does not hold; None if it has none."""
    found = [name for name in names(sentence) if not name.opens]
    if not found:
        return None
    chance = random.Random(seed)  # noqa: S311
    name = chance.choice(found)
    pool = _CALENDAR if name.text in _CALENDAR else others
    free = [other for other in pool if other.lower() not in taken.lower()]
    return _replaced(sentence, name, chance.choice(free)) if free else None


def with_borrowed_name(sentence: str, seed: str, source: str) -> str | None:
    """The sentence with one name replaced by another that the source holds elsewhere."""
    found = [name for name in names(sentence) if not name.opens]
    own = {name.text.lower() for name in names(sentence)}
    others = sorted({name.text for name in names(source) if not name.opens and name.text.lower() not in own})
    if not found or not others:
        return None
    chance = random.Random(seed)  # noqa: S311
    return _replaced(sentence, chance.choice(found), chance.choice(others))


def negated(sentence: str, seed: str) -> str | None:
    """The sentence with its denial taken out, or one put in behind an auxiliary verb; None if it has neither."""
    denied = list(_DENIAL.finditer(sentence))
    chance = random.Random(seed)  # noqa: S311
    if denied:
        match = chance.choice(denied)
        return sentence[: match.start()] + match.group(1) + sentence[match.end() :]
    cannot = re.search(r"\bcannot\b", sentence)
    if cannot:
        return sentence[: cannot.start()] + "can" + sentence[cannot.end() :]
    plain = list(_AUXILIARY.finditer(sentence))
    if not plain or denials(sentence):
        return None
    match = chance.choice(plain)
    return sentence[: match.end()] + " not" + sentence[match.end() :]


def _other_number(written: str, chance: random.Random) -> str:
    if _YEAR.fullmatch(written):
        return str(int(written) + chance.choice((-1, 1)) * chance.randint(1, 40))
    digits = re.sub(r"\D", "", written)
    if not digits:
        return chance.choice(_WORDS)
    at = chance.randrange(len(written))
    while not written[at].isdigit():
        at = (at + 1) % len(written)
    changed = str((int(written[at]) + chance.randint(1, 8)) % 10)
    changed = "7" if at == 0 and changed == "0" else changed
    return written[:at] + changed + written[at + 1 :]


def _shape(text: str, figure: Figure) -> str:
    written = text[figure.start : figure.end]
    if _YEAR.fullmatch(written):
        return "year"
    return "digits" if written[0].isdigit() else "word"


def _replaced(sentence: str, name: Name, other: str) -> str:
    return sentence[: name.start] + other + sentence[name.end :]
