"""Health with all that it was worked out from, signals with their evidence, and the card of a next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject

from bot.blocks import parts
from bot.blocks.text import brief, slack_date, slack_day, slack_moment, with_days
from store.insights.account_health import WORD
from store.insights.health import KNOWN_ENOUGH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from store.tables import HealthOverride, HealthScore, Signal

DONE, DISMISS, DISMISS_MODAL, REASON = "signal_done", "signal_dismiss", "signal_dismiss_modal", "reason"
ASIDE_DAYS = 60
BALLS = {"green": "🟢", "yellow": "🟡", "red": "🔴", "unknown": "⚪"}
NAMES = {
    "silence": "Silence",
    "contradiction": "Contradiction",
    "leaving_words": "Words of leaving",
    "champion_left": "Champion left",
    "promise_due": "Promise due",
    "usage_drop": "Usage drop",
    "plan_interest": "Interest in another plan",
}
HINT = (
    "Say otherwise: `/cs health @{name} red their budget is gone` (or yellow, green; `until 2026-06-01` at the end, "
    "else 60 days) · `/cs health @{name} clear`"
)


@dataclass(frozen=True)
class Quote:
    """A row that says something: its words, where it is from, and its address if it stands in Slack."""

    text: str
    source: str
    on: str  # ISO date
    link: str | None = None


@dataclass(frozen=True)
class SignalCard:
    """A next step as its owner hears of it."""

    task_id: str
    account: str
    title: str
    body: str
    quotes: tuple[Quote, ...] = ()
    signal_id: str | None = None  # None: a change of band, which cannot be put aside
    due_at: datetime | None = None
    instead_of: str = ""  # whose work it is, where somebody else is told
    ended: str = ""  # what became of it; empty while it is open


def why_speech(
    name: str,
    row: HealthScore,
    override: HealthOverride | None,
    signals: Sequence[tuple[Signal, Sequence[Quote]]],
    *,
    note: str = "",
    aside: Sequence[Signal] = (),
) -> Speech:
    """Why the health is what it is: every measure with its weight, value and reason; the signals that are open."""
    title = f"{BALLS[row.band]} *Health of {brief(name)}: {_score(row)}* ({row.band})"
    blocks: list[Block] = [parts.section(f"{title}\n{_how(row)}")]
    if note:
        blocks.insert(0, parts.section(note))
    if override:
        blocks.append(parts.section(_override(override)))
    lines = [_measure(one) for one in row.measures if one["name"] != WORD]
    blocks.append(parts.section("\n".join(lines)))
    told = [signal_line(signal, quotes) for signal, quotes in signals]
    told += [_aside(one) for one in aside]
    blocks += [parts.section(line) for line in told]
    blocks.append(parts.context(HINT.format(name=brief(name))))
    return parts.speech("\n".join([title, _how(row), *lines, *told]), blocks)


def _score(row: HealthScore) -> str:
    return "not known" if row.score is None else f"{row.score} of 100"


def _how(row: HealthScore) -> str:
    known = f"{row.known_weight} % of the formula's weight is known"
    ours = f"; by our own formula it would be {row.computed}" if row.computed is not None else ""
    how = {
        "imported": f"The score is imported{ours}; {known}.",
        "computed": f"Worked out from what is below; {known}.",
        "unknown": f"Only {known}; a score is shown from {KNOWN_ENOUGH} % on.",
    }[row.source]
    return how + (f" {brief(row.capped, 300)}." if row.capped else "")


def _measure(one: Mapping[str, Any]) -> str:
    value = "?" if one["value"] is None else f"{one['value']:.0f}"
    return f"*{one['name'].capitalize()}* {value} · weight {one['weight']} · {brief(one['why'], 200)}"


def _override(override: HealthOverride) -> str:
    until = slack_day(override.expires_on)
    return f"🗣 *{brief(override.by_name)} says {override.band}* until {until}: {brief(override.reason, 300)}"


def signal_line(signal: Signal, quotes: Sequence[Quote]) -> str:
    """A signal that is open, with its evidence."""
    name = NAMES.get(signal.kind, signal.kind.replace("_", " ").capitalize())
    since = f"since {slack_date(signal.opened_at)}"
    return "\n".join(
        [f"⚑ *{brief(name)}* {since}: {with_days(brief(signal.summary, 300))}", *map(quote_line, quotes[:3])]
    )


def _aside(signal: Signal) -> str:
    """A signal that somebody put aside: it is not silent, it is explained."""
    name = NAMES.get(signal.kind, signal.kind)
    until = f"until {slack_day(signal.suppressed_until)}" if signal.suppressed_until else ""
    by, why = brief(signal.dismissed_by or ""), brief(signal.dismissed_reason or "", 300)
    return f"🔕 *{brief(name)}* {until} no risk, says {by}: {why}"


def quote_line(quote: Quote) -> str:
    """A row of evidence in one line, its words linked to where they stand."""
    words = f"“{brief(quote.text, 200)}”" if quote.text else ""
    source = brief(quote.source)
    where = f"<{quote.link}|{source}>" if quote.link else source
    return f"> {words} {where}, {slack_day(date.fromisoformat(quote.on))}".replace("  ", " ")


def card_speech(card: SignalCard) -> Speech:
    """Why now, the rows that say it, what to do, and the buttons."""
    lines = [f"*{brief(card.title, 200)}*", with_days(brief(card.body, 600))]
    if card.instead_of:
        lines.insert(0, f"_{brief(card.instead_of)} cannot be reached, so you hear of it._")
    blocks: list[Block] = [parts.section("\n".join(lines))]
    if card.quotes:
        blocks.append(parts.section("\n".join(quote_line(one) for one in card.quotes[:5])))
    if card.ended:
        blocks.append(parts.context(card.ended))
        return parts.speech("\n".join(lines), blocks)
    if card.due_at:
        blocks.append(
            parts.context(f"due {slack_moment(card.due_at)} · `/cs health @{brief(card.account)}` says more")
        )
    buttons = [parts.button("Done", DONE, card.task_id, style="primary")]
    if card.signal_id:
        buttons.append(parts.button("Not a risk because…", DISMISS, card.task_id))
    blocks.append(parts.actions(*buttons))
    return parts.speech("\n".join(lines), blocks)


def dismiss_modal(context: Mapping[str, Any], until: date) -> dict[str, Any]:
    """Why is it no risk? The reason keeps the same signal away for a while."""
    reason = InputBlock(
        block_id=REASON,
        label=PlainTextObject(text="Why is it not a risk?"),
        hint=PlainTextObject(
            text=f"It is shown with the account, and this signal stays away until {until:%-d %b %Y}."
        ),
        element=PlainTextInputElement(action_id=REASON, multiline=True, max_length=500),
    )
    return parts.form(DISMISS_MODAL, "Not a risk", "Put aside", context, [reason])
