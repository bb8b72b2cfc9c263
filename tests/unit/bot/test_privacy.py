"""Being forgotten, as people ask for it in Slack and as an admin does it; each case on a running local workspace."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlmodel import select

from bot.cli import main
from bot.schedule import Schedule
from playbooks.situation import Setting
from store.erasing import left_over
from store.tables import Contact, Erasure, OutboxMessage, RunStep, Task, accounts
from tests.bot_fixtures import ISLA, NOOR, OWEN, PRIYA, TEAM, texts_of

SECRETS = frozenset({ISLA, "Isla Brennan", "isla@harbourbakery.example", "our bakery in Whitby"})


def said(bot, user, text, channel=TEAM):
    """What a command answers, as one string."""
    return "\n".join(map(texts_of, bot.command(user, channel, text)))


def left(bot):
    with bot.database.reading() as session:
        return sorted({table for table, _ in left_over(session, bot.workspace_id, SECRETS)})


def erase_isla(bot):
    (shown,) = bot.command(NOOR, TEAM, f"privacy erase <@{ISLA}>")
    bot.press(NOOR, shown, "privacy_erase")


def test_everybody_sees_what_is_stored_about_them(bot):
    bot.say(ISLA, bot.dm(ISLA), "How do I invite a driver?")
    shown = said(bot, ISLA, "privacy", channel="C0HARBOUR")
    assert "What is stored about you" in shown
    assert "1 messages" in shown
    assert "Isla Brennan" in shown


@pytest.mark.parametrize(
    ("user", "words", "sentence"),
    [
        pytest.param(ISLA, f"privacy erase <@{OWEN}>", "Only an admin", id="a customer, somebody else"),
        pytest.param(PRIYA, f"privacy export <@{ISLA}>", "Only an admin", id="a CSM"),
        pytest.param(NOOR, f"privacy erase <@{PRIYA}>", "our own staff", id="staff"),
        pytest.param(NOOR, "privacy erase nobody@else.example", "Nothing is stored", id="nobody"),
        pytest.param(ISLA, "privacy forget", "Write `/cs privacy`", id="no such verb"),
    ],
)
def test_who_may_not_or_cannot_be_erased_is_said(bot, user, words, sentence):
    assert sentence in said(bot, user, words, channel="C0HARBOUR" if user == ISLA else TEAM)
    assert bot.rows(select(Erasure)) == []


def test_who_asks_to_be_forgotten_is_left_alone_at_once_and_the_admins_have_a_task(bot):
    assert "within three days" in said(bot, ISLA, "privacy erase", channel="C0HARBOUR")
    said(bot, ISLA, "privacy erase", channel="C0HARBOUR")
    (task,) = bot.rows(select(Task).where(Task.kind == "privacy"))
    assert task.due_at - task.created_at == timedelta(hours=72)
    assert any("Isla Brennan" in texts_of(one) for one in bot.seen(NOOR, bot.dm(NOOR)).messages)
    isla = bot.rows(select(Contact).where(Contact.slack_user_id == ISLA))[0]
    assert isla.opted_out_at is not None
    erase_isla(bot)
    assert left(bot) == []
    assert [row.state for row in bot.rows(select(Task).where(Task.kind == "privacy"))] == ["done"]


def test_a_person_erased_while_a_playbook_asks_them_is_never_written_to_again_and_the_run_goes_on(bot):
    """Scenario 21."""
    with bot.database.transaction() as session:
        account = accounts.find_by_key(session, bot.workspace_id, "harbour-bakery")
        run_id = bot.services.runner.start_in(session, "renewal", account.id, PRIYA, bot.workspace_id).run_id
    schedule = Schedule(bot.services)
    bot.say(ISLA, bot.dm(ISLA), "We are opening our bakery in Whitby, how do I plan it?")
    for _ in range(12):
        bot.services.clock.advance(timedelta(days=1))
        schedule.run_until_idle()
        bot.settle()
    erase_isla(bot)
    sent = len(bot.seen(ISLA, bot.dm(ISLA)).messages)
    for _ in range(30):
        bot.services.clock.advance(timedelta(days=1))
        schedule.run_until_idle()
        bot.settle()
    assert set(left(bot)) <= {"slack_users"}  # that somebody of this id opened the bot anew, and nothing else
    erased = bot.rows(select(Contact).where(Contact.status == "erased"))[0]
    after = bot.rows(select(Erasure))[0].done_at
    later = [
        step
        for step in bot.rows(select(RunStep))
        if step.contact_id == erased.id and step.sent_at and step.sent_at > after
    ]
    assert later == []
    assert bot.rows(select(OutboxMessage).where(OutboxMessage.slack_user_id == ISLA)) == []
    assert bot.services.runner.run_overview(run_id).state == "active"
    assert len(bot.seen(ISLA, bot.dm(ISLA)).messages) == sent


def test_who_was_erased_and_writes_again_is_answered_as_somebody_unknown(bot):
    bot.say(ISLA, bot.dm(ISLA), "How do I invite a driver?")
    erase_isla(bot)
    ts = bot.say(ISLA, bot.dm(ISLA), "How do I invite a driver?")
    assert len(bot.seen(ISLA, bot.dm(ISLA), thread=ts).messages) > 1
    shown = said(bot, ISLA, "privacy", channel="C0HARBOUR")
    assert "Isla Brennan" not in shown


def command(bot, capsys, *arguments):
    core = SimpleNamespace(
        database=bot.database,
        workspace_id=bot.workspace_id,
        clock=bot.services.clock,
        playbook_setting=Setting(),
    )
    code = 0
    try:
        main(list(arguments), lambda: core)
    except SystemExit as end:
        code = int(end.code or 0)
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_command_line_exports_and_erases(bot, capsys):
    bot.say(ISLA, bot.dm(ISLA), "We are opening our bakery in Whitby, how do I plan it?")
    code, out, _ = command(bot, capsys, "privacy", "export", "isla@harbourbakery.example")
    assert code == 0
    assert any("Whitby" in row["text"] for row in json.loads(out)["messages"])
    code, out, _ = command(bot, capsys, "privacy", "erase", ISLA, "--yes", "--json")
    assert json.loads(out)["erased"]["messages"] >= 1
    assert left(bot) == []
    code, out, _ = command(bot, capsys, "privacy", "erase", ISLA, "--yes")
    assert "erased before" in out
    code, _, err = command(bot, capsys, "privacy", "export", "U0NOWHERE")
    assert code == 1
    assert "Nothing is stored" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("accounts", "health", "harbour"), "79 of 85 seats are used"),
        (("accounts", "brief", "harbour"), "What we do not know"),
        (("accounts", "goals", "harbour"), "95 % of wholesale deliveries"),
    ],
)
def test_what_csms_see_is_on_the_command_line_too(bot, capsys, arguments, words):
    code, out, _ = command(bot, capsys, *arguments)
    assert code == 0
    assert words in out
    _, out, _ = command(bot, capsys, *arguments, "--json")
    assert json.loads(out)
    code, _, err = command(bot, capsys, *arguments[:2], "atlantis")
    assert code == 1
    assert "No one account" in err
