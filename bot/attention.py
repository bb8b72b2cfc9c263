"""Whether something that was said in a channel is for the bot, and who is to see its answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from store.tables import channels, conversations, playbooks
from store.tables.channels import EVERY, PRIVATE, SILENT

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.slack.incoming import Said
    from store.tables import Conversation

# open: everybody sees the answer. private: its asker alone. unasked: everybody, but a refusal its asker alone.
# declined: it was for us, and nobody is answered in this channel.
Manner = Literal["open", "private", "unasked", "declined"]
LOOKED_BACK = 12  # messages of the thread
_ASKS = re.compile(
    r"\?(?=[\s\"')\]]*(?:$|\s[A-Z]))"
    r"|^\W*(?:how|what|where|when|why|which|who|whose|can|could|is|are|does|do|did|will|would|should|may)\b"
    r"(?:\W+\w+){2,}[^.!]*$",
    re.IGNORECASE,
)


def is_question(text: str) -> bool:
    """Whether words that were not addressed to anybody ask something."""
    return len(text.split()) > 2 and _ASKS.search(text.strip()) is not None


def manner_of(
    session: Session, workspace_id: str, said: Said, asked: Asked, known: Conversation | None
) -> Manner | None:
    """How to answer what was said; None if it was not said to us.

    Args:
        session: a session.
        workspace_id: the workspace.
        said: the message.
        asked: who wrote it, and where.
        known: the conversation of its thread, if we are part of it.
    """
    if said.surface == "dm" or _answers_us(session, workspace_id, said, asked):
        return "open"
    policy = channels.policy_of(session, workspace_id, said.channel_id)
    if policy == SILENT:
        return "declined" if said.mentions_bot else None
    if said.mentions_bot or _continues(session, known, said):
        return "private" if policy == PRIVATE else "open"
    if policy not in (EVERY, PRIVATE) or not _asks_the_room(said, asked):
        return None
    return "private" if policy == PRIVATE else "unasked"


def _asks_the_room(said: Said, asked: Asked) -> bool:
    """A question at top level; what our own staff ask in a customer's channel is meant for the customer."""
    to_the_customer = asked.person.is_staff and asked.place.kind != "internal"
    return said.thread_ts is None and not to_the_customer and is_question(said.text)


def _continues(session: Session, conversation: Conversation | None, said: Said) -> bool:
    """In a thread without a mention we answer only the person we were talking with.

    And only if nobody else has written since our last message.
    """
    if conversation is None:
        return False
    earlier = conversations.earlier_messages(session, conversation.id, before_ts=said.ts, limit=LOOKED_BACK)
    last_ours = max((i for i, message in enumerate(earlier) if message.author == "bot"), default=None)
    if not last_ours:
        return False
    asker = earlier[last_ours - 1].slack_user_id
    return asker == said.user_id and all(m.slack_user_id == asker for m in earlier[last_ours + 1 :])


def _answers_us(session: Session, workspace_id: str, said: Said, asked: Asked) -> bool:
    """A contact writes in the thread of something that a playbook asked."""
    if asked.person.contact is None or not said.thread_ts:
        return False
    step = playbooks.step_in_thread(session, workspace_id, said.channel_id, said.thread_ts)
    return step is not None and step.contact_id == asked.person.contact.id
