"""The path to purchase, versions of playbooks and the market in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.insights.journey.words import Line, Part, count
from store.insights.wording import plain, rate_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.insights.journey.path_values import Compared, Market, MarketRow, Path, Version, Versions
    from store.insights.metrics import Metric

STOPS_SHOWN = 12


def days_words(metric: Metric) -> str:
    """A median of days with how many it is of: `12 days (median of 4)`."""
    if metric.value is None:
        return "not known"
    days = round(metric.value, 0 if metric.value >= 1 else 1)
    return f"{days:g} day{'' if days == 1 else 's'} (median of {metric.n})"


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
        count(path.won.value, "account") + " won",
        (f"from the first touch to the purchase: {days_words(path.days)}",)
        if path.days and path.days.n
        else (),
        (path.won,),
    )
    points = tuple(
        Line(
            point.touchpoint.label,
            (
                f"{count(point.accounts.value, 'account')}, {count(point.touches.value, 'time')}",
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
        [Part("What they asked", (Line(count(path.questions.value, "question"), (), (path.questions,)),))]
        if (path.questions and path.questions.value)
        else []
    )
    concerns = tuple(
        Line(
            one.label,
            (count(one.accounts.value, "account"), f"{count(one.asked.value, 'question')}, {one.wrote.value} other words"),
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
        if not way.stops:
            continue
        shown = [f"{stop.touchpoint.label} ({stop.at.day} {stop.at:%b})" for stop in way.stops[-STOPS_SHOWN:]]
        earlier = len(way.stops) - len(shown)
        detail = " > ".join(([f"… {earlier} earlier"] if earlier else []) + shown)
        won = f"won {way.at.day} {way.at:%b %Y} {because[way.because]}"
        yield Line(plain(way.account), (detail, won), tuple(stop.figure for stop in way.stops))
    silent = [way.account for way in path.ways if not way.stops]
    if silent:
        yield Line(count(len(silent), "account"), (f"nothing on record before: {plain(', '.join(silent))}",))


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
    details = [count(version.runs.value, "run")]
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
            f"{count(unknown, 'customer')} without `{column}` in the accounts file."
            if unknown and column
            else ""
        )
        told = tuple(_market_line(row) for row in rows if any(figure.value for figure in row.figures))
        parts.append(Part(title, told, note))
    return (
        tuple(parts) if market.rows else (Part("No accounts", note=f"There are none in {market.cut.label}."),)
    )


def _market_line(row: MarketRow) -> Line:
    details = [count(row.customers.value, "customer"), f"won {row.won.value}"]
    details.append(
        f"kept {rate_words(row.retention)}, lost {row.lost.value}"
        if row.retention.value is not None
        else "no term ended"
    )
    return Line(row.value, tuple(details), row.figures)
