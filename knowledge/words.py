"""Words: tokens, stop words and stems. Pure functions, no library."""

from __future__ import annotations

import re

_STOP_WORDS = """
although though since whether either neither already always never often sometimes quickly somehow somebody
everything everybody everyone nothing nobody none anybody without within between every another
    a about after again all also am an and any anyone anything are aren't as at be because been before being both
    but by can can't cannot could couldn't did didn't do does doesn't doing don't down each else even ever every
    few for from further get gets getting give go goes going got had has hasn't have haven't having he hello help
    her here hers hey hi him his how however i i'd i'll i'm i've if in instead into is isn't it it's its itself
    just kindly know let let's like lot make makes many may maybe me might mine more most much must my myself need
    needs no nor not now of off ok on once one only onto or other our ours out over own please possible really
    same see seem seems shall she should shouldn't so some someone something still such take tell than thank thanks
    that that's the their theirs them then there there's these they thing things this those through to too try
    trying under until up us use used using very want wants was wasn't way we we'd we'll we're we've well were what
    what's when where which while who whom whose why will with without won't would wouldn't yes yet you you'd
    you'll you're you've your yours
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SUFFIXES = ("ations", "ation", "ingly", "ments", "ment", "ions", "ings", "ion", "ing", "ers", "ies", "ied")
_SHORT_SUFFIXES = ("ed", "er", "es", "ly", "s", "e", "y")


def words(text: str) -> list[str]:
    """Lower-cased words and numbers of a text, in order; an inner apostrophe stays."""
    return [word.replace("\u2019", "'") for word in _WORD.findall(text.lower())]


def content_words(text: str) -> list[str]:
    """The words that carry meaning, in order, repeats included."""
    return [word for word in words(text) if word not in STOP_WORDS]


def stem(word: str) -> str:
    """A crude stem, the same for the forms of one word: `exporting`, `exports`, `exported` -> `export`."""
    word = word.removesuffix("'s")
    for suffix in (*_SUFFIXES, *_SHORT_SUFFIXES):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] != "s" else word


def stems(text: str) -> frozenset[str]:
    """The stems of a text's content words."""
    return frozenset(stem(word) for word in content_words(text))
