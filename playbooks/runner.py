"""Carries runs from event to event: load, advance, save everything in one transaction.

Nothing is posted here. What is to be said is an outbox row (payloads: `playbooks.effects`), and what became
of it comes back as an event. Every event may come twice, and the process may die anywhere: a transition is
either in the database as a whole or not at all.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from playbooks import events, loader
from playbooks.engine import advance
from playbooks.errors import CannotStart, PlaybookError, UnknownRun
from playbooks.planning import expected_readers
from playbooks.records import Ledger
from playbooks.situation import Setting, situation
from playbooks.state import Run
from playbooks.wording import spoken
from store.clock import SystemClock
from store.errors import NotFound
from store.tables import PlaybookRun, accounts, playbooks, tasks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlmodel import Session

    from playbooks.effects import Effect
    from playbooks.events import Event
    from playbooks.loader import Definition
    from playbooks.state import Context
    from playbooks.types import Playbook
    from store.clock import Clock
    from store.database import Database
    from store.tables import Account, RunStep, Task, Timer

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
ATTEMPTS = 8


@dataclass(frozen=True)
class StartResult:
    """`started` is False if a run of this cycle is there already; `sentence` says so to a person."""

    started: bool
    run_id: str
    sentence: str


@dataclass(frozen=True)
class Handled:
    """A transition: the run after it and what was decided. Nothing was decided if the event changed nothing."""

    run: Run
    effects: tuple[Effect, ...]
    context: Context


@dataclass(frozen=True)
class TaskOverview:
    """A task that a step made, for people."""

    title: str
    state: str  # open | done | cancelled
    due_at: datetime | None
    by: str | None  # who did it


@dataclass(frozen=True)
class StepOverview:
    """A step of a run, for people. Of one still to come, `contact` is who would get it as things are now."""

    key: str
    title: str
    state: str
    due_at: datetime | None
    sent_at: datetime | None
    contact: str | None
    answer: str | None
    answer_label: str | None  # the button's words; None where they hold a value, or for free words
    answer_text: str | None
    note: str | None
    tasks: tuple[TaskOverview, ...] = ()


@dataclass(frozen=True)
class RunOverview:
    """A run, for people. `playbook` is its title, `name` what commands call it."""

    run_id: str
    name: str
    playbook: str
    account_id: str
    account: str
    state: str
    band: str | None
    outcome: str | None
    outcome_label: str | None
    reason: str | None
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    steps: tuple[StepOverview, ...]
    warnings: tuple[str, ...] = ()  # words to staff that missed their reader


class PlaybookRunner:
    """Starts runs and takes them from event to event.

    Args:
        database: the store.
        clock: the time for customers and plans; the local workspace may move it.
        definitions: by name; the product's own if None.
        setting: the bot's name and the holidays.
        wall: the time for leases, which nobody moves.
        workspace_id: fire the timers of this workspace only.
        lease: how long a timer is left to whoever took it.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        definitions: Mapping[str, Definition] | None = None,
        setting: Setting | None = None,
        wall: Clock | None = None,
        workspace_id: str | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        self._database = database
        self._clock = clock
        self._given = definitions
        self._setting = setting or Setting()
        self._wall = wall or SystemClock()
        self._workspace_id = workspace_id
        self._lease = lease
        self._pinned: dict[tuple[str, str], Playbook] = {}

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """What can be started, by name."""
        return dict(self._given) if self._given is not None else loader.shipped()

    @property
    def setting(self) -> Setting:
        """The bot's name and the holidays."""
        return self._setting

    def over(self, database: Database, clock: Clock) -> PlaybookRunner:
        """The same runner on another store and another clock: for a simulation."""
        return PlaybookRunner(
            database, clock, definitions=self.definitions, setting=self._setting, wall=clock
        )

    # Starting

    def start(self, name: str, account_id: str, started_by: str, workspace_id: str) -> StartResult:
        """Start a playbook for an account.

        Raises:
            UnknownPlaybook: no playbook has that name.
            CannotStart: the account lacks what the playbook needs.
            NotFound: no such account in this workspace.
        """
        with self._database.transaction() as session:
            return self.start_in(session, name, account_id, started_by, workspace_id)

    def start_in(
        self, session: Session, name: str, account_id: str, started_by: str, workspace_id: str
    ) -> StartResult:
        """`start`, inside the caller's transaction."""
        now = self._clock.now()
        definition = loader.find(self.definitions, name)
        account = self._account(session, account_id, workspace_id)
        context = situation(
            session, account, run_id=None, started_by=started_by, now=now, setting=self._setting
        )
        playbook = definition.of(context.segment)
        _may_start(playbook, context, now)
        stored = playbooks.publish(
            session,
            workspace_id=workspace_id,
            name=name,
            version=definition.playbook.version,
            content_hash=definition.content_hash,
            body=definition.body,
            now=now,
        )
        run = _new_run(playbook, context, started_by, now)
        row = PlaybookRun(
            id=run.id,
            workspace_id=workspace_id,
            definition_id=stored.id,
            playbook=name,
            account_id=account.id,
            cycle=_cycle(playbook, context),
            snapshot=run.model_dump(mode="json"),
            started_by=started_by,
            started_at=now,
        )
        there = playbooks.begin_run(session, row)
        if there.id != run.id:
            return StartResult(False, there.id, _already(playbook, context, there))
        self._advance(session, there, playbook, context, event=events.Started(), now=now)
        first = f"“{playbook.title}” has started for {context.account}."
        return StartResult(True, run.id, first)

    # Events

    def handle(self, run_id: str, event: Event, now: datetime | None = None) -> Handled:
        """Take a run through an event and save everything that follows.

        Raises:
            UnknownRun: no such run.
        """
        with self._database.transaction() as session:
            return self.handle_in(session, run_id, event, now)

    def handle_in(self, session: Session, run_id: str, event: Event, now: datetime | None = None) -> Handled:
        """`handle`, inside the caller's transaction."""
        now = now or self._clock.now()
        _lock(session, run_id)
        row = _run(session, run_id)  # read now that nobody else changes it
        account = self._account(session, row.account_id, row.workspace_id)
        context = situation(
            session,
            account,
            run_id=run_id,
            started_by=row.started_by,
            now=now,
            setting=self._setting,
            actor=getattr(event, "by", None),
        )
        return self._advance(session, row, self.playbook_of(session, row), context, event=event, now=now)

    def fire_due(self, limit: int = 50) -> int:
        """Handle timers that are due, at most `limit`; how many were taken. Call again until it is 0."""
        with self._database.transaction() as session:
            timers = playbooks.claim_timers(
                session,
                now=self._clock.now(),
                wall=self._wall.now(),
                lease=self._lease,
                limit=limit,
                workspace_id=self._workspace_id,
            )
        for timer in timers:
            self._fire(timer)
        return len(timers)

    def next_due(self) -> datetime | None:
        """When the next timer is due: how far a moved clock may jump without making messages late."""
        with self._database.reading() as session:
            return playbooks.next_timer(session, self._workspace_id)

    def _fire(self, timer: Timer) -> None:
        """Fire one timer; one that fails comes again after its lease, and is given up after some attempts."""
        now = self._clock.now()
        try:
            with self._database.transaction() as session:
                _lock(session, timer.run_id)
                if playbooks.fire_timer(session, timer.id, due_at=timer.due_at, now=now):
                    self.handle_in(session, timer.run_id, events.TimerFired(timer.name), now)
        except Exception:  # one broken run must not keep the others from going on
            log.exception("timer %s of run %s failed (attempt %d)", timer.name, timer.run_id, timer.attempts)
            if timer.attempts >= ATTEMPTS:
                with self._database.transaction() as session:
                    playbooks.fail_timer(session, timer.id)

    # What staff do with a run

    def pause(self, run_id: str, by: str) -> Handled:
        """Send nothing more until the run is resumed."""
        return self.handle(run_id, events.Paused(by))

    def resume(self, run_id: str, by: str) -> Handled:
        """Go on."""
        return self.handle(run_id, events.Resumed(by))

    def stop(self, run_id: str, by: str, reason: str = "") -> Handled:
        """End the run without an outcome."""
        return self.handle(run_id, events.Stopped(by, reason))

    def record_outcome(
        self, run_id: str, by: str, code: str, reason: str | None = None, renewed_to: date | None = None
    ) -> Handled:
        """Say how it ended.

        Raises:
            PlaybookError: the code is unknown, needs a reason, or the run has an outcome already.
        """
        with self._database.transaction() as session:
            return self.record_outcome_in(session, run_id, by, code, reason=reason, renewed_to=renewed_to)

    def record_outcome_in(
        self,
        session: Session,
        run_id: str,
        by: str,
        code: str,
        *,
        reason: str | None = None,
        renewed_to: date | None = None,
    ) -> Handled:
        """`record_outcome`, inside the caller's transaction."""
        row = _run(session, run_id)
        _may_end_as(self.playbook_of(session, row), row, code, reason)
        return self.handle_in(session, run_id, events.OutcomeRecorded(by, code, reason, renewed_to))

    # Reading

    def runs_for_account(self, account_id: str) -> list[RunOverview]:
        """The account's runs, newest first, with who would get what is still to come."""
        with self._database.reading() as session:
            rows = playbooks.runs_of(session, account_id)
            return [self._overview(session, row, self._readers(session, row)) for row in rows]

    def run_overview(self, run_id: str) -> RunOverview:
        """One run with its steps.

        Raises:
            UnknownRun: no such run.
        """
        with self._database.reading() as session:
            return self._overview(session, _run(session, run_id))

    def outcomes(self, run_id: str) -> dict[str, str]:
        """How a run may end: code and label."""
        with self._database.reading() as session:
            playbook = self.playbook_of(session, _run(session, run_id))
        return {code: outcome.label for code, outcome in playbook.outcomes.items()}

    # The one way through

    def _advance(
        self,
        session: Session,
        row: PlaybookRun,
        playbook: Playbook,
        context: Context,
        *,
        event: Event,
        now: datetime,
    ) -> Handled:
        before = Run.model_validate(row.snapshot)
        run, effects = advance(playbook, before, context, event, now)
        if run == before and not effects:
            return Handled(run, (), context)
        ledger = Ledger(session, row.workspace_id, playbook, run, context, now)
        if not ledger.save_run(row.revision, row.ended_at):
            raise PlaybookError("Somebody else changed this run at the same moment. Try again.")
        ledger.save_steps(before, row.revision)
        ledger.carry_out(effects)
        return Handled(run, effects, context)

    def playbook_of(self, session: Session, row: PlaybookRun) -> Playbook:
        """The version that the run is pinned to."""
        pinned = (row.definition_id, str(row.snapshot["segment"]))
        if pinned not in self._pinned:
            body = playbooks.find_definition(session, row.definition_id).body
            self._pinned[pinned] = loader.parse(body, row.snapshot["segment"])
        return self._pinned[pinned]

    def _account(self, session: Session, account_id: str, workspace_id: str, *, lock: bool = True) -> Account:
        account = (
            accounts.lock_account(session, account_id) if lock else accounts.find_account(session, account_id)
        )
        if account is None or account.workspace_id != workspace_id:
            raise NotFound(
                "There is no such account. Import it with `guidepost accounts import accounts FILE.csv`."
            )
        return account

    def _readers(self, session: Session, row: PlaybookRun) -> dict[str, str]:
        """Who would get each step that is still to come, by its key."""
        if row.state not in {"active", "paused"}:
            return {}
        now = self._clock.now()
        account = self._account(session, row.account_id, row.workspace_id, lock=False)
        context = situation(
            session, account, run_id=row.id, started_by=row.started_by, now=now, setting=self._setting
        )
        run = Run.model_validate(row.snapshot)
        return expected_readers(self.playbook_of(session, row), run, context, now)

    def _overview(
        self, session: Session, row: PlaybookRun, readers: Mapping[str, str] | None = None
    ) -> RunOverview:
        playbook = self.playbook_of(session, row)
        account = accounts.find_account(session, row.account_id)
        people = {contact.id: contact.name for contact in accounts.everybody_at(session, row.account_id)}
        made = _tasks_by_step(tasks.tasks_of_run(session, row.id))
        outcome = playbook.outcomes.get(row.outcome or "")
        return RunOverview(
            run_id=row.id,
            name=row.playbook,
            playbook=playbook.title,
            account_id=row.account_id,
            account=account.name if account else "",
            state=row.state,
            band=row.snapshot.get("band"),
            outcome=row.outcome,
            outcome_label=outcome.label if outcome else None,
            reason=row.reason,
            started_by=row.started_by,
            started_at=row.started_at,
            ended_at=row.ended_at,
            steps=tuple(
                _step(
                    playbook,
                    step,
                    contact=people.get(step.contact_id or "") or (readers or {}).get(step.key),
                    tasks=made.get(step.key, ()),
                )
                for step in playbooks.steps_of(session, row.id)
            ),
            warnings=tuple(row.snapshot.get("unreached", {}).values()),
        )


def _new_run(playbook: Playbook, context: Context, started_by: str, now: datetime) -> Run:
    return Run(
        id=uuid.uuid4().hex,
        playbook=playbook.playbook,
        kind=playbook.kind,
        account_id=context.account_id,
        segment=context.segment,
        started_at=now,
        started_by=started_by,
    )


def _run(session: Session, run_id: str) -> PlaybookRun:
    row = playbooks.find_run(session, run_id)
    if row is None:
        raise UnknownRun("There is no such playbook run any more.")
    return row


def _lock(session: Session, run_id: str) -> None:
    """Account first, as everywhere, so that two workers never wait for each other."""
    accounts.lock_account(session, _run(session, run_id).account_id)


def _may_start(playbook: Playbook, context: Context, now: datetime) -> None:
    """Raise CannotStart unless the account has what the playbook needs."""
    if not any(person.active and not person.opted_out for person in context.contacts):
        raise CannotStart(
            f"{context.account} has no contact who may be written to. Import contacts with "
            "`guidepost accounts import contacts FILE.csv`, or ask somebody there to opt in again."
        )
    periods = playbook.entry.periods
    if not periods:
        return
    if context.term is None:
        raise CannotStart(
            f"{context.account} has no running subscription. Import it with `guidepost accounts import subscriptions FILE.csv`."
        )
    if context.term.period not in periods:
        raise CannotStart(f"{context.account} pays by the month, so that there is no renewal to talk about.")
    if context.term.renews_on < context.calendar().date_of(now):
        raise CannotStart(
            f"The subscription of {context.account} ended on {spoken(context.term.renews_on)}. Import the current one first."
        )


def _cycle(playbook: Playbook, context: Context) -> str:
    if context.term is None:
        return "account"
    return (
        context.term.key
        if playbook.cycle == "subscription"
        else f"{context.term.key}@{context.term.renews_on}"
    )


def _already(playbook: Playbook, context: Context, row: PlaybookRun) -> str:
    what = {"active": "is running", "paused": "is paused"}.get(row.state, "has already been done")
    since = spoken(context.calendar().date_of(row.started_at))
    return f"“{playbook.title}” {what} for {context.account}: it was started on {since}. One run per cycle is enough."


def _may_end_as(playbook: Playbook, row: PlaybookRun, code: str, reason: str | None) -> None:
    """Raise PlaybookError unless the run may be given this outcome."""
    if row.outcome or row.state in {"finished", "stopped"}:
        raise PlaybookError("This run has ended already.")
    outcome = playbook.outcomes.get(code)
    if outcome is None:
        raise PlaybookError(
            f"“{code}” is no outcome of “{playbook.title}”. There are: {', '.join(playbook.outcomes)}."
        )
    if outcome.needs_reason and not reason:
        codes = ", ".join(f"{group}.{c}" for group, entries in playbook.reasons.items() for c in entries)
        hint = f" One of: {codes}." if codes else ""
        raise PlaybookError(f"The outcome “{outcome.label}” needs a reason.{hint}")


def _tasks_by_step(made: list[Task]) -> dict[str, tuple[TaskOverview, ...]]:
    found: dict[str, tuple[TaskOverview, ...]] = {}
    for task in made:
        key = str(task.link.get("step_key"))
        one = TaskOverview(task.title, task.state, task.due_at, task.link.get("done_by"))
        found[key] = (*found.get(key, ()), one)
    return found


def _step(
    playbook: Playbook, step: RunStep, *, contact: str | None, tasks: tuple[TaskOverview, ...]
) -> StepOverview:
    option = playbook.option(step.step, step.answer)
    return StepOverview(
        key=step.key,
        title=step.title,
        state=step.state,
        due_at=step.due_at,
        sent_at=step.sent_at,
        contact=contact,
        answer=step.answer,
        answer_label=option.label if option and "{" not in option.label else None,
        answer_text=step.answer_text,
        note=step.note,
        tasks=tasks,
    )
