"""Gaps: labelled questions put together one by one as questions without an answer are, against their labels."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from knowledge.evaluation.report import Report
from knowledge.evaluation.themes import embedded, labelled
from store.gathering import LIKE
from store.insights.nearness import grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from knowledge.generations import Progress
    from knowledge.ports import Embedder

DRAWN, SEED = 500, 1  # so few of 3,000 questions that a gap has a handful, as in a company's quarter
TRIED = (LIKE - 0.04, LIKE, LIKE + 0.04)


def evaluate(
    directory: Path, embedder: Embedder, *, progress: Callable[[Progress], None] | None = None
) -> Report:
    """Group drawn validation questions in the drawn order, at the product's threshold and beside it.

    Args:
        directory: holds CLINC150's `data_full.json[.gz]`; its list `val` is used.
        embedder: makes the vectors, as questions.
        progress: told how many are embedded.

    Returns:
        questions, labels, like (the product's threshold), and at each threshold tried: groups, precision (share of the
        pairs of questions put together that are of one label), recall (share of the pairs of one label put together).

    Raises:
        KnowledgeError: there are no labelled questions.
    """
    rows = labelled(directory, "val")
    drawn = np.random.default_rng(SEED).permutation(len(rows))[:DRAWN]
    rows = [rows[n] for n in drawn.tolist()]
    labels = [label for _, label in rows]
    vectors = embedded([text for text, _ in rows], embedder, progress)
    groups = {f"{least:.2f}": grouped(vectors, least) for least in TRIED}
    figures = {
        "questions": len(rows),
        "labels": len(set(labels)),
        "like": LIKE,
        "at": {name: pairs(found, labels) for name, found in groups.items()},
    }
    own = groups[f"{LIKE:.2f}"]
    return Report(
        figures,
        [
            {"_id": str(n), "question": text, "label": label, "gap": gap}
            for n, ((text, label), gap) in enumerate(zip(rows, own, strict=True))
        ],
    )


def pairs(groups: Sequence[int], labels: Sequence[str]) -> dict[str, float]:
    """How far groups are labels, over all pairs: groups, precision and recall (0 to 1; 1 where there is no pair)."""
    together = same = both = 0
    for a, b in combinations(range(len(labels)), 2):
        is_together, is_same = groups[a] == groups[b], labels[a] == labels[b]
        together += is_together
        same += is_same
        both += is_together and is_same
    return {
        "groups": len(set(groups)),
        "precision": round(both / together, 4) if together else 1.0,
        "recall": round(both / same, 4) if same else 1.0,
    }
