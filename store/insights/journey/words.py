"""The journey in words: the same parts and lines in a terminal, in Slack and in HTML. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from store.insights.journey.audit import CSAT, KEPT, RESPONSE, standing
from store.insights.journey.values import EVERY_STAGE
from store.insights.metrics import NO_RATE_BELOW
from store.insights.wording import percent, rate_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.insights.journey.values import Audit, Cell, Finding, JourneyMap, Wait
    from store.insights.values import Figure

Tone = Literal["red", "yellow", "green", "thin", ""]
TONES: dict[str, str] = {
    "red": "below target",
    "yellow": "below target, may be chance",
    "green": "as aimed at",
    "thin": "too few to tell",
}
HOUR, DAY = 60, 9 * 60  # business minutes
THIN_SHOWN, TOPICS_SHOWN = 8, 12


@dataclass(frozen=True)
class Line:
    """One thing: what it is, what there is to know, and the rows that it opens."""

    title: str
    details: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tone: Tone = ""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return ": ".join(part for part in (self.title, "; ".join(self.details)) if part)


@dataclass(frozen=True)
class Part:
    """Lines under a heading; `note` is how to read them, or why there are none."""

    heading: str
    lines: tuple[Line, ...] = ()
    note: str = ""


def minutes_words(minutes: float) -> str:
    """Business minutes as people say them: `under a minute`, `12 min`, `3.5 h`, `2 working days`."""
    if minutes < 1:
        return "under a minute"
    if minutes < HOUR:
        return f"{minutes:.0f} min"
    if minutes < DAY:
        return f"{round(minutes / HOUR, 1):g} h"
    days = round(minutes / DAY, 1)
    return f"{days:g} working day{'' if days == 1 else 's'}"


# The map


def map_parts(journey: JourneyMap) -> tuple[Part, ...]:
    """A part for each stage in which anybody was met, then articles and moves."""
    stages = [
        Part(stage.capitalize(), tuple(cell_line(cell) for cell in journey.of_stage(stage)))
        for stage in journey.stages
    ]
    topics = tuple(cell_line(cell) for cell in journey.topics[:TOPICS_SHOWN])
    moves = tuple(
        Line(
            f"{move.before.capitalize()} to {move.after}",
            (count(move.figure.value, "account"),),
            (move.figure,),
        )
        for move in journey.moves
    )
    parts = [*stages]
    parts += [Part("What was asked about, in all stages", topics)] if topics else []
    parts += [Part("Moved from stage to stage", moves)] if moves else []
    return tuple(parts) or (Part("Nobody was met", note=nobody(journey)),)


def nobody(journey: JourneyMap) -> str:
    """Why a map is empty, and what would fill it."""
    return (
        f"No question, check-in, task, call or opened article of {journey.cut.label} in "
        f"{journey.cut.period.days} days. Ask for a longer period, like 365d, or for other accounts."
    )


def cell_line(cell: Cell) -> Line:
    """A touchpoint with how it goes."""
    return Line(cell.touchpoint.label, tuple(_cell_details(cell)), cell.figures, standing(cell))


def _cell_details(cell: Cell) -> Iterator[str]:
    yield f"{count(cell.volume.value, 'time')}, {count(cell.accounts.value, 'account')}"
    if cell.touchpoint.response and cell.response.value is not None:
        yield f"{cell.touchpoint.response} {rate_words(cell.response)}"
    if cell.wait.metric.value is not None:
        yield _wait_words(cell.wait)
    if cell.csat.value is not None:
        yield f"content {rate_words(cell.csat)}"
    if cell.drop_off.value is not None:
        yield f"not heard from again {rate_words(cell.drop_off)}"


def _wait_words(wait: Wait) -> str:
    value, n = wait.metric.value or 0.0, wait.metric.n
    few = f" (of {n})" if n < NO_RATE_BELOW else ""
    return f"median wait {minutes_words(value)}{few}"


# The audit


def audit_parts(audit: Audit) -> tuple[Part, ...]:
    """What is below target, ranked; then what is too thin to tell."""
    if not audit.checked:
        return (
            Part(
                "Nothing to check",
                note="No touchpoint has an answer, a rating or a quiet spell in this period.",
            ),
        )
    red = tuple(finding_line(n, one) for n, one in enumerate(audit.red, start=1))
    thin = tuple(finding_line(0, one) for one in audit.thin[:THIN_SHOWN])
    note = "" if red else f"All {audit.checked} shares with enough data are at or above what is aimed at."
    parts = [Part("Mend first", red, note or targets_words())]
    parts += [Part("Below target, but too few to tell", thin)] if thin else []
    return tuple(parts)


def finding_line(rank: int, one: Finding) -> Line:
    """One finding: where, how far below, and how much mending it would change."""
    where = "" if one.cell.stage == EVERY_STAGE else f" ({one.cell.stage})"
    title = f"{rank}. " * bool(rank) + f"{one.cell.touchpoint.label}{where}"
    details = [f"{one.label} {rate_words(one.actual)}, aim {percent(one.target)}"]
    if rank:
        of = one.cell.accounts if one.measure == "kept" else one.cell.volume
        unit = count(of.value, "account" if one.measure == "kept" else "time")
        details.append(f"impact {one.impact:.1f} of {unit}")
    tone: Tone = "thin" if not rank else "red" if one.is_sure else "yellow"
    return Line(title, tuple(details), one.figures[::-1], tone)


def targets_words() -> str:
    """What is aimed at, and how findings are ranked."""
    aims = ", ".join(f"{name} {percent(share)}" for name, share in RESPONSE.items())
    return (
        f"Aims: {aims}, content {percent(CSAT)}, heard from again {percent(KEPT)}. "
        "Ranked by impact: volume x (aim - actual)."
    )


def count(number: int, noun: str) -> str:
    """`1 account`, `2 accounts`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
