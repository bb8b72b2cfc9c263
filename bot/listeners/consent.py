"""Check-ins on or off, in words; and a word of welcome where the bot is invited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.slack.messenger import Speech
from bot.slack.once import remember
from store.tables import workspaces

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.asking import Asked
    from bot.services import Services
    from bot.slack.incoming import Said
    from store.tables import InboundEvent

JOINED = "joined_channel"
STOPPED = (
    "Done: no more check-ins from me. Your questions are answered as before. "
    "Say `start check-ins` if you change your mind."
)
STARTED = "Thank you: I may ask now and then how things are going. Say `fewer check-ins`, or `stop check-ins` for none."
WELCOME = (
    "Hello! Mention me with a question and I answer with sources; `/cs help` shows what else I do. "
    "What I say here is for our own team."
)
_WISH = re.compile(
    r"^\W*(?:please\s+)?(?P<stop>stop|pause|no more|unsubscribe from)?(?P<start>start|resume|subscribe to)?"
    r"\s+(?:the\s+|your\s+|my\s+)?check[\s-]?ins?(?:\s+please)?\W*$",
    re.IGNORECASE,
)

FEWER = re.compile(
    r"^\W*(?:please\s+)?(?P<cadence>fewer|less|monthly|usual|normal)\s+check[\s-]?ins?(?:\s+please)?\W*$",
    re.IGNORECASE,
)
CADENCES = {"fewer": "fewer", "less": "fewer", "monthly": "monthly", "usual": "usual", "normal": "usual"}
PACED = {
    "usual": "Noted: I ask as usual again.",
    "fewer": "Noted: I ask you at most every two weeks. Say `usual check-ins` to change it back.",
    "monthly": "Noted: I ask you at most once a month. Say `usual check-ins` to change it back.",
}


def register(app: App, services: Services) -> None:
    """Listen to the bot's own joining of channels."""

    def joined(body: dict[str, Any], event: dict[str, Any]) -> None:
        if event.get("user") == services.bot_user_id:
            key = str(body.get("event_id") or f"joined:{event['channel']}:{event.get('event_ts')}")
            payload = {"user_id": event.get("inviter") or "", "channel_id": event["channel"]}
            remember(services, JOINED, key, payload)

    app.event("member_joined_channel")(joined)


def wish_of(text: str) -> bool | None:
    """Whether somebody wants check-ins; None if they speak of something else."""
    wish = _WISH.match(text.strip())
    if wish is None or bool(wish["stop"]) == bool(wish["start"]):
        return None
    return bool(wish["start"])


def cadence_of(text: str) -> str | None:
    """How often somebody wants to be asked, where they say so; a key of `workspaces.CADENCES`."""
    wish = FEWER.match(text.strip())
    return CADENCES[wish["cadence"].lower()] if wish else None


def read(services: Services, event: InboundEvent, said: Said, asked: Asked) -> bool:  # noqa: ARG001 - a Reading
    """Take over "stop check-ins", "fewer check-ins" and their like; see `questions.Reading`."""
    wanted, cadence = wish_of(said.text), cadence_of(said.text)
    if wanted is None and cadence is None:
        return False
    now = services.clock.now()
    with services.effect_of(event.id) as session:
        if cadence is not None:
            workspaces.set_cadence(session, services.workspace_id, said.user_id, cadence, now)
        else:
            change = workspaces.opt_in if wanted else workspaces.opt_out
            change(session, services.workspace_id, said.user_id, now)
        speaking.say(
            session,
            services,
            Speech(text=PACED[cadence] if cadence else STARTED if wanted else STOPPED),
            key=f"consent:{event.id}",
            channel_id=said.channel_id,
            thread_ts=said.root_ts,
        )
    return True


def carry_out_joined(services: Services, event: InboundEvent) -> None:
    """Learn whose channel it is; say hello only where everybody is of our own team."""
    channel_id = event.payload["channel_id"]
    asked = asking.who_asks(services, services.bot_user_id, channel_id)
    with services.effect_of(event.id) as session:
        if asked.place.kind == "internal":
            speaking.say(
                session, services, Speech(text=WELCOME), key=f"welcome:{channel_id}", channel_id=channel_id
            )
