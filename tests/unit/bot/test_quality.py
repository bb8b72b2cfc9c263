"""`/cs qa sample`: last week's answers of the bot and of people, reviewed on one rubric."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.blocks.qa import FIX, NOTE, result_lines
from bot.quality import results_of_week
from store.insights.qa import last_week
from store.tables import AnswerReview, SampledAnswer, Task
from tests.bot_fixtures import GRACE, HARBOUR, ISLA, PRIYA, TEAM, texts_of

QUESTION = "How do I export my routes?"
HUMAN = "You find the button under Settings, at the very bottom of the page."


@pytest.fixture
def week(bot, local_clock):
    """Last week Isla asked the bot, and Priya added something in the thread."""
    for user in (GRACE, PRIYA):
        bot.services.directory.meet(user)
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    bot.say(PRIYA, HARBOUR, HUMAN, thread_ts=ts)
    local_clock.advance(timedelta(days=7))
    return bot


def sample(bot, user, channel=TEAM, words="qa sample"):
    return bot.command(user, channel, words)[-1]


def filled(modal, note="", fix="no", **marks):
    """The rubric as somebody fills it in: yes to everything that is not said otherwise."""
    values = {}
    for block in modal["blocks"]:
        if (block.get("element") or {}).get("options"):
            wanted = fix if block["block_id"] == FIX else marks.get(block["block_id"], "yes")
            values[block["block_id"]] = wanted
    return values | ({NOTE: note} if note else {})


def form(bot, user, message, kind):
    """Press the button of the bot's or the person's answer."""
    [row] = [one for one in bot.rows(select(SampledAnswer)) if one.kind == kind]
    [block] = [one for one in message["blocks"] if (one.get("accessory") or {}).get("value") == row.id]
    bot.press(user, message | {"blocks": [block]}, "qa_review")
    return bot.modal(user)


def test_quality_assurance_the_sample_has_answers_of_the_bot_and_of_people_and_stays_the_same(week):
    first = texts_of(sample(week, GRACE))
    assert QUESTION in first
    assert HUMAN[:40] in first
    assert "🤖 Bot" in first
    assert "👤 Person" in first
    before = [one.id for one in week.rows(select(SampledAnswer))]
    sample(week, GRACE)
    assert [one.id for one in week.rows(select(SampledAnswer))] == before


def test_nobody_reviews_their_own_answer(week):
    shown = texts_of(sample(week, PRIYA))
    assert QUESTION in shown
    assert HUMAN[:40] not in shown


def test_a_review_is_noted_once_for_each_reviewer_and_the_last_word_counts(week):
    message = sample(week, GRACE)
    for mark in ("no", "partly"):
        modal = form(week, GRACE, message, "bot")
        week.submit(GRACE, modal, **filled(modal, complete=mark))
    [row] = week.rows(select(AnswerReview))
    assert row.marks["complete"] == "partly"
    assert row.slack_user_id == GRACE
    assert "Review again" in texts_of(sample(week, GRACE))


def test_a_note_reaches_the_person_who_answered(week):
    modal = form(week, GRACE, sample(week, GRACE), "human")
    week.submit(GRACE, modal, **filled(modal, note="Say which page, please."))
    told = texts_of(week.seen(PRIYA, week.dm(PRIYA)).messages[-1])
    assert "Say which page, please." in told
    assert HUMAN[:40] in told


def test_an_article_that_misleads_becomes_a_task_of_its_owner(week):
    modal = form(week, GRACE, sample(week, GRACE), "bot")
    assert FIX in {one.get("block_id") for one in modal["blocks"]}
    week.submit(GRACE, modal, **filled(modal, fix="yes", source="no"))
    [task] = [one for one in week.rows(select(Task)) if one.kind == "fix_source"]
    assert task.owner_email
    assert "Mend the article" in task.title


def test_two_reviewers_agree_beyond_chance_or_there_are_too_few(week):
    for user in (GRACE, PRIYA):
        modal = form(week, user, sample(week, user), "bot")
        week.submit(user, modal, **filled(modal, tone="no"))
    with week.database.reading() as session:
        now = week.services.clock.now().date()
        found = results_of_week(session, week.workspace_id, last_week(now))
    assert (found.reviewed, found.twice, found.agreement.n) == (1, 1, 5)
    assert found.agreement.kappa is None
    assert any("too few marks" in line for line in result_lines(found))
    assert "2 of 2 yes" in texts_of(sample(week, GRACE))


@pytest.mark.parametrize(
    ("user", "channel", "words", "sentence"),
    [
        pytest.param(GRACE, TEAM, "qa sample 2030-01-01", "not over yet", id="a week to come"),
        pytest.param(GRACE, TEAM, "qa sample yesterday", "Write `/cs qa sample`", id="no day"),
        pytest.param(GRACE, TEAM, "qa everything", "Write `/cs qa sample`", id="no such verb"),
        pytest.param(GRACE, TEAM, "qa sample 2020-01-06", "nothing to review", id="a week without answers"),
        pytest.param(GRACE, HARBOUR, "qa sample", "only our own team", id="in a customer's channel"),
    ],
)
def test_what_cannot_be_shown_is_said(bot, user, channel, words, sentence):
    assert sentence in texts_of(sample(bot, user, channel, words))


def test_a_customer_hears_that_it_is_not_theirs(bot):
    shown = texts_of(bot.command(ISLA, HARBOUR, "qa sample")[-1])
    assert "for customer success managers on our team" in shown
    assert bot.rows(select(SampledAnswer)) == []


def test_a_form_that_is_half_filled_in_says_what_is_missing(week):
    modal = form(week, GRACE, sample(week, GRACE), "bot")
    reply = week.submit(GRACE, modal)
    assert "correct" in reply["errors"]
    assert week.rows(select(AnswerReview)) == []
