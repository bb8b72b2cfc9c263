"""Slack's payloads as values: what was said or pressed, where, and by whom."""

from __future__ import annotations

import html
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any, Literal, Self

from store.errors import GuidepostError

Surface = Literal["channel", "dm"]

# Subtypes of `message` that are still somebody saying something.
_SPOKEN = {None, "file_share", "thread_broadcast", "me_message"}
_LINK = re.compile(r"<(https?://[^|>]+|mailto:[^|>]+)(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)\|?([^>]*)>")


class StaleButton(GuidepostError):  # noqa: N818
    """A button that means nothing to us: of an older version, or forged."""

    def __init__(self) -> None:
        super().__init__(
            "That button no longer works. Use my newest message, or just write me what you need."
        )


@dataclass(frozen=True)
class _Stored:
    """A value that is kept as JSON in the inbound event's row."""

    def to_payload(self) -> dict[str, Any]:
        """As JSON."""
        return dict(vars(self))

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Back from JSON."""
        return cls(**payload)


@dataclass(frozen=True)
class Said(_Stored):
    """A message that a person wrote."""

    event_key: str
    channel_id: str
    ts: str
    thread_ts: str | None  # None at top level
    user_id: str
    user_team: str | None
    text: str  # mentions of the bot taken out, entities and links readable
    mentions_bot: bool
    surface: Surface
    is_shared_channel: bool = False

    @property
    def message_key(self) -> str:
        """See there."""
        return message_key(self.channel_id, self.ts)

    @property
    def root_ts(self) -> str:
        """The thread that an answer belongs in."""
        return self.thread_ts or self.ts


def message_key(channel_id: str, ts: str) -> str:
    """The same for the `message` and the `app_mention` of one message."""
    return f"{channel_id}:{ts}"


@dataclass(frozen=True)
class Edited(Said):
    """A message as it reads after an edit."""

    edited_ts: str = ""


@dataclass(frozen=True)
class Deleted(_Stored):
    """A person's message that is gone."""

    event_key: str
    channel_id: str
    ts: str
    user_id: str


@dataclass(frozen=True)
class Reacted(_Stored):
    """A reaction put on a message, or taken off it."""

    event_key: str
    name: str  # without the skin tone
    user_id: str
    channel_id: str
    message_ts: str
    author_id: str  # who wrote the message
    removed: bool


@dataclass(frozen=True)
class Pressed(_Stored):
    """A button pressed or an element changed."""

    event_key: str
    action_id: str
    block_id: str
    value: str
    user_id: str
    channel_id: str | None
    message_ts: str | None
    thread_ts: str | None
    trigger_id: str | None
    response_url: str | None
    state: dict[str, Any]

    def fields(self, *names: str) -> dict[str, Any]:
        """The value, where it is JSON: an object that has these names.

        Raises:
            StaleButton: it is not.
        """
        try:
            found = json.loads(self.value)
        except ValueError:
            found = None
        if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in names):
            raise StaleButton
        return found


@dataclass(frozen=True)
class Commanded(_Stored):
    """A slash command."""

    event_key: str
    text: str
    user_id: str
    channel_id: str
    channel_name: str
    trigger_id: str | None
    response_url: str


def parse_message(body: dict[str, Any], bot_user_id: str) -> Said | None:
    """What a `message` or `app_mention` event says; None for bots, edits and other noise."""
    event = body["event"]
    user = event.get("user")
    if event.get("subtype") not in _SPOKEN or event.get("bot_id") or not user or user == bot_user_id:
        return None
    raw = event.get("text") or ""
    mention = re.compile(rf"<@{re.escape(bot_user_id)}(?:\|[^>]*)?>")
    channel = event["channel"]
    is_dm = event.get("channel_type") == "im" or channel.startswith("D")
    return Said(
        event_key=str(body.get("event_id") or f"{channel}:{event['ts']}:{event['type']}"),
        channel_id=channel,
        ts=event["ts"],
        thread_ts=event.get("thread_ts"),
        user_id=user,
        user_team=_team_of(body, event),
        text=readable(mention.sub(" ", raw)),
        mentions_bot=bool(mention.search(raw)),
        surface="dm" if is_dm else "channel",
        is_shared_channel=bool(body.get("is_ext_shared_channel")),
    )


def _team_of(body: dict[str, Any], event: dict[str, Any]) -> str | None:
    """The workspace of who wrote: in Slack Connect another than ours.

    Of people in an Enterprise organisation Slack may name the organisation (E...) instead. Where that is ours or
    the other side's of the channel, its workspace is known; where it is a third one's, it is not.
    """
    team = event.get("user_team") or event.get("team") or body.get("team_id")
    if not team or not str(team).startswith("E"):
        return team
    known = {
        body.get("context_enterprise_id"): body.get("context_team_id"),
        body.get("enterprise_id"): body.get("team_id"),
    }
    return known.get(team)


def parse_edit(body: dict[str, Any], bot_user_id: str) -> Edited | None:
    """What a person's message says now; None for changes that are no edit (a link's preview, a reply counted)."""
    event = body["event"]
    after, before = event.get("message") or {}, event.get("previous_message") or {}
    edited = (after.get("edited") or {}).get("ts")
    if event.get("subtype") != "message_changed" or not edited or after.get("text") == before.get("text"):
        return None
    inner = {
        **after,
        "channel": event["channel"],
        "channel_type": event.get("channel_type"),
        "type": "message",
    }
    said = parse_message({**body, "event": inner}, bot_user_id)
    return Edited(**{**vars(said), "edited_ts": str(edited)}) if said else None


def parse_deletion(body: dict[str, Any]) -> Deleted | None:
    """Which message a person deleted; the parent of a thread leaves a tombstone in its place."""
    event = body["event"]
    before, after = event.get("previous_message") or {}, event.get("message") or {}
    gone = event.get("subtype") == "message_deleted" or after.get("subtype") == "tombstone"
    if not gone or before.get("bot_id") or not before.get("user"):
        return None
    ts = str(event.get("deleted_ts") or before.get("ts") or after.get("ts"))
    return Deleted(
        str(body.get("event_id") or f"deleted:{event['channel']}:{ts}"), event["channel"], ts, before["user"]
    )


def parse_reaction(body: dict[str, Any]) -> Reacted | None:
    """Which reaction was put on or taken off which message; None for files and other things."""
    event = body["event"]
    item = event.get("item") or {}
    if item.get("type") != "message" or not item.get("ts") or not event.get("user"):
        return None
    where = f"{item['channel']}:{item['ts']}:{event['user']}:{event.get('event_ts')}"
    return Reacted(
        event_key=str(body.get("event_id") or f"{event['type']}:{where}"),
        name=str(event.get("reaction") or "").partition("::")[0],
        user_id=event["user"],
        channel_id=item["channel"],
        message_ts=item["ts"],
        author_id=event.get("item_user") or "",
        removed=event["type"] == "reaction_removed",
    )


def parse_action(body: dict[str, Any], action: dict[str, Any]) -> Pressed:
    """What a `block_actions` payload says."""
    container = body.get("container") or {}
    message = body.get("message") or {}
    user = body["user"]["id"]
    return Pressed(
        event_key=f"{user}:{action.get('action_ts') or body.get('trigger_id')}:{action['action_id']}",
        action_id=action["action_id"],
        block_id=action.get("block_id") or "",
        value=_value_of(action),
        user_id=user,
        channel_id=(body.get("channel") or {}).get("id") or container.get("channel_id"),
        message_ts=container.get("message_ts") or message.get("ts"),
        thread_ts=container.get("thread_ts") or message.get("thread_ts"),
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
        state=((body.get("state") or (body.get("view") or {}).get("state") or {}).get("values")) or {},
    )


def parse_shortcut(body: dict[str, Any]) -> Pressed:
    """What a message shortcut's payload says; its value is the message's text, as a person typed it."""
    message = body.get("message") or {}
    user = body["user"]["id"]
    return Pressed(
        event_key=f"{user}:{body.get('action_ts')}:{body['callback_id']}",
        action_id=body["callback_id"],
        block_id="",
        value=readable(message.get("text") or ""),
        user_id=user,
        channel_id=(body.get("channel") or {}).get("id"),
        message_ts=body.get("message_ts") or message.get("ts"),
        thread_ts=message.get("thread_ts"),
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
        state={},
    )


def parse_command(body: dict[str, Any]) -> Commanded:
    """What a slash command says."""
    return Commanded(
        event_key=f"{body['user_id']}:{body.get('trigger_id') or body.get('response_url') or uuid.uuid4()}",
        text=readable(body.get("text") or "", keep_mentions=True),
        user_id=body["user_id"],
        channel_id=body["channel_id"],
        channel_name=body.get("channel_name") or "",
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url") or "",
    )


def view_values(view: dict[str, Any]) -> dict[str, str]:
    """A submitted modal's values: block id -> the one element's value, empty where nothing was chosen."""
    values: dict[str, str] = {}
    for block_id, elements in view["state"]["values"].items():
        for element in elements.values():
            values[block_id] = _value_of(element)
    return values


def readable(text: str, *, keep_mentions: bool = False) -> str:
    """Slack's escaped text as a person typed it; mentions are kept where a command needs them."""
    text = _LINK.sub(lambda m: m.group(2) or m.group(1).removeprefix("mailto:"), text)
    if not keep_mentions:
        text = _CHANNEL.sub(lambda m: f"#{m.group(2) or m.group(1)}", text)
    return re.sub(r"[ \t]+", " ", html.unescape(text)).strip()


def _value_of(element: dict[str, Any]) -> str:
    if element.get("value") is not None:
        return str(element["value"])
    option = element.get("selected_option")
    if option:
        return str(option["value"])
    options = element.get("selected_options")
    if options is not None:
        return ",".join(str(option["value"]) for option in options)
    for key in ("selected_user", "selected_conversation", "selected_channel", "selected_date"):
        if element.get(key):
            return str(element[key])
    users = element.get("selected_users")
    return ",".join(users) if users else ""
