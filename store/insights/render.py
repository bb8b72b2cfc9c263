"""The digest as text, JSON, CSV and HTML. Pure: values in, a string out."""

from __future__ import annotations

import csv
import io
import json
from html import escape
from typing import TYPE_CHECKING, Any

from store.errors import StoreError
from store.insights.wording import (
    THUMBS,
    figure_words,
    period_words,
    plain,
    quiet_words,
    rate_words,
    renewal_words,
    run_words,
    task_words,
    theme_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from store.insights.values import Digest, EvidenceRow, Figure, Quote, Rate, RatedAnswer, Theme

    Evidence = Mapping[str, Sequence[EvidenceRow]]

_FORMULA = (*"=+-@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the wide signs count in some languages
_BREAKS = frozenset("\t\r\n")
FORMATS = ("text", "json", "csv", "html")
_SECTIONS = (  # heading, figures, rates
    ("Questions", ("asked", "answered", "clarified", "refused", "failed", "waiting"), "questions."),
    ("Feedback", ("new", "positive", "negative"), "feedback."),
    ("Playbooks", ("open", "active", "paused", "ended"), "runs."),
    ("Tasks", ("open", "overdue"), "tasks."),
    ("Renewals", ("30", "60", "90", "passed"), "renewals."),
    ("Data to complete", ("without_csm", "without_renewal", "without_channel"), "accounts."),
)


def render(digest: Digest, form: str, evidence: Evidence) -> str:
    """The digest in one of the FORMATS.

    Args:
        digest: the values.
        form: text, json, csv or html.
        evidence: the rows behind the figures (`all_evidence`); text does not show them.

    Raises:
        StoreError: there is no such format.
    """
    if form == "text":
        return as_text(digest)
    if form == "json":
        return as_json(digest, evidence)
    if form == "csv":
        return as_csv(digest, evidence)
    if form == "html":
        return as_html(digest, evidence)
    raise StoreError(f"'{form}' is no format of the digest. Choose one of {', '.join(FORMATS)}.")


# Text


def as_text(digest: Digest) -> str:
    """For a terminal, at most about 100 columns wide where names allow."""
    head = f"Guidepost digest: {digest.scope.label}, {period_words(digest.period)}"
    return "\n".join([head, "=" * len(head), *_text_lines(digest)]) + "\n"


def _text_lines(digest: Digest) -> Iterator[str]:
    if digest.mood == "setup":
        yield from _setup_lines(digest)
        return
    if digest.mood == "quiet":
        yield from quiet_words(digest)
        return
    for heading, figures, rates in _sections(digest):
        yield f"\n{heading}"
        yield from (f"  {figure.label:<44} {figure_words(figure):>12}" for figure in figures)
        yield from (f"  {rate.label:<44} {rate_words(rate)}" for rate in rates)
        yield from (f"  - {line}" for line in _details(digest, heading))


def _setup_lines(digest: Digest) -> Iterator[str]:
    yield "Nothing has happened here yet. The digest appears with the first questions; until then:"
    for step in digest.setup:
        yield f"  [{'x' if step.done else ' '}] {step.label}" + ("" if step.done else f": {step.remedy}")


def _sections(digest: Digest) -> Iterator[tuple[str, list[Figure], list[Rate]]]:
    """Headings with the figures worth a line: an empty one is left out unless it leads its section."""
    for heading, names, prefix in _SECTIONS:
        figures = [digest.figures[prefix + name] for name in names]
        figures = [f for i, f in enumerate(figures) if f.value or (i == 0 and heading != "Data to complete")]
        owners = {"Questions": ("questions.",), "Feedback": ("answers.",)}.get(heading, ())
        rates = [rate for key, rate in digest.rates.items() if key.startswith(owners)] if owners else []
        if figures:
            yield heading, figures, rates


def _details(digest: Digest, heading: str) -> Iterator[str]:
    if heading == "Questions":
        for theme in digest.themes:
            yield f'theme, {plain(theme.name)}: {theme_words(theme)}; asked: "{plain(theme.example)}"'
        for group in digest.unanswered:
            names = f" ({', '.join(map(plain, group.accounts))})" if group.accounts else ""
            yield f'not found, {group.figure.value} x: "{plain(group.text)}"{names}'
    elif heading == "Feedback":
        yield from (_rated_words(rated) for rated in digest.rated)
        yield from (_quote_words(quote) for quote in digest.quotes)
    elif heading == "Playbooks":
        yield from (f"{plain(run.account)}: {run_words(run)}" for run in digest.runs)
    elif heading == "Tasks":
        for task in digest.tasks:
            about = f"{plain(task.account)}: " if task.account else ""
            yield f"{about}{plain(task.title)} ({task_words(task)})"
    elif heading == "Renewals":
        yield from (f"{plain(line.account)}: {renewal_words(line)}" for line in digest.renewals)


def _rated_words(rated: RatedAnswer) -> str:
    return f'{THUMBS[rated.rating]} {plain(rated.account or "unknown")}, asked: "{plain(rated.question)}"'


def _quote_words(quote: Quote) -> str:
    thumb = THUMBS.get(quote.rating or 0, "💬")
    where = f" [{quote.channel_id} {quote.message_ts}]" if quote.channel_id and quote.message_ts else ""
    return f'{thumb} {plain(quote.account or "unknown")}: "{plain(quote.text)}"{where}'


# JSON


def as_json(digest: Digest, evidence: Evidence) -> str:
    """Every value, every figure with the rows behind it; moments in ISO form."""
    values = {
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
    values["themes"] = [_theme_values(theme, evidence) for theme in digest.themes]
    for name in ("rated", "quotes", "runs", "tasks", "renewals", "setup"):
        values[name] = [vars(line) for line in getattr(digest, name)]
    return json.dumps(values, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat())


def _figure_values(figure: Figure, evidence: Evidence) -> dict[str, Any]:
    rows = [vars(row) for row in evidence.get(figure.key, ())]
    return {"label": figure.label, "value": figure.value, "before": figure.before, "evidence": rows}


def _theme_values(theme: Theme, evidence: Evidence) -> dict[str, Any]:
    counts = ("before", "refused", "unhelpful")
    return {
        "name": theme.name,
        "movement": theme.movement,
        "usual": theme.usual,
        "accounts": theme.accounts,
        "arr": [{"minor": minor, "currency": currency} for minor, currency in theme.arr],
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


# CSV


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
        )
    )
    for figure in digest.all_figures:
        head = (figure.key, figure.label, figure.value, "" if figure.before is None else figure.before)
        for row in evidence.get(figure.key) or (None,):
            writer.writerow((*head, *_cells(row)) if row else (*head, *[""] * 7))
    return out.getvalue()


def _cells(row: EvidenceRow) -> list[str]:
    at = row.at.isoformat() if row.at else ""
    texts = (row.account, row.who, row.text, row.detail, row.channel_id, row.message_ts)
    return [at, *(_harmless(text or "") for text in texts)]


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text[:1] in _BREAKS else text


# HTML

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
details { border-bottom: 1px solid #8884; padding: .3rem 0; } summary { cursor: pointer; }
summary b { float: right; font-variant-numeric: tabular-nums; } table { width: 100%; font-size: .85rem; }
td { vertical-align: top; padding: .15rem .5rem .15rem 0; } .rate { color: GrayText; } li { margin: .2rem 0; }
"""


def as_html(digest: Digest, evidence: Evidence) -> str:
    """One page that needs nothing else; pressing a number opens its rows."""
    title = f"Guidepost digest: {digest.scope.label}, {period_words(digest.period)}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n"
        + "\n".join(_html_parts(digest, evidence))
        + "\n</body></html>\n"
    )


def _html_parts(digest: Digest, evidence: Evidence) -> Iterator[str]:
    if digest.mood == "setup":
        yield from (f"<p>{escape(line)}</p>" for line in _setup_lines(digest))
        return
    if digest.mood == "quiet":
        yield from (f"<p>{escape(line)}</p>" for line in quiet_words(digest))
    for heading, figures, rates in _sections(digest):
        yield f"<h2>{escape(heading)}</h2>"
        yield from (_html_figure(figure, evidence.get(figure.key, ())) for figure in figures)
        shown = digest.themes if heading == "Questions" else ()
        yield from (_html_figure(one.figure, evidence.get(one.figure.key, ())) for one in shown)
        yield from (f'<p class="rate">{escape(rate.label)}: {escape(rate_words(rate))}</p>' for rate in rates)
        items = "".join(f"<li>{escape(line)}</li>" for line in _details(digest, heading))
        yield f"<ul>{items}</ul>" if items else ""


def _html_figure(figure: Figure, rows: Sequence[EvidenceRow]) -> str:
    cells = "".join(
        "<tr>"
        + "".join(f"<td>{escape(plain(cell))}</td>" for cell in (row.account or "", row.text, row.detail))
        + f"<td>{row.at.strftime('%Y-%m-%d') if row.at else ''}</td></tr>"
        for row in rows
    )
    head = f"<summary>{escape(figure.label)} <b>{escape(figure_words(figure))}</b></summary>"
    return f"<details>{head}<table>{cells}</table></details>"
