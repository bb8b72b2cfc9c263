"""What customers told us is found again, decided on once, and told back once it is there."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.telling_back import TellingBack
from knowledge.adapters.memory import HashingEmbedder
from knowledge.likeness import TextLikeness
from store.insights.told_us import Said, matching
from store.tables import (
    Account,
    Feedback,
    FeedbackLoop,
    LoopItem,
    OutboxMessage,
    SlackUser,
    StaffMember,
    feedback,
)
from tests.bot_fixtures import GRACE, HARBOUR, ISLA, MIRA, OWEN, PRIYA, TEAM, texts_of
from tests.mortal import Killed, mortal

WISH = "Please let drivers take photos of the delivery"


@pytest.fixture
def wishes(bot):
    """Isla and Owen of Harbour Bakery, and Mira of another account, wish for the same; all was noted."""
    bot.services.likeness = TextLikeness(HashingEmbedder())
    now = bot.services.clock.now()
    with bot.database.transaction() as session:
        harbour = session.exec(select(Account).where(Account.slack_channel_id == HARBOUR)).one()
        other = session.exec(select(Account).where(Account.name.startswith("Petal"))).one()
        for n, (user, account, text) in enumerate([
            (ISLA, harbour, WISH),
            (OWEN, harbour, "Photos of a delivery would be great"),
            (MIRA, other, "We miss photos at delivery"),
            (ISLA, harbour, "The invoices come late"),
        ]):  # fmt: skip
            feedback.record_remark(
                session, workspace_id=bot.workspace_id, slack_user_id=user, account_id=account.id, channel_id=HARBOUR,
                message_ts=f"177{n}.0", text=text, now=now - timedelta(days=3 - n),
            )  # fmt: skip


def found(bot, user, words, place=TEAM):
    return bot.command(user, place, f"feedback find {words}")[-1]


def opened(bot, user, words='"let drivers take photos"'):
    bot.press(user, found(bot, user, words), "told_us_open")
    return bot.seen(user, TEAM).ephemerals[-1]


def plan(bot, user=PRIYA, action="told_us_plan", **more):
    bot.press(user, opened(bot, user), action)
    modal = bot.modal(user)
    bot.submit(user, modal, reason="In the autumn release", **more)
    return modal


def ship(bot, user=PRIYA):
    bot.press(user, opened(bot, user), "told_us_ship")
    modal = bot.modal(user)
    bot.submit(user, modal, words="Drivers take a photo with the camera button.")
    return modal


def hears(bot, user, words, seconds=8):
    """Whether somebody is told so; what is said at once comes from a thread of its own."""
    until = time.monotonic() + seconds
    while words not in texts_of(bot.seen(user, TEAM).ephemerals[-1]):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def loop_of(bot):
    [loop] = bot.rows(select(FeedbackLoop))
    return loop


def tell(bot):
    TellingBack(bot.services).run_due()
    bot.settle()
    TellingBack(bot.services).run_due()


def told(bot):
    return [row for row in bot.rows(select(OutboxMessage)) if row.payload.get("view") == "loop_told"]


def test_feedback_is_found_by_its_words_for_those_who_see_the_account(bot, wishes):
    said = texts_of(found(bot, PRIYA, '"delivery photo"'))
    assert WISH in said
    assert "Photos of a delivery" in said
    assert "We miss photos" not in said  # another CSM's
    assert "invoices" not in said
    assert "asked, nobody has decided" in said
    assert "We miss photos" in texts_of(found(bot, GRACE, "delivery photos"))
    assert "Nobody said that" in texts_of(found(bot, PRIYA, '"zebra"'))
    assert "is for customer success managers" in texts_of(
        bot.command(ISLA, HARBOUR, 'feedback find "photo"')[-1]
    )


def test_feedback_collection_what_was_planned_and_shipped_is_told_once_to_each_who_asked(bot, wishes):
    modal = plan(bot)
    assert "Also about" in texts_of(modal)
    [owens] = bot.rows(select(Feedback).where(Feedback.slack_user_id == OWEN))
    with bot.database.transaction() as session:  # as if it had been ticked in the form
        loop = session.exec(select(FeedbackLoop)).one()
        now = bot.services.clock.now()
        session.add(
            LoopItem(
                workspace_id=bot.workspace_id, loop_id=loop.id, feedback_id=owens.id, account_id=owens.account_id,
                slack_user_id=OWEN, asked_at=owens.created_at, added_at=now,
            )
        )  # fmt: skip
    assert WISH in texts_of(bot.command(PRIYA, TEAM, "feedback")[-1])
    assert "2 people who asked" in texts_of(ship(bot))
    tell(bot)
    tell(bot)
    assert sorted(row.slack_user_id for row in told(bot)) == [ISLA, OWEN]
    message = bot.seen(ISLA, bot.dm(ISLA)).messages[-1]
    assert WISH in texts_of(message)
    assert "camera button" in texts_of(message)
    assert loop_of(bot).state == "told"
    assert "Told: 2 people" in texts_of(opened(bot, PRIYA))
    brief = texts_of(bot.command(PRIYA, TEAM, "renew @Harbour brief")[-1])
    assert "What they asked for" in brief
    assert "there since 3 Mar 2026, told 3 Mar 2026" in brief
    assert "Nothing is planned yet" in texts_of(bot.command(PRIYA, TEAM, "feedback")[-1])


def test_who_ticked_others_decides_for_them_too(bot, wishes):
    [owens] = bot.rows(select(Feedback).where(Feedback.slack_user_id == OWEN))
    plan(bot, also=owens.id)
    assert {one.slack_user_id for one in bot.rows(select(LoopItem))} == {ISLA, OWEN}


def test_who_opted_out_is_not_told_and_the_card_says_so(bot, wishes):
    plan(bot)
    ship(bot)
    with bot.database.transaction() as session:
        user = session.exec(select(SlackUser).where(SlackUser.slack_user_id == ISLA)).one()
        user.opted_out_at = bot.services.clock.now()
        session.add(user)
    tell(bot)
    assert told(bot) == []
    assert (loop_of(bot).state, "opted out" in texts_of(opened(bot, PRIYA))) == ("told", True)


def test_what_is_declined_can_be_planned_later_and_what_is_shipped_stays_so(bot, wishes):
    plan(bot, action="told_us_decline")
    assert (loop_of(bot).state, loop_of(bot).reason) == ("declined", "In the autumn release")
    before = opened(bot, PRIYA)
    plan(bot)
    assert loop_of(bot).state == "planned"
    ship(bot)
    bot.press(PRIYA, before, "told_us_plan")
    assert hears(bot, PRIYA, "settled meanwhile")
    assert loop_of(bot).state == "shipped"


def test_shipping_twice_tells_once(bot, wishes):
    plan(bot)
    card = opened(bot, PRIYA)
    for _ in range(2):
        bot.press(PRIYA, card, "told_us_ship", settle=False)
    forms = [bot.modal(PRIYA), bot.modal(PRIYA)]
    for form in forms:
        bot.submit(PRIYA, form, words="It is there.")
    tell(bot)
    assert len(told(bot)) == 1


def test_who_does_not_see_the_account_opens_and_decides_nothing(bot, wishes):
    listed, card = found(bot, PRIYA, '"let drivers take photos"'), opened(bot, PRIYA)
    with bot.database.transaction() as session:
        member = session.exec(select(StaffMember).where(StaffMember.slack_user_id == PRIYA)).one()
        member.team, member.email = None, "other@fernleaf.example"
        session.add(member)
    for shown, action in ((listed, "told_us_open"), (card, "told_us_plan")):
        bot.press(PRIYA, shown, action)
        assert hears(bot, PRIYA, "do not see")
    assert bot.rows(select(FeedbackLoop)) == []


@pytest.mark.parametrize("words", ["", "  "], ids=["none", "blanks"])
def test_nothing_to_look_for_is_answered_with_how_to_write_it(bot, words):
    assert "feedback find" in texts_of(bot.command(PRIYA, TEAM, f"feedback find{words}")[-1])


def piece(id_, text):
    return Said(
        id_, "remark", text, "", None, "", None, None, "U1", datetime(2026, 3, 1, tzinfo=UTC), None, None
    )


def test_words_come_first_and_meaning_after_them():
    said = [
        piece("a", "Photo at the door"),
        piece("b", "A picture of the parcel"),
        piece("c", "Invoices are late"),
    ]
    assert [one.id for one in matching(said, "photos", [0.9, 0.7, 0.2])] == ["a", "b"]
    assert [one.id for one in matching(said, "photos")] == ["a"]
    assert [one.id for one in matching(said, "late invoice", [0.0, 0.95, 0.7])] == ["c", "b"]
    assert matching(said, "?!") == []


def test_texts_are_compared_by_their_vectors():
    scores = TextLikeness(HashingEmbedder()).scores(
        "delivery photos", ["photos of a delivery", "late invoices"]
    )
    assert scores[0] > scores[1]
    assert TextLikeness(HashingEmbedder()).scores("x", []) == []


def test_telling_back_that_is_killed_at_every_boundary_tells_each_who_asked_once(bot, wishes):
    [owens] = bot.rows(select(Feedback).where(Feedback.slack_user_id == OWEN))
    plan(bot, also=owens.id)
    ship(bot)
    deaths = 0
    for number in range(1, 8):
        for when in ("before", "after"):
            try:
                TellingBack(mortal(bot.services, number, when)).run_due()
            except Killed:
                deaths += 1
    assert deaths > 4
    for _ in range(2):  # two take over at once
        TellingBack(bot.services).run_due()
        TellingBack(bot.services).run_due()
        bot.settle()

    assert sorted((one.slack_user_id, one.state) for one in told(bot)) == [(ISLA, "sent"), (OWEN, "sent")]
    assert all(item.told_at for item in bot.rows(select(LoopItem)))
    assert loop_of(bot).state == "told"
