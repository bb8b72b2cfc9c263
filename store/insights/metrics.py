"""The formulas of figures, and the rules of when a figure may be shown."""

from __future__ import annotations

from math import sqrt
from typing import Literal

Z_95 = 1.959963984540054  # two-sided 95 % of the standard normal distribution
NO_RATE_BELOW = 5
INTERVAL_BELOW = 30
Trend = Literal["up", "down"]


def share(part: int, whole: int) -> float | None:
    """`part / whole`, 0 to 1; None where there is nothing to share."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}.")
    return part / whole if whole else None


def wilson(successes: int, n: int, z: float = Z_95) -> tuple[float, float]:
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


def helpful_rate(up: int, down: int) -> float | None:
    """Thumbs up / (thumbs up + thumbs down); None where nobody rated."""
    return share(up, up + down)


def shown_as(n: int) -> Literal["list", "interval", "rate"]:
    """How a rate of n answers may be shown: below 5 as a list, below 30 with its interval."""
    if n < NO_RATE_BELOW:
        return "list"
    return "interval" if n < INTERVAL_BELOW else "rate"


def trend(now: int, before: int) -> Trend | None:
    """An arrow only where a count moved by at least 3 and by at least 20 % of what it was."""
    moved = abs(now - before)
    if moved < 3 or moved < 0.2 * before:
        return None
    return "up" if now > before else "down"
