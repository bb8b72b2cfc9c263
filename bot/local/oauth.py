"""Installing the app as on Slack: the page that asks, the code that it gives, the tokens that the code is worth."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from bot.local import oauth_page
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from bot.local.payloads import Payload
    from bot.local.tokens import Tokens
    from bot.local.workspace import Workspace

CODE_LASTS = timedelta(minutes=10)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PATHS = ("/slack/events", "/slack/oauth_redirect")


@dataclass
class _Code:
    user: str
    scope: str
    redirect_uri: str
    until: datetime
    used: bool = False


@dataclass
class OAuth:
    """Where a person allows the app, and where the app gets its tokens.

    Args:
        ws: the workspace.
        tokens: the app's in it.
        events_url: where the app listens; people are sent back to the same host, unless the app says where.
    """

    ws: Workspace
    tokens: Tokens
    events_url: str | None = None
    _codes: dict[str, _Code] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        """The page, and where its form goes."""
        return [Route("/oauth/v2/authorize", self.authorize, methods=["GET", "POST"])]

    async def authorize(self, request: Request) -> Response:
        """Ask a person whether the app may come in; they are sent back with a code, or with their no."""
        asked = dict(request.query_params)
        back = asked.get("redirect_uri") or self._where_the_app_is()
        if asked.get("client_id") != self.tokens.client_id:
            return _refused("invalid_client_id", "There is no app with this client id in this workspace.")
        if urlsplit(back).hostname not in _LOOPBACK:
            return _refused("bad_redirect_uri", "The app did not say where on this machine it waits for you.")
        scopes = [one for one in asked.get("scope", "").split(",") if one]
        if not scopes:
            return _refused("invalid_scope_requested", "The app did not say what it wants to do.")
        if request.method == "GET":
            return HTMLResponse(oauth_page.asking(self.ws.directory, scopes), headers=oauth_page.HEADERS)
        form = await request.form()
        answer = {"state": asked.get("state", "")}
        if form.get("answer") == "allow":
            person = self.ws.person(str(form.get("who", "")))
            answer["code"] = self._code(person.id, ",".join(scopes), asked.get("redirect_uri", ""))
        else:
            answer["error"] = "access_denied"
        return RedirectResponse(_with_query(back, answer), status_code=303)

    def access(self, args: Payload, authorization: str) -> Payload:
        """oauth.v2.access: a code becomes tokens, once.

        Raises:
            ApiError: `invalid_client_id`, `bad_client_secret`, `invalid_code`, `code_already_used`, `bad_redirect_uri`.
        """
        self._prove(args, authorization)
        code = self._codes.get(str(args.get("code", "")))
        if code is None or self.ws.clock.real_now() >= code.until:
            raise ApiError("invalid_code")
        if code.used:
            raise ApiError("code_already_used")
        if str(args.get("redirect_uri") or "") != code.redirect_uri:
            raise ApiError("bad_redirect_uri")
        code.used = True
        directory = self.ws.directory
        return {
            "app_id": directory.app.app_id,
            "authed_user": {"id": code.user},
            "scope": code.scope,
            "token_type": "bot",
            "access_token": self.tokens.install(self.ws.folder),
            "bot_user_id": directory.app.user_id,
            "team": {"id": directory.team_id, "name": directory.team_name},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def uninstall(self, args: Payload, authorization: str) -> Payload:
        """apps.uninstall: the app takes itself out.

        Raises:
            ApiError: `invalid_client_id` or `bad_client_secret`.
        """
        self._prove(args, authorization)
        self.remove()
        return {}

    def remove(self) -> None:
        """The app is taken out of the workspace: its token is void, and it is told."""
        self._void("account_inactive", also={"type": "app_uninstalled"})

    def revoke(self) -> Payload:
        """auth.revoke: the token that asks for it is void."""
        self._void("token_revoked")
        return {"revoked": True}

    def _void(self, why: str, also: Payload | None = None) -> None:
        if not self.tokens.is_installed:
            return
        self.tokens.revoke(self.ws.folder, why)
        told: Payload = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.ws.bot_user]}}
        for event in (told, also):
            if event is not None:
                self.ws.emit({**event, "event_ts": self.ws.next_ts()})

    def _code(self, user: str, scope: str, redirect_uri: str) -> str:
        now = self.ws.clock.real_now()
        self._codes = {key: one for key, one in self._codes.items() if now < one.until}
        key = f"{self.ws.directory.team_id}.{secrets.token_hex(24)}"
        self._codes[key] = _Code(user, scope, redirect_uri, now + CODE_LASTS)
        return key

    def _prove(self, args: Payload, authorization: str) -> None:
        """Client id and secret, in the head or in the body."""
        client_id, secret = _basic(authorization) or (args.get("client_id"), args.get("client_secret"))
        if client_id != self.tokens.client_id:
            raise ApiError("invalid_client_id")
        if secret != self.tokens.client_secret:
            raise ApiError("bad_client_secret")

    def _where_the_app_is(self) -> str:
        """Where its manifest would send people back to."""
        return (self.events_url or "").replace(*_PATHS)


def _basic(authorization: str) -> tuple[str, str] | None:
    kind, _, rest = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def _with_query(address: str, more: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(more))))))


def _refused(code: str, sentence: str) -> Response:
    page = oauth_page.refusing(code, sentence)
    return HTMLResponse(page, status_code=400, headers=oauth_page.HEADERS)
