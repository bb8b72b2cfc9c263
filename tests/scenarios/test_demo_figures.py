"""Every figure of a demo company that is there: is it the number of the rows that it opens?

    GUIDEPOST_DEMO=.guidepost-demo python -m pytest tests/scenarios/test_demo_figures.py

Looked at are the whole time, each of its months, and random slices: the digest, the journey map and its audit, the gaps.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from bot.demo.building import Plan
from bot.settings import Settings
from bot.wiring import open_core, workspace_folder
from tests.figure_checks import check_slice, slices

FOLDER = os.environ.get("GUIDEPOST_DEMO", "")
SLICES = 20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3000),
    pytest.mark.skipif(not FOLDER, reason="GUIDEPOST_DEMO names no folder of `guidepost demo`"),
]


@pytest.fixture
def core():
    settings = Settings(_env_file=None, guidepost_data_dir=Path(FOLDER), guidepost_slack_mode="local")
    opened = open_core(settings)
    with closing(opened.database):
        yield opened


def test_every_figure_of_the_company_equals_the_rows_that_it_opens(core, capsys):
    built = json.loads((workspace_folder(core.settings) / "demo.json").read_text())
    plan = Plan(built["months"], built["accounts"], built["seed"], date.fromisoformat(built["last"]))
    company = plan.company()
    names = [one.name for one in company.customers]
    days = (company.last - company.first).days + 1
    counts = [check_slice(core, cut) for cut in slices(days, plan.ends(company), names, SLICES)]
    with capsys.disabled():
        sys.stdout.write(f"{sum(counts)} figures in {len(counts)} slices of {days} days\n")
    assert min(counts) > 0
