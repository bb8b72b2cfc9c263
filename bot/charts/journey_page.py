"""Views of the journey as one HTML page that needs nothing else: light and dark, by keyboard, the rows behind every line."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from store.insights.journey.requests import TITLES
from store.insights.journey.words import TONES
from store.insights.wording import period_words, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from store.insights.journey.requests import View
    from store.insights.journey.words import Line, Part
    from store.insights.values import EvidenceRow, Figure

    Evidence = Mapping[str, Sequence[EvidenceRow]]

ROWS_SHOWN = 20  # of a figure
STYLE = """
:root { color-scheme: light dark; --line: #8884; --red: #b3261e; --yellow: #8a5a00; --green: #2c6e3a; --thin: #5b6673;
  --card: #f6f8fa; --ink: #1d2733; --paper: #fff; --link: #1d5fa8; }
@media (prefers-color-scheme: dark) { :root { --red: #ff8a80; --yellow: #f0b429; --green: #7bd88f; --thin: #a7b0ba;
  --card: #1e242b; --ink: #e6eaee; --paper: #14181d; --link: #8ab8f0; } }
* { box-sizing: border-box; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 110rem; color: var(--ink);
  background: var(--paper); }
h1 { font-size: 1.4rem; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 0 0 .5rem; }
h4 { font-size: .85rem; margin: .6rem 0 .1rem; }
nav ul, section ul { list-style: none; margin: 0; padding: 0; } nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }
a { color: var(--link); } p { margin: .3rem 0 .6rem; max-width: 60rem; }
.stages { display: grid; grid-template-columns: repeat(auto-fit, minmax(15.5rem, 1fr)); gap: 1rem; align-items: start; }
.part { min-width: 0; margin-bottom: 1rem; } li { margin: 0 0 .6rem; }
.parts .part > ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 0 1rem; align-items: start; }
.card { border: 1px solid var(--line); border-left: .4rem solid var(--thin); border-radius: .4rem; background: var(--card);
  padding: .5rem .7rem; }
.red { border-left-color: var(--red); } .yellow { border-left-color: var(--yellow); } .green { border-left-color: var(--green); }
.tone { font-size: .85rem; font-weight: 600; } .red > .tone { color: var(--red); } .yellow > .tone { color: var(--yellow); }
.green > .tone { color: var(--green); } .thin > .tone { color: var(--thin); }
.card > ul { font-size: .9rem; margin: .2rem 0; } .card > ul li { margin: 0; overflow-wrap: anywhere; }
details { margin-top: .2rem; font-size: .9rem; } summary { cursor: pointer; padding: .25rem 0; }
small { color: var(--thin); } summary:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.card details ul li { margin: 0; padding: .25rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
"""


def page(views: Sequence[View], evidence: Evidence) -> str:
    """The page.

    Args:
        views: what it shows, one after the other.
        evidence: the rows behind the figures (`opened`).
    """
    title = views[0].title
    links = "".join(f'<li><a href="#{view.name}">{escape(TITLES[view.name])}</a></li>' for view in views)
    nav = f'<nav aria-label="Views"><ul>{links}</ul></nav>' if len(views) > 1 else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>\n"
        f"<header><h1>{escape(title)}</h1><p>{escape(period_words(views[0].cut.period))}. Every line opens its rows.</p>"
        f"{nav}</header>\n<main>\n"
        + "\n".join(line for view in views for line in _view(view, evidence))
        + "\n</main></body></html>\n"
    )


def _view(view: View, evidence: Evidence) -> Iterator[str]:
    yield f'<section id="{view.name}"><h2>{escape(TITLES[view.name])}</h2>'
    yield f'<div class="{"stages" if view.name == "map" else "parts"}">'
    for part in view.parts:
        yield from _part(part, evidence)
    yield "</div></section>"


def _part(part: Part, evidence: Evidence) -> Iterator[str]:
    note = f"<p>{escape(part.note)}</p>" if part.note else ""
    yield f'<div class="part"><h3>{escape(part.heading)}</h3>{note}<ul>'
    yield from (_card(line, evidence) for line in part.lines)
    yield "</ul></div>"


def _card(line: Line, evidence: Evidence) -> str:
    details = "".join(f"<li>{escape(detail)}</li>" for detail in line.details)
    tone = f'<span class="tone">{escape(TONES[line.tone])}</span>' if line.tone else ""
    shown = [_figure(figure, evidence.get(figure.key, ())) for figure in line.figures if figure.value]
    rows = f"<details><summary>Rows</summary>{''.join(shown)}</details>" if shown else ""
    body = f"<strong>{escape(line.title)}</strong> <ul>{details}</ul>{tone}{rows}"
    return f'<li class="card {line.tone}">{body}</li>'


def _figure(figure: Figure, rows: Sequence[EvidenceRow]) -> str:
    more = figure.value - min(len(rows), ROWS_SHOWN)
    rest = f"<p>… and {more:,} more</p>" if more else ""
    items = "".join(_row(row) for row in rows[:ROWS_SHOWN])
    head = f"<h4>{escape(figure.label.capitalize())}: {figure.value:,}</h4>"
    return f'{head}<ul class="rows">{items}</ul>{rest}'


def _row(row: EvidenceRow) -> str:
    day = f"{row.at:%d %b %Y %H:%M}" if row.at else ""
    where = f"thread {row.channel_id} {row.message_ts}" if row.channel_id and row.message_ts else ""
    about = " · ".join(part for part in (day, row.detail.replace("_", " "), where) if part)
    said = f"<br>{escape(plain(row.text))}" if row.text and row.text != row.account else ""
    return f"<li><b>{escape(plain(row.account or 'unknown'))}</b> <small>{escape(about)}</small>{said}</li>"
