"""How sure a figure is: percentile bootstrap, seeded, whole conversations drawn at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.intp]

RESAMPLES, SEED = 2000, 2026


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def rounded(self) -> list[float]:
        """Figure, low and high to four decimals."""
        return [round(self.value, 4), round(self.low, 4), round(self.high, 4)]


def interval(statistic: Callable[[Rows], float], groups: Sequence[str]) -> Interval:
    """The 95 % interval of a statistic; a difference of two methods on the same rows makes it paired.

    Args:
        statistic: of the rows at these positions, where one may come several times.
        groups: which group each row belongs to; groups are drawn whole, since turns of one conversation are
            not independent of each other.
    """
    everything = np.arange(len(groups))
    members: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(group, []).append(row)
    drawn_from = [np.array(rows) for rows in members.values()]
    if not drawn_from:
        return Interval(0.0, 0.0, 0.0)
    random = np.random.default_rng(SEED)
    draws = random.integers(len(drawn_from), size=(RESAMPLES, len(drawn_from)))
    values = [statistic(np.concatenate([drawn_from[i] for i in draw])) for draw in draws]
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(statistic(everything), float(low), float(high))


def mean_difference(ours: Sequence[float], theirs: Sequence[float], groups: Sequence[str]) -> Interval:
    """How much better our mean is on the same rows."""
    differences = np.asarray(ours, dtype=float) - np.asarray(theirs, dtype=float)
    return interval(lambda rows: float(differences[rows].mean()), groups)


def conversation(identity: str) -> str:
    """What a turn's id says about its conversation: `ID<::>TURN`; anything else stands alone."""
    return identity.split("<::>", maxsplit=1)[0]
