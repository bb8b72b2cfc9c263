"""A question that may mean several things: what it may mean is offered, and a click asks it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot import asking, progress, quota, speaking
from bot.blocks.answer import READING
from bot.listeners import answers as answer_messages
from bot.listeners import questions
from bot.listeners.answers import CHOSEN
from bot.recording import record_answer
from bot.slack.incoming import Pressed, Said, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from store.tables import Conversation, answers, conversations

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from store.tables import InboundEvent, Message

CHOSEN_READING = "reading_chosen"
GONE = "I can no longer find that question. Please write it to me again."


def register(app: App, services: Services) -> None:
    """Listen to the buttons below a clarifying question."""

    def chosen(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        # The same reading of the same message is one question, however often it is pressed.
        key = f"reading:{pressed.user_id}:{pressed.value}"
        remember(services, CHOSEN_READING, key, pressed.to_payload())
        ack()

    app.action(re.compile(rf"^{READING}_\d+$"))(chosen)


def carry_out(services: Services, event: InboundEvent) -> None:
    """Answer the reading in the thread, as if whoever pressed had written it."""
    pressed = Pressed.from_payload(event.payload)
    with services.database.reading() as session:
        found = _reading(session, services, pressed)
    if found is None:
        with services.effect_of(event.id) as session:
            speaking.reply(session, services, event, Speech(text=GONE))
        return
    if (too_much := quota.held_off(services, pressed.user_id)) is not None:
        with services.effect_of(event.id) as session:
            speaking.reply(session, services, event, too_much)
        return
    text, conversation = found
    asked = asking.who_asks(services, pressed.user_id, conversation.channel_id)
    private = conversation.surface == "command" or pressed.message_ts is None
    said = _as_said(services, event, pressed, conversation, text)
    shown = progress.Quiet() if private else progress.StatusLine(services, said, event.id)
    answered = questions.think(services, said, asked, shown)
    now = services.clock.now()
    with services.effect_of(event.id) as session:
        question = _record(session, services, said, conversation)
        answer = record_answer(session, question, answered, account_id=asked.asking_account_id, now=now)
        if private:
            address = speaking.address_of(event) | {"key": answer_messages.key_of(answer.id)}
            speaking.send(session, services, answer_messages.NAME, **address, answer_id=answer.id)
        else:
            questions.send(session, services, answer, said, private=False)


def _reading(session: Session, services: Services, pressed: Pressed) -> tuple[str, Conversation] | None:
    answer_id, _, number = pressed.value.partition(":")
    answer = answers.find_answer(session, services.workspace_id, answer_id)
    if answer is None or not number.isdecimal() or not 1 <= int(number) <= len(answer.readings):
        return None
    if pressed.channel_id not in (None, answer.channel_id):
        return None
    return answer.readings[int(number) - 1], session.get_one(Conversation, answer.conversation_id)


def _as_said(
    services: Services, event: InboundEvent, pressed: Pressed, conversation: Conversation, text: str
) -> Said:
    """As a message that comes right after the one whose button was pressed."""
    after = pressed.message_ts or f"{services.clock.now().timestamp():.6f}"
    return Said(
        event_key=pressed.event_key,
        channel_id=conversation.channel_id,
        ts=f"{after}-{event.id}{CHOSEN}",
        thread_ts=conversation.thread_ts,
        user_id=pressed.user_id,
        user_team=None,
        text=text,
        mentions_bot=False,
        surface="dm" if conversation.channel_id.startswith("D") else "channel",
    )


def _record(session: Session, services: Services, said: Said, conversation: Conversation) -> Message:
    return conversations.record_message(
        session,
        session.get_one(Conversation, conversation.id),
        ts=said.ts,
        author="person",
        slack_user_id=said.user_id,
        text=said.text,
        now=services.clock.now(),
        is_question=True,
    )
