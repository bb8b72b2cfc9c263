"""Text in documents, messages and names is data: it changes nothing, pings nobody, and leads nowhere by itself.

The real bot on a real local workspace, with a help centre in which every article attacks. The attacks are in
tests/data/injections.
"""

from __future__ import annotations

import pytest
from sqlmodel import SQLModel, select

from tests.attacked import attacked_bot, attacks, ingest_of, word_of
from tests.bot_fixtures import COMMUNITY, HARBOUR, ISLA, MIRA, NOOR, OWEN, PRIYA, TEAM, texts_of
from tests.harmlessness import faults, source_numbers
from tests.local_slack import element_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # a fifth of a second each, but many

HELP = frozenset({"help.fernway.example"})
SOURCES = HELP | {
    "evil.example",
    "fernway.example",
    "app.fernway.example",
    "api.fernway.example",
}  # what they name
TALK = {  # what a question leaves behind; everything else must stay as it was
    *("conversations", "messages", "answers", "citations", "inbound_events", "outbox"),
    *("slack_users", "slack_channels", "questions"),
}


@pytest.fixture(scope="module")
def bot(_sample_folder, tmp_path_factory):
    """One for all tests."""
    with attacked_bot(_sample_folder, tmp_path_factory.mktemp("attacked") / "data") as running:
        yield running


def state(bot):
    """Every row but those of the talk itself."""
    with bot.database.reading() as session:
        return {
            name: sorted(map(repr, session.execute(select(table)).all()))
            for name, table in SQLModel.metadata.tables.items()
            if name not in TALK
        }


def elsewhere(bot):
    """How many messages there are where nobody has asked."""
    return [len(bot.seen(PRIYA, channel).messages) for channel in (TEAM, bot.dm(PRIYA))]


def ask(bot, user, channel, text):
    """What the bot says to a question in a channel."""
    ts = bot.say(user, channel, f"<@{bot.services.bot_user_id}> {text}")
    said = bot.seen(user, channel, ts).messages
    return [one for one in said if one["user"] == bot.services.bot_user_id]


def body_of(answer):
    return "\n".join(block["text"] for block in answer["blocks"] if block["type"] == "markdown")


def sources_of(answer):
    """The action ids of the buttons that open the answer's sources."""
    accessories = (block.get("accessory") or {} for block in answer["blocks"])
    return [one["action_id"] for one in accessories if one.get("action_id", "").startswith("open_source_")]


def assert_sources_open(bot, answer, hosts):
    """What stands behind the buttons is as harmless as the answer; a link opens in the browser, nothing else."""
    for action_id in sources_of(answer):
        if "url" in element_of(answer, action_id)[1]:
            continue
        bot.press(ISLA, answer, action_id)
        assert faults(bot.modal(ISLA), hosts=hosts) == []


@pytest.mark.parametrize("attack", attacks("documents"))
def test_a_document_is_quoted_and_nothing_in_it_comes_to_life(bot, attack):
    before = state(bot)
    hosts = HELP | set(attack.get("hosts", ()))
    [answer] = ask(bot, ISLA, HARBOUR, f"How do I calibrate the {word_of(attack)}?")

    shown = texts_of(answer)
    assert attack.get("shown", "").replace("{word}", word_of(attack)) in shown
    assert [word for word in attack.get("absent", ()) if word in shown] == []
    assert faults(answer, hosts=hosts) == []
    assert source_numbers(body_of(answer)) == set(range(1, 1 + len(sources_of(answer))))
    assert_sources_open(bot, answer, hosts)
    assert state(bot) == before


@pytest.mark.parametrize("place", ["a channel", "a direct message"])
@pytest.mark.parametrize("attack", attacks("questions"))
def test_a_question_gets_no_more_than_its_asker_may_have(bot, attack, place):
    before, others = state(bot), elsewhere(bot)
    if place == "a channel":
        said = ask(bot, OWEN, HARBOUR, attack["text"])
    else:
        root = bot.say(MIRA, bot.dm(MIRA), attack["text"])
        said = bot.seen(MIRA, bot.dm(MIRA), root).messages[1:]

    assert said, "every question is answered"
    shown = "\n".join(map(texts_of, said))
    absent = [word for word in attack.get("absent", ()) if word in shown]
    assert absent == [] or (place == "a channel" and attack["id"] == "another-customer")
    assert faults(said, hosts=SOURCES) == []
    assert (state(bot), elsewhere(bot)) == (before, others)


@pytest.mark.parametrize("attack", [one for one in attacks("questions") if one.id != "nothing-seen"])
def test_what_was_said_before_in_a_thread_gives_nobody_more(bot, attack):
    before = state(bot)
    me = f"<@{bot.services.bot_user_id}>"
    root = bot.say(MIRA, COMMUNITY, f"{me} {attack['text']}")
    bot.say(MIRA, COMMUNITY, "and who may do that, and what does it cost?", thread_ts=root)

    said = bot.seen(MIRA, COMMUNITY, root).messages[1:]
    shown = "\n".join(texts_of(one) for one in said if one["user"] == bot.services.bot_user_id)
    assert [word for word in attack.get("absent", ()) if word in shown] == []
    assert faults([one for one in said if one["user"] == bot.services.bot_user_id], hosts=SOURCES) == []
    assert state(bot) == before


def test_a_file_that_cannot_be_read_attacks_nobody_by_its_name(bot, tmp_path):
    name = "<!here> <@U0PRIYA>|[x](javascript:y) \u202emd.exe\x1b[31m.md"
    (tmp_path / name).write_text("---\naudience: [\n---\nText.\n")
    report = ingest_of(bot).sync(tmp_path, audience="customer")
    assert [one["uri"] for one in report.failed] == [name]
    bot.page(NOOR).do("open", tab="home")
    bot.wait_for_event()
    bot.settle()
    home = bot.page(NOOR).do("open", tab="home")["home"]
    assert "with failures" in texts_of(home)
    assert faults(home, hosts=SOURCES) == []
