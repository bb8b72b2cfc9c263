"""Characters that nobody sees: text that reads as one thing and is another. A pure function, for every room."""

from __future__ import annotations

import re

# The flags of England, Scotland and Wales are the only honest use of tag characters.
_FLAG = "\U0001f3f4[\U000e0061-\U000e007a]{1,6}\U000e007f"
_LINE_ENDS = re.compile("[\u2028\u2029\u0085\v\f]")
_HIDDEN = re.compile(
    f"(?P<flag>{_FLAG})"
    "|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"  # control characters but tab and line ends
    "|[\u200b\u2060-\u2064\ufeff\u180e\u00ad]"  # zero width, and hyphens that show only at a line's end
    "|[\u202a-\u202e\u2066-\u206f]"  # text that runs the other way than it is written
    "|[\u115f\u1160\u3164\uffa0]"  # letters without a shape
    "|[\ufff9-\ufffb\U000e0000-\U000e007f\U000e0100-\U000e01ef]"  # annotations, tags, spare variants
)


def visible(text: str) -> str:
    """The text without characters that have no shape of their own or turn the direction of writing.

    Joiners (emoji families, Persian, Hindi) and the marks of right-to-left text stay.
    """
    return _HIDDEN.sub(lambda found: found["flag"] or "", _LINE_ENDS.sub("\n", text))
