"""An answer that only its asker sees, shown to the channel by its asker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks.answer import SHARE
from bot.listeners import answers as answer_messages
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from store.tables import Conversation, Message, answers

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.services import Services
    from store.tables import Answer, InboundEvent

SHARED = "answer_shared"
DONE = "Shared with the channel."
NOT_HERE = (
    "I do not share this here: one of its sources is not open to everybody who reads along in this channel."
)
GONE = "I can no longer find that answer. Please ask me again."


def register(app: App, services: Services) -> None:
    """Listen to the Share button."""

    def shared(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, SHARED, pressed.event_key, pressed.to_payload())
        ack()

    app.action(SHARE)(shared)


def carry_out(services: Services, event: InboundEvent) -> None:
    """Post the answer where it was asked, once, if everybody there may read its sources now."""
    pressed = Pressed.from_payload(event.payload)
    asked = asking.who_asks(services, pressed.user_id, pressed.channel_id or "")
    with services.effect_of(event.id) as session:
        answer = answers.find_answer(session, services.workspace_id, pressed.value)
        if answer is None or (answer.asked_by, answer.channel_id) != (pressed.user_id, pressed.channel_id):
            speaking.reply(session, services, event, Speech(text=GONE))
            return
        if not _open_to_all(session, answer, asked):
            speaking.reply(session, services, event, Speech(text=NOT_HERE))
            return
        _post(session, services, answer, asked)
        speaking.reply(session, services, event, Speech(text=DONE), replace=True)


def _open_to_all(session: Session, answer: Answer, asked: Asked) -> bool:
    cited = answers.citations_of(session, answer.id)
    return all((citation.audience or "internal") in asked.audiences for citation in cited)


def _post(session: Session, services: Services, answer: Answer, asked: Asked) -> None:
    conversation = session.get_one(Conversation, answer.conversation_id)
    by_command = conversation.surface == "command"  # nobody else has seen what was asked
    speaking.send(
        session,
        services,
        answer_messages.NAME,
        key=f"share:{answer.id}",
        kind="post",
        channel_id=conversation.channel_id,
        thread_ts=None if by_command else conversation.thread_ts,
        answer_id=answer.id,
        user_id=answer.asked_by,
        shared_by=asked.person.name,
        asked=session.get_one(Message, answer.question_id).text if by_command else "",
    )
