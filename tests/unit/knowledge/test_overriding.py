from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from knowledge.errors import KnowledgeError
from knowledge.evaluation.overriding import overridden


@dataclass(frozen=True)
class Inner:
    depth: int = 10
    weight: float = 0.25


@dataclass(frozen=True)
class Outer:
    inner: Inner = field(default_factory=Inner)
    usual: bool = True
    name: str = "plain"
    turns: tuple[float, ...] = (0.3, 0.15)


def test_figures_are_exchanged_wherever_they_are():
    changed = overridden(Outer(), ["inner.depth=0", "inner.weight=0.5", "usual=no", "name=other"])
    assert changed == Outer(Inner(0, 0.5), usual=False, name="other")


@pytest.mark.parametrize(("value", "expected"), [("0.5", (0.5,)), ("1, 2,3", (1.0, 2.0, 3.0)), ("", ())])
def test_several_figures_are_separated_by_commas(value, expected):
    assert overridden(Outer(), [f"turns={value}"]).turns == expected


def test_nothing_to_exchange_changes_nothing():
    assert overridden(Outer(), []) == Outer()


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        pytest.param("usual", "Write name=value", id="no value"),
        pytest.param("unusual=1", "there is no unusual; there are inner, usual, name, turns", id="unknown"),
        pytest.param("inner.breadth=1", "there is no breadth; there are depth, weight", id="unknown inside"),
        pytest.param("inner=1", "inner.depth=...", id="a part as a whole"),
        pytest.param("usual.more=1", "usual=...", id="a figure as a part"),
        pytest.param("inner.depth=ten", "kind int, like 10", id="no number"),
        pytest.param("turns=0.5,much", "kind tuple, like", id="not all numbers"),
        pytest.param("usual=perhaps", "kind bool, like True", id="neither true nor false"),
    ],
)
def test_what_cannot_be_set_is_named_with_the_remedy(assignment, message):
    with pytest.raises(KnowledgeError, match=message):
        overridden(Outer(), [assignment])
