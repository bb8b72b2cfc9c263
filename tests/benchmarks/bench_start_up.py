"""How long things take on this machine. Figures are printed, never asserted: machines differ.

`make bench` runs this; README quotes it.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time

import httpx
import pytest

from bot.ask import as_json
from bot.local.sample import HELP_CENTER
from bot.settings import Settings
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


def test_the_first_and_the_second_start(tmp_path):
    """Each start is a process of its own, as `make run` is."""
    for which in ("first", "second"):
        page, health = free_port(), free_port()
        environment = os.environ | {
            "GUIDEPOST_DATA_DIR": str(tmp_path),
            "GUIDEPOST_LOCAL_PORT": str(page),
            "PORT": str(health),
        }
        started = time.monotonic()
        bot = subprocess.Popen([sys.executable, "-m", "bot.cli", "run"], env=environment)
        try:
            until_ok(f"http://127.0.0.1:{page}/")
            show(f"{which} start: the page answers", time.monotonic() - started)
            until_ok(f"http://127.0.0.1:{health}/readyz", "ready")
            show(f"{which} start: connected and storing events", time.monotonic() - started)
            until_ok(f"http://127.0.0.1:{health}/readyz", "models_loaded")
            show(f"{which} start: models are loaded, sample articles are in", time.monotonic() - started)
        finally:
            bot.terminate()
            bot.wait(30)


def test_an_answer(tmp_path):
    settings = Settings(_env_file=None, guidepost_data_dir=tmp_path)
    core = open_core(settings)
    core.ingest.sync(HELP_CENTER)
    answerer = core.answerer(serving=False)
    answerer.load()
    times = []
    for text in QUESTIONS:
        started = time.monotonic()
        as_json(core, answerer.answer(Question(text, EVERYTHING)))
        times.append(time.monotonic() - started)
    show(f"one answer, median of {len(times)}", statistics.median(times))
    show("one answer, slowest", max(times))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_ok(url: str, field: str | None = None, seconds: float = 180.0) -> None:
    """Wait until a page answers, or a field of its JSON is true; a refused connection is not yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            response = httpx.get(url)
            if response.json()[field] if field else response.is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{url} was not ready within {seconds} s")
