"""Making a follow-up question stand alone, by rules.

Retrieval searches with the last turn as it was written. Adding the words of earlier turns to it did harm wherever
it was tried (-.09 nDCG@10 for one turn); their vectors and scores at a low weight help, more where the turn leans
on them. What the cross-encoder reads is the completed question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.types import Thread
from knowledge.words import content_words, words

if TYPE_CHECKING:
    from knowledge.types import Question

_POINTER_WORDS = (
    "it its it's that this these those they them their there he she his her ones same both either"
)
_ASKING_WORDS = """
how what when where which who whom whose why can could do does did is are was were will would should may
"""
_PREPOSITION_WORDS = (
    "for on in with without from to by at if when after before during under using via per about"
)
_POINTERS = frozenset(_POINTER_WORDS.split())
_QUESTION_WORDS = frozenset(_ASKING_WORDS.split())
_PREPOSITIONS = frozenset(_PREPOSITION_WORDS.split())
_OPENERS = re.compile(
    r"^(?:and|but|or|so|also|then|ok(?:ay)?|what about|how about|what if|same for|in that case|as well)\b[\s,]*",
    re.IGNORECASE,
)
_EXISTS = re.compile(r"^(?:is|are|was|were) there\b(?!.*\bother\b)", re.IGNORECASE)
_DO_THAT = re.compile(r"\bdo (?:that|this|it|so)\b", re.IGNORECASE)
_ASKING = re.compile(
    r"^(?:(?:hi|hello|hey|thanks|please)\b[\s,!.]*)*"
    r"(?:(?:can|could|may|should|do|does|did|would|will|must) (?:i|we|you|they|one|somebody|someone|my \w+|our \w+)"
    r"|(?:how|where|when) (?:can|could|do|does|did|should|would|may) (?:i|we|you|they|one)"
    r"|is (?:it possible|there a way|there any way)(?: for (?:me|us|\w+))? to"
    r"|how to|i (?:want|need|would like|'d like) to)\s+",
    re.IGNORECASE,
)
_TURNS = 2  # before the last that still count
_FEW_WORDS = 3  # content words; a question with fewer says too little alone to be sure of it


@dataclass(frozen=True)
class Standalone:
    """A question that can be understood without its thread.

    Attributes:
        text: what is asked.
        thread: what it was asked after; None if it opens the conversation.
    """

    text: str
    thread: Thread | None = None

    @property
    def leans(self) -> bool:
        """Whether the question as it was written cannot be understood without its thread."""
        return self.thread is not None and self.thread.leans


def stand_alone(question: Question) -> Standalone:
    """The last turn, completed from the thread where it leans on it."""
    text = " ".join(question.text.split())
    turns = [" ".join(turn.text.split()) for turn in question.history if turn.author == "person"]
    turns = [turn for turn in turns if content_words(turn)]
    topic = _topic(turns)
    if not topic:
        return Standalone(text)
    earlier = tuple(reversed(turns[-_TURNS:]))
    if not leans_on_thread(text):
        return Standalone(text, Thread(text, earlier))
    return Standalone(_completed(text, topic), Thread(text, earlier, leans=True))


def leans_on_thread(text: str) -> bool:
    """Whether a turn cannot be understood alone: it opens like a continuation, or points back.

    A turn with enough words of its own is taken as independent even with an "it" in it: "it" then mostly
    points inside the turn.
    """
    own = content_words(text)
    if _OPENERS.match(text):
        return len(own) <= _FEW_WORDS + 2
    pointing = words(_EXISTS.sub(" ", text))  # "is there a discount?" points at no place
    points = bool(_DO_THAT.search(text)) or any(word in _POINTERS for word in pointing)
    return len(own) <= (_FEW_WORDS if points else 1)


def _topic(turns: list[str]) -> str | None:
    """The latest earlier turn that stands alone, completed by the one that leans on it."""
    topic: str | None = None
    for text in turns:
        topic = _completed(text, topic) if topic and leans_on_thread(text) else text
    return topic


def _completed(text: str, earlier: str) -> str:
    """The turn with the words of the thread that it leans on; none of its own words is lost."""
    task = _task(earlier)
    if task and _DO_THAT.search(text):
        return _DO_THAT.sub(task, text, count=1)
    opener = _OPENERS.match(text)
    rest = text[opener.end() :] if opener else text
    if opener and not _is_question(rest):
        return (
            f"{earlier.rstrip(' ?.!')} {rest}" if _is_modifier(rest) else f"{rest.rstrip(' ?.!')}: {earlier}"
        )
    return f"{rest.rstrip(' ?.!')} ({earlier.rstrip(' ?.!')})?"


def _task(earlier: str) -> str | None:
    """What an earlier question wanted to do: "Can I export my contacts?" -> "export my contacts"."""
    asking = _ASKING.match(earlier)
    return earlier[asking.end() :].rstrip(" ?.!") if asking else None


def _is_question(text: str) -> bool:
    first = words(text)[:1]
    return bool(first) and first[0] in _QUESTION_WORDS


def _is_modifier(text: str) -> bool:
    first = words(text)[:1]
    return bool(first) and first[0] in _PREPOSITIONS
