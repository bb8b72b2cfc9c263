"""Whether the evidence answers: a scope gate, a sufficiency gate, and a confidence. Pure functions.

Scope ("is this about us at all") is nearly solved by scores; sufficiency ("is the fact there") is not, without
a model that reads. What can be had from scores and words is here; the figures come from questions over two
help centres and one product documentation, none of which is among the tests' own.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.grounding import numbers
from knowledge.words import STOP_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.types import Evidence

READ = 5  # passages in which a named thing must occur
_NAME = re.compile(r"(?<![\w'])(?:[A-Z][\w+#.-]*[\w+#]|[a-z]+[A-Z]\w*)")
_CALENDAR_WORDS = """
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
september october november december english
"""
_CALENDAR = frozenset(_CALENDAR_WORDS.split())


@dataclass(frozen=True)
class Gates:
    """The figures of the gates: a logistic over three scores, and two thresholds on its value.

    Attributes:
        intercept: of the logistic.
        cosine: weight of the nearest passage's cosine.
        passage: weight of the best passage's logit.
        unit: weight of the best quotable unit's logit.
        unknown: weight of the share of the question's words that no readable article uses.
        refuse_below: confidence below which the question is refused.
        unsure_below: confidence below which the answer says that it is not sure.
    """

    intercept: float = -17.0
    cosine: float = 26.0
    passage: float = 0.25
    unit: float = 0.10
    unknown: float = -1.5
    refuse_below: float = 0.35
    unsure_below: float = 0.5


@dataclass(frozen=True)
class Signals:
    """What the gates look at.

    Attributes:
        cosine: of the nearest passage, -1..1.
        passage: the best passage's logit.
        unit: the best quotable unit's logit.
        unknown: share of the question's content words that no readable article uses, 0..1.
        unsaid: names and numbers of the question that the best passages do not mention.
    """

    cosine: float
    passage: float
    unit: float
    unknown: float = 0.0
    unsaid: tuple[str, ...] = ()


def confidence(signals: Signals, gates: Gates) -> float:
    """How likely the evidence answers, 0..1; 0 if it does not mention what the question names."""
    if signals.unsaid:
        return 0.0
    z = (
        gates.intercept
        + gates.cosine * signals.cosine
        + gates.passage * signals.passage
        + gates.unit * signals.unit
        + gates.unknown * signals.unknown
    )
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, z))))


def unsaid(question: str, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Names and numbers of the question that the best passages do not mention."""
    read = " ".join(" ".join((*one.heading_path, one.text, one.uri)) for one in evidence[:READ])
    said = {stem(word) for word in words(read)}
    flat = re.sub(r"\W+", "", read.lower())
    missing = [
        name
        for name in _names(question)
        if stem(name.lower()) not in said and re.sub(r"\W+", "", name.lower()) not in flat
    ]
    return tuple(missing) + tuple(sorted(numbers(question) - numbers(read)))


def _names(question: str) -> list[str]:
    """Words that are written like names: a capital inside a sentence, or several in one word."""
    found = []
    for match in _NAME.finditer(question):
        name = match.group().rstrip(".-")
        opens = not question[: match.start()].strip() or question[: match.start()].rstrip()[-1] in '.!?:"('
        plain = name[1:].islower() or len(name) == 1
        word = name.lower()
        if not (opens and plain) and word not in STOP_WORDS and word not in _CALENDAR:
            found.append(name)
    return list(dict.fromkeys(found))
