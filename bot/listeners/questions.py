"""Questions: mentions, DMs, and follow-ups in threads that the bot is part of."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any, Protocol

from bot import asking, speaking
from bot.blocks.answer import AnswerView, SourceLine, answer_speech
from bot.blocks.text import mrkdwn
from bot.citing import STALE_AFTER, cited_document, freshness
from bot.deliver import NOT_IN_SLACK, View
from bot.recording import record_answer
from bot.slack.incoming import Said, parse_message
from bot.slack.messenger import Speech
from bot.slack.once import remember
from bot.work import excuse
from knowledge.types import Question, Turn
from store import people
from store.tables import (
    Account,
    Answer,
    Conversation,
    answers,
    conversations,
    outbox,
    playbooks,
    workspaces,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from slack_bolt import App
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.messenger import Posted
    from bot.work import Handler
    from knowledge.types import Answered
    from store.tables import Citation, InboundEvent, OutboxMessage

log = logging.getLogger(__name__)

KIND = "said"
HISTORY = 12
SEARCHING = "is searching the knowledge base…"
WAKING = "is just starting up; your answer follows in a moment…"
INTRODUCTION = (
    "First time here: I store your questions and ratings so that answers get better; the team that looks "
    "after your account sees them.\nI may also ask how things are going; say `stop check-ins` and I will not."
)
HELLO = (
    "Hello! Ask me anything about the product and I answer with sources, or say "
    "`/cs help` to see what else I can do."
)


def register(app: App, services: Services) -> None:
    """Listen to what people say; it is stored before Slack is told that we have it."""

    def store_first(body: dict[str, Any], next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's name
        said = parse_message(body, services.bot_user_id)
        if said is not None and (said.mentions_bot or said.surface == "dm" or said.thread_ts):
            remember(services, KIND, said.event_key, said.to_payload(), message_key=said.message_key)
        next()

    app.event("app_mention", middleware=[store_first])(_stored)
    app.event("message", middleware=[store_first])(_stored)


def _stored() -> None:
    """The workers do the rest."""


class Reading(Protocol):
    """Takes over something that was said to us and is no question for the knowledge base.

    True if it did, having ended in `services.effect_of(event.id)`; False, having done nothing, if not.
    """

    def __call__(self, services: Services, event: InboundEvent, said: Said, asked: asking.Asked) -> bool:
        """Take it over, or leave it."""
        ...


def carrying_out(readings: Sequence[Reading] = ()) -> Handler:
    """The handler of what people say: the readings are tried in turn, then it is a question."""

    def carry_out(services: Services, event: InboundEvent) -> None:
        _carry_out(services, event, readings)

    return carry_out


def _carry_out(services: Services, event: InboundEvent, readings: Sequence[Reading]) -> None:
    """Answer what was said, or leave it alone if it was not said to us."""
    said = Said.from_payload(event.payload)
    services.directory.meet(said.user_id, team_id=said.user_team)
    asked = asking.who_asks(services, said.user_id, said.channel_id)
    if not _note(services, said, asked):
        with services.effect_of(event.id):
            return
    if not said.text.strip():
        _say(services, event, said, HELLO)
        return
    if any(reading(services, event, said, asked) for reading in readings):
        return
    _mark_as_question(services, said)
    answered = _think(services, said, asked)
    with services.effect_of(event.id) as session:
        question = conversations.find_message(
            session, workspace_id=services.workspace_id, channel_id=said.channel_id, ts=said.ts
        )
        answer = record_answer(
            session, question, answered, account_id=asked.asking_account_id, now=services.clock.now()
        )
        outbox.enqueue(
            session,
            workspace_id=services.workspace_id,
            key=f"answer:{answer.id}",
            kind="post",
            channel_id=said.channel_id,
            thread_ts=said.root_ts,
            payload={
                "view": "answer",
                "answer_id": answer.id,
                "user_id": said.user_id,
                "user_team": said.user_team,
            },
            due_at=services.clock.now(),
            now=services.clock.now(),
        )


def _note(services: Services, said: Said, asked: asking.Asked) -> bool:
    """Record the message in its conversation; whether it is for us to answer."""
    with services.database.transaction() as session:
        known = conversations.find_conversation(
            session,
            workspace_id=services.workspace_id,
            channel_id=said.channel_id,
            thread_ts=said.root_ts,
        )
        for_us = (
            said.mentions_bot
            or said.surface == "dm"
            or _continues(session, known, said)
            or _answers_us(session, services, said, asked)
        )
        if known is None and not for_us:
            return False
        conversation = known or _open(session, services, said, asked)
        conversations.record_message(
            session,
            conversation,
            ts=said.ts,
            author="person",
            slack_user_id=said.user_id,
            text=said.text,
            now=services.clock.now(),
        )
    return for_us


def _mark_as_question(services: Services, said: Said) -> None:
    """No reading took it over: from now on it counts as a question, also if it should never be answered."""
    with services.database.transaction() as session:
        message = conversations.find_message(
            session, workspace_id=services.workspace_id, channel_id=said.channel_id, ts=said.ts
        )
        message.is_question = True
        session.add(message)


def _continues(session: Session, conversation: Conversation | None, said: Said) -> bool:
    """In a thread without a mention we answer only the person we were talking with.

    And only if nobody else has written since our last message.
    """
    if conversation is None:
        return False
    earlier = conversations.earlier_messages(session, conversation.id, before_ts=said.ts, limit=HISTORY)
    last_ours = max((i for i, message in enumerate(earlier) if message.author == "bot"), default=None)
    if not last_ours:
        return False
    asker = earlier[last_ours - 1].slack_user_id
    return asker == said.user_id and all(m.slack_user_id == asker for m in earlier[last_ours + 1 :])


def _answers_us(session: Session, services: Services, said: Said, asked: asking.Asked) -> bool:
    """A contact writes in the thread of something that a playbook asked."""
    if asked.person.contact is None or not said.thread_ts:
        return False
    step = playbooks.step_in_thread(session, services.workspace_id, said.channel_id, said.thread_ts)
    return step is not None and step.contact_id == asked.person.contact.id


def _open(session: Session, services: Services, said: Said, asked: asking.Asked) -> Conversation:
    return conversations.open_conversation(
        session,
        workspace_id=services.workspace_id,
        channel_id=said.channel_id,
        thread_ts=said.root_ts,
        surface=said.surface,
        opened_by=said.user_id,
        account_id=asked.account_id,
        now=services.clock.now(),
    )


def _think(services: Services, said: Said, asked: asking.Asked) -> Answered:
    if said.surface == "dm":
        services.messenger.session_status(said.channel_id, said.root_ts, "processing", title=said.text)
    status = SEARCHING if services.answers.ready else WAKING
    services.messenger.status(said.channel_id, said.root_ts, status)
    with services.database.reading() as session:
        conversation = conversations.find_conversation(
            session, workspace_id=services.workspace_id, channel_id=said.channel_id, thread_ts=said.root_ts
        )
        earlier = (
            conversations.earlier_messages(session, conversation.id, before_ts=said.ts, limit=HISTORY)
            if conversation
            else []
        )
    history = tuple(Turn("bot" if m.author == "bot" else "person", m.text) for m in earlier)
    return services.answers.answer(Question(said.text, asked.asker, history))


def _say(services: Services, event: InboundEvent, said: Said, text: str) -> None:
    with services.effect_of(event.id) as session:
        outbox.enqueue(
            session,
            workspace_id=services.workspace_id,
            key=f"notice:{event.id}",
            kind="post",
            channel_id=said.channel_id,
            thread_ts=said.root_ts,
            payload={"view": "notice", "text": text},
            due_at=services.clock.now(),
            now=services.clock.now(),
        )


def _render(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        answer = session.get_one(Answer, message.payload["answer_id"])
        return speech_of(session, answer, services.clock.now(), services.settings.stale_after)


def speech_of(
    session: Session, answer: Answer, now: datetime, stale_after: timedelta = STALE_AFTER
) -> Speech:
    """A recorded answer as the message that its asker gets."""
    account = session.get(Account, answer.account_id) if answer.account_id else None
    csm = people.owner_of(session, account) if account else None
    asker = workspaces.find_user(session, answer.workspace_id, answer.asked_by)
    cited = answers.citations_of(session, answer.id)
    return answer_speech(
        AnswerView(
            answer_id=answer.id,
            status=answer.status,
            text=answer.text,
            sources=tuple(_source(session, citation, now, stale_after) for citation in cited),
            closest=tuple(answer.closest) if answer.status == "refused" else (),
            answered_for=answer.answered_for,
            introduction=INTRODUCTION if asker is not None and asker.introduced_at is None else "",
            person_name=csm.name.split()[0] if csm else "",
        )
    )


def _source(session: Session, citation: Citation, now: datetime, stale_after: timedelta) -> SourceLine:
    return SourceLine(
        n=citation.n,
        citation_id=citation.id,
        title=citation.title,
        section=" > ".join(citation.heading_path[1:]),
        age=freshness(cited_document(session, citation), now.date(), stale_after),
        url=citation.uri if citation.uri.startswith(("http://", "https://")) else None,
    )


def _sent(services: Services, session: Session, message: OutboxMessage, posted: Posted) -> None:
    """The answer is in Slack: remember where, and that its asker has met us."""
    now = services.clock.now()
    answer = session.get_one(Answer, message.payload["answer_id"])
    workspaces.introduce(session, services.workspace_id, answer.asked_by, now)
    if posted.ts == NOT_IN_SLACK:  # only its asker saw it: an answer to a command
        return
    answer.message_ts = posted.ts
    session.add(answer)
    conversations.record_message(
        session,
        session.get_one(Conversation, answer.conversation_id),
        ts=posted.ts,
        author="bot",
        slack_user_id=services.bot_user_id,
        text=answer.text,
        now=now,
    )


def _could_not_say(services: Services, session: Session, message: OutboxMessage, reason: str) -> None:
    """The answer is there and cannot be shown: its asker hears at least that."""
    reference = secrets.token_hex(3)
    log.error("answer %s cannot be shown, reference %s: %s", message.key, reference, reason)
    where = {name: message.payload[name] for name in ("response_url",) if name in message.payload}
    speaking.send(
        session,
        services,
        "notice",
        key=f"sorry:{message.key}",
        kind=message.kind,
        channel_id=message.channel_id,
        slack_user_id=message.slack_user_id,
        thread_ts=message.thread_ts,
        text=excuse(reference),
        **where,
    )


def _render_notice(_services: Services, message: OutboxMessage) -> Speech:
    return Speech(text=mrkdwn(message.payload["text"]))


def _session_rests(services: Services, message: OutboxMessage, posted: Posted) -> None:
    """In a DM, what was asked is done: the agent's session waits for what comes next."""
    if posted.channel_id.startswith("D") and message.thread_ts:
        services.messenger.session_status(posted.channel_id, message.thread_ts, "active")


ANSWER_VIEW = View(
    render=_render,
    after=_sent,
    undeliverable=_could_not_say,
    streams=True,
    afterwards=_session_rests,
)
NOTICE_VIEW = View(render=_render_notice, afterwards=_session_rests)
