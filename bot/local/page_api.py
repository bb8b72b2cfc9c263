"""What the browser page calls; PAGE_API.md is its description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.local import api_files, api_reactions, interactions, messages, reading, streams, text
from bot.local.clock import ClockError
from bot.local.errors import ApiError, PageError
from bot.local.opening import bootstrap

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.websockets import WebSocket

    from bot.local.controls import Controls
    from bot.local.directory import Channel, User
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace

_PAGE = Path(__file__).parent / "page"
_SENTENCES = {
    "message_not_found": "That message is gone.",
    "thread_not_found": "That thread is gone.",
}
_LONGEST = 40_000  # characters of one message


class PageApi:
    """The page's calls, each a method; `routes` lists them."""

    def __init__(self, ws: Workspace, controls: Controls) -> None:
        self._ws = ws
        self._controls = controls

    def routes(self) -> list[BaseRoute]:
        """The routes under `/`."""
        reads = {"bootstrap": self.bootstrap, "messages": self.messages, "file": self.file}
        return [
            Route("/", self.index),
            Route("/archives/{channel}/{message}", self.index),
            Mount("/page", StaticFiles(directory=_PAGE, check_dir=False)),
            WebSocketRoute("/local/api/ws", self.listen),
            *(Route(f"/local/api/{name}", _guarded(call)) for name, call in reads.items()),
            *(
                Route(f"/local/api/{name}", _guarded(_with_body(call)), methods=["POST"])
                for name, call in self._doings().items()
            ),
        ]

    async def does(self, call: str, body: Payload) -> Payload:
        """Carry out a call by its name, without HTTP.

        Raises:
            PageError: there is no such call, or it is refused.
        """
        doing = self._doings().get(call)
        if doing is None:
            raise PageError(f"The page has no call {call!r}.", 404)
        return await doing(body)

    def _doings(self) -> dict[str, Callable[[Payload], Awaitable[Payload]]]:
        return {
            "post": self.post,
            "edit": self.edit,
            "delete": self.delete,
            "react": self.react,
            "command": self.command,
            "action": self.action,
            "view_submit": self.view_submit,
            "view_close": self.view_close,
            "options": self.options,
            "open": self.open,
            "stop_stream": self.stop_stream,
            "shortcut": self.shortcut,
            **self._controls.doings(),
        }

    async def index(self, _: Request) -> Response:
        """The page itself; it may load nothing from elsewhere."""
        policy = "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws:"
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
        return FileResponse(_PAGE / "index.html", headers=headers)

    async def listen(self, websocket: WebSocket) -> None:
        """The WebSocket of one page."""
        user = self._ws.directory.user(websocket.query_params.get("as", ""))
        if user is None or user.is_bot:
            await websocket.close(code=4004)
            return
        await self._ws.hub.serve(websocket, user.id)

    async def bootstrap(self, request: Request) -> Response:
        """All that the page needs to begin."""
        directory = self._ws.directory
        people = [*directory.personas, *(one.id for one in directory.users if not one.is_bot)]
        place = directory.channel(request.query_params.get("channel", ""))
        people.sort(key=lambda one: place is not None and one not in place.members)
        asked = request.query_params.get("as", "")
        known = directory.user(asked)
        if known is None or known.is_bot:
            if not people:
                raise PageError("This workspace has no people yet.", 404)
            asked = people[0]
        return JSONResponse(bootstrap(self._ws, self._ws.person(asked)))

    async def messages(self, request: Request) -> Response:
        """A conversation or a thread, and what this person alone sees in it."""
        user, channel = self._where(dict(request.query_params))
        thread = request.query_params.get("thread")
        if thread:
            found = reading.in_thread(self._ws.records, channel.id, thread)
        else:
            found = reading.in_channel(self._ws.records, channel.id)
            messages.mark_read(self._ws, channel.id, user)
        statuses = {
            at: one["status"] for (place, at), one in self._ws.statuses.items() if place == channel.id
        }
        return JSONResponse(
            {
                "messages": [messages.for_page(channel.id, one) for one in found],
                "ephemerals": messages.ephemerals_for(self._ws, channel.id, user.id, thread),
                "status": statuses,
            }
        )

    async def file(self, request: Request) -> Response:
        """A shared file's bytes, never shown as a page of ours."""
        user = self._ws.person(request.query_params.get("as", ""))
        file = api_files.readable(self._ws, request.query_params.get("id", ""), user)
        if file is None:
            raise PageError("There is no such file, or it was not shared with you.", 404)
        headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
        where = api_files.location(self._ws, file["id"])
        return FileResponse(where, media_type=file["mimetype"], filename=file["name"], headers=headers)

    async def post(self, body: Payload) -> Payload:
        """Write a message."""
        user, channel = self._where(body)
        typed = _typed(body)
        broadcast = bool(body.get("broadcast"))
        stored = messages.post_as_person(self._ws, user, channel, typed, _thread(body), broadcast=broadcast)
        bot, app = self._ws.bot_user, self._ws.directory.app.name
        if bot in text.mentioned(stored["text"]) and bot not in channel.members:
            self._ws.hub.push(
                [user.id], "toast", text=f"{app} is not in #{channel.name} and does not see this message."
            )
        messages.mark_read(self._ws, channel.id, user)
        return {"ts": stored["ts"]}

    async def edit(self, body: Payload) -> Payload:
        """Change one's own message."""
        user, channel = self._where(body)
        before = self._own(user, channel, body)
        said = text.as_sent(_typed(body), self._ws.directory)
        messages.edit(self._ws, channel, before, {"text": said, "blocks": [text.rich_text(said)]}, user.id)
        return {"ok": True}

    async def delete(self, body: Payload) -> Payload:
        """Delete one's own message."""
        user, channel = self._where(body)
        messages.delete(self._ws, channel, self._own(user, channel, body)["ts"])
        return {"ok": True}

    async def react(self, body: Payload) -> Payload:
        """Add a reaction, or take one's own back."""
        user, channel = self._where(body)
        name = str(body.get("name", "")).strip(":")
        if not api_reactions.is_reaction(name):
            raise PageError(f"{name!r} is no emoji's name.")
        ts = str(body.get("ts", ""))
        added = messages.react(self._ws, channel, ts, name, user.id, add=True)
        if not added:
            messages.react(self._ws, channel, ts, name, user.id, add=False)
        return {"ok": True, "reacted": added}

    async def command(self, body: Payload) -> Payload:
        """Run a slash command."""
        user, channel = self._where(body)
        command, rest = str(body.get("command", "")), str(body.get("text", ""))
        return await interactions.run_command(
            self._ws, user, channel, command=command, text=rest, thread_ts=_thread(body)
        )

    async def action(self, body: Payload) -> Payload:
        """Press a button or choose from a menu."""
        user = self._ws.person(str(body.get("as", "")))
        action, state = body.get("action"), body.get("state") or {}
        if not isinstance(action, dict) or not isinstance(state, dict):
            raise PageError("An action needs the element's payload.")
        use = interactions.Use(str(body.get("block_id", "")), action, state)
        if isinstance(body.get("view"), dict):
            view = self._view(user, str(body["view"].get("id", "")))
            return await interactions.click_view(self._ws, user, view, use)
        channel, message = self._message(user, body)
        return await interactions.click_message(self._ws, user, channel, message, use)

    async def view_submit(self, body: Payload) -> Payload:
        """Send a modal."""
        user = self._ws.person(str(body.get("as", "")))
        view, values = self._view(user, str(body.get("view_id", ""))), body.get("values") or {}
        if not isinstance(values, dict):
            raise PageError("A modal's values must be an object.")
        return await interactions.submit(self._ws, user, view, values)

    async def view_close(self, body: Payload) -> Payload:
        """Close a modal."""
        user = self._ws.person(str(body.get("as", "")))
        return await interactions.close(self._ws, user, self._view(user, str(body.get("view_id", ""))))

    async def options(self, body: Payload) -> Payload:
        """The options of a menu that the app fills."""
        user = self._ws.person(str(body.get("as", "")))
        if body.get("view_id"):
            view = self._view(user, str(body["view_id"]))
            where: Payload = {"container": {"type": "view", "view_id": view["id"]}, "view": view}
        else:
            channel, message = self._message(user, body)
            where = interactions.message_place(channel, message)
        return await interactions.suggest(
            self._ws,
            user,
            where,
            action_id=str(body.get("action_id", "")),
            block_id=str(body.get("block_id", "")),
            typed=str(body.get("value", "")),
        )

    async def open(self, body: Payload) -> Payload:
        """The person opened the assistant: its Home tab or its messages."""
        user = self._ws.person(str(body.get("as", "")))
        tab = str(body.get("tab", ""))
        if tab not in {"home", "messages"}:
            raise PageError("The tab is home or messages.")
        channel, home = self._ws.dm_with_bot(user.id), self._ws.records.get("home", user.id)
        event: Payload = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab}
        if tab == "home" and home:
            event["view"] = home
        self._ws.emit({**event, "event_ts": self._ws.next_ts()})
        if body.get("context"):
            self._context(user, channel, str(body["context"]))
        return {"home": home}

    async def stop_stream(self, body: Payload) -> Payload:
        """Press the Stop button of a streaming message, or of a thread whose session is at work."""
        user, channel = self._where(body)
        message = reading.required(self._ws.records, channel.id, str(body.get("ts", "")))
        thread_ts = message.get("thread_ts", message["ts"])
        stopped = streams.stop_by_person(self._ws, channel, message)
        session = self._ws.records.get("session", f"{channel.id}/{thread_ts}") or {}
        if not stopped and session.get("status") != "processing":
            raise PageError("That message is already complete.")
        event = {
            "type": "agent_session_stopped",
            "user": user.id,
            "channel": channel.id,
            "thread_ts": thread_ts,
            "streaming_message_ts": stopped,
            "event_ts": self._ws.next_ts(),
        }
        self._ws.emit(event, channel)
        return {"ok": True}

    async def shortcut(self, body: Payload) -> Payload:
        """Use a shortcut of the message menu, or a global one."""
        callback_id = str(body.get("callback_id", ""))
        if callback_id not in {one.callback_id for one in self._ws.config.shortcuts}:
            raise PageError(f"The app has no shortcut {callback_id!r}.", 404)
        if not body.get("channel"):
            user = self._ws.person(str(body.get("as", "")))
            return await interactions.use_shortcut(self._ws, user, callback_id, None, None)
        user, channel = self._where(body)
        message = reading.required(self._ws.records, channel.id, str(body.get("ts", "")))
        return await interactions.use_shortcut(self._ws, user, callback_id, channel, message)

    def _context(self, user: User, dm: Channel, beside: str) -> None:
        """The assistant is open beside a channel: the agent view tells the app which."""
        seen = self._ws.channel_of(user, beside)
        team = self._ws.directory.team_id
        entities = [{"type": "slack#/types/channel_id", "value": seen.id, "team_id": team}]
        event = {
            "type": "app_context_changed",
            "user": user.id,
            "channel": dm.id,
            "event_ts": self._ws.next_ts(),
        }
        self._ws.emit({**event, "context": {"entities": entities}})

    def _where(self, body: Payload) -> tuple[User, Channel]:
        user = self._ws.person(str(body.get("as", "")))
        return user, self._ws.channel_of(user, str(body.get("channel", "")))

    def _own(self, user: User, channel: Channel, body: Payload) -> Payload:
        message = reading.required(self._ws.records, channel.id, str(body.get("ts", "")))
        if message.get("user") != user.id:
            raise PageError("Only one's own messages can be changed.", 403)
        return message

    def _message(self, user: User, body: Payload) -> tuple[Channel, Payload]:
        if isinstance(body.get("ephemeral"), dict):
            shown = self._ws.ephemerals.get(str(body["ephemeral"].get("id", "")))
            if shown is None or shown["_to"] != user.id:
                raise PageError("That message is gone.", 404)
            return self._ws.channel_of(user, shown["channel"]), shown
        place = body.get("message")
        if not isinstance(place, dict):
            raise PageError("Say which message, ephemeral message or view it is.")
        channel = self._ws.channel_of(user, str(place.get("channel", "")))
        return channel, reading.required(self._ws.records, channel.id, str(place.get("ts", "")))

    def _view(self, user: User, view_id: str) -> Payload:
        found = self._ws.views.find(view_id)
        if found and found[0] == user.id:
            return found[1]
        home = self._ws.records.get("home", user.id)
        if home is None or home["id"] != view_id:
            raise PageError("That window is no longer open.", 404)
        return home


def _thread(body: Payload) -> str | None:
    return str(body.get("thread_ts") or "") or None


def _typed(body: Payload) -> str:
    typed = body.get("text")
    if not isinstance(typed, str) or not typed.strip():
        raise PageError("There is nothing to send.")
    if len(typed) > _LONGEST:
        raise PageError(f"A message holds at most {_LONGEST:,} characters.")
    return typed


def _with_body(call: Callable[[Payload], Awaitable[Payload]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except ValueError as error:
            raise PageError("The call's body is not JSON.") from error
        if not isinstance(body, dict):
            raise PageError("The call's body must be an object.")
        return JSONResponse(await call(body))

    return endpoint


def _guarded(call: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Refusals become sentences."""

    async def endpoint(request: Request) -> Response:
        try:
            return await call(request)
        except PageError as error:
            return JSONResponse({"error": str(error)}, status_code=error.status)
        except ApiError as error:
            return JSONResponse({"error": _SENTENCES.get(error.code, str(error))}, status_code=404)
        except ClockError as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return endpoint
