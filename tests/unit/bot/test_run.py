"""A running bot's health checks, and a moved clock that others move along."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.serving import HttpServer, PortTaken, listen
from bot.timetravel import TimeTravel
from store.clock import FixedClock

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def server():
    """Starts servers on free ports with what they say of themselves; returns a getter of paths."""
    running = []

    def serve(readiness):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        one = HttpServer(None, port, readiness)
        one.start()
        running.append(one)

        def get(path):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()

        return get

    yield serve
    for one in running:
        one.stop()


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
def test_readiness_is_a_status_and_says_why(server, ready, status):
    get = server(lambda: {"ready": ready, "models_loaded": False})
    assert get("/healthz") == (200, "ok")
    code, body = get("/readyz")
    assert (code, json.loads(body)) == (status, {"ready": ready, "models_loaded": False})
    assert get("/slack/events")[0] == 404  # HTTP mode only


def test_a_server_that_never_started_can_be_stopped():
    HttpServer(None, 0, dict).stop()


def test_a_taken_port_names_the_setting():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTaken, match="set PORT to another port"):
            listen("127.0.0.1", taken.getsockname()[1], "PORT")


class OneTimer:
    """A run's timer that the schedule's thread has taken a moment before."""

    def __init__(self, clock, due):
        self.clock, self.waiting, self.fired = clock, due, []

    def next_due(self):
        return self.waiting

    def fire_due(self):
        threading.Timer(0.2, self._fire_by_others).start()
        return 0

    def _fire_by_others(self):
        self.fired.append(self.clock.now())
        self.waiting = None


def test_the_clock_waits_for_a_timer_that_another_thread_fires(sqlite_database):
    clock = FixedClock(START)
    runner = OneTimer(clock, START + timedelta(days=1))
    services = SimpleNamespace(
        clock=clock, runner=runner, database=sqlite_database, workspace_id="w", wake_outbox=lambda: None
    )
    began = time.monotonic()
    TimeTravel(services, clock.advance)(timedelta(days=7))
    assert runner.fired == [START + timedelta(days=1)]
    assert clock.now() == START + timedelta(days=7)
    assert time.monotonic() - began < 5
