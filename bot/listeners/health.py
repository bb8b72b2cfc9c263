"""`/cs health @x`: the score, why it is that, and the CSM's own word against it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot import goal_words
from bot.blocks import health as blocks
from bot.blocks.text import slack_day
from bot.listeners.about import About, changing, reading
from bot.listeners.commands import Subcommand
from bot.slack.messenger import Posted
from bot.watching import Watch
from store.errors import StoreError
from store.insights.account_health import work_out
from store.insights.account_rows import read_account
from store.tables import Account, HealthOverride, health, signals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlmodel import Session

    from bot.listeners.about import Changes, Told
    from bot.services import Services
    from bot.slack.messenger import Speech
    from store.tables import HealthScore, Signal

USAGE = "Whose health? Write `/cs health` and a name, a #channel or an @person of theirs."
KEEPS = timedelta(days=60)  # a word without a date: as long as a reason is good for
LONGEST = timedelta(days=366)
_UNTIL = re.compile(r"[\s,;]+until\s+(\S+)\s*$", re.IGNORECASE)


def why(services: Services, told: Told) -> Speech:
    """The health as it is now, worked out anew, and what is open."""
    with services.database.reading() as session:
        account = session.get_one(Account, told.account.id)
        row = work_out(session, read_account(session, account, services.clock.now()))
        override = health.override_on(session, account.id, row.day)
        found = signals.signals_of(session, account.id)
        aside = [
            one
            for one in signals.signals_of(session, account.id, states=[signals.DISMISSED])
            if one.suppressed_until and one.suppressed_until >= row.day
        ]
    shown = [(one, quotes_of(services, one)) for one in found]
    return blocks.why_speech(told.account.name, row, override, shown, aside=aside)


def quotes_of(services: Services, signal: Signal) -> list[blocks.Quote]:
    """The rows that say it, with where they can be read; asks Slack, so not for a transaction."""
    return [quote_of(services, one) for one in signal.evidence]


def quote_of(services: Services, row: Mapping[str, Any]) -> blocks.Quote:
    """One row of evidence."""
    channel, ts = row.get("channel_id"), row.get("ts")
    link = services.messenger.permalink(Posted(channel, ts)) if channel and ts else None
    return blocks.Quote(str(row["text"]), str(row["source"]), str(row["on"]), link)


def _saying(band: str) -> Changes:
    def say(session: Session, services: Services, told: Told) -> Speech:
        now = services.clock.now()
        reason, expires_on = _reason(told.rest, now.date())
        health.withdraw_overrides(session, told.account.id, now)
        session.add(
            HealthOverride(
                workspace_id=services.workspace_id,
                account_id=told.account.id,
                band=band,
                reason=reason,
                by_name=told.person.name,
                by_email=told.person.email,
                expires_on=expires_on,
                created_at=now,
            )
        )
        session.flush()
        return _looked_again(
            session, services, told, f":white_check_mark: Noted until {slack_day(expires_on)}."
        )

    return say


def _reason(words: str, today: date) -> tuple[str, date]:
    """The reason and the last day on which it counts.

    Raises:
        StoreError: no reason is given, or the day is over or too far away.
    """
    found = _UNTIL.search(f" {words}")
    reason = (f" {words}"[: found.start()] if found else words).strip()
    if not reason:
        raise StoreError(
            "Why? Write the reason after the colour: it is shown to everybody who asks why, like "
            "`/cs health @account red their budget is gone until 2026-06-01`."
        )
    until = goal_words.read_date(found[1]) if found else today + KEEPS
    if not today <= until <= today + LONGEST:
        raise StoreError(f"{until:%-d %b %Y} is over, or more than a year away. Choose a day within a year.")
    return reason[:500], until


def clear(session: Session, services: Services, told: Told) -> Speech:
    """The CSM's word does not count any more."""
    taken_back = health.withdraw_overrides(session, told.account.id, services.clock.now())
    note = (
        ":white_check_mark: The score speaks for itself again."
        if taken_back
        else "Nobody had said otherwise."
    )
    return _looked_again(session, services, told, note)


def _looked_again(session: Session, services: Services, told: Told, note: str) -> Speech:
    row: HealthScore | None = Watch(services).look(session, told.account.id)
    if row is None:
        raise StoreError("That account is gone. Ask an admin whether it was removed.")
    override = health.override_on(session, told.account.id, row.day)
    return blocks.why_speech(told.account.name, row, override, (), note=note)


ABOUT = About(
    "health",
    verbs={
        "": reading(why),
        "why": reading(why),
        **{band: changing(_saying(band)) for band in ("green", "yellow", "red")},
        "clear": changing(clear),
    },
    usage=USAGE,
)
HEALTH = Subcommand(
    name="health",
    usage="health @customer [why | red | yellow | green REASON | clear]",
    description="How they are and why; your own word with its reason",
    role="csm",
    handler=ABOUT,
    example="health @Harbour why",
)
