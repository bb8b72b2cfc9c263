"""Groups that grow one vector at a time, and which of them a new one is most like. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


class RunningMeans:
    """The sum and the number of each group's vectors, so that a new one is compared with all groups at once.

    Args:
        size: of a vector. Vectors of different models are never put together.
        least: the mean cosine to the vectors of a group from which on a new one joins it.
    """

    def __init__(self, size: int, least: float) -> None:
        self._least = least
        self._keys: list[str] = []
        self._place: dict[str, int] = {}
        self._sums = np.zeros((64, size), dtype=np.float32)
        self._counts = np.zeros(64, dtype=np.float32)

    def take(self, key: str, vector: NDArray[np.float32]) -> None:
        """One more unit vector of a group."""
        place = self._place.setdefault(key, len(self._keys))
        if place == len(self._keys):
            self._keys.append(key)
        if place == len(self._counts):
            self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
            self._counts = np.concatenate([self._counts, np.zeros_like(self._counts)])
        self._sums[place] += vector
        self._counts[place] += 1

    def nearest(self, vector: NDArray[np.float32]) -> str | None:
        """The group whose vectors it is most like, if it is like them."""
        held = len(self._keys)
        means = self._sums[:held] @ vector / self._counts[:held]
        best = int(means.argmax()) if held else -1
        return self._keys[best] if held and means[best] >= self._least else None


def grouped(vectors: Iterable[NDArray[np.float32]], least: float) -> list[int]:
    """The number of each vector's group, as they come: each joins the group that it is most like, else opens one."""
    means: RunningMeans | None = None
    groups: list[int] = []
    opened = 0
    for vector in vectors:
        means = means or RunningMeans(len(vector), least)
        near = means.nearest(vector)
        group = opened if near is None else int(near)
        opened += near is None
        means.take(str(group), vector)
        groups.append(group)
    return groups
