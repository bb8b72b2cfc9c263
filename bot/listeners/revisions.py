"""Questions that are edited are answered anew in the same message; those that are deleted take it with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, progress, quota, speaking
from bot.deliver import View
from bot.listeners import answers as answer_messages
from bot.listeners import questions
from bot.recording import record_anew
from bot.slack.incoming import Deleted, Edited, Said, message_key, parse_deletion, parse_edit
from bot.slack.messenger import Posted, Speech, TryLater
from bot.slack.once import remember
from store.tables import Answer, Message, answers, conversations, events, outbox

if TYPE_CHECKING:
    from slack_bolt import App
    from sqlmodel import Session

    from bot.services import Services
    from store.tables import InboundEvent, OutboxMessage

EDITED, DELETED = quota.EDITED, "message_deleted"
WITHDRAWAL = "withdrawal"
UNANSWERED_SECONDS = 2.0  # until a question that is still being answered is looked at again


def is_revision(event: dict[str, Any]) -> bool:
    """Whether an event tells of a message that is there already."""
    return event.get("subtype") in {"message_changed", "message_deleted"}


def register(app: App, services: Services) -> None:
    """Listen to edits and deletions."""

    def revised(body: dict[str, Any]) -> None:
        deleted = parse_deletion(body)
        if deleted is not None:
            if _is_known(services, deleted.channel_id, deleted.ts):
                remember(services, DELETED, deleted.event_key, deleted.to_payload())
            return
        edited = parse_edit(body, services.bot_user_id)
        if edited is None or _is_new_to_us(services, edited):
            return
        if _is_known(services, edited.channel_id, edited.ts):
            remember(services, EDITED, edited.event_key, edited.to_payload())

    app.event("message", matchers=[is_revision])(revised)


def _is_known(services: Services, channel_id: str, ts: str) -> bool:
    """Whether the message was for us, or may have been; what people change in others is not kept."""
    with services.database.reading() as session:
        return events.is_stored(
            session, workspace_id=services.workspace_id, message_key=message_key(channel_id, ts)
        ) or bool(conversations.message_at(session, services.workspace_id, channel_id, ts))


def _is_new_to_us(services: Services, edited: Edited) -> bool:
    """Somebody put the mention in that they had forgotten: to us that is a message as any other."""
    if not edited.mentions_bot:
        return False
    said = Said(**{name: value for name, value in vars(edited).items() if name != "edited_ts"})
    key = f"{said.event_key}:said"
    return remember(services, questions.KIND, key, said.to_payload(), message_key=said.message_key)


def carry_out_edit(services: Services, event: InboundEvent) -> None:
    """Answer a question again that reads differently now."""
    edited = Edited.from_payload(event.payload)
    question, answer = _on_record(services, edited.channel_id, edited.ts)
    if question is None or answer is None or not edited.text.strip():
        with services.effect_of(event.id):
            return
    if event.attempts < 2 and (too_much := quota.held_off(services, edited.user_id)) is not None:
        questions.hold_off(services, event, edited, too_much)
        return
    services.directory.meet(edited.user_id, team_id=edited.user_team)
    asked = asking.who_asks(services, edited.user_id, edited.channel_id)
    private = _was_private(services, answer)
    shown = progress.Quiet() if private else progress.StatusLine(services, edited, event.id)
    answered = questions.think(services, edited, asked, shown)
    with services.effect_of(event.id) as session:
        question = session.get_one(Message, question.id)
        answer = session.get_one(Answer, answer.id)
        if answer.withdrawn_at or not conversations.edit(session, question, edited.text, edited.edited_ts):
            return
        record_anew(session, question, answer, answered)
        key = f"{answer_messages.key_of(answer.id)}:edit:{edited.edited_ts}"
        if private:
            questions.send(session, services, answer, edited, private=True, key=key)
        else:
            answer_messages.say_again(session, services, answer, key=key)


def carry_out_deletion(services: Services, event: InboundEvent) -> None:
    """Forget a message that its author deleted, and take the answer back."""
    deleted = Deleted.from_payload(event.payload)
    question, answer = _on_record(services, deleted.channel_id, deleted.ts)
    with services.effect_of(event.id) as session:
        if question is not None:
            conversations.forget(session, session.get_one(Message, question.id))
        if answer is not None:
            _withdraw(session, services, session.get_one(Answer, answer.id))


def _on_record(services: Services, channel_id: str, ts: str) -> tuple[Message | None, Answer | None]:
    """A message that we know, and the answer to it.

    Raises:
        TryLater: it is a question that is still being answered.
    """
    with services.database.reading() as session:
        message = conversations.message_at(session, services.workspace_id, channel_id, ts)
        if message is None or not message.is_question:
            return message, None
        answer = answers.answer_to(session, message.id)
        if answer is None:
            raise TryLater(UNANSWERED_SECONDS, "the question is still being answered")
        return message, answer


def _was_private(services: Services, answer: Answer) -> bool:
    with services.database.reading() as session:
        first = outbox.of_key(session, services.workspace_id, answer_messages.key_of(answer.id))
    return answer.message_ts is None and first is not None and first.kind == "ephemeral"


def _withdraw(session: Session, services: Services, answer: Answer) -> None:
    key = answer_messages.key_of(answer.id)
    outbox.cancel(session, workspace_id=services.workspace_id, key_prefix=key)
    if answer.message_ts:
        ours = conversations.message_at(
            session, services.workspace_id, str(answer.channel_id), answer.message_ts
        )
        if ours is not None:
            conversations.forget(session, ours)
    answers.withdraw(session, answer, services.clock.now())
    speaking.send(
        session,
        services,
        WITHDRAWAL,
        key=f"withdraw:{answer.id}",
        kind="update",
        channel_id=answer.channel_id,
        answer_id=answer.id,
    )


def _take_back(services: Services, message: OutboxMessage) -> None:
    with services.database.reading() as session:
        answer = session.get_one(Answer, message.payload["answer_id"])
        first = outbox.of_key(session, services.workspace_id, answer_messages.key_of(answer.id))
        begun = session.get_one(Message, answer.question_id).stream_ts
    if answer.message_ts is None and first is not None and first.state == "sending":
        raise TryLater(UNANSWERED_SECONDS, "the answer is still being said", refused=True)
    if answer.channel_id and (where := answer.message_ts or begun):
        services.messenger.delete(Posted(answer.channel_id, where))


HANDLERS = {EDITED: carry_out_edit, DELETED: carry_out_deletion}
VIEWS = {WITHDRAWAL: View(render=lambda *_: Speech(text=""), perform=_take_back)}
