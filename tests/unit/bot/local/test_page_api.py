"""The page's calls: what people see and do, and what they may not."""

import pytest

from bot.local.directory import Channel, User
from tests.local_slack import ANN, BO, BOT, CY, GENERAL, QUIET, SECRET, SHARED, Page, workspace


def test_a_page_begins_with_everything_it_needs(shared_ann):
    start = shared_ann.get("bootstrap")
    assert start["me"] == ANN
    assert start["personas"] == [ANN, BO]
    assert {one["id"] for one in start["users"]} == {ANN, BO, CY, BOT}
    assert [(one["name"], one["kind"]) for one in start["channels"]] == [
        ("general", "channel"),
        ("quiet", "channel"),
        ("Guidepost", "app"),
    ]
    assert start["commands"][0]["completions"] == [{"text": "help", "description": "what there is"}]
    assert [one["callback_id"] for one in start["shortcuts"]] == ["save", "start"]
    assert start["suggested_prompts"] == [{"title": "First", "message": "Say the first thing"}]
    assert start["clock"]["offset_seconds"] == 0


def test_an_unknown_viewer_becomes_the_first_persona(shared_ann):
    shared_ann.user = "U404"
    assert shared_ann.get("bootstrap")["me"] == ANN
    shared_ann.user = BOT
    assert shared_ann.get("bootstrap")["me"] == ANN


def test_everybody_in_the_channel_hears_a_message_and_nobody_else(ann, bo, ws):
    with Page(ws, CY) as cy:
        ts = ann.post(GENERAL, "hello @bo")
        assert bo.hears("message")["message"]["text"] == f"hello <@{BO}>"
        assert ann.hears("message")["message"]["ts"] == ts
        assert cy.hears_nothing("message")


def test_unread_counts_what_others_wrote_since_one_looked(ann, bo):
    def unread(page):
        return next(one["unread"] for one in page.get("bootstrap")["channels"] if one["id"] == GENERAL)

    ann.post(GENERAL, "one")
    ann.post(GENERAL, "two")
    assert (unread(ann), unread(bo)) == (0, 2)
    bo.get("messages", channel=GENERAL)
    assert unread(bo) == 0


@pytest.mark.parametrize("channel", [SECRET, SHARED, "C404", ""])
def test_conversations_of_others_cannot_be_read_or_written(shared_ann, channel):
    assert "no conversation" in shared_ann.get("messages", channel=channel)["error"]
    assert "no conversation" in shared_ann.do("post", channel=channel, text="let me in")["error"]
    assert "error" in shared_ann.do("command", channel=channel, command="/cs", text="")


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("post", {"channel": GENERAL}),
        ("post", {"channel": GENERAL, "text": "   "}),
        ("post", {"channel": GENERAL, "text": "x" * 40_001}),
        ("post", {"channel": GENERAL, "text": "x", "thread_ts": "1.1"}),
        ("post", {"as": "U404", "channel": GENERAL, "text": "x"}),
        ("post", {"as": BOT, "channel": GENERAL, "text": "x"}),
        ("edit", {"channel": GENERAL, "ts": "1.1", "text": "x"}),
        ("delete", {"channel": GENERAL, "ts": "1.1"}),
        ("react", {"channel": GENERAL, "ts": "1.1", "name": "eyes"}),
        ("react", {"channel": GENERAL, "ts": "1.1", "name": "No Emoji"}),
        ("command", {"channel": GENERAL, "command": "/nope", "text": ""}),
        ("action", {"block_id": "b", "action": {"action_id": "a"}}),
        ("action", {"message": {"channel": GENERAL, "ts": "1.1"}, "block_id": "b", "action": "press"}),
        ("action", {"ephemeral": {"id": "1.1"}, "block_id": "b", "action": {}}),
        ("view_submit", {"view_id": "V404", "values": {}}),
        ("view_close", {"view_id": "V404"}),
        ("options", {"view_id": "V404", "action_id": "a", "block_id": "b", "value": ""}),
        ("open", {"tab": "settings"}),
        ("stop_stream", {"channel": GENERAL, "ts": "1.1"}),
        ("shortcut", {"callback_id": "unknown"}),
        ("clock", {"advance_seconds": -1}),
        ("clock", {"advance_seconds": "a week"}),
        ("clock", {"advance_seconds": 1e300}),
        ("clock", {"advance_seconds": True}),
        ("clock", {}),
    ],
)
def test_what_cannot_be_done_is_answered_with_a_sentence(shared_ann, call, body):
    answer = shared_ann.do(call, **body)
    assert list(answer) == ["error"]
    assert answer["error"][0].isupper() or answer["error"].startswith(("/", "'"))
    assert "Traceback" not in answer["error"]


def test_a_body_that_is_no_json_object_is_refused(shared_ann):
    assert "JSON" in shared_ann._call("post", b"{")["error"]
    assert "object" in shared_ann._call("post", b"[1]")["error"]


def test_own_messages_are_edited_and_deleted_others_are_not(ann, bo):
    ts = ann.post(GENERAL, "frist")
    assert "own" in bo.do("edit", channel=GENERAL, ts=ts, text="x")["error"]
    assert "own" in bo.do("delete", channel=GENERAL, ts=ts)["error"]
    ann.do("edit", channel=GENERAL, ts=ts, text="first & last")
    changed = bo.hears("message_changed")["message"]
    assert (changed["text"], changed["edited"]["user"]) == ("first &amp; last", ANN)
    ann.do("delete", channel=GENERAL, ts=ts)
    assert bo.hears("message_deleted")["ts"] == ts
    assert ann.get("messages", channel=GENERAL)["messages"] == []


def test_a_reaction_twice_is_taken_back(ann, bo):
    ts = ann.post(GENERAL, "nice")
    assert bo.do("react", channel=GENERAL, ts=ts, name=":tada:")["reacted"] is True
    assert ann.hears("reaction")["reactions"] == [{"name": "tada", "users": [BO], "count": 1}]
    assert bo.do("react", channel=GENERAL, ts=ts, name="tada")["reacted"] is False
    assert ann.hears("reaction", reactions=[])["ts"] == ts


def test_threads_are_read_apart_from_the_channel(ann):
    ts = ann.post(GENERAL, "parent")
    ann.post(GENERAL, "reply", thread_ts=ts)
    ann.post(GENERAL, "both", thread_ts=ts, broadcast=True)
    top = ann.get("messages", channel=GENERAL)["messages"]
    assert [one["text"] for one in top] == ["parent", "both"]
    assert top[0]["reply_count"] == 2
    thread = ann.get("messages", channel=GENERAL, thread=ts)["messages"]
    assert [one["text"] for one in thread] == ["parent", "reply", "both"]


def test_a_mention_where_the_app_is_not_a_member_says_so(ann):
    ann.post(QUIET, "@guidepost hello?")
    assert "not in #quiet" in ann.hears("toast")["text"]


def test_the_clock_moves_for_everybody_and_messages_follow_it(ann, bo):
    before = float(ann.post(GENERAL, "now"))
    answer = ann.do("clock", advance_seconds=86_400)
    assert answer["offset_seconds"] == 86_400
    assert bo.hears("clock")["offset_seconds"] == 86_400
    assert float(ann.post(GENERAL, "tomorrow")) - before > 86_399


def test_new_people_and_channels_appear_at_once_and_stay(tmp_path):
    with workspace(tmp_path) as ws, Page(ws, ANN) as ann:
        ws.add_user(User("U9NEW", "new", "New One"))
        assert ann.hears("user")["user"]["real_name"] == "New One"
        ws.add_channel(Channel("C9NEW", "news", (ANN, "U9NEW")))
        assert ann.hears("channel")["channel"]["name"] == "news"
    with workspace(tmp_path) as ws, Page(ws, "U9NEW") as new:
        assert "news" in [one["name"] for one in new.get("bootstrap")["channels"]]


def test_without_a_bot_a_command_and_a_click_say_why_nothing_happened(ann, client):
    assert "dispatch_failed" in ann.do("command", channel=GENERAL, command="/cs", text="")["error"]
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    ts = client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks)["ts"]
    place = {"message": {"channel": GENERAL, "ts": ts}, "block_id": "b"}
    assert (
        "dispatch_failed" in ann.do("action", **place, action={"type": "button", "action_id": "go"})["error"]
    )
    assert "no longer there" in ann.do("action", **place, action={"action_id": "other"})["error"]
