"""What happens when Slack says no: triggers that expired, limits, response URLs that are spent."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlmodel import select

from bot.slack.messenger import SlackMessenger, Speech, TryLater, Unreachable
from store.tables import Answer, Feedback, InboundEvent, OutboxMessage
from tests.bot_fixtures import HARBOUR, ISLA, PRIYA, TEAM, texts_of


@pytest.fixture
def slack_options(request):
    return getattr(request, "param", {})


def answer(bot):
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> How do I export my data?")
    return bot.seen(ISLA, HARBOUR, ts).messages[-1]


@pytest.mark.parametrize(
    "slack_options", [{"trigger_seconds": 0.0}, {"budgets": {"views.open": 0}}], indirect=True
)
def test_a_modal_that_slack_does_not_open_asks_to_press_again_and_loses_nothing(bot):
    message = answer(bot)
    bot.rate(ISLA, message, "down")
    bot.press(ISLA, message, "open_source_1")
    until_said(bot, message, "press the button again", times=2)
    [row] = bot.rows(select(Feedback))
    assert row.rating == -1


def until_said(bot, message, sentence, times):
    """The listener says it after its acknowledgement: wait for it."""
    page = bot.page(ISLA)
    for _ in range(100):
        seen = page.get("messages", channel=HARBOUR, thread=message["thread_ts"])["ephemerals"]
        if sum(sentence in one["text"] for one in seen) == times:
            return
        threading.Event().wait(0.05)
    raise AssertionError(seen)


@pytest.mark.parametrize("slack_options", [{"budgets": {"chat.postEphemeral": 0}}], indirect=True)
def test_a_message_beyond_slacks_limit_waits_and_the_click_counts(bot):
    bot.rate(ISLA, answer(bot), "up")
    assert len(bot.rows(select(Feedback))) == 1
    [waiting] = bot.rows(select(OutboxMessage).where(OutboxMessage.kind == "ephemeral"))
    assert waiting.state == "pending"
    assert waiting.due_at > bot.services.clock.now()


@pytest.mark.parametrize("slack_options", [{"budgets": {"chat.startStream": 0}}], indirect=True)
def test_beyond_the_limit_of_streams_an_answer_is_posted_whole(bot):
    message = answer(bot)
    assert "[1]" in texts_of(message)
    assert len(bot.rows(select(Answer))) == 1


@pytest.mark.parametrize("slack_options", [{"budgets": {"views.publish": 0}}], indirect=True)
def test_a_home_that_slack_does_not_take_is_no_fault_of_the_person(bot):
    bot.page(PRIYA).do("open", tab="home")
    bot.wait_for_event()
    bot.settle()
    [event] = bot.rows(select(InboundEvent))
    assert event.state == "done"


SAID = []


class Replies(BaseHTTPRequestHandler):
    """A response URL that answers as its path says."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = int(self.path.strip("/"))
        refused = status == 200 and "data_visualization" in body
        self.send_response(400 if refused else status)
        if status == 429:
            self.send_header("Retry-After", "7")
        self.end_headers()
        self.server.said.append(body)
        self.wfile.write(b"invalid_blocks" if refused else b"ok" if status == 200 else b"used_url")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def response_url():
    server = HTTPServer(("127.0.0.1", 0), Replies)
    server.said = SAID
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_response_url_that_is_busy_is_tried_later(response_url):
    with pytest.raises(TryLater) as caught:
        SlackMessenger(client=None).respond(f"{response_url}/429", Speech("hi"))
    assert caught.value.seconds == 7


@pytest.mark.parametrize("status", [500, 503])
def test_a_response_url_with_a_fault_is_tried_later(response_url, status):
    with pytest.raises(TryLater):
        SlackMessenger(client=None).respond(f"{response_url}/{status}", Speech("hi"))


def test_a_spent_response_url_is_given_up(response_url):
    with pytest.raises(Unreachable):
        SlackMessenger(client=None).respond(f"{response_url}/404", Speech("hi"))


def test_a_response_url_takes_an_answer(response_url):
    SlackMessenger(client=None).respond(f"{response_url}/200", Speech("hi"))


def test_blocks_that_slack_refuses_are_said_by_response_url_in_simpler_ones(response_url):
    chart, plain = {"type": "data_visualization"}, {"type": "divider"}
    SlackMessenger(client=None).respond(f"{response_url}/200", Speech("hi", [chart], simple_blocks=[plain]))
    assert [("data_visualization" in one, "divider" in one) for one in SAID[-2:]] == [
        (True, False),
        (False, True),
    ]


def test_a_command_delivered_three_times_is_answered_once(bot):
    from slack_bolt import BoltRequest

    bot.command(PRIYA, TEAM, "help")
    [event] = bot.rows(select(InboundEvent))
    body = {
        "command": "/cs",
        "text": "help",
        "user_id": PRIYA,
        "channel_id": TEAM,
        "channel_name": "cs-team",
        "response_url": event.payload["response_url"],
        "trigger_id": event.payload["trigger_id"],
        "team_id": "T0FERNWAY",
    }
    for _ in range(2):
        assert bot.app.dispatch(BoltRequest(mode="socket_mode", body=body)).status == 200
    bot.settle()
    assert len(bot.seen(PRIYA, TEAM).ephemerals) == 1
