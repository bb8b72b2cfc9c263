"""kill -9 while people press buttons and send modals off: each has its effect once, each word is said once.

Where Slack was not told that a click has arrived it shows a warning, and the person does it again. What only
one person sees cannot be looked up in Slack: docs/adr/0003 says what becomes of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from bot.blocks.feedback import THANKS_DOWN, THANKS_REASON, THANKS_UP
from store.tables import Feedback, Task
from tests.bot_fixtures import HARBOUR, ISLA, PRIYA
from tests.process_fixtures import ANSWERED, CALEB, DIEGO, key_of, steps, steps_of, texts

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

# A boundary has two names: after one step is before the next.
STORED = (
    "before once.remember",  # the click is lost with the process
    "after once.remember",
    "after work._claim",
)
SAID_PRIVATELY = (
    "after deliver._claim",
    "after deliver._note_begun",
    "after chat.postEphemeral",  # the person has seen it, and we have no note of it
    "after deliver._note_sent",
)
SAID_TO_TWO = (
    "after deliver._claim",
    "after deliver._claim #2",
    "after chat.getPermalink",
    "after chat.postMessage",  # Slack shows it, and we have no note of it
    "after deliver._note_sent",
    "after deliver._note_sent #2",
)


@dataclass(frozen=True)
class Click:
    """Something that a person does, and what must be true afterwards.

    Args:
        finds: the message, or the modal that a living bot has opened.
        does: the click or the sending off; what Slack's client is told.
        held: what must be true, whenever the bot was killed.
        moments: of an undisturbed life, from the click on.
    """

    finds: Callable[[Any], Any]
    does: Callable[[Any, Any], Any]
    held: Callable[[Any], None]
    moments: tuple[str, ...]


def in_thread(life, containing):
    """What Isla sees in the thread of the message that contains these words: everybody's, and hers alone."""
    page = life.page(ISLA)
    roots = page.get("messages", channel=HARBOUR)["messages"]
    for root in roots:
        seen = page.get("messages", channel=HARBOUR, thread=root["ts"])
        if any(containing in one["text"] for one in seen["messages"]):
            return [one["text"] for one in seen["messages"]], [one["text"] for one in seen["ephemerals"]]
    raise LookupError(containing)


def ratings(life):
    return [(row.rating, row.reason, row.comment) for row in life.rows(select(Feedback))]


def opened(life, user, press):
    """The modal that a click opens with a bot that lives."""
    bot = life.start()
    press(life.page(user))
    view = life.modal(user)
    life.wait_until_quiet()
    life.kill(bot)
    return view


# A rating, and the reason for one


def rated_once(life):
    assert ratings(life) == [(1, None, None)]
    _, alone = in_thread(life, ANSWERED)
    assert Counter(alone)[THANKS_UP] <= 1  # an echo in doubt is not repeated
    assert set(alone) <= {THANKS_UP}


def explained_once(life):
    assert ratings(life) == [(-1, "outdated", "since March")]
    _, alone = in_thread(life, ANSWERED)
    assert Counter(alone) <= Counter([THANKS_DOWN, THANKS_REASON])


RATING = Click(
    finds=lambda life: life.shown(ISLA, HARBOUR, "answer_feedback"),
    does=lambda life, message: life.page(ISLA).rate(message, "up"),
    held=rated_once,
    moments=(*STORED, "after feedback.carry_out_rating", *SAID_PRIVATELY),
)
REASON = Click(
    finds=lambda life: opened(
        life, ISLA, lambda page: page.rate(life.shown(ISLA, HARBOUR, "answer_feedback"), "down")
    ),
    does=lambda life, view: life.page(ISLA).submit(view, reason="outdated", comment="since March"),
    held=explained_once,
    moments=(*STORED, "after feedback.carry_out_reason", *SAID_PRIVATELY),
)


# A person instead of the bot


def wishes(life):
    return life.rows(select(Task).where(Task.kind == "handover"))


def climbs(life, task):
    """What becomes of telling the next one up the chain about a wish."""
    return [one.state for one in life.messages() if one.key.startswith(f"handover:{task.id}:up:")]


def passed_on_once(life):
    tasks = wishes(life)
    assert len(tasks) == 2  # the one of the stage, and this one
    assert [climbs(life, task) for task in tasks] == [["pending"], ["pending"]]
    cards = [texts(one) for one in life.said_in(life.dm(PRIYA))]
    assert sum("would like to talk to a person" in card for card in cards) == 2
    everybody, _ = in_thread(life, ANSWERED)
    assert sum("I have passed this on to Priya Raman" in text for text in everybody) == 1


def answered_once(life):
    [task] = wishes(life)
    assert task.state == "done"
    assert climbs(life, task) == ["cancelled"]
    everybody, _ = in_thread(life, "I could not find this")
    assert sum("They cannot, sorry." in text for text in everybody) == 1
    cards = [texts(one) for one in life.said_in(life.dm(PRIYA))]
    [card] = [
        one for one in cards if "reads like" not in one
    ]  # the tests' model of meaning takes much for complaints
    assert "Resolved by Priya Raman" in card


PERSON = Click(
    finds=lambda life: life.shown(ISLA, HARBOUR, "answer_feedback"),
    does=lambda life, message: life.page(ISLA).press(message, "talk_to_person"),
    held=passed_on_once,
    moments=(
        *STORED,
        "after conversations.info",
        "after conversations.members",
        "after handover._pass_on",
        *SAID_TO_TWO,
        "after conversations.open",
        "after chat.postMessage #2",
    ),
)
ANSWER = Click(
    finds=lambda life: opened(
        life,
        PRIYA,
        lambda page: page.press(life.shown(PRIYA, life.dm(PRIYA), "handover_answer"), "handover_answer"),
    ),
    does=lambda life, view: life.page(PRIYA).submit(view, words="They cannot, sorry."),
    held=answered_once,
    moments=(*STORED, "after handover_work.carry_out_written", *SAID_TO_TWO, "after chat.update"),
)


# A playbook's message that waits for approval


def approved_once(life):
    [sent] = life.said_in(life.dm(CALEB))
    step = next(step for step in life.steps() if step.key == "O1")
    assert (step.state, step.message_ts) == ("sent", sent["ts"])
    assert key_of(sent).endswith(":O1:message")
    cards = [texts(one) for one in life.said_in(life.dm(DIEGO)) if "playbook_approve" in texts(one)]
    assert cards == []


APPROVAL = Click(
    finds=lambda life: life.shown(DIEGO, life.dm(DIEGO), "playbook_approve"),
    does=lambda life, message: life.page(DIEGO).press(message, "playbook_approve"),
    held=approved_once,
    moments=(
        *STORED,
        "after playbooks._hand_over",
        "after deliver._claim",
        "after deliver._claim #2",
        "after conversations.open",
        "after chat.postMessage",
        "after chat.update",
        "after deliver._note_sent",
        "after deliver._note_sent #2",
        "after work._claim #2",
        "after playbook_posts.carry_out_came_back",
    ),
)

CLICKS = {"rating": RATING, "reason": REASON, "person": PERSON, "answer": ANSWER, "approval": APPROVAL}
CASES = [
    pytest.param(click, moment, id=f"{name}-{moment}")
    for name, click in CLICKS.items()
    for moment in click.moments
]


def assert_all_done(life):
    assert not life.unfinished()
    assert {event.state for event in life.events()} <= {"done"}
    assert {message.state for message in life.messages()} <= {"sent", "unsure", "pending", "cancelled"}


@pytest.mark.parametrize("click", CLICKS.values(), ids=CLICKS)
def test_the_moments_of_a_click_are_all_known(staged_sqlite_life, click):
    life = staged_sqlite_life
    target = click.finds(life)
    life.start()
    before = len(life.moments())
    click.does(life, target)
    life.wait_until_quiet()
    assert steps_of(life, before) == steps(click.moments)
    click.held(life)


@pytest.mark.parametrize(("click", "moment"), CASES)
def test_a_click_has_its_effect_once_whenever_the_bot_is_killed(staged_life, click, moment):
    life = staged_life
    target = click.finds(life)
    first = life.start(dies_at=moment)
    told = click.does(life, target)
    life.wait_until_dead(first)
    life.start()
    if "error" in told:  # Slack's client has said that it did not work
        click.does(life, target)
    life.wait_until_quiet()
    click.held(life)
    assert_all_done(life)
