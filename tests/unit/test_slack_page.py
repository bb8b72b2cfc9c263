"""docs/slack.md tells the truth clause by clause: its tests and commands exist."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

from bot.app import SUBCOMMANDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| `(tests/[^`]+)` \|$", PAGE, re.MULTILINE)


@lru_cache
def named_in(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def test_the_clauses_are_read():
    assert len(ROWS) > 45
    assert len({clause for clause, _, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("clause", "test"), [pytest.param(one, test, id=one) for one, _, test in ROWS])
def test_a_clause_has_its_test(clause, test):
    path, _, name = test.partition("::")
    assert name in named_in(path), f"{clause}: {path} has no test {name}"


@pytest.mark.parametrize(("clause", "where"), [pytest.param(one, where, id=one) for one, where, _ in ROWS])
def test_a_clause_names_commands_that_there_are(clause, where):
    in_slack = {one.name for one in SUBCOMMANDS} | {"help"}
    for called in re.findall(r"`/cs (\w+)", where):
        assert called in in_slack, f"{clause}: there is no /cs {called}"
