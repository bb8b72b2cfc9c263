"""One Slack address for several local workspaces: calls go where their token belongs, codes become tokens."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "111.222", "client-secret"


class SlackOfMany:
    """What is at `api_url`.

    Args:
        workspaces: the local workspaces by the code that installs the app in each.
    """

    def __init__(self, workspaces):
        self._by_code = workspaces
        self.calls = []  # (team, method)
        self._client = httpx.Client(timeout=30)

    def _access(self, form):
        ws = self._by_code.get(form.get("code"))
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return {"ok": False, "error": "bad_client_secret"}
        if ws is None:
            return {"ok": False, "error": "invalid_code"}
        directory = ws.directory
        return {
            "ok": True,
            "app_id": directory.app.app_id,
            "authed_user": {"id": directory.users[0].id},
            "scope": "chat:write,commands",
            "token_type": "bot",
            "access_token": ws.bot_token,
            "bot_user_id": directory.app.user_id,
            "team": {"id": directory.team_id, "name": directory.team_name},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def _call(self, request):
        method, body = request.path_params["method"], await request.body()
        if method == "oauth.v2.access":
            form = {key: str(value) for key, value in (await request.form()).items()}
            basic = httpx.BasicAuth(CLIENT_ID, CLIENT_SECRET)._auth_header
            if request.headers.get("authorization") == basic:
                form |= {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
            return JSONResponse(self._access(form))
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        ws = next((one for one in self._by_code.values() if one.bot_token == token), None)
        if ws is None:
            return JSONResponse({"ok": False, "error": "invalid_auth"})
        self.calls.append((ws.directory.team_id, method))
        headers = {
            name: value
            for name, value in request.headers.items()
            if name in {"authorization", "content-type", "user-agent"}
        }
        answer = await run_in_threadpool(
            self._client.post, f"{ws.api_url}{method}", content=body, headers=headers
        )
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name in {"content-type", "retry-after", "x-oauth-scopes"}
        }
        return Response(answer.content, answer.status_code, kept)

    @contextmanager
    def serving(self):
        """Listen; gives the API's address."""
        web = Starlette(routes=[Route("/api/{method}", self._call, methods=["GET", "POST"])])
        server = uvicorn.Server(uvicorn.Config(web, port=0, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/api/"
        finally:
            server.should_exit = True
            thread.join(5)
            self._client.close()
