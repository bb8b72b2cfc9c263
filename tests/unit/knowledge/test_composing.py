"""Quotes in an answer: what a source says never passes for one of our own citations."""

from __future__ import annotations

import pytest

from knowledge.composing import compose, unmarked
from knowledge.quoting import Quote
from knowledge.types import Evidence
from knowledge.units import units_of


def quote_of(text):
    evidence = Evidence("p1", "d1", "Title", ("Title",), "title.md", text, "public")
    return Quote(evidence, tuple(units_of(text)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Free for life [1].", "Free for life (1).", id="a mark"),
        pytest.param("Free for life[12], really.", "Free for life(12), really.", id="behind a word"),
        pytest.param("So [1][2] and [ 3 ].", "So (1)(2) and (3).", id="several"),
        pytest.param("So [1, 2] and [3-5].", "So (1, 2) and (3-5).", id="in one"),
        pytest.param(
            "So \uff3b6\uff3d and \u301031\u3011.", "So (6) and (31).", id="brackets of other scripts"
        ),
        pytest.param("Take `rows[1]` and ``a[2]``.", "Take `rows[1]` and ``a[2]``.", id="code stays"),
        pytest.param("[Save] it in [2026].", "[Save] it in [2026].", id="words and years stay"),
    ],
)
def test_what_reads_like_a_citation_is_put_in_round_brackets(text, said):
    assert unmarked(text) == said


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("All plans are free [7].", id="a sentence"),
        pytest.param("- All plans are free [7]\n- Really [8]", id="a list"),
        pytest.param("1. Take it [7]\n2. Keep it [8]", id="steps"),
        pytest.param("| Plan [9] | Price |\n| --- | --- |\n| All [7] | free [8] |", id="a table"),
    ],
)
def test_an_answer_names_no_source_but_its_own(text):
    made = compose([quote_of(text)])
    assert "[1]" in made.markdown
    assert not any(f"[{n}]" in made.markdown for n in (7, 8, 9))
    assert any("[7]" in sentence.text for sentence in made.sentences), "a quote stays verbatim"


def test_code_is_quoted_as_it_is():
    made = compose([quote_of("```python\nrows[7] = 1\n```")])
    assert "rows[7] = 1" in made.markdown
