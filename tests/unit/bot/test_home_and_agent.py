"""App Home by role, suggested prompts, Stop, check-ins in words, joining, and events that are no concern."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.blocks.prompts import prompts_for
from bot.listeners.agent import channel_seen
from bot.listeners.consent import cadence_of, wish_of
from bot.slack.messenger import Posted, Speech, StreamTarget
from store.tables import Account, Citation, Contact, InboundEvent, SlackUser, Source, Task, answers, sources
from tests.bot_fixtures import GRACE, HARBOUR, ISLA, MIRA, NOOR, PRIYA, TEAM, texts_of
from tests.local_slack import element_of


def home(bot, user):
    """A person's Home tab as it is after they opened it."""
    bot.page(user).do("open", tab="home")
    bot.wait_for_event()
    bot.settle()
    return shown(bot, user)


def shown(bot, user):
    return bot.page(user).do("open", tab="home")["home"]


@pytest.mark.parametrize(
    ("user", "parts", "not_shown"),
    [
        pytest.param(
            ISLA, ("Check-ins are on", "Write me a question"), ("Set-up", "Accounts"), id="end user"
        ),
        pytest.param(PRIYA, ("Your open tasks", "Harbour Bakery Group"), ("Set-up", "Petal"), id="CSM"),
        pytest.param(GRACE, ("The last seven days", "Your open tasks"), ("Set-up",), id="manager"),
        pytest.param(NOOR, ("Set-up", "documents", "Staff: 5", "Models: loaded"), ("Check-ins",), id="admin"),
    ],
)
def test_everybody_has_a_home_of_their_own(bot, user, parts, not_shown):
    text = texts_of(home(bot, user))
    assert all(part in text for part in parts), text
    assert all(part not in text for part in not_shown)


def test_check_ins_are_switched_off_and_on_again_at_home(bot):
    bot.press(ISLA, home(bot, ISLA), "home_checkins")
    assert "Check-ins are off" in texts_of(shown(bot, ISLA))
    [contact] = bot.rows(select(Contact).where(Contact.slack_user_id == ISLA))
    assert contact.opted_out_at
    bot.press(ISLA, shown(bot, ISLA), "home_checkins")
    assert "Check-ins are on" in texts_of(shown(bot, ISLA))


def cadence(bot, user):
    return bot.rows(select(SlackUser).where(SlackUser.slack_user_id == user))[0].cadence


def test_how_often_is_chosen_at_home_in_words_and_by_command(bot):
    bot.press(ISLA, home(bot, ISLA), "home_cadence", option="monthly")
    assert cadence(bot, ISLA) == "monthly"
    _, element = element_of(shown(bot, ISLA), "home_cadence")
    assert element["initial_option"]["value"] == "monthly"
    ts = bot.say(ISLA, bot.dm(ISLA), "fewer check-ins please")
    assert cadence(bot, ISLA) == "fewer"
    assert "every two weeks" in bot.seen(ISLA, bot.dm(ISLA), ts).messages[-1]["text"]
    [told] = bot.command(ISLA, bot.dm(ISLA), "privacy cadence usual")
    assert cadence(bot, ISLA) == "usual"
    assert "as usual" in told["text"]
    [usage] = bot.command(ISLA, bot.dm(ISLA), "privacy cadence hourly")
    assert "monthly" in usage["text"]


def test_the_next_check_in_is_at_home_until_check_ins_are_off(bot):
    account = bot.rows(select(Account).where(Account.key == "harbour-bakery"))[0]
    assert "planned for" not in texts_of(home(bot, ISLA))
    bot.services.runner.start("onboarding", account.id, PRIYA, bot.workspace_id)
    bot.press(ISLA, shown(bot, ISLA), "home_refresh")
    assert "The next one, to you or a colleague, is planned for <!date^" in texts_of(shown(bot, ISLA))
    bot.press(ISLA, shown(bot, ISLA), "home_checkins")
    assert "planned for" not in texts_of(shown(bot, ISLA))
    assert "How often" not in texts_of(shown(bot, ISLA))


def test_a_task_is_done_at_home(bot):
    now = bot.services.clock.now()
    with bot.database.transaction() as session:
        session.add(
            Task(
                workspace_id=bot.workspace_id,
                key="t",
                owner_email="priya.raman@fernway.example",
                title="Call Isla",
                due_at=now + timedelta(days=1),
                created_at=now,
            )
        )
    bot.press(PRIYA, home(bot, PRIYA), "home_task_done")
    assert bot.rows(select(Task))[0].state == "done"
    assert "Call Isla" not in texts_of(shown(bot, PRIYA))


def test_figures_at_home_are_written_as_the_reader_writes_them(bot):
    home(bot, PRIYA)
    with bot.database.transaction() as session:
        user = session.exec(select(SlackUser).where(SlackUser.slack_user_id == PRIYA)).one()
        user.locale = "de-DE"
        account = session.exec(select(Account).where(Account.key == "harbour-bakery")).one()
        account.arr_minor, account.currency = 4_800_000, "EUR"
        session.add_all([user, account])
    bot.press(PRIYA, shown(bot, PRIYA), "home_refresh")
    assert "48.000\xa0€ ARR" in texts_of(shown(bot, PRIYA))


def test_the_last_questions_are_at_home(bot):
    bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> How do I export my data?")
    assert "How do I export my data?" in texts_of(home(bot, ISLA))


def test_an_admin_sees_what_is_missing_with_the_remedy(bot):
    with bot.database.transaction() as session:
        now = bot.services.clock.now()
        session.add(
            InboundEvent(
                workspace_id=bot.workspace_id,
                event_key="x",
                kind="said",
                state="failed",
                error_ref="abc123",
                received_at=now,
            )
        )
    text = texts_of(home(bot, NOOR))
    assert "1 requests failed (last reference: abc123)" in text
    assert "The log has the reason" in text


def test_an_admin_sees_which_source_could_not_be_synced_and_why(bot):
    assert "Sources: all synced" in texts_of(home(bot, NOOR))
    [source] = bot.rows(select(Source))
    with bot.database.transaction() as session:
        sources.record_failure(session, source.id, "There is nothing at /docs. Give the path <!channel>.")
    bot.press(NOOR, shown(bot, NOOR), "home_refresh")
    text = texts_of(shown(bot, NOOR))
    assert "Sources: 1 with failures" in text
    assert "There is nothing at /docs" in text
    assert "<!channel>" not in text


def test_opening_the_messages_offers_questions_that_fit(bot):
    page = bot.page(ISLA)
    page.do("open", tab="messages")
    prompts = page.hears("prompts")["prompts"]
    assert [prompt["title"] for prompt in prompts][-1] == "Talk to a person"
    assert "How does renewal work?" in {prompt["title"] for prompt in prompts}


def stage_of(bot, key, stage):
    with bot.database.transaction() as session:
        account = session.exec(select(Account).where(Account.key == key)).one()
        account.stage = stage
        session.add(account)


def prompts_until(bot, user, title):
    """The prompts that a person is shown, once they hold that title."""
    while True:
        shown = [one["title"] for one in bot.page(user).hears("prompts")["prompts"]]
        if title in shown:
            return shown


def asked_about(bot, stage="renewal", audiences=("public", "customer"), days=90):
    since = bot.services.clock.now() - timedelta(days=days)
    with bot.database.reading() as session:
        return answers.asked_about(
            session,
            bot.workspace_id,
            stage=stage,
            persona="champion",
            audiences=audiences,
            since=since,
            limit=2,
        )


@pytest.fixture
def asked_by_two(bot):
    """People of two accounts that renew soon have asked the same; the title of the article that answered them."""
    with bot.database.transaction() as session:
        account = session.exec(select(Account).where(Account.key == "petal-post")).one()
        account.stage = "renewal"
        session.add(account)
    bot.say(MIRA, bot.dm(MIRA), "How do I export my data?")
    assert asked_about(bot) == []  # what one account asks is nobody else's business
    bot.say(ISLA, bot.dm(ISLA), "How can I export my data?")
    return bot.rows(select(Citation).where(Citation.n == 1))[0].title


def test_what_several_accounts_at_a_stage_ask_about_is_offered_by_the_articles_title(bot, asked_by_two):
    assert asked_about(bot) == [asked_by_two]
    assert asked_about(bot, stage="adoption") == []
    assert asked_about(bot, audiences=("public",)) == []
    assert asked_about(bot, days=-1) == []
    bot.page(ISLA).do("open", tab="messages")
    shown = prompts_until(bot, ISLA, asked_by_two)
    assert shown[0] == asked_by_two
    assert shown[-1] == "Talk to a person"
    assert len(shown) == 4


def test_staff_who_look_at_a_customers_channel_are_offered_what_is_asked_at_its_stage(bot, asked_by_two):
    bot.page(PRIYA).do("open", tab="messages", context=HARBOUR)
    assert prompts_until(bot, PRIYA, asked_by_two)[0] == asked_by_two


@pytest.mark.parametrize(
    ("entities", "channel"),
    [
        ([{"type": "slack#/types/channel_id", "value": "C1", "team_id": "T1"}], "C1"),
        (
            [{"type": "slack#/types/message_context", "value": {"channel_id": "C2", "message_ts": "1.1"}}],
            "C2",
        ),
        ([{"type": "slack#/types/canvas_id", "value": "F1"}], None),
        ([{"type": "slack#/types/channel_id", "value": None}], None),
        ([{"type": "slack#/types/message_context", "value": {}}], None),
        ([], None),
        (None, None),
    ],
)
def test_what_is_looked_at_is_read_from_the_context(entities, channel):
    context = {} if entities is None else {"entities": entities}
    assert channel_seen({"context": context}) == channel
    assert channel_seen({}) is None


def test_a_title_becomes_a_question():
    offered = prompts_for("renewal", is_staff=False, asked_about=["Export your data", "Who may <!channel>?"])
    assert offered[0] == {"title": "Export your data", "message": "How does this work: Export your data?"}
    assert offered[1]["message"] == offered[1]["title"]
    assert "<!" not in offered[1]["title"]


@pytest.mark.parametrize(
    "stage", [None, "consideration", "decision", "adoption", "renewal", "upsell", "advocacy"]
)
@pytest.mark.parametrize("is_staff", [True, False])
def test_prompts_keep_to_slacks_limit(stage, is_staff):
    prompts = prompts_for(stage, is_staff=is_staff)
    assert 1 <= len(prompts) <= 4
    assert all(prompt["title"] and prompt["message"] for prompt in prompts)


def test_a_message_that_somebody_stopped_stays_as_it_is(bot):
    messenger, channel = bot.services.messenger, bot.dm(ISLA)
    root = messenger.post(channel, Speech("Ask me"), key="root")
    speech = Speech("One. Two. Three.", pieces=("One. ", "Two. ", "Three."))

    def stopped_midway(where: Posted) -> None:
        bot.page(ISLA).do("stop_stream", channel=channel, ts=where.ts)
        messenger.stop_stream(where)

    where = messenger.stream(
        channel, root.ts, speech, key="k", target=StreamTarget(), on_started=stopped_midway
    )
    [_, message] = bot.seen(ISLA, channel, root.ts).messages
    assert message["ts"] == where.ts
    assert "One." in texts_of(message)
    assert "Three." not in texts_of(message)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("stop check-ins", False),
        ("Please stop the checkins.", False),
        ("no more check ins", False),
        ("start check-ins", True),
        ("resume check-ins please!", True),
        ("how do I stop check-ins for my team?", None),
        ("check-ins", None),
        ("stop", None),
    ],
)
def test_check_ins_are_switched_in_words(text, wish):
    assert wish_of(text) is wish


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("fewer check-ins", "fewer"),
        ("Less checkins please!", "fewer"),
        ("monthly check-ins", "monthly"),
        ("normal check-ins", "usual"),
        ("how do I get fewer check-ins for my team?", None),
        ("stop check-ins", None),
    ],
)
def test_how_often_is_understood_in_words(text, wanted):
    assert cadence_of(text) == wanted


def test_stop_check_ins_in_a_dm_is_noted_and_confirmed(bot):
    dm = bot.dm(MIRA)
    ts = bot.say(MIRA, dm, "stop check-ins")
    assert "no more check-ins" in bot.seen(MIRA, dm, ts).messages[-1]["text"]
    assert bot.rows(select(SlackUser).where(SlackUser.slack_user_id == MIRA))[0].opted_out_at
    ts = bot.say(MIRA, dm, "start check-ins")
    assert not bot.rows(select(SlackUser).where(SlackUser.slack_user_id == MIRA))[0].opted_out_at


def join(bot, channel):
    bot.app.dispatch(
        _event(
            bot,
            {
                "type": "member_joined_channel",
                "user": bot.services.bot_user_id,
                "channel": channel,
                "event_ts": "1.2",
            },
        )
    )
    bot.wait_for_event()
    bot.settle()


def _event(bot, event):
    from slack_bolt import BoltRequest

    body = {"type": "event_callback", "event_id": f"Ev{event['type']}", "team_id": "T0", "event": event}
    return BoltRequest(mode="socket_mode", body=body)


def test_the_bot_greets_its_own_team_and_nobody_else(bot):
    join(bot, TEAM)
    assert "Mention me" in bot.seen(PRIYA, TEAM).messages[-1]["text"]


def test_in_a_customers_channel_it_says_nothing(bot):
    join(bot, HARBOUR)
    assert bot.seen(ISLA, HARBOUR).messages == []


@pytest.mark.parametrize(
    "event",
    [
        {
            "type": "message",
            "subtype": "message_changed",
            "channel": HARBOUR,
            "ts": "1.1",
            "message": {"text": "x"},
        },
        {
            "type": "message",
            "subtype": "message_deleted",
            "channel": HARBOUR,
            "ts": "1.1",
            "deleted_ts": "1.0",
        },
        {
            "type": "message",
            "subtype": "channel_join",
            "channel": HARBOUR,
            "ts": "1.1",
            "user": ISLA,
            "text": "x",
        },
        {"type": "app_context_changed", "user": ISLA, "context": {}},
        {"type": "assistant_thread_context_changed", "assistant_thread": {}},
        {"type": "member_joined_channel", "user": ISLA, "channel": HARBOUR, "event_ts": "1.1"},
    ],
    ids=lambda event: event.get("subtype") or event["type"],
)
def test_events_that_are_no_concern_are_acknowledged_and_leave_nothing(bot, event):
    assert bot.app.dispatch(_event(bot, event)).status == 200
    assert bot.rows(select(InboundEvent)) == []


def test_the_older_assistant_container_is_served_too(bot):
    page, dm = bot.page(ISLA), bot.dm(ISLA)
    root = bot.services.messenger.post(dm, Speech("Hi"), key="hi")
    thread = {"user_id": ISLA, "channel_id": dm, "thread_ts": root.ts}
    assert (
        bot.app.dispatch(_event(bot, {"type": "assistant_thread_started", "assistant_thread": thread})).status
        == 200
    )
    assert page.hears("prompts")["prompts"]
