"""Two questions in one thread at once: neither is answered in the message that was begun for the other."""

from sqlmodel import select

from bot.blocks import plan
from bot.slack.messenger import Posted, SlackMessenger, StreamTarget
from store.tables import InboundEvent, OutboxMessage, conversations
from tests.bot_fixtures import HARBOUR, ISLA, texts_of

QUESTION = "How do I export my data?"
SECOND = "How do I invite my team?"


def ours(bot, ts):
    return [one for one in bot.seen(ISLA, HARBOUR, ts).messages if one["user"] == bot.services.bot_user_id]


class Crowded(SlackMessenger):
    """While it is looked for what an earlier attempt may have begun, a second question's plan begins."""

    crowd = None

    def find_unfinished(self, *args, **more):
        if self.crowd:
            crowd, self.crowd = self.crowd, None
            crowd()
        return super().find_unfinished(*args, **more)


def crowded(bot, crowd):
    messenger = bot.services.messenger = Crowded(bot.services.messenger.client, pause=lambda _: None)
    messenger.crowd = crowd


def asked(bot, text, **more):
    ts = bot.page(ISLA).post(HARBOUR, f"<@{bot.services.bot_user_id}> {text}", **more)
    bot.wait_for_event()
    return ts


def tried_before(bot):
    """The one question that waits has been worked on, in vain."""
    with bot.database.transaction() as session:
        event = session.exec(select(InboundEvent).where(InboundEvent.state == "received")).one()
        event.attempts = 1
        session.add(event)


def begun_for_the_second(bot, root, *, noted):
    """The plan of a second question in this thread, by another worker; where it stands."""
    where = bot.services.messenger.begin_stream(
        HARBOUR, root, plan.searching(ready=True), StreamTarget(ISLA, "T0LOCAL")
    )
    with bot.database.transaction() as session:
        conversation = conversations.find_conversation(
            session, workspace_id=bot.workspace_id, channel_id=HARBOUR, thread_ts=root
        )
        second = conversations.record_message(
            session,
            conversation,
            ts=f"{float(root) + 1:.6f}",
            author="person",
            slack_user_id=ISLA,
            text=SECOND,
            is_question=True,
            now=bot.services.clock.now(),
        )
        if noted:
            conversations.claim_stream(session, bot.workspace_id, HARBOUR, second.ts, where.ts)
        return second.ts, where.ts


def ended(bot, plan_ts):
    """The other worker's plan has its words."""
    bot.services.messenger.complete_stream(Posted(HARBOUR, plan_ts), plan.stopped(), key="second")


def test_a_second_attempt_does_not_take_a_plan_that_is_begun_while_it_looks(bot):
    begun = []
    crowded(bot, lambda: begun.append(begun_for_the_second(bot, ts, noted=True)))
    ts = asked(bot, QUESTION)
    tried_before(bot)
    bot.settle()
    [(_, plan_ts)] = begun
    [answer] = [one for one in ours(bot, ts) if "[1]" in texts_of(one)]
    assert answer["ts"] != plan_ts
    ended(bot, plan_ts)


def test_a_plan_that_another_question_took_is_not_streamed_into_by_its_own(bot):
    begun = []
    crowded(bot, lambda: begun.append(begun_for_the_second(bot, ts, noted=False)))
    ts = asked(bot, QUESTION)
    tried_before(bot)
    bot.settle()
    [(second_ts, plan_ts)] = begun
    with bot.database.transaction() as session:
        first = conversations.find_message(
            session, workspace_id=bot.workspace_id, channel_id=HARBOUR, ts=ts
        ).stream_ts
        stays = conversations.claim_stream(session, bot.workspace_id, HARBOUR, second_ts, plan_ts)
    assert first == plan_ts
    assert stays is None


def test_an_answer_in_doubt_is_not_said_in_the_plan_of_another_question(bot):
    bot.services.messenger._lacking.add("chat.startStream")  # the first is answered without a stream
    ts = asked(bot, QUESTION)
    bot.workers.run_until_idle()
    bot.services.messenger._lacking.clear()
    _, plan_ts = begun_for_the_second(bot, ts, noted=True)
    with bot.database.transaction() as session:
        message = session.exec(select(OutboxMessage).where(OutboxMessage.key.startswith("answer:"))).one()
        message.attempts = 1  # Slack broke off, or asked to wait
        session.add(message)
    bot.settle()
    [answer] = [one for one in ours(bot, ts) if "[1]" in texts_of(one)]
    assert answer["ts"] != plan_ts
    ended(bot, plan_ts)
