"""Starts Guidepost: on Slack, or on the local workspace with its sample data."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.run import Bot, wait_for_signal
from bot.settings import Settings, load_settings
from bot.timetravel import TimeTravel
from bot.wiring import Core, connect, open_core, open_shared, slack_client, workspace_folder
from store.tables import events, outbox, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.fleet import Fleet
    from bot.local.manifest import AppConfig
    from bot.local.server import LocalWorkspace
    from bot.services import Services

log = logging.getLogger(__name__)

MANIFEST = Path(__file__).with_name("manifest.yaml")


@dataclass(frozen=True)
class Access:
    """How Slack is reached: real tokens, or those of the local workspace."""

    bot_token: str
    app_token: str | None
    api_url: str
    page_url: str | None = None
    workspace: LocalWorkspace | None = None


@contextmanager
def running(
    settings: Settings, *, with_sample: bool = True, trigger_seconds: float | None = None
) -> Iterator[tuple[Bot, Access]]:
    """A bot that runs until the block ends.

    Args:
        settings: what the installation has set.
        with_sample: load the sample data into a fresh local workspace; a real one never gets any.
        trigger_seconds: how long the local workspace lets a press open a form; None: as long as Slack does.
    """
    core = open_core(settings)
    with ExitStack() as stack:
        access = (
            stack.enter_context(_local_slack(core, with_sample, trigger_seconds))
            if settings.is_local
            else _real_slack(settings)
        )
        services = connect(core, slack_client(access.bot_token, access.api_url))
        if settings.is_local:
            take_up_what_was_left(services)
        bot = Bot(services)
        stack.callback(core.database.close)
        stack.callback(bot.stop)
        bot.start(access.app_token)
        if access.workspace is not None:
            access.workspace.move_clock_by(TimeTravel(services, access.workspace.advance))
        _load_in_background(core, bot, sample=settings.is_local and with_sample)
        yield bot, access


@contextmanager
def running_fleet(settings: Settings) -> Iterator[Fleet]:
    """Bots of all workspaces that install the app, until the block ends."""
    from bot.fleet import Fleet  # noqa: PLC0415 - one workspace needs none

    core = open_shared(settings)
    with ExitStack() as stack:
        stack.callback(core.database.close)
        fleet = Fleet(core, MANIFEST)
        stack.callback(fleet.stop)
        fleet.start()
        yield fleet


def run_forever(say: Callable[[str], None]) -> None:
    """Run until somebody asks the process to end."""
    settings = load_settings()
    if settings.is_installed_by_many:
        with running_fleet(settings) as fleet:
            say(
                f"Guidepost listens on port {settings.port} for {len(fleet.teams)} workspaces; "
                "others install it at /slack/install."
            )
            wait_for_signal()
            say("Stopping; what is under way is finished first.")
        return
    with running(settings) as (bot, access):
        if access.page_url:
            say("")
            say(f"  Guidepost is running in its local workspace:  {access.page_url}")
            say(
                "  Write as a customer, a CSM or a manager; Ctrl-C ends it. Put Slack tokens into .env to go live."
            )
            say("")
        else:
            say(
                f"Guidepost is connected to Slack ({settings.mode} mode, workspace {bot.services.workspace_id})."
            )
        wait_for_signal()
        say("Stopping; what is under way is finished first.")


def app_config() -> AppConfig:
    """The app's manifest, with the completions of its sub-commands for the page."""
    import yaml  # noqa: PLC0415

    from bot.app import SUBCOMMANDS  # noqa: PLC0415
    from bot.listeners.commands import COMMAND  # noqa: PLC0415
    from bot.local.manifest import AppConfig, Completion, SlashCommand  # noqa: PLC0415

    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    completions = tuple(Completion(one.usage, one.description) for one in SUBCOMMANDS)
    return AppConfig.from_manifest(manifest, [SlashCommand(COMMAND, completions=completions)])


def _real_slack(settings: Settings) -> Access:
    assert settings.slack_bot_token is not None
    app_token = settings.slack_app_token if settings.mode == "socket" else None
    return Access(settings.slack_bot_token, app_token, settings.slack_api_url)


@contextmanager
def _local_slack(core: Core, with_sample: bool, trigger_seconds: float | None) -> Iterator[Access]:
    """The local workspace, with its past laid into it before anybody looks."""
    from bot.demo.marking import is_demo, staff_of  # noqa: PLC0415 - Slack's users never need it
    from bot.local import sample  # noqa: PLC0415
    from bot.local.clock import LocalClock  # noqa: PLC0415
    from bot.local.seed import Seed  # noqa: PLC0415
    from bot.local.server import LocalWorkspace  # noqa: PLC0415
    from bot.local.views import TRIGGER_SECONDS  # noqa: PLC0415

    assert isinstance(core.clock, LocalClock)
    folder = workspace_folder(core.settings)
    directory = staff_of(folder) if is_demo(folder) else sample.directory()
    if with_sample and not is_demo(folder):
        Seed(core.database, core.workspace_id, folder, core.clock).records()
    workspace = LocalWorkspace(
        folder,
        core.clock,
        directory=directory,
        port=core.settings.guidepost_local_port,
        config=app_config(),
        trigger_seconds=TRIGGER_SECONDS if trigger_seconds is None else trigger_seconds,
    )
    with workspace:
        yield Access(
            workspace.bot_token, workspace.app_token, workspace.api_url, workspace.page_url, workspace
        )


def take_up_what_was_left(services: Services) -> None:
    """What a killed process was at is begun again at once; the workspace's lock says that it is not running."""
    wall = services.wall.now()
    with services.database.transaction() as session:
        events.end_leases(session, workspace_id=services.workspace_id, wall=wall)
        outbox.end_leases(session, workspace_id=services.workspace_id, wall=wall)
        sources.end_leases(session, services.workspace_id)


def _load_in_background(core: Core, bot: Bot, *, sample: bool) -> None:
    """Models take seconds to load; the sample's help centre is taken in first, as it needs them too."""

    def load() -> None:
        from bot.demo.marking import is_demo  # noqa: PLC0415 - Slack's users never need it

        if sample and not is_demo(workspace_folder(core.settings)):
            from bot.local.seed import Seed  # noqa: PLC0415 - Slack's users never need it

            seed = Seed(core.database, core.workspace_id, workspace_folder(core.settings), core.clock)
            try:
                seed.knowledge(core.ingest, core.account_id)
            except Exception:
                log.exception("the sample help centre could not be taken in; the next start tries again")
        bot.services.answers.load()

    threading.Thread(target=load, name="load-models", daemon=True).start()
