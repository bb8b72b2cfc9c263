"""One workspace's bot that goes wrong holds up no other's."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from bot.fleet import Fleet
from bot.settings import Settings
from bot.slack.vault import new_key
from bot.start import MANIFEST
from bot.wiring import open_shared
from tests.running_bot import free_port


class Member:
    """A workspace's bot, as the fleet knows it."""

    def __init__(self, team, *, stops):
        self.team, self.stops, self.stopped = team, stops, threading.Event()

    def stop(self):
        self.stopped.set()
        if not self.stops:
            raise RuntimeError("it would not")

    def readiness(self):
        return {"storing": True, "models_loaded": True}


class Installed(Fleet):
    """A fleet whose installations are told."""

    def __init__(self, core, stubborn):
        super().__init__(core, MANIFEST, look_seconds=0.01)
        self.rows, self.begun, self.stubborn = [], [], stubborn

    def _installed(self):
        if isinstance(self.rows, Exception):
            raise self.rows
        return self.rows

    def _begin(self, team, row):  # noqa: ARG002 - as the real one
        self.begun.append(Member(team, stops=team not in self.stubborn))
        return self.begun[-1]


def installed(*teams, version=1):
    return [SimpleNamespace(id=f"{team}-{version}", team_id=team) for team in teams]


@pytest.fixture
def fleet(tmp_path):
    core = open_shared(
        Settings(
            _env_file=None,
            guidepost_data_dir=tmp_path,
            port=free_port(),
            slack_client_id="1.2",
            slack_client_secret="s",
            slack_signing_secret="s",
            guidepost_secret_key=new_key(),
        )
    )
    fleet = Installed(core, stubborn={"T1"})
    yield fleet
    fleet.stop()
    core.database.close()


def until(true):
    waited = threading.Event()
    for _ in range(1000):
        if true():
            return
        waited.wait(0.01)
    raise AssertionError("it did not come to pass")


def test_a_bot_that_will_not_stop_holds_up_no_other_workspace(fleet):
    fleet.rows = installed("T1", "T2")
    fleet.start()
    assert fleet.teams == ["T1", "T2"]
    fleet.rows = installed("T2", version=2) + installed("T3")
    until(lambda: fleet.teams == ["T2", "T3"])
    assert [one.team for one in fleet.begun if one.stopped.is_set()] == ["T1", "T2"]


def test_a_look_that_goes_wrong_is_repeated(fleet):
    fleet.rows = installed("T2")
    fleet.start()
    fleet.rows = RuntimeError("anything")
    until(lambda: not fleet._look_now.is_set())
    fleet.rows = installed("T2", "T3")
    until(lambda: fleet.teams == ["T2", "T3"])


def test_all_others_are_stopped_where_one_will_not(fleet):
    fleet.rows = installed("T1", "T2")
    fleet.start()
    fleet.stop()
    assert all(one.stopped.is_set() for one in fleet.begun)
    assert fleet.teams == []
