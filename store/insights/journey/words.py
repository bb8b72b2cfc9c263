"""The journey in words: the same parts and lines in a terminal, in Slack and in HTML. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from store.insights.journey.audit import CSAT, KEPT, RESPONSE, standing
from store.insights.journey.values import EVERY_STAGE
from store.insights.metrics import NO_RATE_BELOW
from store.insights.wording import percent, plain, rate_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from store.insights.journey.path_values import Compared, Market, MarketRow, Path, Version, Versions
    from store.insights.journey.values import Audit, Cell, Finding, JourneyMap, Wait
    from store.insights.metrics import Metric
    from store.insights.values import Figure

Tone = Literal["red", "yellow", "green", "thin", ""]
TONES: dict[str, str] = {
    "red": "below target",
    "yellow": "below target, may be chance",
    "green": "as aimed at",
    "thin": "too few to tell",
}
HOUR, DAY = 60, 9 * 60  # business minutes
STOPS_SHOWN, THIN_SHOWN, TOPICS_SHOWN = 12, 8, 12


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


def days_words(metric: Metric) -> str:
    """A median of days with how many it is of: `12 days (median of 4)`."""
    if metric.value is None:
        return "not known"
    days = round(metric.value, 0 if metric.value >= 1 else 1)
    return f"{days:g} day{'' if days == 1 else 's'} (median of {metric.n})"


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
            (_count(move.figure.value, "account"),),
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
    yield f"{_count(cell.volume.value, 'time')}, {_count(cell.accounts.value, 'account')}"
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
        unit = _count(of.value, "account" if one.measure == "kept" else "time")
        details.append(f"impact {one.impact:.1f} of {unit}")
        details += [] if one.is_sure else ["may be chance"]
    tone: Tone = "thin" if not rank else "red" if one.is_sure else "yellow"
    return Line(title, tuple(details), one.figures[::-1], tone)


def targets_words() -> str:
    """What is aimed at, and how findings are ranked."""
    aims = ", ".join(f"{name} {percent(share)}" for name, share in RESPONSE.items())
    return (
        f"Aims: {aims}, content {percent(CSAT)}, heard from again {percent(KEPT)}. "
        "Ranked by impact: volume x (aim - actual)."
    )


# The path to purchase


def path_parts(path: Path) -> tuple[Part, ...]:
    """Who was won, what they met in which order, what they asked and objected to."""
    if not path.won.value:
        return (
            Part(
                "Nobody was won",
                note=f"No account of {path.cut.label} became a customer in {path.cut.period.days} days.",
            ),
        )
    first = Line(
        _count(path.won.value, "account") + " won",
        (f"from the first touch to the purchase: {days_words(path.days)}",)
        if path.days and path.days.n
        else (),
        (path.won,),
    )
    points = tuple(
        Line(
            point.touchpoint.label,
            (
                f"{_count(point.accounts.value, 'account')}, {_count(point.touches.value, 'time')}",
                f"first met {days_words(point.days_before)} before the purchase",
                *(
                    [f"next touchpoint after {days_words(point.days_to_next)}"]
                    if point.days_to_next.n
                    else []
                ),
            ),
            (point.touches, point.accounts),
        )
        for point in path.points
    )
    parts = [
        Part("Won", (first,)),
        Part("What they met, in its order", points, "" if points else "Nothing on record before."),
    ]
    parts.append(Part("Their ways", tuple(_ways(path))))
    parts += (
        [Part("What they asked", (Line(_count(path.questions.value, "question"), (), (path.questions,)),))]
        if (path.questions and path.questions.value)
        else []
    )
    concerns = tuple(
        Line(
            one.label,
            (_count(one.accounts.value, "account"), f"{_count(one.asked.value, 'question')}, {one.wrote.value} other words"),
            (one.asked, one.wrote, one.accounts),
        )
        for one in path.concerns
    )  # fmt: skip
    parts += [Part("What spoke against it", concerns)] if concerns else []
    return tuple(parts)


def _ways(path: Path) -> Iterator[Line]:
    because = {
        "stage": "by its stage",
        "trial": "by the end of its trial",
        "contract": "by its first contract",
    }
    for way in path.ways:
        shown = [f"{stop.touchpoint.label} ({stop.at.day} {stop.at:%b})" for stop in way.stops[-STOPS_SHOWN:]]
        earlier = len(way.stops) - len(shown)
        steps = ([f"… {earlier} earlier"] if earlier else []) + shown
        won = f"won {way.at.day} {way.at:%b %Y} {because[way.because]}"
        detail = " > ".join(steps) if steps else "nothing on record before"
        yield Line(plain(way.account), (detail, won), tuple(stop.figure for stop in way.stops))


# Versions and the market


def versions_parts(versions: Versions) -> tuple[Part, ...]:
    """Each playbook with its versions, and what the newest changed beyond noise."""
    if not versions.playbooks:
        return (
            Part(
                "No playbook began",
                note=f"No run of {versions.cut.label} began in {versions.cut.period.days} days.",
            ),
        )
    return tuple(_compared_part(one) for one in versions.playbooks)


def _compared_part(compared: Compared) -> Part:
    lines = tuple(_version_line(one) for one in compared.versions)
    if len(lines) < 2:
        note = "Only one version ran in this period."
    elif compared.differences:
        newest, before = compared.versions[0].label, compared.versions[1].label
        told = ", ".join(f"{one.label} {one.direction}" for one in compared.differences)
        note = f"{newest} against {before}: {told} (the likely ranges do not overlap)."
    else:
        note = "No difference beyond noise: the likely ranges overlap, or there is too little data."
    return Part(compared.playbook.replace("_", " ").capitalize(), lines, note)


def _version_line(version: Version) -> Line:
    details = [_count(version.runs.value, "run")]
    details += [f"{rate.label} {rate_words(rate)}" for rate in version.rates if rate.value is not None]
    figures = (version.runs, *(figure for rate in version.rates for figure in (rate.part, rate.whole)))
    return Line(f"Version {version.label}", tuple(details), figures)


def market_parts(market: Market) -> tuple[Part, ...]:
    """Industries, sizes and segments."""
    titles = {"industry": "By industry", "size": "By size", "segment": "By segment"}
    parts = []
    for dimension, title in titles.items():
        rows = [row for row in market.rows if row.dimension == dimension]
        unknown = sum(row.customers.value for row in rows if row.value == "not known")
        column = {"industry": "industry", "size": "seats"}.get(dimension)
        note = (
            f"{_count(unknown, 'customer')} without `{column}` in the accounts file."
            if unknown and column
            else ""
        )
        parts.append(Part(title, tuple(_market_line(row) for row in rows), note))
    return (
        tuple(parts) if market.rows else (Part("No accounts", note=f"There are none in {market.cut.label}."),)
    )


def _market_line(row: MarketRow) -> Line:
    details = [_count(row.customers.value, "customer"), f"won {row.won.value}"]
    details.append(
        f"kept {rate_words(row.retention)}, lost {row.lost.value}"
        if row.retention.value is not None
        else "no term ended"
    )
    return Line(row.value, tuple(details), row.figures)


def figures_of(parts: Iterable[Part]) -> Iterator[Figure]:
    """Every figure that a line opens."""
    for part in parts:
        for line in part.lines:
            yield from line.figures


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
