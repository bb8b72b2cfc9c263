"""A thumb on an answer counts as its rating, and taking the thumb back takes the rating back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import speaking
from bot.blocks.feedback import asking_why
from bot.listeners import owners
from bot.slack.incoming import Reacted, parse_reaction
from bot.slack.once import remember
from store.tables import Conversation, answers, feedback

if TYPE_CHECKING:
    from slack_bolt import App
    from sqlmodel import Session

    from bot.services import Services
    from store.tables import Answer, InboundEvent

REACTED = "reacted"
RATINGS = {
    "+1": 1,
    "thumbsup": 1,
    "heart": 1,
    "white_check_mark": 1,
    "-1": -1,
    "thumbsdown": -1,
    "x": -1,
}


def register(app: App, services: Services) -> None:
    """Listen to reactions on what we said; only those that rate are kept."""

    def reacted(body: dict[str, Any]) -> None:
        seen = parse_reaction(body)
        if seen is not None and seen.author_id == services.bot_user_id and seen.name in RATINGS:
            remember(services, REACTED, seen.event_key, seen.to_payload())

    for event in ("reaction_added", "reaction_removed"):
        app.event(event)(reacted)


def carry_out(services: Services, event: InboundEvent) -> None:
    """Note the rating, or that it was taken back; ask why an answer did not help."""
    seen = Reacted.from_payload(event.payload)
    rating = RATINGS[seen.name]
    with services.effect_of(event.id) as session:
        answer = answers.answer_at(session, services.workspace_id, seen.channel_id, seen.message_ts)
        if answer is None:
            return
        whose = {
            "workspace_id": services.workspace_id,
            "answer_id": answer.id,
            "slack_user_id": seen.user_id,
        }
        if seen.removed:
            feedback.take_back(session, **whose, rating=rating, now=event.received_at)
            return
        before = feedback.rating_by(session, **whose)
        if before is not None and before.rating == rating:
            return
        feedback.rate_answer(
            session,
            **whose,
            account_id=answer.account_id,
            rating=rating,
            channel_id=seen.channel_id,
            message_ts=seen.message_ts,
            now=event.received_at,
        )
        if rating < 0:
            owners.hear_of(session, services, answer)
            _ask_why(session, services, event, answer, seen.user_id)


def _ask_why(session: Session, services: Services, event: InboundEvent, answer: Answer, user_id: str) -> None:
    """A reaction opens no modal: a line for that person alone has the button that does."""
    speaking.say(
        session,
        services,
        asking_why(answer.id),
        key=f"reply:{event.id}",
        kind="ephemeral",
        channel_id=answer.channel_id,
        slack_user_id=user_id,
        thread_ts=session.get_one(Conversation, answer.conversation_id).thread_ts,
        echo=True,
    )
