"""Heavy imports load only where they are used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = [
    "torch",
    "transformers",
    "sentence_transformers",
    "chromadb",
    "langchain",
    "langchain_core",
    "openai",
]

CASES = [
    pytest.param(
        "import bot.cli", [*HEAVY, "sqlalchemy", "slack_bolt", "pydantic", "numpy"], id="the command line"
    ),
    pytest.param("import bot.app, bot.wiring, bot.start", HEAVY, id="the bot, before its models load"),
    pytest.param("import bot.local.server", HEAVY, id="the local workspace"),
]


@pytest.mark.parametrize(("statement", "absent"), CASES)
def test_heavy_packages_are_not_imported_by(statement, absent):
    code = f"{statement}\nimport sys\nprint(','.join(m for m in {absent!r} if m in sys.modules))"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == ""


def test_help_is_printed_without_reading_settings_or_data(tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "bot.cli", "--help"], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    assert "knowledge" in found.stdout
    assert list(tmp_path.iterdir()) == []
