"""How soon Slack is told that we have an event, and people that we are at work; what comes of it among faults.

The yardstick is a bare app that only echoes, under the same load in the same run.

`make bench ARGS="-k slack"` runs this. Figures are printed, never asserted: machines differ.
"""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

import pytest

from bot.local.sample import HELP_CENTER
from tests.benchmarks.slack_load import NOISE, PEOPLE, load, percentile, process, steadily, until
from tests.fault_run import company, run
from tests.running_bot import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.slack_load import Load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

QUESTIONS = (
    "can drivers work offline?",
    "how do I add a second depot?",
    "how long do you keep delivery photos?",
    "how do I export my data?",
)
ASKED_AMONG_FAULTS = 500
SECONDS = 20.0  # of a steady load
A_SECOND = 50.0  # events, as the issue asks
ASKED_EVERY = 10  # of them a question, the others are what people say to one another


def show(what: str, value: float, unit: str = "ms") -> None:
    digits = 0 if unit == "" else 1
    sys.stdout.write(f"{what:<58} {value:7.{digits}f} {unit}".rstrip() + "\n")


def test_slack_beside_an_app_that_echoes(tmp_path: Path) -> None:
    with load(tmp_path / "echo") as echoed, process(echoed.workspace, ["-m", "tests.benchmarks.echo_bot"]):
        _measure("bare Bolt app", echoed)
    data, port = str(tmp_path / "data"), str(free_port())
    settings = {
        "GUIDEPOST_DATA_DIR": data,
        "PORT": port,
        "GUIDEPOST_SLACK_MODE": "socket",
        "GUIDEPOST_QUESTIONS_AN_HOUR": "0",
    }
    with load(tmp_path / "product") as answered:
        _take_in(answered, settings)
        with process(answered.workspace, ["-m", "bot.cli", "run"], **settings):
            until(lambda: b'"models_loaded":true' in _readiness(port), 120)
            _measure("Guidepost", answered)


def test_slack_among_faults(tmp_path: Path) -> None:
    """As tests/scenarios/test_fault_run.py asserts."""
    with company(tmp_path) as (slack, bot):
        outcome = run(slack, bot, ASKED_AMONG_FAULTS, a_second=25)
    show("questions among faults", outcome.questions, "")
    show("answered exactly once", outcome.answers[1], "")
    show("connections ended meanwhile", outcome.disconnects, "")
    show("events delivered twice", outcome.struck["duplicate"], "")
    show("deliveries lost, or overtaken", outcome.struck["drop"] + outcome.struck["reorder"], "")
    show("calls of the Web API", outcome.calls, "")
    show("of them answered 429", outcome.struck["refuse"], "")
    show("of them answered 500", outcome.struck["fail"] + outcome.struck["lose"], "")
    show("of those 500, carried out all the same", outcome.struck["lose"], "")
    show("until the last answer", outcome.seconds, "s")


def _measure(name: str, under: Load) -> None:
    under.ask(PEOPLE[0], QUESTIONS[0])  # everything has been used once
    under.seen.until_all_have(lambda seen: seen.ends, 60)
    under.begin_anew()
    steadily(lambda number: _speak(under, number), a_second=A_SECOND, seconds=SECONDS)
    under.seen.until_all_have(lambda seen: seen.ends, 120)
    show(
        f"{name}, {A_SECOND:.0f} events a second: acknowledged, median",
        1e3 * percentile(under.timed.seconds, 50),
    )
    show(
        f"{name}, {A_SECOND:.0f} events a second: acknowledged, p99",
        1e3 * percentile(under.timed.seconds, 99),
    )
    under.begin_anew()
    for number, person in enumerate(PEOPLE):
        under.ask(person, QUESTIONS[number % len(QUESTIONS)])
    under.seen.until_all_have(lambda seen: seen.ends, 300)
    signs, ends = under.seen.waited(under.seen.signs), under.seen.waited(under.seen.ends)
    show(f"{name}, {len(PEOPLE)} ask at once: first sign, p95", 1e3 * percentile(signs, 95))
    show(f"{name}, {len(PEOPLE)} ask at once: acknowledged, p99", 1e3 * percentile(under.timed.seconds, 99))
    show(f"{name}, {len(PEOPLE)} ask at once: answered, median", 1e3 * percentile(ends, 50))
    show(f"{name}, {len(PEOPLE)} ask at once: answered, the last", 1e3 * ends[-1])


def _speak(under: Load, number: int) -> None:
    person = PEOPLE[number % len(PEOPLE)]
    if number % ASKED_EVERY == 0:
        under.ask(person, QUESTIONS[number // ASKED_EVERY % len(QUESTIONS)])
    else:
        under.say(person, f"{NOISE} ({number})")


def _take_in(under: Load, settings: dict[str, str]) -> None:
    tokens = {"SLACK_BOT_TOKEN": under.workspace.bot_token, "SLACK_APP_TOKEN": under.workspace.app_token}
    command = [sys.executable, "-m", "bot.cli", "knowledge", "sync", str(HELP_CENTER), "--audience", "public"]
    subprocess.run(
        command,
        env={**os.environ, **tokens, **settings, "SLACK_API_URL": under.workspace.api_url},
        check=True,
        capture_output=True,
    )


def _readiness(port: str) -> bytes:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return response.read()
    except OSError:
        return b""
