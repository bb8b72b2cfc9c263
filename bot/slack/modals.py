"""Modals: opened at once, because a trigger lives for three seconds; submitted once."""

from __future__ import annotations

import json
import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.blocks.waiting import waiting_modal
from bot.slack.incoming import view_values
from bot.slack.messenger import Speech, TryLater, Unreachable
from bot.slack.once import remember

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt import Ack

    from bot.services import Services
    from bot.slack.incoming import Pressed

log = logging.getLogger(__name__)

PATIENCE = (
    1.5  # seconds that a view may take before an empty one opens in its place: a trigger lives for three
)
FAILED = "That went wrong on my side. Please close this and press the button again."
PRESS_AGAIN = "That took a moment too long and Slack did not open the form. Please press the button again."


@dataclass(frozen=True)
class Submitted:
    """A modal that somebody sent off."""

    event_key: str
    user_id: str
    values: Mapping[str, str]  # block id -> what was entered
    context: Mapping[str, Any]  # what the modal was opened with

    def to_payload(self) -> dict[str, Any]:
        """As JSON, for the inbound event's row; place and person where replies look for them."""
        where = {key: self.context.get(key) for key in ("channel_id", "thread_ts")}
        return {
            **where,
            "event_key": self.event_key,
            "user_id": self.user_id,
            "values": dict(self.values),
            "context": dict(self.context),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Submitted:
        """Back from JSON."""
        return cls(payload["event_key"], payload["user_id"], payload["values"], payload["context"])


def parse_submission(body: dict[str, Any]) -> Submitted:
    """What a `view_submission` payload says. One opened modal is one event, however often it is sent."""
    view = body["view"]
    return Submitted(
        event_key=f"{view['id']}:submitted",
        user_id=body["user"]["id"],
        values=view_values(view),
        context=json.loads(view.get("private_metadata") or "{}"),
    )


def take_form(
    ack: Ack, services: Services, kind: str, submitted: Submitted, problems: Mapping[str, str]
) -> None:
    """Say what is wrong at its field; without problems, store the form for the workers and let it close.

    Args:
        ack: Slack's.
        services: the running bot.
        kind: of the event that it becomes.
        submitted: the form.
        problems: block id -> what is wrong there.
    """
    if problems:
        ack(response_action="errors", errors=dict(problems))
        return
    remember(services, kind, submitted.event_key, submitted.to_payload())
    ack()


def open_modal(services: Services, pressed: Pressed, view: dict[str, Any], *, on_top: bool = False) -> bool:
    """Open a modal for whoever pressed, `on_top` of the one it was pressed in; if Slack will not, they are told.

    Returns:
        Whether it is open.
    """
    try:
        services.messenger.open_modal(pressed.trigger_id or "", view, on_top=on_top)
    except (TryLater, Unreachable) as error:
        log.warning("a modal could not be opened: %s", error)
        tell(services, pressed, PRESS_AGAIN)
        return False
    return True


def open_made(
    services: Services,
    pressed: Pressed,
    make: Callable[[], dict[str, Any]],
    *,
    on_top: bool = False,
    patience: float = PATIENCE,
) -> bool:
    """Open a modal that is worked out from rows: where that takes long, one that says so opens and is filled.

    Args:
        services: the running bot.
        pressed: what was pressed.
        make: works the view out.
        on_top: of the modal it was pressed in.
        patience: seconds before something opens in any case.

    Returns:
        Whether it is open.

    Raises:
        Exception: what `make` raises; who waits before an open modal is told there.
    """
    with ThreadPoolExecutor(1) as worker:
        made = worker.submit(make)
        if wait([made], patience).done:
            return open_modal(services, pressed, made.result(), on_top=on_top)
        return _fill(services, pressed, made, on_top)


def _fill(services: Services, pressed: Pressed, made: Future[dict[str, Any]], on_top: bool) -> bool:
    messenger = services.messenger
    try:
        view_id = messenger.open_modal(pressed.trigger_id or "", waiting_modal(), on_top=on_top)
    except (TryLater, Unreachable) as error:
        log.warning("a modal could not be opened: %s", error)
        tell(services, pressed, PRESS_AGAIN)
        return False
    view = waiting_modal(FAILED) if made.exception() else made.result()
    try:
        messenger.fill_modal(view_id, view)
    except (TryLater, Unreachable) as error:  # whoever closed it does not want it any more
        log.warning("a modal could not be filled: %s", error)
    made.result()
    return True


def tell(services: Services, pressed: Pressed, text: str) -> None:
    """Say one line at once to whoever pressed; nothing rests on it, so it does not go by the outbox."""
    try:
        if pressed.channel_id:
            services.messenger.ephemeral(
                pressed.channel_id, pressed.user_id, Speech(text=text), thread_ts=pressed.thread_ts
            )
        elif pressed.response_url:
            services.messenger.respond(pressed.response_url, Speech(text=text))
    except (TryLater, Unreachable) as error:
        log.warning("a person could not be told %r: %s", text, error)


def context_of(pressed: Pressed, **more: str) -> dict[str, Any]:
    """What a modal remembers: where it was opened from, and `more`."""
    return {"channel_id": pressed.channel_id, "thread_ts": pressed.thread_ts, **more}
