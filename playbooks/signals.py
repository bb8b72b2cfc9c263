"""What somebody should look at, noticed in an account's rows. Pure: rows in, signals out.

A signal that is open ends by a wider border than the one by which it began, so that it does not come and go
with every message. Every signal carries the rows that say it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.insights.account_health import activity, heard
from store.insights.measures import level
from store.insights.rhythm import SHORTEST_SILENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from store.insights.account_rows import AccountRows, Words

DROPPED_TO, RECOVERED_TO = 0.70, 0.85  # of their own usual level
HAPPY_FROM = 7  # of 10: a score with which nobody expects a customer to leave
SCORE_FRESH, WORDS_FRESH, JUST_SAID = 90, 30, 14  # days
INTERESTED = 3  # people who ask about the same
PROMISE_NEAR = 2  # days before it is due
STAFF_OF_THEIRS = {"champion": "champion", "sponsor": "executive sponsor"}
_CONTRACT = r"(account|contract|subscription|plan|licen[cs]es?|renewal|service)"
_LEAVING = re.compile(
    r"\bexport\w*\b.{0,30}\b(all|everything|api)\b|\ball (our |the |my )?data\b.{0,20}\bexport"
    rf"|\b(cancel\w*|terminate|close|end|delet\w+)\b.{{0,12}}\b(our|the|my|this|your)? ?{_CONTRACT}\b"
    r"|\b(want|going|plan|decided|like) to (cancel|leave|quit)\b|\bthink\w* (of|about) leaving\b"
    r"|\bdowngrad\w+\b|\bswitch(ing)? (to another|away)\b|\bmigrat\w+ (away|off|to another)\b"
    r"|\balternatives? to\b|\bcompetitors?\b|\bnot renew\w*\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Evidence:
    """A row that says it: what, from where, and where it can be read."""

    text: str
    source: str
    on: date
    channel_id: str | None = None
    ts: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For the signal's row."""
        return {
            "text": self.text,
            "source": self.source,
            "on": self.on.isoformat(),
            "channel_id": self.channel_id,
            "ts": self.ts,
        }


@dataclass(frozen=True)
class Noticed:
    """One signal: what it is, why now, and what to do first."""

    kind: str
    summary: str
    step: str  # the next step, as a task's title
    evidence: tuple[Evidence, ...]
    told: str = ""  # the same as a fact that the customer may be told


def noticed(rows: AccountRows, already: Collection[str] = ()) -> tuple[Noticed, ...]:
    """The signals that hold now.

    Args:
        rows: the account.
        already: kinds that are open, which end only beyond their wider border.
    """
    found = (look(rows, kind in already) for kind, look in LOOKS.items())
    return tuple(one for one in found if one is not None)


def silence(rows: AccountRows, is_open: bool) -> Noticed | None:
    """Quiet for over twice their own gap; over when they are heard of again within it."""
    habit = heard(rows)
    still = (
        is_open
        and habit.ratio is not None
        and habit.ratio > 1
        and (habit.quiet_days or 0) >= SHORTEST_SILENCE
    )
    if not (habit.is_silent or still) or habit.last is None:
        return None
    last = next((one for one in reversed(rows.words) if one.on == habit.last), None)
    evidence = _said(last, "last message") if last else Evidence("", "last heard of", habit.last)
    return Noticed(
        "silence",
        f"Quiet for {habit.quiet_days} days; usually they are heard of every {habit.gap:g}.",
        "Find out why {account} has gone quiet",
        (evidence,),
    )


def contradiction(rows: AccountRows, _is_open: bool) -> Noticed | None:
    """A good score, and words of somebody who is leaving: they like our people, and go all the same."""
    scores = [one for one in rows.scores if one.survey == "nps" and one.on >= rows.since(SCORE_FRESH)]
    happy = next((one for one in reversed(scores) if one.value >= HAPPY_FROM), None)
    leaving = _leaving_words(rows)
    if happy is None or not leaving:
        return None
    who = f"{happy.who} gave" if happy.who else "A survey says"
    words = f"{happy.value:g} of 10" + (f": {happy.text}" if happy.text else "")
    return Noticed(
        "contradiction",
        f"{who} {happy.value:g} of 10, and {leaving[-1].who or 'somebody'} asks like somebody who is leaving.",
        "Ask {account} what the question behind the question is",
        (
            Evidence(words, f"score, {happy.who}".rstrip(", "), happy.on, happy.channel_id, happy.message_ts),
            *(_said(one, "message") for one in leaving[-2:]),
        ),
    )


def sounds_like_leaving(text: str) -> bool:
    """Whether somebody writes of exporting everything, cancelling, downgrading, or others' products."""
    return _LEAVING.search(text) is not None


def _leaving_words(rows: AccountRows) -> list[Words]:
    recent = (one for one in rows.words if one.on >= rows.since(WORDS_FRESH))
    return [one for one in recent if sounds_like_leaving(one.text)]


def leaving_words(rows: AccountRows, is_open: bool) -> Noticed | None:
    """Words of somebody who is leaving, where no good score contradicts them; over when they are a month old."""
    leaving = _leaving_words(rows)
    fresh = [one for one in leaving if is_open or one.on >= rows.since(JUST_SAID)]
    if not fresh or contradiction(rows, is_open) is not None:
        return None
    return Noticed(
        "leaving_words",
        f"{fresh[-1].who or 'Somebody'} asks like somebody who is leaving.",
        "Ask {account} what the question behind the question is",
        tuple(_said(one, "message") for one in fresh[-2:]),
    )


def champion_left(rows: AccountRows, _is_open: bool) -> Noticed | None:
    """The champion or the sponsor is gone, and nobody has taken their place."""
    there = {one.persona for one in rows.active}
    gone = [
        one
        for one in rows.contacts
        if one.persona in STAFF_OF_THEIRS
        and one.status in {"left", "deactivated"}
        and one.persona not in there
    ]
    if not gone:
        return None
    names = " and ".join(f"{one.name} ({STAFF_OF_THEIRS[one.persona]})" for one in gone)
    evidence = tuple(Evidence(f"{one.name}: {one.status}", "contacts", one.updated_at.date()) for one in gone)
    return Noticed(
        "champion_left",
        f"{names} {'is' if len(gone) == 1 else 'are'} gone, and nobody is in that place.",
        "Find the new champion at {account}",
        evidence,
    )


def promise_due(rows: AccountRows, _is_open: bool) -> Noticed | None:
    """Something that we promised is due within two days, or overdue."""
    near = [
        one for one in rows.promises if one.state == "open" and (one.due_on - rows.today).days <= PROMISE_NEAR
    ]
    if not near:
        return None
    late = [one for one in near if one.due_on < rows.today]
    first = near[0]
    state = "is overdue" if first in late else f"is due on {first.due_on:%-d %b %Y}"
    more = f", and {len(near) - 1} more" if len(near) > 1 else ""
    evidence = tuple(
        Evidence(
            f"{one.text} (by {one.due_on:%-d %b %Y})",
            "promise",
            one.created_at.date(),
            one.channel_id,
            one.message_ts,
        )
        for one in near
    )
    return Noticed(
        "promise_due",
        f"“{first.text}” {state}{more}.",
        "Keep the promise to {account}, or tell them",
        evidence,
    )


def usage_drop(rows: AccountRows, is_open: bool) -> Noticed | None:
    """Use has fallen by 30 % of their own usual level; over when it is back at 85 %."""
    figures = activity(rows)
    now = level(figures, rows.today)
    border = RECOVERED_TO if is_open else DROPPED_TO
    if now is None or now > border:
        return None
    evidence = tuple(Evidence(f"{one.value:g}", "usage figures", one.on) for one in figures[-3:])
    return Noticed(
        "usage_drop",
        f"Activity is at {now:.0%} of their usual level.",
        "Find out why {account} uses it less",
        evidence,
    )


def plan_interest(rows: AccountRows, is_open: bool) -> Noticed | None:
    """Several people asked within a month about what belongs to another plan; over when nobody does."""
    asked: dict[str, list[Words]] = {}
    for one in rows.asked:
        if one.other_plan and one.words.on >= rows.since(WORDS_FRESH):
            asked.setdefault(one.other_plan, []).append(one.words)
    people = {title: len({one.slack_user_id for one in words}) for title, words in asked.items()}
    title = max(people, key=lambda title: people[title], default="")
    if not title or (people[title] < INTERESTED and not is_open):
        return None
    count = people[title]
    return Noticed(
        "plan_interest",
        f"{count} people asked about “{title}” in a month; it belongs to another plan than theirs.",
        "Look whether {account} needs more than its plan",
        tuple(_said(one, "question") for one in asked[title][-3:]),
        f"{count} of your people asked about “{title}” in the last month, which is part of another plan",
    )


def _said(words: Words, source: str) -> Evidence:
    return Evidence(words.text, f"{source}, {words.who}".rstrip(", "), words.on, words.channel_id, words.ts)


LOOKS: dict[str, Callable[[AccountRows, bool], Noticed | None]] = {
    "champion_left": champion_left,
    "contradiction": contradiction,
    "leaving_words": leaving_words,
    "usage_drop": usage_drop,
    "silence": silence,
    "promise_due": promise_due,
    "plan_interest": plan_interest,
}
