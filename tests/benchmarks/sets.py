"""The sets that benchmarks read, where what they take in is kept, and how a figure is printed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
SETS = ROOT.parent / "shared" / "data"
CACHE = ROOT / Settings(_env_file=None).data_folder / "eval"  # the same as `guidepost eval` in this folder


def a_set(name: str) -> Path:
    """The folder of a set in BEIR form; without it the benchmark is skipped."""
    if not (SETS / name).is_dir():
        pytest.skip(f"There is no set {name} in {SETS}.")
    return SETS / name


def line(what: str, figure: str) -> None:
    """Print one figure."""
    sys.stdout.write(f"{what:<58} {figure:>18}\n")
    sys.stdout.flush()
