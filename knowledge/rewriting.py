"""Making a follow-up stand alone by a chat model: a proposal, taken only if it brings nothing of its own.

Retrieval still searches with the last turn as it was written; this is what the thread adds to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.chat import Message
from knowledge.followups import leans_on_thread
from knowledge.prompts import prompt
from knowledge.support import Line, Source, is_absent
from knowledge.writing import as_data

if TYPE_CHECKING:
    from knowledge.calling import ChatDesk
    from knowledge.types import Question

TURNS = 6  # of the thread that the model reads
LONGEST = 400  # characters of a question
KNOWN = 0.8  # least share of its words that the thread or the message has


class Rewriter:
    """Has a chat model complete a follow-up from its thread.

    Args:
        desk: the way to the model.
    """

    def __init__(self, desk: ChatDesk) -> None:
        self._desk = desk

    def stand_alone(self, question: Question) -> str | None:
        """The last message as a question of its own.

        None where it does not lean on its thread, where the model fails, or where what it wrote has words, names
        or numbers that nobody used: then rules decide.
        """
        if not question.history or not leans_on_thread(question.text):
            return None
        reply = self._desk.ask(messages_for(question))
        if reply is None:
            return None
        rewritten = " ".join(reply.text.split()).strip("\"'`\u201c\u201d ")
        if not _is_faithful(rewritten, question):
            self._desk.disappointed()
            return None
        self._desk.keep(reply)
        return rewritten


def messages_for(question: Question) -> list[Message]:
    """What a model is sent: the rules, then the conversation as data."""
    said = "\n".join(
        f"{'Customer' if turn.author == 'person' else 'Assistant'}: {as_data(turn.text)[:LONGEST]}"
        for turn in question.history[-TURNS:]
    )
    text = f"<conversation>\n{said}\n</conversation>\n\n<message>\n{as_data(question.text)}\n</message>"
    return [Message("system", prompt("standalone")), Message("user", text)]


def _is_faithful(rewritten: str, question: Question) -> bool:
    """Whether it says nothing that the conversation does not, and all that the message itself says."""
    if not rewritten or len(rewritten) > LONGEST:
        return False
    said = Source([((), "\n".join((*(turn.text for turn in question.history), question.text)))])
    words = Line(rewritten).stems
    known = sum(said.holds(word) for word in words)
    if not words or known < KNOWN * len(words) or is_absent(rewritten, said):
        return False
    return not is_absent(question.text, Source([((), rewritten)]))
