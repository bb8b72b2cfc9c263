"""Goals, calls, promises and the task inbox as a CSM has them in Slack; each case on a running local workspace."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from bot import goal_words
from bot.blocks.text import slack_day
from bot.schedule import Schedule
from store import news
from store.errors import StoreError
from store.tables import Account, Activity, Goal, Happening, Promise, Task, accounts, tasks
from tests.bot_fixtures import HARBOUR, ISLA, PRIYA, TEAM, TOM, texts_of


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(
            "Less planning: 95 -> 35 minutes a day by 2026-06-01",
            ("Less planning", "minutes a day", 95, 35, date(2026, 6, 1)),
            id="everything",
        ),
        pytest.param("On time 81% -> 95%", ("On time", "% %", 81, 95, None), id="per cent"),
        pytest.param("On time from 81 to 95 %", ("On time", "%", 81, 95, None), id="in words"),
        pytest.param(
            "One plan for 5 plants", ("One plan for 5 plants", "", None, None, None), id="no figures"
        ),
        pytest.param(
            "SSO live by 2026-04-01.", ("SSO live", "", None, None, date(2026, 4, 1)), id="only a date"
        ),
        pytest.param("Cost: 2,5 -> 1,5 euro", ("Cost", "euro", 2.5, 1.5, None), id="decimal comma"),
    ],
)
def test_a_goal_is_read_from_one_line(written, expected):
    words = goal_words.read_goal(written)
    assert (words.title, words.unit, words.baseline, words.target, words.due_on) == expected


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        pytest.param("", "What is the goal", id="nothing"),
        pytest.param(": 1 -> 2", "What is the goal", id="only figures"),
        pytest.param("Less planning by tomorrow", "no date", id="no date"),
    ],
)
def test_a_goal_that_cannot_be_read_says_how_to_write_it(written, sentence):
    with pytest.raises(StoreError, match=sentence):
        goal_words.read_goal(written)


def said(bot, user, text, channel=TEAM):
    """What a command answers, as one string."""
    return "\n".join(map(texts_of, bot.command(user, channel, text)))


def test_a_csm_writes_a_goal_down_and_follows_it(bot):
    shown = said(bot, PRIYA, "goals harbour")
    assert "95 % of wholesale deliveries" in shown
    assert "from the import" in shown
    shown = said(bot, PRIYA, "goals harbour add Less planning: 95 -> 35 minutes a day by 2026-06-01")
    assert "Added “Less planning”" in shown
    assert "target 35 minutes a day" in shown
    assert "75 %" in said(bot, PRIYA, "goals @harbour now 1 50").replace("75%", "75 %")
    assert "is met" in said(bot, PRIYA, "goals harbour met 1")
    (goal,) = bot.rows(select(Goal))
    assert (goal.state, goal.said_by) == ("met", PRIYA)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param("goals harbour now 9 50", "has no goal 9", id="no such goal"),
        pytest.param("goals harbour now first 50", "Which goal", id="no number"),
        pytest.param("goals harbour add", "What is the goal", id="nothing to add"),
        pytest.param("goals", "Whose goals", id="nobody named"),
        pytest.param("goals bramley", "know no account", id="another team's"),
        pytest.param("log harbour call", "What happened", id="nothing logged"),
        pytest.param("log harbour call on 2027-01-01 later", "still to come", id="the future"),
        pytest.param("log harbour promise soon we will", "no date", id="a promise without a date"),
        pytest.param("tasks away 2026-03-09", "From when to when", id="half an absence"),
        pytest.param("tasks away 2026-03-09 2026-03-01 tom", "is over, or before", id="backwards"),
        pytest.param("tasks away 2026-03-09 2026-03-10 nobody", "which colleague", id="an unknown colleague"),
        pytest.param(f"tasks away 2026-03-09 2026-03-10 <@{ISLA}>", "which colleague", id="a customer"),
        pytest.param("tasks everything", "Write `/cs tasks`", id="no such list"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_remedy(bot, words, sentence):
    if words == "goals bramley":
        # Priya sees the whole team's accounts; somebody outside of it sees none.
        assert "is for" in said(bot, ISLA, words, channel="C0HARBOUR")
        return
    assert sentence in said(bot, PRIYA, words)
    assert bot.rows(select(Goal)) == []
    assert bot.rows(select(Activity)) == []


def choose(bot, user, message, label):
    """Choose an account from the menu by its name."""
    (menu,) = [e for block in message["blocks"] for e in block.get("elements", []) if "options" in e]
    value = next(one["value"] for one in menu["options"] if one["text"]["text"] == label)
    bot.press(user, message, "about_pick", option=value)


def test_a_name_that_may_mean_several_goes_on_from_a_menu_with_the_same_words(bot):
    (shown,) = bot.command(PRIYA, TEAM, "goals ba add Fewer calls: 40 -> 20")
    assert "Several accounts fit" in texts_of(shown)
    choose(bot, PRIYA, shown, "Green Basket Grocers")
    (goal,) = bot.rows(select(Goal))
    assert (goal.title, goal.target) == ("Fewer calls", 20)


def test_a_misspelt_name_offers_the_nearest_and_keeps_the_words(bot):
    (shown,) = bot.command(PRIYA, TEAM, "log harbor bakry group call They plan a second depot")
    assert "Is it one of these" in texts_of(shown)
    choose(bot, PRIYA, shown, "Harbour Bakery Group")
    (row,) = bot.rows(select(Activity))
    assert (row.kind, row.text, row.by_name) == ("call", "They plan a second depot", "Priya Raman")


def test_in_the_accounts_own_channel_no_name_is_needed(bot):
    shown = said(bot, PRIYA, "log call on 2026-02-27 Owen asked for depot training", channel="C0HARBOUR")
    assert "27 Feb 2026" in shown
    assert [row.happened_on for row in bot.rows(select(Activity))] == [date(2026, 2, 27)]


def test_a_promise_is_kept_with_a_button_once(bot):
    (shown,) = bot.command(PRIYA, TEAM, "log harbour promise 2026-03-06 We send the export")
    assert f"We send the export by {slack_day(date(2026, 3, 6))}" in texts_of(shown)
    bot.press(PRIYA, shown, "promise_kept")
    bot.press(PRIYA, shown, "promise_withdrawn")
    (row,) = bot.rows(select(Promise))
    assert (row.state, row.closed_on) == ("kept", date(2026, 3, 3))


def a_task(bot, key, owner, **fields):
    with bot.database.transaction() as session:
        account = accounts.find_by_key(session, bot.workspace_id, "harbour-bakery")
        task = Task(
            workspace_id=bot.workspace_id,
            key=key,
            title=key,
            owner_email=owner,
            account_id=account.id,
            created_at=bot.services.clock.now(),
            **fields,
        )
        tasks.open_task(session, task)
    return task.id


PRIYA_MAIL, TOM_MAIL = "priya.raman@fernway.example", "tom.lindqvist@fernway.example"


def test_a_task_is_snoozed_until_a_day_and_comes_back(bot):
    task_id = a_task(bot, "Call Ruth <!channel>", PRIYA_MAIL)
    (shown,) = bot.command(PRIYA, TEAM, "tasks")
    bot.press(PRIYA, shown, "task_snooze")
    modal = bot.modal(PRIYA)
    refused = bot.submit(PRIYA, modal, task=task_id, day="2026-03-03")
    assert "after today" in str(refused)
    bot.submit(PRIYA, modal, task=task_id, day="2026-03-05")
    told = texts_of(bot.seen(PRIYA, TEAM).ephemerals[-1])
    assert f"is back on {slack_day(date(2026, 3, 5))}" in told
    assert "<!channel>" not in told
    assert "no open tasks" in said(bot, PRIYA, "tasks")
    bot.services.clock.advance(timedelta(days=3))
    assert "Call Ruth" in said(bot, PRIYA, "tasks")


def test_a_task_is_handed_to_a_colleague_who_hears_of_it(bot):
    task_id = a_task(bot, "Call Ruth", PRIYA_MAIL)
    (shown,) = bot.command(PRIYA, TEAM, "tasks")
    bot.press(PRIYA, shown, "task_give")
    modal = bot.modal(PRIYA)
    assert "nobody of our team" in str(bot.submit(PRIYA, modal, task=task_id, person=ISLA))
    bot.submit(PRIYA, modal, task=task_id, person=TOM)
    (row,) = bot.rows(select(Task))
    assert row.owner_email == TOM_MAIL
    told = "\n".join(map(texts_of, bot.seen(TOM, bot.dm(TOM)).messages))
    assert "handed a task over to you" in told


def test_who_stands_in_sees_the_tasks_of_who_is_away_and_may_do_them(bot):
    a_task(bot, "Call Ruth", PRIYA_MAIL)
    assert "Call Ruth" not in said(bot, TOM, "tasks")
    assert "stands in for you" in said(bot, PRIYA, f"tasks away 2026-03-03 2026-03-06 <@{TOM}>")
    (shown,) = bot.command(TOM, TEAM, "tasks")
    assert "who is away" in texts_of(shown)
    bot.press(TOM, shown, "task_done_mine")
    assert [row.state for row in bot.rows(select(Task))] == ["done"]
    assert "Welcome back" in said(bot, PRIYA, "tasks back")
    assert "not noted as away" in said(bot, PRIYA, "tasks back")


def test_a_customers_wish_for_a_person_goes_to_who_stands_in(bot):
    said(bot, PRIYA, f"tasks away 2026-03-03 2026-03-06 <@{TOM}>")
    bot.say(ISLA, bot.dm(ISLA), "I would like to talk to a person")
    told = "\n".join(map(texts_of, bot.seen(TOM, bot.dm(TOM)).messages))
    assert "Isla Brennan" in told


def test_what_a_playbook_has_for_a_csm_who_is_away_goes_to_who_stands_in_and_comes_back(bot):
    with bot.database.transaction() as session:
        account = accounts.find_by_key(session, bot.workspace_id, "harbour-bakery")
        bot.services.runner.start_in(session, "renewal", account.id, PRIYA, bot.workspace_id)
    schedule = Schedule(bot.services)

    def days(count):
        for _ in range(count):
            bot.services.clock.advance(timedelta(days=1))
            schedule.run_until_idle()
            bot.settle()

    said(bot, PRIYA, f"tasks away 2026-03-03 2026-03-20 <@{TOM}>")
    days(10)
    told = "\n".join(map(texts_of, bot.seen(TOM, bot.dm(TOM)).messages))
    assert "Harbour Bakery Group" in told
    assert "“Renewal conversation” for Harbour Bakery Group is yours now." in told
    before = len(bot.seen(PRIYA, bot.dm(PRIYA)).messages)
    days(20)
    after = bot.seen(PRIYA, bot.dm(PRIYA)).messages[before:]
    assert any("Harbour Bakery Group" in texts_of(one) for one in after)


def promise_of(bot, user, channel, ts):
    return bot.page(user).do("shortcut", callback_id="make_promise", channel=channel, ts=ts)


def test_a_message_becomes_a_promise_with_its_place_once(bot):
    ts = bot.say(ISLA, HARBOUR, "<@U0GUIDEPOST> When do we get the export?")
    promise_of(bot, PRIYA, HARBOUR, ts)
    modal = bot.modal(PRIYA)
    assert "Write what we will do" in str(bot.submit(PRIYA, modal, text=" ", due="2026-03-06"))
    assert "over" in str(bot.submit(PRIYA, modal, text="Send the export", due="2026-03-01"))
    bot.submit(PRIYA, modal, text="Send the export", due="2026-03-06")
    (row,) = bot.rows(select(Promise))
    assert (row.text, row.due_on, row.channel_id, row.message_ts) == (
        "Send the export",
        date(2026, 3, 6),
        HARBOUR,
        ts,
    )
    assert "Noted for Harbour Bakery Group" in texts_of(bot.seen(PRIYA, HARBOUR, thread=ts).ephemerals[-1])


def test_a_customer_makes_no_promises_for_us(bot):
    ts = bot.say(ISLA, HARBOUR, "<@U0GUIDEPOST> When do we get the export?")
    promise_of(bot, ISLA, HARBOUR, ts)
    assert "do not know which account" in texts_of(bot.seen(ISLA, HARBOUR, thread=ts).ephemerals[-1])
    assert bot.rows(select(Promise)) == []


@pytest.mark.parametrize(
    ("words", "answer", "happened"),
    [
        pytest.param("growth They open a second depot", "Growth noted. Playbooks hear", "growth.stated", id="growth"),
        pytest.param("department Finance", "A new department noted", "department.new", id="a department"),
        pytest.param("use Invoices", "A use noted", "use_case.first", id="a use"),
        pytest.param("growth on 2025-11-01 A depot", "long ago", None, id="long ago"),
    ],
)  # fmt: skip
def test_a_csm_notes_a_sign_of_growth_that_playbooks_hear_of(bot, words, answer, happened):
    shown = said(bot, PRIYA, f"log @harbour {words}")
    assert answer in shown
    assert words.rsplit(" ", 1)[1] in shown
    told = [one.name for one in bot.rows(select(Happening)) if one.name != news.SUBSCRIBED]
    assert told == ([happened] if happened else [])


def test_a_trial_is_of_a_prospect_and_its_last_day_is_still_to_come(bot):
    assert "is a customer" in said(bot, PRIYA, "log @harbour trial")
    with bot.services.database.transaction() as session:
        account = session.exec(select(Account).where(Account.slack_channel_id == HARBOUR)).one()
        account.stage = "decision"
        session.add(account)
    assert "is over" in said(bot, PRIYA, "log @harbour trial until 2026-01-01")
    assert "Until when?" in said(bot, PRIYA, "log @harbour trial soon")
    assert "Trial begun, until 1 Jun 2026" in said(bot, PRIYA, "log @harbour trial until 2026-06-01")
    with bot.services.database.reading() as session:
        facts = {one.kind: one.value for one in accounts.latest_usage(session, account.id)}
    assert facts["trial_end"] == "2026-06-01"
    assert "evaluation.started" in [one.name for one in bot.rows(select(Happening))]
