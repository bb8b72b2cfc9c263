"""The same seed plays the same company: the first days, played twice, have the same rows in every table."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest

from bot.demo import planted
from bot.demo.building import Plan, build
from bot.settings import Settings
from bot.wiring import LoadingAnswers, open_core
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from tests.same_rows import rows_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PLAN = Plan(planted.LEAST_MONTHS, planted.LEAST_ACCOUNTS, seed=1, last=date(2026, 11, 22), days=10)
MAY_DIFFER = {
    ("inbound_events", "event_key"),  # Slack's own ids
    ("inbound_events", "payload"),
    ("slack_users", "updated_at"),  # by the machine's clock
    ("answers", "timings_ms"),  # how long it took
    ("sources", "report"),
    ("index_generations", "digest"),  # of ids
}


def quick(core):
    """Answers by models that need no loading."""
    core.embedder, core.reranker = HashingEmbedder(), OverlapReranker()
    return LoadingAnswers(core)


def played(folder, plan):
    """The rows of a company."""
    settings = Settings(_env_file=None, guidepost_data_dir=folder, guidepost_slack_mode="local")
    build(settings, plan, answers=quick)
    core = open_core(settings)
    with closing(core.database):
        return rows_of(core.database, MAY_DIFFER)


def test_the_same_seed_plays_the_same_rows_in_every_table(tmp_path):
    first, second = (played(tmp_path / name, PLAN) for name in ("first", "second"))
    assert sum(first["messages"].values()) > 20
    assert sum(first["run_steps"].values()) > 20
    for table, rows in first.items():
        assert (rows - second[table], second[table] - rows) == ({}, {}), table
