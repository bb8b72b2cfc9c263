"""/cs: the registry, help, ask, account and tasks, for those who may."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.listeners.commands import parse
from store.tables import Account, Answer, Citation, Feedback, InboundEvent, Task
from tests.bot_fixtures import COMMUNITY, GRACE, HARBOUR, ISLA, MIRA, NOOR, PRIYA, TEAM, TOM, texts_of


def said(bot, user, text, channel=None):
    """What somebody alone sees of a command's answer, as text."""
    return "\n".join(texts_of(one) for one in bot.command(user, channel or bot.dm(user), text))


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("", ("help", "", False)),
        ("  ask   how? ", ("ask", "how?", False)),
        ("ASK how?", ("ask", "how?", False)),
        ("ask how --share", ("ask", "how", True)),
        ("--share tasks", ("tasks", "", True)),
        ("ask about --shared folders", ("ask", "about --shared folders", False)),
    ],
)
def test_a_command_is_a_name_words_and_a_flag(text, parsed):
    assert parse(text) == parsed


def test_help_shows_the_readers_own_commands(bot):
    customer, csm = said(bot, ISLA, "help"), said(bot, PRIYA, "")
    assert "/cs ask" in customer
    assert "/cs account" not in customer
    assert all(f"/cs {name}" in csm for name in ("ask", "account", "tasks", "digest"))


@pytest.mark.parametrize(
    ("user", "text", "sentence"),
    [
        pytest.param(PRIYA, "acount harbour", "Did you mean `/cs account", id="misspelt"),
        pytest.param(PRIYA, "xyzzy", "Try `/cs help`", id="nothing like it"),
        pytest.param(ISLA, "digets", "Try `/cs help`", id="not offered what is not theirs"),
        pytest.param(
            ISLA, "account harbour", "is for customer success managers", id="a customer, a CSM's command"
        ),
        pytest.param(MIRA, "digest 7d", "is for customer success managers", id="a customer, the digest"),
        pytest.param(PRIYA, "account", "Which account?", id="no account named"),
        pytest.param(PRIYA, "account Atlantis", "I know no account “Atlantis”", id="unknown account"),
        pytest.param(TOM, "tasks of everybody", "`/cs tasks team`", id="unknown list"),
        pytest.param(ISLA, "ask", "What would you like to know?", id="empty question"),
        pytest.param(ISLA, "<!channel> *x*", "I do not know", id="markup"),
    ],
)
def test_a_command_that_cannot_be_carried_out_gets_a_clear_sentence(bot, user, text, sentence):
    answer = said(bot, user, text)
    assert sentence in answer
    assert "<!channel>" not in answer
    assert {event.state for event in bot.rows(select(InboundEvent))} == {"done"}


def test_ask_answers_with_sources_and_buttons_that_only_the_asker_sees(bot):
    [reply] = bot.command(ISLA, HARBOUR, "ask How do I export my data?")
    assert "[1]" in texts_of(reply)
    bot.rate(ISLA, reply, "up")
    [row] = bot.rows(select(Feedback))
    assert row.rating == 1
    assert bot.seen(MIRA, COMMUNITY).ephemerals == []
    bot.press(ISLA, reply, "open_source_1", settle=False)
    assert bot.modal(ISLA)["title"]["text"] == "Source"


def test_asked_in_a_customers_channel_even_staff_get_no_internal_text(bot):
    question = "ask L2 escalation acknowledged within business hours"
    assert "[1]" in said(bot, PRIYA, question, TEAM)
    assert "internal" in {citation.audience for citation in bot.rows(select(Citation))}
    bot.command(PRIYA, HARBOUR, question)
    [outside] = bot.rows(select(Answer).where(Answer.channel_id == HARBOUR))
    cited = bot.rows(select(Citation).where(Citation.answer_id == outside.id))
    assert "internal" not in {citation.audience for citation in cited}
    assert "Escalation runbook" not in outside.closest


def test_a_very_long_question_is_read_as_far_as_it_goes(bot):
    text = "ask How do I export my data? " + "please " * 1500
    assert said(bot, ISLA, text)
    assert len(bot.rows(select(Answer))) == 1


def test_a_shared_answer_is_in_the_channel(bot):
    bot.command(PRIYA, HARBOUR, "ask How do I export my data? --share")
    assert "[1]" in texts_of(bot.seen(ISLA, HARBOUR).messages[-1])


def test_from_a_commands_answer_one_reaches_a_person_by_dm(bot):
    [reply] = bot.command(ISLA, HARBOUR, "ask Can the vans fly to the moon and back?")
    bot.press(ISLA, reply, "talk_to_person")
    assert "Priya Raman" in bot.seen(ISLA, HARBOUR).ephemerals[-1]["text"]
    bot.press(PRIYA, bot.seen(PRIYA, bot.dm(PRIYA)).messages[-1], "handover_answer")
    bot.submit(PRIYA, bot.modal(PRIYA), words="Not to the moon.")
    assert "Not to the moon." in texts_of(bot.seen(ISLA, bot.dm(ISLA)).messages[-1])


@pytest.mark.parametrize(
    "words", ["Harbour Bakery Group", "hbg", f"<#{HARBOUR}>", f"<@{ISLA}>", "Ruth Adeyemi"]
)
def test_an_account_is_found_by_name_alias_channel_and_person(bot, words):
    card = said(bot, PRIYA, f"account {words}")
    for part in ("Harbour Bakery Group", "MM", "Growth plan", "$17,940 ARR", "Health 86/100", "Isla Brennan"):
        assert part in card


def test_a_csm_sees_the_accounts_of_the_team_and_a_stranger_none(bot):
    assert "Petal & Post".replace("&", "&amp;") in said(bot, PRIYA, "account petal")
    assert "is for customer" in said(bot, MIRA, "account petal")


def test_a_name_that_may_mean_several_gets_a_picker(bot):
    [reply] = bot.command(NOOR, TEAM, "account harbor bakry group")
    assert "Is it one of these?" in texts_of(reply) or "Harbour" in texts_of(reply)
    with bot.database.reading() as session:
        account = session.exec(select(Account).where(Account.key == "harbour-bakery")).one()
    bot.press(NOOR, reply, "account_pick", option=account.id)
    assert "$17,940 ARR" in texts_of(bot.seen(NOOR, TEAM).ephemerals[-1])


def test_a_card_is_shared_among_staff_and_never_in_a_customers_channel(bot):
    bot.command(PRIYA, TEAM, "account harbour --share")
    assert "$17,940 ARR" in texts_of(bot.seen(TOM, TEAM).messages[-1])
    [reply] = bot.command(PRIYA, HARBOUR, "account harbour --share")
    assert "I do not share it here" in texts_of(reply)
    assert all("ARR" not in texts_of(one) for one in bot.seen(ISLA, HARBOUR).messages)


@pytest.fixture
def todo(bot):
    """Two tasks of Priya's, one overdue, and one of Tom's."""
    now = bot.services.clock.now()
    with bot.database.transaction() as session:
        accounts = {one.key: one.id for one in session.exec(select(Account)).all()}
        for key, account, owner, days in (
            ("Call Isla", "harbour-bakery", "priya.raman@fernway.example", 2),
            ("Send the report", "harbour-bakery", "priya.raman@fernway.example", -1),
            ("Say hello", "petal-post", "tom.lindqvist@fernway.example", 1),
        ):
            session.add(
                Task(
                    workspace_id=bot.workspace_id,
                    key=key,
                    account_id=accounts[account],
                    owner_email=owner,
                    title=key,
                    due_at=now + timedelta(days=days),
                    created_at=now,
                )
            )


def test_tasks_are_ones_own_with_the_overdue_first(bot, todo):
    mine = said(bot, PRIYA, "tasks")
    assert mine.index("Send the report") < mine.index("Call Isla")
    assert "1 overdue" in mine
    assert "Say hello" not in mine
    assert "Say hello" in said(bot, GRACE, "tasks team")


def test_a_task_is_done_once_and_leaves_the_list(bot, todo):
    [reply] = bot.command(PRIYA, TEAM, "tasks")
    bot.press(PRIYA, reply, "task_done_mine", settle=False)
    bot.press(PRIYA, reply, "task_done_mine", settle=False)
    bot.settle()
    states = {task.title: task.state for task in bot.rows(select(Task))}
    assert states == {"Send the report": "done", "Call Isla": "open", "Say hello": "open"}
    shown = texts_of(bot.seen(PRIYA, TEAM).ephemerals[-1])
    assert "Call Isla" in shown
    assert "1 open" in shown


def test_no_tasks_is_good_news(bot):
    assert "no open tasks" in said(bot, TOM, "tasks")
