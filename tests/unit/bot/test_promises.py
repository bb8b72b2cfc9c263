"""What our own people promise in a customer's channel: proposed to who said it, noted on their word, reminded of."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlmodel import select

from store.erasing import erase_person
from store.insights.account_rows import read_account
from store.insights.renewal_brief import renewal_brief
from store.tables import Account, InboundEvent, Promise, Proposal, channels
from tests.bot_fixtures import HARBOUR, ISLA, PRIYA, TEAM, TOM, TUESDAY, texts_of

WORDS = "Thanks Isla! We'll send the corrected delivery report by Friday. Have a good day."
PROMISED = "We'll send the corrected delivery report by Friday."
FRIDAY = date(2026, 3, 6)


def heard(bot, user, text, channel=HARBOUR, **more):
    """Somebody writes something that is no question; what follows is carried out."""
    ts = bot.page(user).post(channel, text, **more)
    with suppress(TimeoutError):  # nothing is kept of what is no promise
        bot.wait_for_event(1)
    bot.settle()
    return ts


def card(bot, user=PRIYA):
    """The newest message of the bot in a person's DM."""
    return bot.seen(user, bot.dm(user)).messages[-1]


@pytest.fixture
def met(bot):
    """Priya and Isla have been heard of, as in any channel in use."""
    for user in (PRIYA, ISLA):
        bot.services.directory.meet(user)
    return bot


def test_promises_in_a_channel_are_proposed_to_who_said_them_and_noted_on_their_word(met):
    ts = heard(met, PRIYA, WORDS)
    assert met.rows(select(Promise)) == []  # nothing counts before a person says so
    shown = texts_of(card(met))
    assert PROMISED in shown
    assert "Harbour Bakery Group" in shown
    assert "Friday" in shown
    met.press(PRIYA, card(met), "proposal_yes")
    [promise] = met.rows(select(Promise))
    assert (promise.text, promise.due_on, promise.said_by) == (PROMISED, FRIDAY, PRIYA)
    assert (promise.channel_id, promise.message_ts, promise.state) == (HARBOUR, ts, "open")
    assert promise.owner_email
    assert "Noted for Harbour" in texts_of(card(met))


def test_no_is_no_and_the_card_says_so(met):
    heard(met, PRIYA, WORDS)
    met.press(PRIYA, card(met), "proposal_no")
    assert met.rows(select(Promise)) == []
    assert "no promise" in texts_of(card(met))


def test_another_date_and_other_words_are_asked_for_in_a_form(met):
    heard(met, PRIYA, WORDS)
    met.press(PRIYA, card(met), "proposal_other_day")
    modal = met.modal(PRIYA)
    values = {one["block_id"]: one["element"] for one in modal["blocks"]}
    assert values["due"]["initial_date"] == "2026-03-06"
    met.submit(PRIYA, modal, text="The corrected report", due="2026-03-10")
    [promise] = met.rows(select(Promise))
    assert (promise.text, promise.due_on) == ("The corrected report", date(2026, 3, 10))
    assert met.rows(select(Proposal))[0].state == "confirmed"
    met.press(PRIYA, card(met), "proposal_yes")
    assert len(met.rows(select(Promise))) == 1


def test_a_card_that_is_pressed_twice_notes_one_promise(met):
    heard(met, PRIYA, WORDS)
    first = card(met)
    for action in ("proposal_yes", "proposal_yes", "proposal_no"):
        met.press(PRIYA, first, action, settle=False)
    met.settle()
    assert len(met.rows(select(Promise))) == 1
    assert met.rows(select(Proposal))[0].state == "confirmed"


def forged(bot, user, proposal_id, action="proposal_yes"):
    """A press that Slack would not make: somebody else's card."""
    message = card(bot)
    press = {"action_id": action, "value": proposal_id}
    body = {
        "type": "block_actions",
        "user": {"id": user},
        "channel": {"id": HARBOUR},
        "container": {"channel_id": HARBOUR, "message_ts": message["ts"]},
        "actions": [press | {"action_ts": "1.1", "block_id": "b", "type": "button"}],
    }
    from bot.listeners.overheard import DECIDED
    from bot.slack.incoming import parse_action
    from bot.slack.once import remember

    pressed = parse_action(body, body["actions"][0])
    remember(bot.services, DECIDED, pressed.event_key, pressed.to_payload())
    bot.settle()


@pytest.mark.parametrize("user", [TOM, ISLA])
def test_nobody_else_can_say_that_it_is_a_promise(met, user):
    heard(met, PRIYA, WORDS)
    [proposal] = met.rows(select(Proposal))
    forged(met, user, proposal.id)
    assert met.rows(select(Promise)) == []
    assert met.rows(select(Proposal))[0].state == "open"


def test_a_card_of_a_proposal_that_is_gone_says_so(met):
    heard(met, PRIYA, WORDS)
    forged(met, PRIYA, "0" * 32)
    assert met.rows(select(Promise)) == []
    assert any("not there any more" in texts_of(one) for one in met.seen(PRIYA, HARBOUR).ephemerals)


def test_after_an_erasure_nothing_can_be_confirmed(met):
    heard(met, PRIYA, WORDS)
    with met.database.transaction() as session:
        proposal = session.exec(select(Proposal)).one()
        proposal.slack_user_id = ISLA  # as if a customer had said it
        session.add(proposal)
    with met.database.transaction() as session:
        erase_person(session, met.workspace_id, ISLA, requested_by="U0NOOR", now=met.services.clock.now())
    met.press(PRIYA, card(met), "proposal_yes")
    assert met.rows(select(Promise)) == []
    assert "nothing is noted" in texts_of(met.seen(PRIYA, met.dm(PRIYA)).__dict__)


@pytest.mark.parametrize(
    ("user", "channel", "text"),
    [
        pytest.param(
            ISLA, HARBOUR, "We'll send you the signed form by Friday.", id="a customer's own promise"
        ),
        pytest.param(PRIYA, TEAM, "I'll write the summary by Friday.", id="in a channel of our own"),
        pytest.param(PRIYA, HARBOUR, "We might send it by Friday.", id="no promise"),
        pytest.param(PRIYA, HARBOUR, "Thanks, see you on Friday!", id="small talk"),
    ],
)
def test_what_is_no_promise_to_a_customer_is_not_proposed(met, user, channel, text):
    heard(met, user, text, channel)
    assert met.rows(select(Proposal)) == []
    kept = [one.payload for one in met.rows(select(InboundEvent).where(InboundEvent.kind == "promise_heard"))]
    assert all(one["text"] == "" or one["user_id"] == PRIYA for one in kept)


def test_a_silent_channel_is_not_listened_to(met):
    with met.database.transaction() as session:
        channels.set_policy(
            session, met.workspace_id, HARBOUR, channels.SILENT, by=PRIYA, now=met.services.clock.now()
        )
    heard(met, PRIYA, WORDS)
    assert met.rows(select(Proposal)) == []
    assert met.rows(select(InboundEvent).where(InboundEvent.kind == "promise_heard")) == []


def test_what_a_customer_says_is_never_kept_for_it(met):
    heard(met, ISLA, "We will pay the invoice by Friday.")
    assert met.rows(select(InboundEvent).where(InboundEvent.kind == "promise_heard")) == []


def test_the_messages_menu_fills_in_the_words_and_the_day_and_settles_the_card(met):
    ts = heard(met, PRIYA, WORDS)
    assert met.page(PRIYA).do("shortcut", callback_id="make_promise", channel=HARBOUR, ts=ts) == {"ok": True}
    modal = met.modal(PRIYA)
    values = {one["block_id"]: one["element"] for one in modal["blocks"]}
    assert (values["text"]["initial_value"], values["due"]["initial_date"]) == (PROMISED, "2026-03-06")
    met.submit(PRIYA, modal, text=PROMISED, due="2026-03-06")
    met.press(PRIYA, card(met), "proposal_yes")
    assert len(met.rows(select(Promise))) == 1


def test_its_owner_hears_of_it_on_its_day_and_is_asked_once_it_is_late(met, local_clock):
    heard(met, PRIYA, WORDS)
    met.press(PRIYA, card(met), "proposal_yes")
    local_clock.advance(timedelta(days=3))  # Friday, 10:00
    met.settle()
    assert "Today" in texts_of(card(met))
    local_clock.advance(timedelta(days=3))  # Monday
    met.settle()
    assert "Was it?" in texts_of(card(met))
    met.press(PRIYA, card(met), "promise_broken")
    [promise] = met.rows(select(Promise))
    assert (promise.state, promise.closed_on) == ("broken", (TUESDAY + timedelta(days=6)).date())


def test_of_a_promise_that_was_kept_nobody_is_reminded(met, local_clock):
    heard(met, PRIYA, WORDS)
    met.press(PRIYA, card(met), "proposal_yes")
    met.command(PRIYA, TEAM, "log harbour")
    met.press(PRIYA, met.seen(PRIYA, TEAM).ephemerals[-1], "promise_kept")
    before = len(met.seen(PRIYA, met.dm(PRIYA)).messages)
    local_clock.advance(timedelta(days=7))
    met.settle()
    assert met.rows(select(Promise))[0].state == "kept"
    assert "Today" not in texts_of(met.seen(PRIYA, met.dm(PRIYA)).messages[before:])


def test_a_promise_that_was_not_kept_is_in_the_renewal_brief(met):
    heard(met, PRIYA, WORDS)
    met.press(PRIYA, card(met), "proposal_yes")
    with met.database.transaction() as session:
        promise = session.exec(select(Promise)).one()
        promise.state, promise.closed_on = "broken", FRIDAY
        session.add(promise)
    with met.database.reading() as session:
        account = session.get_one(Account, promise.account_id)
        brief = renewal_brief(read_account(session, account, met.services.clock.now()))
    lines = [line.text for title, lines in brief.sections if title == "Open on our side" for line in lines]
    assert any("(not kept)" in line for line in lines)
