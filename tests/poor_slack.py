"""A Slack that knows little: a dozen methods, scant payloads. Made without looking at the local workspace.

What it does not know it refuses as Slack does (`unknown_method`), or as a web server does (404, no JSON).
It checks nothing that it is given and keeps neither metadata nor profiles' e-mail addresses.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from itertools import count
from urllib.parse import parse_qsl, urlencode

import uvicorn
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from store.clock import SystemClock

BOT, TEAM, SECRET = "U9BOT", "T9", "a-signing-secret"


class PoorSlack:
    """One workspace on loopback.

    Args:
        refusal: how an unknown method is answered: "unknown_method" or "404".
        events_url: where events are posted (HTTP mode); None: over the WebSocket.
        deaf: it knows streams, but takes no words from their chunks.
    """

    def __init__(self, refusal="unknown_method", events_url=None, *, deaf=False):
        self.refusal, self.events_url = refusal, events_url
        if deaf:
            self._chat_startStream = lambda body: self._keep(body | {"user": BOT, "text": ""})
            self._chat_appendStream = lambda body: {"channel": body["channel"], "ts": body["ts"]}
            self._chat_stopStream = lambda body: {"channel": body["channel"], "message": {"text": ""}}
        self.messages, self.views, self.responses, self.calls = [], [], [], []
        self.limited = {}  # method -> how many calls are still answered 429
        self.broken = {}  # method -> how many calls are still carried out, and answered 500
        self._stamps, self._sockets, self._acks = count(1), [], {}

    def __enter__(self):
        routes = [
            Route("/api/{method}", self._call, methods=["GET", "POST"]),
            Route("/answer/{n}", self._respond, methods=["POST"]),
            WebSocketRoute("/socket", self._socket),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.until(lambda: self._server.started, "the server")
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.api_url = f"http://127.0.0.1:{self.port}/api/"
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(5)

    def _run(self):
        async def serve():
            self._loop = asyncio.get_running_loop()
            await self._server.serve()

        asyncio.run(serve())

    # What the bot calls

    async def _call(self, request):
        method, body = request.path_params["method"], await _body_of(request)
        self.calls.append(method)
        if self.limited.get(method):
            self.limited[method] -= 1
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"})
        known = getattr(self, "_" + method.replace(".", "_"), None)
        if known is not None and self.broken.get(method):
            self.broken[method] -= 1
            known(body)
            return PlainTextResponse("Internal Server Error", 500)
        if known is not None:
            return JSONResponse({"ok": True, **known(body)})
        if self.refusal == "404":
            return HTMLResponse("<h1>Not Found</h1>", 404)
        return JSONResponse({"ok": False, "error": self.refusal})

    def _auth_test(self, _):
        return {"user_id": BOT, "team_id": TEAM}

    def _apps_connections_open(self, _):
        return {"url": f"ws://127.0.0.1:{self.port}/socket"}

    def _chat_postMessage(self, body):  # noqa: N802 - Slack's name
        return self._keep(body | {"user": BOT})

    def _chat_postEphemeral(self, body):  # noqa: N802 - Slack's name
        return {"message_ts": self._keep(body | {"only": body["user"], "user": BOT})["ts"]}

    def _chat_update(self, body):
        [message] = [one for one in self.messages if one["ts"] == body["ts"]]
        message.update(text=body.get("text"), blocks=body.get("blocks") or [])
        return {"channel": body["channel"], "ts": body["ts"]}

    def _views_open(self, body):
        self.views.append(body["view"] | {"id": f"V{len(self.views)}"})
        return {"view": self.views[-1]}

    def _users_info(self, body):
        return {"user": {"id": body["user"], "name": "somebody"}}

    def _conversations_info(self, body):
        return {"channel": {"id": body["channel"]}}

    def _conversations_open(self, body):
        return {"channel": {"id": "D" + body["users"]}}

    def _conversations_replies(self, body):
        return {"messages": [one for one in self.messages if one.get("thread_ts") == body["ts"]]}

    def _conversations_history(self, body):
        return {"messages": [one for one in self.messages if one["channel"] == body["channel"]]}

    def _keep(self, body):
        ts = f"17{next(self._stamps):08d}.000100"
        kept = {key: body[key] for key in ("channel", "user", "text", "thread_ts", "only") if key in body}
        self.messages.append(kept | {"ts": ts, "blocks": body.get("blocks") or []})
        return {"channel": body["channel"], "ts": ts}

    async def _respond(self, request):
        self.responses.append(await request.json())
        return PlainTextResponse("ok")

    async def _socket(self, websocket):
        await websocket.accept()
        await websocket.send_json({"type": "hello"})
        self._sockets.append(websocket)
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                frame = json.loads(await websocket.receive_text())
                self._acks[frame["envelope_id"]] = frame.get("payload")
        self._sockets.remove(websocket)

    # What people do

    def say(self, text, *, channel="C9", user="U9ANN", ts=None, thread_ts=None, times=1, **more):
        """Somebody writes; returns the ts. A mention is told as `app_mention`, the rest as `message`."""
        ts = ts or f"17{next(self._stamps):08d}.000200"
        kind = "app_mention" if f"<@{BOT}>" in text else "message"
        event = {"type": kind, "user": user, "text": text, "ts": ts, "channel": channel, **more}
        if thread_ts:
            event["thread_ts"] = thread_ts
        for attempt in range(times):
            body = {"type": "event_callback", "team_id": TEAM, "event": event}
            self.deliver("events_api", body, attempt)
        return ts

    def press(self, message, element, *, user="U9ANN", block_id="b", **more):
        """Somebody presses a button of a message: no state, no action_ts, hardly a container."""
        action = {"type": "button", "action_id": element["action_id"], "block_id": block_id}
        action["value"] = element.get("value")
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user},
            "trigger_id": f"trigger-{next(self._stamps)}",
            "channel": {"id": message["channel"]},
            "message": {"ts": message["ts"]},
            "actions": [action],
            **more,
        }
        return self.deliver("interactive", body)

    def hang_up(self):
        """The bot's sockets close, as they do in a network that fails."""
        for websocket in list(self._sockets):
            asyncio.run_coroutine_threadsafe(websocket.close(), self._loop).result(5)
        self.until(lambda: not self._sockets, "the sockets to close")

    def command(self, text, *, user="U9ANN", channel="C9"):
        """Somebody uses /cs: no trigger, no names."""
        body = {
            "command": "/cs",
            "text": text,
            "user_id": user,
            "team_id": TEAM,
            "channel_id": channel,
            "response_url": f"http://127.0.0.1:{self.port}/answer/{next(self._stamps)}",
        }
        return self.deliver("slash_commands", body)

    def submit(self, view, values, *, user="U9ANN"):
        """Somebody sends a modal off; `values` as Slack nests them."""
        filled = view | {"state": {"values": values}}
        body = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": user}, "view": filled}
        return self.deliver("interactive", body)

    def deliver(self, kind, body, attempt=0):
        """Tell the bot, by WebSocket or HTTP, and wait for its acknowledgement."""
        if self.events_url:
            return self._post(kind, body, attempt)
        envelope = f"envelope-{next(self._stamps)}"
        frame = {"envelope_id": envelope, "type": kind, "payload": body}
        self.until(lambda: self._sockets, "the bot to connect")
        sending = self._sockets[-1].send_json(frame)
        asyncio.run_coroutine_threadsafe(sending, self._loop).result(5)
        self.until(lambda: envelope in self._acks, "the acknowledgement")
        return self._acks[envelope]

    def _post(self, kind, body, attempt):
        as_json = kind == "events_api"
        form = body if kind == "slash_commands" else {"payload": json.dumps(body)}
        text = json.dumps(body) if as_json else urlencode(form)
        headers = {"X-Slack-Retry-Num": str(attempt)} if attempt else {}
        status, answer = self.post(text, as_json=as_json, headers=headers)
        assert status == 200, answer
        return answer

    def post(self, text, *, as_json=True, headers=(), secret=SECRET, age=0):
        """POST a signed body; returns the status and the answer's text."""
        stamp = str(int(SystemClock().now().timestamp()) - age)
        signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=text)
        kind = "application/json" if as_json else "application/x-www-form-urlencoded"
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
            **dict(headers),
        }
        request = urllib.request.Request(self.events_url, text.encode(), signed)
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    # What is to be seen

    def thread(self, ts):
        """The bot's messages in a thread."""
        return [one for one in self.messages if one.get("thread_ts") == ts]

    def until(self, true, what, seconds=30):
        """Wait; what it was waiting for is returned."""
        ends = time.monotonic() + seconds
        while not (found := true()):
            if time.monotonic() > ends:
                raise TimeoutError(f"waited {seconds} s for {what}; said: {self.messages}; {self.calls}")
            time.sleep(0.01)
        return found


async def _body_of(request):
    """What a call was given: JSON or a form, whose blocks and views are JSON again."""
    text = (await request.body()).decode()
    if text.startswith("{"):
        return json.loads(text)
    body = dict(parse_qsl(text)) | dict(request.query_params)
    return {key: json.loads(value) if key in {"blocks", "view"} else value for key, value in body.items()}
