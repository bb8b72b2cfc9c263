"""Sections in words and in characters, and the page and the data that are made of them."""

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from store.insights import metrics
from store.insights.digest_values import Digest
from store.insights.render import render
from store.insights.section_values import Action, Cell, Line, Measured, Money, Section
from store.insights.section_words import (
    bar,
    bars,
    count_words,
    lead,
    line_words,
    matrix,
    measured_words,
    money_words,
    said_of,
    spark,
)
from store.insights.values import EvidenceRow, Figure, Period, Rate, Scope

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


def figure(key="a.b", label="questions", value=12, **more):
    return Figure(key, label, "question", tuple(str(n) for n in range(value)), **more)


def measured(unit, metric, **more):
    return Measured("k", "label", unit, metric, figure(), **more)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        pytest.param(measured("share", metrics.rate(16, 20)), "80 % (n 20, likely 58-92 %)", id="few"),
        pytest.param(measured("share", metrics.rate(80, 100)), "80 % (n 100)", id="many"),
        pytest.param(measured("share", metrics.rate(3, 4)), "4 so far, too few for a number", id="too few"),
        pytest.param(measured("share", metrics.UNKNOWN), "no data", id="no data is not 0"),
        pytest.param(measured("share", metrics.UNKNOWN, asked=0), "not asked", id="not asked"),
        pytest.param(measured("share", metrics.UNKNOWN, asked=7), "asked, none answered", id="none answered"),
        pytest.param(measured("share", metrics.rate(0, 30)), "0 % (n 30)", id="0 is not no data"),
        pytest.param(
            measured("nps", metrics.Metric(42.0, 9)), "9 so far, too few for a number", id="NPS from ten on"
        ),
        pytest.param(
            measured("nps", metrics.Metric(42.0, 20, interval=(10.0, 74.0))), "+42 (n 20, likely +10-+74)", id="NPS"
        ),
        pytest.param(
            measured("mean", metrics.Metric(4.25, 40), asked=80), "4.2 (n 40), 40 of 80 answered", id="a mean"
        ),
        pytest.param(
            measured("minutes", metrics.Metric(95.0, 40), extreme=240.0), "1 h 35 min (n 40), 90 % within 4 h", id="minutes"
        ),
        pytest.param(
            measured("days", metrics.Metric(13.0, 40), target=14.0), "13 days (n 40), target 14 days", id="days"
        ),
        pytest.param(
            measured("share", metrics.rate(90, 100), before=metrics.rate(50, 100)), "90 % (n 100) ▲ was 50 %", id="moved"
        ),
    ],
)  # fmt: skip
def test_a_metric_is_said_with_how_sure_it_is(one, words):
    assert measured_words(one) == words


def test_money_of_two_currencies_is_never_added_up():
    assert money_words(((90_000, "CHF"), (4_800_000, "USD"))) == "CHF 900 + $48,000"
    assert money_words(()) == "no amount known"


def test_one_is_said_in_the_singular_and_a_change_with_where_it_came_from():
    assert count_words(figure(value=1)) == "1 question"
    assert said_of(figure(before=2, usual=4.0)) == "12 questions ▲ was 2, usually 4"


def test_a_line_says_what_why_who_and_how():
    line = Line("red", figure(), "Nordwind", "Omar", Action("Brief", "/cs renew @Nordwind brief"), (100_00, "EUR"), "seats fell", "we leave")  # fmt: skip
    assert line_words(line) == (
        'Nordwind (€100 a year): red; seats fell "we leave". Omar: Brief (/cs renew @Nordwind brief)'
    )
    unowned = Line("a task", figure(), action=Action("Take it", "/cs tasks"))
    assert line_words(unowned) == "a task. nobody owns it: Take it (/cs tasks)"


def test_what_leads_a_section_has_no_zeros():
    section = Section("s", "S", figures=(figure(value=0), figure()), money=(Money("m", "due", figure(), ((100_00, "USD"),)),))  # fmt: skip
    assert lead(section) == ["12 questions", "due $100"]


@pytest.mark.parametrize(
    ("part", "whole", "drawn"),
    [
        (0, 10, "░" * 10),
        (1, 1000, "█" + "░" * 9),
        (5, 10, "█" * 5 + "░" * 5),
        (10, 10, "█" * 10),
        (0, 0, "░" * 10),
    ],
)
def test_a_bar_has_ten_cells_and_what_is_there_is_seen(part, whole, drawn):
    assert bar(part, whole) == drawn


def test_a_row_of_values_is_a_line_of_blocks():
    assert spark([0, 5, 10]) == "▁▅█"
    assert spark([0, 0]) == "▁▁"
    assert spark([]) == ""


CELLS = (Cell("green", "green", figure(value=7)), Cell("green", "red", figure(value=2), ((100_00, "USD"),)))


def test_tables_in_code_blocks_are_at_most_sixty_columns_wide():
    wide = [figure(label="x" * 90, value=1234), figure(label="y", value=1)]
    assert all(len(line) <= 60 for line in [*matrix(CELLS), *bars(wide)])
    assert matrix(CELLS)[1].split() == ["green", "7", "·", "2", "·"]
    assert matrix(()) == []


class Seen(HTMLParser):
    """Tags with their attributes, in order."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def full():
    asked, failed = figure("q.asked", "questions", 12, before=2), figure("q.failed", "failed <b>", 3)
    sections = (
        Section("questions", "Questions", figures=(asked, failed), rates=(Rate("r", "share failed", failed, asked),)),
        Section("health", "Health", figures=(figure("h.all", "customers", 9),), cells=CELLS,
                lines=(Line("60 → 30 <script>", figure("h.m", "moved", 1), "Nordwind"),), missing=("Nobody was asked.",)),
        Section("voice", "Voice", measures=(measured("nps", metrics.Metric(42.0, 60), asked=90),),
                money=(Money("m", "due", figure("m", "due", 1), ((100_00, "USD"),)),)),
    )  # fmt: skip
    figures = {one.key: one for section in sections for one in section.figures}
    return Digest(Period(NOW - timedelta(days=7), NOW, "7d"), Scope("all <i>"), NOW, "normal", figures, {}, sections=sections)  # fmt: skip


def test_the_page_has_charts_with_their_figures_in_words_and_nothing_from_outside(full):
    rows = {"q.failed": [EvidenceRow("1", NOW, "Nordwind", "U1", "how & why", "error")]}
    page = render(full, "html", rows, ["Questions rose from 2 to 12."])
    seen = Seen(page).tags
    (drawn,) = [attributes for tag, attributes in seen if tag == "svg"]
    assert drawn["role"] == "img"
    assert drawn["aria-label"] == "Questions: 12 questions ▲ was 2; 3 failed <b>"
    assert not [tag for tag, _ in seen if tag in {"script", "b-", "link", "img", "iframe"}]
    for words in ("prefers-color-scheme: dark", "@media print", 'class="headline"', "how &amp; why", "Nobody was asked.", "+42 (n 60)", "$100"):  # fmt: skip
        assert words in page
    assert {attributes["id"] for tag, attributes in seen if tag == "section"} == {
        "questions",
        "health",
        "voice",
    }


def test_text_and_json_hold_every_section_too(full):
    text = render(full, "text", {}, ["Questions rose from 2 to 12."])
    assert text.splitlines()[2] == "Questions rose from 2 to 12."
    assert "  - Nordwind: 60 → 30 <script>" in text
    found = json.loads(render(full, "json", {}, ["Questions rose."]))
    assert found["headline"] == ["Questions rose."]
    assert [section["key"] for section in found["sections"]] == ["questions", "health", "voice"]
    assert found["sections"][2]["measures"][0]["asked"] == 90


def test_the_table_has_the_id_of_every_row(full):
    rows = {"q.failed": [EvidenceRow("row-1", NOW, "Nordwind", "U1", "why", "error")]}
    (line,) = [one for one in render(full, "csv", rows).splitlines() if one.startswith("q.failed")]
    assert line.endswith(",row-1")
