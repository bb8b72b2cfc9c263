"""A survey has one answer, of the one who was asked: what else is done with it is told, is kept, and counts nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from store.insights.digest import digest
from store.insights.scope import WHOLE_WORKSPACE, period_of
from store.tables import RunStep
from tests.unit.playbooks.test_language import QUESTION, hello

ADA, BEN, OF_ANOTHER_ACCOUNT, NOBODY, DANA, MIA = (
    "UADA_SMB",
    "UBEN_SMB",
    "UADA_MM",
    "UNOBODY",
    "UDANA",
    "UMIA",
)
FOLLOW_UP = {"task": {"title": "Ask {first} why: {answer} of 10", "due": "2bd"}}
NPS = QUESTION | {
    "survey": "nps",
    "ask": {"key": "score", "type": "0-10"},
    "on_answer": {"0-6": {"reply": "I am sorry.", "do": [FOLLOW_UP]}, "else": {"reply": "Noted."}},
}
LATER = {"title": "Later", "when": "S+60d", "task": {"title": "Look back", "due": "2bd"}}


@pytest.fixture
def survey(world, tmp_path):
    """A run whose NPS question has just reached Ada; it lasts longer than the question."""
    world.runner.publish(hello(tmp_path, {"A": NPS, "B": LATER}), "UMIA", world.workspace_id)
    return world.start("hello", "smb")


def the_answer(world):
    with world.database.reading() as session:
        step = session.exec(select(RunStep).where(RunStep.survey == "nps")).one()
    return step.state, step.answer, step.answered_by


def voice(world):
    """The section of the digest of the last days that tells what people said."""
    world.clock.advance(timedelta(minutes=1))  # a period ends before now
    now = world.clock.now()
    with world.database.reading() as session:
        made = digest(session, world.workspace_id, period_of("30d", now), WHOLE_WORKSPACE, now)
    return made.section("voice")


def counted(world):
    """How many of the scores are counted, of the surveys that reached somebody and of those answered."""
    measures = {one.key: one.figure.value for one in voice(world).measures}
    figures = {one.key: one.value for one in voice(world).figures}
    return measures.get("voice.nps", 0), figures["surveys.delivered"], figures["surveys.answered"]


def test_a_survey_that_is_answered_twice_counts_once_and_the_second_word_is_passed_on(world, survey):
    world.reply(survey, "A", ADA, "9")
    world.reply(survey, "A", ADA, "9")
    for _ in range(3):
        world.reply(survey, "A", ADA, "3")

    assert the_answer(world) == ("answered", "9", ADA)
    assert counted(world) == (1, 1, 1)
    assert [(one.kind, one.comment) for one in world.feedback()] == [
        ("playbook_answer", "9"),
        ("remark", "3"),
    ]
    assert world.last("playbook_ack")["text"] == "Thank you. I have passed your words on to Dana."
    assert "Ada Ali also wrote on “First”: “3”" in world.last("playbook_notice")["text"]
    assert world.tasks() == []


def test_a_survey_that_is_answered_after_its_end_is_passed_on_and_does_not_count(world, survey):
    world.until(2026, 3, 20, 12)
    assert the_answer(world)[0] == "expired"
    world.reply(survey, "A", ADA, "2", "Far too slow")

    assert the_answer(world) == ("expired", None, None)
    assert counted(world) == (0, 1, 0)
    assert [(one.kind, one.comment) for one in world.feedback()] == [("remark", "Far too slow")]
    assert world.last("playbook_ack")["text"] == "Thank you. I have passed your words on to Dana."
    assert "Far too slow" in world.last("playbook_notice")["text"]


WHO = [
    pytest.param(BEN, False, "Only Ada can answer this one, so it does not count as an answer. I have passed your "
                 "words on to Dana.", ["2"], id="a colleague of the same account"),
    pytest.param(OF_ANOTHER_ACCOUNT, False, "Thank you. I have passed your words on to Dana.", ["2"], id="somebody of another account"),
    pytest.param(NOBODY, False, "Thank you. I have passed your words on to Dana.", ["2"], id="somebody whom nobody knows"),
    pytest.param(DANA, True, "Only Ada can answer this one, so nothing was recorded.", [], id="her own CSM"),
    pytest.param(MIA, True, "Only Ada can answer this one, so nothing was recorded.", [], id="a manager of ours"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "staff", "told", "kept"), WHO)
def test_a_survey_that_somebody_else_answers_goes_on_waiting_for_the_one_it_asks(
    world, survey, who, staff, told, kept
):
    for _ in range(2):
        world.reply(survey, "A", who, "2", staff=staff)

    assert the_answer(world) == ("sent", None, None)
    assert counted(world) == (0, 1, 0)
    assert world.last("playbook_ack")["text"] == told
    assert [(one.kind, one.comment) for one in world.feedback()] == [("remark", words) for words in kept]
    assert world.tasks() == []

    world.reply(survey, "A", ADA, "10")
    assert the_answer(world) == ("answered", "10", ADA)
    assert counted(world) == (1, 1, 1)


def test_a_survey_that_nobody_answered_has_no_score_and_says_so(world, survey):
    assert "NPS: asked 1, none answered." in voice(world).missing
    assert "CSAT: not asked." in voice(world).missing
    assert counted(world) == (0, 1, 0)


def test_a_low_score_has_its_follow_up_in_the_digest_open_then_late_then_done(world, survey):
    def status():
        [line] = voice(world).lines
        return line.text, line.because, line.owner

    world.reply(survey, "A", ADA, "3")
    assert status() == (
        "NPS 3 of 10",
        "follow-up open: Ask Ada why: 3 of 10, within two working days",
        "Dana Doe",
    )

    world.until(2026, 3, 6, 12)
    assert status()[1] == "follow-up open: Ask Ada why: 3 of 10, over two working days ago"

    [task] = world.tasks()
    world.change((type(task), task.id), done_at=world.clock.now())
    assert status()[1] == "followed up 6 Mar"
    assert counted(world) == (1, 1, 1)
