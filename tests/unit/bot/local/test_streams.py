"""Streaming calls: what grows, what is refused."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.local_slack import ANN, GENERAL


@pytest.fixture
def place(client, ann):
    """A thread in a direct message, where no recipient is needed."""
    channel = client.conversations_open(users=ANN)["channel"]["id"]
    return {"channel": channel, "thread_ts": ann.post(channel, "why?")}


def refused(call, **arguments):
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return caught.value.response["error"]


def at(started):
    return {"channel": started["channel"], "ts": started["ts"]}


def blocks_of(client, place):
    thread = client.conversations_replies(channel=place["channel"], ts=place["thread_ts"])["messages"]
    return [(one["type"], one.get("text") or one.get("title")) for one in thread[-1]["blocks"]]


def test_text_grows_and_people_watch(client, place, ann):
    stream = at(client.chat_startStream(**place, markdown_text="Hel"))
    assert ann.hears("message", message__ts=stream["ts"])["message"]["streaming"]
    client.chat_appendStream(**stream, markdown_text="lo **you**")
    assert ann.hears("message_changed", message__ts=stream["ts"])["message"]["text"] == "Hello **you**"
    client.chat_stopStream(**stream, markdown_text="!", metadata={"event_type": "a", "event_payload": {}})
    done = ann.hears("message_changed", message__streaming=False, message__ts=stream["ts"])["message"]
    assert done["text"] == "Hello **you**!"
    assert done["metadata"]["event_type"] == "a"
    assert blocks_of(client, place) == [("markdown", "Hello **you**!")]


def test_the_sdks_own_stream_helper_works(client, place):
    stream = client.chat_stream(**place, buffer_size=4)
    stream.append(markdown_text="one ")
    stream.append(chunks=[{"type": "task_update", "id": "t", "title": "Search", "status": "in_progress"}])
    stream.append(markdown_text="two ")
    stream.append(chunks=[{"type": "task_update", "id": "t", "title": "Searched", "status": "complete"}])
    stream.stop(blocks=[{"type": "divider"}])
    kinds = blocks_of(client, place)
    assert kinds == [
        ("markdown", "one "),
        ("task_card", "Searched"),
        ("markdown", "two "),
        ("divider", None),
    ]


def test_in_plan_mode_tasks_are_together(client, place):
    started = client.chat_startStream(
        **place,
        task_display_mode="plan",
        chunks=[
            {"type": "plan_update", "title": "Plan"},
            {"type": "task_update", "id": "1", "title": "A", "status": "pending"},
            {"type": "markdown_text", "text": "text"},
            {"type": "task_update", "id": "2", "title": "B", "status": "pending"},
        ],
    )
    client.chat_stopStream(**at(started))
    thread = client.conversations_replies(channel=place["channel"], ts=place["thread_ts"])["messages"]
    plan, text = thread[-1]["blocks"]
    assert [one["title"] for one in plan["tasks"]] == ["A", "B"]
    assert text["type"] == "markdown"


def test_a_channel_needs_to_know_the_recipient(client, ann):
    ts = ann.post(GENERAL, "why?")
    team = client.auth_test()["team_id"]
    where = {"channel": GENERAL, "thread_ts": ts}
    assert refused(client.chat_startStream, **where) == "missing_recipient_user_id"
    assert refused(client.chat_startStream, **where, recipient_user_id=ANN) == "missing_recipient_team_id"
    assert client.chat_startStream(**where, recipient_user_id=ANN, recipient_team_id=team)["ok"]


def test_a_finished_stream_takes_nothing_more(client, place):
    stream = at(client.chat_startStream(**place, markdown_text="x"))
    client.chat_stopStream(**stream)
    for call in (client.chat_appendStream, client.chat_stopStream):
        assert refused(call, **stream, markdown_text="y") == "message_not_in_streaming_state"
    plain = client.chat_postMessage(**place, text="no stream")
    assert (
        refused(client.chat_appendStream, **at(plain), markdown_text="y") == "message_not_in_streaming_state"
    )
    client.chat_update(**stream, text="the fallback")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "markdown_text_or_chunks_required"),
        ({"chunks": [{"type": "markdown_text", "text": "x"}]}, "streaming_mode_mismatch"),
        (
            {"markdown_text": "x", "chunks": [{"type": "markdown_text", "text": "x"}]},
            "cannot_provide_both_markdown_text_and_chunks",
        ),
        ({"chunks": [{"type": "song"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "task_update", "id": "1", "title": "t", "status": "odd"}]}, "invalid_chunks"),
        ({"markdown_text": "x" * 12_000}, "msg_too_long"),
        ({"ts": "1.000001", "markdown_text": "x"}, "message_not_found"),
    ],
)
def test_a_wrong_append_is_refused(client, place, arguments, error):
    stream = at(client.chat_startStream(**place, markdown_text="begun"))
    assert refused(client.chat_appendStream, **{**stream, **arguments}) == error
    assert blocks_of(client, place) == [("markdown", "begun")]


def test_a_repeated_closing_block_id_and_too_many_blocks_are_refused(client, place):
    block = {"type": "divider", "block_id": "d"}
    chunks = [{"type": "blocks", "blocks": [block]}]
    stream = at(client.chat_startStream(**place, chunks=chunks))
    assert refused(client.chat_stopStream, **stream, blocks=[block]) == "invalid_blocks"
    many = [{"type": "blocks", "blocks": [{"type": "divider"}] * 50}]
    assert refused(client.chat_appendStream, **stream, chunks=many) == "msg_blocks_too_many"


def test_who_stops_a_stream_is_obeyed(client, place, ann, bo):
    stream = at(client.chat_startStream(**place, markdown_text="long"))
    assert "error" in bo.do("stop_stream", channel=stream["channel"], ts=stream["ts"])
    assert ann.do("stop_stream", **stream) == {"ok": True}
    assert refused(client.chat_appendStream, **stream, markdown_text="er") == "stopped_by_user"
    client.chat_stopStream(**stream, markdown_text=" unheard", session_status="active")
    assert blocks_of(client, place) == [("markdown", "long")]
    assert "error" in ann.do("stop_stream", **stream)


def test_a_strangers_stream_cannot_be_continued(client, ann):
    ts = ann.post(GENERAL, "mine")
    error = refused(client.chat_appendStream, channel=GENERAL, ts=ts, markdown_text="x")
    assert error == "message_not_owned_by_app"
