"""What people agreed to, as CSMs see and use it, and as people take it back; each case on a running local workspace."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.listeners.advocates import takes_back
from store.tables import Consent, Contact, Happening, Referral, Task, UsageFact, consents
from tests.bot_fixtures import ISLA, PRIYA, TEAM, texts_of

WORDS = "They answer before I have finished asking"


def said(bot, user, text, channel=TEAM):
    """What a command answers, as one string."""
    return "\n".join(map(texts_of, bot.command(user, channel, text)))


def agree(bot, purpose="quote", text=WORDS):
    """Isla of Harbour Bakery agrees to something."""
    now = bot.services.clock.now()
    with bot.database.transaction() as session:
        isla = session.exec(select(Contact).where(Contact.email == "isla@harbourbakery.example")).one()
        row = Consent(
            workspace_id=bot.workspace_id, key=f"test:{purpose}", account_id=isla.account_id, contact_id=isla.id,
            purpose=purpose, scope="with_name", text_shown=text, given_at=now,
            expires_on=now.date() + timedelta(days=365),
        )  # fmt: skip
        consents.give_consent(session, row)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("take back my consent", True),
        ("Please withdraw my consent.", True),
        ("I revoke my permission", True),
        ("take back my quote!", True),
        ("How do I take back a consent form that a driver signed?", False),
        ("my consent", False),
    ],
)
def test_taking_back_is_told_from_questions_about_it(text, expected):
    assert takes_back(text) is expected


def test_what_is_taken_back_ends_at_once_and_the_csm_takes_it_down(bot):
    agree(bot)
    bot.say(ISLA, bot.dm(ISLA), "take back my consent")
    [row] = bot.rows(select(Consent))
    assert row.withdrawn_at is not None
    [task] = bot.rows(select(Task).where(Task.kind == "advocacy"))
    assert (task.title.startswith("Take down what Isla Brennan"), task.body) == (True, WORDS)
    assert "Nobody at Harbour Bakery Group has agreed" in said(bot, PRIYA, "advocates harbour")


def test_who_agreed_to_nothing_hears_that(bot):
    bot.say(ISLA, bot.dm(ISLA), "take back my consent")
    assert bot.rows(select(Task).where(Task.kind == "advocacy")) == []


def test_a_csm_sees_what_holds_and_notes_where_it_was_used(bot):
    agree(bot)
    shown = said(bot, PRIYA, "advocates harbour")
    assert WORDS in shown
    assert "not used yet" in shown
    assert "used once" in said(bot, PRIYA, "advocates harbour used 1 Our spring newsletter")
    assert [one.name for one in bot.rows(select(Happening)) if one.name.startswith("advocacy")] == [
        "advocacy.used"
    ]
    assert "Our spring newsletter" in [one.value for one in bot.rows(select(UsageFact))]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("used", "Which one, and where?"), ("used 7 here", "There is no consent 7"), ("refer nobody", "Who introduced whom?")],
)  # fmt: skip
def test_what_cannot_be_noted_says_how_to_write_it(bot, words, sentence):
    agree(bot)
    assert sentence in said(bot, PRIYA, f"advocates harbour {words}")


def test_an_introduction_is_noted_once_and_its_address_is_not_kept(bot):
    assert "not kept" in said(bot, PRIYA, "advocates harbour refer zoe@far.example by Isla")
    assert "noted already" in said(bot, PRIYA, "advocates harbour refer ZOE@far.example by Isla")
    [row] = bot.rows(select(Referral))
    assert "zoe" not in str(row.model_dump()).lower()


def test_only_who_agreed_to_talk_is_named_to_other_accounts(bot):
    agree(bot)
    assert "Nobody elsewhere has agreed" in said(bot, PRIYA, "advocates fresh fields")
    agree(bot, "reference", "Topics: imports")
    shown = said(bot, PRIYA, "advocates fresh fields")
    assert "Isla Brennan, Harbour Bakery Group" in shown
    bot.say(ISLA, bot.dm(ISLA), "take back my consent")
    assert "Isla" not in said(bot, PRIYA, "advocates fresh fields")
