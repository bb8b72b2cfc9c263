"""Questions: mentions, DMs, follow-ups in threads that the bot is part of, and whatever a channel's policy says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from bot import asking, first_sign, progress, quota, speaking
from bot.attention import is_question, manner_of
from bot.blocks import parts
from bot.blocks.text import mrkdwn
from bot.deliver import View
from bot.late_attempts import cleared_up
from bot.listeners import answers as answer_messages
from bot.listeners import handover_work, leaving, overheard, voices
from bot.recording import record_answer
from bot.slack.incoming import Said, parse_message
from bot.slack.once import remember
from knowledge.types import Question, Turn
from store.tables import channels, conversations
from store.tables.channels import EVERY, PRIVATE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slack_bolt import App, BoltContext
    from sqlmodel import Session

    from bot.attention import Manner
    from bot.progress import Progress
    from bot.services import Services
    from bot.slack.messenger import Speech
    from bot.work import Handler
    from knowledge.types import Answered
    from store.tables import Answer, Conversation, InboundEvent, OutboxMessage

KIND = "said"
HISTORY = 12
HELLO = (
    "Hello! Ask me anything about the product and I answer with sources, or say "
    "`/cs help` to see what else I can do."
)
DECLINED = "I do not answer in this channel: it is set to silent. Write me in our DM, or use `/cs ask` here."


def register(app: App, services: Services) -> None:
    """Listen to what people say; it is stored before Slack is told that we have it."""

    def store_first(body: dict[str, Any], context: BoltContext, next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's name
        said = parse_message(body, services.bot_user_id)
        if said is not None:
            overheard.overhear(services, said)
        if said is not None and _may_be_for_us(services, said):
            key, payload = said.event_key, said.to_payload()
            if remember(services, KIND, key, payload, message_key=said.message_key):
                context["new"] = said
        next()

    def show_first_sign(context: BoltContext) -> None:
        """Slack has been told; the workers do the rest."""
        if "new" in context:
            first_sign.show(services, context["new"])

    app.event("app_mention", middleware=[store_first])(show_first_sign)
    app.event("message", middleware=[store_first])(show_first_sign)


def _may_be_for_us(services: Services, said: Said) -> bool:
    """What certainly is not is forgotten at once; the rest is decided by who wrote it, in a worker."""
    if said.mentions_bot or said.surface == "dm" or said.thread_ts:
        return True
    if not is_question(said.text):
        return False
    with services.database.reading() as session:
        return channels.policy_of(session, services.workspace_id, said.channel_id) in (EVERY, PRIVATE)


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
    manner = _note(services, said, asked)
    if manner is None:
        with services.effect_of(event.id) as session:
            handover_work.hear(session, services, said, asked)
        return
    if manner == "declined" or not said.text.strip():
        _say(services, event, said, DECLINED if manner == "declined" else HELLO, manner)
        return
    if any(reading(services, event, said, asked) for reading in readings):
        first_sign.take_back(services, said)
        return
    # What was begun before it failed is ended.
    too_much = quota.held_off(services, said.user_id) if event.attempts < 2 else None
    if too_much is not None:
        hold_off(services, event, said, too_much)
        return
    _answer(services, event, said, asked, manner)


def hold_off(services: Services, event: InboundEvent, said: Said, speech: Speech) -> None:
    """Tell whoever asks too much when to ask again; nobody else sees it."""
    in_dm = said.surface == "dm"
    with services.effect_of(event.id) as session:
        speaking.say(
            session,
            services,
            speech,
            key=f"notice:{event.id}",
            kind="post" if in_dm else "ephemeral",
            channel_id=said.channel_id,
            slack_user_id=None if in_dm else said.user_id,
            thread_ts=said.root_ts if in_dm else said.thread_ts,
        )
    first_sign.take_back(services, said)


def _answer(services: Services, event: InboundEvent, said: Said, asked: asking.Asked, manner: Manner) -> None:
    _mark_as_question(services, said)
    with cleared_up(services, event, said):
        _think_and_say(services, event, said, asked, manner)


def _think_and_say(
    services: Services, event: InboundEvent, said: Said, asked: asking.Asked, manner: Manner
) -> None:
    # What nobody asked us may end in a word for its asker alone: nothing is shown to the others before.
    shown = progress.show(services, event, said) if manner == "open" else progress.Quiet()
    answered = think(services, said, asked, shown)
    now = services.clock.now()
    with services.effect_of(event.id) as session:
        question = conversations.find_message(
            session, workspace_id=services.workspace_id, channel_id=said.channel_id, ts=said.ts
        )
        answer_messages.mark_changed_sources(session, services, question.conversation_id)
        answer = record_answer(session, question, answered, account_id=asked.asking_account_id, now=now)
        found = answered.status in {"answered", "partial"}
        send(
            session,
            services,
            answer,
            said,
            private=manner == "private" or (manner == "unasked" and not found),
        )


def send(
    session: Session, services: Services, answer: Answer, said: Said, *, private: bool, key: str = ""
) -> None:
    """Say an answer in the thread of its question; privately, where its asker looks."""
    key = key or answer_messages.key_of(answer.id)
    speaking.send(
        session,
        services,
        answer_messages.NAME,
        key=key,
        kind="ephemeral" if private else "post",
        channel_id=said.channel_id,
        slack_user_id=said.user_id if private else None,
        thread_ts=said.thread_ts if private else said.root_ts,
        answer_id=answer.id,
        user_id=said.user_id,
        user_team=said.user_team,
    )
    if not private:
        progress.say_there(session, services, key, said.channel_id, said.ts)


def _note(services: Services, said: Said, asked: asking.Asked) -> Manner | None:
    """Record the message in its conversation, and say how it is to be answered."""
    with services.database.transaction() as session:
        known = conversations.find_conversation(
            session,
            workspace_id=services.workspace_id,
            channel_id=said.channel_id,
            thread_ts=said.root_ts,
        )
        manner = manner_of(session, services.workspace_id, said, asked, known)
        if known is None and manner is None:
            return None
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
        leaving.listen(session, services, said, asked)
        voices.listen(session, services, said, asked)
    return manner


def _mark_as_question(services: Services, said: Said) -> None:
    """No reading took it over: from now on it counts as a question, also if it should never be answered."""
    with services.database.transaction() as session:
        message = conversations.find_message(
            session, workspace_id=services.workspace_id, channel_id=said.channel_id, ts=said.ts
        )
        message.is_question = True
        session.add(message)


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


def think(services: Services, said: Said, asked: asking.Asked, shown: Progress) -> Answered:
    """The answer to a question in its thread, while people see how far it is."""
    if said.surface == "dm":
        services.messenger.session_status(said.channel_id, said.root_ts, "processing", title=said.text)
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
    answered = services.answers.answer(Question(said.text, asked.asker, history), shown)
    shown.end(answered)
    return answered


def _say(services: Services, event: InboundEvent, said: Said, text: str, manner: Manner) -> None:
    openly = manner in {"open", "unasked"}
    with services.effect_of(event.id) as session:
        speaking.send(
            session,
            services,
            "notice",
            key=f"notice:{event.id}",
            kind="post" if openly else "ephemeral",
            channel_id=said.channel_id,
            slack_user_id=None if openly else said.user_id,
            thread_ts=said.root_ts if openly else said.thread_ts,
            text=text,
        )


def _render_notice(_services: Services, message: OutboxMessage) -> Speech:
    text = mrkdwn(message.payload["text"])
    return parts.speech(text, [parts.section(text)])


VIEWS: dict[str, View] = {
    answer_messages.NAME: answer_messages.ANSWER_VIEW,
    answer_messages.AGAIN: answer_messages.AGAIN_VIEW,
    "notice": View(render=_render_notice, afterwards=answer_messages.session_rests),
}
