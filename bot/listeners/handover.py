"""A person instead of the bot: the account's CSM, else whoever stands in, is told what was tried."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import handover as blocks
from bot.blocks.answer import TALK
from bot.listeners.handover_cards import chain_of, send_card
from bot.listeners.helpers import Helper, helpers_for
from bot.office_hours import due_after
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from store.tables import Account, Answer, Conversation, Message, Task, answers, conversations, tasks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.services import Services
    from bot.slack.incoming import Said
    from store.tables import InboundEvent

WANTED = "person_wanted"
LONGEST_WISH = 16  # words; more is a question that mentions a person
_WISH = re.compile(
    r"\b(talk|speak|chat|connect|transfer|put|pass|hand)\b.{0,25}\b"
    r"(human|person|people|someone|somebody|agent|representative|colleague|csm|support)\b"
    r"|\b(real|actual|live) (human|person|agent)\b|^\W*(a )?(human|person|agent)( please)?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Wish:
    """A wish for a person: about which answer, where, in which words."""

    key: str
    asked: Asked
    question: str
    channel_id: str
    thread_ts: str | None  # None: there is no thread, the person is answered by DM
    answer: Answer | None = None
    conversation_id: str | None = None
    words: str = ""

    @property
    def asker(self) -> str:
        """Slack id of who wishes it."""
        return self.asked.person.slack_user_id or ""

    @property
    def account(self) -> Account | None:
        """The account in question."""
        return self.asked.account


def register(app: App, services: Services) -> None:
    """Listen to the customer's button."""

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, WANTED, pressed.event_key, pressed.to_payload())
        ack()

    app.action(TALK)(wanted)


def wants_person(text: str) -> bool:
    """Whether somebody asks for a person in words."""
    return len(text.split()) <= LONGEST_WISH and _WISH.search(text) is not None


def read(services: Services, event: InboundEvent, said: Said, asked: Asked) -> bool:
    """Take over what asks for a person; see `questions.Reading`."""
    if not wants_person(said.text):
        return False
    with services.database.reading() as session:
        conversation = conversations.find_conversation(
            session, workspace_id=services.workspace_id, channel_id=said.channel_id, thread_ts=said.root_ts
        )
        last = answers.last_in_conversation(session, conversation.id, said.user_id) if conversation else None
        asked_before = session.get_one(Message, last.question_id).text if last else said.text
    wish = Wish(
        key=f"handover:{last.id}" if last else f"handover:{said.message_key}",
        asked=asked,
        question=asked_before,
        channel_id=said.channel_id,
        thread_ts=said.root_ts,
        answer=last,
        conversation_id=conversation.id if conversation else None,
        words=said.text if last else "",
    )
    _pass_on(services, event, wish)
    return True


def carry_out_wish(services: Services, event: InboundEvent) -> None:
    """The customer pressed "Talk to a person"."""
    pressed = Pressed.from_payload(event.payload)
    asked = asking.who_asks(services, pressed.user_id, pressed.channel_id or "")
    with services.database.reading() as session:
        answer = answers.find_answer(session, services.workspace_id, pressed.value)
        wish = _wish_about(session, asked, answer) if answer else None
    if wish is None:
        with services.effect_of(event.id) as session:
            speaking.reply(session, services, event, Speech(text=blocks.GONE))
        return
    _pass_on(services, event, wish)


def _wish_about(session: Session, asked: Asked, answer: Answer) -> Wish:
    conversation = session.get_one(Conversation, answer.conversation_id)
    return Wish(
        key=f"handover:{answer.id}",
        asked=asked,
        question=session.get_one(Message, answer.question_id).text,
        channel_id=conversation.channel_id,
        thread_ts=None if conversation.surface == "command" else conversation.thread_ts,
        answer=answer,
        conversation_id=conversation.id,
    )


def _pass_on(services: Services, event: InboundEvent, wish: Wish) -> None:
    """Write the task, tell the helper, tell the customer: once, however often it is wished."""
    helpers = helpers_for(services, wish.account)
    helper = helpers[0] if helpers else None
    now = services.clock.now()
    calendar = services.calendar_of(helper.timezone if helper else wish.asked.person.timezone)
    with services.effect_of(event.id) as session:
        task = _task(services, wish, helpers, due_after(calendar, now))
        if not tasks.open_task(session, task):
            known = tasks.task_of_key(session, services.workspace_id, wish.key)
            _tell_asker(session, services, event, wish, blocks.already_passed_on(_taker(known)))
            return
        if helper is None or task.due_at is None:
            _tell_asker(session, services, event, wish, Speech(text=blocks.NOBODY))
            return
        send_card(session, services, task)
        told = blocks.passed_on(helper.name, task.due_at, working=not calendar.is_quiet(now))
        _tell_asker(session, services, event, wish, told)


def _task(services: Services, wish: Wish, helpers: Sequence[Helper], due_at: datetime) -> Task:
    helper = helpers[0] if helpers else None
    person, account = wish.asked.person, wish.account
    whose = f" ({account.name})" if account else ""
    return Task(
        workspace_id=services.workspace_id,
        key=wish.key,
        kind="handover",
        account_id=wish.asked.account_id,
        owner_email=helper.email if helper else None,
        title=f"Answer {person.name or 'a customer'}{whose}",
        body=wish.question[:2000],
        priority="high",
        due_at=due_at,
        link={
            "channel": wish.channel_id,
            "ts": wish.thread_ts,
            "answer_id": wish.answer.id if wish.answer else None,
            "conversation_id": wish.conversation_id,
            "asker": wish.asker,
            "words": wish.words[:300],
            "helper": helper.name if helper else "",
            "chain": chain_of(helpers),
        },
        created_at=services.clock.now(),
    )


def _tell_asker(
    session: Session, services: Services, event: InboundEvent, wish: Wish, speech: Speech
) -> None:
    """In the thread, where everybody sees that somebody takes care; a repeated wish quietly."""
    if wish.thread_ts is None:
        speaking.reply(session, services, event, speech)
        return
    speaking.say(
        session,
        services,
        speech,
        key=f"told:{event.id}",
        channel_id=wish.channel_id,
        thread_ts=wish.thread_ts,
    )


def _taker(task: Task | None) -> str:
    return (task.link.get("taken_by") or task.link.get("helper") or "") if task else ""
