"""What the local workspace answers and sends has every key of Slack's own samples, and passes Slack's own types.

The samples hold each key that Slack was ever seen to use, of every kind of message and account at once. What
no single answer could have is listed here, with the reason.
"""

import json
import urllib.request
from pathlib import Path
from threading import Event

import jsonschema
import pytest
from slack_bolt import BoltResponse

from bot.local.web_api import METHODS
from tests.local_slack import (
    ANN,
    BO,
    BOT,
    GENERAL,
    QUIET,
    Channel,
    Page,
    User,
    bolt_app,
    client_of,
    connected,
    workspace,
)

SLACK = Path(__file__).parents[4].parent / "shared" / "slack"
pytestmark = pytest.mark.skipif(not SLACK.exists(), reason="Slack's samples are not beside this checkout")

# Keys of a refused call; test_web_api has those.
REFUSED = {"error", "errors", "needed", "provided", "warning", "deprecated_argument", "response_metadata"}
# Only organisations of Enterprise Grid have them.
GRID = {"enterprise", "enterprise_id", "enterprise_name"}
# Sent to apps older than 2020, or to workflow steps.
OLD = {"authed_users", "authed_teams", "bot_access_token", "app_unfurl", "interactivity", "function_data"}
# Of other kinds of message: uploads, edits, threads, channel notices, customised senders, calls.
OTHER_MESSAGES = {
    *(
        "app_id",
        "assistant_app_thread",
        "attachments",
        "blocks",
        "bot_id",
        "bot_link",
        "bot_profile",
        "channel",
    ),
    *("client_msg_id", "comment", "display_as_bot", "edited", "file", "files", "hidden", "icons", "inviter"),
    *("is_intro", "is_locked", "is_starred", "is_thread_broadcast", "item", "item_type", "last_read"),
    *("latest_reply", "metadata", "mrkdwn", "no_notifications", "parent_user_id", "pinned_to", "purpose"),
    *("reactions", "reply_count", "reply_users", "reply_users_count", "room", "root", "source_team"),
    *("subscribed", "subtype", "thread_ts", "topic", "unfurl_links", "unfurl_media", "unread_count"),
    *("upload", "user_profile", "user_team", "username", "wibblr", "x_files"),
}
# Of another place in which the same button can be, or of another kind of element.
OTHER_PLACES = {
    *("app_unfurl_url", "attachment_id", "is_app_unfurl", "text", "thread_ts", "view_id", "view"),
    *("confirm", "min_query_length", "placeholder", "rich_text_value", "style", "url", "value"),
    *(f"initial_{kind}" for kind in ("channel", "conversation", "date", "option", "time", "user")),
    *(f"selected_{kind}" for kind in ("channel", "conversation", "date", "option", "time", "user")),
}
# Of pictures and of snippets, which are neither scaled down nor previewed here.
PICTURES = {
    *(
        "deanimate",
        "deanimate_gif",
        "edit_link",
        "lines",
        "lines_more",
        "original_h",
        "original_w",
        "preview",
    ),
    *("preview_highlight", "preview_is_truncated", "thumb_160", "thumb_360", "thumb_360_gif", "thumb_360_h"),
    *("thumb_360_w", "thumb_480", "thumb_480_gif", "thumb_480_h", "thumb_480_w", "thumb_64", "thumb_80"),
    *("thumb_tiny",),
}
LACKING = {  # by method: what this answer need not have
    "api.test": {"error", "foo"},  # whatever was sent
    "auth.test": {"expires_in"},  # token rotation
    "conversations.history": {"oldest", "latest"},  # said back if asked for
    "conversations.open": {"no_op", "already_open"},  # said the second time
    "conversations.list": {"arg", "callstack"},  # a fault of Slack's that was recorded
    "conversations.join": {"is_starred", "priority"},  # legacy
    "files.completeUploadExternal": PICTURES,
}
EVENTS = {
    ("message", None): "MessagePayload",
    ("message", "message_changed"): "MessageChangedPayload",
    ("message", "message_deleted"): "MessageDeletedPayload",
    ("message", "thread_broadcast"): "MessageThreadBroadcastPayload",
    ("message", "file_share"): "MessageFileSharePayload",
    ("app_mention", None): "AppMentionPayload",
    ("app_home_opened", None): "AppHomeOpenedPayload",
    ("member_joined_channel", None): "MemberJoinedChannelPayload",
    ("reaction_added", None): "ReactionAddedPayload",
    ("reaction_removed", None): "ReactionRemovedPayload",
    ("user_change", None): "UserChangePayload",
}
INTERACTIONS = {
    "block_actions": "BlockActionPayload",
    "message_action": "MessageShortcutPayload",
    "view_submission": "ViewSubmissionPayload",
    "view_closed": "ViewClosedPayload",
    "command": "SlashCommandPayload",
}
BUTTON = {
    "type": "actions",
    "block_id": "k",
    "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}],
}
MODAL = {
    "type": "modal",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Title"},
    "submit": {"type": "plain_text", "text": "Send"},
    "close": {"type": "plain_text", "text": "Close"},
    "blocks": [
        {
            "type": "input",
            "block_id": "b",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "a"},
        }
    ],
}


def sample(folder, name):
    return json.loads((SLACK / "samples" / folder / f"{name}.json").read_text())


def keys_of(value):
    """A structure's own keys, and those of the structures within it: (where, key), two levels deep."""
    found = set()
    for where, inner in [("", value), *_inner(value)]:
        found |= {(where, key) for key in inner}
    return found


def _inner(value):
    for key, inner in value.items():
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict) and key not in {"blocks", "state", "shares", "properties", "args"}:
                yield key, one


def missing(known, ours, allowed):
    """Keys of Slack's that ours lack; what is in a part that we do not have counts as that part."""
    have = {where for where, _ in keys_of(ours)}
    return sorted(
        (where, key) for where, key in keys_of(known) - keys_of(ours) if where in have and key not in allowed
    )


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """One good answer of every method that Slack's samples know."""
    with workspace(tmp_path_factory.mktemp("slack")) as ws, Page(ws, ANN):
        yield _call_all(ws, client_of(ws))


def _call_all(ws, client):
    given = {}

    def call(method, **args):
        given[method] = client.api_call(method, json=args).data
        return given[method]

    call("api.test", foo="bar")
    call("auth.test")
    call("bots.info", bot=given["auth.test"]["bot_id"])
    dm = call("conversations.open", users=ANN, return_im=True)["channel"]["id"]
    parent = call("chat.postMessage", channel=GENERAL, text="x", blocks=[BUTTON])["ts"]
    in_parent = {"channel": GENERAL, "timestamp": parent, "name": "eyes"}
    reply = call("chat.postMessage", channel=GENERAL, text="y", thread_ts=parent, reply_broadcast=True)
    for method, args in {
        "chat.update": {"ts": parent, "text": "y"},
        "chat.getPermalink": {"message_ts": parent},
        "chat.postEphemeral": {"user": ANN, "text": "e"},
        "reactions.add": in_parent,
        "reactions.get": in_parent,
        "conversations.history": {"limit": 1},
        "conversations.replies": {"ts": parent},
        "reactions.remove": in_parent,
        "chat.delete": {"ts": reply["ts"]},
        "conversations.info": {},
        "conversations.members": {},
        "conversations.list": {"types": "public_channel,private_channel,im"},
    }.items():
        call(method, **{"channel": GENERAL, **args})
    call("conversations.join", channel=QUIET)
    call("assistant.threads.setStatus", channel_id=GENERAL, thread_ts=parent, status="thinks")
    recipient = {"recipient_user_id": ANN, "recipient_team_id": "T1"}
    stream = call("chat.startStream", channel=GENERAL, thread_ts=parent, **recipient)
    call("chat.appendStream", channel=GENERAL, ts=stream["ts"], markdown_text="x")
    call("chat.stopStream", channel=GENERAL, ts=stream["ts"])
    call("assistant.threads.setSuggestedPrompts", channel_id=dm, prompts=[{"title": "a", "message": "b"}])
    said = client.chat_postMessage(channel=dm, text="x")["ts"]
    call("assistant.threads.setTitle", channel_id=dm, thread_ts=said, title="x")
    given["apps.connections.open"] = client_of(ws, ws.app_token).api_call("apps.connections.open").data
    upload = call("files.getUploadURLExternal", filename="a.txt", length=3)
    urllib.request.urlopen(upload["upload_url"], b"abc", timeout=5).read()
    call("files.completeUploadExternal", files=[{"id": upload["file_id"]}], channel_id=GENERAL)
    return given


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """One of every event and interaction, as an unmodified Bolt app got it."""
    bodies, all_there = {}, Event()
    with workspace(tmp_path_factory.mktemp("slack")) as ws, Page(ws, ANN) as ann:
        app = bolt_app(ws, ignoring_self_events_enabled=False)

        @app.use
        def note(body, client):
            event = body.get("event") or {}
            key = (event["type"], event.get("subtype")) if event else body.get("type", "command")
            bodies.setdefault(key, body)
            if key == "command":
                client.views_open(trigger_id=body["trigger_id"], view=MODAL)
            if bodies.keys() >= {*EVENTS, *INTERACTIONS}:
                all_there.set()
            return BoltResponse(status=200)

        with connected(ws, app):
            _do_all(ws, client_of(ws), ann)
            assert all_there.wait(15), {*EVENTS, *INTERACTIONS} - bodies.keys()
    return bodies


def _do_all(ws, client, ann):
    ts = ann.post(GENERAL, "@guidepost hello")
    ann.post(GENERAL, "reply", thread_ts=ts, broadcast=True)
    ann.do("edit", channel=GENERAL, ts=ts, text="changed")
    for _ in "add", "remove":
        ann.do("react", channel=GENERAL, ts=ts, name="eyes")
    ann.do("delete", channel=GENERAL, ts=ann.post(GENERAL, "soon gone"))
    client.views_publish(user_id=ANN, view={"type": "home", "blocks": [BUTTON]})
    ann.do("open", tab="home")
    client.files_upload_v2(channel=GENERAL, content="abc", filename="a.txt", initial_comment="see")
    ws.add_user(User("U77NEW", "new", "New One"))
    ws.add_channel(Channel(GENERAL, "general", (ANN, BO, BOT, "U77NEW")))
    ws.add_user(User("U77NEW", "new", "New One", deleted=True))
    posted = client.chat_postMessage(channel=GENERAL, text="b", blocks=[BUTTON])
    message = {"channel": GENERAL, "ts": posted["ts"]}
    ann.do("action", message=message, block_id="k", action={"type": "button", "action_id": "go"})
    ann.do("shortcut", callback_id="save", **message)
    for ending in "view_submit", "view_close":
        ann.do("command", channel=GENERAL, command="/cs", text="x")
        view = ann.hears("view_open")["view"]
        ann.do(ending, view_id=view["id"], values={"b": {"a": {"type": "plain_text_input", "value": "x"}}})


def test_every_method_that_slacks_samples_know_was_called(answers):
    known = {path.stem for path in (SLACK / "samples" / "api").glob("*.json")}
    assert set(answers) == (set(METHODS) | {"apps.connections.open"}) & known
    assert all(answer["ok"] for answer in answers.values())


@pytest.mark.parametrize("method", sorted(METHODS))
def test_an_answer_has_the_keys_of_slacks_sample(answers, method):
    if method not in answers:
        pytest.skip("Slack's samples lack it")
    allowed = REFUSED | OTHER_MESSAGES | LACKING.get(method, set())
    assert missing(sample("api", method), answers[method], allowed) == []


@pytest.mark.parametrize("kind", EVENTS, ids=EVENTS.values())
def test_an_event_has_the_keys_of_slacks_sample(sent, kind):
    allowed = GRID | OLD | OTHER_MESSAGES | PICTURES | ({"view"} if sent[kind]["event"].get("tab") else set())
    assert missing(sample("events", EVENTS[kind]), sent[kind], allowed) == []


@pytest.mark.parametrize("kind", INTERACTIONS)
def test_an_interaction_has_the_keys_of_slacks_sample(sent, kind):
    allowed = GRID | OLD | OTHER_MESSAGES | OTHER_PLACES | {"id", "name", "is_cleared"}
    assert missing(sample("interactions", INTERACTIONS[kind]), sent[kind], allowed) == []


@pytest.mark.parametrize("kind", EVENTS, ids=EVENTS.values())
def test_an_event_has_what_slacks_own_types_require(sent, kind):
    """Only what they require: the types forbid keys that the samples have, `team` in a broadcast reply say."""
    event = sent[kind]["event"]
    assert set(_definition(*kind)["required"]) <= set(event)


def _definition(kind, subtype):
    for one in json.loads((SLACK / "slack-Event.schema.json").read_text())["definitions"].values():
        stated = {name: one.get("properties", {}).get(name, {}).get("const") for name in ("type", "subtype")}
        if "event_ts" in one.get("properties", {}) and stated == {"type": kind, "subtype": subtype}:
            return one
    raise LookupError((kind, subtype))


@pytest.mark.parametrize("kind", ["message", "app_mention", "member_joined_channel", "reaction_added"])
def test_an_event_is_one_of_slacks_own_types(sent, kind):
    schema = json.loads((SLACK / "slack-Event.schema.json").read_text())
    jsonschema.validate(sent[kind, None]["event"], schema)
