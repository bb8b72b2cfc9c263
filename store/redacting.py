"""What people wrote, without what tells who or how to reach them: for whoever reads it elsewhere than it was said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LEAST_DIGITS = 9  # of a telephone number; a date has eight
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_EMAIL = re.compile(r"(?:<mailto:[^>]*>)|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_KEY = re.compile(r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{24,}(?![\w/-])")
_PHONE = re.compile(r"(?<![\w.,-])\+?\(?\d[\d ()/.-]{7,}\d(?![\w%])")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4}")


def redacted(text: str, names: Collection[str] = ()) -> str:
    """The text with people, e-mail addresses, telephone numbers and keys taken out; the rest word for word.

    Args:
        text: as it was written.
        names: of people, which are taken out too.
    """
    text = _EMAIL.sub("[e-mail]", _MENTION.sub("[person]", text))
    text = _PHONE.sub(_phone, _KEY.sub("[key]", text))
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[person]", text, flags=re.IGNORECASE)
    return text


def _phone(found: re.Match[str]) -> str:
    digits = sum(sign.isdigit() for sign in found[0])
    return "[phone]" if digits >= LEAST_DIGITS and not _DATE.search(found[0]) else found[0]
