"""The digest as text, JSON, CSV and HTML. Pure: values in, a string out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import StoreError
from store.insights.render_data import as_csv, as_json
from store.insights.render_page import as_html
from store.insights.section_words import line_words, matrix, measured_words, money_words
from store.insights.standing_lines import standing_lines
from store.insights.wording import figure_words, period_words, plain, quiet_words, rate_words, setup_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.insights.digest_values import Digest
    from store.insights.render_data import Evidence
    from store.insights.section_values import Section

FORMATS = ("text", "json", "csv", "html")


def render(digest: Digest, form: str, evidence: Evidence, headline: Sequence[str] = ()) -> str:
    """The digest in one of the FORMATS.

    Args:
        digest: the values.
        form: text, json, csv or html.
        evidence: the rows behind the figures (`all_evidence`); text does not show them.
        headline: its first sentences; CSV, which is for figures, has none.

    Raises:
        StoreError: there is no such format.
    """
    if form == "text":
        return as_text(digest, headline)
    if form == "json":
        return as_json(digest, evidence, headline)
    if form == "csv":
        return as_csv(digest, evidence)
    if form == "html":
        return as_html(digest, evidence, headline)
    raise StoreError(f"'{form}' is no format of the digest. Choose one of {', '.join(FORMATS)}.")


def as_text(digest: Digest, headline: Sequence[str] = ()) -> str:
    """For a terminal, at most about 100 columns wide where names allow."""
    head = f"Guidepost digest: {digest.scope.label}, {period_words(digest.period)}"
    return "\n".join([head, "=" * len(head), *headline, *_text_lines(digest)]) + "\n"


def _text_lines(digest: Digest) -> Iterator[str]:
    if digest.mood == "setup":
        yield from setup_words(digest)
        return
    if digest.mood == "quiet":
        yield from quiet_words(digest)
        return
    for section in digest.sections:
        lines = [*_numbers(section), *(f"  {row}" for row in matrix(section.cells)), *_lines(digest, section)]
        if lines:
            yield f"\n{section.title}"
            yield from lines


def _numbers(section: Section) -> Iterator[str]:
    """A count of 0 is left out unless it leads its section."""
    for n, figure in enumerate(section.figures):
        if figure.value or (n == 0 and section.key != "data"):
            yield f"  {plain(figure.label):<44} {figure_words(figure):>12}"
    yield from (f"  {plain(rate.label):<44} {rate_words(rate)}" for rate in section.rates)
    yield from (f"  {plain(one.label):<44} {measured_words(one)}" for one in section.measures)
    yield from (f"  {plain(one.label):<44} {money_words(one.amounts)}" for one in section.money)


def _lines(digest: Digest, section: Section) -> Iterator[str]:
    yield from (f"  - {line_words(line)}" for line in section.lines)
    yield from (f"  - {line}" for line in standing_lines(digest, section.key))
    yield from (f"  ({plain(sentence)})" for sentence in section.missing)
