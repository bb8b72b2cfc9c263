"""Figures as their reader writes them: `$48,000` in the United States, `48.000 $` in Germany, `48 000 $` in France.

For what one person sees. What several read, and what is exported, stays as it is written in English.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

USUAL = "en-US"


def arr_of(minor: int | None, currency: str, locale: str = USUAL) -> str:
    """Annual recurring revenue in whole units.

    Args:
        minor: in cents.
        currency: its ISO code.
        locale: the reader's, as Slack gives it ("de-DE"); one that nobody knows is taken for English.
    """
    return "ARR unknown" if minor is None else f"{money(minor, currency, locale)} ARR"


def money(minor: int, currency: str, locale: str = USUAL) -> str:
    """An amount in whole units, with the currency's sign where the reader puts it."""
    from babel.numbers import format_currency, get_currency_symbol  # noqa: PLC0415 - loaded where figures are read

    known = _locale(locale)
    whole = re.sub(r"[.]0+", "", known.currency_formats["standard"].pattern)
    if get_currency_symbol(currency, known)[-1:].isalpha():  # CHF 4,800, and not CHF4,800
        whole = whole.replace("¤#", "¤\xa0#")
    return format_currency(minor // 100, currency, format=whole, locale=known, currency_digits=False)


def number(value: int, locale: str = USUAL) -> str:
    """A whole number with the reader's separators."""
    from babel.numbers import format_decimal  # noqa: PLC0415 - see above

    return format_decimal(value, locale=_locale(locale))


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - see above

    try:
        return Locale.parse(name, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale.parse(USUAL, sep="-")
