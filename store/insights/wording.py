"""How figures are put into words: the same in a terminal, in HTML and in Slack."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from store.insights.forecast import GATE_DAYS

if TYPE_CHECKING:
    from store.insights.digest_values import Digest
    from store.insights.values import Figure, Period, Rate, RenewalLine, RunLine, TaskLine, Theme

ARROWS = {"up": "▲", "down": "▼"}
CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
THUMBS = {1: "👍", -1: "👎"}


def plain(text: str) -> str:
    """One line without control characters, so that a quote cannot steer a terminal."""
    kept = "".join(" " if unicodedata.category(c).startswith("C") else c for c in text)
    return " ".join(kept.split())


def percent(value: float) -> str:
    """0.8 as `80 %`."""
    return f"{value * 100:.0f} %"


def rate_words(rate: Rate) -> str:
    """A share as it may be shown: `3 of 4`, `16 of 20 (80 %, likely 58-92 %)`, `80 % (80 of 100)`."""
    if rate.value is None:
        return "none yet"
    counts = f"{rate.part.value} of {rate.whole.value}"
    if rate.shown_as == "list":
        return counts
    if rate.shown_as == "interval":
        low, high = rate.interval
        return f"{counts} ({percent(rate.value)}, likely {low * 100:.0f}-{percent(high)})"
    return f"{percent(rate.value)} ({counts})"


def figure_words(figure: Figure) -> str:
    """A count with an arrow where it moved beyond noise: `12 ▲ was 6`, `12 ▲ was 6, usually 7`."""
    if figure.trend is None:
        return str(figure.value)
    usual = "" if figure.usual is None else f", usually {figure.usual:.2g}"
    return f"{figure.value} {ARROWS[figure.trend]} was {figure.before}{usual}"


def period_words(period: Period) -> str:
    """`23 Feb - 2 Mar 2026 (7d)`."""
    start, end = period.start, period.end
    first = f"{start.day} {start:%b}" + (f" {start.year}" if start.year != end.year else "")
    return f"{first} - {end.day} {end:%b} {end.year} ({period.label})"


def arr_words(minor: int | None, currency: str) -> str:
    """Annual recurring revenue in whole units, wherever people read it: `$48,000 ARR`, `CHF 900 ARR`."""
    if minor is None:
        return "ARR unknown"
    sign = CURRENCY_SIGNS.get(currency, f"{currency} ")
    return f"{sign}{minor // 100:,} ARR"


def run_words(run: RunLine) -> str:
    """`onboarding, active: How did setup go, sent 1 Mar`."""
    since = f"{run.since.day} {run.since:%b}"
    step = f"{run.step}, {(run.step_state or '').replace('_', ' ')}" if run.step else "started"
    return f"{run.playbook}, {run.state}: {step} {since}"


def task_words(task: TaskLine) -> str:
    """`3 days overdue, Omar Diaz`; the owner's address where nobody on the staff has it."""
    days = {0: "due today", 1: "1 day overdue"}.get(task.days_overdue, f"{task.days_overdue} days overdue")
    return f"{days}, {task.owner or task.owner_email or 'nobody owns it'}"


def theme_words(theme: Theme) -> str:
    """`12 questions, rising (usually 4), 3 not found, 2 👎, 4 accounts, $120,000 ARR`; "new" where there was none."""
    usual = "" if theme.movement == "new" else f"usually {theme.usual:.2g}"
    moved = f"{theme.movement} ({usual})" if usual and theme.movement else theme.movement or usual
    parts = [f"{theme.figure.value} questions", moved]
    parts += [f"{theme.refused.value} not found"] if theme.refused.value else []
    parts += [f"{theme.unhelpful.value} {THUMBS[-1]}"] if theme.unhelpful.value else []
    count = len(theme.accounts)
    parts += [f"{count} account{'s' * (count > 1)}"] if count else []
    return ", ".join([*parts, *(arr_words(minor, currency) for minor, currency in theme.arr)])


def renewal_words(renewal: RenewalLine) -> str:
    """`in 12 days (14 Mar 2026), $48,000 ARR, health 40, CSM says red, no forecast yet`."""
    when = f"in {renewal.days} days" if renewal.days >= 0 else f"{-renewal.days} days ago, without an outcome"
    day = renewal.renews_on
    parts = [f"{when} ({day.day} {day:%b} {day.year})", arr_words(renewal.arr_minor, renewal.currency)]
    parts.append("health unknown" if renewal.health is None else f"health {renewal.health}")
    if renewal.csm_sentiment:
        parts.append(f"CSM says {renewal.csm_sentiment}")
    if renewal.forecast:
        differs = renewal.expected not in (None, renewal.forecast)
        said = f"forecast {renewal.forecast}"
        parts.append(f"{said}, but the figures said {renewal.expected}" if differs else said)
    elif renewal.days <= GATE_DAYS:
        parts.append("no forecast yet")
    return ", ".join(parts)


def quiet_words(digest: Digest) -> tuple[str, str]:
    """A quiet period in two lines."""
    figures = digest.figures
    runs, tasks, overdue = (figures[key].value for key in ("runs.open", "tasks.open", "tasks.overdue"))
    renewals = figures["renewals.30"].value
    return (
        f"Quiet: no questions and no feedback in {digest.period.days} days.",
        f"Open now: {runs} playbooks, {tasks} tasks ({overdue} overdue), {renewals} renewals in 30 days.",
    )


def setup_words(digest: Digest) -> list[str]:
    """What a new workspace needs, a line a step."""
    steps = [
        f"  [{'x' if step.done else ' '}] {step.label}" + ("" if step.done else f": {step.remedy}")
        for step in digest.setup
    ]
    return ["Nothing has happened here yet. The digest appears with the first questions; until then:", *steps]
