"""What no other feature takes: acknowledged, so that Slack does not send it again, and passed over on purpose.

A button of an older version is answered with a sentence; whoever pressed it waits for something.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from bot.slack.incoming import StaleButton, parse_action, parse_shortcut
from bot.slack.once import remember

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.services import Services
    from store.tables import InboundEvent

log = logging.getLogger(__name__)

KIND = "left over"
ANYTHING = re.compile("")
GONE = ("app_uninstalled", "tokens_revoked")


def register(app: App, services: Services) -> None:
    """Take the rest; to be registered last, as the first listener that fits is the one that is asked."""

    def pressed(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        if body["type"] == "block_actions" and action.get("type") == "button" and not action.get("url"):
            press = parse_action(body, action)
            remember(services, KIND, press.event_key, press.to_payload())
        ack()

    def chosen(ack: Ack, body: dict[str, Any]) -> None:
        press = parse_shortcut(body)
        remember(services, KIND, press.event_key, press.to_payload())
        ack()

    for gone in GONE:
        app.event(gone)(_taken_out)
    app.event(ANYTHING)(_passed_over)
    app.action(ANYTHING)(pressed)
    app.shortcut(ANYTHING)(chosen)
    app.options(ANYTHING)(_nothing_to_choose)
    app.view_submission(ANYTHING)(_acknowledged)
    app.view_closed(ANYTHING)(_acknowledged)


def carry_out(services: Services, event: InboundEvent) -> None:  # noqa: ARG001 - a handler
    """Say that it means nothing any more.

    Raises:
        StaleButton: always; the workers tell it to whoever pressed.
    """
    raise StaleButton


def _passed_over() -> None:
    """Not meant for us."""


def _taken_out(event: dict[str, Any]) -> None:
    log.error(
        "Slack says %s: the app was taken out of the workspace, or its tokens were. Install it again and set "
        "the new tokens; what is stored waits for that.",
        event["type"],
    )


def _acknowledged(ack: Ack) -> None:
    ack()


def _nothing_to_choose(ack: Ack) -> None:
    ack(options=[])
