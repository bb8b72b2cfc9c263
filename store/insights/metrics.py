"""What a figure is, how sure one can be of it, and when it may be shown.

A metric is a value with what it was worked out from. The formulas themselves stand beside what they are about:
`voice`, `revenue`, `resolution`, `service`, `adoption`. All are pure functions from rows to a `Metric`; one without
data has the value None, which is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, sqrt
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Z_95 = 1.959963984540054  # two-sided 95 % of the standard normal distribution
NO_RATE_BELOW = 5
INTERVAL_BELOW = 30
Trend = Literal["up", "down"]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Metric:
    """A figure: `value` is `numerator / denominator` times the scale of its unit; a median has neither.

    Attributes:
        value: in the unit that its formula names; None where there is nothing to work it out from.
        n: of how many observations (answers, accounts, questions, clocks).
        interval: where it lies with 95 % probability; None where that cannot be told.
    """

    value: float | None
    n: int
    numerator: float | None = None
    denominator: float | None = None
    interval: Interval | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is anything to show."""
        return self.value is not None


UNKNOWN = Metric(None, 0)


def rate(part: int, whole: int) -> Metric:
    """A share of things that were counted, 0 to 1, with its Wilson interval."""
    value = share(part, whole)
    return Metric(value, whole, part, whole, None if value is None else wilson(part, whole))


def rate_of(outcomes: Iterable[bool]) -> Metric:
    """The share of those that are true."""
    known = list(outcomes)
    return rate(sum(known), len(known))


def average(values: Sequence[float], low: float, high: float) -> Metric:
    """The mean of values on a scale from `low` to `high`, with the normal interval; from two values on."""
    if not values:
        return UNKNOWN
    n, mean = len(values), fmean(values)
    spread = Z_95 * stdev(values) / sqrt(n) if n > 1 else None
    return Metric(mean, n, sum(values), n, spread if spread is None else _around(mean, spread, low, high))


def middle(values: Sequence[float]) -> Metric:
    """The median, with the interval that its neighbours in order give, whatever the distribution.

    The ranks are n/2 -+ z·sqrt(n)/2 (the binomial's normal approximation; W. J. Conover, Practical Nonparametric
    Statistics, 1999, section 3.2); below six values they would lie outside the data, and there is none.
    """
    if not values:
        return UNKNOWN
    ordered, n = sorted(values), len(values)
    below, above = floor(n / 2 - Z_95 * sqrt(n) / 2), ceil(1 + n / 2 + Z_95 * sqrt(n) / 2)
    interval = (ordered[below - 1], ordered[above - 1]) if below >= 1 and above <= n else None
    return Metric(median(ordered), n, interval=interval)


def weighted(parts: Sequence[float], wholes: Sequence[float], *, highest: float | None = None) -> Metric:
    """A ratio of two sums, one part and one whole an account, with the interval of a ratio estimator.

    With R = sum(parts) / sum(wholes): R -+ z·sqrt(sum((part - R·whole)²) / (n·(n-1))) / mean(whole); from two
    accounts on. Source: W. G. Cochran, Sampling Techniques, 1977, section 2.11.

    Args:
        parts: what each account adds above the line.
        wholes: what each adds below it, above 0.
        highest: what the ratio cannot exceed.
    """
    total = sum(wholes)
    if total <= 0:
        return UNKNOWN
    n, ratio = len(wholes), sum(parts) / total
    interval = None
    if n > 1:
        errors = sum((part - ratio * whole) ** 2 for part, whole in zip(parts, wholes, strict=True))
        spread = Z_95 * sqrt(errors / (n * (n - 1))) / (total / n)
        interval = _around(ratio, spread, 0.0, highest)
    return Metric(ratio, n, sum(parts), total, interval)


def share(part: int, whole: int) -> float | None:
    """`part / whole`, 0 to 1; None where there is nothing to share."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}.")
    return part / whole if whole else None


def wilson(successes: int, n: int, z: float = Z_95) -> Interval:
    """The Wilson score interval of a proportion, as (low, high) within 0 to 1.

    With p = successes / n: (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Unlike the textbook
    interval it stays within 0 to 1 and is honest for small n. Source: E. B. Wilson, J. Am. Stat. Assoc.
    22 (1927) 209. Nothing known (n = 0) is (0, 1).
    """
    p = share(successes, n)
    if p is None:
        return 0.0, 1.0
    centre = p + z * z / (2 * n)
    spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def shown_as(n: int) -> Literal["list", "interval", "rate"]:
    """How a rate of n answers may be shown: below 5 as a list, below 30 with its interval."""
    if n < NO_RATE_BELOW:
        return "list"
    return "interval" if n < INTERVAL_BELOW else "rate"


def trend(now: float, before: float) -> Trend | None:
    """An arrow only where a count moved by at least 3 and by at least 20 % of what it was."""
    moved = abs(now - before)
    if moved < 3 or moved < 0.2 * before:
        return None
    return "up" if now > before else "down"


def _around(centre: float, spread: float, low: float, high: float | None) -> Interval:
    top = centre + spread
    return max(low, centre - spread), top if high is None else min(high, top)
