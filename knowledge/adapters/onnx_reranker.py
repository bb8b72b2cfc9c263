"""The packaged cross-encoder, run by onnxruntime alone: ready in half a second, no torch."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
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
MOST_THREADS = 4


@dataclass(frozen=True)
class _Loaded:
    session: InferenceSession
    tokenizer: Tokenizer


class OnnxReranker:
    """ms-marco-MiniLM-L-12 int8.

    Pairs run side by side, each alone on one thread: nothing is padded, and two cores read ten passages in the
    time that one session with two threads takes for a padded batch of them.

    Args:
        threads: how many pairs may run at once, of all calls together; as many as there are cores if not said,
            up to four.
        data_folder: where the model's folder is, if not in the installed package.
    """

    def __init__(self, *, threads: int | None = None, data_folder: Path | None = None) -> None:
        threads = threads or min(MOST_THREADS, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reranker")
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
        """One logit a text. Pairs are cut at 256 tokens; a logit does not depend on what else is scored."""
        if not texts:
            return []
        model = self._ready()
        pairs = model.tokenizer.encode_batch([(question, text) for text in texts])
        return list(self._pool.map(lambda pair: _logit(model.session, pair), pairs))

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                folder = locate(MINILM_RERANKER, self._data_folder)
                tokenizer = open_tokenizer(folder, MAX_TOKENS)
                self._loaded = _Loaded(open_session(folder, 1), tokenizer)
            return self._loaded


def _logit(session: InferenceSession, pair: Encoding) -> float:
    length = sum(pair.attention_mask)
    feed = {
        "input_ids": np.array([pair.ids[:length]], dtype=np.int64),
        "attention_mask": np.array([pair.attention_mask[:length]], dtype=np.int64),
        "token_type_ids": np.array([pair.type_ids[:length]], dtype=np.int64),
    }
    (logits, *_) = session.run(None, feed)
    return float(np.asarray(logits).reshape(-1)[0])
