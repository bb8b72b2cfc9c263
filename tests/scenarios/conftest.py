"""Scenarios run the product as a whole: on a local workspace, and as a process of its own."""

from tests.bot_fixtures import _sample_folder, bot, local_clock, slack_options
from tests.process_fixtures import (
    _filled_postgres,
    _filled_sqlite,
    _workspace_folder,
    _zygote,
    life,
    postgres_life,
    sqlite_life,
)

__all__ = [
    "_filled_postgres",
    "_filled_sqlite",
    "_sample_folder",
    "_workspace_folder",
    "_zygote",
    "bot",
    "life",
    "local_clock",
    "postgres_life",
    "slack_options",
    "sqlite_life",
]
