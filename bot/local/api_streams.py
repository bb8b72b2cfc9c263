"""chat.startStream, appendStream, stopStream: messages that grow while people watch."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from bot.local import agent, limits, messages, payloads, streams
from bot.local.call import checked_blocks, checked_metadata
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.call import Call
    from bot.local.directory import Channel
    from bot.local.payloads import Payload

_TASK_STATES = frozenset({"pending", "in_progress", "complete", "error"})
_SESSION_STATES = frozenset({"active", "processing", "suspended", "closed"})


def start(call: Call) -> Payload:
    """chat.startStream."""
    channel = call.place()
    if not channel.is_im:
        for name in ("recipient_user_id", "recipient_team_id"):
            if not call.text(name):
                raise ApiError(f"missing_{name}")
        call.user("recipient_user_id")
    thread_ts = call.ts("thread_ts", "invalid_thread_ts")
    chunks, mode = _chunks(call)
    stream = {"state": "streaming", "mode": mode, "display": call.text("task_display_mode") or "timeline"}
    grown = _grown({"text": "", "blocks": [], "_stream": stream}, chunks)
    stored = messages.post(call.ws, channel, payloads.bot_message(call.ws.directory, grown), thread_ts)
    agent.clear_status(call.ws, channel, thread_ts)
    return {"channel": channel.id, "ts": stored["ts"]}


def append(call: Call) -> Payload:
    """chat.appendStream."""
    channel = call.joined_channel()
    before = _streaming(call, channel)
    if streams.state_of(before) == "stopped_by_user":
        raise ApiError("stopped_by_user")
    chunks, mode = _chunks(call)
    if not mode:
        raise ApiError("markdown_text_or_chunks_required")
    messages.change(call.ws, channel, _continued(before, chunks, mode), told=False)
    return {"channel": channel.id, "ts": before["ts"]}


def stop(call: Call) -> Payload:
    """chat.stopStream: the last words, closing blocks, metadata. One that a person stopped takes no more words."""
    channel = call.joined_channel()
    before = _streaming(call, channel)
    session = call.text("session_status")
    if session and session not in _SESSION_STATES:
        raise ApiError("invalid_arguments", ["unknown session_status"])
    chunks, mode = _chunks(call)
    stopped = streams.state_of(before) == "stopped_by_user"
    after = before if stopped else _continued(before, chunks, mode)
    blocks = call.structure("blocks", "invalid_blocks_format")
    if blocks:
        after = {**after, "blocks": [*after["blocks"], *_closing(after["blocks"], blocks)]}
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is not None:
        after = {**after, "metadata": checked_metadata(metadata)}
    after = messages.change(call.ws, channel, streams.with_state(after, "done"))
    if session:
        _set_session(call, channel, before["thread_ts"], session)
    return {"channel": channel.id, "ts": after["ts"], "message": payloads.public(after)}


def _streaming(call: Call, channel: Channel) -> Payload:
    message = call.own_message(channel, call.ts("ts"), "message_not_owned_by_app")
    if streams.state_of(message) not in {"streaming", "stopped_by_user"}:
        raise ApiError("message_not_in_streaming_state")
    return message


def _chunks(call: Call) -> tuple[list[Payload], str]:
    """What is added, and whether it came as `markdown_text` or as `chunks` (or not at all)."""
    markdown, chunks = call.text("markdown_text"), call.structure("chunks", "invalid_chunks")
    if markdown and chunks:
        raise ApiError("cannot_provide_both_markdown_text_and_chunks")
    if markdown:
        if len(markdown) > limits.MARKDOWN:
            raise ApiError("msg_too_long")
        return [{"type": "markdown_text", "text": markdown}], "markdown_text"
    if not chunks:
        return [], ""
    if not isinstance(chunks, list) or not all(_is_chunk(one) for one in chunks):
        raise ApiError("invalid_chunks")
    return chunks, "chunks"


def _is_chunk(chunk: object) -> bool:
    if not isinstance(chunk, dict):
        return False
    match chunk.get("type"):
        case "markdown_text":
            return isinstance(chunk.get("text"), str)
        case "task_update":
            return bool(chunk.get("id") and chunk.get("title")) and chunk.get("status") in _TASK_STATES
        case "plan_update":
            return isinstance(chunk.get("title"), str)
        case "blocks":
            return isinstance(chunk.get("blocks"), list)
        case _:
            return False


def _continued(before: Payload, chunks: list[Payload], mode: str) -> Payload:
    stream = before["_stream"]
    if mode and stream["mode"] and mode != stream["mode"]:
        raise ApiError("streaming_mode_mismatch")
    return _grown({**before, "_stream": {**stream, "mode": stream["mode"] or mode}}, chunks)


def _grown(message: Payload, chunks: list[Payload]) -> Payload:
    """The message with these chunks added to its blocks and text."""
    blocks = deepcopy(message["blocks"])
    text = message["text"]
    for chunk in chunks:
        match chunk["type"]:
            case "markdown_text":
                text += chunk["text"]
                _add_markdown(blocks, chunk["text"])
            case "task_update":
                _put_task(blocks, chunk, in_plan=message["_stream"]["display"] == "plan")
            case "plan_update":
                _plan(blocks)["title"] = chunk["title"]
            case _:
                blocks += _closing(blocks, chunk["blocks"])
    if len(blocks) > limits.MESSAGE_BLOCKS:
        raise ApiError("msg_blocks_too_many")
    if sum(len(one["text"]) for one in blocks if one["type"] == "markdown") > limits.MARKDOWN:
        raise ApiError("msg_too_long")
    return {**message, "text": text, "blocks": payloads.with_block_ids(blocks)}


def _add_markdown(blocks: list[Payload], text: str) -> None:
    if blocks and blocks[-1]["type"] == "markdown":
        blocks[-1]["text"] += text
    elif text:
        blocks.append({"type": "markdown", "text": text})


def _put_task(blocks: list[Payload], chunk: Payload, *, in_plan: bool) -> None:
    fields = {key: value for key, value in chunk.items() if key not in {"type", "id"}}
    tasks = _plan(blocks).setdefault("tasks", []) if in_plan else blocks
    known = next((task for task in tasks if task.get("task_id") == chunk["id"]), None)
    if known is None:
        tasks.append({"type": "task_card", "task_id": chunk["id"], **fields})
    else:
        known.update(fields)


def _plan(blocks: list[Payload]) -> Payload:
    plan = next((block for block in blocks if block["type"] == "plan"), None)
    if plan is None:
        plan = {"type": "plan", "title": "", "tasks": []}
        blocks.append(plan)
    return plan


def _closing(present: list[Payload], blocks: object) -> list[Payload]:
    added = checked_blocks(blocks)
    taken = {block["block_id"] for block in present if "block_id" in block}
    if any(block["block_id"] in taken for block in added):
        raise ApiError("invalid_blocks", ["block_id already exists [json-pointer:/blocks]"])
    return added


def _set_session(call: Call, channel: Channel, thread_ts: str, status: str) -> None:
    key = f"{channel.id}/{thread_ts}"
    known = call.ws.records.get("session", key) or {"title": ""}
    call.ws.records.put("session", key, {**known, "status": status})
    agent.set_status(call.ws, channel, thread_ts, "is working..." if status == "processing" else "")


METHODS = {"chat.startStream": start, "chat.appendStream": append, "chat.stopStream": stop}
