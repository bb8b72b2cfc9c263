"""A view of the journey as text and as JSON. Pure: values in, a string out."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from store.insights.journey.words import TONES
from store.insights.values import Figure, Rate
from store.insights.wording import period_words, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from store.insights.journey.requests import View
    from store.insights.journey.words import Line, Part
    from store.insights.values import EvidenceRow


def as_text(views: Sequence[View]) -> str:
    """For a terminal."""
    return "\n\n".join("\n".join(_text_lines(view)) for view in views) + "\n"


def _text_lines(view: View) -> Iterator[str]:
    head = f"{view.title}, {period_words(view.cut.period)}"
    yield from (head, "=" * len(head))
    for part in view.parts:
        yield f"\n{part.heading}"
        if part.note:
            yield f"  {part.note}"
        yield from (f"  - {_text_line(line)}" for line in part.lines)


def _text_line(line: Line) -> str:
    tone = f" [{TONES[line.tone]}]" if line.tone in {"red", "yellow"} else ""
    return plain(line.text) + tone


def as_json(views: Sequence[View], evidence: Mapping[str, Sequence[EvidenceRow]]) -> str:
    """Every value and the same in words, by the name of its view; a figure holds the ids of its rows.

    Args:
        views: what is printed.
        evidence: rows behind the figures (`opened`), which stand with the words that they are the examples of.
    """
    values = {
        view.name: plain_value(view.value)
        | {"title": view.title, "words": [_part_in_words(part, evidence) for part in view.parts]}
        for view in views
    }
    return json.dumps(values, ensure_ascii=False, indent=2)


def _part_in_words(part: Part, evidence: Mapping[str, Sequence[EvidenceRow]]) -> dict[str, Any]:
    lines = [
        {
            "title": plain(line.title),
            "details": [plain(one) for one in line.details],
            "tone": TONES.get(line.tone, ""),
            "examples": {figure.key: plain_value(evidence.get(figure.key, ())) for figure in line.figures},
        }
        for line in part.lines
    ]
    return {"heading": part.heading, "note": part.note, "lines": lines}


def plain_value(value: Any) -> Any:
    """A value of the journey as JSON knows it."""
    if isinstance(value, Figure):
        return {
            "key": value.key,
            "label": value.label,
            "kind": value.kind,
            "value": value.value,
            "rows": value.evidence,
        }
    if isinstance(value, Rate):
        low, high = value.interval
        shown = {
            "label": value.label,
            "value": value.value,
            "low": low,
            "high": high,
            "shown_as": value.shown_as,
        }
        return shown | {"part": plain_value(value.part), "whole": plain_value(value.whole)}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain_value(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else value
