"""The digest's charts in Slack: its own chart blocks in messages, characters in modals, where Slack takes no chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.insights.section_words import BANDS, bars, matrix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.insights.digest_values import Digest
    from store.insights.section_values import Cell, Section
    from store.insights.values import Figure

LEAST, TALL = 2, 5  # counts that make a chart, and how many the largest counts
_ENDINGS = ("questions.answered", "questions.clarified", "questions.refused", "questions.failed")


def charts(digest: Digest) -> Iterator[dict[str, Any]]:
    """At most two, which is what Slack takes: how questions ended, and health then and now."""
    ended = [digest.figures[key] for key in _ENDINGS if key in digest.figures]
    ended = [one for one in ended if one.value or one.before]
    if len(ended) >= LEAST:
        yield _compared("How questions ended", ended)
    health = digest.section("health")
    if health and health.cells:
        yield _bands(health.cells)


def _compared(title: str, figures: Sequence[Figure]) -> dict[str, Any]:
    """Counts beside those of the period before."""
    now = [(one.label, one.value) for one in figures]
    before = [(one.label, one.before or 0) for one in figures]
    return _chart(title, [("This period", now), ("Before", before)])


def _bands(cells: Sequence[Cell]) -> dict[str, Any]:
    """Customers by health, when the period began and now."""
    then = [(band, sum(one.figure.value for one in cells if one.before == band)) for band in BANDS]
    now = [(band, sum(one.figure.value for one in cells if one.after == band)) for band in BANDS]
    return _chart("Customers by health", [("Before", then), ("Now", now)])


def _chart(title: str, series: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> dict[str, Any]:
    """Bars beside one another: each series has a value for every label."""
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {
            "type": "bar",
            "series": [
                {"name": name, "data": [{"label": label, "value": value} for label, value in points]}
                for name, points in series
            ],
            "axis_config": {"categories": [label for label, _ in series[0][1]]},
        },
    }


def drawn(section: Section) -> str:
    """A section's figures as a table or as bars in a code block, at most 60 columns; empty where there is nothing."""
    counts = [one for one in section.figures if one.value]
    worth_it = len(counts) >= LEAST and max(one.value for one in counts) >= TALL
    lines = matrix(section.cells) or (bars(counts) if worth_it else [])
    return "```\n" + "\n".join(line.replace("`", "'") for line in lines) + "\n```" if lines else ""
