"""Whatever people do, in whatever order: promises about the engine that no sequence of events may break."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playbooks import events
from playbooks.bands import TROUBLES, is_held, troubled
from playbooks.effects import AskStaff, CancelTimer, Finish, Nudge, RecordAnswer, Say, SetTimer
from playbooks.engine import advance
from playbooks.loader import shipped
from playbooks.state import Context, Fact, Person, Run, Staff, Term
from playbooks.types import Question
from playbooks.workdays import Calendar, zone_of

PEOPLE = (
    Person("p1", "Ada Ali", "admin", "America/New_York", "UADA"),
    Person("p2", "Ben Bo", "champion", "Asia/Tokyo", "UBEN"),
    Person("p3", "Cy Co", "buyer", "Europe/Berlin", "UCY"),
)
DEFINITIONS = cache(shipped)
FINAL = {"finished", "stopped"}
ASKED_IN_VAIN = 3  # how often staff are asked the same while nobody answers


@dataclass
class World:
    """The engine with timers of its own, and checks after every event."""

    playbook: Any
    context: Context
    run: Run
    now: datetime
    timers: dict[str, datetime] = field(default_factory=dict)
    said: list[tuple[datetime, Any, bool]] = field(default_factory=list)  # moment, effect, in conversation
    staff_asked: list[str] = field(default_factory=list)  # steps that asked staff, without their rounds

    def happen(self, event: Any) -> None:
        ended = self.run.state in FINAL
        before = self.run
        self.run, effects = advance(self.playbook, before, self.context, event, self.now)
        for effect in effects:
            if isinstance(effect, SetTimer):
                assert effect.due_at >= self.now
                self.timers[effect.name] = effect.due_at
            elif isinstance(effect, CancelTimer):
                self.timers.pop(effect.name, None)
            elif isinstance(effect, Say | Nudge):
                assert not ended
                self._check_said(effect, event)
            elif isinstance(effect, AskStaff):
                self.staff_asked.append(effect.step.split("#")[0])
            elif isinstance(effect, Finish):
                assert self.run.state in FINAL
        self._check_run()

    def pass_time(self, hours: int, *, asleep: bool) -> None:
        """Time goes on; asleep, the bot is down and handles what was due only at the end."""
        goal = self.now + timedelta(hours=hours)
        if asleep:
            self.now = goal
        for _ in range(5000):
            due = [(at, name) for name, at in self.timers.items() if at <= goal]
            if not due:
                break
            at, name = min(due)
            self.now = max(self.now, at)
            del self.timers[name]
            self.happen(events.TimerFired(name))
        else:
            pytest.fail("timers go on without end")
        self.now = max(self.now, goal)

    def _check_said(self, effect: Any, event: Any) -> None:
        person = self.context.person(effect.contact_id)
        record = self.run.steps[effect.step]
        assert person is not None
        assert not person.opted_out
        assert person.id not in self.run.excluded
        assert self.run.state != "paused"
        if record.delivery in {"approve", "draft"}:
            assert record.approved_by
        assert troubled(self.context) is None or record.in_conversation or isinstance(effect, Nudge)
        if self.playbook.steps[record.step].commercial:
            assert is_held(self.run, self.context, self.now) is None
        talk = (
            isinstance(effect, Say)
            and record.in_conversation
            and isinstance(event, events.Replied | events.LookedUp)
        )
        if not talk:
            assert not Calendar(person.zone).is_quiet(self.now)
        self.said.append((self.now, effect, record.in_conversation))

    def _check_run(self) -> None:
        assert Run.model_validate_json(self.run.model_dump_json()) == self.run
        open_questions: dict[str, int] = {}
        for record in self.run.steps.values():
            body = self.playbook.steps[record.step]
            assert record.state != "answered" or record.answer is not None
            if record.state == "sent" and isinstance(body, Question) and record.contact_id:
                open_questions[record.contact_id] = open_questions.get(record.contact_id, 0) + 1
            if record.state in {"planned", "preview", "approved", "held"} and self.run.state == "active":
                waits = {f"{kind}:{record.key}" for kind in ("step", "send")}
                assert waits & set(self.timers), f"{record.key} waits for nothing"
        assert all(count == 1 for count in open_questions.values())

    def check_budget(self) -> None:
        """Questions that the bot begins with are 5 business days apart, and at most one message a day begins with it."""
        for person in PEOPLE:
            mine = [
                (at, effect)
                for at, effect, talk in self.said
                if effect.contact_id == person.id and not talk and isinstance(effect, Say)
            ]
            calendar = Calendar(person.zone)
            days = [calendar.date_of(at) for at, _ in mine]
            assert len(days) == len(set(days))
            asked = [calendar.date_of(at) for at, effect in mine if effect.ask_type]
            for earlier, later in pairwise(asked):
                assert calendar.add(earlier, 5) <= later
            assert all(at.astimezone(zone_of(person.zone)).weekday() < 5 for at, _ in mine)


def world(playbook: str, segment: Any, health: int | None) -> World:
    context = Context(
        "a1", "Acme", segment, zone="Europe/London", goal="faster reports", health=health, contacts=PEOPLE,
        csm=Staff("Dana Doe", "d@us.example", "UDANA", "Europe/London"), manager=Staff("Mia May", "m@us.example", "UMIA"),
        term=Term("s1", date(2026, 2, 20), date(2026, 5, 20)),
        facts={"seats_used": Fact("seats_used", "4", "4 of 10 people have logged in", date(2026, 3, 1))},
    )  # fmt: skip
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    run = Run(
        id="r1", playbook=playbook, account_id="a1", segment=segment, started_at=start, started_by="UDANA"
    )
    return World(DEFINITIONS()[playbook].of(segment), context, run, start)


FACTS = ("first_value", "kickoff_on", "trial_end", "legal_hold", "incident", "save_plan", "seats_used")
HAPPENINGS = ("first_value", "signal.champion_left", "health.red", "stage.adopted")
WHO = st.sampled_from(["UADA", "UBEN", "UCY", "UDANA", "USTRANGER"])
WORDS = st.sampled_from(
    [
        "yes",
        "no",
        "mostly",
        "not sure",
        "we are stuck",
        "leaving",
        "",
        "x" * 5000,
        "{first}",
        "good <!channel>",
    ]
)
DEED = st.sampled_from(
    ["value", "value", "words", "not_me", "later", "person", "approve", "approve", "edit", "send_now", "skip", "snooze",
     "look_up", "lost", "delivered", "rejected", "pause", "resume", "plan", "task", "unreached", "opt_out", "red",
     "happened", "looked", "fact", "moved", "new_csm", "form", "time", "time", "time", "asleep"]
)  # fmt: skip


def deed(w: World, what: str, who: str, n: int, words: str, hours: int) -> None:
    keys = sorted(w.run.steps) or ["O1"]
    key = keys[n % len(keys)]
    body = w.playbook.steps.get(key.split("#")[0].split(".")[0])
    options = w.playbook.options(body.ask) if isinstance(body, Question) else ()
    value = options[n % len(options)].value if options else "unknown"
    if what == "time":
        w.pass_time(hours, asleep=False)
    elif what == "asleep":
        w.pass_time(hours, asleep=True)
    elif what == "opt_out":
        people = tuple(
            replace(p, opted_out=True) if p.slack_user_id == who else p for p in w.context.contacts
        )
        w.context = replace(w.context, contacts=people)
    elif what == "red":
        w.context = replace(w.context, health=30)
    elif what == "fact":
        kind = FACTS[n % len(FACTS)]
        value = (
            (w.now + timedelta(days=n - 10)).date().isoformat()
            if kind.endswith("_on")
            else words[:20] or "yes"
        )
        noted = Fact(kind, value, None, w.now.date())
        w.context = replace(w.context, facts={**w.context.facts, kind: noted})
    elif what == "moved" and w.context.term:
        term = replace(w.context.term, renews_on=w.context.term.renews_on + timedelta(days=n - 20))
        w.context = replace(w.context, term=term)
    elif what == "new_csm":
        w.context = replace(w.context, csm=Staff("Noa New", f"n{n % 2}@us.example", "UNOA", "Europe/London"))
    else:
        w.happen(
            {
                "value": events.Replied(key, who, value, staff=who == "UDANA"),
                "words": events.Replied(key, who, text=words),
                "not_me": events.NotMe(key, who, contact_id=f"p{n % 4}"),
                "later": events.Later(key, who),
                "person": events.WantsPerson(key, who),
                "approve": events.Approved(key, "UDANA"),
                "edit": events.Approved(key, "UDANA", words),
                "send_now": events.SentNow(key, "UDANA"),
                "skip": events.Skipped(key, "UDANA"),
                "snooze": events.Snoozed(key, "UDANA", date(2026, 3, 2) + timedelta(days=n)),
                "look_up": events.LookedUp(key, words or None),
                "lost": events.Undeliverable(key, "no"),
                "delivered": events.Delivered(key, "D1", f"{n}.0"),
                "rejected": events.Rejected(key, who),
                "pause": events.Paused("UDANA"),
                "resume": events.Resumed("UDANA"),
                "plan": events.PlanAccepted("UDANA"),
                "happened": events.Happened(HAPPENINGS[n % len(HAPPENINGS)]),
                "looked": events.Looked(),
                "moved": events.Looked(),
                "form": events.Replied(key, who, fields=(("metric", words), ("signer", "p1"))),
                "task": events.TaskDone((sorted(w.run.tasks) or ["none"])[n % max(len(w.run.tasks), 1)], who),
                "unreached": events.StaffUnreached(
                    key, "playbook_preview", "Dana Doe", who if n % 2 else None
                ),
            }[what]
        )


@pytest.mark.parametrize("segment", ["SMB", "MM", "ENT"])
@pytest.mark.parametrize("playbook", sorted(DEFINITIONS()))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    deeds=st.lists(st.tuples(DEED, WHO, st.integers(0, 40), WORDS, st.integers(1, 200)), max_size=30),
    health=st.sampled_from([None, 30, 60, 90]),
)
def test_no_sequence_of_events_breaks_a_promise(playbook, segment, deeds, health):
    w = world(playbook, segment, health)
    w.happen(events.Started())
    for what, who, n, words, hours in deeds:
        deed(w, what, who, n, words, hours)
    w.happen(events.Resumed("UDANA"))
    over = {kind: fact for kind, fact in w.context.facts.items() if kind not in TROUBLES}
    w.context = replace(w.context, facts=over)
    w.staff_asked.clear()
    w.pass_time(24 * 400, asleep=False)
    assert max(Counter(w.staff_asked).values(), default=0) <= ASKED_IN_VAIN
    w.check_budget()
    waiting = [
        record for record in w.run.steps.values() if record.state == "awaiting_approval" or record.looking_up
    ]
    if playbook == "onboarding" and not waiting:
        assert w.run.state == "finished"
    assert not [name for name in w.timers if name != "review:run"] or waiting  # a manager's look may be later


def said_by(w, event):
    """What an event makes the bot say to customers, and what it writes down as an answer."""
    _, effects = advance(w.playbook, w.run, w.context, event, w.now)
    return [one for one in effects if isinstance(one, Say | Nudge | RecordAnswer)]


def answers(run):
    return {key: (one.answer, one.answered_by) for key, one in run.steps.items() if one.state == "answered"}


@pytest.mark.parametrize("playbook", sorted(DEFINITIONS()))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    deeds=st.lists(st.tuples(DEED, WHO, st.integers(0, 40), WORDS, st.integers(1, 200)), max_size=15),
    second=st.sampled_from(["UADA", "UBEN", "UCY"]),
    other=st.integers(0, 5),
)
def test_a_second_click_by_whomever_is_no_second_answer(playbook, deeds, second, other):
    w = world(playbook, "SMB", 80)
    w.happen(events.Started())
    for what, who, n, words, hours in deeds:
        deed(w, what, who, n, words, hours)
    for key in list(w.run.steps):
        record, body = w.run.steps[key], w.playbook.step(w.run.steps[key].step)
        person = w.context.person(record.contact_id)
        options = w.playbook.options(body.ask) if isinstance(body, Question) else ()
        if record.state != "sent" or not person or not options:
            continue
        click = events.Replied(key, person.slack_user_id, options[0].value)
        w.happen(click)
        known = answers(w.run)
        for again in (click, replace(click, by=second, value=options[other % len(options)].value)):
            assert said_by(w, again) == []
            w.happen(again)
            assert {step: answers(w.run)[step] for step in known} == known
