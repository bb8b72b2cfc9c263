"""What stands behind an account's card: why its health is what it is, goals, what is open, what happened last. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.insights.account_health import measured
from store.insights.brief_values import cut
from store.insights.renewal_brief import renewal_brief

if TYPE_CHECKING:
    from datetime import date

    from store.insights.account_rows import AccountRows, Words

MEASURES_SHOWN, PROMISES_SHOWN, OPEN_SHOWN, MOMENTS_SHOWN = 3, 3, 3, 5


@dataclass(frozen=True)
class Moment:
    """Something that happened with the account, and where it stands in Slack."""

    on: date
    text: str
    channel_id: str | None = None
    ts: str | None = None


@dataclass(frozen=True)
class Behind:
    """The card's second half."""

    health: tuple[str, ...]  # the measures that pull it down most, with why
    goals: tuple[str, ...]
    open_questions: tuple[Moment, ...]
    promises: tuple[str, ...]
    moments: tuple[Moment, ...]  # newest first


def behind(rows: AccountRows) -> Behind:
    """From an account's rows, as its health and its renewal brief read them."""
    sections = dict(renewal_brief(rows).sections)
    known = [one for one in measured(rows) if one.value is not None]
    lowest = sorted(known, key=lambda one: one.value or 0.0)
    return Behind(
        health=tuple(f"{one.name} {one.value:.0f} of 100: {one.why}" for one in lowest[:MEASURES_SHOWN]),
        goals=tuple(line.text for line in sections.get("Goals", ())),
        open_questions=tuple(
            Moment(line.source.on or rows.today, line.text, line.source.channel_id, line.source.ts)
            for line in sections.get("Questions open", ())[:OPEN_SHOWN]
        ),
        promises=tuple(_promise(rows)),
        moments=_moments(rows),
    )


def _promise(rows: AccountRows) -> list[str]:
    said = []
    for one in rows.promises:
        if one.state == "kept":
            continue
        state = "not kept" if one.state == "broken" else "overdue" if one.due_on < rows.today else "open"
        said.append(f"{cut(one.text)} (by {one.due_on:%-d %b %Y}, {state})")
    return said[:PROMISES_SHOWN]


def _moments(rows: AccountRows) -> tuple[Moment, ...]:
    found = [
        Moment(one.on, f"{one.who or 'Somebody'}: {cut(one.text)}", *_place(one))
        for one in rows.words
        if one.text.strip()
    ]
    found += [Moment(one.happened_on, f"{one.kind.capitalize()}: {cut(one.text)}") for one in rows.activities]
    found += [
        Moment(one.answered_at.date(), f"Answered a check-in: {cut(one.answer_text or one.answer or '')}",
               one.channel_id, one.message_ts)
        for one in rows.steps
        if one.answered_at and (one.answer_text or one.answer)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.on, reverse=True)[:MOMENTS_SHOWN])


def _place(words: Words) -> tuple[str | None, str | None]:
    """Where a message stands; what was typed behind a command stands nowhere."""
    return (None, None) if words.ts.startswith("command") else (words.channel_id, words.ts)
