"""The packaged model's architecture on torch in fp32, with random weights: as slow as the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from knowledge.adapters.packaged import BGE_SMALL, locate

if TYPE_CHECKING:
    from pathlib import Path


def torch_model(folder: Path) -> SentenceTransformer:
    """As a newcomer loads it: fp32, on every core."""
    source = locate(BGE_SMALL)
    config = BertConfig.from_json_file(str(source / "config.json"))
    BertModel(config).save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(source / "tokenizer.json"),
        unk_token="[UNK]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        mask_token="[MASK]",
        model_max_length=512,
    )
    tokenizer.save_pretrained(folder)
    words = Transformer(str(folder))
    pooling = Pooling(words.get_embedding_dimension(), "cls")
    return SentenceTransformer(modules=[words, pooling, Normalize()], device="cpu")
