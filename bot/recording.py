"""What was thought becomes rows: an answer, its citations, the question's embedding."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from store.tables import Answer, Citation, Document, answers, conversations

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.messenger import Posted
    from knowledge.types import Answered
    from store.tables import Message

CLOSEST_KEPT = 2


def record_answer(
    session: Session, question: Message, answered: Answered, *, account_id: str | None, now: datetime
) -> Answer:
    """Store how a recorded question ended."""
    answer = Answer(
        workspace_id=question.workspace_id,
        question_id=question.id,
        conversation_id=question.conversation_id,
        account_id=account_id,
        asked_by=question.slack_user_id,
        channel_id=question.channel_id,
        created_at=now,
        **_outcome(answered),
    )
    _cite(session, question, answer, answered)
    return answer
    return answer


def record_anew(session: Session, question: Message, answer: Answer, answered: Answered) -> None:
    """Store how a question ended that was asked in other words: the same answer, with other contents."""
    for name, value in _outcome(answered).items():
        setattr(answer, name, value)
    answers.drop_citations(session, answer.id)
    _cite(session, question, answer, answered)


def _outcome(answered: Answered) -> dict[str, Any]:
    return {
        "status": answered.status,
        "text": answered.answer,
        "standalone_question": answered.standalone_question or None,
        "confidence": answered.confidence,
        "timings_ms": dict(answered.timings_ms),
        "answered_for": answered.answered_for,
        "readings": list(answered.readings),
        "closest": list(dict.fromkeys(evidence.title for evidence in answered.closest))[:CLOSEST_KEPT],
    }


def _cite(session: Session, question: Message, answer: Answer, answered: Answered) -> None:
    question.embedding, question.embedding_model = answered.question_embedding, answered.embedding_model
    session.add(question)
    session.add(answer)
    session.flush()
    for cited in answered.citations:
        document = session.get(Document, cited.document_id)
        fields = asdict(cited) | {
            "heading_path": list(cited.heading_path),
            "audience": document.audience if document else None,
        }
        session.add(Citation(workspace_id=question.workspace_id, answer_id=answer.id, **fields))


def record_posted(
    session: Session,
    services: Services,
    posted: Posted,
    *,
    text: str,
    thread_ts: str | None,
    account_id: str | None,
) -> None:
    """Note something that the bot said by itself, so that what follows in its thread is a conversation."""
    now = services.clock.now()
    conversation = conversations.open_conversation(
        session,
        workspace_id=services.workspace_id,
        channel_id=posted.channel_id,
        thread_ts=thread_ts or posted.ts,
        surface="dm" if posted.channel_id.startswith("D") else "channel",
        opened_by=services.bot_user_id,
        account_id=account_id,
        now=now,
    )
    conversations.record_message(
        session,
        conversation,
        ts=posted.ts,
        author="bot",
        slack_user_id=services.bot_user_id,
        text=text,
        now=now,
    )
