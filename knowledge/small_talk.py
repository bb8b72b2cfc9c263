"""What needs no search: greetings, thanks, nothing at all; and what must be cut before it is searched."""

from __future__ import annotations

import re

from knowledge import wording
from knowledge.words import content_words, words

LONGEST = 2000  # characters of a question that are read
_KEPT = 900  # of its beginning, and of its end, where it is longer

_GREETING = re.compile(
    r"(?:hi|hiya|hello|hey|howdy|yo|good (?:morning|afternoon|evening|day)|greetings)(?: (?:there|all|team|everyone|bot))*"
)
_THANKS = re.compile(
    r"(?:ok(?:ay)? |great |perfect |cool |awesome |nice |super |ah |wow )*"
    r"(?:(?:many |much )?thank(?:s| you)(?: (?:a lot|a bunch|so much|very much|again|for (?:your|the) help|that helped|"
    r"that's it|bye))*|thx|ty|cheers|much appreciated|that helped|great|perfect|awesome|cool|nice|got it|ok(?:ay)?)"
)
_GOODBYE = re.compile(r"(?:good ?bye|bye(?: bye)?|see (?:you|ya)|ciao|good night)")
_ABOUT_ME = re.compile(
    r"(?:who|what) are you|what can you do(?: for me)?|how do you work|are you (?:a )?(?:bot|robot|human|real|person)|"
    r"(?:what is|what's) your (?:name|job)|help|can you help(?: me)?|i need help"
)
_REPLIES = (
    (_GREETING, wording.GREETING),
    (_THANKS, wording.THANKS),
    (_GOODBYE, wording.GOODBYE),
    (_ABOUT_ME, wording.ABOUT_ME),
)


def reply_without_search(text: str, *, in_thread: bool = False) -> str | None:
    """A polite reply to what is no question; None if the text should be looked up.

    Args:
        text: what was said.
        in_thread: whether a thread says what it is about, so that it need not say so itself.
    """
    said = " ".join(words(text))
    if not said:
        return wording.EMPTY
    for pattern, reply in _REPLIES:
        if pattern.fullmatch(said):
            return reply
    greeting = _GREETING.match(said)
    rest = said[greeting.end() :].strip() if greeting else said
    if greeting and rest != said and _ABOUT_ME.fullmatch(rest):
        return wording.ABOUT_ME
    return None if in_thread or content_words(rest) else wording.VAGUE


def shortened(text: str) -> tuple[str, str | None]:
    """The text to search with, and a sentence about what was left out, if anything was.

    Of a very long message the beginning and the end are kept: the question is mostly at one of them.
    """
    flat = " ".join(text.split())
    if len(flat) <= LONGEST:
        return flat, None
    head = flat[:_KEPT].rsplit(" ", 1)[0]
    tail = flat[-_KEPT:].split(" ", 1)[-1]
    return f"{head} {tail}", wording.SHORTENED.format(kept=_KEPT)
