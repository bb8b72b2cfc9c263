"""Carries out stored events: a bounded pool of workers fed from the database."""

from __future__ import annotations

import logging
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from bot import progress, speaking
from bot.keeping import Keeper
from bot.services import AlreadyDone, Pace
from bot.slack.messenger import TryLater
from store.errors import GuidepostError
from store.tables import events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.services import Services
    from store.tables import InboundEvent

log = logging.getLogger(__name__)

PACE = Pace(lease=timedelta(seconds=30), poll_seconds=2.0)
ATTEMPTS = 3
PATIENCE = 20  # attempts where it is Slack that asks us to wait
DEATHS = 3  # processes that may end over an event before it is set aside
ENDED_THE_PROCESS = "the process ended {} times while this was being carried out"


def excuse(reference: str) -> str:
    """What a person is told of a fault of ours."""
    return (
        f"Something went wrong on my side, and I have made a note of it (reference {reference}). "
        "Please try again, or ask your contact person."
    )


class Handler(Protocol):
    """Carries out one kind of event; it must end in `services.effect_of(event.id)`."""

    def __call__(self, services: Services, event: InboundEvent) -> None:
        """Carry the event out."""
        ...


class Workers:
    """Takes stored events in order and carries each out once.

    Args:
        services: the running bot.
        handlers: by kind of event.
        pace: see there.
    """

    def __init__(self, services: Services, handlers: Mapping[str, Handler], pace: Pace = PACE) -> None:
        self._services = services
        self._handlers = handlers
        self._pace = pace
        self._count = services.settings.guidepost_workers
        self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="work")
        self._free = threading.BoundedSemaphore(self._count)
        self._dispatcher = threading.Thread(target=self._dispatch, name="work-dispatch", daemon=True)
        self._keeper = Keeper(services, pace, events.renew)

    def start(self) -> None:
        """Begin."""
        self._dispatcher.start()
        self._keeper.start()

    def stop(self) -> None:
        """Finish what is being worked on and take nothing new."""
        self._services.wake_workers()
        if self._dispatcher.is_alive():  # a start that failed has begun nothing
            self._dispatcher.join(timeout=10)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._keeper.stop()

    def run_until_idle(self) -> int:
        """Carry out everything that waits, here and now; how many events that was."""
        done = 0
        while (event := self._claim()) is not None:
            self._carry_out(event)
            done += 1
        return done

    def _dispatch(self) -> None:
        services = self._services
        while not services.stopping.is_set():
            services.work_waiting.clear()
            self._free.acquire()
            event = self._claim_or_none()
            if event is None:
                self._free.release()
                services.work_waiting.wait(self._pace.poll_seconds)
                continue
            self._pool.submit(self._carry_out_and_release, event)

    def _claim_or_none(self) -> InboundEvent | None:
        try:
            return self._claim()
        except Exception:
            log.exception("could not look for work; trying again")
            return None

    def _claim(self) -> InboundEvent | None:
        services = self._services
        with services.database.transaction() as session:
            return events.claim(
                session,
                workspace_id=services.workspace_id,
                wall=services.wall.now(),
                lease=self._pace.lease,
                rest=self._pace.rest,
            )

    def _carry_out_and_release(self, event: InboundEvent) -> None:
        try:
            with self._keeper.holding(event):
                self._carry_out(event)
        finally:
            self._free.release()

    def _carry_out(self, event: InboundEvent) -> None:
        if event.vanished >= DEATHS:
            self._set_aside(event)
            return
        try:
            self._handlers[event.kind](self._services, event)
        except AlreadyDone:
            log.info("event %s was carried out by another worker", event.id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person hears of it
            self._handle_failure(event, error)

    def _handle_failure(self, event: InboundEvent, error: Exception) -> None:
        waits = isinstance(error, TryLater)
        expected = isinstance(error, GuidepostError) and not waits
        if not expected and event.attempts < (PATIENCE if waits else ATTEMPTS):
            log.warning("event %s: attempt %d failed", event.id, event.attempts, exc_info=error)
            self._try_again(event, error.seconds if isinstance(error, TryLater) else 0)
            return
        reference = secrets.token_hex(3)
        log.error("event %s given up, reference %s", event.id, reference, exc_info=error)
        sentence = str(error) if expected else excuse(reference)
        self._tell(event, sentence, partial(events.fail, ref=reference, error=repr(error)))

    def _set_aside(self, event: InboundEvent) -> None:
        reference, error = secrets.token_hex(3), ENDED_THE_PROCESS.format(event.vanished)
        log.error("event %s (%s) set aside, reference %s: %s", event.id, event.kind, reference, error)
        self._tell(event, excuse(reference), partial(events.set_aside, ref=reference, error=error))

    def _try_again(self, event: InboundEvent, seconds: float) -> None:
        services = self._services
        with services.database.transaction() as session:
            if seconds:
                events.postpone(session, event, until=services.wall.now() + timedelta(seconds=seconds))
            else:
                events.release(session, event)

    def _tell(self, event: InboundEvent, sentence: str, give_up: Callable[..., bool]) -> None:
        """Give an event up, and say so where the person is waiting for us."""
        services = self._services
        with services.database.transaction() as session:
            if not give_up(session, event, now=services.clock.now()):
                return
            if event.payload.get("user_id"):  # what comes from ourselves has nobody who waits
                address = _where_they_wait(event) | {"key": f"sorry:{event.id}"}
                speaking.send(session, services, "notice", **address, text=sentence)
                if event.payload.get("ts"):
                    progress.say_there(
                        session, services, address["key"], event.payload["channel_id"], event.payload["ts"]
                    )
        services.wake_outbox()


def _where_they_wait(event: InboundEvent) -> dict[str, Any]:
    """The thread of what was said; for clicks and commands a place that only that person sees."""
    payload = event.payload
    if not payload.get("ts"):
        return speaking.address_of(event)
    return {
        "kind": "post",
        "channel_id": payload["channel_id"],
        "slack_user_id": payload["user_id"],
        "thread_ts": payload.get("thread_ts") or payload["ts"],
    }
