"""Thanks below an answer confirm it: what people write in Slack becomes the digest's confirmed resolution."""

from datetime import timedelta

from store.insights.digest import digest
from store.insights.scope import WHOLE_WORKSPACE, period_of
from tests.bot_fixtures import HARBOUR, ISLA


def confirmed(bot):
    now = bot.services.clock.now()
    with bot.database.reading() as session:
        made = digest(session, bot.workspace_id, period_of("7d", now), WHOLE_WORKSPACE, now)
    measures = {one.key: one.metric for one in made.section("questions").measures}
    found = measures["questions.confirmed"]
    return found.numerator, found.n


def test_an_answer_is_confirmed_by_who_asked_and_thanks_in_its_thread(bot, local_clock):
    mention = f"<@{bot.services.bot_user_id}>"
    first = bot.say(ISLA, HARBOUR, f"{mention} How do I export my routes?")
    local_clock.advance(timedelta(minutes=5))
    bot.say(ISLA, HARBOUR, "Thanks, that helped!", thread_ts=first)
    bot.say(ISLA, HARBOUR, f"{mention} How do I export my routes?")
    local_clock.advance(timedelta(days=4))

    assert confirmed(bot) == (1, 2)
