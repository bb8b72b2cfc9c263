"""Who is looked up when somebody asks in a channel."""

import pytest
from sqlalchemy import delete
from sqlmodel import select

from bot.local.directory import Channel
from store.tables import SlackUser, StaffMember
from tests.bot_fixtures import HARBOUR, ISLA, OWEN, PRIYA, TOM

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


@pytest.mark.parametrize(
    "shortcut", ["add_to_knowledge_base", "make_promise", "save_feedback", "start_playbook"]
)
def test_whoever_uses_a_messages_menu_for_the_first_time_is_known_by_their_address(bot, shortcut):
    ts = bot.say(ISLA, HARBOUR, "<@U0GUIDEPOST> When do we get the export?")
    with bot.database.transaction() as session:
        for row in session.exec(select(StaffMember).where(StaffMember.slack_user_id == PRIYA)).all():
            row.slack_user_id = None
            session.add(row)
        for user in session.exec(select(SlackUser).where(SlackUser.slack_user_id == PRIYA)).all():
            session.delete(user)
    bot.page(PRIYA).do("shortcut", callback_id=shortcut, channel=HARBOUR, ts=ts)
    assert bot.modal(PRIYA)["type"] == "modal"
