"""docs/journey.md tells the truth: its tests and commands exist, and no row of the specification is missing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import typer

from bot import cli
from bot.app import SUBCOMMANDS
from playbooks import loader

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "journey.md").read_text(encoding="utf-8")
SPECIFICATION = ROOT.parent / "shared" / "docs" / "customer-success.md"
ROWS = re.findall(r"^\| ([^|]+?) \| [^|]+ \| ([^|]+?) \| `(tests/[^`]+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("row", "test"), [pytest.param(row, test, id=row) for row, _, test in ROWS])
def test_a_row_of_the_journey_has_its_test(row, test):
    path, _, name = test.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
    assert name in names, f"{row}: {path} has no test {name}"


@pytest.mark.parametrize(("row", "where"), [pytest.param(row, where, id=row) for row, where, _ in ROWS])
def test_a_row_of_the_journey_names_what_can_be_called(row, where):
    in_slack = {one.name for one in SUBCOMMANDS}
    on_the_command_line = set(typer.main.get_command(cli.app).commands)
    for called in re.findall(r"`([^`]+)`", where):
        first, *rest = called.split()
        known = {"/cs": in_slack, "guidepost": on_the_command_line}.get(first)
        if known is None:
            assert first in loader.shipped(), f"{row}: there is no playbook {first}"
        else:
            assert rest[0] in known, f"{row}: there is no {called}"


def test_every_row_of_stages_and_practices_is_in_it_or_left_out_with_its_reason():
    if not SPECIFICATION.exists():
        pytest.skip("The specification is not beside the repository.")
    text = SPECIFICATION.read_text(encoding="utf-8")
    wanted = [
        row
        for title in ("### 1a", "### 1b", "### 1c")
        for row in re.findall(r"^\| ([^|]+?) \|", text.split(title)[1].split("\n### ")[0], re.MULTILINE)
        if not row.startswith(("Article", "---"))
    ]
    left_out = re.findall(r"^\| ([^|]+?) \| [^|]+ \|$", PAGE, re.MULTILINE)
    assert len(wanted) > 35
    assert set(wanted) - {row for row, _, _ in ROWS} - set(left_out) == set()


STAGES, OTHERS = (
    re.findall(r"^\| ([^|]+?) \| [^|]+ \| [^|]+? \| `tests/[^`]+::test_([^`]+)` \|$", part, re.MULTILINE)
    for part in PAGE.split("## In every stage")
)
NAMED = [*((row.partition(": ")[2], test) for row, test in STAGES), *OTHERS]


@pytest.mark.parametrize(("row", "test"), [pytest.param(row, test, id=row) for row, test in NAMED])
def test_a_stage_a_practice_and_a_step_of_the_map_has_a_test_that_is_named_after_it(row, test):
    assert f"{test}_".startswith(f"{slug(row)}_")


def test_everything_of_the_rest_of_the_article_has_its_row():
    if not SPECIFICATION.exists():
        pytest.skip("The specification is not beside the repository.")
    rest = SPECIFICATION.read_text(encoding="utf-8").split("### 1d")[1].split("\n## ")[0].split("\n\n", 1)[1]
    wanted = {
        slug(name.replace("LTV", "lifetime value"))
        for one in " ".join(rest.split()).split(";")
        for name in one.split("→")[0].split("/")
    }
    rows = " ".join(slug(row) for row, _ in OTHERS)
    assert len(wanted) > 10
    assert {name for name in wanted if name not in rows} == set()


def slug(row):
    """A row as it stands in the name of its test."""
    return re.sub(r"[^a-z0-9]+", "_", row.lower().replace("&", "and")).strip("_")


def test_there_is_a_story_for_each_of_the_twenty_five_scenarios():
    folder = ROOT / "tests" / "scenarios" / "acceptance"
    numbers = {int(path.name[5:7]) for path in folder.glob("test_[0-9][0-9]_*.py")}
    assert numbers == set(range(1, 26))
