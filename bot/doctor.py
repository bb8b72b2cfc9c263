"""What is wrong with an installation, and the remedy: settings, database, disk, models, index, Slack, chat model."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import yaml

from bot import wiring
from bot.settings import load_settings
from bot.slack.installations import SealedInstallationStore
from bot.slack.vault import Vault
from bot.start import MANIFEST
from knowledge.chat import Message
from store.errors import GuidepostError
from store.insights.installation import installation
from store.tables import installations, writing
from store.tables.installations import WorkspaceNotNamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.settings import Settings
    from bot.wiring import Core
    from store.tables import SlackBot

State = Literal["ok", "warning", "problem"]

ENOUGH_DISK = 1_000_000_000  # bytes
_PING = (Message("user", "Reply with the one word OK."),)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what.
        state: a problem keeps something from working; a warning is worth knowing.
        text: what was found, in a sentence.
        remedy: what to do; empty if all is well.
    """

    about: str
    state: State
    text: str
    remedy: str = ""


def examine(opens: Callable[[], Core], *, online: bool = False) -> Iterator[Finding]:
    """Look at everything, one finding after the other; what fails early leaves later things out.

    Args:
        opens: what commands stand on.
        online: also ask the chat model for one word, which costs a few tokens.
    """
    try:
        settings = load_settings()
    except GuidepostError as error:
        yield Finding("settings", "problem", str(error), "Correct .env; .env.example explains each setting.")
        return
    yield Finding("settings", "ok", f"They make sense; the mode is {settings.mode}.")
    yield _disk(settings)
    try:
        core = opens()
    except WorkspaceNotNamed as error:
        yield Finding("workspace", "warning", str(error), "Its knowledge and index were not looked at.")
        yield from _installed(settings, wiring.open_shared(settings))
        return
    except GuidepostError as error:
        yield Finding("database", "problem", str(error), "Mend this first; the rest was not looked at.")
        return
    yield Finding(
        "database",
        "ok",
        f"It opens and its tables are of this version ({'SQLite' if core.database.is_sqlite else 'PostgreSQL'}).",
    )
    yield from (_admins(settings), _models(core), _index(core), _knowledge(core))
    yield from (_installed(settings, core) if settings.is_installed_by_many else _slack(settings))
    yield from _chat_model(core, online=online)


def _disk(settings: Settings) -> Finding:
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.data_folder).free
    except OSError as error:
        return Finding(
            "disk", "problem", f"{settings.data_folder} cannot be used: {error.strerror}.",
            "Set GUIDEPOST_DATA_DIR to a folder that you may write to.",
        )  # fmt: skip
    text = f"{free / 1e9:.1f} GB are free at {settings.data_folder}."
    if free < ENOUGH_DISK:
        return Finding("disk", "warning", text, "An index is built beside the old one: make room.")
    return Finding("disk", "ok", text)


def _admins(settings: Settings) -> Finding:
    if settings.admins or settings.is_local:
        return Finding(
            "admins", "ok", ", ".join(sorted(settings.admins)) or "The local workspace has its own."
        )
    if settings.is_installed_by_many:
        return Finding("admins", "ok", "Whoever installs the app first in a workspace is its admin.")
    return Finding(
        "admins", "warning", "Nobody is named.", "Set GUIDEPOST_ADMINS to your Slack id or e-mail."
    )


def _models(core: Core) -> Finding:
    try:
        names = core.check_models()
    except GuidepostError as error:
        return Finding("models", "problem", str(error), "Install the pinned packages again: make run.")
    return Finding("models", "ok", "; ".join(names) + ".")


def _index(core: Core) -> Finding:
    try:
        report = core.ingest.check()
    except GuidepostError as error:
        return Finding("index", "problem", str(error), "Run: guidepost knowledge check --repair")
    if not report.passages:
        return Finding("index", "ok", "There is nothing to index yet.")
    if report.healthy:
        return Finding("index", "ok", "Database, vector index and lexical index hold the same passages.")
    return Finding("index", "problem", " ".join(report.problems), "Run: guidepost knowledge check --repair")


def _knowledge(core: Core) -> Finding:
    with core.database.reading() as session:
        found = installation(session, core.workspace_id)
    text = f"{found.documents} documents, {found.passages} passages."
    if found.documents:
        return Finding("knowledge", "ok", text)
    return Finding("knowledge", "warning", text, "Run: guidepost knowledge sync FOLDER")


def _slack(settings: Settings) -> Iterator[Finding]:
    if settings.is_local:
        yield Finding("slack", "ok", "No tokens are set: the bot runs on the local workspace.")
        return
    try:
        team, granted = wiring.sign_in(settings)
    except GuidepostError as error:
        yield Finding("slack", "problem", str(error), "Copy the token anew from 'OAuth & Permissions'.")
        return
    yield Finding("slack", "ok", f"The bot token belongs to {team}.")
    yield _scopes(granted)
    yield _events(settings)


def _installed(settings: Settings, core: Core) -> Iterator[Finding]:
    """Whether each workspace that installed the app can be served."""
    client_id = settings.slack_client_id or ""
    store = SealedInstallationStore(core.database, client_id, Vault(settings.guidepost_secret_key or ""))
    with core.database.reading() as session:
        rows = installations.installed(session, client_id)
    yield Finding(
        "slack", "ok" if rows else "warning", f"{len(rows)} workspaces have installed the app.",
        "" if rows else "Start the bot and open https://YOUR-HOST/slack/install (docs/installing.md).",
    )  # fmt: skip
    for row in rows:
        yield from _workspace(settings, store, row)
    yield Finding(
        "slack events", "ok",
        f"Slack must reach this machine's port {settings.port} at /slack/events, and browsers at /slack/install "
        "and /slack/oauth_redirect.",
    )  # fmt: skip


def _workspace(settings: Settings, store: SealedInstallationStore, row: SlackBot) -> Iterator[Finding]:
    name = f"slack {row.team_id}"
    try:
        found = store.find_bot(enterprise_id=row.enterprise_id, team_id=row.team_id)
        team, granted = wiring.sign_in(settings, found.bot_token if found else None)
    except GuidepostError as error:
        yield Finding(
            name, "problem", str(error), "Have the app installed there again, or set the key that is missing."
        )
        return
    yield Finding(name, "ok", f"The token of {team} opens and is let in.")
    yield replace(_scopes(granted), about=f"{name} scopes")


def _scopes(granted: frozenset[str]) -> Finding:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    missing = sorted(set(manifest["oauth_config"]["scopes"]["bot"]) - granted)
    if not granted:
        return Finding("slack scopes", "warning", "Slack did not say which scopes the token has.")
    if missing:
        return Finding(
            "slack scopes", "problem", f"The token lacks {', '.join(missing)}.",
            "Paste bot/manifest.yaml into the app's manifest, then install the app again.",
        )  # fmt: skip
    return Finding("slack scopes", "ok", f"All {len(granted)} that the manifest asks for.")


def _events(settings: Settings) -> Finding:
    if settings.mode == "http":
        return Finding(
            "slack events", "ok", f"Slack must reach this machine's port {settings.port} at /slack/events."
        )
    try:
        wiring.try_socket(settings)
    except GuidepostError as error:
        return Finding(
            "slack events", "problem", str(error),
            "Make an app-level token with connections:write and switch Socket Mode on.",
        )  # fmt: skip
    return Finding("slack events", "ok", "Socket Mode lets the app token in.")


def _chat_model(core: Core, *, online: bool) -> Iterator[Finding]:
    if core.chat_model is None:
        yield Finding("chat model", "ok", "None is set: answers are quotes.")
        return
    try:
        core.check_chat_model()
        said = "".join(piece.text for piece in core.chat_model.stream(_PING)) if online else None
    except GuidepostError as error:
        yield Finding(
            "chat model", "problem", str(error), "Until then answers are quotes; see docs/chat-models.md."
        )
        return
    tried = "not asked; --online does" if said is None else f"it said {said.strip()[:40]!r}"
    yield Finding("chat model", "ok", f"{core.chat_model.name}: package and key are there ({tried}).")
    yield _budget(core)


def _budget(core: Core) -> Finding:
    limit, most = core.settings.guidepost_chat_tokens_a_day, core.settings.guidepost_chat_cost_a_day
    with core.database.reading() as session:
        today = writing.spent(session, core.workspace_id, core.clock.now().date())
    cost = today.cost_micros / 1e6
    text = (
        f"{today.tokens} tokens today"
        + (f" of {limit}" if limit else "")
        + (f", costing {cost:.2f}" if cost else "")
    )
    if (limit and today.tokens >= limit) or (most and cost >= most):
        return Finding(
            "chat budget", "warning", f"{text}: it is spent, answers are quotes until tomorrow (UTC).",
            "Raise GUIDEPOST_CHAT_TOKENS_A_DAY or GUIDEPOST_CHAT_COST_A_DAY.",
        )  # fmt: skip
    return Finding(
        "chat budget", "ok", f"{text}, {today.failures} of {today.calls} calls without a usable answer."
    )
