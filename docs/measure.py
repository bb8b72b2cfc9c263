"""Measures the product on the labelled sets, and writes docs/results.md from what came out.

    .venv/bin/python docs/measure.py                 # write docs/results.md from what was measured before
    .venv/bin/python docs/measure.py all             # measure everything (hours), then write
    .venv/bin/python docs/measure.py scifact quotes  # measure these, then write
    .venv/bin/python docs/measure.py choices-scifact # every design choice left out in turn, in one run
    .venv/bin/python docs/measure.py without-reading-scifact  # one of them, over the rows that "scifact" left
    .venv/bin/python docs/measure.py bench           # `make bench` but for newcomer, slack and digest
    .venv/bin/python docs/measure.py newcomer        # `make bench ARGS="-k newcomer"`
    .venv/bin/python docs/measure.py slack           # `make bench ARGS="-k slack"`

Each measurement is one `guidepost eval` command; its figures are kept in docs/results/NAME.json with the command, the
day and the commit. The sets are looked for in ../shared/data.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from measurements import BENCHES, RETRIEVAL, RUNS, ablations
from results_page import KEPT, page

from knowledge.evaluation.choices import CHOICES
from store.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
ROWS = ROOT / ".guidepost" / "results"  # one line a question, not kept in the repository


def main(names: Sequence[str]) -> None:
    """Measure what is named, then write the page."""
    known = [*RUNS, *ablations(), *BENCHES]
    chosen = [*RUNS, *BENCHES] if list(names) == ["all"] else names
    for name in chosen:
        if name not in known:
            sys.exit(f"There is no measurement {name}. There are: all, {', '.join(known)}.")
        bench(name) if name in BENCHES else measure(name, command_of(name))
    (ROOT / "docs" / "results.md").write_text(page(), encoding="utf-8")


def command_of(name: str) -> str:
    """The arguments of `guidepost eval`."""
    if name in RUNS:
        return RUNS[name]
    choice, on = ablations()[name]
    settings = " ".join(f"--set {one}" for one in CHOICES[choice].without)
    return f"{RETRIEVAL[on]} {settings} --over {ROWS.relative_to(ROOT)}/{on}.jsonl"


def measure(name: str, arguments: str) -> None:
    """Run one evaluation and keep its figures."""
    ROWS.mkdir(parents=True, exist_ok=True)
    rows = ["--rows", str(ROWS / f"{name}.jsonl")]
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "bot.cli", "eval", *arguments.split(), *rows, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    kept = {
        "command": f"guidepost eval {arguments}",
        "measured": str(SystemClock().now().date()),
        "commit": commit(),
        "seconds": round(time.monotonic() - started),
        "figures": json.loads(ended.stdout),
    }
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(f"{name}: {kept['seconds']} s")


def bench(name: str) -> None:
    """Run the benchmarks, or some of them, and keep what they print."""
    command = ["make", "bench", f"ARGS={BENCHES[name]}"]
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    printed = (line.removeprefix(".") for line in ended.stdout.splitlines())  # a dot of pytest's
    lines = [line for line in printed if line[:59].strip() and line[58:59] == " "]
    head = f"measured {SystemClock().now().date()} at {commit()}"
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{name}.txt").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def commit() -> str:
    """What was measured; a plus where something was not committed."""
    said = [
        subprocess.run(
            ["git", *command.split()], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        for command in ("rev-parse --short HEAD", "status --porcelain -- bot knowledge playbooks store")
    ]
    return said[0].strip() + ("+" if said[1].strip() else "")


if __name__ == "__main__":
    main(sys.argv[1:])
