"""The digest as JSON and as CSV: every value, every figure with the rows behind it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from store.insights.digest_values import Digest
    from store.insights.section_values import Line, Measured, Section
    from store.insights.values import EvidenceRow, Figure, Rate, Theme

    Evidence = Mapping[str, Sequence[EvidenceRow]]

_FORMULA = (*"=+-@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the wide signs count in some languages
_BREAKS = frozenset("\t\r\n")


def as_json(digest: Digest, evidence: Evidence, headline: Sequence[str] = ()) -> str:
    """Every value, every figure with the rows behind it; moments in ISO form."""
    values: dict[str, Any] = {
        "period": {"start": digest.period.start, "end": digest.period.end, "label": digest.period.label},
        "scope": digest.scope.label,
        "made_at": digest.made_at,
        "mood": digest.mood,
        "figures": {key: _figure_values(figure, evidence) for key, figure in digest.figures.items()},
        "rates": {key: _rate_values(rate) for key, rate in digest.rates.items()},
        "unanswered": [
            {
                "text": group.text,
                "accounts": group.accounts,
                "channel_id": group.channel_id,
                "message_ts": group.message_ts,
                **_figure_values(group.figure, evidence),
            }
            for group in digest.unanswered
        ],
    }
    values["headline"] = headline
    values["sections"] = [_section_values(section, evidence) for section in digest.sections]
    values["themes"] = [_theme_values(theme, evidence) for theme in digest.themes]
    for name in ("rated", "quotes", "runs", "tasks", "renewals", "setup"):
        values[name] = [vars(line) for line in getattr(digest, name)]
    return json.dumps(values, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat())


def _figure_values(figure: Figure, evidence: Evidence) -> dict[str, Any]:
    rows = [vars(row) for row in evidence.get(figure.key, ())]
    return {"label": figure.label, "value": figure.value, "before": figure.before, "evidence": rows}


def _section_values(section: Section, evidence: Evidence) -> dict[str, Any]:
    """What a section has beside its figures, which stand in `figures` by their keys."""
    return {
        "key": section.key,
        "title": section.title,
        "figures": [figure.key for figure in section.figures],
        "rates": [rate.key for rate in section.rates],
        "measures": [_measured_values(one, evidence) for one in section.measures],
        "money": [
            {"key": one.key, "amounts": _amounts(one.amounts), **_figure_values(one.figure, evidence)}
            for one in section.money
        ],
        "lines": [_line_values(line, evidence) for line in section.lines],
        "cells": [
            {
                "was": one.before,
                "now": one.after,
                "arr": _amounts(one.arr),
                **_figure_values(one.figure, evidence),
            }
            for one in section.cells
        ],
        "missing": section.missing,
    }


def _amounts(sums: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    return [{"minor": minor, "currency": currency} for minor, currency in sums]


def _measured_values(one: Measured, evidence: Evidence) -> dict[str, Any]:
    return {
        **_figure_values(one.figure, evidence),
        "key": one.key,
        "label": one.label,
        "unit": one.unit,
        "value": one.value,
        "n": one.metric.n,
        "numerator": one.metric.numerator,
        "denominator": one.metric.denominator,
        "interval": one.metric.interval,
        "before": one.before.value if one.before else None,
        "target": one.target,
        "asked": one.asked,
        "shown_as": one.shown_as,
    }


def _line_values(line: Line, evidence: Evidence) -> dict[str, Any]:
    about = ("text", "account", "owner", "because", "quote", "channel_id", "message_ts")
    return {
        **{name: getattr(line, name) for name in about},
        "arr": _amounts([line.arr] if line.arr else []),
        "action": vars(line.action) if line.action else None,
        "evidence": _figure_values(line.figure, evidence)["evidence"],
    }


def _theme_values(theme: Theme, evidence: Evidence) -> dict[str, Any]:
    counts = ("before", "refused", "unhelpful")
    return {
        "name": theme.name,
        "movement": theme.movement,
        "usual": theme.usual,
        "accounts": theme.accounts,
        "arr": _amounts(theme.arr),
        "example": theme.example,
        "asked": _figure_values(theme.figure, evidence),
        **{name: _figure_values(getattr(theme, name), evidence) for name in counts},
    }


def _rate_values(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {
        "label": rate.label,
        "value": rate.value,
        "part": rate.part.key,
        "n": rate.whole.value,
        "low": low,
        "high": high,
        "shown_as": rate.shown_as,
    }


def as_csv(digest: Digest, evidence: Evidence) -> str:
    """One line a row of evidence, under the figure it counts for; a figure of 0 has one line without a row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        (
            "figure",
            "label",
            "value",
            "before",
            "at",
            "account",
            "who",
            "text",
            "detail",
            "channel_id",
            "message_ts",
            "row",
        )
    )
    for figure in digest.all_figures:
        head = (figure.key, figure.label, figure.value, "" if figure.before is None else figure.before)
        for row in evidence.get(figure.key) or (None,):
            writer.writerow((*head, *_cells(row)) if row else (*head, *[""] * 8))
    return out.getvalue()


def _cells(row: EvidenceRow) -> list[str]:
    at = row.at.isoformat() if row.at else ""
    texts = (row.account, row.who, row.text, row.detail, row.channel_id, row.message_ts)
    return [at, *(_harmless(text or "") for text in texts), row.id]


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text[:1] in _BREAKS else text
