"""English number words as numbers: `twenty-five accounts` has 25, `two hundred` has 200."""

from __future__ import annotations

import re

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: n for n, word in enumerate(_UNITS.split())} | {
    word: 10 * n for n, word in enumerate(_TENS.split(), start=2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_WORD = re.compile(r"[^\W\d_]+|\S")
_JOINED = frozenset({"and", "-", "\u2010", "\u2011", "\u2013"})  # between the words of one number


def number_words(text: str) -> list[tuple[int, str]]:
    """Each number that stands in words, with `%` where it is one of per cent."""
    words = [word.lower() for word in _WORD.findall(text)]
    found, run = [], list[str]()
    for n, word in enumerate([*words, ""]):
        if word in _VALUES or word in _SCALES:
            run.append(word)
        elif not (run and word in _JOINED and _follows(words, n + 1)):
            if run:
                found.append((_value(run), "%" if _is_percent(words, n) else ""))
            run = []
    return found


def _follows(words: list[str], at: int) -> bool:
    return at < len(words) and (words[at] in _VALUES or words[at] in _SCALES)


def _is_percent(words: list[str], at: int) -> bool:
    return words[at : at + 1] in (["percent"], ["%"]) or words[at : at + 2] == ["per", "cent"]


def _value(run: list[str]) -> int:
    total = current = 0
    for word in run:
        if word in _VALUES:
            current += _VALUES[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        else:
            total += max(current, 1) * _SCALES[word]
            current = 0
    return total + current
