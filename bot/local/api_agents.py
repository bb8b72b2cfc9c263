"""assistant.threads.* and agents.sessions.*: status, titles, suggested prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.local import agent, reading
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.call import Call
    from bot.local.directory import Channel
    from bot.local.payloads import Payload

_SESSION_STATES = frozenset({"active", "processing", "suspended", "closed"})
_TITLE = 200
_PROMPTS = 4
_LOADING_MESSAGES = 10


def set_status(call: Call) -> Payload:
    """assistant.threads.setStatus."""
    channel, thread_ts = _thread(call)
    loading = call.structure("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > _LOADING_MESSAGES:
        raise ApiError("invalid_arguments", [f"no more than {_LOADING_MESSAGES} loading_messages allowed"])
    agent.set_status(call.ws, channel, thread_ts, call.text("status"), [str(one) for one in loading])
    return {}


def set_title(call: Call) -> Payload:
    """assistant.threads.setTitle."""
    channel, thread_ts = _thread(call)
    _keep_session(call, channel, thread_ts, title=call.required("title"))
    return {}


def set_prompts(call: Call) -> Payload:
    """assistant.threads.setSuggestedPrompts.

    In the agent view they belong to the whole conversation, and those for a thread are silently dropped.
    """
    channel = call.joined_channel("channel_id")
    prompts = call.structure("prompts")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= _PROMPTS:
        raise ApiError("invalid_arguments", [f"between 1 and {_PROMPTS} prompts allowed"])
    if not all(isinstance(one, dict) and one.get("title") and one.get("message") for one in prompts):
        raise ApiError("invalid_arguments", ["every prompt needs a title and a message"])
    if call.ws.config.is_agent and call.text("thread_ts"):
        return {}
    shown = {"title": call.text("title"), "prompts": prompts}
    call.ws.prompts[channel.id] = shown
    thread = {"thread_ts": call.text("thread_ts")} if call.text("thread_ts") else {}
    call.ws.hub.push(channel.members, "prompts", channel=channel.id, **thread, **shown)
    return {}


def set_session_status(call: Call) -> Payload:
    """agents.sessions.setStatus."""
    status = call.text("status")
    if status not in _SESSION_STATES:
        raise ApiError("invalid_arguments", [f"status must be one of {', '.join(sorted(_SESSION_STATES))}"])
    channel, thread_ts = _thread(call)
    known = call.ws.records.get("session", f"{channel.id}/{thread_ts}")
    title = known["title"] if known else call.text("title")[:_TITLE]
    _keep_session(call, channel, thread_ts, title=title, status=status)
    agent.set_status(call.ws, channel, thread_ts, "is working..." if status == "processing" else "")
    return {"status": status, "agent_status": status, "title": title}


def rename_session(call: Call) -> Payload:
    """agents.sessions.rename."""
    title = call.required("title")
    if len(title) > _TITLE:
        raise ApiError(
            "invalid_arguments", [f"must be less than {_TITLE + 1} characters [json-pointer:/title]"]
        )
    channel, thread_ts = _thread(call)
    if call.ws.records.get("session", f"{channel.id}/{thread_ts}") is None:
        raise ApiError("session_not_found")
    _keep_session(call, channel, thread_ts, title=title)
    return {"title": title}


def _thread(call: Call) -> tuple[Channel, str]:
    channel = call.joined_channel("channel_id")
    thread_ts = call.ts("thread_ts", "invalid_thread_ts")
    if reading.find(call.ws.records, channel.id, thread_ts) is None:
        raise ApiError("invalid_thread_ts")
    return channel, thread_ts


def _keep_session(call: Call, channel: Channel, thread_ts: str, *, title: str, status: str = "") -> None:
    key = f"{channel.id}/{thread_ts}"
    known = call.ws.records.get("session", key) or {"status": "active", "title": ""}
    call.ws.records.put("session", key, {"title": title, "status": status or known["status"]})
    if title != known["title"]:
        call.ws.hub.push(channel.members, "title", channel=channel.id, thread_ts=thread_ts, title=title)


METHODS = {
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setTitle": set_title,
    "assistant.threads.setSuggestedPrompts": set_prompts,
    "agents.sessions.setStatus": set_session_status,
    "agents.sessions.rename": rename_session,
}
