"""The product's bot in the test's own process, with all its threads, on whatever Slack there is."""

from __future__ import annotations

import socket
from contextlib import contextmanager

from bot.local import sample
from bot.run import Bot
from bot.settings import Settings
from bot.wiring import connect, open_core, slack_client
from knowledge.adapters.generations import NumpyGenerations
from knowledge.ingest import Ingest
from tests.bot_process import SHORT, QuickCore


def settings_for(folder, **more):
    """Settings of a bot on a Slack that is no local workspace."""
    return Settings(_env_file=None, **{"guidepost_data_dir": folder, "port": 0} | more)


def quick_core(settings):
    """The product's core, its database migrated, with quick models."""
    core = open_core(settings)
    return QuickCore(core.settings, core.database, core.clock, core.workspace_id)


def take_in(core, folder=sample.HELP_CENTER):
    """Sync a folder, the sample's help centre say, as an admin would with `guidepost knowledge sync`."""
    ingest = Ingest(
        core.database,
        workspace_id=core.workspace_id,
        clock=core.clock,
        embedder=core.embedder,
        store=NumpyGenerations(),
        folder=core.index_folder,
    )
    ingest.sync(folder, audience="public")


@contextmanager
def running_bot(settings, *, token, api_url, app_token=None, pace=SHORT):
    """A bot that runs until the block ends."""
    core = quick_core(settings)
    services = connect(core, slack_client(token, api_url))
    services.answers.load()
    bot = Bot(services, work_pace=pace, speech_pace=pace)
    bot.start(app_token)
    try:
        yield bot
    finally:
        bot.stop()
        core.database.close()


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
