"""`guidepost slack`: who installed the app, and the key that seals their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.console import Json, show

if TYPE_CHECKING:
    from bot.settings import Settings
    from store.database import Database

slack_app = typer.Typer(no_args_is_help=True, help="Workspaces that install the app themselves (OAuth).")


@slack_app.command("key")
def slack_key() -> None:
    """Print a new key for GUIDEPOST_SECRET_KEY."""
    from bot.slack.vault import new_key

    typer.echo(new_key())


@slack_app.command("reseal")
def slack_reseal() -> None:
    """Seal every token with the newest key of GUIDEPOST_SECRET_KEY; then older keys can go."""
    from bot.slack.vault import Vault
    from store.tables import installations

    settings, database = _opened()
    with database.transaction() as session:
        count = installations.reseal(session, Vault(settings.guidepost_secret_key or "").reseal)
    typer.echo(f"{count} values are sealed with the newest key.")


@slack_app.command("workspaces")
def slack_workspaces(*, as_json: Json = False) -> None:
    """List the workspaces that have installed the app."""
    from store.tables import installations

    settings, database = _opened()
    with database.reading() as session:
        rows = [
            {"team_id": bot.team_id, "name": bot.team_name, "installed_at": bot.installed_at.isoformat()}
            for bot in installations.installed(session, settings.slack_client_id or "")
        ]
    show(rows, as_json, _rows_text)


@slack_app.command("practice")
def slack_practice(
    events_url: Annotated[
        str, typer.Option(help="Where the app will listen, as its request URL in Slack.")
    ] = "http://127.0.0.1:3000/slack/events",
) -> None:
    """Start a local workspace that the app is installed into by OAuth, as into Slack, and say how."""
    from bot.installing.practice import practice
    from bot.run import wait_for_signal
    from bot.settings import load_settings

    settings = load_settings()
    folder = settings.guidepost_data_dir / "practice"
    with practice(folder, settings.guidepost_local_port, events_url) as (workspace, variables):
        typer.echo(f"The workspace is at {workspace.page_url}. In another terminal:")
        typer.echo(f"  set -a; . {variables}; set +a; guidepost run")
        typer.echo(
            f"Then open {events_url.replace('/slack/events', '/slack/install')}. Ctrl-C ends the workspace."
        )
        wait_for_signal()


def _rows_text(rows: list[dict[str, Any]]) -> str:
    lines = (f"{row['team_id']}  {row['name'] or ''}  since {row['installed_at'][:16]}" for row in rows)
    return "\n".join(lines) or "Nobody has installed the app yet."


def _opened() -> tuple[Settings, Database]:
    """The settings and the store.

    Raises:
        SettingsError: the app is not set up to be installed by many workspaces.
    """
    from bot.settings import SettingsError, load_settings
    from bot.wiring import open_shared

    settings = load_settings()
    if not settings.is_installed_by_many:
        raise SettingsError(
            "Workspaces do not install this app themselves. For that set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, "
            "SLACK_SIGNING_SECRET and GUIDEPOST_SECRET_KEY (docs/installing.md)."
        )
    return settings, open_shared(settings).database
