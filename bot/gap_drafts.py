"""What an article that fills a gap may be made of: what our own people wrote where they solved it.

Nothing that a customer wrote becomes part of a draft. With a chat model the draft is written from these words only,
and every sentence of it is held against them; without one it is these words themselves. Somebody reads it either way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import asking
from bot.verifying.answers import ANSWER_LIMIT, QUESTION_LIMIT
from store.redacting import redacted
from store.tables import Conversation, conversations, outbox, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session

    from bot.services import Services
    from store.insights.gaps import Gap, GapAsked

LEAST_WORDS = 4  # of a message that says something: "looking into it" is no solution
WAITS = re.compile(
    r"^\W*(hi|hello|hey|thanks|thank you|looking into|let me (check|look)|i('ll| will) (check|look|ask|get back))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Solved:
    """A thread in which one of our own has answered a question of a gap."""

    asked: GapAsked
    by: str  # name
    words: tuple[str, ...]  # what they wrote, oldest first
    whom: str = ""  # the asker's name, which no article says


@dataclass(frozen=True)
class Article:
    """A draft: what it answers, what it says, and whether a model put it into words."""

    question: str
    answer: str
    written: bool = False


def solved_in(session: Session, services: Services, gap: Gap) -> list[Solved]:
    """The threads of a gap in which a person solved it, the newest first."""
    found: dict[str, Solved] = {}
    for asked in gap.asked:
        solved = _by_hand_over(session, services, asked) or _in_thread(session, services, asked)
        if solved is not None:
            found.setdefault(asked.conversation_id, solved)
    return list(found.values())


def compose(services: Services, gap: Gap, solved: Iterable[Solved]) -> Article:
    """The draft of an article for a gap; its answer is empty where nobody has solved it yet. May take seconds."""
    question = redacted(gap.title)[:QUESTION_LIMIT]
    threads = [[_without(one.whom, words) for words in one.words] for one in solved]
    if not threads:
        return Article(question, "")
    written = services.drafts.write(question, [words for thread in threads for words in thread])
    if written:
        return Article(question, written[:ANSWER_LIMIT], written=True)
    return Article(question, max(map("\n\n".join, threads), key=len)[:ANSWER_LIMIT])


def _without(whom: str, words: str) -> str:
    """What was written, without the person to whom, and not as a letter to them."""
    names = sorted({whom, *whom.split()[:1]} - {""}, key=len, reverse=True)
    addressed = rf"^\s*(?:(?:hi|hello|hey|dear)\s+)?(?:{'|'.join(map(re.escape, names))})\s*[,!:]\s*"
    bare = re.sub(addressed, "", words, count=1, flags=re.IGNORECASE) if names else words
    return redacted(bare[:1].upper() + bare[1:], names)


def _in_thread(session: Session, services: Services, asked: GapAsked) -> Solved | None:
    """What members of our team wrote below the question."""
    conversation = session.get_one(Conversation, asked.conversation_id)
    names, words = [], []
    for message in conversations.later_messages(session, conversation.id, after_ts=asked.ts):
        if message.author != "person" or not _says_something(message.text):
            continue
        person = asking.person_of(session, services, message.slack_user_id)
        if person.is_staff and message.slack_user_id != asked.asked_by and not message.is_question:
            names.append(person.name)
            words.append(message.text.strip())
    whom = asking.person_of(session, services, asked.asked_by).name
    return Solved(asked, names[-1], tuple(words), whom) if words else None


def _by_hand_over(session: Session, services: Services, asked: GapAsked) -> Solved | None:
    """What somebody wrote into the form of a request for a person."""
    task = tasks.task_of_key(session, services.workspace_id, f"handover:{asked.answer_id}")
    reply = outbox.of_key(session, services.workspace_id, f"handover:{task.id}:reply") if task else None
    if reply is None or not _says_something(reply.payload.get("words") or ""):
        return None
    words, by = str(reply.payload["words"]).strip(), str(reply.payload.get("name") or "")
    return Solved(asked, by, (words,), asking.person_of(session, services, asked.asked_by).name)


def _says_something(text: str) -> bool:
    return len(text.split()) >= LEAST_WORDS and not (
        WAITS.match(text) and len(text.split()) < 3 * LEAST_WORDS
    )
