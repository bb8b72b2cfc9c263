"""`/cs account`: one screen with what a CSM needs before they write; the health is the one that `/cs health` explains."""

import re
from datetime import timedelta

from sqlmodel import select

from store.tables import Account, Promise
from tests.bot_fixtures import HARBOUR, ISLA, PRIYA, TEAM, texts_of


def card(bot, user=PRIYA):
    return texts_of(bot.command(user, TEAM, "account harbour")[-1])


def promise(bot, days):
    with bot.database.transaction() as session:
        account = session.exec(select(Account).where(Account.key == "harbour-bakery")).first()
        account = account or session.exec(select(Account).where(Account.slack_channel_id == HARBOUR)).one()
        now = bot.services.clock.now()
        session.add(
            Promise(
                workspace_id=bot.workspace_id,
                key="p1",
                account_id=account.id,
                text="We send the corrected report",
                due_on=now.date() + timedelta(days=days),
                said_by=PRIYA,
                created_at=now,
            )
        )


def test_the_card_says_why_the_health_is_what_it_is_and_agrees_with_the_health(bot):
    shown = card(bot)
    assert "Why that health" in shown
    explained = texts_of(bot.command(PRIYA, TEAM, "health harbour why")[-1])
    [score] = re.findall(r"Health (\d+)/100", shown)[:1]
    assert f"{score} of 100" in explained


def test_promises_goals_and_the_last_moments_are_on_the_card(bot):
    promise(bot, -2)
    bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> Where do I find the audit log?")
    shown = card(bot)
    assert "We send the corrected report" in shown
    assert "overdue" in shown
    assert "*Goals*" in shown
    assert "*Last moments*" in shown
    assert "Where do I find the audit log?" in shown


def test_a_kept_promise_is_not_on_the_card(bot):
    promise(bot, 3)
    with bot.database.transaction() as session:
        session.exec(select(Promise)).one().state = "kept"
    assert "We send the corrected report" not in card(bot)


def test_a_customer_does_not_see_the_card(bot):
    assert "Why that health" not in texts_of(bot.command(ISLA, HARBOUR, "account harbour")[-1])
