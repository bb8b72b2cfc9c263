"""Ratings of answers: one row for each person and answer, the last click wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import speaking
from bot.blocks.answer import FEEDBACK, FEEDBACK_SIMPLE_DOWN, FEEDBACK_SIMPLE_UP
from bot.blocks.feedback import (
    COMMENT,
    COMMENT_LIMIT,
    GONE,
    REASON,
    REASON_MODAL,
    REASONS,
    THANKS_DOWN,
    THANKS_REASON,
    THANKS_UP,
    WHY,
    reason_modal,
)
from bot.listeners import owners
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission
from bot.slack.once import remember
from store.tables import answers, feedback

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from store.tables import Answer, InboundEvent

RATED, EXPLAINED = "answer_rated", "answer_rating_explained"
_RATINGS = {"up": 1, "down": -1}


def register(app: App, services: Services) -> None:
    """Listen to the two kinds of rating buttons and to the modal that asks for a reason."""

    def rated(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, RATED, pressed.event_key, pressed.to_payload())
        ack()
        word, _, answer_id = pressed.value.partition(":")
        if word == "down":
            open_modal(services, pressed, reason_modal(context_of(pressed, answer_id=answer_id)))

    def explained(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        remember(services, EXPLAINED, submitted.event_key, submitted.to_payload())
        ack()

    def to_say_why(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        pressed = parse_action(body, action)
        _, _, answer_id = pressed.value.partition(":")
        open_modal(services, pressed, reason_modal(context_of(pressed, answer_id=answer_id)))

    for action_id in (FEEDBACK, FEEDBACK_SIMPLE_UP, FEEDBACK_SIMPLE_DOWN):
        app.action(action_id)(rated)
    app.action(WHY)(to_say_why)
    app.view(REASON_MODAL)(explained)


def carry_out_rating(services: Services, event: InboundEvent) -> None:
    """Note the click; say thank you where it changed something."""
    pressed = Pressed.from_payload(event.payload)
    word, _, answer_id = pressed.value.partition(":")
    rating = _RATINGS.get(word)
    with services.effect_of(event.id) as session:
        answer = _answer_here(session, services, answer_id, pressed.channel_id)
        if answer is None or rating is None:
            speaking.reply(session, services, event, Speech(text=GONE))
            return
        before = feedback.rating_by(
            session,
            workspace_id=services.workspace_id,
            answer_id=answer.id,
            slack_user_id=pressed.user_id,
        )
        unchanged = before is not None and before.rating == rating
        feedback.rate_answer(
            session,
            workspace_id=services.workspace_id,
            answer_id=answer.id,
            account_id=answer.account_id,
            slack_user_id=pressed.user_id,
            rating=rating,
            channel_id=pressed.channel_id,
            message_ts=pressed.message_ts,
            now=event.received_at,
        )
        if rating < 0:
            owners.hear_of(session, services, answer)
        if not unchanged:
            thanks = THANKS_UP if rating > 0 else THANKS_DOWN
            speaking.reply(session, services, event, Speech(text=thanks), echo=True)


def carry_out_reason(services: Services, event: InboundEvent) -> None:
    """Note why an answer did not help."""
    submitted = Submitted.from_payload(event.payload)
    reason = submitted.values.get(REASON) or "other"
    with services.effect_of(event.id) as session:
        answer = _answer_here(
            session, services, str(submitted.context.get("answer_id")), submitted.context.get("channel_id")
        )
        if answer is None:
            speaking.reply(session, services, event, Speech(text=GONE))
            return
        feedback.rate_answer(
            session,
            workspace_id=services.workspace_id,
            answer_id=answer.id,
            account_id=answer.account_id,
            slack_user_id=submitted.user_id,
            rating=-1,
            reason=reason if reason in REASONS else "other",
            comment=submitted.values.get(COMMENT, "")[:COMMENT_LIMIT] or None,
            channel_id=answer.channel_id,
            message_ts=answer.message_ts,
            now=event.received_at,
        )
        owners.hear_of(session, services, answer)
        speaking.reply(session, services, event, Speech(text=THANKS_REASON), echo=True)


def _answer_here(
    session: Session, services: Services, answer_id: str, channel_id: str | None
) -> Answer | None:
    """The answer, if it stands where the button was pressed: nobody rates what they cannot see."""
    answer = answers.find_answer(session, services.workspace_id, answer_id)
    if answer is None or (channel_id and answer.channel_id and channel_id != answer.channel_id):
        return None
    return answer
