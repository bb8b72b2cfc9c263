"""How the values of a section are put into words and into characters: the same in a terminal, in HTML and in Slack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from store.insights.wording import ARROWS, CURRENCY_SIGNS, figure_words, percent, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.insights.section_values import Cell, Line, Measured, Section
    from store.insights.values import Figure

BANDS = ("green", "yellow", "red", "unknown")
CELLS = 10  # of a bar
LEAD = 3  # what is said of a section in one line
_PLURAL = re.compile(
    r"^((?:open |overdue |red )?(?:question|answer|rating|piece|playbook|task|renewal|account|customer))s\b"
)
_SPARKS = "▁▂▃▄▅▆▇█"


def money_words(amounts: Sequence[tuple[int, str]]) -> str:
    """Sums, one a currency: `$48,000 + CHF 900`; `no amount known` of none."""
    said = [f"{CURRENCY_SIGNS.get(currency, f'{currency} ')}{minor // 100:,}" for minor, currency in amounts]
    return " + ".join(said) or "no amount known"


def measured_words(one: Measured) -> str:
    """A metric as it may be shown: `4.2 (n 12, likely 3.8-4.6)`, `80 % ▲ was 62 %`, `asked, none answered`."""
    if one.asked == 0:
        return "not asked"
    if one.shown_as == "nothing" or one.value is None:
        return "asked, none answered" if one.asked else "no data"
    if one.shown_as == "list":
        return f"{one.metric.n} so far, too few for a number"
    said = f"{_number(one, one.value)}{_likely(one)}"
    if one.trend and one.before is not None and one.before.value is not None:
        said += f" {ARROWS[one.trend]} was {_number(one, one.before.value)}"
    return said + "".join(f", {extra}" for extra in _beside(one))


def _likely(one: Measured) -> str:
    n, interval = one.metric.n, one.metric.interval
    if one.shown_as == "rate" or interval is None or interval[0] == interval[1]:
        return f" (n {n})"
    return f" (n {n}, likely {_number(one, interval[0], bare=True)}-{_number(one, interval[1])})"


def _beside(one: Measured) -> Iterator[str]:
    if one.extreme is not None:
        yield f"90 % within {_number(one, one.extreme)}"
    if one.target is not None:
        yield f"target {_number(one, one.target)}"
    if one.asked:
        yield f"{one.metric.n} of {one.asked} answered"


def _number(one: Measured, value: float, *, bare: bool = False) -> str:
    """A value in its unit; bare without it, for the lower end of an interval."""
    if one.unit == "share":
        return f"{value * 100:.0f}" if bare else percent(value)
    if one.unit == "nps":
        return f"{value:+.0f}"
    if one.unit == "minutes":
        return _duration(value)
    said = f"{value:.1f}".removesuffix(".0")
    return said if bare or one.unit == "mean" else f"{said} days"


def _duration(minutes: float) -> str:
    if minutes < 60:
        return f"{minutes:.0f} min"
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def count_words(figure: Figure) -> str:
    """`1 question`, `12 questions`."""
    label = _PLURAL.sub(r"\1", figure.label) if figure.value == 1 else figure.label
    return f"{figure.value} {label}"


def said_of(figure: Figure) -> str:
    """`12 questions ▲ was 6`: a count with its label and where it came from."""
    _, _, trend = figure_words(figure).partition(" ")
    return count_words(figure) + (f" {trend}" if trend else "")


def worth_saying(one: Measured) -> bool:
    """Whether a metric has a number, or somebody was asked for one."""
    return one.shown_as in {"interval", "rate"} or one.asked is not None


def lead(section: Section) -> list[str]:
    """What is said of a section in one line: the first counts that are not 0, the first sum, the first numbers."""
    counts = [said_of(one) for one in section.figures if one.value][:LEAD]
    sums = [f"{one.label} {money_words(one.amounts)}" for one in section.money if one.amounts][:1]
    numbers = [
        f"{one.label} {measured_words(one)}"
        for one in section.measures
        if one.shown_as in {"interval", "rate"}
    ][:1]
    return [*counts[: LEAD - len(sums)], *sums, *numbers]


def line_words(line: Line) -> str:
    """`Nordwind ($48,000 a year): red, renews in 60 days; seats fell. Omar Diaz: Renewal brief (/cs renew …)`."""
    worth = f" ({money_words([line.arr])} a year)" if line.arr else ""
    named = line.account and (worth or line.account not in line.text)
    said = f"{plain(line.account or '')}{worth}: {plain(line.text)}" if named else plain(line.text)
    said += f"; {plain(line.because)}" if line.because else ""
    said += f' "{plain(line.quote)}"' if line.quote else ""
    who = plain(line.owner or "nobody owns it")
    return f"{said}. {who}: {line.action.label} ({plain(line.action.command)})" if line.action else said


def bar(part: float, whole: float) -> str:
    """A share as ten cells; anything above 0 fills at least one."""
    full = round(CELLS * part / whole) if whole else 0
    full = max(full, 1) if part > 0 else 0
    return "█" * full + "░" * (CELLS - full)


def spark(values: Sequence[float]) -> str:
    """A row of values as a line of blocks, 0 the lowest."""
    top = max(values, default=0)
    return "".join(_SPARKS[round((len(_SPARKS) - 1) * value / top) if top else 0] for value in values)


def matrix(cells: Sequence[Cell]) -> list[str]:
    """Health then by health now, counts, as a table at most 60 columns wide; nothing without cells."""
    if not cells:
        return []
    counts = {(one.before, one.after): one.figure.value for one in cells}
    width = 10
    head = "was \\ now".ljust(width) + "".join(band.rjust(width) for band in BANDS)
    rows = [
        before.ljust(width) + "".join(str(counts.get((before, after), "·")).rjust(width) for after in BANDS)
        for before in BANDS
        if any((before, after) in counts for after in BANDS)
    ]
    return [head, *rows]


def bars(figures: Sequence[Figure]) -> list[str]:
    """Counts as bars, at most 60 columns wide, the longest is the highest; nothing where all are 0."""
    top = max((one.value for one in figures), default=0)
    wide = min(max((len(one.label) for one in figures), default=0), 38)
    return [
        f"{one.label[:wide]:<{wide}} {bar(one.value, top)} {one.value:>6}"
        for one in figures
        if top and one.value
    ]
