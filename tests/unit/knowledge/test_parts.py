from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.parts import in_turn, parts_of, together
from knowledge.quoting import Quote
from knowledge.types import Evidence
from knowledge.units import units_of

EVIDENCE = Evidence(
    "p", "d", "", (), "", "One is here. Two is here. Three is here.", "public", "text", "", ""
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How do I export contacts?", ("How do I export contacts?",)),
        (
            "How do I export contacts and can I pay by bank transfer?",
            ("How do I export contacts", "can I pay by bank transfer?"),
        ),
        ("Where are invoices? Who may read reports?", ("Where are invoices?", "Who may read reports?")),
        ("How do I export contacts and how is it scheduled?", None),
        ("Can I export contacts and invoices?", None),
        ("Where are invoices? It is important to know.", None),
        ("Where are invoices? Thanks!", None),
        ("app doesnt work offline?? what happens to deliveries without signal", None),
        (
            "If I move house, do I pay a new fee? Can I keep my old number?",
            ("If I move house, do I pay a new fee?", "Can I keep my old number?"),
        ),
        ("Which? What? Where are my invoices today?", None),
        ("Is A big? Is Boston big? Is Chicago big? Is Denver big?", None),
        ("", ()),
    ],
)
def test_a_message_is_taken_apart_only_where_each_part_asks_for_itself(text, parts):
    assert parts_of(text) == ((text,) if parts is None else parts)


def test_evidence_of_several_parts_is_dealt_in_turn_each_passage_once():
    a, b, c = (replace(EVIDENCE, passage_id=name) for name in "abc")
    assert in_turn([(a, b), (b, c)]) == (a, b, c)
    assert in_turn([]) == ()


def test_what_several_parts_quote_of_one_passage_is_one_quote_in_reading_order():
    one, two, three = units_of(EVIDENCE.text)
    other = replace(EVIDENCE, passage_id="q")
    quotes = [Quote(EVIDENCE, (three,)), Quote(other, (one,)), Quote(EVIDENCE, (two, three))]
    assert together(quotes) == (Quote(EVIDENCE, (two, three)), Quote(other, (one,)))
