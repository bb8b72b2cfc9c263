"""Events and messages: each taken by one worker at a time, and finished once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store.insights.installation import installation
from store.tables import InboundEvent, OutboxMessage, events, outbox

LEASE = timedelta(seconds=30)


@pytest.fixture
def remember(database, workspace, clock):
    def _remember(key, message_key=None):
        with database.transaction() as session:
            return events.remember(
                session,
                workspace_id=workspace.id,
                kind="said",
                event_key=key,
                message_key=message_key,
                payload={"text": key},
                now=clock.now(),
            )

    return _remember


@pytest.fixture
def claim(database, workspace, clock):
    def _claim():
        with database.transaction() as session:
            return events.claim(session, workspace_id=workspace.id, wall=clock.now(), lease=LEASE)

    return _claim


@pytest.fixture
def enqueue(database, workspace, clock):
    def _enqueue(key, after=timedelta(0)):
        with database.transaction() as session:
            return outbox.enqueue(
                session,
                workspace_id=workspace.id,
                key=key,
                kind="post",
                channel_id="C1",
                payload={"view": "notice", "text": key},
                due_at=clock.now() + after,
                now=clock.now(),
            )

    return _enqueue


@pytest.fixture
def take(database, workspace, clock):
    def _take():
        with database.transaction() as session:
            return outbox.claim(
                session, workspace_id=workspace.id, now=clock.now(), wall=clock.now(), lease=LEASE
            )

    return _take


def test_the_same_event_is_stored_once(remember):
    assert [remember("Ev1"), remember("Ev1"), remember("Ev1")] == [True, False, False]


def test_a_mention_and_its_message_are_one(remember):
    assert remember("Ev1", "C1:1.0") is True
    assert remember("Ev2", "C1:1.0") is False
    assert remember("Ev3", "C1:2.0") is True


def test_who_sends_a_burst_keeps_others_waiting_for_one_of_it_only(database, workspace, clock, claim):
    def send(person, *keys):
        for key in keys:
            with database.transaction() as session:
                payload = {"user_id": person} if person else {}
                events.remember(
                    session,
                    workspace_id=workspace.id,
                    kind="said",
                    event_key=key,
                    payload=payload,
                    now=clock.now(),
                )

    def taken():
        event = claim()
        with database.transaction() as session:
            events.finish(session, event.id, now=clock.now())
        return event.event_key

    send("U1", *(f"a{n}" for n in range(1, 9)))
    clock.advance(timedelta(seconds=1))
    send("U2", "b1", "b2")
    send(None, "ours")
    order = [taken() for _ in range(4)]
    assert order[0] == "a1"
    assert set(order[1:3]) == {"b1", "ours"}
    assert order[3] == "a2"
    clock.advance(timedelta(minutes=5))
    send("U3", "c1")  # who waits is not overtaken for ever
    assert [taken() for _ in range(8)] == ["b2", "a3", "a4", "a5", "a6", "a7", "a8", "c1"]


def test_events_are_taken_in_order_and_by_one_worker_each(remember, claim, clock):
    remember("Ev1")
    clock.advance(timedelta(seconds=1))
    remember("Ev2")

    assert [claim().event_key, claim().event_key, claim()] == ["Ev1", "Ev2", None]


def test_an_event_whose_worker_vanished_is_taken_again(remember, claim, clock):
    remember("Ev1")
    claim()
    clock.advance(LEASE + timedelta(seconds=1))

    again = claim()

    assert (again.event_key, again.attempts) == ("Ev1", 2)


def test_only_the_first_to_finish_an_event_counts(remember, claim, clock, database):
    remember("Ev1")
    event = claim()

    with database.transaction() as session:
        first = events.finish(session, event.id, now=clock.now())
        second = events.finish(session, event.id, now=clock.now())

    assert (first, second) == (True, False)
    assert claim() is None


def test_an_event_that_was_released_is_taken_at_once(remember, claim, database):
    remember("Ev1")
    event = claim()
    with database.transaction() as session:
        events.release(session, event)

    assert claim().id == event.id


def test_an_event_that_failed_is_not_taken_again_and_keeps_its_reference(remember, claim, clock, database):
    remember("Ev1")
    event = claim()
    with database.transaction() as session:
        events.fail(session, event, ref="ab12cd", error="boom", now=clock.now())

    clock.advance(timedelta(hours=1))

    assert claim() is None
    with database.reading() as session:
        assert session.get_one(InboundEvent, event.id).error_ref == "ab12cd"


def test_a_slow_worker_cannot_undo_what_another_has_finished(remember, claim, clock, database):
    remember("Ev1")
    slow = claim()
    clock.advance(LEASE + timedelta(seconds=1))
    other = claim()
    with database.transaction() as session:
        assert not events.release(session, slow)
        assert events.finish(session, other.id, now=clock.now())
        assert not events.release(session, slow)
        assert not events.fail(session, slow, ref="ab12cd", error="boom", now=clock.now())

    assert claim() is None
    with database.reading() as session:
        assert session.get_one(InboundEvent, other.id).state == "done"


def test_a_postponed_event_rests(remember, claim, clock, database):
    remember("Ev1")
    with database.transaction() as session:
        assert events.postpone(session, claim(), until=clock.now() + timedelta(seconds=5))
    assert claim() is None
    clock.advance(timedelta(seconds=5))
    assert claim().attempts == 2


def test_a_worker_that_vanished_is_counted_and_one_that_gave_up_is_not(
    remember, claim, clock, database, workspace
):
    remember("Ev1")
    with database.transaction() as session:
        events.release(session, claim())
    with database.transaction() as session:
        events.postpone(session, claim(), until=clock.now())
    assert claim().vanished == 0
    clock.advance(LEASE)
    assert claim().vanished == 1
    with database.transaction() as session:
        events.end_leases(session, workspace_id=workspace.id, wall=clock.now())
    assert claim().vanished == 2


def test_of_events_whose_workers_vanished_one_is_taken_at_a_time(remember, claim, clock, database):
    for key in ("Ev1", "Ev2", "Ev3"):
        remember(key)
        clock.advance(timedelta(seconds=1))
    claim(), claim()
    clock.advance(LEASE)
    doubtful = claim()
    assert (doubtful.event_key, claim().event_key, claim()) == ("Ev1", "Ev3", None)
    with database.transaction() as session:
        events.finish(session, doubtful.id, now=clock.now())
    assert claim().event_key == "Ev2"


def test_an_event_whose_workers_vanished_twice_rests(remember, clock, database, workspace):
    def claim():
        with database.transaction() as session:
            return events.claim(
                session, workspace_id=workspace.id, wall=clock.now(), lease=LEASE, rest=LEASE * 2
            )

    remember("Ev1")
    claim()
    clock.advance(LEASE)
    assert claim().vanished == 1
    clock.advance(LEASE)
    remember("Ev2")
    assert claim().event_key == "Ev2"
    assert claim() is None
    clock.advance(LEASE * 2)
    again = [claim(), claim()]
    assert {event.event_key: event.vanished for event in again if event} == {"Ev1": 2}


def test_a_message_that_is_being_said_is_kept(enqueue, take, clock, database):
    enqueue("answer:1")
    message = take()
    with database.transaction() as session:
        assert outbox.renew(session, message, clock.now() + LEASE * 2)
    clock.advance(LEASE)
    assert take() is None


def test_an_event_that_is_worked_on_is_kept(remember, claim, clock, database):
    remember("Ev1")
    event = claim()
    with database.transaction() as session:
        assert events.renew(session, event, clock.now() + LEASE * 2)
    clock.advance(LEASE)
    assert claim() is None
    clock.advance(LEASE)
    other = claim()
    with database.transaction() as session:
        assert not events.renew(session, event, clock.now() + LEASE)
    assert other.vanished == 1


def test_an_event_that_is_set_aside_is_not_taken_again_and_is_counted(
    remember, claim, clock, database, workspace
):
    remember("Ev1")
    with database.transaction() as session:
        assert events.set_aside(session, claim(), ref="ab12cd", error="ended the process", now=clock.now())
    clock.advance(LEASE)
    assert claim() is None
    with database.reading() as session:
        assert events.count_of(session, workspace_id=workspace.id, state="set_aside") == 1
        found = installation(session, workspace.id)
    assert (found.set_aside_events, found.failed_events, found.last_error) == (1, 0, "ab12cd")


def test_what_was_begun_stays_in_doubt_unless_slack_refused_it(enqueue, take, clock, database):
    enqueue("reply:1")
    for refused in (False, True):
        with database.transaction() as session:
            message = take()
            assert outbox.mark_begun(session, message, now=clock.now())
            assert outbox.postpone(session, message, until=clock.now(), error="429", refused=refused)
        with database.reading() as session:
            begun = session.get_one(OutboxMessage, message.id).begun_at
        assert begun == (None if refused else clock.now())


def test_a_message_that_may_have_been_seen_is_left_alone(enqueue, take, clock, database):
    enqueue("reply:1")
    message = take()
    clock.advance(LEASE)
    again = take()
    with database.transaction() as session:
        assert not outbox.leave_unsure(session, message)
        assert outbox.leave_unsure(session, again)
    clock.advance(LEASE)
    assert take() is None
    assert (message.vanished, again.vanished) == (0, 1)


def test_a_slow_sender_cannot_undo_what_another_has_said(enqueue, take, clock, database):
    enqueue("answer:1")
    slow = take()
    clock.advance(LEASE + timedelta(seconds=1))
    other = take()
    with database.transaction() as session:
        assert outbox.mark_sent(session, other.id, channel_id="C1", ts="5.0", now=clock.now())
        assert not outbox.postpone(session, slow, until=clock.now(), error="late")
        assert not outbox.mark_failed(session, slow, error="late")
    assert take() is None


def test_a_message_with_a_known_key_is_not_said_twice(enqueue):
    assert [enqueue("answer:1"), enqueue("answer:1")] == [True, False]


def test_a_message_waits_until_it_is_due(enqueue, take, clock):
    enqueue("later", after=timedelta(hours=1))

    assert take() is None
    clock.advance(timedelta(hours=1))
    assert take().key == "later"


def test_a_message_whose_sender_vanished_comes_back_as_doubtful(enqueue, take, clock, database):
    enqueue("answer:1")
    first = take()
    with database.transaction() as session:
        outbox.mark_started(session, first.id, channel_id="C1", ts="5.0")
    clock.advance(LEASE + timedelta(seconds=1))

    again = take()

    assert (again.attempts, again.sent_ts) == (2, "5.0")


def test_a_message_is_marked_sent_once(enqueue, take, clock, database):
    enqueue("answer:1")
    message = take()

    with database.transaction() as session:
        first = outbox.mark_sent(session, message.id, channel_id="C1", ts="5.0", now=clock.now())
        second = outbox.mark_sent(session, message.id, channel_id="C1", ts="6.0", now=clock.now())

    assert (first, second) == (True, False)
    with database.reading() as session:
        assert session.get_one(OutboxMessage, message.id).sent_ts == "5.0"


def test_taking_back_spares_what_was_sent_and_other_runs(enqueue, take, clock, database, workspace):
    enqueue("run1:O1:message")
    sent = take()
    with database.transaction() as session:
        outbox.mark_sent(session, sent.id, channel_id="C1", ts="5.0", now=clock.now())
    enqueue("run1:O2:message", after=timedelta(days=1))
    enqueue("run10:O2:message", after=timedelta(days=1))
    enqueue("run_:O2:message", after=timedelta(days=1))

    with database.transaction() as session:
        taken_back = outbox.cancel(session, workspace_id=workspace.id, key_prefix="run1:")

    assert taken_back == 1


def test_a_start_that_is_the_only_one_takes_up_at_once_what_was_left(
    remember, claim, enqueue, take, database, workspace, clock
):
    remember("Ev1")
    enqueue("answer:1")
    claim()
    take()
    assert (claim(), take()) == (None, None)

    with database.transaction() as session:
        events.end_leases(session, workspace_id=workspace.id, wall=clock.now())
        outbox.end_leases(session, workspace_id=workspace.id, wall=clock.now())

    assert (claim().attempts, take().attempts) == (2, 2)


def said(key, *, user="U1", channel="C1", ts, thread_ts=None):
    return key, {"user_id": user, "channel_id": channel, "ts": ts, "thread_ts": thread_ts}


def test_what_a_person_said_in_a_thread_is_called_off_and_nothing_else(database, workspace, clock):
    told = [
        said("root", ts="1.0"),
        said("reply", ts="2.0", thread_ts="1.0"),
        said("another's", user="U2", ts="3.0", thread_ts="1.0"),
        said("another thread", ts="4.0", thread_ts="0.5"),
        said("another channel", channel="C2", ts="1.0"),
        ("a press", {"user_id": "U1", "channel_id": "C1"}),
    ]
    now = clock.now()
    with database.transaction() as session:
        for key, payload in told:
            events.remember(
                session, workspace_id=workspace.id, kind="said", event_key=key, payload=payload, now=now
            )
        where = {"channel_id": "C1", "thread_ts": "1.0", "user_id": "U1"}
        first = events.call_off_in_thread(session, workspace.id, **where, now=now)
        again = events.call_off_in_thread(session, workspace.id, **where, now=now)
    assert (sorted(first), again) == (["1.0", "2.0"], [])


def test_what_a_person_did_of_a_kind_since_then_is_told_newest_first(database, workspace, remember, clock):
    began = clock.now()
    with database.transaction() as session:
        for key, kind, user in (
            ("a", "edit", "U1"),
            ("b", "edit", "U1"),
            ("c", "said", "U1"),
            ("d", "edit", "U2"),
        ):
            events.remember(
                session,
                workspace_id=workspace.id,
                kind=kind,
                event_key=key,
                payload={"user_id": user},
                now=began,
            )
    done = []
    for _ in range(4):
        clock.advance(timedelta(minutes=1))
        with database.transaction() as session:
            event = events.claim(session, workspace_id=workspace.id, wall=clock.now(), lease=LEASE)
            events.finish(session, event.id, now=clock.now())
        if (event.kind, event.person) == ("edit", "U1"):
            done.append(clock.now())
    with database.reading() as session:
        whose = (workspace.id, "U1", "edit")
        assert events.done_since(session, *whose, began, limit=5) == done[::-1]
        assert events.done_since(session, *whose, began, limit=1) == done[-1:]
        assert events.done_since(session, *whose, clock.now(), limit=5) == []


def test_whether_a_message_was_heard_is_known(database, workspace, remember):
    remember("a", message_key="C1:1.0")
    with database.reading() as session:
        assert events.is_stored(session, workspace_id=workspace.id, message_key="C1:1.0")
        assert not events.is_stored(session, workspace_id=workspace.id, message_key="C1:2.0")
