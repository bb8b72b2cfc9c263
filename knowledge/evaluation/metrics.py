"""Metrics: of rankings as trec_eval defines them, of decisions, and of answers' words."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORD = re.compile(r"\d+(?:\.\d+)+|\w+")
_INSIDE = re.compile(r"(?<=\w)['\u2019](?=\w)|(?<=\d),(?=\d{3})")
_ARTICLES = frozenset({"a", "an", "the"})


def ndcg(ranked: Sequence[str], relevance: Mapping[str, float], k: int) -> float:
    """Normalised discounted cumulative gain at k, 0..1, with linear gains; 0 if nothing is relevant."""
    gains = [relevance.get(item, 0.0) for item in ranked[:k]]
    ideal = sorted((gain for gain in relevance.values() if gain > 0), reverse=True)[:k]
    best = _discounted(ideal)
    return _discounted(gains) / best if best else 0.0


def recall(ranked: Sequence[str], relevance: Mapping[str, float], k: int) -> float:
    """Share of the relevant items among the first k, 0..1."""
    relevant = {item for item, gain in relevance.items() if gain > 0}
    return len(relevant & set(ranked[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], relevance: Mapping[str, float], k: int) -> float:
    """One over the rank of the first relevant item among the first k; 0 if there is none."""
    ranks = (rank for rank, item in enumerate(ranked[:k], start=1) if relevance.get(item, 0.0) > 0)
    return 1.0 / next(ranks, math.inf)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How likely a positive scores above a negative, ties counting half: the area under the ROC curve.

    0.5 if there are none of one kind.
    """
    if not len(positive) or not len(negative):
        return 0.5
    ordered = np.sort(np.asarray(negative, dtype=float))
    values = np.asarray(positive, dtype=float)
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    return float((below + not_above).mean() / 2 / len(ordered))


def token_f1(answer: str, reference: str) -> float:
    """Harmonic mean of precision and recall of words, 0..1; normalised as SQuAD does, articles left out."""
    given, wanted = normalised(answer), normalised(reference)
    shared = (Counter(given) & Counter(wanted)).total()
    return _harmonic(shared, len(given), len(wanted))


def rouge_l(answer: str, reference: str) -> float:
    """The same of the longest common subsequence of words (Lin 2004), without stemming, articles kept."""
    given, wanted = _words(answer), _words(reference)
    return _harmonic(_common_subsequence(given, wanted), len(given), len(wanted))


def contains(text: str, part: str) -> bool:
    """Whether the normalised words of a part stand in a text, one behind the other."""
    inside, around = normalised(part), normalised(text)
    return bool(inside) and f" {' '.join(inside)} " in f" {' '.join(around)} "


def normalised(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation and articles."""
    return [word for word in _words(text) if word not in _ARTICLES]


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def _words(text: str) -> list[str]:
    """Words and numbers in lower case; an apostrophe or a thousands separator inside one is dropped."""
    return _WORD.findall(_INSIDE.sub("", text.lower()))


def _harmonic(shared: int, given: int, wanted: int) -> float:
    return 2 * shared / (given + wanted) if shared else 0.0


def _common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    lengths = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for i, against in enumerate(other, start=1):
            above = lengths[i]
            lengths[i] = before + 1 if word == against else max(above, lengths[i - 1])
            before = above
    return lengths[-1]
