"""The published schema is the language, and accepts what the checker accepts."""

from __future__ import annotations

import re

import jsonschema
import pytest
import yaml

from playbooks.checking import check
from playbooks.reading import DEFINITIONS
from playbooks.schema import schema, schema_text

ROOT = DEFINITIONS.parents[1]
MANUAL = (ROOT / "docs" / "playbooks.md").read_text(encoding="utf-8")


def example() -> str:
    """The definition in the manual."""
    found = re.search(r"## A definition\n.*?```yaml\n(.*?)```", MANUAL, re.DOTALL)
    assert found
    return found[1]


def problems(data):
    return [error.message for error in jsonschema.Draft202012Validator(schema()).iter_errors(data)]


def test_the_published_schema_is_current():
    assert (ROOT / "docs" / "playbooks.schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("path", sorted(DEFINITIONS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_definition_fits_the_schema(path):
    assert problems(yaml.safe_load(path.read_text(encoding="utf-8"))) == []


def test_the_definition_in_the_manual_has_no_problem(tmp_path):
    path = tmp_path / "hello.yaml"
    path.write_text(example(), encoding="utf-8")
    assert check(path) == []
    assert problems(yaml.safe_load(example())) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("  to: admin", "  to: boss", id="an unknown audience"),
        pytest.param("when: C+7d", "when: day one", id="a wrong moment"),
        pytest.param("kind: onboarding", "kind: boarding", id="an unknown kind"),
        pytest.param("type: 1-7", "type: 1-8", id="an unknown scale"),
        pytest.param("cycle: subscription", "cykle: subscription", id="an unknown key"),
    ],
)
def test_the_schema_refuses_what_the_checker_refuses(tmp_path, old, new):
    assert old in example()
    text = example().replace(old, new, 1)
    path = tmp_path / "hello.yaml"
    path.write_text(text, encoding="utf-8")
    assert check(path)
    assert problems(yaml.safe_load(text))
