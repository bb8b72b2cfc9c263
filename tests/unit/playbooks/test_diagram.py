"""Drawings of playbooks: every step and every way out of it, the pages of documentation equal what is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from playbooks.diagram import draw, said, short
from playbooks.loader import parse, shipped
from playbooks.pages import drawing_of, mermaid, page
from playbooks.types import Condition

DOCS = Path(__file__).parents[3] / "docs" / "playbooks"
SHIPPED = shipped()
SMALL = {
    "playbook": "hello", "id": "PB-HI", "title": "Hello", "version": "1.0.0", "stage": "adoption", "cycle": "account",
    "delivery": "auto", "fallback": ["admin", "csm"], "outcomes": {"done": {"label": "Done", "then": "C"}},
    "steps": {
        "A": {
            "title": "How is it", "when": "C+7d", "to": "admin", "message": "How is it?",
            "ask": {"key": "mood", "options": {"good": "Good", "fine": "Fine", "bad": "Bad"}},
            "on_answer": {
                "good": {"do": [{"goto": "B", "after": "2h"}]}, "fine": {"do": [{"goto": "B", "after": "2h"}]},
                "bad": {"do": [{"start": "save"}, {"look_up": {"question": "x", "found": "B", "missing": "C"}}]},
            },
            "on_timeout": {"do": [{"finish": {"outcome": "done"}}]},
        },
        "B": {"title": "Fine", "to": "admin", "message": "Fine."},
        "C": {"title": "Call", "task": {"title": "Call", "due": "1bd"}, "then": [{"goto": "B"}]},
    },
}  # fmt: skip


def small():
    return draw(parse(SMALL))


def test_every_way_out_of_a_step_is_drawn_with_its_answer():
    arrows = {(one.source, one.target, one.label, one.silent) for one in small().arrows}
    assert arrows == {
        ("A", "B", "Good, after 2h / Fine, after 2h / Bad, found", False),
        ("A", "play_save", "Bad", False),
        ("A", "C", "Bad, not found", False),
        ("A", "end_done", "no answer", True),
        ("C", "B", "done", False),
        ("end_done", "C", "", False),
    }


def test_nodes_say_what_they_are_and_when_they_come():
    found = {node.key: (node.kind, node.when) for node in small().nodes}
    assert found["A"] == ("question", "C+7d")
    assert (found["C"][0], found["end_done"][0], found["play_save"][0]) == ("task", "end", "playbook")


def test_mermaid_names_every_node_and_arrow():
    text = mermaid(small())
    assert text.startswith("flowchart LR\n")
    assert 's_A["How is it<br/><small>C+7d</small>"]' in text
    assert 's_A -.->|"no answer"| s_end_done' in text


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_arrow_of_a_shipped_playbook_leads_from_a_node_to_a_node(name):
    drawing = drawing_of(SHIPPED[name])
    keys = {node.key for node in drawing.nodes}
    assert {arrow.source for arrow in drawing.arrows} | {arrow.target for arrow in drawing.arrows} <= keys
    assert set(SHIPPED[name].playbook.steps) <= keys


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_the_page_of_each_playbook_is_what_its_definition_says(name):
    """Else: `guidepost playbooks diagram --write docs/playbooks`."""
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == page(SHIPPED[name])


def test_a_step_of_one_segment_says_so():
    found = {node.key: node.only for node in drawing_of(SHIPPED["onboarding"]).nodes}
    assert (found["E_security"], found["O0"], found["O1"]) == ("ENT", "MM, ENT", "")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"fact": "first_value"}, "first_value is known"),
        ({"number": {"health": ">= 70"}, "band": ["red"]}, "health >= 70, red"),
        ({"not": {"answer": {"mood": ["bad", "fine"]}}}, "not mood bad or fine"),
        ({"any": [{"segment": "SMB"}, {"facts": {"nps": "0-6"}}]}, "SMB or nps 0 to 6"),
        ({"answers": {"mood": {"bad": ">= 2"}}}, "mood bad >= 2 times"),
        ({"since": {"save": ">= 90"}, "age": {"offer": ">= 90"}}, "offer noted >= 90 days ago, save ended >= 90 days ago"),
    ],
)  # fmt: skip
def test_conditions_are_said_in_words(condition, words):
    assert said(Condition.model_validate(condition)) == words


def test_a_label_is_short_and_without_variables():
    assert (
        short("Hello {first}, how are things with all of your many goals today")
        == "Hello …, how are things with all…"
    )
