"""Where the time of an answer goes, at 1,000, 10,000 and 100,000 passages. Figures are printed, never asserted.

Texts and vectors are resampled from a real set's; questions are real. Each size is built and asked in processes
of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from knowledge.evaluation.metrics import mean, percentile
from tests.benchmarks.sets import CACHE, ROOT, a_set, line

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]

SIZES = (1_000, 10_000, 100_000)
FIRST_STAGE = ("embed", "search")


def in_a_process(*arguments):
    ended = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.answering", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout.splitlines()[-1])


def test_answers_at_three_sizes(tmp_path):
    directory, measured = a_set("aws-docs"), {}
    for size in SIZES:
        built = in_a_process("build", tmp_path / str(size), size, directory, CACHE)
        measured[size] = in_a_process("ask", tmp_path / str(size), directory) | {"built": built}
        show(size, measured[size])
    for stage in ("first stage", "whole answer"):
        line(f"{stage}: grows as passages to the power of", f"{exponent(measured, stage):.2f}")


def show(size, found):
    built = found["built"]
    line(f"{built['passages']:,} passages: sync without the model", f"{built['seconds']:.0f} s")
    names = list(dict.fromkeys(name for stages in found["stages"] for name in stages))
    for name in names:
        times = [stages.get(name, 0.0) for stages in found["stages"]]
        line(f"  {name}, p50 / p95", f"{percentile(times, 0.5):.0f} / {percentile(times, 0.95):.0f} ms")
    totals, bare = found["totals"], found["bare"]
    line(
        "  question to answer, p50 / p95",
        f"{percentile(totals, 0.5):.0f} / {percentile(totals, 0.95):.0f} ms",
    )
    line(
        "  bare cross-encoder, 10 x 191 tokens, p50 / p95",
        f"{percentile(bare, 0.5):.0f} / {percentile(bare, 0.95):.0f} ms",
    )
    slow = percentile(totals, 0.95)
    ratios = " / ".join(f"{slow / percentile(bare, part):.2f}" for part in (0.5, 0.95))
    line("  p95 of the answer, as times the bare pass's p50 / p95", ratios)
    line("  first stage, share of the whole", f"{mean(first_stages(found)) / mean(totals):.3f}")
    line("  recall@30 of the index, against exact search", f"{found['recall']:.3f}")
    line("  memory, serving / building (peaks)", f"{found['serving_mb']:.0f} / {built['peak_mb']:.0f} MB")


def first_stages(found):
    return [sum(stages.get(name, 0.0) for name in FIRST_STAGE) for stages in found["stages"]]


def exponent(measured, stage):
    """Of the power law that fits the medians best."""
    sizes = [found["built"]["passages"] for found in measured.values()]
    times = [
        percentile(first_stages(found) if stage == "first stage" else found["totals"], 0.5)
        for found in measured.values()
    ]
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
