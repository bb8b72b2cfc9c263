"""The Web API through the unmodified slack_sdk client: what it answers, and what it refuses, by Slack's names."""

import json
import urllib.error
import urllib.request
from urllib.parse import quote

import pytest
from slack_sdk.errors import SlackApiError

from tests.local_slack import ANN, BO, BOT, CY, GENERAL, QUIET, SECRET, SHARED, client_of, workspace

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


def refused(call, **arguments):
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return caught.value.response["error"]


def raw(ws, method, body, kind="application/json", token=None):
    headers = {"Content-Type": kind, "Authorization": f"Bearer {token or ws.bot_token}"}
    request = urllib.request.Request(ws.api_url + method, body.encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def dm(client, user=ANN):
    return client.conversations_open(users=user)["channel"]["id"]


def test_who_am_i(shared_ws, shared_client):
    answer = shared_client.auth_test()
    assert (answer["user_id"], answer["team"], answer["url"]) == (BOT, "Acme", shared_ws.page_url)
    assert shared_client.bots_info(bot=answer["bot_id"])["bot"]["user_id"] == BOT
    assert shared_client.team_info()["team"]["id"] == answer["team_id"]
    assert shared_client.api_test(foo="bar")["args"]["foo"] == "bar"


@pytest.mark.parametrize(
    ("token", "error"),
    [("xoxb-wrong", "invalid_auth"), ("app", "not_allowed_token_type"), ("", "not_authed")],
)
def test_a_wrong_token_is_refused(shared_ws, token, error):
    client = client_of(shared_ws, shared_ws.app_token if token == "app" else token)
    client.token = client.token if token else None
    assert refused(client.auth_test) == error


def test_connections_are_opened_with_the_app_token_only(shared_ws, shared_client):
    assert shared_client.apps_connections_open(app_token=shared_ws.app_token)["url"].startswith(
        "ws://127.0.0.1:"
    )
    assert (
        refused(shared_client.apps_connections_open, app_token=shared_ws.bot_token)
        == "not_allowed_token_type"
    )


def test_an_unknown_method_says_so(shared_client):
    assert refused(shared_client.api_call, api_method="chat.shout") == "unknown_method"


def test_form_and_json_bodies_are_the_same(ws):
    blocks = json.dumps([SECTION])
    form = f"channel={GENERAL}&text=one&blocks={quote(blocks)}"
    assert raw(ws, "chat.postMessage", form, "application/x-www-form-urlencoded")["ok"]
    body = json.dumps({"channel": GENERAL, "text": "two", "blocks": [SECTION]})
    assert raw(ws, "chat.postMessage", body)["message"]["blocks"][0]["type"] == "section"
    assert raw(ws, "chat.postMessage", "{nonsense")["error"] == "channel_not_found"


def test_a_posted_message_comes_back_from_history_with_its_metadata(client):
    metadata = {"event_type": "step", "event_payload": {"key": "run-1/step-2"}}
    posted = client.chat_postMessage(channel=GENERAL, text="hi", blocks=[SECTION], metadata=metadata)
    assert posted["message"]["user"] == BOT
    plain = client.conversations_history(channel=GENERAL)["messages"][0]
    full = client.conversations_history(channel=GENERAL, include_all_metadata=True)["messages"][0]
    assert "metadata" not in plain
    assert full["metadata"] == metadata
    assert full["ts"] == posted["ts"]
    assert full["blocks"][0]["block_id"]


def test_threads_count_their_replies_and_replies_to_a_reply_join_the_parent(client):
    parent = client.chat_postMessage(channel=GENERAL, text="parent")["ts"]
    reply = client.chat_postMessage(channel=GENERAL, text="reply", thread_ts=parent)["ts"]
    client.chat_postMessage(channel=GENERAL, text="again", thread_ts=reply)
    thread = client.conversations_replies(channel=GENERAL, ts=parent)["messages"]
    assert [one["text"] for one in thread] == ["parent", "reply", "again"]
    assert thread[0]["reply_count"] == 2
    assert thread[2]["thread_ts"] == parent
    assert [one["text"] for one in client.conversations_history(channel=GENERAL)["messages"]] == ["parent"]
    again = client.conversations_replies(channel=GENERAL, ts=reply)["messages"]
    assert [one["ts"] for one in again] == [one["ts"] for one in thread]


def test_a_broadcast_reply_is_in_the_channel_too(client):
    parent = client.chat_postMessage(channel=GENERAL, text="parent")["ts"]
    client.chat_postMessage(channel=GENERAL, text="both", thread_ts=parent, reply_broadcast=True)
    assert client.conversations_history(channel=GENERAL)["messages"][0]["subtype"] == "thread_broadcast"


def test_history_is_read_in_pages_and_between_moments(client):
    stamps = [client.chat_postMessage(channel=GENERAL, text=str(n))["ts"] for n in range(7)]
    found, pages = [], 0
    for page in client.conversations_history(channel=GENERAL, limit=3):
        found += [one["text"] for one in page["messages"]]
        pages += 1
    assert (found, pages) == ([str(n) for n in range(6, -1, -1)], 3)
    between = client.conversations_history(channel=GENERAL, oldest=stamps[2], latest=stamps[4])["messages"]
    assert [one["text"] for one in between] == ["3"]
    inclusive = client.conversations_history(
        channel=GENERAL, oldest=stamps[2], latest=stamps[4], inclusive=True
    )
    assert [one["text"] for one in inclusive["messages"]] == ["4", "3", "2"]
    assert refused(client.conversations_history, channel=GENERAL, cursor="nonsense") == "invalid_cursor"
    assert refused(client.conversations_history, channel=GENERAL, oldest="yesterday") == "invalid_ts_oldest"


def test_timestamps_are_unique_and_rising(client):
    stamps = [client.chat_postMessage(channel=GENERAL, text="x")["ts"] for _ in range(20)]
    assert stamps == sorted(set(stamps))


def test_an_update_changes_what_is_given_and_a_text_alone_takes_the_blocks_away(client):
    metadata = {"event_type": "step", "event_payload": {}}
    posted = client.chat_postMessage(channel=GENERAL, text="old", blocks=[SECTION], metadata=metadata)
    where = {"channel": GENERAL, "ts": posted["ts"]}

    def updated(**arguments):
        client.chat_update(**where, **arguments)
        found = client.conversations_history(channel=GENERAL, include_all_metadata=True)["messages"][0]
        return {key: found[key] for key in ("text", "blocks", "metadata", "edited") if key in found}

    with_blocks = updated(text="new", blocks=[{"type": "divider", "block_id": "d"}])
    assert with_blocks == {
        "text": "new",
        "blocks": [{"type": "divider", "block_id": "d"}],
        "metadata": metadata,
    }
    assert updated(blocks=[{"type": "divider", "block_id": "e"}], text="")["text"] == "new"
    text_alone = updated(text="alone")
    assert (text_alone["text"], "blocks" in text_alone) == ("alone", False)
    assert text_alone["edited"]["ts"] > posted["ts"]
    assert "metadata" not in updated(text="plain", metadata={})
    assert refused(client.chat_update, **where, text="x" * 4001) == "msg_too_long"
    assert refused(client.chat_update, **where) == "no_text"


def test_a_deletion_removes(client):
    ts = client.chat_postMessage(channel=GENERAL, text="old")["ts"]
    client.chat_delete(channel=GENERAL, ts=ts)
    assert client.conversations_history(channel=GENERAL)["messages"] == []
    assert refused(client.chat_update, channel=GENERAL, ts=ts, text="x") == "message_not_found"


def test_a_deleted_parent_leaves_a_tombstone_above_its_replies(client):
    parent = client.chat_postMessage(channel=GENERAL, text="parent")["ts"]
    client.chat_postMessage(channel=GENERAL, text="reply", thread_ts=parent)
    client.chat_delete(channel=GENERAL, ts=parent)
    thread = client.conversations_replies(channel=GENERAL, ts=parent)["messages"]
    assert [one.get("subtype") for one in thread] == ["tombstone", None]


def test_other_peoples_messages_cannot_be_changed(client, ann):
    ts = ann.post(GENERAL, "mine")
    assert refused(client.chat_update, channel=GENERAL, ts=ts, text="x") == "cant_update_message"
    assert refused(client.chat_delete, channel=GENERAL, ts=ts) == "cant_delete_message"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C404", "text": "x"}, "channel_not_found"),
        ({"channel": QUIET, "text": "x"}, "not_in_channel"),
        ({"channel": GENERAL}, "no_text"),
        ({"channel": GENERAL, "text": "  "}, "no_text"),
        ({"channel": GENERAL, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": GENERAL, "text": "x", "blocks": [{"type": "nope"}]}, "invalid_blocks"),
        ({"channel": GENERAL, "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        (
            {
                "channel": GENERAL,
                "text": "x",
                "blocks": [{**SECTION, "text": {"type": "mrkdwn", "text": "x" * 3000}}] * 5,
            },
            "msg_blocks_too_long",
        ),
        ({"channel": GENERAL, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": GENERAL, "text": "x", "thread_ts": "soon"}, "invalid_thread_ts"),
        ({"channel": GENERAL, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": GENERAL, "text": "x", "metadata": {"event_type": "s"}}, "invalid_metadata_schema"),
        ({"channel": GENERAL, "text": "x", "attachments": [{"text": "a"}] * 101}, "too_many_attachments"),
        ({"channel": GENERAL, "text": "x", "attachments": [None]}, "invalid_attachments"),
        ({"channel": GENERAL, "text": "x", "blocks": [{**SECTION, "block_id": [1]}] * 2}, "invalid_blocks"),
    ],
)
def test_a_message_that_slack_refuses_is_refused(shared_client, arguments, error):
    assert refused(shared_client.chat_postMessage, **arguments) == error
    assert shared_client.conversations_history(channel=GENERAL)["messages"] == []


def test_invalid_blocks_say_where(shared_client):
    with pytest.raises(SlackApiError) as caught:
        shared_client.chat_postMessage(
            channel=GENERAL, text="x", blocks=[{**SECTION, "text": {"type": "mrkdwn"}}]
        )
    assert "json-pointer:/blocks/0/text" in caught.value.response["errors"][0]


def test_a_message_without_top_level_text_is_taken_with_a_warning(ws):
    body = json.dumps({"channel": GENERAL, "blocks": [SECTION]})
    answer = raw(ws, "chat.postMessage", body)
    assert answer["ok"]
    assert "top-level text" in answer["response_metadata"]["messages"][0]


def test_a_private_channel_without_the_app_does_not_exist(ws, client):
    from bot.local.directory import Channel

    ws.add_channel(Channel("G9HIDDEN", "hidden", (ANN,), is_private=True))
    assert refused(client.conversations_info, channel="G9HIDDEN") == "channel_not_found"
    assert refused(client.chat_postMessage, channel="G9HIDDEN", text="x") == "channel_not_found"


def test_conversations_are_listed_by_type_and_page(client):
    dm(client)
    public = client.conversations_list()["channels"]
    assert [one["name"] for one in public] == ["general", "with-other", "quiet"]
    everything = client.conversations_list(types="public_channel,private_channel,im")["channels"]
    assert {one["id"] for one in everything} >= {GENERAL, SECRET, SHARED, QUIET}
    assert sum(one["is_im"] for one in everything) == 1
    assert [one["id"] for one in client.users_conversations()["channels"]] == [GENERAL, SHARED]
    assert client.users_conversations(user=CY)["channels"][0]["is_ext_shared"]
    assert [len(page["channels"]) for page in client.conversations_list(limit=2)] == [2, 1]
    assert refused(client.conversations_list, types="secret_channel") == "invalid_types"


def test_members_and_joining(client):
    assert BOT not in client.conversations_members(channel=QUIET)["members"]
    assert client.conversations_join(channel=QUIET)["channel"]["is_member"]
    assert BOT in client.conversations_members(channel=QUIET)["members"]
    assert client.conversations_join(channel=QUIET)["warning"] == "already_in_channel"
    assert client.chat_postMessage(channel=QUIET, text="now I can")["ok"]


def test_a_direct_message_is_opened_once_and_written_to_by_user_id(client):
    channel = dm(client)
    assert dm(client) == channel
    assert client.chat_postMessage(channel=ANN, text="hi")["channel"] == channel
    assert client.conversations_info(channel=channel)["channel"]["user"] == ANN
    assert refused(client.conversations_open, users="U404") == "user_not_found"
    assert refused(client.conversations_open, users=BOT) == "cannot_dm_bot"


def test_people_are_found_by_id_and_email(shared_client):
    user = shared_client.users_info(user=ANN, include_locale=True)["user"]
    assert (user["tz"], user["profile"]["email"], user["locale"]) == (
        "Europe/Berlin",
        "ann@acme.example",
        "en-US",
    )
    assert shared_client.users_lookupByEmail(email="ANN@acme.example")["user"]["id"] == ANN
    assert shared_client.users_info(user=CY)["user"]["team_id"] == "T9OTHER"
    assert {one["id"] for one in shared_client.users_list()["members"]} == {ANN, BO, CY, BOT}
    assert refused(shared_client.users_info, user="U404") == "user_not_found"
    assert refused(shared_client.users_lookupByEmail, email="no@body") == "users_not_found"


def test_reactions_are_added_once_and_taken_back(client):
    ts = client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    client.reactions_add(channel=GENERAL, timestamp=ts, name="eyes")
    assert refused(client.reactions_add, channel=GENERAL, timestamp=ts, name="eyes") == "already_reacted"
    shown = client.reactions_get(channel=GENERAL, timestamp=ts)["message"]["reactions"]
    assert shown == [{"name": "eyes", "users": [BOT], "count": 1}]
    client.reactions_remove(channel=GENERAL, timestamp=ts, name="eyes")
    assert refused(client.reactions_remove, channel=GENERAL, timestamp=ts, name="eyes") == "no_reaction"
    assert refused(client.reactions_add, channel=GENERAL, timestamp=ts, name="No!") == "invalid_name"


def test_an_ephemeral_is_for_one_member_and_not_in_history(client, ann, bo):
    client.chat_postEphemeral(channel=GENERAL, user=ANN, text="only you")
    assert ann.hears("ephemeral")["message"]["text"] == "only you"
    assert bo.hears_nothing("ephemeral")
    assert client.conversations_history(channel=GENERAL)["messages"] == []
    assert bo.get("messages", channel=GENERAL)["ephemerals"] == []
    assert ann.get("messages", channel=GENERAL)["ephemerals"][0]["is_ephemeral"]
    error = refused(client.chat_postEphemeral, channel=GENERAL, user=CY, text="x")
    assert error == "user_not_in_channel"


def test_a_permalink_names_the_message(client):
    ts = client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    link = client.chat_getPermalink(channel=GENERAL, message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{GENERAL}/p{ts.replace('.', '')}")


def test_too_many_calls_are_told_when_to_come_back(tmp_path):
    with workspace(tmp_path, budgets={"chat.postMessage": 2}) as ws:
        client = client_of(ws)
        for _ in range(2):
            client.chat_postMessage(channel=GENERAL, text="x")
        with pytest.raises(SlackApiError) as caught:
            client.chat_postMessage(channel=GENERAL, text="x")
        assert caught.value.response.status_code == 429
        assert caught.value.response["error"] == "ratelimited"
        assert 1 <= int(caught.value.response.headers["Retry-After"]) <= 60
        assert client.auth_test()["ok"]


def test_a_file_is_uploaded_in_three_steps_and_readable_where_it_was_shared(ws, client, ann, bo):
    client.files_upload_v2(channel=SECRET, content="a,b\n1,2\n", filename="digest.csv", title="Digest")
    shared = bo.hears("message", channel=SECRET)["message"]
    file = shared["files"][0]
    assert (shared["subtype"], file["title"], file["mimetype"]) == ("file_share", "Digest", "text/csv")
    url = f"{ws.page_url}local/api/file?as={BO}&id={file['id']}"
    with urllib.request.urlopen(url) as response:
        assert response.read() == b"a,b\n1,2\n"
        assert "attachment" in response.headers["Content-Disposition"]
    assert "error" in ann.get("file", id=file["id"])


def test_an_upload_of_another_size_than_announced_is_refused(client):
    answer = client.files_getUploadURLExternal(filename="a.txt", length=3)
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(answer["upload_url"], b"four"))
    error = refused(
        client.files_completeUploadExternal, files=[{"id": answer["file_id"]}], channel_id=GENERAL
    )
    assert error == "file_not_found"


def test_status_title_and_prompts_reach_the_page(client, ann):
    channel = dm(client)
    ts = ann.post(channel, "hello")
    client.assistant_threads_setStatus(
        channel_id=channel, thread_ts=ts, status="is thinking...", loading_messages=["Reading"]
    )
    assert ann.hears("status", status="is thinking...")["loading_messages"] == ["Reading"]
    assert ann.get("messages", channel=channel, thread=ts)["status"] == {ts: "is thinking..."}
    client.chat_postMessage(channel=channel, thread_ts=ts, text="done")
    assert ann.hears("status", status="")["thread_ts"] == ts
    client.assistant_threads_setTitle(channel_id=channel, thread_ts=ts, title="Greeting")
    assert ann.hears("title")["title"] == "Greeting"
    prompts = [{"title": "One", "message": "First"}]
    client.assistant_threads_setSuggestedPrompts(channel_id=channel, title="Try", prompts=prompts)
    assert ann.hears("prompts")["prompts"] == prompts
    assert ann.get("bootstrap")["suggested_prompts"] == prompts
    client.assistant_threads_setSuggestedPrompts(channel_id=channel, thread_ts=ts, prompts=prompts)
    assert ann.hears_nothing("prompts")


def test_sessions_have_a_status_and_a_name(client, ann):
    channel = dm(client)
    ts = ann.post(channel, "hello")
    client.agents_sessions_setStatus(channel_id=channel, thread_ts=ts, status="processing", title="Work")
    assert ann.hears("status")["status"] == "is working..."
    assert client.agents_sessions_rename(channel_id=channel, thread_ts=ts, title="New")["title"] == "New"
    client.agents_sessions_setStatus(channel_id=channel, thread_ts=ts, status="active")
    assert ann.hears("status")["status"] == ""
    unknown = client.agents_sessions_setStatus
    assert refused(unknown, channel_id=channel, thread_ts=ts, status="busy") == "invalid_arguments"
    assert refused(unknown, channel_id=channel, thread_ts="1.1", status="active") == "invalid_thread_ts"


def test_a_thread_at_work_can_be_stopped_and_the_channel_beside_the_assistant_is_told(ws, client, ann):
    channel = dm(client)
    ts = ann.post(channel, "hello")
    assert "complete" in ann.do("stop_stream", channel=channel, ts=ts)["error"]
    client.agents_sessions_setStatus(channel_id=channel, thread_ts=ts, status="processing")
    assert ann.do("stop_stream", channel=channel, ts=ts) == {"ok": True}
    ann.do("open", tab="messages", context=GENERAL)
    assert "no conversation" in ann.do("open", tab="messages", context=SECRET)["error"]
    events = [one["body"]["event"] for one in ws.records.all("pending").values()]
    stopped = next(one for one in events if one["type"] == "agent_session_stopped")
    assert (stopped["thread_ts"], stopped["streaming_message_ts"]) == (ts, [])
    context = next(one for one in events if one["type"] == "app_context_changed")
    assert context["context"]["entities"][0]["value"] == GENERAL


def test_a_home_tab_is_published_for_one_person_and_shown(client, ann, bo):
    view = {"type": "home", "blocks": [SECTION]}
    first = client.views_publish(user_id=ANN, view=view)["view"]
    assert ann.hears("home")["view"]["id"] == first["id"]
    assert bo.hears_nothing("home")
    assert ann.do("open", tab="home")["home"]["blocks"][0]["text"]["text"] == "hello"
    assert bo.do("open", tab="home")["home"] is None
    assert refused(client.views_publish, user_id=ANN, view=view, hash="old") == "hash_conflict"
    assert client.views_publish(user_id=ANN, view=view, hash=first["hash"])["view"]["id"] == first["id"]
    assert refused(client.views_publish, user_id=ANN, view={"type": "home"}) == "invalid_arguments"
    big = {
        "type": "home",
        "blocks": [{**SECTION, "text": {"type": "mrkdwn", "text": "x" * 2990}} for _ in range(90)],
    }
    assert refused(client.views_publish, user_id=ANN, view=big) == "view_too_large"


def test_a_made_up_trigger_opens_nothing(shared_client):
    view = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [SECTION]}
    assert refused(shared_client.views_open, trigger_id="1.2.abc", view=view) == "invalid_trigger_id"
    assert refused(shared_client.views_update, view_id="V404", view=view) == "not_found"


def test_markdown_text_becomes_a_markdown_block(client):
    posted = client.chat_postMessage(channel=GENERAL, markdown_text="**bold**")
    assert posted["message"]["blocks"][0]["type"] == "markdown"
