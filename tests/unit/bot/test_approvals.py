"""Messages that wait, in a CSM's App Home, and what is decided there; on a running local workspace."""

from datetime import timedelta

from sqlmodel import select

from bot.schedule import Schedule
from store.tables import RunStep, accounts
from tests.bot_fixtures import ISLA, PRIYA, texts_of

DIEGO = "U0DIEGO"


def start(bot, name, key):
    with bot.database.transaction() as session:
        account = accounts.find_by_key(session, bot.workspace_id, key)
        return bot.services.runner.start_in(session, name, account.id, DIEGO, bot.workspace_id).run_id


def days(bot, count):
    schedule = Schedule(bot.services)
    for _ in range(count):
        bot.services.clock.advance(timedelta(days=1))
        schedule.run_until_idle()
        bot.settle()


def home(bot, user):
    bot.page(user).do("open", tab="home")
    bot.wait_for_event()
    bot.settle()
    return shown(bot, user)


def shown(bot, user):
    return bot.page(user).do("open", tab="home")["home"]


def until_something_waits(bot, state):
    for _ in range(20):
        found = [one for one in bot.rows(select(RunStep)) if one.state == state]
        if found:
            return found[0]
        days(bot, 1)
    raise AssertionError(f"nothing came to be {state}")


def test_what_waits_for_approval_is_approved_in_app_home_and_the_page_says_so(bot):
    start(bot, "onboarding", "kestrel-grocery")
    step = until_something_waits(bot, "awaiting_approval")
    page = home(bot, DIEGO)
    assert "Messages that wait" in texts_of(page)
    assert "Kestrel Grocery" in texts_of(page)
    bot.press(DIEGO, page, "home_approve")
    after = next(one for one in bot.rows(select(RunStep)) if one.id == step.id)
    assert after.state in {"approved", "sent"}
    assert "Messages that wait" not in texts_of(shown(bot, DIEGO))


def test_a_preview_is_skipped_in_app_home(bot):
    start(bot, "renewal", "harbour-bakery")
    step = until_something_waits(bot, "preview")
    bot.press(PRIYA, home(bot, PRIYA), "home_skip")
    after = next(one for one in bot.rows(select(RunStep)) if one.id == step.id)
    assert after.state == "skipped"


def test_customers_see_nothing_of_it(bot):
    start(bot, "renewal", "harbour-bakery")
    until_something_waits(bot, "preview")
    assert "Messages that wait" not in texts_of(home(bot, ISLA))
