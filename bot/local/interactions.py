"""What people do besides writing: commands, clicks, modals, shortcuts. The bot is asked and its answer carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.local import api_views, inputs, messages, payloads, respond, views
from bot.local.call import Call
from bot.local.errors import ApiError, NotDelivered, PageError
from bot.local.responses import Origin
from bot.local.text import as_sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.local.directory import Channel, User
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace


T = TypeVar("T")


@dataclass(frozen=True)
class Use:
    """A button or menu was used: which block's, the element's payload, the state of all inputs beside it."""

    block_id: str
    action: Payload
    state: Payload


async def run_command(
    ws: Workspace, user: User, channel: Channel, *, command: str, text: str, thread_ts: str | None
) -> Payload:
    """A slash command. The answer, if the acknowledgement carries one, is shown as Slack shows it.

    Raises:
        PageError: the app has no such command, or did not answer.
    """
    known = next((one for one in ws.config.commands if one.command == command), None)
    if known is None and ws.config.commands:
        raise PageError(f"{command} is not a valid command. No app in this workspace answers to it.")
    escaped = known is not None and known.should_escape
    origin = Origin(user.id, channel.id, thread_ts or "")
    form = payloads.slash_command(
        ws.directory,
        user,
        channel,
        command,
        as_sent(text, ws.directory, labelled=True) if escaped else text,
        response_url=_response_url(ws, origin),
        trigger_id=ws.views.trigger(user.id),
        **({"thread_ts": thread_ts} if thread_ts else {}),
    )
    answer = await _ask(ws, "slash_commands", form, f"{command} failed")
    if answer and (answer.get("text") or answer.get("blocks")):
        call = Call(ws, answer)
        if call.text("response_type") == "in_channel":
            messages.post_as_person(ws, user, channel, f"{command} {text}".strip(), thread_ts)
        _as_page_error(lambda: respond.write(call, channel, origin))
    return {"ok": True}


async def click_message(ws: Workspace, user: User, channel: Channel, message: Payload, use: Use) -> Payload:
    """A button or menu in a message was used; `message` may be an ephemeral one."""
    is_ephemeral = bool(message.get("is_ephemeral"))
    thread_ts = message.get("thread_ts", "")
    origin = Origin(user.id, channel.id, thread_ts, message["ts"], is_ephemeral)
    done = _action(ws, message.get("blocks", []), use)
    rest: Payload = {
        "container": _message_container(channel, message),
        "channel": {"id": channel.id, "name": payloads.channel_name(channel)},
        "response_url": _response_url(ws, origin),
        "state": {"values": use.state},
        "trigger_id": ws.views.trigger(user.id),
        "actions": [done],
    }
    if not is_ephemeral:
        rest["message"] = payloads.public(message)
    body = payloads.interaction(ws.directory, "block_actions", user, **rest)
    await _ask(ws, "interactive", body, "This did not work")
    return {"ok": True}


async def click_view(ws: Workspace, user: User, view: Payload, use: Use) -> Payload:
    """A button or menu in a modal or in the Home tab was used."""
    done = _action(ws, view["blocks"], use)
    view = _with_state(ws, user, view, use.state)
    body = payloads.interaction(
        ws.directory,
        "block_actions",
        user,
        container={"type": "view", "view_id": view["id"]},
        view=view,
        trigger_id=ws.views.trigger(user.id),
        actions=[done],
    )
    await _ask(ws, "interactive", body, "This did not work")
    return {"ok": True}


async def submit(ws: Workspace, user: User, view: Payload, values: Payload) -> Payload:
    """A modal was sent: what the client itself would refuse, else what the bot says."""
    errors = inputs.problems(view["blocks"], values)
    if errors:
        return {"errors": errors}
    view = _with_state(ws, user, view, values)
    body = payloads.interaction(
        ws.directory,
        "view_submission",
        user,
        trigger_id=ws.views.trigger(user.id),
        view=view,
        response_urls=[],
    )
    answer = await _ask(ws, "interactive", body, "We had some trouble connecting")
    return _as_page_error(lambda: _after_submit(ws, user, view, answer or {}))


async def close(ws: Workspace, user: User, view: Payload) -> Payload:
    """A modal was closed by its owner; the bot hears of it if it asked to."""
    below = ws.views.pop(user.id, view["id"])
    if view["notify_on_close"]:
        body = payloads.interaction(ws.directory, "view_closed", user, view=view, is_cleared=False)
        await _ask(ws, "interactive", body, "The app did not hear of it")
    return {"ok": True, "view": below}


async def suggest(
    ws: Workspace, user: User, where: Payload, *, action_id: str, block_id: str, typed: str
) -> Payload:
    """The options of an external menu; `where` holds view, or message, channel and container."""
    body = payloads.interaction(
        ws.directory, "block_suggestion", user, action_id=action_id, block_id=block_id, value=typed, **where
    )
    answer = await _ask(ws, "interactive", body, "The options could not be loaded") or {}
    if "option_groups" in answer:
        return {"option_groups": answer["option_groups"]}
    return {"options": answer.get("options", [])}


async def use_shortcut(
    ws: Workspace, user: User, callback_id: str, channel: Channel | None, message: Payload | None
) -> Payload:
    """A message shortcut, or without a message a global one."""
    trigger_id, at = ws.views.trigger(user.id), ws.next_ts()
    if channel is None or message is None:
        rest: Payload = {"callback_id": callback_id, "trigger_id": trigger_id, "action_ts": at}
        body = payloads.interaction(ws.directory, "shortcut", user, **rest)
    else:
        origin = Origin(user.id, channel.id, message.get("thread_ts", ""), message["ts"])
        body = payloads.interaction(
            ws.directory,
            "message_action",
            user,
            callback_id=callback_id,
            trigger_id=trigger_id,
            action_ts=at,
            message_ts=message["ts"],
            response_url=_response_url(ws, origin),
            channel={"id": channel.id, "name": payloads.channel_name(channel)},
            message=payloads.public(message),
        )
    await _ask(ws, "interactive", body, "The shortcut did not work")
    return {"ok": True}


def message_place(channel: Channel, message: Payload) -> Payload:
    """Where a menu in a message is, as block_suggestion carries it."""
    return {
        "container": _message_container(channel, message),
        "channel": {"id": channel.id, "name": payloads.channel_name(channel)},
        "message": payloads.public(message),
    }


def _message_container(channel: Channel, message: Payload) -> Payload:
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": bool(message.get("is_ephemeral")),
    }
    return {**container, "thread_ts": message["thread_ts"]} if "thread_ts" in message else container


def _action(ws: Workspace, blocks: list[Payload], use: Use) -> Payload:
    """The action as the bot gets it; only what is really there can be used."""
    block = next((one for one in blocks if one.get("block_id") == use.block_id), None)
    found = [
        one for one in _dicts(block) if "action_id" in one and one["action_id"] == use.action.get("action_id")
    ]
    if not found:
        raise PageError("That button is no longer there; the message may have changed.", 404)
    told = {key: found[0][key] for key in _TOLD if key in found[0] and found[0].get("type") in _TELLING}
    return {**told, **use.action, "block_id": use.block_id, "action_ts": ws.next_ts()}


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _dicts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _dicts(inner)


def _with_state(ws: Workspace, user: User, view: Payload, values: Payload) -> Payload:
    stated = {**view, "state": {"values": values}}
    if view["type"] == "modal":
        ws.views.replace(user.id, stated)
    return stated


def _after_submit(ws: Workspace, user: User, view: Payload, answer: Payload) -> Payload:
    match answer.get("response_action"):
        case "errors":
            return {"errors": _known_errors(view, answer.get("errors"))}
        case "update":
            checked = views.checked(answer.get("view"), "modal")
            return {"view": api_views.replace(Call(ws, {}), user.id, view, checked)}
        case "push":
            checked = views.checked(answer.get("view"), "modal")
            return {"view": ws.views.push(user.id, views.completed(ws.directory, checked))}
        case "clear":
            ws.views.clear(user.id)
            ws.hub.push([user.id], "view_close", view_id=None)
            return {"clear": True}
        case _:
            below = ws.views.pop(user.id, view["id"])
            ws.hub.push([user.id], "view_close", view_id=view["id"])
            return {"view": below} if below else {"clear": True}


def _known_errors(view: Payload, errors: object) -> dict[str, str]:
    """Only errors on blocks that exist are shown; Slack refuses the whole answer otherwise."""
    inputs_there = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs_there:
        raise ApiError("invalid_arguments", ["errors must name input blocks of the view"])
    return {key: str(value) for key, value in errors.items()}


def _response_url(ws: Workspace, origin: Origin) -> str:
    return f"{ws.base_url}/response/{ws.directory.team_id}/{ws.responses.create(origin)}"


async def _ask(ws: Workspace, kind: str, payload: Payload, failure: str) -> Payload | None:
    try:
        return await ws.delivery.ask(kind, payload)
    except NotDelivered as error:
        code = "dispatch_failed" if error.lost or error.reason in _BROKEN else "operation_timeout"
        raise PageError(f'{failure} with the error "{code}". {_WHY[code]}', 424) from error


_TELLING = frozenset({"button", "static_select", "external_select", "users_select", "datepicker", "overflow"})
_TOLD = ("text", "style", "url", "confirm", "placeholder", "initial_option", "initial_date", "initial_user")
_BROKEN = frozenset({"connection_failed", "http_error", "not_connected"})
_WHY = {
    "dispatch_failed": "The app is not running or could not be reached.",
    "operation_timeout": "The app did not acknowledge within three seconds.",
}


def _as_page_error(work: Callable[[], T]) -> T:
    """Run it; what Slack would refuse in the bot's answer is told to the person."""
    try:
        return work()
    except ApiError as error:
        raise PageError(f"The app answered with something that Slack refuses: {error}", 424) from error
