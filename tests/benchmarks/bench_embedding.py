"""Passages a second: the product's embedder beside the same architecture on torch in fp32."""

from __future__ import annotations

import os
import time

import pytest
import torch

from bot.settings import Settings
from bot.wiring import open_core
from knowledge.evaluation import beir
from knowledge.splitting import split
from tests.benchmarks.sets import a_set, line
from tests.benchmarks.torch_model import torch_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PASSAGES, ROUND = 256, 32


def test_passages_a_second(tmp_path):
    texts = real_passages()
    embedder = open_core(Settings(_env_file=None, guidepost_data_dir=tmp_path / "data")).embedder
    torch.set_num_threads(os.cpu_count() or 1)
    model = torch_model(tmp_path / "model")
    threads = torch.get_num_threads()
    embedder.load()
    ours = theirs = 0.0
    for start in range(-ROUND, PASSAGES, ROUND):  # in turns, so that both meet the same machine
        batch = texts[max(start, 0) : max(start, 0) + ROUND]
        torch.set_num_threads(threads)
        of_theirs = seconds(lambda b=batch: model.encode(b, batch_size=32, show_progress_bar=False))
        of_ours = seconds(lambda b=batch: embedder.embed_passages(b))
        if start >= 0:  # the first round warms up
            ours, theirs = ours + of_ours, theirs + of_theirs
    line("embedding, packaged model", f"{PASSAGES / ours:.1f} passages/s")
    line(f"the same architecture, torch fp32, {threads} threads", f"{PASSAGES / theirs:.1f} passages/s")
    line("  how many times as fast", f"{theirs / ours:.2f}")


def real_passages():
    texts = [draft.embedded_text for found in beir.documents(a_set("aws-docs")) for draft in split(found)]
    return texts[:: len(texts) // PASSAGES][:PASSAGES]


def seconds(work):
    started = time.monotonic()
    work()
    return time.monotonic() - started
