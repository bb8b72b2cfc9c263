"""The digest as one HTML page that needs nothing else: light and dark, on a phone and on paper, its charts as SVG.

Each chart has its figures beside it, in words; pressing a number opens its rows.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from store.insights.section_words import BANDS, line_words, measured_words, money_words, said_of
from store.insights.standing_lines import standing_lines
from store.insights.wording import figure_words, period_words, plain, quiet_words, rate_words, setup_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from store.insights.digest_values import Digest
    from store.insights.section_values import Cell, Section
    from store.insights.values import EvidenceRow, Figure

    Evidence = Mapping[str, Sequence[EvidenceRow]]

ROW, WIDE, TEXT = 26, 640, 300  # of a chart: a bar's height, the whole width, where bars begin
CHART_FROM, CHARTED, TALL = 2, 10, 5  # counts of a chart: at least, at most, and what the largest counts
STYLE = """
:root { color-scheme: light dark; --line: #8884; --bar: #2c6cb0; --pale: #5b6673; --warm: #b7791f; }
@media (prefers-color-scheme: dark) { :root { --bar: #6ea8e6; --pale: #a3adb8; --warm: #e0b060; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; line-height: 1.3; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.headline { font-size: 1.1rem; border-left: 4px solid var(--bar); padding-left: .8rem; margin: 1rem 0; }
nav { font-size: .9rem; } nav a { margin-right: .8rem; white-space: nowrap; }
details { border-bottom: 1px solid var(--line); padding: .3rem 0; }
summary { cursor: pointer; overflow: hidden; } summary b { float: right; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; font-size: .85rem; overflow-wrap: anywhere; }
td, th { vertical-align: top; text-align: left; padding: .2rem .5rem .2rem 0; }
.matrix td, .matrix th { text-align: right; border-bottom: 1px solid var(--line); }
.number { display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px solid var(--line); padding: .3rem 0; }
.number b { text-align: right; } .pale { color: var(--pale); } li { margin: .3rem 0; overflow-wrap: anywhere; }
figure { margin: .5rem 0 1rem; overflow-x: auto; } svg { width: 100%; min-width: 30rem; max-width: 40rem; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: currentColor; } svg rect { fill: var(--bar); }
svg .before { fill: none; stroke: var(--warm); stroke-width: 2; }
@media print {
  :root { color-scheme: light; } body { max-width: none; margin: 0; font-size: 11pt; } nav { display: none; }
  section, li, tr { break-inside: avoid; } details::details-content { content-visibility: visible; height: auto; }
}
"""


def as_html(digest: Digest, evidence: Evidence, headline: Sequence[str] = ()) -> str:
    """The page."""
    title = f"Guidepost digest: {digest.scope.label}, {period_words(digest.period)}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n"
        + "\n".join(_parts(digest, evidence, headline))
        + "\n</body></html>\n"
    )


def _parts(digest: Digest, evidence: Evidence, headline: Sequence[str]) -> Iterator[str]:
    if digest.mood == "setup":
        yield from (f"<p>{escape(line)}</p>" for line in setup_words(digest))
        return
    if headline:
        yield f'<p class="headline">{escape(" ".join(headline))}</p>'
    if digest.mood == "quiet":
        yield from (f"<p>{escape(line)}</p>" for line in quiet_words(digest))
    shown = [one for one in digest.sections if not one.is_empty or one.missing]
    links = " ".join(f'<a href="#{escape(one.key)}">{escape(one.title)}</a>' for one in shown)
    yield f'<nav aria-label="Sections">{links}</nav>'
    for section in shown:
        yield f'<section id="{escape(section.key)}"><h2>{escape(section.title)}</h2>'
        yield from _section(digest, section, evidence)
        yield "</section>"


def _section(digest: Digest, section: Section, evidence: Evidence) -> Iterator[str]:
    if section.cells:
        yield _matrix(section.cells)
    else:
        yield _chart(section.title, section.figures)
    yield from (_figure(one, evidence) for one in section.figures if one.value)
    themes = digest.themes if section.key == "questions" else ()
    yield from (_figure(one.figure, evidence) for one in themes)
    for rate in section.rates:
        yield _number(rate.label, rate_words(rate))
    for one in section.measures:
        yield _figure(one.figure, evidence, measured_words(one))
    for sum_ in section.money:
        yield _figure(sum_.figure, evidence, money_words(sum_.amounts))
    lines = [*map(line_words, section.lines), *standing_lines(digest, section.key)]
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    yield f"<ul>{items}</ul>" if items else ""
    yield from (f'<p class="pale">{escape(sentence)}</p>' for sentence in section.missing)


def _number(label: str, said: str) -> str:
    return f'<p class="number"><span>{escape(label)}</span> <b>{escape(said)}</b></p>'


def _figure(figure: Figure, evidence: Evidence, said: str = "") -> str:
    """A number that opens its rows."""
    cells = "".join(
        "<tr>"
        + "".join(f"<td>{escape(plain(cell))}</td>" for cell in (row.account or "", row.text, row.detail))
        + f"<td>{row.at.strftime('%Y-%m-%d') if row.at else ''}</td></tr>"
        for row in evidence.get(figure.key, ())
    )
    head = f"<summary>{escape(figure.label)} <b>{escape(said or figure_words(figure))}</b></summary>"
    return f"<details>{head}<table>{cells}</table></details>"


def _matrix(cells: Sequence[Cell]) -> str:
    """Customers by health then and now, with their revenue."""
    found = {(one.before, one.after): one for one in cells}
    head = "".join(f'<th scope="col">now {band}</th>' for band in BANDS)
    rows = "".join(
        f'<tr><th scope="row">was {before}</th>'
        + "".join(f"<td>{_cell(found.get((before, after)))}</td>" for after in BANDS)
        + "</tr>"
        for before in BANDS
        if any((before, after) in found for after in BANDS)
    )
    return f'<table class="matrix"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return '<span class="pale">·</span>'
    worth = f'<br><span class="pale">{escape(money_words(cell.arr))}</span>' if cell.arr else ""
    return f"{cell.figure.value}{worth}"


def _chart(title: str, figures: Sequence[Figure]) -> str:
    """Counts as bars, those of the period before as outlines; in words for whoever does not see them."""
    shown = [one for one in figures if one.value or one.before][:CHARTED]
    top = max((max(one.value, one.before or 0) for one in shown), default=0)
    if len(shown) < CHART_FROM or top < TALL:
        return ""
    words = escape(f"{title}: " + "; ".join(said_of(one) for one in shown))
    drawn = "".join(_bar(n, one, top) for n, one in enumerate(shown))
    size = f'viewBox="0 0 {WIDE} {ROW * len(shown)}"'
    return f'<figure><svg role="img" aria-label="{words}" {size}><title>{words}</title>{drawn}</svg></figure>'


def _bar(n: int, figure: Figure, top: int) -> str:
    y, room = n * ROW, WIDE - TEXT - 50
    label = figure.label if len(figure.label) <= 42 else f"{figure.label[:41]}…"
    bar = f'<rect x="{TEXT}" y="{y + 5}" width="{room * figure.value / top:.1f}" height="{ROW - 10}" rx="2"/>'
    before = (
        f'<rect class="before" x="{TEXT}" y="{y + 5}" width="{room * figure.before / top:.1f}" height="{ROW - 10}" rx="2"/>'
        if figure.before
        else ""
    )
    end = TEXT + room * max(figure.value, figure.before or 0) / top + 8
    return f'<text x="0" y="{y + 18}">{escape(label)}</text>{bar}{before}<text x="{end:.1f}" y="{y + 18}">{figure.value}</text>'
