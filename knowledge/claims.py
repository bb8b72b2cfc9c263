"""What a sentence claims about the world, apart from what it says about its sources and to its reader."""

from __future__ import annotations

import re

_FACT = (
    r"(?:information|details?|figures?|numbers?|answers?|counts?|data|names?|knowledge|mention|evidence|statistics"
    r"|list|example)"
)
_SOURCE = (
    r"(?:(?:the|these|those|my|our) (?:provided |given |available |retrieved |help )?"
    r"(?:documents?|articles?|passages?|sources?|texts?|contexts?|information|pages?|excerpts?)"
    r"(?: i have| i can read| provided| available| given)?|it|they|there)"
)
_DOES_NOT = (
    r"(?:do(?:es)? not|don['\u2019]t|doesn['\u2019]t|did not|is no|are no|neither|only|cannot"
    r"|is not|isn['\u2019]t)"
)
_SAY = (
    rf"(?:{_FACT}|provide|contain|mention|specify|include|state|say|confirm|give|cover|indicate|answer|address|explain|discuss"
    r"|have|enough|clear|offer)"
)
_I_CANNOT = (
    r"(?:i|we)(?: am|['\u2019]m| are| was)? ?(?:sorry|apologi[sz]e"
    r"|(?:do|did|could|can|would|have|am|was)(?: not|n['\u2019]t| no)\b|cannot\b|have no\b|not able)"
)
_OPENING = r"(?:^(?:unfortunately,? |however,? |sorry,? )?|(?<=[,;] )|(?<=but )|(?<=however )|(?<=although )|(?<=while )|(?<=however, ))"
_TURN = r"(?:[,;]? but\b(?: i can (?:tell you|say) that)?|[,;] however,?|[,;]|\.|$)"
_ABOUT_SOURCES = re.compile(
    rf"{_OPENING}{_I_CANNOT}[^,;.]*?{_TURN}"
    rf"|{_OPENING}{_SOURCE} {_DOES_NOT} (?:\w+ )?{_SAY}s?[^,;.]*(?:[,;]|\.|$)",
    re.IGNORECASE,
)
_TO_READER = re.compile(
    r"^(?:(?:yes|no|well|sure|ok|okay|sorry|unfortunately|hello|hi|thanks?|thank you)[,.! ]*)?"
    r"(?:(?:i['\u2019]?m |i am )?sorry\b.*|i apologi[sz]e.*"
    r"|that(?:['\u2019]s| is)(?: absolutely| quite)? (?:right|correct|true)"
    r"|you(?:['\u2019]re| are) (?:right|correct|welcome)"
    r"|here (?:are|is) (?:some |the |a few )?(?:more )?(?:\w+ )?(?:details|information|examples|steps|list))[.!: ]*$",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"^[\s,;]*(?:however|unfortunately|although|while|but|yes|no|sorry)[\s,;]+", re.IGNORECASE
)


def claim_of(sentence: str) -> str:
    """The sentence without what it says about its sources ("the articles do not say") or to its reader.

    Empty if nothing else is left: such a sentence claims nothing that a passage would have to say.
    """
    if _TO_READER.match(sentence.strip()) or sentence.rstrip().endswith("?"):
        return ""
    rest = _ABOUT_SOURCES.sub(" ", sentence)
    return sentence if rest == sentence else _OPENER.sub("", rest.strip()).strip(" ,;.")
