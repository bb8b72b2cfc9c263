"""`/cs ask ...`: a question whose answer only the asker sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import quota, speaking
from bot.listeners.commands import Subcommand, finish
from bot.recording import record_answer
from bot.slack.messenger import Speech
from knowledge.types import Question
from store.tables import conversations

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from store.tables import Message

SURFACE = "command"
USAGE = "What would you like to know? Write `/cs ask` and your question, for example `/cs ask how do I export my data?`"


def ask(services: Services, call: Call) -> None:
    """Answer from what this person may read in this place."""
    if not call.words:
        finish(services, call, Speech(text=USAGE))
        return
    if (too_much := quota.held_off(services, call.command.user_id)) is not None:
        finish(services, call, too_much)
        return
    answered = services.answers.answer(Question(call.words, call.asked.asker))
    now = services.clock.now()
    with services.effect_of(call.event.id) as session:
        question = _record(session, services, call)
        answer = record_answer(session, question, answered, account_id=call.asked.asking_account_id, now=now)
        share = call.share and call.asked.place.kind != "dm"
        address = speaking.address_of(call.event) | {"key": f"answer:{answer.id}"}
        speaking.send(session, services, "answer", **address, answer_id=answer.id, in_channel=share)


def _record(session: Session, services: Services, call: Call) -> Message:
    """The question as a conversation of its own; a command has no timestamp, so its event stands for one."""
    mark = f"command:{call.event.id}"
    conversation = conversations.open_conversation(
        session,
        workspace_id=services.workspace_id,
        channel_id=call.command.channel_id,
        thread_ts=mark,
        surface=SURFACE,
        opened_by=call.command.user_id,
        account_id=call.asked.account_id,
        now=services.clock.now(),
    )
    return conversations.record_message(
        session,
        conversation,
        ts=mark,
        author="person",
        slack_user_id=call.command.user_id,
        text=call.words,
        is_question=True,
        now=services.clock.now(),
    )


ASK = Subcommand(
    name="ask",
    usage="ask your question",
    description="An answer with sources that only you see",
    role="end_user",
    handler=ask,
    example="ask how do I export my data? --share",
)
