"""A bot for each workspace that installed the app, in one process, behind one address."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from slack_bolt import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot import deliver, work
from bot.listeners.leftovers import GONE
from bot.run import Bot
from bot.serving import HttpServer, SlackDoor
from bot.slack.installations import SealedInstallationStore, oauth_flow
from bot.slack.signing_in import INSTALLED
from bot.slack.vault import Vault
from bot.wiring import connect, slack_client
from store.errors import GuidepostError
from store.tables import installations

if TYPE_CHECKING:
    from pathlib import Path

    from slack_bolt import BoltRequest
    from slack_sdk.oauth.installation_store import Installation

    from bot.services import Pace
    from bot.wiring import Core
    from store.tables import SlackBot

log = logging.getLogger(__name__)

LOOK_SECONDS = (
    20.0  # until another process's installation is noticed, or a workspace that failed is tried again
)
NOT_HERE = "Guidepost is not installed in this workspace any more. An admin can install it again."


@dataclass(frozen=True)
class _Member:
    """A workspace's bot, and the row of the installation that it runs by."""

    bot: Bot
    row_id: int | None


class Fleet:
    """Starts and stops bots as workspaces install and uninstall the app, and brings each what is sent to it.

    Args:
        core: what all of them stand on; see `open_shared`.
        manifest: names the scopes.
        work_pace: of their workers.
        speech_pace: of their outboxes.
        look_seconds: see LOOK_SECONDS.
    """

    def __init__(
        self,
        core: Core,
        manifest: Path,
        *,
        work_pace: Pace = work.PACE,
        speech_pace: Pace = deliver.PACE,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        settings = core.settings
        self._core = core
        self._client_id = settings.slack_client_id or ""
        self._paces = (work_pace, speech_pace)
        self._look_seconds = look_seconds
        self._verifier = SignatureVerifier(settings.slack_signing_secret or "")
        self._store = SealedInstallationStore(
            core.database, self._client_id, Vault(settings.guidepost_secret_key or "")
        )
        flow = oauth_flow(settings, core.database, self._store, manifest, self._on_installed)
        self._http = HttpServer(SlackDoor(self.dispatch, flow), settings.port, self.readiness)
        self._members: dict[str, _Member] = {}
        self._stopping, self._look_now = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep_up, name="fleet", daemon=True)

    @property
    def teams(self) -> list[str]:
        """The workspaces whose bots run."""
        return sorted(self._members)

    def start(self) -> None:
        """Start the bots of those who have installed the app, then listen.

        Raises:
            PortTaken: another program listens on our port.
        """
        self._look()
        self._http.start()
        self._thread.start()

    def stop(self) -> None:
        """Take nothing new, finish what is under way."""
        self._stopping.set()
        self._look_now.set()
        self._http.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        for team in self.teams:
            self._end(team)

    def readiness(self) -> dict[str, Any]:
        """Whether what is sent is stored, and how the workspaces are."""
        members = list(self._members.values())
        told = [member.bot.readiness() for member in members]
        stored = self._installed()
        return {
            "ready": stored is not None and all(one["storing"] for one in told),
            "connected": True,
            "storing": stored is not None,
            "models_loaded": all(one["models_loaded"] for one in told),
            "mode": "http",
            "workspaces": len(members),
            "workspaces_waiting": max(0, len(stored or ()) - len(members)),
            **{state: sum(one.get(state, 0) for one in told) for state in ("failed", "set_aside")},
        }

    def dispatch(self, request: BoltRequest) -> BoltResponse:
        """Answer what Slack sends: by the bot of its workspace, which checks the signature, or by ourselves."""
        leaving = _event_of(request) in GONE
        running = (self._members.get(team) for team in _teams_of(request))
        member = next((one for one in running if one is not None), None)
        if member is not None and not leaving:
            return member.bot.app.dispatch(request)
        if request.body.get("ssl_check") == "1":
            return BoltResponse(status=200)
        headers = {name: values[0] for name, values in request.headers.items()}
        if not self._verifier.is_valid_request(request.raw_body, headers):
            return BoltResponse(status=401, body=json.dumps({"error": "invalid request"}))
        if leaving:
            self._forget(request)
            return BoltResponse(status=200)
        return self._without_a_bot(request)

    def _without_a_bot(self, request: BoltRequest) -> BoltResponse:
        if request.body.get("type") == "url_verification":
            return BoltResponse(status=200, body=json.dumps({"challenge": request.body.get("challenge")}))
        installed = {row.team_id for row in self._installed() or ()}
        if installed.intersection(_teams_of(request)):
            self._look_now.set()
            return BoltResponse(status=503, body="starting")  # not stored: it is to come again
        is_command = "command" in request.body
        return BoltResponse(status=200, body=NOT_HERE if is_command else "")

    def _forget(self, request: BoltRequest) -> None:
        """Slack says that a workspace's tokens are void: they are deleted; what is stored of it stays."""
        event, team = request.body["event"], str(request.body.get("team_id"))
        if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return  # somebody's own tokens; we have none
        said_at = datetime.fromtimestamp(int(request.body.get("event_time") or 0), UTC)
        with self._core.database.transaction() as session:
            installations.forget_tokens(session, self._client_id, team, said_at + timedelta(seconds=1))
        log.warning("%s: %s. Its tokens are deleted, its data stay.", team, event["type"])
        self._look_now.set()

    def _on_installed(self, installation: Installation) -> None:
        log.info("%s has installed the app", installation.team_id)
        self._look_now.set()

    def _keep_up(self) -> None:
        while not self._stopping.is_set():
            self._look_now.wait(self._look_seconds)
            self._look_now.clear()
            if not self._stopping.is_set():
                try:
                    self._look()
                except Exception:
                    log.exception("the workspaces could not be looked at; trying again")

    def _look(self) -> None:
        """Let those bots run whose workspaces have installed the app, with their newest tokens."""
        rows = self._installed()
        if rows is None:
            return
        wanted = {row.team_id: row for row in rows if row.team_id}
        for team, member in list(self._members.items()):
            if team not in wanted or wanted[team].id != member.row_id:
                self._end(team)
        for team, row in wanted.items():
            if team not in self._members and not self._stopping.is_set():
                self._try_to_add(team, row)

    def _end(self, team: str) -> None:
        """Stop a workspace's bot; one that goes wrong over it is left to itself, and holds up no other."""
        try:
            self._members.pop(team).bot.stop()
        except Exception:
            log.exception("the bot of %s would not stop", team)
        else:
            log.info("the bot of %s is stopped", team)

    def _try_to_add(self, team: str, row: SlackBot) -> None:
        try:
            self._members[team] = _Member(self._begin(team, row), row.id)
        except GuidepostError as error:
            log.error("the bot of %s cannot start: %s", team, error)  # noqa: TRY400 - the sentence says it all
        except Exception:
            log.exception("the bot of %s cannot start", team)
        else:
            log.info("the bot of %s runs", team)

    def _begin(self, team: str, row: SlackBot) -> Bot:
        core, settings = self._core, self._core.settings
        installed = self._store.find_bot(enterprise_id=row.enterprise_id, team_id=team)
        assert installed is not None
        with core.database.transaction() as session:
            workspace = installations.own_workspace(session, row, core.clock.now())
            first = installations.first_installer(session, self._client_id, team)
        admins = ",".join(name for name in (settings.guidepost_admins, first) if name)
        own = core.for_workspace(workspace.id, settings.model_copy(update={"guidepost_admins": admins}))
        services = connect(own, slack_client(installed.bot_token or "", settings.slack_api_url), INSTALLED)
        work_pace, speech_pace = self._paces
        bot = Bot(services, work_pace=work_pace, speech_pace=speech_pace, alone=False)
        bot.start(None)
        threading.Thread(target=services.answers.load, name=f"load-{team}", daemon=True).start()
        return bot

    def _installed(self) -> list[SlackBot] | None:
        """The newest installation of each workspace; None if the database does not answer."""
        try:
            with self._core.database.reading() as session:
                return installations.installed(session, self._client_id)
        except Exception:
            log.exception("the database does not answer")
            return None


def _event_of(request: BoltRequest) -> str | None:
    event = request.body.get("event")
    return event.get("type") if isinstance(event, dict) else None


def _teams_of(request: BoltRequest) -> list[str]:
    """The workspaces that may be meant, the likeliest first.

    A button of ours pressed by somebody of another organisation comes with that organisation's id; the message
    names the one whose bot posted it.
    """
    message = request.body.get("message")
    pressed = request.body.get("type") == "block_actions" and isinstance(message, dict)
    posted_in = message.get("team") if pressed and isinstance(message, dict) else None
    candidates = (posted_in, request.context.team_id, request.body.get("team_id"))
    return [str(team) for team in dict.fromkeys(candidates) if team]
