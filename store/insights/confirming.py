"""Who said that an answer solved it: thanks in the conversation, until they ask there again. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.insights.resolution import ANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from store.insights.asked import Asked

LONGEST = 80  # characters: what is longer says something else too
_THANKS = re.compile(
    r"\b(thanks|thank you|thx|much appreciated|that (helped|works|worked|solved it|did it)|(it|this) works( now)?|solved)\b"
)
_BUT = re.compile(r"\?|n't\b|\b(but|however|no|not|nothing|still|except|though|in advance|please)\b")


@dataclass(frozen=True)
class Confirmed:
    """When the asker said that a question was solved, and when they asked in that conversation again."""

    at: datetime
    reopened_at: datetime | None = None


def is_thanks(text: str) -> bool:
    """Whether somebody only says thanks, or that it works: `Thanks, that helped!`, not `Thanks, but which plan?`."""
    if len(text) > LONGEST:
        return False
    said = text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return bool(_THANKS.search(said)) and not _BUT.search(said)


def confirmations(turns: Iterable[Asked]) -> dict[str, Confirmed]:
    """Question id -> its confirmation, of questions that were answered and thanked for by who had asked.

    Args:
        turns: what was said to the bot, oldest first; thanks among it.
    """
    open_ones: dict[tuple[str, str], str] = {}  # the last answered question of each person in a conversation
    last: dict[tuple[str, str], str] = {}  # their last confirmed one, as long as they have not asked again
    found: dict[str, Confirmed] = {}
    for one in turns:
        who = (one.conversation_id, one.by)
        if is_thanks(one.text):
            question = open_ones.pop(who, None)
            if question is not None:
                found[question], last[who] = Confirmed(one.at), question
            continue
        confirmed = last.pop(who, None)
        if confirmed is not None:
            found[confirmed] = Confirmed(found[confirmed].at, one.at)
        if one.status in ANSWERED:
            open_ones[who] = one.id
        else:
            open_ones.pop(who, None)
    return found
