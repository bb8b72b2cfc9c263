"""kill -9 while a digest that comes by itself is sent: two bots take over at once, and it is there once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from store.tables import DigestSchedule, OutboxMessage
from tests.bot_fixtures import GRACE
from tests.process_fixtures import steps, steps_of, texts

pytestmark = pytest.mark.slow

MOMENTS_OF_A_DIGEST = (
    "before scheduled_digests.run_due",
    "after scheduled_digests.run_due",  # it is in the outbox, and the next one has its time
    "after deliver._claim",
    "after conversations.open",
    "after conversations.info",
    "after conversations.members",
    "after chat.postMessage",  # Slack shows it, and we have no note of it
    "after deliver._note_sent",
)


def taken_over(life, moment):
    """One bot dies at that moment; two are started at once in its place."""
    life.wait_until_dead(life.start(dies_at=moment))
    life.start()
    life.start()


@pytest.fixture
def monday(sqlite_life):
    """Grace's weekly digest is due, and no bot is running."""
    life = sqlite_life
    now = life.clock.now()
    with life.database.transaction() as session:
        session.add(
            DigestSchedule(
                workspace_id=life.workspace_id, channel_id=life.dm(GRACE), every="weekly", zone="Europe/London",
                at="08:00", set_by=GRACE, created_at=now, next_at=now + timedelta(days=6),
            )
        )  # fmt: skip
    life.slack.advance(timedelta(days=7))
    return life


def assert_one_digest(life):
    life.until(lambda: life.said_in(life.dm(GRACE)), "the digest")
    life.wait_until_quiet()
    assert len([one for one in life.said_in(life.dm(GRACE)) if "Digest" in texts(one)]) == 1
    [message] = life.rows(select(OutboxMessage).where(OutboxMessage.key.startswith("digest:")))
    assert message.state == "sent"
    [schedule] = life.rows(select(DigestSchedule))
    assert schedule.next_at > life.clock.now()


def test_the_moments_of_a_digest_that_comes_by_itself_are_all_known(monday):
    monday.start()
    assert_one_digest(monday)
    assert steps_of(monday) == steps(MOMENTS_OF_A_DIGEST)


@pytest.mark.parametrize("moment", MOMENTS_OF_A_DIGEST)
def test_a_digest_that_comes_by_itself_is_sent_once_whenever_the_bot_is_killed(monday, moment):
    taken_over(monday, moment)
    assert_one_digest(monday)
