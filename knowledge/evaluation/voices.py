"""How well complaints and praise are told from everything else, on the held-out part of the shipped list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from knowledge.voices import KINDS, VoiceClassifier, examples

if TYPE_CHECKING:
    from knowledge.ports import Embedder


def evaluate(embedder: Embedder) -> dict[str, Any]:
    """Precision and recall of each kind; None where nothing was taken for it."""
    held_out = examples("held_out")
    found = VoiceClassifier(embedder).kinds_of([one.text for one in held_out])
    pairs = [
        (one.kind, voice.kind if voice else "neither") for one, voice in zip(held_out, found, strict=True)
    ]
    figures: dict[str, Any] = {"messages": len(pairs)}
    for kind in KINDS:
        labelled = sum(truth == kind for truth, _ in pairs)
        taken = sum(said == kind for _, said in pairs)
        right = pairs.count((kind, kind))
        figures[kind] = {
            "labelled": labelled,
            "proposed": taken,
            "right": right,
            "precision": round(right / taken, 3) if taken else None,
            "recall": round(right / labelled, 3),
        }
    return figures
