"""What an evaluation found: the figures, and the rows they were counted from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Report:
    """Figures by name, and one row a question."""

    figures: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]] = field(default=())

    def write_rows(self, path: Path) -> None:
        """Write the rows as JSON lines, so that every figure can be opened."""
        lines = (json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in self.rows)
        path.write_text("".join(lines), encoding="utf-8")
