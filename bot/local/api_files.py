"""files.*: the three steps of an upload. A file's bytes lie in the workspace's folder."""

from __future__ import annotations

import mimetypes
import secrets
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.local import messages, payloads
from bot.local.call import checked_blocks
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.local.call import Call
    from bot.local.directory import User
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace

MAX_BYTES = 50 * 1024 * 1024  # ours, for a loopback toy; Slack takes 1 GB


def get_upload_url(call: Call) -> Payload:
    """files.getUploadURLExternal."""
    name, length = PurePosixPath(call.required("filename")).name, call.text("length")
    if not length.isdecimal() or int(length) == 0:
        raise ApiError("invalid_arguments", ["length must be the file's size in bytes"])
    if int(length) > MAX_BYTES:
        raise ApiError("file_upload_size_restricted")
    file_id, ticket = payloads.new_id("F"), secrets.token_urlsafe(18)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = {
        "id": file_id,
        "name": name,
        "title": name,
        "size": int(length),
        "mimetype": kind,
        "filetype": PurePosixPath(name).suffix.removeprefix(".") or "text",
        "alt_txt": call.text("alt_txt"),
        "_ticket": ticket,
        **_facts(name),
    }
    call.ws.records.put("file", file_id, file)
    return {"upload_url": f"{call.ws.base_url}/upload/v1/{file_id}/{ticket}", "file_id": file_id}


def receive(ws: Workspace, file_id: str, ticket: str, data: bytes) -> bool:
    """Keep the uploaded bytes; False if the address or the size is wrong."""
    file = ws.records.get("file", file_id)
    if file is None or not secrets.compare_digest(file["_ticket"], ticket) or len(data) != file["size"]:
        return False
    path = location(ws, file_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return True


def complete_upload(call: Call) -> Payload:
    """files.completeUploadExternal: with a channel, the files are shared there in one message."""
    wanted = call.structure("files")
    if not isinstance(wanted, list) or not wanted:
        raise ApiError("invalid_arguments", ["files must list at least one uploaded file"])
    files = [_completed(call, one) for one in wanted]
    if call.text("channel_id"):
        _share(call, files)
    return {"files": files}


def location(ws: Workspace, file_id: str) -> Path:
    """Where a file's bytes are."""
    return ws.folder / "files" / file_id


def readable(ws: Workspace, file_id: str, user: User) -> Payload | None:
    """The file, if it was shared somewhere this person is."""
    file = ws.records.get("file", file_id)
    if file is None:
        return None
    places = [ws.directory.channel(one) for one in file.get("channels", ())]
    return file if any(one and user.id in one.members for one in places) else None


def _completed(call: Call, wanted: object) -> Payload:
    file = call.ws.records.get("file", str(wanted.get("id"))) if isinstance(wanted, dict) else None
    if file is None or not location(call.ws, file["id"]).is_file():
        raise ApiError("file_not_found")
    private = f"{call.ws.base_url}/files-pri/{call.ws.directory.team_id}-{file['id']}/{file['name']}"
    title = wanted.get("title") if isinstance(wanted, dict) else None
    now = int(call.ws.clock.now().timestamp())
    done = {**file, "title": title or file["title"], "created": now, "timestamp": now}
    done |= {
        "user": call.ws.bot_user,
        "user_team": call.ws.directory.team_id,
        "permalink_public": private,
        "mode": "hosted",
        "url_private": private,
        "url_private_download": private,
    }
    done |= {"permalink": private, "channels": file.get("channels", [])}
    call.ws.records.put("file", file["id"], done)
    return payloads.public(done)


def _facts(name: str) -> Payload:
    """What Slack says of every hosted file; pictures are not scaled down here, and text is not previewed."""
    kind = PurePosixPath(name).suffix.removeprefix(".").upper() or "Plain Text"
    no = ("display_as_bot", "editable", "has_more_shares", "has_rich_preview", "is_external", "is_public")
    never = ("is_starred", "public_url_shared", "is_modified_by_ai")
    return {
        **dict.fromkeys((*no, *never), False),
        **dict.fromkeys(("external_type", "username"), ""),
        "pretty_type": kind,
        "media_display_type": "unknown",
        "file_access": "visible",
        "comments_count": 0,
        "groups": [],
        "ims": [],
        "shares": {},
    }


def _share(call: Call, files: list[Payload]) -> None:
    channel = call.joined_channel("channel_id")
    for file in files:
        stored = call.ws.records.get("file", file["id"]) or file
        call.ws.records.put("file", file["id"], {**stored, "channels": [*stored["channels"], channel.id]})
    blocks = call.structure("blocks", "invalid_blocks_format")
    text = {"text": call.text("initial_comment"), **({"blocks": checked_blocks(blocks)} if blocks else {})}
    content = {"subtype": "file_share", "upload": True, "display_as_bot": False, "files": files, **text}
    messages.post(call.ws, channel, payloads.bot_message(call.ws.directory, content), call.thread_ts())


METHODS = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
}
