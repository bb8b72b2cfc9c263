"""docs/playbook-clauses.md tells the truth: each clause once, and its test exists."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "playbook-clauses.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+?) \| `(tests/[^`]+)` \|$", PAGE, re.MULTILINE)


@lru_cache
def named_in(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def test_the_clauses_are_read():
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| Clause")]
    assert len(ROWS) == len(lines)
    assert len({clause for clause, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("clause", "test"), [pytest.param(*row, id=row[0]) for row in ROWS])
def test_a_clause_has_its_test(clause, test):
    path, _, name = test.partition("::")
    assert name in named_in(path), f"{clause}: {path} has no test {name}"
