"""Whether somebody complains or praises: a linear model over the product's own embeddings.

It is made when it is first asked, from shipped examples, so that it fits whatever embedding model is configured.
What it finds is proposed to a person and counts for nothing before; so it is rather silent than wrong.
"""

from __future__ import annotations

import csv
import threading
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from knowledge.ports import Embedder

Kind = Literal["complaint", "praise"]
KINDS: tuple[Kind, ...] = ("complaint", "praise")
RIDGE = 0.3  # of the regression; with SURE, by five-fold cross-validation over the training examples
SURE = 0.25  # a score from which it is proposed: targets are 1 and -1, so at 0 it is as likely as not
LONGEST, SHORTEST = 1000, 2  # characters that are read; words from which it is tried


class Example(NamedTuple):
    """A labelled message of the shipped list."""

    part: str  # train | held_out
    kind: str  # complaint | praise | neither
    text: str


class Voice(NamedTuple):
    """What a message was taken for, and how sure that is: above 0, mostly up to 1."""

    kind: Kind
    score: float


def examples(part: str) -> list[Example]:
    """One part of the shipped list; `held_out` is never trained on."""
    text = files("knowledge").joinpath("labelled/voices.csv").read_text(encoding="utf-8")
    rows = (Example(row["part"], row["kind"], row["text"]) for row in csv.DictReader(text.splitlines()))
    return [row for row in rows if row.part == part]


class VoiceClassifier:
    """Tells complaints and praise from everything else.

    Args:
        embedder: the product's embedding model; loaded on first use.
        sure: the score from which something is said at all.
    """

    def __init__(self, embedder: Embedder, sure: float = SURE) -> None:
        self._embedder = embedder
        self._sure = sure
        self._lock = threading.Lock()

    def kind_of(self, text: str) -> Voice | None:
        """What a message is; None where it is neither, or where that is not sure.

        Raises:
            ModelUnavailable: the embedding model cannot be loaded.
        """
        return self.kinds_of([text])[0]

    def kinds_of(self, texts: Sequence[str]) -> list[Voice | None]:
        """The same for several messages."""
        scores = self._scores(texts)
        best = scores.argmax(axis=1)
        return [
            Voice(KINDS[n], float(row[n])) if row[n] >= self._sure and len(text.split()) >= SHORTEST else None
            for text, row, n in zip(texts, scores, best, strict=True)
        ]

    def _scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        with self._lock:
            weights = self._weights
        return _with_one(self._embedder.embed_passages([text[:LONGEST] for text in texts])) @ weights

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        """Shape (d + 1, kinds): ridge regression on 1 for a kind and -1 for everything else, classes weighed alike."""
        known = examples("train")
        x = _with_one(self._embedder.embed_passages([one.text for one in known]))
        y = np.array([[1.0 if one.kind == kind else -1.0 for kind in KINDS] for one in known])
        columns = []
        for n in range(len(KINDS)):
            positive = y[:, n] > 0
            weight = np.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum()) * len(known)
            weighed = x * weight[:, None]
            penalty = RIDGE * np.eye(x.shape[1])
            penalty[-1, -1] = 0.0  # the constant is free
            columns.append(np.linalg.solve(x.T @ weighed + penalty, weighed.T @ y[:, n]))
        return np.stack(columns, axis=1)


def _with_one(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.hstack([np.asarray(vectors, dtype=np.float64), np.ones((len(vectors), 1))])
