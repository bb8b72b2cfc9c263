"""What goes to the bot. Events are kept until they are acknowledged; everything else is asked once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.local.errors import NotDelivered
from bot.local.faults import Trouble

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from bot.local.payloads import Payload
    from bot.local.records import Records

ACK_SECONDS = 3.0  # Slack waits that long for an acknowledgement
RETRY_SECONDS = (0.0, 60.0, 300.0)  # "at once, after a minute, after five"
_KIND = "pending"


@dataclass(frozen=True)
class Envelope:
    """One delivery: `kind` is events_api, slash_commands or interactive; `attempt` counts redeliveries."""

    kind: str
    payload: Payload
    attempt: int = 0
    reason: str = ""


class Transport(Protocol):
    """A way to the bot."""

    def is_connected(self) -> bool:
        """Whether a delivery can be tried now."""
        ...

    async def connected(self) -> None:
        """Wait until a delivery can be tried."""
        ...

    async def deliver(self, envelope: Envelope) -> Payload | None:
        """Hand it over and wait for the acknowledgement; its payload, if it has one.

        Raises:
            NotDelivered: nobody is connected, or no good answer came in time.
        """
        ...


class Delivery:
    """Hands events and interactions to the bot over the transport of the day."""

    def __init__(
        self,
        records: Records,
        transport: Transport,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
        trouble: Trouble | None = None,
    ) -> None:
        self.transport = transport
        self._records = records
        self._retry_seconds = tuple(retry_seconds)
        self._trouble = trouble or Trouble()
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False

    def start(self) -> None:
        """Begin; what an earlier process left unacknowledged is delivered again. Call it on the loop."""
        self._running = True
        for event_id, waiting in list(self._records.all(_KIND).items()):
            again = {
                **waiting,
                "attempt": max(1, waiting["attempt"]),
                "reason": waiting["reason"] or "timeout",
            }
            self._records.put(_KIND, event_id, again)
            self.in_background(self._until_acknowledged(event_id))

    async def stop(self) -> None:
        """Stop trying; what is unacknowledged stays for the next start."""
        self._running = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def quiet(self) -> None:
        """Wait until nothing is on its way any more. What waits for a retry is on its way, too."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def in_background(self, work: Coroutine[None, None, None]) -> None:
        """Run something beside; it ends with the workspace."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def emit(self, body: Payload) -> None:
        """Store an event and deliver it, again and again until it is acknowledged or given up."""
        event_id = body["event_id"]
        self._records.put(_KIND, event_id, {"body": body, "attempt": 0, "reason": ""})
        if self._running:
            self.in_background(self._until_acknowledged(event_id))

    async def ask(self, kind: str, payload: Payload) -> Payload | None:
        """Deliver a command or an interaction once.

        Raises:
            NotDelivered: nobody is connected, or no good answer came in three seconds.
        """
        if not self.transport.is_connected():
            raise NotDelivered("not_connected", lost=True)
        return await self._hand_over(Envelope(kind, payload))

    async def _hand_over(self, envelope: Envelope) -> Payload | None:
        await self._trouble.on_the_way(envelope.kind)
        return await self.transport.deliver(envelope)

    async def _until_acknowledged(self, event_id: str) -> None:
        """Unanswered deliveries are retried on Slack's schedule; those that met no bot wait for one."""
        unanswered = 0
        while waiting := self._records.get(_KIND, event_id):
            if not self.transport.is_connected():
                self._note(event_id, max(1, waiting["attempt"]), "timeout")
                await self.transport.connected()
                continue
            try:
                await self._hand_over(
                    Envelope("events_api", waiting["body"], waiting["attempt"], waiting["reason"])
                )
            except NotDelivered as failure:
                self._note(event_id, waiting["attempt"] + 1, failure.reason)
                unanswered += 0 if failure.lost else 1
                if failure.final or unanswered > len(self._retry_seconds):
                    break
                await asyncio.sleep(self._retry_seconds[unanswered - 1] if unanswered else 0)
            else:
                if waiting["attempt"] or not self._trouble.duplicates():
                    break
                self._note(event_id, 1, "timeout")
        self._records.drop(_KIND, event_id)

    def _note(self, event_id: str, attempt: int, reason: str) -> None:
        waiting = self._records.get(_KIND, event_id)
        if waiting and (waiting["attempt"], waiting["reason"]) != (attempt, reason):
            self._records.put(_KIND, event_id, {**waiting, "attempt": attempt, "reason": reason})
