"""The bot, over signed HTTP and over Socket Mode, on a Slack that nobody here wrote (tests/emulated_slack.py)."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select

from store.tables import Answer, Feedback, InboundEvent, VerifiedAnswer
from tests.emulated_slack import BOT, BOT_TOKEN, CARA, SECRET, EmulatedSlack, what_is_missing
from tests.running_bot import free_port, quick_core, running_bot, settings_for, take_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(what_is_missing() is not None, reason=str(what_is_missing())),
]

QUESTION = f"<@{BOT}> How do I export my data?"


@pytest.fixture(scope="module", params=["http", "socket"])
def slack(request, tmp_path_factory):
    """The emulator with the bot on it; the tests ask in threads of their own."""
    port = free_port()
    with EmulatedSlack(
        f"http://127.0.0.1:{port}/slack/events" if request.param == "http" else None
    ) as emulated:
        tokens = {"slack_bot_token": BOT_TOKEN, "slack_api_url": emulated.api_url, "guidepost_admins": CARA}
        own = {"slack_signing_secret": SECRET, "port": port} if request.param == "http" else {}
        app_token = None if own else "xapp-guidepost"
        own |= {"slack_app_token": app_token} if app_token else {}
        settings = settings_for(tmp_path_factory.mktemp("emulated"), **tokens, **own)
        assert settings.mode == request.param
        core = quick_core(settings)
        take_in(core)
        core.database.close()
        with running_bot(settings, token=BOT_TOKEN, api_url=emulated.api_url, app_token=app_token) as bot:
            emulated.running = bot
            emulated.until(lambda: bot.readiness()["ready"], "the bot to be ready")
            yield emulated


def rows(slack, query):
    with slack.running.services.database.reading() as session:
        return list(session.exec(query).all())


def settled(slack):
    waiting = select(InboundEvent).where(InboundEvent.state.in_(["received", "working"]))
    slack.until(lambda: not rows(slack, waiting), "the bot to finish")


def answered(slack, ts, channel=None):
    """The one message of the bot below a question, when it has settled."""
    slack.until(lambda: slack.thread(ts, channel), "an answer")
    settled(slack)
    [message] = slack.thread(ts, channel)
    return message


def element(message, action_id):
    blocks = message["blocks"]
    elements = [one for block in blocks for one in [*block.get("elements", []), block.get("accessory") or {}]]
    return next(one for one in elements if one.get("action_id") == action_id)


def modals(slack, callback_id):
    return [one for one in slack.views("modal") if one["callback_id"] == callback_id]


def test_a_mention_is_answered_in_its_thread_where_neither_streams_nor_status_lines_exist(slack):
    message = answered(slack, slack.say(QUESTION))
    assert "[1]" in message["text"]
    assert message["metadata"]["event_type"] == "guidepost_message"


def test_a_mention_that_is_told_as_a_message_and_as_a_mention_twice_is_answered_once(slack):
    ts = slack.say(QUESTION)
    event = {"type": "app_mention", "user": slack.user_ids["ann"], "text": QUESTION, "ts": ts}
    for _ in range(2):
        slack.happens(event | {"channel": slack.channel}, event_id="Ev-again")
    answered(slack, ts)
    said = [row for row in rows(slack, select(InboundEvent)) if (row.message_key or "").endswith(ts)]
    assert len(said) == 1


def test_a_direct_message_is_answered(slack):
    channel = slack.direct_channel()
    ts = slack.say("How do I export my data?", channel=channel)
    assert "[1]" in answered(slack, ts, channel)["text"]


def test_a_follow_up_in_the_thread_needs_no_mention(slack):
    ts = slack.say(QUESTION)
    answered(slack, ts)
    slack.say("What does it cost?", thread_ts=ts)
    slack.until(lambda: len(slack.thread(ts)) == 2, "the second answer")


def test_what_people_say_among_themselves_is_left_alone(slack):
    ts = slack.say("Lunch at twelve?")
    settled(slack)
    assert slack.thread(ts) == []


def test_a_rating_is_noted_and_thanked_for(slack):
    message = answered(slack, slack.say(QUESTION))
    before = len(slack.whispers())
    shown = element(message, "answer_feedback")
    slack.press(message, shown | {"value": shown["positive_button"]["value"]})
    slack.until(lambda: slack.whispers()[before:], "thanks")
    assert rows(slack, select(Feedback))[-1].rating == 1


def test_thumbs_down_opens_a_modal_whose_reason_is_kept(slack):
    message = answered(slack, slack.say(QUESTION))
    shown = element(message, "answer_feedback")
    slack.press(message, shown | {"value": shown["negative_button"]["value"]})
    view = slack.until(lambda: slack.views("modal"), "a modal")[-1]
    reason = {"type": "radio_buttons", "selected_option": {"value": "outdated"}}
    slack.submit(view, {"reason": {"reason": reason}})
    slack.until(lambda: rows(slack, select(Feedback).where(Feedback.reason == "outdated")), "the reason")


def test_a_modal_shows_what_is_wrong_in_place_and_takes_it_when_it_is_right(slack):
    message = answered(slack, slack.say(QUESTION))
    slack.shortcut("add_to_knowledge_base", message, who="cara")
    view = slack.until(lambda: modals(slack, "add_to_knowledge_base"), "a modal")[-1]
    values = {
        "question": {"question": {"type": "plain_text_input", "value": "How do drivers export?"}},
        "answer": {"answer": {"type": "plain_text_input", "value": "Drivers export in the app."}},
        "audience": {"audience": {"type": "static_select", "selected_option": {"value": "public"}}},
        "expires": {"expires": {"type": "datepicker", "selected_date": "2001-01-01"}},
    }
    refused = slack.submit(view, values, who="cara")
    assert refused["response_action"] == "errors"
    assert set(refused["errors"]) <= set(values)
    right = values | {"expires": {"expires": {"type": "datepicker", "selected_date": None}}}
    assert slack.submit(view, right, who="cara") == {}
    slack.until(lambda: rows(slack, select(VerifiedAnswer)), "the approved answer")


def test_a_source_opens_in_a_modal(slack):
    message = answered(slack, slack.say(QUESTION))
    before = len(slack.views("modal"))
    slack.press(message, element(message, "open_source_1"))
    view = slack.until(lambda: slack.views("modal")[before:], "a modal")[-1]
    assert "data" in json.dumps(view["blocks"]).lower()


def test_a_command_is_answered_by_its_response_url(slack):
    slack.command("help")
    slack.until(lambda: [one for one in slack.responses() if "/cs ask" in json.dumps(one)], "help")


def test_a_question_by_command_is_answered(slack):
    slack.command("ask how do I export my data?")
    slack.until(lambda: [one for one in slack.responses() if "[1]" in json.dumps(one)], "an answer")


def test_app_home_is_published_for_a_customer_and_for_an_admin(slack):
    for who in ("ann", "cara"):
        slack.happens(
            {"type": "app_home_opened", "user": slack.user_ids[who], "tab": "home", "channel": "D1"}
        )
    homes = slack.until(lambda: len(slack.views("home")) == 2 and slack.views("home"), "both tabs")
    pages = {one["user_id"]: json.dumps(one["blocks"]) for one in homes}
    assert pages[slack.user_ids["ann"]] != pages[slack.user_ids["cara"]]


def test_every_question_has_one_answer_and_no_event_failed(slack):
    settled(slack)
    assert not rows(slack, select(InboundEvent).where(InboundEvent.state == "failed"))
    questions = [row.question_id for row in rows(slack, select(Answer))]
    assert len(questions) == len(set(questions))
