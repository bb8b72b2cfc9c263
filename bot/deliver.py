"""Carries out what answers and playbooks decided to say, from the outbox: each message seen once."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.blocks import plan
from bot.keeping import Keeper
from bot.services import Pace
from bot.slack.messenger import Posted, Speech, StreamTarget, TryLater, Unreachable
from store.errors import GuidepostError
from store.tables import conversations, outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlmodel import Session

    from bot.services import Services
    from store.tables import OutboxMessage

log = logging.getLogger(__name__)

PACE = Pace(lease=timedelta(seconds=45), poll_seconds=2.0)
ATTEMPTS = 6
SENDERS = 4
BLOCKS_AT_MOST = 49  # Slack takes 50, and one says that it may be said twice
NOT_IN_SLACK = "none"
SAID_AGAIN = "_I was interrupted while I said this, so you may see it twice._"


class InDoubt(GuidepostError):  # noqa: N818 - a turn of events, not a fault
    """The person may have seen this, Slack cannot tell, and it is better missed than said twice."""


class Moot(GuidepostError):  # noqa: N818 - a turn of events, not a fault
    """What was to be said is not so any more, so it is not said."""


@dataclass(frozen=True)
class View:
    """How one kind of message is made from its row, and what follows from its having been sent.

    Args:
        render: the row as something to say; it reads the store, never writes. It raises `Moot` where there is
            nothing to say any more.
        after: runs in the transaction that marks the message sent.
        undeliverable: runs in the transaction that gives the message up, with the reason.
        streams: whether it streams in where Slack can.
        addressed: the row with its channel and thread, for kinds that find them only now.
        afterwards: runs when that is in the store; nothing may rest on it, as it is not repeated.
        perform: does what is to be done where that is not a message in Slack; `render` is not asked.
    """

    render: Callable[[Services, OutboxMessage], Speech]
    after: Callable[[Services, Session, OutboxMessage, Posted], None] | None = None
    undeliverable: Callable[[Services, Session, OutboxMessage, str], None] | None = None
    streams: bool = False
    addressed: Callable[[Services, OutboxMessage], OutboxMessage] | None = None
    perform: Callable[[Services, OutboxMessage], None] | None = None
    afterwards: Callable[[Services, OutboxMessage, Posted], None] | None = None


class _Overtaken(Exception):  # noqa: N818 - a turn of events, not a fault
    """Another sender has the message."""


class Deliverer:
    """Takes due messages and says them.

    Args:
        services: the running bot.
        views: by the name that a message's payload gives.
        pace: see there.
    """

    def __init__(self, services: Services, views: Mapping[str, View], pace: Pace = PACE) -> None:
        self._services = services
        self._views = views
        self._pace = pace
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="deliver")
        self._free = threading.BoundedSemaphore(SENDERS)
        self._keeper = Keeper(services, pace, outbox.renew)
        self._dispatcher = threading.Thread(target=self._dispatch, name="deliver-dispatch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._dispatcher.start()
        self._keeper.start()

    def stop(self) -> None:
        """Finish what is being said and begin nothing new."""
        self._services.wake_outbox()
        if self._dispatcher.is_alive():  # a start that failed has begun nothing
            self._dispatcher.join(timeout=10)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._keeper.stop()

    def run_until_idle(self) -> int:
        """Say everything that is due, here and now; how many messages that was."""
        said = 0
        while (message := self._claim()) is not None:
            self._deliver(message)
            said += 1
        return said

    def _dispatch(self) -> None:
        services = self._services
        while not services.stopping.is_set():
            services.speech_waiting.clear()
            self._free.acquire()
            message = self._claim_or_none()
            if message is None:
                self._free.release()
                services.speech_waiting.wait(self._pace.poll_seconds)
                continue
            self._pool.submit(self._deliver_and_release, message)

    def _claim_or_none(self) -> OutboxMessage | None:
        try:
            return self._claim()
        except Exception:
            log.exception("could not look into the outbox; trying again")
            return None

    def _claim(self) -> OutboxMessage | None:
        services = self._services
        with services.database.transaction() as session:
            return outbox.claim(
                session,
                workspace_id=services.workspace_id,
                now=services.clock.now(),
                wall=services.wall.now(),
                lease=self._pace.lease,
            )

    def _deliver_and_release(self, message: OutboxMessage) -> None:
        try:
            with self._keeper.holding(message):
                self._deliver(message)
        finally:
            self._free.release()

    def _deliver(self, message: OutboxMessage) -> None:
        view = self._views[message.payload["view"]]
        if message.vanished >= ATTEMPTS:
            self._give_up(
                view, message, f"the process ended {message.vanished} times while it was being said"
            )
            return
        try:
            posted = self._say(view, message)
        except _Overtaken:
            log.info("message %s was held up so long that another sender has it", message.key)
        except InDoubt:
            self._leave_unsure(message)
        except Moot as moot:
            self._leave_unsaid(message, str(moot))
        except TryLater as later:
            self._postpone(message, later.seconds, str(later), refused=later.refused)
        except Unreachable as error:
            self._give_up(view, message, str(error))
        except Exception as error:
            log.exception("message %s failed, attempt %d of %d", message.key, message.attempts, ATTEMPTS)
            if message.attempts < ATTEMPTS:
                self._postpone(message, 2.0**message.attempts, repr(error))
            else:
                self._give_up(view, message, repr(error))
        else:
            self._note_sent(view, message, posted)

    def _say(self, view: View, message: OutboxMessage) -> Posted:
        services = self._services
        self._make_sure_of(message)
        if view.perform is not None:
            view.perform(services, message)
            return Posted(NOT_IN_SLACK, NOT_IN_SLACK)
        if view.addressed is not None:
            message = view.addressed(services, message)
        speech = view.render(services, message)
        if message.kind in {"respond", "ephemeral"}:
            return self._say_privately(message, speech)
        if message.kind == "update":
            where = Posted(str(message.channel_id), str(message.payload["ts"]))
            return services.messenger.update(where, speech, key=message.key)
        channel = message.channel_id or services.messenger.open_dm(str(message.slack_user_id))
        if message.attempts > 1 and (found := self._look_for(channel, message, speech)) is not None:
            return found
        self._make_sure_of(message)
        return self._post(view, channel, message, speech)

    def _make_sure_of(self, message: OutboxMessage) -> None:
        """Say nothing that somebody else is saying: a lease may run out while the store or Slack holds us up.

        Raises:
            _Overtaken: another sender has it.
        """
        wall = self._services.wall.now()
        if message.leased_until is not None and wall < message.leased_until:
            return
        with self._services.database.transaction() as session:
            if not outbox.renew(session, message, wall + self._pace.lease):
                raise _Overtaken(message.key)

    def _say_privately(self, message: OutboxMessage, speech: Speech) -> Posted:
        """For one person's eyes, where Slack cannot be asked afterwards whether it was said.

        What may have been seen already is said again with a line that says so; a mere echo is not.
        """
        if message.begun_at is not None and not message.payload.get("replace"):
            if message.payload.get("echo"):
                raise InDoubt(f"{message.key} may have been seen.")
            speech = said_again(speech)
        self._note_begun(message)
        if message.kind == "respond" and self._respond(message, speech):
            return Posted(message.channel_id or NOT_IN_SLACK, NOT_IN_SLACK)
        self._services.messenger.ephemeral(
            str(message.channel_id), str(message.slack_user_id), speech, thread_ts=message.thread_ts
        )
        return Posted(str(message.channel_id), NOT_IN_SLACK)

    def _respond(self, message: OutboxMessage, speech: Speech) -> bool:
        """By response URL; False where that has expired (after 30 minutes) and the person is known."""
        payload = message.payload
        try:
            self._services.messenger.respond(
                str(payload["response_url"]),
                speech,
                in_channel=bool(payload.get("in_channel")),
                replace=bool(payload.get("replace")),
            )
        except Unreachable as error:
            if not (message.channel_id and message.slack_user_id):
                raise
            log.info("%s; saying it without", error)
            return False
        return True

    def _post(self, view: View, channel: str, message: OutboxMessage, speech: Speech) -> Posted:
        messenger = self._services.messenger
        doubtful = message.attempts > 1  # a stream that went wrong is not begun again
        if message.sent_ts and not doubtful and (posted := self._continue(view, message, speech)):
            return posted
        if doubtful or not (view.streams and speech.pieces and message.thread_ts):
            return messenger.post(channel, speech, key=message.key, thread_ts=message.thread_ts)
        target = StreamTarget(message.payload.get("user_id"), message.payload.get("user_team"))
        return messenger.stream(
            channel,
            message.thread_ts,
            speech,
            key=message.key,
            target=target,
            on_started=lambda where: self._note_started(message, where),
        )

    def _continue(self, view: View, message: OutboxMessage, speech: Speech) -> Posted | None:
        """Say it in the message that was begun for it; None where that is gone."""
        messenger = self._services.messenger
        begun = Posted(str(message.sent_channel_id), str(message.sent_ts))
        try:
            if view.streams and speech.pieces:
                return messenger.finish_stream(
                    begun, speech, speech.pieces, key=message.key, stopped_before=plan.stopped()
                )
        except Unreachable as error:
            log.info("%s cannot be said in %s: %s", message.key, begun, error)
            return None
        return self._complete(begun, message, speech)

    def _complete(self, begun: Posted, message: OutboxMessage, speech: Speech) -> Posted | None:
        """Bring a message that was begun to its words; None where it is gone, so that it is said anew."""
        try:
            return self._services.messenger.complete_stream(begun, speech, key=message.key)
        except Unreachable as error:
            log.info("%s cannot be said in %s: %s", message.key, begun, error)
            return None

    def _look_for(self, channel: str, message: OutboxMessage, speech: Speech) -> Posted | None:
        """Find what an earlier attempt may have posted before it was cut off, and complete it."""
        services, messenger = self._services, self._services.messenger
        oldest = f"{message.created_at.timestamp() - 60:.6f}"
        found = messenger.find(channel, message.key, thread_ts=message.thread_ts, oldest=oldest)
        if found is not None:
            return found
        if message.sent_ts:
            return self._complete(Posted(str(message.sent_channel_id), message.sent_ts), message, speech)
        if message.thread_ts and speech.pieces:
            begun = messenger.find_unfinished(
                channel, services.bot_user_id, thread_ts=message.thread_ts, oldest=oldest
            )
            here = {"workspace_id": services.workspace_id, "channel_id": channel}
            with services.database.reading() as session:  # after Slack was asked: what others begin is theirs
                taken = outbox.places_taken(
                    session, **here, message_id=message.id
                ) | conversations.streams_in_thread(session, **here, thread_ts=message.thread_ts)
            for where in begun:
                if where.ts not in taken and (posted := self._complete(where, message, speech)):
                    return posted
        return None

    def _note_started(self, message: OutboxMessage, where: Posted) -> None:
        with self._services.database.transaction() as session:
            outbox.mark_started(session, message.id, channel_id=where.channel_id, ts=where.ts)

    def _note_begun(self, message: OutboxMessage) -> None:
        with self._services.database.transaction() as session:
            outbox.mark_begun(session, message, now=self._services.clock.now())

    def _leave_unsure(self, message: OutboxMessage) -> None:
        log.info("message %s may have been seen before the process ended; it is not said again", message.key)
        with self._services.database.transaction() as session:
            outbox.leave_unsure(session, message)

    def _leave_unsaid(self, message: OutboxMessage, reason: str) -> None:
        log.info("message %s is not said: %s", message.key, reason)
        with self._services.database.transaction() as session:
            outbox.leave_unsaid(session, message, reason=reason)

    def _note_sent(self, view: View, message: OutboxMessage, posted: Posted) -> None:
        services = self._services
        with services.database.transaction() as session:
            new = outbox.mark_sent(
                session, message.id, channel_id=posted.channel_id, ts=posted.ts, now=services.clock.now()
            )
            if new and view.after is not None:
                view.after(services, session, message, posted)
        if new and view.afterwards is not None:
            view.afterwards(services, message, posted)

    def _postpone(self, message: OutboxMessage, seconds: float, error: str, *, refused: bool = False) -> None:
        until = self._services.clock.now() + timedelta(seconds=seconds)
        with self._services.database.transaction() as session:
            outbox.postpone(session, message, until=until, error=error, refused=refused)

    def _give_up(self, view: View, message: OutboxMessage, reason: str) -> None:
        log.error("message %s cannot be delivered: %s", message.key, reason)
        with self._services.database.transaction() as session:
            mine = outbox.mark_failed(session, message, error=reason)
            if mine and view.undeliverable is not None:
                view.undeliverable(self._services, session, message, reason)
        self._services.wake_outbox()


def said_again(speech: Speech) -> Speech:
    """The same with a line under it: it may be there already."""
    note = {"type": "context", "elements": [{"type": "mrkdwn", "text": SAID_AGAIN}]}
    blocks = [*speech.blocks[:BLOCKS_AT_MOST], note] if speech.blocks else ()
    return Speech(text=f"{speech.text}\n{SAID_AGAIN}", blocks=blocks)
