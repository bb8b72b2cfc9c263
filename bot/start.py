"""Starts Guidepost: on Slack, or on the local workspace with its sample data."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.run import Bot, wait_for_signal
from bot.settings import Settings, load_settings
from bot.wiring import Core, connect, open_core, slack_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Access:
    """How Slack is reached: real tokens, or those of the local workspace."""

    bot_token: str
    app_token: str | None
    api_url: str
    page_url: str | None = None


@contextmanager
def running(settings: Settings, *, with_sample: bool = True) -> Iterator[tuple[Bot, Access]]:
    """A bot that runs until the block ends.

    Args:
        settings: what the installation has set.
        with_sample: load the sample data into a fresh local workspace; a real one never gets any.
    """
    core = open_core(settings)
    with ExitStack() as stack:
        access = stack.enter_context(_local_slack(core)) if settings.is_local else _real_slack(settings)
        services = connect(core, slack_client(access.bot_token, access.api_url))
        bot = Bot(services)
        stack.callback(core.database.close)
        stack.callback(bot.stop)
        bot.start(access.app_token)
        if settings.is_local and with_sample:
            _seed_in_background(core, bot)
        else:
            services.answers.start()
        yield bot, access


def run_forever(say: Callable[[str], None]) -> None:
    """Run until somebody asks the process to end."""
    settings = load_settings()
    with running(settings) as (bot, access):
        if access.page_url:
            say("")
            say(f"  Guidepost is running in its local workspace:  {access.page_url}")
            say("  Write as a customer, a CSM or a manager; Ctrl-C ends it. Put Slack tokens into .env to go live.")
            say("")
        else:
            say(f"Guidepost is connected to Slack ({settings.mode} mode, workspace {bot.services.workspace_id}).")
        wait_for_signal()
        say("Stopping; what is under way is finished first.")


def _real_slack(settings: Settings) -> Access:
    assert settings.slack_bot_token is not None
    app_token = settings.slack_app_token if settings.mode == "socket" else None
    return Access(settings.slack_bot_token, app_token, settings.slack_api_url)
