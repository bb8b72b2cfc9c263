"""Whether somebody of ours promises something with a day: "we'll get back to you by Friday". Pure.

Rather missed than invented: without a day there is no promise, nor in a question, a condition, a hope, a refusal,
in what is reported of others, or in what a speaker says of their own absence. What is found is proposed to who
said it and counts for nothing before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playbooks.due_words import due_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from playbooks.workdays import Calendar

LONGEST = 400  # characters of a sentence that is read
SHORTEST = 3  # words
READ = 4000  # characters of a message

_WE = r"(?:i|we|(?:our|the) (?:\w+ )?(?:team|engineers?|support|developers?|people|colleagues?)|my (?:colleague|team)s?)"
_WILL = r"(?:(?:'ll|ll|\s+will|\s+shall)\b|\s*(?:'m|'re|\s+am|\s+are|\s+is)\s+going\s+to\b)"
_ALSO = r"(?:\s+(?:also|then|definitely|certainly|surely|personally|gladly|both|all|just|now|make sure to|be sure to))*"
_BE = r"be\s+(?:in touch|back (?:to|with)|able to send|sending|sharing|getting back|following up|with you|done|ready|finished)"
_IDLE = (  # what follows "we'll" without being a promise
    r"(?:not|never|see|need|want|try|hope|like|love|miss|probably|likely|maybe|possibly|talk|speak|meet|know|think|assume|expect"
    r"|wait|have to|be\b|take (?:a|the|some) (?:day|break|time|week)|join|attend|come(?! back (?:to|with))|leave|go|travel|head|stay|remain|continue"
    r"|lose|run out|charge|bill|say|guess|forget|aim|attempt|catch up|chat|consider|wonder|also be\b|start|begin|renew|keep)"
)
_DONE = (
    r"(?:fixed|ready|sent|delivered|live|done|resolved|finished|available|with you|in your inbox|deployed|shipped|released"
    r"|restored|completed?|credited|refunded|in place|out|set up|answered|corrected|updated|uploaded|published|working again)"
)
_PROMISES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_WE}{_WILL}{_ALSO}\s+(?:{_BE}|(?!{_IDLE}\b)\w+)",
        (
            r"(?:^|[,;:-]\s*|\b(?:and|so|ok|okay|sure|yes|thanks|great|hi|hello)[,!]?\s+)(?:let me|i can|we can)\s+"
            r"(?:get (?:back|it|this|that|you)|send|share|have (?:it|this|that|an|the)|follow up|come back|confirm|deliver|fix)\b"
        ),
        rf"^\W*(?:(?:ok|okay|sure|yes|yep|thanks|great|noted|perfect|will do)\b\W+)*will(?=\s+(?!{_IDLE}\b|you\b|we\b|it\b|there\b|this\b|that\b|i\b|the\b)\w)",
        r"^\W*(?:(?:ok|okay|sure|yes|yep|thanks|great|noted|perfect)\b\W+)*will do\b",
        r"\byou(?:'ll|\s+will|\s+shall)\s+(?:have|get|receive|hear (?:from|back)|see (?:it|the|an?))\b",
        rf"\b(?:it|this|that|they|the|your|our)\b[^.!?,;]{{0,50}}?(?:'ll|\s+will|\s+is going to|\s+are going to)\s+be\s+(?:\w+ly\s+)?{_DONE}\b",
        r"\b(?:you can |please )?expect (?:it|this|that|an?|the|our|my|to hear|to get|to receive)\b",
        r"\bi (?:promise|guarantee)\b|\bwe (?:promise|commit to|guarantee)\b|\byou have my word\b|\bi owe you\b",
        r"^\W*(?:i'm |we're |am |are )?(?:getting|coming) back (?:to you|on this)\b",
    )
)
_DOUBT = re.compile(
    r"\b(?:if|unless|whether|in case|assuming|provided|depend(?:s|ing)|might|may(?! \d)|maybe|perhaps|probably|hopefully|ideally"
    r"|possibly|potentially|would|wouldn't|could|couldn't|should|wish|hope|hoping|try|trying|aim|aiming|not sure|unsure|no promises?"
    r"|can(?:no|')?t (?:promise|guarantee|say|commit)|cannot|won't|will not|don't|didn't|unlikely|rather than"
    r"|suppose|imagine|for example|e\.g|would have|target(?:ing)?|tentative(?:ly)?|estimate[ds]?|theoretically|usually|typically|normally"
    r"|as soon as you|once (?:you|they|we have|your|it is|it's|the)|when (?:you|they|your)|until you|each|every|always|whenever)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:said|says|told|asked|asks|mentioned|wrote|thought|believed|promised|claimed|reported|announced|heard|remember|according"
    r"|you wanted|as agreed|had|was|were|did|been|yesterday|last (?:week|month|monday|tuesday|wednesday|thursday|friday)|ago)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|```.*?```|`[^`\n]*`", re.DOTALL)
_CITED = re.compile(r"^\s*(?:>|&gt;).*$", re.MULTILINE)
_SENTENCES = re.compile(r"(?<=[.!?…])\s+(?=[^a-z\s])|\n+|\s+-\s+(?=(?i:we|i)\b)")
_TYPED = str.maketrans("\u2018\u2019\u2013\u2014", "''--")
_TAG = re.compile(
    r"[,.-]?\s*(?:ok(?:ay)?|right|alright|all right|yes|sounds good|does that work(?: for you)?|is that (?:ok(?:ay)?|fine)"
    r"|would that work|deal)\s*\?\s*$",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?:out of (?:the )?office|on (?:vacation|holiday|leave|pto|parental)|day off|annual leave|ooo|closed|offline"
    r"|public holiday|bank holiday|contract (?:ends|renews)|expires?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Promised:
    """What was promised, in the speaker's words, and until when."""

    text: str
    due_on: date


def promised(text: str, today: date, calendar: Calendar) -> Promised | None:
    """The first promise with a day in what somebody of ours wrote; None if there is none.

    Args:
        text: a message as a person typed it.
        today: the speaker's date.
        calendar: the speaker's working days and zone.
    """
    for sentence in sentences(text):
        if not is_commitment(sentence):
            continue
        due = due_day(sentence, today, calendar)
        if due is not None:
            return Promised(sentence, due.day)
    return None


def sentences(text: str) -> Iterator[str]:
    """The sentences that are the speaker's own: quotations, cited lines and code are left out."""
    own = _QUOTED.sub(" … ", _CITED.sub("", text[:READ].translate(_TYPED)))
    found = (one.strip() for one in _SENTENCES.split(own) if one)
    yield from (one for one in found if len(one) <= LONGEST and len(one.split()) >= SHORTEST)


def is_commitment(sentence: str) -> bool:
    """Whether a sentence says, without a doubt, that we will do something."""
    plain = _TAG.sub(".", sentence)
    if plain.rstrip(" )\"'”").endswith("?") or _DOUBT.search(plain) or _AWAY.search(plain):
        return False
    found = next((match for one in _PROMISES if (match := one.search(plain))), None)
    return found is not None and not _REPORTED.search(plain[: found.start()])
