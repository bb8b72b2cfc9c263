"""The regions of a page in the order in which they are read: columns one after the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Region = tuple[float, float, float, float]  # left, top, right, bottom

_NARROWEST = 10.0  # points between two columns
_MIDDLE = (0.3, 0.7)  # of the width: where the gap between two columns may be
_FEWEST_ROWS = 8
_SHORTEST = 15  # letters of a column's line on average; less is a table without rules


@dataclass
class _Row:
    """Words side by side."""

    words: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def top(self) -> float:
        return min(float(word["top"]) for word in self.words)

    @property
    def bottom(self) -> float:
        return max(float(word["bottom"]) for word in self.words)

    def gaps(self) -> list[tuple[float, float]]:
        """The wide gaps between neighbouring words: from where to where."""
        ordered = sorted(self.words, key=lambda word: float(word["x0"]))
        pairs = ((float(one["x1"]), float(other["x0"])) for one, other in pairwise(ordered))
        return [(left, right) for left, right in pairs if right - left >= _NARROWEST]

    def crosses(self, gutter: float) -> bool:
        """Whether text runs over the gap between the columns."""
        if any(left <= gutter <= right for left, right in self.gaps()):
            return False
        sides = {float(word["x0"]) < gutter for word in self.words}
        return len(sides) > 1 or any(float(word["x0"]) < gutter < float(word["x1"]) for word in self.words)


def regions(words: Iterable[Mapping[str, Any]], width: float, height: float) -> list[Region]:
    """Where to read first, second and so on; a page of one column is one region.

    Args:
        words: with `x0`, `x1`, `top`, `bottom` and `text`, as pdfplumber gives them.
        width: of the page, in points.
        height: of the page, in points.
    """
    rows = _rows(words)
    gutter = _gutter(rows, width)
    if gutter is None:
        return [(0.0, 0.0, width, height)]
    found: list[Region] = []
    runs = [(across, list(run)) for across, run in groupby(rows, lambda row: row.crosses(gutter))]
    for number, (across, run) in enumerate(runs):
        top = found[-1][3] if found else 0.0
        bottom = height if number == len(runs) - 1 else (run[-1].bottom + runs[number + 1][1][0].top) / 2
        bottom = max(bottom, top)
        if across:
            found.append((0.0, top, width, bottom))
        else:
            found += [(0.0, top, gutter, bottom), (gutter, top, width, bottom)]
    return found


def _rows(words: Iterable[Mapping[str, Any]]) -> list[_Row]:
    rows: list[_Row] = []
    for word in sorted(words, key=lambda one: float(one["top"])):
        middle = (float(word["top"]) + float(word["bottom"])) / 2
        if rows and middle < rows[-1].words[0]["bottom"]:
            rows[-1].words.append(word)
        else:
            rows.append(_Row([word]))
    return rows


def _gutter(rows: Sequence[_Row], width: float) -> float | None:
    """The middle of the gap that most rows share, if it parts two columns of text."""
    votes = Counter(
        at
        for row in rows
        for left, right in row.gaps()
        for at in range(int(max(left, _MIDDLE[0] * width)), int(min(right, _MIDDLE[1] * width)) + 1)
    )
    if not votes:
        return None
    most = max(votes.values())
    best = [at for at, count in votes.items() if count == most]
    gutter = (min(best) + max(best)) / 2
    parted = [row for row in rows if any(left <= gutter <= right for left, right in row.gaps())]
    if len(parted) < _FEWEST_ROWS or len(parted) < 0.25 * len(rows):
        return None
    sides = [
        [len(str(word["text"])) for row in parted for word in row.words if (word["x0"] < gutter) == side]
        for side in (True, False)
    ]
    return gutter if min(map(sum, sides)) / len(parted) >= _SHORTEST else None
