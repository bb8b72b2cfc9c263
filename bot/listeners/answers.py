"""A recorded answer as the message that people see, and what follows from its having been seen."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from bot import speaking
from bot.blocks.answer import AnswerView, SourceLine, answer_speech
from bot.citing import STALE_AFTER, cited_document, freshness, standing_of
from bot.deliver import NOT_IN_SLACK, View
from bot.slack.messenger import TryLater, Unreachable
from bot.work import excuse
from store import people
from store.tables import Account, Answer, Conversation, Message, answers, conversations, outbox, workspaces

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.messenger import Posted, Speech
    from store.tables import Citation, OutboxMessage

log = logging.getLogger(__name__)

CHOSEN = "c"  # ends the ts of a question that was asked by choosing a reading
NAME, AGAIN = "answer", "answer_again"
UNSAID_SECONDS = 2.0  # until an answer that is still being said is looked for again
LOOKED_BACK = 5  # answers of a thread that are looked at again
INTRODUCTION = (
    "First time here: I store your questions and ratings so that answers get better; the team that looks "
    "after your account sees them.\nI may also ask how things are going; say `stop check-ins` and I will not."
)


def key_of(answer_id: str) -> str:
    """The key of the message in which an answer is said first."""
    return f"answer:{answer_id}"


def _render(services: Services, message: OutboxMessage) -> Speech:
    payload = message.payload
    with services.database.reading() as session:
        answer = session.get_one(Answer, payload["answer_id"])
        return speech_of(
            session,
            answer,
            services.clock.now(),
            services.settings.stale_after,
            shareable=_is_private(message) and not str(message.channel_id).startswith("D"),
            shared_by=payload.get("shared_by") or "",
            asked=payload.get("asked") or "",
        )


def _is_private(message: OutboxMessage) -> bool:
    return message.kind in {"ephemeral", "respond"} and not message.payload.get("in_channel")


def speech_of(
    session: Session,
    answer: Answer,
    now: datetime,
    stale_after: timedelta = STALE_AFTER,
    *,
    shareable: bool = False,
    shared_by: str = "",
    asked: str = "",
) -> Speech:
    """A recorded answer as a message.

    Args:
        session: a session.
        answer: its row.
        now: to tell how old sources are.
        stale_after: when a review is too long ago.
        shareable: whether its asker alone sees it, and may show it to the channel.
        shared_by: name of who has.
        asked: the question, where it does not stand above the answer.
    """
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
            readings=tuple(answer.readings),
            asked=asked or _chosen_reading(session, answer),
            answered_for=answer.answered_for,
            introduction=INTRODUCTION if asker is not None and asker.introduced_at is None else "",
            person_name=csm.name.split()[0] if csm else "",
            shareable=shareable,
            shared_by=shared_by,
        )
    )


def _chosen_reading(session: Session, answer: Answer) -> str:
    """The question, where it was not written by anybody but chosen by a button."""
    question = session.get_one(Message, answer.question_id)
    return question.text if question.ts.endswith(CHOSEN) else ""


def _source(session: Session, citation: Citation, now: datetime, stale_after: timedelta) -> SourceLine:
    return SourceLine(
        n=citation.n,
        citation_id=citation.id,
        title=citation.title,
        section=" > ".join(citation.heading_path[1:]),
        age=freshness(cited_document(session, citation), now.date(), stale_after),
        url=citation.uri if citation.uri.startswith(("http://", "https://")) else None,
        standing=standing_of(session, citation),
    )


def _sent(services: Services, session: Session, message: OutboxMessage, posted: Posted) -> None:
    """The answer is in Slack: remember where, and that its asker has met us."""
    now = services.clock.now()
    answer = session.get_one(Answer, message.payload["answer_id"])
    workspaces.introduce(session, services.workspace_id, answer.asked_by, now)
    if posted.ts == NOT_IN_SLACK:  # only its asker saw it
        return
    answer.message_ts = posted.ts
    session.add(answer)
    said = conversations.record_message(
        session,
        session.get_one(Conversation, answer.conversation_id),
        ts=posted.ts,
        author="bot",
        slack_user_id=services.bot_user_id,
        text=answer.text,
        now=now,
    )
    said.text = answer.text
    session.add(said)


def _could_not_say(services: Services, session: Session, message: OutboxMessage, reason: str) -> None:
    """The answer is there and cannot be shown: its asker hears at least that."""
    reference = secrets.token_hex(3)
    log.error("answer %s cannot be shown, reference %s: %s", message.key, reference, reason)
    where = {name: message.payload[name] for name in ("response_url",) if name in message.payload}
    key = f"sorry:{message.key}"
    speaking.send(
        session,
        services,
        "notice",
        key=key,
        kind=message.kind,
        channel_id=message.channel_id,
        slack_user_id=message.slack_user_id,
        thread_ts=message.thread_ts,
        text=excuse(reference),
        **where,
    )
    session.flush()
    if message.sent_ts:  # the message in which it was to stream is there already
        outbox.place(session, services.workspace_id, key, str(message.sent_channel_id), message.sent_ts)


def session_rests(services: Services, message: OutboxMessage, posted: Posted) -> None:
    """In a DM, what was asked is done: the agent's session waits for what comes next."""
    if posted.channel_id.startswith("D") and message.thread_ts:
        services.messenger.session_status(posted.channel_id, message.thread_ts, "active")


def say_again(session: Session, services: Services, answer: Answer, *, key: str) -> None:
    """Bring the message of an answer that has changed up to date, once it stands."""
    speaking.send(
        session, services, AGAIN, key=key, kind="update", channel_id=answer.channel_id, answer_id=answer.id
    )


def mark_changed_sources(session: Session, services: Services, conversation_id: str) -> None:
    """Somebody comes back to a thread: its answers say so where a source has changed since, or is gone."""
    for answer in answers.shown_in_conversation(session, conversation_id, LOOKED_BACK):
        standings = [
            (citation.n, standing_of(session, citation))
            for citation in answers.citations_of(session, answer.id)
        ]
        moved = ",".join(f"{n}-{standing}" for n, standing in standings if standing in {"changed", "removed"})
        if moved:
            say_again(session, services, answer, key=f"{key_of(answer.id)}:sources:{moved}")


def _where_it_stands(services: Services, message: OutboxMessage) -> OutboxMessage:
    """The row with the timestamp of the message that is to be updated.

    Raises:
        TryLater: the answer is still on its way to Slack.
        Unreachable: it never got there.
    """
    with services.database.reading() as session:
        answer = session.get_one(Answer, message.payload["answer_id"])
        first = outbox.of_key(session, services.workspace_id, key_of(answer.id))
    if answer.message_ts is None:
        if first is not None and first.state in {"failed", "cancelled"}:
            raise Unreachable("The answer was never shown.")
        raise TryLater(UNSAID_SECONDS, "the answer is still being said", refused=True)
    return message.model_copy(
        update={"payload": message.payload | {"ts": answer.message_ts}, "channel_id": answer.channel_id}
    )


ANSWER_VIEW = View(
    render=_render, after=_sent, undeliverable=_could_not_say, streams=True, afterwards=session_rests
)
AGAIN_VIEW = View(render=_render, after=_sent, addressed=_where_it_stands)
