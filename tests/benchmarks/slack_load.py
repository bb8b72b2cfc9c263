"""Load for a bot on the local workspace, and what one sees of it: acknowledgements, first signs, answers.

The workspace is in this process, the bot in one of its own, connected over Socket Mode as on Slack.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.local import messages
from bot.local.clock import LocalClock
from bot.local.directory import Channel, Directory, User
from bot.local.server import LocalWorkspace
from store.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bot.local.delivery import Envelope, Transport
    from bot.local.payloads import Payload

BOT = "U0GUIDEPOST"
PEOPLE = tuple(f"U{number:03}ASKER" for number in range(20))
PLACE = "C0COMMUNITY"
NOISE = "Anybody in for lunch at one"


def directory() -> Directory:
    """Twenty people in one channel with the assistant."""
    users = tuple(User(one, one.lower(), f"Asker {one[1:4]}") for one in PEOPLE)
    return Directory(team_id="T0LOAD", users=users, channels=(Channel(PLACE, "community", (*PEOPLE, BOT)),))


class TimedTransport:
    """Another transport, with the seconds that each acknowledgement took."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.seconds: list[float] = []

    def is_connected(self) -> bool:
        return self._inner.is_connected()

    async def connected(self) -> None:
        await self._inner.connected()

    async def deliver(self, envelope: Envelope) -> Payload | None:
        began = time.monotonic()
        try:
            return await self._inner.deliver(envelope)
        finally:
            self.seconds.append(time.monotonic() - began)


@dataclass
class Seen:
    """What people saw in the threads of their questions: when the first sign came, when the last word."""

    asked: dict[str, float] = field(default_factory=dict)
    signs: dict[str, float] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def note(self, thread: str, *, whole: bool) -> None:
        """Something showed in a thread."""
        with self._heard:
            now = time.monotonic()
            self.signs.setdefault(thread, now)
            if whole:
                self.ends.setdefault(thread, now)
            self._heard.notify_all()

    def until_all_have(self, what: Callable[[Seen], dict[str, float]], seconds: float) -> None:
        """Wait until every question has one."""
        with self._heard:
            assert self._heard.wait_for(lambda: self.asked.keys() <= what(self).keys(), seconds)

    def waited(self, times: dict[str, float]) -> list[float]:
        """The seconds from each question to that moment."""
        return sorted(times[ts] - at for ts, at in self.asked.items())


class Load:
    """A workspace with its people; `bot` and `echo` connect to it."""

    def __init__(self, workspace: LocalWorkspace) -> None:
        self.workspace = workspace
        self.timed = TimedTransport(workspace._delivery.transport)
        workspace._delivery.transport = self.timed
        self.seen = Seen()
        self._ws = workspace._ws
        self._watch()

    def ask(self, user: str, text: str) -> None:
        """A question in the channel, addressed to the assistant."""
        ts = self.say(user, f"<@{BOT}> {text}")
        self.seen.asked[ts] = time.monotonic()

    def say(self, user: str, text: str) -> str:
        """A message in the channel."""
        person, channel = self._ws.person(user), self._ws.directory.channel(PLACE)
        return self.workspace._on_loop(
            lambda: messages.post_as_person(self._ws, person, channel, text, None)
        )["ts"]

    def begin_anew(self) -> None:
        """Forget what was measured."""
        self.timed.seconds.clear()
        self.seen = Seen()

    def _watch(self) -> None:
        """Hear what the pages hear, before it goes over any WebSocket."""
        push = self._ws.hub.push

        def heard(users: Sequence[str], type_: str, **fields: object) -> None:
            push(users, type_, **fields)
            self._note(type_, fields)

        self._ws.hub.push = heard  # type: ignore[method-assign]

    def _note(self, type_: str, fields: dict[str, object]) -> None:
        if type_ == "status" and fields.get("status"):
            self.seen.note(str(fields["thread_ts"]), whole=False)
        message = fields.get("message")
        if isinstance(message, dict) and message.get("user") == BOT and message.get("thread_ts"):
            self.seen.note(str(message["thread_ts"]), whole=not message["streaming"])


@contextmanager
def load(folder: Path) -> Iterator[Load]:
    """A workspace on a free port."""
    clock = LocalClock(folder, SystemClock())
    with LocalWorkspace(folder, clock, directory=directory()) as workspace:
        yield Load(workspace)


@contextmanager
def process(
    workspace: LocalWorkspace, command: Sequence[str], **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A bot in a process of its own, connected; stopped afterwards."""
    tokens = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": workspace.api_url,
    }
    bot = subprocess.Popen([sys.executable, *command], env={**os.environ, **tokens, **settings})
    try:
        until(workspace._sockets.is_connected, 120)
        yield bot
    finally:
        bot.terminate()
        bot.wait(30)


def until(there: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def steadily(each: Callable[[int], object], *, a_second: float, seconds: float) -> None:
    """Do something at a steady pace."""
    began = time.monotonic()
    for number in range(int(a_second * seconds)):
        each(number)
        time.sleep(max(0.0, began + (number + 1) / a_second - time.monotonic()))


def percentile(seconds: Sequence[float], share: int) -> float:
    """That percentile."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[share - 1]
