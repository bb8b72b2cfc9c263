"""Message shortcuts of the team, and the menus that are filled while somebody types."""

import pytest
from sqlmodel import select

from bot.blocks.shortcuts import play_modal, save_modal
from bot.listeners.pickers import accounts_like, fitting, playbooks_like
from store.tables import Account, Feedback, PlaybookRun
from tests.bot_fixtures import HARBOUR, ISLA, NOOR, PRIYA, TEAM, texts_of

WORDS = "The new route planner saves us an hour a day!"


@pytest.fixture
def said(bot):
    """Isla writes something in her channel that is no question; playbooks have been read, as at a start."""
    assert "onboarding" in bot.services.runner.definitions
    return bot.page(ISLA).post(HARBOUR, WORDS)


def opened(bot, user, callback_id, ts, channel=HARBOUR):
    assert bot.page(user).do("shortcut", callback_id=callback_id, channel=channel, ts=ts) == {"ok": True}
    return bot.modal(user)


def initial(modal, block_id):
    element = next(one["element"] for one in modal["blocks"] if one["block_id"] == block_id)
    return element.get("initial_option")


def options(bot, user, modal, block_id, typed):
    """What Slack offers while somebody types."""
    reply = bot.page(user).do(
        "options", view_id=modal["id"], block_id=block_id, action_id=block_id, value=typed
    )
    return {one["text"]["text"]: one for one in reply["options"]}


def test_what_a_customer_said_is_saved_as_their_feedback_once(bot, said):
    for sentence in ("Saved as feedback of Harbour Bakery Group", "saved as feedback of Harbour"):
        modal = opened(bot, PRIYA, "save_feedback", said)
        chosen = initial(modal, "pick_account")
        assert chosen["text"]["text"] == "Harbour Bakery Group"
        reply = bot.submit(PRIYA, modal, pick_account=chosen, words=WORDS, mood="good")
        assert reply == {"clear": True}
        assert sentence in texts_of(bot.seen(PRIYA, HARBOUR).ephemerals[-1])
    [row] = bot.rows(select(Feedback))
    assert (row.kind, row.slack_user_id, row.rating, row.comment) == ("remark", ISLA, 1, WORDS)


def test_a_playbook_is_previewed_for_the_account_of_the_message_and_then_started(bot, said):
    modal = opened(bot, PRIYA, "start_playbook", said)
    found = options(bot, PRIYA, modal, "pick_playbook", "onboard")
    [(title, option)] = [one for one in found.items() if one[1]["value"] == "onboarding"]
    assert "nboarding" in title
    bot.submit(PRIYA, modal, pick_account=initial(modal, "pick_account"), pick_playbook=option)
    preview = bot.seen(PRIYA, HARBOUR).ephemerals[-1]
    assert bot.rows(select(PlaybookRun)) == []
    bot.press(PRIYA, preview, "play_start")
    [run] = bot.rows(select(PlaybookRun))
    assert run.playbook == "onboarding"


def test_what_is_missing_is_said_beside_its_field(bot, said):
    modal = opened(bot, PRIYA, "start_playbook", said)
    wrong = {"text": {"type": "plain_text", "text": "x"}, "value": "nothing"}
    reply = bot.submit(PRIYA, modal, pick_account=wrong, pick_playbook=wrong)
    assert set(reply["errors"]) == {"pick_account", "pick_playbook"}
    assert "Harbour Bakery Group" in options(bot, PRIYA, modal, "pick_account", "harb")


def labels(options):
    return {one.to_dict()["text"]["text"] for one in options}


def test_menus_offer_what_a_person_may_see_and_what_was_typed(bot):
    with bot.database.transaction() as session:
        account = session.exec(select(Account).where(Account.key == "petal-post")).one()
        account.csm_email = None  # nobody's: only an admin sees it
        session.add(account)
    everything = labels(accounts_like(bot.services, NOOR, ""))
    assert labels(accounts_like(bot.services, NOOR, "harb")) == {"Harbour Bakery Group"}
    assert everything - labels(accounts_like(bot.services, PRIYA, "")) == {"Petal & Post"}
    assert accounts_like(bot.services, ISLA, "") == []
    assert playbooks_like(bot.services, ISLA, "") == []
    assert playbooks_like(bot.services, PRIYA, "zzz") == []


def test_a_customer_hears_that_it_is_for_the_team(bot, said):
    for callback_id in ("save_feedback", "start_playbook"):
        bot.page(ISLA).do("shortcut", callback_id=callback_id, channel=HARBOUR, ts=said)
        message = bot.page(ISLA).hears("ephemeral")["message"]
        assert "for the team" in texts_of(message)


def test_in_a_channel_of_our_own_nothing_is_chosen_beforehand(bot):
    ts = bot.page(PRIYA).post(TEAM, "They love it")
    assert initial(opened(bot, PRIYA, "save_feedback", ts, TEAM), "pick_account") is None


@pytest.mark.parametrize(
    ("typed", "keys"),
    [("", ["a", "b", "c"]), ("ba", ["b", "a"]), ("BAKER", ["a"]), ("zz", [])],
)
def test_names_that_begin_with_what_was_typed_come_first(typed, keys):
    names = {"a": "Abba bakers", "b": "Baltic", "c": "Corner"}
    assert fitting(names, typed) == keys


def test_long_words_and_none_at_all_make_forms_that_slack_takes():
    for words in ("", "x" * 5000, "<!channel>"):
        assert save_modal(words, None, {})["blocks"]
    assert play_modal(None, {})["blocks"]
