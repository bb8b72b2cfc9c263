"""Who installed the app: Slack's own stores on our database, with tokens sealed on their way in."""

from __future__ import annotations

import copy
import logging
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import yaml
from slack_bolt import BoltResponse
from slack_bolt.error import BoltError
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.callback_options import CallbackOptions
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store.installation_store import InstallationStore
from slack_sdk.oauth.installation_store.models import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore

from bot.slack import install_pages
from bot.slack.messenger import SLACK_FAILED
from store.clock import SystemClock
from store.tables.installations import SEALED, forget_expired_states

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slack_bolt import BoltRequest
    from slack_bolt.oauth.callback_options import FailureArgs, SuccessArgs

    from bot.settings import Settings
    from bot.slack.vault import Vault
    from store.database import Database

log = logging.getLogger(__name__)

STATE_SECONDS = 600
Sealable = TypeVar("Sealable", Bot, Installation)


class SealedInstallationStore(InstallationStore):
    """Slack's SQL store of installations, whose tables hold no token that can be read.

    Args:
        database: ours.
        client_id: the app's.
        vault: what seals.
    """

    def __init__(self, database: Database, client_id: str, vault: Vault) -> None:
        self._stored = SQLAlchemyInstallationStore(client_id, database.writing_engine())
        self._vault = vault

    @property
    def logger(self) -> logging.Logger:
        """Where the library says what it does."""
        return log

    def save(self, installation: Installation) -> None:
        """Keep an installation, and its bot.

        Raises:
            BoltError: it is one of a whole organisation; each workspace is to install the app itself.
        """
        if installation.is_enterprise_install or not installation.team_id:
            raise BoltError("The app was installed for a whole organisation, which it is not made for.")
        self._stored.save(_with_secrets(installation, self._vault.seal))

    def save_bot(self, bot: Bot) -> None:
        """Keep a bot."""
        self._stored.save_bot(_with_secrets(bot, self._vault.seal))

    def find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """The newest bot of a workspace.

        Raises:
            CannotOpen: it was sealed with a key that we do not have.
        """
        found = self._stored.find_bot(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return _with_secrets(found, self._vault.open) if found else None

    def find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The newest installation of a workspace.

        Raises:
            CannotOpen: as `find_bot`.
        """
        found = self._stored.find_installation(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            is_enterprise_install=is_enterprise_install,
        )
        return _with_secrets(found, self._vault.open) if found else None


def _with_secrets(thing: Sealable, change: Callable[[str], str]) -> Sealable:
    """A copy whose tokens are sealed, or opened."""
    changed = copy.copy(thing)
    for name in SEALED:
        if value := getattr(changed, name, None):
            setattr(changed, name, change(value))
    return changed


class _States(SQLAlchemyOAuthStateStore):
    """Slack's store of installations that were begun; anybody may begin one, so what has expired is forgotten."""

    def __init__(self, database: Database) -> None:
        super().__init__(STATE_SECONDS, database.writing_engine(), logger=log)
        self._database = database

    def issue(self, *args: Any, **kwargs: Any) -> str:
        """Note one more."""
        with self._database.transaction() as session:
            forget_expired_states(session, SystemClock().now())
        return super().issue(*args, **kwargs)


class _Flow(OAuthFlow):
    """Slack's flow with our pages; what breaks on its way ends on the page of failures, too."""

    def build_install_page_html(self, url: str, request: BoltRequest) -> str:  # noqa: ARG002 - the library passes it
        """The page that leads to Slack."""
        return install_pages.before(url, self.settings.scopes or ())

    def run_installation(self, code: str) -> Installation | None:
        """Exchange the code for tokens; None if Slack refuses it or cannot be reached."""
        try:
            return super().run_installation(code)
        except SLACK_FAILED as error:
            log.warning("Slack could not be asked for the tokens of an installation: %s", error)
            return None

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:
        """Keep it.

        Raises:
            BoltError: it could not be kept.
        """
        try:
            super().store_installation(request, installation)
        except BoltError:
            raise
        except Exception as error:
            raise BoltError("The installation could not be stored.") from error


def oauth_flow(
    settings: Settings,
    database: Database,
    store: SealedInstallationStore,
    manifest: Path,
    on_installed: Callable[[Installation], None],
) -> OAuthFlow:
    """`/slack/install` and `/slack/oauth_redirect`.

    Args:
        settings: client id and secret, and where Slack is.
        database: keeps installations that were begun.
        store: keeps those that were completed.
        manifest: names the scopes to ask for.
        on_installed: is told of each.
    """
    scopes = yaml.safe_load(manifest.read_text(encoding="utf-8"))["oauth_config"]["scopes"]["bot"]
    slack = settings.slack_api_url.removesuffix("api/")

    def success(args: SuccessArgs) -> BoltResponse:
        on_installed(args.installation)
        team = args.installation.team_name or args.installation.team_id or "your workspace"
        return _shown(args, 200, install_pages.installed(team, _slack_of(slack, args.installation)))

    def failure(args: FailureArgs) -> BoltResponse:
        log.warning("an installation failed: %s", args.reason, exc_info=args.error)
        page = install_pages.failed(args.reason, args.settings.install_path)
        return _shown(args, args.suggested_status_code, page)

    return _Flow(
        client=WebClient(base_url=settings.slack_api_url),
        logger=log,
        settings=OAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=settings.slack_client_secret,
            scopes=scopes,
            user_scopes=[],
            authorization_url=f"{slack}oauth/v2/authorize",
            callback_options=CallbackOptions(success=success, failure=failure),
            installation_store=store,
            state_store=_States(database),
        ),
    )


def _shown(args: SuccessArgs | FailureArgs, status: int, page: str) -> BoltResponse:
    """The page; the cookie of the browser that began has done its work."""
    over = args.settings.state_utils.build_set_cookie_for_deletion()
    return BoltResponse(status=status, headers={**install_pages.HEADERS, "Set-Cookie": over}, body=page)


def _slack_of(slack: str, installation: Installation) -> str:
    """Where a browser meets the workspace: Slack's own client, or whatever stands in its place."""
    at_slack = urlsplit(slack).hostname in {"slack.com", "www.slack.com"}
    return f"https://app.slack.com/client/{installation.team_id}" if at_slack else slack
