"""How long things take on this machine. Figures are printed, never asserted: machines differ.

`make bench` runs this; README quotes it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import httpx
import pytest

from bot.ask import as_json
from bot.settings import Settings
from bot.start import running
from bot.wiring import open_core
from knowledge.types import Asker, Question

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

QUESTIONS = [
    "can drivers work offline?",
    "how long do you keep delivery photos?",
    "do you plan charging stops for electric vans?",
    "what does the growth plan cost?",
    "how do I add a second depot?",
    "what is the weather in Lisbon?",
]
EVERYTHING = Asker(audiences=frozenset({"public", "customer"}))


def show(what: str, seconds: float) -> None:
    sys.stdout.write(f"{what:<58} {seconds:7.2f} s\n")


def test_the_command_line_prints_its_help():
    times = []
    for _ in range(5):
        started = time.monotonic()
        subprocess.run([sys.executable, "-m", "bot.cli", "--help"], check=True, capture_output=True)
        times.append(time.monotonic() - started)

    show("guidepost --help, median of 5", statistics.median(times))


def test_the_first_and_the_second_start_and_an_answer(tmp_path):
    settings = Settings(_env_file=None, guidepost_data_dir=tmp_path, guidepost_local_port=0, port=0)
    for which in ("first", "second"):
        started = time.monotonic()
        with running(settings) as (bot, access):
            httpx.get(access.page_url).raise_for_status()
            show(f"{which} start: the page answers", time.monotonic() - started)
            while not bot.services.answers.ready:
                time.sleep(0.05)
            show(f"{which} start: models are loaded, sample articles are in", time.monotonic() - started)

    answerer = open_core(settings).answerer(serving=False)
    answerer.load()
    times = []
    for text in QUESTIONS:
        started = time.monotonic()
        as_json(answerer.answer(Question(text, EVERYTHING)))
        times.append(time.monotonic() - started)
    show(f"one answer, median of {len(times)}", statistics.median(times))
    show("one answer, slowest", max(times))
