"""Embedders and rerankers that run through sentence-transformers.

Importing that library imports torch (5 to 8 s), so constructors are cheap and `load()` does the work;
call it from a background thread, or let the first use do it.
"""

from __future__ import annotations

import hashlib
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from knowledge.adapters.packaged import BGE_SMALL, PackagedModel, locate, open_session, open_tokenizer
from knowledge.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sentence_transformers import SentenceTransformer

    from knowledge.ports import Vector, Vectors

_Model = TypeVar("_Model")
QUERY_PROMPT = "Represent this sentence for searching relevant passages: "
MAX_TOKENS = 512
_NAMED = "sentence-transformers:"
_PACKAGED_FINGERPRINT = f"{BGE_SMALL.name}:{BGE_SMALL.files['model.onnx'][:12]}:prompted"
_SAMPLED = 65_536  # bytes at the beginning and the end of a weight file: other weights differ there


class SentenceTransformerEmbedder:
    """An embedder on a sentence-transformers model.

    Passages are encoded one at a time, shortest first: an int8 graph scales its activations by batch, so
    in a batch a vector would depend on its neighbours (cosine .997). On a CPU this costs nothing.

    Args:
        model: `PACKAGED` for the model that comes with the installation, else a folder or a hub name.
        threads: how many threads one call may use.
        allow_download: whether a named model may be fetched from its hub; otherwise it must be on disk.
        data_folder: where the packaged model's folder is, if not in the installed package.
    """

    PACKAGED = ""

    def __init__(
        self,
        model: str = PACKAGED,
        *,
        threads: int = 1,
        allow_download: bool = False,
        data_folder: Path | None = None,
    ) -> None:
        self._name = model
        self._threads = threads
        self._allow_download = allow_download
        self._data_folder = data_folder
        self._model: SentenceTransformer | None = None
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """Model, weights and prompt; known without loading."""
        if self._name:
            return f"{_NAMED}{self._name}{_weights(Path(self._name))}"
        return _PACKAGED_FINGERPRINT

    @classmethod
    def of(cls, fingerprint: str) -> SentenceTransformerEmbedder | None:
        """The embedder with that fingerprint; None if it is nowhere, or is not the same any more."""
        if fingerprint == _PACKAGED_FINGERPRINT:
            return cls()
        if not fingerprint.startswith(_NAMED):
            return None
        found = cls(re.sub(r"@[0-9a-f]{12}$", "", fingerprint.removeprefix(_NAMED)))
        return found if found.fingerprint == fingerprint else None

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    def load(self) -> None:
        """Load the model once; other threads wait.

        Raises:
            ModelUnavailable: it is not on disk, or not the pinned one.
        """
        self._loaded_model()

    def embed_query(self, text: str) -> Vector:
        """The vector of a question, made with the model's query prompt."""
        encoded = self._loaded_model().encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(encoded, dtype=np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages, in the order given."""
        model = self._loaded_model()
        if not texts:
            return np.zeros((0, model.get_embedding_dimension() or 0), dtype=np.float32)
        encoded = model.encode_document(
            list(texts), batch_size=1, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(encoded, dtype=np.float32)

    def _loaded_model(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                self._model = self._named() if self._name else self._packaged()
            return self._model

    def _packaged(self) -> SentenceTransformer:
        folder = locate(BGE_SMALL, self._data_folder)  # checked before anything heavy is imported
        return _from_onnx(BGE_SMALL, folder, self._threads)

    def _named(self) -> SentenceTransformer:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(self._threads)
        return _or_unavailable(
            self._name,
            lambda: SentenceTransformer(self._name, device="cpu", local_files_only=not self._allow_download),
        )


class CrossEncoderReranker:
    """A reranker on any cross-encoder that sentence-transformers can load.

    Args:
        model: a folder or a hub name.
        threads: how many threads one call may use.
        allow_download: whether it may be fetched from its hub.
    """

    def __init__(self, model: str, *, threads: int = 1, allow_download: bool = False) -> None:
        self._name = model
        self._threads = threads
        self._allow_download = allow_download
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    def load(self) -> None:
        """Load the model once; other threads wait.

        Raises:
            ModelUnavailable: it is not on disk.
        """
        with self._lock:
            if self._model is None:
                self._model = self._read()

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One logit a text."""
        if not texts:
            return []
        self.load()
        scores = self._model.predict([(question, text) for text in texts], show_progress_bar=False)
        return [float(score) for score in scores]

    def _read(self) -> Any:
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(self._threads)
        return _or_unavailable(
            self._name,
            lambda: CrossEncoder(
                self._name,
                device="cpu",
                max_length=256,
                local_files_only=not self._allow_download,
                activation_fn=torch.nn.Identity(),
            ),
        )


def _weights(folder: Path) -> str:
    """Of a model in a folder, a digest of its settings, prompts and weights; of one on a hub, nothing."""
    if not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for path in sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")
    ):
        with path.open("rb") as file:
            head, size = file.read(_SAMPLED), path.stat().st_size
            file.seek(max(0, size - _SAMPLED))
            digest.update(f"{path.relative_to(folder)} {size} ".encode() + head + file.read())
    return f"@{digest.hexdigest()[:12]}"


def _or_unavailable(name: str, load: Callable[[], _Model]) -> _Model:
    try:
        return load()
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"The model {name} is not on this machine, or is not a sentence-transformers model. Give a folder, "
            "allow the download, or leave the setting empty for the packaged one."
        ) from error


def _from_onnx(model: PackagedModel, folder: Path, threads: int) -> SentenceTransformer:
    """A SentenceTransformer whose first module runs an ONNX graph and takes its CLS state."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import InputModule, Normalize

    torch.set_num_threads(threads)

    class OnnxTransformer(InputModule):
        """Runs the graph by onnxruntime; in memory only, so it cannot be saved."""

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self.session = open_session(folder, threads)
            self.tokenizer = open_tokenizer(folder, MAX_TOKENS)
            self.max_seq_length = MAX_TOKENS

        def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:
            encoded = self.tokenizer.encode_batch([(prompt or "") + text for text in inputs])
            return {
                "input_ids": torch.tensor([one.ids for one in encoded]),
                "attention_mask": torch.tensor([one.attention_mask for one in encoded]),
            }

        def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
            ids, mask = features["input_ids"].numpy(), features["attention_mask"].numpy()
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            (states, *_rest) = self.session.run(None, feed)
            features["sentence_embedding"] = torch.from_numpy(np.ascontiguousarray(states[:, 0]))
            return features

        def get_embedding_dimension(self) -> int:
            return int(self.session.get_outputs()[0].shape[-1])

        def save(self, output_path: str, *_: Any, **__: Any) -> None:
            raise ModelUnavailable(f"{model.name} is packaged; it is not saved to {output_path}.")

    return SentenceTransformer(
        modules=[OnnxTransformer(), Normalize()], device="cpu", prompts={"query": QUERY_PROMPT}
    )
