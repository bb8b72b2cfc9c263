"""7: two people press at the same moment: the first answer counts, the other is passed on, all once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.local_slack import client_of
from tests.scenarios.test_playbooks_in_slack import AMELIA, BEN, FRESH, NoDms, labels


def test_of_two_who_answer_at_once_one_counts_and_the_other_is_passed_on(story):
    story.services.messenger = NoDms(client_of(story.bot.slack), {AMELIA})  # so both see it, in the channel
    story.tell("""
        Priya: /cs play start onboarding @Fresh Fields
        Priya presses Start for Fresh Fields Market
        -- 2 days
    """)
    question = story.bot.seen(AMELIA, FRESH).messages[-1]
    for user, label in ((AMELIA, "Our whole team uses it"), (BEN, "One result we can show")):
        story.bot.press(user, question, labels(question)[label], settle=False)
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda _: story.bot.workers.run_until_idle(), range(2)))
    story.happens()

    step = story.steps(story.run("Fresh Fields Market", "onboarding"))["O1"]
    assert step.answer in {"team_live", "first_result"}
    assert len(story.tasks("Book the kickoff with Fresh Fields Market")) == 1
    thread = story.bot.seen(AMELIA, FRESH, thread=question["ts"]).messages
    assert sum("That is what we will measure" in one["text"] for one in thread) == 1
    answered = story.heard("Priya", "(Fresh Fields Market) on “Welcome and first goal”")
    passed_on = story.heard("Priya", "also wrote on “Welcome and first goal”")
    assert (len(answered), len(passed_on)) == (1, 1)
