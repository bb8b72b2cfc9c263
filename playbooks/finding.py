"""A mistake in a definition before its place has become a line, and the nearest right name."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playbooks.graph import Place


@dataclass(frozen=True)
class Finding:
    """A mistake at a place, before the place has become a line."""

    place: Place
    message: str
    remedy: str


def nearest(name: str, known: Iterable[str]) -> str | None:
    """“Did you mean …?”, if one of the known names is close; else what there is."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean “{close[0]}”?"
    return f"Known here: {', '.join(known)}" if known else None
