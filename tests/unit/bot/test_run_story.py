"""The card of a run: its pace, and why each message was sent or not; on a running local workspace."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from bot.blocks.run_story import NOTHING, story_speech
from bot.schedule import Schedule
from playbooks.overview import StepOverview, TaskOverview
from store.tables import StepEvent, accounts
from tests.bot_fixtures import ISLA, PRIYA, TEAM, texts_of

AT = datetime(2026, 3, 3, 10, tzinfo=UTC)


def said(bot, user, text, channel=TEAM):
    return bot.command(user, channel, text)


def start(bot, name="renewal", key="harbour-bakery"):
    with bot.database.transaction() as session:
        account = accounts.find_by_key(session, bot.workspace_id, key)
        return bot.services.runner.start_in(session, name, account.id, PRIYA, bot.workspace_id).run_id


def test_the_status_says_how_a_run_is_doing_and_why(bot):
    start(bot)
    (shown,) = said(bot, PRIYA, "play status harbour")
    assert "On track" in texts_of(shown)
    assert "Why each message" in texts_of(shown)


def test_the_story_tells_what_became_of_each_message_and_when(bot):
    start(bot)
    schedule = Schedule(bot.services)
    for _ in range(10):
        bot.services.clock.advance(timedelta(days=1))
        schedule.run_until_idle()
        bot.settle()
    (shown,) = said(bot, PRIYA, "play status harbour")
    before = len(bot.seen(PRIYA, TEAM).ephemerals)
    bot.press(PRIYA, shown, "run_story_button")
    told = "\n".join(map(texts_of, bot.seen(PRIYA, TEAM).ephemerals[before:]))
    assert "why each message was sent or not" in told
    assert "planned" in told
    assert "sent" in told


def test_a_customer_who_finds_the_button_learns_nothing(bot):
    run_id = start(bot)
    from bot.blocks import parts
    from bot.blocks.run_story import story_button
    from bot.slack.messenger import Speech

    run = bot.services.runner.run_overview(run_id)
    speech = parts.speech("x", [parts.actions(story_button(run))])
    posted = bot.services.messenger.post("C0HARBOUR", Speech(text="x", blocks=speech.blocks), key="x")
    message = next(one for one in bot.seen(ISLA, "C0HARBOUR").messages if one["ts"] == posted.ts)
    bot.press(ISLA, message, "run_story_button")
    assert "do not see" in texts_of(bot.seen(ISLA, "C0HARBOUR").ephemerals[-1])


def moment(key, state, note=None, due=None):
    return StepEvent(
        workspace_id="w", run_id="r", key=key, state=state, note=note, due_at=due, number=1, at=AT
    )


def step(key, title, contact=None, tasks=()):
    return StepOverview(key, title, "done", AT, None, contact, None, None, None, None, tasks)


def test_forks_on_the_way_are_no_part_of_the_story_and_tasks_are():
    call = TaskOverview("Call Ada", "open", None, None)
    steps = (step("S0", "Which way"), step("S1", "Late", tasks=(call,)), step("S2", "Welcome", "Ada"))
    run = SimpleNamespace(playbook="Save", account="Mm Works", steps=steps)
    told = [moment("S0", "done"), moment("S1", "done"), moment("S2", "planned", due=AT)]
    told.append(moment("S2", "waiting", "waits until the task is done"))
    shown = story_speech(run, told).text
    assert "Which way" not in shown
    assert "☑️ Call Ada (open)" in shown
    assert "planned (for" in shown
    assert "waiting" not in shown


def test_a_story_of_forks_alone_says_that_nothing_has_happened():
    run = SimpleNamespace(playbook="Save", account="Mm Works", steps=(step("S0", "Which way"),))
    assert NOTHING in story_speech(run, [moment("S0", "done")]).text
