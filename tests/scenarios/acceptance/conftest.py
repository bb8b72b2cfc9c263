"""The acceptance of playbooks: each story runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
import yaml

from bot.local import sample
from bot.local.clock import LocalClock
from bot.local.manifest import AppConfig
from bot.local.server import LocalWorkspace
from bot.start import MANIFEST
from store.clock import FixedClock
from tests.bot_fixtures import TUESDAY, BotUnderTest, InProcess
from tests.conftest import _admin, _with_database
from tests.sample_company import fill
from tests.story import Story


@pytest.fixture(scope="session")
def _company_on_postgres(_postgres_admin_url, tmp_path_factory):
    """The name of a database that holds the sample company."""
    folder, name = tmp_path_factory.mktemp("company"), "company"
    _admin(_postgres_admin_url, f"CREATE DATABASE {name}")
    clock = LocalClock(folder / "slack", FixedClock(TUESDAY))
    fill(_with_database(_postgres_admin_url, name), clock, folder)
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def company(request, local_clock, tmp_path):
    """Where the sample company is stored: `url`; on SQLite the bot's own file."""
    if request.param == "sqlite":
        yield SimpleNamespace(url=None)
        return
    template, admin_url = (
        request.getfixturevalue(f"_{one}") for one in ("company_on_postgres", "postgres_admin_url")
    )
    name = f"story_{uuid.uuid4().hex[:12]}"
    _admin(admin_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield SimpleNamespace(url=_with_database(admin_url, name))
    _admin(admin_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def story(company, local_clock, tmp_path, slack_options):
    """The product on a local workspace of its own, on a Tuesday at ten; what happens is told."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    slack = LocalWorkspace(
        tmp_path / "data" / "slack",
        local_clock,
        directory=sample.directory(),
        config=AppConfig.from_manifest(manifest),
        **slack_options,
    )
    with slack:
        running = BotUnderTest(tmp_path / "data", slack, local_clock, url=company.url)
        try:
            slack._delivery.transport = InProcess(running.app)
            yield Story(running)
        finally:
            running.close()
