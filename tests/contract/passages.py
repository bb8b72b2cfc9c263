"""Passages that contract tests index: three audiences, known words, vectors of a deterministic embedder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.adapters.memory import HashingEmbedder

if TYPE_CHECKING:
    from knowledge.ports import Vector

EMBEDDER = HashingEmbedder(64)
TEXTS = {
    "p1": ("public", "Export your contacts as a spreadsheet from the Reports page."),
    "p2": ("public", "Two-factor authentication protects your login with a code."),
    "p3": ("customer", "Invoices are sent to the billing contact every month."),
    "p4": ("internal", "Export of contacts fails above one million rows; escalate to Ops."),
    "p5": ("account:a1", "Your own contract allows the export of contacts by hand."),
}


@dataclass(frozen=True)
class IndexPassage:
    """What an index is built from."""

    id: str
    audience: str
    embedded_text: str
    vector: Vector


def passages() -> list[IndexPassage]:
    """All of them, as an index wants them."""
    return [
        IndexPassage(key, audience, text, EMBEDDER.embed_query(text))
        for key, (audience, text) in TEXTS.items()
    ]
