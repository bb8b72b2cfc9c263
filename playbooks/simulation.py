"""What runs would do: the real runner on a copy of the accounts in memory, over an imagined clock.

Nothing is posted, because nobody empties the copy's outbox but the simulation, which notes what it says and
lets stand-ins react; nothing is stored, because the copy is thrown away. Playbooks that run already go on in
the copy too, so that what gets in whose way is seen.
"""

from __future__ import annotations

import heapq
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING

from playbooks.course import Course, Line
from playbooks.errors import CannotStart
from playbooks.moments import moment_words
from playbooks.mornings import Mornings
from playbooks.situation import situation
from playbooks.stand_ins import Script, Seen
from playbooks.state import StepRecord
from playbooks.triggers import Triggers
from playbooks.wording import spoken
from playbooks.workdays import zone_of
from store import rehearsal
from store.clock import FixedClock
from store.tables import accounts, happenings, playbooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from playbooks.events import Event
    from playbooks.runner import PlaybookRunner
    from playbooks.stand_ins import StandIns
    from playbooks.state import Context
    from playbooks.types import Playbook
    from store.database import Database
    from store.tables import OutboxMessage, PlaybookRun, RunStep, Task

KINDS = {
    "playbook_message": "message",
    "playbook_nudge": "nudge",
    "playbook_confirm": "reply",
    "playbook_again": "reply",
    "playbook_ack": "reply",
    "playbook_preview": "preview",
    "playbook_approval": "approval",
    "playbook_notice": "notice",
    "playbook_question": "question",
}
UNSENT = {
    "held": "held",
    "skipped": "not sent",
    "awaiting_approval": "waits for approval",
    "planned": "waits",
}
APART = timedelta(seconds=1)  # between the starts of several playbooks, so that their order is told
SOMEBODY = "simulation"  # who acts where nobody has a Slack id
BY_HAND = frozenset({"approve", "draft"})


def simulate(
    runner: PlaybookRunner,
    database: Database,
    workspace_id: str,
    account_ids: Sequence[str],
    *,
    now: datetime,
    plays: Sequence[str] = (),
    until: date | None = None,
    people: StandIns | None = None,
    started_by: str = "",
) -> Course:
    """What would be sent to these accounts, when, to whom, and why not.

    Args:
        runner: the real one; it is used on the copy.
        database: where the accounts are; it is only read.
        workspace_id: theirs.
        account_ids: whom to look at.
        now: when the plays would be started.
        plays: playbooks to start for each account, by name; what runs already goes on in any case.
        until: the last day; a year on if None.
        people: who answers and approves; nobody answers, and everything is approved, if None.
        started_by: Slack id of who would start them.

    Raises:
        UnknownPlaybook: no playbook has that name.
    """
    end = datetime.combine(until, time.max, UTC) if until else now + timedelta(days=366)
    with closing(rehearsal.copy_in_memory(database, workspace_id, account_ids)) as copy:
        stage = Stage(runner, copy, workspace_id, now, people or Script(), account_ids)
        refused = {}
        for n, name in enumerate(plays):
            stage.clock.at = now + n * APART
            for account_id in account_ids:
                sentence = stage.begin(name, account_id, started_by)
                if sentence:
                    refused[account_id] = sentence
        stage.play(end)
        return stage.course(frozenset(account_ids), end, refused)


@dataclass
class _Wait:
    """A step that a guard put off, when it first was."""

    wanted: datetime
    why: str
    blocker: str | None  # the other playbook's message, in words


@dataclass
class Stage:
    """The copy, its clock and its runner; what has been said there, and who reacts when."""

    real: PlaybookRunner
    copy: Database
    workspace_id: str
    start: datetime
    people: StandIns
    account_ids: Sequence[str] = ()  # who is looked at every morning
    lines: list[Line] = field(default_factory=list)
    waits: dict[tuple[str, str], _Wait] = field(default_factory=dict)  # by run and step key
    queue: list[tuple[datetime, int, str, Event]] = field(default_factory=list)
    order: count[int] = field(default_factory=count)
    seen_tasks: set[str] = field(default_factory=set)
    may_have_happened: bool = True

    def __post_init__(self) -> None:
        """Set the clock, and read who is who."""
        self.clock = FixedClock(self.start)
        self.runner = self.real.over(self.copy, self.clock, self._changed)
        self.triggers = Triggers(self.runner, self.copy, self.clock, self.workspace_id)
        self.mornings = Mornings(self.copy, self.triggers, self.account_ids, self.start)
        self._contexts: dict[str, Context] = {}
        with self.copy.transaction() as session:
            rehearsal.name_everybody(session)

    def begin(self, name: str, account_id: str, started_by: str) -> str | None:
        """Start a playbook; why it cannot be started, if it cannot."""
        try:
            result = self.runner.start(name, account_id, started_by, self.workspace_id)
        except CannotStart as error:
            return str(error)
        self.look()
        return None if result.started else result.sentence

    def play(self, end: datetime) -> None:
        """Let time pass up to that moment, from one thing that happens to the next."""
        while (moment := self._next()) is not None and moment <= end:
            self.clock.at = max(self.clock.at, moment)
            if self.mornings.look(self.clock.at) | self._react():
                self.look()
            while self._fire() + self._hear():
                self.look()
        self.clock.at = end

    def _fire(self) -> int:
        """Fire what is due, but for held steps that would only go on waiting; how much that was."""
        due_at = self.runner.next_due()
        if due_at is None or due_at > self.clock.at:
            return 0
        return self.runner.fire_due() if self.mornings.let_wait(self.clock.at) else 0

    def _hear(self) -> int:
        """Pass on what happened, if something may have."""
        if not self.may_have_happened:
            return 0
        heard = self.triggers.hear()
        self.may_have_happened = heard > 0
        return heard

    def _changed(self, account_id: str) -> None:
        self.mornings.changed(account_id)
        self.may_have_happened = True

    def tell(self, account_id: str, name: str, key: str) -> None:
        """Something happens at an account."""
        with self.copy.transaction() as session:
            happenings.tell(
                session,
                workspace_id=self.workspace_id,
                account_id=account_id,
                key=key,
                name=name,
                now=self.clock.at,
            )
        self._changed(account_id)
        while self._hear():
            self.look()

    def _next(self) -> datetime | None:
        moments = [self.runner.next_due(), self.queue[0][0] if self.queue else None, self.mornings.next]
        return min((moment for moment in moments if moment), default=None)

    def _react(self) -> bool:
        """Let everybody do what they are due to do; whether anybody did."""
        reacted = False
        while self.queue and self.queue[0][0] <= self.clock.at:
            _, _, run_id, event = heapq.heappop(self.queue)
            self.runner.handle(run_id, event)
            reacted = True
        return reacted

    def look(self) -> None:
        """Note what was said and what was put off; let people see it."""
        with self.copy.transaction() as session:
            said = rehearsal.take_out(session)
            put_off = rehearsal.put_off_since(session, self.clock.at)
            made = rehearsal.made_since(session, self.clock.at)
        for step in put_off:
            self._note_wait(step)
        for message in said:
            self._say(message)
        for task in made:
            if task.id not in self.seen_tasks and task.run_id:
                self.seen_tasks.add(task.id)
                self._show_task(task, task.run_id)

    def _show_task(self, task: Task, run_id: str) -> None:
        context = self._context(task.account_id or "")
        run, _, _ = self._run(run_id)
        self._show(
            Seen(
                view="task",
                account=context.account,
                playbook=run.playbook,
                run_id=run_id,
                step=str(task.link.get("step_key")),
                by=(context.csm.slack_user_id if context.csm else None) or SOMEBODY,
                at=self.clock.at,
                slot=task.key.removeprefix(f"{run_id}:"),
            )
        )

    def _show(self, seen: Seen) -> None:
        reaction = self.people.react(seen)
        if reaction:
            after, event = reaction
            heapq.heappush(self.queue, (seen.at + after, next(self.order), seen.run_id, event))

    def _note_wait(self, step: RunStep) -> None:
        known = self.waits.get((step.run_id, step.key))
        if known is None:
            run, _, _ = self._run(step.run_id)
            why = (step.note or "").removeprefix("waits: ")
            self.waits[step.run_id, step.key] = _Wait(self.clock.at, why, self._blocker(step, run))

    def _blocker(self, step: RunStep, run: PlaybookRun) -> str | None:
        """The last message of another run to the same person, else to the same account."""
        account = self._context(run.account_id).account
        others = [
            line
            for line in self.lines
            if line.kind == "message" and line.account == account and line.run_id != run.id
        ]
        to_them = [line for line in others if line.reader == step.contact_id]
        for line in (to_them or others)[-1:]:
            return f"{line.playbook} {line.step} to {line.to} on {spoken(line.there.date())}"
        return None

    def _say(self, message: OutboxMessage) -> None:
        payload, at = message.payload, self.clock.at
        run, playbook, record = self._run(payload["run_id"], payload["step_key"])
        if payload["view"] in KINDS:
            self.lines.append(self._line(message, run, playbook, record))
        self._show(
            Seen(
                view=payload["view"],
                account=payload["account"],
                playbook=playbook.playbook,
                run_id=run.id,
                step=payload["step_key"],
                by=message.slack_user_id or SOMEBODY,
                at=at,
                ask_type=payload.get("ask_type"),
                options=tuple(payload.get("options") or ()),
            )
        )

    def _line(
        self, message: OutboxMessage, run: PlaybookRun, playbook: Playbook, record: StepRecord | None
    ) -> Line:
        payload, at = message.payload, self.clock.at
        kind = KINDS[payload["view"]]
        context = self._context(run.account_id)
        to_staff = kind in {"preview", "approval", "notice", "question"}
        reader = None if to_staff else context.person(payload.get("contact_id"))
        staff = context.manager if payload.get("role") == "manager" else context.csm
        zone = (staff.zone if staff else "UTC") if to_staff else (reader.zone if reader else context.zone)
        wait = self.waits.get((run.id, payload["step_key"]))
        return Line(
            at=at,
            kind=kind,
            step=payload["step_key"],
            title=payload["title"],
            to=(payload.get("staff_name") or "the CSM") if to_staff else payload.get("contact_name") or "",
            text=payload["text"],
            delivery=record.delivery if record and kind != "notice" else None,
            why=_why(record, wait, kind),
            local_time=f"{at.astimezone(zone_of(zone)):%a %Y-%m-%d %H:%M %Z}",
            options=tuple(option["label"] for option in payload.get("options") or ()),
            zone=zone,
            account=context.account,
            playbook=playbook.playbook,
            rule=_rule(playbook, run, record),
            collides_with=wait.blocker if wait and kind == "message" else None,
            reader=reader.id if reader else None,
            run_id=run.id,
            segment=context.segment,
            asks=bool(payload.get("ask_type")),
            begins=not (record and record.in_conversation),
            commercial=bool(record and getattr(playbook.steps[record.step], "commercial", False)),
            approved_by=record.approved_by if record else None,
        )

    def _run(self, run_id: str, key: str = "") -> tuple[PlaybookRun, Playbook, StepRecord | None]:
        """A run, its playbook, and one of its steps."""
        with self.copy.reading() as session:
            row = playbooks.find_run(session, run_id)
            assert row is not None
            playbook = self.runner.playbook_of(session, row)
        step = row.snapshot["steps"].get(key)
        return row, playbook, StepRecord.model_validate(step) if step else None

    def _context(self, account_id: str) -> Context:
        """The account as it was when it was first looked at."""
        if account_id not in self._contexts:
            with self.copy.reading() as session:
                account = accounts.find_account(session, account_id)
                assert account is not None
                self._contexts[account_id] = situation(
                    session, account, run_id=None, started_by="", now=self.start, setting=self.runner.setting
                )
        return self._contexts[account_id]

    # What came of it

    def course(self, account_ids: frozenset[str], end: datetime, refused: dict[str, str]) -> Course:
        """Everything about these accounts, in the order of its time."""
        with self.copy.reading() as session:
            runs = [run for run in rehearsal.all_runs(session) if run.account_id in account_ids]
            made = [
                task for task in rehearsal.made_since(session, self.start) if task.account_id in account_ids
            ]
            closed = {run.id: _closings(playbooks.steps_of(session, run.id)) for run in runs}
        names = {self._context(one).account for one in account_ids}
        found = [
            replace(line, closed_at=closed[line.run_id].get(line.step))
            for line in self.lines
            if line.account in names
        ]
        found += [self._task(task) for task in made if task.run_id]
        found += [line for run in runs for line in self._left_open(run, end)]
        found += [self._refused(account_id, why) for account_id, why in refused.items()]
        return Course(tuple(sorted(found, key=lambda line: (line.at, line.account, line.playbook))), refused)

    def _refused(self, account_id: str, why: str) -> Line:
        return Line(
            self.start, "not_started", "run", "", "", "", why=why, account=self._context(account_id).account
        )

    def _task(self, task: Task) -> Line:
        context = self._context(task.account_id or "")
        known = [
            staff for staff in (context.csm, context.manager) if staff and staff.email == task.owner_email
        ]
        zone = known[0].zone if known else "UTC"
        key = str(task.link.get("step_key"))
        _, playbook, record = self._run(task.run_id or "", key)
        return Line(
            at=task.created_at,
            kind="task",
            step=key,
            title=playbook.steps[record.step].title if record else playbook.title,
            to=known[0].name if known else task.owner_email or "the CSM",
            text=task.title,
            why=f"due {spoken(task.due_at.astimezone(zone_of(zone)).date())}" if task.due_at else None,
            zone=zone,
            account=context.account,
            playbook=playbook.playbook,
            run_id=task.run_id or "",
        )

    def _left_open(self, run: PlaybookRun, end: datetime) -> Iterator[Line]:
        """How a run ended, and the steps that were not sent, with what holds them."""
        row, playbook, _ = self._run(run.id)
        account, name = self._context(run.account_id).account, playbook.playbook
        if row.ended_at and row.ended_at >= self.start:
            label = playbook.outcomes[row.outcome].label if row.outcome else "stopped"
            yield Line(
                row.ended_at, "outcome", "run", playbook.title, "", label,
                account=account, playbook=name, run_id=run.id,
            )  # fmt: skip
        for step in row.snapshot["steps"].values():
            record = StepRecord.model_validate(step)
            if record.sent_at is None and record.state in UNSENT:
                yield Line(
                    at=max(min(record.due_at or end, end), self.start),
                    kind="not_sent",
                    step=record.key,
                    title=playbook.steps[record.step].title,
                    to=record.audience,
                    text=record.text or "",
                    delivery=record.delivery,
                    why=record.note or UNSENT[record.state],
                    rule=_rule(playbook, row, record),
                    collides_with=wait.blocker if (wait := self.waits.get((run.id, record.key))) else None,
                    account=account,
                    playbook=name,
                    run_id=run.id,
                )


def _rule(playbook: Playbook, run: PlaybookRun, record: StepRecord | None) -> str | None:
    """What makes a step happen when it does."""
    if record is None:
        return None
    when = playbook.steps[record.step].when
    if when is not None and "#" not in record.key:
        return moment_words(when.of(run.snapshot["segment"]), playbook.anchors)
    if record.follows:
        return f"follows the answer to {record.follows}"
    return "follows from what happened before"


def _closings(steps: Iterable[RunStep]) -> dict[str, datetime]:
    """When each question was answered, or else closed: expired, passed on, dropped. Open ones are not in it."""
    return {
        step.key: step.answered_at or step.updated_at
        for step in steps
        if step.sent_at and step.state != "sent"
    }


def _why(record: StepRecord | None, wait: _Wait | None, kind: str) -> str | None:
    """What a message needs, and what it has waited for."""
    if record is None or kind != "message":
        return None
    needs = "only if the CSM approves it" if record.delivery in BY_HAND else None
    waited = f"was to go on {spoken(wait.wanted.date())}: {wait.why}" if wait else None
    return "; ".join(filter(None, (needs, waited))) or None
