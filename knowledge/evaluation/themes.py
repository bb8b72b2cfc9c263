"""Themes: labelled questions clustered as the digest does, against their labels."""

from __future__ import annotations

import csv
import gzip
import json
import time
from typing import TYPE_CHECKING

import numpy as np

from knowledge.errors import KnowledgeError
from knowledge.evaluation.report import Report
from knowledge.evaluation.scope import OUT_OF_SCOPE
from knowledge.generations import Progress
from knowledge.themes import HEIGHT, clusters, names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from knowledge.ports import Embedder, Vectors

LEAST = 3  # questions of a cluster that counts as a theme


def evaluate(
    directory: Path,
    embedder: Embedder,
    *,
    height: float = HEIGHT,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Cluster every labelled question by its vector, and compare with the labels.

    Args:
        directory: see `labelled`.
        embedder: makes the vectors, as questions.
        height: at which Ward's tree is cut.
        progress: told how many are embedded.

    Returns:
        questions, labels, clusters, themes (of at least three questions), in_themes (share of the questions),
        ami and ari (adjusted mutual information and Rand index, scikit-learn's), height, ms (of the clustering).

    Raises:
        KnowledgeError: there are no labelled questions.
    """
    from sklearn.metrics import (  # noqa: PLC0415 - takes seconds
        adjusted_mutual_info_score,
        adjusted_rand_score,
    )

    rows = labelled(directory)
    vectors = embedded([text for text, _ in rows], embedder, progress)
    begun = time.perf_counter()
    groups = clusters(vectors, height=height)
    took = 1000 * (time.perf_counter() - begun)
    found, labels = np.zeros(len(rows), dtype=int), [label for _, label in rows]
    for number, group in enumerate(groups):
        found[group] = number
    large = [group for group in groups if len(group) >= LEAST]
    figures = {
        "questions": len(rows),
        "labels": len(set(labels)),
        "clusters": len(groups),
        "themes": len(large),
        "in_themes": round(sum(map(len, large)) / len(rows), 4),
        "ami": round(float(adjusted_mutual_info_score(labels, found)), 4),
        "ari": round(float(adjusted_rand_score(labels, found)), 4),
        "height": height,
        "ms": round(took, 1),
    }
    called = names([text for text, _ in rows], groups)
    return Report(
        figures,
        [
            {"_id": str(n), "question": text, "label": label, "cluster": int(number), "theme": called[number]}
            for n, ((text, label), number) in enumerate(zip(rows, found, strict=True))
        ],
    )


def labelled(directory: Path, part: str = "test") -> list[tuple[str, str]]:
    """Questions with their labels, of one part of a set.

    Read from `test.csv` with `text,category` (BANKING77; `val.csv` for the part `val`), or from the list `test` of
    `data_full.json`, `.gz` or not (CLINC150), without those out of its scope.

    Raises:
        KnowledgeError: there is neither, or it is not in that form.
    """
    table = directory / f"{part}.csv"
    if table.is_file():
        return _of_table(table)
    for name in ("data_full.json.gz", "data_full.json"):
        if (directory / name).is_file():
            return _of_lists(directory / name, part)
    raise KnowledgeError(f"{directory} holds neither {part}.csv nor data_full.json[.gz].")


def _of_table(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [(row.get("text"), row.get("category")) for row in csv.DictReader(lines)]
    found = [(text, label) for text, label in rows if text and label]
    if not found:
        raise KnowledgeError(f"{file.name}: expected the columns text and category, and at least one row.")
    return found


def _of_lists(file: Path, part: str) -> list[tuple[str, str]]:
    data = file.read_bytes()
    try:
        lists = json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)
        return [(str(text), str(label)) for text, label in lists[part] if label != OUT_OF_SCOPE]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise KnowledgeError(f'{file.name}: expected {{"{part}": [["question", "label"], ...]}}.') from error


def embedded(
    texts: Sequence[str], embedder: Embedder, progress: Callable[[Progress], None] | None
) -> Vectors:
    """The vectors of questions, of shape (n, d)."""
    made = []
    for number, text in enumerate(texts, start=1):
        made.append(embedder.embed_query(text))
        if progress is not None:
            progress(Progress("embedding", number, len(texts)))
    return np.stack(made)
