"""An unmodified Bolt app on the local workspace: it cannot tell it from Slack."""

import threading
import time
from queue import Empty, Queue

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient

from tests.local_slack import (
    ANN,
    BO,
    BOT,
    CY,
    GENERAL,
    SHARED,
    Page,
    bolt_app,
    client_of,
    close_at_once,
    connect_and_wait,
    connected,
    workspace,
)

BUTTON = {"type": "button", "action_id": "go", "value": "v", "text": {"type": "plain_text", "text": "Go"}}
ACTIONS = [{"type": "actions", "block_id": "row", "elements": [BUTTON]}]
PRESS = {"block_id": "row", "action": {"type": "button", "action_id": "go", "value": "v"}}


def plain(text):
    return {"type": "plain_text", "text": text}


def modal(callback="m", *, title="Title", **more):
    field = {
        "type": "input",
        "block_id": "why",
        "label": plain("Why"),
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": [field],
        **more,
    }


def filled(text):
    return {"why": {"text": {"type": "plain_text_input", "value": text}}}


@pytest.fixture
def ws(tmp_path):
    with workspace(tmp_path, retry_seconds=(0.1, 0.1, 0.1), ack_seconds=1.0) as running:
        yield running


@pytest.fixture
def impatient(tmp_path):
    """A workspace that waits a third of a second for acknowledgements."""
    quick = (0.05, 0.05, 0.05)
    with workspace(tmp_path, retry_seconds=quick, ack_seconds=0.3) as running:
        yield running


@pytest.fixture
def ann(ws):
    with Page(ws, ANN) as page:
        yield page


@pytest.fixture
def app(ws):
    return bolt_app(ws)


@pytest.fixture
def seen():
    """What listeners put aside, to be waited for."""
    return Queue()


def soon(queue, seconds=8):
    return queue.get(timeout=seconds)


def nothing_more(queue, seconds=0.5):
    try:
        return queue.get(timeout=seconds) is None
    except Empty:
        return True


def test_a_mention_is_answered_in_its_thread_and_arrives_as_two_events(ws, app, ann, seen):
    @app.event("app_mention")
    def mentioned(body, event, say):
        seen.put(body)
        say(text=f"Hi <@{event['user']}>", thread_ts=event["ts"])

    @app.event("message")
    def wrote(body):
        seen.put(body)

    with connected(ws, app):
        ts = ann.post(GENERAL, "@guidepost hello")
        reply = ann.hears("message", message__user=BOT)["message"]
        bodies = [soon(seen), soon(seen)]
    assert (reply["thread_ts"], reply["text"]) == (ts, f"Hi <@{ANN}>")
    assert {one["event"]["type"] for one in bodies} == {"app_mention", "message"}
    assert {one["event"]["ts"] for one in bodies} == {ts}
    assert len({one["event_id"] for one in bodies}) == 2
    assert bodies[0]["authorizations"][0]["user_id"] == BOT


def test_people_of_another_organisation_are_marked(ws, app, seen):
    @app.event("message")
    def wrote(body):
        seen.put(body)

    with Page(ws, CY) as cy, connected(ws, app):
        cy.post(SHARED, "from outside")
        body = soon(seen)
    assert body["is_ext_shared_channel"] is True
    assert body["event"]["user_team"] == "T9OTHER"
    assert body["team_id"] != "T9OTHER"


def test_a_direct_message_an_edit_a_deletion_and_a_reaction_are_events(ws, app, ann, seen):
    @app.event("message")
    def wrote(event):
        seen.put(event)

    @app.event("reaction_added")
    def reacted(event):
        seen.put(event)

    channel = next(one["id"] for one in ann.get("bootstrap")["channels"] if one["kind"] == "app")
    with connected(ws, app):
        ts = ann.post(channel, "hello")
        assert soon(seen)["channel_type"] == "im"
        ann.do("edit", channel=channel, ts=ts, text="hullo")
        changed = soon(seen)
        ann.do("react", channel=channel, ts=ts, name="eyes")
        assert soon(seen)["item"] == {"type": "message", "channel": channel, "ts": ts}
        ann.do("delete", channel=channel, ts=ts)
        deleted = soon(seen)
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "hullo")
    assert changed["previous_message"]["text"] == "hello"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)


def test_opening_the_assistant_is_an_event_for_each_tab(ws, app, ann, seen):
    @app.event("app_home_opened")
    def opened(event, client):
        seen.put(event["tab"])
        if event["tab"] == "home":
            client.views_publish(
                user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]}
            )

    with connected(ws, app):
        ann.do("open", tab="home")
        assert ann.hears("home")["view"]["blocks"][0]["type"] == "divider"
        ann.do("open", tab="messages")
        assert [soon(seen), soon(seen)] == ["home", "messages"]


def test_joining_a_channel_is_an_event(ws, app, seen):
    from bot.local.directory import Channel

    @app.event("member_joined_channel")
    def joined(event):
        seen.put((event["user"], event["channel"]))

    with connected(ws, app):
        ws.add_channel(Channel(GENERAL, "general", (ANN, BO, BOT, CY)))
        assert soon(seen) == (CY, GENERAL)


def test_an_event_that_is_not_acknowledged_is_delivered_again_with_its_count(impatient, seen):
    """A client that acknowledges only the third delivery."""

    def listen(client, request):
        seen.put((request.payload["event_id"], request.retry_attempt, request.retry_reason))
        if request.retry_attempt == 2:
            client.send_socket_mode_response({"envelope_id": request.envelope_id})

    with raw_client(impatient, listen), Page(impatient, ANN) as ann:
        ann.post(GENERAL, "hello")
        deliveries = [soon(seen) for _ in range(3)]
        assert nothing_more(seen, 0.8)
    assert len({one[0] for one in deliveries}) == 1
    assert [one[1] for one in deliveries] == [0, 1, 2]
    assert [one[2] for one in deliveries] == ["", "timeout", "timeout"]


def test_an_event_is_given_up_after_three_retries(impatient, seen):
    count = lambda _, request: seen.put(request.retry_attempt)  # noqa: E731 - one line says it
    with raw_client(impatient, count), Page(impatient, ANN) as ann:
        ann.post(GENERAL, "hello")
        assert [soon(seen) for _ in range(4)] == [0, 1, 2, 3]
        assert nothing_more(seen, 0.8)


def test_what_happened_while_the_bot_was_away_is_delivered_when_it_connects(ws, app, ann, seen):
    @app.event("message")
    def wrote(event, request):
        seen.put((event["text"], request.headers["x-slack-retry-num"][0]))

    ann.post(GENERAL, "anybody?")
    with connected(ws, app):
        assert soon(seen) == ("anybody?", "1")


def test_an_event_in_flight_when_the_bot_dies_is_delivered_to_its_successor(ws, app, ann, seen):
    with raw_client(ws, lambda _, request: seen.put(request.payload["event_id"])):
        ann.post(GENERAL, "hello")
        first = soon(seen)

    @app.event("message")
    def wrote(body, request):
        seen.put((body["event_id"], int(request.headers["x-slack-retry-num"][0]) > 0))

    with connected(ws, app):
        assert soon(seen) == (first, True)


def test_the_bot_connects_anew_when_told_to(ws, app, ann, seen):
    @app.event("message")
    def wrote(event):
        seen.put(event["text"])

    with connected(ws, app) as handler:
        before = handler.client.session_id()
        ws.disconnect_clients("refresh_requested")
        ann.post(GENERAL, "still there?")
        assert soon(seen, 20) == "still there?"
        assert handler.client.session_id() != before


def test_several_connections_share_the_work(ws, ann, seen):
    def listener(name):
        def listen(client, request):
            seen.put(name)
            client.send_socket_mode_response({"envelope_id": request.envelope_id})

        return listen

    with raw_client(ws, listener("a")), raw_client(ws, listener("b")):
        for number in range(4):
            ann.post(GENERAL, str(number))
        assert sorted(soon(seen) for _ in range(4)) == ["a", "a", "b", "b"]


def test_events_that_the_manifest_does_not_name_are_not_sent(tmp_path, seen):
    from bot.local.manifest import AppConfig

    with workspace(tmp_path, config=AppConfig(events=frozenset({"app_mention"}))) as ws, Page(ws, ANN) as ann:
        app = bolt_app(ws)

        @app.event("app_mention")
        def mentioned(event):
            seen.put(event["type"])

        @app.event("message")
        def wrote(event):
            seen.put(event["type"])

        with connected(ws, app):
            ann.post(GENERAL, "@guidepost hi")
            assert soon(seen) == "app_mention"
            assert nothing_more(seen)


def test_a_command_is_answered_for_its_author_only_or_for_all(ws, app, ann, seen):
    @app.command("/cs")
    def command(ack, command, respond):
        seen.put(command)
        if command["text"] == "all":
            ack(response_type="in_channel", text="for all")
        else:
            ack(f"you said {command['text']}")
            respond("and later")

    with Page(ws, BO) as bo, connected(ws, app):
        assert ann.do("command", channel=GENERAL, command="/cs", text="help") == {"ok": True}
        heard = {ann.hears("ephemeral")["message"]["text"] for _ in range(2)}  # as on Slack, in either order
        assert heard == {"you said help", "and later"}
        assert bo.hears_nothing("ephemeral")
        ann.do("command", channel=GENERAL, command="/cs", text="all")
        assert bo.hears("message", message__user=ANN)["message"]["text"] == "/cs all"
        assert bo.hears("message", message__user=BOT)["message"]["text"] == "for all"
    form = soon(seen)
    assert (form["user_id"], form["channel_name"], form["command"]) == (ANN, "general", "/cs")


def test_a_command_that_the_manifest_escapes_arrives_with_marked_mentions(tmp_path, seen):
    from bot.local.manifest import AppConfig, SlashCommand

    config = AppConfig(commands=(SlashCommand("/cs", should_escape=True),))
    with workspace(tmp_path, config=config) as ws, Page(ws, ANN) as ann:
        app = bolt_app(ws)

        @app.command("/cs")
        def command(ack, command):
            ack()
            seen.put(command["text"])

        with connected(ws, app):
            ann.do("command", channel=GENERAL, command="/cs", text="start @bo")
            assert soon(seen) == f"start <@{BO}|bo>"


def test_a_command_that_is_not_acknowledged_in_time_says_so(ws, app, ann):
    @app.command("/cs")
    def command(ack):
        time.sleep(1.5)
        ack("too late")

    with connected(ws, app):
        answer = ann.do("command", channel=GENERAL, command="/cs", text="help")
    assert "operation_timeout" in answer["error"]


def test_a_click_tells_the_bot_everything_and_the_message_can_be_replaced(ws, app, ann, seen):
    @app.action("go")
    def clicked(ack, body, respond):
        ack()
        seen.put(body)
        respond(text="done", replace_original=True)

    with connected(ws, app):
        parent = ann.post(GENERAL, "parent")
        posted = app.client.chat_postMessage(channel=GENERAL, thread_ts=parent, text="press", blocks=ACTIONS)
        place = {"channel": GENERAL, "ts": posted["ts"]}
        assert ann.do("action", message=place, **PRESS) == {"ok": True}
        assert ann.hears("message_changed", message__text="done")["message"]["ts"] == posted["ts"]
    body = soon(seen)
    assert body["container"]["message_ts"] == posted["ts"]
    assert body["container"]["thread_ts"] == parent
    assert body["actions"][0]["value"] == "v"
    assert body["actions"][0]["block_id"] == "row"
    assert body["message"]["text"] == "press"
    assert body["user"]["id"] == ANN


def test_an_ephemeral_message_can_be_clicked_replaced_and_deleted(ws, app, ann, seen):
    @app.action("go")
    def clicked(ack, body, respond):
        ack()
        seen.put(body)
        if body["state"]["values"]:
            respond(delete_original=True)
        else:
            respond(text="second", blocks=ACTIONS, replace_original=True)

    with connected(ws, app):
        app.client.chat_postEphemeral(channel=GENERAL, user=ANN, text="first", blocks=ACTIONS)
        shown = ann.hears("ephemeral")["message"]
        ann.do("action", ephemeral={"id": shown["id"]}, **PRESS)
        assert ann.hears("ephemeral_changed")["message"]["text"] == "second"
        ann.do("action", ephemeral={"id": shown["id"]}, **PRESS, state=filled("x"))
        assert ann.hears("ephemeral_deleted")["id"] == shown["id"]
    body = soon(seen)
    assert body["container"]["is_ephemeral"] is True
    assert "message" not in body


def test_a_response_url_is_good_for_five_answers(ws, app, ann, seen):
    from slack_sdk.webhook import WebhookClient

    @app.command("/cs")
    def command(ack, body):
        ack()
        seen.put(body["response_url"])

    with connected(ws, app):
        ann.do("command", channel=GENERAL, command="/cs", text="")
        url = soon(seen)
    answers = [WebhookClient(url).send(text=str(n)).status_code for n in range(6)]
    assert answers == [200] * 5 + [404]
    assert WebhookClient(f"{url}x").send(text="x").status_code == 404
    assert len(ann.get("messages", channel=GENERAL)["ephemerals"]) == 5


def test_a_modal_goes_round_errors_update_push_and_clear(ws, app, ann, seen):
    @app.command("/cs")
    def command(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("m")
    def submitted(ack, body, view):
        seen.put(body)
        said = view["state"]["values"]["why"]["text"]["value"]
        match said:
            case "bad":
                ack(response_action="errors", errors={"why": "Say more."})
            case "more":
                ack(response_action="update", view=modal(title="Updated"))
            case "deeper":
                ack(response_action="push", view=modal("second", title="Second"))
            case _:
                ack()

    @app.view("second")
    def second(ack, view):
        ack(
            **(
                {"response_action": "clear"}
                if view["state"]["values"]["why"]["text"]["value"] == "end"
                else {}
            )
        )

    with connected(ws, app):
        ann.do("command", channel=GENERAL, command="/cs", text="")
        view = ann.hears("view_open")["view"]
        send = {"view_id": view["id"]}
        assert ann.do("view_submit", **send, values={}) == {
            "errors": {"why": "Please complete this required field."}
        }
        assert ann.do("view_submit", **send, values=filled("bad")) == {"errors": {"why": "Say more."}}
        updated = ann.do("view_submit", **send, values=filled("more"))["view"]
        assert (updated["id"], updated["title"]["text"]) == (view["id"], "Updated")
        deeper = ann.do("view_submit", **send, values=filled("deeper"))["view"]
        assert deeper["previous_view_id"] == deeper["root_view_id"] == view["id"]
        back = ann.do("view_submit", view_id=deeper["id"], values=filled("back"))["view"]
        assert back["id"] == view["id"]
        deeper = ann.do("view_submit", **send, values=filled("deeper"))["view"]
        assert ann.do("view_submit", view_id=deeper["id"], values=filled("end")) == {"clear": True}
        assert "no longer open" in ann.do("view_submit", **send, values=filled("late"))["error"]
    assert soon(seen)["view"]["state"]["values"]["why"]["text"]["value"] == "bad"


def test_a_button_in_a_modal_updates_it_and_closing_is_told(ws, app, ann, seen):
    blocks = [*modal()["blocks"], *ACTIONS]

    @app.shortcut("start")
    def start(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(blocks=blocks, notify_on_close=True))

    @app.action("go")
    def clicked(ack, body, client):
        ack()
        seen.put(body["view"]["state"]["values"]["why"]["text"]["value"])
        view = body["view"]
        client.views_update(
            view_id=view["id"], hash=view["hash"], view=modal(title="Next", notify_on_close=True)
        )
        try:
            client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
        except SlackApiError as error:
            seen.put(error.response["error"])

    @app.view_closed("m")
    def closed(ack, body):
        ack()
        seen.put(body["is_cleared"])

    with connected(ws, app):
        assert ann.do("shortcut", callback_id="start") == {"ok": True}
        view = ann.hears("view_open")["view"]
        ann.do("action", view={"id": view["id"]}, **PRESS, state=filled("half"))
        assert ann.hears("view_update")["view"]["title"]["text"] == "Next"
        assert [soon(seen), soon(seen)] == ["half", "hash_conflict"]
        assert ann.do("view_close", view_id=view["id"]) == {"ok": True, "view": None}
        assert soon(seen) is False


def test_a_modal_of_one_person_is_not_another_persons(ws, app, ann):
    @app.command("/cs")
    def command(ack, body, client):
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal())

    with Page(ws, BO) as bo, connected(ws, app):
        ann.do("command", channel=GENERAL, command="/cs", text="")
        view = ann.hears("view_open")["view"]
        assert bo.hears_nothing("view_open")
        assert "no longer open" in bo.do("view_submit", view_id=view["id"], values=filled("x"))["error"]


def test_triggers_are_good_once_and_stacks_have_three_floors(ws, app, ann, seen):
    def attempt(call, trigger, **more):
        try:
            call(trigger_id=trigger, view=modal(**more))
        except SlackApiError as error:
            return error.response["error"]
        return "opened"

    @app.command("/cs")
    def command(ack, body, client):
        ack()
        trigger = body["trigger_id"]
        call = client.views_push if body["text"] == "push" else client.views_open
        seen.put(attempt(call, trigger))
        seen.put(attempt(call, trigger))

    with connected(ws, app):
        for text in ("open", "push", "push", "push"):
            ann.do("command", channel=GENERAL, command="/cs", text=text)
            seen.put(text)
            results = {soon(seen, 5) for _ in range(3)}
            seen.queue.clear()
            if "push_limit_reached" in results:
                assert text == "push"
                limited = True
            else:
                assert {"opened", "exchanged_trigger_id"} <= results
    assert limited


def test_a_menu_gets_its_options_from_the_bot(ws, app, ann):
    menu = {"type": "external_select", "action_id": "pick", "min_query_length": 0}

    @app.options("pick")
    def options(ack, body):
        ack(options=[{"text": plain(f"{body['value']} Inc"), "value": body["block_id"]}])

    with connected(ws, app):
        blocks = [{"type": "actions", "block_id": "row", "elements": [menu]}]
        ts = app.client.chat_postMessage(channel=GENERAL, text="pick", blocks=blocks)["ts"]
        place = {"message": {"channel": GENERAL, "ts": ts}, "action_id": "pick", "block_id": "row"}
        answer = ann.do("options", **place, value="Acme")
    assert answer == {"options": [{"text": plain("Acme Inc"), "value": "row"}]}


def test_a_message_shortcut_brings_the_message(ws, app, ann, seen):
    @app.shortcut("save")
    def save(ack, body):
        ack()
        seen.put(body)

    with connected(ws, app):
        ts = ann.post(GENERAL, "worth keeping")
        ann.do("shortcut", callback_id="save", channel=GENERAL, ts=ts)
    body = soon(seen)
    assert (body["type"], body["message"]["text"], body["channel"]["id"]) == (
        "message_action",
        "worth keeping",
        GENERAL,
    )


def test_an_answer_streams_in_and_the_stop_button_is_heard(ws, app, ann, seen):
    going_on = threading.Event()

    @app.event("message")
    def wrote(event, say_stream):
        stream = say_stream(buffer_size=1)
        stream.append(markdown_text="first ")
        going_on.wait(5)
        try:
            stream.append(markdown_text="second")
        except SlackApiError as error:
            seen.put(error.response["error"])

    @app.event("agent_session_stopped")
    def stopped(event):
        seen.put(event)
        going_on.set()

    channel = next(one["id"] for one in ann.get("bootstrap")["channels"] if one["kind"] == "app")
    with connected(ws, app):
        ts = ann.post(channel, "tell me")
        message = ann.hears("message", message__user=BOT)["message"]
        assert message["streaming"] is True
        ann.do("stop_stream", channel=channel, ts=message["ts"])
        event, error = soon(seen), soon(seen)
    assert (event["thread_ts"], event["streaming_message_ts"], event["user"]) == (ts, [message["ts"]], ANN)
    assert error == "stopped_by_user"


def test_everything_is_there_after_a_restart(tmp_path):
    with workspace(tmp_path) as ws, Page(ws, ANN) as ann:
        tokens = (ws.bot_token, ws.app_token, ws.signing_secret)
        client = client_of(ws)
        metadata = {"event_type": "step", "event_payload": {"key": "k"}}
        parent = ann.post(GENERAL, "before")
        posted = client.chat_postMessage(channel=GENERAL, thread_ts=parent, text="answer", metadata=metadata)
        client.views_publish(user_id=ANN, view={"type": "home", "blocks": [{"type": "divider"}]})
        stream = client.chat_startStream(
            channel=GENERAL,
            thread_ts=parent,
            markdown_text="half",
            recipient_user_id=ANN,
            recipient_team_id=ws.directory.team_id,
        )
        ann.do("clock", advance_seconds=3600)
        ann.do("react", channel=GENERAL, ts=parent, name="eyes")
    with workspace(tmp_path) as ws, Page(ws, ANN) as ann:
        assert (ws.bot_token, ws.app_token, ws.signing_secret) == tokens
        client = client_of(ws)
        thread = client.conversations_replies(channel=GENERAL, ts=parent, include_all_metadata=True)
        first, second, third = thread["messages"]
        assert (first["text"], second["ts"], second["metadata"]) == ("before", posted["ts"], metadata)
        assert first["reactions"][0]["users"] == [ANN]
        assert third["text"] == "half"
        with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
            client.chat_appendStream(channel=GENERAL, ts=stream["ts"], markdown_text="x")
        assert ann.do("open", tab="home")["home"]["blocks"][0]["type"] == "divider"
        assert ann.get("bootstrap")["clock"]["offset_seconds"] == 3600
        assert float(ann.post(GENERAL, "after")) > float(stream["ts"])


class raw_client:  # noqa: N801 - used like a function
    """A Socket Mode client without Bolt, which decides itself what it acknowledges."""

    def __init__(self, ws, listen):
        self.client = SocketModeClient(app_token=ws.app_token, web_client=client_of(ws, ws.app_token))
        self.client.socket_mode_request_listeners.append(listen)

    def __enter__(self):
        connect_and_wait(self.client)
        return self.client

    def __exit__(self, *_):
        close_at_once(self.client)
