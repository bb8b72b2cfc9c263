"""A renewal as its CSM sees it: the brief, the forecast with its gate, the outcome, and a card for an objection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.figures import USUAL, number
from bot.blocks.health import BALLS
from bot.blocks.text import brief as short
from bot.blocks.text import mrkdwn, slack_date, slack_day, with_days
from store.insights.forecast import CATEGORIES, GATE_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from playbooks.objections import Objection
    from store.insights.brief_values import Brief, Line
    from store.tables import Forecast, Renewal

NO_TERM = "{name} has no running subscription, so there is nothing to renew. Import it with `guidepost accounts import subscriptions FILE.csv`."


@dataclass(frozen=True)
class ForecastView:
    """A term's forecasts: of the figures and of people."""

    account: str
    renews_on: date
    days: int
    expected: str
    why: str
    calls: tuple[Forecast, ...]
    needs_call: bool
    closed: Renewal | None = None
    locale: str = USUAL  # of the one who reads it


@dataclass(frozen=True)
class ObjectionCard:
    """What the knowledge base says to an objection, what it does not, and what to ask."""

    account: str
    words: str
    objection: Objection
    facts: str  # Markdown with [n]; empty if nothing was found
    sources: tuple[tuple[str, str], ...]  # title and address
    nearest: tuple[str, ...] = ()  # titles, where nothing was found


def brief_speech(brief: Brief, links: Mapping[Line, str]) -> Speech:
    """The brief: five colours, then its sections, each line with where it stands; at the end what nobody knows."""
    title = f"*Renewal brief: {short(brief.account)}*"
    colours = "  ".join(f"{BALLS[colour]} {name}" for name, colour in brief.dimensions)
    blocks: list[Block] = [parts.section(f"{title}\n{colours}")]
    told = [title, colours]
    for name, lines in brief.sections:
        words = "\n".join(f"• {brief_line(line, links.get(line))}" for line in lines)
        blocks.append(parts.section(f"*{name}*\n{words}"))
        told.append(f"{name}: " + "; ".join(short(line.text, 120) for line in lines[:3]))
    if brief.unknowns:
        words = "\n".join(f"• {short(one, 200)}" for one in brief.unknowns)
        blocks.append(parts.section(f"*What we do not know*\n{words}"))
    return parts.speech("\n".join(told), blocks)


def brief_line(line: Line, link: str | None) -> str:
    """A statement and where it stands: a link into Slack, else which row it is."""
    source = line.source
    when = f", {slack_day(source.on)}" if source.on else ""
    label = short(source.label, 60)
    where = f"<{link}|{label}>{when}" if link else f"_{label}{when}_"
    text = short(line.text, 300)
    return f"“{text}” {where}" if line.is_quote else f"{with_days(text)} {where}"


def forecast_speech(view: ForecastView, note: str = "") -> Speech:
    """What the figures and people expect, where they differ, and whether somebody has to commit."""
    title = f"*Forecast: {short(view.account)}*, renews on {slack_day(view.renews_on)}, in {view.days} days"
    lines = [note] if note else []
    if view.closed:
        reason = f", {view.closed.reason}" if view.closed.reason else ""
        lines.append(f"Closed: *{view.closed.outcome}*{reason}, by {short(view.closed.closed_by)}")
    lines.append(f"The figures say *{view.expected}*: {short(view.why, 200)}")
    if view.calls and view.calls[0].category != view.expected:
        lines.append("⚠️ The newest call and the figures disagree; the digest lists it for the manager.")
    lines += [_call(one, view.locale) for one in view.calls[:5]] or ["Nobody has made a call yet."]
    if view.needs_call and view.closed is None:
        lines.append(f"⏰ Within {GATE_DAYS} days somebody has to commit; “open” is no answer any more.")
    known = " · ".join(f"`{name}`: {what}" for name, what in CATEGORIES.items())
    hint = f"{known}. Write `/cs renew @{short(view.account)} forecast likely swing 2000 they said yes in the review`."
    text = "\n".join([title, *lines])
    return parts.speech(text, [parts.section(text), parts.context(hint)])


def _call(one: Forecast, locale: str) -> str:
    swing = f", {number(one.swing_minor // 100, locale)} may still change" if one.swing_minor else ""
    return f"• *{one.category}*{swing}: {short(one.why, 200)} _{short(one.by_name)}, {slack_date(one.at)}_"


def outcomes_speech(
    account: str, outcomes: Mapping[str, str], reasons: Mapping[str, Mapping[str, str]], need: Sequence[str]
) -> Speech:
    """Which outcomes and reasons there are."""
    codes = "\n".join(
        f"• `{code}` {short(label)}" + (" _(with a reason)_" if code in need else "")
        for code, label in outcomes.items()
    )
    groups = "\n".join(
        f"• {group}: " + ", ".join(f"`{group}.{code}`" for code in entries)
        for group, entries in reasons.items()
    )
    how = (
        f"Write `/cs renew @{short(account)} outcome churned price.budget_cut` and, if you like, their words."
    )
    text = f"*How did it end?* {how}"
    return parts.speech(
        f"{text}\n{codes}", [parts.section(text), parts.section(codes), parts.section(f"*Reasons*\n{groups}")]
    )


def objection_speech(card: ObjectionCard) -> Speech:
    """Three parts: what can be shown, what cannot, what to ask. For the CSM's eyes."""
    title = f"*{card.objection.label}* · {short(card.account)}\n> {short(card.words, 300)}"
    blocks: list[Block] = [parts.section(title)]
    if card.facts:
        blocks.append(parts.section(f"*What the knowledge base says*\n{mrkdwn(card.facts)}"))
        lines = [
            f"[{n}] " + (f"<{uri}|{short(name)}>" if uri.startswith("http") else short(f"{name}, {uri}", 200))
            for n, (name, uri) in enumerate(card.sources, start=1)
        ]
        blocks.append(parts.context(*lines))
        gap = "Nothing else is on record: no price, discount or date beyond this may be named without an approval."
    else:
        near = ", ".join(short(one) for one in card.nearest[:3])
        gap = "The knowledge base has nothing that answers this." + (f" Nearest: {near}." if near else "")
    blocks.append(parts.section(f"*Honest gap*\n{gap}"))
    blocks.append(parts.section(f"*Ask first*\n{card.objection.ask}"))
    blocks.append(parts.context("Only you see this; nothing of it goes to the customer by itself."))
    return parts.speech(f"{title}\n{mrkdwn(card.facts) or gap}\n{card.objection.ask}", blocks)
