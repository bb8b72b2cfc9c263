"""`/cs play show NAME`: the drawing of a playbook, sent as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import speaking
from bot.blocks.text import brief
from bot.charts.flow import in_words, picture
from bot.deliver import InDoubt, View
from bot.listeners.commands import answer
from bot.slack.messenger import Speech
from bot.slack.pictures import Picture, upload
from playbooks import loader
from playbooks.pages import drawing_of
from store.tables import outbox

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from playbooks.loader import Definition
    from store.tables import OutboxMessage

DRAWING = "playbook_drawing"
COMING = "I send you the drawing of “{title}” in our direct messages."


def show(services: Services, call: Call, name: str) -> None:
    """Promise the drawing, and put it into the outbox."""
    with services.effect_of(call.event.id) as session:
        definition = _definition(session, services, name)
        speaking.send(
            session, services, DRAWING, key=f"drawing:{call.event.id}", kind="dm",
            slack_user_id=call.command.user_id, playbook=definition.name,
        )  # fmt: skip
        answer(session, services, call, Speech(text=COMING.format(title=brief(definition.playbook.title))))


def _definition(session: Session, services: Services, name: str) -> Definition:
    """The version that runs begin with here.

    Raises:
        UnknownPlaybook: there is none of that name.
    """
    return loader.find(services.runner.definitions_for(session, services.workspace_id), name.strip().lower())


def _draw(services: Services, message: OutboxMessage) -> None:
    """Upload the picture. Slack cannot be asked whether it is there already, so it is not sent again in doubt."""
    if message.begun_at is not None:
        raise InDoubt(f"{message.key} may be there.")
    with services.database.transaction() as session:
        definition = _definition(session, services, str(message.payload["playbook"]))
        outbox.mark_begun(session, message, now=services.clock.now())
    title, drawing = definition.playbook.title, drawing_of(definition)
    made = Picture(picture(title, drawing), f"{definition.name}.png", title, in_words(title, drawing))
    channel = services.messenger.open_dm(str(message.slack_user_id))
    upload(
        services.messenger.client,
        channel,
        made,
        f"The course of “{title}”, version {definition.playbook.version}",
    )


def _in_words(services: Services, session: Session, message: OutboxMessage, _reason: str) -> None:
    """Where no picture can be sent, what it shows is."""
    definition = _definition(session, services, str(message.payload["playbook"]))
    words = in_words(definition.playbook.title, drawing_of(definition))
    text = f"{brief(words, 1900)}\nThe picture could not be sent: the app may need the scope `files:write`."
    speaking.say(
        session,
        services,
        Speech(text=text),
        key=f"{message.key}:words",
        kind="dm",
        slack_user_id=message.slack_user_id,
    )


def _nothing(_services: Services, _message: OutboxMessage) -> Speech:
    """A picture is not a message in blocks."""
    return Speech(text="")


VIEWS = {DRAWING: View(render=_nothing, perform=_draw, undeliverable=_in_words)}
