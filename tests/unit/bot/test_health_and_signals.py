"""The day's look at accounts, its next steps, and `/cs health`; each case on a running local workspace."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from bot.blocks.text import slack_day
from bot.local import sample
from bot.watching import Watch
from store.tables import Account, Contact, HealthOverride, HealthScore, Promise, Signal, Task, accounts
from tests.bot_fixtures import ISLA, PRIYA, TEAM, TOM, texts_of

HARBOUR = "harbour-bakery"


def said(bot, user, text, channel=TEAM):
    """What a command answers, as one string."""
    return "\n".join(map(texts_of, bot.command(user, channel, text)))


def told(bot, user):
    """What somebody has in their DM with the bot, newest last."""
    return bot.seen(user, bot.dm(user)).messages


def look(bot, days=0):
    """Let days pass and look at every account."""
    bot.services.clock.advance(timedelta(days=days))
    count = Watch(bot.services).run_due()
    bot.settle()
    return count


def change(bot, key=HARBOUR, **fields):
    with bot.database.transaction() as session:
        account = accounts.find_by_key(session, bot.workspace_id, key)
        for name, value in fields.items():
            setattr(account, name, value)
        session.add(account)
    return account.id


def test_every_account_is_looked_at_once_a_day_and_the_first_look_tells_nobody(bot):
    everyone = len(bot.rows(select(Account)))
    looked = look(bot)
    assert 0 < looked <= everyone  # where it is not seven in the morning yet, later
    assert look(bot) == 0
    assert bot.rows(select(Task).where(Task.kind == "signal")) == []
    rows = bot.rows(select(HealthScore))
    assert len(rows) == looked
    assert all(row.source in {"imported", "computed", "unknown"} for row in rows)


def test_a_band_change_opens_exactly_one_next_step_and_the_csm_hears_of_it(bot):
    look(bot)
    change(bot, health=42)
    look(bot, days=1)
    assert bot.rows(select(Task).where(Task.kind == "signal")) == []  # one day below 50 is no habit
    look(bot, days=1)
    look(bot, days=1)  # it stays red: nothing new
    (task,) = bot.rows(select(Task).where(Task.kind == "signal"))
    assert task.title == "Triage Harbour Bakery Group: why is it at risk?"
    assert "from green to red (42; it was 86 on 3 Mar 2026)" in task.body
    cards = [one for one in told(bot, PRIYA) if "Triage Harbour" in texts_of(one)]
    assert len(cards) == 1
    bot.press(PRIYA, cards[0], "signal_done")
    assert [row.state for row in bot.rows(select(Task).where(Task.kind == "signal"))] == ["done"]
    assert "Done by Priya Raman" in texts_of(told(bot, PRIYA)[-1])


def a_promise(bot, due):
    account_id = change(bot)
    with bot.database.transaction() as session:
        session.add(
            Promise(
                workspace_id=bot.workspace_id,
                key="p",
                account_id=account_id,
                text="Send the export",
                due_on=due,
                said_by=PRIYA,
                created_at=bot.services.clock.now(),
            )
        )


def test_a_signal_opens_once_and_ends_with_its_task_when_it_is_over(bot):
    look(bot)
    a_promise(bot, date(2026, 3, 5))
    look(bot, days=1)
    look(bot, days=1)
    look(bot, days=1)
    (signal,) = bot.rows(select(Signal).where(Signal.kind == "promise_due"))
    (task,) = bot.rows(select(Task).where(Task.kind == "signal"))
    assert (signal.state, task.state) == ("open", "open")
    assert "is overdue" in signal.summary  # in the words of today
    with bot.database.transaction() as session:
        row = session.exec(select(Promise)).one()
        row.state = "kept"
        session.add(row)
    look(bot, days=1)
    (signal,) = bot.rows(select(Signal).where(Signal.kind == "promise_due"))
    (task,) = bot.rows(select(Task).where(Task.kind == "signal"))
    assert (signal.state, task.state) == ("closed", "cancelled")


def test_who_knows_why_it_is_no_risk_puts_it_aside_for_sixty_days(bot):
    look(bot)
    with bot.database.transaction() as session:
        isla = session.exec(select(Contact).where(Contact.email == "isla@harbourbakery.example")).one()
        isla.status = "left"
        session.add(isla)
    look(bot, days=1)
    card = next(one for one in told(bot, PRIYA) if "Find the new champion" in texts_of(one))
    bot.press(PRIYA, card, "signal_dismiss")
    modal = bot.modal(PRIYA)
    assert "few words" in str(bot.submit(PRIYA, modal, reason=" "))
    bot.submit(PRIYA, modal, reason="Isla is on parental leave")
    assert "Not a risk, says Priya Raman: Isla is on parental leave" in texts_of(told(bot, PRIYA)[-1])
    assert "no risk, says Priya Raman: Isla is on parental leave" in said(bot, PRIYA, "health harbour why")
    look(bot, days=5)
    states = [row.state for row in bot.rows(select(Signal).where(Signal.kind == "champion_left"))]
    assert states == ["dismissed"]
    look(bot, days=60)
    states = [row.state for row in bot.rows(select(Signal).where(Signal.kind == "champion_left"))]
    assert sorted(states) == ["dismissed", "open"]


def user_change(bot, user_id, *, deleted, matters=True):
    """Slack closes somebody's account, or opens it again."""
    user = next(one for one in sample.directory().users if one.id == user_id)
    bot.slack.add_user(replace(user, deleted=deleted))
    if matters:
        bot.wait_for_event()
    bot.settle()


def test_a_champion_whose_account_is_closed_is_a_signal_at_once_until_it_is_opened_again(bot):
    bot.say(ISLA, bot.dm(ISLA), "How do I invite a driver?")  # so that her Slack account is known
    user_change(bot, ISLA, deleted=False, matters=False)
    user_change(bot, ISLA, deleted=True)
    user_change(bot, ISLA, deleted=True, matters=False)
    (signal,) = bot.rows(select(Signal))
    assert (signal.kind, signal.state) == ("champion_left", "open")
    assert sum("Find the new champion" in texts_of(one) for one in told(bot, PRIYA)) == 1
    user_change(bot, ISLA, deleted=False)
    assert [row.state for row in bot.rows(select(Signal))] == ["closed"]
    assert [row.state for row in bot.rows(select(Task).where(Task.kind == "signal"))] == ["cancelled"]


def test_what_an_account_lacks_in_a_csm_goes_to_who_stands_in(bot):
    look(bot)
    said(bot, PRIYA, f"tasks away 2026-03-03 2026-03-20 <@{TOM}>")
    a_promise(bot, date(2026, 3, 5))
    look(bot, days=1)
    assert any("Send the export" in texts_of(one) for one in told(bot, TOM))
    assert not any("Send the export" in texts_of(one) for one in told(bot, PRIYA))


def test_why_shows_every_measure_with_its_weight_and_reason(bot):
    shown = said(bot, PRIYA, "health harbour why")
    assert "Health of Harbour Bakery Group: 86 of 100" in shown
    assert "79 of 85 seats are used" in shown
    assert "weight 30" in shown
    assert "The score is imported" in shown
    assert "not known" in said(bot, PRIYA, "health petal")


def test_a_csm_says_otherwise_with_a_reason_for_a_while(bot):
    look(bot)
    shown = said(bot, PRIYA, "health harbour red their budget is gone until 2026-03-20")
    assert f"Noted until {slack_day(date(2026, 3, 20))}" in shown
    assert "40 of 100" in shown
    assert "not above 40: Priya Raman says red" in shown
    (task,) = bot.rows(select(Task).where(Task.kind == "signal"))
    assert task.title.startswith("Triage Harbour")
    shown = said(bot, PRIYA, "health harbour clear")
    assert "86 of 100" in shown
    assert "Nobody had said otherwise" in said(bot, PRIYA, "health harbour clear")
    assert all(row.withdrawn_at for row in bot.rows(select(HealthOverride)))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param("health harbour red", "Why? Write the reason", id="no reason"),
        pytest.param("health harbour red gone until 2026-01-01", "is over", id="a day that is over"),
        pytest.param("health harbour red gone until 2031-01-01", "more than a year", id="too far away"),
        pytest.param("health harbour red gone until soon", "no date", id="no date"),
        pytest.param("health", "Whose health", id="nobody"),
    ],
)
def test_a_word_that_cannot_count_is_refused_with_the_remedy(bot, words, sentence):
    assert sentence in said(bot, PRIYA, words)
    assert bot.rows(select(HealthOverride)) == []


def test_health_is_not_for_customers(bot):
    assert "is for customer success managers" in said(bot, ISLA, "health harbour", channel="C0HARBOUR")


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        pytest.param(
            "How do I export all our data and cancel our contract?", ["leaving_words"], id="leaving"
        ),
        pytest.param("How do I export a report?", [], id="an everyday question"),
    ],
)
def test_words_of_leaving_are_told_at_once(bot, words, kinds):
    bot.say(ISLA, bot.dm(ISLA), words)
    bot.settle()
    assert [one.kind for one in bot.rows(select(Signal).where(Signal.kind == "leaving_words"))] == kinds
    bot.say(ISLA, bot.dm(ISLA), words)
    bot.settle()
    tasks = bot.rows(select(Task).where(Task.kind == "signal"))
    assert [task.priority for task in tasks] == ["high"] * len(kinds)
    told = [
        texts_of(one) for one in bot.seen(TOM, bot.dm(TOM)).messages + bot.seen(PRIYA, bot.dm(PRIYA)).messages
    ]
    assert any("leaving" in text for text in told) == bool(kinds)
