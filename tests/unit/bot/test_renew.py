"""`/cs renew` as a CSM has it in Slack; each case on a running local workspace."""

import pytest
from sqlmodel import select

from playbooks.objections import KINDS, objection_in
from store.tables import Forecast, Renewal
from tests.bot_fixtures import ISLA, PRIYA, TEAM, texts_of


def said(bot, user, text, channel=TEAM):
    """What a command answers, as one string."""
    return "\n".join(map(texts_of, bot.command(user, channel, text)))


def test_the_brief_links_what_stands_in_slack_and_names_the_other_rows(bot):
    ts = bot.say(ISLA, "C0HARBOUR", "<@U0GUIDEPOST> How do I plan the moon?")
    shown = said(bot, PRIYA, "renew harbour brief")
    assert "Renewal brief: Harbour Bakery Group" in shown
    assert "79 of 85 seats are in use" in shown
    assert "How do I plan the moon?" in shown
    assert ts.replace(".", "") in shown  # its permalink
    assert "What we do not know" in shown
    assert "Who stands behind it" in shown


def test_a_brief_is_seen_by_its_csm_alone(bot):
    assert "is for customer success managers" in said(bot, ISLA, "renew harbour brief", channel="C0HARBOUR")
    shown = said(bot, PRIYA, "renew brief --share", channel="C0HARBOUR")
    assert "I do not share it here" in shown
    assert not any("Renewal brief" in texts_of(one) for one in bot.seen(ISLA, "C0HARBOUR").messages)


def test_a_forecast_is_noted_with_what_the_figures_say(bot):
    assert "Nobody has made a call yet" in said(bot, PRIYA, "renew harbour forecast")
    assert "somebody has to commit" in said(bot, PRIYA, "renew harbour forecast")
    shown = said(bot, PRIYA, "renew harbour forecast commit swing 2000 Ruth said yes in the review")
    assert "2,000 may still change" in shown
    (row,) = bot.rows(select(Forecast))
    assert (row.category, row.computed, row.swing_minor) == ("commit", "likely", 200_000)
    assert "disagree" in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(
            "renew harbour forecast open we will see", "no answer any more", id="open within the gate"
        ),
        pytest.param("renew harbour forecast likely", "Why likely", id="no reason"),
        pytest.param("renew harbour forecast monitor them", "no forecast", id="no category"),
        pytest.param(
            "renew harbour forecast likely swing 99999999 x", "more than the contract", id="too much"
        ),
        pytest.param("renew meadow forecast", "no running subscription", id="nothing to renew"),
        pytest.param("renew harbour outcome flown", "is no outcome", id="no outcome"),
        pytest.param("renew harbour outcome churned", "needs a reason", id="no reason given"),
        pytest.param("renew harbour outcome churned price.moon", "is no reason", id="no such reason"),
        pytest.param(
            "renew bramley outcome churned unknown.unknown", "too large", id="unknown of a large one"
        ),
        pytest.param("renew harbour objection", "What do they say", id="no words"),
        pytest.param("renew", "Whose renewal", id="nobody"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_remedy(bot, words, sentence):
    assert sentence in said(bot, PRIYA, words)
    assert bot.rows(select(Forecast)) == []
    assert bot.rows(select(Renewal)) == []


def test_an_outcome_is_recorded_once_with_its_reason_and_ends_the_run(bot):
    assert "price.budget_cut" in said(bot, PRIYA, "renew harbour outcome")
    with bot.database.transaction() as session:
        account_id = bot.services.runner.start_in(
            session, "renewal", _account(session, bot), PRIYA, bot.workspace_id
        ).run_id
    shown = said(bot, PRIYA, "renew harbour outcome churned price.budget_cut They closed two shops")
    assert "The renewal playbook ends with it" in shown
    (row,) = bot.rows(select(Renewal))
    assert (row.outcome, row.reason, row.reason_text, row.on_time) == (
        "churned",
        "price.budget_cut",
        "They closed two shops",
        True,
    )
    assert bot.services.runner.run_overview(account_id).outcome == "churned"
    assert "closed already" in said(bot, PRIYA, "renew harbour outcome renewed_flat")


def _account(session, bot):
    from store.tables import accounts

    return accounts.find_by_key(session, bot.workspace_id, "harbour-bakery").id


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("It is too expensive for our budget", "price"),
        ("We are comparing you with a competitor", "competitor"),
        ("Our security team needs SOC 2", "security"),
        ("The integration with Shopify is missing", "feature"),
        ("Our people hardly use it", "value"),
        ("Support is slow to respond", "service"),
        ("It is not a priority now", "timing"),
        ("Hm", "other"),
    ],
)
def test_an_objection_is_told_by_kind(words, kind):
    assert objection_in(words).kind == kind


def test_every_kind_of_objection_asks_before_it_offers():
    assert all(one.ask.rstrip().endswith("?") and one.look_up for one in KINDS)


def test_an_objection_card_shows_facts_with_sources_the_gap_and_the_question(bot):
    shown = said(bot, PRIYA, "renew harbour objection The Shopify integration is missing")
    assert "Something is missing" in shown
    assert "Honest gap" in shown
    assert "Which job fails without it" in shown
    assert "What the knowledge base says" in shown or "has nothing that answers this" in shown
    assert "Only you see this" in shown
