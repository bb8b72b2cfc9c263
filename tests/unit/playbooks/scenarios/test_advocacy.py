"""Advocacy: asked of those who are happy, rarely, and nothing is used that they did not agree to word for word."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from playbooks import events
from playbooks.errors import CannotStart
from playbooks.stand_ins import Script, Scripted
from store.tables import Account, Consent, Contact, consents
from tests.unit.playbooks.scores import scored

TODAY = date(2026, 3, 2)
BEN = "UBEN_SMB"
WORDS = "we plan in half the time"


@pytest.fixture
def happy(world):
    """Ben of the small customer gave a 9 with some words, forty days ago."""
    scored(world, BEN, "smb", 9, WORDS)
    return world


def course(world, answers, account="smb"):
    values = {step: Scripted(value) if isinstance(value, str) else value for step, value in answers.items()}
    return world.simulate(["advocacy"], account, people=Script(values))


def asked(found):
    return [line.step for line in found.lines if line.kind == "message"]


def agreed(world):
    with world.database.reading() as session:
        return [
            (one.purpose, one.scope, one.text_shown, one.withdrawn_at is None)
            for one in session.exec(select(Consent)).all()
        ]


QUOTE = {"A1": "with_name", "A2_words": "same"}


@pytest.mark.parametrize(
    ("answers", "messages", "outcome"),
    [
        pytest.param({}, ["A1"], "No answer", id="silent"),
        pytest.param({"A1": "not_now"}, ["A1"], "Not now", id="not now"),
        pytest.param({"A1": "never"}, ["A1"], "They do not want to be asked", id="does not want to be asked"),
        pytest.param(QUOTE | {"A2_show_same": "approve"}, ["A1", "A2_words", "A2_show_same"], "They gave us something",
                     id="a quote as it was said"),
        pytest.param(QUOTE | {"A2_show_same": "no"}, ["A1", "A2_words", "A2_show_same"], "Not now",
                     id="a quote that is not wanted after all"),
        pytest.param(QUOTE, ["A1", "A2_words", "A2_show_same"], "No answer", id="silent before the approval"),
        pytest.param(
            {"A1": "without_name", "A2_words": Scripted(text="They answer within the hour"),
             "A2_show_own": Scripted("edit", "They answer at once"), "A2_show_edited": "yes"},
            ["A1", "A2_words", "A2_show_own", "A2_show_edited"], "They gave us something", id="a quote that was changed",
        ),
        pytest.param({"A1": "peer", "A2_peer": Scripted(text="imports")}, ["A1", "A2_peer"], "They gave us something",
                     id="a talk with a peer"),
        pytest.param({"A1": "review"}, ["A1"], "They gave us something", id="a review"),
        pytest.param({"A1": "refer", "A2_refer": "will"}, ["A1", "A2_refer"], "They gave us something",
                     id="an introduction"),
        pytest.param({"A1": "group", "A2_group": Scripted(text="reports")}, ["A1", "A2_group"],
                     "They gave us something", id="the user group"),
        pytest.param({"A1": "story", "A2_story": "yes"}, ["A1", "A2_story"], "They gave us something", id="a case study"),
    ],
)  # fmt: skip
def test_community_and_every_other_course_ends_as_it_was_answered(happy, answers, messages, outcome):
    found = course(happy, answers)
    assert asked(found) == messages
    assert [line.text for line in found.lines if line.kind == "outcome"] == [outcome]


def test_word_of_mouth_referral_and_community_the_promoter_hears_their_own_words(happy):
    [message] = [line for line in course(happy, {}).lines if line.kind == "message"]
    assert message.to == "Ben Bo"
    assert message.text.startswith(f"Hi Ben, you gave us a 9 and said “{WORDS}”. Thank you.")


def test_a_quote_may_be_used_only_once_its_very_words_were_approved(happy):
    run = happy.start("advocacy", "smb")
    happy.reply(run, "A1", BEN, "with_name")
    happy.reply(run, "A2_words", BEN, "same")
    assert agreed(happy) == []
    happy.reply(run, "A2_show_same", BEN, "approve")
    happy.reply(run, "A2_show_same", BEN, "approve")
    assert agreed(happy) == [("quote", "with_name", WORDS, True)]


def test_what_was_changed_before_it_was_approved_is_what_was_agreed_to(happy):
    run = happy.start("advocacy", "smb")
    happy.reply(run, "A1", BEN, "without_name")
    happy.reply(run, "A2_words", BEN, "same")
    happy.reply(run, "A2_show_same", BEN, "edit", text="We plan in a third of the time")
    happy.reply(run, "A2_show_edited", BEN, "yes")
    assert agreed(happy) == [("quote", "without_name", "We plan in a third of the time", True)]


def test_whoever_gave_something_hears_what_came_of_it(happy):
    run = happy.start("advocacy", "smb")
    happy.reply(run, "A1", BEN, "peer")
    happy.reply(run, "A2_peer", BEN, text="imports")
    happy.handle(run, events.Happened("advocacy.used", ()))
    happy.until(2026, 3, 4, 12)
    assert happy.said()[-1] == ("A4_told", BEN)
    assert happy.runner.run_overview(run).outcome == "given"


def given_a_year_ago(world, days_left=20):
    with world.database.transaction() as session:
        row = Consent(
            workspace_id=world.workspace_id, key="old", account_id=world.accounts["smb"], contact_id=world.contacts[BEN],
            purpose="quote", scope="with_name", text_shown="We plan in half the time.",
            given_at=world.clock.now() - timedelta(days=345), expires_on=TODAY + timedelta(days=days_left),
        )  # fmt: skip
        consents.give_consent(session, row)


@pytest.mark.parametrize(("answer", "still"), [("yes", [False, True]), ("no", [False])])
def test_a_consent_is_renewed_after_a_year_or_ends(world, answer, still):
    given_a_year_ago(world)
    run = world.start("advocacy", "smb")
    assert world.said() == [("A5", BEN)]
    assert "“We plan in half the time.”" in world.messages()[0].payload["text"]
    world.reply(run, "A5", BEN, answer)
    assert sorted(live for *_, live in agreed(world)) == still


def test_one_favour_in_a_hundred_and_twenty_days(happy):
    run = happy.start("advocacy", "smb")
    happy.reply(run, "A1", BEN, "not_now")
    happy.until(2026, 5, 20, 12)
    assert not happy.runner.start("advocacy", happy.accounts["smb"], "UDANA", happy.workspace_id).started


def test_the_same_person_is_not_asked_for_two_favours_within_a_month(happy):
    """What another playbook asked of them counts too."""
    run = happy.start("advocacy", "smb")
    happy.reply(run, "A1", BEN, "not_now")
    with happy.database.reading() as session:
        account = session.get_one(Account, happy.accounts["smb"])
        context = happy.runner.context_for(session, account, "UDANA")
    [ben] = [person for person in context.contacts if person.slack_user_id == BEN]
    assert [kind for kind, _ in ben.surveyed] == ["nps", "advocacy"]


def test_nobody_is_asked_whose_health_is_not_green(happy):
    happy.change((Account, happy.accounts["smb"]), health=70)
    with pytest.raises(CannotStart):
        happy.start("advocacy", "smb")


def test_nobody_is_asked_for_a_year_who_did_not_like_it(happy):
    run = happy.start("advocacy", "smb")
    happy.reply(run, "A1", BEN, "never")
    happy.until(2026, 10, 1, 12)
    with pytest.raises(CannotStart):
        happy.start("advocacy", "smb")


def test_a_promoter_who_opted_out_is_not_asked(happy):
    happy.change((Contact, happy.contacts[BEN]), opted_out_at=happy.clock.now())
    assert "Ben Bo" not in {
        line.to for line in course(happy, {"A0_csm": "ask"}).lines if line.kind == "message"
    }


def test_without_a_promoter_the_csm_says_whether_they_are_asked(world):
    assert asked(course(world, {})) == []
    assert asked(course(world, {"A0_csm": "not_now"})) == []
    assert asked(course(world, {"A0_csm": "ask"})) == ["A1"]


def test_of_several_who_agreed_whose_year_is_over_is_asked(world):
    """The other agreed a short while ago: "almost a year ago" would not be true of them."""
    with world.database.transaction() as session:
        row = Consent(
            workspace_id=world.workspace_id, key="new", account_id=world.accounts["smb"], contact_id=world.contacts["UADA_SMB"],
            purpose="quote", scope="with_name", text_shown="It just works.", given_at=world.clock.now(),
            expires_on=TODAY + timedelta(days=300),
        )  # fmt: skip
        consents.give_consent(session, row)
    given_a_year_ago(world)
    world.start("advocacy", "smb")
    assert world.said() == [("A5", BEN)]


def test_a_score_that_nobody_is_thanked_for_is_not_quoted(world):
    scored(world, BEN, "smb", 3, "too slow", days=100)
    [message] = [line for line in course(world, {"A0_csm": "ask"}).lines if line.kind == "message"]
    assert message.to == "Ben Bo"
    assert "3" not in message.text
    assert "too slow" not in message.text
