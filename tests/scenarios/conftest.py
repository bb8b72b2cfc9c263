"""Scenarios run the product as a whole: on a local workspace, and as a process of its own."""

from tests.bot_fixtures import _sample_folder, bot, local_clock, slack_options
from tests.process_fixtures import (
    _filled_postgres,
    _filled_sqlite,
    _staged_postgres,
    _staged_sqlite,
    _zygote,
    life,
    postgres_life,
    sqlite_life,
    staged_life,
    staged_postgres_life,
    staged_sqlite_life,
)

__all__ = [
    "_filled_postgres",
    "_filled_sqlite",
    "_sample_folder",
    "_staged_postgres",
    "_staged_sqlite",
    "_zygote",
    "bot",
    "life",
    "local_clock",
    "postgres_life",
    "slack_options",
    "sqlite_life",
    "staged_life",
    "staged_postgres_life",
    "staged_sqlite_life",
]
