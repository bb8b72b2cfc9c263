"""What one cell of a CSV file may hold.

Every function takes the trimmed text of a cell and returns its value, or raises ValueError with a
sentence that names the remedy.
"""

from __future__ import annotations

import difflib
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

if TYPE_CHECKING:
    from collections.abc import Callable

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_CURRENCY = re.compile(r"[A-Z]{3}")
_MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{7,}")
_LARGEST = 2_000_000_000  # fits an integer column of either database
_YES, _NO = frozenset({"yes", "true", "1", "y"}), frozenset({"no", "false", "0", "n"})


def text(cell: str) -> str:
    """Any text."""
    return cell


def names(cell: str) -> list[str]:
    """Names separated by semicolons."""
    return [name for part in cell.split(";") if (name := part.strip())]


def email(cell: str) -> str:
    """An e-mail address, in lower case."""
    if not _EMAIL.fullmatch(cell):
        raise ValueError(f"'{cell}' is no e-mail address. Write it like ana@example.com.")
    return cell.lower()


def day(cell: str) -> date:
    """A date in ISO form; other forms are ambiguous."""
    if not _ISO_DATE.fullmatch(cell):
        raise ValueError(
            f"'{cell}' is no ISO date. Write it like 2026-03-31; in a spreadsheet, format the column as YYYY-MM-DD."
        )
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"'{cell}' is a day that no calendar has. Correct it.") from None


def count(cell: str) -> int:
    """A whole number, 0 or more."""
    if not cell.isascii() or not cell.isdigit() or int(cell[:11]) > _LARGEST:
        raise ValueError(f"'{cell}' is no whole number. Write it without separators, like 1200.")
    return int(cell)


def percent(cell: str) -> int:
    """A whole number from 0 to 100."""
    value = count(cell)
    if value > 100:
        raise ValueError(f"'{cell}' is above 100. Write a score from 0 to 100.")
    return value


def money(cell: str) -> int:
    """An amount with a decimal point, in hundredths."""
    if not _MONEY.fullmatch(cell):
        raise ValueError(
            f"'{cell}' is no amount. Write it without currency sign and separators, like 48000 or 48000.50."
        )
    return int(Decimal(cell) * 100)


def currency(cell: str) -> str:
    """A currency's three letters."""
    if not _CURRENCY.fullmatch(cell.upper()):
        raise ValueError(f"'{cell}' is no currency code. Write three letters, like USD.")
    return cell.upper()


def zone(cell: str) -> str:
    """An IANA time zone."""
    try:
        ZoneInfo(cell)
    except (ValueError, OSError, LookupError):  # unknown, or a path that leads out of the data
        raise ValueError(
            f"'{cell}' is no time zone.{_nearest(cell, available_timezones(), 'Europe/Berlin')}"
        ) from None
    return cell


def language(cell: str) -> str:
    """A language tag."""
    if not _LANGUAGE.fullmatch(cell):
        raise ValueError(f"'{cell}' is no language code. Write it like en or pt-BR.")
    return cell


def yes_no(cell: str) -> bool:
    """Yes or no."""
    word = cell.lower()
    if word not in _YES | _NO:
        raise ValueError(f"'{cell}' is neither yes nor no. Write yes or no.")
    return word in _YES


def channel(cell: str) -> tuple[str | None, str | None]:
    """A channel as (Slack id, name): `#ext-nordwind`, `ext-nordwind` or `C012AB3CD45`."""
    if _CHANNEL_ID.fullmatch(cell):
        return cell, None
    name = cell.lstrip("#").lower()
    if not name or " " in name:
        raise ValueError(
            f"'{cell}' is no channel. Write its name like #ext-nordwind, or its id like C012AB3CD45."
        )
    return None, name


def one_of(*choices: str) -> Callable[[str], str]:
    """A parser for a closed list of words, in any case."""

    def parse(cell: str) -> str:
        for choice in choices:
            if cell.lower() == choice.lower():
                return choice
        raise ValueError(f"'{cell}' is not one of {', '.join(choices)}.{_nearest(cell, choices)}")

    parse.__doc__ = " | ".join(choices)
    return parse


def _nearest(cell: str, known: set[str] | tuple[str, ...], otherwise: str = "") -> str:
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(cell.lower(), by_lower, n=1)
    if close:
        return f" Did you mean {by_lower[close[0]]}?"
    return f" Write it like {otherwise}." if otherwise else ""
