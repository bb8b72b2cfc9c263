"""Ranking metrics, exactly as trec_eval defines them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
