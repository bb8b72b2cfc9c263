"""`/cs`: one slash command whose sub-commands are brought along by the features.

To add one, write in your feature's module

    PLAY = Subcommand(
        name="play",
        usage="play list | start NAME @account",
        description="Start and watch playbooks",
        role="csm",
        handler=play,
    )

    def play(services: Services, call: Call) -> None: ...

and add it to SUBCOMMANDS in bot/app.py. The role is checked before the handler runs. The handler runs in a
worker (seconds are fine) and ends in exactly one `services.effect_of(call.event.id)`, in which it writes
whatever it brings about and answers with `answer(session, services, call, speech)`. A handler that only
reads ends in `finish(services, call, speech)`. An answer is seen by the caller alone; with `--share`, by the
channel, if the handler says that the channel may (`may_share=True`). A wrong argument gets an answer that
names the remedy; a `GuidepostError` that is raised is shown as its sentence.

A command's trigger id is long gone when the handler runs: where a modal is wanted, answer with a button.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bot import asking, speaking
from bot.blocks.help import CommandLine, help_speech
from bot.blocks.text import escaped, shortened
from bot.slack.incoming import Commanded, parse_command
from bot.slack.messenger import Speech
from bot.slack.once import remember

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.services import Services
    from bot.work import Handler
    from store.people import Role
    from store.tables import InboundEvent

COMMAND = "/cs"
KIND = "command"
LONGEST = 3000  # characters of a command that are read; Slack itself cuts later
_SHARE = re.compile(r"(?:^|\s)--share(?=\s|$)")
_ROLE_NAMES: dict[str, str] = {
    "end_user": "everybody",
    "csm": "customer success managers",
    "manager": "managers",
    "admin": "admins",
}


@dataclass(frozen=True)
class Call:
    """A sub-command as somebody called it.

    Args:
        event: the stored event; end in `services.effect_of(call.event.id)`.
        command: the slash command as it came.
        asked: who called it and where: person, place, account, audiences.
        words: what follows the sub-command's name, `--share` taken out.
        share: whether the channel is to see the answer.
    """

    event: InboundEvent
    command: Commanded
    asked: Asked
    words: str
    share: bool = False


class Runs(Protocol):
    """Carries a sub-command out; ends in `services.effect_of(call.event.id)`."""

    def __call__(self, services: Services, call: Call) -> None:
        """Carry it out."""
        ...


@dataclass(frozen=True)
class Subcommand:
    """One thing that `/cs` can do.

    Args:
        name: the first word after `/cs`, lower case.
        usage: how it is written, the name included: `account @customer`.
        description: what it does, half a line.
        role: the least role that may call it.
        handler: see `Runs`.
        example: as somebody would write it, without `/cs`; help shows it.
    """

    name: str
    usage: str
    description: str
    role: Role
    handler: Runs
    example: str = ""


def register(app: App, services: Services) -> None:
    """Store the command, then tell Slack that we have it."""

    def stored(ack: Ack, body: dict[str, Any]) -> None:
        command = parse_command(body)
        remember(services, KIND, command.event_key, command.to_payload())
        ack()

    app.command(COMMAND)(stored)


def carrying_out(subcommands: Sequence[Subcommand]) -> Handler:
    """The handler of stored commands, for these sub-commands; `help` comes by itself."""

    def carry_out(services: Services, event: InboundEvent) -> None:
        command = Commanded.from_payload(event.payload)
        name, words, share = parse(command.text)
        call = Call(
            event, command, asking.who_asks(services, command.user_id, command.channel_id), words, share
        )
        chosen = next((one for one in subcommands if one.name == name), None)
        if name == "help":
            finish(services, call, help_for(call.asked, subcommands))
        elif chosen is None:
            finish(services, call, unknown(name, call.asked, subcommands))
        elif not call.asked.person.may_act_as(chosen.role):
            finish(services, call, refused(chosen, call.asked, subcommands))
        else:
            chosen.handler(services, call)

    return carry_out


def parse(text: str) -> tuple[str, str, bool]:
    """The sub-command's name, the words after it, and whether to share; nothing said is `help`."""
    share = bool(_SHARE.search(text))
    first, _, rest = _SHARE.sub(" ", text[:LONGEST]).strip().partition(" ")
    return first.lower().strip() or "help", rest.strip(), share


def answer(
    session: Session, services: Services, call: Call, speech: Speech, *, may_share: bool = False
) -> None:
    """Answer a command in the transaction that carries it out.

    Args:
        session: of `services.effect_of`.
        services: the running bot.
        call: what is answered.
        speech: the answer.
        may_share: whether everyone in the channel may see it; without, `--share` is declined in words.
    """
    if not call.share:
        speaking.reply(session, services, call.event, speech)
    elif may_share and call.asked.place.kind != "dm":
        speaking.say(
            session,
            services,
            speech,
            key=f"reply:{call.event.id}",
            kind="respond",
            channel_id=call.command.channel_id,
            slack_user_id=call.command.user_id,
            response_url=call.command.response_url,
            in_channel=True,
        )
    else:
        note = "_Only you can see this: I do not share it here._"
        blocks = [*speech.blocks, {"type": "context", "elements": [{"type": "mrkdwn", "text": note}]}]
        private = Speech(text=speech.text, blocks=blocks if speech.blocks else (), simple_blocks=())
        speaking.reply(session, services, call.event, private)


def finish(services: Services, call: Call, speech: Speech, *, may_share: bool = False) -> None:
    """Answer a command that brings nothing else about."""
    with services.effect_of(call.event.id) as session:
        answer(session, services, call, speech, may_share=may_share)


def help_for(asked: Asked, subcommands: Sequence[Subcommand]) -> Speech:
    """What the reader can do here."""
    lines = [
        CommandLine(
            f"{COMMAND} {one.usage}", one.description, f"{COMMAND} {one.example}" if one.example else ""
        )
        for one in _own(asked, subcommands)
    ]
    return help_speech(asked.person.name, lines)


def unknown(name: str, asked: Asked, subcommands: Sequence[Subcommand]) -> Speech:
    """There is no such sub-command; the nearest that the reader may call."""
    own = {one.name: one for one in _own(asked, subcommands)}
    nearest = difflib.get_close_matches(name, own, n=1, cutoff=0.5)
    shown = escaped(shortened(name, 40))
    hint = (
        f"Did you mean `{COMMAND} {own[nearest[0]].usage}`?"
        if nearest
        else f"Try `{COMMAND} help` to see what there is, or `{COMMAND} ask` and your question."
    )
    return Speech(text=f"I do not know `{COMMAND} {shown}`. {hint}")


def refused(chosen: Subcommand, asked: Asked, subcommands: Sequence[Subcommand]) -> Speech:
    """The reader lacks the role."""
    names = ", ".join(f"`{COMMAND} {one.name}`" for one in _own(asked, subcommands))
    whom = _ROLE_NAMES[chosen.role]
    return Speech(
        text=f"`{COMMAND} {chosen.name}` is for {whom} on our team. You can use {names or 'no command yet'} "
        f"and `{COMMAND} help`, or simply write me your question."
    )


def _own(asked: Asked, subcommands: Sequence[Subcommand]) -> list[Subcommand]:
    return [one for one in subcommands if asked.person.may_act_as(one.role)]
