"""Asking back: a question that points at a thing which nobody has named, where the evidence speaks of several.

"How long may they stay in the park?" says which park only to somebody who has been told. It is asked back when
three things come together: the thing is named neither in the thread nor elsewhere in the question, the thread is
about something else, and the best passages belong to different documents, which are then offered as readings.
Each of the three alone asks far too often; only "this" where a conversation begins is enough by itself. Asked back is also whoever names a series ("the season", "the annual
report") and not which of it, where the evidence is of several. docs/evaluation.md says what the rules were measured on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge import wording
from knowledge.types import Answered
from knowledge.words import stem, stems, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from knowledge.types import Evidence, Question, Turn

READINGS = 4  # documents that are offered
_READ = 6  # passages whose documents count
_EDITIONS = 3  # documents among those that differ in a number only, from which it is asked which one is meant
_FAR = 0.55  # cosine to the nearest earlier turn below which a thread is about something else
_TURNS = 3  # of the person that are compared
_TURN_CHARS = 600  # of each
_HEAD = 2  # words of a phrase that may be known already
_PHRASE = 4  # words of a phrase at most
_WORD = re.compile(r"[A-Za-z][\w.\u2019'-]*|[.,?!;:]|\d+")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_BARE = re.compile(r"^(?:this|that)\s+(?:is|are|was|were|does|do|did|has|have)\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"[\u2019']s$")
_POINTING = frozenset({"this", "that", "the"})
# What follows tells which one is meant: "the guy who set it up", "the day we launched", "how does this work: exports?"
_TOLD = frozenset(["who", "whom", "whose", "which", "we", "i", "you", "they", "he", "she", ":"])
_END_WORDS = """
of in on at for to from with by and or but is are was were be been do does did has have had can could will would
should may might that which who whom whose when where why how if than as about into during after before between
under over i you we they he she it my your our their his her its there not no this these those the a an still so
also out up down off per via
"""
_END = frozenset(_END_WORDS.split())
# After any other word "that" opens a clause: "a report that shows numbers", "is it true that volunteers are paid".
_BEFORE_THAT_WORDS = """
of in on at for to from with by about into during after before between under over via per is are was were do does did
has have had can could will would should and or but
"""
_BEFORE_THAT = frozenset(_BEFORE_THAT_WORDS.split())
# There is one of them, or it points at no thing at all: "the sun", "the same", "the rest", "that way", "this week".
_NO_THING_WORDS = """
all affect true wish good much many mean means same difference differences best most only first last next other
others right way case rest whole end beginning time past future world internet sun moon moment distance issue problem
problems reason point idea question questions answer amount number app site website page channel workspace slack bot
company account plan team week month year morning day quarter kind sort type area regard sense one ones ws normal
possible correct expected intended allowed okay ok fine
"""
_NO_THING = frozenset(_NO_THING_WORDS.split())


def asked_back(
    question: Question, evidence: Sequence[Evidence], likeness: Callable[[str], float]
) -> Answered | None:
    """The question that asks back and the readings it offers; None where there is nothing to ask.

    Args:
        question: as the person wrote it, with its thread.
        evidence: what was found, best first.
        likeness: the cosine between the question and an earlier turn, -1..1.
    """
    if _has_just_asked(question.history):
        return None
    titles = tuple(dict.fromkeys(one.title for one in evidence[:_READ]))
    meant = editions(question.text, question.history, titles)
    several = len(titles) > 1 or not question.history
    if not meant and several and _points_elsewhere(question, likeness):
        meant = titles
    text = question.text.rstrip(" ?.!")
    readings = tuple(f"{text} ({title})?" for title in meant[:READINGS])
    return Answered("clarify", wording.WHICH, readings=readings) if readings else None


def editions(text: str, history: Sequence[Turn], titles: Sequence[str]) -> tuple[str, ...]:
    """The titles that differ in a number only, where a question names what they share and nobody a number of theirs."""
    said = _numbers(" ".join((text, *(turn.text for turn in history))))
    series: dict[frozenset[str], list[str]] = {}
    for title in titles:
        if _numbers(title):
            series.setdefault(stems(_NUMBER.sub(" ", title)), []).append(title)
    for shared, several in series.items():
        named = shared and shared <= stems(text)
        if named and len(several) >= _EDITIONS and said.isdisjoint(_numbers(" ".join(several))):
            return tuple(several)
    return ()


def _numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(text))


def _points_elsewhere(question: Question, likeness: Callable[[str], float]) -> bool:
    """Whether it points at what nobody has named, in a thread about something else."""
    return unnamed(question.text, question.history) is not None and _is_far(question.history, likeness)


def unnamed(text: str, history: Sequence[Turn]) -> str | None:
    """The words of a question that point at something which neither it nor its thread names: "the park"."""
    earlier = {stem(word) for turn in history for word in words(turn.text)}
    own = [stem(word) for word in words(text)]
    for pointer, phrase, after in _phrases(text):
        if pointer == "the" and (not history or any(word[0].isupper() for word in phrase)):
            continue
        head = [stem(_POSSESSIVE.sub("", word).lower()) for word in phrase[:_HEAD]]
        told = after in _TOLD or phrase[0].lower() in _NO_THING
        if not told and own.count(head[0]) < 2 and not earlier.intersection(head):
            return f"{pointer} {' '.join(phrase)}"
    bare = None if history else _BARE.match(text.strip())
    return bare.group().split()[0].lower() if bare else None


def _phrases(text: str) -> Iterator[tuple[str, list[str], str]]:
    """What "the", "this" and the like point with: (pointer, the phrase's words, the word after it)."""
    tokens = _WORD.findall(text)
    for at, token in enumerate(tokens):
        if token.lower() not in _POINTING or _opens_clause(tokens, at):
            continue
        phrase: list[str] = []
        for word in tokens[at + 1 : at + 1 + _PHRASE]:
            if not word[0].isalpha() or word.lower() in _END:
                break
            phrase.append(word.strip(".\u2019'-"))
            if _POSSESSIVE.search(word):
                break
        after = tokens[at + 1 + len(phrase) :][:1]
        if phrase:
            yield token.lower(), phrase, (after[0].lower() if after else "")


def _opens_clause(tokens: Sequence[str], at: int) -> bool:
    before = tokens[at - 1].lower() if at else "."
    return tokens[at].lower() == "that" and before[0].isalpha() and before not in _BEFORE_THAT


def _is_far(history: Sequence[Turn], likeness: Callable[[str], float]) -> bool:
    """Whether the person's last turns are about something else; so they are where there are none."""
    said = [turn.text[:_TURN_CHARS] for turn in history if turn.author == "person"]
    return all(likeness(text) < _FAR for text in said[-_TURNS:])


def _has_just_asked(history: Sequence[Turn]) -> bool:
    """Whether the last turn asked back already: twice running is a quiz."""
    return bool(history) and history[-1].author != "person" and history[-1].text.startswith(wording.WHICH)
