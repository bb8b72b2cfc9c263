from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.grounding import is_verbatim
from knowledge.units import units_of

STEPS = "To export:\n\n1. Open **Reports**.\n2. Press Export.\n   - CSV is the default\n\n(Image: the page)\n\n3. Done."
TABLE = "| Plan | Price |\n| --- | --- |\n| Starter | $9 |\n| Growth | $19 |"
CODE = "Run this:\n\n```bash\nnpm install\n\nnpm start\n```\n\nThen open it."


def _kinds(text):
    return [(unit.kind, unit.text) for unit in units_of(text)]


def test_sentences_are_cut_apart():
    assert _kinds("Open it. Then press Save! Is that e.g. fine? Yes.") == [
        ("sentence", "Open it."),
        ("sentence", "Then press Save!"),
        ("sentence", "Is that e.g. fine?"),
        ("sentence", "Yes."),
    ]


def test_steps_keep_their_numbers_and_images_are_left_out():
    units = units_of(STEPS)
    assert [(unit.kind, unit.number, unit.depth) for unit in units] == [
        ("sentence", None, 0),
        ("step", 1, 0),
        ("step", 2, 0),
        ("item", None, 1),
        ("step", 3, 0),
    ]
    assert units[0].is_lead_in
    assert units[1].text == "Open **Reports**."


def test_a_row_knows_its_header():
    rows = units_of(TABLE)
    assert [row.text for row in rows] == ["| Starter | $9 |", "| Growth | $19 |"]
    assert {row.header for row in rows} == {"| Plan | Price |"}
    assert rows[0].readable == "Plan: Starter. Price: $9"


def test_code_stays_whole_with_its_blank_lines():
    assert [kind for kind, _ in _kinds(CODE)] == ["sentence", "code", "sentence"]
    assert units_of(CODE)[1].text == "```bash\nnpm install\n\nnpm start\n```"


def test_a_fence_that_is_never_closed_is_code_to_the_end():
    assert [unit.kind for unit in units_of("```\nx = 1\ny = 2")] == ["code"]


@pytest.mark.parametrize("text", ["", "\n\n", "---", "(Image)", "(Image: a button)", "***"])
def test_what_says_nothing_is_no_unit(text):
    assert units_of(text) == []


@given(st.text(alphabet="abc .!?\n-*1|`#()ä日", max_size=300))
def test_every_unit_stands_in_its_passage_as_it_is(text):
    for unit in units_of(text):
        assert is_verbatim(unit.text, text)
