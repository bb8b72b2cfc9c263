"""Who is looked up when somebody asks in a channel."""

import pytest
from sqlalchemy import delete
from sqlmodel import select

from bot.local.directory import Channel
from store.tables import SlackUser
from tests.bot_fixtures import ISLA, OWEN, PRIYA, TOM

TOGETHER = "C9TOGETHER"


def looked_up(bot, person):
    """The people whom a question makes known, in a channel of ours with guests, where nobody had been met yet."""
    bot.slack.add_channel(Channel(TOGETHER, "together", (bot.services.bot_user_id, ISLA, OWEN, PRIYA, TOM)))
    with bot.database.transaction() as session:
        session.execute(delete(SlackUser))
    bot.say(person, TOGETHER, f"<@{bot.services.bot_user_id}> How do I export contacts?")
    return {row.slack_user_id for row in bot.rows(select(SlackUser))}


@pytest.mark.parametrize(("person", "others"), [(OWEN, False), (TOM, True)], ids=["a customer", "one of us"])
def test_the_others_in_a_channel_are_looked_up_only_where_one_of_us_asks(bot, person, others):
    assert bool(looked_up(bot, person) - {person}) == others
