"""What kind of thing a question asks for, and whether a text gives one: "how many" wants a number. Pure functions.

A cross-encoder likes any sentence on the topic; a definition answers no "how many".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["money", "duration", "number"]

_NUMBER = r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|thousand|million|unlimited|no limit|free)\b)"
_UNIT_OF_TIME = (
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|immediately|at once|forever|instantly)"
)
_ASKS: Mapping[Kind, re.Pattern[str]] = {
    "money": re.compile(
        r"\bhow (?:much|expensive)\b(?! (?:\w+ ){0,2}(?:space|storage|memory|ram|data|time|traffic))(?=.*\b(?:cost|costs|pay|price|"
        r"plan|is|charge|fee|for)\b)|\b(?:price|prices|pricing)\b|\bwhat (?:does|do|will|would) .{0,40}\bcost\b",
        re.IGNORECASE,
    ),
    "duration": re.compile(r"\bhow (?:long|often|soon|quickly|fast|old)\b|\bfor how long\b", re.IGNORECASE),
    "number": re.compile(
        r"\bhow (?:many|big|large|much|strong|far|high)\b|\bwhat(?:'s| is) the (?:limit|maximum|minimum|size|number)\b"
        r"|\b(?:maximum|minimum|at most|at least|limit on|upper limit)\b",
        re.IGNORECASE,
    ),
}
_GIVES: Mapping[Kind, re.Pattern[str]] = {
    "money": re.compile(
        r"[$€£¥]\s?\d|\d\s?(?:[$€£]|%|USD|EUR|GBP|dollars?|euros?|cents?)|\bfree\b", re.IGNORECASE
    ),
    "duration": re.compile(
        rf"{_NUMBER}[\w\s,.-]{{0,15}}\b{_UNIT_OF_TIME}\b|\b(?:daily|weekly|monthly|yearly|hourly|"
        r"immediately|at once|instantly|forever|every (?:day|week|month|year|hour|night|minute))\b",
        re.IGNORECASE,
    ),
    "number": re.compile(_NUMBER, re.IGNORECASE),
}


_IDENTIFIER = re.compile(r"(?<![\w.-])(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])\w+(?:[.-]\w+)*|\b\w+_\w+\b")
_FACT = re.compile(
    r"^(?:\W*(?:hi|hello|and|so|but|ok|please|also|then|well)\b[\s,]*)*"
    r"(?:is|are|was|were|can|could|may|does|do|did|has|have|will|would|should|who|whom|when|where|which"
    r"|what(?:'s| is| are| was| were) the (?:name|number|size|maximum|minimum|limit|default|cost|price|date|phone|address)"
    r"|how (?:many|much|long|often|old|big|far|large))\b",
    re.IGNORECASE,
)


def wants_a_fact(question: str) -> bool:
    """Whether one fact answers, as to "can I", "when" and "how many"; "how does" and "what are" want an account."""
    return bool(_FACT.search(question)) or asked_for(question) is not None


def identifiers(question: str) -> list[str]:
    """What a question names by an identifier, in lower case: `us-east-1`, `ml.eia1.xlarge`, `max_size`."""
    return [found.lower() for found in _IDENTIFIER.findall(question)]


def asked_for(question: str) -> Kind | None:
    """The kind of thing that an answer must name; None where no kind stands out."""
    return next((kind for kind, pattern in _ASKS.items() if pattern.search(question)), None)


def gives(text: str, kind: Kind) -> bool:
    """Whether a text names a thing of that kind."""
    return bool(_GIVES[kind].search(text))
