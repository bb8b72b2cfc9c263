"""The packaged cross-encoder, run by onnxruntime alone: ready in half a second, no torch."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from knowledge.adapters.packaged import MINILM_RERANKER, locate, open_session, open_tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

MAX_TOKENS = 256  # a pair; long tables made the p95
BATCH = 8


@dataclass(frozen=True)
class _Loaded:
    session: InferenceSession
    tokenizer: Tokenizer


class OnnxReranker:
    """ms-marco-MiniLM-L-12 int8.

    Args:
        threads: how many threads one call may use.
        data_folder: where the model's folder is, if not in the installed package.
    """

    def __init__(self, *, threads: int = 1, data_folder: Path | None = None) -> None:
        self._threads = threads
        self._data_folder = data_folder
        self._loaded: _Loaded | None = None
        self._lock = threading.Lock()

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._loaded is not None

    def load(self) -> None:
        """Load the model once; other threads wait.

        Raises:
            ModelUnavailable: it is missing, or not the pinned one.
        """
        self._ready()

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One logit a text. Pairs are cut at 256 tokens and scored in batches of like length."""
        if not texts:
            return []
        model = self._ready()
        pairs = model.tokenizer.encode_batch([(question, text) for text in texts])
        order = sorted(range(len(pairs)), key=lambda i: sum(pairs[i].attention_mask))
        scores = [0.0] * len(pairs)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            for i, logit in zip(batch, _logits(model.session, [pairs[i] for i in batch]), strict=True):
                scores[i] = logit
        return scores

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                folder = locate(MINILM_RERANKER, self._data_folder)
                tokenizer = open_tokenizer(folder, MAX_TOKENS)
                self._loaded = _Loaded(open_session(folder, self._threads), tokenizer)
            return self._loaded


def _logits(session: InferenceSession, pairs: list[Encoding]) -> list[float]:
    longest = max(sum(pair.attention_mask) for pair in pairs)
    feed = {
        "input_ids": np.array([pair.ids[:longest] for pair in pairs], dtype=np.int64),
        "attention_mask": np.array([pair.attention_mask[:longest] for pair in pairs], dtype=np.int64),
        "token_type_ids": np.array([pair.type_ids[:longest] for pair in pairs], dtype=np.int64),
    }
    (logits, *_) = session.run(None, feed)
    return [float(logit) for logit in np.asarray(logits).reshape(-1)]
